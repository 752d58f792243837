-- advise: indexes that nobody needs are found, proved, dropped and brought back; those that somebody needs are left alone
\unset ECHO
\i test/setup.sql
\i test/own_database.sql
CREATE FUNCTION listed(name text) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(format('%s%s', problem, ' by ' || covered_by::text), ', ')
    FROM perfadvisor.index_cleanup WHERE index = name::regclass $$;
CREATE SCHEMA "Odd Place";
CREATE TABLE parent (id int PRIMARY KEY, code int NOT NULL UNIQUE);
INSERT INTO parent SELECT i, i FROM generate_series(1, 3000) i;

-- duplicates
CREATE TABLE dup (id int PRIMARY KEY, a int, b int, t text, c int NOT NULL);
INSERT INTO dup SELECT i, i % 700, i % 50, md5(i::text), i FROM generate_series(1, 20000) i;
CREATE INDEX dup_a1 ON dup (a);
CREATE INDEX dup_a2 ON dup (a);
CREATE INDEX dup_id ON dup (id);
CREATE UNIQUE INDEX dup_c_unique ON dup (c);
CREATE INDEX dup_c ON dup (c);
ALTER TABLE dup ADD CONSTRAINT dup_id_again UNIQUE (id);
ALTER TABLE dup ADD CONSTRAINT dup_c_deferred UNIQUE (c) DEFERRABLE;
CREATE INDEX dup_e1 ON dup ((b + a)) WHERE b > 10;
CREATE INDEX dup_e2 ON dup ((b + a)) WHERE b > 10;
CREATE INDEX dup_e3 ON dup ((b + a)) WHERE b > 11;
CREATE INDEX dup_t1 ON dup (t);
CREATE INDEX dup_t2 ON dup (t text_pattern_ops);
CREATE INDEX dup_t3 ON dup (t COLLATE "C");
CREATE INDEX dup_ab ON dup (a, b DESC);
CREATE INDEX dup_ab2 ON dup (a DESC, b DESC);
CREATE INDEX dup_hash ON dup USING hash (a);
CREATE INDEX dup_inc1 ON dup (b) INCLUDE (a, c);
CREATE INDEX dup_inc2 ON dup (b) INCLUDE (c, a);

-- beginnings of longer ones
CREATE TABLE red (id int PRIMARY KEY, a int, b int NOT NULL, wide text, c int, p int NOT NULL);
INSERT INTO red SELECT i, i % 900, i % 40, repeat(md5(i::text), 8), i, i FROM generate_series(1, 20000) i;
CREATE INDEX red_a ON red (a);
CREATE INDEX red_ab ON red (a, b);
CREATE INDEX red_abc ON red (a, b, c);
CREATE INDEX red_b ON red (b);
CREATE INDEX red_b_wide ON red (b, wide);
CREATE INDEX red_c_partial ON red (c) WHERE a > 10;
CREATE UNIQUE INDEX red_c_unique ON red (c);
CREATE INDEX red_cb ON red (c, b);
CREATE INDEX red_p_include ON red (p) INCLUDE (a);
CREATE INDEX red_pc ON red (p, c);
CREATE UNIQUE INDEX red_p_replica ON red (p, b);
CREATE INDEX red_p_b_a ON red (p, b, a);
ALTER TABLE red REPLICA IDENTITY USING INDEX red_p_replica;
CREATE INDEX red_desc ON red (c, p DESC);
CREATE INDEX red_desc_longer ON red (c, p, a);

