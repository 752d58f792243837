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
    standby_names text[] NOT NULL DEFAULT '{}',
    redacted boolean,
    total_exec_time double precision,
    error text,
    error_at timestamptz,
    added_by name,
    failures integer NOT NULL DEFAULT 0,
    next_pull timestamptz
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
COMMENT ON COLUMN perfadvisor.workload_sources.standby_names IS 'What a primary may know it as: the names of its slot and its cluster, and its application_name';
COMMENT ON COLUMN perfadvisor.workload_sources.redacted IS 'Whether it came without constants';
COMMENT ON COLUMN perfadvisor.workload_sources.total_exec_time IS 'Execution time of its statements, ms';
COMMENT ON COLUMN perfadvisor.workload_sources.error IS 'Why it could not be pulled the last time';
COMMENT ON COLUMN perfadvisor.workload_sources.error_at IS 'When that was';
COMMENT ON COLUMN perfadvisor.workload_sources.added_by IS 'Role that added it, and that is used to connect';
COMMENT ON COLUMN perfadvisor.workload_sources.failures IS 'Attempts in a row that have failed';
COMMENT ON COLUMN perfadvisor.workload_sources.next_pull IS 'When it is fetched next; NULL: after the next snapshot';

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
    scans jsonb NOT NULL DEFAULT '[]',
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
COMMENT ON COLUMN perfadvisor.source_statements.samples IS 'Executions with their constants: query, parameters, parameter_types, parameters_known, search_path, exec_time, rows, executions, sampled_executions';

COMMENT ON COLUMN perfadvisor.source_statements.scans IS 'What sampled sequential scans of it returned there, on the average: relation, rows';

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

CREATE TABLE perfadvisor.source_tables (
    source text NOT NULL REFERENCES perfadvisor.workload_sources ON DELETE CASCADE,
    relation text NOT NULL,
    pages double precision NOT NULL,
    rows double precision NOT NULL,
    visible_pages double precision NOT NULL,
    columns jsonb NOT NULL,
    PRIMARY KEY (source, relation)
);

COMMENT ON TABLE perfadvisor.source_tables IS 'Statistics of tables and indexes on other servers, that stand in for those of tables that are empty here';
COMMENT ON COLUMN perfadvisor.source_tables.source IS 'The other server';
COMMENT ON COLUMN perfadvisor.source_tables.relation IS 'Name of the table or index there';
COMMENT ON COLUMN perfadvisor.source_tables.pages IS 'Its pages as of the last VACUUM or ANALYZE there';
COMMENT ON COLUMN perfadvisor.source_tables.rows IS 'Its rows, as well';
COMMENT ON COLUMN perfadvisor.source_tables.visible_pages IS 'Its pages that are known to be visible to all, as well';
COMMENT ON COLUMN perfadvisor.source_tables.columns IS 'What pg_stats has of its columns; without values where constants were left out';

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

CREATE FUNCTION perfadvisor.source_standby_names(OUT source text, OUT name text)
RETURNS SETOF record
LANGUAGE SQL STABLE PARALLEL SAFE STRICT SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
SELECT DISTINCT w.source, n.name
FROM perfadvisor.workload_sources AS w
     CROSS JOIN LATERAL pg_catalog.unnest(w.standby_names || w.source) AS n(name)
WHERE w.standby;
END;

COMMENT ON FUNCTION perfadvisor.source_standby_names() IS 'What this server may know standbys as whose workload is known, for index_cleanup';

SELECT pg_catalog.pg_extension_config_dump('perfadvisor.workload_sources', '');
SELECT pg_catalog.pg_extension_config_dump('perfadvisor.source_statements', '');
SELECT pg_catalog.pg_extension_config_dump('perfadvisor.source_indexes', '');
SELECT pg_catalog.pg_extension_config_dump('perfadvisor.source_tables', '');

CREATE FUNCTION perfadvisor.raise(message text, detail text DEFAULT NULL, hint text DEFAULT NULL)
RETURNS void
LANGUAGE C VOLATILE PARALLEL UNSAFE CALLED ON NULL INPUT
AS 'MODULE_PATHNAME', 'pa_raise';

