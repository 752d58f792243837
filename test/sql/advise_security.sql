-- advise: recorded statements are planned with no more rights than their role has, and only while names mean the same
\unset ECHO
\i test/setup.sql
\i test/own_database.sql
SELECT plan(14);
CREATE ROLE pa_alice; CREATE ROLE pa_bob; CREATE ROLE pa_watcher;
GRANT pg_read_all_stats TO pa_watcher;
CREATE SCHEMA planted; GRANT USAGE, CREATE ON SCHEMA planted TO pa_bob; GRANT USAGE ON SCHEMA planted TO pa_alice;
GRANT CREATE ON SCHEMA public TO pa_alice;
CREATE TABLE diary (id int, what text);
CREATE TABLE secret (id int, word text);
CREATE TABLE shared_rows (id int, owner text, k int);
INSERT INTO shared_rows SELECT i, CASE WHEN i % 2 = 0 THEN 'pa_alice' ELSE 'pa_bob' END, i % 5000 FROM generate_series(1, 20000) i;
ANALYZE shared_rows;
GRANT SELECT ON shared_rows TO pa_alice, pa_bob;
SELECT perfadvisor.reset() \g /dev/null

SET ROLE pa_alice;
CREATE TABLE hers AS SELECT i AS id, i % 4000 AS k FROM generate_series(1, 20000) i;
ANALYZE hers;
-- A function that says it is immutable, is run while planning, and tries what its planner might be allowed to do
CREATE FUNCTION evil(x int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    BEGIN EXECUTE 'ALTER ROLE pa_alice SUPERUSER'; EXCEPTION WHEN OTHERS THEN NULL; END;
    BEGIN EXECUTE 'SET ROLE postgres'; EXECUTE 'ALTER ROLE pa_alice CREATEDB'; EXCEPTION WHEN OTHERS THEN NULL; END;
    BEGIN EXECUTE 'RESET SESSION AUTHORIZATION'; EXECUTE 'ALTER ROLE pa_alice CREATEROLE'; EXCEPTION WHEN OTHERS THEN NULL; END;
    BEGIN EXECUTE format('CREATE TABLE public.trace AS SELECT %L AS who', current_user); EXCEPTION WHEN OTHERS THEN NULL; END;
    BEGIN EXECUTE 'INSERT INTO hers VALUES (-1, -1)'; EXCEPTION WHEN OTHERS THEN NULL; END;
    BEGIN EXECUTE 'CREATE TEMP TABLE trace_temp (x int)'; EXCEPTION WHEN OTHERS THEN NULL; END;
    RETURN x;
END $$;
BEGIN READ ONLY;
SELECT count(*) FROM hers WHERE k = evil(7) \g /dev/null
COMMIT;
SELECT count(*) FROM shared_rows WHERE k = 8 \g /dev/null
-- A statement whose unqualified name will be captured
SET search_path = planted, public;
SELECT count(*) FROM shared_rows WHERE k = 9 AND owner = 'pa_alice' \g /dev/null
RESET search_path;
RESET ROLE;

SELECT ok(EXISTS (SELECT FROM perfadvisor.index_advice WHERE relation = 'hers'::regclass), 'a statement that runs a function while it is planned is advised');
SELECT is((SELECT ARRAY[rolsuper, rolcreatedb, rolcreaterole] FROM pg_roles WHERE rolname = 'pa_alice'), '{f,f,f}'::boolean[],
          'the function gains no rights from being planned by a superuser');
SELECT is(to_regclass('public.trace'), NULL, 'it creates no table');
SELECT is((SELECT count(*)::int FROM hers WHERE id = -1), 0, 'it writes nothing');
SELECT is(current_user::text, session_user::text, 'the session is who it was');
SELECT is(current_setting('search_path'), '"$user", public', 'with the search_path it had');
SELECT is(current_setting('transaction_read_only'), 'off', 'and may write as before');
SELECT is((SELECT count(*)::int FROM perfadvisor.unadvised_statements), 0, 'as long as names mean the same, nothing is refused');

SET ROLE pa_bob;
CREATE TABLE planted.shared_rows (id int, owner text, k int);
RESET ROLE;
GRANT SELECT ON planted.shared_rows TO PUBLIC;
SELECT is((SELECT count(*)::int FROM perfadvisor.unadvised_statements WHERE reason LIKE '%other objects%'), 1,
          'a statement whose table name now means a planted table is refused');
SELECT is((SELECT count(*)::int FROM perfadvisor.index_advice WHERE relation = 'planted.shared_rows'::regclass), 0, 'and gives no advice on it');
DROP TABLE planted.shared_rows;

-- Who sees whose advice
SET ROLE pa_bob;
SELECT is((SELECT count(*)::int FROM perfadvisor.index_advice) + (SELECT count(*)::int FROM perfadvisor.index_advice_rejected)
          + (SELECT count(*)::int FROM perfadvisor.index_advice_statements) + (SELECT count(*)::int FROM perfadvisor.unadvised_statements), 0,
          'a role sees no advice from statements of others');
SELECT throws_ok($$SELECT perfadvisor.what_if('SELECT 1', '{CREATE INDEX ON secret (word)}')$$, '42501', NULL,
                 'nor the size of an index on a table that it may not read');
SET ROLE pa_alice;
SELECT ok(EXISTS (SELECT FROM perfadvisor.index_advice WHERE relation = 'shared_rows'::regclass), 'a role sees the advice for its own statements');
SET ROLE pa_watcher;
SELECT ok(EXISTS (SELECT FROM perfadvisor.index_advice WHERE relation = 'shared_rows'::regclass), 'a member of pg_read_all_stats sees all of it');
RESET ROLE;
SELECT * FROM finish();
\connect regression
SET client_min_messages = error;
DROP DATABASE perfadvisor_test WITH (FORCE);
DROP ROLE pa_alice, pa_bob, pa_watcher;
