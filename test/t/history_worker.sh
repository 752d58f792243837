#!/bin/bash
# history: snapshots are taken by the launcher, at once when indexes change, survive restart, crash and dump, and advice is followed by what happened

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

# until_true SQL polls until a query answers with t.
until_true() {
	for _ in $(seq 300); do
		[ "$(query "$1")" = t ] && return 0
	done
	return 1
}

# run FIRST LAST executes two statements for some values, each once.
run() {
	local n

	for n in $(seq "$1" "$2"); do
		echo "SELECT count(*) FROM orders WHERE customer = $n;"
		echo "SELECT count(*) FROM orders WHERE id = $n;"
	done | pa_psql -d app -f - >/dev/null
}

# wake has the launcher take the interval for over.
wake() {
	pa_as kill -USR2 "$(query "SELECT pid FROM pg_stat_activity WHERE backend_type = 'perfadvisor launcher'")"
}

pa_prepare test
pa_begin
pa_build
pa_server_create app test/perfadvisor.conf
echo "perfadvisor.snapshot_interval = '1h'" >>"$PA_WORK/app/data/postgresql.conf"
pa_server_start app
pa_psql -d postgres -c "CREATE DATABASE app" -c "CREATE DATABASE without"
tap_plan 28
pa_psql -d app <<'SQL'
CREATE EXTENSION perfadvisor;
CREATE TABLE orders AS SELECT n AS id, n % 2000 AS customer, repeat('x', 40) AS note FROM generate_series(1, 100000) n;
CREATE INDEX orders_id ON orders (id);
ANALYZE orders;
SQL

until_true "SELECT count(*) > 0 FROM perfadvisor.snapshots"
tap_ok $? "creating the extension has a first snapshot taken, by nobody's command"
run 1 20
before=$(query "SELECT count(*) FROM perfadvisor.snapshots")
until_true "SELECT count(*) > 0 FROM pg_stat_activity WHERE backend_type = 'perfadvisor launcher'"
wake
until_true "SELECT count(*) > $before FROM perfadvisor.snapshots"
tap_ok $? "the launcher has snapshots taken when it is time"
tap_is "$(query "SELECT count(*) FROM perfadvisor.advice_outcomes")" 0 "without advice there are no outcomes"

# Advice, created under another name
tap_is "$(query "SELECT ddl LIKE '%btree (customer)%' FROM perfadvisor.index_advice")" t "an index is advised"
tap_is "$(query "SELECT perfadvisor.published_advice()::jsonb -> 'rows' -> 0 ->> 'advice_id' = advice_id FROM perfadvisor.index_advice")" t \
	"another session reads the advice without a search"
query "BEGIN; CREATE INDEX chosen_name ON orders (customer, id); COMMIT" >/dev/null
until_true "SELECT count(*) > 0 FROM perfadvisor.advice_log WHERE index = 'public.chosen_name'"
tap_ok $? "an index that does what was advised is noticed at once, under whatever name and with more columns"
tap_is "$(query "SELECT verdict FROM perfadvisor.advice_outcomes")" "too early" "before statements have run it is too early for a verdict"
run 21 40
tap_is "$(query "SELECT verdict, measured_gain > 0, mean_after < mean_before / 2, calls_after FROM perfadvisor.advice_outcomes")" \
	"better|t|t|20" "afterwards the verdict is better, with numbers"
tap_is "$(query "SELECT predicted_gain BETWEEN measured_gain / 2 AND measured_gain * 2 FROM perfadvisor.advice_outcomes")" t "what was predicted is about what was measured"
tap_is "$(query "SELECT advised, created, better FROM perfadvisor.advice_record")" "1|1|1" "the record counts it"

# A rolled back index is none
query "BEGIN; CREATE INDEX never ON orders (note); ROLLBACK" >/dev/null
query "CREATE INDEX useless ON orders (note)" >/dev/null
until_true "SELECT count(*) > 0 FROM perfadvisor.events WHERE object = 'public.useless'"
tap_ok $? "an index that nobody advised is an event"
tap_is "$(query "SELECT count(*) FROM perfadvisor.events WHERE object = 'public.never'")" 0 "one that was rolled back is none"
tap_is "$(query "SELECT count(*) FROM perfadvisor.advice_outcomes")" 1 "nor is a useless index taken for advice"

# Dropping
query "DROP INDEX useless" >/dev/null
until_true "SELECT count(*) > 0 FROM perfadvisor.cleanup_outcomes WHERE index = 'public.useless'"
run 41 60
tap_is "$(query "SELECT verdict FROM perfadvisor.cleanup_outcomes WHERE index = 'public.useless'")" "no change" "dropping an index that nothing used changes nothing"
query "DROP INDEX chosen_name" >/dev/null
until_true "SELECT count(*) > 0 FROM perfadvisor.cleanup_outcomes WHERE index = 'public.chosen_name'"
run 61 80
tap_is "$(query "SELECT verdict, cardinality(queryids), undo_sql FROM perfadvisor.cleanup_outcomes WHERE index = 'public.chosen_name'")" \
	"worse|1|CREATE INDEX CONCURRENTLY chosen_name ON public.orders USING btree (customer, id)" "dropping one that was used is reported, with what creates it again"
