#!/bin/bash
# sources: the advice of a primary serves its standbys too, measured on each, and an index that only a standby uses is not called unused

set -u
cd "$(dirname "$0")/../.." || exit 1
PA_TOP=$PWD
. test/lib/prepare.sh
. test/lib/server.sh
. test/lib/tap.sh

# on SERVER SQL prints what a statement answers with, in a session of its own on a server.
on() {
	PGPORT=$(pa_port "$1") pa_psql -d app -At -c "$2" 2>&1
}

# run SERVER FORMAT executes a statement for 20 values.
run() {
	local n

	for n in $(seq 20); do
		# shellcheck disable=SC2059
		printf "$2;\n" "$n"
	done | PGPORT=$(pa_port "$1") pa_psql -d app -f - >/dev/null
}

# mean SERVER PATTERN prints the mean time of a statement, ms.
mean() {
	on "$1" "SELECT sum(total_exec_time) / sum(calls) FROM perfadvisor.statements WHERE query LIKE '$2'"
}

# add_standby NAME makes a standby of the primary.
add_standby() {
	pa_as mkdir "$PA_WORK/$1"
	PGPORT=$(pa_port primary) pa_run "$PA_BINDIR/pg_basebackup" -D "$PA_WORK/$1/data" -R --checkpoint=fast >"$PA_WORK/backup.log" 2>&1 || cat "$PA_WORK/backup.log" >&2
	echo "port = $(pa_port "$1")" >>"$PA_WORK/$1/data/postgresql.conf"
	echo "cluster_name = 'the $1'" >>"$PA_WORK/$1/data/postgresql.conf"
	pa_server_start "$1"
}

# until_true SERVER SQL polls until a query answers with t.
until_true() {
	local _

	for _ in $(seq 3000); do
		[ "$(on "$1" "$2")" = t ] && return 0
	done
	return 1
}

# wake has the primary's launcher take the interval for over.
wake() {
	pa_as kill -USR2 "$(on primary "SELECT pid FROM pg_stat_activity WHERE backend_type = 'perfadvisor launcher'")"
}

# caveat INDEX prints what index_cleanup does not know of an index.
caveat() {
	on primary "SELECT caveat FROM perfadvisor.index_cleanup WHERE index = '$1'::regclass"
}

# caught_up SERVER waits until a standby has replayed all that the primary has written.
caught_up() {
	local lsn

	lsn=$(on primary "SELECT pg_current_wal_lsn()")
	until [ "$(on "$1" "SELECT pg_last_wal_replay_lsn() >= '$lsn'")" = t ]; do :; done
}

pa_prepare test
pa_begin
pa_build
pa_server_create primary test/perfadvisor.conf
echo "perfadvisor.snapshot_interval = '1h'" >>"$PA_WORK/primary/data/postgresql.conf"
pa_server_start primary
tap_plan 23
pa_psql -d postgres -c "CREATE DATABASE app"
pa_psql -d app <<'SQL'
CREATE EXTENSION perfadvisor;
CREATE TABLE orders AS SELECT n AS id, n % 3000 AS customer, n % 2500 AS product, n % 2000 AS shop, md5(n::text) AS code, now() - n * interval '1 min' AS created
FROM generate_series(1, 120000) n;
CREATE INDEX orders_code ON orders (code);
CREATE INDEX orders_created ON orders (created);
ANALYZE orders;
SELECT perfadvisor.reset() \g /dev/null
SQL
SQL_1="SELECT count(*) AS by_customer FROM orders WHERE customer = %s"
SQL_2="SELECT count(*) AS by_product FROM orders WHERE product = %s"
SQL_3="SELECT count(*) AS by_shop FROM orders WHERE shop = %s"
SQL_4="SELECT count(*) AS by_code FROM orders WHERE code = md5('%s')"

add_standby first
add_standby second
for server in primary first second; do
	on $server "SELECT perfadvisor.reset()" >/dev/null
done
run primary "$SQL_1"
run first "$SQL_2"
run second "$SQL_3"
run second "$SQL_4"
tap_is "$(on first "SELECT pg_is_in_recovery(), sum(calls) FROM perfadvisor.statements WHERE query LIKE '%AS by_product%' GROUP BY 1")" "t|20" "a standby records what runs on it"
tap_is "$(on primary "SELECT ddl LIKE '%(customer)%' FROM perfadvisor.index_advice")" t "the primary alone advises for itself only"
until [ "$(on second "SELECT idx_scan > 0 FROM pg_stat_user_indexes WHERE indexrelname = 'orders_code'")" = t ]; do :; done
tap_is "$(on primary "SELECT problem FROM perfadvisor.index_cleanup WHERE index = 'orders_code'::regclass")" unused "and takes an index that only a standby uses for unused"
tap_is "$(caveat orders_code | grep -o 'standbys are connected ([^)]*)')" 'standbys are connected ("the first", "the second")' "with the caveat that there are standbys, by their names"