COMMENT ON FUNCTION perfadvisor.raise(text, text, text) IS 'Raises an error, for functions in SQL';

CREATE FUNCTION perfadvisor.strip_comments(query text) RETURNS text
LANGUAGE C IMMUTABLE PARALLEL SAFE STRICT
AS 'MODULE_PATHNAME', 'pa_strip_comments';

COMMENT ON FUNCTION perfadvisor.strip_comments(text) IS 'The text of a statement without its comments; NULL for a text that was clipped or is no SQL';

CREATE FUNCTION perfadvisor.export_workload(redact boolean DEFAULT false) RETURNS jsonb
LANGUAGE SQL VOLATILE PARALLEL UNSAFE CALLED ON NULL INPUT
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
WITH here AS MATERIALIZED (
    SELECT s.*, r.rolname, x.query AS exported
    FROM perfadvisor.recorded_statements() AS s
         JOIN pg_catalog.pg_database AS d ON d.oid = s.dbid
         JOIN pg_catalog.pg_roles AS r ON r.oid = s.userid
         CROSS JOIN LATERAL (SELECT CASE WHEN export_workload.redact THEN perfadvisor.strip_comments(s.query) ELSE s.query END) AS x(query)
    WHERE d.datname = pg_catalog.current_database() AND s.queryid IS NOT NULL AND s.statement_class <> 'utility'
      AND x.query IS NOT NULL AND pg_catalog.strpos(s.query, 'perfadvisor.') = 0
), samples AS MATERIALIZED (
    SELECT s.userid, s.queryid, s.toplevel,
           pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object(
               'query', s.query, 'parameters', s.parameters, 'parameter_types', s.parameter_types::text[],
               'parameters_known', s.parameters_known, 'search_path', s.search_path,
               'exec_time', s.exec_time, 'rows', s.rows,
               'executions', s.executions, 'sampled_executions', s.sampled_executions) ORDER BY s.started_at) AS samples
    FROM perfadvisor.recorded_samples() AS s
         JOIN pg_catalog.pg_database AS d ON d.oid = s.dbid
    WHERE d.datname = pg_catalog.current_database() AND export_workload.redact IS NOT TRUE
    GROUP BY s.userid, s.queryid, s.toplevel
), scans AS MATERIALIZED (
    -- of scans that a statement makes in one way alone
    SELECT s.userid, s.queryid,
           pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('relation', s.relation, 'rows', s.rows)) AS scans
    FROM (SELECT s.userid, s.queryid, pg_catalog.format('%I.%I', pg_catalog.min(n.nspname::text), pg_catalog.min(c.relname::text)) AS relation,
                 pg_catalog.min(s.rows_returned::double precision / s.scans) AS rows
          FROM perfadvisor.recorded_seq_scans() AS s
               JOIN pg_catalog.pg_database AS d ON d.oid = s.dbid
               JOIN pg_catalog.pg_class AS c ON c.oid = s.relid
               JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
          WHERE d.datname = pg_catalog.current_database()
          GROUP BY s.userid, s.queryid, s.relid
          HAVING pg_catalog.count(*) = 1 AND pg_catalog.bool_and(s.estimate_error > 0 AND s.scans > 0 AND s.rows_returned < s.rows_read)) AS s
    GROUP BY s.userid, s.queryid
), scanned AS MATERIALIZED (
    SELECT t.relid
    FROM pg_catalog.pg_stat_user_tables AS t
    WHERE COALESCE(t.seq_scan, 0) + COALESCE(t.idx_scan, 0) > 0 AND t.schemaname <> 'perfadvisor'
    ORDER BY COALESCE(t.seq_scan, 0) + COALESCE(t.idx_scan, 0) DESC, t.relid
    LIMIT 10000
)
SELECT pg_catalog.jsonb_build_object(
    'format', 'perfadvisor workload', 'version', 1,
    'exported_at', pg_catalog.clock_timestamp(),
    'recorded_since', (SELECT pg_catalog.min(h.first_seen) FROM here AS h),
    'database', pg_catalog.current_database(),
    'server_version', pg_catalog.current_setting('server_version'),
    'standby', pg_catalog.pg_is_in_recovery(),
    'standby_names', COALESCE((
        SELECT pg_catalog.jsonb_agg(DISTINCT n.name)
        FROM (SELECT CASE WHEN s.name = 'primary_conninfo' THEN pg_catalog.substring(s.setting, 'application_name *= *''?([^ '']+)') ELSE s.setting END AS name
              FROM pg_catalog.pg_settings AS s
              WHERE s.name IN ('cluster_name', 'primary_slot_name', 'primary_conninfo') AND pg_catalog.pg_is_in_recovery()) AS n
        WHERE n.name <> ''), '[]'),
    'redacted', export_workload.redact IS TRUE,
    'statements', COALESCE((
        SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object(
            'rolname', h.rolname, 'queryid', h.queryid::text, 'toplevel', h.toplevel, 'statement_class', h.statement_class,
            'query', h.exported, 'calls', h.calls, 'failures', h.failures, 'rows', h.rows,
            'total_exec_time', h.total_exec_time, 'min_exec_time', h.min_exec_time, 'max_exec_time', h.max_exec_time,
            'first_seen', h.first_seen, 'last_seen', h.last_seen, 'samples', COALESCE(s.samples, '[]'), 'scans', COALESCE(c.scans, '[]'))
            ORDER BY h.total_exec_time DESC, h.queryid)
        FROM here AS h
             LEFT JOIN samples AS s ON s.userid = h.userid AND s.queryid = h.queryid AND s.toplevel = h.toplevel
             LEFT JOIN scans AS c ON c.userid = h.userid AND c.queryid = h.queryid), '[]'),
    'indexes', COALESCE((
        SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object(
            'index', pg_catalog.format('%I.%I', i.schemaname, i.indexrelname),
            'relation', pg_catalog.format('%I.%I', i.schemaname, i.relname),
            'scans', i.idx_scan, 'last_scan', pg_catalog.to_jsonb(i) ->> 'last_idx_scan') ORDER BY i.indexrelid)
        FROM pg_catalog.pg_stat_user_indexes AS i
        WHERE i.idx_scan > 0 AND i.schemaname <> 'perfadvisor'), '[]'),
    -- of the tables that statements have read, as far as the role may see them
    'tables', COALESCE((
        SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object(
            'relation', pg_catalog.format('%I.%I', n.nspname, c.relname),
            -- a partitioned table has -1
            'pages', GREATEST(c.relpages, 0), 'rows', c.reltuples, 'visible_pages', GREATEST(c.relallvisible, 0),
            'columns', COALESCE((
                SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object(
                    'column', p.attname, 'inherited', p.inherited, 'null_share', p.null_frac, 'width', p.avg_width,
                    'distinct', p.n_distinct, 'correlation', p.correlation,
                    'common_shares', p.most_common_freqs,
                    'common', CASE WHEN export_workload.redact IS NOT TRUE THEN p.most_common_vals::text END,
                    'bounds', CASE WHEN export_workload.redact IS NOT TRUE THEN p.histogram_bounds::text END,
                    'element_shares', p.most_common_elem_freqs, 'element_counts', p.elem_count_histogram,
                    'elements', CASE WHEN export_workload.redact IS NOT TRUE THEN p.most_common_elems::text END))
                FROM pg_catalog.pg_stats AS p
                WHERE p.schemaname = n.nspname AND p.tablename = c.relname), '[]')
                -- of expressions of CREATE STATISTICS; those of indexes are columns of these
                || COALESCE((
                SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object(
                    'expression', p.expr, 'inherited', p.inherited, 'null_share', p.null_frac, 'width', p.avg_width,
                    'distinct', p.n_distinct, 'correlation', p.correlation,
                    'common_shares', p.most_common_freqs,
                    'common', CASE WHEN export_workload.redact IS NOT TRUE THEN p.most_common_vals::text END,
                    'bounds', CASE WHEN export_workload.redact IS NOT TRUE THEN p.histogram_bounds::text END,
                    'element_shares', p.most_common_elem_freqs, 'element_counts', p.elem_count_histogram,
                    'elements', CASE WHEN export_workload.redact IS NOT TRUE THEN p.most_common_elems::text END))
                FROM pg_catalog.pg_stats_ext_exprs AS p
                WHERE p.schemaname = n.nspname AND p.tablename = c.relname AND p.null_frac IS NOT NULL
                  -- their texts may hold constants
                  AND export_workload.redact IS NOT TRUE), '[]'))
            ORDER BY c.oid)
        FROM pg_catalog.pg_class AS c
             JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
        WHERE c.reltuples > 0 AND c.relkind IN ('r', 'm', 'i', 'p')
          AND c.oid IN (SELECT u.oid FROM scanned AS s
                        CROSS JOIN LATERAL (
                            SELECT s.relid AS oid
                            UNION ALL SELECT i.indexrelid FROM pg_catalog.pg_index AS i WHERE i.indrelid = s.relid
                            UNION ALL SELECT a.relid FROM pg_catalog.pg_partition_ancestors(s.relid) AS a) AS u)), '[]'));
