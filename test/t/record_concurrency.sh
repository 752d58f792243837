#!/bin/bash
# record: eight clients at once, readers and resets among them: every execution is counted once, in its place, also the failed ones, and no count goes backwards

set -u
cd "$(dirname "$0")/../.." || exit 1
PA_TOP=$PWD
. test/lib/prepare.sh
. test/lib/server.sh
. test/lib/tap.sh

CLIENTS=8
TURNS=200

# query prints the one value a statement answers with.
query() {
	pa_psql -d postgres -At -c "$1" 2>&1
}

# numbers prints calls, failures and rows of the statements like a pattern.
numbers() {
	query "SELECT format('%s calls, %s failures, %s rows', sum(calls), sum(failures), sum(rows))
		FROM perfadvisor.statements WHERE query LIKE '$1' AND query NOT LIKE '%perfadvisor%'"
}

# watch_counts reads the counts of all statements of the workload again and again while clients run it, and prints how
# often one was lower than before. It is the reader that must not see an execution twice, or not at all, while that moves
# from its session's slab to the table.
watch_counts() {
	pa_psql -d postgres -At <<-'SQL'
		SET client_min_messages = notice;
		CREATE TEMP TABLE before (queryid bigint, toplevel boolean, executions bigint, calls bigint, total float8, PRIMARY KEY (queryid, toplevel));
		CREATE TEMP TABLE after (LIKE before);
		DO $$
		DECLARE
			backwards bigint := 0;
			readings bigint := 0;
		BEGIN
			WHILE EXISTS (SELECT FROM pg_stat_activity WHERE application_name = 'workload') LOOP
				TRUNCATE after;
				INSERT INTO after SELECT queryid, toplevel, calls + failures, (SELECT sum(h.calls) FROM perfadvisor.statement_histogram(s.queryid) h WHERE s.toplevel), total_exec_time
					FROM perfadvisor.statements s WHERE rolname = 'client';
				backwards := backwards + (SELECT count(*) FROM before b LEFT JOIN after a USING (queryid, toplevel)
					WHERE a.queryid IS NULL OR a.executions < b.executions OR a.calls < b.calls OR a.total < b.total - 1e-6);
				readings := readings + 1;
				TRUNCATE before;
				INSERT INTO before SELECT * FROM after;
				PERFORM pg_stat_clear_snapshot();
			END LOOP;
			RAISE NOTICE 'backwards % after more than one reading %', backwards, readings > 1;
		END $$;
	SQL
}

# start_reset_loop resets all the time, in a session of its own, until that is killed.
start_reset_loop() {
	pa_run "$PA_BINDIR/pgbench" -n -f "$PA_WORK/reset.sql" -c 1 -T 60 postgres >/dev/null 2>&1 &
	RESETTING=$!
}

# run_clients PROTOCOL runs the workload from all clients while a reader reads.
run_clients() {
	pa_psql -d postgres -c "SELECT perfadvisor.reset()" >/dev/null
	local reader clients

	pa_run "$PA_BINDIR/pgbench" -n -f "$PA_WORK/read.sql" -c 1 -t 50 postgres >/dev/null 2>&1 &
	reader=$!
	pa_run "$PA_BINDIR/pgbench" -n -M "$1" -f "$PA_WORK/work.sql" -c $CLIENTS -j 2 -t $TURNS -U client "dbname=postgres application_name=workload" >"$PA_WORK/$1.out" 2>&1 &
	clients=$!
	until [ "$(query "SELECT count(*) > 0 FROM pg_stat_activity WHERE application_name = 'workload'")" = t ] || ! kill -0 $clients 2>/dev/null; do :; done
	watch_counts >"$PA_WORK/watch.out" 2>&1
	wait $clients $reader
}

# check_totals PROTOCOL compares what was recorded with what was run.
check_totals() {
	local all=$((CLIENTS * TURNS))

	tap_is "$(numbers 'SELECT note FROM kept WHERE id = $1%')" "$all calls, 0 failures, $all rows" "$1: a look-up is counted for each turn of each client"
	tap_is "$(numbers 'UPDATE hits%')" "$all calls, 0 failures, $all rows" "$1: so is an update that they wait for each other with"
	tap_is "$(numbers 'INSERT INTO seen%')" "$((all * 3)) calls, 0 failures, $((all * 3)) rows" "$1: so are the statements inside a function"
	tap_is "$(numbers 'SELECT % / (id % id)%')" "0 calls, $all failures, 0 rows" "$1: and those that fail inside a handler"
	tap_is "$(query "SELECT string_agg(format('%s %s', query, calls), ', ' ORDER BY query) FROM perfadvisor.statements
		WHERE query IN ('BEGIN', 'COMMIT') AND toplevel AND rolname = 'client'")" "BEGIN $((all * 2)), COMMIT $((all * 2))" "$1: and the transactions"
	tap_is "$(query "SELECT sum(h.calls) FROM perfadvisor.statements s, perfadvisor.statement_histogram(s.queryid) h
		WHERE s.query LIKE 'UPDATE hits%' AND s.datname = 'postgres'")" "$all" "$1: the histogram adds up to the calls"
	tap_is "$(numbers 'DECLARE few CURSOR%')" "$all calls, 0 failures, $((all * 5)) rows" "$1: a cursor is one execution, however often it is fetched from"
	tap_is "$(numbers 'PREPARE failing%')" "0 calls, $all failures, 0 rows" "$1: a prepared statement that fails is counted where it was prepared"
	tap_is "$(query "SELECT calls_lost FROM perfadvisor.recorded_state()")" 0 "$1: nothing is lost"
	tap_is "$(grep -o 'backwards.*' "$PA_WORK/watch.out")" "backwards 0 after more than one reading t" "$1: no count goes backwards for a reader"
	tap_is "$(query "SELECT count(*) FROM perfadvisor.statement_samples WHERE query LIKE 'UPDATE hits%' GROUP BY queryid, rolname, toplevel")" 8 \
		"$1: eight different samples are kept"
}

