-- record: reset() forgets numbers and constants, and statements prepared before it are known after it
\unset ECHO
\i test/setup.sql
\i test/own_database.sql
SELECT plan(9);

CREATE TABLE cleared (id int PRIMARY KEY, part int);
INSERT INTO cleared SELECT n, n % 10 FROM generate_series(1, 100) n;
ANALYZE cleared;
CREATE FUNCTION known(pattern text) RETURNS text LANGUAGE sql AS
$$ SELECT format('%s calls of %s', sum(calls), min(query)) FROM perfadvisor.statements
   WHERE datname = current_database() AND query LIKE pattern $$;

\o /dev/null
SET perfadvisor.slow_query_time = 0;
PREPARE before(int) AS SELECT /* before */ count(*) FROM cleared WHERE part = $1 AND id <> 7;
EXECUTE before(1);
EXECUTE before(2);
SELECT /* only before */ count(*) FROM cleared WHERE part = 3;
SET perfadvisor.slow_query_time = -1;
SELECT perfadvisor.reset();
\o
SELECT is((SELECT count(*) FROM perfadvisor.statements WHERE query LIKE '%/* only before */%' AND query NOT LIKE '%perfadvisor%'), 0::bigint, 'a statement that ran before reset is not shown');
SELECT is((SELECT count(*) FROM perfadvisor.statements WHERE query LIKE 'PREPARE before%'), 0::bigint, 'nor is a prepared one until it runs again');
SELECT is((SELECT count(*) FROM perfadvisor.statement_samples WHERE query LIKE 'PREPARE before%'), 0::bigint, 'samples are forgotten');
SELECT is((SELECT count(*) FROM perfadvisor.slow_queries WHERE query LIKE '%before%' AND query NOT LIKE '%perfadvisor%'), 0::bigint, 'slow executions are forgotten');
SELECT is((SELECT count(*) FROM perfadvisor.seq_scans WHERE relation = 'cleared'::regclass), 0::bigint, 'scans are forgotten');
\o /dev/null
EXECUTE before(4);
\o
SELECT is(known('PREPARE before%'), '1 calls of PREPARE before(int) AS SELECT /* before */ count(*) FROM cleared WHERE part = $1 AND id <> $2',
    'a statement prepared before reset is counted from nought, with its text');
SELECT is((SELECT parameters FROM perfadvisor.statement_samples WHERE query LIKE 'PREPARE before%'), ARRAY['4'], 'it is sampled again');
SELECT ok((SELECT first_seen = last_seen AND min_exec_time = max_exec_time FROM perfadvisor.statements WHERE query LIKE 'PREPARE before%'), 'its times begin anew');
SELECT is((SELECT format('%s scans, %s rows', scans, rows_read) FROM perfadvisor.seq_scans WHERE relation = 'cleared'::regclass), '1 scans, 100 rows', 'its scans are counted anew');
SELECT * FROM finish();
