#!/bin/bash
# record: under load, with sessions cancelled and killed, tables changed, advice searched and memory full, nothing is wrong afterwards
#
# FAULTS_TIME (seconds, 6 unless given) is how long the storm lasts; `make check-faults` lets it last for minutes.

set -u
cd "$(dirname "$0")/../.." || exit 1
PA_TOP=$PWD
. test/lib/prepare.sh
. test/lib/server.sh
. test/lib/tap.sh
. test/lib/readers.sh
. test/lib/crashes.sh

FAULTS_TIME=${FAULTS_TIME:-6}
CONNECTIONS=${CONNECTIONS:-60}

pa_prepare test
pa_begin
pa_want_cores
pa_build
# The smallest memory there is: statements, texts and samples push each other out all the time.
cat >"$PA_WORK/server.conf" <<-'CONF'
	shared_preload_libraries = 'perfadvisor'
	perfadvisor.max_statements = 100
	perfadvisor.text_memory = '1MB'
	perfadvisor.slow_query_time = 0
	max_connections = 260
	max_prepared_transactions = 20
	wal_level = logical
	max_wal_senders = 4
	shared_buffers = '64MB'
	min_parallel_table_scan_size = 0
	parallel_setup_cost = 0
	parallel_tuple_cost = 0
	lock_timeout = '2s'
	jit = off
CONF
pa_server_create storm "$PA_WORK/server.conf"
pa_server_start storm

query() {
	pa_psql -d postgres -At -c "$1"
}

# keep FILE writes its input to a file that the clients can read.
keep() {
	cat >"$PA_WORK/$1"
	chmod 644 "$PA_WORK/$1"
}

pa_psql -d postgres <<-'SQL'
	CREATE EXTENSION perfadvisor;
	CREATE TABLE accounts AS SELECT i AS id, i % 100 AS branch, 0 AS balance, repeat('x', 50) AS filler FROM generate_series(1, 20000) i;
	ALTER TABLE accounts ADD PRIMARY KEY (id);
	CREATE TABLE changing (id int, k int) PARTITION BY RANGE (id);
	CREATE TABLE changing_0 PARTITION OF changing FOR VALUES FROM (0) TO (10000);
	INSERT INTO changing SELECT i, i % 500 FROM generate_series(0, 9999) i;
	ANALYZE;
	CREATE FUNCTION nested(k int) RETURNS int LANGUAGE plpgsql AS $$
	DECLARE n int;
	BEGIN
	    SELECT count(*) INTO n FROM accounts WHERE branch = k;
	    BEGIN
	        PERFORM 1 / (n - n) FROM accounts WHERE id = k;
	    EXCEPTION WHEN division_by_zero THEN NULL;
	    END;
	    RETURN n;
	END $$;
	SELECT pg_create_logical_replication_slot('decoding', 'test_decoding') \g /dev/null
SQL
keep load.sql <<-'SQL'
	\set id random(1, 20000)
	\set branch random(1, 100)
	\set kind random(1, 9)
	\if :kind < 4
	SELECT balance FROM accounts WHERE id = :id;
	\elif :kind = 4
	UPDATE accounts SET balance = balance + 1 WHERE id = :id;
	\elif :kind = 5
	SELECT count(*), sum(balance) FROM accounts WHERE branch = :branch;
	\elif :kind = 6
	SELECT nested(:branch);
	\elif :kind = 7
	SELECT count(*) FROM changing c JOIN accounts a ON a.id = c.id WHERE c.k = :branch AND a.filler LIKE '%y%';
	\elif :kind = 8
	BEGIN;
	UPDATE accounts SET filler = filler WHERE id = :id;
	PREPARE TRANSACTION 'storm_:client_id';
	COMMIT PREPARED 'storm_:client_id';
	\else
	DO $$BEGIN PERFORM id FROM accounts WHERE branch = 7; END$$;
	\endif
