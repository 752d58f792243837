#!/bin/bash
# base: an update from any released version equals a fresh installation; dumps and pg_upgrade keep targets, mutes and history
#
# test/upgrade has the install script of each released version, as perfadvisor--VERSION.sql.

set -u
cd "$(dirname "$0")/../.." || exit 1
PA_TOP=$PWD
. test/lib/prepare.sh
. test/lib/server.sh
. test/lib/tap.sh
. test/lib/readers.sh

# query STATEMENT [DATABASE] prints what a statement answers with, in a session of its own.
query() {
	pa_psql -d "${2:-postgres}" -At -c "$1" 2>&1
}

# add_version VERSION installs its input as a script, where the servers look for those of extensions.
add_version() {
	cat >"$PA_INSTALL$PA_SHAREDIR/extension/perfadvisor--$1.sql"
	chmod 644 "$PA_INSTALL$PA_SHAREDIR/extension/perfadvisor--$1.sql"
	[ ! -d "$PA_WORK/mirror" ] ||
		ln -sf "$PA_INSTALL$PA_SHAREDIR/extension/perfadvisor--$1.sql" "$PA_WORK/mirror$PA_SHAREDIR/extension/"
}

# describe DATABASE prints what makes up the extension there.
describe() {
	pa_psql -d "$1" -At -f "$PA_WORK/describe.sql"
}

# differences DATABASE [PATTERN] prints what differs from a fresh installation, in few words, and without lines of a pattern.
differences() {
	diff <(describe "$1" | grep -vE "${2:-^$}") <(grep -vE "${2:-^$}" "$PA_WORK/fresh") | cut -c 1-150 | head -n 10
}

# read_views DATABASE prints what fails while everything there is read.
read_views() {
	pa_reading_sql | pa_psql -d "$1" -o /dev/null -v ON_ERROR_STOP=0 -f - 2>&1 | grep -E 'ERROR|FATAL|server closed'
}

# install_and_update VERSION makes a database of that version, reads all of it with the library of this version, and updates.
install_and_update() {
	query "DROP DATABASE IF EXISTS older" >/dev/null
	query "CREATE DATABASE older TEMPLATE template0" >/dev/null
	query "CREATE EXTENSION perfadvisor VERSION '$1'" older
	query "INSERT INTO perfadvisor.targets (statement_class, target_time, comment) VALUES ('join', 7, 'ours')" older
	query "SELECT perfadvisor.snapshot('before the update')" older >/dev/null
	read_views older >"$PA_WORK/older.errors"
	query "ALTER EXTENSION perfadvisor UPDATE" older
}

# kept DATABASE prints what people have put in, and how much history there is.
kept() {
	query "SELECT (SELECT string_agg(target_time || comment, ',') FROM perfadvisor.targets WHERE comment IS NOT NULL) || ' ' ||
			(SELECT string_agg(reason, ',') FROM perfadvisor.mutes) || ' ' ||
			(SELECT string_agg(label, ',' ORDER BY snapshot_id) FROM perfadvisor.snapshot_log WHERE label IS NOT NULL) || ' ' ||
			(SELECT sum(c.calls) FROM perfadvisor.snapshot_counts c JOIN perfadvisor.snapshot_statements s USING (statement_id) WHERE s.query LIKE 'SELECT /* marked */%')" "$1"
}

