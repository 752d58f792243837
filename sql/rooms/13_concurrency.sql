
-- record: what was under way at once

CREATE FUNCTION perfadvisor.recorded_concurrency(
    OUT scope text, OUT dbid oid, OUT userid oid, OUT application_name text,
    OUT started_at timestamptz, OUT ended_at timestamptz, OUT observed_time double precision,
    OUT mean_in_flight double precision, OUT p50_in_flight integer, OUT p95_in_flight integer,
    OUT p99_in_flight integer, OUT max_in_flight integer,
    OUT busy_in_flight integer, OUT burst_in_flight integer,
    OUT transactions bigint, OUT in_flight_time double precision, OUT idle_in_transaction_time double precision,
    OUT max_sessions integer, OUT sessions_started bigint, OUT session_time double precision,
    OUT sessions_ended bigint, OUT sessions_abandoned bigint, OUT sessions_broken bigint)
RETURNS SETOF record
AS 'MODULE_PATHNAME', 'pa_read_concurrency'
LANGUAGE C STRICT VOLATILE PARALLEL RESTRICTED ROWS 5000;

COMMENT ON FUNCTION perfadvisor.recorded_concurrency() IS
'What was under way at once, per minute and group; the concurrency view shows it with names.';

CREATE FUNCTION perfadvisor.in_flight(since timestamptz,
    OUT scope text, OUT dbid oid, OUT userid oid, OUT application_name text,
    OUT started_at timestamptz, OUT ended_at timestamptz, OUT observed_time double precision,
    OUT mean_in_flight double precision, OUT p50_in_flight integer, OUT p95_in_flight integer,
    OUT p99_in_flight integer, OUT max_in_flight integer,
    OUT busy_in_flight integer, OUT burst_in_flight integer,
    OUT transactions bigint, OUT in_flight_time double precision, OUT idle_in_transaction_time double precision,
    OUT max_sessions integer, OUT sessions_started bigint, OUT session_time double precision,
    OUT sessions_ended bigint, OUT sessions_abandoned bigint, OUT sessions_broken bigint)
RETURNS SETOF record
AS 'MODULE_PATHNAME', 'pa_read_in_flight'
LANGUAGE C STRICT VOLATILE PARALLEL RESTRICTED ROWS 20;

COMMENT ON FUNCTION perfadvisor.in_flight(timestamptz) IS
'What was under way at once since a moment, one row per group; busy and burst are the numbers that 92 and 99 % of the work did not see exceeded in the hour where that is highest';

CREATE VIEW perfadvisor.concurrency AS
SELECT c.started_at, c.ended_at, c.scope, d.datname, r.rolname, c.application_name,
       c.mean_in_flight, c.p50_in_flight, c.p95_in_flight, c.p99_in_flight, c.max_in_flight,
       c.transactions, c.in_flight_time, c.idle_in_transaction_time,
       c.max_sessions, c.sessions_started, c.sessions_ended, c.session_time,
       c.sessions_abandoned, c.sessions_broken
FROM perfadvisor.recorded_concurrency() AS c
     LEFT JOIN pg_catalog.pg_database AS d ON d.oid OPERATOR(pg_catalog.=) c.dbid
     LEFT JOIN pg_catalog.pg_roles AS r ON r.oid OPERATOR(pg_catalog.=) c.userid;

