#!/bin/bash
# docs: every view, table, column, function and setting has a comment and is in the reference

set -u
cd "$(dirname "$0")/../.." || exit 1
PA_TOP=$PWD
. test/lib/prepare.sh
. test/lib/server.sh
. test/lib/tap.sh

# query prints what a statement answers with.
query() {
	pa_psql -d postgres -At 2>&1 <<<"$1"
}

# section NAME prints the part of the reference whose heading names an object, or nothing.
section() {
	awk -v name="$1" '/^#+ /{on = (" " $0 " ") ~ ("[^a-z_]" name "[^a-z_]")} on' docs/reference.md
}

# undocumented prints the names on its standard input that are not words of the reference.
undocumented() {
	local name

	while read -r name; do
		grep -qE "(^|[^a-z_])$name([^a-z_]|\$)" docs/reference.md || echo "$name"
	done
}

# undocumented_columns prints which "relation column" on its standard input are missing from their relation's section. Lists such
# as "min_, max_exec_time" stand for both.
undocumented_columns() {
	local relation column text='' last=''

	while read -r relation column; do
		if [ "$relation" != "$last" ]; then
			text=$(section "$relation" | tr '\n' ' ')
			# what the health views have in common is said once
			[[ $relation != *_health ]] || text="$text $(section Health | tr '\n' ' ')"
		fi
		last=$relation
		grep -qE "(^|[^a-z0-9_])$column([^a-z0-9_]|\$)" <<<"$text" || grep -qE "(^|[^a-z0-9_])${column%%_*}_([^a-z0-9_]|\$)" <<<"$text" || echo "$relation.$column"
	done
}

pa_prepare test
pa_begin
pa_build
pa_server_create main test/perfadvisor.conf
pa_server_start main
query "CREATE EXTENSION perfadvisor" >/dev/null
tap_plan 5

tap_is "$(query "SELECT c.relname FROM pg_class AS c WHERE c.relnamespace = 'perfadvisor'::regnamespace AND c.relkind IN ('r', 'v') AND obj_description(c.oid, 'pg_class') IS NULL
	UNION ALL SELECT c.relname || '.' || a.attname FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
	WHERE c.relnamespace = 'perfadvisor'::regnamespace AND c.relkind IN ('r', 'v') AND col_description(c.oid, a.attnum) IS NULL
	UNION ALL SELECT p.oid::regprocedure::text FROM pg_proc AS p WHERE p.pronamespace = 'perfadvisor'::regnamespace AND obj_description(p.oid, 'pg_proc') IS NULL
	UNION ALL SELECT s.name FROM pg_settings AS s WHERE s.name LIKE 'perfadvisor.%' AND s.short_desc = '' ORDER BY 1")" "" "everything has a comment"
tap_is "$(query "SELECT relname FROM pg_class WHERE relnamespace = 'perfadvisor'::regnamespace AND relkind IN ('r', 'v') ORDER BY 1" | undocumented)" "" "every view and table is in the reference"
tap_is "$(query "SELECT DISTINCT proname FROM pg_proc WHERE pronamespace = 'perfadvisor'::regnamespace ORDER BY 1" | undocumented)" "" "every function is in the reference"
tap_is "$(query "SELECT name FROM pg_settings WHERE name LIKE 'perfadvisor.%' ORDER BY 1" | undocumented)" "" "every setting is in the reference"
# Of tables that only the extension writes, and of views that share their columns, one section speaks.
tap_is "$(query "SELECT c.relname, a.attname FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
	WHERE c.relnamespace = 'perfadvisor'::regnamespace AND c.relkind = 'v' ORDER BY 1, a.attnum" | tr '|' ' ' | undocumented_columns)" "" "every column of a view is in the section of that view"
tap_done
