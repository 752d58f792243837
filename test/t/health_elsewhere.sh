#!/bin/bash
# health: findings never waits for a lock, works on a standby and without the library, and says what it cannot know there

set -u
cd "$(dirname "$0")/../.." || exit 1
PA_TOP=$PWD
. test/lib/prepare.sh
. test/lib/server.sh
. test/lib/tap.sh

# query prints what a statement answers with, in a session of its own.
query() {
	pa_psql -d postgres -At -c "$1" 2>&1
}

# wait_for QUERY waits until a query answers t.
wait_for() {
	until [ "$(query "$1")" = t ]; do sleep 0.05; done
}

pa_prepare test
pa_begin
pa_build
tap_plan 23
printf '%s\n' "shared_preload_libraries = 'perfadvisor'" "wal_level = replica" "log_min_messages = fatal" "autovacuum = off" "jit = on" "hot_standby_feedback = on" "wal_receiver_status_interval = '1s'" >"$PA_WORK/server.conf"
pa_server_create primary "$PA_WORK/server.conf"
pa_server_start primary
query "CREATE EXTENSION perfadvisor" >/dev/null
pa_psql -d postgres -f - >/dev/null <<-'SQL'
	CREATE TABLE parent (id int PRIMARY KEY);
	INSERT INTO parent SELECT i FROM generate_series(1, 1000) i;
	CREATE TABLE locked (id int PRIMARY KEY, parent_id int REFERENCES parent ON DELETE CASCADE, at timestamptz);
	INSERT INTO locked SELECT i, i % 900 + 1, now() FROM generate_series(1, 20000) i;
	CREATE INDEX locked_part ON locked (parent_id) WHERE parent_id IS NOT NULL AND id > 0;
	CREATE STATISTICS locked_both ON id, parent_id FROM locked;
	DELETE FROM parent WHERE id > 950;
SQL

# One session holds the table, another waits for it: whoever asks for a lock now waits for both
coproc HOLDER { pa_psql -d postgres -At -f - 2>&1; }
holder=$HOLDER_PID
echo "BEGIN; LOCK TABLE locked IN ACCESS EXCLUSIVE MODE; SELECT 'held';" >&"${HOLDER[1]}"
read -r held <&"${HOLDER[0]}"
PGAPPNAME=waiter pa_psql -d postgres -c "SELECT count(*) FROM locked" >/dev/null 2>&1 &
waiter=$!
wait_for "SELECT count(*) > 0 FROM pg_locks WHERE relation = 'locked'::regclass AND NOT granted"
tap_is "$held $(query "SET statement_timeout = '20s'; SET lock_timeout = '1ms'; SELECT count(*) > 0 FROM perfadvisor.findings")" "held t" "findings does not wait for a locked table"
tap_is "$(query "SET statement_timeout = '20s'; SET lock_timeout = '1ms'; SELECT status FROM perfadvisor.index_health WHERE check_name = 'foreign_key_unindexed'")" warning "and still sees what is wrong with it"
tap_is "$(query "SET statement_timeout = '20s'; SET lock_timeout = '1ms'; SELECT count(*) > 0 FROM perfadvisor.health()")" t "nor does health()"
tap_is "$(query "SET statement_timeout = '20s'; SET lock_timeout = '1ms'; SELECT perfadvisor.health_json() ? 'status'")" t "nor health_json()"
tap_is "$(query "SET statement_timeout = '20s'; SET lock_timeout = '1ms'; SELECT present > 0 FROM perfadvisor.note_findings()")" t "nor note_findings()"
query "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE relation = 'locked'::regclass" >/dev/null
kill "$holder" 2>/dev/null
wait "$holder" "$waiter" 2>/dev/null

# pg_monitor sees all numbers
query "CREATE ROLE watcher LOGIN IN ROLE pg_monitor" >/dev/null
tap_is "$(PGUSER=watcher query "SELECT count(*) FROM perfadvisor.all_checks WHERE status = 'unknown' AND area IN ('vacuum', 'recorder', 'settings', 'cache')")" 0 "to a member of pg_monitor no number is unknown"
tap_is "$(PGUSER=watcher query "SELECT status FROM perfadvisor.statistics_health WHERE check_name = 'extended_unbuilt'")" unknown "but what PostgreSQL shows to owners alone"

# A standby
pa_as mkdir "$PA_WORK/standby"
pa_run "$PA_BINDIR/pg_basebackup" -D "$PA_WORK/standby/data" -R --checkpoint=fast >"$PA_WORK/backup.log" 2>&1 || cat "$PA_WORK/backup.log" >&2
echo "port = $(pa_port standby)" >>"$PA_WORK/standby/data/postgresql.conf"
pa_server_start standby
tap_is "$(query "SELECT pg_is_in_recovery() AND count(*) > 0 FROM perfadvisor.findings")" t "findings works on a standby"
tap_is "$(query "SELECT string_agg(DISTINCT status, ' ') FROM perfadvisor.all_checks WHERE check_name IN ('dead_rows', 'insert_vacuum', 'vacuum_settings', 'hot_updates', 'visibility_map', 'autovacuum_workers', 'stale', 'never_analysed', 'analyze_settings')")" unknown "what only the primary counts is unknown there"
tap_is "$(query "SELECT perfadvisor.health_json() -> 'server' ->> 'in_recovery'")" true "health_json() says that it is one"

# Replay that is paused, for the standby and for its primary
tap_is "$(query "SELECT status FROM perfadvisor.replication_health WHERE check_name = 'replay'")" ok "a standby that replays is well"
primary=$(pa_port primary)
tap_is "$(PGPORT=$primary query "SELECT string_agg(DISTINCT check_name || ' ' || status, ', ' ORDER BY check_name || ' ' || status) FROM perfadvisor.replication_health WHERE check_name LIKE 'standby%'")" \
	"standby ok, standby_feedback ok" "and so it is for its primary"
