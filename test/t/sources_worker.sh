#!/bin/bash
# sources: the worker fetches the workloads of other servers, with the rights of who added them, and what is slow or gone keeps nobody

set -u
cd "$(dirname "$0")/../.." || exit 1
PA_TOP=$PWD
. test/lib/prepare.sh
. test/lib/server.sh
. test/lib/tap.sh

# query SQL [DATABASE] prints what a statement answers with, in a session of its own.
query() {
	pa_psql -d "${2:-app}" -At -c "$1" 2>&1
}

# until_true SQL [DATABASE] polls until a query answers with t.
until_true() {
	local _

	for _ in $(seq 3000); do
		[ "$(query "$1" "${2:-app}")" = t ] && return 0
	done
	return 1
}

# wake has the launcher take the interval for over.
wake() {
	pa_as kill -USR2 "$(query "SELECT pid FROM pg_stat_activity WHERE backend_type = 'perfadvisor launcher'")"
}

# hold has the slow source not answer, until release.
hold() {
	pa_psql -d slow -c "SET application_name = 'holder'" -c "SELECT pg_advisory_lock(1)" -c "SELECT pg_sleep(600)" >/dev/null 2>&1 &
	until_true "SELECT count(*) = 1 FROM pg_locks WHERE locktype = 'advisory' AND granted" slow
}

release() {
	query "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE application_name = 'holder'" slow >/dev/null
}

WAITS="SELECT count(*) = 1 FROM pg_stat_activity AS w WHERE w.backend_type = 'perfadvisor sources' AND w.datname = current_database()
	AND EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted)"

pa_prepare test
pa_begin
pa_build
pa_server_create app test/perfadvisor.conf
echo "perfadvisor.snapshot_interval = '1h'" >>"$PA_WORK/app/data/postgresql.conf"
pa_server_start app
tap_plan 22
HERE="host=$PA_SOCKETS port=$(pa_port app) user=postgres"
pa_psql -d postgres -c "CREATE DATABASE other" -c "CREATE DATABASE slow" -c "CREATE DATABASE app"
query "CREATE SCHEMA perfadvisor; CREATE FUNCTION perfadvisor.export_workload() RETURNS jsonb LANGUAGE plpgsql AS
	\$\$ BEGIN PERFORM pg_advisory_lock(1); PERFORM pg_advisory_unlock(1); RETURN '{\"format\": \"perfadvisor workload\", \"version\": 1, \"statements\": [], \"indexes\": []}'; END \$\$" slow >/dev/null
query "CREATE EXTENSION perfadvisor; CREATE TABLE things (id int); SELECT count(*) AS marked FROM things" other >/dev/null
pa_psql -d app <<SQL
CREATE EXTENSION perfadvisor;
CREATE EXTENSION dblink;
CREATE EXTENSION postgres_fdw;
CREATE SERVER other FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '$PA_SOCKETS', port '$(pa_port app)', dbname 'other');
CREATE USER MAPPING FOR postgres SERVER other OPTIONS (user 'postgres');
CREATE ROLE helper LOGIN;
CREATE USER MAPPING FOR helper SERVER other OPTIONS (user 'postgres');
GRANT pg_read_all_stats TO helper;
GRANT EXECUTE ON FUNCTION perfadvisor.add_source, perfadvisor.pull_sources TO helper;
SQL
until_true "SELECT count(*) > 0 FROM perfadvisor.snapshots"
tap_ok $? "the server takes snapshots"

# Sources that answer, and one that is gone
query "SELECT perfadvisor.add_source('by_server', 'other'), perfadvisor.add_source('by_string', '$HERE dbname=other'), perfadvisor.add_source('gone', 'host=$PA_SOCKETS port=1')" >/dev/null
tap_is "$(query "SELECT string_agg(source || ' ' || added_by || ' ' || (next_pull <= now()), ', ' ORDER BY source) FROM perfadvisor.sources")" \
	"by_server postgres true, by_string postgres true, gone postgres true" "what was added is due at once"
wake
until_true "SELECT count(*) = 3 FROM perfadvisor.sources WHERE coalesce(imported_at, error_at) IS NOT NULL"
tap_ok $? "the worker fetches it, by nobody's command"
tap_is "$(query "SELECT string_agg(source, ' ' ORDER BY source) FROM perfadvisor.source_statements WHERE query LIKE '%AS marked%'")" "by_server by_string" \
	"by a foreign server and its user mapping, and by a connection string"
tap_is "$(query "SELECT bool_and(next_pull > now() + interval '11 hours' AND failures = 0 AND error IS NULL) FROM perfadvisor.sources WHERE source LIKE 'by_%'")" t "what was fetched is due after twelve snapshots"
tap_is "$(query "SELECT failures || ' ' || (error LIKE 'could not establish connection%') || ' ' || (next_pull - error_at < interval '61 min') FROM perfadvisor.sources WHERE source = 'gone'")" "1 true true" "what failed says why, and is tried at the next one"
again="UPDATE perfadvisor.workload_sources SET next_pull = now() WHERE source"
for failures in 2 3; do
	query "$again = 'gone'" >/dev/null
	wake
	until_true "SELECT failures = $failures AND next_pull - error_at < interval '20 hours' AND next_pull > error_at + interval '3 min' FROM perfadvisor.sources WHERE source = 'gone'"
