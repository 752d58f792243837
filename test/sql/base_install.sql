-- base: the extension installs into its own schema, documents itself and goes without a trace
\unset ECHO
\i test/setup.sql
\i test/own_database.sql
SELECT plan(7);

SELECT has_extension('perfadvisor', 'CREATE EXTENSION perfadvisor works');
SELECT is(
    (SELECT nspname FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace WHERE extname = 'perfadvisor'),
    'perfadvisor', 'the extension lives in the schema perfadvisor');
SELECT is_empty(
    $$SELECT p.oid::regprocedure FROM pg_depend d JOIN pg_proc p ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid
       WHERE d.deptype = 'e' AND d.refobjid = (SELECT oid FROM pg_extension WHERE extname = 'perfadvisor')
         AND obj_description(p.oid, 'pg_proc') IS NULL$$,
    'every function has a comment');
SELECT is_empty(
    $$SELECT c.oid::regclass FROM pg_depend d JOIN pg_class c ON d.classid = 'pg_class'::regclass AND d.objid = c.oid
       WHERE d.deptype = 'e' AND d.refobjid = (SELECT oid FROM pg_extension WHERE extname = 'perfadvisor')
         AND c.relkind IN ('v', 'r') AND obj_description(c.oid, 'pg_class') IS NULL$$,
    'every view and table has a comment');
SELECT is_empty(
    $$SELECT c.oid::regclass, a.attname FROM pg_depend d JOIN pg_class c ON d.classid = 'pg_class'::regclass AND d.objid = c.oid
        JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
       WHERE d.deptype = 'e' AND d.refobjid = (SELECT oid FROM pg_extension WHERE extname = 'perfadvisor')
         AND c.relkind IN ('v', 'r') AND col_description(c.oid, a.attnum) IS NULL$$,
    'every column has a comment');
SELECT is_empty(
    $$SELECT p.oid::regprocedure FROM pg_depend d JOIN pg_proc p ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid
        JOIN pg_language l ON l.oid = p.prolang
       WHERE d.deptype = 'e' AND d.refobjid = (SELECT oid FROM pg_extension WHERE extname = 'perfadvisor')
         AND l.lanname IN ('sql', 'plpgsql')
         AND NOT coalesce(p.proconfig::text LIKE '%search_path=%', false) AND p.prosqlbody IS NULL$$,
    'no function written in SQL or PL/pgSQL depends on the search_path of its caller');

DROP EXTENSION perfadvisor;
SELECT is_empty(
    $$SELECT p.oid::regprocedure FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE nspname = 'perfadvisor'
       UNION ALL
      SELECT c.oid FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE nspname = 'perfadvisor'$$,
    'DROP EXTENSION leaves no object');
SELECT * FROM finish();
