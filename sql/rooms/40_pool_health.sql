
-- health: sessions and their pools. Names that are not qualified are PostgreSQL's own.
SET LOCAL search_path = pg_catalog, pg_temp;

CREATE FUNCTION perfadvisor.role_setting(role oid, database oid, setting text)
RETURNS text
LANGUAGE sql STABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
    SELECT COALESCE(
        (SELECT substr(c.line, length(role_setting.setting) + 2)
         FROM pg_db_role_setting AS s CROSS JOIN LATERAL unnest(s.setconfig) AS c(line)
         WHERE s.setrole IN (0, role_setting.role) AND s.setdatabase IN (0, role_setting.database)
           AND starts_with(c.line, role_setting.setting || '=')
         ORDER BY s.setrole = 0, s.setdatabase = 0
         LIMIT 1),
        (SELECT g.boot_val || COALESCE(g.unit, '') FROM pg_settings AS g WHERE g.name = role_setting.setting AND g.source = 'default'),
        (SELECT g.reset_val || COALESCE(g.unit, '') FROM pg_settings AS g WHERE g.name = role_setting.setting
           AND g.source IN ('configuration file', 'command line', 'environment variable', 'global', 'override')));
END;

COMMENT ON FUNCTION perfadvisor.role_setting(oid, oid, text) IS
'The value of a setting that a session of a role in a database begins with, NULL where the current session''s own settings hide it';

CREATE FUNCTION perfadvisor.counted_since()
RETURNS timestamptz
LANGUAGE SQL STABLE PARALLEL SAFE STRICT
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
-- Counters outlive restarts but not crashes. Where those of the database were never reset they began at the latest
-- with the cluster, whose identifier begins with the second it was made in, or when all others began anew: these
-- have the time of it.
SELECT COALESCE(d.stats_reset,
    GREATEST(pg_catalog.to_timestamp((SELECT c.system_identifier >> 32 FROM pg_catalog.pg_control_system() AS c)::float8),
             LEAST((SELECT b.stats_reset FROM pg_catalog.pg_stat_bgwriter AS b), (SELECT a.stats_reset FROM pg_catalog.pg_stat_archiver AS a),
                   (SELECT w.stats_reset FROM pg_catalog.pg_stat_wal AS w))))
FROM pg_catalog.pg_stat_database AS d WHERE d.datname = pg_catalog.current_database();
END;

COMMENT ON FUNCTION perfadvisor.counted_since() IS 'Since when the counters of this database count: their last reset, the crash that they were lost in, or when the cluster was made';

CREATE FUNCTION perfadvisor.unseen(what text)
RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN format('%s cannot be told: the current role does not see what sessions of other roles do.', what);

COMMENT ON FUNCTION perfadvisor.unseen(text) IS 'The message of a check that lacks the rights to look';

CREATE FUNCTION perfadvisor.grant_monitor()
RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT format('GRANT pg_monitor TO %I', CURRENT_USER);
END;

COMMENT ON FUNCTION perfadvisor.grant_monitor() IS 'The statement that would show the current role what it does not see';