pa_prepare test
pa_begin
pa_build
# Others use what is installed there at the same time
cp -r "$PA_INSTALL" "$PA_WORK/own"
PA_INSTALL=$PA_WORK/own
[ ! -d "$PA_WORK/mirror" ] || ln -sf "$PA_INSTALL$PA_LIBDIR"/*.so "$PA_WORK/mirror$PA_LIBDIR"
cp test/lib/describe_extension.sql "$PA_WORK/describe.sql"
chmod 644 "$PA_WORK/describe.sql"
this=$(sed -n "s/^default_version *= *'\(.*\)'/\1/p" perfadvisor.control)
released=$(for file in test/upgrade/perfadvisor--*.sql; do [ ! -f "$file" ] || basename "$file" .sql | sed 's/perfadvisor--//'; done | grep -vx "$this")
tap_plan $((19 + 4 * $(echo "$released" | grep -c .)))

cat test/perfadvisor.conf >"$PA_WORK/server.conf"
echo "perfadvisor.snapshot_interval = '1s'" >>"$PA_WORK/server.conf"
pa_server_create first "$PA_WORK/server.conf"
pa_server_start first
query "CREATE EXTENSION perfadvisor" >/dev/null
describe postgres >"$PA_WORK/fresh"
tap_ok "$([ "$(wc -l <"$PA_WORK/fresh")" -gt 1000 ]; echo $?)" "an installation can be described"

# Versions that were released
for version in $released; do
	add_version "$version" <"test/upgrade/perfadvisor--$version.sql"
	tap_is "$(install_and_update "$version")" "" "$version can be updated"
	tap_is "$(cat "$PA_WORK/older.errors")" "" "until then all of its views can be read with this library"
	tap_is "$(differences older)" "" "afterwards it equals a fresh installation"
done

# The way itself, with versions that never were: a function is not there yet, a column, a comment and rights are different
undo="DROP FUNCTION perfadvisor.what_if_size(text);
	ALTER TABLE perfadvisor.mutes ALTER COLUMN reason DROP NOT NULL;
	COMMENT ON TABLE perfadvisor.mutes IS 'Something else';
	REVOKE SELECT ON perfadvisor.statements FROM PUBLIC;"
redo=$(awk -v from="CREATE FUNCTION perfadvisor.what_if_size" 'index($0, from) { on = 1 } on { print } on && /;$/ { exit }' sql/rooms/*.sql)
redo="$redo ALTER TABLE perfadvisor.mutes ALTER COLUMN reason SET NOT NULL;"
comment=$(grep -h -A 1 "^COMMENT ON FUNCTION perfadvisor.what_if_size(text)" sql/rooms/*.sql)
mutes=$(grep -h "^COMMENT ON TABLE perfadvisor.mutes" sql/rooms/*.sql)
install=$PA_INSTALL$PA_SHAREDIR/extension/perfadvisor--$this.sql
{ cat "$install"; echo "$undo"; } | add_version 0.8
add_version 0.9 <"$PA_INSTALL$PA_SHAREDIR/extension/perfadvisor--0.8.sql"
echo "$redo $comment $mutes GRANT SELECT ON perfadvisor.statements TO PUBLIC;" | add_version "0.9--$this"
echo "$redo $comment GRANT SELECT ON perfadvisor.statements TO PUBLIC;" | add_version "0.8--$this"
tap_is "$(install_and_update 0.9)" "" "an older version can be updated"
tap_is "$(cat "$PA_WORK/older.errors")" "" "until then all of its views can be read with this library"
tap_is "$(differences older)" "" "afterwards it equals a fresh installation"
tap_is "$(query "SELECT target_time FROM perfadvisor.targets WHERE comment = 'ours'; SELECT count(*) FROM perfadvisor.snapshot_log WHERE label = 'before the update'" older)" "7
1" "and has what was in its tables"
install_and_update 0.8 >/dev/null
tap_is "$(differences older | grep -c '^[<>] table perfadvisor.mutes: comment')" 2 "an update that forgets something is found out"
for version in $released; do
	tap_is "$(query "SELECT count(*) FROM pg_extension_update_paths('perfadvisor') WHERE source = '$version' AND target = '$this' AND path IS NULL")" 0 "from $version there is a way to $this"
done


# What people put in, and history, in a dump
run_marked() {
	for n in $(seq 1 "$1"); do echo "SELECT /* marked */ count(*) FROM pg_class WHERE relpages > $n;"; done | pa_psql -d postgres -o /dev/null -f -
}
query "INSERT INTO perfadvisor.targets (statement_class, target_time, comment) VALUES ('lookup', 3, 'ours')" >/dev/null
query "SELECT perfadvisor.mute('some:finding', 'planned')" >/dev/null
run_marked 30
query "SELECT perfadvisor.snapshot('before')" >/dev/null
before=$(kept postgres)
tap_is "$before" "3ours planned before 30" "there are a target, a mute and history"
query "CREATE DATABASE restored TEMPLATE template0" >/dev/null
pa_as "$PA_BINDIR/pg_dump" -h "$PGHOST" -p "$PGPORT" -U postgres -Fc -f "$PA_WORK/first/dump" postgres 2>"$PA_WORK/dump.err"
tap_is "$(cat "$PA_WORK/dump.err")" "" "a database with the extension can be dumped"
pa_as "$PA_BINDIR/pg_restore" -h "$PGHOST" -p "$PGPORT" -U postgres -d restored "$PA_WORK/first/dump" 2>"$PA_WORK/restore.err"
tap_is "$?$(cat "$PA_WORK/restore.err")" "0" "and restored"
tap_is "$(kept restored)" "$before" "target, mute and history are there then"
tap_is "$(differences restored)" "" "and the extension is as freshly installed"
query "SELECT perfadvisor.snapshot('restored')" restored >/dev/null
tap_is "$(query "SELECT count(*) FROM perfadvisor.snapshot_log WHERE label = 'restored'" restored)" 1 "history goes on there"
for database in older restored; do query "DROP DATABASE $database" >/dev/null; done

