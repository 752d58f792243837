-- health: lock_health names the session at the root of a queue, whom it holds up and with which lock, and waits for nobody
\unset ECHO
\i test/setup.sql
\i test/own_database.sql
CREATE EXTENSION dblink;
SELECT plan(16);

\o /dev/null
DROP ROLE IF EXISTS lock_nobody, lock_root, lock_waiter;
CREATE ROLE lock_nobody;
CREATE ROLE lock_root LOGIN;
CREATE ROLE lock_waiter LOGIN;
CREATE TABLE queued (id int);
CREATE TABLE second (id int);
GRANT ALL ON queued, second TO lock_root, lock_waiter;
CREATE FUNCTION connect(name text, role text) RETURNS text LANGUAGE sql AS $$
    SELECT dblink_connect(name, format('host=%s port=%s dbname=%s user=%s application_name=%s',
        split_part(current_setting('unix_socket_directories'), ',', 1), current_setting('port'), current_database(), role, name)) $$;
CREATE FUNCTION await_waiting(wanted int) RETURNS void LANGUAGE plpgsql AS $$ BEGIN
    LOOP
        PERFORM pg_stat_clear_snapshot();
        EXIT WHEN (SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND usename LIKE 'lock%') = wanted;
    END LOOP;
END $$;
\o
SELECT is((SELECT status FROM perfadvisor.lock_health WHERE check_name = 'blocking'), 'ok', 'nobody waits');
SELECT is((SELECT object FROM perfadvisor.lock_health WHERE check_name = 'blocking'), 'sessions', 'and nobody is accused');
SELECT is((SELECT status FROM perfadvisor.lock_health WHERE check_name = 'lock_table'), 'ok', 'the lock table has room');
SELECT is((SELECT status FROM perfadvisor.lock_health WHERE check_name = 'prepared_transaction'), 'ok', 'there is no prepared transaction');
SELECT is((SELECT status FROM perfadvisor.lock_health WHERE check_name = 'long_transaction'), 'ok', 'no transaction has run for long');

-- root holds queued; first holds second and waits for queued; next waits for second
\o /dev/null
SELECT connect('root', 'lock_root'), connect('first', 'lock_waiter'), connect('next', 'lock_waiter');
SELECT pid AS root FROM dblink('root', 'SELECT pg_backend_pid()') AS d(pid int) \gset
SELECT dblink_exec('root', 'BEGIN'), dblink_exec('root', 'LOCK TABLE queued');
SELECT dblink_exec('first', 'BEGIN'), dblink_exec('first', 'LOCK TABLE second');
SELECT dblink_send_query('first', 'LOCK TABLE queued IN SHARE MODE');
SELECT await_waiting(1);
SELECT dblink_send_query('next', 'SELECT * FROM second');
SELECT await_waiting(2);
\o
SELECT is((SELECT array_agg(object) FROM perfadvisor.lock_health WHERE check_name = 'blocking'), ARRAY['lock_root/perfadvisor_test'], 'the root of the queue is named, not those who wait themselves');
SELECT is((SELECT evidence ->> 'root_pid' FROM perfadvisor.lock_health WHERE check_name = 'blocking'), :'root', 'with its process id in the evidence alone');
SELECT is((SELECT jsonb_array_length(evidence -> 'waiting') FROM perfadvisor.lock_health WHERE check_name = 'blocking'), 2, 'everybody who waits because of it is counted, also indirectly');
SELECT is((SELECT string_agg(w ->> 'mode', ' ' ORDER BY w ->> 'mode') FROM perfadvisor.lock_health, jsonb_array_elements(evidence -> 'waiting') AS w WHERE check_name = 'blocking'), 'AccessShareLock ShareLock', 'with the lock that it wants');
SELECT is((SELECT evidence ->> 'state' FROM perfadvisor.lock_health WHERE check_name = 'blocking'), 'idle in transaction', 'it is told what the root does');
SELECT is((SELECT status FROM perfadvisor.lock_health WHERE check_name = 'blocking'), 'ok', 'a moment''s wait is no problem');
SELECT ok((SELECT (evidence ->> 'blocks_others')::boolean AND bound = 60 FROM perfadvisor.pool_health WHERE check_name = 'idle_in_transaction' AND object = 'lock_root/perfadvisor_test'), 'pool_health knows that the idle session holds others up');
SELECT ok((SELECT count(*) > 0 FROM perfadvisor.lock_health) AND (SELECT count(*) > 0 FROM perfadvisor.pool_health) AND (SELECT count(*) > 0 FROM perfadvisor.replication_health)
    AND (SELECT count(*) >= 0 FROM perfadvisor.sequence_health), 'no check waits for those locks');
SET ROLE lock_nobody;
SELECT is((SELECT string_agg(DISTINCT status, ' ') FROM perfadvisor.lock_health WHERE check_name IN ('blocking', 'long_transaction')), 'unknown', 'who may not look is told unknown');
RESET ROLE;
\o /dev/null
SELECT dblink_exec('root', 'COMMIT');
SELECT d.* FROM dblink_get_result('first') AS d(x text);
SELECT d.* FROM dblink_get_result('first') AS d(x text);
SELECT dblink_exec('first', 'COMMIT');
SELECT d.* FROM dblink_get_result('next') AS d(x int);
\o
SELECT is((SELECT status || ' ' || object FROM perfadvisor.lock_health WHERE check_name = 'blocking'), 'ok sessions', 'it is well again when they go on');
SELECT is((SELECT count(*) - count(DISTINCT (check_name, object)) FROM perfadvisor.lock_health), 0::bigint, 'each row is the only one of its check and object');
SELECT * FROM finish();
\o /dev/null
SELECT dblink_disconnect(name) FROM unnest(dblink_get_connections()) AS name;
DROP OWNED BY lock_root, lock_waiter;
DROP ROLE lock_nobody, lock_root, lock_waiter;
\o
