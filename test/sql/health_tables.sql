-- health: updates that are not heap-only are explained, bloat is estimated and mended, and healthy tables are left alone
\unset ECHO
\i test/setup.sql
\i test/own_database.sql
\i test/health.sql
SELECT perfadvisor.reset() \g /dev/null
CREATE TABLE indexed (id int PRIMARY KEY, "Seen at" int, v text) WITH (fillfactor = 50);
CREATE INDEX "Seen idx" ON indexed ("Seen at");
INSERT INTO indexed SELECT i, i, repeat('x', 50) FROM generate_series(1, 15000) i;
CREATE TABLE crammed (id int PRIMARY KEY, n int, v text);
INSERT INTO crammed SELECT i, i, repeat('x', 50) FROM generate_series(1, 15000) i;
CREATE TABLE roomy (id int PRIMARY KEY, n int, v text) WITH (fillfactor = 40);
INSERT INTO roomy SELECT i, i, repeat('x', 50) FROM generate_series(1, 15000) i;
UPDATE indexed SET v = 'y', "Seen at" = "Seen at" + 1 WHERE id > 0;
UPDATE crammed SET n = n + 1;
UPDATE roomy SET n = n + 1;
CREATE TABLE emptied AS SELECT i AS id, repeat('x', 500) AS v FROM generate_series(1, 300000) i;
CREATE INDEX emptied_id ON emptied (id);
CREATE TABLE filled AS SELECT i AS id, repeat('x', 500) AS v, NULL::int AS n FROM generate_series(1, 300000) i;
DELETE FROM emptied WHERE id % 4 <> 0;
SELECT pg_stat_force_next_flush() \g /dev/null
VACUUM ANALYZE;
UPDATE pg_class SET relpages = 30000 WHERE relname = 'emptied_id';
SELECT plan(19);
SELECT is(status_of('vacuum_health', 'hot_updates', 'public.indexed'), 'info', 'a table whose updates are not heap-only is found');
SELECT matches(message, 'index public."Seen idx" has column "Seen at"', 'and the index on what recorded statements set is named') FROM perfadvisor.vacuum_health WHERE check_name = 'hot_updates' AND object = 'public.indexed';
SELECT is(remedy_sql, NULL, 'which no storage parameter mends') FROM perfadvisor.vacuum_health WHERE check_name = 'hot_updates' AND object = 'public.indexed';
SELECT is(remedy_sql, 'ALTER TABLE public.crammed SET (fillfactor = 85)', 'where no indexed column is set, pages need room') FROM perfadvisor.vacuum_health WHERE check_name = 'hot_updates' AND object = 'public.crammed';
SELECT is(status_of('vacuum_health', 'hot_updates', 'public.roomy'), NULL, 'and a table that has it is left alone');
DROP ROLE IF EXISTS perfadvisor_nobody;
CREATE ROLE perfadvisor_nobody;
SET ROLE perfadvisor_nobody;
SELECT is((SELECT bool_or(message ~ 'Seen idx') FROM perfadvisor.vacuum_health WHERE check_name = 'hot_updates'), false, 'a role that may not see the statements is not told what they set');
SELECT is((SELECT status FROM perfadvisor.vacuum_health WHERE check_name = 'table_bloat'), 'unknown', 'nor, without the right to read tables, that none is bloated');
RESET ROLE;
DROP ROLE perfadvisor_nobody;
SELECT verify_sql AS verify, undo_sql AS undo, verified(verify_sql) AS before, remedy_sql AS remedy FROM perfadvisor.vacuum_health WHERE check_name = 'hot_updates' AND object = 'public.crammed' \gset
:remedy;
SELECT is(ARRAY[:'before'::boolean, verified(:'verify')], ARRAY[false, true], 'what is printed gives them room');
SELECT is(status_of('vacuum_health', 'hot_updates', 'public.crammed'), NULL, 'and ends the finding');
:undo;
SELECT is((SELECT reloptions FROM pg_class WHERE relname = 'crammed'), NULL, 'undo_sql leaves nothing');

-- triggers of autovacuum: with 18's cap, and its share of pages that are not frozen
CREATE TABLE huge AS SELECT i AS id FROM generate_series(1, 1000) i;
CREATE TABLE frozen AS SELECT i AS id FROM generate_series(1, 100000) i;
VACUUM FREEZE frozen;
UPDATE pg_class SET reltuples = 2e9 WHERE relname = 'huge';
SELECT current_setting('server_version_num')::int >= 180000 AS capped \gset
SELECT is((SELECT vacuum_trigger FROM perfadvisor.table_maintenance WHERE relation = 'huge'::regclass), CASE WHEN :'capped' THEN 1e8 ELSE 50 + 0.2 * 2e9 END::float8, 'a table of two billion rows is vacuumed after a fifth of them, from 18 on after a hundred million');
SELECT ok((SELECT insert_trigger BETWEEN CASE WHEN :'capped' THEN 1000 ELSE 1000 + 0.2 * 100000 END AND CASE WHEN :'capped' THEN 3000 ELSE 1000 + 0.2 * 100000 END FROM perfadvisor.table_maintenance WHERE relation = 'frozen'::regclass), 'one that is frozen after a fifth as many new rows, from 18 on of those that are not frozen');
\if :capped
ALTER TABLE huge SET (autovacuum_vacuum_max_threshold = 5000);
\else
ALTER TABLE huge SET (autovacuum_vacuum_threshold = 5000, autovacuum_vacuum_scale_factor = 0);
\endif
SELECT is((SELECT vacuum_trigger FROM perfadvisor.table_maintenance WHERE relation = 'huge'::regclass), 5000::float8, 'options of the table come first');

SELECT is(status_of('vacuum_health', 'table_bloat', 'public.emptied'), 'info', 'a table of which three quarters are empty is found');
SELECT is(status_of('vacuum_health', 'table_bloat', 'public.filled'), NULL, 'and not one that is full');
SELECT is(status_of('index_health', 'index_bloat', 'public.emptied_id'), 'info', 'so is an index');
SELECT array_agg(verify_sql) AS verify, bool_or(verified(verify_sql)) AS before, string_agg(remedy_sql, E';\n' ORDER BY check_name) AS remedy
FROM perfadvisor.all_checks WHERE check_name IN ('table_bloat', 'index_bloat') AND status = 'info' \gset
SELECT ok(:'remedy' ~ '^REINDEX INDEX CONCURRENTLY public.emptied_id;\nVACUUM \(FULL, ANALYZE\) public.emptied$', 'both are to be written anew');
\o /dev/null
SELECT unnest(string_to_array(:'remedy', E';\n')) \gexec
\o
SELECT is(ARRAY[:'before', (SELECT bool_and(verified(v)) FROM unnest(:'verify'::text[]) AS v)], ARRAY[false, true], 'what is printed mends both');
SELECT is((SELECT array_agg(status) FROM perfadvisor.all_checks WHERE check_name IN ('table_bloat', 'index_bloat')), '{ok,ok}', 'and ends both findings');
SELECT * FROM finish();