-- never scanned
CREATE TABLE idle (id int PRIMARY KEY, fk int REFERENCES parent, fk2 int, e text, n int, m int, u int UNIQUE, cl int, needed int, code int REFERENCES parent (code));
INSERT INTO idle SELECT i, i % 3000 + 1, i % 3000, md5(i::text), i % 500, i, i, i, i, i % 3000 + 1 FROM generate_series(1, 20000) i;
CREATE INDEX idle_fk ON idle (fk);
CREATE INDEX idle_code ON idle (code, n) WHERE code IS NOT NULL;
CREATE INDEX "Odd ""one" ON idle (n DESC NULLS LAST) WITH (fillfactor = 70);
CREATE INDEX idle_lower ON idle (lower(e));
CREATE INDEX idle_upper ON idle (upper(e));
CREATE INDEX idle_needed ON idle (needed);
CREATE INDEX idle_cl ON idle (cl);
CLUSTER idle USING idle_cl;
CREATE TABLE "Odd Place".tiny (id int PRIMARY KEY, k int);
INSERT INTO "Odd Place".tiny SELECT i, i FROM generate_series(1, 50) i;
CREATE INDEX tiny_k ON "Odd Place".tiny (k);

-- partitions
CREATE TABLE part (id int, a int, b int) PARTITION BY RANGE (id);
CREATE TABLE part_1 PARTITION OF part FOR VALUES FROM (0) TO (10000);
CREATE TABLE part_2 PARTITION OF part FOR VALUES FROM (10000) TO (20000) PARTITION BY RANGE (id);
CREATE TABLE part_2_1 PARTITION OF part_2 FOR VALUES FROM (10000) TO (20000);
INSERT INTO part SELECT i, i % 300, i FROM generate_series(0, 19999) i;
CREATE INDEX part_a ON part (a);
CREATE INDEX part_a_b ON part (a, b);
CREATE INDEX part_b ON part (b);
CREATE INDEX part_1_b ON part_1 (b);
ANALYZE;
SELECT perfadvisor.reset() \g /dev/null

SELECT plan(52);
SELECT matches((SELECT evidence FROM perfadvisor.index_cleanup WHERE index = 'idle_upper'::regclass), 'nothing is recorded', 'it says when nothing is recorded that could prove anything');
SELECT matches((SELECT caveat FROM perfadvisor.index_cleanup WHERE index = 'idle_upper'::regclass), 'let the application run', 'and what to do about it');

-- What the application runs
SELECT count(*) FROM dup WHERE a = 3 \g /dev/null
SELECT count(*) FROM red WHERE a = 3 AND b = 3 \g /dev/null
SELECT count(*) FROM red WHERE a = 4 \g /dev/null
SELECT * FROM idle WHERE needed = 77 \g /dev/null
-- read as a whole in any case, but its rows are estimated through the index on the expression
SET enable_indexscan = off; SET enable_bitmapscan = off;
SELECT count(*) FROM idle x JOIN idle y ON x.m = y.m WHERE lower(x.e) > 'f' \g /dev/null
RESET enable_indexscan; RESET enable_bitmapscan;
SELECT count(*) FROM part WHERE b = 4 \g /dev/null
SELECT pg_stat_force_next_flush() \g /dev/null
CREATE TABLE cleanup AS SELECT * FROM perfadvisor.index_cleanup;

SELECT is(listed('dup_a1'), NULL, 'of two equal indexes the one that is used stays');
SELECT is(listed('dup_a2'), 'duplicate by dup_a1', 'and the other is a duplicate');
SELECT is(listed('dup_id'), 'duplicate by dup_pkey', 'an index like the primary key is a duplicate');
SELECT is(listed('dup_id_again'), 'duplicate by dup_pkey', 'and so is a second unique constraint');
SELECT matches(listed('dup_c'), '^duplicate by dup_c_(unique|deferred)$', 'an index like a unique one is a duplicate');
SELECT is(listed('dup_c_unique'), NULL, 'a unique index is not, even if there is a constraint that is deferrable');
SELECT is(listed('dup_c_deferred'), NULL, 'nor is that constraint');
SELECT is(listed('dup_e2'), 'duplicate by dup_e1', 'expressions and predicates are compared');
SELECT isnt(listed('dup_e3'), 'duplicate by dup_e1', 'and another predicate is another index');
SELECT unalike(coalesce(listed('dup_t2'), ''), '%duplicate%', 'another operator class is another index');
SELECT unalike(coalesce(listed('dup_t3'), ''), '%duplicate%', 'so is another collation');
SELECT unalike(coalesce(listed('dup_ab2'), ''), '%duplicate%', 'another order');
SELECT unalike(coalesce(listed('dup_hash'), ''), '%duplicate%', 'and another access method');
SELECT is(listed('dup_inc2'), 'duplicate by dup_inc1', 'the order of included columns makes no difference');
SELECT is((SELECT count(*)::int FROM cleanup c WHERE EXISTS (SELECT FROM cleanup o WHERE o.index = c.covered_by)), 0,
          'nothing that is to be dropped takes the place of another');

