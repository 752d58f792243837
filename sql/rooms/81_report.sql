-- ---------------------------------------------------------------------------
-- Reports: what all of them show, as parts of one JSON document

-- Each part asks for the rights that its source needs and is NULL or empty without them; none starts a search.
-- Statement ids are texts in it: as numbers JavaScript and jq would round them.

CREATE FUNCTION perfadvisor.clipped(value text, room integer) RETURNS text
LANGUAGE SQL IMMUTABLE PARALLEL SAFE STRICT
SET search_path = pg_catalog, pg_temp
RETURN CASE WHEN pg_catalog.length(value) > room THEN pg_catalog."left"(value, GREATEST(room - 4, 0)) || ' ...' ELSE value END;

COMMENT ON FUNCTION perfadvisor.clipped(text, integer) IS 'A text, cut to a number of characters and marked where that left something out';

CREATE FUNCTION perfadvisor.report_verdict()
RETURNS jsonb
LANGUAGE SQL VOLATILE PARALLEL UNSAFE STRICT
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
WITH areas AS MATERIALIZED (
    SELECT h.* FROM perfadvisor.health() AS h
), n AS (
    SELECT COALESCE(pg_catalog.sum(a.critical), 0)::integer AS critical, COALESCE(pg_catalog.sum(a.warning), 0)::integer AS warning,
           COALESCE(pg_catalog.sum(a.info), 0)::integer AS info, COALESCE(pg_catalog.sum(a.unknown), 0)::integer AS unknown,
           COALESCE(pg_catalog.sum(a.ok), 0)::integer AS ok, COALESCE(pg_catalog.sum(a.muted), 0)::integer AS muted
    FROM areas AS a
)
SELECT pg_catalog.jsonb_build_object(
    'status', CASE WHEN n.critical > 0 THEN 'critical' WHEN n.warning > 0 THEN 'warning' WHEN n.info > 0 THEN 'info' WHEN n.unknown > 0 THEN 'unknown' ELSE 'ok' END,
    'sentence', CASE
        WHEN n.critical = 1 THEN '1 thing hurts now, or will within days.'
        WHEN n.critical > 1 THEN pg_catalog.format('%s things hurt now, or will within days.', n.critical)
        WHEN n.warning = 1 THEN 'Nothing is critical; 1 thing will get worse if it is left.'
        WHEN n.warning > 1 THEN pg_catalog.format('Nothing is critical; %s things will get worse if they are left.', n.warning)
        WHEN n.info = 1 THEN 'Nothing is wrong; there is 1 opportunity.'
        WHEN n.info > 1 THEN pg_catalog.format('Nothing is wrong; there are %s opportunities.', n.info)
        WHEN n.unknown > 0 THEN 'Nothing wrong was seen, but not everything could be looked at.'
        ELSE 'All is well.' END,
    'good', (SELECT pg_catalog.string_agg(a.area, ', ' ORDER BY a.area) FROM areas AS a WHERE a.status = 'ok'),
    'critical', n.critical, 'warning', n.warning, 'info', n.info, 'unknown', n.unknown, 'ok', n.ok, 'muted', n.muted,
    'areas', (SELECT pg_catalog.jsonb_agg(pg_catalog.to_jsonb(a)) FROM areas AS a))
FROM n;
END;

COMMENT ON FUNCTION perfadvisor.report_verdict() IS 'Part of report_json(): health() in one sentence, with its lines';

CREATE FUNCTION perfadvisor.report_findings(most integer, room integer)
RETURNS jsonb
LANGUAGE SQL VOLATILE PARALLEL UNSAFE STRICT
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
-- SQL that is cut would be another statement: what is too long is left out and said where to find
SELECT COALESCE(pg_catalog.jsonb_agg(pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object(
           'finding_id', f.finding_id, 'severity', f.severity, 'area', f.area, 'check_name', f.check_name,
           'object', perfadvisor.clipped(f.object, 300), 'title', perfadvisor.clipped(f.title, 800), 'why', perfadvisor.clipped(f.why, 500),
           'fix_sql', CASE WHEN pg_catalog.length(f.fix_sql) <= 4 * report_findings.room THEN f.fix_sql END,
           'verify_sql', CASE WHEN pg_catalog.length(f.verify_sql) <= report_findings.room THEN f.verify_sql END,
           'undo_sql', CASE WHEN pg_catalog.length(f.undo_sql) <= 4 * report_findings.room THEN f.undo_sql END,
           'left_out', CASE WHEN pg_catalog.length(f.fix_sql) > 4 * report_findings.room OR pg_catalog.length(f.undo_sql) > 4 * report_findings.room
                            THEN 'Statements too long to be shown here are in perfadvisor.findings.' END,
           'lock_note', perfadvisor.clipped(f.lock_note, 500), 'confidence', f.confidence, 'first_seen', f.first_seen,
           'time_share', f.evidence -> 'time_share', 'as_of', f.evidence -> 'as_of',
           'queryids', CASE WHEN f.evidence ? 'queryids' AND pg_catalog.jsonb_typeof(f.evidence -> 'queryids') = 'array'
                            THEN perfadvisor.ids_as_texts(f.evidence -> 'queryids') END)) ORDER BY f.place), '[]'::jsonb)
