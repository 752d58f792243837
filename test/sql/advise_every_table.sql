-- advise: the DDL runs as printed for every kind of table, and what it created is valid and used
\unset ECHO
\i test/setup.sql
\i test/own_database.sql
CREATE EXTENSION file_fdw;
CREATE SERVER files FOREIGN DATA WRAPPER file_fdw;
CREATE SCHEMA "Shop ""A""";
CREATE SCHEMA other;
SET allow_in_place_tablespaces = on;
CREATE TABLESPACE pa_space LOCATION '';
SELECT 'N' || repeat('ä', 31) AS longname \gset

-- one kind of table each, all alike: rows with few equal values of k
CREATE FUNCTION fill(name text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('INSERT INTO %s SELECT i, (i * 7919::bigint) %% 4000, md5(i::text) FROM generate_series(1, 20000) i', name);
    EXECUTE format('ANALYZE %s', name);
END $$;
CREATE TABLE "Shop ""A""".:"longname" (id int, "K "" k" int, t text);
CREATE UNLOGGED TABLE unlogged (id int, k int, t text);
CREATE TABLE spaced (id int, k int, t text) TABLESPACE pa_space;
CREATE TABLE spaced_indexes (id int, k int, t text);
CREATE INDEX ON spaced_indexes (id) TABLESPACE pa_space;
CREATE TEMP TABLE temporary (id int, k int, t text);
SELECT fill(n) FROM unnest(ARRAY['"Shop ""A""".' || quote_ident(:'longname'), 'unlogged', 'spaced', 'spaced_indexes', 'temporary']) n \g /dev/null
CREATE MATERIALIZED VIEW matview AS SELECT id, k, t FROM unlogged;
ANALYZE matview;
CREATE TABLE heir_parent (id int, k int, t text);
CREATE TABLE other.heir (more int) INHERITS (heir_parent);
INSERT INTO other.heir SELECT id, k, t, 1 FROM unlogged;
INSERT INTO heir_parent SELECT id, k, t FROM unlogged;
ANALYZE heir_parent, other.heir;

-- a tree of partitions: two levels, columns in another order, another schema, an index here and there
CREATE TABLE tree (id int, k int, t text) PARTITION BY RANGE (id);
CREATE TABLE other.tree_1 (t text, gone int, k int, id int);
ALTER TABLE other.tree_1 DROP COLUMN gone;
ALTER TABLE tree ATTACH PARTITION other.tree_1 FOR VALUES FROM (0) TO (5000);
CREATE TABLE tree_2 PARTITION OF tree FOR VALUES FROM (5000) TO (15000) PARTITION BY RANGE (id);
CREATE TABLE tree_2_a PARTITION OF tree_2 FOR VALUES FROM (5000) TO (10000);
CREATE TABLE "Tree 2 b" PARTITION OF tree_2 FOR VALUES FROM (10000) TO (15000);
CREATE TABLE tree_3 PARTITION OF tree FOR VALUES FROM (15000) TO (30000);
SELECT fill('tree') \g /dev/null
CREATE INDEX ready_made ON tree_3 (k);
CREATE INDEX not_the_same ON tree_2_a (k DESC) WHERE k > 100000;

-- partitions of which one is a foreign table
CREATE TABLE mixed (id int, k int, t text) PARTITION BY RANGE (id);
CREATE TABLE mixed_1 PARTITION OF mixed FOR VALUES FROM (0) TO (10000);
CREATE TABLE mixed_2 PARTITION OF mixed FOR VALUES FROM (10000) TO (30000) PARTITION BY RANGE (id);
CREATE TABLE mixed_2_a PARTITION OF mixed_2 FOR VALUES FROM (10000) TO (30000);
SELECT fill('mixed') \g /dev/null
CREATE FOREIGN TABLE mixed_far PARTITION OF mixed FOR VALUES FROM (30000) TO (40000) SERVER files OPTIONS (filename '/dev/null');
CREATE FOREIGN TABLE far (id int, k int, t text) SERVER files OPTIONS (filename '/dev/null');
SELECT perfadvisor.reset() \g /dev/null

CREATE TABLE asked (n serial, query text);
INSERT INTO asked (query)
SELECT format('SELECT count(t) FROM %s WHERE %s = 77', n, CASE WHEN n LIKE '"Shop%' THEN '"K "" k"' ELSE 'k' END)
FROM unnest(ARRAY['"Shop ""A""".' || quote_ident(:'longname'), 'unlogged', 'spaced', 'spaced_indexes', 'matview', 'heir_parent', 'tree', 'mixed', 'temporary', 'far']) n;
ANALYZE asked;
\o /dev/null
SELECT query FROM asked ORDER BY n \gexec
SELECT replace(query, '77', '78') FROM asked ORDER BY n \gexec
SELECT replace(query, '77', '79') FROM asked ORDER BY n \gexec
\o
\i test/plan_of.sql

SELECT plan(25);
CREATE TABLE advice AS SELECT * FROM perfadvisor.index_advice;
SELECT is((SELECT count(DISTINCT relation)::int FROM advice), 9, 'every ordinary table, and no other, gets advice');
SELECT is((SELECT count(*)::int FROM advice WHERE relation IN ('temporary'::regclass, 'far'::regclass, 'mixed_far'::regclass)), 0, 'foreign and temporary tables get none');
SELECT ok(bool_and(octet_length(i) <= 63), 'names keep within 63 bytes') FROM (SELECT replace(trim('"' FROM (regexp_match(ddl, 'INDEX CONCURRENTLY (.*) ON '))[1]), '""', '"') AS i FROM advice) n;
SELECT matches(ddl, 'TABLESPACE pa_space$', 'a table in a tablespace has its index there') FROM advice WHERE relation = 'spaced'::regclass;
SELECT matches(ddl, 'TABLESPACE pa_space$', 'a table whose indexes are in a tablespace has the new one there, too') FROM advice WHERE relation = 'spaced_indexes'::regclass;
SELECT unalike(ddl, '%TABLESPACE%', 'another table has not') FROM advice WHERE relation = 'unlogged'::regclass;

SELECT results_eq($$SELECT ddl FROM advice WHERE relation = 'tree'::regclass ORDER BY step$$,
$$VALUES ('CREATE INDEX tree_k_idx ON ONLY public.tree USING btree (k)'),
         ('CREATE INDEX CONCURRENTLY tree_1_k_idx ON other.tree_1 USING btree (k)'),
         ('ALTER INDEX public.tree_k_idx ATTACH PARTITION other.tree_1_k_idx'),
         ('CREATE INDEX tree_2_k_idx ON ONLY public.tree_2 USING btree (k)'),
         ('CREATE INDEX CONCURRENTLY tree_2_a_k_idx ON public.tree_2_a USING btree (k)'),
         ('ALTER INDEX public.tree_2_k_idx ATTACH PARTITION public.tree_2_a_k_idx'),
         ('CREATE INDEX CONCURRENTLY "Tree 2 b_k_idx" ON public."Tree 2 b" USING btree (k)'),
         ('ALTER INDEX public.tree_2_k_idx ATTACH PARTITION public."Tree 2 b_k_idx"'),
         ('ALTER INDEX public.tree_k_idx ATTACH PARTITION public.tree_2_k_idx'),
         ('ALTER INDEX public.tree_k_idx ATTACH PARTITION public.ready_made')$$,
 'a partitioned table gets its index part by part, at every level, and what is there is attached');
SELECT results_eq($$SELECT ddl FROM advice WHERE relation = 'mixed'::regclass ORDER BY step$$,
$$VALUES ('CREATE INDEX CONCURRENTLY mixed_1_k_idx ON public.mixed_1 USING btree (k)'),
         ('CREATE INDEX mixed_2_k_idx ON ONLY public.mixed_2 USING btree (k)'),
         ('CREATE INDEX CONCURRENTLY mixed_2_a_k_idx ON public.mixed_2_a USING btree (k)'),
         ('ALTER INDEX public.mixed_2_k_idx ATTACH PARTITION public.mixed_2_a_k_idx')$$,
 'next to a foreign partition, which cannot have an index, the others get their own');

-- interrupted in the middle of the tree, then asked again
SELECT ddl FROM advice WHERE relation = 'tree'::regclass AND step <= 6 ORDER BY step \gexec
SELECT results_eq($$SELECT ddl FROM perfadvisor.index_advice WHERE relation = 'tree'::regclass ORDER BY step$$,
$$VALUES ('CREATE INDEX CONCURRENTLY "Tree 2 b_k_idx" ON public."Tree 2 b" USING btree (k)'),
         ('ALTER INDEX public.tree_2_k_idx ATTACH PARTITION public."Tree 2 b_k_idx"'),
         ('ALTER INDEX public.tree_k_idx ATTACH PARTITION public.tree_2_k_idx'),
         ('ALTER INDEX public.tree_k_idx ATTACH PARTITION public.ready_made')$$,
 'when the steps were interrupted, those that are left are advised');
SELECT ddl FROM advice WHERE relation <> 'tree'::regclass ORDER BY rank, step \gexec
SELECT ddl FROM advice WHERE relation = 'tree'::regclass AND step > 6 ORDER BY step \gexec
SELECT is((SELECT count(*)::int FROM pg_index WHERE NOT indisvalid), 0, 'all statements run as printed, and no index is invalid after them');
SELECT unalike(plan_of(query), '%Seq Scan%', format('the index is used: %s', split_part(query, ' ', 4)))
FROM asked WHERE n <= 6 OR n = 8 ORDER BY n;
SELECT unalike(plan_of(query), '%Seq Scan%', 'so are those of all partitions') FROM asked WHERE n = 7;
SELECT is((SELECT string_agg(ddl, '; ' ORDER BY rank, step) FROM perfadvisor.index_advice WHERE relation NOT IN ('asked'::regclass, 'advice'::regclass)), NULL, 'then nothing more is advised');
SELECT is((SELECT count(*)::int FROM perfadvisor.index_cleanup WHERE relation IN (SELECT relation FROM advice) AND problem <> 'unused'), 0, 'and nothing is in the way');
SELECT is((SELECT t.spcname::text FROM pg_class c JOIN pg_tablespace t ON t.oid = c.reltablespace WHERE c.relname = 'spaced_k_idx'), 'pa_space', 'the tablespace is right');

SELECT undo_sql FROM advice WHERE undo_sql IS NOT NULL ORDER BY rank, step \gexec
SELECT results_eq('SELECT c.relname::text FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid WHERE c.relname LIKE ''%\_k\_%'' AND i.indrelid >= 16384', ARRAY[]::text[], 'undo_sql removes all of it');
SELECT isnt((SELECT count(*)::int FROM perfadvisor.index_advice), 0, 'and it is advised again');
SELECT is((SELECT count(*)::int FROM advice WHERE undo_sql IS NULL AND ddl NOT LIKE 'ALTER INDEX%'), 0, 'whatever is created can be undone');
SELECT is((SELECT count(*)::int FROM advice WHERE ddl LIKE 'CREATE INDEX CONCURRENTLY%' AND relation = ANY (SELECT partrelid FROM pg_partitioned_table) AND ddl LIKE '% ON public.tree USING%'), 0, 'nothing is built concurrently on a partitioned table itself');
SELECT * FROM finish();
\connect regression
SET client_min_messages = error;
DROP DATABASE perfadvisor_test WITH (FORCE);
DROP TABLESPACE pa_space;
