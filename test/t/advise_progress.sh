#!/bin/bash
# advise: a long search shows its progress to other sessions, obeys statement_timeout and cancel, and keeps its time limit

set -u
cd "$(dirname "$0")/../.." || exit 1
PA_TOP=$PWD
. test/lib/prepare.sh
. test/lib/server.sh
. test/lib/tap.sh

# query prints what a statement answers with, in a session of its own.
query() {
	pa_psql -d app -At -c "$1" 2>&1
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
BEGIN
    FOR i IN 1..150 LOOP
        EXECUTE format('CREATE TABLE t%s AS SELECT g AS id, g %% 500 AS a, g %% 70 AS b, md5(g::text) AS c, now() - g * interval ''1 min'' AS d, g %% 30 = 0 AS e FROM generate_series(1, 2000) g', i);
    END LOOP;
END $$;
ANALYZE;
DO $$
BEGIN
    FOR i IN 1..150 LOOP
        EXECUTE format('SELECT count(*) FROM t%s WHERE a = %s AND b = 3', i, i);
        EXECUTE format('SELECT * FROM t%s WHERE a = %s AND b = 3 AND e ORDER BY d DESC LIMIT 5', i, i);
        EXECUTE format('SELECT * FROM t%s WHERE c = %L AND NOT e', i, i::text);
        EXECUTE format('SELECT * FROM t%s x JOIN t%s y ON x.a = y.id WHERE x.b = %s AND y.c > ''f''', i, i % 150 + 1, i % 70);
    END LOOP;
END $$;
SQL

tap_plan 7
query "SELECT count(*) FROM perfadvisor.advise(time_limit => '1 hour')" >"$PA_WORK/long" &
long=$!
seen=
for _ in $(seq 200); do
	seen=$(query "SELECT 1 FROM perfadvisor.progress p JOIN pg_stat_activity a USING (pid) WHERE p.phase <> '' AND p.done <= greatest(p.total, p.done) AND a.query LIKE '%advise(%' LIMIT 1")
	[ -z "$seen" ] || break
done
tap_is "$seen" 1 "another session sees how far a search is"
query "SELECT pg_cancel_backend(pid) FROM perfadvisor.progress" >/dev/null
wait "$long"
grep -qE 'canceling statement due to user request|^[0-9]+$' "$PA_WORK/long"
tap_ok $? "a search can be cancelled"
tap_is "$(query "SELECT count(*) FROM perfadvisor.progress")" 0 "nothing is under way after it"
query "SET statement_timeout = '100ms'; SELECT count(*) FROM perfadvisor.index_advice" | grep -q 'statement timeout'
tap_ok $? "a search obeys statement_timeout"
tap_is "$(query "SELECT count(*) FROM perfadvisor.progress")" 0 "nothing is under way after that"
query "SELECT count(*) FROM perfadvisor.advise(time_limit => '500 ms')" >"$PA_WORK/short"
grep -q '^[1-9]' "$PA_WORK/short"
tap_ok $? "a search with a time limit ends with what it has found"
query "SET client_min_messages = notice; SELECT count(*) FROM perfadvisor.advise(time_limit => '500 ms')" | grep -q 'stopped by its time limit'
tap_ok $? "and says that it was stopped"
tap_done
