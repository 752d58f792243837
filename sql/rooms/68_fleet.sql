-- ---------------------------------------------------------------------------
-- This server and the others whose workload is known, side by side

CREATE FUNCTION perfadvisor.fleet_statements(
    OUT rolname text, OUT queryid bigint, OUT statement_class text, OUT toplevel boolean, OUT query text, OUT sources text[],
    OUT calls bigint, OUT failures bigint, OUT rows bigint, OUT total_exec_time double precision, OUT mean_exec_time double precision,
    OUT min_exec_time double precision, OUT max_exec_time double precision, OUT time_per_hour double precision, OUT time_share double precision,
    OUT by_source jsonb, OUT first_seen timestamptz, OUT last_seen timestamptz)
RETURNS SETOF record
LANGUAGE SQL VOLATILE PARALLEL UNSAFE STRICT
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
WITH here AS MATERIALIZED (
    SELECT r.rolname::text AS rolname, s.*
    FROM perfadvisor.recorded_statements() AS s
         JOIN pg_catalog.pg_database AS d ON d.oid = s.dbid
         LEFT JOIN pg_catalog.pg_roles AS r ON r.oid = s.userid
    WHERE d.datname = pg_catalog.current_database() AND s.query IS NOT NULL AND s.statement_class <> 'utility'
), window_here AS (
    SELECT GREATEST(pg_catalog.date_part('epoch', pg_catalog.max(h.last_seen) - pg_catalog.min(h.first_seen)) / 3600, 1.0 / 60) AS hours FROM here AS h
), everywhere AS (
    SELECT NULL::text AS source, h.rolname, h.queryid, h.statement_class, h.toplevel, h.query, h.calls, h.failures, h.rows,
           h.total_exec_time, h.min_exec_time, h.max_exec_time, h.first_seen, h.last_seen, w.hours
    FROM here AS h CROSS JOIN window_here AS w
    UNION ALL
    SELECT s.source, s.rolname, s.queryid, s.statement_class, s.toplevel, s.query, s.calls, s.failures, s.rows,
           s.total_exec_time, s.min_exec_time, s.max_exec_time, s.first_seen, s.last_seen, w.hours
    FROM perfadvisor.source_statements AS s
         JOIN perfadvisor.workload_sources AS w ON w.source = s.source
), per_server AS (
    SELECT e.source, e.rolname, e.toplevel, e.query, pg_catalog.min(e.queryid) AS queryid, pg_catalog.min(e.statement_class) AS statement_class,
           pg_catalog.sum(e.calls) AS calls, pg_catalog.sum(e.failures) AS failures, pg_catalog.sum(e.rows) AS rows,
           pg_catalog.sum(e.total_exec_time) AS total_exec_time, pg_catalog.min(e.min_exec_time) AS min_exec_time, pg_catalog.max(e.max_exec_time) AS max_exec_time,
           pg_catalog.sum(e.total_exec_time / e.hours) AS time_per_hour, pg_catalog.min(e.first_seen) AS first_seen, pg_catalog.max(e.last_seen) AS last_seen
    FROM everywhere AS e
    GROUP BY e.source, e.rolname, e.toplevel, e.query
), merged AS (
    SELECT p.rolname, p.toplevel, p.query,
           COALESCE(pg_catalog.min(p.queryid) FILTER (WHERE p.source IS NULL), pg_catalog.min(p.queryid)) AS queryid, pg_catalog.min(p.statement_class) AS statement_class,
           COALESCE(pg_catalog.array_agg(p.source ORDER BY p.source) FILTER (WHERE p.source IS NOT NULL), '{}') AS sources,
           pg_catalog.sum(p.calls) AS calls, pg_catalog.sum(p.failures) AS failures, pg_catalog.sum(p.rows) AS rows,
           pg_catalog.sum(p.total_exec_time) AS total_exec_time, pg_catalog.min(p.min_exec_time) AS min_exec_time, pg_catalog.max(p.max_exec_time) AS max_exec_time,
           pg_catalog.sum(p.time_per_hour) AS time_per_hour,
           pg_catalog.jsonb_object_agg(COALESCE(p.source, ''), pg_catalog.jsonb_build_object('calls', p.calls, 'total_exec_time', p.total_exec_time,
               'mean_exec_time', p.total_exec_time / NULLIF(p.calls, 0), 'time_per_hour', p.time_per_hour)) AS by_source,
           pg_catalog.min(p.first_seen) AS first_seen, pg_catalog.max(p.last_seen) AS last_seen
    FROM per_server AS p
    GROUP BY p.rolname, p.toplevel, p.query
)
SELECT m.rolname, m.queryid, m.statement_class, m.toplevel, m.query, m.sources, m.calls::bigint, m.failures::bigint, m.rows::bigint,
       m.total_exec_time, m.total_exec_time / NULLIF(m.calls, 0)::double precision, m.min_exec_time, m.max_exec_time, m.time_per_hour,
       m.time_per_hour / NULLIF(pg_catalog.sum(m.time_per_hour) FILTER (WHERE m.toplevel) OVER (), 0), m.by_source, m.first_seen, m.last_seen
