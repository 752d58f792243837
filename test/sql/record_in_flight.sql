-- record: statements, transactions and sessions that are under way at once are counted exactly, by role and application
\unset ECHO
\i test/setup.sql
\i test/own_database.sql
CREATE EXTENSION dblink;
SELECT plan(31);

\o /dev/null
DROP ROLE IF EXISTS flight_app, flight_other, flight_nobody, flight_watcher, flight_rails, flight_tenant, flight_hand;
CREATE ROLE flight_app LOGIN;
CREATE ROLE flight_other LOGIN;
CREATE ROLE flight_rails LOGIN;
CREATE ROLE flight_tenant LOGIN;
CREATE ROLE flight_hand LOGIN;
CREATE ROLE flight_nobody;
CREATE ROLE flight_watcher IN ROLE pg_monitor;
CREATE TABLE flown (n int);
GRANT ALL ON flown TO flight_app, flight_other, flight_rails, flight_tenant, flight_hand;
CREATE FUNCTION connect(name text, role text, application text) RETURNS text LANGUAGE sql AS $$
    SELECT dblink_connect(name, format('host=%s port=%s dbname=%s user=%s application_name=%s',
        split_part(current_setting('unix_socket_directories'), ',', 1), current_setting('port'), current_database(), role, application)) $$;
CREATE VIEW of_role AS
SELECT rolname, max(max_in_flight) AS max_in_flight, max(max_sessions) AS max_sessions, sum(transactions) AS transactions,
       sum(in_flight_time) AS in_flight_time, sum(idle_in_transaction_time) AS idle_time,
       sum(sessions_started) AS started, sum(sessions_ended) AS ended, sum(sessions_broken) AS broken
FROM perfadvisor.concurrency WHERE scope = 'role' AND datname = current_database() GROUP BY rolname;
CREATE VIEW of_application AS
SELECT application_name, max(max_in_flight) AS max_in_flight, max(max_sessions) AS max_sessions
FROM perfadvisor.concurrency WHERE scope = 'application' GROUP BY application_name;
SELECT perfadvisor.reset();

-- five sessions with a transaction each, of which three are in one application
SELECT connect('c' || n, 'flight_app', CASE WHEN n <= 3 THEN 'web' ELSE 'jobs' END) FROM generate_series(1, 5) n;
SELECT dblink_exec('c' || n, 'BEGIN') FROM generate_series(1, 5) n;
SELECT d.* FROM generate_series(1, 5) n, dblink('c' || n, 'SELECT 1') AS d(x int);
SELECT pg_sleep(0.02);
\o
SELECT is((SELECT max_in_flight FROM of_role WHERE rolname = 'flight_app'), 5, 'transactions that wait for their client are under way');
SELECT is((SELECT max_sessions FROM of_role WHERE rolname = 'flight_app'), 5, 'and so are their sessions');
SELECT is((SELECT max_in_flight FROM of_application WHERE application_name = 'web'), 3, 'of an application, its own are counted');
SELECT is((SELECT max_in_flight FROM of_application WHERE application_name = 'jobs'), 2, 'and of another one its own');
\o /dev/null
SELECT dblink_exec('c' || n, 'COMMIT') FROM generate_series(1, 5) n;
SELECT d.* FROM generate_series(1, 5) n, dblink('c' || n, 'SELECT 2') AS d(x int);
\o
SELECT is((SELECT max_in_flight FROM of_role WHERE rolname = 'flight_app'), 5, 'transactions one after the other are not more');

-- one session: what ends a transaction, and what does not
\o /dev/null
SELECT connect('o', 'flight_other', 'alone');
SELECT d.* FROM generate_series(1, 10) n, dblink('o', 'SELECT ' || n) AS d(x int);
SELECT dblink_exec('o', 'BEGIN');
SELECT dblink_exec('o', 'SELECT 1 / 0', false);
SELECT pg_sleep(1.3);
SELECT dblink_exec('o', 'ROLLBACK');
SELECT dblink_exec('o', 'BEGIN');
SELECT dblink_exec('o', 'SAVEPOINT a');
SELECT dblink_exec('o', 'SELECT 1 / 0', false);
SELECT dblink_exec('o', 'ROLLBACK TO a');
SELECT dblink_exec('o', 'COMMIT AND CHAIN');
SELECT dblink_exec('o', 'INSERT INTO flown VALUES (1)');
SELECT dblink_exec('o', 'COMMIT');
SELECT dblink_exec('o', 'SELECT nothing FROM nowhere', false);
SELECT dblink_exec('o', 'DO $x$ BEGIN INSERT INTO flown VALUES (2); COMMIT; INSERT INTO flown VALUES (3); END $x$');
SELECT dblink_disconnect('o');
DO $$ BEGIN
    WHILE EXISTS (SELECT FROM pg_stat_activity WHERE usename = 'flight_other') LOOP PERFORM pg_stat_clear_snapshot(); END LOOP;