END;

COMMENT ON FUNCTION perfadvisor.export_workload(boolean) IS
'The recorded workload of this database, as far as the current role may see it, as a document for import_workload(); redact leaves all constants and comments out';

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
                 && @.exec_time.type() == "number" && @.rows.type() == "number"
                 && (!exists(@.executions) || (@.executions.type() == "number" && @.executions >= 0 && @.executions < 4294967296))
                 && (!exists(@.sampled_executions) || (@.sampled_executions.type() == "number" && @.sampled_executions >= 0))))')
            THEN 'the document is damaged: a sample lacks something or has it of another type'
        WHEN pg_catalog.jsonb_path_exists(document, '$.statements[*] ? (exists(@.scans) && !(@.scans.type() == "array"))')
             OR pg_catalog.jsonb_path_exists(document, '$.statements[*].scans[*] ? (!(@.type() == "object"
                 && @.relation.type() == "string" && @.rows.type() == "number" && @.rows >= 0))')
            THEN 'the document is damaged: a scan lacks something or has it of another type'
        WHEN pg_catalog.jsonb_path_exists(document, '$.indexes[*] ? (!(@.type() == "object"
                 && @.index.type() == "string" && @.relation.type() == "string" && @.scans.type() == "number"))')
            THEN 'the document is damaged: an index lacks something or has it of another type'
        WHEN pg_catalog.jsonb_typeof(COALESCE(document -> 'tables', '[]')) <> 'array'
             OR pg_catalog.jsonb_path_exists(document, '$.tables[*] ? (!(@.type() == "object"
                 && @.relation.type() == "string" && @.pages.type() == "number" && @.pages >= 0 && @.pages < 4294967295
                 && @.rows.type() == "number" && @.rows >= 0
                 && @.visible_pages.type() == "number" && @.visible_pages >= 0 && @.columns.type() == "array"))')
            THEN 'the document is damaged: a table lacks something or has it of another type'
      END AS problem,
      CASE WHEN document -> 'version' IS DISTINCT FROM '1' THEN 'Its version is ' || COALESCE(document ->> 'version', 'missing') || ', known is 1.' END AS detail) AS p
