-- ---------------------------------------------------------------------------
-- Checks of what was recorded, in the form that findings have

-- As functions, whose privileges and shared memory are only asked for when they run.
CREATE FUNCTION perfadvisor.recorded_checks(
    OUT area text, OUT check_name text, OUT object text, OUT status text, OUT message text, OUT why text,
    OUT evidence jsonb, OUT remedy_sql text, OUT verify_sql text, OUT undo_sql text, OUT lock_note text)
RETURNS SETOF record
LANGUAGE SQL VOLATILE PARALLEL UNSAFE STRICT ROWS 20
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
SELECT 'pool', p.check_name, p.object, p.status, p.message, p.why, p.evidence, p.remedy_sql, p.verify_sql, p.undo_sql, p.lock_note
FROM perfadvisor.pool_health AS p
-- timeouts of sessions of other databases are looked at there
WHERE p.check_name <> 'timeout_unset' OR p.status = 'unknown' OR pg_catalog.strpos(p.object, '/' || pg_catalog.quote_ident(pg_catalog.current_database()) || ' ') > 0
UNION ALL
SELECT 'target', 'latency_target',
       COALESCE('statement ' || t.queryid, 'statements like ' || pg_catalog.quote_literal(t.query_like), t.statement_class || ' statements', 'all statements')
           || ' p' || t.percentile,
       -- what ran too rarely to tell does not deserve attention
       CASE t.status WHEN 'unknown' THEN 'ok' ELSE t.status END, t.message,
       'Somebody waits for these calls.',
       pg_catalog.jsonb_build_object('measured_time', t.measured_time, 'target_time', t.target_time, 'calls', t.calls, 'calls_over', t.calls_over,
           'error_budget_used', t.error_budget_used, 'worst', t.worst),
       NULL, NULL, NULL,
       'What makes the worst statements slow is in the findings of areas index, pattern and statistics; another target is a row in perfadvisor.targets.'
FROM perfadvisor.target_status AS t
UNION ALL
SELECT 'plan', 'plan_change', 'statement ' || c.queryid || ' of ' || COALESCE(c.rolname::text, '?'), 'warning',
       pg_catalog.format('Since %s a statement runs with another plan and takes %s ms instead of %s ms (warning from 1.5 times on): %s',
           pg_catalog.date_trunc('second', c.changed_at), pg_catalog.round(c.mean_after::numeric, 2), pg_catalog.round(c.mean_before::numeric, 2), pg_catalog."left"(c.query, 200)),
       'The planner took another plan for the better one: statistics changed, an index went, or the data grew.',
       pg_catalog.jsonb_build_object('queryids', pg_catalog.jsonb_build_array(c.queryid::text), 'changed_at', c.changed_at, 'mean_before', c.mean_before,
           'mean_after', c.mean_after, 'executions_before', c.executions_before, 'executions_after', c.executions_after,
           'plan_before', c.plan_before, 'plan_after', c.plan_after),
       NULL, NULL, NULL, 'See perfadvisor.compare() for the reason, and the findings on indexes and statistics of its tables for the remedy.'
FROM (SELECT DISTINCT ON (c.queryid, c.rolname, c.toplevel) c.*
      FROM perfadvisor.plan_changes AS c
      ORDER BY c.queryid, c.rolname, c.toplevel, c.changed_at DESC) AS c
WHERE c.verdict = 'worse' AND NOT c.alternates AND c.mean_after - c.mean_before >= 1
  AND c.changed_at > pg_catalog.now() - interval '7 days'
UNION ALL
SELECT 'pattern', q.pattern, 'statement ' || q.queryid || ' of ' || COALESCE(q.rolname::text, '?'), q.severity,
       pg_catalog.format('%s (%s)', q.message, pg_catalog."left"(q.query, 200)),
       'The statement is written, or run, in a way that costs more than what it returns.',
       q.evidence || pg_catalog.jsonb_build_object('queryids', pg_catalog.jsonb_build_array(q.queryid::text), 'cost_time', q.cost_time, 'calls', q.calls,
           'relation', q.relation::text, 'remedy', q.remedy),
       NULL, NULL, NULL, q.remedy
FROM perfadvisor.query_patterns AS q
-- What costs less than a thousandth of the time is no finding
WHERE q.severity <> 'info' OR q.cost_share >= 0.001
UNION ALL
SELECT 'cache', 'repeated_results', 'statement ' || c.queryid || ' of ' || COALESCE(c.rolname::text, '?'), 'info',
       pg_catalog.format('A cache that keeps results for %s would have answered %s %% of %s calls and saved %s ms per hour: %s',
           c.suggested_ttl, pg_catalog.round((c.expected_hit_rate * 100)::numeric), c.calls, pg_catalog.round(c.time_saved::numeric), pg_catalog."left"(c.query, 200)),
       'The same question is answered again and again while its tables stay as they are.',
       pg_catalog.jsonb_build_object('queryids', pg_catalog.jsonb_build_array(c.queryid::text), 'distinct_parameters', c.distinct_parameters,
           'repeat_fraction', c.repeat_fraction, 'suggested_ttl', c.suggested_ttl, 'expected_hit_rate', c.expected_hit_rate, 'time_saved', c.time_saved),
       NULL, NULL, NULL, 'In the application: keep the result for so long, by the statement and its parameters.'
FROM perfadvisor.cache_advice AS c
UNION ALL
SELECT u.area, u.check_name, 'statements of other roles', 'unknown', pg_catalog.format('%s of statements of other roles is not visible to this role', u.what),
       'The statements of a role are shown to itself, to roles that have its privileges, and to members of pg_read_all_stats.',
       '{"lacks": "pg_read_all_stats"}'::jsonb, pg_catalog.format('GRANT pg_read_all_stats TO %I', CURRENT_USER), 'SELECT pg_has_role(''pg_read_all_stats'', ''USAGE'')',
       pg_catalog.format('REVOKE pg_read_all_stats FROM %I', CURRENT_USER), 'No lock.'
