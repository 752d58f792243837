-- advise: looking for idle indexes and wrong statistics runs nobody's code with another's rights, and shows nobody more than they may see
\unset ECHO
\i test/setup.sql
\i test/own_database.sql
CREATE ROLE pa_alice; CREATE ROLE pa_bob; CREATE ROLE pa_watcher;
GRANT pg_read_all_stats TO pa_watcher;
GRANT CREATE ON SCHEMA public TO pa_alice, pa_bob;
-- Whatever runs as somebody else than its owner says so, in a line that is not expected
CREATE FUNCTION tell(who name, what text) RETURNS void LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN IF current_user <> who THEN RAISE WARNING '% runs as %', what, current_user; END IF; END $$;
SET ROLE pa_alice;
CREATE FUNCTION her_index(x int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN PERFORM public.tell('pa_alice', 'her_index'); RETURN x; END $$;
CREATE TABLE hers (id int, k int, g int, e int);
INSERT INTO hers SELECT i, i % 100, i % 100, i FROM generate_series(1, 20000) i;
CREATE INDEX hers_folded ON hers ((e + her_index(1)));
CREATE INDEX hers_partial ON hers (id) WHERE e > her_index(2);
SELECT pg_stat_force_next_flush() \g /dev/null
ANALYZE hers;
GRANT SELECT ON hers TO pa_bob;
CREATE TABLE policed (id int, k int, g int);
INSERT INTO policed SELECT i, i % 100, i % 100 FROM generate_series(1, 20000) i;
ALTER TABLE policed ENABLE ROW LEVEL SECURITY;
CREATE POLICY half ON policed USING (id < 10000);
SELECT pg_stat_force_next_flush() \g /dev/null
ANALYZE policed;
GRANT SELECT ON policed TO pa_bob;
RESET ROLE;
SELECT perfadvisor.reset() \g /dev/null
SET ROLE pa_bob;
CREATE FUNCTION his(x int) RETURNS int LANGUAGE plpgsql IMMUTABLE COST 0.0001 AS $$ BEGIN PERFORM public.tell('pa_bob', 'his'); RETURN x; END $$;
CREATE FUNCTION his_equal(a int, b int) RETURNS bool LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN PERFORM public.tell('pa_bob', 'his_equal'); RETURN a = b; END $$;
CREATE OPERATOR === (LEFTARG = int, RIGHTARG = int, FUNCTION = his_equal, RESTRICT = eqsel, JOIN = eqjoinsel);
CREATE DOMAIN his_number AS int CHECK (public.his(VALUE) = VALUE);
SELECT count(*) FROM hers WHERE k = his(5) AND his(g) = 5 AND g === 5 AND k = 5::his_number \g /dev/null
SELECT count(*) FROM hers WHERE k = 5 AND g = 5 \g /dev/null
SELECT count(*) FROM policed WHERE k = 5 AND g = 5 \g /dev/null
RESET ROLE;

SELECT plan(8);
SELECT results_eq('SELECT relation::text, columns FROM perfadvisor.statistics_advice', $$VALUES ('hers', '{k,g}'::text[])$$,
                  'conditions are compared with a sample, but not of a table with row-level security');
SELECT results_eq('SELECT index::text FROM perfadvisor.index_cleanup', $$VALUES ('hers_folded'), ('hers_partial')$$, 'indexes with functions in them are judged');
SET ROLE pa_bob;
SELECT results_eq('SELECT columns FROM perfadvisor.statistics_advice', $$VALUES ('{k,g}'::text[])$$, 'a role sees what its own statements show');
SELECT is((SELECT count(*)::int FROM perfadvisor.index_cleanup WHERE caveat NOT LIKE '%only statements of roles whose privileges you have%'), 0,
          'and is told that the others'' statements were not planned');
RESET ROLE;
REVOKE SELECT ON hers FROM pa_bob;
SET ROLE pa_bob;
SELECT is((SELECT count(*)::int FROM perfadvisor.statistics_advice), 0, 'but nothing of a table that it may not read');
SELECT is((SELECT count(*)::int FROM perfadvisor.index_cleanup), 0, 'nor of its indexes');
SET ROLE pa_watcher;
SELECT is((SELECT count(*)::int FROM perfadvisor.statistics_advice), 1, 'a member of pg_read_all_stats sees all of the statistics');
SELECT is((SELECT count(*)::int FROM perfadvisor.index_cleanup), 2, 'and all of the indexes');
RESET ROLE;
SELECT * FROM finish();
\connect regression
SET client_min_messages = error;
DROP DATABASE perfadvisor_test WITH (FORCE);
DROP ROLE pa_alice, pa_bob, pa_watcher;
