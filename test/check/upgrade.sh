#!/bin/bash
# upgrade.sh: what `make check-upgrade` does: pg_upgrade from one major version of PostgreSQL to another, of a cluster
# with the extension and what it has recorded, noted and been told.
#
# UPGRADES="15:17 17:18 15:18" selects. Everything happens in copies of the folders of `make test-versions`, into which
# the older server is put; needs root.

set -u
cd "$(dirname "$0")/../.." || exit 1
. test/lib/prepare.sh
. test/lib/source.sh
. test/lib/roots.sh

UPGRADES=${UPGRADES:-15:17 17:18 15:18}

# add_server ROOT MAJOR puts a server of an older Debian into a folder, and prints where its programs are there. The
# machine's own is built from its source package: releases of November 2026 note versions of columns that older minor
# releases of later versions, which other Debians have, do not know.
add_server() {
	local from=$PA_CACHE/root-$2 library

	if [ "$2" -eq "${PA_MAJOR:-0}" ]; then
		pa_build_server assert '-O1 -g' --enable-cassert >&2
		from=${PG_CONFIG%/bin/pg_config}
		mkdir -p "$1$from" && cp -a "$from/." "$1$from/" || return 1
		echo "$from/bin"
		return
	fi
	[ -d "$from" ] || pa_make_root "$2" "$from" >&2 || return 1
	for part in lib share include; do
		mkdir -p "$1/usr/$part/postgresql"
		cp -a "$from/usr/$part/postgresql/$2" "$1/usr/$part/postgresql/" || return 1
	done
	chroot "$from" sh -c "ldd /usr/lib/postgresql/$2/bin/* /usr/lib/postgresql/$2/lib/*.so" 2>/dev/null |
		sed -nE 's/.* => (\/[^ ]+) .*/\1/p' | sort -u | while read -r library; do
		[ -e "$1$library" ] || { mkdir -p "$1$(dirname "$library")" && cp -L "$from$library" "$1$library"; }
	done
	echo "/usr/lib/postgresql/$2/bin"
}

[ "$(id -u)" -eq 0 ] || pa_die "make check-upgrade needs root, for chroot"
pa_prepare test
pa_cache_begin
pa_roots_begin
passed=0
failed=0
for upgrade in $UPGRADES; do
	old=${upgrade%:*}
	new=${upgrade#*:}
	work=$PA_CACHE/upgrade-$old-$new
	rm -rf --one-file-system "$work"
	to=$PA_CACHE/root-$new
	{ [ -d "$to" ] || pa_make_root "$new" "$to"; } && cp -a --reflink=auto "$to" "$work" &&
		from=$(add_server "$work" "$old") && pa_copy_tree "$work/tmp/perfadvisor-source" &&
		pa_in_root "$work" bash /tmp/perfadvisor-source/test/lib/upgrade_inside.sh "$old" "$from" "$new" "/usr/lib/postgresql/$new/bin" >"$work.log" 2>&1
	cat "$work.log"
	good=$(grep -c '^ok ' "$work.log")
	bad=$(grep -c '^not ok ' "$work.log")
	[ "$((good + bad))" -eq "$(sed -n 's/^1\.\.//p' "$work.log")" ] || bad=$((bad + 1))
	echo "pg_upgrade from $old to $new: $good passed, $bad failed"
	passed=$((passed + good))
	failed=$((failed + bad))
	[ "$bad" -gt 0 ] || rm -rf --one-file-system "$work"
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
