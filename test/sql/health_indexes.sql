-- health: invalid indexes and foreign keys without one are found, what is printed mends them, and healthy ones are left alone
\unset ECHO
\i test/setup.sql
\i test/own_database.sql
\i test/health.sql
CREATE SCHEMA "Odd Place";
CREATE TABLE "Odd Place"."Parent" (id int PRIMARY KEY, tenant int, UNIQUE (tenant, id));
INSERT INTO "Odd Place"."Parent" SELECT i, i % 10 FROM generate_series(1, 1000) i;
CREATE TABLE quiet (id int PRIMARY KEY);
INSERT INTO quiet SELECT i FROM generate_series(1, 1000) i;
CREATE TABLE "Odd Place"."Child" (id int PRIMARY KEY, "Parent id" int CONSTRAINT "Child key" REFERENCES "Odd Place"."Parent" ON DELETE CASCADE, quiet_id int CONSTRAINT quiet_key REFERENCES quiet, covered int CONSTRAINT covered_key REFERENCES "Odd Place"."Parent",
    sometimes int CONSTRAINT sometimes_key REFERENCES "Odd Place"."Parent", half int CONSTRAINT half_key REFERENCES "Odd Place"."Parent", tenant int, CONSTRAINT composite_key FOREIGN KEY (tenant, covered) REFERENCES "Odd Place"."Parent" (tenant, id));
INSERT INTO "Odd Place"."Child" SELECT i, i % 500 + 1, i % 1000 + 1 FROM generate_series(1, 20000) i;
-- the columns of the key in another order; a predicate that keeps all that can match; and one that does not
CREATE INDEX ON "Odd Place"."Child" (covered, tenant);
CREATE INDEX ON "Odd Place"."Child" (sometimes) WHERE sometimes IS NOT NULL;
CREATE INDEX ON "Odd Place"."Child" (half) WHERE half > 500;
CREATE TABLE small_child (id int, parent_id int CONSTRAINT small_key REFERENCES "Odd Place"."Parent");
INSERT INTO small_child SELECT i, i FROM generate_series(1, 100) i;
CREATE TABLE wide_key (parent_id bigint CONSTRAINT wide_key REFERENCES quiet);
CREATE TABLE doubled AS SELECT i / 2 AS v FROM generate_series(1, 1000) i;
\set ON_ERROR_STOP off
\set VERBOSITY sqlstate
CREATE UNIQUE INDEX CONCURRENTLY "Doubled idx" ON doubled (v);
\set VERBOSITY default
\set ON_ERROR_STOP on
CREATE INDEX fine ON doubled (v);
ANALYZE;
DELETE FROM "Odd Place"."Parent" WHERE id > 990;
CREATE TABLE keyless AS SELECT i AS id FROM generate_series(1, 5000) i;
CREATE TABLE log_only AS SELECT i AS id FROM generate_series(1, 5000) i;
UPDATE keyless SET id = id + 1 WHERE id < 10;
SELECT pg_stat_force_next_flush() \g /dev/null
SELECT plan(22);
SELECT is(status_of('index_health', 'invalid_index', 'public."Doubled idx"'), 'warning', 'an index whose build failed is found');
SELECT is(status_of('index_health', 'invalid_index', 'public.fine'), NULL, 'and not a valid one');
SELECT is(status_of('index_health', 'foreign_key_unindexed', '"Odd Place"."Child" "Child key"'), 'warning', 'a foreign key without an index whose parent rows are deleted is found');
SELECT is(status_of('index_health', 'foreign_key_unindexed', '"Odd Place"."Child" quiet_key'), NULL, 'and not where no parent row ever changes');
SELECT is(status_of('index_health', 'foreign_key_unindexed', '"Odd Place"."Child" covered_key'), NULL, 'nor where an index begins with its column');
SELECT is(status_of('index_health', 'foreign_key_unindexed', '"Odd Place"."Child" composite_key'), NULL, 'nor where one begins with its columns in another order');
SELECT is(status_of('index_health', 'foreign_key_unindexed', '"Odd Place"."Child" sometimes_key'), NULL, 'nor where one has all rows with a value');
SELECT is(status_of('index_health', 'foreign_key_unindexed', '"Odd Place"."Child" half_key'), 'warning', 'but where one has some of them only');
SELECT is(status_of('index_health', 'foreign_key_unindexed', 'public.small_child small_key'), NULL, 'a table with few rows needs none');
SELECT is(status_of('index_health', 'foreign_key_types', 'public.wide_key wide_key'), 'info', 'a foreign key of another type than what it refers to is found');
SELECT is(status_of('index_health', 'no_primary_key', 'public.keyless'), 'info', 'a table whose rows change and have no key is found');
SELECT is(status_of('index_health', 'no_primary_key', 'public.log_only'), NULL, 'and not one whose rows never change');

