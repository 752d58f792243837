-- ---------------------------------------------------------------------------
-- History: what the counters said at earlier times

CREATE FUNCTION perfadvisor.recorded_latencies(
    OUT userid oid, OUT queryid bigint, OUT toplevel boolean, OUT relations_hash bigint,
    OUT histogram bigint[]
) RETURNS SETOF record
LANGUAGE C VOLATILE PARALLEL SAFE STRICT ROWS 1000
AS 'MODULE_PATHNAME', 'pa_read_latencies';

COMMENT ON FUNCTION perfadvisor.recorded_latencies() IS
'Latencies of the statements of the current database: pairs of bucket and count, to be read by the histogram functions';

CREATE FUNCTION perfadvisor.histogram_sum(bigint[], bigint[]) RETURNS bigint[]
LANGUAGE C IMMUTABLE PARALLEL SAFE CALLED ON NULL INPUT
AS 'MODULE_PATHNAME', 'pa_histogram_sum';

COMMENT ON FUNCTION perfadvisor.histogram_sum(bigint[], bigint[]) IS 'Two histograms together; NULL counts as empty';

CREATE FUNCTION perfadvisor.histogram_difference(bigint[], bigint[]) RETURNS bigint[]
LANGUAGE C IMMUTABLE PARALLEL SAFE STRICT
AS 'MODULE_PATHNAME', 'pa_histogram_difference';

COMMENT ON FUNCTION perfadvisor.histogram_difference(bigint[], bigint[]) IS 'What the first histogram has more than the second';

CREATE FUNCTION perfadvisor.histogram_percentile(histogram bigint[], fraction double precision) RETURNS double precision
LANGUAGE C IMMUTABLE PARALLEL SAFE STRICT
AS 'MODULE_PATHNAME', 'pa_histogram_at';

COMMENT ON FUNCTION perfadvisor.histogram_percentile(bigint[], double precision) IS
'Time in ms that a fraction of the executions of a histogram does not exceed, within 6.25 %; NULL for an empty histogram';

CREATE FUNCTION perfadvisor.histogram_deviation(histogram bigint[]) RETURNS double precision
LANGUAGE C IMMUTABLE PARALLEL SAFE STRICT
AS 'MODULE_PATHNAME', 'pa_histogram_deviation';

COMMENT ON FUNCTION perfadvisor.histogram_deviation(bigint[]) IS
'Standard deviation of the times of a histogram, ms; NULL for fewer than two executions';

CREATE FUNCTION perfadvisor.histogram_over(histogram bigint[], time_limit double precision) RETURNS bigint
LANGUAGE C IMMUTABLE PARALLEL SAFE STRICT
AS 'MODULE_PATHNAME', 'pa_histogram_over';

COMMENT ON FUNCTION perfadvisor.histogram_over(bigint[], double precision) IS
'Executions of a histogram that took longer than a time in ms; a bucket that contains the time counts in proportion';

CREATE AGGREGATE perfadvisor.histogram_total(bigint[]) (
    SFUNC = perfadvisor.histogram_sum, STYPE = bigint[], INITCOND = '{}',
    COMBINEFUNC = perfadvisor.histogram_sum, PARALLEL = SAFE
);

COMMENT ON AGGREGATE perfadvisor.histogram_total(bigint[]) IS 'Several histograms together';

-- Tables. Names, not OIDs, where a dump keeps them; what only describes this server is not dumped. While a dump is being restored a
-- snapshot may be taken, so what both would insert has no unique key: numbers come from the clock, and from what a statement is.

CREATE TABLE perfadvisor.snapshot_log (
    snapshot_id bigint PRIMARY KEY,
    from_time timestamptz NOT NULL,
    taken_at timestamptz NOT NULL,
    label text,
    baseline boolean NOT NULL DEFAULT false,
    index_change boolean NOT NULL DEFAULT false,
    merged integer NOT NULL DEFAULT 1,
    take_time double precision NOT NULL DEFAULT 0
);

COMMENT ON TABLE perfadvisor.snapshot_log IS 'Moments at which the counters were kept; each stands for the time since the one before';
COMMENT ON COLUMN perfadvisor.snapshot_log.snapshot_id IS 'Ascending by time: the millisecond that it was taken in, since 1970';
COMMENT ON COLUMN perfadvisor.snapshot_log.from_time IS 'Beginning of the time that the snapshot stands for';
COMMENT ON COLUMN perfadvisor.snapshot_log.taken_at IS 'Its end';
COMMENT ON COLUMN perfadvisor.snapshot_log.label IS 'Name given by whoever asked for it';
COMMENT ON COLUMN perfadvisor.snapshot_log.baseline IS 'True when later times are to be compared with those before it';
COMMENT ON COLUMN perfadvisor.snapshot_log.index_change IS 'True when it was taken because an index had just been created or dropped';
COMMENT ON COLUMN perfadvisor.snapshot_log.merged IS 'Snapshots that it was made of: those of more than a day ago are merged by the hour';
COMMENT ON COLUMN perfadvisor.snapshot_log.take_time IS 'What taking it took, ms';

CREATE TABLE perfadvisor.snapshot_statements (
    statement_id bigint NOT NULL,
    rolname text NOT NULL,
    queryid bigint NOT NULL,
    toplevel boolean NOT NULL,
    relations_hash bigint NOT NULL,
    statement_class text NOT NULL,
    query text,
    first_noted timestamptz NOT NULL
);
CREATE INDEX snapshot_statements_statement_id ON perfadvisor.snapshot_statements (statement_id);
CREATE INDEX snapshot_statements_queryid ON perfadvisor.snapshot_statements (queryid);

COMMENT ON TABLE perfadvisor.snapshot_statements IS 'Statements that snapshots count, each once';
COMMENT ON COLUMN perfadvisor.snapshot_statements.statement_id IS 'Hash of the next four columns';
COMMENT ON COLUMN perfadvisor.snapshot_statements.rolname IS 'Role that ran it';
COMMENT ON COLUMN perfadvisor.snapshot_statements.queryid IS 'Id of the statement';
COMMENT ON COLUMN perfadvisor.snapshot_statements.toplevel IS 'True when a client ran it';
COMMENT ON COLUMN perfadvisor.snapshot_statements.relations_hash IS 'Tells statements with the same id apart that name other relations, 18 and newer';
COMMENT ON COLUMN perfadvisor.snapshot_statements.statement_class IS 'lookup, join, aggregate, write or utility';
COMMENT ON COLUMN perfadvisor.snapshot_statements.query IS 'Its text with constants written as $n';
COMMENT ON COLUMN perfadvisor.snapshot_statements.first_noted IS 'Start of its first execution that a snapshot counts';

CREATE TABLE perfadvisor.snapshot_counts (
    snapshot_id bigint NOT NULL REFERENCES perfadvisor.snapshot_log ON DELETE CASCADE,
    statement_id bigint NOT NULL,
    calls bigint NOT NULL,
    failures bigint NOT NULL,
    rows bigint NOT NULL,
    total_exec_time double precision NOT NULL,
    total_plan_time double precision NOT NULL,
    shared_blks_hit bigint NOT NULL,
    shared_blks_read bigint NOT NULL,
    temp_blks_written bigint NOT NULL,
    wal_bytes bigint NOT NULL,
    seq_rows_read bigint NOT NULL,
    histogram bigint[] NOT NULL,
    PRIMARY KEY (statement_id, snapshot_id)
);
CREATE INDEX snapshot_counts_snapshot_id ON perfadvisor.snapshot_counts (snapshot_id);

COMMENT ON TABLE perfadvisor.snapshot_counts IS 'What each statement did in the time that a snapshot stands for; statements that did not run have no row';
COMMENT ON COLUMN perfadvisor.snapshot_counts.snapshot_id IS 'The snapshot';
COMMENT ON COLUMN perfadvisor.snapshot_counts.statement_id IS 'The statement';
COMMENT ON COLUMN perfadvisor.snapshot_counts.calls IS 'Executions that succeeded';
COMMENT ON COLUMN perfadvisor.snapshot_counts.failures IS 'Executions that failed';
COMMENT ON COLUMN perfadvisor.snapshot_counts.rows IS 'Rows returned or affected';
COMMENT ON COLUMN perfadvisor.snapshot_counts.total_exec_time IS 'Execution time, ms';
COMMENT ON COLUMN perfadvisor.snapshot_counts.total_plan_time IS 'Planning time, ms';
COMMENT ON COLUMN perfadvisor.snapshot_counts.shared_blks_hit IS 'Blocks found in shared buffers';
COMMENT ON COLUMN perfadvisor.snapshot_counts.shared_blks_read IS 'Blocks read into shared buffers';
COMMENT ON COLUMN perfadvisor.snapshot_counts.temp_blks_written IS 'Temporary blocks written';
COMMENT ON COLUMN perfadvisor.snapshot_counts.wal_bytes IS 'WAL written, bytes';
COMMENT ON COLUMN perfadvisor.snapshot_counts.seq_rows_read IS 'Rows read by sequential scans';
COMMENT ON COLUMN perfadvisor.snapshot_counts.histogram IS 'Latencies, see histogram_percentile()';

