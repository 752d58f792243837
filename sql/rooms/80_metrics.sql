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

CREATE FUNCTION perfadvisor.metrics(
    OUT name text, OUT type text, OUT help text, OUT labels jsonb, OUT value double precision)
RETURNS SETOF record
LANGUAGE SQL VOLATILE PARALLEL UNSAFE STRICT
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
WITH totals AS MATERIALIZED (
    SELECT t.*, COALESCE(d.datname, '(dropped or other)') AS datname, COALESCE(r.rolname, '(dropped or other)') AS rolname,
           COALESCE(t.statement_class, '(other)') AS class
    FROM perfadvisor.recorded_totals() AS t
         LEFT JOIN pg_catalog.pg_database AS d ON d.oid = t.dbid
         LEFT JOIN pg_catalog.pg_roles AS r ON r.oid = t.userid
    WHERE t.toplevel
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
         JOIN perfadvisor.recorded_statements() AS s ON s.queryid = w.queryid
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
)
SELECT 'perfadvisor_build_info', 'gauge', 'Versions, as labels.',
       pg_catalog.jsonb_build_object('version', e.extversion, 'server_version', pg_catalog.current_setting('server_version')), 1.0
FROM pg_catalog.pg_extension AS e WHERE e.extname = 'perfadvisor'
UNION ALL
SELECT m.name, 'counter', m.help, c.labels, m.value
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
       r.labels || pg_catalog.jsonb_build_object('le', CASE WHEN b.le = 'Infinity' THEN '+Inf' ELSE b.le::text END), b.calls
FROM roles AS r CROSS JOIN LATERAL perfadvisor.duration_buckets(r.histogram) AS b
UNION ALL
SELECT 'perfadvisor_statement_duration_seconds_sum', 'histogram', 'Execution time of statements by clients.', r.labels, r.seconds FROM roles AS r
UNION ALL
SELECT 'perfadvisor_statement_duration_seconds_count', 'histogram', 'Execution time of statements by clients.', r.labels,
       perfadvisor.histogram_over(r.histogram, 0) FROM roles AS r
UNION ALL
SELECT m.name, m.type, m.help, w.labels, m.value
FROM watched AS w
     CROSS JOIN LATERAL (VALUES
         ('perfadvisor_watched_statement_calls_total', 'counter', 'Executions of a statement in perfadvisor.watched_statements.', w.calls),
         ('perfadvisor_watched_statement_failures_total', 'counter', 'Its executions that failed.', w.failures),
         ('perfadvisor_watched_statement_seconds_total', 'counter', 'Its execution time.', w.seconds),
         ('perfadvisor_watched_statement_p95_seconds', 'gauge', '95th percentile of its execution time since the last reset.', w.p95)) AS m(name, type, help, value)
UNION ALL
SELECT m.name, m.type, m.help, '{}'::jsonb, m.value
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
SELECT m.name, 'gauge', m.help, pg_catalog.jsonb_build_object('datname', pg_catalog.current_database()), m.value
FROM advice AS a
     CROSS JOIN LATERAL (VALUES
         ('perfadvisor_index_advice', 'Indexes that the latest advice would create.', a.indexes),
         ('perfadvisor_index_advice_saved_ratio', 'Time that they would save, as share of one processor.', a.saved),
         ('perfadvisor_index_advice_age_seconds', 'Age of that advice.', a.age)) AS m(name, help, value);
END;

COMMENT ON FUNCTION perfadvisor.metrics() IS 'Rows of the view metrics';

CREATE VIEW perfadvisor.metrics AS
SELECT m.name, m.type, m.help, m.labels, m.value FROM perfadvisor.metrics() AS m;

COMMENT ON VIEW perfadvisor.metrics IS 'Samples for a monitoring system, in Prometheus''s terms and base units';
COMMENT ON COLUMN perfadvisor.metrics.name IS 'Name of the sample';
COMMENT ON COLUMN perfadvisor.metrics.type IS 'counter, gauge or histogram';
COMMENT ON COLUMN perfadvisor.metrics.help IS 'What it is';
COMMENT ON COLUMN perfadvisor.metrics.labels IS 'What it is of';
COMMENT ON COLUMN perfadvisor.metrics.value IS 'Its value: seconds, bytes, or a count';

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
