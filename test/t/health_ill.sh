#!/bin/bash
# health: a server that is ill in every way that can be made is found to be, whoever asks, and what is printed mends it; a healthy one is left alone

set -u
cd "$(dirname "$0")/../.." || exit 1
PA_TOP=$PWD
. test/lib/prepare.sh
. test/lib/server.sh
. test/lib/tap.sh

# query prints what a statement answers with, in a session of its own.
query() {
	pa_psql -d "${2:-app}" -At -c "$1" 2>&1
}

# wait_for QUERY waits until a query answers t, which it tells.
wait_for() {
	for _ in $(seq "${2:-60}"); do
		[ "$(query "$1")" = t ] && return 0
	done
	return 1
}

# session NAME ROLE starts a session that does what is written to it with say.
declare -A input pids
session() {
	local fd

	mkfifo "$PA_WORK/$1.fifo"
	PGAPPNAME=$1 PGUSER=$2 pa_psql -d app -At -f - <"$PA_WORK/$1.fifo" >"$PA_WORK/$1.out" 2>&1 &
	pids[$1]=$!
	exec {fd}>"$PA_WORK/$1.fifo"
	input[$1]=$fd
}

# say NAME SQL has a session run something, without waiting for its end.
say() {
	echo "$2" >&"${input[$1]}"
}

# later sets the clock of the views of sessions, locks and replication two hours ahead: they are made anew as they
# are, and only what they ask for the time is replaced. What counts transactions begins at a thousandth. sooner QUERY
# does the same to a query that verifies.
later() {
	pa_psql -d app -f - >/dev/null <<-'SQL'
		DO $$
		DECLARE name text;
		BEGIN
		    FOREACH name IN ARRAY ARRAY['pool_health', 'lock_health', 'replication_health'] LOOP
		        EXECUTE format('CREATE OR REPLACE VIEW perfadvisor.%I AS %s', name,
		            replace(replace(replace(pg_get_viewdef(format('perfadvisor.%I', name)::regclass), 'clock_timestamp()', '(clock_timestamp() + interval ''2 hours'')'),
		                '>= (60000)::double precision', '>= (1000)::double precision'), '1000000', '1000'));
		    END LOOP;
		END $$;
	SQL
}
sooner() {
	sed "s/now()/(now() + interval '2 hours')/g"
}

# look asks once for all that is found; ill lists the checks of an area that found something then, each once.
look() {
	query "SELECT DISTINCT area || ' ' || check_name FROM perfadvisor.findings WHERE severity IN ('info', 'warning', 'critical') AND object NOT LIKE 'postgres/%' ORDER BY 1" >"$PA_WORK/found"
}
ill() {
	sed -n "s/^$1 //p" "$PA_WORK/found" | paste -sd ' '
}

# among WANTED GOT prints those of some words that are missing in others.
among() {
	local word

	for word in $1; do
		case " $2 " in *" $word "*) ;; *) echo "$word" ;; esac
	done
}

# run_printed SQL runs what a finding prints the way the reference tells to: one statement of each line.
run_printed() {
	printf "SELECT unnest(string_to_array(\$printed\$%s\$printed\$, E';\\\\n'))\n\\\\gexec\n" "$1" | pa_psql -d app -v ON_ERROR_STOP=1 -At -f - 2>&1 >/dev/null
}

# printed CONDITION lists findings, one in a line: id, name, lock_note, fix_sql, verify_sql and undo_sql, without
# characters that a shell might see.
printed() {
	query "SELECT concat_ws(' ', finding_id, p.n, p.l, p.f, p.v, p.u)
		FROM perfadvisor.findings AS f
		     CROSS JOIN LATERAL (SELECT c('x' || check_name || ' of ' || object) AS n, c('x' || coalesce(lock_note, '')) AS l, c('x' || fix_sql) AS f,
		                                c('x' || coalesce(verify_sql, '')) AS v, c('x' || coalesce(undo_sql, '')) AS u) AS p
		WHERE $1"
}

