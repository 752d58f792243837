-- health: pool_health and pool_advice see full, idle and unbounded sessions, say what mends them, and do not cry when all is well
\unset ECHO
\i test/setup.sql
\i test/own_database.sql
CREATE EXTENSION dblink;
SELECT plan(37);

\o /dev/null
DROP ROLE IF EXISTS pool_app, pool_nobody, pool_watcher;
CREATE ROLE pool_app LOGIN;
CREATE ROLE pool_nobody;
CREATE ROLE pool_watcher IN ROLE pg_monitor;
CREATE FUNCTION connect(name text) RETURNS text LANGUAGE sql AS $$
    SELECT dblink_connect(name, format('host=%s port=%s dbname=%s user=pool_app application_name=shop',
        split_part(current_setting('unix_socket_directories'), ',', 1), current_setting('port'), current_database())) $$;
CREATE FUNCTION status_of(name text, object text) RETURNS text LANGUAGE sql AS
$$ SELECT string_agg(h.status, ' ') FROM perfadvisor.pool_health h WHERE h.check_name = name AND h.object = status_of.object $$;
CREATE FUNCTION is_true(statement text) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE answer boolean; BEGIN EXECUTE statement INTO answer; RETURN answer; END $$;
SELECT perfadvisor.reset();
SELECT connect('a');
SELECT d.* FROM dblink('a', 'SELECT 1') AS d(x int);
\o
-- connections
SELECT is(status_of('connections', 'max_connections'), 'ok', 'a few connections are no problem');
SELECT is(status_of('max_connections_high', 'max_connections'), 'ok', 'nor is max_connections');
\o /dev/null
SELECT connect('c' || n) FROM generate_series(1, 47) n;
SELECT d.* FROM generate_series(1, 47) n, dblink('c' || n, 'SELECT 1') AS d(x int);
\o
SELECT is(status_of('connections', 'max_connections'), 'warning', 'when over 80 % of the connections are in use that is a warning');
SELECT ok((SELECT value >= 48 AND bound = 57 AND message LIKE 'At most % of 57 usable connections%' FROM perfadvisor.pool_health WHERE check_name = 'connections'), 'with the number and what is usable');
SELECT ok((SELECT remedy_sql ~ '^ALTER SYSTEM SET max_connections = \d+$' AND undo_sql = 'ALTER SYSTEM SET max_connections = 60' FROM perfadvisor.pool_health WHERE check_name = 'connections'), 'with what mends it and what takes that back');
\o /dev/null
SELECT connect('d' || n) FROM generate_series(1, 5) n;
\o
SELECT is(status_of('connections', 'max_connections'), 'critical', 'over 90 % it is critical');
\o /dev/null
SELECT dblink_disconnect(c || n) FROM (VALUES ('c', 47), ('d', 5)) v(c, m), generate_series(1, m) n;
\o
SELECT is(status_of('connections', 'max_connections'), 'critical', 'also when the peak is over');

-- idle in transaction
SELECT is(status_of('idle_in_transaction', 'sessions'), 'ok', 'no session waits in a transaction');
\o /dev/null
SELECT dblink_exec('a', 'BEGIN');
SELECT d.* FROM dblink('a', 'SELECT pg_current_xact_id()::text') AS d(x text);
\o
SELECT is((SELECT format('%s %s %s', evidence ->> 'sessions', evidence ->> 'holds_snapshot_or_id', bound) FROM perfadvisor.pool_health WHERE check_name = 'idle_in_transaction'), '1 true 60',
    'one that holds a transaction id is seen, and given less time than others');
SELECT is(status_of('idle_in_transaction', 'pool_app/perfadvisor_test'), 'ok', 'and is well as long as that lasts');
\o /dev/null
SELECT dblink_exec('a', 'COMMIT');
\o

