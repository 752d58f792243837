-- advise: statistics that mislead the planner are found, the advised statement mends the estimate, and healthy ones are left alone
\unset ECHO
\i test/setup.sql
\i test/own_database.sql
CREATE SCHEMA "Odd Place";
-- how many rows the planner expects of a query
CREATE FUNCTION expected(query text) RETURNS float8 LANGUAGE plpgsql AS $$
DECLARE line text;
BEGIN
    EXECUTE 'EXPLAIN ' || query INTO line;
    RETURN (regexp_match(line, 'rows=(\d+)'))[1];
END $$;
-- and by what factor that is wrong
CREATE FUNCTION wrong(query text) RETURNS float8 LANGUAGE plpgsql AS $$
DECLARE actual float8; guess float8 := expected(query);
BEGIN
    EXECUTE 'SELECT count(*) FROM (' || query || ') q' INTO actual;
    RETURN greatest(greatest(guess, 1) / greatest(actual, 1), greatest(actual, 1) / greatest(guess, 1));
END $$;
CREATE TABLE advice (relation regclass, columns text[], problem text, estimate_error float8, queryids bigint[], ddl text, undo_sql text, reason text);
CREATE FUNCTION advised(name text) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(concat_ws(' ', problem, columns::text), ', ' ORDER BY problem, columns::text COLLATE "C")
    FROM advice WHERE relation = name::regclass $$;
SELECT setseed(0.3) \g /dev/null

CREATE TABLE fine (id int PRIMARY KEY, a int, b int);
INSERT INTO fine SELECT i, i % 100, (i / 100) % 100 FROM generate_series(1, 40000) i;
CREATE TABLE address (id int PRIMARY KEY, "City" text, zip int, kind text, state text, part int, half int);
INSERT INTO address SELECT i, 'city ' || i % 400, (i % 400) * 3, CASE WHEN i % 10 < 9 THEN 'home' ELSE 'work' END,
                           CASE WHEN i % 10 < 9 THEN 'open' ELSE 'closed' END, i % 64, (i % 64) / 2 FROM generate_series(1, 60000) i;
CREATE TABLE mixed (id int, x int, y int, z int);
INSERT INTO mixed SELECT i, i % 200, i % 200, i % 200 FROM generate_series(1, 60000) i;
-- most rows have one of few values, the others one of very many
CREATE TABLE visits AS
    SELECT i AS id, CASE WHEN i % 10 < 9 THEN i % 20 ELSE 1000 + i END AS visitor, i % 1000 AS page FROM generate_series(1, 600000) i;
-- more common values than the list has room for
CREATE TABLE "Odd Place"."Skew" AS
    SELECT i AS id, CASE WHEN i % 100 < 30 THEN i % 10 WHEN i % 100 < 60 THEN 10 + (i / 100) % 50 ELSE 1000 + i END AS v, i % 10 AS even FROM generate_series(1, 100000) i;
ALTER TABLE "Odd Place"."Skew" ALTER COLUMN v SET STATISTICS 10;
CREATE TABLE grows (id int, v int) WITH (autovacuum_enabled = off);
INSERT INTO grows SELECT i, i % 10 FROM generate_series(1, 5000) i;
SELECT pg_stat_force_next_flush() \g /dev/null
ANALYZE;
INSERT INTO grows SELECT i, 77 FROM generate_series(1, 5000) i;
CREATE TABLE never (id int, v int);
INSERT INTO never SELECT i, i % 3 FROM generate_series(1, 50000) i;
CREATE TABLE empty (id int);
CREATE TABLE parent (id int, v int) PARTITION BY RANGE (id);
CREATE TABLE parent_1 PARTITION OF parent FOR VALUES FROM (0) TO (3000) PARTITION BY RANGE (id);
CREATE TABLE parent_1_1 PARTITION OF parent_1 FOR VALUES FROM (0) TO (3000);
CREATE TABLE parent_2 PARTITION OF parent FOR VALUES FROM (3000) TO (20000);
INSERT INTO parent SELECT i, i % 7 FROM generate_series(1, 5000) i;
ANALYZE parent_1_1; ANALYZE parent_2;
CREATE TABLE elder (id int);
CREATE TABLE younger () INHERITS (elder);
INSERT INTO younger SELECT generate_series(1, 5000);
ANALYZE younger;
SELECT pg_stat_force_next_flush() \g /dev/null
SELECT perfadvisor.reset() \g /dev/null

