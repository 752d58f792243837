-- ---------------------------------------------------------------------------
-- Metrics for monitoring systems

CREATE TABLE perfadvisor.watched_statements (
    queryid bigint PRIMARY KEY,
    name text NOT NULL UNIQUE,
    watched_since timestamptz NOT NULL DEFAULT pg_catalog.now()
);

COMMENT ON TABLE perfadvisor.watched_statements IS 'Statements of this database that metrics tell of one by one; none unless somebody puts them here';
COMMENT ON COLUMN perfadvisor.watched_statements.queryid IS 'Id of the statement';
COMMENT ON COLUMN perfadvisor.watched_statements.name IS 'Name that it has in the metrics';
COMMENT ON COLUMN perfadvisor.watched_statements.watched_since IS 'When it was put here';

SELECT pg_catalog.pg_extension_config_dump('perfadvisor.watched_statements', '');

CREATE FUNCTION perfadvisor.duration_buckets(histogram bigint[],
    OUT le double precision, OUT calls bigint)
RETURNS SETOF record
LANGUAGE SQL IMMUTABLE PARALLEL SAFE STRICT
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
SELECT b.le, n.total - CASE WHEN b.le = 'Infinity' THEN 0 ELSE perfadvisor.histogram_over(duration_buckets.histogram, b.le * 1000) END
FROM (SELECT perfadvisor.histogram_over(duration_buckets.histogram, 0) AS total) AS n
     CROSS JOIN pg_catalog.unnest('{0.001,0.0025,0.005,0.01,0.025,0.05,0.1,0.25,0.5,1,2.5,5,10,30,60,Infinity}'::double precision[]) AS b(le);
END;

COMMENT ON FUNCTION perfadvisor.duration_buckets(bigint[]) IS 'Calls of a histogram that took at most so many seconds, for each bound of the metrics';

-- A function, so that it is planned only where it is called.
CREATE FUNCTION perfadvisor.single_targets(
    OUT query_like text, OUT queryid bigint, OUT percentile double precision, OUT target_time double precision,
    OUT measured_time double precision, OUT met boolean, OUT error_budget_used double precision)
RETURNS SETOF record
LANGUAGE SQL VOLATILE PARALLEL UNSAFE STRICT ROWS 10
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
SELECT t.query_like, t.queryid, t.percentile, t.target_time, t.measured_time, t.met, t.error_budget_used
FROM perfadvisor.target_status AS t WHERE t.query_like IS NOT NULL OR t.queryid IS NOT NULL;
END;

COMMENT ON FUNCTION perfadvisor.single_targets() IS 'Rows of target_status for single statements';

CREATE FUNCTION perfadvisor.metrics(
    OUT name text, OUT type text, OUT help text, OUT labels jsonb, OUT value double precision, OUT scope text)
