#!/bin/bash
# upgrade_inside.sh OLD FOLDER NEW FOLDER: installs the extension for two servers, whose programs are in these folders, and
# has pg_upgrade take a cluster from one to the other. For test/check/upgrade.sh: it runs as root in a folder that is thrown away afterwards.

set -u
cd "$(dirname "$0")/../.." || exit 1
. test/lib/tap.sh
. test/lib/readers.sh
old=$1
new=$3
work=/tmp/upgrade
declare -A programs=([$1]=$2 [$3]=$4)

# in_server MAJOR PROGRAM... runs a program of a server as the user postgres.
in_server() {
	local major=$1

	shift
	env -C "$work" setpriv --reuid=postgres --regid=postgres --clear-groups "${programs[$major]}/$@"
}

# query MAJOR STATEMENT prints what it answers with.
query() {
	in_server "$1" psql -X -At -h "$work" -U postgres -d postgres -c "$2" 2>&1
}

# install MAJOR builds the library for a server and installs it where that looks.
install() {
	make -s clean PG_CONFIG="${programs[$1]}/pg_config" >/dev/null
	make -s install with_llvm=no PG_CONFIG="${programs[$1]}/pg_config"
}

# create MAJOR makes a cluster.
create() {
	in_server "$1" initdb -D "$work/data-$1" -U postgres --auth=trust --locale=C.UTF-8 --encoding=UTF8 --no-sync \
		$([ "$1" -lt 18 ] || echo --no-data-checksums) >/dev/null || return 1
	cat >>"$work/data-$1/postgresql.conf" <<-CONF
		listen_addresses = ''
		unix_socket_directories = '$work'
		shared_preload_libraries = 'perfadvisor'
		fsync = off
	CONF
}

# start and stop MAJOR do that.
start() {
	in_server "$1" pg_ctl -D "$work/data-$1" -l "$work/log-$1" -w start >/dev/null
}
stop() {
	in_server "$1" pg_ctl -D "$work/data-$1" -m fast -w stop >/dev/null
}

# run_application MAJOR has statements recorded.
run_application() {
	for n in $(seq 1 20); do
		echo "SELECT /* app */ count(*) FROM orders WHERE customer = $n;"
		echo "INSERT INTO orders (customer, note) VALUES ($n, 'new');"
	done | in_server "$1" psql -X -q -h "$work" -U postgres -d postgres -o /dev/null -f -
}

# kept MAJOR prints what users put in, and what history there is.
kept() {
	query "$1" "SELECT (SELECT string_agg(target_time || comment, ',') FROM perfadvisor.targets WHERE comment IS NOT NULL) || ' ' ||
		(SELECT string_agg(reason, ',') FROM perfadvisor.mutes) || ' ' ||
		(SELECT string_agg(label, ',' ORDER BY snapshot_id) FROM perfadvisor.snapshot_log WHERE label IS NOT NULL) || ' ' ||
		(SELECT sum(c.calls) FROM perfadvisor.snapshot_counts c JOIN perfadvisor.snapshot_statements s USING (statement_id) WHERE s.query LIKE 'SELECT /* app */%')"
}

# describe MAJOR [DATABASE] prints what makes up the extension, without the texts of views, which are written anew.
describe() {
	in_server "$1" psql -X -At -h "$work" -U postgres -d "${2:-postgres}" -f "$work/describe.sql" | grep -vE ': definition: |_RETURN: '
}

# read_views MAJOR prints what fails while everything is read.
read_views() {
	pa_reading_sql | in_server "$1" psql -X -q -h "$work" -U postgres -d postgres -o /dev/null -f - 2>&1 | grep -E 'ERROR|FATAL|server closed'
}

tap_plan 12
mkdir -p "$work" && chown postgres "$work"
cp test/lib/describe_extension.sql "$work/describe.sql" && chmod 644 "$work/describe.sql"
install "$old" && install "$new"
tap_ok $? "the extension is installed for $old and $new"
create "$old" && start "$old"
query "$old" "CREATE EXTENSION perfadvisor; CREATE TABLE orders AS SELECT i AS id, i % 5000 AS customer, repeat('x', 50) AS note FROM generate_series(1, 100000) i; ANALYZE" >/dev/null
query "$old" "INSERT INTO perfadvisor.targets (statement_class, target_time, comment) VALUES ('lookup', 3, 'ours'); SELECT perfadvisor.mute('some:finding', 'planned')" >/dev/null
run_application "$old"
tap_is "$(read_views "$old")" "" "all views can be read on $old"
query "$old" "SELECT perfadvisor.snapshot('before')" >/dev/null
before=$(kept "$old")
tap_is "$before" "3ours planned before 20" "there are a target, a mute and history"
stop "$old"

create "$new"
in_server "$new" pg_upgrade -b "${programs[$old]}" -B "${programs[$new]}" -d "$work/data-$old" -D "$work/data-$new" -s "$work" -U postgres -r >"$work/upgrade.log" 2>&1
upgraded=$?
tap_ok $upgraded "pg_upgrade takes a cluster with the extension from $old to $new, with the library preloaded in both"
[ $upgraded -eq 0 ] || cat "$work/upgrade.log" "$work/data-$new"/pg_upgrade_output.d/*/log/* | tail -n 60 | sed 's/^/# /'
start "$new"
tap_is "$(kept "$new")" "$before" "target, mute and history are there then"
tap_is "$(read_views "$new")" "" "all views can be read on $new"
query "$new" "CREATE DATABASE fresh" >/dev/null
in_server "$new" psql -X -q -h "$work" -U postgres -d fresh -c "CREATE EXTENSION perfadvisor" >/dev/null
tap_is "$(diff <(describe "$new" fresh) <(describe "$new") | cut -c 1-150 | head -n 10)" "" "the extension is as freshly installed"
query "$new" "ANALYZE" >/dev/null
run_application "$new"
query "$new" "SELECT perfadvisor.snapshot('after')" >/dev/null
tap_is "$(kept "$new")" "3ours planned before,after 40" "history goes on"
tap_is "$(query "$new" "SELECT string_agg(check_name, ',') FROM perfadvisor.findings WHERE area = 'outcome'")" "" "the upgrade is taken for nobody's doing"
tap_is "$(query "$new" "SELECT string_agg(change, ',') FROM perfadvisor.compare((SELECT snapshot_id FROM perfadvisor.snapshots WHERE label = 'before')) WHERE query LIKE 'SELECT /* app */%' AND change IN ('slower', 'faster')")" "" "nor is a statement slower or faster for it"
tap_is "$(query "$new" "SELECT string_agg(ddl, ';') FROM perfadvisor.index_advice WHERE relation = 'orders'::regclass" | grep -c '(customer)')" 1 "advice is given as before"
stop "$new"
tap_is "$(cat "$work"/log-* | grep -cE 'TRAP:|terminated by signal|PANIC')" 0 "no process died"
[ "$tap_failed" -eq 0 ]