FROM merged AS m
ORDER BY m.time_per_hour DESC, m.query, m.rolname;
END;

COMMENT ON FUNCTION perfadvisor.fleet_statements() IS 'Rows of the view fleet_statements';

CREATE VIEW perfadvisor.fleet_statements AS
SELECT f.rolname, f.queryid, f.statement_class, f.toplevel, f.query, f.sources, f.calls, f.failures, f.rows, f.total_exec_time, f.mean_exec_time,
       f.min_exec_time, f.max_exec_time, f.time_per_hour, f.time_share, f.by_source, f.first_seen, f.last_seen
FROM perfadvisor.fleet_statements() AS f;

COMMENT ON VIEW perfadvisor.fleet_statements IS 'Statements of this database here and on all sources, those of the same text and role as one, what takes most time first';
COMMENT ON COLUMN perfadvisor.fleet_statements.rolname IS 'Role that ran it';
COMMENT ON COLUMN perfadvisor.fleet_statements.queryid IS 'Its id here, or where it ran';
COMMENT ON COLUMN perfadvisor.fleet_statements.statement_class IS 'As in statements, like the next two';
COMMENT ON COLUMN perfadvisor.fleet_statements.toplevel IS 'As in statements';
COMMENT ON COLUMN perfadvisor.fleet_statements.query IS 'As in statements';
COMMENT ON COLUMN perfadvisor.fleet_statements.sources IS 'The other servers that it ran on, as in sources; empty: here only';
COMMENT ON COLUMN perfadvisor.fleet_statements.calls IS 'Executions on all of them';
COMMENT ON COLUMN perfadvisor.fleet_statements.failures IS 'As well';
COMMENT ON COLUMN perfadvisor.fleet_statements.rows IS 'As well';
COMMENT ON COLUMN perfadvisor.fleet_statements.total_exec_time IS 'As well';
COMMENT ON COLUMN perfadvisor.fleet_statements.mean_exec_time IS 'Of all executions';
COMMENT ON COLUMN perfadvisor.fleet_statements.min_exec_time IS 'Of all executions';
COMMENT ON COLUMN perfadvisor.fleet_statements.max_exec_time IS 'Of all executions';
COMMENT ON COLUMN perfadvisor.fleet_statements.time_per_hour IS 'Milliseconds per hour that all servers spend on it, each counted by its own hours';
COMMENT ON COLUMN perfadvisor.fleet_statements.time_share IS 'Share of the time of all top-level statements on all servers, 0 to 1';
COMMENT ON COLUMN perfadvisor.fleet_statements.by_source IS 'calls, total_exec_time, mean_exec_time and time_per_hour of each server by its name; this one has the empty name';
COMMENT ON COLUMN perfadvisor.fleet_statements.first_seen IS 'When it ran first, on any of them';
COMMENT ON COLUMN perfadvisor.fleet_statements.last_seen IS 'When it ran last';

CREATE FUNCTION perfadvisor.source_queryids() RETURNS jsonb
LANGUAGE SQL VOLATILE PARALLEL UNSAFE STRICT
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
SELECT pg_catalog.jsonb_object_agg(k.queryid, k.sources)
FROM (SELECT n.queryid, pg_catalog.jsonb_agg(DISTINCT o.source) AS sources
      FROM (SELECT DISTINCT s.source, s.query FROM perfadvisor.source_statements AS s) AS o
           JOIN (SELECT s.queryid, s.query FROM perfadvisor.source_statements AS s
                 UNION
                 SELECT r.queryid, r.query
                 FROM (SELECT d.oid FROM pg_catalog.pg_database AS d
                       WHERE d.datname = pg_catalog.current_database() AND EXISTS (SELECT FROM perfadvisor.source_statements)) AS d
                      CROSS JOIN LATERAL perfadvisor.recorded_statements() AS r
                 WHERE r.dbid = d.oid AND r.queryid IS NOT NULL) AS n ON n.query = o.query
      GROUP BY n.queryid) AS k;
END;

COMMENT ON FUNCTION perfadvisor.source_queryids() IS
'Statements that other servers have recorded, by their ids here and there, with the names of these servers; NULL without any';