RETURNS SETOF record
LANGUAGE SQL VOLATILE PARALLEL UNSAFE STRICT ROWS 500
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
WITH recorded AS MATERIALIZED (
    SELECT t.* FROM perfadvisor.recorded_totals() AS t WHERE t.toplevel
), bounds AS (
    -- a monitoring system pays for each label: beyond these numbers roles, and databases, are not told apart
    SELECT pg_catalog.count(DISTINCT (r.dbid, r.userid)) <= 100 AS tell_roles, pg_catalog.count(DISTINCT r.dbid) <= 100 AS tell_databases
    FROM recorded AS r
), totals AS MATERIALIZED (
    SELECT t.*, CASE WHEN b.tell_databases THEN COALESCE(d.datname, '(dropped or other)') ELSE '(all)' END AS datname,
           CASE WHEN b.tell_roles THEN COALESCE(r.rolname, '(dropped or other)') ELSE '(all)' END AS rolname,
           COALESCE(t.statement_class, '(other)') AS class, d.datname IS NOT DISTINCT FROM pg_catalog.current_database() AS here
    FROM recorded AS t CROSS JOIN bounds AS b
         LEFT JOIN pg_catalog.pg_database AS d ON d.oid = t.dbid
         LEFT JOIN pg_catalog.pg_roles AS r ON r.oid = t.userid
), classes AS MATERIALIZED (
    SELECT pg_catalog.jsonb_build_object('datname', t.datname, 'rolname', t.rolname, 'statement_class', t.class) AS labels,
           pg_catalog.sum(t.calls)::double precision AS calls, pg_catalog.sum(t.failures)::double precision AS failures,
           pg_catalog.sum(t.rows)::double precision AS rows,
           pg_catalog.sum(t.total_exec_time) / 1000 AS seconds, pg_catalog.sum(t.total_plan_time) / 1000 AS plan_seconds,
           pg_catalog.sum(t.shared_blks_hit)::double precision AS hit, pg_catalog.sum(t.shared_blks_read)::double precision AS read,
           pg_catalog.sum(t.temp_blks_written)::double precision AS temp, pg_catalog.sum(t.wal_bytes)::double precision AS wal
    FROM totals AS t GROUP BY 1
), roles AS MATERIALIZED (
    SELECT pg_catalog.jsonb_build_object('datname', t.datname, 'rolname', t.rolname) AS labels,
           perfadvisor.histogram_total(t.histogram) AS histogram,
           pg_catalog.sum(t.total_exec_time) / 1000 AS seconds, pg_catalog.sum(t.calls)::double precision AS calls
    FROM totals AS t GROUP BY 1
), watched AS MATERIALIZED (
    SELECT pg_catalog.jsonb_build_object('datname', pg_catalog.current_database(), 'statement', w.name) AS labels,
           pg_catalog.sum(s.calls)::double precision AS calls, pg_catalog.sum(s.failures)::double precision AS failures,
           pg_catalog.sum(s.total_exec_time) / 1000 AS seconds, pg_catalog.max(s.p95_exec_time) / 1000 AS p95
    FROM perfadvisor.watched_statements AS w
         -- texts are copied with them, so only where any is watched
         JOIN (SELECT r.* FROM perfadvisor.recorded_statements() AS r WHERE EXISTS (SELECT FROM perfadvisor.watched_statements AS a)) AS s ON s.queryid = w.queryid
         JOIN pg_catalog.pg_database AS d ON d.oid = s.dbid AND d.datname = pg_catalog.current_database()
    GROUP BY 1
), recorder AS MATERIALIZED (
    SELECT r.* FROM perfadvisor.recorded_state() AS r WHERE pg_catalog.pg_has_role('pg_monitor', 'USAGE')
), advice AS MATERIALIZED (
    SELECT pg_catalog.count(*) FILTER (WHERE (r.value ->> 'time_saved')::double precision > 0)::double precision AS indexes,
           COALESCE(pg_catalog.sum((r.value ->> 'time_saved')::double precision), 0) / 3600000 AS saved,
           pg_catalog.date_part('epoch', pg_catalog.clock_timestamp() - (pg_catalog.min(p.document ->> 'made_at'))::timestamptz) AS age
    FROM (SELECT perfadvisor.published_advice()::jsonb AS document
          WHERE pg_catalog.pg_has_role('pg_read_all_stats', 'USAGE')) AS p
         LEFT JOIN LATERAL pg_catalog.jsonb_array_elements(p.document -> 'rows') AS r(value) ON true
    WHERE p.document IS NOT NULL
    HAVING pg_catalog.count(p.document) > 0
), threshold AS (
    SELECT pg_catalog.date_part('epoch', pg_catalog.current_setting('perfadvisor.slow_query_time')::interval) AS seconds
), flight AS MATERIALIZED (
    SELECT f.scope, CASE f.scope WHEN 'server' THEN '{}'::jsonb ELSE pg_catalog.jsonb_build_object('datname', COALESCE(d.datname, '(dropped or other)'), 'rolname', COALESCE(r.rolname, '(dropped or other)')) END AS labels,
           pg_catalog.sum(f.mean_in_flight) AS mean_in_flight, pg_catalog.max(f.max_in_flight)::double precision AS max_in_flight,
           pg_catalog.max(f.max_sessions)::double precision AS max_sessions,
           LEAST(pg_catalog.sum(f.idle_in_transaction_time) / NULLIF(pg_catalog.sum(f.in_flight_time), 0), 1) AS idle_ratio
    FROM perfadvisor.in_flight(pg_catalog.clock_timestamp() - '1 minute'::interval) AS f
         LEFT JOIN pg_catalog.pg_database AS d ON d.oid = f.dbid
         LEFT JOIN pg_catalog.pg_roles AS r ON r.oid = f.userid
    WHERE f.scope IN ('server', 'role')
    GROUP BY 1, 2
), pools AS (
    SELECT pg_catalog.jsonb_build_object('datname', p.datname, 'rolname', p.rolname) AS labels,
           pg_catalog.max(p.recommended_size)::double precision AS size, pg_catalog.max(p.burst_size)::double precision AS burst
    FROM perfadvisor.size_pools() AS p
    WHERE p.scope = 'role' AND p.status = 'ok' AND p.datname IS NOT NULL AND p.rolname IS NOT NULL
    GROUP BY 1
), activity AS MATERIALIZED (
    SELECT a.backend_type, a.state, a.wait_event_type, a.xact_start, pg_catalog.age(a.backend_xmin)::double precision AS xmin_age
    FROM pg_catalog.pg_stat_activity AS a WHERE pg_catalog.pg_has_role('pg_read_all_stats', 'USAGE')
), sessions AS (
    SELECT s.state, pg_catalog.count(a.state)::double precision AS sessions
    FROM pg_catalog.unnest('{active,idle,idle in transaction,idle in transaction (aborted),fastpath function call,disabled}'::text[]) AS s(state)
         LEFT JOIN activity AS a ON a.state = s.state AND a.backend_type = 'client backend'
    WHERE pg_catalog.pg_has_role('pg_read_all_stats', 'USAGE')
    GROUP BY s.state
), busy AS (
    SELECT pg_catalog.count(*) FILTER (WHERE a.backend_type = 'client backend' AND a.wait_event_type = 'Lock')::double precision AS waiting,
           pg_catalog.count(*) FILTER (WHERE a.backend_type = 'autovacuum worker')::double precision AS workers,
           COALESCE(pg_catalog.max(pg_catalog.date_part('epoch', pg_catalog.clock_timestamp() - a.xact_start)) FILTER (WHERE a.backend_type = 'client backend'), 0) AS oldest,
           COALESCE(pg_catalog.max(a.xmin_age), 0) AS xmin_age
    FROM activity AS a HAVING pg_catalog.count(*) > 0
), wanted AS (
    SELECT DISTINCT ON (t.statement_class, t.percentile) t.statement_class, t.percentile, t.target_time
    FROM perfadvisor.targets AS t WHERE t.query_like IS NULL AND t.queryid IS NULL
    ORDER BY t.statement_class, t.percentile, COALESCE(t.is_default, false), t.ctid DESC
), class_targets AS (
    -- as target_status, but from sums that never get less
    SELECT w.statement_class, w.percentile, w.target_time, COALESCE(pg_catalog.sum(c.calls), 0)::double precision AS calls,
           pg_catalog.ceil(500 / (100 - w.percentile)) AS least_calls, perfadvisor.histogram_total(c.histogram) AS histogram
    FROM wanted AS w LEFT JOIN totals AS c ON c.here AND c.class <> 'utility' AND (w.statement_class IS NULL OR c.class = w.statement_class)
    WHERE w.target_time IS NOT NULL
    GROUP BY w.statement_class, w.percentile, w.target_time
), targets AS MATERIALIZED (
    SELECT pg_catalog.jsonb_build_object('datname', pg_catalog.current_database(), 'percentile', m.percentile::text, 'target', COALESCE(m.statement_class, 'all')) AS labels,
           m.target_time, m.calls, m.slow, CASE WHEN m.calls >= m.least_calls THEN m.measured_time END AS measured_time,
           CASE WHEN m.calls >= m.least_calls THEN (m.measured_time <= m.target_time)::integer END AS met,
           CASE WHEN m.calls >= m.least_calls THEN m.slow / (m.calls * (1 - m.percentile / 100)) END AS budget_used
    FROM (SELECT t.*, COALESCE(perfadvisor.histogram_over(t.histogram, t.target_time), 0)::double precision AS slow,
                 perfadvisor.histogram_percentile(t.histogram, t.percentile / 100) AS measured_time FROM class_targets AS t) AS m
    UNION ALL
    -- those of single statements take a look at every statement, so only where there are any
    SELECT pg_catalog.jsonb_build_object('datname', pg_catalog.current_database(), 'percentile', s.percentile::text, 'target', COALESCE('statement ' || s.queryid, 'like ' || s.query_like)),
           s.target_time, NULL, NULL, s.measured_time, s.met::integer, s.error_budget_used
    FROM (SELECT FROM perfadvisor.targets AS t WHERE t.query_like IS NOT NULL OR t.queryid IS NOT NULL LIMIT 1) AS single
         CROSS JOIN LATERAL perfadvisor.single_targets() AS s
), noted AS (
    SELECT pg_catalog.max(l.last_seen) AS at FROM perfadvisor.finding_log AS l
), findings AS (
    SELECT pg_catalog.jsonb_build_object('datname', pg_catalog.current_database(), 'area', a.area, 'severity', s.severity) AS labels,
           (SELECT pg_catalog.count(*) FROM perfadvisor.finding_log AS l
            WHERE l.area = a.area AND l.severity = s.severity AND l.gone_at IS NULL
              AND NOT EXISTS (SELECT FROM perfadvisor.mutes AS m WHERE m.finding_id = l.finding_id AND COALESCE(m.until > pg_catalog.now(), true)))::double precision AS findings
    FROM pg_catalog.unnest('{index,statistics,vacuum,pool,lock,replication,sequence,cache,settings,maintenance,pattern,target,plan,outcome,recorder}'::text[]) AS a(area)
         CROSS JOIN pg_catalog.unnest('{critical,warning,info,unknown}'::text[]) AS s(severity)
    WHERE (SELECT n.at FROM noted AS n) IS NOT NULL
), tables AS (
    SELECT pg_catalog.jsonb_build_object('datname', pg_catalog.current_database()) AS labels,
           pg_catalog.sum(pg_catalog.pg_stat_get_live_tuples(c.oid))::double precision AS live,
           pg_catalog.sum(pg_catalog.pg_stat_get_dead_tuples(c.oid))::double precision AS dead,
           pg_catalog.sum(pg_catalog.pg_stat_get_mod_since_analyze(c.oid))::double precision AS changed
    FROM pg_catalog.pg_class AS c WHERE c.relkind IN ('r', 'm') AND c.oid >= 16384
)
SELECT 'perfadvisor_build_info', 'gauge', 'Versions, as labels.',
       pg_catalog.jsonb_build_object('version', e.extversion, 'server_version', pg_catalog.current_setting('server_version')), 1.0, 'server'