CREATE VIEW perfadvisor.pool_health AS
WITH me AS (
    SELECT perfadvisor.sees_everybody() AS sees, perfadvisor.usable_connections() AS usable,
           current_setting('max_connections')::integer AS max_connections,
           current_setting('superuser_reserved_connections')::integer AS superuser_reserved
), states AS (
    SELECT jsonb_object_agg(s.state, s.sessions) AS now
    FROM (SELECT COALESCE(a.state, 'starting') AS state, count(*) AS sessions
          FROM pg_stat_activity AS a WHERE a.backend_type = 'client backend' AND (SELECT m.sees FROM me AS m)
          GROUP BY 1) AS s
), flights AS (
    SELECT f.*, quote_ident(r.rolname) || '/' || quote_ident(d.datname) AS object,
           f.sessions_started / NULLIF(f.observed_time / 1000, 0) AS starts_per_second,
           f.session_time / NULLIF(f.sessions_ended, 0) / 1000 AS mean_life,
           f.idle_in_transaction_time / NULLIF(f.in_flight_time, 0) AS idle_fraction
    FROM perfadvisor.in_flight(clock_timestamp() - interval '24 hours') AS f
         LEFT JOIN pg_roles AS r ON r.oid = f.userid
         LEFT JOIN pg_database AS d ON d.oid = f.dbid
), server AS (
    SELECT f.max_sessions, f.started_at,
           -- twice the most that were used, where that is few
           CASE WHEN m.max_connections > 500 AND f.max_sessions < 0.3 * m.usable
                THEN GREATEST(100, (ceil(f.max_sessions / 0.5 / 50) * 50)::integer) END AS fewer
    FROM flights AS f CROSS JOIN me AS m WHERE f.scope = 'server'
), roles AS (
    SELECT f.* FROM flights AS f WHERE f.scope = 'role' AND f.object IS NOT NULL
), waiting AS (
    SELECT DISTINCT b.pid
    FROM pg_stat_activity AS a CROSS JOIN LATERAL unnest(pg_blocking_pids(a.pid)) AS b(pid)
    WHERE a.wait_event_type = 'Lock' AND (SELECT m.sees FROM me AS m)
), idle AS (
    SELECT quote_ident(a.usename) || '/' || quote_ident(a.datname) AS object, a.usename, a.usesysid, a.pid, a.application_name,
           EXTRACT(epoch FROM clock_timestamp() - a.state_change)::double precision AS age,
           EXTRACT(epoch FROM clock_timestamp() - a.xact_start)::double precision AS transaction_age,
           w.pid IS NOT NULL AS blocks, a.backend_xid IS NOT NULL OR a.backend_xmin IS NOT NULL AS pins
    FROM pg_stat_activity AS a LEFT JOIN waiting AS w ON w.pid = a.pid
    WHERE a.state LIKE 'idle in transaction%' AND a.backend_type = 'client backend'
), idle_judged AS (
    SELECT i.*, CASE WHEN i.blocks OR i.pins THEN 60 ELSE 300 END AS warn_at,
           CASE WHEN i.blocks OR i.pins THEN 300 ELSE 1800 END AS critical_at
    FROM idle AS i
), idle_worst AS (
    SELECT DISTINCT ON (i.object) i.*,
           count(*) OVER (PARTITION BY i.object) AS sessions,
           -- all that have waited for too long, as they are ended together
           string_agg(i.pid::text, ', ') FILTER (WHERE i.age >= i.warn_at) OVER (PARTITION BY i.object) AS late,
           (SELECT substr(c.line, length('idle_in_transaction_session_timeout=') + 1)
            FROM pg_db_role_setting AS s CROSS JOIN LATERAL unnest(s.setconfig) AS c(line)
            WHERE s.setrole = i.usesysid AND s.setdatabase = 0 AND starts_with(c.line, 'idle_in_transaction_session_timeout=')) AS timeout_before
    FROM idle_judged AS i
    ORDER BY i.object, i.age / i.warn_at DESC
), longest AS (
    SELECT s.dbid, s.userid, max(s.max_exec_time) AS max_exec_time
    FROM perfadvisor.recorded_statements() AS s WHERE s.statement_class <> 'utility' GROUP BY s.dbid, s.userid
), timeouts AS (
    SELECT r.object, r.userid, r.dbid, t.setting, r.idle_fraction,
           perfadvisor.role_setting(r.userid, r.dbid, t.setting) AS value,
           CASE t.setting WHEN 'statement_timeout'
                THEN GREATEST(30, ceil(2 * COALESCE(l.max_exec_time, 0) / 1000))::bigint || 's' ELSE '60s' END AS wanted
    FROM roles AS r
         CROSS JOIN (VALUES ('statement_timeout'), ('idle_in_transaction_session_timeout')) AS t(setting)
         LEFT JOIN longest AS l ON l.dbid = r.dbid AND l.userid = r.userid
)
-- how full the server was
SELECT 'connections' AS check_name, 'max_connections' AS object,
       CASE WHEN s.max_sessions IS NULL THEN 'unknown'
            WHEN s.max_sessions >= 0.9 * m.usable THEN 'critical'
            WHEN s.max_sessions >= 0.8 * m.usable THEN 'warning' ELSE 'ok' END AS status,
       CASE WHEN s.max_sessions IS NULL THEN perfadvisor.unseen('How many connections were in use')
            ELSE format('At most %s of %s usable connections were in use at once (%s %%; a warning from 80 %%, critical from 90 %%).',
                     s.max_sessions, m.usable, round(100.0 * s.max_sessions / m.usable)) END AS message,
       'When all connections are taken, new clients are turned away, monitoring included.' AS why,
       s.max_sessions::double precision AS value, m.usable::double precision AS bound,
       jsonb_build_object('max_sessions', s.max_sessions, 'usable', m.usable, 'max_connections', m.max_connections,
           'states_now', t.now, 'since', s.started_at, 'warning', 0.8, 'critical', 0.9) AS evidence,
       CASE WHEN s.max_sessions IS NULL THEN perfadvisor.grant_monitor()
            WHEN s.max_sessions >= 0.8 * m.usable
            THEN format('ALTER SYSTEM SET max_connections = %s', (ceil(s.max_sessions / 0.6 / 10) * 10)::integer + m.max_connections - m.usable) END AS remedy_sql,
       CASE WHEN s.max_sessions >= 0.8 * m.usable
            THEN format('SELECT %s < 0.8 * perfadvisor.usable_connections()', s.max_sessions) END AS verify_sql,
       CASE WHEN s.max_sessions >= 0.8 * m.usable
            THEN format('ALTER SYSTEM SET max_connections = %s', m.max_connections) END AS undo_sql,
       'Needs a restart of the server, of standbys first. A pooler (see pool_advice) mends it without.' AS lock_note
