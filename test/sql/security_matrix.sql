-- security: what each kind of role may read and call is written down here, and none reads a constant of a role it may not see
\unset ECHO
\i test/setup.sql
\i test/own_database.sql
SELECT no_plan();

CREATE ROLE matrix_alice LOGIN;
CREATE ROLE matrix_member LOGIN IN ROLE matrix_alice;
CREATE ROLE matrix_nobody LOGIN;
-- pg_monitor has the privileges of pg_read_all_stats; a member that does not inherit is shown numbers alone
CREATE ROLE matrix_monitor LOGIN IN ROLE pg_monitor NOINHERIT;
CREATE ROLE matrix_watcher LOGIN IN ROLE pg_monitor;
CREATE ROLE matrix_stats LOGIN IN ROLE pg_read_all_stats;
CREATE SCHEMA matrix_schema AUTHORIZATION matrix_alice;

-- Alice's constants are everywhere that something is recorded: in statements, samples, slow ones with their plans,
-- failures, runs, filters of scans, advice, history and a workload taken in from elsewhere.
SET perfadvisor.slow_query_time = 0;
SET SESSION AUTHORIZATION matrix_alice;
SET search_path = matrix_schema;
CREATE TABLE secrets (id int, parent int, name text, flag text) WITH (autovacuum_enabled = off);
INSERT INTO secrets SELECT g, g % 500, 'n' || g % 5000, CASE WHEN g % 100 = 0 THEN 'planted-secret' ELSE 'x' END FROM generate_series(1, 30000) AS g;
ANALYZE secrets;
\o /dev/null
SELECT 'SELECT id FROM secrets WHERE name = ''planted-secret' || g || ''' AND flag = ''planted-secret''' FROM generate_series(1, 12) AS g \gexec
SELECT 'SELECT count(*) FROM secrets WHERE flag = ''planted-secret'' AND parent > ' || g FROM generate_series(1, 6) AS g \gexec
SELECT 'SELECT /*tag=''planted-secret''*/ name FROM secrets WHERE name LIKE ''%planted-secret%'' /*controller=''planted-secret''*/' FROM generate_series(1, 6) \gexec
SET plan_cache_mode = force_custom_plan;
PREPARE by_name(text) AS SELECT id FROM secrets WHERE name = $1;
SELECT 'EXECUTE by_name(''planted-secret' || g || ''')' FROM generate_series(1, 12) AS g \gexec
SELECT set_config('application_name', 'planted', false);
BEGIN;
SELECT 'INSERT INTO secrets VALUES (0, 0, ''planted-secret'', ''' || g || ''')' FROM generate_series(1, 12) AS g \gexec
COMMIT;
SELECT id FROM secrets ORDER BY name, flag OFFSET 20000 LIMIT 1;
DO $do$ BEGIN PERFORM id FROM secrets WHERE id = 'planted-secret'::text::int; EXCEPTION WHEN OTHERS THEN NULL; END $do$;
RESET SESSION AUTHORIZATION;
RESET search_path;
SET client_min_messages = warning;
SELECT * FROM perfadvisor.refresh_advice();
SELECT perfadvisor.snapshot('planted');
SELECT perfadvisor.note_findings();
SELECT perfadvisor.import_workload(perfadvisor.export_workload(), 'elsewhere', 'matrix_alice');
SELECT perfadvisor.snapshot();
\o

-- Everything that a role reads, as one text: each relation, and each function without arguments that it needs.
CREATE FUNCTION what_it_reads(OUT kind text, OUT name text, OUT content text) RETURNS SETOF record LANGUAGE plpgsql AS $$
DECLARE r record;
BEGIN
    FOR r IN SELECT 'relation' AS kind, c.relname::text AS name, format('SELECT string_agg(x::text, E''\n'') FROM perfadvisor.%I AS x', c.relname) AS query
             FROM pg_class AS c WHERE c.relnamespace = 'perfadvisor'::regnamespace AND c.relkind IN ('r', 'v', 'm')
             UNION ALL
             SELECT 'function', p.oid::regprocedure::text, format('SELECT string_agg(x::text, E''\n'') FROM perfadvisor.%I() AS x', p.proname)
             FROM pg_proc AS p WHERE p.pronamespace = 'perfadvisor'::regnamespace AND p.prokind = 'f' AND p.pronargs = p.pronargdefaults
               AND p.proname NOT IN ('reset', 'save', 'pull_sources') AND p.prorettype <> 'trigger'::regtype
             UNION ALL
             SELECT 'function', 'in_flight(timestamptz)', $q$SELECT string_agg(x::text, E'\n') FROM perfadvisor.in_flight('-infinity') AS x$q$
             UNION ALL
             SELECT 'function', 'examine_statements(0)', $q$SELECT string_agg(x::text, E'\n') FROM perfadvisor.examine_statements(0) AS x$q$
             ORDER BY 1, 2
    LOOP
        kind := r.kind; name := r.name;
        BEGIN
            EXECUTE r.query INTO content;
        EXCEPTION
            WHEN insufficient_privilege THEN CONTINUE;
            WHEN OTHERS THEN content := 'error: ' || SQLERRM;
        END;
        RETURN NEXT;
    END LOOP;
END $$;
GRANT USAGE ON SCHEMA public TO PUBLIC;

-- Who may ask. A new object is a line that is not expected: think of who may see what is in it.
SELECT o.kind || ' ' || o.name || ': ' || COALESCE(string_agg(w.who, ', ' ORDER BY w.place) FILTER (WHERE o.allowed[w.place]), 'nobody but who is granted it')
FROM (VALUES (1, 'everybody'), (2, 'member'), (3, 'pg_monitor'), (4, 'pg_read_all_stats')) AS w(place, who)
     CROSS JOIN (SELECT 'relation' AS kind, c.relname::text AS name,
                        (SELECT array_agg(has_any_column_privilege(r.rolname, c.oid, 'SELECT') ORDER BY r.place) FROM (VALUES (1, 'matrix_nobody'), (2, 'matrix_member'), (3, 'matrix_watcher'), (4, 'matrix_stats')) AS r(place, rolname)) AS allowed
                 FROM pg_class AS c WHERE c.relnamespace = 'perfadvisor'::regnamespace AND c.relkind IN ('r', 'v', 'm', 'S')
                 UNION ALL
                 SELECT 'function', regexp_replace(p.oid::regprocedure::text, '^perfadvisor\.', ''),
                        (SELECT array_agg(has_function_privilege(r.rolname, p.oid, 'EXECUTE') ORDER BY r.place) FROM (VALUES (1, 'matrix_nobody'), (2, 'matrix_member'), (3, 'matrix_watcher'), (4, 'matrix_stats')) AS r(place, rolname))
                 FROM pg_proc AS p WHERE p.pronamespace = 'perfadvisor'::regnamespace) AS o
WHERE w.place = 1 OR NOT o.allowed[1]
GROUP BY o.kind, o.name
ORDER BY o.kind DESC, o.name COLLATE "C";

-- Nobody may write, create or call what changes something.
SELECT is((SELECT string_agg(c.relname, ', ') FROM pg_class AS c CROSS JOIN (VALUES ('matrix_nobody'), ('matrix_member'), ('matrix_watcher'), ('matrix_stats')) AS r(rolname)
           WHERE c.relnamespace = 'perfadvisor'::regnamespace AND c.relkind IN ('r', 'v') AND has_table_privilege(r.rolname, c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE, TRIGGER, REFERENCES')), NULL,
    'none of them may write into anything');
SELECT ok(NOT has_schema_privilege('matrix_watcher', 'perfadvisor', 'CREATE') AND NOT has_schema_privilege('matrix_nobody', 'perfadvisor', 'CREATE'), 'or create anything beside it');

-- Which of them show the secret: to those who may see it, so that the search is known to find something; to others none.
CREATE FUNCTION shown() RETURNS text[] LANGUAGE sql AS $$
    SELECT COALESCE(array_agg(s.name ORDER BY s.name COLLATE "C"), '{}') FROM what_it_reads() AS s WHERE s.content LIKE '%planted-secret%';
$$;
SET SESSION AUTHORIZATION matrix_stats;
SELECT is(ARRAY['statement_samples', 'slow_queries', 'statement_plans', 'kept_advice', 'snapshot_statements', 'perfadvisor.export_workload(boolean)', 'source_statements'] <@ shown(), true, 'who may read all statistics finds constants') ;
RESET SESSION AUTHORIZATION;
SET SESSION AUTHORIZATION matrix_member;
SELECT is(ARRAY['statement_samples', 'slow_queries'] <@ shown(), true, 'a member of the role finds its constants');
RESET SESSION AUTHORIZATION;
SET SESSION AUTHORIZATION matrix_nobody;
SELECT is(shown(), '{}', 'a role without rights finds none of another''s');
RESET SESSION AUTHORIZATION;
SET SESSION AUTHORIZATION matrix_monitor;
SELECT is(shown(), '{}', 'nor does a member of pg_monitor that has not its privileges');
RESET SESSION AUTHORIZATION;

SELECT * FROM finish();
\connect regression
DROP DATABASE perfadvisor_test;
DROP ROLE matrix_alice, matrix_member, matrix_nobody, matrix_monitor, matrix_watcher, matrix_stats;