FROM pg_catalog.pg_extension AS e WHERE e.extname = 'perfadvisor'
UNION ALL
SELECT m.name, 'counter', m.help, c.labels, m.value, 'server'
FROM classes AS c
     CROSS JOIN LATERAL (VALUES
         ('perfadvisor_statements_total', 'Executions of statements by clients that succeeded.', c.calls),
         ('perfadvisor_statement_failures_total', 'Executions that failed or were cancelled.', c.failures),
         ('perfadvisor_statement_rows_total', 'Rows returned or affected.', c.rows),
         ('perfadvisor_statement_seconds_total', 'Execution time.', c.seconds),
         ('perfadvisor_statement_plan_seconds_total', 'Planning time.', c.plan_seconds),
         ('perfadvisor_statement_blocks_hit_total', 'Blocks found in shared buffers.', c.hit),
         ('perfadvisor_statement_blocks_read_total', 'Blocks read into shared buffers.', c.read),
         ('perfadvisor_statement_temp_blocks_written_total', 'Temporary blocks written by sorts and hashes.', c.temp),
         ('perfadvisor_statement_wal_bytes_total', 'WAL written.', c.wal)) AS m(name, help, value)
UNION ALL
SELECT 'perfadvisor_statement_duration_seconds_bucket', 'histogram', 'Execution time of statements by clients.',
       r.labels || pg_catalog.jsonb_build_object('le', CASE WHEN b.le = 'Infinity' THEN '+Inf' ELSE b.le::text END), b.calls, 'server'
