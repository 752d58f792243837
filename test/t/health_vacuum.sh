#!/bin/bash
# health: what vacuuming lacks is found with its cause, what is printed mends it, and healthy tables are left alone

set -u
cd "$(dirname "$0")/../.." || exit 1
PA_TOP=$PWD
. test/lib/prepare.sh
. test/lib/server.sh
. test/lib/tap.sh

# query prints what a statement answers with, in a session of its own.
query() {
	pa_psql -d "${database:-postgres}" -At -c "$1" 2>&1
}

# check NAME OBJECT COLUMN prints a column of a row of vacuum_health.
check() {
	query "SELECT $3 FROM perfadvisor.vacuum_health WHERE check_name = '$1' AND object = '$2'"
}

# run_sql NAME OBJECT COLUMN runs what a column holds, statement by statement.
run_sql() {
	query "SELECT unnest(string_to_array($3, E';\n')) || ';' FROM perfadvisor.vacuum_health WHERE check_name = '$1' AND object = '$2'" | pa_psql -d postgres -At -f - 2>&1
}

# mend NAME OBJECT SENTENCE runs a remedy and asks whether the finding is gone, by its own query and by the view.
mend() {
	local verify undo before

	verify=$(check "$1" "$2" verify_sql)
	undo=$(check "$1" "$2" undo_sql)
	before=$(query "$verify")
	run_sql "$1" "$2" remedy_sql >/dev/null
	tap_is "$before $(query "$verify") $(check "$1" "$2" status)" "f t " "$3"
	undo_sql=$undo
}

pa_prepare test
pa_begin
pa_build
tap_plan 35
cat >"$PA_WORK/server.conf" <<-'CONF'
	shared_preload_libraries = 'perfadvisor'
	autovacuum_naptime = '1h'
	perfadvisor.snapshot_interval = 0
	max_prepared_transactions = 5
	wal_level = logical
	log_min_messages = fatal
CONF
pa_server_create health "$PA_WORK/server.conf"
pa_server_start health
query "CREATE EXTENSION perfadvisor" >/dev/null

# Autovacuum comes every hour only, so what is ill stays ill for as long as the test needs it
pa_psql -d postgres -f - >/dev/null <<-'SQL'
	CREATE SCHEMA "Odd Place";
	CREATE TABLE "Odd Place"."Dead" (id int, v text) WITH (autovacuum_enabled = off, fillfactor = 90);
	INSERT INTO "Odd Place"."Dead" SELECT i, 'x' FROM generate_series(1, 40000) i;
	CREATE TABLE healthy AS SELECT i AS id FROM generate_series(1, 40000) i;
	CREATE TABLE few_dead AS SELECT i AS id FROM generate_series(1, 40000) i;
	CREATE TABLE pinned (id int, v text);
	INSERT INTO pinned SELECT i, 'x' FROM generate_series(1, 40000) i;
	CREATE TABLE large (id int);
	INSERT INTO large SELECT i FROM generate_series(1, 120000) i;
	CREATE TABLE toasted (id int, v text);
	ALTER TABLE toasted ALTER COLUMN v SET STORAGE EXTERNAL;
	INSERT INTO toasted SELECT i, repeat('x', 6000) FROM generate_series(1, 1500) i;
	CREATE TABLE holder (id int);
	VACUUM ANALYZE;
	DELETE FROM "Odd Place"."Dead" WHERE id <= 30000;
	DELETE FROM few_dead WHERE id <= 1000;
SQL
tap_is "$(check dead_rows '"Odd Place"."Dead"' status)" warning "dead rows over autovacuum's trigger are a warning where autovacuum will not come"
tap_is "$(check dead_rows '"Odd Place"."Dead"' "message || ' ' || threshold || ' ' || (evidence ->> 'last_autovacuum' IS NULL)")" \
	"30000 dead rows, where autovacuum comes at 8050: autovacuum is off for this table 8050 true" "and the message has number, threshold and cause"