DELETE FROM doubled;
SELECT array_agg(verify_sql ORDER BY check_name, object) AS verify, bool_or(verified(verify_sql)) AS before, array_agg(undo_sql ORDER BY object) FILTER (WHERE check_name = 'foreign_key_unindexed') AS undo
FROM perfadvisor.index_health WHERE status = 'warning' \gset
SELECT ok(NOT :'before', 'verify_sql of each says that it is not mended');
\o /dev/null
SELECT unnest(string_to_array(remedy_sql, E';\n')) FROM perfadvisor.index_health WHERE status = 'warning' \gexec
\o
SELECT is((SELECT count(*) FROM unnest(:'verify'::text[]) AS v WHERE verified(v)), cardinality(:'verify'::text[])::bigint, 'after remedy_sql verify_sql of each says that it is');
SELECT is((SELECT count(*) FROM perfadvisor.index_health WHERE status = 'warning'), 0::bigint, 'and none is left');
\o /dev/null
SELECT unnest(:'undo'::text[]) \gexec
\o
SELECT is((SELECT count(*) FROM perfadvisor.index_health WHERE check_name = 'foreign_key_unindexed' AND status = 'warning'), 2::bigint, 'undo_sql drops what was created');

-- ranked by what happens to the rows that are referred to
UPDATE quiet SET id = id WHERE id <= 500;
SELECT pg_stat_force_next_flush() \g /dev/null
SELECT is(status_of('index_health', 'foreign_key_unindexed', '"Odd Place"."Child" quiet_key'), 'info', 'a foreign key whose parent rows are updated is worth a look');
SELECT is((SELECT array_agg(split_part(object, ' ', 3) || ' ' || (evidence ->> 'parent_deletes') || ' ' || (evidence ->> 'parent_updates') ORDER BY value DESC, object) FROM perfadvisor.index_health WHERE check_name = 'foreign_key_unindexed' AND status <> 'ok'),
    '{"\"Child 10 0","half_key 10 0","quiet_key 0 500"}', 'and comes after those whose parent rows are deleted, with how many of both');
SELECT ok(NOT is_unique AND is_valid AND scans = 0, 'index_usage has every index') FROM perfadvisor.index_usage WHERE index = 'fine'::regclass;
SELECT is((SELECT count(*) FROM perfadvisor.index_health WHERE object LIKE '%perfadvisor%' AND status <> 'ok'), 0::bigint, 'the extension''s own tables are not named');
DROP ROLE IF EXISTS perfadvisor_nobody;
CREATE ROLE perfadvisor_nobody;
UPDATE pg_class SET relpages = 20000 WHERE oid = 'fine'::regclass;
SET ROLE perfadvisor_nobody;
SELECT is((SELECT status FROM perfadvisor.index_health WHERE check_name = 'index_bloat'), 'unknown', 'a role that may not read statistics is not told that no index is bloated');
SELECT is((SELECT status FROM perfadvisor.vacuum_health WHERE check_name = 'table_bloat'), 'ok', 'small tables are not asked for');
RESET ROLE;
DROP ROLE perfadvisor_nobody;
SELECT * FROM finish();
