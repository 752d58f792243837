
-- health: locks. Names that are not qualified are PostgreSQL's own.
SET LOCAL search_path = pg_catalog, pg_temp;

CREATE VIEW perfadvisor.lock_health AS
WITH RECURSIVE me AS (
    SELECT perfadvisor.sees_everybody() AS sees
), sessions AS (
    SELECT a.pid, a.usename, a.datname, a.application_name, a.state, a.query, a.backend_type, a.backend_xid, a.backend_xmin,
           EXTRACT(epoch FROM clock_timestamp() - a.xact_start)::double precision AS transaction_age,
           EXTRACT(epoch FROM clock_timestamp() - a.state_change)::double precision AS state_age,
           quote_ident(a.usename) || '/' || quote_ident(a.datname) AS object, a.wait_event_type
    FROM pg_stat_activity AS a
), edges AS (
    SELECT DISTINCT s.pid AS waiter, b.pid AS blocker
    FROM sessions AS s CROSS JOIN LATERAL unnest(pg_blocking_pids(s.pid)) AS b(pid)
    WHERE s.wait_event_type = 'Lock' AND b.pid <> s.pid
), chains AS (
    SELECT e.waiter, e.blocker FROM edges AS e
    UNION
    SELECT c.waiter, e.blocker FROM chains AS c JOIN edges AS e ON e.waiter = c.blocker
), waits AS (
    SELECT DISTINCT ON (l.pid) l.pid, l.mode, l.locktype, l.relation::regclass::text AS relation, l.database,
           EXTRACT(epoch FROM clock_timestamp() - l.waitstart)::double precision AS waiting
    FROM pg_locks AS l WHERE NOT l.granted
    ORDER BY l.pid, l.waitstart
), roots AS (
    SELECT c.blocker AS pid, count(*) AS victims, max(w.waiting) AS waiting,
           (array_agg(w.mode ORDER BY w.waiting DESC NULLS LAST))[1] AS mode,
           (array_agg(w.locktype ORDER BY w.waiting DESC NULLS LAST))[1] AS locktype,
           (array_agg(w.relation ORDER BY w.waiting DESC NULLS LAST) FILTER (WHERE w.relation IS NOT NULL
                AND w.database = (SELECT d.oid FROM pg_database AS d WHERE d.datname = current_database())))[1] AS relation,
           jsonb_agg(jsonb_build_object('pid', c.waiter, 'mode', w.mode, 'locktype', w.locktype, 'relation', w.relation,
               'waiting_seconds', w.waiting) ORDER BY w.waiting DESC NULLS LAST) AS evidence
    FROM chains AS c LEFT JOIN waits AS w ON w.pid = c.waiter
    WHERE NOT EXISTS (SELECT FROM edges AS e WHERE e.waiter = c.blocker)
    GROUP BY c.blocker
), blockers AS (
    SELECT r.*, COALESCE(s.object, 'prepared transaction') AS object, s.state, s.usename, s.datname, s.application_name,
           s.transaction_age, s.query, r.pid = 0 AS is_prepared,
           CASE WHEN r.waiting > 300 OR (r.victims >= 5 AND r.waiting > 30) THEN 'critical'
                WHEN r.waiting > 30 THEN 'warning' ELSE 'ok' END AS status
    FROM roots AS r LEFT JOIN sessions AS s ON s.pid = r.pid
), worst AS (
    SELECT DISTINCT ON (b.object) b.*, sum(b.victims) OVER (PARTITION BY b.object) AS all_victims
    FROM blockers AS b ORDER BY b.object, b.waiting DESC NULLS LAST
), long AS (
    SELECT DISTINCT ON (s.object) s.*, count(*) OVER (PARTITION BY s.object) AS sessions
    FROM sessions AS s
    WHERE s.backend_type = 'client backend' AND s.transaction_age >= 600 AND s.state = 'active' AND s.pid <> pg_backend_pid()
    ORDER BY s.object, s.transaction_age DESC
), prepared AS (
    SELECT p.gid, p.owner, p.database, EXTRACT(epoch FROM clock_timestamp() - p.prepared)::double precision AS age
    FROM pg_prepared_xacts AS p
), deadlocks AS (
    SELECT d.datname, d.deadlocks, perfadvisor.counted_since() AS since,
           d.deadlocks / GREATEST(EXTRACT(epoch FROM clock_timestamp() - perfadvisor.counted_since())::double precision / 3600, 1) AS per_hour
    FROM pg_stat_database AS d WHERE d.datname = current_database()
), lock_table AS (
    SELECT count(*) FILTER (WHERE NOT l.fastpath) AS used,
           current_setting('max_locks_per_transaction')::bigint *
               (current_setting('max_connections')::bigint + current_setting('max_prepared_transactions')::bigint) AS room
    FROM pg_locks AS l WHERE l.locktype <> 'virtualxid' AND l.mode <> 'SIReadLock'
)
SELECT 'blocking' AS check_name, 'sessions' AS object, 'unknown' AS status,
       perfadvisor.unseen('Who blocks whom') AS message,
       'Whoever waits for a lock holds a connection, and often locks that others want in turn.' AS why,
       NULL::double precision AS value, NULL::double precision AS bound,
       '{}'::jsonb AS evidence, perfadvisor.grant_monitor() AS remedy_sql, NULL AS verify_sql, NULL AS undo_sql, NULL AS lock_note
