-- Helpers of the demo. Its statements carry their name in a comment, so that the two modes can be added up.
CREATE SCHEMA demo;

CREATE VIEW demo.measured AS
SELECT substring(query FROM '/\* ([a-z ]+) \*/') AS statement,
       sum(calls) AS calls,
       sum(total_exec_time) AS total_time,
       sum(total_exec_time) / sum(calls) AS mean_time,
       max(p95_exec_time) AS p95_time
  FROM perfadvisor.statements
 WHERE datname = 'shop' AND query ~ '/\* [a-z ]+ \*/' AND calls > 0
 GROUP BY 1;