WHERE p.problem IS NOT NULL;

-- First, since another session may be at it: it is waited for here
INSERT INTO perfadvisor.workload_sources AS w (source, role, imported_at, exported_at, recorded_since, hours,
    server_version, standby, standby_names, redacted, total_exec_time)
SELECT import_workload.source, import_workload.role, pg_catalog.clock_timestamp(), (document ->> 'exported_at')::timestamptz,
       (document ->> 'recorded_since')::timestamptz,
       GREATEST(COALESCE(pg_catalog.date_part('epoch', pg_catalog.max(s.last_seen) - pg_catalog.min(s.first_seen)), 0) / 3600, 1.0 / 60),
       document ->> 'server_version', (document ->> 'standby')::boolean,
       ARRAY(SELECT n.name FROM pg_catalog.jsonb_array_elements_text(
                 CASE WHEN pg_catalog.jsonb_typeof(document -> 'standby_names') = 'array' THEN document -> 'standby_names' ELSE '[]' END) AS n(name)
             WHERE n.name IS NOT NULL LIMIT 10), (document ->> 'redacted')::boolean,
       COALESCE(pg_catalog.sum(s.total_exec_time) FILTER (WHERE s.toplevel), 0)
FROM pg_catalog.jsonb_to_recordset(document -> 'statements') AS s(
         toplevel boolean, total_exec_time double precision, first_seen timestamptz, last_seen timestamptz)