done
tap_is "$(query "SELECT failures || ' ' || (next_pull - error_at > interval '3 hours') FROM perfadvisor.sources WHERE source = 'gone'")" "3 true" "and ever more rarely"
tap_is "$(query "SELECT severity || ' ' || sources::text || ' ' || (title LIKE '%3 times in a row%') FROM perfadvisor.findings WHERE check_name = 'source_failed'")" "warning {gone} true" "which is a finding"
query "SELECT perfadvisor.remove_source('gone')" >/dev/null
tap_is "$(query "SELECT count(*) FROM perfadvisor.findings WHERE check_name LIKE 'source%'")" 0 "until the source is removed"

# Whose rights
PGUSER=helper query "SELECT perfadvisor.add_source('helpers', '$HERE dbname=other')" >/dev/null
PGUSER=helper query "SELECT perfadvisor.add_source('servers', 'other')" >/dev/null
wake
until_true "SELECT count(*) = 2 FROM perfadvisor.sources WHERE added_by = 'helper' AND error IS NOT NULL"
tap_is "$(query "SELECT error LIKE 'password%required%' FROM perfadvisor.sources WHERE source = 'helpers'")" t "who is no superuser does not connect as the server's operating system user"
tap_is "$(query "SELECT error LIKE 'permission denied for foreign server%' FROM perfadvisor.sources WHERE source = 'servers'")" t "nor through a foreign server that he may not use"
tap_is "$(PGUSER=helper query "SELECT perfadvisor.pull_sources()")" 2 "when he has sources fetched, those of others are fetched with their rights"
tap_is "$(PGUSER=helper query "SELECT connection FROM perfadvisor.workload_sources" | grep -c 'permission denied')" 1 "and he does not see their connections"
query "SELECT perfadvisor.remove_source(source) FROM perfadvisor.sources" >/dev/null

# One that takes the connection and says nothing: its process is stopped
pa_server_create mute test/perfadvisor.conf
pa_server_start mute
PGPORT=$(pa_port app)
mute=$(head -n 1 "$PA_WORK/mute/data/postmaster.pid")
pa_as kill -STOP "$mute"
query "SELECT perfadvisor.add_source('mute', 'host=$PA_SOCKETS port=$(pa_port mute) user=postgres')" >/dev/null
wake
until_true "SELECT error IS NOT NULL FROM perfadvisor.sources WHERE source = 'mute'"
tap_is "$(query "SELECT imported_at IS NULL AND error ~ 'timeout|in time' FROM perfadvisor.sources WHERE source = 'mute'")" t "a server that takes the connection and says nothing is given up"
pa_as kill -CONT "$mute"
pa_server_stop mute
query "SELECT perfadvisor.remove_source('mute')" >/dev/null

# One that does not answer
hold
query "SELECT perfadvisor.add_source('slow', '$HERE dbname=slow')" >/dev/null
wake
until_true "$WAITS"
tap_ok $? "the worker waits for a source that does not answer"
before=$(query "SELECT count(*) FROM perfadvisor.snapshots")
wake
until_true "SELECT count(*) > $before FROM perfadvisor.snapshots"
tap_ok $? "snapshots are taken meanwhile"
tap_is "$(query "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'perfadvisor sources' AND backend_xmin IS NULL")" 1 "it is one worker, which keeps no rows from being vacuumed"
query "SELECT perfadvisor.remove_source('slow')" >/dev/null
release
until_true "SELECT count(*) = 0 FROM pg_stat_activity WHERE backend_type = 'perfadvisor sources'"
tap_is "$(query "SELECT count(*) FROM perfadvisor.sources")" 0 "a source that was removed meanwhile does not come back"

# Nobody waits for it
hold
query "SELECT perfadvisor.add_source('slow', '$HERE dbname=slow')" >/dev/null
wake
until_true "$WAITS"
tap_is "$(query "DROP DATABASE app" postgres)" "" "a database can be dropped while its worker waits"
tap_is "$(query "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'perfadvisor sources'" postgres)" 0 "which has ended for it"
query "CREATE DATABASE app" postgres >/dev/null
query "CREATE EXTENSION perfadvisor; CREATE EXTENSION dblink; SELECT perfadvisor.add_source('slow', '$HERE dbname=slow')" >/dev/null
until_true "SELECT count(*) > 0 FROM perfadvisor.snapshots"
wake
until_true "$WAITS"
tap_ok $? "and the server be stopped"
pa_server_stop app
tap_is "$(grep -cE 'PANIC|signal 11|signal 6' "$PA_WORK/app/server.log")" 0 "with nothing worse in its log"
tap_done
