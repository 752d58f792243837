
-- health: connection pools. Names that are not qualified are PostgreSQL's own.
SET LOCAL search_path = pg_catalog, pg_temp;

CREATE FUNCTION perfadvisor.sees_everybody()
RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT pg_has_role('pg_read_all_stats', 'USAGE') OR pg_has_role('pg_monitor', 'USAGE');
END;

COMMENT ON FUNCTION perfadvisor.sees_everybody() IS
'Whether the current role sees what the sessions of all roles do';

CREATE FUNCTION perfadvisor.usable_connections()
RETURNS integer
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT current_setting('max_connections')::integer - current_setting('superuser_reserved_connections')::integer
           - COALESCE(current_setting('reserved_connections', true), '0')::integer;
END;

COMMENT ON FUNCTION perfadvisor.usable_connections() IS
'Connections that roles without special rights can have: max_connections without those that are reserved';

CREATE FUNCTION perfadvisor.size_pools(
    period interval DEFAULT '24 hours', least_time interval DEFAULT '10 minutes', least_transactions bigint DEFAULT 1000)
RETURNS TABLE (
    scope text, datname name, rolname name, application_name text, status text,
    recommended_size integer, burst_size integer, bounded_by text,
    mean_in_flight double precision, p50_in_flight integer, p95_in_flight integer,
    p99_in_flight integer, max_in_flight integer, max_sessions integer,
    idle_in_transaction_fraction double precision, transactions bigint,
    observed_from timestamptz, observed_time double precision, cpus double precision,
    features text[])
LANGUAGE sql VOLATILE PARALLEL RESTRICTED
BEGIN ATOMIC
    WITH machine AS (
        SELECT COALESCE(LEAST(m.cpus, m.cpu_quota), m.cpus) AS cpus FROM perfadvisor.machine() AS m
    ), used AS (
        SELECT f.*, COALESCE(LEAST(f.idle_in_transaction_time / NULLIF(f.in_flight_time
                   + CASE f.scope WHEN 'server' THEN f.idle_in_transaction_time ELSE 0 END, 0), 1), 0) AS idle_fraction,
               f.observed_time >= EXTRACT(epoch FROM least_time) * 1000 AND f.transactions >= least_transactions AS enough
        FROM perfadvisor.in_flight(clock_timestamp() - period) AS f
    ), bounded AS (
        SELECT u.*, m.cpus,
               GREATEST(2, u.busy_in_flight) AS wanted,
               GREATEST(2, ceil(1.2 * u.burst_in_flight)::integer) AS wanted_burst,
               -- more than four statements for a processor only queue for it; those that wait for their client do not
               GREATEST(2, ceil(4 * m.cpus / GREATEST(1 - u.idle_fraction, 0.05))::integer) AS bound
        FROM used AS u CROSS JOIN machine AS m
    )
    SELECT b.scope, d.datname, r.rolname, b.application_name,
           CASE WHEN b.enough THEN 'ok' ELSE 'unknown' END,
           CASE WHEN b.enough THEN LEAST(b.wanted, b.bound) END,
           CASE WHEN b.enough THEN LEAST(GREATEST(b.wanted, b.wanted_burst), b.bound) END,
           CASE WHEN b.enough THEN CASE WHEN b.wanted > b.bound THEN 'processors' ELSE 'transactions' END END,
           b.mean_in_flight, b.p50_in_flight, b.p95_in_flight, b.p99_in_flight, b.max_in_flight, b.max_sessions,
           b.idle_fraction, b.transactions, b.started_at, b.observed_time, b.cpus,
           (SELECT array_agg(s.feature ORDER BY s.feature)
            FROM perfadvisor.recorded_session_features() AS s
            WHERE s.dbid = b.dbid AND s.userid = b.userid AND s.last_seen > clock_timestamp() - GREATEST(period, '7 days'))
    FROM bounded AS b
         LEFT JOIN pg_database AS d ON d.oid = b.dbid
         LEFT JOIN pg_roles AS r ON r.oid = b.userid
    WHERE b.max_in_flight > 0;
END;

COMMENT ON FUNCTION perfadvisor.size_pools(interval, interval, bigint) IS
'Sizes of connection pools from what was in flight in a period; unknown where less time or fewer transactions than wanted were observed';

CREATE FUNCTION perfadvisor.pool_mode(features text[])
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN features && ARRAY['set', 'temporary_table', 'advisory_lock', 'listen', 'hold_cursor', 'prepare']
            THEN 'session' ELSE 'transaction' END;

COMMENT ON FUNCTION perfadvisor.pool_mode(text[]) IS
'Mode of a pool for sessions that use these features';

