-- record: what happened to statements

CREATE FUNCTION perfadvisor.recorded_statements(
    OUT dbid oid, OUT userid oid, OUT queryid bigint, OUT toplevel boolean,
    OUT statement_class text, OUT query text,
    OUT calls bigint, OUT failures bigint, OUT rows bigint,
    OUT total_exec_time double precision, OUT min_exec_time double precision,
    OUT max_exec_time double precision, OUT mean_exec_time double precision,
    OUT stddev_exec_time double precision,
    OUT p50_exec_time double precision, OUT p95_exec_time double precision,
    OUT p99_exec_time double precision, OUT total_plan_time double precision,
    OUT shared_blks_hit bigint, OUT shared_blks_read bigint,
    OUT temp_blks_written bigint, OUT wal_bytes bigint, OUT seq_rows_read bigint,
    OUT first_seen timestamptz, OUT last_seen timestamptz,
    OUT failed_exec_time double precision, OUT relations_hash bigint,
    OUT jit_functions bigint, OUT jit_time double precision)
RETURNS SETOF record
AS 'MODULE_PATHNAME', 'pa_read_statements'
LANGUAGE C STRICT VOLATILE PARALLEL SAFE ROWS 1000;

COMMENT ON FUNCTION perfadvisor.recorded_statements() IS
'The statement table, as far as the current role may see it; the statements view shows it with names.';

CREATE VIEW perfadvisor.statements AS
SELECT d.datname, r.rolname, s.queryid, s.toplevel, s.statement_class, s.query,
       s.calls, s.failures, s.rows,
       s.total_exec_time, s.min_exec_time, s.max_exec_time, s.mean_exec_time,
       s.stddev_exec_time, s.p50_exec_time, s.p95_exec_time, s.p99_exec_time,
       s.total_plan_time, s.shared_blks_hit, s.shared_blks_read,
       s.temp_blks_written, s.wal_bytes, s.seq_rows_read, s.first_seen, s.last_seen,
       s.failed_exec_time, s.jit_functions, s.jit_time
FROM perfadvisor.recorded_statements() AS s
     LEFT JOIN pg_catalog.pg_database AS d ON d.oid OPERATOR(pg_catalog.=) s.dbid
     LEFT JOIN pg_catalog.pg_roles AS r ON r.oid OPERATOR(pg_catalog.=) s.userid;

COMMENT ON VIEW perfadvisor.statements IS 'One row per statement, role, database and level that ran since the last reset';
COMMENT ON COLUMN perfadvisor.statements.datname IS 'Database it ran in, NULL once that is dropped';
COMMENT ON COLUMN perfadvisor.statements.rolname IS 'Role that ran it, NULL once that is dropped';
COMMENT ON COLUMN perfadvisor.statements.queryid IS 'Id of the statement, the same as in pg_stat_statements; for utility statements the id of their command tag; before PostgreSQL 18 an id of our own for statements with lists of constants';
COMMENT ON COLUMN perfadvisor.statements.toplevel IS 'True when a client ran it, false when a function, a trigger or a utility statement did';
COMMENT ON COLUMN perfadvisor.statements.statement_class IS 'lookup, join, aggregate, write or utility';
COMMENT ON COLUMN perfadvisor.statements.query IS 'Its text with constants written as $n; the command tag for utility statements';
COMMENT ON COLUMN perfadvisor.statements.calls IS 'Executions that succeeded';
COMMENT ON COLUMN perfadvisor.statements.failures IS 'Executions that failed or were cancelled';
COMMENT ON COLUMN perfadvisor.statements.rows IS 'Rows returned or affected by all calls';
COMMENT ON COLUMN perfadvisor.statements.total_exec_time IS 'Execution time of all calls, ms';
COMMENT ON COLUMN perfadvisor.statements.min_exec_time IS 'Shortest call, ms';
COMMENT ON COLUMN perfadvisor.statements.max_exec_time IS 'Longest call, ms';
COMMENT ON COLUMN perfadvisor.statements.mean_exec_time IS 'Mean time of a call, ms';
COMMENT ON COLUMN perfadvisor.statements.stddev_exec_time IS 'Standard deviation of the time of calls, ms';
COMMENT ON COLUMN perfadvisor.statements.p50_exec_time IS 'Median time of a call, ms, within 6.25 %';
COMMENT ON COLUMN perfadvisor.statements.p95_exec_time IS '95th percentile of the time of calls, ms, within 6.25 %';
COMMENT ON COLUMN perfadvisor.statements.p99_exec_time IS '99th percentile of the time of calls, ms, within 6.25 %';
COMMENT ON COLUMN perfadvisor.statements.total_plan_time IS 'Time spent in planning it, ms';
COMMENT ON COLUMN perfadvisor.statements.shared_blks_hit IS 'Blocks found in shared buffers';
COMMENT ON COLUMN perfadvisor.statements.shared_blks_read IS 'Blocks read into shared buffers';
COMMENT ON COLUMN perfadvisor.statements.temp_blks_written IS 'Temporary blocks written by sorts and hashes';
COMMENT ON COLUMN perfadvisor.statements.wal_bytes IS 'WAL written, bytes';
COMMENT ON COLUMN perfadvisor.statements.seq_rows_read IS 'Rows read by sequential scans, scaled up from sampled executions';
COMMENT ON COLUMN perfadvisor.statements.first_seen IS 'Start of the first execution';
COMMENT ON COLUMN perfadvisor.statements.last_seen IS 'Start of the latest execution';
COMMENT ON COLUMN perfadvisor.statements.failed_exec_time IS 'Time of executions that failed, ms';
COMMENT ON COLUMN perfadvisor.statements.jit_functions IS 'Functions that just-in-time compilation made';
COMMENT ON COLUMN perfadvisor.statements.jit_time IS 'Time that just-in-time compilation took, ms';

