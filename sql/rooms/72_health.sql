-- ---------------------------------------------------------------------------
-- Findings over time, muting, and the whole in one line per area or one document

CREATE FUNCTION perfadvisor.note_findings(OUT appeared integer, OUT present integer, OUT gone integer)
RETURNS record
LANGUAGE SQL VOLATILE PARALLEL UNSAFE STRICT SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
WITH now AS MATERIALIZED (
    SELECT DISTINCT ON (f.finding_id) f.finding_id, f.area, f.check_name, f.object, f.severity, f.title
    FROM perfadvisor.findings AS f
    ORDER BY f.finding_id, pg_catalog.array_position(ARRAY['critical', 'warning', 'info', 'unknown'], f.severity)
), old AS MATERIALIZED (
    SELECT l.finding_id FROM perfadvisor.finding_log AS l WHERE l.gone_at IS NULL
), kept AS (
    INSERT INTO perfadvisor.finding_log AS l (finding_id, area, check_name, object, severity, title, first_seen, last_seen)
    SELECT n.finding_id, n.area, n.check_name, n.object, n.severity, n.title, pg_catalog.now(), pg_catalog.now() FROM now AS n
    ON CONFLICT (finding_id) DO UPDATE
        SET severity = EXCLUDED.severity, title = EXCLUDED.title, last_seen = EXCLUDED.last_seen, gone_at = NULL,
            first_seen = CASE WHEN l.gone_at IS NULL THEN l.first_seen ELSE EXCLUDED.first_seen END
    RETURNING l.finding_id
), ended AS (
    UPDATE perfadvisor.finding_log AS l SET gone_at = pg_catalog.now()
    WHERE l.gone_at IS NULL AND NOT EXISTS (SELECT FROM now AS n WHERE n.finding_id = l.finding_id)
    RETURNING l.finding_id
), forgotten AS (
    DELETE FROM perfadvisor.finding_log AS l WHERE l.gone_at < pg_catalog.now() - '1 year'::interval
), horizon AS (
    INSERT INTO perfadvisor.horizon_log (noted_at, next_xid, next_mxid, counted_since, blks_hit, blks_read, blk_read_time, active_time)
    SELECT pg_catalog.now(), pg_catalog.pg_snapshot_xmax(pg_catalog.pg_current_snapshot())::text::bigint,
           d.datminmxid::text::bigint + pg_catalog.mxid_age(d.datminmxid),
           perfadvisor.counted_since(), s.blks_hit, s.blks_read, s.blk_read_time, s.active_time
    FROM pg_catalog.pg_database AS d JOIN pg_catalog.pg_stat_database AS s ON s.datid = d.oid
    WHERE d.datname = pg_catalog.current_database()
      AND NOT EXISTS (SELECT FROM perfadvisor.horizon_log AS h WHERE h.noted_at > pg_catalog.now() - '10 minutes'::interval)
    ON CONFLICT DO NOTHING
), passed AS (
    DELETE FROM perfadvisor.horizon_log AS h WHERE h.noted_at < pg_catalog.now() - '30 days'::interval
)
SELECT (SELECT pg_catalog.count(*) FROM kept AS k WHERE NOT EXISTS (SELECT FROM old AS o WHERE o.finding_id = k.finding_id))::integer,
       (SELECT pg_catalog.count(*) FROM kept)::integer, (SELECT pg_catalog.count(*) FROM ended)::integer;
END;

COMMENT ON FUNCTION perfadvisor.note_findings() IS
'Notes which findings are there now, for first_seen and finding_log, and counters that rates are calculated from; to be called every few minutes to hours';

CREATE FUNCTION perfadvisor.mute(finding_id text, reason text, until timestamptz DEFAULT NULL)
RETURNS text
LANGUAGE SQL VOLATILE PARALLEL UNSAFE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
INSERT INTO perfadvisor.mutes AS m (finding_id, reason, until, muted_by)
VALUES (mute.finding_id, mute.reason, mute.until, SESSION_USER)
ON CONFLICT (finding_id) DO UPDATE SET reason = EXCLUDED.reason, until = EXCLUDED.until, muted_at = pg_catalog.now(), muted_by = EXCLUDED.muted_by;
SELECT pg_catalog.format('%s %s: %s', c.area, c.object, c.message) FROM perfadvisor.judged_checks AS c WHERE c.finding_id = mute.finding_id LIMIT 1;
END;

COMMENT ON FUNCTION perfadvisor.mute(text, text, timestamptz) IS
'Mutes a finding, for ever or until a time, and returns what it says; NULL if there is none with this id now';

CREATE FUNCTION perfadvisor.unmute(finding_id text)
RETURNS boolean
LANGUAGE SQL VOLATILE PARALLEL UNSAFE STRICT SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
WITH gone AS (
    DELETE FROM perfadvisor.mutes AS m WHERE m.finding_id = unmute.finding_id RETURNING 1
)
SELECT EXISTS (SELECT FROM gone);
END;

