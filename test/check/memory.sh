#!/bin/bash
# memory.sh: what `make check-memory` does: a library built so that allocations can be refused (src/base/fault_memory.c). Prints TAP.
#
# First those that the recorder asks for, one by one, while a session does a bit of everything: its statements must
# not notice. Then those of whole calls of this extension, by the server too: the call may fail, but then the session
# and the server are as before. Then those of background workers. Allocations are everywhere, so at each the session
# can be cancelled, terminated or killed as well. MEMORY_STEP (7) is the distance between refusals in the first part,
# MEMORY_FACTOR (1.6) the one in the others, where the number grows by it.

set -u
cd "$(dirname "$0")/../.." || exit 1
PA_TOP=$PWD
. test/lib/prepare.sh
. test/lib/server.sh
. test/lib/tap.sh
MEMORY_STEP=${MEMORY_STEP:-7}
MEMORY_FACTOR=${MEMORY_FACTOR:-1.6}

query() {
	pa_psql -d postgres -At -c "$1" 2>&1
}

# forget_log empties the server's log, of which what matters is kept.
forget_log() {
	grep -aE 'TRAP:|PANIC|terminated by signal' "$log" >>"$PA_WORK/log"
	: >"$log"
}

# refused prints how many allocations were refused since the log was emptied.
refused() {
	grep -ac 'injected failure of memory' "$log"
}

# counted prints how many executions of the role that works were counted, one by one or as lost.
counted() {
	query "SELECT COALESCE(sum(calls + failures), 0) + (SELECT calls_lost FROM perfadvisor.recorded_state()) FROM perfadvisor.statements WHERE rolname = 'worker'"
}

# work FAULT runs the session of the first part, of another role, which is a superuser to be allowed to fail.
work() {
	PGOPTIONS="-c perfadvisor.fault=$1" PGUSER=worker pa_psql -v ON_ERROR_STOP=0 -d postgres -At -f - <"$PA_WORK/work.sql" 2>&1
}

# try FAULT runs it and compares with what it should say.
try() {
	forget_log
	work "$1" >"$PA_WORK/got"
	sessions=$((sessions + 1))
	was_refused=$(refused)
	cmp -s "$PA_WORK/want" "$PA_WORK/got" && return
	echo "# $1: $(diff "$PA_WORK/want" "$PA_WORK/got" | head -n 4 | tr '\n' ' ')$(grep -a 'injected failure' "$log" | head -n 1)"
	differ=$((differ + 1))
}

# call N SQL [KIND] has the N-th allocation of a call refused, or the call cancelled there, asks the session how it is,
# and calls once more.
call() {
	forget_log
	pa_psql -v ON_ERROR_STOP=0 -d postgres -At -f - >"$PA_WORK/got" 2>&1 <<-SQL
		SET client_min_messages = warning;
		SELECT pg_backend_pid() AS pid, md5(string_agg(name || '=' || setting, ',' ORDER BY name)) AS settings FROM pg_settings WHERE name <> 'perfadvisor.fault' \gset
		\setenv VICTIM :pid
		SET perfadvisor.fault = 'anymemory:${3:-fail}:$1';
		\o /dev/null
		$2;
		SELECT;
		SET perfadvisor.fault = '';
		SET perfadvisor.fault = '';
		\o
		\echo then
		SELECT md5(string_agg(name || '=' || setting, ',' ORDER BY name)) = :'settings' AS settings_as_before FROM pg_settings WHERE name <> 'perfadvisor.fault';
		SELECT current_user, session_user, count(*) AS locks FROM pg_locks WHERE pid = :pid AND locktype <> 'virtualxid' AND relation IS DISTINCT FROM 'pg_locks'::regclass;
		EXPLAIN (COSTS off) SELECT count(*) FROM numbers WHERE k = 3;
		\! PGOPTIONS= "$PA_BINDIR/psql" -X -d postgres -Atc "SELECT 'snapshots', count(*) FROM pg_stat_activity WHERE pid = \$VICTIM AND (backend_xmin IS NOT NULL OR backend_xid IS NOT NULL)"
		\o /dev/null
		$2;
	SQL
	calls=$((calls + 1))
	was_refused=$(refused)
	if ! sed '0,/^then$/d' "$PA_WORK/got" | cmp -s - "$PA_WORK/sound" || grep -q 'WARNING' "$PA_WORK/got"; then
		echo "# $1 in $2: $(tr '\n' ' ' <"$PA_WORK/got" | cut -c 1-600)"
		differ=$((differ + 1))
	fi
}

