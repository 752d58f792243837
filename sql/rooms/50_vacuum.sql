-- ---------------------------------------------------------------------------
-- Health: what autovacuum does with each table, and what keeps it from it

CREATE FUNCTION perfadvisor.server_rows(topic text)
RETURNS SETOF jsonb
LANGUAGE C STABLE PARALLEL RESTRICTED STRICT ROWS 1
SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'pa_server_rows';

COMMENT ON FUNCTION perfadvisor.server_rows(text) IS
'Rows of statistics views that differ between versions, with the same names on all: checkpoints or backend_writes; or what shared buffers hold: buffers';

CREATE FUNCTION perfadvisor.find_relation(name text)
RETURNS regclass
LANGUAGE SQL STABLE PARALLEL SAFE STRICT
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
-- to_regclass() is an error for who may not use the schema, and who watches a server often may not.
SELECT c.oid::pg_catalog.regclass
FROM (SELECT pg_catalog.parse_ident(find_relation.name) AS parts) AS p
     JOIN pg_catalog.pg_namespace AS n ON n.nspname = p.parts[1]
     JOIN pg_catalog.pg_class AS c ON c.relnamespace = n.oid AND c.relname = p.parts[2];
END;

COMMENT ON FUNCTION perfadvisor.find_relation(text) IS 'The relation of a name with its schema, NULL if there is none; also for who may not use the schema';

CREATE FUNCTION perfadvisor.recorder_loaded()
RETURNS boolean
LANGUAGE C STABLE PARALLEL SAFE STRICT
AS 'MODULE_PATHNAME', 'pa_recorder_loaded';

COMMENT ON FUNCTION perfadvisor.recorder_loaded() IS
'Whether the server loaded the library when it started, so that statements are recorded';

CREATE FUNCTION perfadvisor.database_histogram(
    OUT from_time double precision, OUT to_time double precision, OUT calls bigint)
RETURNS SETOF record
AS 'MODULE_PATHNAME', 'pa_read_database_histogram'
LANGUAGE C STRICT VOLATILE PARALLEL SAFE ROWS 100;

COMMENT ON FUNCTION perfadvisor.database_histogram() IS
'Executions of all statements that clients ran in the current database by execution time: one row per bucket that is not empty, bounds in ms';

-- Counters to compare with later ones, written by note_findings()
CREATE TABLE perfadvisor.horizon_log (
    noted_at timestamptz PRIMARY KEY,
    next_xid bigint NOT NULL,
    next_mxid bigint NOT NULL,
    counted_since timestamptz,
    blks_hit double precision,
    blks_read double precision,
    blk_read_time double precision,
    active_time double precision
);

COMMENT ON TABLE perfadvisor.horizon_log IS 'Transaction ids over time, from which days until wraparound are calculated, and counters of reads, of which the last day is judged';
COMMENT ON COLUMN perfadvisor.horizon_log.noted_at IS 'When';
COMMENT ON COLUMN perfadvisor.horizon_log.next_xid IS 'Transactions assigned until then, epoch included';
COMMENT ON COLUMN perfadvisor.horizon_log.next_mxid IS 'Next multixact id, without epoch';
COMMENT ON COLUMN perfadvisor.horizon_log.counted_since IS 'Since when the counters in this row count';
COMMENT ON COLUMN perfadvisor.horizon_log.blks_hit IS 'Blocks of this database that were in shared buffers';
COMMENT ON COLUMN perfadvisor.horizon_log.blks_read IS 'Blocks that were not';
COMMENT ON COLUMN perfadvisor.horizon_log.blk_read_time IS 'Time that reading these took, ms, as far as track_io_timing was on';
COMMENT ON COLUMN perfadvisor.horizon_log.active_time IS 'Time that sessions were active, ms';

CREATE FUNCTION perfadvisor.table_maintenance(
    OUT relation regclass, OUT name text, OUT toast_of regclass, OUT remedy_name text, OUT option_prefix text,
    OUT relpages bigint, OUT reltuples double precision, OUT all_visible bigint, OUT all_frozen bigint,
    OUT live_rows bigint, OUT dead_rows bigint, OUT inserted_since_vacuum bigint, OUT changed_since_analyze bigint,
    OUT inserts bigint, OUT updates bigint, OUT hot_updates bigint, OUT deletes bigint, OUT seq_scans bigint,
    OUT autovacuum boolean, OUT vacuum_trigger double precision, OUT insert_trigger double precision,
    OUT analyze_trigger double precision,
    OUT xid_age bigint, OUT freeze_max_age bigint, OUT mxid_age bigint, OUT mxid_freeze_max_age bigint,
    OUT last_vacuum timestamptz, OUT last_autovacuum timestamptz, OUT last_analyze timestamptz, OUT options jsonb)
RETURNS SETOF record
LANGUAGE SQL STABLE PARALLEL RESTRICTED STRICT ROWS 1000
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
-- Triggers as relation_needs_vacanalyze() in autovacuum.c has them; a TOAST table without options of its own
-- takes those of its table.
WITH raw AS (
    SELECT c.oid, c.relkind, c.relpages, c.reltuples, c.relallvisible, c.relfrozenxid, c.relminmxid,
           m.oid AS main, COALESCE(m.relname, c.relname) AS relname, COALESCE(mn.nspname, n.nspname) AS nspname,
           CASE WHEN c.reloptions IS NULL AND m.reloptions IS NULL THEN '{}'::jsonb
                ELSE COALESCE((SELECT pg_catalog.jsonb_object_agg(o.option_name, o.option_value)
                               FROM pg_catalog.pg_options_to_table(COALESCE(c.reloptions, m.reloptions)) AS o), '{}') END AS opt,
           CASE WHEN g.max_threshold IS NOT NULL THEN (pg_catalog.to_jsonb(c) ->> 'relallfrozen')::bigint END AS relallfrozen,
           g.*
    FROM pg_catalog.pg_class AS c
         JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
         LEFT JOIN pg_catalog.pg_class AS m ON c.relkind = 't' AND m.reltoastrelid = c.oid
         LEFT JOIN pg_catalog.pg_namespace AS mn ON mn.oid = m.relnamespace
         CROSS JOIN (SELECT pg_catalog.current_setting('autovacuum_vacuum_threshold')::float8 AS vac_base,
                            pg_catalog.current_setting('autovacuum_vacuum_scale_factor')::float8 AS vac_scale,
                            pg_catalog.current_setting('autovacuum_vacuum_max_threshold', true)::float8 AS max_threshold,
                            pg_catalog.current_setting('autovacuum_vacuum_insert_threshold')::float8 AS ins_base,
                            pg_catalog.current_setting('autovacuum_vacuum_insert_scale_factor')::float8 AS ins_scale,
                            pg_catalog.current_setting('autovacuum_analyze_threshold')::float8 AS anl_base,
                            pg_catalog.current_setting('autovacuum_analyze_scale_factor')::float8 AS anl_scale,
                            pg_catalog.current_setting('autovacuum_freeze_max_age')::bigint AS freeze_age,
                            pg_catalog.current_setting('autovacuum_multixact_freeze_max_age')::bigint AS mxid_freeze_age,
                            pg_catalog.current_setting('autovacuum')::boolean AND pg_catalog.current_setting('track_counts')::boolean AS active) AS g
    WHERE c.relkind IN ('r', 'm', 't') AND c.relpersistence <> 't' AND COALESCE(m.relpersistence, 'p') <> 't'
      AND COALESCE(mn.nspname, n.nspname) NOT IN ('pg_catalog', 'information_schema', 'pg_toast', 'perfadvisor')
)
SELECT r.oid::pg_catalog.regclass,
       pg_catalog.format('%I.%I', r.nspname, r.relname) || CASE WHEN r.main IS NOT NULL THEN ' (TOAST)' ELSE '' END,
       r.main::pg_catalog.regclass,
       pg_catalog.format('%I.%I', r.nspname, r.relname),
       CASE WHEN r.main IS NOT NULL THEN 'toast.' ELSE '' END,
       r.relpages, r.reltuples, r.relallvisible, r.relallfrozen,
       pg_catalog.pg_stat_get_live_tuples(r.oid), pg_catalog.pg_stat_get_dead_tuples(r.oid),
       pg_catalog.pg_stat_get_ins_since_vacuum(r.oid), pg_catalog.pg_stat_get_mod_since_analyze(r.oid),
       pg_catalog.pg_stat_get_tuples_inserted(r.oid), pg_catalog.pg_stat_get_tuples_updated(r.oid),
       pg_catalog.pg_stat_get_tuples_hot_updated(r.oid), pg_catalog.pg_stat_get_tuples_deleted(r.oid),
       pg_catalog.pg_stat_get_numscans(r.oid),
       r.active AND COALESCE((r.opt ->> 'autovacuum_enabled')::boolean, true),
       CASE WHEN COALESCE((r.opt ->> 'autovacuum_vacuum_max_threshold')::float8, r.max_threshold) >= 0
            THEN LEAST(v.threshold, COALESCE((r.opt ->> 'autovacuum_vacuum_max_threshold')::float8, r.max_threshold))
            ELSE v.threshold END,
       CASE WHEN v.ins_base >= 0
            THEN v.ins_base + COALESCE((r.opt ->> 'autovacuum_vacuum_insert_scale_factor')::float8, r.ins_scale) * v.tuples
                 * CASE WHEN r.relpages > 0 AND r.relallfrozen > 0 THEN 1 - LEAST(r.relallfrozen, r.relpages)::float8 / r.relpages ELSE 1 END END,
       COALESCE((r.opt ->> 'autovacuum_analyze_threshold')::float8, r.anl_base)
       + COALESCE((r.opt ->> 'autovacuum_analyze_scale_factor')::float8, r.anl_scale) * v.tuples,
       CASE WHEN r.relfrozenxid <> '0'::xid THEN pg_catalog.age(r.relfrozenxid) END,
       LEAST((r.opt ->> 'autovacuum_freeze_max_age')::bigint, r.freeze_age),
       CASE WHEN r.relminmxid <> '0'::xid THEN pg_catalog.mxid_age(r.relminmxid) END,
       LEAST((r.opt ->> 'autovacuum_multixact_freeze_max_age')::bigint, r.mxid_freeze_age),
       GREATEST(pg_catalog.pg_stat_get_last_vacuum_time(r.oid), pg_catalog.pg_stat_get_last_autovacuum_time(r.oid)),
       pg_catalog.pg_stat_get_last_autovacuum_time(r.oid),
       GREATEST(pg_catalog.pg_stat_get_last_analyze_time(r.oid), pg_catalog.pg_stat_get_last_autoanalyze_time(r.oid)),
       r.opt
