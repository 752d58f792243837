#!/bin/bash
# advise: what a search costs grows with the statements, not with their square

set -u
cd "$(dirname "$0")/../.." || exit 1
PA_TOP=$PWD
. test/lib/prepare.sh
. test/lib/server.sh
. test/lib/tap.sh

# planner_calls N prints how often the planner is called to advise for N statements on one table: all compare the tenant, and
# each another column besides.
planner_calls() {
	PGOPTIONS='-c client_min_messages=debug1' pa_psql -d app -At 2>&1 <<-SQL | sed -n 's/.*index search: \([0-9]*\) planner calls.*/\1/p'
		SELECT count(*) FROM perfadvisor.advise(time_limit => '1 hour', queries =>
		    (SELECT array_agg(format('SELECT * FROM t WHERE tenant = 5 AND c%s > %s ORDER BY c%s LIMIT 10', i, 100 + i * 7, i)) FROM generate_series(1, $1) AS i));
	SQL
}

# advised N prints how many indexes are advised for them.
advised() {
	pa_psql -d app -At -c "SELECT count(*) FROM perfadvisor.advise(time_limit => '1 hour', queries =>
	    (SELECT array_agg(format('SELECT * FROM t WHERE tenant = 5 AND c%s > %s ORDER BY c%s LIMIT 10', i, 100 + i * 7, i)) FROM generate_series(1, $1) AS i))"
}

pa_prepare test
pa_begin
pa_build
pa_server_create app test/perfadvisor.conf
pa_server_start app
pa_psql -d postgres -c "CREATE DATABASE app"
pa_psql -d app <<'SQL'
CREATE EXTENSION perfadvisor;
DO $$
DECLARE
    columns text := (SELECT string_agg(format('(g * %s) %% 1000 AS c%s', 2 * i + 1, i), ', ') FROM generate_series(1, 48) AS i);
BEGIN
    EXECUTE format('CREATE TABLE t AS SELECT g AS id, g %% 20 AS tenant, %s FROM generate_series(1, 5000) g', columns);
END $$;
ANALYZE;
SQL

tap_plan 4
few=$(planner_calls 12)
many=$(planner_calls 48)
echo "# $few planner calls for 12 statements, $many for 48"
[ "${few:-0}" -gt 0 ]
tap_ok $? "a search tells how often it has called the planner"
[ "${many:-0}" -gt "${few:-0}" ]
tap_ok $? "four times the statements on a table take more calls"
[ "${many:-1000000}" -le $((${few:-0} * 6)) ]
tap_ok $? "but not more than six times as many"
[ "$(advised 12)" -gt 0 ]
tap_ok $? "and there is advice for them"
tap_done
