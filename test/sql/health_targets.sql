-- health: latency targets are measured over all calls of a class, a pattern or a statement, and say who misses them
\unset ECHO
\i test/setup.sql
\i test/own_database.sql
SELECT plan(20);

\o /dev/null
DROP ROLE IF EXISTS target_nobody;
CREATE ROLE target_nobody;
CREATE TABLE aims (id int PRIMARY KEY, n int);
INSERT INTO aims SELECT n, n FROM generate_series(1, 100) n;
\o
SELECT results_eq('SELECT statement_class, percentile, target_time FROM perfadvisor.targets ORDER BY target_time, statement_class',
    $$VALUES ('lookup', 95::float8, 10::float8), ('join', 95, 50), ('aggregate', 95, 100), (NULL, 95, 100)$$, 'there are targets from the beginning');
SELECT ok((SELECT bool_and(is_default) FROM perfadvisor.targets), 'which are known as such');
SELECT is((SELECT status FROM perfadvisor.target_status WHERE statement_class = 'join'), 'unknown', 'without calls nothing can be told');
SELECT ok((SELECT met IS NULL AND message LIKE '0 calls of join statements %' FROM perfadvisor.target_status WHERE statement_class = 'join'), 'which it says');

\o /dev/null
SELECT format('SELECT n FROM aims WHERE id = %s', n) FROM generate_series(1, 100) n \gexec
SELECT format('SELECT a.n FROM aims a JOIN aims b ON a.id = b.n WHERE a.id = %s', n) FROM generate_series(1, 95) n \gexec
SELECT format('SELECT a.n, pg_sleep(0.06) FROM aims a JOIN aims b ON a.id = b.n WHERE a.id = %s', n) FROM generate_series(1, 10) n \gexec
\o
SELECT is((SELECT status FROM perfadvisor.target_status WHERE statement_class = 'lookup'), 'ok', 'fast look-ups meet their target');
SELECT ok((SELECT met AND measured_time < 10 AND error_budget_used < 1 AND calls >= 100 FROM perfadvisor.target_status WHERE statement_class = 'lookup'), 'with their percentile, calls and budget');
SELECT is((SELECT status FROM perfadvisor.target_status WHERE statement_class = 'join'), 'warning', 'joins of which one in ten is slow miss theirs');
SELECT is((SELECT calls_over FROM perfadvisor.target_status WHERE statement_class = 'join'), 10::bigint, 'the slow calls are counted');
SELECT ok((SELECT error_budget_used BETWEEN 1.5 AND 2 AND NOT met AND measured_time BETWEEN 50 AND 80 FROM perfadvisor.target_status WHERE statement_class = 'join'), 'they are more than the target allows');
SELECT ok((SELECT s.query LIKE '%pg_sleep%' FROM perfadvisor.target_status t JOIN perfadvisor.statements s ON s.queryid = t.worst_queryids[1] AND s.datname = current_database() WHERE t.statement_class = 'join'), 'and the statement that does it is named');
SELECT is((SELECT cardinality(worst_queryids) FROM perfadvisor.target_status WHERE statement_class = 'join'), 1, 'but not the one that does not');

\o /dev/null
INSERT INTO perfadvisor.targets (statement_class, target_time) VALUES ('join', 500);
INSERT INTO perfadvisor.targets (query_like, percentile, target_time, comment) VALUES ('%FROM aims WHERE id%', 90, 0.0001, 'impossible');
INSERT INTO perfadvisor.targets (queryid, percentile, target_time) SELECT queryid, 50, 1000 FROM perfadvisor.statements WHERE query LIKE 'SELECT n FROM aims WHERE id%' AND datname = current_database();
UPDATE perfadvisor.targets SET target_time = NULL WHERE statement_class = 'aggregate';
\o
SELECT results_eq($$SELECT target_time, status FROM perfadvisor.target_status WHERE statement_class = 'join'$$, $$VALUES (500::float8, 'ok')$$, 'a target of one''s own takes the place of the default');
SELECT is((SELECT status FROM perfadvisor.target_status WHERE comment = 'impossible'), 'critical', 'a pattern that is far off is critical');
SELECT is((SELECT calls FROM perfadvisor.target_status WHERE comment = 'impossible'), 100::bigint, 'and only the calls of its statements count');
SELECT is((SELECT status FROM perfadvisor.target_status WHERE queryid IS NOT NULL), 'ok', 'a single statement can have a target');
SELECT is_empty($$SELECT * FROM perfadvisor.target_status WHERE statement_class = 'aggregate'$$, 'a target without a time is none');
SELECT is((SELECT count(*) FROM perfadvisor.targets WHERE is_default IS NOT TRUE), 4::bigint, 'what differs from the defaults is known, for pg_dump');
SELECT throws_ok($$INSERT INTO perfadvisor.targets (statement_class, queryid, target_time) VALUES ('join', 1, 1)$$, '23514', NULL, 'a target is for one thing');
SELECT throws_ok($$INSERT INTO perfadvisor.targets (percentile, target_time) VALUES (100, 1)$$, '23514', NULL, 'nobody can promise all calls');
SET ROLE target_nobody;
SELECT is((SELECT string_agg(DISTINCT status, ' ') FROM perfadvisor.target_status), 'unknown', 'who sees no statements is told unknown');
RESET ROLE;
SELECT * FROM finish();
\o /dev/null
DROP ROLE target_nobody;
\o
