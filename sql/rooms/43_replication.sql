
-- health: replication. Names that are not qualified are PostgreSQL's own.
SET LOCAL search_path = pg_catalog, pg_temp;

CREATE FUNCTION perfadvisor.wal_position()
RETURNS pg_lsn
LANGUAGE sql VOLATILE PARALLEL SAFE
RETURN CASE WHEN pg_is_in_recovery() THEN COALESCE(pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn()) ELSE pg_current_wal_lsn() END;

COMMENT ON FUNCTION perfadvisor.wal_position() IS
'Where the WAL of this server ends: what it has written, or on a standby received';

CREATE VIEW perfadvisor.replication_health AS
WITH me AS (
    SELECT perfadvisor.sees_everybody() AS sees, perfadvisor.wal_position() AS position,
           NULLIF(current_setting('max_slot_wal_keep_size'), '-1') AS keep_size,
           CASE WHEN current_setting('max_slot_wal_keep_size') <> '-1' THEN pg_size_bytes(current_setting('max_slot_wal_keep_size')) END AS keep_bytes,
           perfadvisor.wal_space() AS wal_space,
           (SELECT w.wal_bytes / NULLIF(EXTRACT(epoch FROM clock_timestamp() - w.stats_reset) / 86400, 0)
            FROM pg_stat_wal AS w WHERE w.stats_reset < clock_timestamp() - interval '1 hour') AS wal_per_day
), slots AS (
    -- columns that only some versions have are NULL elsewhere
    SELECT s.slot_name, s.plugin, s.slot_type, s.database, s.active, s.xmin, s.catalog_xmin, s.wal_status, s.safe_wal_size,
           pg_wal_lsn_diff(m.position, s.restart_lsn) AS retained,
           GREATEST(age(s.xmin), age(s.catalog_xmin)) AS xids,
           EXTRACT(epoch FROM clock_timestamp() - (to_jsonb(s) ->> 'inactive_since')::timestamptz)::double precision AS inactive,
           to_jsonb(s) ->> 'invalidation_reason' AS invalidation_reason
    FROM pg_replication_slots AS s CROSS JOIN me AS m
    WHERE NOT s.temporary
), slots_judged AS (
    SELECT s.*, m.wal_per_day, m.keep_size, m.wal_space,
           GREATEST(COALESCE(m.keep_bytes - s.retained, m.wal_space), 0) / NULLIF(m.wal_per_day, 0) AS days_left
    FROM slots AS s CROSS JOIN me AS m
), slots_stated AS (
    SELECT j.*,
           CASE WHEN j.wal_status IN ('unreserved', 'lost') OR (j.retained > 5368709120 AND NOT j.active) OR (j.days_left < 1 AND NOT j.active) THEN 'critical'
                WHEN j.wal_status = 'extended' OR j.retained > 1073741824 OR (j.days_left < 7 AND NOT j.active) THEN 'warning'
                WHEN NOT j.active AND COALESCE(j.inactive > 600, true) THEN 'info' ELSE 'ok' END AS status
    FROM slots_judged AS j
), standbys AS (
    SELECT r.*, quote_ident(r.application_name) AS object,
           pg_wal_lsn_diff(m.position, r.replay_lsn) AS behind,
           EXTRACT(epoch FROM r.replay_lag)::double precision AS lag, age(r.backend_xmin) AS xids, m.sees
    FROM pg_stat_replication AS r CROSS JOIN me AS m
), standbys_worst AS (
    SELECT DISTINCT ON (s.object) s.* FROM standbys AS s ORDER BY s.object, s.behind DESC NULLS LAST
), archiver AS (
    SELECT a.*, current_setting('archive_mode') AS mode,
           EXTRACT(epoch FROM clock_timestamp() - COALESCE(a.last_archived_time, a.stats_reset))::double precision AS since_success
    FROM pg_stat_archiver AS a
), recovery AS (
    SELECT pg_is_in_recovery() AS is_standby,
           CASE WHEN pg_is_in_recovery() THEN pg_wal_lsn_diff(pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn()) END AS behind,
           CASE WHEN pg_is_in_recovery() THEN pg_is_wal_replay_paused() END AS paused,
           CASE WHEN pg_is_in_recovery() AND pg_last_wal_receive_lsn() IS DISTINCT FROM pg_last_wal_replay_lsn()
                THEN EXTRACT(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp())::double precision END AS lag
)
SELECT 'slot' AS check_name, COALESCE(quote_ident(s.slot_name), 'slots') AS object, COALESCE(s.status, 'ok') AS status,
       CASE WHEN s.slot_name IS NULL THEN 'There is no replication slot.'
            ELSE format('Slot %s (%s) is %s%s and keeps %s of WAL, wal_status %s%s%s (worth a look when inactive for 10 minutes, a warning over 1 GB or under 7 days, critical over 5 GB or under 1 day while inactive, or when WAL it needs is removed).',
                     quote_ident(s.slot_name), s.slot_type, CASE WHEN s.active THEN 'in use' ELSE 'inactive' END,
                     CASE WHEN NOT s.active AND s.inactive IS NOT NULL THEN format(' for %s', date_trunc('second', make_interval(secs => s.inactive))) ELSE '' END,
                     COALESCE(pg_size_pretty(s.retained), 'no'), COALESCE(s.wal_status, 'none'),
                     COALESCE(', invalidated: ' || s.invalidation_reason, ''),
                     CASE WHEN s.days_left IS NOT NULL AND NOT s.active THEN format('; %s days until %s at %s of WAL a day', floor(s.days_left),
                         CASE WHEN s.keep_size IS NULL THEN 'the disk is full' ELSE 'max_slot_wal_keep_size' END, pg_size_pretty(s.wal_per_day::numeric)) ELSE '' END) END AS message,
       'A slot that nobody reads keeps WAL until the disk is full and the server stops, or until its limit breaks it.' AS why,
       s.retained::double precision AS value, 1073741824::double precision AS bound,
       s.days_left::double precision AS days_left,
       jsonb_build_object('slot_name', s.slot_name, 'slot_type', s.slot_type, 'plugin', s.plugin, 'database', s.database, 'active', s.active,
           'retained_bytes', s.retained, 'wal_status', s.wal_status, 'safe_wal_size', s.safe_wal_size, 'inactive_seconds', s.inactive,
           'wal_bytes_per_day', s.wal_per_day, 'wal_space', s.wal_space, 'max_slot_wal_keep_size', s.keep_size) AS evidence,
       CASE WHEN s.status IN ('info', 'warning', 'critical') AND NOT s.active THEN format('SELECT pg_drop_replication_slot(%L)', s.slot_name) END AS remedy_sql,
       CASE WHEN s.status IN ('info', 'warning', 'critical') AND NOT s.active
            THEN format('SELECT NOT EXISTS (SELECT FROM pg_replication_slots WHERE slot_name = %L AND NOT active)', s.slot_name) END AS verify_sql,
       CASE WHEN s.status IN ('info', 'warning', 'critical') AND NOT s.active THEN
            CASE s.slot_type WHEN 'physical' THEN format('SELECT pg_create_physical_replication_slot(%L, true)', s.slot_name)
                 ELSE format('SELECT pg_create_logical_replication_slot(%L, %L)', s.slot_name, s.plugin) END END AS undo_sql,
       CASE WHEN s.status IN ('info', 'warning', 'critical') AND NOT s.active
            THEN 'No lock. Its standby or subscriber has to be built anew afterwards: first see whether it will come back.'
            WHEN s.status IN ('warning', 'critical') THEN 'Its reader is connected and behind: look at the reader, its network and its load.' END AS lock_note
