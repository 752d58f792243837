-- health: findings lists what every check says with a stable id, never searches, remembers when it saw what, and can be muted
\unset ECHO
\i test/setup.sql
\i test/own_database.sql
\i test/health.sql
SELECT perfadvisor.reset() \g /dev/null
CREATE TABLE orders AS SELECT i AS id, i % 5000 AS customer_id FROM generate_series(1, 50000) i;
CREATE TABLE never AS SELECT i AS id FROM generate_series(1, 20000) i;
SELECT pg_stat_force_next_flush() \g /dev/null
ANALYZE orders;
SELECT count(*) FROM orders WHERE customer_id = 7 \g /dev/null
SELECT count(*) FROM orders WHERE customer_id = 8 \g /dev/null
CREATE FUNCTION finding(name text, what text) RETURNS text LANGUAGE sql AS $$ SELECT finding_id FROM perfadvisor.findings WHERE check_name = name AND object LIKE what || '%' $$;
-- in a session of its own, before the plan
SELECT finding('missing_index', 'public.orders') IS NULL AND finding('advice_not_computed', '') IS NOT NULL AS unsearched \gset
SELECT fix_sql AS how FROM perfadvisor.findings WHERE check_name = 'advice_not_computed' \gset
SELECT count(*) FROM perfadvisor.index_advice \g /dev/null
SELECT finding('missing_index', 'public.orders') IS NOT NULL AND finding('advice_not_computed', '') IS NULL AS own \gset
\connect -
SET client_min_messages = warning;
SELECT finding('missing_index', 'public.orders') IS NOT NULL AS others \gset
SELECT perfadvisor.refresh_advice() \g /dev/null
\connect -
SET client_min_messages = warning;
SELECT plan(38);
SELECT is(finding('never_analysed', 'public.never'), left(md5('statistics|never_analysed|public.never'), 12), 'the id of a finding follows from area, check and object');
SELECT is((SELECT severity || ' ' || area FROM perfadvisor.findings WHERE check_name = 'never_analysed'), 'warning statistics', 'severity and area are those of the check');
SELECT is((SELECT count(*) FROM perfadvisor.findings WHERE severity = 'ok' OR severity IS NULL OR title IS NULL OR why IS NULL OR evidence IS NULL OR area IS NULL OR object IS NULL), 0::bigint, 'each has a severity, a title, a reason and evidence');
SELECT is((SELECT count(*) - count(DISTINCT finding_id) FROM perfadvisor.findings), 0::bigint, 'no two have the same id');
CREATE TEMPORARY TABLE shown AS SELECT row_number() OVER () AS n, severity FROM perfadvisor.findings WHERE NOT muted;
SELECT is((SELECT array_agg(severity ORDER BY n) FROM shown),
          (SELECT array_agg(severity ORDER BY array_position(ARRAY['critical', 'warning', 'info', 'unknown'], severity)) FROM shown), 'the worst come first');
SELECT is((SELECT count(*) FROM perfadvisor.findings WHERE fix_sql IS NOT NULL AND lock_note IS NULL), 0::bigint, 'each fix says what it locks');

-- advice is shown where it was made
SELECT ok(:'unsearched'::boolean, 'findings does not search');
SELECT is(:'how'::text, 'SELECT * FROM perfadvisor.refresh_advice()', 'but says how to');
SELECT ok(:'own'::boolean, 'what a session searched for is shown there');
SELECT ok(:'others'::boolean, 'and in others, too');
SELECT isnt(finding('missing_index', 'public.orders'), NULL, 'what refresh_advice() kept is shown in every session');
SELECT ok((evidence ->> 'as_of')::timestamptz <= now() AND evidence -> 'queryids' IS NOT NULL AND confidence > 0, 'with its age and its statements') FROM perfadvisor.findings WHERE check_name = 'missing_index';
SELECT fix_sql AS fix, verify_sql AS verify, undo_sql AS undo, verified(verify_sql) AS before FROM perfadvisor.findings WHERE check_name = 'missing_index' \gset
\o /dev/null
SELECT unnest(string_to_array(:'fix', E';\n')) \gexec
\o
SELECT is(ARRAY[:'before'::boolean, verified(:'verify')], ARRAY[false, true], 'fix_sql creates the index, and verify_sql says so');
SELECT is(finding('missing_index', 'public.orders'), NULL, 'then the finding is gone');
\o /dev/null
SELECT unnest(string_to_array(:'undo', E';\n')) \gexec
\o
SELECT isnt(finding('missing_index', 'public.orders'), NULL, 'and back after undo_sql');