-- two that wait together, on a clock that is two minutes ahead: what is printed ends both, and brings back what was set
\o /dev/null
DO $$ BEGIN EXECUTE 'CREATE VIEW later AS ' || replace(pg_get_viewdef('perfadvisor.pool_health'::regclass), 'clock_timestamp()', '(clock_timestamp() + interval ''2 minutes'')'); END $$;
ALTER ROLE pool_app SET idle_in_transaction_session_timeout = '10min';
SELECT connect('i1'), connect('i2'), connect('i3');
SELECT dblink_exec('i1', 'BEGIN'), dblink_exec('i2', 'BEGIN');
SELECT d.* FROM dblink('i1', 'SELECT pg_current_xact_id()::text') AS d(x text);
SELECT d.* FROM dblink('i2', 'SELECT pg_current_xact_id()::text') AS d(x text);
SELECT remedy_sql AS remedy, replace(verify_sql, 'now()', 'now() + interval ''2 minutes''') AS verify, undo_sql AS undo, status || ' ' || (evidence ->> 'sessions') AS two FROM later WHERE check_name = 'idle_in_transaction' AND object = 'pool_app/perfadvisor_test' \gset
SELECT is_true(:'verify') AS before \gset
SELECT (evidence -> 'states_now' ->> 'idle in transaction')::int AS waiting FROM perfadvisor.pool_health WHERE check_name = 'connections' \gset
SELECT unnest(string_to_array(:'remedy', E';\n')) \gexec
DO $$ BEGIN WHILE EXISTS (SELECT FROM pg_stat_activity WHERE usename = 'pool_app' AND state LIKE 'idle in tr%') LOOP PERFORM pg_stat_clear_snapshot(); END LOOP; END $$;
SELECT is_true(:'verify') AS after, (SELECT setconfig FROM pg_db_role_setting WHERE setrole = 'pool_app'::regrole) AS set \gset
SELECT unnest(string_to_array(:'undo', E';\n')) \gexec
\o
SELECT is(:'two'::text, 'warning 2', 'sessions that wait in a transaction for over a minute and hold VACUUM back are a warning');
SELECT is(:'waiting'::int, 2, 'and the states of all sessions are told');
SELECT is(ARRAY[:'before', :'after']::boolean[], ARRAY[false, true], 'what is printed ends all of them');
SELECT is(:'set'::text, '{idle_in_transaction_session_timeout=60s}', 'and has the server do it from then on');
SELECT is((SELECT count(*) FROM pg_stat_activity WHERE usename = 'pool_app' AND state = 'idle'), 2::bigint, 'others of the role go on');
SELECT is((SELECT setconfig::text FROM pg_db_role_setting WHERE setrole = 'pool_app'::regrole), '{idle_in_transaction_session_timeout=10min}', 'undo_sql brings back what the role had');
\o /dev/null
SELECT dblink_disconnect('i' || n) FROM generate_series(1, 3) n;
ALTER ROLE pool_app RESET idle_in_transaction_session_timeout;
\o

-- the share of transactions that waits for the client
SELECT is(status_of('idle_in_transaction_share', 'pool_app/perfadvisor_test'), 'ok', 'a role whose transactions end soon is well');
\o /dev/null
CREATE FUNCTION open_and_close(times int) RETURNS void LANGUAGE plpgsql AS $$ BEGIN
    FOR n IN 1..times LOOP
        PERFORM dblink_exec('s' || s, 'BEGIN'), d.x FROM generate_series(1, 3) s, dblink('s' || s, 'SELECT 1') AS d(x int);
        PERFORM pg_sleep(0.2);
        PERFORM dblink_exec('s' || s, 'COMMIT') FROM generate_series(1, 3) s;
    END LOOP;
END $$;
SELECT perfadvisor.reset();
SELECT connect('s1'), connect('s2'), connect('s3');
DO $$ BEGIN
    FOR n IN 1..100 LOOP
        PERFORM open_and_close(5);
        EXIT WHEN (SELECT status = 'info' FROM perfadvisor.pool_health WHERE check_name = 'idle_in_transaction_share' AND object = 'pool_app/perfadvisor_test');
    END LOOP;
END $$;
\o
SELECT is(status_of('idle_in_transaction_share', 'pool_app/perfadvisor_test'), 'info', 'one whose transactions wait for their client most of the time is worth a look');
SELECT ok((SELECT value >= 0.5 AND message ~ 'of the time of pool_app/perfadvisor_test''s transactions they wait' AND remedy_sql IS NULL FROM perfadvisor.pool_health WHERE check_name = 'idle_in_transaction_share' AND object = 'pool_app/perfadvisor_test'), 'with the share, which only the application can mend');
\o /dev/null
SELECT dblink_disconnect('s' || n) FROM generate_series(1, 3) n;
\o

