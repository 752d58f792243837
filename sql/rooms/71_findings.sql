-- ---------------------------------------------------------------------------
-- Findings: one list over every check

-- What the views below show of an advisor's result; they never start a search.
CREATE FUNCTION perfadvisor.advice_checks(
    OUT area text, OUT check_name text, OUT object text, OUT status text, OUT message text, OUT why text,
    OUT evidence jsonb, OUT remedy_sql text, OUT verify_sql text, OUT undo_sql text, OUT lock_note text)
RETURNS SETOF record
LANGUAGE SQL VOLATILE PARALLEL UNSAFE STRICT ROWS 50
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
WITH kept AS MATERIALIZED (
    -- kept rows may hold constants of anybody's statements
    SELECT m.kind, m.made_at, m.advice FROM perfadvisor.kept_advice AS m
), own AS MATERIALIZED (
    SELECT r.* FROM (SELECT 1 WHERE perfadvisor.recorder_loaded()) AS w CROSS JOIN LATERAL perfadvisor.remembered_advice() AS r
), newest AS (
    SELECT CASE WHEN (SELECT pg_catalog.max(o.made_at) FROM own AS o) >= COALESCE((SELECT k.made_at FROM kept AS k WHERE k.kind = 'index_advice'), '-infinity') THEN 'own'
                WHEN EXISTS (SELECT FROM kept AS k WHERE k.kind = 'index_advice') THEN 'kept' END AS source
), indexes AS (
    SELECT o.rank, o.step, o.advice_id, o.relation::text AS relation, o.ddl, o.workload_gain, o.time_saved, o.write_cost, o.index_bytes,
           pg_catalog.to_jsonb(o.queryids) AS queryids, o.confidence, o.reason, o.undo_sql, o.made_at
    FROM own AS o CROSS JOIN newest AS n WHERE n.source = 'own' AND o.advice_id IS NOT NULL
    UNION ALL
    SELECT (r ->> 'rank')::integer, (r ->> 'step')::integer, r ->> 'advice_id', r ->> 'relation', r ->> 'ddl', (r ->> 'workload_gain')::float8,
           (r ->> 'time_saved')::float8, (r ->> 'write_cost')::float8, (r ->> 'index_bytes')::bigint, r -> 'queryids', (r ->> 'confidence')::float8,
           r ->> 'reason', r ->> 'undo_sql', k.made_at
    FROM kept AS k CROSS JOIN newest AS n CROSS JOIN LATERAL pg_catalog.jsonb_array_elements(k.advice) AS r
    WHERE n.source = 'kept' AND k.kind = 'index_advice'
), advised AS (
    SELECT i.rank, i.advice_id, pg_catalog.min(i.relation) AS relation, i.made_at,
           pg_catalog.string_agg(i.ddl, E';\n' ORDER BY i.step) AS ddl,
           pg_catalog.max(i.workload_gain) AS gain, pg_catalog.max(i.time_saved) AS time_saved, pg_catalog.max(i.write_cost) AS write_cost,
           pg_catalog.max(i.index_bytes) AS index_bytes, (pg_catalog.array_agg(i.queryids ORDER BY i.workload_gain DESC))[1] AS queryids,
           pg_catalog.min(i.confidence) AS confidence, (pg_catalog.array_agg(i.reason ORDER BY i.workload_gain DESC))[1] AS reason,
           (pg_catalog.array_agg(i.undo_sql ORDER BY i.workload_gain DESC) FILTER (WHERE i.undo_sql LIKE 'DROP INDEX%'))[1] AS undo_sql,
           pg_catalog.max(pg_catalog.regexp_replace(i.undo_sql, '^DROP INDEX (CONCURRENTLY )?(IF EXISTS )?', '')) FILTER (WHERE i.undo_sql LIKE 'DROP INDEX%') AS index_name
    FROM indexes AS i GROUP BY i.rank, i.advice_id, i.made_at
), cleanup AS (
    SELECT k.made_at, r.*
    FROM kept AS k CROSS JOIN LATERAL pg_catalog.jsonb_to_recordset(k.advice) AS r(index text, relation text, problem text, covered_by text, index_bytes bigint, scans bigint, ddl text, undo_sql text, evidence text, caveat text)
    WHERE k.kind = 'index_cleanup' AND r.problem IN ('duplicate', 'redundant', 'unused') AND perfadvisor.find_relation(r.index) IS NOT NULL
), statistics AS (
    SELECT k.made_at, r.*
    FROM kept AS k CROSS JOIN LATERAL pg_catalog.jsonb_to_recordset(k.advice) AS r(relation text, columns jsonb, problem text, estimate_error float8, queryids jsonb, ddl text, undo_sql text, reason text)
    WHERE k.kind = 'statistics_advice' AND r.problem IN ('correlated', 'n_distinct', 'target') AND perfadvisor.find_relation(r.relation) IS NOT NULL
      AND COALESCE(pg_catalog.pg_stat_get_last_analyze_time(perfadvisor.find_relation(r.relation)) < k.made_at, true)
)
SELECT 'index', 'missing_index', a.relation || ' ' || a.advice_id, CASE WHEN a.gain >= 0.1 THEN 'warning' ELSE 'info' END,
       pg_catalog.format('An index on %s would save %s %% of the recorded time (warning from 10 %% on): %s', a.relation, pg_catalog.round((a.gain * 100)::numeric, 1), a.reason),
       'Statements read many more rows than they return, in every execution.',
       pg_catalog.jsonb_build_object('time_share', a.gain, 'time_saved', a.time_saved, 'write_cost', a.write_cost, 'index_bytes', a.index_bytes, 'queryids', a.queryids,
           'confidence', a.confidence, 'rank', a.rank, 'as_of', a.made_at),
       a.ddl, pg_catalog.format('SELECT EXISTS (SELECT FROM pg_index WHERE indexrelid = to_regclass(%L) AND indisvalid)', a.index_name), a.undo_sql,
       'SHARE UPDATE EXCLUSIVE while it builds: readers and writers go on. Not in a transaction block.'
