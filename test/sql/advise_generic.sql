-- advise: where a statement runs with a plan for all values, and that cannot use the index, the advice says so
\unset ECHO
\i test/setup.sql
\i test/own_database.sql
CREATE EXTENSION pg_trgm;
CREATE TABLE person (id int PRIMARY KEY, email text NOT NULL, note text NOT NULL, area int NOT NULL);
INSERT INTO person SELECT i, md5(i::text) || '@example.com', repeat(md5((i * 3)::text), 4), i % 500 FROM generate_series(1, 30000) AS i;
VACUUM ANALYZE person;
SELECT perfadvisor.reset() IS NOT NULL AS done \gset

SELECT plan(9);

-- With values known, a pattern has a prefix, which is a range of a B-tree
SET plan_cache_mode = force_custom_plan;
PREPARE by_prefix(text) AS SELECT id FROM person WHERE email LIKE $1;
EXECUTE by_prefix('abcde%') \g /dev/null
EXECUTE by_prefix('12345%') \g /dev/null
EXECUTE by_prefix('fedcb%') \g /dev/null
SELECT is((SELECT array_agg(access_method) FROM perfadvisor.index_advice), '{btree}', 'with a plan for each value a prefix gets a B-tree');
SELECT matches((SELECT ddl FROM perfadvisor.index_advice), 'text_pattern_ops', 'of the class for patterns');
SELECT unalike((SELECT reason FROM perfadvisor.index_advice), '%generic plan%', 'and nothing is said of generic plans');

-- A plan for all values does not know whether there is a prefix
DEALLOCATE by_prefix;
SELECT perfadvisor.reset() IS NOT NULL AS done \gset
SET plan_cache_mode = force_generic_plan;
PREPARE by_prefix(text) AS SELECT id FROM person WHERE email LIKE $1;
EXECUTE by_prefix('abcde%') \g /dev/null
EXECUTE by_prefix('12345%') \g /dev/null
EXECUTE by_prefix('fedcb%') \g /dev/null
SELECT alike((SELECT string_agg(reason, '') FROM perfadvisor.index_advice WHERE access_method = 'btree'), '%1 statement (3 calls) would read it:%; it was seen with a generic plan, which would not use the index:%', 'with a plan for all values the advice says that it would not be used');
SELECT format('SET plan_cache_mode = force_custom_plan; %s', replace(ddl, 'CONCURRENTLY ', '')) AS ddl FROM perfadvisor.index_advice WHERE access_method = 'btree' \gset
:ddl;
CREATE FUNCTION plan_of(statement text) RETURNS SETOF text LANGUAGE plpgsql AS $$ BEGIN RETURN QUERY EXECUTE 'EXPLAIN ' || statement; END $$;
SELECT ok((SELECT bool_or(line LIKE '%Index Scan%person_%') FROM plan_of('EXECUTE by_prefix(''abcde%'')') AS line), 'which is so: a plan for the value uses it');
SET plan_cache_mode = force_generic_plan;
SELECT ok((SELECT bool_or(line LIKE '%Seq Scan%') FROM plan_of('EXECUTE by_prefix(''abcde%'')') AS line), 'and the one for all values does not');

-- A column that is compared for equality is found by either plan
DEALLOCATE by_prefix;
SELECT perfadvisor.reset() IS NOT NULL AS done \gset
PREPARE by_area(int) AS SELECT id, note FROM person WHERE area = $1;
EXECUTE by_area(3) \g /dev/null
EXECUTE by_area(4) \g /dev/null
EXECUTE by_area(5) \g /dev/null
SELECT is((SELECT array_agg(access_method) FROM perfadvisor.index_advice), '{btree}', 'an equality gets a B-tree with either plan');
SELECT unalike((SELECT reason FROM perfadvisor.index_advice), '%generic plan%', 'without a word on plans');
SELECT alike((SELECT string_agg(plan_after, '') FROM perfadvisor.index_advice_statements), '%area = %', 'and its plan is shown');
SELECT * FROM finish();