FROM (VALUES ('index', 'advice', 'What searches found'), ('statistics', 'advice', 'What searches found'), ('target', 'latency_target', 'The time'), ('plan', 'plan_change', 'The plan'),
             ('pattern', 'patterns', 'The writing'), ('cache', 'repeated_results', 'The repetition'), ('outcome', 'regression', 'The history')) AS u(area, check_name, what)
WHERE NOT pg_catalog.pg_has_role('pg_read_all_stats', 'USAGE')
UNION ALL
-- statements are planned as the roles that ran them, to see how they are written
SELECT 'pattern', 'patterns', 'statements of other roles', 'unknown',
       pg_catalog.format('How statements of %s%s are written is not told, as this role is not a member of all these', pg_catalog.array_to_string((pg_catalog.array_agg(pg_catalog.quote_ident(r.rolname) ORDER BY r.rolname))[1:5], ', '),
           CASE WHEN pg_catalog.count(*) > 5 THEN pg_catalog.format(' and %s other roles', pg_catalog.count(*) - 5) ELSE '' END),
       'Statements are planned as the roles that ran them, and nobody may become a role without being a member of it.',
       '{"lacks": "membership in the roles that ran them"}'::jsonb, NULL, NULL, NULL, 'A superuser is told all.'
FROM (SELECT DISTINCT t.userid FROM perfadvisor.recorded_totals() AS t
      WHERE t.dbid = (SELECT d.oid FROM pg_catalog.pg_database AS d WHERE d.datname = pg_catalog.current_database())
        AND NOT pg_catalog.pg_has_role(t.userid, 'MEMBER')) AS u
     JOIN pg_catalog.pg_roles AS r ON r.oid = u.userid
WHERE pg_catalog.pg_has_role('pg_read_all_stats', 'USAGE')
HAVING pg_catalog.count(*) > 0;
END;

COMMENT ON FUNCTION perfadvisor.recorded_checks() IS 'pool_health, target_status, plan_changes, query_patterns and cache_advice as checks';

CREATE FUNCTION perfadvisor.outcome_checks(
    OUT area text, OUT check_name text, OUT object text, OUT status text, OUT message text, OUT why text,
    OUT evidence jsonb, OUT remedy_sql text, OUT verify_sql text, OUT undo_sql text, OUT lock_note text)
RETURNS SETOF record
LANGUAGE SQL VOLATILE PARALLEL UNSAFE STRICT ROWS 5
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
SELECT 'outcome', 'advised_index', o.index::text,
       CASE o.verdict WHEN 'worse' THEN 'warning' WHEN 'better' THEN 'ok' WHEN 'too early' THEN 'ok' ELSE 'info' END,
       pg_catalog.format('Index %s, which was advised, is there since %s: %s', o.index, pg_catalog.date_trunc('second', o.created_at), o.message),
       'Advice is a prediction, and this is what came of it.',
       pg_catalog.jsonb_build_object('predicted_gain', o.predicted_gain, 'measured_gain', o.measured_gain, 'mean_before', o.mean_before,
           'mean_after', o.mean_after, 'calls_after', o.calls_after, 'certainty', o.certainty),
       CASE WHEN o.verdict IN ('worse', 'not used', 'no change') THEN o.undo_sql END,
       pg_catalog.format('SELECT to_regclass(%L) IS NULL', o.index::text), o.ddl,
       'Waits for transactions that use the table, blocks nobody. Not in a transaction block.'
FROM perfadvisor.advice_outcomes() AS o
UNION ALL
SELECT 'outcome', 'dropped_index', o.index, 'warning',
       pg_catalog.format('Index %s was dropped, not after %s: %s', o.index, pg_catalog.date_trunc('second', o.dropped_at + interval '999999 microseconds'), o.message),
       'Statements that used it read more than before, in every execution.',
       pg_catalog.jsonb_build_object('queryids', o.queryids::text[], 'mean_before', o.mean_before, 'mean_after', o.mean_after, 'calls_after', o.calls_after),
       o.undo_sql, pg_catalog.format('SELECT to_regclass(%L) IS NOT NULL', o.index), pg_catalog.format('DROP INDEX CONCURRENTLY %s', o.index),
       'SHARE UPDATE EXCLUSIVE while it builds: readers and writers go on. Not in a transaction block.'
FROM perfadvisor.cleanup_outcomes() AS o
WHERE o.verdict = 'worse'
UNION ALL
SELECT 'outcome', 'regression', 'statement ' || r.queryid || ' of ' || r.rolname, 'warning',
       pg_catalog.format('Since baseline %s a statement takes %s ms instead of %s ms: %s %s', COALESCE(pg_catalog.quote_literal(r.baseline), r.baseline_id::text),
           pg_catalog.round(r.mean_after::numeric, 2), pg_catalog.round(r.mean_before::numeric, 2), r.reason, pg_catalog."left"(r.query, 200)),
       'Something that was faster is slower.',
       r.evidence || pg_catalog.jsonb_build_object('queryids', pg_catalog.jsonb_build_array(r.queryid::text), 'factor', r.factor, 'time_difference', r.time_difference),
       NULL, NULL, NULL, 'A new baseline, SELECT perfadvisor.baseline(), takes what is now as the measure.'
FROM perfadvisor.regressions AS r;
END;

COMMENT ON FUNCTION perfadvisor.outcome_checks() IS 'advice_outcomes, cleanup_outcomes and regressions as checks';