FROM me AS m LEFT JOIN server AS s ON true LEFT JOIN states AS t ON true
UNION ALL
SELECT 'max_connections_high', 'max_connections',
       CASE WHEN s.max_sessions IS NULL THEN 'unknown'
            WHEN s.fewer IS NOT NULL THEN 'info' ELSE 'ok' END,
       CASE WHEN s.max_sessions IS NULL THEN perfadvisor.unseen('How many connections were in use')
            ELSE format('max_connections is %s, and at most %s sessions were connected at once (an opportunity above 500, if under 30 %% are used).', m.max_connections, s.max_sessions) END,
       'Every possible connection takes shared memory, and a burst that is let in all at once is slower than one that waits in a pool.',
       m.max_connections, 500,
       jsonb_build_object('max_sessions', s.max_sessions, 'max_connections', m.max_connections, 'since', s.started_at),
       CASE WHEN s.max_sessions IS NULL THEN perfadvisor.grant_monitor()
            WHEN s.fewer IS NOT NULL THEN format('ALTER SYSTEM SET max_connections = %s', s.fewer) END,
       CASE WHEN s.fewer IS NOT NULL
            THEN format('SELECT setting::integer <= %s FROM pg_settings WHERE name = ''max_connections''', s.fewer) END,
       CASE WHEN s.fewer IS NOT NULL
            THEN format('ALTER SYSTEM SET max_connections = %s', m.max_connections) END,
       'Needs a restart of the server; standbys after it.'
FROM me AS m LEFT JOIN server AS s ON true
UNION ALL
-- sessions that hold a transaction open and do nothing
SELECT 'idle_in_transaction', 'sessions', 'unknown', perfadvisor.unseen('Which sessions wait inside a transaction'),
       'A transaction that its client has forgotten keeps its locks, and keeps VACUUM from removing dead rows anywhere.', NULL, NULL,
       '{}'::jsonb, perfadvisor.grant_monitor(), NULL, NULL, NULL