FROM roles AS r CROSS JOIN LATERAL perfadvisor.duration_buckets(r.histogram) AS b
UNION ALL
SELECT 'perfadvisor_statement_duration_seconds_sum', 'histogram', 'Execution time of statements by clients.', r.labels, r.seconds, 'server' FROM roles AS r
UNION ALL
SELECT 'perfadvisor_statement_duration_seconds_count', 'histogram', 'Execution time of statements by clients.', r.labels,
       perfadvisor.histogram_over(r.histogram, 0), 'server' FROM roles AS r
UNION ALL
SELECT 'perfadvisor_slow_statements_total', 'counter', 'Executions that took longer than perfadvisor.slow_query_time.', r.labels,
       perfadvisor.histogram_over(r.histogram, t.seconds * 1000), 'server'
FROM roles AS r CROSS JOIN threshold AS t WHERE t.seconds >= 0
UNION ALL
SELECT 'perfadvisor_slow_statement_threshold_seconds', 'gauge', 'The setting perfadvisor.slow_query_time.', '{}'::jsonb, t.seconds, 'server'
FROM threshold AS t WHERE t.seconds >= 0
UNION ALL
SELECT m.name, 'gauge', m.help, f.labels, m.value, 'server'
FROM flight AS f
     CROSS JOIN LATERAL (VALUES
         ('server', 'perfadvisor_statements_in_flight', 'Statements under way at once, mean of the last minute or two.', f.mean_in_flight),
         ('server', 'perfadvisor_statements_in_flight_max', 'Most of them at any moment.', f.max_in_flight),
         ('server', 'perfadvisor_sessions_max', 'Most sessions of clients at any moment of the last minute or two.', f.max_sessions),
         ('role', 'perfadvisor_transactions_in_flight', 'Transactions of a role under way at once, mean of the last minute or two.', f.mean_in_flight),
         ('role', 'perfadvisor_transactions_in_flight_max', 'Most of them at any moment.', f.max_in_flight),
         ('role', 'perfadvisor_role_sessions_max', 'Most sessions of the role at any moment of the last minute or two.', f.max_sessions),
         ('role', 'perfadvisor_transactions_idle_ratio', 'Share of the time of transactions in which they waited for their client.', f.idle_ratio)) AS m(scope, name, help, value)