SQL
keep ddl.sql <<-'SQL'
	CREATE TABLE changing_1 PARTITION OF changing FOR VALUES FROM (10000) TO (20000);
	INSERT INTO changing SELECT i, i % 500 FROM generate_series(10000, 11000) i;
	CREATE INDEX CONCURRENTLY accounts_branch ON accounts (branch);
	ALTER TABLE accounts ADD COLUMN added int DEFAULT 1;
	SELECT count(*) FROM accounts WHERE added = 1 AND branch = 3;
	ALTER TABLE changing DETACH PARTITION changing_1;
	DROP INDEX CONCURRENTLY accounts_branch;
	DROP TABLE changing_1;
	ALTER TABLE accounts DROP COLUMN added;
	CREATE TABLE passing AS SELECT i AS id, i % 3000 AS k FROM generate_series(1, 6000) i;
	SELECT count(*) FROM passing WHERE k = 5;
	SELECT count(*) FROM passing WHERE k = 5 AND id > 3;
	DROP TABLE passing;
	SELECT count(*) FROM pg_logical_slot_get_changes('decoding', NULL, 1000);
SQL
keep kill.sql <<-'SQL'
	SELECT CASE WHEN random() < 0.5 THEN pg_cancel_backend(pid) ELSE pg_terminate_backend(pid) END
	FROM pg_stat_activity WHERE application_name IN ('pgbench', 'storm') AND pid <> pg_backend_pid() ORDER BY random() LIMIT 1;
SQL

# different_statements runs what was not run before, so that entries are evicted.
# strike cancels or ends a session by chance.
# until_over COMMAND... repeats a command until the storm is over.
until_over() {
	while [ ! -e "$PA_WORK/over" ]; do
		"$@" >/dev/null 2>&1
	done
}

clients() {
	"$PA_BINDIR/pgbench" -n -f "$PA_WORK/load.sql" -c 8 -j 2 -T 2 -M "$1" postgres
}

different_statements() {
	local i

	for i in $(seq 1 150); do
		echo "SELECT $(printf '%*s' $((i % 30)) '' | sed 's/ /+ 1 /g') balance FROM accounts WHERE id = 1 AND branch < $RANDOM;"
	done | PGAPPNAME=storm "$PA_BINDIR/psql" -X -q postgres
}

strike() {
	"$PA_BINDIR/psql" -X -q -d postgres -f "$PA_WORK/kill.sql"
	sleep 0.05
}

tap_plan 15
calls="SELECT sum(calls + failures) + (SELECT calls_lost FROM perfadvisor.recorded_state()) FROM perfadvisor.statements"
pa_read_everything postgres >"$PA_WORK/readers.log" 2>&1 &
readers=$!
until_over clients prepared &
until_over clients simple &
until_over different_statements &
until_over "$PA_BINDIR/psql" -X -q -d postgres -f "$PA_WORK/ddl.sql" &
until_over strike &
sleep "$FAULTS_TIME" &
wait $!
touch "$PA_WORK/over"
kill $readers 2>/dev/null
wait 2>/dev/null
query "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()" >/dev/null
tap_is "$(pa_crashes storm)" "" "no process dies while sessions are cancelled and killed, tables change and advice is searched for"
tap_is "$(query "SELECT count(*) FROM pg_prepared_xacts WHERE gid !~ '^storm_'")" 0 "prepared transactions are the clients' own"
query "SELECT format('ROLLBACK PREPARED %L', gid) FROM pg_prepared_xacts \gexec" >/dev/null 2>&1

# The recorder still counts exactly
before=$(query "$calls")
keep exact.sql <<-'SQL'
	SELECT balance FROM accounts WHERE id = 1;
SQL
"$PA_BINDIR/pgbench" -n -f "$PA_WORK/exact.sql" -c 10 -j 2 -t 200 -M prepared postgres >/dev/null 2>&1
after=$(query "$calls")
[ $((after - before)) -ge 2000 ] && [ $((after - before)) -le 2010 ]
tap_ok $? "afterwards every execution of ten sessions is counted, and no other"
[ $((after - before)) -ge 2000 ] || echo "# counted $((after - before)) of 2000"
tap_is "$(query "SELECT count(*) > 5 FROM perfadvisor.self_health")" t "the recorder tells its own state"
tap_is "$(query "SELECT count(*) FROM perfadvisor.self_health WHERE item = 'statements' AND value > bound")" 0 "and has no more statements than it has room for"
query "SELECT count(*) FROM perfadvisor.index_advice" >/dev/null
tap_ok $? "advice can be searched for"

