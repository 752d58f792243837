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

VERSIONS=${VERSIONS:-15 $([ ! -x /usr/lib/postgresql/16/bin/postgres ] || echo 16) 17 18 19}

# suite_of MAJOR prints the suite of Debian that has it.
suite_of() {
	case $1 in
		15) echo bookworm ;;
		17) echo trixie ;;
		18) echo forky ;;
		19) echo sid ;;
		*) pa_die "PostgreSQL $1 is in no suite that is known here" ;;
	esac
}

# make_root MAJOR ROOT makes the folder. The headers' package wants LLVM, which nothing here does: it is only unpacked.
# What is in experimental is taken from there by name alone. There is no pgTAP for it, but pgTAP is SQL: that of 18 does.
make_root() {
	local mirror from= unpack=postgresql-server-dev-$1 packages="postgresql-$1-pgtap postgresql-$1-hypopg" more=

	mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | grep -E '/debian/?$' | sort -u | head -n 1)
	[ -n "$mirror" ] || pa_die "found no package source of Debian"
	pa_note "making a $(suite_of "$1") with PostgreSQL $1"
	if [ "$1" -eq 19 ]; then
		from=/experimental
		unpack="$unpack postgresql-18-pgtap"
		packages=
		more="deb $mirror experimental main"
	fi
	# Word splitting is wanted: package names have no blanks.
	packages=$(printf '%s,' "postgresql-$1$from" "libpq5$from" "libpq-dev$from" $packages gcc libc6-dev make procps)
	rm -rf "$2.new"
	mmdebstrap --quiet --variant=apt --aptopt='Acquire::Check-Valid-Until "false"' --aptopt='APT::Install-Recommends "false"' \
		--include="${packages%,}" \
		--customize-hook="chroot \"\$1\" sh -c 'mkdir /tmp/packages && cd /tmp/packages && apt-get -q download $unpack && for package in *.deb; do dpkg -x \$package /; done && rm -r /tmp/packages'" \
		"$(suite_of "$1")" "$2.new" "deb $mirror $(suite_of "$1") main" ${more:+"$more"} >"$2.log" 2>&1 || return 1
	mv "$2.new" "$2"
}

# copy_tree FOLDER puts what git knows, or would, into a new folder.
copy_tree() {
	rm -rf "$1"
	mkdir -p "$1"
	git ls-files -z --cached --others --exclude-standard | xargs -0 cp --parents -t "$1"
}

# test_in ROOT MAJOR copies the tree there and runs its tests.
test_in() {
	copy_tree "$1/tmp/perfadvisor-source" || return 1
	unshare -mpf --propagation private bash -c '
		mount -t proc proc "$1/proc"
		mount --rbind /dev "$1/dev"
		exec env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 TESTS="$3" chroot "$1" \
			make -C /tmp/perfadvisor-source --no-print-directory test PG_CONFIG="/usr/lib/postgresql/$2/bin/pg_config"' \
		enter "$1" "$2" "${TESTS:-}"
}

# test_here MAJOR runs the tests on a server that is installed, in a copy of the tree.
test_here() {
	copy_tree "$PA_CACHE/tree-$1" || return 1
	make -C "$PA_CACHE/tree-$1" --no-print-directory test TESTS="${TESTS:-}" PG_CONFIG="/usr/lib/postgresql/$1/bin/pg_config"
}

[ "$(id -u)" -eq 0 ] || pa_die "make test-versions needs root, for chroot"
if ! command -v mmdebstrap >/dev/null; then
	pa_may_install && pa_apt_install mmdebstrap || pa_die "needs mmdebstrap"
fi
pa_cache_begin
passed=0
failed=0
for major in $VERSIONS; do
	root=$PA_CACHE/root-$major
	# Not in the results: other tests of this tree begin with removing these
	log=$PA_CACHE/versions-$major.log
	if [ "$major" -eq 16 ]; then
		test_here "$major" 2>&1 | tee "$log"
	elif [ -d "$root" ] || make_root "$major" "$root"; then
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