CREATE FUNCTION perfadvisor.recorded_samples(
    OUT dbid oid, OUT userid oid, OUT queryid bigint, OUT toplevel boolean,
    OUT started_at timestamptz, OUT exec_time double precision, OUT rows bigint,
    OUT query text, OUT parameters text[], OUT parameter_types regtype[],
    OUT parameters_known boolean[], OUT search_path text,
    OUT executions bigint, OUT sampled_executions bigint)
RETURNS SETOF record
AS 'MODULE_PATHNAME', 'pa_read_samples'
LANGUAGE C STRICT VOLATILE PARALLEL SAFE ROWS 1000;

COMMENT ON FUNCTION perfadvisor.recorded_samples() IS
'The samples of statements whose constants the current role may see; the statement_samples view shows them with names.';

CREATE VIEW perfadvisor.statement_samples AS
SELECT d.datname, r.rolname, s.queryid, s.toplevel, s.started_at, s.exec_time,
       s.rows, s.query, s.parameters, s.parameter_types, s.parameters_known,
       s.search_path, s.executions, s.sampled_executions
FROM perfadvisor.recorded_samples() AS s
     LEFT JOIN pg_catalog.pg_database AS d ON d.oid OPERATOR(pg_catalog.=) s.dbid
     LEFT JOIN pg_catalog.pg_roles AS r ON r.oid OPERATOR(pg_catalog.=) s.userid;

COMMENT ON VIEW perfadvisor.statement_samples IS 'Executions of each statement that are kept with their constants: the first, the slowest, the latest, the dearest by the planner''s cost and some others';
COMMENT ON COLUMN perfadvisor.statement_samples.datname IS 'Database it ran in';
COMMENT ON COLUMN perfadvisor.statement_samples.rolname IS 'Role that ran it';
COMMENT ON COLUMN perfadvisor.statement_samples.queryid IS 'Id of the statement';
COMMENT ON COLUMN perfadvisor.statement_samples.toplevel IS 'True when a client ran it';
COMMENT ON COLUMN perfadvisor.statement_samples.started_at IS 'Start of the execution';
COMMENT ON COLUMN perfadvisor.statement_samples.exec_time IS 'Time of the slowest execution with these constants that was sampled, ms';
COMMENT ON COLUMN perfadvisor.statement_samples.rows IS 'Rows it returned or affected';
COMMENT ON COLUMN perfadvisor.statement_samples.query IS 'Its text as it ran; variables of functions are written as $n';
COMMENT ON COLUMN perfadvisor.statement_samples.parameters IS 'Values of $1, $2, ...; NULL also where not known';
COMMENT ON COLUMN perfadvisor.statement_samples.parameter_types IS 'Their types';
COMMENT ON COLUMN perfadvisor.statement_samples.parameters_known IS 'False for values that were too long or of a type that is not printed';
COMMENT ON COLUMN perfadvisor.statement_samples.search_path IS 'The setting while it ran';
COMMENT ON COLUMN perfadvisor.statement_samples.executions IS 'Executions with these constants among sampled_executions';
COMMENT ON COLUMN perfadvisor.statement_samples.sampled_executions IS 'Executions of the statement whose constants were looked at, from this one on';

CREATE FUNCTION perfadvisor.statement_histogram(
    queryid bigint, OUT from_time double precision, OUT to_time double precision,
    OUT calls bigint)
RETURNS SETOF record
AS 'MODULE_PATHNAME', 'pa_read_histogram'
LANGUAGE C STRICT VOLATILE PARALLEL SAFE ROWS 50;

COMMENT ON FUNCTION perfadvisor.statement_histogram(bigint) IS
'Calls of a statement in the current database by execution time: one row per bucket that is not empty, bounds in ms';

