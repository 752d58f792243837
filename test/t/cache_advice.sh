#!/bin/bash
# cache: the hit rates that cache_advice predicts are those of a cache simulated with the same executions, within 10 points

set -u
cd "$(dirname "$0")/../.." || exit 1
PA_TOP=$PWD
. test/lib/prepare.sh
. test/lib/server.sh
. test/lib/tap.sh

# query prints what a statement answers with.
query() {
	pa_psql -d shop -At -c "$1" 2>&1
}

# run_keys DISTRIBUTION SECONDS runs look-ups of keys that are distributed so, on a server that logs them.
run_keys() {
	printf '%s\n' "\\set k $1" "SELECT v FROM items WHERE id = :k;" "\\sleep 1 ms" >"$PA_WORK/keys.sql"
	chmod 644 "$PA_WORK/keys.sql"
	query "SELECT perfadvisor.reset()" >/dev/null
	: >"$PA_WORK/shop/server.log"
	PGOPTIONS="-c log_min_duration_statement=0" pa_run "$PA_BINDIR/pgbench" -n -M simple -c 3 -T "$2" -f "$PA_WORK/keys.sql" shop >"$PA_WORK/bench.log" 2>&1
}

# simulated TTL prints the hit rate of a cache for what the log has, in percent.
simulated() {
	sed -nE 's/^([0-9.]+) .*FROM items WHERE id = ([0-9]+);.*/\1 \2/p' "$PA_WORK/shop/server.log" | sort -n | awk -v ttl="$1" '
		{calls++; if ($2 in at && $1 - at[$2] < ttl) hits++; else at[$2] = $1}
		END {printf "%.0f\n", 100 * hits / calls}'
}

# different prints how many keys the log has.
different() {
	sed -nE 's/^([0-9.]+) .*FROM items WHERE id = ([0-9]+);.*/\2/p' "$PA_WORK/shop/server.log" | sort -u | wc -l
}

# predicted COLUMN prints a hit rate that was recorded, in percent.
predicted() {
	query "SELECT round((max($1) * 100)::numeric) FROM perfadvisor.recorded_repeats() JOIN perfadvisor.statements USING (queryid) WHERE query LIKE 'SELECT v FROM items%'"
}

# compare WORDS compares prediction and simulation.
compare() {
	local seconds column keys estimate

	for seconds in 1 10; do
		column=hit_rate_${seconds}s
		set -- "$1" "$(predicted "$column")" "$(simulated $seconds)"
		[ $(($2 - $3)) -le 10 ] && [ $(($3 - $2)) -le 10 ]
		tap_ok $? "$1: the hit rate of a cache of $seconds s"
		echo "# predicted $2 %, simulated $3 %"
	done
	keys=$(different)
	estimate=$(query "SELECT max(distinct_parameters)::bigint FROM perfadvisor.recorded_repeats() JOIN perfadvisor.statements USING (queryid) WHERE query LIKE 'SELECT v FROM items%'")
	[ $((estimate * 4)) -ge $((keys * 3)) ] && [ $((estimate * 3)) -le $((keys * 4)) ]
	tap_ok $? "$1: the number of different keys"
	echo "# estimated $estimate, had $keys"
}

pa_prepare test
pa_begin
pa_build
tap_plan 18
printf '%s\n' "log_line_prefix = '%n '" >"$PA_WORK/more.conf"
pa_server_create shop test/perfadvisor.conf "$PA_WORK/more.conf"
pa_server_start shop
pa_psql -d postgres -c "CREATE DATABASE shop"
pa_psql -d shop -c "CREATE EXTENSION perfadvisor" -c "CREATE TABLE items AS SELECT g AS id, repeat('x', 100) AS v FROM generate_series(1, 100000) g" \
	-c "ALTER TABLE items ADD PRIMARY KEY (id)" -c "CREATE TABLE seen (id int)" -c "ANALYZE"

run_keys "random_zipfian(1, 20000, 1.05)" 6
compare "few keys that are common and many that are not"
run_keys "random(1, 3000)" 6
compare "some thousand keys, all alike"
run_keys "random(1, 12)" 3
compare "a dozen keys"
tap_is "$(query "SELECT round(repeat_fraction::numeric, 1) || ' ' || suggested_ttl FROM perfadvisor.cache_advice WHERE query LIKE 'SELECT v FROM items%'")" \
	"1.0 00:00:01" "what repeats a dozen keys is advised to be cached, for no longer than is of use"
run_keys "random(1, 100000)" 3
compare "keys that hardly repeat"
tap_is "$(query "SELECT count(*) FROM perfadvisor.cache_advice WHERE query LIKE 'SELECT v FROM items%'")" 0 "what hardly repeats is not"

# What must not be cached, each run often enough with the same key
query "SELECT perfadvisor.reset()" >/dev/null
cat >"$PA_WORK/kinds.sql" <<'SQL'
SELECT v, 'plain' FROM items WHERE id = 7;
SELECT v, random() FROM items WHERE id = 7;
SELECT v, now() FROM items WHERE id = 7;
SELECT v, current_user FROM items WHERE id = 7;
SELECT v FROM items WHERE id = 7 FOR UPDATE;
SELECT count(*) FROM pg_class WHERE oid = 7;
SQL
chmod 644 "$PA_WORK/kinds.sql"
pa_run "$PA_BINDIR/pgbench" -n -M simple -c 1 -t 1500 -f "$PA_WORK/kinds.sql" shop >"$PA_WORK/bench.log" 2>&1
tap_is "$(query "SELECT string_agg(query, '; ') FROM perfadvisor.cache_advice")" 'SELECT v, $1 FROM items WHERE id = $2' \
	"only results that hang on nothing but the tables are advised to be cached"
tap_is "$(query "SELECT severity || ' ' || (lock_note ~ 'application') FROM perfadvisor.findings WHERE check_name = 'repeated_results'")" "info true" "which is a finding"
# Written between the reads
query "SELECT perfadvisor.reset()" >/dev/null
printf '%s\n' "SELECT v, 'plain' FROM items WHERE id = 7;" "UPDATE items SET v = 'y' WHERE id = 9;" >"$PA_WORK/written.sql"
chmod 644 "$PA_WORK/written.sql"
pa_run "$PA_BINDIR/pgbench" -n -M simple -c 1 -T 2 -f "$PA_WORK/written.sql" shop >"$PA_WORK/bench.log" 2>&1
tap_is "$(query "SELECT count(*) FROM perfadvisor.cache_advice")" 0 "what is written as often as read is not"
tap_is "$(query "SELECT count(*) FROM perfadvisor.findings WHERE check_name = 'repeated_results'")" 0 "nor is it a finding"
tap_done
