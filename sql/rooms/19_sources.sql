-- ---------------------------------------------------------------------------
-- Workloads of other servers: standbys, production for a clone

CREATE TABLE perfadvisor.workload_sources (
    source text PRIMARY KEY CHECK (source <> ''),
    connection text,
    role name,
    imported_at timestamptz,
    exported_at timestamptz,
    recorded_since timestamptz,
    hours double precision,
    server_version text,
    standby boolean,
    redacted boolean,
    total_exec_time double precision,
    error text,
    error_at timestamptz
);

COMMENT ON TABLE perfadvisor.workload_sources IS 'Other servers whose workload counts when advising here';
COMMENT ON COLUMN perfadvisor.workload_sources.source IS 'Name given to the other server';
COMMENT ON COLUMN perfadvisor.workload_sources.connection IS 'Foreign server or connection string for dblink that its workload is pulled through; NULL for one that is imported';
COMMENT ON COLUMN perfadvisor.workload_sources.role IS 'Role that its statements are planned as here; NULL: the one of the same name';
COMMENT ON COLUMN perfadvisor.workload_sources.imported_at IS 'When its workload was taken in';
COMMENT ON COLUMN perfadvisor.workload_sources.exported_at IS 'When it was exported there';
COMMENT ON COLUMN perfadvisor.workload_sources.recorded_since IS 'Since when it was recorded there';
COMMENT ON COLUMN perfadvisor.workload_sources.hours IS 'Time that the workload took, from its first statement to its last';
COMMENT ON COLUMN perfadvisor.workload_sources.server_version IS 'Version of PostgreSQL there';
COMMENT ON COLUMN perfadvisor.workload_sources.standby IS 'Whether it was in recovery';
COMMENT ON COLUMN perfadvisor.workload_sources.redacted IS 'Whether it came without constants';
COMMENT ON COLUMN perfadvisor.workload_sources.total_exec_time IS 'Execution time of its statements, ms';
COMMENT ON COLUMN perfadvisor.workload_sources.error IS 'Why it could not be pulled the last time';
COMMENT ON COLUMN perfadvisor.workload_sources.error_at IS 'When that was';

CREATE TABLE perfadvisor.source_statements (
    source text NOT NULL REFERENCES perfadvisor.workload_sources ON DELETE CASCADE,
    number integer NOT NULL,
    rolname text NOT NULL,
    queryid bigint NOT NULL,
    toplevel boolean NOT NULL,
    statement_class text NOT NULL,
    query text,
    calls bigint NOT NULL,
    failures bigint NOT NULL,
    rows bigint NOT NULL,
    total_exec_time double precision NOT NULL,
    min_exec_time double precision NOT NULL,
    max_exec_time double precision NOT NULL,
    first_seen timestamptz NOT NULL,
    last_seen timestamptz NOT NULL,
    samples jsonb NOT NULL,
    PRIMARY KEY (source, number)
);

COMMENT ON TABLE perfadvisor.source_statements IS 'Statements recorded on other servers, with their samples';
COMMENT ON COLUMN perfadvisor.source_statements.source IS 'The other server';
COMMENT ON COLUMN perfadvisor.source_statements.number IS 'Place in its document';
COMMENT ON COLUMN perfadvisor.source_statements.rolname IS 'Role that ran it there';
COMMENT ON COLUMN perfadvisor.source_statements.queryid IS 'Its id there, which is another than here';
COMMENT ON COLUMN perfadvisor.source_statements.toplevel IS 'As in statements, like the columns that follow';
COMMENT ON COLUMN perfadvisor.source_statements.statement_class IS 'As in statements';
COMMENT ON COLUMN perfadvisor.source_statements.query IS 'As in statements';
COMMENT ON COLUMN perfadvisor.source_statements.calls IS 'As in statements';
COMMENT ON COLUMN perfadvisor.source_statements.failures IS 'As in statements';
COMMENT ON COLUMN perfadvisor.source_statements.rows IS 'As in statements';
COMMENT ON COLUMN perfadvisor.source_statements.total_exec_time IS 'As in statements';
COMMENT ON COLUMN perfadvisor.source_statements.min_exec_time IS 'As in statements';
COMMENT ON COLUMN perfadvisor.source_statements.max_exec_time IS 'As in statements';
COMMENT ON COLUMN perfadvisor.source_statements.first_seen IS 'As in statements';
COMMENT ON COLUMN perfadvisor.source_statements.last_seen IS 'As in statements';
COMMENT ON COLUMN perfadvisor.source_statements.samples IS 'Executions with their constants: query, parameters, parameter_types, parameters_known, search_path, exec_time, rows';