# every CALL [FACTOR] [KIND] refuses ever later allocations, or cancels there, until there are not so many.
every() {
	local n=1

	while :; do
		call "$n" "$1" "${3:-fail}"
		[ "$was_refused" -gt 0 ] || break
		refusals=$((refusals + 1))
		n=$(awk -v n="$n" -v factor="${2:-$MEMORY_FACTOR}" 'BEGIN { print int(n * factor) + 1 }')
	done
}

pa_prepare test
pa_begin
export COPT=-DPA_FAULTS
pa_build
unset COPT
cat >"$PA_WORK/server.conf" <<-'CONF'
	shared_preload_libraries = 'perfadvisor'
	perfadvisor.snapshot_interval = 0
	perfadvisor.text_memory = '8MB'
	log_min_messages = warning
	autovacuum = off
	jit = off
CONF
pa_server_create memory "$PA_WORK/server.conf"
pa_server_start memory
log=$PA_WORK/memory/server.log
: >"$PA_WORK/log"
pa_psql -d postgres -o /dev/null -f - <<-'SQL'
	CREATE EXTENSION perfadvisor;
	CREATE ROLE worker SUPERUSER LOGIN;
	CREATE TABLE numbers AS SELECT i AS n, i % 3000 AS k, repeat('x', 20) AS t FROM generate_series(1, 20000) i;
	CREATE FUNCTION twice(x int) RETURNS int LANGUAGE plpgsql AS $$ DECLARE y int; BEGIN SELECT n + x INTO y FROM numbers WHERE n = x; PERFORM k FROM numbers WHERE n = y; RETURN y; END $$;
	CREATE DATABASE other;
	VACUUM ANALYZE;
SQL
cat >"$PA_WORK/work.sql" <<-'SQL'
	\set VERBOSITY terse
	SELECT a.n, b.k FROM numbers a JOIN numbers b USING (n) WHERE a.k = 7 AND upper(b.t) > 'A' ORDER BY 1 LIMIT 2;
	SET perfadvisor.slow_query_time = 0;
	SELECT count(*) FROM numbers WHERE k IN (1, 2, 3);
	PREPARE p(int, text) AS SELECT n FROM numbers WHERE n = $1 AND t <> $2;
	EXECUTE p(5, 'a');
	EXECUTE p(6, 'b');
	SELECT twice(3), twice(4);
	DO $$ BEGIN PERFORM 1 / (n - n) FROM numbers; EXCEPTION WHEN division_by_zero THEN RAISE NOTICE 'caught'; END $$;
	CREATE TEMP TABLE own AS SELECT n, n * 2 AS m FROM numbers WHERE n < 10;
	INSERT INTO own SELECT n, n FROM numbers WHERE n BETWEEN 3 AND 6 ORDER BY k LIMIT 3;
	UPDATE own SET m = m + 1 WHERE n = 3;
	BEGIN;
	DECLARE c CURSOR FOR SELECT n FROM own ORDER BY n, m;
	FETCH 2 FROM c;
	SAVEPOINT s;
	SELECT 1 / 0;
	ROLLBACK TO s;
	FETCH 1 FROM c;
	COMMIT;
	SELECT nothing FROM own;
	SELEC;
	SELECT set_config('work_mem', '5MB', false);
	COPY (SELECT n FROM own WHERE n < 3 ORDER BY n, m) TO STDOUT;
	EXPLAIN (COSTS off) SELECT * FROM own WHERE n = 1;
	SELECT sum(n) FROM numbers WHERE t = ANY (ARRAY['a', repeat('x', 20)]);
	SHOW work_mem;