ON CONFLICT (source) DO UPDATE
    SET role = COALESCE(excluded.role, w.role), imported_at = excluded.imported_at, exported_at = excluded.exported_at,
        recorded_since = excluded.recorded_since, hours = excluded.hours, server_version = excluded.server_version,
        standby = excluded.standby, standby_names = excluded.standby_names, redacted = excluded.redacted, total_exec_time = excluded.total_exec_time, error = NULL, error_at = NULL;

DELETE FROM perfadvisor.source_statements AS s WHERE s.source = import_workload.source;
DELETE FROM perfadvisor.source_indexes AS i WHERE i.source = import_workload.source;
DELETE FROM perfadvisor.source_tables AS t WHERE t.source = import_workload.source;

INSERT INTO perfadvisor.source_statements (source, number, rolname, queryid, toplevel, statement_class, query, calls, failures,
    rows, total_exec_time, min_exec_time, max_exec_time, first_seen, last_seen, samples, scans)
SELECT import_workload.source, e.number, s.rolname, s.queryid, s.toplevel, s.statement_class, s.query, s.calls, s.failures,
       s.rows, s.total_exec_time, s.min_exec_time, s.max_exec_time, s.first_seen, s.last_seen, s.samples, COALESCE(s.scans, '[]')
FROM pg_catalog.jsonb_array_elements(document -> 'statements') WITH ORDINALITY AS e(value, number)
     CROSS JOIN LATERAL pg_catalog.jsonb_to_record(e.value) AS s(
         rolname text, queryid bigint, toplevel boolean, statement_class text, query text, calls bigint, failures bigint,
         rows bigint, total_exec_time double precision, min_exec_time double precision, max_exec_time double precision,
         first_seen timestamptz, last_seen timestamptz, samples jsonb, scans jsonb);

-- What could not be read when advising is refused now
SELECT pg_catalog.count(p.rows), pg_catalog.count(p.executions), pg_catalog.count(p.sampled_executions)
FROM perfadvisor.source_statements AS s
     CROSS JOIN LATERAL pg_catalog.jsonb_to_recordset(s.samples) AS p(
         query text, parameters text[], parameter_types text[], parameters_known boolean[],
         search_path text, exec_time double precision, rows bigint, executions bigint, sampled_executions bigint)
WHERE s.source = import_workload.source;

SELECT pg_catalog.count(pg_catalog.parse_ident(c.relation)), pg_catalog.count(c.rows)
FROM perfadvisor.source_statements AS s
     CROSS JOIN LATERAL pg_catalog.jsonb_to_recordset(s.scans) AS c(relation text, rows double precision)
WHERE s.source = import_workload.source;

INSERT INTO perfadvisor.source_indexes (source, index, relation, scans, last_scan)
SELECT import_workload.source, i.index, i.relation, i.scans, i.last_scan
FROM pg_catalog.jsonb_to_recordset(document -> 'indexes') AS i(index text, relation text, scans bigint, last_scan timestamptz)
ON CONFLICT DO NOTHING;