CREATE TABLE perfadvisor.snapshot_numbers (
    snapshot_id bigint NOT NULL REFERENCES perfadvisor.snapshot_log ON DELETE CASCADE,
    name text NOT NULL,
    value double precision NOT NULL,
    PRIMARY KEY (name, snapshot_id)
);
CREATE INDEX snapshot_numbers_snapshot_id ON perfadvisor.snapshot_numbers (snapshot_id);

COMMENT ON TABLE perfadvisor.snapshot_numbers IS 'Counters of the server and the database when a snapshot was taken; they only grow until somebody resets them';
COMMENT ON COLUMN perfadvisor.snapshot_numbers.snapshot_id IS 'The snapshot';
COMMENT ON COLUMN perfadvisor.snapshot_numbers.name IS 'transaction_id, multixact_id, wal_bytes, or a counter of pg_stat_database';
COMMENT ON COLUMN perfadvisor.snapshot_numbers.value IS 'Its value';

CREATE TABLE perfadvisor.events (
    event_id bigint GENERATED BY DEFAULT AS IDENTITY,
    not_before timestamptz,
    noted_at timestamptz NOT NULL,
    kind text NOT NULL,
    object text NOT NULL,
    relation text,
    detail jsonb NOT NULL DEFAULT '{}'
);
CREATE INDEX events_noted_at ON perfadvisor.events (noted_at);

COMMENT ON TABLE perfadvisor.events IS 'What changed between snapshots and may explain that statements got slower or faster';
COMMENT ON COLUMN perfadvisor.events.event_id IS 'Number of the event';
COMMENT ON COLUMN perfadvisor.events.not_before IS 'It happened after this time, NULL where that is not known';
COMMENT ON COLUMN perfadvisor.events.noted_at IS 'And not after this time';
COMMENT ON COLUMN perfadvisor.events.kind IS 'index_created, index_dropped, setting_changed, server_started or recording_reset';
COMMENT ON COLUMN perfadvisor.events.object IS 'Name of the index or setting';
COMMENT ON COLUMN perfadvisor.events.relation IS 'Table of the index';
COMMENT ON COLUMN perfadvisor.events.detail IS 'Definition of the index, or old and new value';

-- The state at the last snapshot, which the next one is compared with

CREATE TABLE perfadvisor.snapshot_state (
    statement_id bigint PRIMARY KEY,
    first_seen timestamptz NOT NULL,
    calls bigint NOT NULL,
    failures bigint NOT NULL,
    rows bigint NOT NULL,
    total_exec_time double precision NOT NULL,
    total_plan_time double precision NOT NULL,
    shared_blks_hit bigint NOT NULL,
    shared_blks_read bigint NOT NULL,
    temp_blks_written bigint NOT NULL,
    wal_bytes bigint NOT NULL,
    seq_rows_read bigint NOT NULL,
    histogram bigint[] NOT NULL
) WITH (fillfactor = 60);

COMMENT ON TABLE perfadvisor.snapshot_state IS 'Counters of each statement at the last snapshot, in this server';
COMMENT ON COLUMN perfadvisor.snapshot_state.statement_id IS 'The statement';
COMMENT ON COLUMN perfadvisor.snapshot_state.first_seen IS 'Tells whether the counters began anew since';
COMMENT ON COLUMN perfadvisor.snapshot_state.calls IS 'As in the statements view, like the columns that follow';
COMMENT ON COLUMN perfadvisor.snapshot_state.failures IS 'As in the statements view';
COMMENT ON COLUMN perfadvisor.snapshot_state.rows IS 'As in the statements view';
COMMENT ON COLUMN perfadvisor.snapshot_state.total_exec_time IS 'As in the statements view';
COMMENT ON COLUMN perfadvisor.snapshot_state.total_plan_time IS 'As in the statements view';
COMMENT ON COLUMN perfadvisor.snapshot_state.shared_blks_hit IS 'As in the statements view';
COMMENT ON COLUMN perfadvisor.snapshot_state.shared_blks_read IS 'As in the statements view';
COMMENT ON COLUMN perfadvisor.snapshot_state.temp_blks_written IS 'As in the statements view';
COMMENT ON COLUMN perfadvisor.snapshot_state.wal_bytes IS 'As in the statements view';
COMMENT ON COLUMN perfadvisor.snapshot_state.seq_rows_read IS 'As in the statements view';
COMMENT ON COLUMN perfadvisor.snapshot_state.histogram IS 'Latencies, see histogram_percentile()';

CREATE TABLE perfadvisor.snapshot_indexes (
    indexrelid oid PRIMARY KEY,
    index text NOT NULL,
    relation text NOT NULL,
    definition text NOT NULL
);

COMMENT ON TABLE perfadvisor.snapshot_indexes IS 'Indexes at the last snapshot';
COMMENT ON COLUMN perfadvisor.snapshot_indexes.indexrelid IS 'OID of the index';
COMMENT ON COLUMN perfadvisor.snapshot_indexes.index IS 'Its name';
COMMENT ON COLUMN perfadvisor.snapshot_indexes.relation IS 'Its table';
COMMENT ON COLUMN perfadvisor.snapshot_indexes.definition IS 'The statement that creates it';

CREATE TABLE perfadvisor.snapshot_settings (
    name text PRIMARY KEY,
    setting text
);

COMMENT ON TABLE perfadvisor.snapshot_settings IS 'Settings of the server at the last snapshot';
COMMENT ON COLUMN perfadvisor.snapshot_settings.name IS 'Name of the setting';
COMMENT ON COLUMN perfadvisor.snapshot_settings.setting IS 'Its value';

SELECT pg_catalog.pg_extension_config_dump('perfadvisor.snapshot_log', '');
SELECT pg_catalog.pg_extension_config_dump('perfadvisor.snapshot_statements', '');
SELECT pg_catalog.pg_extension_config_dump('perfadvisor.snapshot_counts', '');
SELECT pg_catalog.pg_extension_config_dump('perfadvisor.snapshot_numbers', '');
SELECT pg_catalog.pg_extension_config_dump('perfadvisor.events', '');
SELECT pg_catalog.pg_extension_config_dump('perfadvisor.events_event_id_seq', '');

CREATE FUNCTION perfadvisor.note_indexes(noted_at timestamptz, previous timestamptz)
RETURNS void
LANGUAGE SQL VOLATILE PARALLEL UNSAFE CALLED ON NULL INPUT
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
WITH now_there AS MATERIALIZED (
    SELECT i.indexrelid, pg_catalog.format('%I.%I', n.nspname, c.relname) AS index,
           pg_catalog.format('%I.%I', tn.nspname, t.relname) AS relation
    FROM pg_catalog.pg_index AS i
         JOIN pg_catalog.pg_class AS c ON c.oid = i.indexrelid
         JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
         JOIN pg_catalog.pg_class AS t ON t.oid = i.indrelid
         JOIN pg_catalog.pg_namespace AS tn ON tn.oid = t.relnamespace
    WHERE i.indisvalid AND t.relkind IN ('r', 'p', 'm') AND t.relpersistence <> 't'
      AND tn.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast', 'perfadvisor')
), created AS MATERIALIZED (
    SELECT n.indexrelid, n.index, n.relation, perfadvisor.object_definition('pg_catalog.pg_class'::pg_catalog.regclass, n.indexrelid) AS definition
    FROM now_there AS n
    WHERE NOT EXISTS (SELECT FROM perfadvisor.snapshot_indexes AS s WHERE s.indexrelid = n.indexrelid)
), gone AS (
    DELETE FROM perfadvisor.snapshot_indexes AS s
    WHERE NOT EXISTS (SELECT FROM now_there AS n WHERE n.indexrelid = s.indexrelid)
    RETURNING s.*
), renamed AS (
    UPDATE perfadvisor.snapshot_indexes AS s SET index = n.index, relation = n.relation
    FROM now_there AS n
    WHERE n.indexrelid = s.indexrelid AND (n.index, n.relation) IS DISTINCT FROM (s.index, s.relation)
), kept AS (
    INSERT INTO perfadvisor.snapshot_indexes (indexrelid, index, relation, definition)
    SELECT c.* FROM created AS c WHERE c.definition IS NOT NULL
)
INSERT INTO perfadvisor.events (not_before, noted_at, kind, object, relation, detail)
SELECT note_indexes.previous, note_indexes.noted_at, e.kind, e.index, e.relation,
       pg_catalog.jsonb_build_object('definition', e.definition)