# By hand, and by the worker
document=$(on first "SELECT perfadvisor.export_workload()")
tap_is "$(PGPORT=$(pa_port primary) pa_psql -d app -At -v doc="$document" -f - <<<"SELECT perfadvisor.import_workload(:'doc', 'first') > 0")" t "a standby's workload can be taken in by hand"
tap_is "$(caveat orders_created | grep -o 'standbys are connected ([^)]*)')" 'standbys are connected ("the second")' "that standby is known from then on, and the other one is not"
on primary "CREATE EXTENSION dblink; SELECT perfadvisor.add_source('second', 'host=$PA_SOCKETS port=$(pa_port second) dbname=app user=postgres')" >/dev/null
on primary "SELECT perfadvisor.add_source('gone', 'host=$PA_SOCKETS port=1 dbname=app user=postgres')" >/dev/null
wake
until_true primary "SELECT count(*) = 2 FROM perfadvisor.sources WHERE pulled AND coalesce(imported_at, error_at) IS NOT NULL"
tap_ok $? "or be fetched by the worker, by nobody's command"
tap_is "$(on primary "SELECT string_agg(source || ' ' || (statements > 0) || ' ' || coalesce(left(error, 19), 'fine'), ', ' ORDER BY source) FROM perfadvisor.sources")" \
	"first true fine, gone false could not establish, second true fine" "what cannot be fetched says why, and keeps nothing else from it"
tap_is "$(on primary "SELECT standby FROM perfadvisor.sources WHERE source = 'second'")" t "the source is known to be a standby"
tap_is "$(caveat orders_created | grep -c 'standbys')" 0 "no standby is left of which nothing is known"
tap_is "$(on primary "SELECT evidence LIKE '%and none on first, second%' FROM perfadvisor.index_cleanup WHERE index = 'orders_created'::regclass")" t "what none of them scans is called unused, and it is said that all were asked"

advice=$(on primary "SELECT ddl FROM perfadvisor.index_advice")
tap_is "$(grep -c . <<<"$advice")" 3 "now three indexes are advised"
tap_is "$(on primary "SELECT string_agg(DISTINCT sources::text, ' ' ORDER BY sources::text) FROM perfadvisor.index_advice_statements")" "{first} {second} {}" "and it is said which server each of them serves"
tap_is "$(on primary "SELECT string_agg(sources::text, ' ' ORDER BY sources::text) FROM perfadvisor.fleet_statements WHERE query LIKE '%AS by_%'")" "{first} {second} {second} {}" "fleet_statements has the statements of all three"
tap_is "$(on primary "SELECT count(*) FROM perfadvisor.index_cleanup WHERE index = 'orders_code'::regclass")" 0 "and the index that a standby uses is not called unused"
before_1=$(mean primary '%AS by_customer%')
before_2=$(mean first '%AS by_product%')
before_3=$(mean second '%AS by_shop%')
scans=$(on second "SELECT idx_scan FROM pg_stat_user_indexes WHERE indexrelname = 'orders_code'")
grep -v '^$' <<<"$advice" | sed 's/$/;/' | PGPORT=$(pa_port primary) pa_psql -d app -f - >/dev/null
for server in first second; do
	caught_up $server
done
for server in primary first second; do
	on $server "SELECT perfadvisor.reset()" >/dev/null
done
run primary "$SQL_1"
run first "$SQL_2"
run second "$SQL_3"
run second "$SQL_4"
tap_is "$(on primary "SELECT $(mean primary '%AS by_customer%') < $before_1 / 3")" t "the primary's statement is at least three times as fast"
tap_is "$(on primary "SELECT $(mean first '%AS by_product%') < $before_2 / 3")" t "so is the first standby's"
tap_is "$(on primary "SELECT $(mean second '%AS by_shop%') < $before_3 / 3")" t "and the second's"
until_true second "SELECT idx_scan >= $scans + 20 FROM pg_stat_user_indexes WHERE indexrelname = 'orders_code'"
tap_ok $? "whose index is still there, and used"
printf '# ms before and after: %s\n' "primary $before_1 $(mean primary '%AS by_customer%'), first $before_2 $(mean first '%AS by_product%'), second $before_3 $(mean second '%AS by_shop%')"

# A standby cannot keep history, but advises
tap_is "$(on first "SELECT perfadvisor.snapshot()" | grep -c 'cannot take a snapshot during recovery')" 1 "a standby takes no snapshot, and says so"
tap_is "$(on first "SELECT count(*) >= 0 FROM perfadvisor.index_advice")" t "it can be asked for advice"
tap_is "$(on primary "SELECT perfadvisor.remove_source('first')" | wc -l)" 1 "a source can be removed"
tap_is "$(on primary "SELECT count(*) FROM perfadvisor.source_statements WHERE source = 'first'")" 0 "with all that came from it"
pa_server_stop second
pa_server_stop first
pa_server_stop primary
tap_done