CREATE TABLE perfadvisor.source_indexes (
    source text NOT NULL REFERENCES perfadvisor.workload_sources ON DELETE CASCADE,
    index text NOT NULL,
    relation text NOT NULL,
    scans bigint NOT NULL,
    last_scan timestamptz,
    PRIMARY KEY (source, index)
);

COMMENT ON TABLE perfadvisor.source_indexes IS 'How often indexes were scanned on other servers';
COMMENT ON COLUMN perfadvisor.source_indexes.source IS 'The other server';
COMMENT ON COLUMN perfadvisor.source_indexes.index IS 'Name of the index there';
COMMENT ON COLUMN perfadvisor.source_indexes.relation IS 'Name of its table';
COMMENT ON COLUMN perfadvisor.source_indexes.scans IS 'Scans since statistics were reset there';
COMMENT ON COLUMN perfadvisor.source_indexes.last_scan IS 'The latest of them, where the version there tells';

CREATE FUNCTION perfadvisor.source_index_scans(OUT source text, OUT index text, OUT scans bigint)
RETURNS SETOF record
LANGUAGE SQL STABLE PARALLEL SAFE STRICT SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
-- a source without any scan has one row that says so
SELECT w.source, i.index, i.scans
FROM perfadvisor.workload_sources AS w
     LEFT JOIN perfadvisor.source_indexes AS i ON i.source = w.source
WHERE w.imported_at IS NOT NULL;
END;

COMMENT ON FUNCTION perfadvisor.source_index_scans() IS 'How often indexes were scanned on other servers, for index_cleanup';

SELECT pg_catalog.pg_extension_config_dump('perfadvisor.workload_sources', '');
SELECT pg_catalog.pg_extension_config_dump('perfadvisor.source_statements', '');
SELECT pg_catalog.pg_extension_config_dump('perfadvisor.source_indexes', '');

CREATE FUNCTION perfadvisor.raise(message text, detail text DEFAULT NULL, hint text DEFAULT NULL)
RETURNS void
LANGUAGE C VOLATILE PARALLEL UNSAFE CALLED ON NULL INPUT
AS 'MODULE_PATHNAME', 'pa_raise';

COMMENT ON FUNCTION perfadvisor.raise(text, text, text) IS 'Raises an error, for functions in SQL';

CREATE FUNCTION perfadvisor.export_workload(redact boolean DEFAULT false) RETURNS jsonb
LANGUAGE SQL VOLATILE PARALLEL UNSAFE CALLED ON NULL INPUT
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
WITH here AS MATERIALIZED (
    SELECT s.*, r.rolname
    FROM perfadvisor.recorded_statements() AS s
         JOIN pg_catalog.pg_database AS d ON d.oid = s.dbid
         JOIN pg_catalog.pg_roles AS r ON r.oid = s.userid
    WHERE d.datname = pg_catalog.current_database() AND s.queryid IS NOT NULL AND s.statement_class <> 'utility'
      AND s.query IS NOT NULL AND pg_catalog.strpos(s.query, 'perfadvisor.') = 0
), samples AS MATERIALIZED (
    SELECT s.userid, s.queryid, s.toplevel,
           pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object(
               'query', s.query, 'parameters', s.parameters, 'parameter_types', s.parameter_types::text[],
               'parameters_known', s.parameters_known, 'search_path', s.search_path,
               'exec_time', s.exec_time, 'rows', s.rows) ORDER BY s.started_at) AS samples
    FROM perfadvisor.recorded_samples() AS s
         JOIN pg_catalog.pg_database AS d ON d.oid = s.dbid
    WHERE d.datname = pg_catalog.current_database() AND export_workload.redact IS NOT TRUE
    GROUP BY s.userid, s.queryid, s.toplevel
)
SELECT pg_catalog.jsonb_build_object(
    'format', 'perfadvisor workload', 'version', 1,
    'exported_at', pg_catalog.clock_timestamp(),
    'recorded_since', (SELECT pg_catalog.min(h.first_seen) FROM here AS h),
    'database', pg_catalog.current_database(),
    'server_version', pg_catalog.current_setting('server_version'),
    'standby', pg_catalog.pg_is_in_recovery(),
    'redacted', export_workload.redact IS TRUE,
    'statements', COALESCE((
        SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object(
            'rolname', h.rolname, 'queryid', h.queryid::text, 'toplevel', h.toplevel, 'statement_class', h.statement_class,
            'query', h.query, 'calls', h.calls, 'failures', h.failures, 'rows', h.rows,
            'total_exec_time', h.total_exec_time, 'min_exec_time', h.min_exec_time, 'max_exec_time', h.max_exec_time,
            'first_seen', h.first_seen, 'last_seen', h.last_seen, 'samples', COALESCE(s.samples, '[]'))
            ORDER BY h.total_exec_time DESC, h.queryid)
        FROM here AS h
             LEFT JOIN samples AS s ON s.userid = h.userid AND s.queryid = h.queryid AND s.toplevel = h.toplevel), '[]'),
    'indexes', COALESCE((
        SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object(
            'index', pg_catalog.format('%I.%I', i.schemaname, i.indexrelname),
            'relation', pg_catalog.format('%I.%I', i.schemaname, i.relname),
            'scans', i.idx_scan, 'last_scan', pg_catalog.to_jsonb(i) ->> 'last_idx_scan') ORDER BY i.indexrelid)
        FROM pg_catalog.pg_stat_user_indexes AS i
        WHERE i.idx_scan > 0 AND i.schemaname <> 'perfadvisor'), '[]'));
