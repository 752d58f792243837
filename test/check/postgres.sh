#!/bin/bash
# postgres.sh: what `make check-postgres` does: nobody's statement behaves otherwise because perfadvisor is loaded.
#
# PostgreSQL's own regression and isolation suites, and the tests of pg_stat_statements, run on a server without
# perfadvisor and on servers with it; what they print must be the same to the byte. There are two such servers: one
# that records everything it can ("full"), and one whose tables are so small that it evicts all the time, while
# another session reads every view of the extension, advises, and takes snapshots ("busy"). The latter holds locks
# and snapshots as any reader does, which some of PostgreSQL's tests print; there only crashes count.
#
# SUITES="regress isolation pg_stat_statements" and KINDS="bare full busy" select; results are kept in results/.

set -u
cd "$(dirname "$0")/../.." || exit 1
PA_TOP=$PWD
. test/lib/prepare.sh
. test/lib/server.sh
. test/lib/source.sh
. test/lib/tap.sh
. test/lib/readers.sh
. test/lib/crashes.sh

SUITES=${SUITES:-regress isolation pg_stat_statements}
KINDS=${KINDS:-bare full busy}

# wanted SUITE tells whether it is to be run.
wanted() {
	case " $SUITES " in
		*" $1 "*) return 0 ;;
	esac
	return 1
}

# prepare_suites copies the suites where the server's user may read them, and compiles what the tests load.
prepare_suites() {
	local library

	mkdir -p "$PA_WORK/suites/lib"
	cp -r "$PA_SOURCE/src/test/regress" "$PA_SOURCE/src/test/isolation" "$PA_SOURCE/contrib/pg_stat_statements" "$PA_WORK/suites/"
	"${CC:-gcc}" -shared -fPIC -O1 -DDLSUFFIX='".so"' -I"$("$PA_PG_CONFIG" --includedir-server)" \
		-o "$PA_WORK/suites/lib/regress.so" "$PA_SOURCE/src/test/regress/regress.c" || pa_die "could not compile regress.c"
	for library in refint autoinc; do
		ln -s "$PA_LIBDIR/$library.so" "$PA_WORK/suites/lib/"
	done
	[ -z "$PA_USER" ] || chown -R "$PA_USER" "$PA_WORK/suites"
}

# configuration KIND prints the settings of a server.
configuration() {
	cat <<-'CONF'
		max_connections = 100
		max_prepared_transactions = 10
		shared_buffers = '128MB'
		timezone = 'UTC'
		jit = off
		compute_query_id = regress
	CONF
	[ "$1" = bare ] || cat <<-'CONF'
		shared_preload_libraries = 'perfadvisor'
		perfadvisor.track = all
		perfadvisor.slow_query_time = 0
	CONF
	[ "$1" != busy ] || cat <<-'CONF'
		perfadvisor.max_statements = 100
		perfadvisor.text_memory = '2MB'
	CONF
}

# suite_regress and suite_isolation run one of PostgreSQL's suites against the running server, from folder $1.
suite_regress() {
	cd "$1" || exit 1
	pa_run "$PA_PGXSDIR/test/regress/pg_regress" --inputdir="$PA_WORK/suites/regress" --outputdir="$1" \
		--dlpath="$PA_WORK/suites/lib" --max-concurrent-tests=20 $("$PA_PGXSDIR/test/regress/pg_regress" --help |
			grep -o -- '--make-testtablespace-dir') \
		--bindir="$PA_BINDIR" --host="$PGHOST" --port="$PGPORT" --user=postgres \
		--schedule="$PA_WORK/suites/regress/parallel_schedule" ${2:+--load-extension="$2"} >"$1/log" 2>&1
	cd "$PA_TOP" || exit 1
}

suite_isolation() {
	cd "$1" || exit 1
	pa_run "$PA_PGXSDIR/test/isolation/pg_isolation_regress" --inputdir="$PA_WORK/suites/isolation" --outputdir="$1" \
		--bindir="$PA_BINDIR" --host="$PGHOST" --port="$PGPORT" --user=postgres \
		--schedule="$PA_WORK/suites/isolation/isolation_schedule" ${2:+--load-extension="$2"} >"$1/log" 2>&1
	cd "$PA_TOP" || exit 1
}

