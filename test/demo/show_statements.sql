\pset border 1
\pset linestyle unicode
\pset footer off
\pset pager off
\pset null '-'
--? SELECT query, sum(calls), max(p95_exec_time), sum(total_exec_time)
--?   FROM perfadvisor.statements GROUP BY query ORDER BY 4 DESC LIMIT 8;
SELECT left(regexp_replace(query, '\s+', ' ', 'g'), 58) AS query, sum(calls) AS calls,
       round((sum(total_exec_time) / sum(calls))::numeric, 1) AS "mean ms",
       round(max(p95_exec_time)::numeric, 1) AS "p95 ms", round(sum(total_exec_time)::numeric / 1000, 1) AS "total s"
  FROM perfadvisor.statements WHERE datname = 'shop' AND calls > 0
 GROUP BY 1 ORDER BY sum(total_exec_time) DESC LIMIT 8;
