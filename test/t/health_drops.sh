#!/bin/bash
# health: no view fails, or waits, because something is dropped or locked beside it
#
# DROPS_TIME (seconds, 5 unless given) is how long tables come and go beside a session that reads everything.

set -u
cd "$(dirname "$0")/../.." || exit 1
PA_TOP=$PWD
. test/lib/prepare.sh
. test/lib/server.sh
. test/lib/tap.sh
. test/lib/readers.sh

DROPS_TIME=${DROPS_TIME:-5}

# query STATEMENT prints what it answers with, in a session of its own.
query() {
	pa_psql -d postgres -At -c "$1" 2>&1
}

# come_and_go N makes and drops one of each kind of thing that views tell of, until the time is over.
come_and_go() {
	while [ ! -e "$PA_WORK/over" ]; do
		sed "s/%/$1/g" "$PA_WORK/ddl.sql" | "$PA_BINDIR/psql" -X -q -d postgres >/dev/null 2>&1
	done
}

pa_prepare test
pa_begin
pa_want_cores
pa_build
tap_plan 12
pa_server_create drops test/perfadvisor.conf
pa_server_start drops
pa_psql -d postgres -o /dev/null <<-'SQL'
	CREATE EXTENSION perfadvisor;
	CREATE TABLE stays (id int, t text, EXCLUDE (id WITH =), UNIQUE (t));
	INSERT INTO stays SELECT i, 'x' || i FROM generate_series(1, 12000) i;
	CREATE INDEX stays_lower ON stays (lower(t));
	CREATE INDEX stays_part ON stays (id) WHERE t <> '';
	ANALYZE stays;
SQL
cat >"$PA_WORK/ddl.sql" <<-'SQL'
	CREATE TABLE p% (id serial, k int, t text) PARTITION BY RANGE (id);
	CREATE TABLE p%_1 PARTITION OF p% FOR VALUES FROM (0) TO (1000);
	CREATE TABLE p%_2 PARTITION OF p% FOR VALUES FROM (1000) TO (9000);
	INSERT INTO p% (k, t) SELECT i % 500, md5(i::text) FROM generate_series(1, 3000) i;
	CREATE TABLE t% (id serial PRIMARY KEY, k int, t text, EXCLUDE (k WITH =));
	INSERT INTO t% (k, t) SELECT i, md5(i::text) FROM generate_series(1, 12000) i;
	CREATE INDEX t%_k ON t% (k);
	CREATE INDEX t%_k_id ON t% (k, id);
	CREATE INDEX t%_lower ON t% (lower(t)) WHERE k > 5;
	CREATE INDEX t%_lower_too ON t% (lower(t)) WHERE k > 5;
	CREATE STATISTICS st% ON k, t FROM t%;
	ANALYZE t%, p%;
	SELECT count(*) FROM t% WHERE t = 'x';
	SELECT count(*) FROM t% WHERE t = 'y' AND k = 3;
	SELECT count(*) FROM t% AS a JOIN p% AS b ON a.k = b.k AND a.t = b.t;
	SELECT count(*) FROM p% WHERE k = 5;
	ALTER TABLE p% DETACH PARTITION p%_1;
	DROP TABLE p%_1;
	DROP STATISTICS st%;
	DROP INDEX t%_k;
	ALTER TABLE t% DROP COLUMN k;
	DROP TABLE t%, p%;
SQL