FROM me AS m LEFT JOIN slots_stated AS s ON true
UNION ALL
SELECT 'slot_xmin', quote_ident(s.slot_name),
       CASE WHEN s.xids > 50000000 THEN 'critical' WHEN s.xids > 1000000 THEN 'warning' ELSE 'ok' END,
       format('Slot %s keeps what the last %s transactions deleted (a warning over 1,000,000, critical over 50,000,000).', quote_ident(s.slot_name), COALESCE(s.xids, 0)),
       'VACUUM removes nothing that a slot''s reader might still want to see.',
       s.xids, 1000000, NULL,
       jsonb_build_object('slot_name', s.slot_name, 'active', s.active, 'xmin_age', age(s.xmin), 'catalog_xmin_age', age(s.catalog_xmin)),
       CASE WHEN s.xids > 1000000 AND NOT s.active THEN format('SELECT pg_drop_replication_slot(%L)', s.slot_name) END,
       CASE WHEN s.xids > 1000000 THEN format('SELECT NOT EXISTS (SELECT FROM pg_replication_slots WHERE slot_name = %L AND GREATEST(age(xmin), age(catalog_xmin)) > 1000000)', s.slot_name) END,
       NULL, 'No lock. Its standby or subscriber has to be built anew afterwards.'
FROM slots AS s
UNION ALL
SELECT 'slot_limit', 'max_slot_wal_keep_size', CASE WHEN m.keep_size IS NULL AND EXISTS (SELECT FROM slots) THEN 'info' ELSE 'ok' END,
       CASE WHEN m.keep_size IS NULL THEN 'What slots keep has no limit (max_slot_wal_keep_size = -1).'
            ELSE format('Slots keep %s of WAL at most.', m.keep_size) END
           || CASE WHEN EXISTS (SELECT FROM slots) THEN '' ELSE ' There is no slot.' END,
       'Without a limit one forgotten slot fills the disk; with one, the slot breaks and the server goes on.',
       NULL, NULL, NULL, jsonb_build_object('max_slot_wal_keep_size', m.keep_size, 'wal_space', m.wal_space),
       CASE WHEN m.keep_size IS NULL AND EXISTS (SELECT FROM slots) AND m.wal_space IS NOT NULL
            THEN format(E'ALTER SYSTEM SET max_slot_wal_keep_size = ''%sMB'';\nSELECT pg_reload_conf()', GREATEST(1024, (m.wal_space / 2 / 1048576)::bigint)) END,
       CASE WHEN m.keep_size IS NULL AND EXISTS (SELECT FROM slots) THEN 'SELECT current_setting(''max_slot_wal_keep_size'') <> ''-1''' END,
       CASE WHEN m.keep_size IS NULL AND EXISTS (SELECT FROM slots) THEN E'ALTER SYSTEM RESET max_slot_wal_keep_size;\nSELECT pg_reload_conf()' END,
       'No lock, no restart. Half of the free space is proposed.'