FROM me AS m WHERE NOT m.sees
UNION ALL
SELECT 'idle_in_transaction', COALESCE(i.object, 'sessions'),
       CASE WHEN i.age >= i.critical_at THEN 'critical' WHEN i.age >= i.warn_at THEN 'warning' ELSE 'ok' END,
       CASE WHEN i.object IS NULL THEN 'No session waits for its client inside a transaction.'
            ELSE format('%s session%s of %s wait%s for the client inside a transaction, the worst for %s s%s%s (a warning from %s s, critical from %s s).',
                     i.sessions, CASE WHEN i.sessions = 1 THEN '' ELSE 's' END, i.object, CASE WHEN i.sessions = 1 THEN 's' ELSE '' END,
                     round(i.age::numeric), CASE WHEN i.blocks THEN ', while others wait for its locks' ELSE '' END,
                     CASE WHEN i.pins THEN ', holding back VACUUM' ELSE '' END, i.warn_at, i.critical_at) END,
       'A transaction that its client has forgotten keeps its locks, and keeps VACUUM from removing dead rows anywhere.',
       i.age, i.warn_at,
       jsonb_build_object('sessions', i.sessions, 'pid', i.pid, 'application_name', i.application_name, 'idle_seconds', i.age,
           'transaction_seconds', i.transaction_age, 'blocks_others', i.blocks, 'holds_snapshot_or_id', i.pins,
           'warning', i.warn_at, 'critical', i.critical_at),
       CASE WHEN i.age >= i.warn_at
            THEN format(E'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid IN (%s) AND usename = %L AND state LIKE ''idle in transaction%%'';\nALTER ROLE %I SET idle_in_transaction_session_timeout = ''60s''',
                     i.late, i.usename, i.usename) END,
       CASE WHEN i.age >= i.warn_at
            THEN format('SELECT NOT EXISTS (SELECT FROM pg_stat_activity WHERE pid IN (%s) AND usename = %L AND state LIKE ''idle in transaction%%'' AND state_change < now() - interval ''%s s'')',
                     i.late, i.usename, i.warn_at) END,
       CASE WHEN i.age >= i.warn_at AND i.timeout_before IS NULL THEN format('ALTER ROLE %I RESET idle_in_transaction_session_timeout', i.usename)
            WHEN i.age >= i.warn_at THEN format('ALTER ROLE %I SET idle_in_transaction_session_timeout = %L', i.usename, i.timeout_before) END,
       'Ends these sessions: their transactions are rolled back and their clients get an error. The setting counts for new sessions.'
FROM me AS m LEFT JOIN idle_worst AS i ON true WHERE m.sees
UNION ALL
SELECT 'idle_in_transaction_share', r.object,
       CASE WHEN r.idle_fraction >= 0.5 AND r.mean_in_flight >= 1 THEN 'info' ELSE 'ok' END,
       format('%s %% of the time of %s''s transactions they wait for the client; %s of %s are open on average (an opportunity from 50 %%, if at least one is).',
           round((100 * COALESCE(r.idle_fraction, 0))::numeric), r.object,
           round((r.mean_in_flight * COALESCE(r.idle_fraction, 0))::numeric, 1), round(r.mean_in_flight::numeric, 1)),
       'What the application does between the statements of a transaction occupies a connection of the pool; done before or after, a smaller pool does.',
       r.idle_fraction, 0.5,
       jsonb_build_object('idle_in_transaction_time', r.idle_in_transaction_time, 'in_flight_time', r.in_flight_time,
           'mean_in_flight', r.mean_in_flight, 'since', r.started_at), NULL, NULL, NULL, NULL
FROM roles AS r
UNION ALL
-- connections that nobody needs at once
SELECT 'unused_connections', r.object,
       CASE WHEN r.max_sessions >= 20 AND r.max_sessions >= 5 * r.max_in_flight AND r.transactions >= 1000 THEN 'info' ELSE 'ok' END,
       format('%s had up to %s sessions, and at most %s transactions at once (an opportunity from 20 sessions and five times as many).', r.object, r.max_sessions, r.max_in_flight),
       'Sessions that are never used at the same time take memory and make every snapshot dearer; pool_advice has the size that does.',
       r.max_sessions, GREATEST(20, 5 * r.max_in_flight),
       jsonb_build_object('max_sessions', r.max_sessions, 'max_in_flight', r.max_in_flight, 'transactions', r.transactions, 'since', r.started_at),
       NULL, NULL, NULL, 'Set the pool''s size in the application or the pooler.'