# pg_upgrade of 18 looks for libraries in the server's own folder alone, and ours is not there
if query "LOAD '\$libdir/perfadvisor'" | grep -q ERROR; then
	for n in 1 2 3 4 5 6 7; do tap_ok 0 "pg_upgrade $n # SKIP it does not find libraries elsewhere"; done
	pa_server_stop first
	tap_done
fi

# pg_upgrade, from a server to another of the same version, which it takes as well
pa_server_create second "$PA_WORK/server.conf"
oids=$(query "SELECT string_agg(oid::text, ',' ORDER BY oid) FROM pg_class WHERE relnamespace = 'perfadvisor'::regnamespace")
pa_server_stop first
mkdir "$PA_WORK/upgrade"
[ -z "$PA_USER" ] || chown "$PA_USER" "$PA_WORK/upgrade"
pa_as env -C "$PA_WORK/upgrade" "$PA_BINDIR/pg_upgrade" -b "$PA_BINDIR" -B "$PA_BINDIR" -d "$PA_WORK/first/data" -D "$PA_WORK/second/data" \
	-s "$PA_SOCKETS" -U postgres -r -o '-c log_min_messages=debug1' -O '-c log_min_messages=debug1' >"$PA_WORK/upgrade.log" 2>&1
upgraded=$?
tap_ok $upgraded "pg_upgrade takes a cluster with the extension, with the library preloaded in both"
[ $upgraded -eq 0 ] || { cat "$PA_WORK/upgrade.log" "$PA_WORK"/second/data/pg_upgrade_output.d/*/log/* | tail -n 40 | sed 's/^/# /'; }
started=$(grep -hoE 'starting background worker process "perfadvisor [a-z]*' "$PA_WORK"/second/data/pg_upgrade_output.d/*/log/*.log)
tap_ok "$(echo "$started" | grep -q saver; echo $?)" "the log tells which workers ran while it was at work"
tap_is "$(echo "$started" | grep -c launcher)" 0 "and none that takes snapshots was among them"
pa_server_start second
tap_is "$(kept postgres)" "$before" "target, mute and history are there then"
# It creates views anew from their text, in which the server writes out names that nobody sees.
tap_is "$(differences postgres ': definition: |_RETURN: ')" "" "the extension is as freshly installed"
tap_is "$(query "SELECT string_agg(oid::text, ',' ORDER BY oid) FROM pg_class WHERE relnamespace = 'perfadvisor'::regnamespace")" "$oids" "of the same objects"
run_marked 12
query "SELECT perfadvisor.snapshot('after')" >/dev/null
tap_is "$(kept postgres)" "3ours planned before,after 42" "and history goes on"
pa_server_stop second
tap_done
