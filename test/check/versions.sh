#!/bin/bash
# versions.sh: what `make test-versions` does: builds and tests on PostgreSQL 15, 17, 18 and 19 in Debian 12, 13, testing
# and unstable with the server of experimental.
#
# Each is a folder made once by mmdebstrap from the machine's own package source, kept in PA_CACHE, and entered by
# chroot in a namespace of its own; needs root. VERSIONS="17 18" and TESTS="..." select. Where one cannot be made
# that is said and counted as failed. No suite of Debian has 16: it is tested where it is installed, without a folder.

set -u
cd "$(dirname "$0")/../.." || exit 1
. test/lib/prepare.sh
. test/lib/source.sh
. test/lib/roots.sh

VERSIONS=${VERSIONS:-15 $([ ! -x /usr/lib/postgresql/16/bin/postgres ] || echo 16) 17 18 19}

# test_in ROOT MAJOR copies the tree there and runs its tests.
test_in() {
	pa_copy_tree "$1/tmp/perfadvisor-source" || return 1
	pa_in_root "$1" env TESTS="${TESTS:-}" make -C /tmp/perfadvisor-source --no-print-directory test PG_CONFIG="/usr/lib/postgresql/$2/bin/pg_config"
}

# test_here MAJOR runs the tests on a server that is installed, in a copy of the tree.
test_here() {
	pa_copy_tree "$PA_CACHE/tree-$1" || return 1
	make -C "$PA_CACHE/tree-$1" --no-print-directory test TESTS="${TESTS:-}" PG_CONFIG="/usr/lib/postgresql/$1/bin/pg_config"
}

[ "$(id -u)" -eq 0 ] || pa_die "make test-versions needs root, for chroot"
pa_roots_begin
pa_cache_begin
passed=0
failed=0
for major in $VERSIONS; do
	root=$PA_CACHE/root-$major
	# Not in the results: other tests of this tree begin with removing these
	log=$PA_CACHE/versions-$major.log
	if [ "$major" -eq 16 ]; then
		test_here "$major" 2>&1 | tee "$log"
	elif [ -d "$root" ] || pa_make_root "$major" "$root"; then
		test_in "$root" "$major" 2>&1 | tee "$log"
	else
		echo "PostgreSQL $major: could not be prepared; see $root.log"
		failed=$((failed + 1))
		continue
	fi
	last=$(grep -E '^[0-9]+ passed, [0-9]+ failed$' "$log" | tail -n 1)
	echo "PostgreSQL $major: ${last:-did not end}"
	[ -n "$last" ] || last="0 passed, 1 failed"
	passed=$((passed + ${last%% *}))
	last=${last#*, }
	failed=$((failed + ${last%% *}))
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