# read_line LINE sets id, name, note, fix, verify and undo from such a line.
read_line() {
	local words

	read -r -a words <<<"$1"
	id=${words[0]}
	name=$(base64 -d <<<"${words[1]}") note=$(base64 -d <<<"${words[2]}") fix=$(base64 -d <<<"${words[3]}")
	verify=$(base64 -d <<<"${words[4]}" | sooner) undo=$(base64 -d <<<"${words[5]}")
	name=${name#x} note=${note#x} fix=${fix#x} verify=${verify#x} undo=${undo#x}
}

# mend runs what the last line read has: fix_sql, verify_sql, undo_sql and fix_sql again; prints what is wrong.
mend() {
	local said restart=

	case $note in *"no restart"*) ;; *restart*) restart=yes ;; esac
	said=$(run_printed "$fix") || echo "$name: $fix: $said"
	[ -z "$restart" ] || restart_server
	wait_for "$verify" || echo "$name: $fix does not mend it, by $verify"
	echo "$id" >>"$PA_WORK/mended"
	[ -n "$undo" ] || return 0
	# a session, or a slot's position, does not come back
	case $fix in *pg_terminate_backend* | *pg_cancel_backend* | *pg_drop_replication_slot*) return 0 ;; esac
	said=$(run_printed "$undo") || echo "$name: $undo: $said"
	[ -z "$restart" ] || restart_server
	wait_for "SELECT NOT ($verify)" || echo "$name: $undo does not undo it, by $verify"
	said=$(run_printed "$fix") || echo "$name: $fix, again: $said"
	[ -z "$restart" ] || restart_server
	echo "$id" >>"$PA_WORK/undone"
}

restart_server() {
	pa_server_stop app
	pa_server_start app
}

pool="connections idle_in_transaction session_churn session_ends timeout_unset unused_connections reserved_connections pending_restart"
locks="blocking deadlocks lock_table long_transaction prepared_transaction"
replication="archiver slot slot_limit slot_xmin"
vacuum="autovacuum_workers dead_rows insert_vacuum multixact_age table_autovacuum_off visibility_map xmin_horizon"
statistics="analyze_settings never_analysed stale"
indexes="foreign_key_unindexed invalid_index many_indexes no_primary_key"
settings="pending_restart planner_method setting"
others="backend_writes exhaustion foreign_table_statistics"

pa_prepare test
pa_begin
pa_build
cat >"$PA_WORK/well.conf" <<-'CONF'
	shared_preload_libraries = 'perfadvisor'
	perfadvisor.snapshot_interval = 0
	max_connections = 32
	max_prepared_transactions = 5
	wal_level = logical
	autovacuum_naptime = '1s'
	archive_mode = on
	archive_command = 'true'
	deadlock_timeout = '50ms'
	log_min_messages = panic
	restart_after_crash = on
CONF
pa_server_create app "$PA_WORK/well.conf"
echo "fsync = on
full_page_writes = on" >>"$PA_WORK/app/data/postgresql.conf"
pa_server_start app
pa_psql -d postgres -c "CREATE DATABASE app" -c "CREATE ROLE hoard LOGIN" -c "CREATE ROLE churn LOGIN" -c "CREATE ROLE steady LOGIN" -c "CREATE ROLE nobody_here LOGIN" -c "CREATE ROLE watcher LOGIN IN ROLE pg_monitor" \
	-c "ALTER ROLE steady SET statement_timeout = '1min'" -c "ALTER ROLE steady SET idle_in_transaction_session_timeout = '1min'"
tap_plan 24

# Healthy: tables with keys, vacuumed and analysed, that a few clients of a role with limits use
pa_psql -d app -f - >/dev/null <<-'SQL'
	CREATE EXTENSION perfadvisor;
	CREATE FUNCTION c(text) RETURNS text LANGUAGE sql AS $$ SELECT replace(encode(convert_to($1, 'UTF8'), 'base64'), E'\n', '') $$;
	CREATE TABLE fine (id int PRIMARY KEY, part int, v text);
	INSERT INTO fine SELECT i, i % 100, 'x' FROM generate_series(1, 21000) i;
	CREATE INDEX fine_part ON fine (part);
	CREATE TABLE fine_child (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, fine_id int REFERENCES fine);
	CREATE INDEX fine_child_fine ON fine_child (fine_id);
	INSERT INTO fine_child (fine_id) SELECT i FROM generate_series(1, 20000) i;
	GRANT ALL ON fine, fine_child TO PUBLIC;
