-- health: missing and old statistics are found by catalogs and counters, ANALYZE as printed mends them, and fresh ones are left alone
\unset ECHO
\i test/setup.sql
\i test/own_database.sql
\i test/health.sql
CREATE SCHEMA "Odd Place";
CREATE TABLE fresh AS SELECT i AS id, i % 10 AS a, i % 10 AS b FROM generate_series(1, 20000) i;
CREATE TABLE "Odd Place"."Never" AS SELECT i AS id FROM generate_series(1, 20000) i;
CREATE TABLE few AS SELECT i AS id FROM generate_series(1, 20) i;
CREATE TABLE old AS SELECT i AS id FROM generate_series(1, 20000) i;
SELECT pg_stat_force_next_flush() \g /dev/null
ANALYZE fresh;
ANALYZE old;
UPDATE old SET id = id + 1 WHERE id <= 8000;
UPDATE fresh SET id = id + 1 WHERE id <= 1000;
CREATE TABLE parted (id int, at date) PARTITION BY RANGE (at);
CREATE TABLE parted_1 PARTITION OF parted FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');
CREATE TABLE parted_2 PARTITION OF parted FOR VALUES FROM ('2026-02-01') TO ('2026-03-01');
INSERT INTO parted SELECT i, '2026-01-01'::date + i % 50 FROM generate_series(1, 5000) i;
SELECT pg_stat_force_next_flush() \g /dev/null
ANALYZE parted_1;
ANALYZE parted_2;
CREATE TABLE grown (LIKE parted) PARTITION BY RANGE (at);
CREATE TABLE grown_1 PARTITION OF grown FOR VALUES FROM ('2026-01-01') TO ('2026-03-01');
INSERT INTO grown SELECT i, '2026-01-01'::date + i % 50 FROM generate_series(1, 2000) i;
ANALYZE grown;
INSERT INTO grown SELECT i, '2026-01-01'::date + i % 50 FROM generate_series(1, 5000) i;
SELECT pg_stat_force_next_flush() \g /dev/null
ANALYZE grown_1;
CREATE STATISTICS "Odd Place"."Empty" ON a, b FROM fresh;
CREATE STATISTICS filled ON id, a FROM fresh;
CREATE TABLE built AS SELECT i % 10 AS a, i % 10 AS b FROM generate_series(1, 5000) i;
CREATE STATISTICS built_too ON a, b FROM built;
ANALYZE built;
SELECT pg_stat_force_next_flush() \g /dev/null
SELECT plan(18);
SELECT is(status_of('statistics_health', 'never_analysed', '"Odd Place"."Never"'), 'warning', 'a table with rows that was never analysed is found');
SELECT is(status_of('statistics_health', 'never_analysed', 'public.few'), NULL, 'and not when it has few');
SELECT is(status_of('statistics_health', 'stale', 'public.old'), 'warning', 'a table that changed more than autovacuum lets pass is found where autovacuum is off');
SELECT is(status_of('statistics_health', 'stale', 'public.fresh'), NULL, 'and not when it changed less');
SELECT is(status_of('statistics_health', 'parent_never_analysed', 'public.parted'), 'warning', 'a partitioned table of which only the partitions were analysed is found');
SELECT is(status_of('statistics_health', 'parent_stale', 'public.grown'), 'warning', 'and one that has outgrown its statistics');
SELECT is(status_of('statistics_health', 'extended_unbuilt', '"Odd Place"."Empty"'), 'warning', 'extended statistics that hold nothing are found');
SELECT is(status_of('statistics_health', 'extended_unbuilt', 'public.built_too'), NULL, 'and not those that do');
SELECT array_agg(verify_sql ORDER BY check_name, object) AS verify, bool_or(verified(verify_sql)) AS before
FROM perfadvisor.statistics_health WHERE status = 'warning' \gset
SELECT ok(NOT :'before', 'verify_sql of each says that it is not mended');
\o /dev/null
SELECT unnest(string_to_array(remedy_sql, E';\n')) FROM perfadvisor.statistics_health WHERE status = 'warning' \gexec
\o
SELECT pg_stat_force_next_flush() \g /dev/null
SELECT is((SELECT count(*) FROM unnest(:'verify'::text[]) AS v WHERE verified(v)), cardinality(:'verify'::text[])::bigint, 'after remedy_sql verify_sql of each says that it is');
SELECT is(array_agg(DISTINCT status), '{ok}', 'and all is well') FROM perfadvisor.statistics_health;

-- the threshold for ANALYZE, with autovacuum looking after the table
SELECT is((SELECT analyze_trigger FROM perfadvisor.table_maintenance WHERE relation = 'fresh'::regclass), (SELECT 50 + 0.1 * reltuples::float8 FROM pg_class WHERE relname = 'fresh'), 'the trigger is that of autovacuum''s settings');
ALTER TABLE fresh SET (autovacuum_analyze_threshold = 7, autovacuum_analyze_scale_factor = 0);
SELECT is((SELECT analyze_trigger FROM perfadvisor.table_maintenance WHERE relation = 'fresh'::regclass), 7::float8, 'and of the table''s own');

-- a role without rights
DROP ROLE IF EXISTS perfadvisor_nobody;
CREATE ROLE perfadvisor_nobody;
SET ROLE perfadvisor_nobody;
SELECT is(status_of('statistics_health', 'extended_unbuilt', 'statistics of tables of other roles'), 'unknown', 'a role that may not see what a table''s statistics hold is not told that they are built');
SELECT is(status_of('statistics_health', 'wrong_estimate', 'statements of other roles'), 'unknown', 'nor that no estimate of others'' statements was wrong');
RESET ROLE;
ALTER TABLE fresh OWNER TO perfadvisor_nobody;
ALTER TABLE built OWNER TO perfadvisor_nobody;
SET ROLE perfadvisor_nobody;
SELECT is(status_of('statistics_health', 'extended_unbuilt', quote_ident(current_database())), 'ok', 'and the owner is');
RESET ROLE;
REASSIGN OWNED BY perfadvisor_nobody TO CURRENT_USER;
DROP ROLE perfadvisor_nobody;

-- wrong estimates that were recorded with current statistics
CREATE TABLE skewed AS SELECT i AS id, 'x' || i % 100 AS a, 'y' || i % 100 AS b FROM generate_series(1, 20000) i;
ANALYZE skewed;
SELECT count(*) FROM skewed WHERE a = 'x7' AND b = 'y7' \g /dev/null
SELECT count(*) FROM fresh WHERE a = 3 \g /dev/null
SELECT is(status_of('statistics_health', 'wrong_estimate', 'public.skewed'), 'warning', 'a recorded scan that was a hundred times off is found');
SELECT is(status_of('statistics_health', 'wrong_estimate', 'public.fresh'), NULL, 'and not one that was right');
SELECT * FROM finish();
