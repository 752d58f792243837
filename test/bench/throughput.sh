#!/bin/bash
# throughput.sh: what recording takes from the transactions per second.
#
#     test/bench/throughput.sh [clients ...]        1 2 8 32 unless given
#
# Runs private servers side by side: nothing loaded, nothing once more (what that differs by is the machine's doing),
# pg_stat_statements, perfadvisor, both, and pg_qualstats with pg_stat_statements (left out where it is not installed;
# Debian has it in postgresql-NN-pg-qualstats). pgbench runs its prepared SELECT on one after the other, ROUNDS times with
# SECONDS_EACH seconds each, every round beginning with another server, so that what else the machine does hits all of
# them. Printed are the medians, and the medians of the ratios within a round. SERVERS names those to run: `nothing`
# first, with which all are compared, and pgss and perfadvisor among them.

set -u
cd "$(dirname "$0")/../.." || exit 1
PA_TOP=$PWD
. test/lib/prepare.sh
. test/lib/server.sh

ROUNDS=${ROUNDS:-5}
SECONDS_EACH=${SECONDS_EACH:-5}
SCALE=10
declare -A LIBRARIES=(
	[nothing]="" [twin]="" [pgss]="pg_stat_statements" [perfadvisor]="perfadvisor"
	[both]="pg_stat_statements, perfadvisor" [qualstats]="pg_stat_statements, pg_qualstats"
)
SERVERS="${SERVERS:-nothing twin pgss perfadvisor both qualstats}"

# create_servers makes a cluster with pgbench's tables, and a copy of it for each server.
create_servers() {
	local name

	printf '%s\n' "shared_buffers = '256MB'" "max_connections = 60" "jit = off" "autovacuum = off" >"$PA_WORK/server.conf"
	pa_server_create base "$PA_WORK/server.conf"
	pa_server_start base
	pa_run "$PA_BINDIR/pgbench" -i -q -s $SCALE postgres >/dev/null 2>&1 || pa_die "pgbench -i failed"
	pa_psql -d postgres -c "VACUUM ANALYZE"
	pa_server_stop base
	for name in $SERVERS; do
		pa_as mkdir "$PA_WORK/$name"
		pa_as cp -a "$PA_WORK/base/data" "$PA_WORK/$name/data"
		printf '%s\n' "port = $(pa_port "$name")" "shared_preload_libraries = '${LIBRARIES[$name]}'" >>"$PA_WORK/$name/data/postgresql.conf"
		pa_server_start "$name"
		pa_psql -d postgres -c "SELECT sum(hashtext(a::text)) FROM pgbench_accounts a" >/dev/null
	done
	rm -rf "$PA_WORK/base"
}

# tps SERVER CLIENTS SECONDS prints the transactions per second of one run.
tps() {
	pa_run "$PA_BINDIR/pgbench" -h "$PA_SOCKETS" -p "$(pa_port "$1")" -n -S -M prepared -c "$2" -j $(($2 < 2 ? 1 : 2)) -T "$3" postgres 2>/dev/null |
		sed -n 's/^tps = \([0-9.]*\) .*/\1/p'
}

# print_table prints medians of what is in the file: clients, round, server, tps.
print_table() {
	awk -v servers="$SERVERS" '
		function median(list, n, i, j, x) {
			for (i = 2; i <= n; i++)
				for (j = i; j > 1 && list[j] < list[j - 1]; j--) {x = list[j]; list[j] = list[j - 1]; list[j - 1] = x}
			return n % 2 ? list[(n + 1) / 2] : (list[n / 2] + list[n / 2 + 1]) / 2
		}
		{tps[$1, $2, $3] = $4; clients[$1] = $1; rounds = $2 > rounds ? $2 : rounds; order[$1] = NR}
		END {
			n = split(servers, names, " ")
			printf "%-8s", "clients"
			for (s = 1; s <= n; s++) printf "%13s", names[s]
			for (s = 2; s <= n; s++) printf "%22s", names[s] "/nothing"
			printf "%18s\n", "perfadvisor/pgss"
			count = asorti_numeric(clients, sorted)
			for (c = 1; c <= count; c++) {
				k = sorted[c]
				printf "%-8s", k
				for (s = 1; s <= n; s++) {
					for (r = 1; r <= rounds; r++) list[r] = tps[k, r, names[s]]
					printf "%13.0f", median(list, rounds)
				}
				for (s = 2; s <= n; s++) {
					for (r = 1; r <= rounds; r++) list[r] = tps[k, r, names[s]] / tps[k, r, "nothing"]
					printf "%22.3f", median(list, rounds)
				}
				for (r = 1; r <= rounds; r++) list[r] = tps[k, r, "perfadvisor"] / tps[k, r, "pgss"]
				printf "%18.3f\n", median(list, rounds)
			}
		}
		function asorti_numeric(from, into, k, n, i, x) {
			for (k in from) {
				into[++n] = k + 0
				for (i = n; i > 1 && into[i] < into[i - 1]; i--) {x = into[i]; into[i] = into[i - 1]; into[i - 1] = x}
			}
			return n
		}' "$1"
}

clients=${*:-1 2 8 32}
pa_prepare demo
[ -f "$PA_SHAREDIR/extension/pg_stat_statements.control" ] || pa_die "needs pg_stat_statements (Debian has it in postgresql-$PA_MAJOR)"
[ -f "$PA_LIBDIR/pg_qualstats.so" ] || SERVERS=${SERVERS% qualstats}
read -ra names <<<"$SERVERS"
pa_begin
pa_build
create_servers
for name in $SERVERS; do
	tps "$name" 2 2 >/dev/null
done
# shellcheck disable=SC2086
for round in $(seq 1 "$ROUNDS"); do
	for n in $clients; do
		for place in "${!names[@]}"; do
			name=${names[(place + round) % ${#names[@]}]}
			echo "$n $round $name $(tps "$name" "$n" "$SECONDS_EACH")"
		done
	done
done >"$PA_WORK/runs"
echo "PostgreSQL $("$PA_BINDIR/postgres" --version | sed 's/.* \([0-9][0-9.]*[a-z0-9]*\).*/\1/'), pgbench -S -M prepared, scale $SCALE, $(nproc) processors, $(date -u +%Y-%m-%d); transactions per second, medians of $ROUNDS runs of $SECONDS_EACH s"
print_table "$PA_WORK/runs"