FROM advised AS a
WHERE perfadvisor.find_relation(a.index_name) IS NULL
UNION ALL
SELECT 'index', c.problem || '_index', c.index, CASE c.problem WHEN 'duplicate' THEN 'warning' ELSE 'info' END,
       pg_catalog.format('Index %s (%s) is %s: %s', c.index, pg_catalog.pg_size_pretty(c.index_bytes), c.problem, c.evidence),
       'Every write to the table maintains it, and it takes memory from what is read.',
       pg_catalog.jsonb_build_object('index_bytes', c.index_bytes, 'scans', c.scans, 'covered_by', c.covered_by, 'caveat', c.caveat, 'as_of', c.made_at),
       c.ddl, pg_catalog.format('SELECT to_regclass(%L) IS NULL', c.index), c.undo_sql, COALESCE(c.caveat, 'Waits for transactions that use the table, blocks nobody. Not in a transaction block.')
FROM cleanup AS c
UNION ALL
SELECT 'statistics', s.problem || '_statistics', s.relation || COALESCE(' ' || s.columns::text, ''), CASE WHEN s.estimate_error >= 100 THEN 'warning' ELSE 'info' END,
       pg_catalog.format('On %s the planner is wrong by a factor of %s (warning from 100 on): %s', s.relation, pg_catalog.round(s.estimate_error::numeric), s.reason),
       'From wrong row counts the planner chooses wrong joins and wrong indexes.',
       pg_catalog.jsonb_build_object('estimate_error', s.estimate_error, 'queryids', s.queryids, 'as_of', s.made_at),
       s.ddl, pg_catalog.format('SELECT pg_stat_get_last_analyze_time(%L::regclass) > %L', s.relation, s.made_at), s.undo_sql,
       'SHARE UPDATE EXCLUSIVE: readers and writers go on.'