SQL
# In a session of its own: what one has inserted within the last second is counted after its ANALYZE
pa_psql -d app -c "VACUUM ANALYZE" >/dev/null
later
echo "SELECT count(*) FROM fine WHERE part = 7; UPDATE fine SET v = 'y' WHERE id = (SELECT 1 + pg_backend_pid() % 20000);" >"$PA_WORK/steady.sql"
PGUSER=steady pa_run "$PA_BINDIR/pgbench" -n -c 1 -t 600 -f "$PA_WORK/steady.sql" app >/dev/null 2>&1
query "SELECT pg_switch_wal()" >/dev/null
look
found=$(for area in pool lock replication vacuum statistics index sequence cache maintenance; do ill "$area" | tr ' ' '\n'; done | grep -vxE 'timeout_unset|advice_not_computed|')
tap_is "$found" "" "of a healthy server nothing is said"
tap_is "$(query "SELECT count(*) FROM perfadvisor.findings WHERE check_name = 'timeout_unset' AND object LIKE 'steady%'")" 0 "nor of a role with limits"
tap_is "$(query "SELECT string_agg(object, ' ') FROM perfadvisor.findings WHERE check_name IN ('planner_method', 'pending_restart')")" "" "nor of its settings"

# Ill: settings
cat >>"$PA_WORK/app/data/postgresql.conf" <<-'CONF'
	superuser_reserved_connections = 0
	max_locks_per_transaction = 20
	shared_buffers = '4MB'
	archive_command = 'false'
	autovacuum_max_workers = 1
	autovacuum_vacuum_cost_limit = 1
	autovacuum_vacuum_cost_delay = '100ms'
	autovacuum_multixact_freeze_max_age = 10000
	default_statistics_target = 20
	enable_hashjoin = off
	fsync = off
	full_page_writes = off
CONF
restart_server
# tables, their keys and their indexes
pa_psql -d app -f - >/dev/null 2>"$PA_WORK/ill.err" <<-'SQL'
	CREATE TABLE neglected (id int, v text) WITH (autovacuum_enabled = off);
	INSERT INTO neglected SELECT i, 'x' FROM generate_series(1, 20000) i;
	CREATE TABLE loaded (id int PRIMARY KEY) WITH (autovacuum_enabled = off);
	INSERT INTO loaded SELECT i FROM generate_series(1, 120000) i;
	CREATE TABLE waiting (id int, v text) WITH (autovacuum_vacuum_threshold = 50);
	INSERT INTO waiting SELECT i, repeat('x', 200) FROM generate_series(1, 20000) i;
	CREATE TABLE unmapped (id int PRIMARY KEY, v text) WITH (autovacuum_enabled = off, fillfactor = 10);
	INSERT INTO unmapped SELECT i, repeat('x', 700) FROM generate_series(1, 13500) i;
	CREATE TABLE large (id int PRIMARY KEY);
	INSERT INTO large SELECT i FROM generate_series(1, 110000) i;
	CREATE TABLE pinned AS SELECT i AS id FROM generate_series(1, 20000) i;
	ANALYZE pinned;
	CREATE TABLE unknown_rows AS SELECT i AS id FROM generate_series(1, 20000) i;
	ALTER TABLE unknown_rows SET (autovacuum_enabled = off);
	CREATE TABLE crowded (id int PRIMARY KEY, a int, b int, c int) WITH (autovacuum_enabled = off);
	DO $$ BEGIN FOR n IN 1..10 LOOP EXECUTE format('CREATE INDEX crowded_%s ON crowded ((a + %s))', n, n); END LOOP; END $$;
	INSERT INTO crowded SELECT i, i, i, i FROM generate_series(1, 101000) i;
	CREATE TABLE parent (id int PRIMARY KEY);
	INSERT INTO parent SELECT i FROM generate_series(1, 2000) i;
	CREATE TABLE child (id int PRIMARY KEY, parent_id int REFERENCES parent);
	INSERT INTO child SELECT i, i % 1000 + 1 FROM generate_series(1, 20000) i;
	CREATE TABLE doubled AS SELECT i / 2 AS v FROM generate_series(1, 1000) i;
	CREATE TABLE serials (id serial PRIMARY KEY);
	SELECT setval('serials_id_seq', 2000000000);
	CREATE EXTENSION postgres_fdw;
	CREATE TABLE queued (id int);
	CREATE TABLE held (id int PRIMARY KEY);
	INSERT INTO held VALUES (1), (2);
	GRANT ALL ON queued, held TO PUBLIC;
	ANALYZE neglected, loaded, unmapped, large, crowded, child, parent, waiting;
	DELETE FROM neglected WHERE id <= 15000;
	DELETE FROM parent WHERE id > 1990;
	SELECT count(*) FROM unmapped WHERE id = 1;
	UPDATE large SET id = id WHERE id <= 100000;
	DELETE FROM waiting WHERE id % 2 = 0;
	UPDATE pg_class SET reltuples = 5e6 WHERE relname = 'large';