FROM (SELECT 'index_created' AS kind, c.index, c.relation, c.definition FROM created AS c
      WHERE c.definition IS NOT NULL
        -- one that was built anew takes the place of another that is the same
        AND NOT EXISTS (SELECT FROM gone AS g WHERE (g.index, g.relation, g.definition) = (c.index, c.relation, c.definition))
      UNION ALL
      SELECT 'index_dropped', g.index, g.relation, g.definition FROM gone AS g
      WHERE NOT EXISTS (SELECT FROM created AS c WHERE (g.index, g.relation, g.definition) = (c.index, c.relation, c.definition))) AS e
WHERE note_indexes.previous IS NOT NULL AND EXISTS (SELECT FROM perfadvisor.snapshot_settings);
END;

COMMENT ON FUNCTION perfadvisor.note_indexes(timestamptz, timestamptz) IS
'Compares the indexes of the database with those of the last snapshot and notes events';

CREATE FUNCTION perfadvisor.note_settings(noted_at timestamptz, previous timestamptz)
RETURNS void
LANGUAGE SQL VOLATILE PARALLEL UNSAFE CALLED ON NULL INPUT
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
-- Settings of a session or role are nobody else's, and are not compared
WITH now_set AS MATERIALIZED (
    SELECT s.name, s.setting FROM pg_catalog.pg_settings AS s
    WHERE s.source IN ('default', 'configuration file', 'command line', 'environment variable')
      AND s.context <> 'internal'
), changed AS (
    UPDATE perfadvisor.snapshot_settings AS o SET setting = n.setting
    FROM (SELECT n.name, n.setting, o2.setting AS old
          FROM now_set AS n JOIN perfadvisor.snapshot_settings AS o2 ON o2.name = n.name
          WHERE n.setting IS DISTINCT FROM o2.setting) AS n
    WHERE o.name = n.name
    RETURNING o.name, n.old, n.setting
)
INSERT INTO perfadvisor.events (not_before, noted_at, kind, object, detail)
SELECT note_settings.previous, note_settings.noted_at, 'setting_changed', c.name,
       pg_catalog.jsonb_build_object('from', c.old, 'to', c.setting)
FROM changed AS c
WHERE note_settings.previous IS NOT NULL;

INSERT INTO perfadvisor.snapshot_settings (name, setting)
SELECT s.name, s.setting FROM pg_catalog.pg_settings AS s
WHERE s.source IN ('default', 'configuration file', 'command line', 'environment variable')
  AND s.context <> 'internal'
ON CONFLICT DO NOTHING;

INSERT INTO perfadvisor.events (not_before, noted_at, kind, object)
SELECT note_settings.previous, pg_catalog.pg_postmaster_start_time(), 'server_started', 'server'
WHERE pg_catalog.pg_postmaster_start_time() > note_settings.previous;
END;

COMMENT ON FUNCTION perfadvisor.note_settings(timestamptz, timestamptz) IS
'Compares the settings of the server with those of the last snapshot and notes events';

CREATE FUNCTION perfadvisor.note_numbers(snapshot_id bigint)
RETURNS void
LANGUAGE SQL VOLATILE PARALLEL UNSAFE STRICT
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
INSERT INTO perfadvisor.snapshot_numbers (snapshot_id, name, value)
SELECT note_numbers.snapshot_id, v.name, v.value
FROM pg_catalog.pg_stat_database AS d
     CROSS JOIN pg_catalog.pg_database AS b
     CROSS JOIN LATERAL (VALUES
         ('transaction_id', pg_catalog.pg_snapshot_xmax(pg_catalog.pg_current_snapshot())::text::double precision),
         -- what pg_database has of it only moves when VACUUM does, so this is the newest that is known
         ('multixact_id', pg_catalog.mxid_age(b.datminmxid)::double precision + b.datminmxid::text::double precision),
         ('wal_bytes', CASE WHEN NOT pg_catalog.pg_is_in_recovery()
                            THEN (pg_catalog.pg_current_wal_insert_lsn() - '0/0'::pg_catalog.pg_lsn)::double precision END),
         ('xact_commit', d.xact_commit::double precision), ('xact_rollback', d.xact_rollback),
         ('blks_read', d.blks_read), ('blks_hit', d.blks_hit),
         ('tup_inserted', d.tup_inserted), ('tup_updated', d.tup_updated), ('tup_deleted', d.tup_deleted),
         ('temp_files', d.temp_files), ('temp_bytes', d.temp_bytes), ('deadlocks', d.deadlocks),
         ('session_time', d.session_time), ('active_time', d.active_time),
         ('idle_in_transaction_time', d.idle_in_transaction_time), ('sessions', d.sessions)) AS v(name, value)
WHERE d.datname = pg_catalog.current_database() AND b.datname = pg_catalog.current_database()
  AND v.value IS NOT NULL;
END;

COMMENT ON FUNCTION perfadvisor.note_numbers(bigint) IS 'Keeps counters of the server and the database with a snapshot';

CREATE FUNCTION perfadvisor.pending_counts()
RETURNS TABLE (
    statement_id bigint, calls bigint, failures bigint, rows bigint,
    total_exec_time double precision, total_plan_time double precision,
    shared_blks_hit bigint, shared_blks_read bigint, temp_blks_written bigint,
    wal_bytes bigint, seq_rows_read bigint, histogram bigint[], state perfadvisor.snapshot_state
)
LANGUAGE SQL VOLATILE PARALLEL UNSAFE STRICT
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
WITH counted AS MATERIALIZED (
    SELECT k.statement_id, s.*, h.histogram
    FROM perfadvisor.recorded_statements() AS s
         JOIN pg_catalog.pg_database AS d ON d.oid = s.dbid
         JOIN pg_catalog.pg_roles AS r ON r.oid = s.userid
         JOIN perfadvisor.snapshot_statements AS k
             ON k.queryid = s.queryid AND k.rolname = r.rolname AND k.toplevel = s.toplevel
                AND k.relations_hash = s.relations_hash
         JOIN perfadvisor.recorded_latencies() AS h
             ON h.userid = s.userid AND h.queryid = s.queryid AND h.toplevel = s.toplevel
                AND h.relations_hash = s.relations_hash
    WHERE d.datname = pg_catalog.current_database()
)
-- counters that began anew have another first_seen; a crash may have set them back
SELECT c.statement_id,
       GREATEST(c.calls - COALESCE(o.calls, 0), 0),
       GREATEST(c.failures - COALESCE(o.failures, 0), 0),
       GREATEST(c.rows - COALESCE(o.rows, 0), 0),
       GREATEST(c.total_exec_time - COALESCE(o.total_exec_time, 0), 0),
       GREATEST(c.total_plan_time - COALESCE(o.total_plan_time, 0), 0),
       GREATEST(c.shared_blks_hit - COALESCE(o.shared_blks_hit, 0), 0),
       GREATEST(c.shared_blks_read - COALESCE(o.shared_blks_read, 0), 0),
       GREATEST(c.temp_blks_written - COALESCE(o.temp_blks_written, 0), 0),
       GREATEST(c.wal_bytes - COALESCE(o.wal_bytes, 0), 0),
       GREATEST(c.seq_rows_read - COALESCE(o.seq_rows_read, 0), 0),
       perfadvisor.histogram_difference(c.histogram, COALESCE(o.histogram, '{}')),
       ROW(c.statement_id, c.first_seen, c.calls, c.failures, c.rows, c.total_exec_time, c.total_plan_time,
           c.shared_blks_hit, c.shared_blks_read, c.temp_blks_written, c.wal_bytes, c.seq_rows_read,
           c.histogram)::perfadvisor.snapshot_state
FROM counted AS c
     LEFT JOIN perfadvisor.snapshot_state AS o
         ON o.statement_id = c.statement_id AND o.first_seen = c.first_seen
WHERE (c.calls, c.failures) IS DISTINCT FROM (o.calls, o.failures);
END;

COMMENT ON FUNCTION perfadvisor.pending_counts() IS
'What each statement that the history knows did since the last snapshot that counted it, with its counters now';

