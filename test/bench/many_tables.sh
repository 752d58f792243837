#!/bin/bash
# many_tables.sh: how long advice takes, and how much memory, for many statements on many tables.
#
#     test/bench/many_tables.sh [tables ...]        200 1000 unless given
#
# Ten different statements for each table of 1,500 rows: orders, joins, patterns, expressions, lists, an update. They run
# twice; then one session asks for advice without a time limit. Printed are the time for it and the most memory of its own
# that the session had. Twice the statements should take about twice the time.

set -u
cd "$(dirname "$0")/../.." || exit 1
PA_TOP=$PWD
. test/lib/prepare.sh
. test/lib/server.sh

# write_tables N prints what makes N tables.
write_tables() {
	local n

	for n in $(seq 0 $(($1 - 1))); do
		cat <<-SQL
			CREATE TABLE t$n (id int PRIMARY KEY, owner_id int, kind text, state text, email text, created_at timestamptz, score float, body text, flag bool, ref int);
			INSERT INTO t$n SELECT i, i % 200, 'k' || i % 20, CASE WHEN i % 50 = 0 THEN 'open' ELSE 'done' END, 'User' || i || '@x.example', timestamptz '2026-01-01' + i * interval '1 min',
			    i * 7 % 1000, md5(i::text), i % 100 = 0, i * 13 % 1500 FROM generate_series(1, 1500) i;
			ANALYZE t$n;
		SQL
	done
}

# write_statements N prints ten statements for each of N tables.
write_statements() {
	local n other

	for n in $(seq 0 $(($1 - 1))); do
		other=$(((n * 7 + 3) % $1))
		cat <<-SQL
			SELECT * FROM t$n WHERE owner_id = 31 ORDER BY created_at DESC LIMIT 10;
			SELECT id FROM t$n WHERE lower(email) = 'user31@x.example';
			SELECT count(*) FROM t$n WHERE kind = 'k3' AND state = 'open';
			SELECT * FROM t$n WHERE state = 'open' ORDER BY score LIMIT 5;
			SELECT a.id, b.body FROM t$n a JOIN t$other b ON b.ref = a.id WHERE a.owner_id = 31;
			SELECT id FROM t$n WHERE created_at > '2026-01-01 20:00' AND flag ORDER BY created_at;
			SELECT id, email FROM t$n WHERE email LIKE 'User31%' LIMIT 10;
			UPDATE t$n SET score = score + 1 WHERE ref = 31;
			SELECT kind, count(*) FROM t$n WHERE owner_id IN (31, 3, 7) GROUP BY kind;
			SELECT max(created_at) FROM t$n WHERE kind = 'k3';
		SQL
	done
}

# watch_memory PID prints the most memory of its own that a process had until it ended, kB.
watch_memory() {
	local most=0 now

	while now=$(awk '/RssAnon/ {print $2}' "/proc/$1/status" 2>/dev/null) && [ -n "$now" ]; do
		[ "$now" -le "$most" ] || most=$now
		sleep 0.1
	done
	echo "$most"
}

# measure N prints what advice for N tables takes.
measure() {
	local client pid

	pa_psql -d postgres -c "CREATE DATABASE many_$1"
	pa_psql -d "many_$1" -c "CREATE EXTENSION perfadvisor"
	write_tables "$1" >"$PA_WORK/tables.sql"
	write_statements "$1" >"$PA_WORK/statements.sql"
	chmod 644 "$PA_WORK"/*.sql
	pa_psql -d "many_$1" -f "$PA_WORK/tables.sql" >/dev/null
	pa_psql -d "many_$1" -c "SELECT perfadvisor.reset()" >/dev/null
	pa_psql -d "many_$1" -f "$PA_WORK/statements.sql" -f "$PA_WORK/statements.sql" >/dev/null
	pa_psql -d "many_$1" -At -c "SET application_name = 'asking'" -c "\\timing on" \
		-c "SELECT count(*) FROM perfadvisor.advise(time_limit => '10 min')" >"$PA_WORK/asked.out" &
	client=$!
	pid=
	while [ -z "$pid" ]; do
		pid=$(pa_psql -d postgres -At -c "SELECT pid FROM pg_stat_activity WHERE application_name = 'asking'")
	done
	pid=$(watch_memory "$pid")
	wait "$client"
	awk -v tables="$1" -v memory="$pid" '/^Time:/ {ms = $2} /^[0-9]+$/ {rows = $1} END {
		printf "%5d tables, %6d statements: %6.1f s, %4d MB, %d pieces of advice\n", tables, tables * 10, ms / 1000, memory / 1024, rows}' "$PA_WORK/asked.out"
}

[ $# -gt 0 ] || set -- 200 1000
pa_prepare demo
pa_begin
pa_build
printf '%s\n' "shared_preload_libraries = 'perfadvisor'" "perfadvisor.max_statements = 20000" "max_locks_per_transaction = 1000" \
	"shared_buffers = '512MB'" "autovacuum = off" "fsync = off" >"$PA_WORK/server.conf"
pa_server_create many "$PA_WORK/server.conf"
pa_server_start many
for tables in "$@"; do
	measure "$tables"
done