SQL
query "CREATE UNIQUE INDEX CONCURRENTLY doubled_v ON doubled (v)" >/dev/null
query "DELETE FROM doubled" >/dev/null
query "CREATE SERVER here FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '$PGHOST', port '$PGPORT', dbname 'app')" >/dev/null
query "CREATE USER MAPPING FOR postgres SERVER here OPTIONS (user 'postgres')" >/dev/null
query "CREATE FOREIGN TABLE far (id int) SERVER here OPTIONS (table_name 'fine')" >/dev/null
# multixacts: a row that is locked twice in one transaction, by a transaction and its subtransactions
query "DO \$\$ BEGIN
	FOR i IN 1..21000 LOOP
		BEGIN
			PERFORM FROM fine WHERE id = i FOR SHARE;
			BEGIN
				PERFORM FROM fine WHERE id = i FOR UPDATE;
			EXCEPTION WHEN division_by_zero THEN NULL; END;
		EXCEPTION WHEN division_by_zero THEN NULL; END;
	END LOOP; END \$\$" >/dev/null
# buffers that sessions must clean themselves
for _ in $(seq 15); do
	query "UPDATE crowded SET c = c + 1" >/dev/null
	[ "$(query "SELECT status FROM perfadvisor.cache_health WHERE check_name = 'backend_writes'")" = ok ] || break
done
query "SELECT pg_switch_wal()" >/dev/null
query "SELECT pg_create_physical_replication_slot('forgotten', true)" >/dev/null
query "SELECT pg_create_logical_replication_slot('lazy', 'pgoutput')" >/dev/null
query "ALTER SYSTEM SET max_prepared_transactions = 6" >/dev/null
query "ALTER SYSTEM SET max_wal_senders = 12" >/dev/null
query "SELECT pg_reload_conf()" >/dev/null

# Ill: sessions
PGUSER=churn pa_run "$PA_BINDIR/pgbench" -n -C -c 1 -t 400 -f "$PA_WORK/steady.sql" app >/dev/null 2>&1
PGUSER=hoard pa_run "$PA_BINDIR/pgbench" -n -c 1 -t 1100 -f "$PA_WORK/steady.sql" app >/dev/null 2>&1
for n in $(seq 22); do
	session "hoard$n" hoard
	say "hoard$n" "SELECT 1;"
done
session idle steady
say idle "BEGIN; LOCK TABLE queued;"
session waits churn
session works postgres
say works "SELECT pg_sleep(600);"
wait_for "SELECT count(*) > 0 FROM pg_locks WHERE relation = 'queued'::regclass AND granted"
say waits "SELECT count(*) FROM queued;"
# transactions in doubt; the second one holds as many locks as half the lock table has
query "CREATE SCHEMA many" >/dev/null
for n in $(seq 0 3); do
	query "DO \$\$ BEGIN FOR n IN $((n * 100))..$((n * 100 + 99)) LOOP EXECUTE format('CREATE TABLE many.t%s (id int)', n); END LOOP; END \$\$" >/dev/null
done
pa_psql -d app -c "BEGIN; INSERT INTO held VALUES (3); PREPARE TRANSACTION 'in doubt'" >/dev/null
pa_psql -d app -c "DELETE FROM pinned WHERE id <= 15000" -c "VACUUM pinned" >/dev/null
session locks postgres
say locks "BEGIN; DO \$\$ BEGIN FOR n IN 0..399 LOOP EXECUTE format('LOCK TABLE many.t%s', n); END LOOP; END \$\$;"
# deadlocks
for n in 1 2 3 4; do
	session "one$n" postgres
	session "two$n" postgres
	say "one$n" "BEGIN; UPDATE held SET id = id WHERE id = 1; SELECT 'ready';"
	say "two$n" "BEGIN; UPDATE held SET id = id WHERE id = 2; SELECT 'ready';"
	until grep -q ready "$PA_WORK/one$n.out" && grep -q ready "$PA_WORK/two$n.out"; do :; done
	say "one$n" "UPDATE held SET id = id WHERE id = 2; ROLLBACK;"
	say "two$n" "UPDATE held SET id = id WHERE id = 1; ROLLBACK;"
	until grep -q deadlock "$PA_WORK/one$n.out" "$PA_WORK/two$n.out"; do :; done
	eval "exec ${input[one$n]}>&- ${input[two$n]}>&-"
	wait "${pids[one$n]}" "${pids[two$n]}"