FROM (SELECT g.*, pg_catalog.row_number() OVER () AS place FROM perfadvisor.findings AS g WHERE NOT g.muted LIMIT report_findings.most) AS f;
END;

COMMENT ON FUNCTION perfadvisor.report_findings(integer, integer) IS 'Part of report_json(): the worst findings, without those that are muted';

CREATE FUNCTION perfadvisor.report_statements(most integer, room integer,
    OUT place bigint, OUT document jsonb, OUT left_out bigint, OUT left_out_time double precision)
RETURNS SETOF record
LANGUAGE SQL VOLATILE PARALLEL UNSAFE STRICT ROWS 200
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
WITH recorded AS MATERIALIZED (
    SELECT s.*, COALESCE(r.rolname, '(dropped)') AS rolname,
           pg_catalog.row_number() OVER (ORDER BY s.total_exec_time DESC, s.queryid, s.userid) AS place
    FROM (SELECT 1 WHERE perfadvisor.recorder_loaded()) AS w CROSS JOIN LATERAL perfadvisor.recorded_statements() AS s
         LEFT JOIN pg_catalog.pg_roles AS r ON r.oid = s.userid
    WHERE s.dbid = (SELECT d.oid FROM pg_catalog.pg_database AS d WHERE d.datname = pg_catalog.current_database())
      -- what looks at perfadvisor is not the application
      AND pg_catalog.strpos(COALESCE(s.query, ''), 'perfadvisor.') = 0
      -- nor are bodies of SQL functions, ours among them, whose text nobody keeps
      AND (s.toplevel OR COALESCE(s.query, '') !~ '^[A-Z]+ \$1 \.\.\.$')
), total AS (
    SELECT COALESCE(pg_catalog.sum(r.total_exec_time) FILTER (WHERE r.toplevel), 0) AS time FROM recorded AS r
), latencies AS MATERIALIZED (
    SELECT l.* FROM (SELECT 1 WHERE EXISTS (SELECT FROM recorded)) AS w CROSS JOIN LATERAL perfadvisor.recorded_latencies() AS l
)
SELECT r.place, pg_catalog.jsonb_build_object(
           'queryid', r.queryid::text, 'role', r.rolname, 'class', r.statement_class, 'toplevel', r.toplevel,
           'query', CASE WHEN r.place <= 40 THEN perfadvisor.clipped(r.query, 8 * report_statements.room) ELSE perfadvisor.clipped(r.query, report_statements.room) END,
           'calls', r.calls, 'failures', r.failures, 'rows', r.rows,
           'total_exec_time', pg_catalog.round(r.total_exec_time::numeric, 3), 'mean_exec_time', pg_catalog.round(r.mean_exec_time::numeric, 4),
           'p50_exec_time', pg_catalog.round(r.p50_exec_time::numeric, 4), 'p95_exec_time', pg_catalog.round(r.p95_exec_time::numeric, 4),
           'p99_exec_time', pg_catalog.round(r.p99_exec_time::numeric, 4), 'max_exec_time', pg_catalog.round(r.max_exec_time::numeric, 4),
           'share', CASE WHEN r.toplevel AND t.time > 0 THEN pg_catalog.round((r.total_exec_time / t.time)::numeric, 5) END,
           'seq_rows_read', r.seq_rows_read, 'shared_blks_read', r.shared_blks_read, 'temp_blks_written', r.temp_blks_written,
           'first_seen', r.first_seen, 'last_seen', r.last_seen,
           -- calls by time; the bounds are those of report_json()'s histogram_bounds
           'histogram', CASE WHEN r.place <= 200 THEN
               (SELECT pg_catalog.jsonb_agg(b.over_low - b.over_high ORDER BY b.low)
                FROM (SELECT g.low, perfadvisor.histogram_over(l.histogram, CASE WHEN g.low = -5 THEN 0 ELSE pg_catalog.power(10, g.low / 2.0) END) AS over_low,
                             CASE WHEN g.low = 8 THEN 0 ELSE perfadvisor.histogram_over(l.histogram, pg_catalog.power(10, (g.low + 1) / 2.0)) END AS over_high
                      FROM pg_catalog.generate_series(-5, 8) AS g(low)) AS b) END),
       COALESCE(NULLIF((SELECT pg_catalog.count(*) FROM recorded) - report_statements.most, 0), 0),
       COALESCE((SELECT pg_catalog.sum(o.total_exec_time) FROM recorded AS o WHERE o.place > report_statements.most AND o.toplevel), 0)
FROM recorded AS r CROSS JOIN total AS t
     LEFT JOIN latencies AS l ON l.userid = r.userid AND l.queryid = r.queryid AND l.toplevel = r.toplevel AND l.relations_hash = r.relations_hash
