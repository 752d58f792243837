#!/bin/bash
# throughput.sh: what recording takes from the transactions per second.
#
#     test/bench/throughput.sh [clients ...]        1 2 8 32 unless given
#
# Compares a server with nothing loaded, the same once more (what that differs by is the machine's doing),
# pg_stat_statements, perfadvisor, both, and pg_qualstats with pg_stat_statements (left out where it is not installed;
# Debian has it in postgresql-NN-pg-qualstats). It is one cluster, started anew for each of them in each of ROUNDS rounds:
# where its memory comes to lie makes a server a few per cent faster or slower until it ends. pgbench runs its prepared
# SELECT for SECONDS_EACH seconds with each number of clients. Every round begins with another server, so that what else
# the machine does hits all of them. Printed are the medians, and the medians of the ratios within a round. SERVERS names
# those to run: `nothing` first, with which all are compared, and pgss and perfadvisor among them.

set -u
cd "$(dirname "$0")/../.." || exit 1
PA_TOP=$PWD
. test/lib/prepare.sh
. test/lib/server.sh

ROUNDS=${ROUNDS:-9}
SECONDS_EACH=${SECONDS_EACH:-3}
SCALE=10
declare -A LIBRARIES=(
	[nothing]="" [twin]="" [pgss]="pg_stat_statements" [perfadvisor]="perfadvisor"
	[both]="pg_stat_statements, perfadvisor" [qualstats]="pg_stat_statements, pg_qualstats"
)
SERVERS="${SERVERS:-nothing twin pgss perfadvisor both qualstats}"

# create_cluster makes a cluster with pgbench's tables.
create_cluster() {
	printf '%s\n' "shared_buffers = '256MB'" "max_connections = 60" "jit = off" "autovacuum = off" "include_if_exists = 'libraries.conf'" >"$PA_WORK/server.conf"
	pa_server_create server "$PA_WORK/server.conf"
	pa_server_start server
	pa_run "$PA_BINDIR/pgbench" -i -q -s $SCALE postgres >/dev/null 2>&1 || pa_die "pgbench -i failed"
	pa_psql -d postgres -c "VACUUM ANALYZE"
	pa_server_stop server
}

# tps CLIENTS SECONDS prints the transactions per second of one run.
tps() {
	pa_run "$PA_BINDIR/pgbench" -n -S -M prepared -c "$1" -j $(($1 < 2 ? 1 : 2)) -T "$2" postgres 2>/dev/null |
		sed -n 's/^tps = \([0-9.]*\) .*/\1/p'
}

# run_round ROUND NAME starts the server with the libraries of that name, and prints a line for each number of clients.
run_round() {
	local n

	printf "shared_preload_libraries = '%s'\n" "${LIBRARIES[$2]}" >"$PA_WORK/server/data/libraries.conf"
	pa_server_start server
	pa_psql -d postgres -c "SELECT sum(hashtext(a::text)) FROM pgbench_accounts a" >/dev/null
	tps 2 1 >/dev/null
	for n in $clients; do
		echo "$n $1 $2 $(tps "$n" "$SECONDS_EACH")"
	done
	pa_server_stop server
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
create_cluster
for round in $(seq 1 "$ROUNDS"); do
	for place in "${!names[@]}"; do
		run_round "$round" "${names[(place + round) % ${#names[@]}]}"
	done
done >"$PA_WORK/runs"
echo "PostgreSQL $("$PA_BINDIR/postgres" --version | sed 's/.* \([0-9][0-9.]*[a-z0-9]*\).*/\1/'), pgbench -S -M prepared, scale $SCALE, $(nproc) processors, $(date -u +%Y-%m-%d); transactions per second, medians of $ROUNDS runs of $SECONDS_EACH s"
print_table "$PA_WORK/runs"