CREATE VIEW perfadvisor.pool_advice AS
WITH sized AS (
    SELECT s.*, perfadvisor.pool_mode(s.features) AS mode
    FROM perfadvisor.size_pools() AS s
), pools AS (
    SELECT s.*,
           CASE WHEN s.mode = 'session' THEN s.max_sessions ELSE s.recommended_size END AS pool,
           CASE WHEN s.mode = 'session' THEN s.max_sessions ELSE s.burst_size END AS burst
    FROM sized AS s
), total AS (
    SELECT sum(p.burst)::integer AS connections, bool_and(p.status = 'ok') AS known
    FROM pools AS p WHERE p.scope = 'role'
)
SELECT p.scope, p.datname, p.rolname, p.application_name, p.status,
       p.recommended_size, p.burst_size, p.bounded_by,
       CASE p.scope WHEN 'role' THEN p.mode END AS pool_mode,
       CASE WHEN p.scope = 'role' AND p.features IS NOT NULL THEN
           (SELECT string_agg(CASE f.feature
                WHEN 'set' THEN format('SET for the whole session (%s): use SET LOCAL, or ALTER ROLE ... SET', COALESCE(f.example, 'a setting'))
                WHEN 'temporary_table' THEN format('temporary tables that outlive their transaction (%s): create them ON COMMIT DROP', COALESCE(f.example, 'a table'))
                WHEN 'advisory_lock' THEN 'session-level advisory locks: use pg_advisory_xact_lock()'
                WHEN 'listen' THEN format('LISTEN (%s): give the listener a connection of its own', COALESCE(f.example, 'a channel'))
                WHEN 'hold_cursor' THEN format('cursors WITH HOLD (%s)', COALESCE(f.example, 'a cursor'))
                WHEN 'prepare' THEN format('PREPARE (%s): let the driver prepare by the protocol', COALESCE(f.example, 'a statement'))
                WHEN 'set_at_start' THEN format('SET to the same in each session before it reads a table (%s): move it to ALTER ROLE ... SET or PgBouncer''s connect_query', COALESCE(f.example, 'a setting'))
                ELSE 'statements prepared by the protocol: PgBouncer 1.21 and newer with max_prepared_statements' END, '; ' ORDER BY f.feature)
            FROM perfadvisor.session_features AS f
            WHERE f.datname = p.datname AND f.rolname = p.rolname AND f.feature = ANY (p.features)) END AS why_not_transaction,
       CASE WHEN p.scope = 'server' AND t.known AND perfadvisor.sees_everybody() THEN
           GREATEST(20, (ceil((t.connections + 5 + current_setting('max_connections')::integer - perfadvisor.usable_connections()) / 10.0) * 10)::integer) END AS max_connections,
       CASE WHEN p.status = 'ok' AND p.scope = 'role' THEN
           format('[databases] %s = dbname=%s pool_mode=%s pool_size=%s reserve_pool=%s; [pgbouncer] max_prepared_statements = %s',
               p.datname, p.datname, p.mode, p.pool, p.burst - p.pool,
               CASE WHEN 'protocol_prepared' = ANY (p.features) THEN 100 ELSE 0 END) END AS pgbouncer,
       CASE WHEN p.status = 'ok' AND p.scope <> 'server' THEN
           format('create_engine(url, pool_size=%s, max_overflow=%s, pool_recycle=1800, pool_timeout=10, pool_pre_ping=True)', p.pool, p.burst - p.pool) END AS sqlalchemy,
       CASE WHEN p.status = 'ok' AND p.scope <> 'server' THEN
           format('DATABASE_URL="...?connection_limit=%s&pool_timeout=10%s"', p.pool,
               CASE WHEN p.mode = 'transaction' THEN '&pgbouncer=true' ELSE '' END) END AS prisma,
       CASE WHEN p.status = 'ok' AND p.scope <> 'server' THEN
           format('maximumPoolSize=%s minimumIdle=%s connectionTimeout=10000 maxLifetime=1800000', p.burst, p.pool) END AS hikaricp,
       CASE WHEN p.status = 'unknown' THEN
           format('Too early: %s transactions in %s were observed, and 1000 in 10 minutes are wanted before a size is advised.',
               p.transactions, date_trunc('second', make_interval(secs => p.observed_time / 1000)))
       WHEN p.scope = 'server' THEN
           format('At most %s statements ran at once on %s processors, and at most %s sessions were connected.', p.max_in_flight, p.cpus, p.max_sessions)
           || CASE WHEN t.known AND perfadvisor.sees_everybody() THEN format(' The pools of all roles together take up to %s connections.', t.connections) ELSE '' END
       ELSE format('%s transactions were under way at most, %s on average%s. ', p.max_in_flight, round(p.mean_in_flight::numeric, 2),
               CASE WHEN p.idle_in_transaction_fraction >= 0.1
                    THEN format(', %s %% of that time waiting for the client inside a transaction', round((100 * p.idle_in_transaction_fraction)::numeric)) ELSE '' END)
           || CASE p.bounded_by WHEN 'processors'
               THEN format('More than %s connections would only queue for %s processors', p.recommended_size, p.cpus)
               ELSE format('With %s connections 92 %% of the work in the busiest hour would not have waited for one', p.recommended_size) END
           || format('; it had up to %s.', p.max_sessions)
           || CASE WHEN p.mode = 'session' THEN ' In session mode a pool needs one for each client.' ELSE '' END
       END AS reason,
       p.mean_in_flight, p.p50_in_flight, p.p95_in_flight, p.p99_in_flight, p.max_in_flight, p.max_sessions,
       p.idle_in_transaction_fraction, p.transactions, p.observed_from, p.observed_time, p.cpus
