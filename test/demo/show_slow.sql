\pset border 1
\pset linestyle unicode
\pset footer off
\pset pager off
\pset null '-'
--? SELECT exec_time, rows, query, parameters FROM perfadvisor.slow_queries ORDER BY exec_time DESC LIMIT 6;
SELECT round(exec_time::numeric, 1) AS ms, rows, left(regexp_replace(query, '\s+', ' ', 'g'), 58) AS query, left(parameters::text, 18) AS parameters
  FROM perfadvisor.slow_queries WHERE datname = 'shop' ORDER BY exec_time DESC LIMIT 6;
