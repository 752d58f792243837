#!/bin/bash
# health: what rarely is ill is found too: connections that nobody uses, a slot that soon meets its limit, a recorder that loses what it records; what is printed mends it

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

# finding CHECK COLUMN [OBJECT] prints a column of a finding.
finding() {
	query "SELECT $2 FROM perfadvisor.findings WHERE check_name = '$1' AND object = '${3:-$1}'"
}

# run_printed SQL runs what a finding prints the way the reference tells to: one statement of each line.
run_printed() {
	printf "SELECT unnest(string_to_array(\$printed\$%s\$printed\$, E';\\\\n'))\n\\\\gexec\n" "$1" | pa_psql -d postgres -v ON_ERROR_STOP=1 -o /dev/null -f - 2>&1
}

# restart_server starts the server anew, as a lock_note asks for.
restart_server() {
	pa_server_stop rare
	pa_server_start rare
}

# await QUERY WANTED waits until a query answers as wanted, half a minute at most, and prints its last answer.
await() {
	local said tries=0

	until said=$(query "$1") && [ "$said" = "$2" ]; do
		tries=$((tries + 1))
		[ $tries -lt 300 ] || break
		sleep 0.1
	done
	echo "$said"
}

# mend CHECK OBJECT WHAT [AGAIN] runs fix_sql, verify_sql and undo_sql of a finding, with restarts where lock_note has
# them; AGAIN is what makes it ill after undo_sql, where time must pass for that.
mend() {
	local fix verify undo restart severity

	IFS=$'\x1f' read -r -d '' severity fix verify undo restart _ < <(finding "$1" "concat_ws(E'\x1f', severity, fix_sql, COALESCE(verify_sql, ''), COALESCE(undo_sql, ''), lock_note LIKE '%restart%', '')" "$2")
	tap_is "$(query "$verify")" f "$3: it is not mended before"
	tap_is "$(run_printed "$fix")" "" "$3: what is printed runs"
	[ "$restart" != t ] || restart_server
	tap_is "$(await "$verify" t)" t "$3: verify_sql says that it is mended"
	tap_is "$(query "SELECT count(*) FROM perfadvisor.findings WHERE check_name = '$1' AND object = '$2' AND severity = '$severity'")" 0 "$3: and so does the check"
	tap_is "$(run_printed "$undo")" "" "$3: undo_sql runs"
	[ "$restart" != t ] || restart_server
	"${4:-true}"
	tap_is "$(await "$verify" f) $(finding "$1" severity "$2")" "f $severity" "$3: and takes it back"
}

# many_statements runs statements of three hundred kinds, more than there is room for.
many_statements() {
	local a b c d e

	{
		for a in + - \*; do for b in + - \*; do for c in + - \*; do for d in + - \*; do for e in + - \*; do
			echo "SELECT n $a 1 $b 1 $c 1 $d 1 $e 1 FROM numbers WHERE n = 0;"
			echo "SELECT n $a 1 $b 1 $c 1 $d 1 $e 1 + 1 FROM numbers WHERE n = 0;"
		done; done; done; done; done
	} >"$PA_WORK/many.sql"
	chmod 644 "$PA_WORK/many.sql"
	pa_psql -d postgres -o /dev/null -f "$PA_WORK/many.sql"
}

# long_texts runs statements whose texts find no room in little memory.
long_texts() {
	{
		for n in $(seq 1 120); do
			printf 'SELECT n /* %s */ FROM numbers WHERE n = 0 AND n IN (n%s);\n' "$(head -c 60000 /dev/zero | tr '\0' x)" "$(for _ in $(seq "$n"); do printf ', n + 1'; done)"
		done
	} >"$PA_WORK/long.sql"
	chmod 644 "$PA_WORK/long.sql"
	pa_psql -d postgres -o /dev/null -f "$PA_WORK/long.sql"
}

pa_prepare test
pa_begin
pa_build
tap_plan 45
cat >"$PA_WORK/server.conf" <<-'CONF'
	shared_preload_libraries = 'perfadvisor'
	perfadvisor.snapshot_interval = 0
	perfadvisor.max_statements = 100
	perfadvisor.text_memory = '4MB'
	max_connections = 1000
	shared_buffers = '16MB'
	wal_level = replica
	autovacuum = off
	log_min_messages = fatal
CONF
pa_server_create rare "$PA_WORK/server.conf"
pa_server_start rare
query "CREATE EXTENSION perfadvisor" >/dev/null
query "CREATE TABLE numbers AS SELECT n FROM generate_series(1, 10) n" >/dev/null

# Connections that nobody uses
query "SELECT 1" >/dev/null
tap_is "$(finding max_connections_high severity max_connections)" info "a thousand connections of which a handful were used are worth a look"
mend max_connections_high max_connections "max_connections"

