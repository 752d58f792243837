#!/bin/bash
# record: a prepared statement that was evicted and runs again is counted, and known in full once a session prepares it anew

set -u
cd "$(dirname "$0")/../.." || exit 1
PA_TOP=$PWD
. test/lib/prepare.sh
. test/lib/server.sh
. test/lib/tap.sh

pa_prepare test
pa_begin
pa_build
tap_plan 8
cat >"$PA_WORK/server.conf" <<-'CONF'
	shared_preload_libraries = 'perfadvisor'
	perfadvisor.max_statements = 100
CONF
pa_server_create small "$PA_WORK/server.conf"
pa_server_start small
pa_psql -d postgres -c "CREATE EXTENSION perfadvisor" -c "CREATE TABLE numbers AS SELECT n, n AS m FROM generate_series(1, 10) n"

# Statements with different ids: the operators of 3^6 combinations
{
	echo "PREPARE kept(int) AS SELECT m FROM numbers WHERE n = \$1 AND m < 100;"
	echo "EXECUTE kept(1);"
	for round in 1 2; do
		for a in + - \*; do for b in + - \*; do for c in + - \*; do for d in + - \*; do for e in + - \*; do
			echo "SELECT n $a 1 $b 1 $c 1 $d 1 $e 1 FROM numbers WHERE n = 0;"
		done; done; done; done; done
	done
	echo "SELECT count(*) FROM perfadvisor.statements WHERE query LIKE 'PREPARE kept%';"
	echo "EXECUTE kept(2);"
	echo "SELECT calls || ' ' || query FROM perfadvisor.statements WHERE query LIKE 'PREPARE kept%';"
} >"$PA_WORK/evict.sql"
chmod 644 "$PA_WORK/evict.sql"
pa_psql -d postgres -At -f "$PA_WORK/evict.sql" >"$PA_WORK/evict.out" 2>&1
tap_is "$(tail -n 3 "$PA_WORK/evict.out" | head -n 1)" 0 "a statement that was not used for long is evicted"
tap_is "$(tail -n 1 "$PA_WORK/evict.out")" '1 PREPARE kept(int) AS SELECT m FROM numbers WHERE n = $1 AND m < $2' \
	"when it runs again it is counted, and its constants are hidden"
tap_is "$(pa_psql -d postgres -At -c "SELECT parameters FROM perfadvisor.statement_samples WHERE query LIKE 'PREPARE kept%'")" '{2}' "and it is sampled"
pa_psql -d postgres -c "PREPARE kept(int) AS SELECT m FROM numbers WHERE n = \$1 AND m < 100" -c "EXECUTE kept(3)" >/dev/null
tap_is "$(pa_psql -d postgres -At -c "SELECT calls || ' ' || statement_class || ' ' || (seq_rows_read > 0) FROM perfadvisor.statements WHERE query LIKE 'PREPARE kept%'")" \
	'2 lookup true' "another session that prepares it adds to it"
evicted="SELECT statements_evicted || ' ' || calls_lost FROM perfadvisor.recorded_state() WHERE statements_evicted >= 100 AND calls_lost >= statements_evicted"
before=$(pa_psql -d postgres -At -c "$evicted")
tap_ok "$([ -n "$before" ]; echo $?)" "self_health tells how many statements were evicted, and how many executions of theirs are gone"
pa_server_stop small
pa_server_start small
after=$(pa_psql -d postgres -At -c "$evicted")
tap_ok "$([ -n "$after" ] && [ "${after#* }" -ge "${before#* }" ]; echo $?)" "and still does after a restart"

# Eviction while eight clients run what is evicted: what the view shows and what it says is lost is all that ran
{
	for n in $(seq 1 400); do
		echo "SELECT $(printf '%*s' $((n % 20)) '' | sed 's/ /+/g') n $(printf '%*s' $((n / 20)) '' | sed 's/ /+ 1/g') FROM numbers WHERE n = 0;"
	done
} >"$PA_WORK/churn.sql"
chmod 644 "$PA_WORK/churn.sql"
total="SELECT sum(calls + failures) + (SELECT calls_lost FROM perfadvisor.recorded_state()) FROM perfadvisor.statements"
before=$(pa_psql -d postgres -At -c "$total")
pa_run "$PA_BINDIR/pgbench" -n -f "$PA_WORK/churn.sql" -c 8 -j 2 -t 10 -M prepared postgres >"$PA_WORK/churn.out" 2>&1
tap_is "$(grep -c 'actually processed: 80/80' "$PA_WORK/churn.out")" 1 "clients that run more statements than there is room for do not notice"
after=$(pa_psql -d postgres -At -c "$total")
tap_is "$((after - before))" $((8 * 10 * 400 + 1)) "no execution is unaccounted for when statements are evicted while they run"
pa_server_stop small
tap_done
