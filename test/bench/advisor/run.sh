#!/bin/bash
# run.sh: advised sets of indexes on decision-support workloads, really created, and the workload really executed.
#
#	run.sh [OPTION...] [WORKLOAD...]
#
# --tree DIR        build and install the library of this source tree (default: the one this script is in)
# --scale N         size of the data (default 1: about 1.4 GB for all)
# --rounds N        how often each plan is executed (default 2); of its executions the shortest counts
# --budgets LIST    MB that advised indexes may take, "none" for no limit (default "100 250 500 none")
# --parallel        let queries have workers; without it times are more alike
# --extend          also Extend (Schlosser, Kossmann, Boissier 2019), over HypoPG's costs
# --qualstats       also the advisor of pg_qualstats
# --statements      print what each statement costs and takes with each set, against none
# --list            print the advised indexes
# --keep            leave the server running, until return is pressed
#
# A workload is a folder here: schema.sql, load.sql (generated, the same every time), keys.txt (foreign keys) and
# queries.sql. Sets: no index besides the primary keys, one for each foreign key, one for each column that is compared, the advice from the
# recorded workload within each budget, and those asked for. All are created side by side, and the planner is shown one at
# a time, so that executions alternate between sets. Times are processor time of the backend: it holds on a machine that
# others use as well. Plans that are the same share their times.

set -u
cd "$(dirname "$0")/../../.." || exit 1
PA_TOP=$PWD
. test/lib/prepare.sh
. test/lib/server.sh

scale=1 rounds=2 budgets='100 250 500 none' parallel=0 extend=no qualstats=no statements=no list=no keep=no
workloads=()
while [ $# -gt 0 ]; do
	case $1 in
		--tree) PA_TOP=$(cd "$2" && pwd) || exit 1; shift ;;
		--scale) scale=$2; shift ;;
		--rounds) rounds=$2; shift ;;
		--budgets) budgets=$2; shift ;;
		--parallel) parallel=2 ;;
		--extend) extend=yes ;;
		--qualstats) qualstats=yes ;;
		--statements) statements=yes ;;
		--list) list=yes ;;
		--keep) keep=yes ;;
		-*) pa_die "unknown option $1" ;;
		*) workloads+=("$1") ;;
	esac
	shift