SQL
chmod 644 "$PA_WORK/work.sql"

# What the recorder asks for
before=$(counted)
work none:fail:1 >"$PA_WORK/want"
once=$(($(counted) - before))
sessions=1
differ=0
refusals=0
n=1
while :; do
	try "memory:fail:$n"
	[ "$was_refused" -gt 0 ] || break
	refusals=$((refusals + 1))
	n=$((n < 40 ? n + 1 : n + MEMORY_STEP))
done
tap_is "$differ" 0 "whichever allocation of the recorder is refused ($refusals of about $n), a session's statements do what they did"
try memory:lack:1
tap_is "$differ $((was_refused > 10))" "0 1" "nor do they notice when all are refused ($was_refused)"
tap_is "$(($(counted) - before))" "$((sessions * once))" "and all executions of these $sessions sessions are counted"

# Cancelled, terminated and killed at such moments; a session that is cancelled after its last statement is well
for kind in cancel terminate; do
	interrupted=0
	differ=0
	for ((n = 3; n < 2000; n += MEMORY_STEP * 5)); do
		work "memory:$kind:$n" >/dev/null
		interrupted=$((interrupted + 1))
	done
	before=$(counted)
	try none:fail:1
	tap_is "$differ $(($(counted) - before))" "0 $once" "after $interrupted times $kind the next session's statements do what they did, and are counted"
done
query "SELECT perfadvisor.save()" >/dev/null
for n in 2 40 200 700 1400; do
	forget_log
	work "memory:kill:$n" >/dev/null
	for _ in $(seq 1 600); do
		if grep -q 'reinitializing' "$log" && [ "$(query "SELECT 1")" = 1 ]; then
			break
		fi
		sleep 0.1
	done
	before=$(counted)
	try none:fail:1
	tap_is "$differ $(($(counted) - before))" "0 $once" "so they do when a session was killed at allocation $n"
done

# Whole calls
for i in 1 2 3 4 5 6; do query "SELECT count(*) FROM numbers WHERE k = $i; SELECT n FROM numbers WHERE n = $i; SELECT k, count(*) FROM numbers WHERE t <> 'a' GROUP BY k" >/dev/null; done
pa_psql -d other -o /dev/null -c "CREATE EXTENSION perfadvisor" -c "CREATE TABLE numbers AS SELECT i AS n FROM generate_series(1, 20000) i" -c "ANALYZE" -c "SELECT count(*) FROM numbers WHERE n = 1"
pa_psql -d postgres -o /dev/null -c "CREATE EXTENSION dblink" -c "SELECT perfadvisor.add_source('other', 'host=$PA_SOCKETS port=$PGPORT dbname=other user=postgres')"
differ=0
calls=0
refusals=0
# what a session says that is well: the first call, whose fault never comes
call 1000000000 "SELECT count(*) FROM perfadvisor.snapshot()" >/dev/null
sed '0,/^then$/d' "$PA_WORK/got" >"$PA_WORK/sound"
tap_is "$(tr '\n' ' ' <"$PA_WORK/sound")" "t postgres|postgres|0 Aggregate   ->  Seq Scan on numbers         Filter: (k = 3) snapshots|0 " "a session that is well says so"
differ=0
cat >"$PA_WORK/calls" <<-'SQL'
	SELECT perfadvisor.advise_query('SELECT count(*) FROM numbers WHERE k = 3')
	SELECT count(*) FROM perfadvisor.what_if('SELECT count(*) FROM numbers WHERE k = 3', ARRAY['CREATE INDEX ON numbers (k)', 'CREATE INDEX ON numbers (lower(t))'])
	SELECT count(*) FROM perfadvisor.what_if_size('CREATE INDEX ON numbers USING gin (to_tsvector(''simple'', t))')
	SELECT count(*) FROM perfadvisor.advise()
	SELECT count(*) FROM perfadvisor.index_advice
	SELECT perfadvisor.refresh_advice()
	SELECT count(*) FROM perfadvisor.index_cleanup
	SELECT count(*) FROM perfadvisor.statistics_advice
	SELECT perfadvisor.snapshot()
	SELECT perfadvisor.save()
	SELECT perfadvisor.report()
	SELECT perfadvisor.report_html()
	SELECT perfadvisor.report_json()
	SELECT perfadvisor.export_workload()
	SELECT perfadvisor.import_workload(perfadvisor.export_workload(), 'copy')
	SELECT perfadvisor.pull_sources()
	SELECT count(*) FROM perfadvisor.note_findings()
	SELECT count(*) FROM perfadvisor.findings
	SELECT perfadvisor.prometheus()
	SQL
