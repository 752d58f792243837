-- advise: conditions with few values, as <>, NOT IN, IS NULL and booleans, become predicates or follow other columns, and give no order that they do not keep
\unset ECHO
\i test/setup.sql
\i test/own_database.sql
ALTER DATABASE perfadvisor_test SET random_page_cost = 1.1;
\connect
CREATE TABLE task (id int PRIMARY KEY, state int NOT NULL, kind text NOT NULL, owner int NOT NULL, likes int NOT NULL, shown boolean NOT NULL, revoked timestamptz, parent int, due int NOT NULL, filler text NOT NULL);
-- One in ten is not done, one in eight shown, two in three are not revoked, one owner in a hundred has many tasks
INSERT INTO task
SELECT i, CASE WHEN i % 10 = 0 THEN i % 3 ELSE 3 END, 'kind' || CASE WHEN i % 10 = 0 THEN i % 4 ELSE 9 END, CASE WHEN i % 7 = 0 THEN 1 ELSE (i::bigint * 7919) % 900 END, (i::bigint * 104729) % 5003,
       (i / 100) % 8 = 0, CASE WHEN (i / 50) % 3 = 0 THEN now() END, CASE WHEN i % 3 = 0 THEN i / 3 END, (i::bigint * 7907) % 4001, repeat('f', 100)
FROM generate_series(1, 40000) AS i;
VACUUM ANALYZE task;
CREATE FUNCTION advice(query text) RETURNS text LANGUAGE sql AS
$$SELECT string_agg(regexp_replace(ddl, '^.* USING ', ''), '; ' ORDER BY rank, step) FROM perfadvisor.advise_query(query)$$;
\i test/plan_of.sql
SELECT plan(16);

-- What differs from a value is no search in a B-tree, but a part of the table
SELECT is(advice('SELECT id FROM task WHERE owner = 7 AND state <> 3 ORDER BY due LIMIT 20'), 'btree (owner, due) WHERE (state <> 3)',
          'what differs from a literal is a predicate');
SELECT is(advice($$ SELECT id FROM task WHERE state <> 3 ORDER BY due LIMIT 20 $$), 'btree (due) WHERE (state <> 3)', 'also where there is an order only');
SELECT matches(advice($$ SELECT id FROM task WHERE kind NOT IN ('kind9', 'kind8') ORDER BY due LIMIT 20 $$), '^btree \(due\) WHERE \(kind <> ALL ', 'and so is a list that excludes literals');
SELECT unalike(coalesce(advice('SELECT id FROM task WHERE state <> 1 ORDER BY due LIMIT 20'), ''), '%WHERE%', 'what keeps most of the table is none');
SELECT unalike(coalesce(advice('SELECT id FROM task WHERE id <> 17 AND owner = 7 ORDER BY due LIMIT 20'), ''), '%WHERE%', 'nor is what differs from one of many values');
SELECT replace(ddl, 'CONCURRENTLY ', '') FROM perfadvisor.advise_query('SELECT id FROM task WHERE owner = 7 AND state <> 3 ORDER BY due LIMIT 20') \gexec
ANALYZE task;
SELECT matches(plan_of('SELECT id FROM task WHERE owner = 7 AND state <> 3 ORDER BY due LIMIT 20'), '^Limit[^\n]*\n\s+->  Index Scan using task_owner_due_part_idx', 'the planner reads it');
SELECT format('DROP INDEX %s', indexrelid::regclass) FROM pg_index WHERE indrelid = 'task'::regclass AND NOT indisprimary \gexec

-- A value that was bound is another one in the next execution
SELECT perfadvisor.reset() IS NOT NULL AS done \gset
SET plan_cache_mode = force_custom_plan;
PREPARE other_than(int, int) AS SELECT id FROM task WHERE owner = $1 AND state <> $2 ORDER BY due LIMIT 20;
EXECUTE other_than(7, 3) \g /dev/null
EXECUTE other_than(1, 3) \g /dev/null
SELECT unalike((SELECT string_agg(ddl, '; ') FROM perfadvisor.index_advice), '%WHERE%', 'what differs from a parameter is no predicate');