FROM raw AS r
     CROSS JOIN LATERAL (
         SELECT GREATEST(r.reltuples, 0)::float8 AS tuples,
                COALESCE((r.opt ->> 'autovacuum_vacuum_threshold')::float8, r.vac_base)
                + COALESCE((r.opt ->> 'autovacuum_vacuum_scale_factor')::float8, r.vac_scale) * GREATEST(r.reltuples, 0) AS threshold,
                COALESCE((r.opt ->> 'autovacuum_vacuum_insert_threshold')::float8, r.ins_base) AS ins_base) AS v;
END;

COMMENT ON FUNCTION perfadvisor.table_maintenance() IS 'Rows of the view table_maintenance';

CREATE VIEW perfadvisor.table_maintenance AS
    SELECT t.relation, t.name, t.toast_of, t.relpages, t.reltuples, t.all_visible, t.all_frozen,
           t.live_rows, t.dead_rows, t.vacuum_trigger, t.inserted_since_vacuum, t.insert_trigger,
           t.changed_since_analyze, t.analyze_trigger, t.autovacuum,
           t.inserts, t.updates, t.hot_updates, t.deletes, t.seq_scans,
           t.xid_age, t.freeze_max_age, t.mxid_age, t.mxid_freeze_max_age,
           t.last_vacuum, t.last_autovacuum, t.last_analyze, t.options
    FROM perfadvisor.table_maintenance() AS t;

COMMENT ON VIEW perfadvisor.table_maintenance IS 'Tables of this database, and their TOAST tables, with what autovacuum decides by';
COMMENT ON COLUMN perfadvisor.table_maintenance.relation IS 'Table, materialized view or TOAST table';
COMMENT ON COLUMN perfadvisor.table_maintenance.name IS 'Its name; a TOAST table is called by its table';
COMMENT ON COLUMN perfadvisor.table_maintenance.toast_of IS 'The table that it is the TOAST table of';
COMMENT ON COLUMN perfadvisor.table_maintenance.relpages IS 'Pages when it was last vacuumed or analysed';
COMMENT ON COLUMN perfadvisor.table_maintenance.reltuples IS 'Rows by the last VACUUM or ANALYZE, -1 where there was none';
COMMENT ON COLUMN perfadvisor.table_maintenance.all_visible IS 'Pages that were all-visible then';
COMMENT ON COLUMN perfadvisor.table_maintenance.all_frozen IS 'Pages that were all-frozen then, NULL before PostgreSQL 18';
COMMENT ON COLUMN perfadvisor.table_maintenance.live_rows IS 'Rows by the counters';
COMMENT ON COLUMN perfadvisor.table_maintenance.dead_rows IS 'Dead rows by the counters';
COMMENT ON COLUMN perfadvisor.table_maintenance.vacuum_trigger IS 'Dead rows above which autovacuum vacuums this table';
COMMENT ON COLUMN perfadvisor.table_maintenance.inserted_since_vacuum IS 'Rows inserted since it was vacuumed';
COMMENT ON COLUMN perfadvisor.table_maintenance.insert_trigger IS 'Inserted rows above which autovacuum vacuums this table, NULL for never';
COMMENT ON COLUMN perfadvisor.table_maintenance.changed_since_analyze IS 'Rows changed since it was analysed';
COMMENT ON COLUMN perfadvisor.table_maintenance.analyze_trigger IS 'Changed rows above which autovacuum analyses this table';
COMMENT ON COLUMN perfadvisor.table_maintenance.autovacuum IS 'Whether autovacuum looks after it';
COMMENT ON COLUMN perfadvisor.table_maintenance.inserts IS 'Rows inserted since the statistics were reset';
COMMENT ON COLUMN perfadvisor.table_maintenance.updates IS 'Rows updated since the statistics were reset';
COMMENT ON COLUMN perfadvisor.table_maintenance.hot_updates IS 'Of these, heap-only';
COMMENT ON COLUMN perfadvisor.table_maintenance.deletes IS 'Rows deleted since the statistics were reset';
COMMENT ON COLUMN perfadvisor.table_maintenance.seq_scans IS 'Sequential scans since the statistics were reset';
COMMENT ON COLUMN perfadvisor.table_maintenance.xid_age IS 'Age of its oldest unfrozen transaction id';
COMMENT ON COLUMN perfadvisor.table_maintenance.freeze_max_age IS 'Age at which autovacuum vacuums it even where it is off';
COMMENT ON COLUMN perfadvisor.table_maintenance.mxid_age IS 'Age of its oldest multixact id';
COMMENT ON COLUMN perfadvisor.table_maintenance.mxid_freeze_max_age IS 'The same limit for multixact ids';
COMMENT ON COLUMN perfadvisor.table_maintenance.last_vacuum IS 'Last VACUUM, by whom ever';
COMMENT ON COLUMN perfadvisor.table_maintenance.last_autovacuum IS 'Last one by autovacuum';
COMMENT ON COLUMN perfadvisor.table_maintenance.last_analyze IS 'Last ANALYZE, by whom ever';
COMMENT ON COLUMN perfadvisor.table_maintenance.options IS 'Storage parameters in effect';