CREATE FUNCTION perfadvisor.recorded_slow_queries(
    OUT started_at timestamptz, OUT exec_time double precision,
    OUT dbid oid, OUT userid oid, OUT application_name text, OUT queryid bigint,
    OUT toplevel boolean, OUT query text, OUT parameters text[], OUT rows bigint,
    OUT plan text, OUT sqlstate text, OUT error text)
RETURNS SETOF record
AS 'MODULE_PATHNAME', 'pa_read_slow_queries'
LANGUAGE C STRICT VOLATILE PARALLEL SAFE ROWS 500;

COMMENT ON FUNCTION perfadvisor.recorded_slow_queries() IS
'Slow and failed executions, as far as the current role may see them; the slow_queries view shows them with names.';

CREATE VIEW perfadvisor.slow_queries AS
SELECT q.started_at, q.exec_time, d.datname, r.rolname, q.application_name,
       q.queryid, COALESCE(q.query, s.query) AS query, q.parameters, q.rows,
       q.plan, q.sqlstate, q.error, q.toplevel
FROM perfadvisor.recorded_slow_queries() AS q
     LEFT JOIN (SELECT s.dbid, s.queryid, pg_catalog.min(s.query) AS query
                FROM perfadvisor.recorded_statements() AS s
                GROUP BY s.dbid, s.queryid) AS s
         ON q.query IS NULL AND s.dbid OPERATOR(pg_catalog.=) q.dbid
            AND s.queryid OPERATOR(pg_catalog.=) q.queryid
     LEFT JOIN pg_catalog.pg_database AS d ON d.oid OPERATOR(pg_catalog.=) q.dbid
     LEFT JOIN pg_catalog.pg_roles AS r ON r.oid OPERATOR(pg_catalog.=) q.userid;

COMMENT ON VIEW perfadvisor.slow_queries IS 'The latest executions that took at least perfadvisor.slow_query_time, and the latest that failed';
COMMENT ON COLUMN perfadvisor.slow_queries.started_at IS 'Start of the execution';
COMMENT ON COLUMN perfadvisor.slow_queries.exec_time IS 'Execution time, ms; of failed ones until they failed';
COMMENT ON COLUMN perfadvisor.slow_queries.datname IS 'Database it ran in';
COMMENT ON COLUMN perfadvisor.slow_queries.rolname IS 'Role that ran it';
COMMENT ON COLUMN perfadvisor.slow_queries.application_name IS 'Application that ran it';
COMMENT ON COLUMN perfadvisor.slow_queries.queryid IS 'Id of the statement, NULL when the server could not analyse it';
COMMENT ON COLUMN perfadvisor.slow_queries.query IS 'Its text as it ran, clipped for failed ones; normalised where constants are not kept';
COMMENT ON COLUMN perfadvisor.slow_queries.parameters IS 'Values of $1, $2, ...';
COMMENT ON COLUMN perfadvisor.slow_queries.rows IS 'Rows returned or affected, NULL for failed ones';
COMMENT ON COLUMN perfadvisor.slow_queries.plan IS 'Its plan, NULL for failed ones and where constants are not kept';
COMMENT ON COLUMN perfadvisor.slow_queries.sqlstate IS 'SQLSTATE of the error, NULL when it succeeded';
COMMENT ON COLUMN perfadvisor.slow_queries.error IS 'Message of the error, NULL when it was caught or not logged';
COMMENT ON COLUMN perfadvisor.slow_queries.toplevel IS 'True when a client ran it';

CREATE FUNCTION perfadvisor.recorded_failures(
    OUT dbid oid, OUT userid oid, OUT queryid bigint, OUT relhash bigint, OUT toplevel boolean,
    OUT sqlstate text, OUT failures bigint, OUT total_exec_time double precision, OUT last_failure timestamptz)
RETURNS SETOF record
AS 'MODULE_PATHNAME', 'pa_read_failures'
LANGUAGE C STRICT VOLATILE PARALLEL SAFE ROWS 100;

COMMENT ON FUNCTION perfadvisor.recorded_failures() IS
'Failures by statement and SQLSTATE, as far as the current role may see them; the statement_failures view shows them with names.';

CREATE VIEW perfadvisor.statement_failures AS
SELECT d.datname, r.rolname, f.queryid, f.toplevel, s.query,
       pg_catalog."left"(f.sqlstate, 2) AS sqlstate_class, f.sqlstate,
       f.failures, f.total_exec_time, f.last_failure
