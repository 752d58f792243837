#!/bin/bash
# demo.sh: what `make demo` does: an online shop without indexes, its workload, the advice, and the difference.
#
# Installs what is missing, builds, starts a private server in a folder of its own and leaves nothing behind.
# Output fits 100 columns; colours and moving progress lines only on a terminal.

set -u
cd "$(dirname "$0")/../.." || exit 1
PA_TOP=$PWD
. test/lib/prepare.sh
. test/lib/server.sh
. test/demo/screen.sh

clients=4
prepared_seconds=10
simple_seconds=6
demo_seconds=$SECONDS

# load runs the two data files at the same time and waits for both.
load() {
	local rest

	{
		pa_as "$PA_BINDIR/psql" -X -q -v ON_ERROR_STOP=1 -d shop -f "$demo/load_rest.sql" &
		rest=$!
		pa_psql -d shop -f "$demo/load_sales.sql" && wait "$rest" && pa_psql -d shop -f "$demo/constraints.sql"
	} 2>"$PA_WORK/load.log"
}

# workload LABEL runs all statements by weight, first prepared, then in simple mode; sets tps_prepared, tps_simple.
workload() {
	local mode seconds out file arguments=()

	for file in "$demo"/workload/*.sql; do
		arguments+=(-f "$file@$(sed -n 's/^-- weight //p' "$file")")
	done
	for mode in prepared simple; do
		seconds=${mode}_seconds
		out=$PA_WORK/pgbench.$mode
		progress_begin "$1, $mode statements" "${!seconds}"
		if ! pa_run "$PA_BINDIR/pgbench" -n -M "$mode" -c "$clients" -j 2 -T "${!seconds}" -P 1 \
			--random-seed=42 "${arguments[@]}" shop >"$out" 2> >(progress_pgbench 2>/dev/null); then
			progress_fail
			tail -n 5 "$out" >&2
			pa_die "pgbench failed"
		fi
		printf -v "tps_$mode" '%s' "$(sed -nE 's/^tps = ([0-9.]+).*/\1/p' "$out")"
		progress_end "$(rounded "$(sed -nE 's/^tps = ([0-9.]+).*/\1/p' "$out")") transactions/s"
	done
}

pa_prepare demo
pa_begin

title "perfadvisor: an online shop, one million rows, not one index but its primary keys"
say "Everything happens on a private server in a temporary folder; it is gone when this ends."
say "Numbers are rounded and texts shortened to fit the screen."

step "The server"
progress_begin "building the extension for PostgreSQL $PA_MAJOR"
pa_build
progress_end
demo=$PA_WORK/demo
cp -r test/demo "$demo"
progress_begin "starting a private server"
pa_server_create shop test/demo/shop.conf
pa_server_start shop
pa_psql -d postgres -c "CREATE DATABASE shop"
pa_psql -d shop -c "CREATE EXTENSION perfadvisor" -f "$demo/schema.sql" -f "$demo/views.sql" || pa_die "the demo's database could not be made"
progress_end
progress_begin "loading customers, products, orders, sessions, reviews and events"
load || { cat "$PA_WORK/load.log" >&2; pa_die "loading the data failed"; }
progress_end "$(pa_psql -d shop -At -c "SELECT to_char(sum(n_live_tup), 'FM9,999,999') FROM pg_stat_user_tables") rows"
pa_psql -d shop -c "SELECT perfadvisor.reset()" >/dev/null

step "The application at work: $clients clients, $(ls "$demo"/workload | wc -l) scripts of searches, pages, reports, inserts and updates"
workload "as it is"
tps_prepared_before=$tps_prepared
tps_simple_before=$tps_simple
pa_psql -d shop -c "CREATE TABLE demo.before AS SELECT * FROM demo.measured"

step "What the server saw"
ask "What takes the time?" show_statements
ask "Which single executions were slow, and with which values?" show_slow
ask "What is read from end to end, and how much of it is thrown away?" show_scans

step "What to do about it"
progress_begin "asking the planner about the indexes it could have used"
pa_psql -d shop -At -c "SELECT count(*) FROM perfadvisor.index_advice" >"$PA_WORK/count" || pa_die "no advice could be had"
progress_end "$(cat "$PA_WORK/count") pieces of advice"
ask "The advice, in the order of what it saves, with its reasons" show_advice typeset_advice

step "Doing it"
pa_psql -d shop -At -c "SELECT ddl FROM perfadvisor.index_advice" >"$PA_WORK/advised.sql"
prompt 'SELECT ddl FROM perfadvisor.index_advice \gexec'
progress_begin "creating the indexes, without blocking writers"
printf '%s\n' 'SELECT ddl FROM perfadvisor.index_advice \gexec' >"$demo/gexec.sql"
pa_psql -d shop -f "$demo/gexec.sql" || pa_die "the advised statements did not run"
progress_end
prompt 'ANALYZE; SELECT perfadvisor.reset();'
pa_psql -d shop -c "ANALYZE" -c "SELECT perfadvisor.reset()" >/dev/null

step "The same application again"
workload "with the indexes"
pa_psql -d shop -c "CREATE TABLE demo.after AS SELECT * FROM demo.measured"

step "Before and after"
pa_psql -d shop -f "$demo/show_difference.sql" | narrow
ask "Was the advice right? Predicted and measured seconds per hour, for the calls since" show_outcomes
show_throughput "$tps_prepared_before" "$tps_prepared" "$tps_simple_before" "$tps_simple"
pa_psql -d shop -At -f "$demo/show_summary.sql" | while IFS= read -r line; do say "$line"; done

step "Your own server"
say "make install, then put perfadvisor into shared_preload_libraries, restart, CREATE EXTENSION perfadvisor,"
say "let the application run for a while, and ask:  SELECT * FROM perfadvisor.index_advice;"
say "(docs/install.md tells the rest. This demo took $((SECONDS - demo_seconds)) seconds.)"