FROM statistics AS s
UNION ALL
SELECT 'index', 'advice_not_computed', 'index advice', 'info',
       'No search for missing indexes was made yet', 'What the recorded workload lacks is found by a search, which this list never starts.', '{}'::jsonb,
       'SELECT * FROM perfadvisor.refresh_advice()', 'SELECT EXISTS (SELECT FROM perfadvisor.kept_advice)', NULL,
       'No lock; takes up to perfadvisor.advise_time_limit for each of indexes and statistics. SELECT * FROM perfadvisor.index_advice does it for this session alone.'
FROM newest AS n WHERE n.source IS NULL
UNION ALL
SELECT 'index', 'advice', 'index advice', 'ok', pg_catalog.format('The search for missing indexes of %s found none',
       pg_catalog.date_trunc('second', COALESCE((SELECT pg_catalog.max(o.made_at) FROM own AS o), (SELECT k.made_at FROM kept AS k WHERE k.kind = 'index_advice')))), '', '{}'::jsonb, NULL, NULL, NULL, NULL
FROM newest AS n WHERE n.source IS NOT NULL AND NOT EXISTS (SELECT FROM advised);
END;

COMMENT ON FUNCTION perfadvisor.advice_checks() IS 'What searches for advice have found, those of this session and those kept by refresh_advice(); never starts one';

-- The view as a function: its privileges are only asked for when it runs.
CREATE FUNCTION perfadvisor.self_health_rows()
RETURNS SETOF perfadvisor.self_health
LANGUAGE SQL VOLATILE PARALLEL UNSAFE STRICT ROWS 20
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
SELECT s.* FROM perfadvisor.self_health AS s;
END;

COMMENT ON FUNCTION perfadvisor.self_health_rows() IS 'Rows of the view self_health, for recorder_checks()';

CREATE FUNCTION perfadvisor.recorder_checks(
    OUT check_name text, OUT object text, OUT status text, OUT message text, OUT why text, OUT evidence jsonb,
    OUT remedy_sql text, OUT verify_sql text, OUT undo_sql text, OUT lock_note text)
RETURNS SETOF record
LANGUAGE SQL VOLATILE PARALLEL UNSAFE STRICT ROWS 20
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
SELECT 'recorder_not_loaded', 'perfadvisor', 'critical', 'The library is not in shared_preload_libraries: nothing is recorded and nothing is advised',
       'Without recorded statements there is no advice.', '{}'::jsonb,
       pg_catalog.format('ALTER SYSTEM SET shared_preload_libraries = %s',
           (SELECT pg_catalog.string_agg(pg_catalog.quote_literal(pg_catalog.btrim(l)), ', ')
            FROM pg_catalog.unnest(pg_catalog.string_to_array(NULLIF((SELECT s.setting FROM pg_catalog.pg_settings AS s WHERE s.name = 'shared_preload_libraries'), ''), ',') || 'perfadvisor'::text) AS l)),
       'SELECT perfadvisor.recorder_loaded()',
       'ALTER SYSTEM RESET shared_preload_libraries', 'The server must be restarted afterwards.'
WHERE NOT perfadvisor.recorder_loaded()
UNION ALL
SELECT 'recorder', 'perfadvisor', 'unknown', 'The recorder''s own state is not visible to this role',
       'What the recorder lost is missing in everything else that is told here.', '{"lacks": "pg_monitor"}'::jsonb,
       pg_catalog.format('GRANT pg_monitor TO %I', CURRENT_USER), 'SELECT pg_has_role(''pg_monitor'', ''USAGE'')',
       pg_catalog.format('REVOKE pg_monitor FROM %I', CURRENT_USER), 'No lock.'
