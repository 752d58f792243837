#!/bin/bash
# base: pg_stat_statements, auto_explain and HypoPG work next to perfadvisor, whichever is preloaded first

set -u
cd "$(dirname "$0")/../.." || exit 1
PA_TOP=$PWD
. test/lib/prepare.sh
. test/lib/server.sh
. test/lib/tap.sh

# query prints the one value a statement answers with.
query() {
	pa_psql -d postgres -At -c "$1" 2>&1
}

# check_order LIST WORDS runs the same few statements under one order of shared_preload_libraries.
check_order() {
	local name=${2//[^a-z]/}

	echo "shared_preload_libraries = '$1'" >"$PA_WORK/$name.conf"
	cat >>"$PA_WORK/$name.conf" <<-'CONF'
		pg_stat_statements.track = all
		max_parallel_workers_per_gather = 0
	CONF
	pa_server_create "$name" "$PA_WORK/$name.conf"
	pa_server_start "$name"
	pa_psql -d postgres -c "CREATE EXTENSION pg_stat_statements" -c "CREATE EXTENSION perfadvisor" \
		-c "CREATE TABLE beside AS SELECT n AS id, n % 100 AS part FROM generate_series(1, 50000) n" -c "ANALYZE beside"
	# Only here: auto_explain itself stumbles over an imagined index of HypoPG's when it ends after HypoPG.
	pa_psql -d postgres -c "SET auto_explain.log_min_duration = 0" -c "SELECT count(*) FROM beside WHERE id = 1" -c "SELECT count(*) FROM beside WHERE id = 2" \
		-c "SELECT count(*) FROM beside WHERE id = 3" >/dev/null

	tap_is "$(query "SELECT calls FROM pg_stat_statements WHERE query LIKE 'SELECT count(*) FROM beside WHERE id%'")" 3 \
		"$2: pg_stat_statements counts every execution"
	tap_is "$(query "SELECT sum(calls) FROM perfadvisor.statements WHERE query LIKE 'SELECT count(*) FROM beside WHERE id%'")" 3 \
		"$2: perfadvisor counts every execution"
	tap_is "$(query "SELECT count(*) FROM pg_stat_statements s JOIN perfadvisor.statements p USING (queryid)
		WHERE s.query LIKE 'SELECT count(*) FROM beside WHERE id%'")" 1 \
		"$2: both know the statement by the same query identifier"
	[ "$(grep -c 'Query Text: SELECT count(\*) FROM beside WHERE id' "$PA_WORK/$name/server.log")" -eq 3 ]
	tap_ok $? "$2: auto_explain writes every plan"
	query "SELECT perfadvisor.what_if('SELECT * FROM beside WHERE id = 7', ARRAY['CREATE INDEX ON beside (id)'])" | grep -q 'Index.*Scan'
	tap_ok $? "$2: what_if() plans with an imagined index"
	if [ -f "$PA_SHAREDIR/extension/hypopg.control" ]; then
		pa_psql -d postgres -At -c "CREATE EXTENSION hypopg" -c "SELECT FROM hypopg_create_index('CREATE INDEX ON beside (part, id)')" \
			-c "EXPLAIN SELECT * FROM beside WHERE part = 7 AND id = 7" >"$PA_WORK/$name.hypo" 2>&1
		grep -q 'btree_beside' "$PA_WORK/$name.hypo"
		tap_ok $? "$2: HypoPG's indexes are still seen by EXPLAIN"
	else
		tap_ok 0 "$2: HypoPG # SKIP not installed"
	fi
	pa_server_stop "$name"
}

pa_prepare test
pa_begin
pa_build
tap_plan 12
hypopg=
[ ! -f "$PA_SHAREDIR/extension/hypopg.control" ] || hypopg=hypopg
check_order "perfadvisor, pg_stat_statements, auto_explain${hypopg:+, $hypopg}" "perfadvisor first"
check_order "${hypopg:+$hypopg, }auto_explain, pg_stat_statements, perfadvisor" "perfadvisor last"
tap_done