FROM me AS m
UNION ALL
SELECT 'standby', 'standbys', 'unknown', perfadvisor.unseen('How far standbys are behind'),
       'What a standby has not got is lost if it must take over, and queries on it see the past.', NULL, NULL, NULL,
       '{}'::jsonb, perfadvisor.grant_monitor(), NULL, NULL, NULL
FROM me AS m WHERE NOT m.sees
UNION ALL
SELECT 'standby', COALESCE(s.object, 'standbys'),
       CASE WHEN s.pid IS NULL THEN 'ok'
            WHEN s.lag > 300 OR s.behind > 1073741824 THEN 'critical' WHEN s.lag > 30 OR s.behind > 104857600 THEN 'warning' ELSE 'ok' END,
       CASE WHEN s.pid IS NULL THEN 'No standby or subscriber is connected.'
            ELSE format('%s (%s, %s) is %s behind%s (a warning over 30 s or 100 MB, critical over 300 s or 1 GB).', s.object, s.state, s.sync_state,
                     COALESCE(pg_size_pretty(s.behind), 'an unknown amount'),
                     CASE WHEN s.lag IS NOT NULL THEN format(' and confirmed after %s s', round(s.lag::numeric, 1)) ELSE '' END) END,
       'What a standby has not got is lost if it must take over, and queries on it see the past.',
       s.behind::double precision, 104857600, NULL,
       jsonb_build_object('application_name', s.application_name, 'state', s.state, 'sync_state', s.sync_state, 'behind_bytes', s.behind,
           'not_sent_bytes', pg_wal_lsn_diff(m.position, s.sent_lsn), 'not_replayed_bytes', pg_wal_lsn_diff(s.flush_lsn, s.replay_lsn),
           'write_lag', s.write_lag, 'flush_lag', s.flush_lag, 'replay_lag', s.replay_lag),
       NULL, CASE WHEN s.pid IS NOT NULL THEN format('SELECT bool_and(status = ''ok'') FROM perfadvisor.replication_health WHERE check_name = ''standby'' AND object = %L', s.object) END,
       NULL, CASE WHEN s.pid IS NOT NULL THEN 'Not sent: network or sender. Not replayed: queries on the standby (max_standby_streaming_delay) or its disk.' END
FROM me AS m LEFT JOIN standbys_worst AS s ON true WHERE m.sees
UNION ALL
SELECT 'standby_feedback', s.object,
       CASE WHEN s.xids > 50000000 THEN 'critical' WHEN s.xids > 1000000 THEN 'warning' ELSE 'ok' END,
       format('Queries on %s keep what the last %s transactions deleted (a warning over 1,000,000, critical over 50,000,000).', s.object, s.xids),
       'With hot_standby_feedback the oldest query of a standby holds VACUUM back on the primary.', s.xids, 1000000, NULL,
       jsonb_build_object('application_name', s.application_name, 'xmin_age', s.xids), NULL, NULL, NULL,
       'End the long query on the standby.'