FROM perfadvisor.recorded_failures() AS f
     LEFT JOIN (SELECT s.dbid, s.queryid, pg_catalog.min(s.query) AS query
                FROM perfadvisor.recorded_statements() AS s
                GROUP BY s.dbid, s.queryid) AS s
         ON s.dbid OPERATOR(pg_catalog.=) f.dbid AND s.queryid OPERATOR(pg_catalog.=) f.queryid
     LEFT JOIN pg_catalog.pg_database AS d ON d.oid OPERATOR(pg_catalog.=) f.dbid
     LEFT JOIN pg_catalog.pg_roles AS r ON r.oid OPERATOR(pg_catalog.=) f.userid;

COMMENT ON VIEW perfadvisor.statement_failures IS 'How often which statement failed with which SQLSTATE, cancelled and timed-out ones included';
COMMENT ON COLUMN perfadvisor.statement_failures.datname IS 'Database it ran in, NULL for what found no room in the table of failures';
COMMENT ON COLUMN perfadvisor.statement_failures.rolname IS 'Role that ran it';
COMMENT ON COLUMN perfadvisor.statement_failures.queryid IS 'Id of the statement, NULL when the server could not analyse it';
COMMENT ON COLUMN perfadvisor.statement_failures.toplevel IS 'True when a client ran it';
COMMENT ON COLUMN perfadvisor.statement_failures.query IS 'Normalised text of the statement';
COMMENT ON COLUMN perfadvisor.statement_failures.sqlstate_class IS 'Class of the SQLSTATE: its first two characters; 23 is an integrity constraint, 40 a rollback such as a deadlock, 57 an intervention such as a cancel request or a timeout';
COMMENT ON COLUMN perfadvisor.statement_failures.sqlstate IS 'SQLSTATE of the error, NULL for several together that found no room';
COMMENT ON COLUMN perfadvisor.statement_failures.failures IS 'How often it failed so';
COMMENT ON COLUMN perfadvisor.statement_failures.total_exec_time IS 'Time it had run until then, ms, all failures together';
COMMENT ON COLUMN perfadvisor.statement_failures.last_failure IS 'Start of the latest execution that failed so';

CREATE FUNCTION perfadvisor.recorded_seq_scans(
    OUT dbid oid, OUT userid oid, OUT relid oid, OUT filter_id bigint,
    OUT filter text, OUT queryid bigint, OUT scans bigint, OUT rows_read bigint,
    OUT rows_returned bigint, OUT estimate_error double precision,
    OUT total_exec_time double precision)
RETURNS SETOF record
AS 'MODULE_PATHNAME', 'pa_read_seq_scans'
LANGUAGE C STRICT VOLATILE PARALLEL SAFE ROWS 500;

COMMENT ON FUNCTION perfadvisor.recorded_seq_scans() IS
'Sequential scans of each statement in all databases, as far as the current role may see them; the seq_scans view groups those of the current database.';

CREATE VIEW perfadvisor.seq_scans AS
SELECT s.relid::pg_catalog.regclass AS relation,
       s.filter,
       pg_catalog.sum(s.scans)::bigint AS scans,
       pg_catalog.sum(s.rows_read)::bigint AS rows_read,
       pg_catalog.sum(s.rows_returned)::bigint AS rows_returned,
       (1.0 OPERATOR(pg_catalog.-)
           (pg_catalog.sum(s.rows_returned)
               OPERATOR(pg_catalog./) NULLIF(pg_catalog.sum(s.rows_read), 0)))::double precision
           AS removed_fraction,
       pg_catalog.max(s.estimate_error) AS estimate_error,
       pg_catalog.sum(s.total_exec_time) AS total_exec_time,
       pg_catalog.array_agg(DISTINCT s.queryid) FILTER (WHERE s.queryid IS NOT NULL) AS queryids,
       pg_catalog.current_database() AS datname
FROM perfadvisor.recorded_seq_scans() AS s
     JOIN pg_catalog.pg_database AS d ON d.oid OPERATOR(pg_catalog.=) s.dbid
     JOIN pg_catalog.pg_class AS c ON c.oid OPERATOR(pg_catalog.=) s.relid
WHERE d.datname OPERATOR(pg_catalog.=) pg_catalog.current_database()
GROUP BY s.relid, s.filter_id, s.filter;