CREATE FUNCTION perfadvisor.evidence_sources(evidence jsonb, known jsonb) RETURNS text[]
LANGUAGE SQL IMMUTABLE PARALLEL SAFE CALLED ON NULL INPUT
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
SELECT ARRAY(
    SELECT s.source
    FROM (SELECT 1 WHERE evidence_sources.known IS NOT NULL AND pg_catalog.jsonb_typeof(evidence -> 'queryids') = 'array') AS w
         CROSS JOIN LATERAL pg_catalog.jsonb_array_elements_text(evidence -> 'queryids') AS q(queryid)
         CROSS JOIN LATERAL pg_catalog.jsonb_array_elements_text(COALESCE(evidence_sources.known -> q.queryid, '[]')) AS s(source)
    UNION
    SELECT n.source
    FROM (SELECT 1 WHERE pg_catalog.jsonb_typeof(evidence -> 'sources') = 'array') AS w
         CROSS JOIN LATERAL pg_catalog.jsonb_array_elements_text(evidence -> 'sources') AS n(source)
    ORDER BY 1);
END;

COMMENT ON FUNCTION perfadvisor.evidence_sources(jsonb, jsonb) IS
'The other servers that the evidence of a finding names, or whose statements it rests on, by what source_queryids() returns';

CREATE FUNCTION perfadvisor.source_checks(
    OUT check_name text, OUT object text, OUT status text, OUT message text, OUT why text, OUT evidence jsonb,
    OUT remedy_sql text, OUT verify_sql text, OUT undo_sql text, OUT lock_note text)
RETURNS SETOF record
LANGUAGE SQL STABLE PARALLEL SAFE STRICT ROWS 10
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
WITH sources AS (
    SELECT s.*, pg_catalog.current_setting('perfadvisor.snapshot_interval') = '0' AS snapshots_off
    FROM perfadvisor.sources AS s
), judged AS (
    SELECT s.*,
           CASE WHEN s.error IS NOT NULL AND s.imported_at >= s.error_at - interval '10 seconds' THEN 'info'
                WHEN s.error IS NOT NULL AND s.failures >= 3 THEN 'warning'
                WHEN s.error IS NOT NULL THEN 'info'
                WHEN s.age > interval '7 days' THEN 'info'
                WHEN s.pulled AND s.imported_at IS NULL AND s.snapshots_off THEN 'info'
                ELSE 'ok' END AS status
    FROM sources AS s
)
SELECT CASE WHEN j.error IS NOT NULL THEN 'source_failed' WHEN j.status = 'info' THEN 'source_old' ELSE 'source' END, 'source ' || j.source, j.status,
       CASE WHEN j.error IS NOT NULL AND j.imported_at >= j.error_at - interval '10 seconds' THEN pg_catalog.format('The workload of source %s was fetched without a part of it: %s', j.source, j.error)
            WHEN j.error IS NOT NULL THEN pg_catalog.format('The workload of source %s could not be fetched%s (warning from 3 attempts in a row on): %s', j.source,
                CASE WHEN j.failures > 1 THEN pg_catalog.format(' %s times in a row', j.failures) ELSE '' END, j.error)
            WHEN j.imported_at IS NULL THEN pg_catalog.format('The workload of source %s was not fetched yet%s', j.source,
                CASE WHEN j.snapshots_off THEN ': the worker does that after a snapshot, and perfadvisor.snapshot_interval is 0' ELSE '' END)
            ELSE pg_catalog.format('The workload of source %s is %s old (info from 7 days on)', j.source, pg_catalog.date_trunc('second', j.age)) END,
       'Advice counts what other servers did when they were last asked: what they do since is not served, and an index that they begin to use may be called unused.',
       pg_catalog.jsonb_build_object('failures', j.failures, 'error', j.error, 'error_at', j.error_at, 'imported_at', j.imported_at, 'statements', j.statements,
           'next_pull', j.next_pull, 'sources', pg_catalog.jsonb_build_array(j.source)),
       CASE WHEN j.status <> 'ok' AND j.pulled THEN 'SELECT perfadvisor.pull_sources()' END,
       CASE WHEN j.status <> 'ok' THEN pg_catalog.format(CASE WHEN j.pulled THEN 'SELECT error IS NULL AND age < interval ''1 day'' FROM perfadvisor.sources WHERE source = %L'
                                                              ELSE 'SELECT age < interval ''1 day'' FROM perfadvisor.sources WHERE source = %L' END, j.source) END,
       NULL,
       CASE WHEN j.status = 'ok' THEN NULL
            WHEN j.pulled THEN 'No lock. What must be mended first is on the other server or on the way to it; add_source() with another connection, or remove_source(), when it is gone for good.'
            ELSE 'Take a new export_workload() of it in with import_workload(), or remove_source() when it is gone for good.' END
FROM judged AS j;
END;

COMMENT ON FUNCTION perfadvisor.source_checks() IS 'The view sources as checks';