INSERT INTO perfadvisor.source_tables (source, relation, pages, rows, visible_pages, columns)
SELECT import_workload.source, t.relation, t.pages, t.rows, t.visible_pages, t.columns
FROM pg_catalog.jsonb_to_recordset(COALESCE(document -> 'tables', '[]')) AS t(
         relation text, pages double precision, rows double precision, visible_pages double precision, columns jsonb)
ON CONFLICT DO NOTHING;

-- As above
SELECT pg_catalog.count(pg_catalog.parse_ident(t.relation))
FROM perfadvisor.source_tables AS t
WHERE t.source = import_workload.source;

SELECT pg_catalog.count(k.width)
FROM perfadvisor.source_tables AS t
     CROSS JOIN LATERAL pg_catalog.jsonb_to_recordset(t.columns) AS k(
         "column" text, expression text, inherited boolean, null_share real, width integer, "distinct" real, correlation real,
         common_shares real[], element_shares real[], element_counts real[], common text, bounds text, elements text)
WHERE t.source = import_workload.source;

SELECT pg_catalog.count(*) FROM perfadvisor.source_statements AS s WHERE s.source = import_workload.source;
END;

COMMENT ON FUNCTION perfadvisor.import_workload(jsonb, text, name) IS
'Takes in the workload of another server under a name, in place of what was there under that name, and returns how many statements it has; they are planned as the role of the same name here, or as the one given';

CREATE FUNCTION perfadvisor.import_workload(document text, source text, role name DEFAULT NULL) RETURNS bigint
LANGUAGE SQL VOLATILE PARALLEL UNSAFE CALLED ON NULL INPUT SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
-- said at once: reading it takes minutes
SELECT perfadvisor.raise('the document is larger than 256 MB', pg_catalog.format('It has %s.', pg_catalog.pg_size_pretty(pg_catalog.octet_length(document)::bigint)),
    'Export with fewer statements: perfadvisor.max_statements there is what limits them.')
WHERE pg_catalog.octet_length(document) > 268435456;
SELECT perfadvisor.import_workload(document::jsonb, import_workload.source, import_workload.role);
END;

COMMENT ON FUNCTION perfadvisor.import_workload(text, text, name) IS 'The same for a document as text, of at most 256 MB';

-- Citus: shards of distributed tables
CREATE FUNCTION perfadvisor.citus_shards(OUT schema text, OUT shard text, OUT relation text)
RETURNS SETOF record
LANGUAGE C STABLE PARALLEL RESTRICTED STRICT
AS 'MODULE_PATHNAME', 'pa_citus_shards';

COMMENT ON FUNCTION perfadvisor.citus_shards() IS
'Where Citus is installed, the shards of distributed tables and of their indexes, and what they are shards of';

CREATE FUNCTION perfadvisor.rename_relations(query text, schemas text[], names text[], other_names text[]) RETURNS text
LANGUAGE C IMMUTABLE PARALLEL SAFE STRICT
AS 'MODULE_PATHNAME', 'pa_rename_relations';

COMMENT ON FUNCTION perfadvisor.rename_relations(text, text[], text[], text[]) IS
'The text of a statement with other names of relations, each given by its schema and name; what comes before its first word is left out';