COMMENT ON FUNCTION perfadvisor.unmute(text) IS 'Lets a finding be heard again; false if it was not muted';

CREATE FUNCTION perfadvisor.health(
    OUT area text, OUT status text, OUT critical integer, OUT warning integer, OUT info integer, OUT unknown integer, OUT ok integer, OUT muted integer, OUT message text)
RETURNS SETOF record
LANGUAGE SQL VOLATILE PARALLEL UNSAFE STRICT ROWS 12
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
WITH c AS MATERIALIZED (
    SELECT j.area, j.status, j.message, j.object, j.muted, j.evidence,
           pg_catalog.array_position(ARRAY['critical', 'warning', 'info', 'unknown', 'ok'], j.status) AS place
    FROM perfadvisor.judged_checks AS j
), heard AS (
    SELECT c.area, pg_catalog.min(c.place) FILTER (WHERE NOT c.muted) AS worst,
           pg_catalog.count(*) FILTER (WHERE c.status = 'critical' AND NOT c.muted)::integer AS critical,
           pg_catalog.count(*) FILTER (WHERE c.status = 'warning' AND NOT c.muted)::integer AS warning,
           pg_catalog.count(*) FILTER (WHERE c.status = 'info' AND NOT c.muted)::integer AS info,
           pg_catalog.count(*) FILTER (WHERE c.status = 'unknown' AND NOT c.muted)::integer AS unknown,
           pg_catalog.count(*) FILTER (WHERE c.status = 'ok')::integer AS ok,
           pg_catalog.count(*) FILTER (WHERE c.muted)::integer AS muted,
           (pg_catalog.array_agg(CASE WHEN pg_catalog.strpos(c.message, c.object) > 0 THEN c.message ELSE c.object || ': ' || c.message END
                ORDER BY c.place, (c.evidence ->> 'time_share')::float8 DESC NULLS LAST, c.object) FILTER (WHERE c.status <> 'ok' AND NOT c.muted))[1] AS first_ill,
           pg_catalog.array_to_string((pg_catalog.array_agg(DISTINCT pg_catalog.rtrim(c.message, '.')) FILTER (WHERE c.status = 'ok'))[1:3], '; ') AS good
    FROM c GROUP BY c.area
)
SELECT h.area, (ARRAY['critical', 'warning', 'info', 'unknown', 'ok'])[COALESCE(h.worst, 5)],
       h.critical, h.warning, h.info, h.unknown, h.ok, h.muted,
       COALESCE(h.first_ill || CASE WHEN h.critical + h.warning + h.info + h.unknown > 1 THEN pg_catalog.format(' (and %s more)', h.critical + h.warning + h.info + h.unknown - 1) ELSE '' END,
                CASE WHEN h.ok = 0 THEN 'All findings are muted' ELSE pg_catalog.format('All %s checks are fine: %s%s', h.ok, h.good, CASE WHEN h.ok > 3 THEN '; ...' ELSE '' END) END)
FROM heard AS h
ORDER BY COALESCE(h.worst, 5), h.critical DESC, h.warning DESC, h.area;
END;

COMMENT ON FUNCTION perfadvisor.health() IS 'One line per area: its worst status, how many findings of each severity, muted ones not counted, and the worst or the good news';