WHERE m.scope = f.scope
UNION ALL
SELECT m.name, 'gauge', m.help, p.labels, m.value, 'server'
FROM pools AS p
     CROSS JOIN LATERAL (VALUES
         ('perfadvisor_pool_recommended_size', 'Connections that a pool of the role needs, from the last 24 hours.', p.size),
         ('perfadvisor_pool_burst_size', 'Connections that it may open for a while.', p.burst)) AS m(name, help, value)
UNION ALL
SELECT 'perfadvisor_sessions', 'gauge', 'Sessions of clients now.', pg_catalog.jsonb_build_object('state', s.state), s.sessions, 'server' FROM sessions AS s
UNION ALL
SELECT 'perfadvisor_connections_usable', 'gauge', 'Connections that roles without special rights can have.', '{}'::jsonb, perfadvisor.usable_connections(), 'server'
UNION ALL
SELECT m.name, 'gauge', m.help, '{}'::jsonb, m.value, 'server'
FROM busy AS b
     CROSS JOIN LATERAL (VALUES
         ('perfadvisor_sessions_waiting_for_lock', 'Sessions of clients that wait for a lock now.', b.waiting),
         ('perfadvisor_oldest_transaction_seconds', 'Age of the oldest transaction of a client.', b.oldest),
         ('perfadvisor_xmin_horizon_transactions', 'Transactions since the oldest snapshot of a session, which keeps VACUUM from removing newer rows.', b.xmin_age),
         ('perfadvisor_autovacuum_workers', 'Workers of autovacuum at work now.', b.workers),
         ('perfadvisor_autovacuum_workers_limit', 'The setting autovacuum_max_workers.', pg_catalog.current_setting('autovacuum_max_workers')::double precision)) AS m(name, help, value)
