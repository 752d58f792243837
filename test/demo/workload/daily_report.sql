-- weight 1
\set day random(1, 700)
SELECT /* daily report */ date_trunc('day', created_at) AS day, status, count(*), sum(total) FROM orders
 WHERE created_at >= timestamptz '2024-01-01' + :day * interval '1 day'
   AND created_at < timestamptz '2024-01-01' + (:day + 7) * interval '1 day'
 GROUP BY 1, 2 ORDER BY 1, 2;