COMMENT ON VIEW perfadvisor.seq_scans IS 'One row per relation of the current database and filter it was read sequentially with';
COMMENT ON COLUMN perfadvisor.seq_scans.relation IS 'The relation';
COMMENT ON COLUMN perfadvisor.seq_scans.filter IS 'What the scans kept, constants written as $n; NULL when they kept all';
COMMENT ON COLUMN perfadvisor.seq_scans.scans IS 'Scans from beginning to end, scaled up from sampled executions';
COMMENT ON COLUMN perfadvisor.seq_scans.rows_read IS 'Rows they read';
COMMENT ON COLUMN perfadvisor.seq_scans.rows_returned IS 'Rows that passed the filter';
COMMENT ON COLUMN perfadvisor.seq_scans.removed_fraction IS 'Fraction of the rows read that the filter threw away';
COMMENT ON COLUMN perfadvisor.seq_scans.estimate_error IS 'Worst factor between estimated and actual rows of a scan, NULL where scans stopped early';
COMMENT ON COLUMN perfadvisor.seq_scans.total_exec_time IS 'Execution time of the statements that did these scans, ms';
COMMENT ON COLUMN perfadvisor.seq_scans.queryids IS 'Ids of those statements';
COMMENT ON COLUMN perfadvisor.seq_scans.datname IS 'The current database';

CREATE FUNCTION perfadvisor.recorded_totals(
    OUT dbid oid, OUT userid oid, OUT statement_class text, OUT toplevel boolean,
    OUT calls bigint, OUT failures bigint, OUT rows bigint,
    OUT total_exec_time double precision, OUT failed_exec_time double precision,
    OUT total_plan_time double precision,
    OUT shared_blks_hit bigint, OUT shared_blks_read bigint,
    OUT temp_blks_written bigint, OUT wal_bytes bigint, OUT histogram bigint[])
RETURNS SETOF record
AS 'MODULE_PATHNAME', 'pa_read_totals'
LANGUAGE C STRICT VOLATILE PARALLEL SAFE ROWS 20;

COMMENT ON FUNCTION perfadvisor.recorded_totals() IS
'What all statements of a database, role, class and level did since the last reset, also those that made room for others; names are NULL for the rest of many roles';

CREATE FUNCTION perfadvisor.recorded_plans(
    OUT dbid oid, OUT userid oid, OUT queryid bigint, OUT toplevel boolean, OUT plan_id bigint,
    OUT executions bigint, OUT mean_exec_time double precision,
    OUT min_exec_time double precision, OUT max_exec_time double precision,
    OUT mean_rows double precision, OUT cost double precision,
    OUT first_seen timestamptz, OUT last_seen timestamptz, OUT plan text,
    OUT typical_exec_time double precision)
RETURNS SETOF record
AS 'MODULE_PATHNAME', 'pa_read_plans'
LANGUAGE C STRICT VOLATILE PARALLEL SAFE ROWS 1000;

COMMENT ON FUNCTION perfadvisor.recorded_plans() IS
'The plans that statements were seen to run with, as far as the current role may see them; the statement_plans view shows them with names.';

CREATE VIEW perfadvisor.statement_plans AS
SELECT d.datname, r.rolname, p.queryid, p.toplevel, p.plan_id, p.executions, p.mean_exec_time,
       p.typical_exec_time, p.min_exec_time, p.max_exec_time, p.mean_rows, p.cost, p.first_seen, p.last_seen, p.plan
FROM perfadvisor.recorded_plans() AS p
     LEFT JOIN pg_catalog.pg_database AS d ON d.oid OPERATOR(pg_catalog.=) p.dbid
     LEFT JOIN pg_catalog.pg_roles AS r ON r.oid OPERATOR(pg_catalog.=) p.userid;

COMMENT ON VIEW perfadvisor.statement_plans IS 'Different plans that each statement ran with, as seen in sampled executions, and when they first ran';
COMMENT ON COLUMN perfadvisor.statement_plans.datname IS 'Database it ran in, NULL once that is dropped';
COMMENT ON COLUMN perfadvisor.statement_plans.rolname IS 'Role that ran it';
COMMENT ON COLUMN perfadvisor.statement_plans.queryid IS 'Id of the statement';
COMMENT ON COLUMN perfadvisor.statement_plans.toplevel IS 'True when a client ran it';
COMMENT ON COLUMN perfadvisor.statement_plans.plan_id IS 'Tells plans apart by kinds of nodes, joins, tables and indexes';
COMMENT ON COLUMN perfadvisor.statement_plans.executions IS 'Sampled executions with it';
COMMENT ON COLUMN perfadvisor.statement_plans.mean_exec_time IS 'Mean time of these, ms';
COMMENT ON COLUMN perfadvisor.statement_plans.typical_exec_time IS 'Their geometric mean, ms, for which a few slow executions count little';
COMMENT ON COLUMN perfadvisor.statement_plans.min_exec_time IS 'Shortest of these, ms';
COMMENT ON COLUMN perfadvisor.statement_plans.max_exec_time IS 'Longest of these, ms';
COMMENT ON COLUMN perfadvisor.statement_plans.mean_rows IS 'Rows that one of these returned or affected';
COMMENT ON COLUMN perfadvisor.statement_plans.cost IS 'Planner cost of the latest of these';
COMMENT ON COLUMN perfadvisor.statement_plans.first_seen IS 'Start of the first of these';
COMMENT ON COLUMN perfadvisor.statement_plans.last_seen IS 'Start of the latest of these';
COMMENT ON COLUMN perfadvisor.statement_plans.plan IS 'The plan of the first of these, without costs; NULL where constants are not kept';

