#!/bin/bash
# versions.sh: what `make test-versions` does: builds and tests on PostgreSQL 15, 17 and 18 in Debian 12, 13 and testing.
#
# Each is a folder made once by mmdebstrap from the machine's own package source, kept in PA_CACHE, and entered by
# chroot in a namespace of its own; needs root. VERSIONS="17 18" and TESTS="..." select. Where one cannot be made
# that is said and counted as failed.

set -u
cd "$(dirname "$0")/../.." || exit 1
. test/lib/prepare.sh
. test/lib/source.sh

VERSIONS=${VERSIONS:-15 17 18}

# suite_of MAJOR prints the suite of Debian that has it.
suite_of() {
	case $1 in
		15) echo bookworm ;;
		17) echo trixie ;;
		18) echo forky ;;
		*) pa_die "PostgreSQL $1 is in no suite that is known here" ;;
	esac
}

# make_root MAJOR ROOT makes the folder. The headers' package wants LLVM, which nothing here does: it is only unpacked.
make_root() {
	local mirror

	mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | grep -E '/debian/?$' | sort -u | head -n 1)
	[ -n "$mirror" ] || pa_die "found no package source of Debian"
	pa_note "making a $(suite_of "$1") with PostgreSQL $1"
	rm -rf "$2.new"
	mmdebstrap --quiet --variant=apt --aptopt='Acquire::Check-Valid-Until "false"' --aptopt='APT::Install-Recommends "false"' \
		--include="postgresql-$1,postgresql-$1-pgtap,postgresql-$1-hypopg,libpq-dev,gcc,libc6-dev,make,procps" \
		--customize-hook="chroot \"\$1\" sh -c 'cd /tmp && apt-get -q download postgresql-server-dev-$1 && dpkg -x postgresql-server-dev-$1*.deb / && rm postgresql-server-dev-$1*.deb'" \
		"$(suite_of "$1")" "$2.new" "$mirror" >"$2.log" 2>&1 || return 1
	mv "$2.new" "$2"
}

# test_in ROOT MAJOR copies the tree there and runs its tests.
test_in() {
	rm -rf "$1/tmp/perfadvisor-source"
	mkdir "$1/tmp/perfadvisor-source"
	git ls-files -z --cached --others --exclude-standard | xargs -0 cp --parents -t "$1/tmp/perfadvisor-source" || return 1
	unshare -mpf --propagation private bash -c '
		mount -t proc proc "$1/proc"
		mount --rbind /dev "$1/dev"
		exec env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 TESTS="$3" chroot "$1" \
			make -C /tmp/perfadvisor-source --no-print-directory test PG_CONFIG="/usr/lib/postgresql/$2/bin/pg_config"' \
		enter "$1" "$2" "${TESTS:-}"
}

[ "$(id -u)" -eq 0 ] || pa_die "make test-versions needs root, for chroot"
if ! command -v mmdebstrap >/dev/null; then
	pa_may_install && pa_apt_install mmdebstrap || pa_die "needs mmdebstrap"
fi
pa_cache_begin
passed=0
failed=0
mkdir -p results
for major in $VERSIONS; do
	root=$PA_CACHE/root-$major
	if [ ! -d "$root" ] && ! make_root "$major" "$root"; then
		echo "PostgreSQL $major: could not be prepared; see $root.log"
		failed=$((failed + 1))
		continue
	fi
	test_in "$root" "$major" 2>&1 | tee "results/versions-$major.log"
	last=$(grep -E '^[0-9]+ passed, [0-9]+ failed$' "results/versions-$major.log" | tail -n 1)
	echo "PostgreSQL $major: ${last:-did not end}"
	[ -n "$last" ] || last="0 passed, 1 failed"
	passed=$((passed + ${last%% *}))
	last=${last#*, }
	failed=$((failed + ${last%% *}))
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