tap_is "$(query "SELECT count(*) FROM perfadvisor.vacuum_health WHERE object IN ('public.healthy', 'public.few_dead')")" 0 "tables below their trigger are not named"
tap_is "$(query "SELECT count(*) FROM perfadvisor.vacuum_health WHERE object LIKE '%perfadvisor%' OR object LIKE 'pg_%'")" 0 "nor are the extension's own and the system's"
mend dead_rows '"Odd Place"."Dead"' "the VACUUM that is printed removes them and the finding"
tap_is "$(check table_autovacuum_off '"Odd Place"."Dead"' status)" warning "a table with autovacuum off, whose rows change, is named"
mend table_autovacuum_off '"Odd Place"."Dead"' "and no more once the option is reset as printed"
query "$undo_sql" >/dev/null
tap_is "$(query "SELECT reloptions FROM pg_class WHERE relname = 'Dead'")" "{fillfactor=90,autovacuum_enabled=false}" "undo_sql brings the option back and leaves others alone"
query "ALTER TABLE \"Odd Place\".\"Dead\" RESET (autovacuum_enabled)" >/dev/null

# The table's own trigger
query "ALTER TABLE few_dead SET (autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_scale_factor = 0.001)" >/dev/null
tap_is "$(query "SELECT vacuum_trigger = 1000 + 0.001::float8 * reltuples FROM perfadvisor.table_maintenance WHERE relation = 'few_dead'::regclass")" t "the trigger is that of the table's own options"
query "DELETE FROM few_dead WHERE id <= 2000" >/dev/null
tap_is "$(check dead_rows public.few_dead status)" info "while autovacuum has had no time to come, dead rows are no more than news"
query "DELETE FROM toasted WHERE id <= 1400" >/dev/null
tap_is "$(check dead_rows 'public.toasted (TOAST)' "status || ' ' || remedy_sql")" "info VACUUM (ANALYZE) public.toasted" "dead rows of a TOAST table are found, and its table is to be vacuumed"
query "VACUUM few_dead, toasted" >/dev/null

# A prepared transaction keeps them
pa_psql -d postgres -f - >/dev/null <<-'SQL'
	BEGIN;
	INSERT INTO holder VALUES (1);
	PREPARE TRANSACTION 'forgotten ''one''';
	DELETE FROM pinned WHERE id <= 30000;
	VACUUM pinned;
SQL
tap_is "$(check xmin_horizon "prepared transaction ''forgotten ''''one''''''" status)" warning "a prepared transaction that keeps dead rows of vacuumed tables is named"
tap_is "$(check dead_rows public.pinned "status || ' ' || (message LIKE '%it was vacuumed, but prepared transaction ''forgotten%') || ' ' || (evidence ->> 'held_by')")" \
	"critical true prepared transaction 'forgotten ''one'''" "and is the cause that the table's finding gives, critical over five times the trigger"
mend xmin_horizon "prepared transaction ''forgotten ''''one''''''" "rolling it back as printed ends that"
mend dead_rows public.pinned "and VACUUM then removes the rows"

# So does a session in a transaction
coproc SESSION { PGAPPNAME=open pa_psql -d postgres -At -f - 2>&1; }
echo "BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 'open';" >&"${SESSION[1]}"
session=$SESSION_PID
read -r opened <&"${SESSION[0]}"
pa_psql -d postgres -c "DELETE FROM pinned" -c "VACUUM pinned" >/dev/null
tap_is "$opened $(check xmin_horizon 'session of postgres' status)" "open warning" "a session with an open snapshot is named when tables are vacuumed in vain"
mend xmin_horizon 'session of postgres' "ending it as printed ends that"
kill "$session" 2>/dev/null
wait "$session" 2>/dev/null
query "VACUUM pinned" >/dev/null

# A slot
query "SELECT pg_create_logical_replication_slot('lazy', 'pgoutput')" >/dev/null
tap_is "$(check xmin_horizon 'replication slot lazy' status)" "" "a slot that holds nothing back for long is not named"
query "SELECT pg_drop_replication_slot('lazy')" >/dev/null

# A large table: 5 million rows as far as the catalog knows
pa_psql -d postgres -c "DELETE FROM large WHERE id <= 60000" -c "VACUUM large" -c "UPDATE pg_class SET reltuples = 5e6 WHERE relname = 'large'" \
	-c "ALTER TABLE large SET (autovacuum_vacuum_scale_factor = 0.3)" >/dev/null
