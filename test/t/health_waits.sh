#!/bin/bash
# health: what has waited for too long is found, a slot without a reader and a standby too, and what is printed mends it

set -u
cd "$(dirname "$0")/../.." || exit 1
PA_TOP=$PWD
. test/lib/prepare.sh
. test/lib/server.sh
. test/lib/tap.sh

# query prints what a statement answers with, in a session of its own.
query() {
	pa_psql -d postgres -At 2>&1 <<<"$1"
}

# await waits until a statement answers with t, a minute and a half at most.
await() {
	local tries=0

	until [ "$(query "$1")" = t ]; do
		tries=$((tries + 1))
		[ $tries -lt 900 ] || return 1
		sleep 0.1
	done
}

# check_of VIEW CHECK OBJECT prints the status of a check.
check_of() {
	query "SELECT status FROM perfadvisor.$1 WHERE check_name = '$2' AND object = '$3'"
}

# column_of VIEW CHECK OBJECT COLUMN prints a column of a check.
column_of() {
	query "SELECT $4 FROM perfadvisor.$1 WHERE check_name = '$2' AND object = '$3'"
}

# mend VIEW CHECK OBJECT WHAT runs a remedy as printed, and asserts that it says so itself that it has worked.
mend() {
	local remedy verify

	remedy=$(column_of "$1" "$2" "$3" remedy_sql)
	verify=$(column_of "$1" "$2" "$3" verify_sql)
	tap_is "$(query "$verify")" f "$4: it is not mended before"
	query "$remedy" >/dev/null
	await "$verify"
	tap_ok $? "$4: what is printed mends it"
}

# hold runs statements in a session that stays until the script ends or the server does.
hold() {
	(
		printf '%s\n' "$@"
		sleep 300
	) | pa_psql -d postgres -f - >/dev/null 2>&1 &
}

pa_prepare test
pa_begin
pa_build
tap_plan 28
cat >"$PA_WORK/server.conf" <<-'CONF'
	shared_preload_libraries = 'perfadvisor'
	max_connections = 30
	max_prepared_transactions = 5
	autovacuum = off
	min_wal_size = '32MB'
CONF
pa_server_create primary "$PA_WORK/server.conf"
pa_server_start primary
query "CREATE EXTENSION perfadvisor; CREATE TABLE held (n int); CREATE TABLE ready (n int); CREATE ROLE plain LOGIN; GRANT ALL ON held, ready TO plain"

tap_is "$(check_of replication_health slot slots)" ok "without slots there is nothing to say"
tap_is "$(check_of replication_health standby standbys)" ok "nor without standbys"
tap_is "$(check_of replication_health archiver archive_command)" ok "nor without an archive"

# Those that take a minute to become ill begin now: a session that is idle in a transaction and holds up another.
hold "SET ROLE plain;" "BEGIN;" "LOCK TABLE held;"
await "SELECT count(*) = 1 FROM pg_locks WHERE relation = 'held'::regclass AND granted"
hold "SELECT count(*) FROM held;"
query "BEGIN; INSERT INTO ready VALUES (1); PREPARE TRANSACTION 'left behind'" >/dev/null

# A slot without a reader.
query "SELECT pg_create_physical_replication_slot('forgotten', true)" >/dev/null
tap_is "$(query "SELECT status IN ('info', 'ok') AND NOT (evidence ->> 'active')::boolean FROM perfadvisor.replication_health WHERE check_name = 'slot' AND object = 'forgotten'")" t \
	"a slot without a reader is worth a look, at once or, where it is known since when, after a while"
tap_is "$(check_of replication_health slot_limit max_slot_wal_keep_size)" info "and so is that it has no limit"
mend replication_health slot_limit max_slot_wal_keep_size "an unlimited slot"
query "ALTER SYSTEM SET max_slot_wal_keep_size = '16MB'; SELECT pg_reload_conf()" >/dev/null
query "CREATE TABLE much AS SELECT repeat('x', 1000) FROM generate_series(1, 120000)" >/dev/null
for _ in 1 2 3; do
	query "SELECT pg_switch_wal()" >/dev/null
	query "CHECKPOINT" >/dev/null
