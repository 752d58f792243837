#!/bin/bash
# record: eight clients at once, readers among them: every execution is counted once, in its place, also the failed ones

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

# run_clients PROTOCOL runs the workload from all clients while a reader reads.
run_clients() {
	pa_psql -d postgres -c "SELECT perfadvisor.reset()" >/dev/null
	pa_run "$PA_BINDIR/pgbench" -n -f "$PA_WORK/read.sql" -c 1 -t 50 postgres >/dev/null 2>&1 &
	pa_run "$PA_BINDIR/pgbench" -n -M "$1" -f "$PA_WORK/work.sql" -c $CLIENTS -j 2 -t $TURNS postgres >"$PA_WORK/$1.out" 2>&1
	wait
}

# check_totals PROTOCOL compares what was recorded with what was run.
check_totals() {
	local all=$((CLIENTS * TURNS))

	tap_is "$(numbers 'SELECT note FROM kept WHERE id = $1%')" "$all calls, 0 failures, $all rows" "$1: a look-up is counted for each turn of each client"
	tap_is "$(numbers 'UPDATE hits%')" "$all calls, 0 failures, $all rows" "$1: so is an update that they wait for each other with"
	tap_is "$(numbers 'INSERT INTO seen%')" "$((all * 3)) calls, 0 failures, $((all * 3)) rows" "$1: so are the statements inside a function"
	tap_is "$(numbers 'SELECT % / (id % id)%')" "0 calls, $all failures, 0 rows" "$1: and those that fail inside a handler"
	tap_is "$(query "SELECT string_agg(format('%s %s', query, calls), ', ' ORDER BY query) FROM perfadvisor.statements
		WHERE query IN ('BEGIN', 'COMMIT') AND toplevel AND rolname = 'postgres'")" "BEGIN $all, COMMIT $all" "$1: and the transactions"
	tap_is "$(query "SELECT sum(h.calls) FROM perfadvisor.statements s, perfadvisor.statement_histogram(s.queryid) h
		WHERE s.query LIKE 'UPDATE hits%' AND s.datname = 'postgres'")" "$all" "$1: the histogram adds up to the calls"
	tap_is "$(query "SELECT count(*) FROM perfadvisor.statement_samples WHERE query LIKE 'UPDATE hits%' GROUP BY queryid, rolname, toplevel")" 4 \
		"$1: four different samples are kept"
}

pa_prepare test
pa_begin
pa_build
tap_plan 21
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
SQL
for protocol in simple extended prepared; do
	run_clients $protocol
	check_totals $protocol
done
pa_server_stop many
tap_done