WHERE r.place <= report_statements.most;
END;

COMMENT ON FUNCTION perfadvisor.report_statements(integer, integer) IS
'Part of report_json(): the statements of this database that took most time, and how many more there are';

CREATE FUNCTION perfadvisor.report_periods(OUT period integer, OUT from_time timestamptz, OUT to_time timestamptz, OUT ids bigint[])
RETURNS SETOF record
LANGUAGE SQL STABLE PARALLEL SAFE STRICT ROWS 96
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
WITH recent AS (
    SELECT l.snapshot_id, l.from_time, l.taken_at
    FROM perfadvisor.snapshot_log AS l
    WHERE l.taken_at > (SELECT pg_catalog.max(m.taken_at) FROM perfadvisor.snapshot_log AS m) - '1 day'::interval
      -- before its first snapshot nobody measured how long the time was
      AND l.taken_at > l.from_time
), numbered AS (
    SELECT r.*, pg_catalog.floor(95.999 * pg_catalog.date_part('epoch', r.taken_at - e.first) / pg_catalog.date_part('epoch', e.last - e.first)) AS part
    FROM recent AS r CROSS JOIN (SELECT pg_catalog.min(f.from_time) AS first, pg_catalog.max(f.taken_at) AS last FROM recent AS f) AS e
)
SELECT pg_catalog.row_number() OVER (ORDER BY n.part)::integer, pg_catalog.min(n.from_time), pg_catalog.max(n.taken_at), pg_catalog.array_agg(n.snapshot_id)
FROM numbered AS n
GROUP BY n.part;
END;

COMMENT ON FUNCTION perfadvisor.report_periods() IS 'The last day of snapshots in at most 96 periods, for charts';

CREATE FUNCTION perfadvisor.report_history(room integer)
RETURNS jsonb
LANGUAGE SQL VOLATILE PARALLEL UNSAFE STRICT
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
WITH periods AS MATERIALIZED (
    SELECT p.* FROM perfadvisor.report_periods() AS p
), counted AS MATERIALIZED (
    SELECT p.period, k.queryid, pg_catalog.sum(c.calls) AS calls, pg_catalog.sum(c.failures) AS failures,
           pg_catalog.sum(c.total_exec_time) AS time, perfadvisor.histogram_total(c.histogram) AS histogram
    FROM (SELECT p.period, i.id FROM periods AS p CROSS JOIN LATERAL pg_catalog.unnest(p.ids) AS i(id)) AS p
         JOIN perfadvisor.snapshot_counts AS c ON c.snapshot_id = p.id
         JOIN perfadvisor.snapshot_statements AS k ON k.statement_id = c.statement_id
    WHERE k.toplevel
    GROUP BY p.period, k.queryid
), top AS MATERIALIZED (
    SELECT s.queryid, pg_catalog.row_number() OVER (ORDER BY s.time DESC, s.queryid) AS place,
           (SELECT perfadvisor.clipped(pg_catalog.min(k.query), report_history.room) FROM perfadvisor.snapshot_statements AS k WHERE k.queryid = s.queryid) AS query
    FROM (SELECT c.queryid, pg_catalog.sum(c.time) AS time FROM counted AS c GROUP BY c.queryid ORDER BY 2 DESC, 1 LIMIT 5) AS s
), summed AS MATERIALIZED (
    SELECT p.period, p.from_time, p.to_time, GREATEST(pg_catalog.date_part('epoch', p.to_time - p.from_time) * 1000, 1) AS length,
           pg_catalog.sum(c.calls) AS calls, pg_catalog.sum(c.failures) AS failures, pg_catalog.sum(c.time) AS time,
           perfadvisor.histogram_total(c.histogram) FILTER (WHERE c.histogram IS NOT NULL) AS histogram
    FROM periods AS p LEFT JOIN counted AS c ON c.period = p.period
    GROUP BY p.period, p.from_time, p.to_time
), parts AS (
    SELECT s.period, pg_catalog.jsonb_agg(pg_catalog.round((COALESCE(c.time, 0) / s.length)::numeric, 5) ORDER BY t.place) AS parts
    FROM summed AS s CROSS JOIN top AS t LEFT JOIN counted AS c ON c.period = s.period AND c.queryid = t.queryid
    GROUP BY s.period
)
SELECT pg_catalog.jsonb_build_object(
    'statements', COALESCE((SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('queryid', t.queryid::text, 'query', t.query) ORDER BY t.place) FROM top AS t), '[]'),
    'periods', COALESCE((SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object(
        'from', s.from_time, 'to', s.to_time, 'calls', COALESCE(s.calls, 0), 'failures', COALESCE(s.failures, 0),
        'load', pg_catalog.round((COALESCE(s.time, 0) / s.length)::numeric, 5),
        'p50', pg_catalog.round(perfadvisor.histogram_percentile(s.histogram, 0.5)::numeric, 4),
        'p95', pg_catalog.round(perfadvisor.histogram_percentile(s.histogram, 0.95)::numeric, 4),
        'p99', pg_catalog.round(perfadvisor.histogram_percentile(s.histogram, 0.99)::numeric, 4),
        'parts', COALESCE(p.parts, '[]'))
        ORDER BY s.period) FROM summed AS s LEFT JOIN parts AS p ON p.period = s.period), '[]'),
    'events', COALESCE((SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('at', e.noted_at, 'kind', e.kind, 'object', perfadvisor.clipped(e.object, 200)) ORDER BY e.noted_at)
        FROM (SELECT v.* FROM perfadvisor.events AS v
              WHERE v.noted_at >= (SELECT pg_catalog.min(s.from_time) FROM summed AS s) ORDER BY v.noted_at DESC, v.event_id DESC LIMIT 40) AS e), '[]'));