tap_is "$(query "SELECT count(*) FROM perfadvisor.advice_outcomes")" 0 "the outcome of an index that was dropped is not shown"

# Restart, crash
query "SELECT perfadvisor.snapshot('before restart')" >/dev/null
counted="SELECT sum(c.calls) FROM perfadvisor.snapshot_counts c JOIN perfadvisor.snapshot_statements s USING (statement_id) WHERE s.query LIKE '%FROM orders WHERE customer%'"
tap_is "$(query "$counted")" 80 "snapshots have counted every execution once"
pa_server_stop app
pa_server_start app
run 81 90
query "SELECT perfadvisor.snapshot('after restart')" >/dev/null
tap_is "$(query "$counted")" 90 "so they have after a restart"
tap_is "$(query "SELECT count(*) FROM perfadvisor.events WHERE kind = 'server_started'")" 1 "which is an event"
pa_psql -d postgres -c "SELECT pg_sleep(60)" >/dev/null 2>&1 &
until pid=$(query "SELECT pid FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(60)' AND state = 'active'") && [ -n "$pid" ]; do :; done
pa_as kill -KILL "$pid"
wait $!
until [ "$(query "SELECT 1")" = 1 ]; do :; done
run 91 95
query "SELECT perfadvisor.snapshot('after crash')" >/dev/null
tap_is "$(query "SELECT count(*) FROM perfadvisor.snapshot_counts WHERE calls < 0 OR total_exec_time < 0 OR shared_blks_hit < 0 OR rows < 0")" 0 "after a crash nothing is negative"
tap_is "$(query "SELECT count(*) FROM perfadvisor.compare((SELECT snapshot_id FROM perfadvisor.snapshots WHERE label = 'before restart'), (SELECT snapshot_id FROM perfadvisor.snapshots WHERE label = 'after restart')) WHERE query LIKE '%orders%'")" \
	0 "and nothing is called slower because of a restart"

# Cancelled while findings are noted
pa_psql -d app -o /dev/null -c "BEGIN; LOCK TABLE perfadvisor.finding_log; SELECT pg_sleep(60); COMMIT" 2>/dev/null &
until_true "SELECT count(*) > 0 FROM pg_locks WHERE relation = 'perfadvisor.finding_log'::regclass AND mode = 'AccessExclusiveLock'"
taken=$(query "SELECT count(*) FROM perfadvisor.snapshot_log")
tap_is "$(printf '%s\n' "SET statement_timeout = '2s';" "SELECT perfadvisor.snapshot('cancelled');" "SELECT 'goes on';" |
	pa_psql -v ON_ERROR_STOP=0 -d app -At -f - 2>&1 | grep -o 'canceling.*\|goes on')" \
	"canceling statement due to statement timeout"$'\n'"goes on" "a snapshot that waits can be cancelled, and its session goes on"
query "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE relation = 'perfadvisor.finding_log'::regclass AND granted" >/dev/null
wait $!
tap_is "$(query "SELECT count(*) FROM perfadvisor.snapshot_log")" "$taken" "nothing of it is left"

# Dump and restore, other databases
pa_as "$PA_BINDIR/pg_dump" -d app -h "$PGHOST" -p "$PGPORT" >"$PA_WORK/dump.sql" 2>"$PA_WORK/dump.err"
pa_psql -d postgres -c "CREATE DATABASE restored" >/dev/null
pa_psql -d restored -f "$PA_WORK/dump.sql" >/dev/null 2>"$PA_WORK/restore.err" || cat "$PA_WORK/restore.err" >&2
tap_is "$(query "SELECT count(*) FROM perfadvisor.snapshots WHERE label = 'after restart'" restored)" 1 "a dump keeps the history"
tap_is "$(query "SELECT perfadvisor.snapshot() > max(snapshot_id) FROM perfadvisor.snapshot_log" restored)" t "which goes on after it was restored"
tap_is "$(query "SELECT count(*) FROM pg_class WHERE relname = 'snapshot_log'" without)" 0 "a database without the extension is left alone"
started=$(date +%s)
query "DROP DATABASE restored" postgres >/dev/null
query "CREATE DATABASE copied TEMPLATE without" postgres >/dev/null
tap_ok $(($(date +%s) - started > 20)) "databases can be dropped and copied"
tap_is "$(query "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'perfadvisor snapshot'")" 0 "no worker stays"
tap_done
