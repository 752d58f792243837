#!/bin/bash
# sources: with Citus, the coordinator advises for what its workers have recorded on shards

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

pa_prepare test
if [ ! -f "$PA_SHAREDIR/extension/citus.control" ]; then
	echo "1..1"
	echo "ok 1 - # SKIP the extension citus is not installed"
	exit 0
fi
pa_begin
pa_build
SERVERS="coordinator first second"
for server in $SERVERS; do
	pa_server_create $server test/perfadvisor.conf
	cat >>"$PA_WORK/$server/data/postgresql.conf" <<EOF
shared_preload_libraries = 'citus,perfadvisor'
citus.node_conninfo = 'sslmode=prefer'
citus.shard_count = 8
citus.enable_statistics_collection = off
max_prepared_transactions = 50
EOF
	pa_server_start $server
	PGPORT=$(pa_port $server) pa_psql -d postgres -c "CREATE DATABASE app" >/dev/null 2>&1
	on $server "CREATE EXTENSION citus" >/dev/null
done
tap_plan 10
for server in first second; do
	on coordinator "SELECT citus_add_node('$PA_SOCKETS', $(pa_port $server))" >/dev/null
done
PGPORT=$(pa_port coordinator) pa_psql -d app >/dev/null <<'SQL'
CREATE EXTENSION perfadvisor;
CREATE TABLE orders (id int, customer int, product int, state text, PRIMARY KEY (customer, id));
SELECT create_distributed_table('orders', 'customer');
CREATE TABLE products (id int PRIMARY KEY, name text);
SELECT create_reference_table('products');
INSERT INTO products SELECT n, md5(n::text) FROM generate_series(1, 2000) n;
INSERT INTO orders SELECT n, n % 300, n % 20000, md5(n::text) FROM generate_series(1, 400000) n;
SELECT run_command_on_workers('ANALYZE');
SQL
tap_is "$(on first "SELECT count(*) FROM pg_extension WHERE extname = 'perfadvisor'")" 1 "Citus creates the extension on workers, too"
for n in $(seq 30); do
	echo "SELECT count(*) FROM orders WHERE product = $n; SELECT count(*) FROM orders WHERE customer = $n AND id = 5;"
	echo "SELECT count(*) FROM orders JOIN products ON products.id = orders.product WHERE products.name = md5('$n') AND orders.customer = $n;"
done | PGPORT=$(pa_port coordinator) pa_psql -d app >/dev/null
tap_is "$(on coordinator "SELECT count(*) >= 0 FROM perfadvisor.index_advice")" t "the coordinator can be asked for advice though Citus plans its tables"
tap_is "$(on coordinator "SELECT count(*) > 0 FROM perfadvisor.citus_shards() WHERE relation = 'orders' AND shard ~ '^orders_[0-9]+$'")" t "its catalogs tell the shards"
on coordinator "SELECT perfadvisor.add_source('citus', 'citus:workers')" >/dev/null
tap_is "$(on coordinator "SELECT perfadvisor.pull_sources()")" 1 "the workers' workload is gathered"
tap_is "$(on coordinator "SELECT statements > 0, error FROM perfadvisor.sources WHERE source = 'citus'")" "t|" "without an error"
tap_is "$(on coordinator "SELECT count(*) FROM perfadvisor.source_statements WHERE query ~ 'orders_[0-9]'")" 0 "no shard is named in it"
tap_is "$(on coordinator "SELECT sum(calls) >= 30 * 8 FROM perfadvisor.source_statements WHERE query LIKE '%FROM public.orders%' AND query ~ 'product OPERATOR'")" t "a statement that went to all shards was counted on all"
tap_is "$(on coordinator "SELECT string_agg(ddl, '; ') FROM perfadvisor.index_advice WHERE ddl LIKE '%(product%'" | grep -c 'ON public.orders ')" 1 "an index on the distributed table is advised"
ddl=$(on coordinator "SELECT ddl FROM perfadvisor.index_advice WHERE ddl LIKE '%(product%'")
tap_is "$(on coordinator "$ddl")" "" "the coordinator takes it as it is printed"
# Otherwise Citus hides shards
tap_is "$(PGOPTIONS="-c citus.override_table_visibility=off" on first "SELECT count(*) > 1 FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid WHERE c.relname ~ '^orders_[0-9]+$' AND pg_get_indexdef(i.indexrelid) LIKE '%(product%'")" t "and Citus creates it on the shards"
for server in second first coordinator; do
	pa_server_stop $server
done
tap_done
