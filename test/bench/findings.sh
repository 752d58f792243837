#!/bin/bash
# findings.sh: how long the list of findings takes on a large schema while tables are locked.
#
#     test/bench/findings.sh [tables]        5000 unless given
#
# Each table has four indexes, every tenth refers to another and none is empty. While findings, health() and each view of
# health are read, one session holds ACCESS EXCLUSIVE on a table and another one waits for it. Each is read three times;
# printed is the median. Exits with 1 if findings takes over two seconds for 5,000 tables.

set -u
cd "$(dirname "$0")/../.." || exit 1
PA_TOP=$PWD
. test/lib/prepare.sh
. test/lib/server.sh

tables=${1:-5000}

# write_tables prints what makes the tables, each in a transaction of its own.
write_tables() {
	local n

	for n in $(seq 1 "$tables"); do
		echo "CREATE TABLE t$n (id int PRIMARY KEY, ref int$([ $((n % 10)) -ne 0 ] || echo " REFERENCES t1"), kind text, made timestamptz DEFAULT now());"
		echo "CREATE INDEX ON t$n (kind); CREATE INDEX ON t$n (made); CREATE INDEX ON t$n (ref, kind); INSERT INTO t$n SELECT i, 1, 'k' || i FROM generate_series(1, 60) i;"
	done
}

# median_ms QUERY prints the median of three readings.
median_ms() {
	for _ in 1 2 3; do
		pa_psql -d many -c '\timing on' -c '\o /dev/null' -c "$1" | awk '/^Time:/ {ms = $2} END {print ms}'
	done | sort -n | sed -n 2p
}

# wait_for QUERY waits until a query returns t.
wait_for() {
	until [ "$(pa_psql -d many -At -c "$1")" = t ]; do sleep 0.1; done
}

pa_prepare demo
pa_begin
pa_build
printf '%s\n' "shared_preload_libraries = 'perfadvisor'" "shared_buffers = '512MB'" "autovacuum = off" "fsync = off" >"$PA_WORK/server.conf"
pa_server_create many "$PA_WORK/server.conf"
pa_server_start many
pa_psql -d postgres -c "CREATE DATABASE many" >/dev/null
pa_psql -d many -c "CREATE EXTENSION perfadvisor" >/dev/null
write_tables >"$PA_WORK/tables.sql"
chmod 644 "$PA_WORK/tables.sql"
pa_psql -d many -q -f "$PA_WORK/tables.sql" >/dev/null
pa_psql -d many -c "VACUUM" >/dev/null
(echo "BEGIN; LOCK TABLE t7 IN ACCESS EXCLUSIVE MODE;"; sleep 600) | PGAPPNAME=holder pa_psql -d many >/dev/null 2>&1 &
holder=$!
wait_for "SELECT count(*) > 0 FROM pg_locks WHERE mode = 'AccessExclusiveLock' AND granted AND relation = 't7'::regclass"
PGAPPNAME=waiter pa_psql -d many -c "SELECT count(*) FROM t7" >/dev/null 2>&1 &
wait_for "SELECT count(*) > 0 FROM pg_locks WHERE NOT granted AND relation = 't7'::regclass"
printf '%d tables, %s indexes\n' "$tables" "$(pa_psql -d many -At -c "SELECT count(*) FROM pg_index WHERE indrelid IN (SELECT oid FROM pg_class WHERE relname ~ '^t\d+$')")"
for name in vacuum statistics index cache settings; do
	printf '%-20s %8.0f ms\n' "${name}_health" "$(median_ms "SELECT * FROM perfadvisor.${name}_health")"
done
all=$(median_ms "SELECT * FROM perfadvisor.findings")
printf '%-20s %8.0f ms\n' findings "$all" "health()" "$(median_ms "SELECT * FROM perfadvisor.health()")"
kill "$holder"
pa_psql -d many -c "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name IN ('holder', 'waiter')" >/dev/null
wait
[ "${all%.*}" -le $((2000 * (tables > 5000 ? tables : 5000) / 5000)) ]