CREATE FUNCTION perfadvisor.query_tags(query text, OUT tag text, OUT value text)
RETURNS SETOF record
AS 'MODULE_PATHNAME', 'pa_query_tags'
LANGUAGE C STRICT STABLE PARALLEL SAFE ROWS 4;

COMMENT ON FUNCTION perfadvisor.query_tags(text) IS
'The tags that an application has written into comments of a statement: key=''value'' as sqlcommenter does, key:value as marginalia does';

CREATE VIEW perfadvisor.statement_tags AS
WITH statements AS (
    SELECT s.* FROM perfadvisor.recorded_statements() AS s WHERE s.queryid IS NOT NULL
), texts AS (
    SELECT s.dbid, s.userid, s.queryid, s.toplevel, s.query
    FROM perfadvisor.recorded_samples() AS s
    UNION ALL
    SELECT q.dbid, q.userid, q.queryid, q.toplevel, q.query
    FROM perfadvisor.recorded_slow_queries() AS q
    WHERE q.queryid IS NOT NULL AND q.query IS NOT NULL AND q.sqlstate IS NULL
), numbered AS (
    SELECT t.*, pg_catalog.count(*) OVER (PARTITION BY t.dbid, t.userid, t.queryid, t.toplevel) AS texts
    FROM texts AS t
), seen AS (
    SELECT n.dbid, n.userid, n.queryid, n.toplevel, t.tag, t.value,
           pg_catalog.count(*) OPERATOR(pg_catalog.=) pg_catalog.min(n.texts) AS always
    FROM numbered AS n CROSS JOIN LATERAL perfadvisor.query_tags(n.query) AS t
    GROUP BY n.dbid, n.userid, n.queryid, n.toplevel, t.tag, t.value
)
SELECT d.datname, t.tag, t.value,
       COALESCE(pg_catalog.sum(s.calls) FILTER (WHERE t.always), 0)::bigint AS calls,
       COALESCE(pg_catalog.sum(s.total_exec_time) FILTER (WHERE t.always), 0) AS total_exec_time,
       pg_catalog.sum(s.total_exec_time) FILTER (WHERE t.always)
           OPERATOR(pg_catalog./) NULLIF(pg_catalog.sum(s.calls) FILTER (WHERE t.always), 0)::double precision AS mean_exec_time,
       pg_catalog.array_agg(DISTINCT s.queryid) FILTER (WHERE t.always) AS queryids,
       pg_catalog.array_agg(DISTINCT s.queryid) FILTER (WHERE NOT t.always) AS shared_queryids
FROM seen AS t
     JOIN statements AS s
         ON s.dbid OPERATOR(pg_catalog.=) t.dbid AND s.userid OPERATOR(pg_catalog.=) t.userid
            AND s.queryid OPERATOR(pg_catalog.=) t.queryid AND s.toplevel OPERATOR(pg_catalog.=) t.toplevel
     LEFT JOIN pg_catalog.pg_database AS d ON d.oid OPERATOR(pg_catalog.=) t.dbid
GROUP BY d.datname, t.tag, t.value;

COMMENT ON VIEW perfadvisor.statement_tags IS 'Statements by the tags in the comments of their samples and slow executions';
COMMENT ON COLUMN perfadvisor.statement_tags.datname IS 'Database they ran in, NULL once that is dropped';
COMMENT ON COLUMN perfadvisor.statement_tags.tag IS 'Key of the tag';
COMMENT ON COLUMN perfadvisor.statement_tags.value IS 'Its value';
COMMENT ON COLUMN perfadvisor.statement_tags.calls IS 'Calls of the statements in queryids';
COMMENT ON COLUMN perfadvisor.statement_tags.total_exec_time IS 'Execution time of these calls, ms';
COMMENT ON COLUMN perfadvisor.statement_tags.mean_exec_time IS 'Mean time of one of these calls, ms; NULL when there are none';
COMMENT ON COLUMN perfadvisor.statement_tags.queryids IS 'Statements of which every kept text has this tag';
COMMENT ON COLUMN perfadvisor.statement_tags.shared_queryids IS 'Statements of which only some kept texts have this tag; their calls are not counted, as nobody knows how many of them had it';