done
query "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'hoard'" >/dev/null
query "SELECT pg_stat_force_next_flush()" >/dev/null
# what took more than a thousand transactions
query "DO \$\$ BEGIN FOR i IN 1..1500 LOOP BEGIN INSERT INTO queued_copy VALUES (i); EXCEPTION WHEN undefined_table THEN PERFORM pg_current_xact_id(); END; END LOOP; END \$\$" >/dev/null
for _ in $(seq 3); do query "DO \$\$ BEGIN FOR i IN 1..500 LOOP COMMIT; PERFORM pg_current_xact_id(); END LOOP; END \$\$" >/dev/null; done
wait_for "SELECT failed_count > 0 FROM pg_stat_archiver"
wait_for "SELECT count(*) > 0 FROM pg_stat_activity WHERE backend_type = 'autovacuum worker'"
for _ in $(seq 100); do
	look
	[ -n "$(among "$pool $locks $replication $vacuum $statistics $indexes $settings $others" "$(cut -d ' ' -f 2 "$PA_WORK/found" | paste -sd ' ')")" ] || break
done

tap_is "$(among "$pool" "$(ill pool)")" "" "a full, hoarding, churning, waiting pool is found, and what its roles lack"
tap_is "$(among "$locks" "$(ill lock)")" "" "so are who blocks whom, long and prepared transactions, deadlocks and a full lock table"
tap_is "$(among "$replication" "$(ill replication)")" "" "slots that nobody reads and failing archiving"
tap_is "$(among "$vacuum" "$(ill vacuum)")" "" "what vacuuming lacks"
tap_is "$(among "$statistics" "$(ill statistics)")" "" "what statistics lack"
tap_is "$(among "$indexes" "$(ill index)")" "" "what indexes lack"
tap_is "$(among "$settings" "$(ill settings)")" "" "settings"
tap_is "$(among "$others" "$(ill cache) $(ill sequence) $(ill maintenance)")" "" "buffers, sequences and foreign tables"
tap_is "$(query "SELECT string_agg(object, ' ' ORDER BY object) FROM perfadvisor.findings WHERE object ~ '\\yfine' AND area IN ('vacuum', 'statistics', 'index', 'sequence') AND check_name <> 'freeze_overdue'")" "" "and of the healthy tables among them nothing is said"

# Whoever asks: the same, or that it is unknown. How many sessions begin in a second changes between two looks
unseen="WITH told AS (SELECT area, check_name, object, severity FROM perfadvisor.findings WHERE severity <> 'unknown'),
	seen AS (SELECT * FROM dblink('%s', 'SELECT area, check_name, object, status FROM perfadvisor.all_checks') AS d(area text, check_name text, object text, status text))
	SELECT string_agg(DISTINCT t.area || '.' || t.check_name, ' ') FROM told AS t
	WHERE t.area NOT IN ('outcome', 'plan', 'pattern', 'cache', 'target') AND t.check_name NOT IN ('missing_index', 'advice_not_computed', 'unused_index', 'redundant_index', 'duplicate_index')
	  AND t.check_name NOT LIKE '%%\\_statistics' AND NOT (t.area = 'recorder')
	  AND NOT EXISTS (SELECT FROM seen AS s WHERE s.area = t.area AND s.check_name = t.check_name AND ((s.object = t.object OR t.object LIKE 'session of %%') AND (s.status <> 'ok' OR t.check_name = 'session_churn') OR s.status = 'unknown'))"
query "CREATE EXTENSION dblink" >/dev/null
tap_is "$(query "$(printf "$unseen" "host=$PGHOST port=$PGPORT dbname=app user=nobody_here")")" "" "a role without rights is told the same of each, or that it is unknown"
tap_is "$(query "$(printf "$unseen" "host=$PGHOST port=$PGPORT dbname=app user=watcher")")" "" "and so is a member of pg_monitor"
tap_is "$(PGUSER=watcher query "SELECT string_agg(DISTINCT check_name, ' ') FROM perfadvisor.all_checks WHERE status = 'unknown' AND area IN ('pool', 'lock', 'replication', 'vacuum') AND check_name <> 'table_bloat'")" "" "to whom no number of sessions, locks and replication is unknown"