END;

COMMENT ON FUNCTION perfadvisor.report_history(integer) IS
'Part of report_json(): load, calls and latencies of the last day, period by period, and the statements that made the load; needs the rights of pg_read_all_stats';

CREATE FUNCTION perfadvisor.report_advice(room integer)
RETURNS jsonb
LANGUAGE SQL VOLATILE PARALLEL UNSAFE STRICT
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
WITH kept AS MATERIALIZED (
    SELECT k.kind, k.made_at, k.advice FROM perfadvisor.kept_advice AS k WHERE k.kind = 'index_advice'
), published AS MATERIALIZED (
    SELECT CASE WHEN perfadvisor.recorder_loaded() THEN perfadvisor.published_advice()::jsonb END AS document
), steps AS MATERIALIZED (
    SELECT r.* FROM kept AS k CROSS JOIN LATERAL pg_catalog.jsonb_to_recordset(k.advice) AS r(rank integer, step integer, advice_id text, relation text, ddl text, access_method text,
        kind text, time_saved float8, workload_gain float8, write_cost float8, index_bytes bigint, queryids jsonb, confidence float8, reason text, undo_sql text)
), advised AS (
    SELECT s.rank, s.advice_id, pg_catalog.min(s.relation) AS relation, pg_catalog.string_agg(s.ddl || ';', E'\n' ORDER BY s.step) AS ddl,
           (pg_catalog.array_agg(s.kind ORDER BY s.workload_gain DESC, s.step))[1] AS kind, (pg_catalog.array_agg(s.access_method ORDER BY s.workload_gain DESC, s.step))[1] AS access_method,
           pg_catalog.max(s.time_saved) AS time_saved, pg_catalog.max(s.workload_gain) AS workload_gain, pg_catalog.max(s.write_cost) AS write_cost, pg_catalog.max(s.index_bytes) AS index_bytes,
           pg_catalog.min(s.confidence) AS confidence, (pg_catalog.array_agg(s.reason ORDER BY s.workload_gain DESC, s.step))[1] AS reason,
           (pg_catalog.array_agg(s.queryids ORDER BY s.workload_gain DESC, s.step))[1] AS queryids,
           pg_catalog.string_agg(s.undo_sql || ';', E'\n' ORDER BY s.step DESC) AS undo_sql,
           pg_catalog.max(pg_catalog.regexp_replace(s.undo_sql, '^DROP INDEX (CONCURRENTLY )?(IF EXISTS )?', '')) FILTER (WHERE s.undo_sql LIKE 'DROP INDEX%') AS index_name
    FROM steps AS s GROUP BY s.rank, s.advice_id
)
SELECT pg_catalog.jsonb_build_object('made_at', k.made_at,
    'total', (SELECT pg_catalog.jsonb_build_object('indexes', pg_catalog.count(*), 'workload_gain', pg_catalog.sum(a.workload_gain), 'index_bytes', pg_catalog.sum(a.index_bytes)) FROM advised AS a
              WHERE perfadvisor.find_relation(a.index_name) IS NULL),
    'indexes', COALESCE((SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object(
        'rank', a.rank, 'advice_id', a.advice_id, 'relation', a.relation, 'kind', a.kind, 'access_method', a.access_method,
        'ddl', CASE WHEN pg_catalog.length(a.ddl) <= 8 * report_advice.room THEN a.ddl END, 'undo_sql', CASE WHEN pg_catalog.length(a.undo_sql) <= 8 * report_advice.room THEN a.undo_sql END,
        'exists', perfadvisor.find_relation(a.index_name) IS NOT NULL,
        'time_saved', a.time_saved, 'workload_gain', a.workload_gain, 'write_cost', a.write_cost, 'index_bytes', a.index_bytes, 'confidence', a.confidence,
        'reason', perfadvisor.clipped(a.reason, 4 * report_advice.room), 'queryids', perfadvisor.ids_as_texts(a.queryids),
        'statements', CASE WHEN a.rank <= 25 THEN COALESCE((
            SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('queryid', t.s ->> 'queryid', 'query', perfadvisor.clipped(t.s ->> 'query', 2 * report_advice.room), 'calls', t.s -> 'calls',
                       'cost_before', t.s -> 'cost_before', 'cost_after', t.s -> 'cost_after',
                       'plan_before', perfadvisor.clipped(t.s ->> 'plan_before', 8 * report_advice.room), 'plan_after', perfadvisor.clipped(t.s ->> 'plan_after', 8 * report_advice.room)) ORDER BY t.gain DESC)
            FROM (SELECT e.value AS s, ((e.value ->> 'cost_before')::float8 - (e.value ->> 'cost_after')::float8) * (e.value ->> 'calls')::float8 AS gain
                  FROM published AS p CROSS JOIN LATERAL pg_catalog.jsonb_array_elements(p.document -> 'statements') AS e
                  WHERE e.value ->> 'advice_id' = a.advice_id ORDER BY 2 DESC LIMIT 3) AS t), '[]') END)) ORDER BY a.rank)
        FROM (SELECT b.* FROM advised AS b ORDER BY b.rank LIMIT 50) AS a), '[]'))