# More connections than processors
"$PA_BINDIR/pgbench" -n -f "$PA_WORK/exact.sql" -c "$CONNECTIONS" -j 4 -t 3 -M simple postgres >"$PA_WORK/many.out" 2>&1
grep -q "processed: $((CONNECTIONS * 3))/$((CONNECTIONS * 3))" "$PA_WORK/many.out"
tap_ok $? "$CONNECTIONS sessions at once are served"
tap_is "$(pa_crashes storm)" "" "and none of them dies"

# No room for the file: files of the session, and of the worker that saves, may not grow beyond 4 kB
keep full.sql <<-'SQL'
	SELECT pg_backend_pid() AS pid \gset
	\setenv PID :pid
	\! prlimit --fsize=4096 --pid "$PID" && echo limited
	SELECT perfadvisor.save();
SQL
query "SELECT perfadvisor.save()" >/dev/null
postmaster=$(head -n 1 "$PA_WORK/storm/data/postmaster.pid")
for saver in $(cat "/proc/$postmaster/task/$postmaster/children"); do
	grep -aqs 'perfadvisor saver' "/proc/$saver/cmdline" && pa_as prlimit --fsize=4096 --pid "$saver"
done
kept=$(cksum <"$PA_WORK/storm/data/pg_stat_tmp/perfadvisor.stat")
pa_psql -d postgres -f "$PA_WORK/full.sql" >"$PA_WORK/full.out" 2>&1
full=$?
tap_ok "$([ $full -ne 0 ] && grep -q limited "$PA_WORK/full.out" && grep -q 'could not write' "$PA_WORK/full.out"; echo $?)" "a disk that is full is said by save()"
tap_is "$(query "SELECT count(*) > 0 FROM perfadvisor.statements")" t "and nothing is lost by it"
pa_server_stop storm
tap_ok $? "the server ends in order when the file cannot be written"
tap_is "$(cksum <"$PA_WORK/storm/data/pg_stat_tmp/perfadvisor.stat") $(ls "$PA_WORK/storm/data/pg_stat_tmp" | grep -c tmp)" "$kept 0" \
	"what was saved before is still there, and nothing half-written"
pa_server_start storm

# A session that is killed takes the others with it: the server starts anew, and records
query "SELECT perfadvisor.save()" >/dev/null
"$PA_BINDIR/pgbench" -n -f "$PA_WORK/load.sql" -c 8 -j 2 -T 20 -M prepared postgres >/dev/null 2>&1 &
client=$!
victim=
while [ -z "$victim" ]; do
	victim=$(query "SELECT pid FROM pg_stat_activity WHERE application_name = 'pgbench' AND state = 'active' LIMIT 1" 2>/dev/null)
done
kill -KILL "$victim"
wait $client 2>/dev/null
tries=0
until query "SELECT 1" >/dev/null 2>&1 || [ $tries -gt 300 ]; do
	tries=$((tries + 1))
	sleep 0.1
done
tap_is "$(query "SELECT count(*) > 0 FROM perfadvisor.statements")" t "a session that is killed hard leaves a server that comes back with what was saved"

# A standby that becomes the primary goes on recording
pa_as "$PA_BINDIR/pg_basebackup" -h "$PGHOST" -p "$PGPORT" -U postgres -D "$PA_WORK/promoted/data" -R -X stream -c fast >"$PA_WORK/backup.out" 2>&1 ||
	{ mkdir -p "$PA_WORK/promoted"; [ -z "$PA_USER" ] || chown "$PA_USER" "$PA_WORK/promoted"
	pa_as "$PA_BINDIR/pg_basebackup" -h "$PGHOST" -p "$PGPORT" -U postgres -D "$PA_WORK/promoted/data" -R -X stream -c fast; }
echo "port = $(pa_port promoted)" >>"$PA_WORK/promoted/data/postgresql.conf"
pa_server_start promoted
query "SELECT count(*) FROM accounts WHERE branch = 11" >/dev/null
pa_as "$PA_BINDIR/pg_ctl" -D "$PA_WORK/promoted/data" -w -s promote
query "SELECT count(*) FROM accounts WHERE branch = 12" >/dev/null
tap_is "$(query "SELECT sum(calls) FROM perfadvisor.statements WHERE query = 'SELECT count(*) FROM accounts WHERE branch = \$1'")" 2 \
	"a standby that is promoted goes on counting"
tap_is "$(query "SELECT perfadvisor.snapshot() IS NOT NULL")" t "and keeps history from then on"
pa_server_stop promoted
pa_server_stop storm immediate
tap_done