CREATE FUNCTION perfadvisor.note_statements(snapshot_id bigint)
RETURNS void
LANGUAGE SQL VOLATILE PARALLEL UNSAFE STRICT
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
-- When everything that is recorded began after the last snapshot, somebody has reset it, or a crash has lost it
INSERT INTO perfadvisor.events (not_before, noted_at, kind, object)
SELECT b.taken_at, l.taken_at, 'recording_reset', 'recording'
FROM perfadvisor.snapshot_log AS l
     CROSS JOIN LATERAL (SELECT n.taken_at FROM perfadvisor.snapshot_log AS n
                         WHERE n.snapshot_id < l.snapshot_id ORDER BY n.snapshot_id DESC LIMIT 1) AS b
WHERE l.snapshot_id = note_statements.snapshot_id AND EXISTS (SELECT FROM perfadvisor.snapshot_state)
  AND (SELECT pg_catalog.min(s.first_seen) FROM perfadvisor.recorded_statements() AS s) > b.taken_at
  -- the clock may have been set: then statements go on
  AND NOT EXISTS (SELECT FROM perfadvisor.recorded_statements() AS s
                       JOIN perfadvisor.snapshot_statements AS k ON k.queryid = s.queryid
                       JOIN perfadvisor.snapshot_state AS o ON o.statement_id = k.statement_id AND o.first_seen = s.first_seen);

DELETE FROM perfadvisor.snapshot_statements AS k
USING perfadvisor.snapshot_statements AS t
WHERE t.statement_id = k.statement_id AND t.ctid < k.ctid;

INSERT INTO perfadvisor.snapshot_statements (statement_id, rolname, queryid, toplevel, relations_hash, statement_class, query, first_noted)
SELECT pg_catalog.hashtextextended(pg_catalog.concat_ws('|', s.queryid, s.toplevel, s.relations_hash, r.rolname) COLLATE "C", 0),
       r.rolname, s.queryid, s.toplevel, s.relations_hash, s.statement_class, s.query, s.first_seen
FROM perfadvisor.recorded_statements() AS s
     JOIN pg_catalog.pg_database AS d ON d.oid = s.dbid
     JOIN pg_catalog.pg_roles AS r ON r.oid = s.userid
WHERE d.datname = pg_catalog.current_database() AND s.queryid IS NOT NULL
  -- what looks at perfadvisor is not the application
  AND pg_catalog.strpos(COALESCE(s.query, ''), 'perfadvisor.') = 0
  AND NOT EXISTS (SELECT FROM perfadvisor.snapshot_statements AS k
                  WHERE k.queryid = s.queryid AND k.rolname = r.rolname AND k.toplevel = s.toplevel
                    AND k.relations_hash = s.relations_hash);

WITH since AS MATERIALIZED (
    -- what is left out here is counted by a later snapshot
    SELECT p.* FROM perfadvisor.pending_counts() AS p
    ORDER BY p.total_exec_time DESC, p.statement_id
    LIMIT 2000
), noted AS (
    INSERT INTO perfadvisor.snapshot_counts (snapshot_id, statement_id, calls, failures, rows, total_exec_time,
    total_plan_time, shared_blks_hit, shared_blks_read, temp_blks_written, wal_bytes, seq_rows_read, histogram)
    SELECT note_statements.snapshot_id, s.statement_id, s.calls, s.failures, s.rows, s.total_exec_time, s.total_plan_time, s.shared_blks_hit, s.shared_blks_read, s.temp_blks_written, s.wal_bytes, s.seq_rows_read, s.histogram
    FROM since AS s WHERE s.calls + s.failures > 0
)
INSERT INTO perfadvisor.snapshot_state
SELECT (s.state).* FROM since AS s
ON CONFLICT (statement_id) DO UPDATE
    SET first_seen = excluded.first_seen, calls = excluded.calls, failures = excluded.failures, rows = excluded.rows, total_exec_time = excluded.total_exec_time, total_plan_time = excluded.total_plan_time, shared_blks_hit = excluded.shared_blks_hit, shared_blks_read = excluded.shared_blks_read, temp_blks_written = excluded.temp_blks_written, wal_bytes = excluded.wal_bytes, seq_rows_read = excluded.seq_rows_read,
        histogram = excluded.histogram;
END;

COMMENT ON FUNCTION perfadvisor.note_statements(bigint) IS
'Keeps with a snapshot what each statement of the database did since the last one; at most 2000 statements, those with most time';

CREATE FUNCTION perfadvisor.thin_history(keep interval)
RETURNS void
LANGUAGE SQL VOLATILE PARALLEL UNSAFE STRICT
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
DELETE FROM perfadvisor.events AS e WHERE e.noted_at < pg_catalog.now() - thin_history.keep;

DELETE FROM perfadvisor.snapshot_log AS l
WHERE l.taken_at < pg_catalog.now() - thin_history.keep AND l.label IS NULL AND NOT l.baseline;

