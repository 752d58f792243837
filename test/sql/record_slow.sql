-- record: slow and failed executions are kept one by one
\unset ECHO
\i test/setup.sql
\i test/own_database.sql
SELECT plan(13);

CREATE TABLE dragged (id int PRIMARY KEY, part int);
INSERT INTO dragged SELECT n, n % 10 FROM generate_series(1, 1000) n;
ANALYZE dragged;
CREATE VIEW kept AS SELECT * FROM perfadvisor.slow_queries WHERE datname = current_database();

\o /dev/null
SET application_name = 'the shop';
SET perfadvisor.slow_query_time = '20ms';
SELECT /* quick */ 1 FROM dragged WHERE id = 1;
SELECT /* slow */ pg_sleep(0.03), id FROM dragged WHERE id = 42;
PREPARE slow_one(int) AS SELECT /* prepared slow */ pg_sleep(0.03) FROM dragged WHERE id = $1;
EXECUTE slow_one(43);
SET perfadvisor.slow_query_time = -1;
SELECT /* off */ pg_sleep(0.03) FROM dragged WHERE id = 44;
SET perfadvisor.slow_query_time = 0;
SET perfadvisor.track_parameters = off;
SELECT /* private */ id FROM dragged WHERE id = 45;
RESET perfadvisor.track_parameters;
RESET perfadvisor.slow_query_time;
-- Failures, caught so that no error is printed; test/t/record_concurrency.sh has those of clients
CREATE FUNCTION try(statement text) RETURNS void LANGUAGE plpgsql AS
$$ BEGIN EXECUTE statement; EXCEPTION WHEN OTHERS OR query_canceled THEN NULL; END $$;
SELECT try('SELECT /* divided */ 1 / (part - 6) FROM dragged WHERE id = 46');
SET statement_timeout = '50ms';
SELECT try('SELECT /* cancelled */ pg_sleep(60) FROM dragged WHERE id = 47');
RESET statement_timeout;
SET perfadvisor.slow_query_time = 0;
CREATE ROLE dragged_secret PASSWORD 'hunter2';
DROP ROLE dragged_secret;
RESET perfadvisor.slow_query_time;
DO $$ BEGIN ALTER ROLE no_such_role PASSWORD 'hunter2'; EXCEPTION WHEN OTHERS THEN NULL; END $$;
\o

SELECT is((SELECT count(*) FROM kept WHERE query LIKE 'SELECT /* quick */%'), 0::bigint, 'a quick execution is not kept');
SELECT is((SELECT query FROM kept WHERE query LIKE 'SELECT /* slow */%'),
    'SELECT /* slow */ pg_sleep(0.03), id FROM dragged WHERE id = 42', 'a slow one is kept with its text as it ran');
SELECT ok((SELECT exec_time >= 30 AND rows = 1 AND sqlstate IS NULL AND error IS NULL FROM kept WHERE query LIKE 'SELECT /* slow */%'), 'with its time and rows');
SELECT is((SELECT application_name FROM kept WHERE query LIKE 'SELECT /* slow */%'), 'the shop', 'with the name of the application');
SELECT matches((SELECT plan FROM kept WHERE query LIKE 'SELECT /* slow */%'), '^Index (Only )?Scan using dragged_pkey on dragged  \(cost=', 'with its plan');
SELECT is((SELECT parameters FROM kept WHERE query LIKE 'PREPARE slow_one%'), ARRAY['43'], 'with its parameters');
SELECT is((SELECT count(*) FROM kept WHERE query LIKE 'SELECT /* off */%'), 0::bigint, '-1 turns it off');
SELECT is((SELECT query FROM kept WHERE query LIKE 'SELECT /* private */%'),
    'SELECT /* private */ id FROM dragged WHERE id = $1', 'without track_parameters the text is the normalised one');
SELECT is((SELECT plan FROM kept WHERE query LIKE 'SELECT /* private */%'), NULL, 'and there is no plan');
SELECT is((SELECT format('%s %s', sqlstate, query) FROM kept WHERE query LIKE 'SELECT /* divided */%'),
    '22012 SELECT /* divided */ 1 / (part - 6) FROM dragged WHERE id = 46', 'a failed execution is kept with its text and SQLSTATE');
SELECT ok((SELECT rows IS NULL AND plan IS NULL FROM kept WHERE query LIKE 'SELECT /* divided */%'), 'it has neither rows nor plan');
SELECT is((SELECT sqlstate FROM kept WHERE query LIKE 'SELECT /* cancelled */%'), '57014', 'a cancelled execution is kept');
SELECT is((SELECT count(*) FROM kept WHERE kept::text LIKE '%hunter2%'), 0::bigint, 'no password of a utility statement is kept');
SELECT * FROM finish();