END $$;
\o
SELECT is((SELECT max_in_flight FROM of_role WHERE rolname = 'flight_other'), 1, 'one session never has two transactions under way');
SELECT is((SELECT transactions FROM of_role WHERE rolname = 'flight_other'), 14::numeric, 'each of its transactions is counted once, those of a procedure as one');
SELECT ok((SELECT in_flight_time >= 200 FROM of_role WHERE rolname = 'flight_other'), 'after an error a transaction is under way until the client ends it');
SELECT ok((SELECT in_flight_time < 10000 FROM of_role WHERE rolname = 'flight_other'), 'and no longer');
SELECT is((SELECT ended FROM of_role WHERE rolname = 'flight_other'), 1::numeric, 'the end of a session is counted');
SELECT is((SELECT broken FROM of_role WHERE rolname = 'flight_other'), 0::numeric, 'as a good one when its client says goodbye');
SELECT is((SELECT max_sessions FROM of_application WHERE application_name = 'alone'), 1, 'its application had one session');

-- statements: four wait for a lock that this session has
\o /dev/null
SELECT pg_advisory_lock(4711);
SELECT dblink_send_query('c' || n, 'SELECT pg_advisory_xact_lock_shared(4711)') FROM generate_series(1, 4) n;
DO $$ BEGIN
    WHILE (SELECT count(*) < 4 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted) LOOP NULL; END LOOP;
END $$;
\o
SELECT ok((SELECT max(max_in_flight) >= 5 FROM perfadvisor.concurrency WHERE scope = 'server'), 'statements that wait are under way');
\o /dev/null
SELECT pg_advisory_unlock(4711);
SELECT d.* FROM generate_series(1, 4) n, dblink_get_result('c' || n) AS d(x text);
SELECT d.* FROM generate_series(1, 4) n, dblink_get_result('c' || n) AS d(x text);

-- sessions that are terminated, and an application that takes another name
SELECT dblink_exec('c1', 'SET application_name = renamed');
SELECT dblink_exec('c1', 'BEGIN');
SELECT pid AS victim FROM dblink('c1', 'SELECT pg_backend_pid()') AS d(pid int) \gset
SELECT pg_terminate_backend(:victim, 10000);
SELECT dblink_disconnect('c1');
\o
SELECT is((SELECT max_in_flight FROM of_application WHERE application_name = 'renamed'), 1, 'a session counts for the application name that it has');
SELECT is((SELECT broken FROM of_role WHERE rolname = 'flight_app'), 1::numeric, 'a session that is terminated is counted as broken');
SELECT ok((SELECT idle_time >= 20 FROM of_role WHERE rolname = 'flight_app'), 'the time in which transactions waited for their client is known');
SELECT ok((SELECT bool_and(p50_in_flight <= p95_in_flight AND p95_in_flight <= p99_in_flight AND p99_in_flight <= max_in_flight
    AND mean_in_flight <= max_in_flight) FROM perfadvisor.concurrency WHERE scope = 'role'), 'percentiles are in order');

-- after a reset, only what is still under way counts
\o /dev/null
SELECT dblink_exec('c2', 'BEGIN');
SELECT d.* FROM dblink('c2', 'SELECT 1') AS d(x int);
SELECT perfadvisor.reset();
\o
SELECT is((SELECT max_in_flight FROM of_role WHERE rolname = 'flight_app'), 1, 'a reset forgets what was, not what is');
SELECT is((SELECT max_sessions FROM of_role WHERE rolname = 'flight_app'), 4, 'and sessions stay');
\o /dev/null
SELECT dblink_exec('c2', 'COMMIT');

-- what outlives a transaction
SELECT d.* FROM dblink('c2', 'SELECT count(*) FROM flown') AS d(x bigint);
SELECT dblink_exec('c2', 'SET work_mem = ''5MB''');
SELECT dblink_exec('c2', 'CREATE TEMPORARY TABLE kept (n int)');
SELECT dblink_exec('c2', 'LISTEN news');
SELECT d.* FROM dblink('c2', 'SELECT pg_advisory_lock(1), pg_advisory_unlock(1)') AS d(x text, y text);
SELECT connect('h', 'flight_other', 'healthy');
SELECT dblink_exec('h', 'SET application_name = other');
SELECT dblink_exec('h', 'SET LOCAL work_mem = ''5MB''');
SELECT d.* FROM dblink('h', 'SELECT pg_advisory_xact_lock(1), set_config(''work_mem'', ''5MB'', true)') AS d(x text, y text);
SELECT dblink_exec('h', 'SET TRANSACTION READ ONLY');
SELECT dblink_exec('h', 'SET intervalstyle = iso_8601');
-- two sessions that begin alike, two that do not, and what is run by hand
CREATE FUNCTION begin_session(name text, role text, application text, path text) RETURNS void LANGUAGE sql AS $$
    SELECT connect(name, role, application);
    SELECT dblink_exec(name, '/* ' || name || ' */ SET client_min_messages = warning');
    SELECT * FROM dblink(name, 'SELECT oid::int FROM pg_type LIMIT 1') AS d(x int);
    SELECT dblink_exec(name, 'SET search_path = ' || path || ', public');
    SELECT * FROM dblink(name, 'SELECT set_config(''extra_float_digits'', ''2'', false)') AS d(x text);
    SELECT * FROM dblink(name, 'SELECT count(*) FROM flown') AS d(x bigint);