# What is printed mends it (not of the role that asks: its own settings would hide others'), and is undone as printed: first what goes on a running server
touch "$PA_WORK/mended" "$PA_WORK/undone"
# its locks are not what a remedy is to wait for
eval "exec ${input[locks]}>&-"
wait "${pids[locks]}"
chosen="fix_sql IS NOT NULL AND object NOT LIKE 'postgres/%' AND severity IN ('info', 'warning', 'critical') AND area NOT IN ('recorder', 'outcome', 'plan', 'pattern', 'target') AND check_name NOT IN ('advice_not_computed', 'missing_index')"
running="lock_note NOT LIKE '%restart%' OR lock_note LIKE '%no restart%'"
# who blocks goes first, or others wait; dead rows are removed when nothing holds them any more
printed "$chosen AND ($running) ORDER BY array_position(ARRAY['lock', 'pool', 'replication', 'vacuum'], area), check_name <> 'prepared_transaction', check_name = 'blocking',
	check_name NOT IN ('xmin_horizon', 'autovacuum_workers'), check_name = 'multixact_age'" >"$PA_WORK/printed"
while read -r line; do
	read_line "$line"
	[ -n "$verify" ] || echo "$name: nothing verifies it"
	[ "$(query "$verify" </dev/null)" = f ] || echo "$name: not ill before, by $verify"
done <"$PA_WORK/printed" >"$PA_WORK/wrong"
tap_is "$(cat "$PA_WORK/wrong")" "" "before anything is mended, verify_sql says so"
while read -r line; do
	read_line "$line"
	[ "$(query "$verify" </dev/null)" = t ] || mend </dev/null
done <"$PA_WORK/printed" >"$PA_WORK/wrong"
tap_is "$(cat "$PA_WORK/wrong")" "" "each fix_sql runs as printed, mends what it says, verify_sql tells, and undo_sql takes it back"
ids=$(sed "s/.*/'&'/" "$PA_WORK/mended" | paste -sd, -)
wait_for "SELECT NOT EXISTS (SELECT FROM perfadvisor.findings WHERE finding_id IN ($ids) AND severity <> 'unknown')" 20
tap_is "$(query "SELECT string_agg(check_name || ' of ' || object, ', ') FROM perfadvisor.findings WHERE finding_id IN ($ids) AND severity <> 'unknown'")" "" "and then none of these findings is left"
tap_is "$(($(wc -l <"$PA_WORK/mended") >= 25))" 1 "which was tried on 25 findings or more"
tap_is "$(($(wc -l <"$PA_WORK/undone") >= 8))" 1 "and undone of 8 or more"

# Then what takes a restart. Archiving is mended by hand: SQL cannot know the command
tap_is "$(query "SELECT fix_sql IS NULL AND lock_note LIKE '%log%' FROM perfadvisor.findings WHERE check_name = 'archiver'")" t "where only a human can mend it, that is what it says"
query "ALTER SYSTEM SET archive_command = 'true'" >/dev/null
query "SELECT pg_reload_conf()" >/dev/null
kill $(jobs -p) 2>/dev/null
printed "$chosen AND NOT ($running) AND check_name NOT IN ('lock_table', 'pending_restart')" >"$PA_WORK/printed"
while read -r line; do
	read_line "$line"
	[ "$(query "$verify" </dev/null)" = t ] || mend </dev/null
done <"$PA_WORK/printed" >"$PA_WORK/wrong"
tap_is "$(cat "$PA_WORK/wrong")" "" "so does what needs a restart, which the lock_note says"
tap_is "$(query "SELECT count(*) FROM perfadvisor.findings WHERE check_name = 'pending_restart'")" 0 "a restart ends what waits for one"
wait_for "SELECT NOT EXISTS (SELECT FROM perfadvisor.findings WHERE area IN ('lock', 'replication') AND severity IN ('warning', 'critical'))"
look
tap_is "$(ill lock | tr ' ' '\n' | grep -v deadlocks)$(ill replication)" "" "and of locks and replication nothing is left"
tap_done
