#!/bin/bash
# record: a session's memory does not grow with the statements it runs: prepared, simple, nested, failing, utility

set -u
cd "$(dirname "$0")/../.." || exit 1
PA_TOP=$PWD
. test/lib/prepare.sh
. test/lib/server.sh
. test/lib/tap.sh

# What each session runs before it is measured, to fill caches, and between the two measurements
WARM=${WARM:-2000}
RUNS=${RUNS:-20000}

pa_prepare test
pa_begin
pa_build
cat >"$PA_WORK/server.conf" <<-'CONF'
	shared_preload_libraries = 'perfadvisor'
	perfadvisor.snapshot_interval = 0
	perfadvisor.slow_query_time = 0
	autovacuum = off
	jit = off
	log_min_messages = panic
CONF
pa_server_create memory "$PA_WORK/server.conf"
pa_server_start memory
pa_psql -d postgres <<-'SQL'
	CREATE EXTENSION perfadvisor;
	CREATE TABLE numbers AS SELECT n, n % 10 AS m FROM generate_series(1, 100) n;
	CREATE FUNCTION nested(k int) RETURNS bigint LANGUAGE plpgsql AS $$
	BEGIN
	    RETURN (SELECT count(*) FROM numbers WHERE n < k);
	END $$;
	CREATE FUNCTION caught(k int) RETURNS int LANGUAGE plpgsql AS $$
	BEGIN
	    RETURN (SELECT max(1 / (n - n)) FROM numbers WHERE n > k);
	EXCEPTION WHEN division_by_zero THEN RETURN NULL;
	END $$;
SQL

# bytes prints what the memory contexts of the session hold, but for caches of the server that every session has.
bytes="SELECT 'bytes ' || sum(total_bytes) FROM pg_backend_memory_contexts;"
contexts="SELECT name || ' ' || sum(total_bytes) FROM pg_backend_memory_contexts GROUP BY name ORDER BY name;"

# repeat N STATEMENT prints it N times.
repeat() {
	yes "$2" | head -n "$1"
}

# grows NAME PREPARATION STATEMENT runs the statement and asserts that nothing is left of it.
grows() {
	local before after file=$PA_WORK/$1.sql

	{
		echo "$2"
		echo '\o /dev/null'
		repeat "$WARM" "$3"
		echo '\o'
		echo "$bytes"
		echo "$bytes"
		echo '\o /dev/null'
		repeat "$RUNS" "$3"
		echo '\o'
		echo "$bytes"
		echo "$contexts"
	} >"$file"
	chmod 644 "$file"
	"$PA_BINDIR/psql" -X -q -At -d postgres -f "$file" >"$PA_WORK/$1.out" 2>/dev/null
	before=$(sed -n 's/^bytes //p' "$PA_WORK/$1.out" | sed -n 2p)
	after=$(sed -n 's/^bytes //p' "$PA_WORK/$1.out" | sed -n 3p)
	# One block of 8 kB is what a growing cache of a few hundred bytes may add.
	[ -n "$after" ] && [ $((after - before)) -le 8192 ]
	tap_ok $? "$1: $RUNS executions leave nothing behind"
	[ $((after - before)) -le 8192 ] || { echo "# $before bytes before, $after after"; grep -a 'perfadvisor' "$PA_WORK/$1.out" | sed 's/^/# /'; }
}

tap_plan 8
grows simple "" "SELECT n FROM numbers WHERE n = 5;"
grows prepared "PREPARE p(int) AS SELECT n FROM numbers WHERE n = \$1;" "EXECUTE p(7);"
grows nested "" "SELECT nested(9);"
grows failing "" "SELECT 1 / (n - n) FROM numbers WHERE n = 3;"
grows caught "" "SELECT caught(1);"
grows unplanned "" "SELECT 1 / 0;"
grows utility "" "SET work_mem = '5MB';"
grows copied "" "COPY (SELECT n FROM numbers WHERE n < 3) TO STDOUT;"
pa_server_stop memory
tap_done