-- Of more than a day ago one snapshot an hour is kept, and those that have a name; it stands for all of them
WITH old AS MATERIALIZED (
    SELECT l.*, pg_catalog.count(*) FILTER (WHERE l.label IS NOT NULL OR l.baseline OR l.index_change)
               OVER (ORDER BY l.snapshot_id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS named_before
    FROM perfadvisor.snapshot_log AS l
    WHERE l.taken_at < pg_catalog.now() - interval '1 day'
), hours AS MATERIALIZED (
    SELECT o.snapshot_id, o.from_time, o.merged,
           pg_catalog.max(o.snapshot_id) OVER hour AS last_id
    FROM old AS o
    WINDOW hour AS (PARTITION BY pg_catalog.date_trunc('hour', o.taken_at, 'UTC'), o.named_before)
), several AS MATERIALIZED (
    SELECT h.last_id, pg_catalog.min(h.from_time) AS from_time, pg_catalog.sum(h.merged)::integer AS merged,
           pg_catalog.array_agg(h.snapshot_id) AS ids
    FROM hours AS h
    GROUP BY h.last_id
    HAVING pg_catalog.count(*) > 1
), taken AS (
    DELETE FROM perfadvisor.snapshot_counts AS c
    USING several AS s
    WHERE c.snapshot_id = ANY (s.ids)
    RETURNING s.last_id, c.*
), lengthened AS (
    UPDATE perfadvisor.snapshot_log AS l SET from_time = s.from_time, merged = s.merged
    FROM several AS s
    WHERE l.snapshot_id = s.last_id
)
INSERT INTO perfadvisor.snapshot_counts (snapshot_id, statement_id, calls, failures, rows, total_exec_time,
    total_plan_time, shared_blks_hit, shared_blks_read, temp_blks_written, wal_bytes, seq_rows_read, histogram)
SELECT t.last_id, t.statement_id, pg_catalog.sum(t.calls), pg_catalog.sum(t.failures), pg_catalog.sum(t.rows),
       pg_catalog.sum(t.total_exec_time), pg_catalog.sum(t.total_plan_time), pg_catalog.sum(t.shared_blks_hit),
       pg_catalog.sum(t.shared_blks_read), pg_catalog.sum(t.temp_blks_written), pg_catalog.sum(t.wal_bytes),
       pg_catalog.sum(t.seq_rows_read), perfadvisor.histogram_total(t.histogram)
FROM taken AS t
GROUP BY t.last_id, t.statement_id;

-- Of those that went into another nothing is left but their row in the log
DELETE FROM perfadvisor.snapshot_log AS l
USING perfadvisor.snapshot_log AS n
WHERE n.merged > 1 AND n.snapshot_id > l.snapshot_id AND l.taken_at > n.from_time AND l.taken_at < n.taken_at;

-- Statements that nothing is known of any more; those of the last snapshot stay
DELETE FROM perfadvisor.snapshot_state AS o
WHERE NOT EXISTS (SELECT FROM perfadvisor.snapshot_counts AS c WHERE c.statement_id = o.statement_id)
  AND NOT EXISTS (SELECT FROM perfadvisor.recorded_statements() AS s
                       JOIN perfadvisor.snapshot_statements AS k ON k.queryid = s.queryid
                  WHERE k.statement_id = o.statement_id);

DELETE FROM perfadvisor.snapshot_statements AS k
WHERE NOT EXISTS (SELECT FROM perfadvisor.snapshot_counts AS c WHERE c.statement_id = k.statement_id)
  AND NOT EXISTS (SELECT FROM perfadvisor.snapshot_state AS o WHERE o.statement_id = k.statement_id);
END;

COMMENT ON FUNCTION perfadvisor.thin_history(interval) IS
'Deletes history older than the interval, and merges snapshots of more than a day ago by the hour';

CREATE FUNCTION perfadvisor.snapshot(label text DEFAULT NULL, baseline boolean DEFAULT false)
RETURNS bigint
LANGUAGE C VOLATILE PARALLEL UNSAFE CALLED ON NULL INPUT SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'pa_snapshot';

COMMENT ON FUNCTION perfadvisor.snapshot(text, boolean) IS
'Keeps what statements did since the last snapshot, and returns its number; with a label it is kept for ever, and as a baseline later times are compared with what was before';

CREATE VIEW perfadvisor.snapshots AS
SELECT l.snapshot_id, l.taken_at, l.taken_at - l.from_time AS interval, l.label, l.baseline,
       c.statements, c.calls, c.failures, c.total_exec_time, c.p50_exec_time, c.p95_exec_time, c.p99_exec_time,
       c.shared_blks_read, c.temp_blks_written, c.wal_bytes, l.merged, l.take_time
FROM perfadvisor.snapshot_log AS l
     CROSS JOIN LATERAL (
         SELECT pg_catalog.count(*) AS statements,
                COALESCE(pg_catalog.sum(t.calls), 0)::bigint AS calls,
                COALESCE(pg_catalog.sum(t.failures), 0)::bigint AS failures,
                COALESCE(pg_catalog.sum(t.total_exec_time) FILTER (WHERE t.toplevel), 0) AS total_exec_time,
                perfadvisor.histogram_percentile(perfadvisor.histogram_total(t.histogram) FILTER (WHERE t.toplevel), 0.50) AS p50_exec_time,
                perfadvisor.histogram_percentile(perfadvisor.histogram_total(t.histogram) FILTER (WHERE t.toplevel), 0.95) AS p95_exec_time,
                perfadvisor.histogram_percentile(perfadvisor.histogram_total(t.histogram) FILTER (WHERE t.toplevel), 0.99) AS p99_exec_time,
                COALESCE(pg_catalog.sum(t.shared_blks_read), 0)::bigint AS shared_blks_read,
                COALESCE(pg_catalog.sum(t.temp_blks_written), 0)::bigint AS temp_blks_written,
                COALESCE(pg_catalog.sum(t.wal_bytes), 0)::bigint AS wal_bytes
         FROM (SELECT c.*, k.toplevel
               FROM perfadvisor.snapshot_counts AS c
                    JOIN perfadvisor.snapshot_statements AS k ON k.statement_id = c.statement_id
               WHERE c.snapshot_id = l.snapshot_id) AS t) AS c;

COMMENT ON VIEW perfadvisor.snapshots IS 'The history of this database: one row per snapshot, with what ran in the time it stands for';
COMMENT ON COLUMN perfadvisor.snapshots.snapshot_id IS 'What snapshot() returned, ascending by time';
COMMENT ON COLUMN perfadvisor.snapshots.taken_at IS 'When it was taken';
COMMENT ON COLUMN perfadvisor.snapshots.interval IS 'The time before that it stands for';
COMMENT ON COLUMN perfadvisor.snapshots.label IS 'Its name';
COMMENT ON COLUMN perfadvisor.snapshots.baseline IS 'True when later times are to be compared with those before it';
COMMENT ON COLUMN perfadvisor.snapshots.statements IS 'Different statements that ran';
COMMENT ON COLUMN perfadvisor.snapshots.calls IS 'Their executions';
COMMENT ON COLUMN perfadvisor.snapshots.failures IS 'Executions that failed';
COMMENT ON COLUMN perfadvisor.snapshots.total_exec_time IS 'Execution time of what clients ran, ms';
COMMENT ON COLUMN perfadvisor.snapshots.p50_exec_time IS 'Median time of what clients ran, ms';
COMMENT ON COLUMN perfadvisor.snapshots.p95_exec_time IS '95th percentile, ms';
COMMENT ON COLUMN perfadvisor.snapshots.p99_exec_time IS '99th percentile, ms';
COMMENT ON COLUMN perfadvisor.snapshots.shared_blks_read IS 'Blocks read into shared buffers';
COMMENT ON COLUMN perfadvisor.snapshots.temp_blks_written IS 'Temporary blocks written';
COMMENT ON COLUMN perfadvisor.snapshots.wal_bytes IS 'WAL written by statements, bytes';
COMMENT ON COLUMN perfadvisor.snapshots.merged IS 'Snapshots it was made of';
COMMENT ON COLUMN perfadvisor.snapshots.take_time IS 'What taking it took, ms';

CREATE FUNCTION perfadvisor.names_relation(query text, relation text) RETURNS boolean
LANGUAGE SQL IMMUTABLE PARALLEL SAFE STRICT
BEGIN ATOMIC
SELECT pg_catalog.lower(pg_catalog.replace(names_relation.query, '"', ''))
       OPERATOR(pg_catalog.~) ('(^|[^[:alnum:]_$])'
          OPERATOR(pg_catalog.||) pg_catalog.regexp_replace(pg_catalog.lower(pg_catalog.replace(pg_catalog.split_part(names_relation.relation, '.', -1), '"', '')),
                                       '([^[:alnum:]_])', '\\\1', 'g')
          OPERATOR(pg_catalog.||) '($|[^[:alnum:]_$])');
END;

COMMENT ON FUNCTION perfadvisor.names_relation(text, text) IS
'Whether the text of a statement has the name of a relation in it, as a whole word; the name may be qualified and quoted';

CREATE FUNCTION perfadvisor.compare(from_snapshot bigint, to_snapshot bigint DEFAULT NULL)
RETURNS TABLE (
    change text, queryid bigint, rolname text, query text, statement_class text, toplevel boolean,
    calls_before bigint, calls_after bigint,
    mean_before double precision, mean_after double precision,
    p95_before double precision, p95_after double precision,
    factor double precision, time_difference double precision,
    reason text, evidence jsonb
)
LANGUAGE SQL VOLATILE PARALLEL UNSAFE CALLED ON NULL INPUT
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
WITH asked AS MATERIALIZED (
    SELECT f.snapshot_id AS from_id, f.taken_at AS from_at, f.from_time AS from_begin,
           t.snapshot_id AS to_id, t.taken_at AS to_at
    FROM perfadvisor.snapshot_log AS f
         JOIN perfadvisor.snapshot_log AS t
             ON t.snapshot_id = COALESCE(compare.to_snapshot, (SELECT pg_catalog.max(l.snapshot_id) FROM perfadvisor.snapshot_log AS l))
    WHERE f.snapshot_id = compare.from_snapshot AND t.snapshot_id > f.snapshot_id
), valid AS MATERIALIZED (
    SELECT CASE WHEN NOT EXISTS (SELECT FROM asked) THEN
        perfadvisor.raise(pg_catalog.format('cannot compare snapshot %s with snapshot %s', COALESCE(compare.from_snapshot::text, 'NULL'), COALESCE(compare.to_snapshot::text, 'the latest one')),
            NULL, 'Both must be in perfadvisor.snapshots, the earlier one first.') IS NULL END
), periods AS MATERIALIZED (
    -- as long before as after, but not across a snapshot with a name or a change of indexes,
    -- and at least what the first snapshot stands for
    SELECT a.*, LEAST(GREATEST(a.from_at - (a.to_at - a.from_at),
                               (SELECT pg_catalog.max(l.taken_at) FROM perfadvisor.snapshot_log AS l
                                WHERE l.snapshot_id < a.from_id AND (l.label IS NOT NULL OR l.baseline OR l.index_change))),
                      a.from_begin) AS before_at,
           GREATEST(pg_catalog.date_part('epoch', a.to_at - a.from_at), 1) / 3600 AS hours_after
    FROM asked AS a
), sides AS MATERIALIZED (
    SELECT c.*, l.from_time,
           CASE WHEN l.snapshot_id > p.from_id THEN 'after'
                WHEN l.taken_at > p.before_at THEN 'before'
                ELSE 'long before' END AS side
    FROM periods AS p
         JOIN perfadvisor.snapshot_log AS l ON l.snapshot_id <= p.to_id
         JOIN perfadvisor.snapshot_counts AS c ON c.snapshot_id = l.snapshot_id
), latest AS MATERIALIZED (
    -- what did not run just before is compared with the last time it did
    SELECT s.*
    FROM (SELECT s.*, pg_catalog.rank() OVER (PARTITION BY s.statement_id, s.side ORDER BY s.snapshot_id DESC) AS nth
          FROM sides AS s WHERE s.calls > 0) AS s
    WHERE s.side <> 'long before' OR s.nth = 1
), sums AS MATERIALIZED (
    SELECT s.statement_id, s.side,
           pg_catalog.sum(s.calls)::double precision AS calls, pg_catalog.sum(s.rows)::double precision AS rows,
           pg_catalog.sum(s.total_exec_time) AS time,
           pg_catalog.sum(s.shared_blks_hit + s.shared_blks_read)::double precision AS blocks,
           pg_catalog.sum(s.shared_blks_read)::double precision AS blocks_read,
           pg_catalog.sum(s.temp_blks_written)::double precision AS blocks_temp,
           pg_catalog.sum(s.seq_rows_read)::double precision AS seq_rows,
           perfadvisor.histogram_total(s.histogram) AS histogram
    FROM latest AS s
    GROUP BY s.statement_id, s.side
), both_sides AS MATERIALIZED (
    SELECT k.statement_id, k.queryid, k.rolname, k.query, k.statement_class, k.toplevel,
           pg_catalog.to_jsonb(b) AS b, pg_catalog.to_jsonb(a) AS a,
           COALESCE(b.calls, o.calls, 0) AS n_before, COALESCE(a.calls, 0) AS n_after,
           b.calls AS n_just_before,
           COALESCE(b.time / b.calls, o.time / o.calls) AS mean_before, a.time / a.calls AS mean_after,
           COALESCE(b.histogram, o.histogram) AS histogram_before, a.histogram AS histogram_after,
           COALESCE(b.blocks / b.calls, o.blocks / o.calls) AS blocks_before, a.blocks / a.calls AS blocks_after,
           COALESCE(b.rows / b.calls, o.rows / o.calls) AS rows_before, a.rows / a.calls AS rows_after,
           COALESCE(b.blocks_read / b.calls, o.blocks_read / o.calls) AS read_before, a.blocks_read / a.calls AS read_after,
           COALESCE(b.blocks_temp / b.calls, o.blocks_temp / o.calls) AS temp_before, a.blocks_temp / a.calls AS temp_after,
           COALESCE(b.seq_rows / b.calls, o.seq_rows / o.calls) AS seq_before, a.seq_rows / a.calls AS seq_after
    FROM perfadvisor.snapshot_statements AS k
         LEFT JOIN sums AS b ON b.statement_id = k.statement_id AND b.side = 'before'
         LEFT JOIN sums AS o ON o.statement_id = k.statement_id AND o.side = 'long before'
         LEFT JOIN sums AS a ON a.statement_id = k.statement_id AND a.side = 'after'
    WHERE k.statement_class <> 'utility' AND COALESCE(b.calls, o.calls, a.calls) > 0
), measured AS MATERIALIZED (
    SELECT s.*,
           s.mean_after / NULLIF(s.mean_before, 0) AS factor,
           (s.blocks_after + s.temp_after + 1) / (s.blocks_before + s.temp_before + 1) AS blocks_factor,
           (s.mean_after - s.mean_before) / NULLIF(pg_catalog.sqrt(
               pg_catalog.power(perfadvisor.histogram_deviation(s.histogram_before), 2) / s.n_before
               + pg_catalog.power(perfadvisor.histogram_deviation(s.histogram_after), 2) / s.n_after
               -- a mean of few is worth less than its deviation says
               + pg_catalog.power(0.05 * s.mean_before, 2)), 0) AS deviations
    FROM both_sides AS s
), drift AS MATERIALIZED (
    -- how much longer statements take that do the same work: the machine, not the statement
    SELECT CASE WHEN pg_catalog.count(*) >= 5
                THEN LEAST(GREATEST(pg_catalog.percentile_cont(0.5) WITHIN GROUP (ORDER BY m.factor), 0.5), 3.0)
                ELSE 1.0 END AS factor
    FROM measured AS m
    WHERE m.blocks_factor BETWEEN 0.9 AND 1.1 AND m.n_before >= 3 AND m.n_after >= 3
), judged AS MATERIALIZED (
    SELECT m.*, d.factor AS drift,
           CASE WHEN m.n_before = 0 THEN 'new'
                WHEN m.n_after = 0 THEN
                    -- three expected and none seen
                    CASE WHEN m.n_just_before * pg_catalog.date_part('epoch', p.to_at - p.from_at)
                              / GREATEST(pg_catalog.date_part('epoch', p.from_at - p.before_at), 1e-6) >= 3 THEN 'gone' END
                WHEN m.factor >= 1.25 * GREATEST(d.factor, 1)
                     AND (m.mean_after - m.mean_before) >= 0.02
                     AND (m.mean_after - m.mean_before) * m.n_after >= 1
                     -- times alone are believed when there is more of them than a busy machine makes of little
                     AND ((m.n_before >= 3 AND m.n_after >= 3 AND m.deviations >= 3
                           AND (m.blocks_factor >= 1.25
                                OR (m.factor >= GREATEST(2, u.doubt) * GREATEST(d.factor, 1) AND m.mean_after - m.mean_before >= u.doubt)))
                          OR (m.blocks_factor >= 2 AND m.factor >= 1.5)
                          OR (m.factor >= GREATEST(3, u.doubt) * GREATEST(d.factor, 1) AND m.mean_after - m.mean_before >= 10 * u.doubt)) THEN 'slower'
                WHEN m.factor <= 0.8 * LEAST(d.factor, 1)
                     AND (m.mean_before - m.mean_after) >= 0.02
                     AND (m.mean_before - m.mean_after) * m.n_after >= 1
                     AND ((m.n_before >= 3 AND m.n_after >= 3 AND m.deviations <= -3
                           AND (m.blocks_factor <= 0.8
                                OR (m.factor <= LEAST(d.factor, 1) / GREATEST(2, u.doubt) AND m.mean_before - m.mean_after >= u.doubt)))
                          OR (m.blocks_factor <= 0.5 AND m.factor <= 0.67)
                          OR (m.factor <= LEAST(d.factor, 1) / GREATEST(3, u.doubt) AND m.mean_before - m.mean_after >= 10 * u.doubt)) THEN 'faster'
           END AS change
    FROM measured AS m CROSS JOIN drift AS d CROSS JOIN periods AS p
         -- for less than a minute a machine may just have been busy with something else
         CROSS JOIN LATERAL (SELECT CASE WHEN LEAST(p.to_at - p.from_at, p.from_at - p.before_at) < interval '1 minute' THEN 10.0 ELSE 1.0 END AS doubt) AS u
), plans AS MATERIALIZED (
    SELECT p.rolname, p.queryid, p.toplevel, p.first_seen, p.last_seen
    FROM perfadvisor.statement_plans AS p
    WHERE p.datname = pg_catalog.current_database()
), explained AS MATERIALIZED (
    SELECT j.*, dropped.object AS dropped, dropped.at AS dropped_at, created.object AS created, created.at AS created_at,
           settings.names AS settings, other_plan.first_seen AS other_plan_at, analysed.name AS analysed, analysed.at AS analysed_at
    FROM judged AS j
         CROSS JOIN periods AS p
         LEFT JOIN LATERAL (
             SELECT n.first_seen
             FROM plans AS n
             WHERE n.queryid = j.queryid AND n.toplevel = j.toplevel AND n.rolname = j.rolname
               AND n.first_seen > p.from_at AND n.first_seen <= p.to_at
               AND EXISTS (SELECT FROM plans AS o WHERE o.queryid = j.queryid AND o.toplevel = j.toplevel
                                                    AND o.rolname = j.rolname AND o.first_seen <= p.from_at)
             ORDER BY n.last_seen DESC LIMIT 1) AS other_plan ON j.change IN ('slower', 'faster')
         LEFT JOIN LATERAL (
             SELECT t.schemaname || '.' || t.relname AS name, GREATEST(t.last_analyze, t.last_autoanalyze) AS at
             FROM pg_catalog.pg_stat_user_tables AS t
             WHERE other_plan.first_seen IS NOT NULL AND GREATEST(t.last_analyze, t.last_autoanalyze) > p.from_at
               AND GREATEST(t.last_analyze, t.last_autoanalyze) <= other_plan.first_seen
               AND perfadvisor.names_relation(j.query, pg_catalog.quote_ident(t.relname))
             ORDER BY 2 DESC, 1 LIMIT 1) AS analysed ON true
         LEFT JOIN LATERAL (
             SELECT e.object, e.noted_at AS at
             FROM perfadvisor.events AS e
             WHERE e.kind = 'index_dropped' AND e.noted_at > p.from_at AND e.noted_at <= p.to_at
               AND perfadvisor.names_relation(j.query, e.relation)
             ORDER BY e.noted_at DESC, e.event_id DESC LIMIT 1) AS dropped ON j.change = 'slower' AND j.blocks_factor >= 1.25
         LEFT JOIN LATERAL (
             SELECT e.object, e.noted_at AS at
             FROM perfadvisor.events AS e
             WHERE e.kind = 'index_created' AND e.noted_at > p.from_at AND e.noted_at <= p.to_at
               AND perfadvisor.names_relation(j.query, e.relation)
             ORDER BY e.noted_at DESC, e.event_id DESC LIMIT 1) AS created
             ON (j.change = 'faster' AND j.blocks_factor <= 0.8) OR (j.change = 'slower' AND j.statement_class = 'write')
         LEFT JOIN LATERAL (
             SELECT pg_catalog.string_agg(pg_catalog.format('%s from %s to %s', e.object, e.detail ->> 'from', e.detail ->> 'to'), ', ' ORDER BY e.event_id) AS names
             FROM perfadvisor.events AS e
             WHERE e.kind = 'setting_changed' AND e.noted_at > p.from_at AND e.noted_at <= p.to_at) AS settings ON true
    WHERE j.change IS NOT NULL
)
SELECT x.change, x.queryid, x.rolname, x.query, x.statement_class, x.toplevel,
       COALESCE(x.n_just_before, x.n_before)::bigint, x.n_after::bigint, x.mean_before, x.mean_after,
       perfadvisor.histogram_percentile(x.histogram_before, 0.95), perfadvisor.histogram_percentile(x.histogram_after, 0.95),
       x.factor,
       (COALESCE(x.mean_after, 0) - COALESCE(x.mean_before, 0))
           * CASE WHEN x.n_after > 0 THEN x.n_after ELSE 0 END / p.hours_after,
       CASE
           WHEN x.change = 'new' THEN 'No snapshot before has it.'
           WHEN x.change = 'gone' THEN pg_catalog.format('It ran %s times before, and not any more.', x.n_just_before)
           WHEN x.dropped IS NOT NULL THEN pg_catalog.format('Index %s was dropped, not after %s; a call touches %s blocks, %s before.',
               x.dropped, pg_catalog.date_trunc('second', x.dropped_at + interval '999999 microseconds'), pg_catalog.round(x.blocks_after::numeric, 1), pg_catalog.round(x.blocks_before::numeric, 1))
           WHEN x.created IS NOT NULL AND x.change = 'faster' THEN pg_catalog.format('Index %s was created, not after %s; a call touches %s blocks, %s before.',
               x.created, pg_catalog.date_trunc('second', x.created_at + interval '999999 microseconds'), pg_catalog.round(x.blocks_after::numeric, 1), pg_catalog.round(x.blocks_before::numeric, 1))
           WHEN x.created IS NOT NULL AND x.blocks_factor >= 1.1 THEN pg_catalog.format('Index %s was created, not after %s, and has to be kept up; a call touches %s blocks, %s before.',
               x.created, pg_catalog.date_trunc('second', x.created_at + interval '999999 microseconds'), pg_catalog.round(x.blocks_after::numeric, 1), pg_catalog.round(x.blocks_before::numeric, 1))
           WHEN x.other_plan_at IS NOT NULL THEN pg_catalog.format('It runs with another plan since %s%s; a call touches %s blocks, %s before.',
               pg_catalog.date_trunc('second', x.other_plan_at),
               CASE WHEN x.analysed IS NOT NULL
                    THEN pg_catalog.format(', after ANALYZE of %s at %s', x.analysed, pg_catalog.date_trunc('second', x.analysed_at)) END, pg_catalog.round(x.blocks_after::numeric, 1), pg_catalog.round(x.blocks_before::numeric, 1))
           WHEN x.change = 'slower' AND x.rows_after > 1.5 * x.rows_before AND x.rows_after > x.rows_before + 1 THEN pg_catalog.format('A call returns or changes %s rows, %s before.',
               pg_catalog.round(x.rows_after::numeric, 1), pg_catalog.round(x.rows_before::numeric, 1))
           WHEN x.change = 'slower' AND x.temp_after > 1.5 * x.temp_before + 1 THEN pg_catalog.format('A call writes %s temporary blocks, %s before: a sort or hash no longer fits into work_mem.',
               pg_catalog.round(x.temp_after::numeric, 1), pg_catalog.round(x.temp_before::numeric, 1))
           WHEN x.change = 'slower' AND x.seq_after > 2 * x.seq_before + 10 AND x.blocks_factor >= 1.25 THEN pg_catalog.format('A call reads %s rows by sequential scans, %s before: another plan, or a table that grew.',
               pg_catalog.round(x.seq_after::numeric), pg_catalog.round(x.seq_before::numeric))
           WHEN x.blocks_factor >= 1.25 AND x.change = 'slower' OR x.blocks_factor <= 0.8 AND x.change = 'faster' THEN pg_catalog.format('A call touches %s blocks, %s before: another plan, or other data.',
               pg_catalog.round(x.blocks_after::numeric, 1), pg_catalog.round(x.blocks_before::numeric, 1))
           WHEN x.change = 'slower' AND x.read_after > 1.5 * x.read_before + 1 THEN pg_catalog.format('A call reads %s blocks into shared buffers, %s before: what it needs is no longer cached.',
               pg_catalog.round(x.read_after::numeric, 1), pg_catalog.round(x.read_before::numeric, 1))
           WHEN x.change = 'faster' AND x.read_before > 1.5 * x.read_after + 1 THEN pg_catalog.format('A call reads %s blocks into shared buffers, %s before: what it needs is cached now.',
               pg_catalog.round(x.read_after::numeric, 1), pg_catalog.round(x.read_before::numeric, 1))
           WHEN x.settings IS NOT NULL THEN pg_catalog.format('Settings were changed: %s.', x.settings)
           ELSE 'It does the same work in another time: it waits (locks, disk, processor), or computes something else.'
       END,
       pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object(
           'blocks_before', x.blocks_before, 'blocks_after', x.blocks_after,
           'rows_before', x.rows_before, 'rows_after', x.rows_after,
           'blocks_read_before', x.read_before, 'blocks_read_after', x.read_after,
           'seq_rows_before', x.seq_before, 'seq_rows_after', x.seq_after,
           'temp_blocks_before', x.temp_before, 'temp_blocks_after', x.temp_after,
           'other_plan_since', x.other_plan_at, 'statistics_changed', x.analysed, 'index_dropped', x.dropped, 'index_created', x.created, 'settings', x.settings,
           'standard_deviations', x.deviations, 'all_statements_factor', x.drift))