CREATE FUNCTION perfadvisor.xmin_holders(
    OUT object text, OUT kind text, OUT xids bigint, OUT since timestamptz, OUT remedy_sql text, OUT verify_sql text, OUT lock_note text)
RETURNS SETOF record
LANGUAGE SQL STABLE PARALLEL RESTRICTED STRICT ROWS 10
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
-- Only sessions of this database hold its rows back, besides what serves replication. Sessions that vacuum
-- are not waited for. Sessions of other roles have no xmin here unless the reader may see it.
SELECT CASE WHEN a.backend_type = 'walsender' THEN pg_catalog.format('standby %s', a.application_name)
            ELSE pg_catalog.format('session of %s', COALESCE(a.usename, a.backend_type)) END,
       CASE WHEN a.backend_type = 'walsender' THEN 'standby' ELSE 'session' END,
       GREATEST(pg_catalog.age(a.backend_xmin), pg_catalog.age(a.backend_xid)), a.xact_start,
       CASE WHEN a.backend_type = 'client backend' THEN
           pg_catalog.format('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid = %s AND backend_start = %L AND xact_start = %L', a.pid, a.backend_start, a.xact_start) END,
       CASE WHEN a.backend_type = 'client backend' THEN
           pg_catalog.format('SELECT NOT EXISTS (SELECT FROM pg_stat_activity WHERE pid = %s AND backend_start = %L AND xact_start = %L)', a.pid, a.backend_start, a.xact_start) END,
       CASE WHEN a.backend_type = 'walsender' THEN 'The standby sends it with hot_standby_feedback: end the old query there.'
            ELSE 'Ends the session: its transaction is rolled back, its client gets an error.' END
FROM pg_catalog.pg_stat_activity AS a
WHERE (a.backend_xmin IS NOT NULL OR a.backend_xid IS NOT NULL)
  AND a.pid <> pg_catalog.pg_backend_pid() AND a.backend_type <> 'autovacuum worker'
  AND (a.datid IS NULL OR a.datid = (SELECT d.oid FROM pg_catalog.pg_database AS d WHERE d.datname = pg_catalog.current_database()))
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_stat_progress_vacuum AS v WHERE v.pid = a.pid)
UNION ALL
SELECT pg_catalog.format('prepared transaction %s', pg_catalog.quote_literal(x.gid)), 'prepared', pg_catalog.age(x.transaction), x.prepared,
       pg_catalog.format('ROLLBACK PREPARED %L', x.gid),
       pg_catalog.format('SELECT NOT EXISTS (SELECT FROM pg_prepared_xacts WHERE gid = %L)', x.gid),
       'Gives up what the transaction did; COMMIT PREPARED keeps it: ask who coordinates it first.'
FROM pg_catalog.pg_prepared_xacts AS x
WHERE x.database = pg_catalog.current_database()
UNION ALL
SELECT pg_catalog.format('replication slot %s', pg_catalog.quote_ident(s.slot_name)), 'slot',
       GREATEST(pg_catalog.age(s.xmin), pg_catalog.age(s.catalog_xmin)), NULL,
       CASE WHEN NOT s.active THEN pg_catalog.format('SELECT pg_drop_replication_slot(%L)', s.slot_name) END,
       CASE WHEN NOT s.active THEN pg_catalog.format('SELECT NOT EXISTS (SELECT FROM pg_replication_slots WHERE slot_name = %L)', s.slot_name) END,
       CASE WHEN s.active THEN 'Its consumer is connected: see what that does.'
            ELSE 'Whoever used the slot must be set up anew.' END
FROM pg_catalog.pg_replication_slots AS s
WHERE s.xmin IS NOT NULL OR s.catalog_xmin IS NOT NULL;
END;

COMMENT ON FUNCTION perfadvisor.xmin_holders() IS
'What keeps VACUUM from removing rows that died since, as far as the current role may see it';

CREATE FUNCTION perfadvisor.vacuum_health(
    OUT check_name text, OUT object text, OUT relation regclass, OUT status text, OUT message text,
    OUT value double precision, OUT threshold double precision, OUT unit text, OUT why text, OUT evidence jsonb,
    OUT remedy_sql text, OUT verify_sql text, OUT undo_sql text, OUT lock_note text)