FROM roles AS r
UNION ALL
SELECT 'session_churn', r.object,
       CASE WHEN r.starts_per_second > 1 AND r.observed_time >= 60000 AND r.mean_life < 60 THEN 'warning' ELSE 'ok' END,
       format('%s started %s sessions a second, which lasted %s s on average (a warning from more than 1 a second that last under 60 s, over a minute or more).', r.object,
           round(COALESCE(r.starts_per_second, 0)::numeric, 2), COALESCE(round(r.mean_life::numeric, 1)::text, 'an unknown number of')),
       'A new session costs a process, an authentication and empty caches: milliseconds each time, that a pool would save.',
       r.starts_per_second, 1,
       jsonb_build_object('sessions_started', r.sessions_started, 'mean_life_seconds', r.mean_life, 'observed_time', r.observed_time, 'since', r.started_at),
       NULL, NULL, NULL, 'Use a pool: pool_advice has its size.'
FROM roles AS r
UNION ALL
SELECT 'session_ends', r.object,
       CASE WHEN r.sessions_ended >= 20 AND GREATEST(r.sessions_abandoned, r.sessions_broken) > 0.05 * r.sessions_ended THEN 'warning'
            WHEN r.sessions_ended >= 20 AND GREATEST(r.sessions_abandoned, r.sessions_broken) > 0.01 * r.sessions_ended THEN 'info' ELSE 'ok' END,
       format('Of %s sessions of %s that ended, %s were abandoned by their client and %s broken off by the server (worth a look above 1 %%, a warning above 5 %%, of at least 20).',
           r.sessions_ended, r.object, r.sessions_abandoned, r.sessions_broken),
       'Clients that vanish were killed, lost the network or forgot to close; the server breaks off on timeouts, fatal errors and pg_terminate_backend().',
       GREATEST(r.sessions_abandoned, r.sessions_broken) / NULLIF(r.sessions_ended, 0)::double precision, 0.05,
       jsonb_build_object('ended', r.sessions_ended, 'abandoned', r.sessions_abandoned, 'broken', r.sessions_broken, 'since', r.started_at),
       NULL, NULL, NULL, 'Look in the server''s log for how sessions ended (log_disconnections).'
FROM roles AS r
UNION ALL
SELECT c.check_name, 'other roles', 'unknown', perfadvisor.unseen('What other roles do'),
       'The numbers of a role are shown to itself, to roles that have its privileges, and to members of pg_monitor.', NULL, NULL,
       '{}'::jsonb, perfadvisor.grant_monitor(), NULL, NULL, NULL
FROM me AS m CROSS JOIN unnest(ARRAY['idle_in_transaction_share', 'unused_connections', 'session_churn', 'session_ends', 'timeout_unset']) AS c(check_name)
WHERE NOT m.sees
UNION ALL
-- settings
SELECT 'timeout_unset', t.object || ' ' || t.setting,
       CASE WHEN t.value IS NULL THEN 'unknown' WHEN t.value ~ '^0' THEN 'info' ELSE 'ok' END,
       CASE WHEN t.value IS NULL THEN format('What %s begins with in sessions of %s cannot be told: the current session has a value of its own.', t.setting, t.object)
            WHEN t.value ~ '^0' THEN format('Sessions of %s begin with %s = 0, which is no limit.', t.object, t.setting)
            ELSE format('Sessions of %s begin with %s = %s.', t.object, t.setting, t.value) END,
       CASE t.setting WHEN 'statement_timeout' THEN 'One statement without an end can hold locks and a connection until somebody notices.'
            ELSE 'A client that stops in a transaction holds its locks, and VACUUM back, until somebody notices.' END,
       NULL, NULL, jsonb_build_object('value', t.value, 'wanted', t.wanted),
       CASE WHEN t.value IS NULL THEN format('RESET %s', t.setting)
            WHEN t.value ~ '^0' THEN format('ALTER ROLE %I IN DATABASE %I SET %s = ''%s''', pg_get_userbyid(t.userid),
                (SELECT d.datname FROM pg_database AS d WHERE d.oid = t.dbid), t.setting, t.wanted) END,
       CASE WHEN t.value ~ '^0' THEN format('SELECT perfadvisor.role_setting(%s, %s, %L) !~ ''^0''', t.userid, t.dbid, t.setting) END,
       CASE WHEN t.value ~ '^0' THEN format('ALTER ROLE %I IN DATABASE %I RESET %s', pg_get_userbyid(t.userid),
                (SELECT d.datname FROM pg_database AS d WHERE d.oid = t.dbid), t.setting) END,
       'No lock; counts for new sessions. Jobs that need longer can SET it themselves.'