FROM valid AS v, explained AS x, periods AS p
ORDER BY pg_catalog.array_position(ARRAY['slower', 'new', 'faster', 'gone'], x.change), 14 DESC, x.queryid;
END;

COMMENT ON FUNCTION perfadvisor.compare(bigint, bigint) IS
'Statements that got slower or faster, are new or gone between two snapshots, against as long a time before the first of them, with the reason where one is visible';

CREATE FUNCTION perfadvisor.baseline_id() RETURNS bigint
LANGUAGE SQL STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
SELECT pg_catalog.max(l.snapshot_id) FROM perfadvisor.snapshot_log AS l WHERE l.baseline;
END;

COMMENT ON FUNCTION perfadvisor.baseline_id() IS 'Number of the latest snapshot that was taken as a baseline, NULL if there is none';

CREATE VIEW perfadvisor.regressions AS
SELECT c.queryid, c.rolname, c.query, c.statement_class, c.toplevel, c.calls_before, c.calls_after,
       c.mean_before, c.mean_after, c.p95_before, c.p95_after, c.factor, c.time_difference, c.reason, c.evidence,
       b.baseline_id, l.label AS baseline, l.taken_at AS baseline_at
-- OFFSET: compare() must not be asked while there is nothing to compare the baseline with, where it raises an error
FROM (SELECT n.baseline_id FROM (SELECT perfadvisor.baseline_id() AS baseline_id) AS n
      WHERE EXISTS (SELECT FROM perfadvisor.snapshot_log AS s WHERE s.snapshot_id > n.baseline_id) OFFSET 0) AS b
     JOIN perfadvisor.snapshot_log AS l ON l.snapshot_id = b.baseline_id
     CROSS JOIN LATERAL perfadvisor.compare(b.baseline_id) AS c