FROM standbys AS s WHERE s.xids IS NOT NULL AND s.sees
UNION ALL
SELECT 'archiver', 'archive_command',
       CASE WHEN a.mode = 'off' THEN 'ok'
            WHEN a.last_failed_time > COALESCE(a.last_archived_time, '-infinity') THEN CASE WHEN a.since_success > 600 THEN 'critical' ELSE 'warning' END
            ELSE 'ok' END,
       CASE WHEN a.mode = 'off' THEN 'WAL is not archived (archive_mode = off).'
            WHEN a.last_failed_time > COALESCE(a.last_archived_time, '-infinity')
            THEN format('Archiving %s fails, last at %s; the last success was %s (critical after 10 minutes).', a.last_failed_wal, date_trunc('second', a.last_failed_time),
                     COALESCE('at ' || date_trunc('second', a.last_archived_time)::text, 'never'))
            ELSE format('WAL is archived, last at %s.', COALESCE(date_trunc('second', a.last_archived_time)::text, 'no time since the statistics were reset')) END,
       'WAL that cannot be archived stays until the disk is full, and backups cannot be brought up to now.',
       a.since_success, 600, NULL,
       jsonb_build_object('failed_count', a.failed_count, 'last_failed_wal', a.last_failed_wal, 'last_failed_time', a.last_failed_time,
           'last_archived_time', a.last_archived_time, 'since', a.stats_reset),
       NULL, CASE WHEN a.mode <> 'off' THEN 'SELECT COALESCE(last_archived_time > last_failed_time, last_failed_time IS NULL) FROM pg_stat_archiver' END,
       NULL, CASE WHEN a.mode <> 'off' THEN 'See the server''s log for what archive_command or archive_library says.' END
FROM archiver AS a
UNION ALL
SELECT 'replay', 'this standby',
       CASE WHEN r.paused THEN 'warning' WHEN r.lag > 300 OR r.behind > 1073741824 THEN 'critical' WHEN r.lag > 30 OR r.behind > 104857600 THEN 'warning' ELSE 'ok' END,
       CASE WHEN r.paused THEN 'Replay is paused.'
            ELSE format('This standby has %s of received WAL to replay%s (a warning over 30 s or 100 MB, critical over 300 s or 1 GB).', pg_size_pretty(COALESCE(r.behind, 0)),
                     CASE WHEN r.lag IS NOT NULL THEN format(', its data is %s s old', round(r.lag::numeric)) ELSE '' END) END,
       'Queries here see the past, and taking over takes as long as replaying what is left.',
       r.behind::double precision, 104857600, NULL, jsonb_build_object('behind_bytes', r.behind, 'lag_seconds', r.lag, 'paused', r.paused),
       CASE WHEN r.paused THEN 'SELECT pg_wal_replay_resume()' END, CASE WHEN r.paused THEN 'SELECT NOT pg_is_wal_replay_paused()' END,
       CASE WHEN r.paused THEN 'SELECT pg_wal_replay_pause()' END, 'No lock; queries that conflict with what is replayed are cancelled.'
FROM recovery AS r WHERE r.is_standby;

COMMENT ON VIEW perfadvisor.replication_health IS 'Checks of replication slots, standbys and archiving, as they are now';
COMMENT ON COLUMN perfadvisor.replication_health.check_name IS 'slot, slot_xmin, slot_limit, standby, standby_feedback, archiver or replay';
COMMENT ON COLUMN perfadvisor.replication_health.object IS 'What is checked: a slot, a standby''s application_name, a setting';
COMMENT ON COLUMN perfadvisor.replication_health.status IS 'ok, info, warning, critical or unknown';
COMMENT ON COLUMN perfadvisor.replication_health.message IS 'What was found, with the number and its threshold';
COMMENT ON COLUMN perfadvisor.replication_health.why IS 'Why it matters';
COMMENT ON COLUMN perfadvisor.replication_health.value IS 'The number that was judged: bytes, transactions, seconds';
COMMENT ON COLUMN perfadvisor.replication_health.bound IS 'What it was held against';
COMMENT ON COLUMN perfadvisor.replication_health.days_left IS 'Days until the limit of slots, or without one the disk, is reached, at the WAL written a day since the statistics were reset; NULL when that is not known';
COMMENT ON COLUMN perfadvisor.replication_health.evidence IS 'Numbers, and since when they count';
COMMENT ON COLUMN perfadvisor.replication_health.remedy_sql IS 'What mends it; of an unknown, what would show it';
COMMENT ON COLUMN perfadvisor.replication_health.verify_sql IS 'Returns true when it is mended';
COMMENT ON COLUMN perfadvisor.replication_health.undo_sql IS 'Takes the remedy back';
COMMENT ON COLUMN perfadvisor.replication_health.lock_note IS 'What the remedy costs whom';