FROM timeouts AS t
UNION ALL
SELECT 'reserved_connections', 'superuser_reserved_connections',
       CASE WHEN m.superuser_reserved = 0 THEN 'warning'
            WHEN m.superuser_reserved > 0.2 * m.max_connections THEN 'info' ELSE 'ok' END,
       format('%s of %s connections are reserved for superusers (a warning at 0, an opportunity above 20 %%).', m.superuser_reserved, m.max_connections),
       'Without a reserve nobody can log in to help when all connections are taken.',
       m.superuser_reserved, 1, jsonb_build_object('superuser_reserved_connections', m.superuser_reserved, 'max_connections', m.max_connections),
       CASE WHEN m.superuser_reserved = 0 OR m.superuser_reserved > 0.2 * m.max_connections
            THEN 'ALTER SYSTEM SET superuser_reserved_connections = 3' END,
       CASE WHEN m.superuser_reserved = 0 OR m.superuser_reserved > 0.2 * m.max_connections
            THEN 'SELECT setting::integer BETWEEN 1 AND 10 FROM pg_settings WHERE name = ''superuser_reserved_connections''' END,
       CASE WHEN m.superuser_reserved = 0 OR m.superuser_reserved > 0.2 * m.max_connections
            THEN format('ALTER SYSTEM SET superuser_reserved_connections = %s', m.superuser_reserved) END,
       'Needs a restart of the server.'
FROM me AS m
UNION ALL
SELECT 'pending_restart', COALESCE(g.name, 'settings'), CASE WHEN g.name IS NULL THEN 'ok' ELSE 'info' END,
       CASE WHEN g.name IS NULL THEN 'No setting waits for a restart.'
            ELSE format('%s was changed in the configuration and waits for a restart; it still is %s.', g.name, g.setting) END,
       'The server that comes back from its next restart, wanted or not, will behave differently.', NULL, NULL,
       CASE WHEN g.name IS NULL THEN '{}'::jsonb ELSE jsonb_build_object('setting', g.name, 'value', g.setting) END,
       NULL, CASE WHEN g.name IS NOT NULL THEN format('SELECT NOT pending_restart FROM pg_settings WHERE name = %L', g.name) END,
       NULL, 'Restart the server when it suits.'
FROM me AS m LEFT JOIN pg_settings AS g ON g.pending_restart;

COMMENT ON VIEW perfadvisor.pool_health IS 'Checks of sessions and connection pools: how full, how used, how they end';
COMMENT ON COLUMN perfadvisor.pool_health.check_name IS 'connections, max_connections_high, idle_in_transaction, idle_in_transaction_share, unused_connections, session_churn, session_ends, timeout_unset, reserved_connections or pending_restart';
COMMENT ON COLUMN perfadvisor.pool_health.object IS 'What is checked: a setting, or role/database';
COMMENT ON COLUMN perfadvisor.pool_health.status IS 'ok, info, warning, critical or unknown';
COMMENT ON COLUMN perfadvisor.pool_health.message IS 'What was found, with the number and its threshold';
COMMENT ON COLUMN perfadvisor.pool_health.why IS 'Why it matters';
COMMENT ON COLUMN perfadvisor.pool_health.value IS 'The number that was judged';
COMMENT ON COLUMN perfadvisor.pool_health.bound IS 'What it was held against';
COMMENT ON COLUMN perfadvisor.pool_health.evidence IS 'Numbers, thresholds and since when they count';
COMMENT ON COLUMN perfadvisor.pool_health.remedy_sql IS 'What mends it; of an unknown, what would show it';
COMMENT ON COLUMN perfadvisor.pool_health.verify_sql IS 'Returns true when it is mended';
COMMENT ON COLUMN perfadvisor.pool_health.undo_sql IS 'Takes the remedy back';
COMMENT ON COLUMN perfadvisor.pool_health.lock_note IS 'What the remedy locks or restarts';