WHERE c.change = 'slower';

COMMENT ON VIEW perfadvisor.regressions IS 'Statements that are slower since the latest baseline than before it, as of the last snapshot';
COMMENT ON COLUMN perfadvisor.regressions.queryid IS 'Id of the statement';
COMMENT ON COLUMN perfadvisor.regressions.rolname IS 'Role that runs it';
COMMENT ON COLUMN perfadvisor.regressions.query IS 'Its text with constants written as $n';
COMMENT ON COLUMN perfadvisor.regressions.statement_class IS 'lookup, join, aggregate or write';
COMMENT ON COLUMN perfadvisor.regressions.toplevel IS 'True when a client runs it';
COMMENT ON COLUMN perfadvisor.regressions.calls_before IS 'Calls before the baseline, over as long a time as since then';
COMMENT ON COLUMN perfadvisor.regressions.calls_after IS 'Calls since';
COMMENT ON COLUMN perfadvisor.regressions.mean_before IS 'Mean time of a call before, ms';
COMMENT ON COLUMN perfadvisor.regressions.mean_after IS 'Mean time of a call since, ms';
COMMENT ON COLUMN perfadvisor.regressions.p95_before IS '95th percentile before, ms';
COMMENT ON COLUMN perfadvisor.regressions.p95_after IS '95th percentile since, ms';
COMMENT ON COLUMN perfadvisor.regressions.factor IS 'Mean time since by mean time before';
COMMENT ON COLUMN perfadvisor.regressions.time_difference IS 'Milliseconds more per hour';
COMMENT ON COLUMN perfadvisor.regressions.reason IS 'What explains it, as far as visible';
COMMENT ON COLUMN perfadvisor.regressions.evidence IS 'The numbers per call before and after, and events in between';
COMMENT ON COLUMN perfadvisor.regressions.baseline_id IS 'Snapshot that is the baseline';
COMMENT ON COLUMN perfadvisor.regressions.baseline IS 'Its label';
COMMENT ON COLUMN perfadvisor.regressions.baseline_at IS 'When it was taken';

