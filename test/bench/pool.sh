#!/bin/bash
# pool.sh: whether the recommended pool is the right size.
#
#     test/bench/pool.sh [clients [think [work]]]        defaults: 40 clients, 150 ms, 8 ms
#
# Clients think (a random time, 0 to twice THINK) and then run a transaction: a look-up, a pause of the client inside the
# transaction (random, 0 to twice WORK), an update. They go through PgBouncer in transaction mode, first with a pool that is
# as large as there are clients; from what perfadvisor then has counted, size_pools() recommends a size. After that the same load
# runs with pools around it, to find the smallest whose 95th percentile of latency is within 10 % of the unlimited one.
#
# SECONDS_EACH (10) says how long each runs. LIMIT (a ratio, say 0.25) makes the script fail when the recommended size is
# farther than that from the smallest one.

set -u
cd "$(dirname "$0")/../.." || exit 1
PA_TOP=$PWD
. test/lib/prepare.sh
. test/lib/server.sh

CLIENTS=${1:-40}
THINK=${2:-150}
WORK=${3:-8}
SECONDS_EACH=${SECONDS_EACH:-10}

# need_pgbouncer stops with a hint when PgBouncer is not here.
need_pgbouncer() {
	command -v pgbouncer >/dev/null || pa_die "needs PgBouncer (Debian: apt install pgbouncer)"
}

# query prints what a statement answers with, past the pooler.
query() {
	pa_psql -d postgres -At -c "$1"
}

# start_pooler SIZE starts PgBouncer with pools of that size.
start_pooler() {
	mkdir -p "$PA_WORK/bouncer"
	echo '"bench" ""' >"$PA_WORK/bouncer/users"
	cat >"$PA_WORK/bouncer/ini" <<-INI
		[databases]
		postgres = host=$PGHOST port=$PGPORT
		[pgbouncer]
		listen_addr =
		listen_port = 6543
		unix_socket_dir = $PA_WORK/bouncer
		auth_type = trust
		auth_file = $PA_WORK/bouncer/users
		pool_mode = transaction
		default_pool_size = $1
		max_client_conn = 1000
		log_connections = 0
		log_disconnections = 0
		logfile = $PA_WORK/bouncer/log
	INI
	[ -z "$PA_USER" ] || chown -R "$PA_USER" "$PA_WORK/bouncer"
	pa_as_exec pgbouncer -q "$PA_WORK/bouncer/ini" >/dev/null 2>&1 &
	POOLER=$!
	until pa_as "$PA_BINDIR/pg_isready" -q -h "$PA_WORK/bouncer" -p 6543; do
		kill -0 $POOLER 2>/dev/null || pa_die "PgBouncer did not start: $(tail -n 3 "$PA_WORK/bouncer/log")"
		sleep 0.1
	done
}

# stop_pooler ends it, and waits until it has.
stop_pooler() {
	kill "$POOLER"
	wait "$POOLER" 2>/dev/null
}

# run_load SIZE runs the load through a pool, and prints the transactions and the 95th percentile of their latency, ms.
run_load() {
	start_pooler "$1"
	rm -f "$PA_WORK"/bouncer/latencies*
	pa_run "$PA_BINDIR/pgbench" -h "$PA_WORK/bouncer" -p 6543 -U bench -n -c "$CLIENTS" -j 2 -T "$SECONDS_EACH" --random-seed=1 \
		-l --log-prefix="$PA_WORK/bouncer/latencies" -f "$PA_WORK/think.sql" -f "$PA_WORK/work.sql" postgres >"$PA_WORK/pgbench.out" 2>&1 ||
		pa_die "pgbench failed: $(tail -n 3 "$PA_WORK/pgbench.out")"
	stop_pooler
	cat "$PA_WORK"/bouncer/latencies* | awk '$4 == 1 {print $3}' | sort -n |
		awk '{t[NR] = $1} END {printf "%d %.2f\n", NR, t[int(NR * 0.95)] / 1000}'
}

pa_prepare demo
need_pgbouncer
pa_begin
pa_build
cat >"$PA_WORK/server.conf" <<-'CONF'
	shared_preload_libraries = 'perfadvisor'
	max_connections = 300
	synchronous_commit = off
CONF
cat >"$PA_WORK/think.sql" <<-SQL
	\set think random(0, 2000 * $THINK)
	\sleep :think us
SQL
cat >"$PA_WORK/work.sql" <<-SQL
	\set id random(1, 10000)
	\set pause random(0, 2000 * $WORK)
	BEGIN;
	SELECT balance FROM accounts WHERE id = :id;
	\sleep :pause us
	UPDATE accounts SET balance = balance + 1 WHERE id = :id;
	COMMIT;
SQL
chmod 644 "$PA_WORK"/*.sql
pa_server_create pool "$PA_WORK/server.conf"
pa_server_start pool
pa_psql -d postgres -o /dev/null <<-'SQL'
	CREATE EXTENSION perfadvisor;
	CREATE ROLE bench LOGIN;
	CREATE TABLE accounts AS SELECT n AS id, 0 AS balance, repeat('x', 80) AS filler FROM generate_series(1, 10000) n;
	ALTER TABLE accounts ADD PRIMARY KEY (id);
	GRANT ALL ON accounts TO bench;
	VACUUM ANALYZE accounts;
	SELECT perfadvisor.reset();
SQL
read -r transactions unlimited <<<"$(run_load "$CLIENTS")"
IFS='|' read -r recommended burst mean most <<<"$(query "SELECT recommended_size, burst_size, round(mean_in_flight::numeric, 2), max_in_flight
	FROM perfadvisor.size_pools('1 day', '0 s', 1) WHERE scope = 'role' AND rolname = 'bench'")"
echo "PostgreSQL $(query 'SHOW server_version' | cut -d ' ' -f 1), $(date -u +%Y-%m-%d), $CLIENTS clients, thinking $THINK ms, pausing $WORK ms: $transactions transactions, p95 $unlimited ms without a limit"
echo "in flight: $mean on average, $most at most; recommended: $recommended, at bursts $burst"
smallest=$CLIENTS
for ((size = recommended + 3; size >= 1; size--)); do
	read -r transactions p95 <<<"$(run_load $size)"
	within=$(awk -v a="$p95" -v b="$unlimited" 'BEGIN {print (a <= 1.1 * b ? "yes" : "no")}')
	echo "pool of $size: $transactions transactions, p95 $p95 ms, within 10 %: $within"
	[ "$within" = yes ] || break
	smallest=$size
done
echo "smallest pool: $smallest; recommended / smallest: $(awk -v a="$recommended" -v b="$smallest" 'BEGIN {printf "%.2f", a / b}')"
[ -z "${LIMIT:-}" ] || awk -v a="$recommended" -v b="$smallest" -v limit="$LIMIT" 'BEGIN {exit !(a <= (1 + limit) * b && a >= (1 - limit) * b)}'