while read -r sql; do
	every "$sql"
done <"$PA_WORK/calls"
tap_is "$differ" 0 "$refusals refusals in calls of this extension leave no lock, snapshot, setting or imagined index, and the same call works again"
differ=0
while read -r sql; do
	every "$sql" "$(awk -v factor="$MEMORY_FACTOR" 'BEGIN { print factor * factor }')" cancel
done <"$PA_WORK/calls"
tap_is "$differ" 0 "nor do as many cancellations there"
differ=0
refusals=0
for view in $(query "SELECT relname FROM pg_class WHERE relnamespace = 'perfadvisor'::regnamespace AND relkind = 'v'"); do
	every "SELECT count(*) FROM (SELECT v.*::text FROM perfadvisor.$view AS v) AS v" 12
done
tap_is "$differ" 0 "so do $refusals in readings of all views"
tap_is "$(query "SELECT count(*) FROM perfadvisor.snapshots WHERE snapshot_id NOT IN (SELECT snapshot_id FROM perfadvisor.snapshot_counts)")" 0 "no snapshot is half there"

# Background workers: the taker of snapshots, who also fetches, and the saver
pa_psql -d postgres -o /dev/null -c "ALTER SYSTEM SET perfadvisor.snapshot_interval = 1" -c "SELECT pg_reload_conf()"
refusals=0
for n in 1 30 300 2000 6000 15000 40000; do
	forget_log
	query "ALTER DATABASE other SET perfadvisor.fault = 'anymemory:fail:$n'" >/dev/null
	for _ in $(seq 1 100); do
		[ "$(refused)" -eq 0 ] || break
		sleep 0.1
	done
	[ "$(refused)" -eq 0 ] || refusals=$((refusals + 1))
	query "ALTER DATABASE other RESET perfadvisor.fault" >/dev/null
done
last=$(pa_psql -d other -Atc "SELECT COALESCE(max(snapshot_id), 0) FROM perfadvisor.snapshots")
for _ in $(seq 1 600); do
	next=$(pa_psql -d other -Atc "SELECT COALESCE(max(snapshot_id), 0) FROM perfadvisor.snapshots")
	[ "$next" -eq "$last" ] || break
	sleep 0.1
done
tap_ok "$([ "$refusals" -ge 3 ] && [ "$next" -gt "$last" ]; echo $?)" "after $refusals refusals in workers snapshots are taken again"
tap_is "$(grep -cE 'TRAP:|PANIC|signal 11|signal 6' "$PA_WORK/log" "$log" | awk -F: '{ n += $NF } END { print n }')" 0 "no process died"
query "SELECT perfadvisor.save()" >/dev/null
sum=$(counted)
pa_server_stop memory >/dev/null
pa_server_start memory
tap_is "$(counted)" "$sum" "and what was counted is there after a restart"
pa_server_stop memory >/dev/null
tap_plan $tap_number
echo "$((tap_number - tap_failed)) passed, $tap_failed failed"
tap_done