CREATE FUNCTION perfadvisor.recorded_state(
    OUT statements_used bigint, OUT statements_room bigint,
    OUT statements_evicted bigint, OUT calls_lost bigint,
    OUT texts_dropped bigint, OUT text_bytes bigint, OUT text_bytes_room bigint,
    OUT samples bigint, OUT slow_used bigint, OUT slow_room bigint,
    OUT failed_used bigint, OUT failed_room bigint,
    OUT scans_used bigint, OUT scans_room bigint,
    OUT clock_ns double precision, OUT saved_at timestamptz,
    OUT query_ids boolean, OUT pending_used bigint, OUT pending_room bigint,
    OUT folds_skipped bigint, OUT sampled bigint, OUT sampling_time double precision,
    OUT failures_unidentified bigint, OUT evicted_lately bigint)
RETURNS SETOF record
AS 'MODULE_PATHNAME', 'pa_read_state'
LANGUAGE C STRICT VOLATILE PARALLEL RESTRICTED ROWS 1;

COMMENT ON FUNCTION perfadvisor.recorded_state() IS
'The numbers that the self_health view explains, in one row';

CREATE VIEW perfadvisor.self_health AS
SELECT h.item, h.value, h.bound, h.unit, h.status, h.message, h.remedy_sql
FROM (SELECT r.*,
             pg_catalog.date_part('epoch', pg_catalog.clock_timestamp() OPERATOR(pg_catalog.-)
                 COALESCE(r.saved_at, pg_catalog.pg_postmaster_start_time())) AS unsaved,
             pg_catalog.current_setting('perfadvisor.max_statements')::bigint AS max_statements
      FROM perfadvisor.recorded_state() AS r) AS s
     CROSS JOIN LATERAL (VALUES
    ('query_ids', s.query_ids::integer::double precision, NULL::double precision, 'boolean',
     CASE WHEN s.query_ids THEN 'ok' ELSE 'critical' END,
     CASE WHEN s.query_ids THEN 'Statements get the ids that they are recorded under.'
          ELSE 'Statements get no ids: only utility statements are recorded.' END,
     CASE WHEN NOT s.query_ids THEN 'ALTER SYSTEM SET compute_query_id = auto; SELECT pg_reload_conf()' END),
    ('statements', s.statements_used, s.statements_room, 'statements', 'ok',
     pg_catalog.format('The statement table has %s of %s entries in use.', s.statements_used, s.statements_room),
     NULL),
    ('statements_evicted', s.statements_evicted, NULL, 'statements',
     -- a larger table is one of the server's next start, so that is judged since the last one
     CASE WHEN s.evicted_lately OPERATOR(pg_catalog.>) s.statements_room THEN 'warning'
          WHEN s.statements_evicted OPERATOR(pg_catalog.>) 0 THEN 'info' ELSE 'ok' END,
     CASE WHEN s.statements_evicted OPERATOR(pg_catalog.=) 0 THEN 'No statement had to make room since the last reset.'
          ELSE pg_catalog.format('%s times since the last reset, %s since the server started, a statement that was not used lately made room for another (a warning over %s since the start).',
                   s.statements_evicted, s.evicted_lately, s.statements_room) END,
     CASE WHEN s.evicted_lately OPERATOR(pg_catalog.>) s.statements_room
          THEN pg_catalog.format('ALTER SYSTEM SET perfadvisor.max_statements = %s; -- then restart the server', s.max_statements OPERATOR(pg_catalog.*) 2) END),
    ('calls_lost', s.calls_lost, NULL, 'executions',
     CASE WHEN s.calls_lost OPERATOR(pg_catalog.>) 0 THEN 'info' ELSE 'ok' END,
     CASE WHEN s.calls_lost OPERATOR(pg_catalog.=) 0 THEN 'The statements view accounts for every execution recorded since the last reset.'
          ELSE pg_catalog.format('%s executions since the last reset were of statements that made room, and are no longer in the statements view.', s.calls_lost) END,
     NULL),
    ('texts_dropped', s.texts_dropped, NULL, 'strings',
     CASE WHEN s.texts_dropped OPERATOR(pg_catalog.>) 0 THEN 'warning' ELSE 'ok' END,
     CASE WHEN s.texts_dropped OPERATOR(pg_catalog.=) 0 THEN 'Every text, sample and plan found room since the server started.'
          ELSE pg_catalog.format('%s texts, samples or plans found no room since the server started.', s.texts_dropped) END,
     CASE WHEN s.texts_dropped OPERATOR(pg_catalog.>) 0
          THEN pg_catalog.format('ALTER SYSTEM SET perfadvisor.text_memory = ''%skB''; -- then restart the server', s.text_bytes_room OPERATOR(pg_catalog./) 512) END),
    ('text_memory', s.text_bytes, s.text_bytes_room, 'bytes', 'ok',
     pg_catalog.format('Texts, samples and plans take %s of %s, not counting what allocation rounds up.',
         pg_catalog.pg_size_pretty(s.text_bytes), pg_catalog.pg_size_pretty(s.text_bytes_room)),
     NULL),
    ('samples', s.samples, NULL, 'samples', 'ok',
     pg_catalog.format('%s executions are kept with their constants.', s.samples), NULL),
    ('slow_queries', s.slow_used, s.slow_room, 'executions', 'ok',
     pg_catalog.format('%s of %s slots for slow executions are in use; when all are, the oldest makes room.', s.slow_used, s.slow_room), NULL),
    ('failed_queries', s.failed_used, s.failed_room, 'executions', 'ok',
     pg_catalog.format('%s of %s slots for failed executions are in use; when all are, the oldest makes room.', s.failed_used, s.failed_room), NULL),
    ('failures_unidentified', s.failures_unidentified, NULL, 'errors', 'ok',
     pg_catalog.format('%s errors since the last reset were of statements that could not be analysed, or failed outside of their execution; the statements view does not have these, slow_queries has the latest.', s.failures_unidentified), NULL),
    ('seq_scans', s.scans_used, s.scans_room, 'scans', 'ok',
     pg_catalog.format('%s of %s rows for sequential scans are in use.', s.scans_used, s.scans_room), NULL),
    ('pending', s.pending_used, s.pending_room, 'slots', 'ok',
     pg_catalog.format('Sessions have %s of %s slots in use, where they count before the statement table does; readers see both.', s.pending_used, s.pending_room), NULL),
    ('folds_skipped', s.folds_skipped, NULL, 'folds', 'ok',
     pg_catalog.format('%s times since the server started a session put off moving its counts to the statement table, as somebody was reading that.', s.folds_skipped), NULL),
    ('sampling_time', s.sampling_time, NULL, 'milliseconds', 'ok',
     pg_catalog.format('Keeping constants, scans and plans of %s sampled executions, and of slow ones, took %s ms in all sessions since the server started.',
         s.sampled, pg_catalog.round(s.sampling_time::numeric, 1)), NULL),
    ('clock', s.clock_ns, NULL, 'nanoseconds',
     CASE WHEN s.clock_ns OPERATOR(pg_catalog.>) 200 THEN 'warning' ELSE 'ok' END,
     pg_catalog.format('Reading the clock takes %s ns, measured just now; each execution reads it twice.',
         pg_catalog.round(s.clock_ns::numeric, 1)) OPERATOR(pg_catalog.||)
         CASE WHEN s.clock_ns OPERATOR(pg_catalog.>) 200 THEN ' That is slow: see which clock source the operating system uses.' ELSE '' END,
     NULL),
    ('unsaved_time', s.unsaved, NULL, 'seconds',
     CASE WHEN s.unsaved OPERATOR(pg_catalog.>) 660 THEN 'warning' ELSE 'ok' END,
     CASE WHEN s.saved_at IS NULL THEN 'Nothing was saved since the server started; a crash would lose what was recorded since then.'
          ELSE pg_catalog.format('Saved last at %s; a crash would lose what was recorded since then.', s.saved_at) END,
     CASE WHEN s.unsaved OPERATOR(pg_catalog.>) 660 THEN 'SELECT perfadvisor.save()' END)
     ) AS h(item, value, bound, unit, status, message, remedy_sql);

