\pset border 1
\pset linestyle unicode
\pset footer off
\pset pager off
\pset null '-'
--? SELECT relation, filter, scans, rows_read, removed_fraction
--?   FROM perfadvisor.seq_scans ORDER BY rows_read DESC LIMIT 8;
SELECT relation, left(filter, 46) AS filter, scans, rows_read,
       round(100 * removed_fraction::numeric, 2) || ' %' AS "thrown away"
  FROM perfadvisor.seq_scans ORDER BY rows_read DESC LIMIT 8;
