#!/bin/bash
# overhead.sh: the instructions that recording adds to a statement.
#
#     test/bench/overhead.sh [case ...]        cases: prepared simple wide wide_simple update update_simple
#
# Runs four private servers under callgrind, one after the other: nothing loaded, compute_query_id=on alone,
# pg_stat_statements, perfadvisor; all with their defaults. On each, pgbench runs a statement from one client, first to
# warm up, then SHORT and LONG times, twice each: the lesser counts. The difference of the two, divided by the difference
# of their numbers, is what one statement costs in the backend, connecting and disconnecting left out; less what it costs
# with nothing loaded, it is what the library adds. Every case is a statement of its own.
#
# Query identifiers (jumbling) cost the same for both and are shown apart: the columns of the two libraries leave them out.
#
# Connecting costs the same 110 million instructions each time but for some ten thousands, so that the runs must be long
# for these not to show. perfadvisor samples few of the executions that are counted: after 1536 and 3072 of a statement,
# and one in 4,096 (see counters.c); and one that was unusually slow, which a busy machine brings about. A sample costs
# some ten thousands of instructions.
#
# LIMIT (a ratio, say 0.5) makes the script fail when perfadvisor / pg_stat_statements is above it in any case.
# PROFILES=FOLDER keeps callgrind's files there, one folder for each server and case, for callgrind_annotate.

set -u
cd "$(dirname "$0")/../.." || exit 1
PA_TOP=$PWD
. test/lib/prepare.sh
. test/lib/server.sh

WARM=1600
SHORT=100
LONG=4100
SERVERS="${SERVERS:-nothing queryid pgss perfadvisor}"
CASES="prepared simple wide wide_simple update update_simple"

declare -A TITLES=(
	[prepared]="point look-up, prepared" [simple]="point look-up, simple"
	[wide]="row of 20 columns, prepared" [wide_simple]="row of 20 columns, simple"
	[update]="update by key, prepared" [update_simple]="update by key, simple"
)
declare -A COSTS

# need_valgrind stops with a hint when callgrind or pg_stat_statements is not here.
need_valgrind() {
	command -v valgrind >/dev/null || pa_die "needs valgrind (Debian: apt install valgrind)"
	[ -f "$PA_SHAREDIR/extension/pg_stat_statements.control" ] ||
		pa_die "needs pg_stat_statements (PostgreSQL's contrib; Debian has it in postgresql-$PA_MAJOR)"
}

