# roots.sh: folders with other releases of Debian, and the PostgreSQL that each has.
#
# Sourced by scripts behind `make check-...` and `make test-versions`, after prepare.sh. Needs root, for chroot.

# pa_roots_begin sees to it that folders can be made.
pa_roots_begin() {
	command -v mmdebstrap >/dev/null || { pa_may_install && pa_apt_install mmdebstrap; } || pa_die "needs mmdebstrap"
}

# pa_suite_of MAJOR prints the suite of Debian that has it.
pa_suite_of() {
	case $1 in
		15) echo bookworm ;;
		17) echo trixie ;;
		18) echo forky ;;
		19) echo sid ;;
		*) pa_die "PostgreSQL $1 is in no suite that is known here" ;;
	esac
}

# pa_make_root MAJOR ROOT makes the folder. The headers' package wants LLVM, which nothing here does: it is only unpacked.
# What is in experimental is taken from there by name alone. There is no pgTAP for it, but pgTAP is SQL: that of 18 does.
pa_make_root() {
	local mirror from= unpack=postgresql-server-dev-$1 packages="postgresql-$1-pgtap postgresql-$1-hypopg" more=

	mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | grep -E '/debian/?$' | sort -u | head -n 1)
	[ -n "$mirror" ] || pa_die "found no package source of Debian"
	pa_note "making a $(pa_suite_of "$1") with PostgreSQL $1"
	if [ "$1" -eq 19 ]; then
		from=/experimental
		unpack="$unpack postgresql-18-pgtap"
		packages=
		more="deb $mirror experimental main"
	fi
	# Word splitting is wanted: package names have no blanks.
	packages=$(printf '%s,' "postgresql-$1$from" "libpq5$from" "libpq-dev$from" $packages gcc libc6-dev make procps)
	# Never beyond a mount that somebody left in it
	rm -rf --one-file-system "$2.new"
	mmdebstrap --quiet --variant=apt --aptopt='Acquire::Check-Valid-Until "false"' --aptopt='APT::Install-Recommends "false"' \
		--include="${packages%,}" \
		--customize-hook="chroot \"\$1\" sh -c 'mkdir /tmp/packages && cd /tmp/packages && apt-get -q download $unpack && for package in *.deb; do dpkg -x \$package /; done && rm -r /tmp/packages'" \
		"$(pa_suite_of "$1")" "$2.new" "deb $mirror $(pa_suite_of "$1") main" ${more:+"$more"} >"$2.log" 2>&1 || return 1
	mv "$2.new" "$2"
}

# pa_copy_tree FOLDER puts what git knows, or would, into a new folder.
pa_copy_tree() {
	rm -rf --one-file-system "$1"
	mkdir -p "$1"
	git ls-files -z --cached --others --exclude-standard | xargs -0 cp --parents -t "$1"
}

# pa_in_root ROOT COMMAND... runs a command in a folder, as root, with processes of its own, which end with it.
pa_in_root() {
	unshare -mpf --propagation private bash -c '
		mount -t proc proc "$1/proc"
		mount --rbind /dev "$1/dev"
		exec env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 chroot "$@"' enter "$@"
}