RETURNS SETOF record
LANGUAGE SQL STABLE PARALLEL RESTRICTED STRICT ROWS 100
SET search_path = pg_catalog, pg_temp SET jit = off
BEGIN ATOMIC
WITH t AS MATERIALIZED (
    SELECT m.* FROM perfadvisor.table_maintenance() AS m
), here AS (
    SELECT pg_catalog.quote_ident(pg_catalog.current_database()) AS name,
           pg_catalog.pg_has_role('pg_read_all_stats', 'USAGE') AS sees_all,
           pg_catalog.pg_is_in_recovery() AS standby,
           pg_catalog.current_setting('autovacuum')::boolean AND pg_catalog.current_setting('track_counts')::boolean AS active,
           pg_catalog.current_setting('autovacuum_naptime')::interval AS naptime,
           pg_catalog.current_setting('autovacuum_max_workers')::integer AS max_workers,
           (SELECT pg_catalog.count(*) FROM pg_catalog.pg_stat_activity AS a WHERE a.backend_type = 'autovacuum worker') AS workers,
           (SELECT pg_catalog.count(*) FROM t) AS tables,
           perfadvisor.counted_since() AS counted_since
), vacuuming AS (
    SELECT v.relid, pg_catalog.min(a.xact_start) AS since, pg_catalog.bool_or(a.wait_event = 'VacuumDelay') AS sleeps
    FROM pg_catalog.pg_stat_progress_vacuum AS v LEFT JOIN pg_catalog.pg_stat_activity AS a ON a.pid = v.pid
    WHERE v.datname = pg_catalog.current_database()
    GROUP BY v.relid
), locked AS (
    -- VACUUM needs SHARE UPDATE EXCLUSIVE; autovacuum goes away when it cannot have it at once
    SELECT DISTINCT l.relation FROM pg_catalog.pg_locks AS l
    WHERE l.locktype = 'relation' AND l.granted AND l.pid IS DISTINCT FROM pg_catalog.pg_backend_pid()
      AND l.database = (SELECT d.oid FROM pg_catalog.pg_database AS d WHERE d.datname = pg_catalog.current_database())
      AND l.mode IN ('ShareUpdateExclusiveLock', 'ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock')
), holders AS MATERIALIZED (
    SELECT h.* FROM perfadvisor.xmin_holders() AS h
), oldest AS (
    SELECT h.* FROM holders AS h ORDER BY h.xids DESC LIMIT 1
), rate AS (
    -- transaction ids per day, over the last week as far as noted
    SELECT (pg_catalog.max(l.next_xid) - pg_catalog.min(l.next_xid)) / days AS xids,
           GREATEST(pg_catalog.max(l.next_mxid) - pg_catalog.min(l.next_mxid), 0) / days AS mxids,
           pg_catalog.min(l.noted_at) AS since
    FROM (SELECT l.*, NULLIF(pg_catalog.date_part('epoch', pg_catalog.max(l.noted_at) OVER () - pg_catalog.min(l.noted_at) OVER ()) / 86400, 0) AS days
          FROM perfadvisor.horizon_log AS l WHERE l.noted_at > pg_catalog.now() - '7 days'::interval) AS l
    WHERE l.days > 1 / 24.0
    GROUP BY l.days
), overdue AS (
    SELECT t.*, t.dead_rows / t.vacuum_trigger AS ratio,
           CASE WHEN NOT h.active THEN 'autovacuum is off for the whole server'
                WHEN v.relid IS NOT NULL THEN 'it is being vacuumed now' || COALESCE(', since ' || pg_catalog.date_trunc('second', v.since), '')
                         || CASE WHEN v.sleeps THEN ', and sleeps at the moment as its cost limit wants' ELSE '' END
                WHEN NOT t.autovacuum THEN 'autovacuum is off for this table'
                WHEN o.since < t.last_vacuum OR (o.xids > 0 AND o.kind = 'slot' AND t.last_vacuum IS NOT NULL)
                    THEN pg_catalog.format('it was vacuumed, but %s may still see these rows', o.object)
                WHEN l.relation IS NOT NULL THEN 'another session holds a lock on it that autovacuum does not wait for'
                WHEN h.workers >= h.max_workers THEN pg_catalog.format('all %s autovacuum workers are busy', h.max_workers)
                WHEN GREATEST(t.last_autovacuum, pg_catalog.pg_postmaster_start_time()) > pg_catalog.clock_timestamp() - 10 * h.naptime THEN 'autovacuum has not come round yet'
                ELSE 'no reason for that is visible: its changes may be recent, or autovacuum was cancelled, which the server''s log tells' END AS cause,
           v.relid IS NOT NULL OR (h.active AND t.autovacuum AND o.object IS NULL AND l.relation IS NULL
               AND GREATEST(t.last_autovacuum, pg_catalog.pg_postmaster_start_time()) > pg_catalog.clock_timestamp() - 10 * h.naptime) AS on_its_way,
           h.active AND t.autovacuum AND (o.since < t.last_vacuum) AS pinned
    FROM t CROSS JOIN here AS h
         LEFT JOIN oldest AS o ON true
         LEFT JOIN vacuuming AS v ON v.relid = COALESCE(t.toast_of, t.relation)
         LEFT JOIN locked AS l ON l.relation = t.relation
    WHERE t.dead_rows > GREATEST(t.vacuum_trigger, 1000)
), databases AS (
    SELECT pg_catalog.quote_ident(d.datname) AS name, d.datname, pg_catalog.age(d.datfrozenxid)::float8 AS xids, pg_catalog.mxid_age(d.datminmxid)::float8 AS mxids
    FROM pg_catalog.pg_database AS d
), freezing AS MATERIALIZED (
    -- tables whose ids must become younger for the database's to be; the database as a whole where they are many
    SELECT g.check_name, CASE WHEN pg_catalog.count(*) <= 20 THEN pg_catalog.string_agg(pg_catalog.format('VACUUM (FREEZE) %s', g.name), E';\n' ORDER BY g.used DESC)
                              ELSE 'VACUUM (FREEZE)' END AS sql
    FROM (SELECT a.check_name, COALESCE(t.remedy_name, pg_catalog.format('%I.%I', n.nspname, c.relname)) AS name, pg_catalog.max(a.used) AS used
          FROM pg_catalog.pg_class AS c
               JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
               LEFT JOIN t ON t.relation = c.oid
               CROSS JOIN LATERAL (VALUES
                   ('freeze_age', pg_catalog.age(c.relfrozenxid), pg_catalog.current_setting('autovacuum_freeze_max_age')::float8),
                   ('multixact_age', pg_catalog.mxid_age(c.relminmxid), pg_catalog.current_setting('autovacuum_multixact_freeze_max_age')::float8)) AS a(check_name, used, max_age)
          WHERE c.relkind IN ('r', 'm', 't') AND c.relpersistence <> 't' AND a.used > LEAST(0.4 * 2147483648, 2 * a.max_age)
          GROUP BY a.check_name, 2) AS g
    GROUP BY g.check_name
), frozen AS (
    SELECT x.*, CASE WHEN x.used > x.emergency OR x.used > 0.75 * 2147483648 THEN 'critical'
                     WHEN x.used > 0.5 * 2147483648 OR x.used > 2 * x.max_age THEN 'warning'
                     WHEN x.used > 0.4 * 2147483648 THEN 'info' END AS status
    FROM (SELECT d.name, d.datname, 'freeze_age' AS check_name, 'transaction ids' AS what, d.xids AS used, r.xids AS per_day, r.since,
                 pg_catalog.current_setting('autovacuum_freeze_max_age')::float8 AS max_age, 0.8 * pg_catalog.current_setting('vacuum_failsafe_age')::float8 AS emergency
          FROM databases AS d LEFT JOIN rate AS r ON true
          UNION ALL
          SELECT d.name, d.datname, 'multixact_age', 'multixact ids', d.mxids, r.mxids, r.since,
                 pg_catalog.current_setting('autovacuum_multixact_freeze_max_age')::float8, 0.8 * pg_catalog.current_setting('vacuum_multixact_failsafe_age')::float8
          FROM databases AS d LEFT JOIN rate AS r ON true) AS x
), tunable AS (
    -- wait for at most a hundredth of a table's rows, at least a million, at most a twentieth
    SELECT t.*, LEAST(GREATEST(1e6, 0.01 * t.reltuples), 0.05 * t.reltuples) AS wanted
    FROM t
    WHERE t.toast_of IS NULL AND t.reltuples >= 5e6 AND t.updates + t.deletes > 0.01 * t.reltuples AND t.autovacuum
), updated AS (
    -- UPDATE leaves the page when that is full; it stays, but is not heap-only, when an indexed column changes
    SELECT t.*, 1 - t.hot_updates::float8 / t.updates AS not_hot,
           (pg_catalog.to_jsonb(s) ->> 'n_tup_newpage_upd')::float8 / t.updates AS new_page
    FROM t JOIN pg_catalog.pg_stat_all_tables AS s ON s.relid = t.relation
    WHERE t.toast_of IS NULL AND t.updates >= 10000 AND t.hot_updates < 0.5 * t.updates AND t.relpages >= 128
), set_columns AS (
    -- which columns recorded statements set, by the text: table name as written, last part of it
    SELECT DISTINCT pg_catalog.lower(pg_catalog.btrim(pg_catalog.regexp_replace(u.p[1], '^.*\.', ''), '"')) AS relname,
           pg_catalog.lower(pg_catalog.btrim(c.m[1], '"')) AS column_name
    FROM (SELECT 1 WHERE perfadvisor.recorder_loaded() AND EXISTS (SELECT FROM updated)) AS w
         CROSS JOIN LATERAL perfadvisor.recorded_statements() AS s
         CROSS JOIN LATERAL (SELECT pg_catalog.regexp_match(pg_catalog."left"(s.query, 4000),
             '^\s*(?:/\*.*?\*/\s*)*update\s+(?:only\s+)?((?:"[^"]+"|[\w$]+)(?:\.(?:"[^"]+"|[\w$]+))?).*?\sset\s(.*?)(?:\swhere\s|\sreturning\s|\sfrom\s|$)', 'is') AS p) AS u
         CROSS JOIN LATERAL pg_catalog.regexp_matches(u.p[2], '(?:^|,|\()\s*("[^"]+"|[\w$]+)\s*=[^=]', 'g') AS c(m)
    WHERE s.statement_class = 'write' AND s.dbid = (SELECT d.oid FROM pg_catalog.pg_database AS d WHERE d.datname = pg_catalog.current_database())
      AND u.p IS NOT NULL
), hot AS (
    SELECT u.*, b.breakers,
           COALESCE((u.options ->> 'fillfactor')::integer, 100) AS fillfactor,
           EXISTS (SELECT FROM set_columns AS s JOIN pg_catalog.pg_class AS c ON c.oid = u.relation WHERE s.relname = pg_catalog.lower(c.relname)) AS recorded
    FROM updated AS u
         CROSS JOIN LATERAL (
             SELECT pg_catalog.string_agg(DISTINCT pg_catalog.format('index %s has column %I', i.indexrelid::pg_catalog.regclass, a.attname), ', ') AS breakers
             FROM pg_catalog.pg_index AS i
                  JOIN pg_catalog.pg_class AS ic ON ic.oid = i.indexrelid
                  JOIN pg_catalog.pg_am AS am ON am.oid = ic.relam
                  JOIN pg_catalog.pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey::smallint[])
                  JOIN pg_catalog.pg_class AS c ON c.oid = i.indrelid
                  JOIN set_columns AS s ON s.relname = pg_catalog.lower(c.relname) AND s.column_name = pg_catalog.lower(a.attname)
             WHERE i.indrelid = u.relation AND am.amname <> 'brin') AS b
), widths AS (
    -- tables large enough for the question, with what ANALYZE knows of all their columns
    SELECT t.relation, t.name, t.remedy_name, t.relpages, t.reltuples, t.options, t.dead_rows,
           pg_catalog.count(*) AS columns, pg_catalog.count(s.avg_width) AS known,
           pg_catalog.sum(s.avg_width * (1 - s.null_frac)) AS width,
           pg_catalog.bool_or(a.attlen = -1 AND s.avg_width > 600) AS long_values,
           perfadvisor.may_select(t.relation) AND NOT pg_catalog.row_security_active(t.relation) AS readable
    FROM t
         JOIN pg_catalog.pg_class AS c ON c.oid = t.relation
         JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
         JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
         LEFT JOIN pg_catalog.pg_stats AS s ON s.schemaname = n.nspname AND s.tablename = c.relname AND s.attname = a.attname AND NOT s.inherited
    WHERE t.toast_of IS NULL AND t.relpages >= 12800 AND t.reltuples > 0
    GROUP BY t.relation, t.name, t.remedy_name, t.relpages, t.reltuples, t.options, t.dead_rows
), bloat AS (
    -- a row takes its header and line pointer, and half an alignment on the average; a page has 8168 bytes for rows
    SELECT w.*, GREATEST(pg_catalog.ceil(w.reltuples * (24 + 4 + w.width + 4) / (8168 * COALESCE((w.options ->> 'fillfactor')::float8, 100) / 100)), 1) AS needed
    FROM widths AS w
), found AS (
    SELECT 'autovacuum_off' AS check_name, 'autovacuum' AS object, NULL::pg_catalog.regclass AS relation, 'critical' AS status,
           CASE WHEN pg_catalog.current_setting('autovacuum')::boolean THEN 'Autovacuum does nothing, as track_counts is off' ELSE 'Autovacuum is off for the whole server' END AS message,
           NULL::float8 AS value, NULL::float8 AS threshold, NULL::text AS unit,
           (SELECT pg_catalog.jsonb_object_agg(s.name, pg_catalog.jsonb_build_object('setting', s.setting, 'source', s.source)) FROM pg_catalog.pg_settings AS s WHERE s.name IN ('autovacuum', 'track_counts')) AS evidence,
           E'ALTER SYSTEM SET autovacuum = on;\nALTER SYSTEM SET track_counts = on;\nSELECT pg_reload_conf()' AS remedy_sql,
           'SELECT current_setting(''autovacuum'')::boolean AND current_setting(''track_counts'')::boolean' AS verify_sql,
           pg_catalog.format(E'ALTER SYSTEM SET autovacuum = %s;\nALTER SYSTEM SET track_counts = %s;\nSELECT pg_reload_conf()', pg_catalog.current_setting('autovacuum'), pg_catalog.current_setting('track_counts')) AS undo_sql,
           'No lock, no restart; autovacuum workers begin within autovacuum_naptime.' AS lock_note
    FROM here AS h WHERE NOT h.active
    UNION ALL
    SELECT 'table_autovacuum_off', t.name, t.relation,
           CASE WHEN t.dead_rows > t.vacuum_trigger OR t.updates + t.deletes > 1000 THEN 'warning' ELSE 'info' END,
           pg_catalog.format('Autovacuum is off for this table, which has %s dead rows; it would be vacuumed at %s', t.dead_rows, pg_catalog.round(t.vacuum_trigger)),
           t.dead_rows, t.vacuum_trigger, 'rows',
           pg_catalog.jsonb_build_object('dead_rows', t.dead_rows, 'vacuum_trigger', t.vacuum_trigger, 'updates', t.updates, 'deletes', t.deletes, 'since', h.counted_since),
           pg_catalog.format('ALTER TABLE %s RESET (%sautovacuum_enabled)', t.remedy_name, CASE WHEN o.own THEN t.option_prefix ELSE '' END),
           pg_catalog.format('SELECT NOT EXISTS (SELECT FROM pg_class AS c, pg_options_to_table(c.reloptions) AS o WHERE c.oid = %L::regclass AND o.option_name = ''autovacuum_enabled'' AND NOT o.option_value::boolean)', t.relation),
           pg_catalog.format('ALTER TABLE %s SET (%sautovacuum_enabled = false)', t.remedy_name, CASE WHEN o.own THEN t.option_prefix ELSE '' END),
           'SHARE UPDATE EXCLUSIVE for a moment: readers and writers go on.'
    FROM t CROSS JOIN here AS h
         CROSS JOIN LATERAL (SELECT c.reloptions IS NOT NULL AS own FROM pg_catalog.pg_class AS c WHERE c.oid = t.relation) AS o
    WHERE (t.options ->> 'autovacuum_enabled')::boolean = false AND o.own
      AND (t.relpages > 0 OR t.live_rows + t.dead_rows > 0)
    UNION ALL
    SELECT 'dead_rows', o.name, o.relation,
           CASE WHEN o.on_its_way THEN 'info' WHEN o.ratio > 5 AND o.dead_rows > 10000 THEN 'critical' ELSE 'warning' END,
           pg_catalog.format('%s dead rows, where autovacuum comes at %s: %s', o.dead_rows, pg_catalog.round(o.vacuum_trigger), o.cause),
           o.dead_rows, o.vacuum_trigger, 'rows',
           pg_catalog.jsonb_build_object('dead_rows', o.dead_rows, 'live_rows', o.live_rows, 'vacuum_trigger', o.vacuum_trigger, 'ratio', pg_catalog.round(o.ratio::numeric, 1),
               'cause', o.cause, 'last_vacuum', o.last_vacuum, 'last_autovacuum', o.last_autovacuum, 'autovacuum_workers', h.workers, 'autovacuum_max_workers', h.max_workers,
               'held_by', (SELECT x.object FROM oldest AS x WHERE o.pinned)),
           pg_catalog.format('VACUUM (ANALYZE) %s', o.remedy_name),
           pg_catalog.format('SELECT pg_stat_get_dead_tuples(%s) <= %s', o.relation::oid, pg_catalog.ceil(GREATEST(o.vacuum_trigger, 1000))),
           NULL, CASE WHEN o.pinned THEN 'SHARE UPDATE EXCLUSIVE: readers and writers go on. Removes nothing before what holds the rows has ended: see xmin_horizon.'
                      ELSE 'SHARE UPDATE EXCLUSIVE: readers and writers go on.' END
    FROM overdue AS o CROSS JOIN here AS h
    UNION ALL
    SELECT 'insert_vacuum', t.name, t.relation, 'info',
           pg_catalog.format('%s rows were inserted since it was vacuumed, where autovacuum comes at %s%s', t.inserted_since_vacuum, pg_catalog.round(t.insert_trigger),
               CASE WHEN t.autovacuum THEN '' ELSE ' but is off' END),
           t.inserted_since_vacuum, t.insert_trigger, 'rows',
           pg_catalog.jsonb_build_object('inserted_since_vacuum', t.inserted_since_vacuum, 'insert_trigger', t.insert_trigger, 'all_visible_pages', t.all_visible, 'pages', t.relpages, 'last_vacuum', t.last_vacuum),
           pg_catalog.format('VACUUM (ANALYZE) %s', t.remedy_name),
           pg_catalog.format('SELECT pg_stat_get_ins_since_vacuum(%s) <= %s', t.relation::oid, pg_catalog.ceil(t.insert_trigger)), NULL,
           'SHARE UPDATE EXCLUSIVE: readers and writers go on.'
    FROM t CROSS JOIN here AS h
    WHERE t.inserted_since_vacuum > GREATEST(2 * t.insert_trigger, 100000) AND t.toast_of IS NULL
      AND GREATEST(t.last_autovacuum, pg_catalog.pg_postmaster_start_time()) < pg_catalog.clock_timestamp() - 10 * h.naptime
      AND NOT EXISTS (SELECT FROM overdue AS o WHERE o.relation = t.relation)
    UNION ALL
    SELECT 'xmin_horizon', x.object, NULL, x.status,
           pg_catalog.format('%s%s keeps rows that died in the last %s transactions from being removed%s', pg_catalog.upper(pg_catalog."left"(x.object, 1)), pg_catalog.substr(x.object, 2), x.xids,
               CASE WHEN x.since IS NOT NULL THEN pg_catalog.format(', since %s (%s)', pg_catalog.date_trunc('second', x.since), pg_catalog.date_trunc('second', pg_catalog.clock_timestamp() - x.since)) ELSE '' END
               || CASE WHEN x.hurt > 0 THEN pg_catalog.format('; %s tables were vacuumed in vain', x.hurt) ELSE '' END),
           x.xids, 1e6, 'transactions',
           pg_catalog.jsonb_build_object('xids', x.xids, 'since', x.since, 'tables_vacuumed_in_vain', x.hurt, 'thresholds', '1 hour or 1000000 transactions; 1 day or 50000000'),
           x.remedy_sql, x.verify_sql, NULL, x.lock_note
    FROM (SELECT DISTINCT ON (s.object) s.*, CASE WHEN s.xids > 50e6 OR s.since < pg_catalog.now() - '1 day'::interval THEN 'critical'
                              WHEN s.xids > 1e6 OR s.since < pg_catalog.now() - '1 hour'::interval OR s.hurt > 0 THEN 'warning' END AS status
          FROM (SELECT h.*, (SELECT pg_catalog.count(*) FROM overdue AS o WHERE h.xids > 0 AND o.last_vacuum > h.since) AS hurt
                FROM holders AS h) AS s
          ORDER BY s.object, s.xids DESC) AS x
    WHERE x.status IS NOT NULL
    UNION ALL
    SELECT 'xmin_horizon', 'sessions of other roles', NULL, 'unknown',
           'Snapshots of other roles'' sessions are not visible to this role, nor those of standbys; prepared transactions and slots are',
           NULL, NULL, NULL, pg_catalog.jsonb_build_object('lacks', 'pg_read_all_stats'),
           pg_catalog.format('GRANT pg_read_all_stats TO %I', CURRENT_USER), 'SELECT pg_has_role(''pg_read_all_stats'', ''USAGE'')',
           pg_catalog.format('REVOKE pg_read_all_stats FROM %I', CURRENT_USER), 'No lock.'
    FROM here AS h WHERE NOT h.sees_all
    UNION ALL
    SELECT f.check_name, f.name, NULL, f.status,
           pg_catalog.format('%s of 2147 million %s are used (%s %%); warning from %s on. %s', pg_catalog.round((f.used / 1e6)::numeric) || ' million', f.what,
               pg_catalog.round((f.used * 100 / 2147483648)::numeric, 1), pg_catalog.round(LEAST(0.5 * 2147483648, 2 * f.max_age)::numeric / 1e6) || ' million',
               CASE WHEN f.per_day > 0 THEN pg_catalog.format('At the %s a day measured since %s none can be assigned in %s days', pg_catalog.round(f.per_day::numeric), pg_catalog.date_trunc('second', f.since),
                                                   GREATEST(pg_catalog.floor((2147483648 - 3000000 - f.used) / f.per_day), 0))
                    ELSE 'How fast they are used was not measured yet: note_findings() keeps what it takes' END),
           f.used, LEAST(0.5 * 2147483648, 2 * f.max_age), f.what,
           pg_catalog.jsonb_build_object('used', f.used, 'share', pg_catalog.round((f.used / 2147483648)::numeric, 4), 'per_day', pg_catalog.round(f.per_day::numeric), 'measured_since', f.since,
               'days_left', CASE WHEN f.per_day > 0 THEN GREATEST(pg_catalog.floor((2147483648 - 3000000 - f.used) / f.per_day), 0) END,
               'autovacuum_freeze_max_age', f.max_age, 'held_by', (SELECT o.object FROM oldest AS o)),
           CASE WHEN f.datname = pg_catalog.current_database() THEN (SELECT o.sql FROM freezing AS o WHERE o.check_name = f.check_name) END,
           pg_catalog.format(CASE f.check_name WHEN 'freeze_age' THEN 'SELECT age(datfrozenxid) <= %s FROM pg_database WHERE datname = %L'
                                  ELSE 'SELECT mxid_age(datminmxid) <= %s FROM pg_database WHERE datname = %L' END,
               pg_catalog.floor(CASE f.status WHEN 'info' THEN 0.4 * 2147483648 ELSE LEAST(0.4 * 2147483648, 2 * f.max_age) END), f.datname),
           NULL, CASE WHEN f.datname = pg_catalog.current_database() THEN 'SHARE UPDATE EXCLUSIVE on one table after the other; reads all that is not frozen. vacuumdb --freeze --jobs does it for several at once.'
                      ELSE 'To be mended in that database.' END
    FROM frozen AS f WHERE f.status IS NOT NULL
    UNION ALL
    SELECT 'freeze_overdue', t.name, t.relation,
           CASE WHEN t.xid_age > 0.8 * pg_catalog.current_setting('vacuum_failsafe_age')::float8 THEN 'critical' ELSE 'warning' END,
           pg_catalog.format('Its oldest transaction id is %s transactions old, its oldest multixact id %s; autovacuum should have come at %s and %s, even where it is off', t.xid_age, t.mxid_age, t.freeze_max_age, t.mxid_freeze_max_age),
           t.xid_age, t.freeze_max_age, 'transactions',
           pg_catalog.jsonb_build_object('xid_age', t.xid_age, 'freeze_max_age', t.freeze_max_age, 'mxid_age', t.mxid_age, 'mxid_freeze_max_age', t.mxid_freeze_max_age,
               'last_vacuum', t.last_vacuum, 'held_by', (SELECT o.object FROM oldest AS o WHERE o.xids > t.freeze_max_age)),
           pg_catalog.format('VACUUM (FREEZE) %s', t.remedy_name),
           pg_catalog.format('SELECT age(relfrozenxid) <= %s AND mxid_age(relminmxid) <= %s FROM pg_class WHERE oid = %s', t.freeze_max_age, t.mxid_freeze_max_age, t.relation::oid),
           NULL, 'SHARE UPDATE EXCLUSIVE: readers and writers go on; reads all that is not frozen.'
    FROM t WHERE t.xid_age > 1.1 * t.freeze_max_age OR t.mxid_age > 1.1 * t.mxid_freeze_max_age
    UNION ALL
    SELECT 'vacuum_settings', t.name, t.relation, CASE WHEN t.vacuum_trigger > 20 * t.wanted THEN 'warning' ELSE 'info' END,
           pg_catalog.format('Autovacuum waits for %s dead rows of %s; %s are enough', pg_catalog.round(t.vacuum_trigger), pg_catalog.round(t.reltuples::numeric), pg_catalog.round(t.wanted)),
           t.vacuum_trigger, t.wanted, 'rows',
           pg_catalog.jsonb_build_object('rows', t.reltuples, 'vacuum_trigger', t.vacuum_trigger, 'wanted', t.wanted, 'updates', t.updates, 'deletes', t.deletes, 'since', h.counted_since),
           pg_catalog.format('ALTER TABLE %s SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = %s)', t.name, pg_catalog.round(t.wanted)),
           pg_catalog.format('SELECT vacuum_trigger <= %s FROM perfadvisor.table_maintenance WHERE relation = %s', pg_catalog.round(t.wanted) + 1, t.relation::oid),
           pg_catalog.concat_ws(E';\n', CASE WHEN u.previous IS NOT NULL THEN pg_catalog.format('ALTER TABLE %s SET (%s)', t.name, u.previous) END,
               CASE WHEN u.new IS NOT NULL THEN pg_catalog.format('ALTER TABLE %s RESET (%s)', t.name, u.new) END),
           'SHARE UPDATE EXCLUSIVE for a moment: readers and writers go on.'
    FROM tunable AS t CROSS JOIN here AS h
         CROSS JOIN LATERAL (
             SELECT pg_catalog.string_agg(pg_catalog.format('%s = %s', k, t.options ->> k), ', ') FILTER (WHERE t.options ? k) AS previous,
                    pg_catalog.string_agg(k, ', ') FILTER (WHERE NOT t.options ? k) AS new
             FROM pg_catalog.unnest(ARRAY['autovacuum_vacuum_scale_factor', 'autovacuum_vacuum_threshold']) AS k) AS u
    WHERE t.vacuum_trigger > 2 * t.wanted
    UNION ALL
    SELECT 'hot_updates', u.name, u.relation, CASE WHEN u.updates > 1000000 AND u.not_hot > 0.9 THEN 'warning' ELSE 'info' END,
           pg_catalog.format('%s %% of %s updates were not heap-only (threshold 50 %%)%s', pg_catalog.round((u.not_hot * 100)::numeric), u.updates,
               CASE WHEN u.new_page >= 0.2 THEN pg_catalog.format('; %s %% moved to another page, as theirs was full', pg_catalog.round((u.new_page * 100)::numeric)) ELSE '' END
               || COALESCE('; recorded statements change what is indexed: ' || u.breakers, '')
               || CASE WHEN u.breakers IS NULL AND NOT u.by_fillfactor THEN '; no recorded statement that this role may see tells why' ELSE '' END),
           u.not_hot, 0.5, 'share',
           pg_catalog.jsonb_build_object('updates', u.updates, 'hot_updates', u.hot_updates, 'moved_share', u.new_page, 'fillfactor', u.fillfactor, 'indexes', u.breakers, 'since', h.counted_since),
           CASE WHEN u.by_fillfactor THEN pg_catalog.format('ALTER TABLE %s SET (fillfactor = 85)', u.name) END,
           CASE WHEN u.by_fillfactor THEN pg_catalog.format('SELECT EXISTS (SELECT FROM pg_class AS c, pg_options_to_table(c.reloptions) AS o WHERE c.oid = %L::regclass AND o.option_name = ''fillfactor'' AND o.option_value::integer <= 85)', u.relation) END,
           CASE WHEN u.by_fillfactor THEN CASE WHEN u.options ? 'fillfactor' THEN pg_catalog.format('ALTER TABLE %s SET (fillfactor = %s)', u.name, u.fillfactor) ELSE pg_catalog.format('ALTER TABLE %s RESET (fillfactor)', u.name) END END,
           CASE WHEN u.by_fillfactor THEN 'SHARE UPDATE EXCLUSIVE for a moment; pages that are written from now on keep the room, the table grows by up to a sixth as it is rewritten.'
                ELSE 'Whether these indexes are worth it, index_cleanup tells.' END
    FROM (SELECT x.*, x.fillfactor > 90 AND (x.new_page >= 0.2 OR (x.new_page IS NULL AND x.breakers IS NULL AND x.recorded)) AS by_fillfactor FROM hot AS x) AS u CROSS JOIN here AS h
    -- updates of pages that were written before they had room are counted still: what stayed on its page is left to explain
    WHERE u.by_fillfactor OR u.fillfactor > 90 OR (u.breakers IS NOT NULL AND (u.new_page IS NULL OR u.not_hot - u.new_page >= 0.2))
    UNION ALL
    SELECT 'visibility_map', t.name, t.relation, 'info',
           pg_catalog.format('%s %% of its pages are known to be visible to all (threshold 50 %%): index-only scans visit the table for the others', pg_catalog.round(t.all_visible * 100.0 / t.relpages)),
           t.all_visible::float8 / t.relpages, 0.5, 'share',
           pg_catalog.jsonb_build_object('all_visible_pages', t.all_visible, 'pages', t.relpages, 'last_vacuum', t.last_vacuum),
           pg_catalog.format('VACUUM %s', t.name),
           pg_catalog.format('SELECT relallvisible >= 0.5 * relpages FROM pg_class WHERE oid = %s', t.relation::oid), NULL,
           'SHARE UPDATE EXCLUSIVE: readers and writers go on.'
    FROM t
    WHERE t.toast_of IS NULL AND t.relpages >= 12800 AND t.all_visible < 0.5 * t.relpages
      AND (t.last_vacuum IS NULL OR t.last_vacuum < pg_catalog.now() - '1 day'::interval)
      AND t.updates + t.deletes < 0.2 * GREATEST(t.reltuples, 1) AND t.dead_rows <= t.vacuum_trigger
      AND EXISTS (SELECT FROM pg_catalog.pg_index AS i WHERE i.indrelid = t.relation AND pg_catalog.pg_stat_get_numscans(i.indexrelid) > 0)
    UNION ALL
    SELECT 'table_bloat', b.name, b.relation, CASE WHEN b.needed < 0.5 * b.relpages AND b.relpages - b.needed >= 131072 THEN 'warning' ELSE 'info' END,
           pg_catalog.format('About %s of its %s are empty or dead (%s %%, threshold 30 %% and 100 MB)', pg_catalog.pg_size_pretty(((b.relpages - b.needed) * 8192)::bigint), pg_catalog.pg_size_pretty(b.relpages * 8192),
               pg_catalog.round(((1 - b.needed / b.relpages) * 100)::numeric)),
           1 - b.needed / b.relpages, 0.3, 'share',
           pg_catalog.jsonb_build_object('pages', b.relpages, 'pages_needed', b.needed, 'rows', b.reltuples, 'dead_rows', b.dead_rows, 'wasted_bytes', ((b.relpages - b.needed) * 8192)::bigint, 'confidence', 0.6),
           pg_catalog.format('VACUUM (FULL, ANALYZE) %s', b.name),
           pg_catalog.format('SELECT relpages <= %s FROM pg_class WHERE oid = %s', pg_catalog.ceil(b.needed * 1.3), b.relation::oid), NULL,
           pg_catalog.format('ACCESS EXCLUSIVE: nobody reads or writes the table while it and its indexes are written anew, which takes %s more on disk until it is done. pg_repack and pg_squeeze do it without. Plain VACUUM does not shrink it, but what comes next fills the room.', pg_catalog.pg_size_pretty((b.needed * 8192)::bigint))
    FROM bloat AS b
    WHERE b.known = b.columns AND NOT b.long_values AND b.needed < 0.7 * b.relpages AND b.relpages - b.needed >= 12800
    UNION ALL
    SELECT 'table_bloat', pg_catalog.format('large tables without readable statistics'), NULL, 'unknown',
           pg_catalog.format('%s tables over 100 MB cannot be judged, as their column statistics are not visible to this role or missing: %s', pg_catalog.count(*),
               pg_catalog.array_to_string((pg_catalog.array_agg(b.name ORDER BY b.relpages DESC))[1:5], ', ')),
           pg_catalog.count(*), 0, 'tables', pg_catalog.jsonb_build_object('lacks', 'SELECT on the tables', 'tables', pg_catalog.count(*)),
           CASE WHEN pg_catalog.bool_or(NOT b.readable) THEN pg_catalog.format('GRANT pg_read_all_data TO %I', CURRENT_USER) ELSE 'ANALYZE' END, NULL, NULL,
           'No lock. pg_read_all_data reads the rows of all tables; SELECT on these alone is enough.'
    FROM bloat AS b WHERE b.known < b.columns
    HAVING pg_catalog.count(*) > 0
    UNION ALL
    SELECT 'autovacuum_workers', 'autovacuum', NULL, CASE WHEN h.workers >= h.max_workers AND (SELECT pg_catalog.count(*) FROM overdue) > h.max_workers THEN 'warning' ELSE 'info' END,
           pg_catalog.format('%s of %s autovacuum workers are busy, and %s tables wait', h.workers, h.max_workers, (SELECT pg_catalog.count(*) FROM overdue)),
           h.workers, h.max_workers, 'processes',
           pg_catalog.jsonb_build_object('workers', h.workers, 'max_workers', h.max_workers, 'overdue_tables', (SELECT pg_catalog.count(*) FROM overdue)),
           pg_catalog.format(E'ALTER SYSTEM SET autovacuum_vacuum_cost_limit = %s;\nSELECT pg_reload_conf()',
               LEAST(10000, 2 * COALESCE(NULLIF(pg_catalog.current_setting('autovacuum_vacuum_cost_limit')::integer, -1), pg_catalog.current_setting('vacuum_cost_limit')::integer))),
           pg_catalog.format('SELECT current_setting(''autovacuum_vacuum_cost_limit'')::integer >= %s',
               LEAST(10000, 2 * COALESCE(NULLIF(pg_catalog.current_setting('autovacuum_vacuum_cost_limit')::integer, -1), pg_catalog.current_setting('vacuum_cost_limit')::integer))),
           pg_catalog.format(E'ALTER SYSTEM SET autovacuum_vacuum_cost_limit = %s;\nSELECT pg_reload_conf()', pg_catalog.current_setting('autovacuum_vacuum_cost_limit')),
           'No lock, no restart. The workers share this limit: more of them are not faster without it.'
    FROM here AS h
    WHERE h.sees_all AND h.workers >= h.max_workers AND EXISTS (SELECT FROM overdue)
    UNION ALL
    SELECT 'autovacuum_workers', 'autovacuum', NULL, 'unknown', 'How many autovacuum workers are busy is not visible to this role',
           NULL, NULL, NULL, '{"lacks": "pg_read_all_stats"}'::jsonb,
           pg_catalog.format('GRANT pg_read_all_stats TO %I', CURRENT_USER), 'SELECT pg_has_role(''pg_read_all_stats'', ''USAGE'')',
           pg_catalog.format('REVOKE pg_read_all_stats FROM %I', CURRENT_USER), 'No lock.'
    FROM here AS h WHERE NOT h.sees_all
    UNION ALL
    SELECT c.name, h.name, NULL, 'unknown', 'This is a standby, which counts no changes: ask the primary', NULL, NULL, NULL, '{"lacks": "the primary"}'::jsonb, NULL, NULL, NULL, NULL
    FROM here AS h CROSS JOIN (VALUES ('dead_rows'), ('insert_vacuum'), ('vacuum_settings'), ('hot_updates'), ('visibility_map'), ('autovacuum_workers')) AS c(name)
    WHERE h.standby
), checks (check_name, why, fine) AS (VALUES
    ('autovacuum_off', 'Without autovacuum tables grow without bound, statistics age, and the server stops accepting writes when transaction ids run out.', 'Autovacuum is on'),
    ('table_autovacuum_off', 'A table that nobody vacuums grows with every update and delete, and its statistics age.', 'None of %s tables has autovacuum off'),
    ('dead_rows', 'Dead rows are read by every scan and keep space from being used again.', 'None of %s tables has more dead rows than autovacuum lets pass'),
    ('insert_vacuum', 'Pages that were never vacuumed are not known to be visible to all, so index-only scans visit them, and freezing them later comes all at once.', 'None of %s tables has many inserted rows that were not vacuumed'),
    ('xmin_horizon', 'Rows that died since the oldest snapshot cannot be removed in any table, so all that are updated grow.', 'Nothing keeps dead rows from being removed for long'),
    ('freeze_age', 'When transaction ids run out the server refuses to write; emergency vacuums come long before and slow everything down.', 'No database uses more than 40 %% of the transaction ids'),
    ('multixact_age', 'Multixact ids, which row locks shared by several transactions take, run out like transaction ids.', 'No database uses more than 40 %% of the multixact ids'),
    ('freeze_overdue', 'Autovacuum against wraparound comes even where it is off; where it did not finish, something stops it, and transaction ids run out.', 'None of %s tables is overdue for freezing'),
    ('vacuum_settings', 'With a share of a large table as its threshold autovacuum comes rarely, takes long, and the table grows meanwhile.', 'The thresholds fit all of %s tables'),
    ('hot_updates', 'An update that is not heap-only writes an entry into every index of the table, and leaves one behind that VACUUM must remove.', 'No table with many updates lacks heap-only ones'),
    ('visibility_map', 'An index-only scan must visit the table for pages that are not known to be visible to all.', 'No large table lacks its visibility map'),
    ('table_bloat', 'Empty room in a table is read by sequential scans, cached and backed up with it.', 'No table over 100 MB has much empty room, by estimate'),
    ('autovacuum_workers', 'While all workers are busy no other table is vacuumed or analysed.', 'Autovacuum has workers to spare'))