FROM kept AS k;
END;

COMMENT ON FUNCTION perfadvisor.report_advice(integer) IS
'Part of report_json(): the indexes that the latest search advised, with its age, and plans before and after; NULL where there was none or the role may not see it';

CREATE FUNCTION perfadvisor.report_seq_scans(room integer)
RETURNS jsonb
LANGUAGE SQL VOLATILE PARALLEL UNSAFE STRICT
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
SELECT COALESCE(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('relation', s.relation::text, 'filter', perfadvisor.clipped(s.filter, report_seq_scans.room), 'scans', s.scans, 'rows_read', s.rows_read,
           'rows_returned', s.rows_returned, 'removed_fraction', s.removed_fraction, 'total_exec_time', s.total_exec_time,
           'queryids', pg_catalog.to_jsonb(s.queryids[1:20]::text[])) ORDER BY s.rows_read DESC), '[]'::jsonb)
FROM (SELECT q.* FROM (SELECT 1 WHERE perfadvisor.recorder_loaded()) AS w CROSS JOIN LATERAL (
          SELECT v.* FROM perfadvisor.seq_scans AS v JOIN pg_catalog.pg_class AS c ON c.oid = v.relation
          WHERE c.relnamespace NOT IN ('pg_catalog'::regnamespace, 'perfadvisor'::regnamespace)
          ORDER BY v.rows_read DESC LIMIT 12) AS q) AS s;
END;

COMMENT ON FUNCTION perfadvisor.report_seq_scans(integer) IS 'Part of report_json(): tables that most rows were read from sequentially';

CREATE FUNCTION perfadvisor.report_pool()
RETURNS jsonb
LANGUAGE SQL VOLATILE PARALLEL UNSAFE STRICT
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
WITH minutes AS MATERIALIZED (
    SELECT c.* FROM (SELECT 1 WHERE perfadvisor.recorder_loaded()) AS w CROSS JOIN LATERAL (
        SELECT v.started_at, v.ended_at, v.mean_in_flight, v.p95_in_flight, v.max_in_flight, v.max_sessions
        FROM perfadvisor.concurrency AS v WHERE v.scope = 'server' ORDER BY v.started_at DESC LIMIT 120) AS c
)
SELECT pg_catalog.jsonb_build_object(
    'max_connections', pg_catalog.current_setting('max_connections')::integer,
    'load', (SELECT pg_catalog.round(pg_catalog.avg(m.mean_in_flight)::numeric, 3) FROM minutes AS m WHERE m.started_at > pg_catalog.now() - '1 hour'::interval),
    'most', (SELECT pg_catalog.max(m.max_in_flight) FROM minutes AS m WHERE m.started_at > pg_catalog.now() - '1 hour'::interval),
    'minutes', COALESCE((SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('at', m.started_at, 'mean', pg_catalog.round(m.mean_in_flight::numeric, 3), 'p95', m.p95_in_flight,
                   'max', m.max_in_flight, 'sessions', m.max_sessions) ORDER BY m.started_at) FROM minutes AS m), '[]'),
    'advice', COALESCE((SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('scope', p.scope, 'name', p.name, 'status', p.status, 'recommended_size', p.recommended_size, 'burst_size', p.burst_size,
                   'pool_mode', p.pool_mode, 'why_not_transaction', p.why_not_transaction, 'pgbouncer', p.pgbouncer, 'reason', p.reason, 'max_sessions', p.max_sessions) ORDER BY p.transactions DESC NULLS LAST)
               FROM (SELECT a.*, COALESCE(a.application_name, pg_catalog.concat_ws('/', a.rolname, a.datname)) AS name
                     FROM (SELECT 1 WHERE perfadvisor.recorder_loaded()) AS w CROSS JOIN LATERAL (
                         SELECT v.* FROM perfadvisor.pool_advice AS v WHERE v.scope IN ('role', 'application') ORDER BY v.transactions DESC NULLS LAST LIMIT 12) AS a) AS p), '[]'));
