#!/bin/bash
# patterns: queries of pgbench by every protocol and through PgBouncer in transaction mode are found out, and a mix of ordinary ones is not

set -u
cd "$(dirname "$0")/../.." || exit 1
PA_TOP=$PWD
. test/lib/prepare.sh
. test/lib/server.sh
. test/lib/tap.sh

# query prints the one value a statement answers with.
query() {
	pa_psql -d shop -At -c "$1" 2>&1
}

# bench runs a script of pgbench in the database: bench SCRIPT OPTIONS...
bench() {
	local script=$1
	shift
	pa_run "$PA_BINDIR/pgbench" -n -f "$PA_WORK/$script.sql" "$@" shop >"$PA_WORK/bench.log" 2>&1 || cat "$PA_WORK/bench.log"
}

# found prints the statements found with a pattern.
found() {
	query "SELECT string_agg(substring(query FROM '/\* ([a-z ]+) \*/') || COALESCE(' after ' || substring(evidence ->> 'parent_query' FROM '/\* ([a-z ]+) \*/'), ''), ', ' ORDER BY 1)
		FROM perfadvisor.query_patterns WHERE pattern = '$1' AND query LIKE '%$2%'"
}

# install_pgbouncer installs Debian's package without letting it start a service.
install_pgbouncer() {
	local policy=/usr/sbin/policy-rc.d made=no

	command -v pgbouncer >/dev/null && return 0
	pa_may_install || return 1
	if [ ! -e "$policy" ]; then
		printf '#!/bin/sh\nexit 101\n' | pa_root tee "$policy" >/dev/null && pa_root chmod 755 "$policy" && made=yes
	fi
	pa_apt_install pgbouncer >/dev/null 2>&1
	[ $made = no ] || pa_root rm -f "$policy"
	command -v pgbouncer >/dev/null
}

# start_pgbouncer puts PgBouncer in transaction mode with few connections before the server, and waits for it.
start_pgbouncer() {
	local dir=$PA_WORK/pgbouncer tries=0

	mkdir -p "$dir"
	cat >"$dir/pgbouncer.ini" <<-INI
		[databases]
		shop = host=$PGHOST port=$PGPORT dbname=shop user=postgres
		[pgbouncer]
		listen_addr =
		unix_socket_dir = $dir
		listen_port = 6543
		auth_type = any
		pool_mode = transaction
		default_pool_size = 3
		max_client_conn = 100
		ignore_startup_parameters = extra_float_digits
		logfile = $dir/log
		pidfile = $dir/pid
	INI
	[ -z "$PA_USER" ] || chown -R "$PA_USER" "$dir"
	pa_as_exec "$(command -v pgbouncer)" -q "$dir/pgbouncer.ini" >/dev/null 2>&1 &
	POOLER=$!
	until pa_as "$PA_BINDIR/psql" -X -At -h "$dir" -p 6543 -U postgres -d shop -c "SELECT 1" >/dev/null 2>&1; do
		tries=$((tries + 1))
		[ $tries -lt 100 ] && kill -0 "$POOLER" 2>/dev/null || return 1
		sleep 0.1
	done
}

# through_pooler forgets what was recorded and runs a script through PgBouncer: through_pooler SCRIPT OPTIONS...
through_pooler() {
	local server=$PGHOST server_port=$PGPORT

	query "SELECT perfadvisor.reset()" >/dev/null
	export PGHOST=$PA_WORK/pgbouncer PGPORT=6543
	bench "$@"
	export PGHOST=$server PGPORT=$server_port
}