END;

COMMENT ON FUNCTION perfadvisor.export_workload(boolean) IS
'The recorded workload of this database, as far as the current role may see it, as a document for import_workload(); redact leaves all constants out';

CREATE FUNCTION perfadvisor.import_workload(document jsonb, source text, role name DEFAULT NULL) RETURNS bigint
LANGUAGE SQL VOLATILE PARALLEL UNSAFE CALLED ON NULL INPUT SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
SELECT perfadvisor.raise(p.problem, p.detail, 'Give import_workload() what export_workload() returned, unchanged.')
FROM (SELECT CASE
        WHEN COALESCE(import_workload.source, '') = '' THEN 'a workload needs the name of its source'
        WHEN import_workload.role IS NOT NULL AND NOT EXISTS (SELECT FROM pg_catalog.pg_roles AS r WHERE r.rolname = import_workload.role)
            THEN pg_catalog.format('role "%s" does not exist', import_workload.role)
        WHEN document IS NULL OR pg_catalog.jsonb_typeof(document) <> 'object' OR document ->> 'format' IS DISTINCT FROM 'perfadvisor workload'
            THEN 'the document is not a workload'
        WHEN document -> 'version' IS DISTINCT FROM '1'
            THEN 'the document has a version that this version of perfadvisor does not know'
        WHEN pg_catalog.jsonb_typeof(document -> 'statements') IS DISTINCT FROM 'array' OR pg_catalog.jsonb_typeof(document -> 'indexes') IS DISTINCT FROM 'array'
            THEN 'the document is damaged: statements and indexes must be arrays'
        WHEN pg_catalog.jsonb_array_length(document -> 'statements') > 100000
            THEN 'the document has more than 100000 statements'
        WHEN pg_catalog.jsonb_path_exists(document, '$.statements[*] ? (!(@.type() == "object"
                 && @.rolname.type() == "string" && @.queryid.type() == "string" && @.queryid like_regex "^-?[0-9]{1,19}$"
                 && @.toplevel.type() == "boolean" && @.query.type() == "string"
                 && @.statement_class.type() == "string" && @.calls.type() == "number" && @.calls >= 0
                 && @.failures.type() == "number" && @.rows.type() == "number" && @.total_exec_time.type() == "number" && @.total_exec_time >= 0
                 && @.min_exec_time.type() == "number" && @.max_exec_time.type() == "number"
                 && @.first_seen.type() == "string" && @.last_seen.type() == "string" && @.samples.type() == "array"))')
            THEN 'the document is damaged: a statement lacks something or has it of another type'
        WHEN pg_catalog.jsonb_path_exists(document, '$.statements[*].samples[*] ? (!(@.type() == "object"
                 && @.query.type() == "string" && @.parameters.type() == "array" && @.parameter_types.type() == "array" && @.parameters_known.type() == "array"
                 && @.parameters.size() == @.parameter_types.size() && @.parameters.size() == @.parameters_known.size() && @.parameters.size() <= 1000
                 && @.exec_time.type() == "number" && @.rows.type() == "number"))')
            THEN 'the document is damaged: a sample lacks something or has it of another type'
        WHEN pg_catalog.jsonb_path_exists(document, '$.indexes[*] ? (!(@.type() == "object"
                 && @.index.type() == "string" && @.relation.type() == "string" && @.scans.type() == "number"))')
            THEN 'the document is damaged: an index lacks something or has it of another type'
      END AS problem,
      CASE WHEN document -> 'version' IS DISTINCT FROM '1' THEN 'Its version is ' || COALESCE(document ->> 'version', 'missing') || ', known is 1.' END AS detail) AS p
