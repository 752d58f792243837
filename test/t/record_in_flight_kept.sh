#!/bin/bash
# record: what was under way at once adds up under load, ends with its sessions, and outlives a restart; pg_dump keeps latency targets

set -u
cd "$(dirname "$0")/../.." || exit 1
PA_TOP=$PWD
. test/lib/prepare.sh
. test/lib/server.sh
. test/lib/tap.sh

# query prints what a statement answers with, in a session of its own.
query() {
	pa_psql -d "${2:-postgres}" -At 2>&1 <<<"$1"
}

# of_load prints an expression over the rows of the role that made the load.
of_load() {
	query "SELECT $1 FROM perfadvisor.concurrency WHERE scope = 'role' AND rolname = 'loader'"
}

# await waits until a statement answers with t, half a minute at most.
await() {
	local tries=0

	until [ "$(query "$1")" = t ]; do
		tries=$((tries + 1))
		[ $tries -lt 300 ] || return 1
		sleep 0.1
	done
}

# load runs a script for so many transactions in each of 12 clients that connect anew each time, or not.
load() {
	pa_run "$PA_BINDIR/pgbench" -n -U loader -c 12 -j 2 -t "$1" "${@:3}" -f "$PA_WORK/$2.sql" postgres >"$PA_WORK/pgbench.out" 2>&1 ||
		pa_die "pgbench failed: $(tail -n 3 "$PA_WORK/pgbench.out")"
	await "SELECT count(*) = 0 FROM pg_stat_activity WHERE usename = 'loader'"
}

pa_prepare test
pa_begin
pa_build
tap_plan 17
cat >"$PA_WORK/server.conf" <<-'CONF'
	shared_preload_libraries = 'perfadvisor'
	max_connections = 40
CONF
printf '%s\n' 'SELECT 1;' >"$PA_WORK/single.sql"
printf '%s\n' 'BEGIN;' 'SELECT 1;' 'SAVEPOINT a;' 'SELECT 2;' 'ROLLBACK TO a;' 'COMMIT;' >"$PA_WORK/block.sql"
chmod 644 "$PA_WORK"/*.sql
pa_server_create kept "$PA_WORK/server.conf"
pa_server_start kept
query "CREATE EXTENSION perfadvisor; CREATE ROLE loader LOGIN"
load 500 single
tap_is "$(of_load 'sum(transactions)')" 6000 "each transaction of twelve clients is counted"
load 500 single -M prepared
tap_is "$(of_load 'sum(transactions)')" 12000 "prepared ones, too"
load 200 block
tap_is "$(of_load 'sum(transactions)')" 14400 "and blocks, once each"
load 200 block -M prepared
tap_is "$(of_load 'sum(transactions)')" 16800 "and blocks by the protocol"
tap_is "$(of_load 'max(max_in_flight) BETWEEN 1 AND 12')" t "no more were under way than there were clients"
tap_is "$(of_load 'max(max_sessions)')" 12 "twelve sessions at most"
tap_is "$(of_load 'sum(sessions_started) || $$ $$ || sum(sessions_ended)')" "48 48" "all sessions began and ended"
load 5 single -C
tap_is "$(of_load 'sum(sessions_started) - 48 >= 60')" t "those of clients that connect each time, too"
query "SELECT perfadvisor.reset()" >/dev/null
tap_is "$(query "SELECT count(*) FROM perfadvisor.concurrency WHERE rolname = 'loader'")" 0 "nothing is under way when all have gone"

load 100 single
query "SET application_name = shop; SELECT count(*) FROM perfadvisor.targets; SET work_mem = '5MB'" >/dev/null
query "INSERT INTO perfadvisor.targets (statement_class, target_time, comment) VALUES ('lookup', 3, 'ours')"
before=$(of_load "sum(transactions) || ' ' || max(max_in_flight) || ' ' || max(max_sessions)")
pa_server_stop kept
pa_server_start kept
tap_is "$(of_load "sum(transactions) || ' ' || max(max_in_flight) || ' ' || max(max_sessions)")" "$before" "a restart keeps the minutes"
tap_is "$(query "SELECT example FROM perfadvisor.session_features WHERE feature = 'set' AND rolname = 'postgres'")" work_mem "and what roles were seen to use"
tap_is "$(grep -c 'ignoring' "$PA_WORK/kept/server.log")" 0 "no file is ignored"
query "SELECT perfadvisor.reset()" >/dev/null
tap_is "$(query "SELECT count(*) FROM perfadvisor.session_features")" 0 "a reset forgets it"

query "CREATE DATABASE copy TEMPLATE template0" >/dev/null
pa_as "$PA_BINDIR/pg_dump" -h "$PGHOST" -p "$PGPORT" -U postgres postgres 2>"$PA_WORK/dump.log" >"$PA_WORK/dump.sql"
pa_psql -d copy -f "$PA_WORK/dump.sql" >/dev/null 2>"$PA_WORK/restore.log"
tap_ok $? "a dump can be restored"
tap_is "$(query "SELECT count(*) FROM perfadvisor.session_features")" 0 "which says nothing of what the role's pool must do"
tap_is "$(query "SELECT count(*) FROM perfadvisor.targets" copy)" 5 "with the targets that one has set, and the defaults once"
tap_is "$(query "SELECT target_time FROM perfadvisor.target_status WHERE statement_class = 'lookup'" copy)" 3 "of which one's own holds"
pa_server_stop kept
tap_done