SELECT c.check_name, COALESCE(f.object, h.name), f.relation, COALESCE(f.status, 'ok'),
       COALESCE(f.message, pg_catalog.format(c.fine, h.tables)), f.value, f.threshold, f.unit, c.why,
       COALESCE(f.evidence, pg_catalog.jsonb_build_object('tables', h.tables, 'since', h.counted_since)),
       f.remedy_sql, f.verify_sql, f.undo_sql, f.lock_note
FROM checks AS c CROSS JOIN here AS h
     LEFT JOIN found AS f ON f.check_name = c.check_name
ORDER BY pg_catalog.array_position(ARRAY['critical', 'warning', 'info', 'unknown', 'ok'], COALESCE(f.status, 'ok')), c.check_name, f.value DESC NULLS LAST, f.object;
END;

CREATE VIEW perfadvisor.vacuum_health AS
    SELECT h.check_name, h.object, h.relation, h.status, h.message, h.value, h.threshold, h.unit, h.why,
           h.evidence, h.remedy_sql, h.verify_sql, h.undo_sql, h.lock_note
    FROM perfadvisor.vacuum_health() AS h;

COMMENT ON FUNCTION perfadvisor.vacuum_health() IS 'Rows of the view vacuum_health';
COMMENT ON VIEW perfadvisor.vacuum_health IS 'What vacuuming lacks, in this database and its tables; one row per check where there is nothing to tell';
COMMENT ON COLUMN perfadvisor.vacuum_health.check_name IS 'What was checked, a word that stays the same';
COMMENT ON COLUMN perfadvisor.vacuum_health.object IS 'What it was checked of: a name without numbers';
COMMENT ON COLUMN perfadvisor.vacuum_health.relation IS 'The same as a relation, NULL where it is none';
COMMENT ON COLUMN perfadvisor.vacuum_health.status IS 'ok, info, warning, critical, or unknown where the current role cannot see enough';
COMMENT ON COLUMN perfadvisor.vacuum_health.message IS 'The number and the threshold in a sentence';
COMMENT ON COLUMN perfadvisor.vacuum_health.value IS 'The number';
COMMENT ON COLUMN perfadvisor.vacuum_health.threshold IS 'What it is held against';
COMMENT ON COLUMN perfadvisor.vacuum_health.unit IS 'Unit of both';
COMMENT ON COLUMN perfadvisor.vacuum_health.why IS 'Why it matters';
COMMENT ON COLUMN perfadvisor.vacuum_health.evidence IS 'Numbers that the judgement rests on, and since when they are counted';
COMMENT ON COLUMN perfadvisor.vacuum_health.remedy_sql IS 'Statements that mend it, one per line; where the status is unknown, what would show it; NULL where SQL cannot';
COMMENT ON COLUMN perfadvisor.vacuum_health.verify_sql IS 'A query that returns true once it is mended';
COMMENT ON COLUMN perfadvisor.vacuum_health.undo_sql IS 'Statements that take the remedy back, NULL where nothing can or need be';
COMMENT ON COLUMN perfadvisor.vacuum_health.lock_note IS 'Locks, restarts and consequences of the remedy';
