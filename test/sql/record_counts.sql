-- record: every execution is counted once, with its rows, whoever ran it and however it ended
\unset ECHO
\i test/setup.sql
\i test/own_database.sql
SELECT plan(20);

CREATE TABLE counted (id int PRIMARY KEY, part int, note text);
INSERT INTO counted SELECT n, n % 10, 'note ' || n FROM generate_series(1, 1000) n;
ANALYZE counted;

CREATE VIEW seen AS
SELECT toplevel, statement_class, query, calls, failures, rows
FROM perfadvisor.statements WHERE datname = current_database();
CREATE FUNCTION seen(pattern text, top boolean DEFAULT true) RETURNS text LANGUAGE sql AS
$$ SELECT string_agg(format('%s calls, %s failures, %s rows', calls, failures, rows), '; ')
   FROM seen WHERE query LIKE pattern AND toplevel = top $$;

-- The statements themselves
\o /dev/null
SELECT /* simple */ note FROM counted WHERE id = 1;
SELECT /* simple */ note FROM counted WHERE id = 2;
SELECT /* simple */ note FROM counted WHERE id = 2000;

PREPARE by_part(int) AS SELECT /* prepared */ id FROM counted WHERE part = $1;
EXECUTE by_part(1);
EXECUTE by_part(2);

BEGIN;
DECLARE a_few CURSOR FOR SELECT /* cursor */ * FROM counted WHERE part = 3;
FETCH 10 FROM a_few;
FETCH 15 FROM a_few;
COMMIT;

UPDATE /* update */ counted SET note = 'new' WHERE part = 4;
DELETE /* delete */ FROM counted WHERE id = 900;

CREATE FUNCTION notes(wanted int) RETURNS bigint LANGUAGE plpgsql AS
$$ DECLARE n bigint;
BEGIN
    SELECT /* nested */ count(*) INTO n FROM counted WHERE part = wanted;
    RETURN n;
END $$;
SELECT notes(1);
SELECT notes(2);
SELECT notes(3);

CREATE TABLE log (id int);
CREATE FUNCTION log_it() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN INSERT /* trigger */ INTO log VALUES (NEW.id); RETURN NULL; END $$;
CREATE TRIGGER log_it AFTER INSERT ON counted FOR EACH ROW EXECUTE FUNCTION log_it();
INSERT /* fires */ INTO counted SELECT n, 0, '' FROM generate_series(1001, 1007) n;

COPY (SELECT /* copied */ id FROM counted WHERE part = 5) TO '/dev/null';
CREATE TABLE made AS SELECT /* made */ note FROM counted WHERE part = 6;

-- Failures, caught so that no error is printed; test/t/record_concurrency.sh has those of clients
CREATE FUNCTION try(statement text) RETURNS void LANGUAGE plpgsql AS
$$ BEGIN EXECUTE statement; EXCEPTION WHEN OTHERS OR query_canceled THEN NULL; END $$;
SELECT try('SELECT /* fails */ 1 / (part - 1) FROM counted WHERE id IN (1, 2)');
SELECT try('SELECT /* fails */ 1 / (part - 1) FROM counted WHERE id IN (2, 1)');
SET statement_timeout = '50ms';
SELECT try('SELECT /* cancelled */ pg_sleep(60) FROM counted WHERE id = 1');
RESET statement_timeout;
SELECT try('DROP TABLE no_such_table');
DO $$ BEGIN PERFORM /* caught */ 1 / (part - 1) FROM counted WHERE id = 1;
EXCEPTION WHEN division_by_zero THEN NULL; END $$;

SET max_parallel_workers_per_gather = 2;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SELECT /* parallel */ count(*) FROM counted WHERE note LIKE 'note%';
RESET max_parallel_workers_per_gather;
RESET parallel_setup_cost;
RESET parallel_tuple_cost;
RESET min_parallel_table_scan_size;
\o

SELECT is(seen('SELECT /* simple */%'), '3 calls, 0 failures, 2 rows', 'statements that differ in a constant are one');
SELECT is((SELECT query FROM seen WHERE query LIKE 'SELECT /* simple */%'),
    'SELECT /* simple */ note FROM counted WHERE id = $1', 'constants are written as parameters');
SELECT is(seen('PREPARE by_part%'), '2 calls, 0 failures, 200 rows', 'EXECUTE counts for the prepared statement');
SELECT is((SELECT count(*) FROM seen WHERE query IN ('EXECUTE', 'PREPARE')), 0::bigint, 'EXECUTE and PREPARE are not counted themselves');
SELECT is(seen('DECLARE a_few%', false), '1 calls, 0 failures, 25 rows', 'a cursor is one execution with the rows of all its fetches');
SELECT is(seen('FETCH'), '2 calls, 0 failures, 25 rows', 'FETCH is counted under its tag, with its rows');
SELECT is(seen('UPDATE /* update */%'), '1 calls, 0 failures, 100 rows', 'UPDATE counts the rows it changed');
SELECT is(seen('DELETE /* delete */%'), '1 calls, 0 failures, 1 rows', 'DELETE counts the rows it removed');
SELECT is(seen('SELECT notes(%'), '3 calls, 0 failures, 3 rows', 'a call of a function is counted');
SELECT is(seen('SELECT /* nested */%', false), '3 calls, 0 failures, 3 rows', 'a statement inside a function is counted, not as top level');
SELECT is((SELECT query FROM seen WHERE query LIKE 'SELECT /* nested */%'),
    'SELECT /* nested */ count(*)        FROM counted WHERE part = $1', 'a variable of a function is written as a parameter');
SELECT is(seen('INSERT /* trigger */%', false), '7 calls, 0 failures, 7 rows', 'a statement inside a trigger is counted for each row');
SELECT is(seen('INSERT /* fires */%'), '1 calls, 0 failures, 7 rows', 'the statement that fires triggers is counted once');
SELECT is(seen('SELECT /* copied */%', false), '1 calls, 0 failures, 100 rows', 'the query of COPY is counted, without the rest of COPY');
SELECT is(seen('CREATE TABLE made AS%', false), '1 calls, 0 failures, 100 rows', 'the query of CREATE TABLE AS is counted');
SELECT is(seen('SELECT /* fails */%', false), '0 calls, 2 failures, 0 rows', 'failed executions are counted as failures');
SELECT is(seen('SELECT /* cancelled */%', false), '0 calls, 1 failures, 0 rows', 'a cancelled execution is counted as a failure');
SELECT is(seen('DROP TABLE', false), '0 calls, 1 failures, 0 rows', 'a utility statement that fails is counted under its tag');
SELECT is(seen('SELECT /* caught */%', false), '0 calls, 1 failures, 0 rows', 'a failure that a function catches is counted');
SELECT is(seen('SELECT /* parallel */%'), '1 calls, 0 failures, 1 rows', 'a parallel query is counted once');
SELECT * FROM finish();