CREATE FUNCTION perfadvisor.map_shards(documents jsonb[], shards jsonb) RETURNS jsonb
LANGUAGE SQL STABLE PARALLEL SAFE STRICT
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
WITH names AS MATERIALIZED (
    SELECT pg_catalog.array_agg(n.schema) AS schemas, pg_catalog.array_agg(n.shard) AS shards, pg_catalog.array_agg(n.relation) AS relations
    FROM pg_catalog.jsonb_to_recordset(map_shards.shards) AS n(schema text, shard text, relation text)
), relations AS MATERIALIZED (
    SELECT DISTINCT ON (n.schema, n.shard) pg_catalog.format('%I.%I', n.schema, n.shard) AS shard,
           pg_catalog.format('%I.%I', n.schema, n.relation) AS relation
    FROM pg_catalog.jsonb_to_recordset(map_shards.shards) AS n(schema text, shard text, relation text)
), given AS MATERIALIZED (
    SELECT d.document FROM pg_catalog.unnest(map_shards.documents) AS d(document)
), named AS MATERIALIZED (
    SELECT s.*, perfadvisor.rename_relations(s.query, n.schemas, n.shards, n.relations) AS renamed
    FROM given AS g
         CROSS JOIN names AS n
         CROSS JOIN LATERAL pg_catalog.jsonb_to_recordset(g.document -> 'statements') AS s(
             rolname text, queryid bigint, toplevel boolean, statement_class text, query text, calls bigint, failures bigint,
             rows bigint, total_exec_time double precision, min_exec_time double precision, max_exec_time double precision,
             first_seen timestamptz, last_seen timestamptz, samples jsonb)
), mapped AS MATERIALIZED (
    -- what names no shard was not sent by Citus to a table of its own
    SELECT n.* FROM named AS n WHERE n.renamed <> n.query
), samples AS MATERIALIZED (
    SELECT r.rolname, r.toplevel, r.statement_class, r.renamed,
           pg_catalog.jsonb_agg(r.sample || pg_catalog.jsonb_build_object('query',
               perfadvisor.rename_relations(r.sample ->> 'query', n.schemas, n.shards, n.relations)) ORDER BY r.place) AS samples
    FROM (SELECT o.*, pg_catalog.row_number() OVER (PARTITION BY o.rolname, o.toplevel, o.statement_class, o.renamed
                                                    ORDER BY o.slowness = 1 DESC, pg_catalog.hashtextextended(o.sample::text, 0)) AS place
          FROM (SELECT m.rolname, m.toplevel, m.statement_class, m.renamed, p.sample,
                       pg_catalog.row_number() OVER (PARTITION BY m.rolname, m.toplevel, m.statement_class, m.renamed
                                                     ORDER BY (p.sample ->> 'exec_time')::double precision DESC) AS slowness
                FROM mapped AS m CROSS JOIN LATERAL pg_catalog.jsonb_array_elements(m.samples) AS p(sample)) AS o) AS r
         CROSS JOIN names AS n
    WHERE r.place <= 4 AND r.sample ->> 'query' IS NOT NULL
    GROUP BY r.rolname, r.toplevel, r.statement_class, r.renamed
), merged AS MATERIALIZED (
    SELECT m.rolname, m.toplevel, m.statement_class, m.renamed, pg_catalog.min(m.queryid) AS queryid,
           pg_catalog.sum(m.calls) AS calls, pg_catalog.sum(m.failures) AS failures, pg_catalog.sum(m.rows) AS rows,
           pg_catalog.sum(m.total_exec_time) AS total_exec_time, pg_catalog.min(m.min_exec_time) AS min_exec_time,
           pg_catalog.max(m.max_exec_time) AS max_exec_time, pg_catalog.min(m.first_seen) AS first_seen, pg_catalog.max(m.last_seen) AS last_seen
    FROM mapped AS m
    GROUP BY m.rolname, m.toplevel, m.statement_class, m.renamed
)
SELECT COALESCE((SELECT g.document - 'statements' - 'indexes' - 'tables' FROM given AS g LIMIT 1), '{}')
    || pg_catalog.jsonb_build_object(
    'exported_at', (SELECT pg_catalog.min((g.document ->> 'exported_at')::timestamptz) FROM given AS g),
    'recorded_since', (SELECT pg_catalog.min((g.document ->> 'recorded_since')::timestamptz) FROM given AS g),
    'redacted', (SELECT pg_catalog.bool_or((g.document ->> 'redacted')::boolean) FROM given AS g),
    'statements', COALESCE((
        SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object(
            'rolname', m.rolname, 'queryid', m.queryid::text, 'toplevel', m.toplevel, 'statement_class', m.statement_class,
            'query', m.renamed, 'calls', m.calls, 'failures', m.failures, 'rows', m.rows,
            'total_exec_time', m.total_exec_time, 'min_exec_time', m.min_exec_time, 'max_exec_time', m.max_exec_time,
            'first_seen', m.first_seen, 'last_seen', m.last_seen, 'samples', COALESCE(s.samples, '[]'))
            ORDER BY m.total_exec_time DESC, m.queryid)
        FROM merged AS m
             LEFT JOIN samples AS s ON s.rolname = m.rolname AND s.toplevel = m.toplevel
                                   AND s.statement_class = m.statement_class AND s.renamed = m.renamed), '[]'),
    'indexes', COALESCE((
        SELECT pg_catalog.jsonb_agg(pg_catalog.to_jsonb(x) ORDER BY x.index)
        FROM (SELECT r.relation AS index, pg_catalog.min(t.relation) AS relation, pg_catalog.sum(i.scans) AS scans, pg_catalog.max(i.last_scan) AS last_scan
              FROM given AS g
                   CROSS JOIN LATERAL pg_catalog.jsonb_to_recordset(g.document -> 'indexes') AS i(
                       index text, relation text, scans bigint, last_scan timestamptz)
                   JOIN relations AS r ON r.shard = i.index
                   JOIN relations AS t ON t.shard = i.relation
              GROUP BY r.relation) AS x), '[]'),
    -- a statement runs on one shard: tables are planned as large as their largest
    'tables', COALESCE((
        SELECT pg_catalog.jsonb_agg(x.stats || pg_catalog.jsonb_build_object('relation', x.relation) ORDER BY x.relation)
        FROM (SELECT DISTINCT ON (r.relation) r.relation, t.stats
              FROM given AS g
                   CROSS JOIN LATERAL pg_catalog.jsonb_array_elements(COALESCE(g.document -> 'tables', '[]')) AS t(stats)
                   JOIN relations AS r ON r.shard = t.stats ->> 'relation'
              ORDER BY r.relation, (t.stats ->> 'rows')::double precision DESC) AS x), '[]'));