SELECT is(listed('red_a'), 'redundant by red_abc', 'the beginning of a longer index is redundant');
SELECT is(listed('red_ab'), 'redundant by red_abc', 'and so is the longer beginning');
SELECT isnt(listed('red_b'), 'redundant by red_b_wide', 'not if the longer one is much wider');
SELECT isnt(listed('red_c_partial'), 'redundant by red_cb', 'not if it is partial');
SELECT is(listed('red_c_unique'), NULL, 'not if it is unique');
SELECT isnt(listed('red_p_include'), 'redundant by red_pc', 'not if it includes what the longer one does not have');
SELECT is(listed('red_p_replica'), NULL, 'not if it is the replica identity');
SELECT isnt(listed('red_desc'), 'redundant by red_desc_longer', 'not if the order is another');
SELECT matches((SELECT evidence FROM cleanup WHERE index = 'red_a'::regclass), 'all 2 recorded statements that look at its table were planned without it, and none got dearer',
               'the evidence is the recorded statements planned without it');

SELECT is(listed('"Odd ""one"'), 'unused', 'an index that was never scanned is unused');
SELECT is(listed('idle_fk'), NULL, 'not if it finds the rows of a foreign key');
SELECT is(listed('idle_code'), NULL, 'even if it is longer and leaves out NULLs');
SELECT is(listed('idle_u_key'), NULL, 'not if it backs a constraint');
SELECT is(listed('idle_cl'), NULL, 'not if the table is clustered by it');
SELECT is(listed('idle_upper'), 'unused', 'one on an expression is unused if no recorded statement has it');
SELECT is(listed('idle_lower'), NULL, 'but not if a recorded statement is estimated by its statistics');
SELECT matches((SELECT caveat FROM cleanup WHERE index = 'idle_upper'::regclass), 'CREATE STATISTICS', 'and that they go with it is said');
SELECT pg_stat_reset_single_table_counters('idle_needed'::regclass) \g /dev/null
SELECT is((SELECT pg_stat_get_numscans('idle_needed'::regclass)), 0::bigint, 'an index whose counter says zero');
SELECT is(listed('idle_needed'), NULL, 'is not unused if a recorded statement gets dearer without it');
SELECT pg_create_physical_replication_slot('pa_gone') \g /dev/null
SELECT matches((SELECT caveat FROM perfadvisor.index_cleanup WHERE index = 'idle_upper'::regclass), 'standbys not connected now \(slots pa_gone\)', 'standbys, whose scans nobody here knows, are named');
SELECT pg_drop_replication_slot('pa_gone') \g /dev/null
SELECT is(listed('"Odd Place".tiny_k'), NULL, 'on a table that is always read as a whole nothing is said to be unused');

SELECT is(listed('part_a'), 'redundant by part_a_b', 'a partitioned index is judged as a whole');
SELECT is(listed('part_1_a_idx'), NULL, 'its partitions'' indexes are not judged alone');
SELECT is(listed('part_1_b'), 'duplicate by part_1_b_idx', 'an index of one partition like the attached one is a duplicate');
SELECT is(listed('part_b'), NULL, 'a partitioned index that one partition scanned is used');

-- Drop all of it and bring it back
CREATE VIEW shape AS
    SELECT c.relname, c.relkind, pg_get_indexdef(i.indexrelid) AS def, (SELECT pg_get_constraintdef(k.oid) FROM pg_constraint k WHERE conindid = i.indexrelid AND contype IN ('p', 'u')) AS con
    FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
    WHERE i.indrelid IN (SELECT relation FROM cleanup) AND i.indisvalid;