FROM me AS m WHERE NOT m.sees
UNION ALL
SELECT 'blocking', COALESCE(w.object, 'sessions'), COALESCE(w.status, 'ok'),
       CASE WHEN w.object IS NULL THEN 'No session waits for a lock.'
            ELSE format('%s session%s wait%s for %s, which is %s; the longest for %s s, for %s%s (a warning over 30 s, critical over 300 s or with 5 sessions).',
                     w.all_victims, CASE WHEN w.all_victims = 1 THEN '' ELSE 's' END, CASE WHEN w.all_victims = 1 THEN 's' ELSE '' END, w.object,
                     CASE WHEN w.is_prepared THEN 'in doubt' ELSE COALESCE(w.state, 'in an unknown state') END,
                     round(COALESCE(w.waiting, 0)::numeric), COALESCE(w.mode, 'a lock'),
                     CASE WHEN w.relation IS NOT NULL THEN ' on ' || w.relation ELSE COALESCE(' on a ' || w.locktype, '') END) END,
       'Whoever waits for a lock holds a connection, and often locks that others want in turn.',
       w.waiting, 30,
       jsonb_build_object('root_pid', w.pid, 'state', w.state, 'transaction_seconds', w.transaction_age, 'application_name', w.application_name,
           'query', w.query, 'waiting', w.evidence, 'warning', 30, 'critical', 300),
       CASE WHEN w.status IN ('warning', 'critical') THEN
           CASE WHEN w.is_prepared THEN (SELECT format('ROLLBACK PREPARED %L', p.gid) FROM prepared AS p ORDER BY p.age DESC LIMIT 1)
                WHEN w.state = 'active' THEN format('SELECT pg_cancel_backend(%s)', w.pid)
                ELSE format('SELECT pg_terminate_backend(%s)', w.pid) END END,
       CASE WHEN w.status IN ('warning', 'critical') THEN
           format('SELECT NOT EXISTS (SELECT FROM pg_stat_activity WHERE wait_event_type = ''Lock'' AND %s = ANY (pg_blocking_pids(pid)))', w.pid) END,
       NULL,
       CASE WHEN w.is_prepared THEN 'Rolls the oldest prepared transaction back; ask its transaction manager first whether it was to be committed.'
            WHEN w.state = 'active' THEN 'Cancels the statement: its transaction fails, and its client gets an error.'
            WHEN w.object IS NOT NULL THEN 'Ends the session: its transaction is rolled back, and its client gets an error.' END
FROM me AS m LEFT JOIN worst AS w ON true WHERE m.sees
UNION ALL
SELECT 'long_transaction', 'sessions', 'unknown', perfadvisor.unseen('Which transactions have run for long'),
       'While a transaction runs, VACUUM removes no row that was deleted since it began, in any table of its database.', NULL, NULL,
       '{}'::jsonb, perfadvisor.grant_monitor(), NULL, NULL, NULL
FROM me AS m WHERE NOT m.sees
UNION ALL
SELECT 'long_transaction', COALESCE(l.object, 'sessions'),
       CASE WHEN l.object IS NULL THEN 'ok' WHEN l.transaction_age >= 86400 THEN 'critical'
            WHEN l.transaction_age >= 3600 AND l.application_name <> 'pg_dump' THEN 'warning' ELSE 'info' END,
       CASE WHEN l.object IS NULL THEN 'No transaction that runs has lasted for 600 s.'
            ELSE format('A transaction of %s has run for %s (worth a look from 10 minutes, a warning from 1 hour, critical from 24 hours).', l.object,
                     date_trunc('second', make_interval(secs => l.transaction_age))) END,
       'While a transaction runs, VACUUM removes no row that was deleted since it began, in any table of its database.',
       l.transaction_age, 3600,
       jsonb_build_object('pid', l.pid, 'application_name', l.application_name, 'query', l.query, 'transaction_seconds', l.transaction_age,
           'statement_seconds', l.state_age, 'sessions', l.sessions, 'xmin_age', age(l.backend_xmin)),
       CASE WHEN l.transaction_age >= 3600 THEN format('SELECT pg_cancel_backend(%s)', l.pid) END,
       CASE WHEN l.object IS NOT NULL THEN format('SELECT NOT EXISTS (SELECT FROM pg_stat_activity WHERE pid = %s AND state = ''active'' AND xact_start < now() - interval ''10 minutes'')', l.pid) END,
       NULL, CASE WHEN l.object IS NOT NULL THEN 'Cancels the statement: its transaction fails, and its client gets an error.' END