-- Behind a column that is NULL the planner finds no order
SELECT perfadvisor.reset() IS NOT NULL AS done \gset
RESET plan_cache_mode;
\o /dev/null
SELECT format('SELECT filler FROM task WHERE owner = %s AND parent IS NULL ORDER BY due LIMIT 20', 7 * n) FROM generate_series(1, 20) AS n \gexec
SELECT format('SELECT filler FROM task WHERE parent IN (%s, %s) ORDER BY due', 700 + n, 900 + n) FROM generate_series(1, 20) AS n \gexec
\o
SELECT replace(ddl, 'CONCURRENTLY ', '') FROM perfadvisor.index_advice ORDER BY rank, step \gexec
ANALYZE task;
SELECT unalike(plan_of('SELECT filler FROM task WHERE owner = 1 AND parent IS NULL ORDER BY due LIMIT 20'), '%Sort%', 'the first rows of an order are read in it, next to IS NULL');
SELECT matches(plan_of('SELECT filler FROM task WHERE parent IN (700, 900)'), 'Index Cond: \(parent = ANY', 'and another statement finds its values');
SELECT format('DROP INDEX %s', indexrelid::regclass) FROM pg_index WHERE indrelid = 'task'::regclass AND NOT indisprimary \gexec

-- Flags follow what they stand next to
SELECT matches(advice('SELECT filler FROM task WHERE revoked IS NULL AND owner = 7 AND due > 100'), '^btree \(owner', 'a column that is NULL does not lead another one');
SELECT matches(advice('SELECT filler FROM task WHERE shown AND owner = 7'), '^btree \(owner', 'nor does a boolean');
SELECT is(advice('SELECT filler FROM task WHERE shown IS TRUE ORDER BY likes DESC LIMIT 20'), 'btree (likes) WHERE (shown IS TRUE)', 'where it leads an order it is the predicate');

SELECT perfadvisor.reset() IS NOT NULL AS done \gset
PREPARE shown_ones(boolean) AS SELECT filler FROM task WHERE shown = $1 ORDER BY likes DESC LIMIT 20;
\o /dev/null
SELECT format('EXECUTE shown_ones(%L)', n % 8 = 0) FROM generate_series(1, 40) AS n \gexec
\o
SELECT unalike((SELECT string_agg(ddl, '; ') FROM perfadvisor.index_advice), '%WHERE%', 'unless other executions ask for the other value');

-- What a document holds is a predicate where all executions ask for the same
CREATE TABLE account (id int PRIMARY KEY, settings jsonb NOT NULL, filler text NOT NULL);
INSERT INTO account SELECT i, jsonb_build_object('digest', i % 50 = 0, 'theme', 't' || i % 900), repeat('f', 100) FROM generate_series(1, 40000) AS i;
VACUUM ANALYZE account;
SELECT perfadvisor.reset() IS NOT NULL AS done \gset
\o /dev/null
SELECT $$SELECT filler FROM account WHERE settings @> '{"digest": true}' ORDER BY id LIMIT 500$$ FROM generate_series(1, 8) \gexec
\o
SELECT replace(ddl, 'CONCURRENTLY ', '') FROM perfadvisor.index_advice ORDER BY rank, step \gexec
SELECT is((SELECT count(*) FROM pg_index WHERE indrelid = 'account'::regclass AND indpred IS NOT NULL), 1::bigint, 'what all executions ask of a document is a predicate');
ANALYZE account;
SELECT matches(plan_of($$SELECT filler FROM account WHERE settings @> '{"digest": true}' ORDER BY id LIMIT 500$$), 'Index Scan using account_\w*part', 'which the planner reads');
SELECT format('DROP INDEX %s', indexrelid::regclass) FROM pg_index WHERE indrelid = 'account'::regclass AND NOT indisprimary \gexec
SELECT perfadvisor.reset() IS NOT NULL AS done \gset
\o /dev/null
SELECT format($$SELECT filler FROM account WHERE settings @> '{"theme": "t%s"}' ORDER BY id LIMIT 500$$, n) FROM generate_series(1, 8) AS n \gexec
\o
SELECT unalike(coalesce((SELECT string_agg(ddl, '; ') FROM perfadvisor.index_advice), ''), '%WHERE%', 'and what each execution asks anew is none');
SELECT * FROM finish();