CREATE TABLE before AS SELECT * FROM shape;
CREATE TABLE undo AS SELECT problem, index::text AS name, undo_sql FROM cleanup;
SELECT ok(bool_and(ddl LIKE 'DROP INDEX CONCURRENTLY %' OR problem = 'duplicate' AND ddl LIKE 'ALTER TABLE public.dup DROP CONSTRAINT %' OR ddl = 'DROP INDEX public.part_a'),
          'what is plain is dropped concurrently') FROM cleanup;
SELECT ddl FROM cleanup \gexec
SELECT is((SELECT count(*)::int FROM cleanup c JOIN pg_class k ON k.oid = c.index), 0, 'everything that was listed can be dropped at once');
SELECT is((SELECT count(*)::int FROM perfadvisor.index_cleanup i WHERE problem IN ('duplicate', 'redundant')), 0, 'then there is nothing double any more');
SELECT undo_sql FROM undo \gexec
SELECT bag_eq('SELECT * FROM shape', 'SELECT * FROM before', 'undo_sql brings back exactly what was there');

-- invalid ones, as an interrupted build leaves them
CREATE TABLE broken (id int PRIMARY KEY, a int, b int);
INSERT INTO broken SELECT i, i, i FROM generate_series(1, 5000) i;
CREATE INDEX broken_a ON broken (a);
CREATE INDEX broken_b ON broken (b);
CREATE INDEX broken_b_ccnew ON broken (b);
CREATE INDEX broken_twin ON broken (b);
UPDATE pg_index SET indisvalid = false WHERE indexrelid IN ('broken_a'::regclass, 'broken_b_ccnew'::regclass, 'broken_twin'::regclass);
SELECT results_eq($$SELECT index::text, ddl, undo_sql IS NULL FROM perfadvisor.index_cleanup WHERE problem = 'invalid' ORDER BY index::text$$,
    $$VALUES ('broken_a', 'REINDEX INDEX CONCURRENTLY public.broken_a', true), ('broken_b_ccnew', 'DROP INDEX CONCURRENTLY public.broken_b_ccnew', false),
             ('broken_twin', 'DROP INDEX CONCURRENTLY public.broken_twin', false)$$,
    'an invalid index is rebuilt, left-overs and what is there already are dropped');
SELECT ddl FROM perfadvisor.index_cleanup WHERE problem = 'invalid' \gexec
SELECT is((SELECT count(*)::int FROM perfadvisor.index_cleanup WHERE problem = 'invalid'), 0, 'then nothing is invalid any more');
SELECT ok((SELECT indisvalid FROM pg_index WHERE indexrelid = 'broken_a'::regclass), 'the rebuilt one is valid');

-- bloat
CREATE TABLE swollen (id int PRIMARY KEY, k int, t text) WITH (autovacuum_enabled = off);
INSERT INTO swollen SELECT i, i, 'some text ' || i FROM generate_series(1, 120000) i;
CREATE INDEX swollen_t ON swollen (t);
CREATE INDEX swollen_k ON swollen (k) WITH (fillfactor = 30);
VACUUM ANALYZE swollen;
SELECT is((SELECT count(*)::int FROM perfadvisor.index_cleanup WHERE relation = 'swollen'::regclass AND problem = 'bloated'), 0, 'new indexes are not bloated, whatever their fill factor');
DELETE FROM swollen WHERE id % 10 <> 0;
-- a count of changed rows that is reported after ANALYZE would make the statistics seem old
SELECT FROM pg_stat_force_next_flush();
VACUUM ANALYZE swollen;
SELECT is(listed('swollen_pkey'), 'bloated', 'an index that most rows were deleted from is bloated');
SELECT ddl FROM perfadvisor.index_cleanup WHERE problem = 'bloated' \gexec
SELECT is((SELECT count(*)::int FROM perfadvisor.index_cleanup WHERE problem = 'bloated'), 0, 'and not after it was rebuilt');
SELECT * FROM finish();
\connect regression
DROP DATABASE perfadvisor_test WITH (FORCE);