# write_scripts writes pgbench's script of each statement.
write_scripts() {
	printf '%s\n' '\set id random(1, 10000)' 'SELECT balance FROM accounts WHERE id = :id;' >"$PA_WORK/prepared.sql"
	printf '%s\n' '\set id random(1, 10000)' 'SELECT * FROM wide WHERE id = :id;' >"$PA_WORK/wide.sql"
	printf '%s\n' '\set id random(1, 10000)' 'UPDATE touched SET balance = balance + 1 WHERE id = :id;' >"$PA_WORK/update.sql"
	cp "$PA_WORK/prepared.sql" "$PA_WORK/simple.sql"
	cp "$PA_WORK/wide.sql" "$PA_WORK/wide_simple.sql"
	cp "$PA_WORK/update.sql" "$PA_WORK/update_simple.sql"
	chmod 644 "$PA_WORK"/*.sql
}

# create_data makes the cluster that every server starts from.
create_data() {
	cat >"$PA_WORK/server.conf" <<-'CONF'
		shared_buffers = '64MB'
		autovacuum = off
		jit = off
		max_logical_replication_workers = 0
		max_parallel_workers_per_gather = 0
		synchronous_commit = off
		checkpoint_timeout = '1h'
		bgwriter_delay = '10s'
		wal_writer_delay = '10s'
	CONF
	pa_server_create base "$PA_WORK/server.conf"
	pa_server_start base
	pa_psql -d postgres <<-'SQL'
		CREATE TABLE accounts AS SELECT n AS id, 0 AS balance, repeat('x', 80) AS filler FROM generate_series(1, 10000) n;
		ALTER TABLE accounts ADD PRIMARY KEY (id);
		CREATE TABLE touched (LIKE accounts) WITH (fillfactor = 50);
		INSERT INTO touched SELECT * FROM accounts;
		ALTER TABLE touched ADD PRIMARY KEY (id);
		SELECT format('CREATE TABLE wide AS SELECT n AS id, %s FROM generate_series(1, 10000) n',
			string_agg(format(CASE WHEN c % 2 = 0 THEN 'n + %s AS c%s' ELSE '%L || n AS c%s' END, c, c), ', '))
			FROM generate_series(1, 19) c \gexec
		ALTER TABLE wide ADD PRIMARY KEY (id);
		VACUUM ANALYZE;
	SQL
	pa_server_stop base >/dev/null
}

# settings_of SERVER prints what a server has of its own.
settings_of() {
	case $1 in
		nothing) echo "compute_query_id = off" ;;
		queryid) echo "compute_query_id = on" ;;
		pgss) echo "shared_preload_libraries = 'pg_stat_statements'" ;;
		perfadvisor) echo "shared_preload_libraries = 'perfadvisor'" ;;
	esac
}

# start_under_callgrind SERVER starts a copy of the cluster, and waits for it.
start_under_callgrind() {
	local dir=$PA_WORK/$1 tries=0

	mkdir -p "$dir/counts"
	cp -a "$PA_WORK/base/data" "$dir/data"
	settings_of "$1" >>"$dir/data/postgresql.conf"
	[ -z "$PA_USER" ] || chown "$PA_USER" "$dir" "$dir/counts"
	pa_as_exec setarch "$(uname -m)" -R valgrind --tool=callgrind --trace-children=yes \
		--callgrind-out-file="$dir/counts/%p" "$PA_BINDIR/postgres" -D "$dir/data" >"$dir/server.log" 2>&1 &
	until pa_as "$PA_BINDIR/pg_isready" -q -h "$PA_SOCKETS" -p "$(pa_port base)"; do
		tries=$((tries + 1))
		if [ $tries -gt 600 ] || ! kill -0 $! 2>/dev/null; then
			tail -n 20 "$dir/server.log" >&2
			pa_die "the server did not start under callgrind"
		fi
		sleep 0.2
	done
	POSTMASTER=$(head -n 1 "$dir/data/postmaster.pid")
	wait_for_backends_to_end
}

# children prints how many processes the postmaster has. (Under valgrind they do not say what they are.)
children() {
	pgrep -c -P "$POSTMASTER"
}

# wait_for_backends_to_end waits until only the processes that always run are left.
wait_for_backends_to_end() {
	local before=-1 now

	if [ -n "${BACKGROUND:-}" ]; then
		while [ "$(children)" -gt "$BACKGROUND" ]; do sleep 0.05; done
		return
	fi
	# At the start: until the number is the same for a second.
	while now=$(children); [ "$now" != "$before" ]; do
		before=$now
		sleep 1
	done
	BACKGROUND=$now
}

# count_instructions FILE... prints the instructions in callgrind's files, but for those of waiting for the client: whether
# a backend finds its next message already there is luck, and costs a hundred instructions.
count_instructions() {
	awk '
		/^c?fn=/ {
			id = $1
			sub(/^c?fn=/, "", id)
			if (NF > 1)
				waits[FILENAME, id] = $2 ~ WAITING
			if (/^fn=/)
				current = id
			next
		}
		/^calls=/ {called = 1; next}
		/^[-+*0-9]/ {
			if (!called && !waits[FILENAME, current])
				sum += $2
			called = 0
		}
		END {printf "%d\n", sum}' WAITING='^(WaitEventSetWait|ModifyWaitEvent|secure_read|recv|epoll_wait|epoll_ctl)$' "$@"
}

# run_case SERVER CASE TIMES runs a statement, and prints the instructions of the backends that served it.
run_case() {
	local dir=$PA_WORK/$1 mode=prepared

	case $2 in *simple) mode=simple ;; esac
	rm -f "$dir"/counts/*
	pa_run "$PA_BINDIR/pgbench" -h "$PA_SOCKETS" -p "$(pa_port base)" -U postgres -n -M $mode -c 1 -t "$3" --random-seed=1 \
		-f "$PA_WORK/$2.sql" postgres >"$dir/pgbench.out" 2>&1 || { cat "$dir/pgbench.out" >&2; pa_die "pgbench failed"; }
	wait_for_backends_to_end
	count_instructions "$dir"/counts/*
}

# measure SERVER CASE sets what one statement costs there.
measure() {
	local short long again

	run_case "$1" "$2" $WARM >/dev/null
	short=$(run_case "$1" "$2" $SHORT)
	long=$(run_case "$1" "$2" $LONG)
	again=$(run_case "$1" "$2" $SHORT)
	[ "$again" -ge "$short" ] || short=$again
	again=$(run_case "$1" "$2" $LONG)
	[ "$again" -ge "$long" ] || long=$again
	COSTS[$1,$2]=$(((long - short) / (LONG - SHORT)))
	if [ -n "${PROFILES:-}" ]; then
		mkdir -p "$PROFILES/$1/$2"
		cp "$PA_WORK/$1"/counts/* "$PROFILES/$1/$2"
	fi
}

# print_table prints what was measured, and returns false if a ratio is above LIMIT.
print_table() {
	local name bare queryid pgss ours format='%-28s %10s %10s %20s %12s %7s\n'

	# shellcheck disable=SC2059
	printf "$format" "instructions per statement" "bare" "query ids" "pg_stat_statements" "perfadvisor" "ratio"
	for name in $CASES; do
		bare=${COSTS[nothing,$name]}
		queryid=$((COSTS[queryid,$name] - bare))
		pgss=$((COSTS[pgss,$name] - bare - queryid))
		ours=$((COSTS[perfadvisor,$name] - bare - queryid))
		# shellcheck disable=SC2059
		printf "$format" "${TITLES[$name]}" "$bare" "+$queryid" "+$pgss" "+$ours" \
			"$(awk -v a=$ours -v b=$pgss 'BEGIN {printf "%.2f", a / b}')"
		awk -v a=$ours -v b=$pgss -v limit="${LIMIT:-1000}" 'BEGIN {exit !(a > limit * b)}' && FAILED=yes
	done
	[ $FAILED = no ]
}

[ $# -eq 0 ] || CASES=$*
for name in $CASES; do
	[ -n "${TITLES[$name]:-}" ] || pa_die "there is no case $name; cases: ${!TITLES[*]}"
done
FAILED=no
pa_prepare demo
need_valgrind
pa_begin
pa_build
write_scripts
create_data
for server in $SERVERS; do
	pa_note "running $server under callgrind"
	BACKGROUND=
	start_under_callgrind "$server"
	for name in $CASES; do
		measure "$server" "$name"
	done
	pa_server_stop "$server" immediate >/dev/null
done
echo "PostgreSQL $("$PA_BINDIR/postgres" --version | sed 's/.* \([0-9][0-9.]*[a-z0-9]*\).*/\1/'), one backend under callgrind, $(date -u +%Y-%m-%d)"
print_table
