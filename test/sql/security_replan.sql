-- security: who plants operators, types, functions, policies or temporary tables, or hides statements behind others, has nothing run or advised in another's name
\unset ECHO
\i test/setup.sql
\i test/own_database.sql
SELECT plan(19);
CREATE ROLE pa_alice; CREATE ROLE pa_bob;
CREATE SCHEMA planted; GRANT USAGE, CREATE ON SCHEMA planted TO pa_bob; GRANT USAGE ON SCHEMA planted TO pa_alice;
CREATE TABLE shared_rows AS SELECT i AS id, i % 5000 AS k, 'word ' || i AS word FROM generate_series(1, 20000) i;
CREATE DOMAIN code AS int;
CREATE FUNCTION pick(n int) RETURNS int LANGUAGE SQL IMMUTABLE AS 'SELECT n';
ANALYZE shared_rows;
GRANT SELECT (id, k) ON shared_rows TO pa_alice, pa_bob;
GRANT CREATE ON SCHEMA public TO pa_bob;
-- What runs with a superuser's rights leaves a lock of the session
CREATE FUNCTION trap(n int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    IF (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) THEN
        PERFORM pg_advisory_lock(4712, n);
    END IF;
    RETURN n;
END $$;
CREATE FUNCTION reason_of(what text) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(DISTINCT reason, ' ') FROM perfadvisor.unadvised_statements WHERE query LIKE '%' || what || '%' AND query NOT LIKE '%perfadvisor%' $$;
SET ROLE pa_bob;
CREATE TABLE policed AS SELECT i AS id, i % 4000 AS k FROM generate_series(1, 20000) i;
ANALYZE policed;
CREATE POLICY part ON policed USING (id > trap(1) - 100);
ALTER TABLE policed ENABLE ROW LEVEL SECURITY;
GRANT SELECT ON policed TO pa_alice;
RESET ROLE;
SELECT perfadvisor.reset() \g /dev/null

SET ROLE pa_alice;
SET search_path = planted, pg_catalog, public;
SELECT count(*) AS of_operator FROM shared_rows WHERE k = 21 AND id > 5 \g /dev/null
SET search_path = planted, public;
SELECT count(*) AS of_type FROM shared_rows WHERE k = '22'::code \g /dev/null
SELECT count(*) AS of_function FROM shared_rows WHERE k = pick(23) AND id < 19000 \g /dev/null
SET search_path = pg_temp, public;
CREATE TEMP TABLE passing AS SELECT i AS id, i % 4000 AS k FROM generate_series(1, 20000) i;
SELECT count(*) AS of_temporary, max(id) FROM passing WHERE k = 24 \g /dev/null
DROP TABLE passing;
RESET search_path;
SELECT count(*) AS of_policy FROM policed WHERE k = 25 \g /dev/null
SELECT count(*) AS of_shared, min(id) FROM shared_rows WHERE k = 26 \g /dev/null
SELECT pg_catalog.format('SELECT count(*) AS of_length FROM shared_rows WHERE k = 27 AND id::text <> %L', repeat('x', 70000)) AS long \gset
:long \g /dev/null
RESET ROLE;

-- Before anything is planted
SELECT is(reason_of('of_%'), reason_of('of_length'), 'as long as nothing is planted, all that can be advised is');
SELECT isnt(reason_of('of_length'), NULL, 'a statement that is too long to be kept whole is not');
SELECT ok(EXISTS (SELECT FROM perfadvisor.index_advice_statements WHERE query LIKE '%of_policy%'), 'a table with policies is advised on');
SELECT ok(EXISTS (SELECT FROM perfadvisor.index_advice_statements WHERE query LIKE '%of_operator%'), 'so is what finds its operators by the search_path');

SET ROLE pa_bob;
CREATE FUNCTION planted.same(int, int) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RETURN public.trap(2) = 2; END $$;
CREATE OPERATOR planted.= (FUNCTION = planted.same, LEFTARG = int, RIGHTARG = int);
CREATE DOMAIN planted.code AS int CHECK (public.trap(3) = 3);
CREATE FUNCTION planted.pick(n int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RETURN public.trap(4) + n; END $$;
RESET ROLE;
-- and in the session of who asks
CREATE TEMP TABLE shared_rows AS SELECT i AS id, i AS k FROM generate_series(1, 20000) i;
CREATE TEMP TABLE passing AS SELECT i AS id, i AS k FROM generate_series(1, 20000) i;
SELECT count(*) FROM perfadvisor.index_advice \g /dev/null
SELECT matches(reason_of('of_operator'), 'other objects', 'a statement whose operator now means a planted one is refused');
SELECT matches(reason_of('of_type'), 'other objects', 'so is one whose type does');
SELECT matches(reason_of('of_function'), 'other objects', 'and one whose function does');
SELECT is(reason_of('of_temporary'), NULL, 'one on a temporary table is none that advice is looked for');
SELECT isnt(reason_of('of_shared'), NULL, 'nor is one on a table that a temporary table of who asks hides');
SELECT is((SELECT count(*) FROM perfadvisor.index_advice WHERE relation IN (SELECT oid FROM pg_class WHERE relpersistence = 't')), 0::bigint, 'no temporary table is advised on');
DROP TABLE pg_temp.shared_rows, pg_temp.passing;
SELECT ok(EXISTS (SELECT FROM perfadvisor.index_advice_statements WHERE query LIKE '%of_shared%'), 'once it is gone the statement is advised again');
SELECT is((SELECT array_agg(objid::int ORDER BY objid) FROM pg_locks WHERE locktype = 'advisory' AND classid = 4712), NULL, 'nothing planted, and no policy, ran with a superuser''s rights');

-- More than one statement
SELECT lives_ok($$SELECT perfadvisor.advise(ARRAY['SELECT count(*) FROM policed WHERE k = 1; DROP TABLE policed'])$$, 'of a text of two statements only those are looked at that have plans');
SELECT throws_matching($$SELECT perfadvisor.what_if('SET ROLE pa_bob; SELECT 1', '{}')$$, 'statement|command', 'what-if takes one only');
SELECT throws_ok($$SELECT perfadvisor.what_if('SET ROLE pa_bob', '{}')$$, NULL, NULL, 'and so is one that is no query');
SELECT is(current_user::text || to_regclass('policed')::text, session_user::text || 'policed', 'of either nothing has happened');

-- What a role may not read
SET ROLE pa_alice;
SELECT throws_ok($$SELECT perfadvisor.what_if_size('CREATE INDEX ON shared_rows (word)')$$, '42501', NULL, 'the size of a column that a role may not read is not told');
SELECT throws_ok($$SELECT perfadvisor.what_if('SELECT count(*) FROM shared_rows WHERE k = 1', '{CREATE INDEX ON shared_rows (word)}')$$, '42501', NULL, 'nor how many pages an index on it would have');
SELECT throws_ok($$SELECT perfadvisor.what_if('SELECT count(*) FROM shared_rows WHERE word > ''word 3''', '{}')$$, '42501', NULL, 'nor how many rows the planner expects by it');
RESET ROLE;
SELECT * FROM finish();
\connect regression
SET client_min_messages = error;
DROP DATABASE perfadvisor_test WITH (FORCE);
DROP ROLE pa_alice, pa_bob;