COMMENT ON VIEW perfadvisor.concurrency IS 'How many were under way at once, per minute: statements of the whole server, transactions of each role in a database and of each application';
COMMENT ON COLUMN perfadvisor.concurrency.started_at IS 'When the minute began';
COMMENT ON COLUMN perfadvisor.concurrency.ended_at IS 'When it ended; of the running minute, now';
COMMENT ON COLUMN perfadvisor.concurrency.scope IS 'server (in flight are statements), role or application (in flight are transactions)';
COMMENT ON COLUMN perfadvisor.concurrency.datname IS 'Database, of a role''s row; NULL for all roles that found no room';
COMMENT ON COLUMN perfadvisor.concurrency.rolname IS 'Role that logged in, of a role''s row';
COMMENT ON COLUMN perfadvisor.concurrency.application_name IS 'Application, of an application''s row; (others) for all that found no room';
COMMENT ON COLUMN perfadvisor.concurrency.mean_in_flight IS 'Mean number in flight; as percentiles and times from some ten looks a second';
COMMENT ON COLUMN perfadvisor.concurrency.p50_in_flight IS 'Number that half of the time did not exceed; exact up to 16, then rounded up by at most an eighth';
COMMENT ON COLUMN perfadvisor.concurrency.p95_in_flight IS 'Number that 95 % of the time did not exceed';
COMMENT ON COLUMN perfadvisor.concurrency.p99_in_flight IS 'Number that 99 % of the time did not exceed';
COMMENT ON COLUMN perfadvisor.concurrency.max_in_flight IS 'Most at any moment, exact';
COMMENT ON COLUMN perfadvisor.concurrency.transactions IS 'Transactions that ended';
COMMENT ON COLUMN perfadvisor.concurrency.in_flight_time IS 'Time that was spent in flight, all added up, ms';
COMMENT ON COLUMN perfadvisor.concurrency.idle_in_transaction_time IS 'Time of ended transactions in which they waited for their client, ms';
COMMENT ON COLUMN perfadvisor.concurrency.max_sessions IS 'Most sessions at any moment, exact; of roles and applications, those that have run a statement';
COMMENT ON COLUMN perfadvisor.concurrency.sessions_started IS 'Sessions that began, of applications also those that took the name';
COMMENT ON COLUMN perfadvisor.concurrency.sessions_ended IS 'Sessions that ended';
COMMENT ON COLUMN perfadvisor.concurrency.session_time IS 'Time that the ended ones had lasted, ms';
COMMENT ON COLUMN perfadvisor.concurrency.sessions_abandoned IS 'Of these, sessions whose client went away without a word';
COMMENT ON COLUMN perfadvisor.concurrency.sessions_broken IS 'Of these, sessions that ended by a fatal error or were terminated';

CREATE FUNCTION perfadvisor.recorded_session_features(
    OUT dbid oid, OUT userid oid, OUT feature text, OUT sessions bigint,
    OUT last_seen timestamptz, OUT example text)
RETURNS SETOF record
AS 'MODULE_PATHNAME', 'pa_read_session_features'
LANGUAGE C STRICT VOLATILE PARALLEL RESTRICTED ROWS 20;

COMMENT ON FUNCTION perfadvisor.recorded_session_features() IS
'Which roles use what outlives a transaction; the session_features view shows it with names.';

CREATE VIEW perfadvisor.session_features AS
SELECT d.datname, r.rolname, f.feature, f.sessions, f.last_seen, f.example
FROM perfadvisor.recorded_session_features() AS f
     LEFT JOIN pg_catalog.pg_database AS d ON d.oid OPERATOR(pg_catalog.=) f.dbid
     LEFT JOIN pg_catalog.pg_roles AS r ON r.oid OPERATOR(pg_catalog.=) f.userid;

COMMENT ON VIEW perfadvisor.session_features IS 'What roles use that outlives a transaction, so that a pool in transaction mode could not give it to them';
COMMENT ON COLUMN perfadvisor.session_features.datname IS 'Database';
COMMENT ON COLUMN perfadvisor.session_features.rolname IS 'Role that logged in';
COMMENT ON COLUMN perfadvisor.session_features.feature IS 'set, temporary_table, advisory_lock, listen, hold_cursor, prepare, protocol_prepared or set_at_start';
COMMENT ON COLUMN perfadvisor.session_features.sessions IS 'Sessions that were seen to use it';
COMMENT ON COLUMN perfadvisor.session_features.last_seen IS 'When that was seen last';
COMMENT ON COLUMN perfadvisor.session_features.example IS 'Name of the setting, table, channel, cursor or statement of the latest use, of set_at_start of as many settings as fit; NULL where the current role may not see it';
