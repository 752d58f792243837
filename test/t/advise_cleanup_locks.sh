#!/bin/bash
# advise: index_cleanup and statistics_advice wait for nobody, and take no index for invalid while something builds it

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

# until_true SQL polls until a query answers with t.
until_true() {
	for _ in $(seq 300); do
		[ "$(query "$1")" = t ] && return 0
	done
	return 1
}

pa_prepare test
pa_begin
pa_build
pa_server_create app test/perfadvisor.conf
pa_server_start app
pa_psql -d postgres -c "CREATE DATABASE app"
pa_psql -d app <<'SQL'
CREATE EXTENSION perfadvisor;
CREATE TABLE locked AS SELECT g AS id, g % 500 AS a, g % 500 AS b FROM generate_series(1, 20000) g;
CREATE INDEX locked_a ON locked (a);
CREATE INDEX locked_a2 ON locked (a);
CREATE TABLE free AS SELECT * FROM locked;
CREATE INDEX free_a ON free (a);
CREATE INDEX free_a2 ON free (a);
ANALYZE free;
SELECT count(*) FROM locked WHERE a = 3 AND b = 3;
SELECT count(*) FROM free WHERE a = 3 AND b = 3;
SQL

tap_plan 8
mkfifo "$PA_WORK/pipe"
pa_psql -d app <"$PA_WORK/pipe" >/dev/null 2>&1 &
holder=$!
exec 9>"$PA_WORK/pipe"
echo "BEGIN; LOCK TABLE locked;" >&9
until_true "SELECT count(*) > 0 FROM pg_locks WHERE relation = 'locked'::regclass AND mode = 'AccessExclusiveLock' AND granted"
tap_ok $? "a table is locked by another session"
tap_is "$(query "SET statement_timeout = '20s'; SELECT problem FROM perfadvisor.index_cleanup WHERE relation = 'locked'::regclass")" \
	unknown "index_cleanup says that it does not know, and does not wait"
tap_is "$(query "SELECT relation FROM perfadvisor.index_cleanup WHERE problem = 'duplicate'")" "free" "what is not locked is looked at"
query "SET statement_timeout = '20s'; SELECT count(*) FROM perfadvisor.statistics_advice" | grep -q '^[0-9]*$'
tap_ok $? "statistics_advice does not wait either"
echo "COMMIT; BEGIN ISOLATION LEVEL REPEATABLE READ; INSERT INTO free VALUES (0, 0, 0);" >&9
until_true "SELECT count(*) > 0 FROM pg_locks WHERE relation = 'free'::regclass AND mode = 'RowExclusiveLock' AND granted"
query "CREATE INDEX CONCURRENTLY free_b ON free (b)" >"$PA_WORK/build" &
build=$!
until_true "SELECT count(*) > 0 FROM pg_stat_progress_create_index p JOIN pg_index i ON i.indexrelid = p.index_relid WHERE NOT i.indisvalid"
tap_ok $? "an index is being built concurrently"
tap_is "$(query "SELECT count(*) FROM perfadvisor.index_cleanup WHERE problem = 'invalid'")" 0 "it is not called invalid"
query "SELECT pg_terminate_backend(pid) FROM pg_stat_progress_create_index" >/dev/null
wait "$build"
echo "COMMIT;" >&9
exec 9>&-
wait "$holder"
tap_is "$(query "SELECT index, ddl FROM perfadvisor.index_cleanup WHERE problem = 'invalid'")" \
	"free_b|REINDEX INDEX CONCURRENTLY public.free_b" "but once its session is gone it is"
query "REINDEX INDEX CONCURRENTLY free_b" >/dev/null
tap_is "$(query "SELECT count(*) FROM perfadvisor.index_cleanup WHERE problem = 'invalid'")" 0 "and not after it was rebuilt"
tap_done
