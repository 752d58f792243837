#!/bin/bash
# record: a clean restart keeps all that was recorded, a crash what was saved; a file that is damaged is ignored; standbys record on their own

set -u
cd "$(dirname "$0")/../.." || exit 1
PA_TOP=$PWD
. test/lib/prepare.sh
. test/lib/server.sh
. test/lib/tap.sh

# query prints what a statement answers with, in a session of its own.
query() {
	pa_psql -d postgres -At -c "$1" 2>&1
}

# calls prints how often a statement was counted.
calls() {
	query "SELECT coalesce(sum(calls), 0) FROM perfadvisor.statements WHERE query LIKE 'SELECT /* $1 */%'"
}

# run MARK TIMES OPERATOR executes a marked statement some times. The operator tells statements apart, comments do not.
run() {
	local n

	for n in $(seq 1 "$2"); do
		echo "SELECT /* $1 */ count(*) FROM numbers WHERE n $3 $n;"
	done | pa_psql -d postgres -f - >/dev/null
}

# recorded prints everything known of the marked statements: numbers, histogram, samples, scans, slow and failed ones.
recorded() {
	query "SELECT to_jsonb(s) FROM perfadvisor.statements s WHERE query LIKE 'SELECT /* kept%' ORDER BY query, toplevel;
		SELECT h.* FROM perfadvisor.statements s, perfadvisor.statement_histogram(s.queryid) h WHERE query LIKE 'SELECT /* kept */%' ORDER BY 1;
		SELECT to_jsonb(s) FROM perfadvisor.statement_samples s WHERE query LIKE '%/* kept%' AND query NOT LIKE '%perfadvisor%' ORDER BY started_at, query;
		SELECT to_jsonb(s) FROM perfadvisor.seq_scans s WHERE relation = 'numbers'::regclass ORDER BY filter;
		SELECT to_jsonb(s) FROM perfadvisor.slow_queries s WHERE query LIKE '%/* kept%' AND query NOT LIKE '%perfadvisor%' ORDER BY started_at, query"
}

# ignored counts the lines of the log that say that the file was ignored.
ignored() {
	grep -c 'ignoring file "pg_stat_tmp/perfadvisor.stat"' "$PA_WORK/first/server.log"
}

# crash kills a backend that sleeps, and waits until the server is back.
crash() {
	local pid

	pa_psql -d postgres -c "SELECT pg_sleep(60)" >/dev/null 2>&1 &
	until pid=$(query "SELECT pid FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(60)' AND state = 'active'") && [ -n "$pid" ]; do :; done
	pa_as kill -KILL "$pid"
	wait $!
	until [ "$(query "SELECT 1")" = 1 ]; do :; done
}

pa_prepare test
pa_begin
pa_build
tap_plan 24
pa_server_create first test/perfadvisor.conf
pa_server_start first
file=$PA_WORK/first/data/pg_stat_tmp/perfadvisor.stat
pa_psql -d postgres -c "CREATE EXTENSION perfadvisor" -c "CREATE TABLE numbers AS SELECT n FROM generate_series(1, 1000) n" -c "ANALYZE numbers"

# A clean restart
run kept 57 '>'
pa_psql -d postgres -c "SET perfadvisor.slow_query_time = 0" -c "PREPARE kept(int) AS SELECT /* kept prepared */ n FROM numbers WHERE n = \$1" \
	-c "EXECUTE kept(7)" -c "EXECUTE kept(8)" >/dev/null
pa_psql -d postgres -c "SELECT /* kept failing */ 1 / (n - 5) FROM numbers" >/dev/null 2>&1
recorded >"$PA_WORK/before"
pa_server_stop first
[ -f "$file" ]
tap_ok $? "a server that is shut down saves"
tap_is "$(stat -c %a "$file")" 600 "nobody but its user can read the file"
pa_server_start first
recorded >"$PA_WORK/after"
cmp "$PA_WORK/before" "$PA_WORK/after" >&2
tap_ok $? "statements, histogram, samples, scans, slow and failed executions are the same after a clean restart"
tap_ok "$([ "$(wc -l <"$PA_WORK/after")" -ge 10 ]; echo $?)" "and there were some"
run kept 3 '>'
tap_is "$(calls kept)" 60 "counts go on from where they were"
tap_is "$(query "SELECT sum(scans) FROM perfadvisor.seq_scans WHERE relation = 'numbers'::regclass AND filter = '(n > \$1)'")" 60 "so do the scans of statements"
tap_is "$(query "SELECT seq_rows_read FROM perfadvisor.statements WHERE query LIKE 'SELECT /* kept */%'")" 60000 "and the rows these read"