END;

COMMENT ON FUNCTION perfadvisor.report_pool() IS 'Part of report_json(): statements under way in the last two hours, and pools for those who open them';

CREATE FUNCTION perfadvisor.report_tables()
RETURNS jsonb
LANGUAGE SQL VOLATILE PARALLEL UNSAFE STRICT
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
SELECT COALESCE(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('name', t.name, 'bytes', t.bytes, 'live_rows', t.live_rows, 'dead_rows', t.dead_rows,
           'vacuum_trigger', pg_catalog.round(t.vacuum_trigger::numeric), 'changed', t.changed_since_analyze, 'analyze_trigger', pg_catalog.round(t.analyze_trigger::numeric),
           'autovacuum', t.autovacuum, 'last_vacuum', t.last_vacuum, 'last_analyze', t.last_analyze,
           'freeze', pg_catalog.round((t.xid_age::float8 / NULLIF(t.freeze_max_age, 0))::numeric, 4)) ORDER BY t.urgency DESC, t.bytes DESC), '[]'::jsonb)
FROM (SELECT m.*, m.relpages::bigint * pg_catalog.current_setting('block_size')::integer AS bytes,
             GREATEST(m.dead_rows / NULLIF(m.vacuum_trigger, 0)::float8, 0) AS urgency
      FROM perfadvisor.table_maintenance AS m
      ORDER BY (m.dead_rows > 1000) DESC, CASE WHEN m.dead_rows > 1000 THEN m.dead_rows / NULLIF(m.vacuum_trigger, 0)::float8 END DESC NULLS LAST, m.relpages DESC LIMIT 12) AS t;
END;

COMMENT ON FUNCTION perfadvisor.report_tables() IS 'Part of report_json(): the tables that need vacuuming most, and the largest ones';

CREATE FUNCTION perfadvisor.report_outcomes(room integer)
RETURNS jsonb
LANGUAGE SQL VOLATILE PARALLEL UNSAFE STRICT
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
SELECT pg_catalog.jsonb_build_object(
    'record', (SELECT pg_catalog.to_jsonb(r) FROM perfadvisor.advice_record AS r),
    'indexes', COALESCE((SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('index', o.index::text, 'relation', o.relation::text, 'created_at', o.created_at,
                   'predicted_gain', o.predicted_gain, 'measured_gain', o.measured_gain, 'mean_before', o.mean_before, 'mean_after', o.mean_after,
                   'calls_after', o.calls_after, 'verdict', o.verdict, 'message', perfadvisor.clipped(o.message, 2 * report_outcomes.room), 'undo_sql', o.undo_sql) ORDER BY o.predicted_gain DESC NULLS LAST)
               FROM (SELECT v.* FROM perfadvisor.advice_outcomes AS v ORDER BY v.predicted_gain DESC NULLS LAST LIMIT 20) AS o), '[]'));
END;

COMMENT ON FUNCTION perfadvisor.report_outcomes(integer) IS
'Part of report_json(): what advised indexes did, predicted and measured; needs the rights of pg_read_all_stats';

CREATE FUNCTION perfadvisor.report_plan_changes(room integer)
RETURNS jsonb
LANGUAGE SQL VOLATILE PARALLEL UNSAFE STRICT
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
SELECT COALESCE(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('queryid', p.queryid::text, 'query', perfadvisor.clipped(p.query, report_plan_changes.room), 'changed_at', p.changed_at,
           'mean_before', p.mean_before, 'mean_after', p.mean_after, 'factor', p.factor, 'verdict', p.verdict,
           'plan_before', perfadvisor.clipped(p.plan_before, 4 * report_plan_changes.room), 'plan_after', perfadvisor.clipped(p.plan_after, 4 * report_plan_changes.room)) ORDER BY p.changed_at DESC), '[]'::jsonb)
FROM (SELECT c.* FROM (SELECT 1 WHERE perfadvisor.recorder_loaded()) AS w CROSS JOIN LATERAL (
          SELECT v.* FROM perfadvisor.plan_changes AS v WHERE v.verdict IN ('worse', 'better') AND pg_catalog.strpos(COALESCE(v.query, ''), 'perfadvisor.') = 0
          ORDER BY v.verdict = 'worse' DESC, v.changed_at DESC LIMIT 8) AS c) AS p;
END;

COMMENT ON FUNCTION perfadvisor.report_plan_changes(integer) IS 'Part of report_json(): statements that run with another plan than before, and are slower or faster with it';

CREATE FUNCTION perfadvisor.report_slow_queries(room integer)
RETURNS jsonb
LANGUAGE SQL VOLATILE PARALLEL UNSAFE STRICT
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
SELECT COALESCE(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('started_at', q.started_at, 'exec_time', q.exec_time, 'role', q.rolname, 'application', perfadvisor.clipped(q.application_name, 64),
           'queryid', q.queryid::text, 'query', perfadvisor.clipped(q.query, 2 * report_slow_queries.room), 'rows', q.rows) ORDER BY q.exec_time DESC), '[]'::jsonb)