-- timeouts: the remedy runs as printed and mends it, and so does the undo
SELECT is(status_of('timeout_unset', 'pool_app/perfadvisor_test statement_timeout'), 'info', 'a role without statement_timeout is worth a look');
SELECT remedy_sql AS remedy, verify_sql AS verify, undo_sql AS undo FROM perfadvisor.pool_health WHERE object = 'pool_app/perfadvisor_test statement_timeout' \gset
SELECT ok(NOT is_true(:'verify'), 'it is not mended before');
:remedy;
SELECT ok(is_true(:'verify'), 'the remedy mends it');
SELECT is(status_of('timeout_unset', 'pool_app/perfadvisor_test statement_timeout'), 'ok', 'and the check is well then');
:undo;
SELECT is(status_of('timeout_unset', 'pool_app/perfadvisor_test statement_timeout'), 'info', 'the undo takes it back');
SELECT is(status_of('reserved_connections', 'superuser_reserved_connections'), 'ok', 'three reserved connections are well');
SELECT is(status_of('pending_restart', 'settings'), 'ok', 'no setting waits for a restart');

-- every row keeps the contract
SELECT ok((SELECT bool_and(message ~ '^.*[.)]$' AND why ~ '\.$' AND jsonb_typeof(evidence) = 'object' AND status IN ('ok', 'info', 'warning', 'critical', 'unknown')) FROM perfadvisor.pool_health), 'each row says what, why and from what');
SELECT is((SELECT count(*) - count(DISTINCT (check_name, object)) FROM perfadvisor.pool_health), 0::bigint, 'and is the only one of its check and object');

-- advice
SELECT is((SELECT status FROM perfadvisor.pool_advice WHERE rolname = 'pool_app' AND datname = current_database()), 'unknown', 'after a few transactions no size is advised');
SELECT ok((SELECT recommended_size IS NULL AND pgbouncer IS NULL AND reason LIKE 'Too early: %' FROM perfadvisor.pool_advice WHERE rolname = 'pool_app' AND datname = current_database()), 'and it says why');
SELECT ok((SELECT recommended_size BETWEEN 2 AND max_in_flight + 1 AND burst_size >= recommended_size FROM perfadvisor.size_pools('1 day', '0 s', 1) WHERE rolname = 'pool_app' AND datname = current_database()),
    'asked to advise from little, it advises no more than was ever under way');

\o /dev/null
SELECT dblink_exec('a', 'SET lock_timeout = ''5s''');
\o
SELECT is((SELECT pool_mode || ': ' || why_not_transaction FROM perfadvisor.pool_advice WHERE rolname = 'pool_app' AND datname = current_database()),
    'transaction: SET to the same in each session before it reads a table (lock_timeout): move it to ALTER ROLE ... SET or PgBouncer''s connect_query', 'what is set when sessions begin does not need session mode, and has a place');

-- roles without rights
SET ROLE pool_nobody;
SELECT is((SELECT string_agg(DISTINCT status, ' ') FROM perfadvisor.pool_health WHERE check_name IN ('connections', 'max_connections_high', 'idle_in_transaction', 'idle_in_transaction_share', 'session_churn', 'session_ends', 'unused_connections', 'timeout_unset')), 'unknown', 'who may not look is told unknown');
SELECT is((SELECT DISTINCT remedy_sql FROM perfadvisor.pool_health WHERE check_name = 'connections'), 'GRANT pg_monitor TO pool_nobody', 'and what would help');
SELECT is_empty('SELECT * FROM perfadvisor.pool_advice', 'and gets no advice on others');
SET ROLE pool_watcher;
SELECT is((SELECT count(*) FROM perfadvisor.pool_health WHERE check_name IN ('connections', 'idle_in_transaction') AND status = 'unknown'), 0::bigint, 'pg_monitor sees everything');
RESET ROLE;
SELECT ok((SELECT cpus >= 1 AND memory_bytes > 100000000 AND (cpu_quota > 0) IS NOT FALSE AND (memory_limit_bytes > 0) IS NOT FALSE FROM perfadvisor.machine()), 'the machine''s processors and memory are known');
SELECT * FROM finish();
\o /dev/null
SELECT dblink_disconnect(name) FROM unnest(dblink_get_connections()) AS name;
DO $$ BEGIN
    WHILE EXISTS (SELECT FROM pg_stat_activity WHERE usename = 'pool_app') LOOP PERFORM pg_stat_clear_snapshot(); END LOOP;
END $$;
SELECT perfadvisor.reset();
DROP ROLE pool_app, pool_nobody, pool_watcher;
\o
