-- advise: nothing imagined leaks out of the planning it was imagined for
\unset ECHO
\i test/setup.sql
\i test/own_database.sql
CREATE TABLE t (id int PRIMARY KEY, k int, v text);
INSERT INTO t SELECT i, i % 5000, 'v' || i FROM generate_series(1, 20000) i;
ANALYZE t;
CREATE FUNCTION counted(x int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS
$$BEGIN RETURN (SELECT min(k) FROM t WHERE k = x); END$$;
CREATE FUNCTION explained(q text) RETURNS text LANGUAGE plpgsql AS
$$DECLARE l text; r text := ''; BEGIN FOR l IN EXECUTE 'EXPLAIN (COSTS OFF) ' || q LOOP r := r || l || E'\n'; END LOOP; RETURN r; END$$;
CREATE FUNCTION advising(x int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS
$$BEGIN PERFORM perfadvisor.what_if('SELECT * FROM t WHERE v = ''v1''', '{CREATE INDEX ON t (v)}'); RETURN x; END$$;

SELECT plan(18);

-- A statement prepared before keeps its plan, and gets no imagined index later
PREPARE before_it(int) AS SELECT count(*) FROM t WHERE k = $1;
EXECUTE before_it(1) \g /dev/null
SELECT ok(EXISTS (SELECT FROM perfadvisor.what_if('SELECT count(*) FROM t WHERE k = 1', '{CREATE INDEX ON t (k)}') l WHERE l ~ 'Index'),
          'the imagined index is used where it was asked for');
SELECT unalike(explained('SELECT count(*) FROM t WHERE k = 1'), '%Index%', 'the next EXPLAIN does not see it');
SELECT unalike(explained('EXECUTE before_it(1)'), '%Index%', 'a statement prepared before does not see it');
SET plan_cache_mode = force_generic_plan;
PREPARE after_it(int) AS SELECT count(*) FROM t WHERE k = $1;
SELECT unalike(explained('EXECUTE after_it(1)'), '%Index%', 'a statement prepared after does not see it');
EXECUTE after_it(1) \g /dev/null
SELECT is((SELECT current_setting('plan_cache_mode')), 'force_generic_plan', 'settings of the session are as they were');
RESET plan_cache_mode;
SELECT is((SELECT count(*)::int FROM pg_prepared_statements WHERE name IN ('before_it', 'after_it')), 2, 'prepared statements are still there');

-- Errors inside leave nothing behind
SELECT throws_ok($$SELECT perfadvisor.what_if('SELECT 1 / 0 FROM t WHERE k = 1', '{CREATE INDEX ON t (k)}')$$, '22012', NULL,
                 'an error that planning raises is the caller''s');
SELECT is((SELECT count(*)::int FROM t WHERE k = 1), 4, 'a query after the error runs');
SELECT unalike(explained('SELECT count(*) FROM t WHERE k = 1'), '%Index%', 'and does not see the index');
BEGIN;
SELECT throws_ok($$SELECT perfadvisor.what_if('SELECT 1 / 0', '{CREATE INDEX ON t (k)}')$$, '22012', NULL,
                 'an error in a subtransaction is the caller''s, too');
SELECT is((SELECT count(*)::int FROM t WHERE k = 1), 4, 'the transaction goes on after rolling back to a savepoint');
SELECT ok(EXISTS (SELECT FROM perfadvisor.what_if('SELECT count(*) FROM t WHERE k = 1', '{CREATE INDEX ON t (k)}') l WHERE l ~ 'Index'),
          'and can imagine again');
SELECT is((SELECT count(*)::int FROM pg_locks WHERE pid = pg_backend_pid() AND relation = 't_pkey'::regclass AND mode <> 'AccessShareLock'), 0,
          'no stronger lock is held');
COMMIT;

-- Functions that the planner evaluates
SELECT ok(EXISTS (SELECT FROM perfadvisor.what_if('SELECT * FROM t WHERE k = counted(42)', '{CREATE INDEX ON t (k)}') l WHERE l ~ 'k = 42'),
          'a function that runs a query while planning does not meet the imagined index');
SELECT ok((SELECT bool_or(l ~ 'k = 42') AND bool_or(l ~ 'Index') FROM perfadvisor.what_if('SELECT * FROM t WHERE k = advising(42)', '{CREATE INDEX ON t (k)}') l),
          'imagining inside imagining ends where it began');

-- A read-only transaction, and no traces in the catalog
BEGIN READ ONLY;
SELECT ok(EXISTS (SELECT FROM perfadvisor.what_if('SELECT count(*) FROM t WHERE k = 1', '{CREATE INDEX ON t (k)}') l WHERE l ~ 'Index'),
          'a read-only transaction can imagine');
SELECT ok(EXISTS (SELECT FROM perfadvisor.what_if('UPDATE t SET v = v WHERE k = 1', '{CREATE INDEX ON t (k)}') l WHERE l ~ 'Index'),
          'even for a statement that writes');
COMMIT;
SELECT is((SELECT count(*)::int FROM pg_index WHERE indrelid = 't'::regclass), 1, 'the table has the one index it had');
SELECT * FROM finish();
