-- record: the time that just-in-time compilation takes is counted, and where it is most of a statement's time it is advised to compile less
\unset ECHO
\i test/setup.sql
\i test/own_database.sql
\i test/health.sql
ALTER SYSTEM SET jit = on;
ALTER SYSTEM SET jit_above_cost = 100;
\i test/reload.sql
CREATE TABLE compiled AS SELECT n AS id, n % 500 AS part FROM generate_series(1, 20000) n;
ANALYZE compiled;
SELECT perfadvisor.reset() \g /dev/null
SELECT pg_jit_available() AS possible \gset
SELECT sum(id + part), avg(part) AS with_jit FROM compiled WHERE part > 3 \g /dev/null
SELECT sum(id + part), avg(part) AS with_jit FROM compiled WHERE part > 4 \g /dev/null
SELECT count(*) AS cheap FROM compiled WHERE ctid = '(0,1)' \g /dev/null
SET jit = off;
SELECT max(id + part) AS without_jit FROM compiled WHERE part > 5 \g /dev/null
RESET jit;
-- what is asked from here on shall not count as time that statements take
SET perfadvisor.track = off;
CREATE FUNCTION jit(name text) RETURNS perfadvisor.statements LANGUAGE sql AS
$$ SELECT s FROM perfadvisor.statements s WHERE s.query LIKE '%AS ' || name || ' FROM compiled%' AND s.datname = current_database() $$;
SELECT status, coalesce(advised_setting, '0') AS advised, coalesce(evidence -> 'queryids' ->> 0, '') AS queryid,
       coalesce(verify_sql, 'SELECT true') AS verify, coalesce(undo_sql, '') AS undo, verified(coalesce(verify_sql, 'SELECT true')) AS before
FROM perfadvisor.settings_health WHERE object = 'jit_above_cost' \gset
SELECT (jit('with_jit')).queryid AS expected, coalesce((perfadvisor.server_facts() ->> 'jit_own_share')::float8 > 0.25, false) AS mostly \gset
\o /dev/null
SELECT unnest(string_to_array(remedy_sql, E';\n')) FROM perfadvisor.settings_health WHERE object = 'jit_above_cost' AND remedy_sql IS NOT NULL \gexec
\o
\i test/reload.sql
SELECT verified(:'verify') AS after, status_of('settings_health', 'setting', 'jit_above_cost') AS status_after, status_of('settings_health', 'setting', 'jit') AS jit_after,
       current_setting('jit_above_cost')::float8 AS set_to \gset
\o /dev/null
SELECT unnest(string_to_array(nullif(:'undo', ''), E';\n')) \gexec
\o
\i test/reload.sql
SELECT current_setting('jit_above_cost')::float8 AS undone \gset
ALTER SYSTEM RESET jit;
ALTER SYSTEM RESET jit_above_cost;
\i test/reload.sql

-- Where the server has no compiler, nothing can be counted
SELECT plan(12);
SELECT ok(NOT :'possible' OR ((jit('with_jit')).jit_functions > 0 AND (jit('with_jit')).jit_time > 0), 'functions that were compiled are counted, and the time that took');
SELECT ok((jit('without_jit')).jit_functions = 0 AND (jit('without_jit')).jit_time = 0, 'a statement that was not compiled has none');
SELECT ok((jit('cheap')).jit_functions = 0, 'nor has a cheap one');
SELECT ok(NOT :'possible' OR :'mostly', 'where most of the time goes into compiling, the facts say so');
SELECT ok(NOT :'possible' OR (:'status' = 'info' AND :'advised'::float8 > 100), 'it is advised to raise the cost from which on statements are compiled');
SELECT ok(NOT :'possible' OR :'queryid' = :'expected', 'the statement is named');
SELECT ok(NOT :'possible' OR :'after'::boolean AND NOT :'before'::boolean, 'what is printed sets it');
SELECT ok(:'status_after' = 'ok' AND :'jit_after' = 'ok', 'and then all is well');
SELECT ok(NOT :'possible' OR (:'set_to'::float8 > 100 AND :'undone'::float8 = 100), 'undo_sql takes it back');

-- Judged by facts alone
CREATE FUNCTION judged(facts jsonb) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(setting || '=' || advised, ' ' ORDER BY setting) FROM perfadvisor.judge_settings(facts || '{"settings": {"jit": "on", "jit_above_cost": 100000}}')
    WHERE advised IS NOT NULL AND setting LIKE 'jit%' $$;
SELECT is(judged('{"jit_share": 0.3, "jit_own_share": 0.5, "jit_cost": 200000, "jit_cost_worth": 3000000}'), 'jit_above_cost=300000', 'where costlier statements are worth it, they stay compiled');
SELECT is(judged('{"jit_share": 0.3, "jit_own_share": 0.5, "jit_cost": 200000, "jit_cost_worth": 150000}'), 'jit=off', 'where the cost does not tell, compiling is to be switched off');
SELECT is(judged('{"jit_share": 0.05, "jit_own_share": 0.1, "jit_cost": 200000, "jit_cost_worth": 150000}'), NULL, 'where it takes little, nothing is to be changed');
SELECT * FROM finish();