WHERE perfadvisor.recorder_loaded() AND NOT pg_catalog.has_function_privilege('perfadvisor.recorded_state()', 'EXECUTE')
UNION ALL
SELECT h.item, 'perfadvisor', h.status, h.message, 'What the recorder loses is missing in everything that is told here.',
       pg_catalog.jsonb_build_object('value', h.value, 'bound', h.bound, 'unit', h.unit),
       pg_catalog.replace(h.remedy_sql, '; ', E';\n'),
       CASE WHEN h.remedy_sql IS NOT NULL THEN pg_catalog.format('SELECT status IN (''ok'', ''info'') FROM perfadvisor.self_health WHERE item = %L', h.item) END,
       CASE WHEN h.remedy_sql LIKE 'ALTER SYSTEM SET %' THEN
            (SELECT CASE WHEN s.sourcefile ~ 'postgresql\.auto\.conf$' THEN pg_catalog.format('ALTER SYSTEM SET %s = %L', s.name, pg_catalog.current_setting(s.name)) ELSE pg_catalog.format('ALTER SYSTEM RESET %s', s.name) END
                    || CASE WHEN h.remedy_sql LIKE '%pg_reload_conf%' THEN E';\nSELECT pg_reload_conf()' ELSE '' END
             FROM pg_catalog.pg_settings AS s WHERE s.name = pg_catalog.split_part(h.remedy_sql, ' ', 4)) END,
       CASE WHEN h.remedy_sql LIKE '%restart%' THEN 'The server must be restarted afterwards.' ELSE 'No lock.' END
FROM (SELECT 1 WHERE perfadvisor.recorder_loaded() AND pg_catalog.has_function_privilege('perfadvisor.recorded_state()', 'EXECUTE')) AS w
     CROSS JOIN LATERAL perfadvisor.self_health_rows() AS h;
END;

COMMENT ON FUNCTION perfadvisor.recorder_checks() IS 'The view self_health as checks, also where it cannot be read';

-- The one place where the checks of all areas come together.
CREATE VIEW perfadvisor.all_checks AS
WITH advice AS MATERIALIZED (
    SELECT c.* FROM perfadvisor.advice_checks() AS c
)
SELECT a.area, a.check_name, a.object, a.status, a.message, a.why, a.evidence, a.remedy_sql, a.verify_sql, a.undo_sql, a.lock_note,
       COALESCE((a.evidence OPERATOR(pg_catalog.->>) 'confidence')::double precision, 1) AS confidence
