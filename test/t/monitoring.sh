#!/bin/bash
# metrics: real exporters and a real Prometheus read what is shipped, and every panel of every dashboard shows something
#
# Needs Debian's prometheus, prometheus-sql-exporter, prometheus-postgres-exporter and jq; `make check-monitoring` installs
# them. Listens on ports of the loopback interface.

set -u
cd "$(dirname "$0")/../.." || exit 1
PA_TOP=$PWD
. test/lib/prepare.sh
. test/lib/server.sh
. test/lib/tap.sh

for program in prometheus promtool prometheus-sql-exporter prometheus-postgres-exporter jq curl; do
	if ! command -v "$program" >/dev/null; then
		echo "1..1"
		echo "ok 1 - skipped: $program is not installed; make check-monitoring installs it # SKIP"
		exit 0
	fi
done

# query prints what a statement answers with, in a session of its own.
query() {
	pa_psql -d postgres -At 2>&1 <<<"$1"
}

# free_port prints a port of the loopback interface that nobody listens on.
free_port() {
	local port

	for port in $(shuf -i 20000-29999 -n 50); do
		(exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || { echo "$port"; return; }
	done
}

# ask EXPRESSION prints how many series Prometheus answers with; nothing when it refuses.
ask() {
	curl -fsS --get --data-urlencode "query=$1" "http://127.0.0.1:$prometheus/api/v1/query" 2>/dev/null | jq -r 'select(.status == "success") | .data.result | length'
}

# await EXPRESSION waits until it has data, a minute at most.
await() {
	local tries=0 found

	until found=$(ask "$1") && [ "${found:-0}" -gt 0 ]; do
		tries=$((tries + 1))
		[ $tries -lt 300 ] || return 1
		sleep 0.2
	done
}

# load runs some statements of every kind.
load() {
	query "SELECT count(*) FROM metered WHERE id > $1; SELECT id FROM metered WHERE id = $1; INSERT INTO metered VALUES ($1);
		SELECT count(*) FROM metered AS a JOIN metered AS b USING (id); SELECT g FROM generate_series(1, 200000) AS g ORDER BY g DESC LIMIT 1 OFFSET 199990;
		SELECT pg_sleep(0.11)" >/dev/null
	query "SELECT 1 / (id - id) FROM metered" >/dev/null
}

# start COMMAND... starts a program that ends with the script.
start() {
	pa_as_exec "$@" >>"$PA_WORK/$1.log" 2>&1 &
	disown
	children+=($!)
}

# finish ends what start has started, before the private folder goes.
finish() {
	kill "${children[@]}" 2>/dev/null
	pa_end
}

children=()
pa_prepare test
pa_begin
pa_build
trap finish EXIT
pa_server_create monitored
echo "shared_preload_libraries = 'perfadvisor'" >>"$PA_WORK/monitored/data/postgresql.conf"
echo "perfadvisor.snapshot_interval = 0" >>"$PA_WORK/monitored/data/postgresql.conf"
echo "work_mem = 64kB" >>"$PA_WORK/monitored/data/postgresql.conf"
pa_server_start monitored
query "CREATE EXTENSION perfadvisor; CREATE ROLE scraper LOGIN; GRANT pg_monitor TO scraper;
	CREATE TABLE metered AS SELECT g AS id FROM generate_series(1, 30000) AS g" >/dev/null
for n in $(seq 30); do load "$n"; done
query "INSERT INTO perfadvisor.watched_statements (queryid, name) SELECT DISTINCT queryid, 'look-up of ' || queryid FROM perfadvisor.statements
	WHERE toplevel AND query LIKE 'SELECT id FROM metered WHERE id = %'; SELECT perfadvisor.note_findings(); SELECT count(*) FROM perfadvisor.index_advice" >/dev/null
# A pool is sized after ten minutes and a thousand transactions. Here the function asks for less.
query "SELECT replace(replace(pg_get_functiondef('perfadvisor.size_pools(interval, interval, bigint)'::regprocedure), '''00:10:00''', '''00:00:00.1'''), 'DEFAULT 1000', 'DEFAULT 10')" >"$PA_WORK/size_pools.sql"
pa_psql -d postgres -f "$PA_WORK/size_pools.sql" >/dev/null

tap_plan 12

psql_metrics=$(pa_psql -d postgres -U scraper -At -c "SELECT perfadvisor.prometheus()")
promtool check metrics <<<"$psql_metrics" >"$PA_WORK/lint.log" 2>&1
tap_ok $? "promtool has nothing to say against the names, types and units"
tap_is "$(cat "$PA_WORK/lint.log")" "" "nor hints"

# The shipped files, with this machine's addresses.
sql=$(free_port) postgres=$(free_port) prometheus=$(free_port)
config=$PA_WORK/monitoring
mkdir -p "$config/data"
sed "s,postgres://scraper@localhost:5432/postgres?sslmode=disable,postgres://scraper@:$PGPORT/postgres?host=$PGHOST\&sslmode=disable,; s/interval: 30s/interval: 1s/" docs/prometheus/sql_exporter.yml >"$config/sql_exporter.yml"
cp docs/prometheus/postgres_exporter.yml docs/prometheus/rules.yml "$config/"
sed "s/localhost:9237/127.0.0.1:$sql/; s/localhost:9187/127.0.0.1:$postgres/; s/scrape_interval: 30s/scrape_interval: 1s/" docs/prometheus/prometheus.yml >"$config/prometheus.yml"
[ -z "$PA_USER" ] || chown -R "$PA_USER" "$config"
promtool check config docs/prometheus/prometheus.yml >/dev/null 2>&1
tap_ok $? "promtool accepts the configuration"
promtool check rules docs/prometheus/rules.yml >/dev/null 2>&1
tap_ok $? "promtool accepts the rules"
promtool test rules test/monitoring/rules_test.yml >"$PA_WORK/rules.log" 2>&1 || sed 's/^/# /' "$PA_WORK/rules.log"
tap_ok "$(grep -cE 'FAILED' "$PA_WORK/rules.log")" "alerts fire when they should, and not otherwise"

start prometheus-sql-exporter --config.file="$config/sql_exporter.yml" --web.listen-address="127.0.0.1:$sql"
DATA_SOURCE_NAME="user=scraper host=$PGHOST port=$PGPORT dbname=postgres sslmode=disable" start prometheus-postgres-exporter \
	--web.listen-address="127.0.0.1:$postgres" --extend.query-path="$config/postgres_exporter.yml" --disable-default-metrics --disable-settings-metrics
start prometheus --config.file="$config/prometheus.yml" --storage.tsdb.path="$config/data" --web.listen-address="127.0.0.1:$prometheus"

for job in perfadvisor perfadvisor_postgres_exporter; do
	await "perfadvisor_build_info{job=\"$job\"}"
	tap_ok $? "Prometheus hears of the server through the job $job"
	wanted=$(pa_psql -d postgres -U scraper -At -c "SELECT DISTINCT name FROM perfadvisor.metrics WHERE value IS NOT NULL ORDER BY 1" | sort -u)
	await "perfadvisor_watched_statement_calls_total{job=\"$job\"}"
	heard=$(curl -fsS --get --data-urlencode "match[]={job=\"$job\",__name__=~\"perfadvisor_.*\"}" "http://127.0.0.1:$prometheus/api/v1/series" | jq -r '.data[].__name__' | sort -u)
	tap_is "$(comm -23 <(echo "$wanted") <(echo "$heard") | tr '\n' ' ')" "" "it hears every sample through $job"
done

# Every label of a sample is delivered: none of two samples become one.
tap_is "$(query "SELECT string_agg(DISTINCT k, ' ') FROM perfadvisor.metrics, jsonb_object_keys(labels) AS k
	WHERE k NOT IN ($(sed -n "s/.*labels ->> '\([a-z_]*\)'.*/'\1',/p" docs/prometheus/sql_exporter.yml | tr -d '\n')'')")" "" "the exporters' query knows every label"
tap_is "$(for key in perfadvisor_metrics perfadvisor_findings; do
	sed -n "/^  $key:/,/gauges:/p" docs/prometheus/pgwatch.yaml | sed -n '/15: |/,/gauges:/p' | sed '1d;$d' >"$config/pgwatch.sql"
	pa_psql -d postgres -U scraper -At -f "$config/pgwatch.sql" 2>&1 | grep -c .
done | grep -c '^0$')" 0 "pgwatch's queries return rows"

# Every panel, with all variables on "all".
for n in $(seq 31 36); do load "$n"; sleep 1; done
await 'perfadvisor_index_advice{job="perfadvisor"}'
empty=
panels=0
while IFS=$'\t' read -r board title expression; do
	expression=${expression//\$__rate_interval/1m}
	expression=${expression//\$job/perfadvisor}
	expression=${expression//\$instance/.*}
	expression=${expression//\$datname/.*}
	panels=$((panels + 1))
	found=$(ask "$expression")
	[ "${found:-0}" -gt 0 ] || empty="$empty$board, $title: $expression"$'\n'
done < <(for board in docs/grafana/*.json; do
	jq -r --arg board "$(basename "$board" .json)" '.panels[] | select(.targets) | .title as $title | .targets[] | [$board, $title, .expr] | @tsv' "$board" | sed 's/\\\\/\\/g'
done)
tap_is "$empty" "" "every one of the $panels expressions in the dashboards has data"
tap_done