query "SELECT pg_wal_replay_pause()" >/dev/null
wait_for "SELECT pg_get_wal_replay_pause_state() = 'paused'"
fix=$(query "SELECT remedy_sql FROM perfadvisor.replication_health WHERE check_name = 'replay'")
verify=$(query "SELECT verify_sql FROM perfadvisor.replication_health WHERE check_name = 'replay'")
PGPORT=$primary query "CREATE TABLE much AS SELECT i, repeat('x', 1000) FROM generate_series(1, 110000) i" >/dev/null
PGPORT=$primary wait_for "SELECT count(*) > 0 FROM perfadvisor.replication_health WHERE check_name = 'standby' AND status IN ('warning', 'critical')"
tap_is "$(PGPORT=$primary query "SELECT status FROM perfadvisor.replication_health WHERE check_name = 'standby'")" warning "a standby that is 100 MB behind is a warning on the primary"
tap_is "$(query "SELECT status FROM perfadvisor.replication_health WHERE check_name = 'replay'") $(query "$verify")" "warning f" "replay that is paused is one on the standby"
query "$fix" >/dev/null
wait_for "$verify"
tap_is "$(query "SELECT status <> 'ok' OR message !~ 'paused' FROM perfadvisor.replication_health WHERE check_name = 'replay'")" t "what is printed resumes it"

# A query on the standby that holds back VACUUM on the primary: the view as it is, with a thousandth of its threshold
coproc READER { pa_psql -d postgres -At -f - 2>&1; }
reader=$READER_PID
echo "BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM pg_class; SELECT 'open';" >&"${READER[1]}"
until read -r opened <&"${READER[0]}" && [ "$opened" = open ]; do :; done
PGPORT=$primary pa_psql -d postgres -f - >/dev/null <<-'SQL'
	DO $$ BEGIN
	    EXECUTE 'CREATE VIEW feedback AS ' || replace(pg_get_viewdef('perfadvisor.replication_health'::regclass), '1000000', '1000');
	    FOR i IN 1..1500 LOOP PERFORM pg_current_xact_id(); COMMIT; END LOOP;
	END $$;
SQL
PGPORT=$primary wait_for "SELECT count(*) > 0 FROM feedback WHERE check_name = 'standby_feedback' AND status = 'warning'"
tap_ok $? "a query on the standby that keeps rows of many transactions is found on the primary"
kill "$reader" 2>/dev/null
wait "$reader" 2>/dev/null
pa_server_stop standby
pa_server_stop primary

# Without the library
sed -i "s/^shared_preload_libraries.*//" "$PA_WORK/primary/data/postgresql.conf"
pa_server_start primary
tap_is "$(query "SELECT severity || ' ' || fix_sql FROM perfadvisor.findings WHERE area = 'recorder' AND check_name = 'recorder_not_loaded'")" "critical ALTER SYSTEM SET shared_preload_libraries = 'perfadvisor'" "without the library that is the finding"
tap_is "$(query "SELECT string_agg(DISTINCT check_name || ' ' || object, ', ' ORDER BY check_name || ' ' || object) FROM perfadvisor.findings WHERE severity = 'unknown' AND evidence ->> 'lacks' = 'the library in shared_preload_libraries'")" \
	"setting jit, setting jit_above_cost, wrong_estimate postgres" "what follows from recorded statements is unknown"
tap_is "$(query "SELECT bool_and(area IN ('vacuum', 'statistics', 'index', 'cache', 'settings', 'maintenance', 'recorder', 'lock', 'replication', 'sequence')) AND count(*) >= 6 FROM perfadvisor.health()")" t "and the checks of catalogs work without it"
query "ALTER SYSTEM SET shared_preload_libraries = 'perfadvisor'" >/dev/null
pa_server_stop primary
pa_server_start primary
tap_is "$(query "SELECT perfadvisor.recorder_loaded()") $(query "SELECT count(*) FROM perfadvisor.findings WHERE check_name = 'recorder_not_loaded' OR evidence ->> 'lacks' = 'the library in shared_preload_libraries'")" "t 0" "what is printed mends it at the next start"
query "CREATE ROLE nobody_here LOGIN" >/dev/null
tap_is "$(PGUSER=nobody_here query "SELECT string_agg(DISTINCT area || ' ' || check_name, ', ' ORDER BY area || ' ' || check_name) FROM perfadvisor.findings WHERE severity = 'unknown'")" \
	"cache repeated_results, index advice, lock blocking, lock long_transaction, outcome regression, pattern patterns, plan plan_change, pool connections, pool idle_in_transaction, pool idle_in_transaction_share, pool max_connections_high, pool session_churn, pool session_ends, pool timeout_unset, pool unused_connections, recorder recorder, replication standby, settings setting, statistics advice, statistics extended_unbuilt, statistics wrong_estimate, target latency_target, vacuum autovacuum_workers, vacuum xmin_horizon" \
	"to a role without rights all is unknown that hangs on what others do, and on the recorder"
tap_is "$(PGUSER=nobody_here query "SELECT count(*) FROM perfadvisor.findings WHERE severity = 'unknown' AND fix_sql NOT LIKE 'GRANT %'")" 0 "each with the GRANT that would show it"
tap_is "$(PGUSER=watcher query "SELECT string_agg(DISTINCT area || ' ' || check_name, ', ' ORDER BY area || ' ' || check_name) FROM perfadvisor.findings WHERE severity = 'unknown'")" \
	"pattern patterns, statistics extended_unbuilt" "to a member of pg_monitor only what owners see, and what takes to be the role that ran a statement"
pa_server_stop primary
tap_done