done
[ ${#workloads[@]} -gt 0 ] || workloads=(freight retail hospital)

# sql DATABASE ARGUMENTS... runs psql for values: unaligned, without headings.
sql() {
	pa_psql -AtX -v ON_ERROR_STOP=1 -d "$@"
}

# load NAME makes the database of a workload.
load() {
	sql postgres -c "CREATE DATABASE $1"
	sql "$1" -c "SET client_min_messages = warning" -f "$here/lib.sql" -f "$here/$1/schema.sql" -v scale="$scale" -f "$here/$1/load.sql" >/dev/null || pa_die "$1 could not be loaded"
	awk -f "$here/statements.awk" "$here/$1/queries.sql" >"$PA_WORK/statements.sql"
	sql "$1" -q -f "$PA_WORK/statements.sql" || pa_die "the statements of $1 could not be read"
	sql "$1" -c "CREATE EXTENSION perfadvisor"
	[ "$extend" = no ] || sql "$1" -q -c "CREATE EXTENSION hypopg" -f "$here/extend.sql"
	[ "$qualstats" = no ] || sql "$1" -c "CREATE EXTENSION pg_qualstats"
	sql "$1" -c "VACUUM ANALYZE" -c "CHECKPOINT"
	echo "loaded: $(sql "$1" -c "SELECT pg_size_pretty(sum(pg_table_size(oid))) || ' in ' || count(*) || ' tables' FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"), $(sql "$1" -c "SELECT count(*) FROM bench.statement") statements"
}

# record NAME runs the workload at top level, so that it is recorded.
record() {
	sql "$1" -qc "SELECT perfadvisor.reset()" >/dev/null
	sql "$1" -c "SELECT query || ';' FROM bench.statement ORDER BY name" >"$PA_WORK/workload.sql"
	for _ in 1 2; do
		sql "$1" -f "$PA_WORK/workload.sql" >/dev/null
	done
}

# take NAME SET FILE creates the indexes that a file of statements makes, as a set.
take() {
	sql "$1" -q <<-SQL
		INSERT INTO bench.index_set (name, advice_ms, planner_calls) VALUES ('$2', ${4:-NULL, NULL});
	SQL
	while IFS= read -r line; do
		[ -z "$line" ] || sql "$1" -q -v ddl="$line" <<<"CALL bench.add_index('$2', :'ddl')" 2>/dev/null || echo "  $2: cannot be created: $line"
	done <"$3"
}

# timed NAME QUERY FILE writes what a query returns to a file, and sets took to the ms of processor time that it used.
timed() {
	sql "$1" >"$3" 2>"$PA_WORK/notes" <<-SQL || pa_die "no advice for $1"
		SELECT bench.cpu() AS before \gset
		SET client_min_messages = debug1;
		$2;
		SET client_min_messages = warning;
		SELECT round(bench.cpu() - :before);
	SQL
	took=$(tail -n 1 "$3")
	sed -i '$d' "$3"
}

# advise NAME BUDGET notes the advice within a budget, its time and its planner calls.
advise() {
	local bytes=NULL

	[ "$2" = none ] || bytes=$(($2 * 1048576))::bigint
	timed "$1" "SELECT ddl FROM perfadvisor.advise(storage_budget => $bytes, time_limit => '1 hour') ORDER BY rank, step" "$PA_WORK/advice"
	calls=$(sed -n 's/.*index search: \([0-9]*\) planner calls.*/\1/p' "$PA_WORK/notes")
	[ "$list" = no ] || sed "s/^/    $2: /" "$PA_WORK/advice"
}

# judge NAME does all with one workload.
judge() {
	local name=$1 budget round set

	echo; echo "$name"
	load "$name"
	record "$name"
	: >"$PA_WORK/nothing"
	take "$name" none "$PA_WORK/nothing"
	for budget in $budgets; do
		advise "$name" "$budget"
		cp "$PA_WORK/advice" "$PA_WORK/advice_$budget"
		echo "$took, ${calls:-NULL}" >"$PA_WORK/took_$budget"
	done
	if [ "$extend" = yes ]; then
		for budget in $budgets; do
			timed "$name" "SELECT bench.extend(${budget/none/1000000} * 1048576::bigint)" "$PA_WORK/extend_$budget"
			echo "$took, $(sql "$name" -c "SELECT n FROM bench.calls")" >"$PA_WORK/extend_took_$budget"
			sql "$name" -qc "TRUNCATE bench.known" -c "UPDATE bench.calls SET n = 0"
			[ "$list" = no ] || sed "s/^/    extend $budget: /" "$PA_WORK/extend_$budget"
		done
	fi
	[ "$qualstats" = no ] || sql "$name" -c "SELECT v FROM json_array_elements(pg_qualstats_index_advisor(min_filter => 10) -> 'indexes') v" | jq -r . >"$PA_WORK/qualstats"
	sed 's/^/CREATE INDEX ON /' "$here/$name/keys.txt" >"$PA_WORK/keys"
	take "$name" "foreign keys" "$PA_WORK/keys"
	if [ -f "$here/$name/columns.txt" ]; then
		sed 's/^/CREATE INDEX ON /' "$here/$name/columns.txt" >"$PA_WORK/columns"
		take "$name" "every column" "$PA_WORK/columns"
	fi
	[ "$qualstats" = no ] || take "$name" qualstats "$PA_WORK/qualstats"
	for budget in $budgets; do
		[ "$extend" = no ] || take "$name" "extend $budget" "$PA_WORK/extend_$budget" "$(cat "$PA_WORK/extend_took_$budget")"
		take "$name" "advised $budget" "$PA_WORK/advice_$budget" "$(cat "$PA_WORK/took_$budget")"
	done
	sql "$name" -c "VACUUM"
	for round in $(seq "$rounds"); do
		sql "$name" -c "SELECT name FROM bench.index_set ORDER BY position" | while read -r set; do
			sql "$name" -q -c "SET perfadvisor.track = off" -c "CALL bench.run_set('$set', $round)" </dev/null || pa_die "the workload failed"
		done
	done
	pa_psql -X -P footer=off -d "$name" -c "SELECT * FROM bench.summary"
	[ "$statements" = no ] || pa_psql -X -P footer=off -d "$name" -c "
		SELECT r.set_name, r.name, round(n.cost) AS cost_none, round(r.cost) AS cost, round(n.cpu) AS cpu_none, round(r.cpu) AS cpu, round((r.cpu / NULLIF(n.cpu, 0))::numeric, 2) AS ratio
		FROM bench.result r JOIN bench.result n ON n.name = r.name AND n.set_name = 'none' WHERE r.plan <> n.plan ORDER BY 1, r.cpu - n.cpu DESC"
}

pa_prepare bench
pa_begin
pa_build
here=$PA_WORK/advisor
cp -r test/bench/advisor "$here"
cat >"$PA_WORK/bench.conf" <<-CONF
	shared_preload_libraries = 'perfadvisor$([ "$qualstats" = no ] || echo ,pg_qualstats)'
	shared_buffers = '1GB'
	effective_cache_size = '4GB'
	work_mem = '32MB'
	maintenance_work_mem = '512MB'
	max_wal_size = '8GB'
	fsync = off
	full_page_writes = off
	autovacuum = off
	jit = off
	max_parallel_workers_per_gather = $parallel
	statement_timeout = '300s'
	perfadvisor.advise_time_limit = 0
	log_min_messages = error
CONF
[ "$qualstats" = no ] || echo "pg_qualstats.sample_rate = 1" >>"$PA_WORK/bench.conf"
pa_server_create bench "$PA_WORK/bench.conf"
pa_server_start bench
for name in "${workloads[@]}"; do
	judge "$name"
done
if [ "$keep" = yes ]; then
	echo "psql -h $PA_SOCKETS ...; press return to end"
	read -r _
fi