CREATE FUNCTION perfadvisor.baseline(label text DEFAULT 'baseline') RETURNS bigint
LANGUAGE SQL VOLATILE PARALLEL UNSAFE CALLED ON NULL INPUT
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
SELECT perfadvisor.snapshot(baseline.label, true);
END;

COMMENT ON FUNCTION perfadvisor.baseline(text) IS 'Takes a snapshot that regressions are measured against from now on';

CREATE FUNCTION perfadvisor.assert_no_regression(
    from_snapshot bigint DEFAULT NULL, to_snapshot bigint DEFAULT NULL, allowed_factor double precision DEFAULT 1.25
) RETURNS bigint
LANGUAGE SQL VOLATILE PARALLEL UNSAFE CALLED ON NULL INPUT
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
WITH asked AS MATERIALIZED (
    SELECT COALESCE(assert_no_regression.from_snapshot, perfadvisor.baseline_id()) AS from_id,
           COALESCE(assert_no_regression.to_snapshot, perfadvisor.snapshot()) AS to_id
), possible AS MATERIALIZED (
    SELECT CASE WHEN a.from_id IS NULL THEN perfadvisor.raise('there is no baseline to compare with', NULL,
               'Take one with SELECT perfadvisor.baseline(), or name a snapshot.') IS NULL END
    FROM asked AS a
), slower AS MATERIALIZED (
    SELECT c.* FROM possible AS p, asked AS a CROSS JOIN LATERAL perfadvisor.compare(a.from_id, a.to_id) AS c
    WHERE c.change = 'slower' AND c.factor > assert_no_regression.allowed_factor
), failed AS MATERIALIZED (
    SELECT CASE WHEN pg_catalog.count(*) > 0 THEN perfadvisor.raise(
               pg_catalog.format('%s %s slower than before snapshot %s', pg_catalog.count(*),
                   CASE WHEN pg_catalog.count(*) = 1 THEN 'statement is' ELSE 'statements are' END, pg_catalog.min(a.from_id)),
               pg_catalog.string_agg(pg_catalog.format('%s: %s ms instead of %s ms (%s times). %s %s', s.queryid,
                   pg_catalog.round(s.mean_after::numeric, 3), pg_catalog.round(s.mean_before::numeric, 3),
                   pg_catalog.round(s.factor::numeric, 1), s.reason, pg_catalog.left(s.query, 200)), E'\n' ORDER BY s.time_difference DESC),
               pg_catalog.format('See SELECT * FROM perfadvisor.compare(%s, %s).', pg_catalog.min(a.from_id), pg_catalog.min(a.to_id))) IS NULL END
    FROM slower AS s, asked AS a
)
SELECT pg_catalog.count(DISTINCT c.statement_id)
FROM failed AS f, asked AS a
     JOIN perfadvisor.snapshot_counts AS c ON c.snapshot_id > a.from_id AND c.snapshot_id <= a.to_id;
END;

COMMENT ON FUNCTION perfadvisor.assert_no_regression(bigint, bigint, double precision) IS
'Raises an error that lists the statements that are slower by more than a factor after the first snapshot (default: the baseline) and until the second (default: now), for use in CI; otherwise returns how many statements ran';

CREATE VIEW perfadvisor.plan_changes AS
WITH plans AS MATERIALIZED (
    SELECT p.*,
           pg_catalog.lag(p.plan_id) OVER statement AS plan_before_id,
           pg_catalog.lag(p.plan) OVER statement AS plan_before,
           pg_catalog.lag(p.executions) OVER statement AS executions_before,
           pg_catalog.lag(p.typical_exec_time) OVER statement AS mean_before,
           pg_catalog.lag(p.last_seen) OVER statement AS before_last_seen
    FROM perfadvisor.statement_plans AS p
    WHERE p.datname = pg_catalog.current_database()
    WINDOW statement AS (PARTITION BY p.rolname, p.queryid, p.toplevel ORDER BY p.first_seen, p.plan_id)
)
SELECT p.queryid, p.rolname, p.toplevel, s.query, p.first_seen AS changed_at,
       p.mean_before, p.typical_exec_time AS mean_after, p.typical_exec_time / NULLIF(p.mean_before, 0) AS factor,
       p.executions_before, p.executions AS executions_after,
       p.before_last_seen > p.first_seen AS alternates,
       CASE WHEN p.executions < 3 OR p.executions_before < 2 THEN 'too early'
            WHEN p.typical_exec_time > 1.5 * p.mean_before AND p.typical_exec_time - p.mean_before > 0.1 THEN 'worse'
            WHEN p.typical_exec_time < p.mean_before / 1.5 THEN 'better'
            ELSE 'no change' END AS verdict,
       p.plan_before, p.plan AS plan_after, p.plan_before_id, p.plan_id AS plan_after_id
FROM plans AS p
     LEFT JOIN (SELECT t.queryid, pg_catalog.min(t.query) AS query
                FROM perfadvisor.statements AS t
                WHERE t.datname = pg_catalog.current_database() GROUP BY t.queryid) AS s ON s.queryid = p.queryid
WHERE p.plan_before_id IS NOT NULL;

COMMENT ON VIEW perfadvisor.plan_changes IS 'Statements of this database that came to run with another plan, with their times before and after';
COMMENT ON COLUMN perfadvisor.plan_changes.queryid IS 'Id of the statement';
COMMENT ON COLUMN perfadvisor.plan_changes.rolname IS 'Role that runs it';
COMMENT ON COLUMN perfadvisor.plan_changes.toplevel IS 'True when a client runs it';
COMMENT ON COLUMN perfadvisor.plan_changes.query IS 'Its text with constants written as $n';
COMMENT ON COLUMN perfadvisor.plan_changes.changed_at IS 'When the other plan was seen first';
COMMENT ON COLUMN perfadvisor.plan_changes.mean_before IS 'Typical time with the plan before, ms: geometric mean of sampled executions';
COMMENT ON COLUMN perfadvisor.plan_changes.mean_after IS 'Typical time with the other plan, ms';
COMMENT ON COLUMN perfadvisor.plan_changes.factor IS 'One by the other';
COMMENT ON COLUMN perfadvisor.plan_changes.executions_before IS 'Sampled executions with the plan before';
COMMENT ON COLUMN perfadvisor.plan_changes.executions_after IS 'Sampled executions with the other plan';
COMMENT ON COLUMN perfadvisor.plan_changes.alternates IS 'True when the plan before is still in use: parameters decide, or generic and custom plans';
COMMENT ON COLUMN perfadvisor.plan_changes.verdict IS 'worse, better, no change, too early';
COMMENT ON COLUMN perfadvisor.plan_changes.plan_before IS 'The plan before';
COMMENT ON COLUMN perfadvisor.plan_changes.plan_after IS 'The other plan';
COMMENT ON COLUMN perfadvisor.plan_changes.plan_before_id IS 'What tells it apart, as in statement_plans';
COMMENT ON COLUMN perfadvisor.plan_changes.plan_after_id IS 'What tells it apart';