# A shutdown while a session is busy
pa_psql -d postgres -c "SELECT /* busy */ count(*), pg_sleep(60) FROM numbers" >/dev/null 2>&1 &
until [ "$(query "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'SELECT /* busy */%' AND wait_event = 'PgSleep'")" = 1 ]; do :; done
run 'kept late' 5 '>='
pa_server_stop first
wait $! 2>/dev/null
pa_server_start first
tap_is "$(calls 'kept late')" 5 "a fast shutdown with sessions under way loses nothing of what had ended"

# A crash, with a session that has not moved its counts to the table since
run_quietly() {
	{
		for n in $(seq 1 5); do echo "SELECT /* pending */ count(*) FROM numbers WHERE n <> $n;"; done
		echo "SELECT pg_sleep(600);"
	} | pa_psql -d postgres -f - >/dev/null 2>&1
}
run_quietly &
until [ "$(query "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep(600)%' AND state = 'active'")" = 1 ]; do :; done
query "SELECT perfadvisor.save()" >/dev/null
run unsaved 4 '<'
crash
tap_is "$(calls kept)" 60 "after the crash of a backend all is there that was saved before"
tap_is "$(calls unsaved)" 0 "what was not saved is lost"
tap_is "$(calls pending)" 5 "what a session had counted for itself was saved with the rest"
run kept 2 '>'
tap_is "$(calls kept)" 62 "recording goes on"
pa_server_stop first immediate
pa_server_start first
tap_is "$(calls kept)" 60 "an immediate shutdown does not save"

# The timer
saver=$(pgrep -P "$(head -n 1 "$PA_WORK/first/data/postmaster.pid")" -f 'perfadvisor saver')
run timed 3 '<='
before=$(query "SELECT coalesce(saved_at, '-infinity') FROM perfadvisor.recorded_state()")
pa_as kill -USR2 "$saver"
until [ "$(query "SELECT saved_at > '$before' FROM perfadvisor.recorded_state()")" = t ]; do :; done
pa_server_stop first immediate
pa_server_start first
tap_is "$(calls timed)" 3 "the worker saves when its time has come, which a signal says as well"

# reset
query "SELECT perfadvisor.reset()" >/dev/null
pa_as grep -q "kept" "$file"
tap_ok $((! $?)) "reset() leaves no text in the file"
crash
tap_is "$(calls kept)" 0 "what was reset does not come back after a crash"

# Files that cannot be used
run kept 6 '>'
pa_server_stop first
cp -p "$file" "$PA_WORK/good"
size=$(stat -c %s "$file")
printf 'X' | dd of="$file" bs=1 seek=$((size / 2)) conv=notrunc status=none
pa_server_start first
tap_is "$(calls kept) $(ignored)" "0 1" "a damaged file is ignored with one line in the log"
pa_server_stop first
cat "$PA_WORK/good" >"$file"
truncate -s $((size - 10)) "$file"
pa_server_start first
tap_is "$(calls kept) $(ignored)" "0 2" "so is a truncated one"
pa_server_stop first
cat "$PA_WORK/good" >"$file"
printf '\001' | dd of="$file" bs=1 seek=4 conv=notrunc status=none
pa_server_start first
tap_is "$(calls kept) $(ignored)" "0 3" "and one of another version of PostgreSQL"
pa_server_stop first
cat "$PA_WORK/good" >"$file"
pa_server_start first
tap_is "$(calls kept)" 6 "the undamaged one is loaded"

# A standby
query "SELECT perfadvisor.save()" >/dev/null
pa_as mkdir "$PA_WORK/second"
pa_run "$PA_BINDIR/pg_basebackup" -D "$PA_WORK/second/data" -R --checkpoint=fast >"$PA_WORK/backup.log" 2>&1 || cat "$PA_WORK/backup.log" >&2
[ ! -f "$PA_WORK/second/data/pg_stat_tmp/perfadvisor.stat" ]
tap_ok $? "a base backup does not contain what was recorded"
echo "port = $(pa_port second)" >>"$PA_WORK/second/data/postgresql.conf"
pa_server_start second
tap_is "$(query "SELECT pg_is_in_recovery()") $(calls kept)" "t 0" "a standby begins with nothing"
run kept 9 '>'
pa_server_stop second
pa_server_start second
tap_is "$(calls kept)" 9 "it keeps its own statements over a restart"
pa_server_stop second
PGPORT=$(pa_port first)
tap_is "$(calls kept)" 6 "and the primary has its own"
pa_server_stop first
tap_done