WHERE p.problem IS NOT NULL;

DELETE FROM perfadvisor.source_statements AS s WHERE s.source = import_workload.source;
DELETE FROM perfadvisor.source_indexes AS i WHERE i.source = import_workload.source;

INSERT INTO perfadvisor.workload_sources AS w (source, role, imported_at, exported_at, recorded_since, hours,
    server_version, standby, redacted, total_exec_time)
SELECT import_workload.source, import_workload.role, pg_catalog.clock_timestamp(), (document ->> 'exported_at')::timestamptz,
       (document ->> 'recorded_since')::timestamptz,
       GREATEST(COALESCE(pg_catalog.date_part('epoch', pg_catalog.max(s.last_seen) - pg_catalog.min(s.first_seen)), 0) / 3600, 1.0 / 60),
       document ->> 'server_version', (document ->> 'standby')::boolean, (document ->> 'redacted')::boolean,
       COALESCE(pg_catalog.sum(s.total_exec_time) FILTER (WHERE s.toplevel), 0)
FROM pg_catalog.jsonb_to_recordset(document -> 'statements') AS s(
         toplevel boolean, total_exec_time double precision, first_seen timestamptz, last_seen timestamptz)
ON CONFLICT (source) DO UPDATE
    SET role = COALESCE(excluded.role, w.role), imported_at = excluded.imported_at, exported_at = excluded.exported_at,
        recorded_since = excluded.recorded_since, hours = excluded.hours, server_version = excluded.server_version,
        standby = excluded.standby, redacted = excluded.redacted, total_exec_time = excluded.total_exec_time, error = NULL, error_at = NULL;

INSERT INTO perfadvisor.source_statements (source, number, rolname, queryid, toplevel, statement_class, query, calls, failures,
    rows, total_exec_time, min_exec_time, max_exec_time, first_seen, last_seen, samples)
SELECT import_workload.source, e.number, s.rolname, s.queryid, s.toplevel, s.statement_class, s.query, s.calls, s.failures,
       s.rows, s.total_exec_time, s.min_exec_time, s.max_exec_time, s.first_seen, s.last_seen, s.samples
FROM pg_catalog.jsonb_array_elements(document -> 'statements') WITH ORDINALITY AS e(value, number)
     CROSS JOIN LATERAL pg_catalog.jsonb_to_record(e.value) AS s(
         rolname text, queryid bigint, toplevel boolean, statement_class text, query text, calls bigint, failures bigint,
         rows bigint, total_exec_time double precision, min_exec_time double precision, max_exec_time double precision,
         first_seen timestamptz, last_seen timestamptz, samples jsonb);

-- What could not be read when advising is refused now
SELECT pg_catalog.count(p.rows)
FROM perfadvisor.source_statements AS s
     CROSS JOIN LATERAL pg_catalog.jsonb_to_recordset(s.samples) AS p(
         query text, parameters text[], parameter_types text[], parameters_known boolean[],
         search_path text, exec_time double precision, rows bigint)
WHERE s.source = import_workload.source;

INSERT INTO perfadvisor.source_indexes (source, index, relation, scans, last_scan)
SELECT import_workload.source, i.index, i.relation, i.scans, i.last_scan
FROM pg_catalog.jsonb_to_recordset(document -> 'indexes') AS i(index text, relation text, scans bigint, last_scan timestamptz)
ON CONFLICT DO NOTHING;

SELECT pg_catalog.count(*) FROM perfadvisor.source_statements AS s WHERE s.source = import_workload.source;
END;

