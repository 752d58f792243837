#!/bin/bash
# history: dropping and creating the extension, dump and restore, copies of a database and a smart shutdown leave everything right, and no worker is in the way

set -u
cd "$(dirname "$0")/../.." || exit 1
PA_TOP=$PWD
. test/lib/prepare.sh
. test/lib/server.sh
. test/lib/tap.sh

# query prints what a statement answers with, in a session of its own.
query() {
	pa_psql -d "${2:-app}" -At -c "$1" 2>&1
}

# until_true SQL [DATABASE] polls until a query answers with t.
until_true() {
	for _ in $(seq 600); do
		[ "$(query "$1" "${2:-app}")" = t ] && return 0
	done
	return 1
}

# run N executes a statement N times.
run() {
	local n

	for n in $(seq "$1"); do
		echo "SELECT count(*) FROM orders WHERE customer = $n;"
	done | pa_psql -d "${2:-app}" -f - >/dev/null
}

# keep_busy has the launcher take snapshots all the time, until the file is gone.
keep_busy() {
	local pid

	touch "$PA_WORK/busy"
	while [ -f "$PA_WORK/busy" ]; do
		pid=$(query "SELECT pid FROM pg_stat_activity WHERE backend_type = 'perfadvisor launcher'" postgres)
		[ -n "$pid" ] && pa_as kill -USR2 "$pid" 2>/dev/null
	done
}

counted="SELECT coalesce(sum(c.calls), 0) FROM perfadvisor.snapshot_counts c JOIN perfadvisor.snapshot_statements s USING (statement_id) WHERE s.query LIKE '%FROM orders WHERE customer%'"

pa_prepare test
pa_begin
pa_build
pa_server_create app test/perfadvisor.conf
echo "perfadvisor.snapshot_interval = '1h'" >>"$PA_WORK/app/data/postgresql.conf"
pa_server_start app
pa_psql -d postgres -c "CREATE DATABASE app"
tap_plan 20
pa_psql -d app -c "CREATE EXTENSION perfadvisor" -c "CREATE TABLE orders AS SELECT n AS id, n % 500 AS customer FROM generate_series(1, 5000) n" -c "ANALYZE orders"
until_true "SELECT count(*) > 0 FROM perfadvisor.snapshots"
run 20
query "SELECT perfadvisor.snapshot('before')" >/dev/null
tap_is "$(query "$counted")" 20 "what ran is counted"

# DROP EXTENSION and CREATE EXTENSION
query "DROP EXTENSION perfadvisor" >/dev/null
tap_is "$(query "SELECT (SELECT count(*) FROM pg_class WHERE relnamespace = n.oid) + (SELECT count(*) FROM pg_proc WHERE pronamespace = n.oid) + (SELECT count(*) FROM pg_type WHERE typnamespace = n.oid)
	FROM pg_namespace AS n WHERE nspname = 'perfadvisor'")" 0 "dropping the extension leaves nothing in its schema"
pa_as kill -USR2 "$(query "SELECT pid FROM pg_stat_activity WHERE backend_type = 'perfadvisor launcher'")"
run 10
query "CREATE EXTENSION perfadvisor" >/dev/null
until_true "SELECT count(*) > 0 FROM perfadvisor.snapshots"
tap_ok $? "creating it again has a first snapshot taken at once"
query "SELECT perfadvisor.snapshot('again')" >/dev/null
tap_is "$(query "$counted")" 30 "which counts each execution that the server has recorded, once"
tap_is "$(query "SELECT count(*) FROM perfadvisor.events WHERE kind LIKE 'index%'")" 0 "indexes that were there are no events"
tap_is "$(query "SELECT count(*) FROM perfadvisor.snapshot_counts WHERE calls < 0 OR total_exec_time < 0")" 0 "nothing is negative"
query "BEGIN; DROP EXTENSION perfadvisor; CREATE EXTENSION perfadvisor; COMMIT" >/dev/null
until_true "SELECT count(*) > 0 FROM perfadvisor.snapshots"
tap_ok $? "so it is when both happen in one transaction"
tap_is "$(grep -E 'perfadvisor' "$PA_WORK/app/server.log" | grep -E 'ERROR|FATAL|PANIC|could not')" "" "the launcher has complained of nothing"

# Dump and restore: what people have entered, and history, are kept
query "INSERT INTO perfadvisor.targets (statement_class, percentile, target_time) VALUES ('lookup', 95, 20)" >/dev/null
finding=$(query "SELECT finding_id FROM perfadvisor.findings LIMIT 1")
query "SELECT perfadvisor.mute('$finding', reason => 'known')" >/dev/null
run 5
query "SELECT perfadvisor.baseline('release')" >/dev/null
before=$(query "$counted")
pa_as "$PA_BINDIR/pg_dump" -Fc -d app -h "$PGHOST" -p "$PGPORT" -U postgres -f "$PA_WORK/app.dump" 2>"$PA_WORK/dump.err"
query "CREATE DATABASE restored" postgres >/dev/null
pa_as "$PA_BINDIR/pg_restore" -d restored -h "$PGHOST" -p "$PGPORT" -U postgres "$PA_WORK/app.dump" 2>"$PA_WORK/restore.err"
tap_is "$?$(cat "$PA_WORK/restore.err")" 0 "a dump is restored without an error"
tap_is "$(query "SELECT string_agg(statement_class || ' ' || target_time, ',') FROM perfadvisor.targets WHERE target_time = 20" restored)" "lookup 20" "with the targets"
tap_is "$(query "SELECT count(*) FROM perfadvisor.mutes WHERE finding_id = '$finding'" restored)" 1 "with what was muted"
tap_is "$(query "SELECT count(*) FROM perfadvisor.snapshots WHERE label = 'release' AND baseline" restored)" 1 "with the baseline"
tap_is "$(query "$counted" restored)" "$before" "and with what was counted"
run 7 restored
query "SELECT perfadvisor.snapshot('there')" restored >/dev/null
tap_is "$(query "$counted" restored)" $((before + 7)) "what runs there is added to it"
tap_is "$(query "SELECT count(*) FROM perfadvisor.regressions" restored)" 0 "and is not slower"

# Snapshots all the time are not in the way of those who want a database for themselves
keep_busy &
busy=$!
result=0
for n in 1 2 3 4 5; do
	query "CREATE DATABASE copy_$n TEMPLATE app" postgres >/dev/null || result=1
	query "DROP DATABASE copy_$n" postgres >/dev/null || result=1
done
tap_is "$result$(query "SELECT count(*) FROM pg_database WHERE datname LIKE 'copy%'" postgres)" 00 "a database is copied and dropped while snapshots are taken in it"
query "ALTER DATABASE restored RENAME TO renamed" postgres >/dev/null
tap_is "$?$(query "SELECT count(*) FROM pg_database WHERE datname = 'renamed'" postgres)" 01 "renamed"
query "DROP DATABASE renamed" postgres >/dev/null
tap_is "$(query "SELECT count(*) FROM pg_database WHERE datname = 'renamed'" postgres)" 0 "and dropped"
rm -f "$PA_WORK/busy"
wait "$busy"

# A smart shutdown waits for clients, and for nobody else
started=$(date +%s)
pa_as "$PA_BINDIR/pg_ctl" -D "$PA_WORK/app/data" -m smart -w -t 60 stop >/dev/null 2>&1
tap_is "$? $(($(date +%s) - started < 30))" "0 1" "a smart shutdown ends the server at once"
pa_server_start app
run 3
query "SELECT perfadvisor.snapshot('after shutdown')" >/dev/null
tap_is "$(query "$counted")" $((before + 3)) "and what was recorded before it is still there"
tap_done