FROM (SELECT c.* FROM (SELECT 1 WHERE perfadvisor.recorder_loaded()) AS w CROSS JOIN LATERAL (
          SELECT v.* FROM perfadvisor.slow_queries AS v
          WHERE v.datname = pg_catalog.current_database() AND v.sqlstate IS NULL AND v.toplevel AND pg_catalog.strpos(COALESCE(v.query, ''), 'perfadvisor.') = 0
          ORDER BY v.exec_time DESC LIMIT 10) AS c) AS q;
END;

COMMENT ON FUNCTION perfadvisor.report_slow_queries(integer) IS 'Part of report_json(): the slowest single executions that were kept';

CREATE FUNCTION perfadvisor.report_latencies()
RETURNS jsonb
LANGUAGE SQL VOLATILE PARALLEL UNSAFE STRICT
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
-- eight bars a decade; a bucket belongs where its middle is
SELECT COALESCE(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('from', pg_catalog.power(10, b.bar / 8.0)::float8, 'to', pg_catalog.power(10, (b.bar + 1) / 8.0)::float8, 'calls', b.calls) ORDER BY b.bar), '[]'::jsonb)
FROM (SELECT pg_catalog.floor(pg_catalog.log(GREATEST((h.from_time + h.to_time) / 2, 0.001)) * 8) AS bar, pg_catalog.sum(h.calls) AS calls
      FROM (SELECT 1 WHERE perfadvisor.recorder_loaded()) AS w CROSS JOIN LATERAL perfadvisor.database_histogram() AS h GROUP BY 1) AS b;
END;

COMMENT ON FUNCTION perfadvisor.report_latencies() IS 'Part of report_json(): calls of clients by execution time, eight bars a decade';

CREATE FUNCTION perfadvisor.report_document(most integer, room integer)
RETURNS jsonb
LANGUAGE SQL VOLATILE PARALLEL UNSAFE STRICT
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
WITH statements AS MATERIALIZED (
    SELECT s.* FROM perfadvisor.report_statements(report_document.most, report_document.room) AS s
), rights AS (
    SELECT pg_catalog.pg_has_role('pg_read_all_stats', 'USAGE') AS all_statements
), clients AS (
    SELECT pg_catalog.sum(t.calls) AS calls, pg_catalog.sum(t.failures) AS failures, pg_catalog.sum(t.total_exec_time) AS time
    FROM (SELECT 1 WHERE perfadvisor.recorder_loaded()) AS w CROSS JOIN LATERAL perfadvisor.recorded_totals() AS t
    WHERE t.toplevel AND t.dbid = (SELECT d.oid FROM pg_catalog.pg_database AS d WHERE d.datname = pg_catalog.current_database())
), since AS (
    SELECT pg_catalog.min((s.document ->> 'first_seen')::timestamptz) FILTER (WHERE (s.document ->> 'toplevel')::boolean) AS at FROM statements AS s
), verdict AS MATERIALIZED (
    SELECT perfadvisor.report_verdict() AS document
), pool AS MATERIALIZED (
    SELECT perfadvisor.report_pool() AS document
), findings AS MATERIALIZED (
    SELECT perfadvisor.report_findings(150, report_document.room) AS document
)
SELECT pg_catalog.jsonb_build_object(
    'format', 1,
    'generated_at', pg_catalog.now(),
    'database', pg_catalog.current_database(),
    'server', pg_catalog.jsonb_build_object('version', pg_catalog.current_setting('server_version'), 'started_at', pg_catalog.pg_postmaster_start_time(), 'in_recovery', pg_catalog.pg_is_in_recovery(),
        'cpus', m.cpus, 'cpu_quota', m.cpu_quota, 'memory_bytes', COALESCE(m.memory_limit_bytes, m.memory_bytes)),
    'extension_version', (SELECT e.extversion FROM pg_catalog.pg_extension AS e WHERE e.extname = 'perfadvisor'),
    'role', CURRENT_USER,
    'all_statements', r.all_statements,
    'recorded_since', (SELECT s.at FROM since AS s),
    'verdict', (SELECT v.document FROM verdict AS v),
    'numbers', (SELECT pg_catalog.jsonb_build_object('unit', 'ms', 'calls', c.calls, 'failures', c.failures, 'total_exec_time', c.time,
        'calls_per_second', c.calls / NULLIF(pg_catalog.date_part('epoch', pg_catalog.now() - (SELECT s.at FROM since AS s)), 0),
        'p50', perfadvisor.latency(0.5), 'p95', perfadvisor.latency(0.95), 'p99', perfadvisor.latency(0.99),
        'load', (SELECT p.document -> 'load' FROM pool AS p), 'most', (SELECT p.document -> 'most' FROM pool AS p)) FROM clients AS c),
    'findings', (SELECT f.document FROM findings AS f),
    'history', (SELECT h.document FROM (SELECT 1 WHERE r.all_statements) AS w CROSS JOIN LATERAL (SELECT perfadvisor.report_history(report_document.room) AS document) AS h),
    'latencies', perfadvisor.report_latencies(),
    'statements', COALESCE((SELECT pg_catalog.jsonb_agg(s.document ORDER BY s.place) FROM statements AS s), '[]'),
    'histogram_bounds', (SELECT pg_catalog.jsonb_agg(pg_catalog.round(pg_catalog.power(10, g / 2.0)::numeric, 5) ORDER BY g) FROM pg_catalog.generate_series(-4, 8) AS g),
    'advice', CASE WHEN r.all_statements THEN perfadvisor.report_advice(report_document.room) END,
    'seq_scans', perfadvisor.report_seq_scans(report_document.room),
    'pool', (SELECT p.document FROM pool AS p),
    'tables', perfadvisor.report_tables(),
    'outcomes', (SELECT o.document FROM (SELECT 1 WHERE r.all_statements) AS w CROSS JOIN LATERAL (SELECT perfadvisor.report_outcomes(report_document.room) AS document) AS o),
    'plan_changes', perfadvisor.report_plan_changes(report_document.room),
    'slow_queries', perfadvisor.report_slow_queries(report_document.room),
    'left_out', pg_catalog.jsonb_build_object('statements', COALESCE((SELECT GREATEST(pg_catalog.max(s.left_out), 0) FROM statements AS s), 0),
        'statements_time', COALESCE((SELECT pg_catalog.max(s.left_out_time) FROM statements AS s), 0),
        'findings', GREATEST((SELECT (v.document ->> 'critical')::integer + (v.document ->> 'warning')::integer + (v.document ->> 'info')::integer + (v.document ->> 'unknown')::integer FROM verdict AS v)
                    - (SELECT pg_catalog.jsonb_array_length(f.document) FROM findings AS f), 0),
        'text_room', report_document.room))