# A slot that is not read, with a limit that it will meet in hours: the view as it is, two hours later
query "ALTER SYSTEM SET max_slot_wal_keep_size = '100MB'" >/dev/null
query "SELECT pg_reload_conf()" >/dev/null
query "SELECT pg_create_physical_replication_slot('forgotten', true)" >/dev/null
pa_psql -d postgres -c "DO \$\$ BEGIN EXECUTE 'CREATE VIEW later AS ' || replace(pg_get_viewdef('perfadvisor.replication_health'::regclass), 'clock_timestamp()', '(clock_timestamp() + interval ''2 hours'')'); END \$\$" >/dev/null
query "CREATE TABLE much AS SELECT repeat('x', 1000) FROM generate_series(1, 40000)" >/dev/null
later="SELECT %s FROM later WHERE check_name = 'slot' AND object = 'forgotten'"
tap_is "$(query "$(printf "$later" "status || ' ' || (evidence ->> 'wal_status') || ' ' || (days_left < 1) || ' ' || (value < 104857600)")")" "critical reserved true true" "a slot that nobody reads is critical when its limit is less than a day away, however little it keeps"
tap_is "$(query "$(printf "$later" "message LIKE '%0 days until max_slot_wal_keep_size at % of WAL a day%'")")" t "and the message has the days and the rate"
query "ALTER SYSTEM SET max_slot_wal_keep_size = '1GB'" >/dev/null
query "SELECT pg_reload_conf()" >/dev/null
until [ "$(query "SHOW max_slot_wal_keep_size")" = 1GB ]; do :; done
tap_is "$(query "$(printf "$later" "status || ' ' || (days_left BETWEEN 1 AND 7)")")" "warning true" "it is a warning when days are left"
query "ALTER SYSTEM RESET max_slot_wal_keep_size" >/dev/null
query "SELECT pg_reload_conf()" >/dev/null
until [ "$(query "SHOW max_slot_wal_keep_size")" = -1 ]; do :; done
tap_is "$(query "$(printf "$later" "days_left IS NOT NULL AND (evidence ->> 'wal_space')::bigint > 0 AND message LIKE '%until the disk is full%'")")" t "without a limit the days are those until the disk is full"
fix=$(query "$(printf "$later" remedy_sql)") verify=$(query "$(printf "$later" verify_sql)") undo=$(query "$(printf "$later" undo_sql)")
tap_is "$(query "$verify") $(run_printed "$fix")$(query "$verify") $(query "$(printf "$later" status)")" "f t " "what is printed drops it, and verify_sql says so"
tap_is "$(run_printed "$undo")$(query "SELECT active FROM pg_replication_slots WHERE slot_name = 'forgotten'")" f "undo_sql makes one of the same name"
mend slot_limit max_slot_wal_keep_size "slots without a limit"
query "SELECT pg_drop_replication_slot('forgotten')" >/dev/null
tap_is "$(query "SELECT string_agg(check_name || ' ' || status, ', ' ORDER BY check_name) FROM perfadvisor.replication_health WHERE check_name LIKE 'slot%'")" "slot ok, slot_limit ok" "without slots there is nothing to say"

# The recorder
tap_is "$(query "SELECT string_agg(check_name, ' ') FROM perfadvisor.findings WHERE area = 'recorder' AND check_name <> 'clock'")" "" "of a recorder that is well nothing is said"
query "ALTER SYSTEM SET compute_query_id = off" >/dev/null
query "SELECT pg_reload_conf()" >/dev/null
tap_is "$(await "SELECT severity FROM perfadvisor.findings WHERE check_name = 'query_ids'" critical)" critical "without query ids a recorder that records nothing says so"
mend query_ids perfadvisor "query ids"
query "ALTER SYSTEM RESET compute_query_id" >/dev/null
query "SELECT pg_reload_conf()" >/dev/null
await "SELECT count(*) FROM perfadvisor.findings WHERE check_name = 'query_ids'" 0 >/dev/null
many_statements
tap_is "$(finding statements_evicted severity perfadvisor) $(finding calls_lost severity perfadvisor)" "warning info" "a recorder whose table is too small says that it loses statements"
mend statements_evicted perfadvisor "a small table" many_statements
long_texts
tap_is "$(finding texts_dropped severity perfadvisor)" warning "one that has no room for texts says so"
mend texts_dropped perfadvisor "little room for texts" long_texts
# not saved for eleven minutes, on a clock that is a few seconds short of that ahead
pa_psql -d postgres -c "DO \$\$ BEGIN EXECUTE 'CREATE OR REPLACE VIEW perfadvisor.self_health AS ' || replace(pg_get_viewdef('perfadvisor.self_health'::regclass), 'clock_timestamp()', '(clock_timestamp() + interval ''656 seconds'')'); END \$\$" >/dev/null
tap_is "$(await "SELECT severity FROM perfadvisor.findings WHERE check_name = 'unsaved_time'" warning)" warning "what was not saved for long is a warning"
fix=$(finding unsaved_time fix_sql perfadvisor) verify=$(finding unsaved_time verify_sql perfadvisor)
tap_is "$(query "$verify") $(run_printed "$fix")" "f " "which is not mended before"
tap_is "$(query "SELECT count(*) FROM perfadvisor.findings WHERE check_name = 'unsaved_time'")" 0 "and is after the save that is printed"
tap_done