COMMENT ON FUNCTION perfadvisor.import_workload(jsonb, text, name) IS
'Takes in the workload of another server under a name, in place of what was there under that name, and returns how many statements it has; they are planned as the role of the same name here, or as the one given';

CREATE FUNCTION perfadvisor.remove_source(source text) RETURNS void
LANGUAGE SQL VOLATILE PARALLEL UNSAFE STRICT SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
SELECT perfadvisor.raise(pg_catalog.format('source "%s" does not exist', remove_source.source), NULL, 'See perfadvisor.sources.')
WHERE NOT EXISTS (SELECT FROM perfadvisor.workload_sources AS w WHERE w.source = remove_source.source);
DELETE FROM perfadvisor.workload_sources AS w WHERE w.source = remove_source.source;
END;

COMMENT ON FUNCTION perfadvisor.remove_source(text) IS 'Forgets another server and its workload';

CREATE VIEW perfadvisor.sources AS
SELECT w.source, w.connection IS NOT NULL AS pulled, w.role, w.imported_at,
       pg_catalog.now() - w.exported_at AS age, w.recorded_since, w.server_version, w.standby, w.redacted,
       (SELECT pg_catalog.count(*) FROM perfadvisor.source_statements AS s WHERE s.source = w.source) AS statements,
       w.total_exec_time, w.error, w.error_at
FROM perfadvisor.workload_sources AS w;

COMMENT ON VIEW perfadvisor.sources IS 'Other servers whose workload counts when advising here';
COMMENT ON COLUMN perfadvisor.sources.source IS 'Name given to the other server';
COMMENT ON COLUMN perfadvisor.sources.pulled IS 'True when its workload is pulled, false when it was imported';
COMMENT ON COLUMN perfadvisor.sources.role IS 'Role that its statements are planned as here; NULL: the one of the same name';
COMMENT ON COLUMN perfadvisor.sources.imported_at IS 'When its workload was taken in';
COMMENT ON COLUMN perfadvisor.sources.age IS 'How old it is';
COMMENT ON COLUMN perfadvisor.sources.recorded_since IS 'Since when it was recorded there';
COMMENT ON COLUMN perfadvisor.sources.server_version IS 'Version of PostgreSQL there';
COMMENT ON COLUMN perfadvisor.sources.standby IS 'Whether it was in recovery';
COMMENT ON COLUMN perfadvisor.sources.redacted IS 'Whether it came without constants';
COMMENT ON COLUMN perfadvisor.sources.statements IS 'Statements it has';
COMMENT ON COLUMN perfadvisor.sources.total_exec_time IS 'Their execution time, ms';
COMMENT ON COLUMN perfadvisor.sources.error IS 'Why it could not be pulled the last time';
COMMENT ON COLUMN perfadvisor.sources.error_at IS 'When that was';

CREATE FUNCTION perfadvisor.add_source(source text, connection text, role name DEFAULT NULL) RETURNS void
LANGUAGE SQL VOLATILE PARALLEL UNSAFE CALLED ON NULL INPUT SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
SELECT perfadvisor.raise('a source needs a name and a connection', NULL,
    'The connection is the name of a foreign server (CREATE SERVER ... FOREIGN DATA WRAPPER dblink_fdw), or a connection string.')
WHERE COALESCE(add_source.source, '') = '' OR COALESCE(add_source.connection, '') = '';
SELECT perfadvisor.raise(pg_catalog.format('role "%s" does not exist', add_source.role))
WHERE add_source.role IS NOT NULL AND NOT EXISTS (SELECT FROM pg_catalog.pg_roles AS r WHERE r.rolname = add_source.role);
INSERT INTO perfadvisor.workload_sources AS w (source, connection, role)
VALUES (add_source.source, add_source.connection, add_source.role)
ON CONFLICT (source) DO UPDATE SET connection = excluded.connection, role = excluded.role, error = NULL, error_at = NULL;
END;

COMMENT ON FUNCTION perfadvisor.add_source(text, text, name) IS
'Names another server whose workload pull_sources() fetches through dblink, by a foreign server or a connection string';

CREATE FUNCTION perfadvisor.pull_sources() RETURNS integer
LANGUAGE C VOLATILE PARALLEL UNSAFE STRICT
AS 'MODULE_PATHNAME', 'pa_pull_sources';

COMMENT ON FUNCTION perfadvisor.pull_sources() IS
'Fetches the workload of every source that has a connection, and returns how many it could fetch; see sources.error for the others';