FROM pools AS p CROSS JOIN total AS t;

COMMENT ON VIEW perfadvisor.pool_advice IS 'Recommended connection pools for each role in a database and for each application, from the transactions that were under way at once in the last 24 hours';
COMMENT ON COLUMN perfadvisor.pool_advice.scope IS 'server, role or application';
COMMENT ON COLUMN perfadvisor.pool_advice.datname IS 'Database of a role''s pool';
COMMENT ON COLUMN perfadvisor.pool_advice.rolname IS 'Role that logs in';
COMMENT ON COLUMN perfadvisor.pool_advice.application_name IS 'Application; divide its pool among its processes';
COMMENT ON COLUMN perfadvisor.pool_advice.status IS 'ok, or unknown while too little was observed';
COMMENT ON COLUMN perfadvisor.pool_advice.recommended_size IS 'Connections with which 92 % of the work in the busiest hour would have found one free, but not more than four running statements for a processor';
COMMENT ON COLUMN perfadvisor.pool_advice.burst_size IS 'Connections that the pool may open for a while: for 99 % of the work, and a fifth more';
COMMENT ON COLUMN perfadvisor.pool_advice.bounded_by IS 'transactions, or processors where these are fewer than what is in flight could use';
COMMENT ON COLUMN perfadvisor.pool_advice.pool_mode IS 'Mode of PgBouncer that the role''s sessions allow: transaction or session';
COMMENT ON COLUMN perfadvisor.pool_advice.why_not_transaction IS 'What was seen in the role''s sessions that transaction mode forbids or needs a setting for, and what to do instead';
COMMENT ON COLUMN perfadvisor.pool_advice.max_connections IS 'Of the server''s row: the setting that the recommended pools need, with five more for people and what is reserved; NULL while a pool is unknown';
COMMENT ON COLUMN perfadvisor.pool_advice.pgbouncer IS 'Lines for pgbouncer.ini';
COMMENT ON COLUMN perfadvisor.pool_advice.sqlalchemy IS 'Call for SQLAlchemy, if all is one process';
COMMENT ON COLUMN perfadvisor.pool_advice.prisma IS 'Connection string''s parameters for Prisma, if all is one process';
COMMENT ON COLUMN perfadvisor.pool_advice.hikaricp IS 'Properties for HikariCP, if all is one process';
COMMENT ON COLUMN perfadvisor.pool_advice.reason IS 'Why, in sentences';
COMMENT ON COLUMN perfadvisor.pool_advice.mean_in_flight IS 'Mean number of transactions (of the server: statements) under way';
COMMENT ON COLUMN perfadvisor.pool_advice.p50_in_flight IS 'Number that half of the time did not exceed';
COMMENT ON COLUMN perfadvisor.pool_advice.p95_in_flight IS 'Number that 95 % of the time did not exceed';
COMMENT ON COLUMN perfadvisor.pool_advice.p99_in_flight IS 'Number that 99 % of the time did not exceed';
COMMENT ON COLUMN perfadvisor.pool_advice.max_in_flight IS 'Most at any moment';
COMMENT ON COLUMN perfadvisor.pool_advice.max_sessions IS 'Most sessions at any moment';
COMMENT ON COLUMN perfadvisor.pool_advice.idle_in_transaction_fraction IS 'Share of the transactions'' time in which they waited for their client';
COMMENT ON COLUMN perfadvisor.pool_advice.transactions IS 'Transactions observed';
COMMENT ON COLUMN perfadvisor.pool_advice.observed_from IS 'Since when';
COMMENT ON COLUMN perfadvisor.pool_advice.observed_time IS 'Time with any sessions, ms';
COMMENT ON COLUMN perfadvisor.pool_advice.cpus IS 'Processors that the server may use';
