\pset border 1
\pset linestyle unicode
\pset footer off
\pset pager off
\pset null '-'
SELECT coalesce(b.statement, a.statement) AS statement,
       round(b.mean_time::numeric, 2) AS "mean ms", round(a.mean_time::numeric, 2) AS now,
       round(b.p95_time::numeric, 2) AS "p95 ms", round(a.p95_time::numeric, 2) AS now,
       b.calls, a.calls AS now,
       CASE WHEN b.mean_time >= 10 * a.mean_time THEN round((b.mean_time / a.mean_time)::numeric)::text
            ELSE round((b.mean_time / a.mean_time)::numeric, 1)::text END || ' ×' AS faster
  FROM demo.before b FULL JOIN demo.after a USING (statement)
 ORDER BY b.total_time DESC NULLS LAST;