# write_scripts writes what pgbench runs.
write_scripts() {
	local i more

	# A page of orders, and each one's customer: N+1. NAME is put in to tell them apart.
	{
		echo "\\set first random(1, 9000)"
		echo "SELECT /* NAME orders */ id, customer_id FROM orders WHERE id >= :first ORDER BY id LIMIT 15;"
		for i in $(seq 15); do
			echo "\\set c$i random(1, 2000)"
			echo "SELECT /* NAME customer */ * FROM customers WHERE id = :c$i;"
		done
	} >"$PA_WORK/pages.sql"
	{ echo "BEGIN;"; cat "$PA_WORK/pages.sql"; echo "COMMIT;"; } >"$PA_WORK/pages_in_block.sql"
	# What requests look like that look up one thing each
	printf '%s\n' "\\set id random(1, 10000)" "SELECT /* request order */ * FROM orders WHERE id = :id;" >"$PA_WORK/request_order.sql"
	printf '%s\n' "\\set id random(1, 2000)" "SELECT /* request customer */ * FROM customers WHERE id = :id;" >"$PA_WORK/request_customer.sql"
	printf '%s\n' "\\set id random(1, 9000)" "SELECT /* request list */ id, total FROM orders WHERE id >= :id ORDER BY id LIMIT 10;" >"$PA_WORK/request_list.sql"
	printf '%s\n' "\\set id random(1, 9000)" "INSERT /* request log */ INTO log (note) VALUES ('seen ' || :id);" >"$PA_WORK/request_log.sql"
	# Rows one by one
	{
		echo "BEGIN;"
		for i in $(seq 40); do echo "INSERT /* NAME row */ INTO log (note) VALUES ('row $i');"; done
		echo "COMMIT;"
	} >"$PA_WORK/rows.sql"
	# Fifty ordinary statements, each with its own parameters, now and then in transactions. They differ in the number
	# of conditions, since comments and constants are not part of a statement's id.
	more=
	for i in $(seq 10); do
		more="$more AND id > -$i"
		cat <<-SQL
			\\set id random(1, 9000)
			\\set customer random(1, 2000)
			SELECT /* mix a$i */ * FROM orders WHERE id = :id$more;
			SELECT /* mix b$i */ o.id, c.name FROM orders o JOIN customers c ON c.id = o.customer_id WHERE o.customer_id = :customer ${more// id/ o.id} ORDER BY o.id LIMIT 10;
			BEGIN;
			UPDATE /* mix c$i */ customers SET visits = visits + $i WHERE id = :customer$more;
			INSERT /* mix d$i */ INTO log (note) SELECT 'mix ' || :id WHERE true${more// id/ :id};
			COMMIT;
			SELECT /* mix e$i */ count(*), sum(total) FROM orders WHERE customer_id = :customer$more;
		SQL
	done >"$PA_WORK/mix.sql"
	for name in direct prepared extended pooled block; do
		sed "s/NAME/$name/" "$PA_WORK/pages.sql" >"$PA_WORK/pages_$name.sql"
		sed "s/NAME/$name/" "$PA_WORK/pages_in_block.sql" >"$PA_WORK/block_$name.sql"
		sed "s/NAME/$name/" "$PA_WORK/rows.sql" >"$PA_WORK/rows_$name.sql"
	done
	chmod 644 "$PA_WORK"/*.sql
}

pa_prepare test
pa_begin
pa_build
pa_server_create shop test/perfadvisor.conf
pa_server_start shop
pa_psql -d postgres -c "CREATE DATABASE shop"
pa_psql -d shop <<'SQL'
CREATE EXTENSION perfadvisor;
CREATE TABLE customers (id int PRIMARY KEY, name text, visits int NOT NULL DEFAULT 0) WITH (fillfactor = 50);
CREATE TABLE orders (id int PRIMARY KEY, customer_id int NOT NULL, total int);
CREATE TABLE log (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, at timestamptz DEFAULT now(), note text);
INSERT INTO customers SELECT g, 'c' || g FROM generate_series(1, 2000) g;
INSERT INTO orders SELECT g, g * 7 % 2000 + 1, g % 500 FROM generate_series(1, 10000) g;
CREATE INDEX ON orders (customer_id);
VACUUM ANALYZE;
SQL
write_scripts
if install_pgbouncer; then tap_plan 16; else tap_plan 11; fi

bench pages_direct -M simple -t 40
tap_is "$(found n_plus_one customer)" "direct customer after direct orders" "a query for each row of another is found in the simple protocol"
tap_is "$(query "SELECT (evidence ->> 'runs') || ' runs, ' || (evidence ->> 'executions') FROM perfadvisor.query_patterns WHERE pattern = 'n_plus_one'")" "40 runs, 600" \
	"with all of its runs, though they follow without a pause"
bench pages_extended -M extended -t 40
tap_is "$(found n_plus_one extended)" "extended customer after extended orders" "in the extended one"
query "SELECT perfadvisor.reset()" >/dev/null
bench pages_prepared -M prepared -t 40
tap_is "$(query "SELECT (evidence ->> 'runs') || ' runs, ' || (evidence ->> 'executions') FROM perfadvisor.query_patterns WHERE pattern = 'n_plus_one'")" "40 runs, 600" "and with prepared statements"
bench rows_direct -M prepared -t 10
tap_is "$(found row_by_row_write log)" "direct row" "rows that are inserted one by one in a transaction are found"

query "SELECT perfadvisor.reset()" >/dev/null
bench request_order -M prepared -t 300
bench request_list -M prepared -c 2 -t 300
tap_is "$(query "SELECT string_agg(pattern || ': ' || query, '; ') FROM perfadvisor.query_patterns WHERE query LIKE '%request%'")" "" "single look-ups and lists of many requests are nothing"
bench mix -c 2 -M simple -t 20
bench mix -c 2 -M prepared -t 20
tap_is "$(query "SELECT count(DISTINCT queryid) FROM perfadvisor.statements WHERE query LIKE '%/* mix %' AND query NOT LIKE '%perfadvisor%'")" 100 "fifty ordinary statements run in two protocols"
tap_is "$(query "SELECT string_agg(pattern || ': ' || query, '; ') FROM perfadvisor.query_patterns WHERE query LIKE '%/* mix %'")" "" "and nothing is found wrong with any of them"
cp test/lib/portions.pl test/lib/protocol.pl "$PA_WORK/"
for i in $(seq 20); do
	pa_as perl "$PA_WORK/portions.pl" "$PA_SOCKETS/.s.PGSQL.$(pa_port shop)" shop 500 "SELECT /* portions */ id, total, customer_id FROM orders"
	pa_as perl "$PA_WORK/portions.pl" "$PA_SOCKETS/.s.PGSQL.$(pa_port shop)" shop 0 "SELECT /* all at once */ id, total FROM orders"
done
tap_is "$(query "SELECT string_agg(calls || ' calls, ' || rows || ' rows', '; ') FROM perfadvisor.statements WHERE query LIKE '%/* portions */%' AND query NOT LIKE '%perfadvisor%'")" "20 calls, 200000 rows" "a result that a driver fetches in portions counts once"
tap_is "$(found unbounded_result "")" "all at once" "and is not unbounded, unlike one that is fetched at once"
tap_is "$(query "SELECT string_agg(pattern || ': ' || left(query, 200), '; ') FROM perfadvisor.query_patterns WHERE query LIKE '%pg_catalog%'")" "" "nor with the queries of our own views"

if command -v pgbouncer >/dev/null; then
	start_pgbouncer
	tap_ok $? "PgBouncer is up in transaction mode"
	query "SELECT perfadvisor.reset()" >/dev/null
	server=$PGHOST server_port=$PGPORT
	export PGHOST=$PA_WORK/pgbouncer PGPORT=6543
	# one pgbench, so that how many there are of each does not hang on which process gets to run
	bench request_log -f "$PA_WORK/request_order.sql@10" -f "$PA_WORK/request_list.sql@6" -M simple -c 20 -t 340
	export PGHOST=$server PGPORT=$server_port
	tap_is "$(query "SELECT string_agg(pattern || ': ' || query, '; ') FROM perfadvisor.query_patterns WHERE query LIKE '%/* request %'")" "" "requests of twenty clients that look up or write one thing each are nothing"
	through_pooler block_pooled -M simple -c 10 -t 20
	tap_is "$(found n_plus_one customer)" "direct customer after direct orders" "a query for each row is found through it, with ten clients on three connections"
	through_pooler pages_pooled -M simple -c 1 -t 40
	tap_is "$(found n_plus_one customer)" "direct customer after direct orders" "also outside of transaction blocks"
	through_pooler rows_pooled -M simple -c 4 -t 10
	tap_is "$(found row_by_row_write log)" "direct row" "and so are rows inserted one by one"
	kill "$POOLER"
	wait "$POOLER" 2>/dev/null
else
	echo "# PgBouncer is not installed and cannot be: nothing was tested through it"
fi
tap_done