# Things that are gone, one by one
gone=$(query "SELECT oid FROM pg_class WHERE relname = 'stays_part'")
constraint=$(query "SELECT oid FROM pg_constraint WHERE conrelid = 'stays'::regclass AND contype = 'x'")
tap_is "$(query "SELECT perfadvisor.index_creation($gone)")" "CREATE INDEX CONCURRENTLY stays_part ON public.stays USING btree (id) WHERE (t <> ''::text)" "the statement for an index is known"
tap_is "$(query "SELECT perfadvisor.object_definition('pg_class'::regclass, $gone)")" "CREATE INDEX stays_part ON public.stays USING btree (id) WHERE (t <> ''::text)" "so is its definition"
tap_is "$(query "SELECT perfadvisor.object_definition('pg_constraint'::regclass, $constraint)")" "EXCLUDE USING btree (id WITH =)" "and that of a constraint"
tap_is "$(query "SELECT perfadvisor.object_definition('pg_type'::regclass, 23)")" "ERROR:  catalog must be pg_class or pg_constraint" "of nothing else"

# A table that somebody has locked: what must be read from it is not known, the rest is
mkfifo "$PA_WORK/fifo"
"$PA_BINDIR/psql" -X -q -At -d postgres <"$PA_WORK/fifo" >"$PA_WORK/locked" 2>&1 &
locker=$!
exec 5>"$PA_WORK/fifo"
echo "BEGIN; LOCK TABLE stays IN ACCESS EXCLUSIVE MODE; SELECT 'locked';" >&5
until grep -q locked "$PA_WORK/locked"; do :; done
tap_is "$(query "SET statement_timeout = '20s'; SELECT perfadvisor.index_creation($gone) IS NULL, perfadvisor.object_definition('pg_constraint'::regclass, $constraint) IS NULL" | tail -n 1)" "t|t" \
	"the definition of what is on a locked table is not waited for"
{
	echo "SET statement_timeout = '60s';"
	pa_reading_sql | grep -v statement_timeout
} | pa_psql -d postgres -o /dev/null -v ON_ERROR_STOP=0 -f - >"$PA_WORK/locked.out" 2>&1
tap_is "$(grep -E 'ERROR|FATAL|server closed' "$PA_WORK/locked.out")" "" "all views can be read while a table is locked, without waiting for it"
echo "ROLLBACK; DROP INDEX stays_part; ALTER TABLE stays DROP CONSTRAINT stays_id_excl;" >&5
exec 5>&-
wait $locker
tap_is "$(query "SELECT perfadvisor.index_creation($gone) IS NULL, perfadvisor.object_definition('pg_class'::regclass, $gone) IS NULL,
	perfadvisor.object_definition('pg_constraint'::regclass, $constraint) IS NULL, perfadvisor.may_select($gone) IS NULL, perfadvisor.may_select('stays'::regclass)")" "t|t|t|t|t" \
	"what is gone has no definition and no rights, and that is no error"

# A storm of them
pa_reading_sql >"$PA_WORK/reading.sql"
come_and_go 1 &
first=$!
come_and_go 2 &
second=$!
rounds=0
began=$SECONDS
until [ $((SECONDS - began)) -ge "$DROPS_TIME" ] && [ $rounds -gt 0 ]; do
	pa_psql -d postgres -o /dev/null -v ON_ERROR_STOP=0 -f - <"$PA_WORK/reading.sql" >>"$PA_WORK/storm.out" 2>&1
	rounds=$((rounds + 1))
done
touch "$PA_WORK/over"
wait $first $second
tap_ok "$([ $rounds -gt 0 ]; echo $?)" "everything was read while tables came and went"
tap_is "$(grep -E 'ERROR|FATAL|server closed' "$PA_WORK/storm.out" | grep -v 'a table that the advice is about was dropped' | sort | uniq -c)" "" "and nothing failed because something was dropped"
tap_is "$(grep -c 'a table that the advice is about was dropped' "$PA_WORK/storm.out")" 0 "nor says so"
tap_is "$(query "SELECT count(*) > 0 FROM perfadvisor.index_cleanup WHERE index = 'stays_lower'::regclass OR relation = 'stays'::regclass")" t "what stays is told of"
tap_is "$(grep -cE 'TRAP:|terminated by signal|PANIC' "$PA_WORK/drops/server.log")" 0 "no process died"
pa_server_stop drops
tap_done