COMMENT ON VIEW perfadvisor.self_health IS 'The recorder''s own state, one row per number, each with what it means';
COMMENT ON COLUMN perfadvisor.self_health.item IS 'What is told of';
COMMENT ON COLUMN perfadvisor.self_health.value IS 'The number, 1 or 0 for yes or no';
COMMENT ON COLUMN perfadvisor.self_health.bound IS 'What it cannot exceed, NULL where there is no bound';
COMMENT ON COLUMN perfadvisor.self_health.unit IS 'What value and bound count';
COMMENT ON COLUMN perfadvisor.self_health.status IS 'ok, info, warning or critical';
COMMENT ON COLUMN perfadvisor.self_health.message IS 'What it means, in a sentence';
COMMENT ON COLUMN perfadvisor.self_health.remedy_sql IS 'What would help, NULL where nothing is wrong';

CREATE FUNCTION perfadvisor.reset()
RETURNS void
AS 'MODULE_PATHNAME', 'pa_reset'
LANGUAGE C STRICT VOLATILE PARALLEL UNSAFE;

COMMENT ON FUNCTION perfadvisor.reset() IS 'Forgets what was recorded, in all databases, in memory and on disk';

CREATE FUNCTION perfadvisor.save()
RETURNS void
AS 'MODULE_PATHNAME', 'pa_save'
LANGUAGE C STRICT VOLATILE PARALLEL UNSAFE;

COMMENT ON FUNCTION perfadvisor.save() IS 'Writes what was recorded to disk now, as happens every five minutes and when the server shuts down';
