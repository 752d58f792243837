-- security: no function that a role planted is ever run with a superuser's rights by what a superuser asks of the extension
\unset ECHO
\i test/setup.sql
\i test/own_database.sql
SELECT plan(16);
CREATE ROLE pa_mallory;
GRANT CREATE ON DATABASE perfadvisor_test TO pa_mallory;
GRANT CREATE ON SCHEMA public TO pa_mallory;
SELECT perfadvisor.reset() \g /dev/null

-- What is planted leaves a trace that no rollback takes away: a lock of the session, with the number of the trap.
SET ROLE pa_mallory;
CREATE FUNCTION trap(n int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    IF (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) THEN
        PERFORM pg_advisory_lock(4711, n);
    END IF;
    RETURN n;
END $$;
-- The same with a setting of its own, which makes the server call it in another way
CREATE FUNCTION trap_set(n int) RETURNS int LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog AS $$
BEGIN
    IF (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) THEN
        PERFORM pg_advisory_lock(4711, n);
    END IF;
    RETURN n;
END $$;
CREATE FUNCTION harmless(n int) RETURNS int LANGUAGE SQL IMMUTABLE AS 'SELECT n';
-- 1 to 6: on a table of hers, which no superuser ever reads
CREATE TABLE mine AS SELECT i AS id, i % 4000 AS k, i % 7 AS s FROM generate_series(1, 20000) i;
CREATE INDEX mine_part ON mine (s) WHERE trap(1) = 1;
CREATE INDEX mine_expr ON mine ((s + trap(2)));
CREATE STATISTICS mine_stat ON (k + trap(3)), (s + 1) FROM mine;
ALTER TABLE mine ADD CHECK (id > trap(4) - 1000);
CREATE INDEX mine_set ON mine (s) WHERE trap_set(6) = 6;
ANALYZE mine;
SELECT count(*) FROM mine WHERE k = 7 \g /dev/null
SELECT count(*) FROM mine WHERE k = 7 AND s = trap(5) \g /dev/null
SELECT count(*) FROM mine WHERE k + trap(5) = 8 \g /dev/null
-- 11 and more: what a superuser runs once, and what she replaces afterwards
CREATE TABLE bait AS SELECT i AS id, i % 4000 AS k, i % 5 AS d FROM generate_series(1, 20000) i;
ANALYZE bait;
CREATE VIEW bait_view AS SELECT * FROM bait WHERE id > 0;
CREATE DOMAIN number_code AS int;
CREATE FUNCTION called(n int) RETURNS int LANGUAGE SQL IMMUTABLE AS 'SELECT n';
CREATE FUNCTION called_set(n int) RETURNS int LANGUAGE SQL IMMUTABLE SET search_path = pg_catalog AS 'SELECT n';
CREATE TABLE inherited (k int, d int);
CREATE TABLE child () INHERITS (inherited);
INSERT INTO child SELECT i % 4000, i FROM generate_series(1, 20000) i;
ANALYZE child;
RESET ROLE;
SELECT count(*) FROM bait WHERE k = 11 \g /dev/null
SELECT count(*) FROM bait_view WHERE k = 12 \g /dev/null
SELECT count(*) FROM bait WHERE k = called(13) \g /dev/null
SELECT count(*) FROM bait WHERE k = '14'::number_code \g /dev/null
PREPARE of_domain(number_code) AS SELECT count(*) FROM bait WHERE k = $1 AND d >= 0;
EXECUTE of_domain(14) \g /dev/null
SELECT count(*) FROM inherited WHERE k = 16 \g /dev/null
SELECT count(*) FROM bait WHERE k = called_set(17) \g /dev/null
SET ROLE pa_mallory;
CREATE INDEX bait_part ON bait (d) WHERE trap(11) = 11;
CREATE OR REPLACE VIEW bait_view AS SELECT * FROM bait WHERE id > trap(12) - 100;
CREATE OR REPLACE FUNCTION called(n int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS $$BEGIN RETURN trap(n); END$$;
CREATE OR REPLACE FUNCTION called_set(n int) RETURNS int LANGUAGE plpgsql IMMUTABLE SET search_path = public AS $$BEGIN RETURN trap(n); END$$;
ALTER DOMAIN number_code ADD CHECK (VALUE > trap(14) - 100);
ALTER TABLE child ADD CHECK (d > trap(16) - 100);
RESET ROLE;

SELECT lives_ok('SELECT * FROM perfadvisor.index_advice', 'a superuser reads index advice');
SELECT lives_ok('SELECT * FROM perfadvisor.index_advice_rejected', 'rejected indexes');
SELECT lives_ok('SELECT * FROM perfadvisor.index_cleanup', 'superfluous indexes');
SELECT lives_ok('SELECT * FROM perfadvisor.statistics_advice', 'advice on statistics');
SELECT lives_ok('SELECT * FROM perfadvisor.query_patterns', 'patterns');
SELECT lives_ok('SELECT * FROM perfadvisor.cache_advice', 'advice on caching');
SELECT lives_ok('SELECT perfadvisor.refresh_advice()', 'refreshes advice');
SELECT lives_ok('SELECT * FROM perfadvisor.findings', 'reads findings');
SELECT lives_ok('SELECT perfadvisor.note_findings()', 'has them noted');
SELECT lives_ok('SELECT perfadvisor.snapshot()', 'takes a snapshot');
SELECT lives_ok('SELECT perfadvisor.prometheus()', 'exports metrics');
SELECT is((SELECT array_agg(objid::int ORDER BY objid) FROM pg_locks WHERE locktype = 'advisory' AND classid = 4711), NULL,
          'and not one of the traps was run as superuser');

SELECT ok(EXISTS (SELECT FROM perfadvisor.unadvised_statements WHERE query LIKE '%called(%' AND reason LIKE '%called%pa_mallory%'),
          'a superuser''s statement that would run another role''s function says so');
SELECT ok(EXISTS (SELECT FROM perfadvisor.index_advice WHERE relation = 'mine'::regclass),
          'her own statements are advised nevertheless');

-- What a superuser writes down himself is planned like EXPLAIN would
SELECT lives_ok($$SELECT perfadvisor.what_if('SELECT count(*) FROM bait WHERE k = harmless(3)')$$, 'a superuser may name any function in a text of his own');

SELECT pg_advisory_unlock_all() \g /dev/null

-- A document from elsewhere may name any role
SELECT perfadvisor.import_workload(jsonb_build_object('format', 'perfadvisor workload', 'version', 1, 'exported_at', now(), 'recorded_since', now() - interval '1 day',
    'server_version', '15.0', 'standby', false, 'redacted', false, 'indexes', '[]'::jsonb,
    'statements', jsonb_agg(jsonb_build_object('rolname', r, 'queryid', n::text, 'toplevel', true, 'query', q, 'statement_class', 'lookup', 'calls', 100000, 'failures', 0,
        'rows', 1, 'total_exec_time', 1e7, 'min_exec_time', 1, 'max_exec_time', 1000, 'first_seen', now() - interval '1 day', 'last_seen', now(),
        'samples', jsonb_build_array(jsonb_build_object('query', q, 'parameters', '[]'::jsonb, 'parameter_types', '[]'::jsonb, 'parameters_known', '[]'::jsonb,
            'exec_time', 100, 'rows', 1, 'search_path', 'public'))))), 'elsewhere')
FROM (VALUES (1, current_user::text, 'SELECT count(*) FROM bait WHERE k = trap(21)'),
             (2, current_user::text, 'SELECT 1; SELECT count(*) FROM bait WHERE k = trap(22)'),
             (3, current_user::text, 'DO $$BEGIN PERFORM trap(23); END$$'),
             (4, current_user::text, 'EXPLAIN ANALYZE SELECT count(*) FROM bait WHERE k = trap(24)')) AS v(n, r, q) \g /dev/null
SELECT count(*) FROM perfadvisor.index_advice \g /dev/null
SELECT is((SELECT array_agg(objid::int ORDER BY objid) FROM pg_locks WHERE locktype = 'advisory' AND classid = 4711), NULL,
          'nor is one run by a document that names a superuser as the role');
SELECT * FROM finish();
\connect regression
SET client_min_messages = error;
DROP DATABASE perfadvisor_test WITH (FORCE);
DROP ROLE pa_mallory;
