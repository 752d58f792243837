-- health: pool_health and pool_advice see full, idle and unbounded sessions, say what mends them, and do not cry when all is well
\unset ECHO
\i test/setup.sql
\i test/own_database.sql
CREATE EXTENSION dblink;
SELECT plan(27);

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

-- roles without rights
SET ROLE pool_nobody;
SELECT is((SELECT string_agg(DISTINCT status, ' ') FROM perfadvisor.pool_health WHERE check_name IN ('connections', 'idle_in_transaction', 'session_churn', 'session_ends', 'unused_connections')), 'unknown', 'who may not look is told unknown');
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