tap_is "$(check vacuum_settings public.large "status || ' ' || value || ' ' || threshold")" "info 1500050 250000" "a threshold that waits for a share of a large table is found"
mend vacuum_settings public.large "and mended with the table's own"
pa_psql -d postgres -c "${undo_sql%%;*}" -c "${undo_sql##*;}" >/dev/null
tap_is "$(query "SELECT reloptions FROM pg_class WHERE relname = 'large'")" "{autovacuum_vacuum_scale_factor=0.3}" "undo_sql sets what was set and resets what was not"
query "ALTER TABLE large RESET (autovacuum_vacuum_scale_factor)" >/dev/null
tap_is "$(check vacuum_settings public.large undo_sql)" "ALTER TABLE public.large RESET (autovacuum_vacuum_scale_factor, autovacuum_vacuum_threshold)" "and nothing else where nothing was set"
query "DROP TABLE large" >/dev/null

# A role without rights
query "CREATE ROLE nobody_here LOGIN" >/dev/null
tap_is "$(PGUSER=nobody_here query "SELECT object || ' ' || remedy_sql FROM perfadvisor.vacuum_health WHERE check_name = 'xmin_horizon' AND status = 'unknown'")" \
	"sessions of other roles GRANT pg_read_all_stats TO nobody_here" "a role that does not see others' snapshots is told so, and what would show them"
tap_is "$(PGUSER=nobody_here query "SELECT count(*) FROM perfadvisor.vacuum_health WHERE check_name = 'xmin_horizon' AND status = 'ok'")" 0 "and not that all is well"
query "GRANT pg_read_all_stats TO nobody_here" >/dev/null
tap_is "$(PGUSER=nobody_here query "SELECT status FROM perfadvisor.vacuum_health WHERE check_name = 'xmin_horizon'")" ok "with the right it is told how it is"

# Autovacuum off
query "ALTER SYSTEM SET autovacuum = off" >/dev/null
query "SELECT pg_reload_conf()" >/dev/null
until [ "$(query "SHOW autovacuum")" = off ]; do :; done
tap_is "$(check autovacuum_off autovacuum status)" critical "autovacuum switched off is critical"
undo_sql=$(check autovacuum_off autovacuum undo_sql)
run_sql autovacuum_off autovacuum remedy_sql >/dev/null
until [ "$(query "SHOW autovacuum")" = on ]; do :; done
echo "$undo_sql" | pa_psql -d postgres -At -f - >/dev/null
until [ "$(query "SHOW autovacuum")" = off ]; do :; done
tap_is "$(check autovacuum_off autovacuum status)" critical "undo_sql switches it off again"
run_sql autovacuum_off autovacuum remedy_sql >/dev/null
until [ "$(query "SHOW autovacuum")" = on ]; do :; done
tap_is "$(query "SELECT status FROM perfadvisor.vacuum_health WHERE check_name = 'autovacuum_off'")" ok "and switched on as printed it is well"

# Without history there is no rate; with it there is
tap_is "$(query "SELECT status FROM perfadvisor.vacuum_health WHERE check_name = 'freeze_age'")" ok "young transaction ids are well"
pa_server_stop health
data=$PA_WORK/health/data
pa_as "$PA_BINDIR/pg_resetwal" -x 1200000000 -D "$data" >/dev/null
segment=$(printf '%04X' $((1200000000 / 1048576)))
pa_as dd if=/dev/zero of="$data/pg_xact/$segment" bs=262144 count=1 2>/dev/null
pa_server_start health
tap_is "$(check freeze_age postgres status)" warning "over half of the transaction ids used is a warning"
tap_is "$(check freeze_age postgres "message LIKE '1200 million of 2147 million transaction ids are used (55.9 \%)%was not measured yet%'")" t "and says that no rate was measured"
query "INSERT INTO perfadvisor.horizon_log VALUES (now() - interval '2 days', (SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint) - 200000000, 1); SELECT perfadvisor.note_findings()" >/dev/null
tap_is "$(check freeze_age postgres "evidence ->> 'days_left'")" 9 "with a rate of 100 million a day it says in how many days none is left"
tap_is "$(query "SELECT count(*) > 3 FROM perfadvisor.vacuum_health WHERE check_name = 'freeze_overdue' AND status = 'warning'")" t "tables that autovacuum should have frozen are named"
mend freeze_overdue public.holder "and frozen as printed they are gone from the list"
mend freeze_age postgres "and when all tables are frozen as printed the database is young again"
pa_server_stop health
tap_done