# suite_pg_stat_statements runs the tests that the contrib module names in its Makefile.
suite_pg_stat_statements() {
	cd "$1" || exit 1
	# Each name is a word.
	pa_run "$PA_PGXSDIR/test/regress/pg_regress" --inputdir="$PA_WORK/suites/pg_stat_statements" --outputdir="$1" \
		--bindir="$PA_BINDIR" --host="$PGHOST" --port="$PGPORT" --user=postgres --dbname=contrib_regression \
		$(sed -n -e ':a' -e '/\\$/N; s/\\\n//; ta' -e 's/^REGRESS = //p' "$PA_WORK/suites/pg_stat_statements/Makefile") >"$1/log" 2>&1
	cd "$PA_TOP" || exit 1
}

# run_suite SUITE KIND [EXTENSION] runs a suite on the server of that name and keeps what it printed.
run_suite() {
	local folder=$PA_WORK/$1-$2

	wanted "$1" || return 0
	mkdir -p "$folder"
	[ -z "$PA_USER" ] || chown "$PA_USER" "$folder"
	"suite_$1" "$folder" "${3:-}"
	mkdir -p "results/$1-$2"
	cp -r "$folder/results/." "results/$1-$2/" 2>/dev/null
	cp "$folder/log" "results/$1-$2/"
}

# alike SUITE compares what it printed on the server without perfadvisor and on the one with it.
alike() {
	local name differing=

	wanted "$1" && [ -d "$PA_WORK/$1-bare" ] && [ -d "$PA_WORK/$1-full" ] || return 0
	for name in "$PA_WORK/$1-bare"/results/*.out; do
		name=$(basename "$name")
		cmp -s "$PA_WORK/$1-bare/results/$name" "$PA_WORK/$1-full/results/$name" || differing="$differing ${name%.out}"
	done
	tap_is "${differing# }" "" "$1: $(ls "$PA_WORK/$1-bare"/results/*.out | wc -l) files of what PostgreSQL's suite prints are the same with perfadvisor as without"
	for name in $differing; do
		diff "$PA_WORK/$1-bare/results/$name.out" "$PA_WORK/$1-full/results/$name.out" | head -n 20 | sed 's/^/# /'
	done
	grep -E '^#? ?(All [0-9]+|[0-9]+ of [0-9]+) tests ' "$PA_WORK/$1-full/log" | sed 's/^#* */# /'
}

# run_on KIND runs the suites on a server of that kind.
run_on() {
	local preload

	configuration "$1" >"$PA_WORK/$1.conf"
	pa_server_create "$1" "$PA_WORK/$1.conf"
	pa_server_start "$1"
	if [ "$1" = busy ]; then
		pa_read_everything regression isolation_regression >results/readers.log 2>&1 &
		readers=$!
	fi
	run_suite regress "$1" "$([ "$1" = busy ] && echo perfadvisor)"
	run_suite isolation "$1" "$([ "$1" = busy ] && echo perfadvisor)"
	if [ "$1" = busy ]; then
		kill "$readers"
		wait "$readers" 2>/dev/null
	fi
	pa_server_stop "$1"
	if [ "$1" != busy ] && wanted pg_stat_statements; then
		preload=pg_stat_statements
		[ "$1" = bare ] || preload="perfadvisor, pg_stat_statements"
		{
			cat "$PA_SOURCE/contrib/pg_stat_statements/pg_stat_statements.conf"
			echo "shared_preload_libraries = '$preload'"
			echo "compute_query_id = auto"
			# pg_stat_statements would show what takes snapshots.
			[ "$1" = bare ] || echo "perfadvisor.snapshot_interval = 0"
		} >>"$PA_WORK/$1/data/postgresql.conf"
		pa_server_start "$1"
		run_suite pg_stat_statements "$1"
		pa_server_stop "$1"
	fi
	tap_is "$(pa_crashes "$1")" "" "$1: no process of the server died"
	cp "$PA_WORK/$1/server.log" "results/$1.log"
}

pa_prepare test
pa_cache_begin
pa_fetch_source
pa_begin
pa_want_cores
pa_build
prepare_suites
rm -rf results
mkdir -p results
# Each run takes minutes: the plan is known only at the end.
for kind in $KINDS; do
	run_on "$kind"
done
alike regress
alike isolation
alike pg_stat_statements
echo "1..$tap_number"
tap_done