FROM rights AS r CROSS JOIN perfadvisor.machine() AS m;
END;

COMMENT ON FUNCTION perfadvisor.report_document(integer, integer) IS
'report_json() with so many statements, and so many characters of each but the first 40, which have eight times as many';

CREATE FUNCTION perfadvisor.report_json()
RETURNS jsonb
LANGUAGE SQL VOLATILE PARALLEL UNSAFE STRICT
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
-- the first that fits into a page of 1 MB as it is written there, else the smallest
WITH RECURSIVE tried(try, document) AS (
    SELECT 1, perfadvisor.report_document(500, 250)
    UNION ALL
    SELECT t.try + 1, perfadvisor.report_document((ARRAY[300, 100, 20])[t.try], (ARRAY[120, 60, 30])[t.try])
    FROM tried AS t
    WHERE t.try < 4 AND pg_catalog.octet_length(pg_catalog.convert_to(t.document::text, 'UTF8'))
                        + 5 * (pg_catalog.length(t.document::text) - pg_catalog.length(pg_catalog.translate(t.document::text, '<>&', ''))) > 850000
)
SELECT t.document FROM tried AS t ORDER BY t.try DESC LIMIT 1;
END;

COMMENT ON FUNCTION perfadvisor.report_json() IS
'What the reports show, as one document: verdict, numbers, findings, load over time, statements, advice, outcomes, pools, tables; ids are texts, times ms. At most 500 statements, with texts cut; left_out says what is missing';

CREATE FUNCTION perfadvisor.advice_json()
RETURNS jsonb
LANGUAGE SQL VOLATILE PARALLEL UNSAFE STRICT
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
SELECT COALESCE((SELECT pg_catalog.jsonb_build_object('made_at', pg_catalog.min(k.made_at),
           'index_advice', COALESCE(pg_catalog.jsonb_agg(k.advice) FILTER (WHERE k.kind = 'index_advice') -> 0, '[]'),
           'index_cleanup', COALESCE(pg_catalog.jsonb_agg(k.advice) FILTER (WHERE k.kind = 'index_cleanup') -> 0, '[]'),
           'statistics_advice', COALESCE(pg_catalog.jsonb_agg(k.advice) FILTER (WHERE k.kind = 'statistics_advice') -> 0, '[]'))
       FROM (SELECT a.kind, a.made_at,
                    COALESCE((SELECT pg_catalog.jsonb_agg(CASE WHEN e.value ? 'queryids' THEN e.value || pg_catalog.jsonb_build_object('queryids', COALESCE(perfadvisor.ids_as_texts(e.value -> 'queryids'), '[]')) ELSE e.value END ORDER BY e.ordinality)
                              FROM pg_catalog.jsonb_array_elements(a.advice) WITH ORDINALITY AS e), '[]') AS advice
             FROM perfadvisor.kept_advice AS a) AS k), '{}');
END;

COMMENT ON FUNCTION perfadvisor.advice_json() IS
'The latest advice that was searched for, as one document: made_at, index_advice, index_cleanup, statistics_advice, each an array of the rows of that view; starts no search';
