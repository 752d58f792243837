-- health: what searches found, superfluous indexes and misleading statistics, and what targets tell, are findings that what is printed ends
\unset ECHO
\i test/setup.sql
\i test/own_database.sql
\i test/health.sql
SELECT setseed(0.3) \g /dev/null
CREATE SCHEMA "Odd Place";
CREATE TABLE "Odd Place"."Things" (id int PRIMARY KEY, "Kind" int, size int, idle int, v text);
INSERT INTO "Odd Place"."Things" SELECT i, i % 2000, i % 3000, i % 100, repeat('x', 50) FROM generate_series(1, 60000) i;
CREATE INDEX kind ON "Odd Place"."Things" ("Kind");
CREATE INDEX "Kind again" ON "Odd Place"."Things" ("Kind");
CREATE INDEX "Size" ON "Odd Place"."Things" (size);
CREATE INDEX size_id ON "Odd Place"."Things" (size, id);
CREATE INDEX idle ON "Odd Place"."Things" (idle);
CREATE TABLE mixed AS SELECT i AS id, i % 200 AS x, i % 200 AS y FROM generate_series(1, 60000) i;
CREATE TABLE visits AS SELECT i AS id, CASE WHEN i % 10 < 9 THEN i % 20 ELSE 1000 + i END AS visitor, i % 1000 AS page FROM generate_series(1, 600000) i;
CREATE TABLE "Odd Place"."Skew" AS
    SELECT i AS id, CASE WHEN i % 100 < 30 THEN i % 10 WHEN i % 100 < 60 THEN 10 + (i / 100) % 50 ELSE 1000 + i END AS v FROM generate_series(1, 100000) i;
ALTER TABLE "Odd Place"."Skew" ALTER COLUMN v SET STATISTICS 10;
SELECT pg_stat_force_next_flush() \g /dev/null
VACUUM ANALYZE;
SELECT perfadvisor.reset() \g /dev/null
-- what runs
CREATE FUNCTION work() RETURNS void LANGUAGE plpgsql AS $$ BEGIN
    FOR n IN 1..20 LOOP
        EXECUTE format('SELECT count(v) FROM "Odd Place"."Things" WHERE "Kind" = %s', n);
        EXECUTE format('SELECT count(v) FROM "Odd Place"."Things" WHERE size = %s', n);
        EXECUTE format('SELECT count(v) FROM "Odd Place"."Things" WHERE size = %s AND id > %s', n, n);
        EXECUTE format('SELECT count(*) FROM mixed WHERE x = %s AND y = %s', n, n);
        EXECUTE format('SELECT visitor, count(*) FROM visits WHERE page > %s GROUP BY visitor', n);
        EXECUTE format('SELECT count(*) FROM "Odd Place"."Skew" WHERE v = %s', 10 + n);
    END LOOP;
END $$;
SELECT work() \g /dev/null
SELECT pg_stat_force_next_flush() \g /dev/null
CREATE FUNCTION found(pattern text) RETURNS SETOF text LANGUAGE sql AS $$
    SELECT check_name || ' of ' || object FROM perfadvisor.findings WHERE check_name ~ pattern AND severity IN ('info', 'warning') ORDER BY check_name, object $$;
SELECT perfadvisor.refresh_advice() \g /dev/null
CREATE TABLE kept AS SELECT check_name, object, severity, fix_sql, verify_sql, undo_sql, lock_note, evidence FROM perfadvisor.findings
WHERE check_name ~ '(duplicate|redundant|unused)_index$|_statistics$' AND severity IN ('info', 'warning');
SELECT plan(17);
SELECT is((SELECT array_agg(check_name || ' of ' || object ORDER BY check_name, object) FROM kept), ARRAY['correlated_statistics of public.mixed ["x", "y"]', 'duplicate_index of "Odd Place".kind',
    'n_distinct_statistics of public.visits ["visitor"]', 'redundant_index of "Odd Place"."Size"', 'target_statistics of "Odd Place"."Skew" ["v"]', 'unused_index of "Odd Place".idle'],
    'superfluous indexes and misleading statistics are found, and no others');
SELECT is((SELECT count(*) FROM kept WHERE NOT verified(verify_sql) AND lock_note <> '' AND evidence ->> 'as_of' IS NOT NULL), 6::bigint, 'none is mended before, each says what its fix locks, and as of when it was found');
SELECT is(severity, 'warning', 'an index like another one is a warning') FROM kept WHERE check_name = 'duplicate_index';
\o /dev/null
SELECT unnest(string_to_array(fix_sql, E';\n')) FROM kept ORDER BY check_name, object \gexec
SELECT pg_stat_force_next_flush();
\o
SELECT is((SELECT string_agg(check_name, ' ') FROM kept WHERE NOT verified(verify_sql)), NULL, 'verify_sql of each says that what is printed mends it');
SELECT is((SELECT string_agg(check_name || ' of ' || object, ' ') FROM perfadvisor.findings JOIN kept USING (check_name, object)), NULL, 'and all are gone');
SELECT perfadvisor.refresh_advice() \g /dev/null
SELECT is((SELECT string_agg(check_name || ' of ' || object, ' ') FROM perfadvisor.findings AS f WHERE check_name ~ '(duplicate|redundant|unused)_index$|_statistics$'), NULL, 'also when they are searched for anew');
\o /dev/null
SELECT unnest(string_to_array(undo_sql, E';\n')) FROM kept ORDER BY check_name, object \gexec
SELECT pg_stat_force_next_flush();
SELECT perfadvisor.refresh_advice();
\o
SELECT is((SELECT count(*) FROM perfadvisor.findings JOIN kept USING (check_name, object)), 6::bigint, 'undo_sql takes everything back, and then they are found again');