CREATE TABLE asked (name text, query text);
INSERT INTO asked VALUES
    ('alike', 'SELECT * FROM address WHERE "City" = ''city 7'' AND zip = 21'),
    ('apart', 'SELECT * FROM address WHERE kind = ''home'' AND state = ''closed'''),
    ('ranges', 'SELECT * FROM address WHERE part < 4 AND half < 2'),
    ('band', 'SELECT * FROM mixed WHERE x BETWEEN 10 AND 19 AND y BETWEEN 10 AND 19'),
    ('point', 'SELECT * FROM mixed WHERE x = 5 AND y = 5'),
    ('free', 'SELECT * FROM fine WHERE a = 7 AND b = 8'),
    ('grouped', 'SELECT x, y, z FROM mixed GROUP BY x, y, z'),
    ('grouped well', 'SELECT a, b FROM fine GROUP BY a, b'),
    ('visits', 'SELECT a.* FROM visits a JOIN visits b ON a.visitor = b.visitor AND b.visitor < 0 AND a.page = 3'),
    ('skew', 'SELECT * FROM "Odd Place"."Skew" WHERE v = 42'),
    ('even', 'SELECT * FROM "Odd Place"."Skew" WHERE even = 4'),
    ('grows', 'SELECT * FROM grows WHERE v = 77'),
    ('never', 'SELECT * FROM never WHERE v = 2');
\o /dev/null
SELECT query FROM asked \gexec
\o
ANALYZE asked;

SELECT plan(47);
INSERT INTO advice SELECT * FROM perfadvisor.statistics_advice WHERE relation <> 'asked'::regclass;
SELECT is(advised('fine'), NULL, 'statistics that are right are left alone');
SELECT is(advised('empty'), NULL, 'and so are tables without rows');
SELECT is(advised('never'), 'never_analysed', 'a table with rows that was never analysed is found');
SELECT cmp_ok(estimate_error, '>=', 10::float8, 'with what that does to a recorded statement') FROM advice WHERE relation = 'never'::regclass;
SELECT matches(reason, 'ANALYZE alone mends', 'and that ANALYZE alone mends it') FROM advice WHERE relation = 'never'::regclass;
SELECT matches(reason, 'never analysed', 'and says an index on it, too') FROM perfadvisor.advise(ARRAY['SELECT * FROM never WHERE id = 2'], time_limit => '1 min');
SELECT is(advised('grows'), 'stale', 'so is one that changed much since');
SELECT is(advised('parent'), 'parent_never_analysed', 'and a partitioned table that autovacuum does not analyse');
SELECT is(advised('parent_1'), NULL, 'whose partitions go with it');
SELECT is(advised('elder'), 'parent_never_analysed', 'and a parent of an inheritance tree');
SELECT is(advised('address'), 'correlated {City,zip}, correlated {kind,state}, correlated {part,half}', 'columns that depend on each other are found');
SELECT matches(ddl, '\(dependencies\) ON "City", zip ', 'two that follow from each other get dependencies') FROM advice WHERE columns = '{City,zip}';
SELECT matches(ddl, '\(mcv\) ON kind, state ', 'values that never come together get a list of combinations') FROM advice WHERE columns = '{kind,state}';
SELECT matches(ddl, '\(mcv\) ON part, half ', 'and so do ranges') FROM advice WHERE columns = '{part,half}';
SELECT is(advised('mixed'), 'correlated {x,y,z}, correlated {x,y}', 'columns that are grouped by together are found');
SELECT matches(ddl, '\(mcv\) ON x, y .*; ALTER STATISTICS \S+ SET STATISTICS 300;', 'one list that has room for all combinations serves ranges and single values') FROM advice WHERE columns = '{x,y}';
SELECT matches(ddl, '\(ndistinct\) ON x, y, z ', 'and get ndistinct') FROM advice WHERE columns = '{x,y,z}';
SELECT is(advised('visits'), 'n_distinct {visitor}', 'a wrong number of different values is found, and a right one is not');
SELECT is(advised('"Odd Place"."Skew"'), 'target {v}', 'a list of common values that is too short is found, and one that is not is not');
SELECT ok(bool_and(estimate_error >= 10), 'the error is a factor of ten or more') FROM advice WHERE problem IN ('correlated', 'n_distinct', 'target');
SELECT ok(bool_and(queryids <> '{}'), 'and the statements are named') FROM advice WHERE problem IN ('correlated', 'n_distinct', 'target');
SELECT ok(bool_and(queryids <@ (SELECT array_agg(queryid) FROM perfadvisor.statements)), 'as in statements') FROM advice;

