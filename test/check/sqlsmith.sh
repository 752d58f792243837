#!/bin/bash
# sqlsmith.sh: what `make check-sqlsmith` does: sqlsmith's random queries run for SQLSMITH_TIME seconds (1800) while
# another session reads every view, advises on them and takes snapshots, and no process dies.

set -u
cd "$(dirname "$0")/../.." || exit 1
PA_TOP=$PWD
. test/lib/prepare.sh
. test/lib/server.sh
. test/lib/tap.sh
. test/lib/readers.sh
. test/lib/crashes.sh

SQLSMITH_TIME=${SQLSMITH_TIME:-1800}

pa_prepare test
if ! command -v sqlsmith >/dev/null; then
	pa_may_install || pa_die "needs sqlsmith: as root, run: apt-get install -y sqlsmith"
	pa_note "installing sqlsmith"
	pa_apt_install sqlsmith || pa_die "could not install sqlsmith"
fi
pa_begin
pa_want_cores
pa_build
cat >"$PA_WORK/server.conf" <<-'CONF'
	shared_preload_libraries = 'perfadvisor'
	perfadvisor.slow_query_time = 0
	log_min_messages = log
	log_min_error_statement = panic
	max_connections = 30
CONF
pa_server_create smith "$PA_WORK/server.conf"
pa_server_start smith
pa_psql -d postgres <<-'SQL'
	CREATE ROLE smith LOGIN;
	ALTER ROLE smith SET statement_timeout = '1s';
	GRANT CREATE ON SCHEMA public TO smith;
	CREATE EXTENSION perfadvisor;
	CREATE TYPE mood AS ENUM ('good', 'bad');
	CREATE TABLE people (id int PRIMARY KEY, name text, mail varchar(80), born date, mood mood, scores int[], notes jsonb, seen timestamptz DEFAULT now(), place point, net inet, span int4range);
	INSERT INTO people SELECT i, 'name ' || i, 'm' || i || '@example.com', date '1980-01-01' + i, CASE WHEN i % 3 = 0 THEN 'good' ELSE 'bad' END::mood, ARRAY[i, i + 1],
	    jsonb_build_object('k', i % 50, 'tags', ARRAY['a', 'b']), now(), point(i, i), '10.0.0.1', int4range(i, i + 5) FROM generate_series(1, 3000) i;
	CREATE TABLE orders (id bigint PRIMARY KEY, person int REFERENCES people, amount numeric(10, 2), placed timestamp, text tsvector) PARTITION BY RANGE (id);
	CREATE TABLE orders_1 PARTITION OF orders FOR VALUES FROM (0) TO (5000);
	CREATE TABLE orders_2 PARTITION OF orders FOR VALUES FROM (5000) TO (10000);
	INSERT INTO orders SELECT i, i % 3000 + 1, i / 3.0, timestamp '2024-01-01' + i * interval '1 min', to_tsvector('simple', 'order number ' || i) FROM generate_series(1, 9999) i;
	CREATE VIEW rich AS SELECT p.*, sum(o.amount) AS total FROM people p JOIN orders o ON o.person = p.id GROUP BY p.id;
	CREATE MATERIALIZED VIEW totals AS SELECT person, count(*) AS n FROM orders GROUP BY person;
	GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO smith;
	ANALYZE;
SQL
pa_read_everything postgres >"$PA_WORK/readers.log" 2>&1 &
readers=$!
mkdir -p results
for seed in 1 2; do
	timeout "$SQLSMITH_TIME" sqlsmith --seed="$RANDOM" --target="host=$PGHOST port=$PGPORT dbname=postgres user=smith" >"results/smith$seed.log" 2>&1 &
	eval "smith$seed=\$!"
done
wait "$smith1" "$smith2"
kill $readers
wait $readers 2>/dev/null
tap_plan 2
tap_is "$(pa_crashes smith)" "" "no process dies of random queries, nor of advising on them"
recorded=$(pa_psql -d postgres -At -c "SELECT sum(calls + failures)::bigint FROM perfadvisor.statements WHERE rolname = 'smith'")
[ "${recorded:-0}" -gt 100 ]
tap_ok $? "they were recorded"
echo "# $recorded executions were recorded in $SQLSMITH_TIME seconds; what readers said that is not usual:"
grep -vE 'canceling statement|locked by another|^ *(LINE|\^)' "$PA_WORK/readers.log" | sort | uniq -c | sort -rn | head -n 10 | sed 's/^/# /'
pa_server_stop smith
tap_done