pa_prepare test
pa_begin
pa_build
tap_plan 36
cat >"$PA_WORK/server.conf" <<-'CONF'
	shared_preload_libraries = 'perfadvisor'
	max_connections = 40
	perfadvisor.slow_query_time = 0
CONF
cat >"$PA_WORK/work.sql" <<-'SQL'
	\set id random(1, 1000)
	BEGIN;
	SELECT note FROM kept WHERE id = :id;
	UPDATE hits SET n = n + :id WHERE id = 1;
	COMMIT;
	SELECT three(:id);
	BEGIN;
	DECLARE few CURSOR FOR SELECT id FROM kept WHERE id > 100 ORDER BY id LIMIT 50;
	FETCH 2 FROM few;
	FETCH 3 FROM few;
	COMMIT;
	SELECT fail_prepared(:id);
SQL
cat >"$PA_WORK/reset.sql" <<-'SQL'
	SELECT perfadvisor.reset();
	\sleep 20 ms
SQL
echo "SELECT count(*), sum(calls) FROM perfadvisor.statements;" >"$PA_WORK/read.sql"
echo "SELECT count(query) FROM perfadvisor.statement_samples;" >>"$PA_WORK/read.sql"
echo "SELECT count(plan) FROM perfadvisor.slow_queries;" >>"$PA_WORK/read.sql"
chmod 644 "$PA_WORK"/*.sql
pa_server_create many "$PA_WORK/server.conf"
pa_server_start many
pa_psql -d postgres <<-'SQL'
	CREATE EXTENSION perfadvisor;
	CREATE TABLE kept AS SELECT n AS id, 'note ' || n AS note FROM generate_series(1, 1000) n;
	ALTER TABLE kept ADD PRIMARY KEY (id);
	CREATE TABLE hits (id int, n bigint);
	INSERT INTO hits VALUES (1, 0);
	CREATE TABLE seen (id int);
	CREATE FUNCTION three(wanted int) RETURNS void LANGUAGE plpgsql AS $$
	BEGIN
		FOR i IN 1..3 LOOP INSERT INTO seen VALUES (wanted + i); END LOOP;
		PERFORM 1 / (id % id) FROM kept WHERE id = wanted;
	EXCEPTION WHEN division_by_zero THEN
		NULL;
	END $$;
	CREATE FUNCTION fail_prepared(wanted int) RETURNS void LANGUAGE plpgsql AS $$
	BEGIN
		IF NOT EXISTS (SELECT FROM pg_prepared_statements WHERE name = 'failing') THEN
			EXECUTE 'PREPARE failing(int) AS SELECT 1 / (ready % ready) FROM seen_ready WHERE ready >= $1';
		END IF;
		EXECUTE format('EXECUTE failing(%s)', wanted);
	EXCEPTION WHEN division_by_zero THEN
		NULL;
	END $$;
	CREATE TABLE seen_ready AS SELECT 1000000 AS ready;
	CREATE ROLE client LOGIN;
	GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA public TO client;
SQL
for protocol in simple extended prepared; do
	run_clients $protocol
	check_totals $protocol
done

# Resets while all that runs: nothing fails, no more is counted than ran, and afterwards all is exact again
start_reset_loop
run_clients prepared
tap_is "$(grep -c "number of transactions actually processed: $((CLIENTS * TURNS))/$((CLIENTS * TURNS))" "$PA_WORK/prepared.out")" 1 "clients do not notice resets"
pa_psql -d postgres -c "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%reset()%' AND pid <> pg_backend_pid()" >/dev/null
wait $RESETTING
tap_is "$(query "SELECT count(*) FROM perfadvisor.statements s WHERE rolname = 'client' AND (calls + failures > $((CLIENTS * TURNS * 6)) OR
	calls <> (SELECT coalesce(sum(h.calls), 0) FROM perfadvisor.statement_histogram(s.queryid) h) AND toplevel)")" 0 "after resets no statement has more calls than it had, nor others than its histogram"
tap_is "$(query "SELECT calls_lost FROM perfadvisor.recorded_state()")" 0 "what a reset forgets is not called lost"
pa_server_stop many
tap_done