UNION ALL
SELECT m.name, 'gauge', m.help, pg_catalog.jsonb_build_object('datname', d.datname), m.value, 'server'
FROM (SELECT d.datname, pg_catalog.age(d.datfrozenxid)::double precision AS xids, pg_catalog.mxid_age(d.datminmxid)::double precision AS mxids
      FROM pg_catalog.pg_database AS d ORDER BY pg_catalog.age(d.datfrozenxid) DESC, d.datname LIMIT 100) AS d
     CROSS JOIN LATERAL (VALUES
         ('perfadvisor_database_freeze_age_transactions', 'Transactions since the oldest row of the database that is not frozen; 2^31 is the end.', d.xids),
         ('perfadvisor_database_freeze_age_multixacts', 'The same of multixact ids.', d.mxids)) AS m(name, help, value)
UNION ALL
SELECT m.name, 'gauge', m.help, t.labels, m.value, 'database'
FROM tables AS t
     CROSS JOIN LATERAL (VALUES
         ('perfadvisor_tables_live_rows', 'Rows of all tables, estimated.', t.live),
         ('perfadvisor_tables_dead_rows', 'Rows that VACUUM has to remove.', t.dead),
         ('perfadvisor_tables_rows_changed_since_analyze', 'Rows that changed after their table was analysed.', t.changed)) AS m(name, help, value)
UNION ALL
SELECT m.name, m.type, m.help, t.labels, m.value, 'database'
FROM targets AS t
     CROSS JOIN LATERAL (VALUES
         ('perfadvisor_target_seconds', 'gauge', 'What perfadvisor.targets asks of a percentile of execution time.', t.target_time / 1000),
         ('perfadvisor_target_measured_seconds', 'gauge', 'That percentile since the last reset.', t.measured_time / 1000),
         ('perfadvisor_target_met', 'gauge', 'Whether the target is met: 1 or 0.', t.met::double precision),
         ('perfadvisor_target_error_budget_used_ratio', 'gauge', 'Slow calls since the last reset as a share of those that the target allows.', t.budget_used),
         ('perfadvisor_target_allowed_slow_ratio', 'gauge', 'Share of calls that may take longer.', 1 - (t.labels ->> 'percentile')::double precision / 100),
         ('perfadvisor_target_calls_total', 'counter', 'Calls that a target of a class is about.', t.calls),
         ('perfadvisor_target_slow_calls_total', 'counter', 'Of these, calls that took longer than the target.', t.slow)) AS m(name, type, help, value)
WHERE m.value IS NOT NULL
UNION ALL
SELECT 'perfadvisor_findings', 'gauge', 'Findings that are not muted, as note_findings() saw them last.', f.labels, f.findings, 'database' FROM findings AS f
UNION ALL
SELECT 'perfadvisor_findings_age_seconds', 'gauge', 'Time since note_findings() looked.', pg_catalog.jsonb_build_object('datname', pg_catalog.current_database()),
       pg_catalog.date_part('epoch', pg_catalog.clock_timestamp() - n.at), 'database' FROM noted AS n WHERE n.at IS NOT NULL
UNION ALL
SELECT m.name, m.type, m.help, w.labels, m.value, 'database'
FROM watched AS w
     CROSS JOIN LATERAL (VALUES
         ('perfadvisor_watched_statement_calls_total', 'counter', 'Executions of a statement in perfadvisor.watched_statements.', w.calls),
         ('perfadvisor_watched_statement_failures_total', 'counter', 'Its executions that failed.', w.failures),
         ('perfadvisor_watched_statement_seconds_total', 'counter', 'Its execution time.', w.seconds),
         ('perfadvisor_watched_statement_p95_seconds', 'gauge', '95th percentile of its execution time since the last reset.', w.p95)) AS m(name, type, help, value)
UNION ALL
SELECT m.name, m.type, m.help, '{}'::jsonb, m.value, 'server'
FROM recorder AS r
     CROSS JOIN LATERAL (VALUES
         ('perfadvisor_recorder_statements', 'gauge', 'Entries of the statement table that are in use.', r.statements_used::double precision),
         ('perfadvisor_recorder_statements_limit', 'gauge', 'Entries that it has.', r.statements_room),
         ('perfadvisor_recorder_statements_evicted_total', 'counter', 'Statements that made room for others.', r.statements_evicted),
         ('perfadvisor_recorder_calls_lost_total', 'counter', 'Executions of these.', r.calls_lost),
         ('perfadvisor_recorder_texts_dropped_total', 'counter', 'Texts, samples and plans that found no room.', r.texts_dropped),
         ('perfadvisor_recorder_text_bytes', 'gauge', 'Memory that texts, samples and plans take.', r.text_bytes),
         ('perfadvisor_recorder_text_bytes_limit', 'gauge', 'Memory that they may take.', r.text_bytes_room),
         ('perfadvisor_recorder_sampling_seconds_total', 'counter', 'Time spent in sampling executions.', r.sampling_time / 1000),
         ('perfadvisor_recorder_unsaved_seconds', 'gauge', 'Age of what a crash would leave.',
          pg_catalog.date_part('epoch', pg_catalog.clock_timestamp() - COALESCE(r.saved_at, pg_catalog.pg_postmaster_start_time())))) AS m(name, type, help, value)