-- targets
\o /dev/null
INSERT INTO perfadvisor.targets (query_like, percentile, target_time) VALUES ('%AS impossible%', 90, 0.0001), ('%AS easy%', 50, 86400000);
SELECT format('SELECT x AS impossible, y AS easy FROM mixed WHERE id = %s', n) FROM generate_series(1, 60) n \gexec
\o
SELECT is((SELECT string_agg(object || ' ' || severity, ', ' ORDER BY object) FROM perfadvisor.findings WHERE check_name = 'latency_target' AND object LIKE 'statements like%'),
    'statements like ''%AS impossible%'' p90 critical', 'a target that is missed by far is a critical finding, and one that is met is none');
SELECT ok(fix_sql IS NULL AND lock_note ~ 'perfadvisor.targets' AND evidence -> 'calls_over' = '60', 'with the calls over it, and where to look') FROM perfadvisor.findings WHERE check_name = 'latency_target' AND object LIKE 'statements like%';
UPDATE perfadvisor.targets SET target_time = 86400000 WHERE query_like LIKE '%impossible%';
SELECT is((SELECT count(*) FROM perfadvisor.findings WHERE check_name = 'latency_target' AND object LIKE 'statements like%'), 0::bigint, 'another target ends it');

-- patterns
SELECT perfadvisor.reset() \g /dev/null
SELECT is((SELECT count(*) FROM perfadvisor.findings WHERE area IN ('pattern', 'plan', 'outcome') AND severity <> 'unknown'), 0::bigint, 'of statements that nobody runs nothing is said');
\o /dev/null
SELECT format('SELECT v FROM "Odd Place"."Things" ORDER BY id OFFSET %s LIMIT 5', 20000 + n) FROM generate_series(1, 8) n \gexec
\o
SELECT ok(severity IN ('info', 'warning') AND title ~ 'read and threw away' AND fix_sql IS NULL AND lock_note ~ 'without OFFSET' AND jsonb_array_length(evidence -> 'queryids') = 1, 'a costly way to write a statement is a finding, with the remedy in words')
FROM perfadvisor.findings WHERE check_name = 'deep_offset';

-- who may not see statements
DROP ROLE IF EXISTS perfadvisor_nobody;
CREATE ROLE perfadvisor_nobody;
GRANT SELECT ON kept TO perfadvisor_nobody;
SET ROLE perfadvisor_nobody;
SELECT is((SELECT count(*) FROM perfadvisor.findings WHERE check_name IN (SELECT k.check_name FROM kept AS k) OR (severity <> 'unknown' AND check_name IN ('missing_index', 'deep_offset', 'latency_target'))), 0::bigint, 'a role that may not see all statements is told nothing that is made from them');
SELECT is((SELECT string_agg(area || ' ' || check_name, ', ' ORDER BY area) FROM perfadvisor.findings WHERE severity = 'unknown' AND object = 'statements of other roles' AND fix_sql = 'GRANT pg_read_all_stats TO perfadvisor_nobody' AND NOT verified(verify_sql) AND area <> 'settings' AND check_name <> 'wrong_estimate'),
    'cache repeated_results, index advice, outcome regression, pattern patterns, plan plan_change, statistics advice, target latency_target', 'but that there may be, and what would show it');
SELECT is((SELECT string_agg(area || ' ' || status, ', ' ORDER BY area) FROM perfadvisor.health() WHERE area IN ('pattern', 'plan', 'target', 'outcome')), 'outcome unknown, pattern unknown, plan unknown, target unknown', 'health() does not call it well');
RESET ROLE;
GRANT pg_read_all_stats TO perfadvisor_nobody;
SET ROLE perfadvisor_nobody;
SELECT is((SELECT string_agg(check_name || ' ' || title, ', ') FROM perfadvisor.findings WHERE severity = 'unknown' AND object = 'statements of other roles'), 'patterns How statements of postgres are written is not told, as this role is not a member of all these', 'with the right nothing of them is unknown but what takes to be the role that ran them');
SELECT is((SELECT count(*) FROM perfadvisor.findings AS f JOIN kept USING (check_name, object)), 6::bigint, 'and the findings are there, also those of schemas that it may not use');
RESET ROLE;
DROP OWNED BY perfadvisor_nobody;
DROP ROLE perfadvisor_nobody;
SELECT * FROM finish();