FROM (
    SELECT 'vacuum' AS area, v.check_name, v.object, v.status, v.message, v.why, v.evidence, v.remedy_sql, v.verify_sql, v.undo_sql, v.lock_note
    FROM perfadvisor.vacuum_health AS v
    UNION ALL
    SELECT 'statistics', v.check_name, v.object, v.status, v.message, v.why, v.evidence, v.remedy_sql, v.verify_sql, v.undo_sql, v.lock_note
    FROM perfadvisor.statistics_health AS v
    UNION ALL
    SELECT 'index', v.check_name, v.object, v.status, v.message, v.why, v.evidence, v.remedy_sql, v.verify_sql, v.undo_sql, v.lock_note
    FROM perfadvisor.index_health AS v
    UNION ALL
    SELECT 'cache', v.check_name, v.object, v.status, v.message, v.why, v.evidence, v.remedy_sql, v.verify_sql, v.undo_sql, v.lock_note
    FROM perfadvisor.cache_health AS v
    UNION ALL
    SELECT 'settings', v.check_name, v.object, v.status, v.message, v.why, v.evidence, v.remedy_sql, v.verify_sql, v.undo_sql, v.lock_note
    FROM perfadvisor.settings_health AS v
    UNION ALL
    SELECT 'lock', v.check_name, v.object, v.status, v.message, v.why, v.evidence, v.remedy_sql, v.verify_sql, v.undo_sql, v.lock_note
    FROM perfadvisor.lock_health AS v
    UNION ALL
    SELECT 'replication', v.check_name, v.object, v.status, v.message, v.why, v.evidence, v.remedy_sql, v.verify_sql, v.undo_sql, v.lock_note
    FROM perfadvisor.replication_health AS v
    UNION ALL
    SELECT 'sequence', v.check_name, v.object, v.status, v.message, v.why, v.evidence, v.remedy_sql, v.verify_sql, v.undo_sql, v.lock_note
    FROM perfadvisor.sequence_health AS v
    UNION ALL
    SELECT 'maintenance', v.check_name, v.object, v.status, v.message, v.why, v.evidence, v.remedy_sql, v.verify_sql, v.undo_sql, v.lock_note
    FROM perfadvisor.maintenance_health AS v
    UNION ALL
    SELECT c.area, c.check_name, c.object, c.status, c.message, c.why, c.evidence, c.remedy_sql, c.verify_sql, c.undo_sql, c.lock_note
    FROM advice AS c
    UNION ALL
    SELECT c.area, c.check_name, c.object, c.status, c.message, c.why, c.evidence, COALESCE(c.remedy_sql, f.remedy_sql),
           COALESCE(c.verify_sql, f.verify_sql), COALESCE(c.undo_sql, f.undo_sql), COALESCE(f.lock_note, c.lock_note)
    FROM (SELECT 1 WHERE perfadvisor.recorder_loaded()) AS w CROSS JOIN LATERAL perfadvisor.recorded_checks() AS c
         -- what is advised for the statement that came to run with a worse plan
         LEFT JOIN LATERAL (
             SELECT a.remedy_sql, a.verify_sql, a.undo_sql, a.lock_note
             FROM advice AS a
             WHERE a.remedy_sql IS NOT NULL AND c.remedy_sql IS NULL
               AND EXISTS (SELECT FROM pg_catalog.jsonb_array_elements_text(a.evidence OPERATOR(pg_catalog.->) 'queryids') AS q(queryid)
                           WHERE q.queryid OPERATOR(pg_catalog.=) (c.evidence OPERATOR(pg_catalog.->) 'queryids' OPERATOR(pg_catalog.->>) 0))
             ORDER BY a.area OPERATOR(pg_catalog.=) 'statistics' DESC,
                      (a.evidence OPERATOR(pg_catalog.->>) 'time_share')::double precision DESC NULLS LAST, a.object
             LIMIT 1) AS f ON c.check_name OPERATOR(pg_catalog.=) 'plan_change'
    UNION ALL
    SELECT c.area, c.check_name, c.object, c.status, c.message, c.why, c.evidence, c.remedy_sql, c.verify_sql, c.undo_sql, c.lock_note
    FROM (SELECT 1 WHERE perfadvisor.recorder_loaded() AND pg_catalog.pg_has_role('pg_read_all_stats', 'USAGE')) AS w
         CROSS JOIN LATERAL perfadvisor.outcome_checks() AS c
    UNION ALL
    SELECT 'recorder', r.check_name, r.object, r.status, r.message, r.why, r.evidence, r.remedy_sql, r.verify_sql, r.undo_sql, r.lock_note
    FROM perfadvisor.recorder_checks() AS r
    UNION ALL
    SELECT 'recorder', c.check_name, c.object, c.status, c.message, c.why, c.evidence, c.remedy_sql, c.verify_sql, c.undo_sql, c.lock_note
    FROM (SELECT 1 WHERE pg_catalog.pg_has_role('pg_read_all_stats', 'USAGE')) AS w CROSS JOIN LATERAL perfadvisor.source_checks() AS c
) AS a;