UNION ALL
SELECT m.name, 'gauge', m.help, pg_catalog.jsonb_build_object('datname', pg_catalog.current_database()), m.value, 'database'
FROM advice AS a
     CROSS JOIN LATERAL (VALUES
         ('perfadvisor_index_advice', 'Indexes that the latest advice would create.', a.indexes),
         ('perfadvisor_index_advice_saved_ratio', 'Time that they would save, as share of one processor.', a.saved),
         ('perfadvisor_index_advice_age_seconds', 'Age of that advice.', a.age)) AS m(name, help, value);
END;

COMMENT ON FUNCTION perfadvisor.metrics() IS 'Rows of the view metrics';

CREATE VIEW perfadvisor.metrics AS
SELECT m.name, m.type, m.help, m.labels, m.value, m.scope FROM perfadvisor.metrics() AS m;

COMMENT ON VIEW perfadvisor.metrics IS 'Samples for a monitoring system, in Prometheus''s terms and base units';
COMMENT ON COLUMN perfadvisor.metrics.name IS 'Name of the sample';
COMMENT ON COLUMN perfadvisor.metrics.type IS 'counter, gauge or histogram';
COMMENT ON COLUMN perfadvisor.metrics.help IS 'What it is';
COMMENT ON COLUMN perfadvisor.metrics.labels IS 'What it is of';
COMMENT ON COLUMN perfadvisor.metrics.value IS 'Its value: seconds, bytes, or a count';
COMMENT ON COLUMN perfadvisor.metrics.scope IS 'server: the same in all databases, to be read in one of them; database: of the current database';

CREATE FUNCTION perfadvisor.prometheus() RETURNS text
LANGUAGE SQL VOLATILE PARALLEL UNSAFE STRICT
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
WITH samples AS (
    SELECT m.*, CASE WHEN m.type = 'histogram' THEN pg_catalog.regexp_replace(m.name, '_(bucket|sum|count)$', '') ELSE m.name END AS family,
           COALESCE('{' || (SELECT pg_catalog.string_agg(l.key || '="' || pg_catalog.replace(pg_catalog.replace(pg_catalog.replace(
                                       l.value, '\', '\\'), '"', '\"'), E'\n', '\n') || '"', ',' ORDER BY l.key = 'le', l.key)
                            FROM pg_catalog.jsonb_each_text(m.labels) AS l) || '}', '') AS written,
           CASE WHEN m.labels ->> 'le' = '+Inf' THEN 'Infinity'::double precision ELSE (m.labels ->> 'le')::double precision END AS le
    FROM perfadvisor.metrics AS m
    WHERE m.value IS NOT NULL
), families AS (
    SELECT s.family, pg_catalog.min(s.type) AS type, pg_catalog.min(s.help) AS help,
           pg_catalog.string_agg(s.name || s.written || ' ' || CASE s.value WHEN 'Infinity' THEN '+Inf' WHEN '-Infinity' THEN '-Inf' ELSE s.value::text END,
               E'\n' ORDER BY s.labels - 'le', s.name, s.le) AS lines
    FROM samples AS s GROUP BY s.family
)
SELECT COALESCE(pg_catalog.string_agg('# HELP ' || f.family || ' ' || f.help || E'\n# TYPE ' || f.family || ' ' || f.type || E'\n' || f.lines || E'\n', '' ORDER BY f.family), '')
FROM families AS f;
END;

COMMENT ON FUNCTION perfadvisor.prometheus() IS 'The metrics in Prometheus''s text exposition format';
