#!/bin/bash
# record: statements of clients that fail or are cancelled are counted, with what was wrong; a full table does no harm

set -u
cd "$(dirname "$0")/../.." || exit 1
PA_TOP=$PWD
. test/lib/prepare.sh
. test/lib/server.sh
. test/lib/tap.sh

# query prints the one value a statement answers with.
query() {
	pa_psql -d postgres -At -c "$1" 2>&1
}

# fail runs a statement that is meant to fail.
fail() {
	pa_psql -d postgres "$@" >/dev/null 2>&1
}

# errors prints what slow_queries knows of the statements like a pattern.
errors() {
	query "SELECT string_agg(format('%s %s', sqlstate, error), ', ' ORDER BY started_at) FROM perfadvisor.slow_queries WHERE query LIKE '$1'"
}

pa_prepare test
pa_begin
pa_build
tap_plan 8
cat >"$PA_WORK/server.conf" <<-'CONF'
	shared_preload_libraries = 'perfadvisor'
	perfadvisor.max_statements = 100
CONF
pa_server_create failing "$PA_WORK/server.conf"
pa_server_start failing
pa_psql -d postgres -c "CREATE EXTENSION perfadvisor" -c "CREATE TABLE numbers AS SELECT n FROM generate_series(1, 10) n"

fail -c "SELECT 1 / (n - 5) FROM numbers WHERE n = 5"
tap_is "$(errors 'SELECT 1 / (n - 5)%')" "22012 division by zero" "a division by zero is kept with SQLSTATE and message"
fail -c "SET statement_timeout = '50ms'" -c "SELECT pg_sleep(60), n FROM numbers"
tap_is "$(errors 'SELECT pg_sleep(60)%')" "57014 canceling statement due to statement timeout" "so is a timeout"
tap_is "$(query "SELECT format('%s calls, %s failures, %s', calls, failures, failed_exec_time > 30)
	FROM perfadvisor.statements WHERE query LIKE 'SELECT pg_sleep(%'")" "0 calls, 1 failures, t" "with the time until then, planning left out"
fail -c "ALTER ROLE nobody_here PASSWORD 'hunter2'"
tap_is "$(errors 'ALTER ROLE')" '42704 role "nobody_here" does not exist' "a utility statement is known by its tag alone"
tap_is "$(query "SELECT count(*) FROM perfadvisor.slow_queries q WHERE q::text LIKE '%hunter2%'")" 0 "no password is kept"
fail -c "SET perfadvisor.track_parameters = off" -c "SELECT n::text::date FROM numbers WHERE n = 7"
tap_is "$(query "SELECT format('%s %s %s', sqlstate, query, error IS NULL) FROM perfadvisor.slow_queries WHERE query LIKE 'SELECT n::text::date%'")" \
	'22007 SELECT n::text::date FROM numbers WHERE n = $1 t' "without track_parameters neither constants nor messages are kept"

# Many more statements than there is room for: the table stays bounded and nothing fails
for n in $(seq 1 1000); do
	echo "SELECT $(printf 'n AS c%d,' "$n") $n FROM numbers WHERE n > 100 AND n + $((n % 17)) $(printf '%*s' $((n % 60)) '' | sed 's/ /+ n /g') > 0;"
done >"$PA_WORK/many.sql"
chmod 644 "$PA_WORK/many.sql"
pa_psql -d postgres -f "$PA_WORK/many.sql" >/dev/null 2>&1
tap_ok $? "statements beyond the room in the table run as ever"
tap_ok "$(query "SELECT CASE WHEN count(*) <= 100 THEN 0 ELSE 1 END FROM perfadvisor.statements")" "and the table stays within its bound"
pa_server_stop failing
tap_done