COMMENT ON VIEW perfadvisor.all_checks IS 'Every check of every area, also those with nothing to tell';
COMMENT ON COLUMN perfadvisor.all_checks.area IS 'index, statistics, vacuum, pool, lock, replication, sequence, cache, settings, maintenance, pattern, target, plan, outcome or recorder';
COMMENT ON COLUMN perfadvisor.all_checks.check_name IS 'What was checked, a word that stays the same';
COMMENT ON COLUMN perfadvisor.all_checks.object IS 'What it was checked of';
COMMENT ON COLUMN perfadvisor.all_checks.status IS 'ok, info, warning, critical, or unknown where the current role cannot see enough';
COMMENT ON COLUMN perfadvisor.all_checks.message IS 'The number and the threshold in a sentence';
COMMENT ON COLUMN perfadvisor.all_checks.why IS 'Why it matters';
COMMENT ON COLUMN perfadvisor.all_checks.evidence IS 'Numbers that the judgement rests on';
COMMENT ON COLUMN perfadvisor.all_checks.remedy_sql IS 'Statements that mend it, one per line';
COMMENT ON COLUMN perfadvisor.all_checks.verify_sql IS 'A query that returns true once it is mended';
COMMENT ON COLUMN perfadvisor.all_checks.undo_sql IS 'Statements that take the remedy back';
COMMENT ON COLUMN perfadvisor.all_checks.lock_note IS 'Locks, restarts and consequences of the remedy';
COMMENT ON COLUMN perfadvisor.all_checks.confidence IS '0 to 1; less than 1 where it rests on estimates';

CREATE VIEW perfadvisor.judged_checks AS
WITH ignored AS MATERIALIZED (
    SELECT i.queryid, i.check_names FROM perfadvisor.ignored_statements AS i
), identified AS (
    SELECT pg_catalog."left"(pg_catalog.md5(pg_catalog.concat_ws('|', c.area, c.check_name, c.object)), 12) AS finding_id, c.*
    FROM perfadvisor.all_checks AS c
)
SELECT c.finding_id, c.area, c.check_name, c.object, c.status, c.message, c.why, c.evidence, c.remedy_sql, c.verify_sql, c.undo_sql, c.lock_note, c.confidence,
       EXISTS (SELECT FROM perfadvisor.mutes AS m
               WHERE m.finding_id OPERATOR(pg_catalog.=) c.finding_id AND (m.until IS NULL OR m.until OPERATOR(pg_catalog.>) pg_catalog.now()))
       OR COALESCE(pg_catalog.jsonb_typeof(c.evidence OPERATOR(pg_catalog.->) 'queryids') OPERATOR(pg_catalog.=) 'array'
           AND pg_catalog.jsonb_array_length(c.evidence OPERATOR(pg_catalog.->) 'queryids') OPERATOR(pg_catalog.>) 0
           AND NOT EXISTS (SELECT FROM pg_catalog.jsonb_array_elements_text(c.evidence OPERATOR(pg_catalog.->) 'queryids') AS q(queryid)
                           WHERE NOT EXISTS (SELECT FROM ignored AS i WHERE i.queryid OPERATOR(pg_catalog.=) q.queryid::bigint
                                             AND (i.check_names IS NULL OR c.check_name OPERATOR(pg_catalog.=) ANY (i.check_names)))), false) AS muted
FROM identified AS c;

COMMENT ON VIEW perfadvisor.judged_checks IS 'all_checks with the id that findings have, and whether they are muted';
COMMENT ON COLUMN perfadvisor.judged_checks.finding_id IS 'Identifies area, check and object, always the same';
COMMENT ON COLUMN perfadvisor.judged_checks.area IS 'As in all_checks';
COMMENT ON COLUMN perfadvisor.judged_checks.check_name IS 'As in all_checks';
COMMENT ON COLUMN perfadvisor.judged_checks.object IS 'As in all_checks';
COMMENT ON COLUMN perfadvisor.judged_checks.status IS 'As in all_checks';
COMMENT ON COLUMN perfadvisor.judged_checks.message IS 'As in all_checks';
COMMENT ON COLUMN perfadvisor.judged_checks.why IS 'As in all_checks';
COMMENT ON COLUMN perfadvisor.judged_checks.evidence IS 'As in all_checks';
COMMENT ON COLUMN perfadvisor.judged_checks.remedy_sql IS 'As in all_checks';
COMMENT ON COLUMN perfadvisor.judged_checks.verify_sql IS 'As in all_checks';
COMMENT ON COLUMN perfadvisor.judged_checks.undo_sql IS 'As in all_checks';
COMMENT ON COLUMN perfadvisor.judged_checks.lock_note IS 'As in all_checks';
COMMENT ON COLUMN perfadvisor.judged_checks.confidence IS 'As in all_checks';
COMMENT ON COLUMN perfadvisor.judged_checks.muted IS 'True when it was muted, or all its statements carry the comment /* perfadvisor:ignore */';