CREATE TABLE before AS SELECT name, wrong(query) AS factor FROM asked WHERE name <> 'visits';
SELECT cmp_ok(factor, '>=', 10::float8, format('%s: the estimate is wrong', name)) FROM before WHERE name IN ('alike', 'apart', 'ranges', 'band', 'point', 'grouped', 'skew', 'grows', 'never') ORDER BY name;
SELECT ddl FROM advice \gexec
SELECT pg_stat_force_next_flush() \g /dev/null
SELECT cmp_ok(wrong(query), '<', 3::float8, format('%s: after the advised statement it is right', name)) FROM asked WHERE name IN ('alike', 'apart', 'ranges', 'band', 'point', 'grouped', 'skew', 'grows', 'never') ORDER BY name;
SELECT cmp_ok(abs(ln(61020 / n_distinct)), '<', 1::double precision, 'the number of different values is near the truth, given in rows or as a share of them')
FROM (SELECT CASE WHEN n_distinct < 0 THEN -n_distinct * 600000 ELSE n_distinct END AS n_distinct FROM pg_stats WHERE tablename = 'visits' AND attname = 'visitor') s;
SELECT is((SELECT string_agg(ddl, '; ') FROM perfadvisor.statistics_advice WHERE relation NOT IN ('asked'::regclass, 'advice'::regclass, 'before'::regclass)), NULL, 'asked again it has nothing to add');
SELECT undo_sql FROM advice WHERE undo_sql IS NOT NULL \gexec
SELECT is((SELECT count(*)::int FROM pg_statistic_ext), 0, 'undo_sql drops the statistics');
SELECT is((SELECT attstattarget::int FROM pg_attribute WHERE attrelid = '"Odd Place"."Skew"'::regclass AND attname = 'v'), 10, 'sets the target back');
SELECT is((SELECT count(*)::int FROM pg_attribute WHERE attoptions::text LIKE '%n_distinct%' AND attrelid >= 16384), 0, 'and resets the number of values');
SELECT is((SELECT count(*)::int FROM perfadvisor.statistics_advice s JOIN advice a USING (relation, problem, columns) WHERE a.problem IN ('correlated', 'n_distinct', 'target')), 7, 'then it is advised again');
-- statistics that were created and not filled
CREATE STATISTICS unfilled (dependencies) ON "City", zip FROM address;
SELECT matches((SELECT string_agg(reason, '') FROM perfadvisor.statistics_advice WHERE relation = 'address'::regclass AND problem = 'stale'), 'ANALYZE has not filled them', 'statistics that are not filled are told from missing ones');
SELECT * FROM finish();
\connect regression
DROP DATABASE perfadvisor_test WITH (FORCE);