FROM me AS m LEFT JOIN long AS l ON true WHERE m.sees
UNION ALL
SELECT 'prepared_transaction', COALESCE(quote_literal(p.gid), 'prepared transactions'),
       CASE WHEN p.age >= 3600 THEN 'critical' WHEN p.age >= 300 THEN 'warning' ELSE 'ok' END,
       CASE WHEN p.gid IS NULL THEN 'There is no prepared transaction.'
            ELSE format('Prepared transaction %L of %I in %I has waited for %s to be committed or rolled back (a warning from 5 minutes, critical from 1 hour).',
                     p.gid, p.owner, p.database, date_trunc('second', make_interval(secs => p.age))) END,
       'A prepared transaction keeps its locks, and VACUUM back, over restarts, until somebody ends it; no timeout does.',
       p.age, 300, jsonb_build_object('gid', p.gid, 'owner', p.owner, 'database', p.database, 'seconds', p.age),
       CASE WHEN p.age >= 300 THEN format('ROLLBACK PREPARED %L', p.gid) END,
       CASE WHEN p.age >= 300 THEN format('SELECT NOT EXISTS (SELECT FROM pg_prepared_xacts WHERE gid = %L)', p.gid) END,
       NULL, CASE WHEN p.gid IS NOT NULL THEN 'Run it in its database; ask its transaction manager first whether it was to be committed (COMMIT PREPARED).' END
FROM me AS m LEFT JOIN prepared AS p ON true
UNION ALL
SELECT 'deadlocks', quote_ident(d.datname),
       CASE WHEN d.per_hour > 300 THEN 'warning' WHEN d.per_hour > 1 THEN 'info' ELSE 'ok' END,
       format('%s deadlocks in %s%s (worth a look above 1 an hour, a warning above 300).', d.deadlocks, quote_ident(d.datname),
           format(' since %s, %s an hour', date_trunc('second', d.since), round(d.per_hour::numeric, 2))),
       'Of each deadlock one transaction fails after deadlock_timeout, and has to be run again; statement_failures has the statements (40P01).',
       d.per_hour, 1, jsonb_build_object('deadlocks', d.deadlocks, 'since', d.since),
       NULL, NULL, NULL, 'Let transactions take rows and tables in the same order.'
FROM deadlocks AS d
UNION ALL
SELECT 'lock_table', 'max_locks_per_transaction',
       CASE WHEN t.used >= 0.8 * t.room THEN 'critical' WHEN t.used >= 0.5 * t.room THEN 'warning' ELSE 'ok' END,
       format('%s of some %s places of the lock table are in use (a warning from 50 %%, critical from 80 %%).', t.used, t.room),
       'When the lock table is full, statements fail with "out of shared memory", also those of others.',
       t.used, t.room, jsonb_build_object('used', t.used, 'room', t.room),
       CASE WHEN t.used >= 0.5 * t.room THEN format('ALTER SYSTEM SET max_locks_per_transaction = %s', 2 * current_setting('max_locks_per_transaction')::integer) END,
       CASE WHEN t.used >= 0.5 * t.room THEN 'SELECT status NOT IN (''warning'', ''critical'') FROM perfadvisor.lock_health WHERE check_name = ''lock_table''' END,
       CASE WHEN t.used >= 0.5 * t.room THEN format('ALTER SYSTEM SET max_locks_per_transaction = %s', current_setting('max_locks_per_transaction')) END,
       'Needs a restart of the server, of standbys first.'
FROM lock_table AS t;

COMMENT ON VIEW perfadvisor.lock_health IS 'Checks of locks and long transactions, as they are now';
COMMENT ON COLUMN perfadvisor.lock_health.check_name IS 'blocking, long_transaction, prepared_transaction, deadlocks or lock_table';
COMMENT ON COLUMN perfadvisor.lock_health.object IS 'What is checked: role/database of the session that others wait for, a prepared transaction, a database or a setting';
COMMENT ON COLUMN perfadvisor.lock_health.status IS 'ok, info, warning, critical or unknown';
COMMENT ON COLUMN perfadvisor.lock_health.message IS 'What was found, with the number and its threshold';
COMMENT ON COLUMN perfadvisor.lock_health.why IS 'Why it matters';
COMMENT ON COLUMN perfadvisor.lock_health.value IS 'The number that was judged: seconds, deadlocks an hour, locks';
COMMENT ON COLUMN perfadvisor.lock_health.bound IS 'What it was held against';
COMMENT ON COLUMN perfadvisor.lock_health.evidence IS 'Numbers and process ids: of who blocks, and of who waits with which lock';
COMMENT ON COLUMN perfadvisor.lock_health.remedy_sql IS 'What mends it; of an unknown, what would show it';
COMMENT ON COLUMN perfadvisor.lock_health.verify_sql IS 'Returns true when it is mended';
COMMENT ON COLUMN perfadvisor.lock_health.undo_sql IS 'Takes the remedy back';
COMMENT ON COLUMN perfadvisor.lock_health.lock_note IS 'What the remedy does to whom';
