#!/bin/bash
# distinct.sh: many more different statements than there is room for, and reading what there is while statements run.
#
#     test/bench/distinct.sh
#
# CLIENTS clients run STATEMENTS different statements against a statement table of 5,000, once on a server with nothing
# loaded and once with perfadvisor: the longest statements as clients see them, statements of over 10 ms, the memory that a
# session needs, and whether all executions are accounted for. The clients are more than the processors, so waiting for one
# of these is in both; what recording adds is the difference.
# Then the statements view is read, full, while clients run pgbench's SELECT: how long a reading takes, and the longest
# statement with and without readers.

set -u
cd "$(dirname "$0")/../.." || exit 1
PA_TOP=$PWD
. test/lib/prepare.sh
. test/lib/server.sh

CLIENTS=${CLIENTS:-16}
STATEMENTS=${STATEMENTS:-100000}
READINGS=${READINGS:-20}

# write_statements writes a script for each client: operators tell the statements apart, as digits would.
write_statements() {
	awk -v clients="$CLIENTS" -v statements="$STATEMENTS" -v folder="$PA_WORK" 'BEGIN {
		split("+ - *", operators, " ")
		for (n = 0; n < statements; n++) {
			text = "n"
			for (rest = n; rest > 0; rest = int(rest / 3))
				text = text " " operators[rest % 3 + 1] " 1"
			for (i = length(text); i < 60; i += 4)
				text = text " / 1"
			file = folder "/client" n % clients ".sql"
			if (n < clients)
				print "\\timing on\n\\o /dev/null" >file
			print "SELECT " text " FROM numbers WHERE n = 7;" >file
		}
		for (n = 0; n < clients; n++)
			print "\\timing off\n\\o\nSELECT '\''memory'\'', coalesce(sum(total_bytes), 0) FROM pg_backend_memory_contexts WHERE name LIKE '\''perfadvisor%'\'';" >folder "/client" n ".sql"
	}'
	chmod 644 "$PA_WORK"/client*.sql
}

# run_statements NAME runs the clients' scripts all at once, and keeps what they print.
run_statements() {
	local n pids=()

	for n in $(seq 0 $((CLIENTS - 1))); do
		pa_psql -d postgres -At -f "$PA_WORK/client$n.sql" >"$PA_WORK/$1.$n.out" 2>&1 &
		pids+=($!)
	done
	wait "${pids[@]}"
}

# print_latencies NAME prints the percentiles of the times that the clients saw, ms.
print_latencies() {
	cat "$PA_WORK/$1".*.out | awk '/^Time:/ {print $2}' | sort -n | awk -v name="$1" '
		{t[NR] = $1; slow += $1 > 10}
		END {printf "%-12s %8d statements, median %.2f ms, p99.9 %.1f ms, longest %.1f ms, %d over 10 ms\n", name, NR, t[int((NR + 1) / 2)], t[int(NR * 0.999)], t[NR], slow}'
}

# select_with NAME runs pgbench's SELECT from four clients for some seconds, and prints the longest transaction.
select_with() {
	rm -f "$PA_WORK"/pgbench_log*
	pa_run env -C "$PA_WORK" "$PA_BINDIR/pgbench" -n -S -M prepared -c 4 -j 2 -T 5 -l --log-prefix="$PA_WORK/pgbench_log" postgres >/dev/null 2>&1
	cat "$PA_WORK"/pgbench_log* | awk -v name="$1" '{n++; if ($3 > longest) longest = $3; slow += $3 > 10000}
		END {printf "%-12s %8d transactions, longest %.1f ms, %d over 10 ms\n", name, n, longest / 1000, slow}'
}

# read_statements reads the view again and again until the file is gone, timed.
read_statements() {
	{
		echo '\timing on'
		for n in $(seq 1 "$READINGS"); do
			echo "SELECT count(*), count(s.*::text) FROM perfadvisor.statements s;"
		done
	} >"$PA_WORK/read.sql"
	chmod 644 "$PA_WORK/read.sql"
	pa_psql -d postgres -At -f "$PA_WORK/read.sql"
}

pa_prepare demo
pa_begin
pa_build
write_statements
total="SELECT sum(calls + failures) + (SELECT calls_lost FROM perfadvisor.recorded_state()) FROM perfadvisor.statements"
echo "$STATEMENTS different statements from $CLIENTS clients, $(nproc) processors, max_statements = 5000, $(date -u +%Y-%m-%d)"
for name in nothing perfadvisor; do
	printf '%s\n' "max_connections = 60" "shared_buffers = '256MB'" "jit = off" >"$PA_WORK/server.conf"
	[ $name = nothing ] || echo "shared_preload_libraries = 'perfadvisor'" >>"$PA_WORK/server.conf"
	pa_server_create $name "$PA_WORK/server.conf"
	pa_server_start $name
	pa_psql -d postgres -c "CREATE EXTENSION IF NOT EXISTS perfadvisor" -c "CREATE TABLE numbers AS SELECT n FROM generate_series(1, 10) n" -c "ANALYZE numbers" >/dev/null
	[ $name = nothing ] || before=$(pa_psql -d postgres -At -c "$total")
	run_statements $name
	print_latencies $name
	[ $name = nothing ] || after=$(pa_psql -d postgres -At -c "$total")
	[ $name = perfadvisor ] || pa_server_stop $name
done
echo "executions: $((after - before - CLIENTS - 1)) counted of $STATEMENTS"
echo "memory of a session, bytes: $(cat "$PA_WORK"/perfadvisor.*.out | sed -n 's/^memory|//p' | sort -n | tail -n 1)"
pa_psql -d postgres -At -c "SELECT format('%s: %s of %s %s', item, value, bound, unit) FROM perfadvisor.self_health WHERE item IN ('statements', 'text_memory', 'pending', 'statements_evicted', 'texts_dropped')"

pa_run "$PA_BINDIR/pgbench" -i -q postgres >/dev/null 2>&1
select_with alone
read_statements >"$PA_WORK/read.out" &
reader=$!
select_with "with reader"
wait $reader
rows=$(grep -m 1 '|' "$PA_WORK/read.out" | cut -d '|' -f 1)
awk '/^Time:/ {print $2}' "$PA_WORK/read.out" | sort -n | awk -v rows="$rows" '
	{t[NR] = $1} END {printf "reading %d statements %d times: median %.0f ms, longest %.0f ms\n", rows, NR, t[int((NR + 1) / 2)], t[NR]}'