done
tap_is "$(check_of replication_health slot forgotten)" critical "a slot whose WAL is gone is critical"
[ "$(query "SELECT message LIKE '%wal_status lost%' OR message LIKE '%wal_status unreserved%' FROM perfadvisor.replication_health WHERE check_name = 'slot'")" = t ]
tap_ok $? "it says so"
mend replication_health slot forgotten "a broken slot"
tap_is "$(check_of replication_health slot slots)" ok "and there is none left"

# A standby.
query "ALTER SYSTEM RESET max_slot_wal_keep_size; SELECT pg_reload_conf()" >/dev/null
query "SELECT pg_create_physical_replication_slot('reader', true)" >/dev/null
mkdir "$PA_WORK/standby"
[ -z "$PA_USER" ] || chown "$PA_USER" "$PA_WORK/standby"
pa_as "$PA_BINDIR/pg_basebackup" -h "$PGHOST" -p "$PGPORT" -U postgres -D "$PA_WORK/standby/data" -R -S reader -X stream -c fast >/dev/null 2>&1
pa_as tee -a "$PA_WORK/standby/data/postgresql.auto.conf" >/dev/null <<-CONF
	port = $(pa_port standby)
	primary_conninfo = 'host=$PGHOST port=$PGPORT user=postgres application_name=reader'
CONF
pa_server_start standby
export PGPORT
PGPORT=$(pa_port primary)
await "SELECT count(*) = 1 FROM pg_stat_replication WHERE replay_lsn = pg_current_wal_lsn()"
tap_is "$(check_of replication_health standby reader)" ok "a standby that keeps up is well"
tap_is "$(check_of replication_health slot reader)" ok "and so is its slot"
tap_is "$(query "SELECT status FROM perfadvisor.replication_health WHERE check_name = 'replay'")" "" "a primary has no replay"
PGPORT=$(pa_port standby)
tap_is "$(check_of replication_health replay 'this standby')" ok "the standby itself says that it keeps up"
[ "$(query "SELECT count(*) > 0 FROM perfadvisor.concurrency WHERE scope = 'server'")" = t ]
tap_ok $? "and counts what is under way on it"
tap_is "$(query "SELECT count(*) FROM perfadvisor.pool_health WHERE status = 'critical'")" 0 "its other checks answer, too: pools"
[ "$(query "SELECT (SELECT count(*) FROM perfadvisor.lock_health) > 0 AND (SELECT count(*) FROM perfadvisor.sequence_health) >= 0 AND (SELECT count(*) FROM perfadvisor.target_status) > 0")" = t ]
tap_ok $? "and locks, sequences and targets"
query "SELECT pg_wal_replay_pause()" >/dev/null
tap_is "$(check_of replication_health replay 'this standby')" warning "replay that is paused is a warning"
mend replication_health replay 'this standby' "paused replay"
query "SELECT pg_wal_replay_pause()" >/dev/null
PGPORT=$(pa_port primary)
query "INSERT INTO much SELECT repeat('x', 1000) FROM generate_series(1, 110000)" >/dev/null
await "SELECT status = 'warning' FROM perfadvisor.replication_health WHERE check_name = 'standby' AND object = 'reader'"
tap_ok $? "a standby that is 100 MB behind is a warning"
PGPORT=$(pa_port standby)
query "SELECT pg_wal_replay_resume()" >/dev/null
PGPORT=$(pa_port primary)
await "SELECT status = 'ok' FROM perfadvisor.replication_health WHERE check_name = 'standby' AND object = 'reader'"
tap_ok $? "and is well when it has caught up"
pa_server_stop standby >/dev/null

# By now the others have waited, or will have soon.
await "SELECT status = 'warning' FROM perfadvisor.pool_health WHERE check_name = 'idle_in_transaction' AND object LIKE 'postgres/%'"
tap_ok $? "a session that has been idle in a transaction for a minute, and holds up another, is a warning"
tap_is "$(check_of lock_health blocking postgres/postgres)" warning "and so is the wait of the other"
mend lock_health blocking postgres/postgres "a blocked session"
query "ROLLBACK PREPARED 'left behind'" >/dev/null
pa_server_stop primary >/dev/null
tap_done