-- since when
SELECT appeared > 0 AND present = appeared AND gone = 0 AS noted FROM perfadvisor.note_findings() \gset
SELECT ok(:'noted'::boolean, 'note_findings() notes what is there');
SELECT perfadvisor.note_findings() \g /dev/null
SELECT ok(first_seen < last_seen AND gone_at IS NULL, 'and the second time that it is there still') FROM perfadvisor.finding_log WHERE check_name = 'never_analysed';
UPDATE perfadvisor.finding_log SET first_seen = '2026-01-02 03:04:05+00' WHERE check_name = 'never_analysed';
SELECT is((SELECT first_seen FROM perfadvisor.findings WHERE check_name = 'never_analysed'), '2026-01-02 03:04:05+00'::timestamptz, 'findings has since when');
ANALYZE never;
SELECT cmp_ok((SELECT gone FROM perfadvisor.note_findings()), '>=', 1, 'what is mended is noted as gone');
SELECT ok(gone_at IS NOT NULL, 'and kept in the log') FROM perfadvisor.finding_log WHERE check_name = 'never_analysed';

-- muting
SELECT finding('missing_index', 'public.orders') AS id \gset
SELECT matches(perfadvisor.mute(:'id', 'known'), 'index .*orders', 'mute() says what it muted');
SELECT throws_ok('SELECT perfadvisor.mute(''x'', NULL)', '23502', NULL, 'muting takes a reason');
SELECT is((SELECT muted FROM perfadvisor.findings WHERE finding_id = :'id'), true, 'the finding is muted');
SELECT is((SELECT muted FROM perfadvisor.health() WHERE area = 'index'), 1, 'and health() does not count it among those of the area');
SELECT is(perfadvisor.unmute(:'id'), true, 'unmute() lets it be heard');
SELECT perfadvisor.mute(:'id', 'for a while', now() - interval '1 second') \g /dev/null
SELECT is((SELECT muted FROM perfadvisor.findings WHERE finding_id = :'id'), false, 'and so does time');
SELECT count(*) FROM orders WHERE customer_id = 9 /* perfadvisor:ignore */ \g /dev/null
SELECT count(*) /* perfadvisor:ignore=missing_index, n_plus_one */ FROM orders WHERE customer_id = 10 \g /dev/null
SELECT is((SELECT check_names FROM perfadvisor.ignored_statements WHERE queryid IN (SELECT queryid FROM perfadvisor.statements WHERE query LIKE 'SELECT count(*) % FROM orders WHERE customer_id = %')), NULL, 'a comment in a statement silences what is found of it');
SELECT is((SELECT muted FROM perfadvisor.findings WHERE finding_id = :'id'), true, 'and advice that is for such statements alone');

-- the whole
SELECT set_has('SELECT area FROM perfadvisor.health()', $$VALUES ('vacuum'), ('statistics'), ('index'), ('cache'), ('settings'), ('recorder')$$, 'health() has a line for every area');
SELECT ok(bool_and(message <> '' AND status IN ('ok', 'info', 'warning', 'critical', 'unknown')), 'with its status and a message, also where all is well') FROM perfadvisor.health();
SELECT set_has('SELECT jsonb_object_keys(perfadvisor.health_json())', $$VALUES ('status'), ('latency'), ('slow_statements'), ('pool'), ('cache'), ('findings')$$, 'health_json() has what an endpoint shows');
SELECT ok((h -> 'latency' ->> 'p50')::float8 <= (h -> 'latency' ->> 'p95')::float8 AND (h -> 'latency' ->> 'p95')::float8 <= (h -> 'latency' ->> 'p99')::float8, 'its percentiles rise') FROM perfadvisor.health_json() AS h;
SELECT ok(perfadvisor.findings_json() @> jsonb_build_array(jsonb_build_object('finding_id', :'id'::text, 'area', 'index')), 'findings_json() has the findings');

-- a role without rights
DROP ROLE IF EXISTS perfadvisor_nobody;
CREATE ROLE perfadvisor_nobody;
SET ROLE perfadvisor_nobody;
SELECT is(finding('missing_index', 'public.orders'), NULL, 'a role that may not see all statements does not see advice made from them');
SELECT set_has($$SELECT area FROM perfadvisor.findings WHERE severity = 'unknown'$$, $$VALUES ('vacuum'), ('recorder')$$, 'and is told what it cannot know');
SELECT throws_ok('SELECT perfadvisor.note_findings()', '42501', NULL, 'it may not note findings');
SELECT throws_ok('SELECT perfadvisor.mute(''x'', ''y'')', '42501', NULL, 'nor mute them');
SELECT throws_ok('SELECT * FROM perfadvisor.advice_memory', '42501', NULL, 'nor read what was kept of others'' statements');
RESET ROLE;
DROP ROLE perfadvisor_nobody;
SELECT * FROM finish();