CREATE FUNCTION perfadvisor.ids_as_texts(ids jsonb) RETURNS jsonb
LANGUAGE SQL IMMUTABLE PARALLEL SAFE STRICT
SET search_path = pg_catalog, pg_temp
RETURN CASE WHEN pg_catalog.jsonb_typeof(ids) = 'array'
            THEN COALESCE((SELECT pg_catalog.jsonb_agg(i.id) FROM pg_catalog.jsonb_array_elements_text(ids) AS i(id)), '[]')
            ELSE pg_catalog.to_jsonb(ids #>> '{}') END;

COMMENT ON FUNCTION perfadvisor.ids_as_texts(jsonb) IS 'Statement ids of a JSON document, one or an array, as texts: programs that read numbers as floating point would round them';

CREATE FUNCTION perfadvisor.findings_json()
RETURNS jsonb
LANGUAGE SQL VOLATILE PARALLEL UNSAFE STRICT
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
SELECT COALESCE(pg_catalog.jsonb_agg(COALESCE(pg_catalog.jsonb_set(pg_catalog.to_jsonb(f), '{evidence,queryids}', perfadvisor.ids_as_texts(f.evidence -> 'queryids'), false),
                                           pg_catalog.to_jsonb(f))), '[]'::jsonb) FROM perfadvisor.findings AS f;
END;

COMMENT ON FUNCTION perfadvisor.findings_json() IS 'The view findings as an array of objects; statement ids are texts';

CREATE FUNCTION perfadvisor.latency(fraction double precision)
RETURNS double precision
LANGUAGE SQL VOLATILE PARALLEL UNSAFE STRICT
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
SELECT pg_catalog.min((h.from_time + h.to_time) / 2)
FROM (SELECT b.from_time, b.to_time, pg_catalog.sum(b.calls) OVER (ORDER BY b.from_time) AS upto, pg_catalog.sum(b.calls) OVER () AS total
      FROM (SELECT 1 WHERE perfadvisor.recorder_loaded()) AS w CROSS JOIN LATERAL perfadvisor.database_histogram() AS b) AS h
WHERE h.upto >= latency.fraction * h.total;
END;

COMMENT ON FUNCTION perfadvisor.latency(double precision) IS
'Execution time in ms that a share of all statements of clients in the current database stayed below, within 6.25 %';

CREATE FUNCTION perfadvisor.health_json()
RETURNS jsonb
LANGUAGE SQL VOLATILE PARALLEL UNSAFE STRICT
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
WITH areas AS MATERIALIZED (
    SELECT h.* FROM perfadvisor.health() AS h
), slow AS (
    SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('queryid', s.queryid::text, 'query', pg_catalog."left"(s.query, 500), 'calls', s.calls,
               'total_exec_time', s.total_exec_time, 'mean_exec_time', s.mean_exec_time, 'p95_exec_time', s.p95_exec_time) ORDER BY s.total_exec_time DESC) AS rows
    FROM (SELECT r.* FROM (SELECT 1 WHERE perfadvisor.recorder_loaded()) AS w CROSS JOIN LATERAL perfadvisor.recorded_statements() AS r
          WHERE r.toplevel AND r.statement_class <> 'utility'
            AND r.dbid = (SELECT d.oid FROM pg_catalog.pg_database AS d WHERE d.datname = pg_catalog.current_database())
          ORDER BY r.total_exec_time DESC LIMIT 5) AS s
), sessions AS (
    SELECT (SELECT pg_catalog.sum(d.numbackends) FROM pg_catalog.pg_stat_database AS d) AS total,
           pg_catalog.count(*) FILTER (WHERE a.state = 'active') AS active,
           pg_catalog.count(*) FILTER (WHERE a.state LIKE 'idle in transaction%') AS idle_in_transaction,
           NOT pg_catalog.pg_has_role('pg_read_all_stats', 'USAGE') AS hidden
    FROM pg_catalog.pg_stat_activity AS a WHERE a.backend_type = 'client backend'
)
SELECT pg_catalog.jsonb_build_object(
    'status', COALESCE((SELECT a.status FROM areas AS a ORDER BY pg_catalog.array_position(ARRAY['critical', 'warning', 'info', 'unknown', 'ok'], a.status) LIMIT 1), 'ok'),
    'healthy', NOT EXISTS (SELECT FROM areas AS a WHERE a.status = 'critical'),
    'generated_at', pg_catalog.now(),
    'database', pg_catalog.current_database(),
    'server', pg_catalog.jsonb_build_object('version', pg_catalog.current_setting('server_version'), 'started_at', pg_catalog.pg_postmaster_start_time(), 'in_recovery', pg_catalog.pg_is_in_recovery()),
    'latency', pg_catalog.jsonb_build_object('unit', 'ms', 'p50', perfadvisor.latency(0.5), 'p95', perfadvisor.latency(0.95), 'p99', perfadvisor.latency(0.99)),
    'slow_statements', COALESCE((SELECT s.rows FROM slow AS s), '[]'::jsonb),
    'pool', (SELECT pg_catalog.jsonb_build_object('sessions', s.total,
                 'active', CASE WHEN NOT s.hidden THEN s.active END, 'idle_in_transaction', CASE WHEN NOT s.hidden THEN s.idle_in_transaction END,
                 'usable', pg_catalog.current_setting('max_connections')::integer - pg_catalog.current_setting('superuser_reserved_connections')::integer
                           - COALESCE(pg_catalog.current_setting('reserved_connections', true)::integer, 0)) FROM sessions AS s),
    'cache', (SELECT pg_catalog.jsonb_build_object('blks_hit', d.blks_hit, 'blks_read', d.blks_read,
                 'hit_ratio', pg_catalog.round((d.blks_hit::float8 / NULLIF(d.blks_hit + d.blks_read, 0))::numeric, 4), 'since', d.stats_reset)
              FROM pg_catalog.pg_stat_database AS d WHERE d.datname = pg_catalog.current_database()),
    'findings', (SELECT pg_catalog.jsonb_build_object('critical', COALESCE(pg_catalog.sum(a.critical), 0), 'warning', COALESCE(pg_catalog.sum(a.warning), 0), 'info', COALESCE(pg_catalog.sum(a.info), 0),
                     'unknown', COALESCE(pg_catalog.sum(a.unknown), 0), 'muted', COALESCE(pg_catalog.sum(a.muted), 0)) FROM areas AS a),
    'areas', (SELECT pg_catalog.jsonb_agg(pg_catalog.to_jsonb(a)) FROM areas AS a));
END;

COMMENT ON FUNCTION perfadvisor.health_json() IS
'One document for a health endpoint: status, latency percentiles, slow statements, sessions, cache, findings by severity and area; healthy is false while anything is critical';