$$;
SELECT begin_session('r1', 'flight_rails', 'rails', 'app'), begin_session('r2', 'flight_rails', 'rails', 'app');
SELECT begin_session('t1', 'flight_tenant', 'rails', 'one'), begin_session('t2', 'flight_tenant', 'rails', 'two');
SELECT begin_session(n, 'flight_hand', n, n) FROM unnest(ARRAY['psql', 'pg_dump', 'pg_restore']) n;
SELECT dblink_exec('psql', 'CREATE TEMPORARY TABLE kept (n int)'), dblink_exec('pg_dump', 'PREPARE dumpfunc AS SELECT 1');
\o
SELECT is((SELECT array_agg(format('%s %s %s', feature, sessions, example)) FROM perfadvisor.session_features WHERE rolname = 'flight_rails' AND datname = current_database()),
    ARRAY['set_at_start 2 client_min_messages, search_path, extra_float_digits'], 'what sessions set alike before they read a table is told apart');
SELECT is((SELECT array_agg(feature || ' ' || example ORDER BY feature) FROM perfadvisor.session_features WHERE rolname = 'flight_tenant' AND datname = current_database() AND feature = 'set'),
    ARRAY['set search_path'], 'but not what each sets to another value');
SELECT is((SELECT count(*) FROM perfadvisor.session_features WHERE rolname = 'flight_hand' AND datname = current_database()), 0::bigint, 'and the server''s own programs say nothing of the application');
SELECT is((SELECT perfadvisor.pool_mode(array_agg(feature)) FROM perfadvisor.session_features WHERE rolname = 'flight_rails' AND datname = current_database()), 'transaction', 'a pool in transaction mode serves the first');
SELECT is((SELECT perfadvisor.pool_mode(array_agg(feature)) FROM perfadvisor.session_features WHERE rolname = 'flight_tenant' AND datname = current_database()), 'session', 'and not the second');
SELECT is((SELECT array_agg(feature || ' ' || example ORDER BY feature) FROM perfadvisor.session_features WHERE rolname = 'flight_app' AND datname = current_database()),
    ARRAY['advisory_lock pg_advisory_lock', 'listen news', 'set work_mem', 'temporary_table kept'], 'what a pool in transaction mode could not give a role is known');
SELECT is((SELECT count(*) FROM perfadvisor.session_features WHERE rolname = 'flight_other' AND datname = current_database()), 0::bigint, 'what ends with its transaction is no obstacle');

-- who sees what
SET ROLE flight_app;
SELECT is((SELECT array_agg(DISTINCT rolname) FROM perfadvisor.concurrency), ARRAY['flight_app']::name[], 'a role sees its own numbers');
SELECT is((SELECT count(*) FROM perfadvisor.concurrency WHERE scope <> 'role'), 0::bigint, 'and not those of applications and of the server');
SET ROLE flight_nobody;
SELECT is_empty('SELECT * FROM perfadvisor.concurrency', 'a role without sessions sees nothing');
SELECT is_empty('SELECT * FROM perfadvisor.session_features', 'nor what others use');
SET ROLE flight_watcher;
SELECT ok((SELECT count(DISTINCT scope) = 3 FROM perfadvisor.concurrency), 'a member of pg_monitor sees everything');
RESET ROLE;
SELECT * FROM finish();
\o /dev/null
SELECT dblink_disconnect(name) FROM unnest(dblink_get_connections()) AS name;
REVOKE ALL ON flown FROM flight_app, flight_other, flight_rails, flight_tenant, flight_hand;
DO $$ BEGIN
    WHILE EXISTS (SELECT FROM pg_stat_activity WHERE usename LIKE 'flight%') LOOP PERFORM pg_stat_clear_snapshot(); END LOOP;
END $$;
DROP ROLE flight_app, flight_other, flight_nobody, flight_watcher, flight_rails, flight_tenant, flight_hand;
\o