CREATE VIEW perfadvisor.findings AS
SELECT c.finding_id, c.status AS severity, c.area, c.object, c.message AS title, c.evidence, c.why,
       c.remedy_sql AS fix_sql, c.verify_sql, c.undo_sql, c.lock_note, c.confidence,
       COALESCE(l.first_seen, pg_catalog.now()) AS first_seen, pg_catalog.now() AS last_seen, c.muted, c.check_name,
       perfadvisor.evidence_sources(c.evidence, (
           SELECT e.known
           FROM (SELECT 1 WHERE perfadvisor.recorder_loaded() AND pg_catalog.pg_has_role('pg_read_all_stats', 'USAGE')) AS w
                CROSS JOIN LATERAL perfadvisor.source_queryids() AS e(known))) AS sources
FROM perfadvisor.judged_checks AS c
     LEFT JOIN perfadvisor.finding_log AS l ON l.finding_id OPERATOR(pg_catalog.=) c.finding_id AND l.gone_at IS NULL
WHERE c.status OPERATOR(pg_catalog.<>) 'ok'
ORDER BY c.muted, pg_catalog.array_position(ARRAY['critical', 'warning', 'info', 'unknown'], c.status),
         (c.evidence OPERATOR(pg_catalog.->>) 'time_share')::double precision DESC NULLS LAST, c.area, c.check_name, c.object;

COMMENT ON VIEW perfadvisor.findings IS 'What deserves attention, worst first; never starts a search for advice';
COMMENT ON COLUMN perfadvisor.findings.finding_id IS 'Identifies area, check and object, always the same';
COMMENT ON COLUMN perfadvisor.findings.severity IS 'critical: it hurts or leads to an outage within days; warning: it will get worse; info: an opportunity; unknown: it could not be checked';
COMMENT ON COLUMN perfadvisor.findings.area IS 'index, statistics, vacuum, pool, lock, replication, sequence, cache, settings, maintenance, pattern, target, plan, outcome or recorder';
COMMENT ON COLUMN perfadvisor.findings.object IS 'What it is about';
COMMENT ON COLUMN perfadvisor.findings.title IS 'The number and the threshold in a sentence';
COMMENT ON COLUMN perfadvisor.findings.evidence IS 'Numbers that it rests on, and since when they are counted';
COMMENT ON COLUMN perfadvisor.findings.why IS 'Why it matters';
COMMENT ON COLUMN perfadvisor.findings.fix_sql IS 'Statements that mend it, one per line; NULL where SQL cannot';
COMMENT ON COLUMN perfadvisor.findings.verify_sql IS 'A query that returns true once it is mended';
COMMENT ON COLUMN perfadvisor.findings.undo_sql IS 'Statements that take fix_sql back';
COMMENT ON COLUMN perfadvisor.findings.lock_note IS 'Locks, restarts and consequences of fix_sql';
COMMENT ON COLUMN perfadvisor.findings.confidence IS '0 to 1; less than 1 where it rests on estimates';
COMMENT ON COLUMN perfadvisor.findings.first_seen IS 'Since when note_findings() sees it; now where it has not yet';
COMMENT ON COLUMN perfadvisor.findings.last_seen IS 'Now; finding_log has it of those that are gone';
COMMENT ON COLUMN perfadvisor.findings.muted IS 'True when it was muted, or all its statements carry the comment /* perfadvisor:ignore */';
COMMENT ON COLUMN perfadvisor.findings.check_name IS 'The check behind it';
COMMENT ON COLUMN perfadvisor.findings.sources IS 'The other servers that its statements ran on, or that it is about, as in sources';