END;

COMMENT ON FUNCTION perfadvisor.map_shards(jsonb[], jsonb) IS
'Makes one document of those of the workers of Citus: of statements on shards, statements on the tables that they are shards of, those of several shards as one';

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
       w.total_exec_time, w.error, w.error_at, w.added_by, w.failures,
       CASE WHEN w.connection IS NOT NULL THEN COALESCE(w.next_pull, pg_catalog.now()) END AS next_pull
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
COMMENT ON COLUMN perfadvisor.sources.added_by IS 'Role that added it, and that is used to connect';
COMMENT ON COLUMN perfadvisor.sources.failures IS 'Attempts in a row that have failed';
COMMENT ON COLUMN perfadvisor.sources.next_pull IS 'When it is fetched next, at the first snapshot after that; NULL for one that is imported';

CREATE FUNCTION perfadvisor.add_source(source text, connection text, role name DEFAULT NULL) RETURNS void
LANGUAGE C VOLATILE PARALLEL UNSAFE CALLED ON NULL INPUT
AS 'MODULE_PATHNAME', 'pa_add_source';

COMMENT ON FUNCTION perfadvisor.add_source(text, text, name) IS
'Names another server whose workload is fetched regularly, through dblink and with the rights of the role that calls this, by a foreign server or a connection string; citus:workers stands for all workers of Citus';

CREATE FUNCTION perfadvisor.pull_sources() RETURNS integer
LANGUAGE C VOLATILE PARALLEL UNSAFE STRICT
AS 'MODULE_PATHNAME', 'pa_pull_sources';

COMMENT ON FUNCTION perfadvisor.pull_sources() IS
'Fetches the workload of every source that has a connection now, and returns how many it could fetch; see sources.error for the others';

CREATE FUNCTION perfadvisor.sources_due() RETURNS boolean
LANGUAGE SQL STABLE PARALLEL SAFE STRICT
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
SELECT EXISTS (SELECT FROM perfadvisor.workload_sources AS w
               WHERE w.connection IS NOT NULL AND COALESCE(w.next_pull <= pg_catalog.clock_timestamp(), true));
END;

COMMENT ON FUNCTION perfadvisor.sources_due() IS 'Whether the workload of another server is to be fetched, for the worker that takes snapshots';
