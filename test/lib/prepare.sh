# prepare.sh: find the server to build and test against, and install what is missing.
#
# Sourced by the scripts behind `make test` and `make demo`. pa_prepare sets
#	PA_PG_CONFIG, PA_MAJOR, PA_BINDIR, PA_LIBDIR, PA_SHAREDIR, PA_PGXSDIR
# or prints one line and exits with 1. When everything is there it starts no package manager at all.

# pa_die prints one line and ends the script, after the function PA_LAST_WORDS names, if any.
pa_die() {
	echo "perfadvisor: $*" >&2
	${PA_LAST_WORDS:-:}
	exit 1
}

# pa_note tells what is being done, where a person can see it and no program reads it.
pa_note() {
	echo "perfadvisor: $*" >&2
}

# pa_major_of prints the major version a pg_config belongs to.
pa_major_of() {
	"$1" --version 2>/dev/null | sed -nE 's/^PostgreSQL ([0-9]+).*/\1/p'
}

# pa_has_server tells whether the pg_config's server is installed and one we support.
pa_has_server() {
	local major
	major=$(pa_major_of "$1")
	[ -n "$major" ] && [ "$major" -ge 15 ] && [ -x "$("$1" --bindir)/postgres" ]
}

# pa_has_headers tells whether extensions can be built for the pg_config's server.
pa_has_headers() {
	[ -f "$("$1" --pgxs 2>/dev/null)" ] && [ -f "$("$1" --includedir-server)/postgres.h" ]
}

# pa_debian tells whether this is a system whose packages are named like Debian's.
pa_debian() {
	command -v apt-get >/dev/null && command -v dpkg >/dev/null
}

# pa_root runs a command as root: directly, or by a sudo that asks no password.
pa_root() {
	if [ "$(id -u)" -eq 0 ]; then
		"$@"
	else
		sudo -n "$@"
	fi
}

# pa_may_install tells whether packages can be installed without asking anybody.
pa_may_install() {
	pa_debian || return 1
	[ "$(id -u)" -eq 0 ] || { command -v sudo >/dev/null && sudo -n true 2>/dev/null; }
}

# pa_known_package tells whether apt could install a package of this name now.
pa_known_package() {
	LC_ALL=C apt-cache policy "$1" 2>/dev/null | grep -q 'Candidate: [^(]'
}

# pa_debian_majors prints the majors whose servers Debian's packages have put here, newest first.
pa_debian_majors() {
	local dir
	for dir in /usr/lib/postgresql/*/; do
		dir=${dir%/}
		[ -x "$dir/bin/postgres" ] && echo "${dir##*/}"
	done | sort -rn
}

# pa_choose_server sets PA_PG_CONFIG to the server to use, or PA_MAJOR to the Debian major to install.
# The order: the one named, the newest installed one that has headers or can get them, Debian's default.
pa_choose_server() {
	local major

	PA_PG_CONFIG= PA_MAJOR=
	if [ -n "${PG_CONFIG:-}" ]; then
		command -v "$PG_CONFIG" >/dev/null || pa_die "PG_CONFIG=$PG_CONFIG is not a program"
		PA_PG_CONFIG=$(command -v "$PG_CONFIG")
		PA_MAJOR=$(pa_major_of "$PA_PG_CONFIG")
		[ "${PA_MAJOR:-0}" -ge 15 ] || pa_die "PG_CONFIG=$PG_CONFIG belongs to PostgreSQL ${PA_MAJOR:-?}; 15 or newer is needed"
		return
	fi

	for major in $(pa_debian_majors); do
		[ "$major" -ge 15 ] || continue
		if [ -x "/usr/lib/postgresql/$major/bin/pg_config" ] &&
			pa_has_headers "/usr/lib/postgresql/$major/bin/pg_config"; then
			PA_PG_CONFIG=/usr/lib/postgresql/$major/bin/pg_config
			PA_MAJOR=$major
			return
		fi
		if pa_may_install && pa_known_package "postgresql-server-dev-$major"; then
			PA_MAJOR=$major
			return
		fi
	done

	if command -v pg_config >/dev/null && pa_has_server pg_config && pa_has_headers pg_config; then
		PA_PG_CONFIG=$(command -v pg_config)
		PA_MAJOR=$(pa_major_of "$PA_PG_CONFIG")
		return
	fi

	pa_debian || pa_die "needs PostgreSQL 15 or newer with its server headers, pg_regress and pgTAP, and a C compiler; set PG_CONFIG to its pg_config"
	PA_MAJOR=$(pa_default_major)
}

# pa_default_major prints the major of Debian's own "postgresql" package, else 15.
pa_default_major() {
	local major
	if ! pa_known_package postgresql && pa_may_install; then
		pa_root apt-get -qq update >/dev/null 2>&1 || true
	fi
	major=$(LC_ALL=C apt-cache policy postgresql 2>/dev/null | sed -nE 's/^ *Candidate: ([0-9]+).*/\1/p')
	[ "${major:-0}" -ge 15 ] || major=15
	echo "$major"
}

# pa_pgtap prints a folder with the files of pgTAP for any server, the newest that Debian's packages have put here.
pa_pgtap() {
	local control newest=
	for control in /usr/share/postgresql/*/extension/pgtap.control; do
		[ -f "$control" ] && newest=${control%/*}
	done
	echo "$newest"
}

# pa_missing prints the Debian names of what is missing for PA_MAJOR. $1: test or demo.
pa_missing() {
	local pg_config=${PA_PG_CONFIG:-/usr/lib/postgresql/$PA_MAJOR/bin/pg_config}
	local bindir sharedir

	command -v "${CC:-gcc}" >/dev/null || echo gcc
	[ -f /usr/include/stdio.h ] || echo libc6-dev
	if [ -x "$pg_config" ]; then
		bindir=$("$pg_config" --bindir)
		sharedir=$("$pg_config" --sharedir)
	else
		bindir=/usr/lib/postgresql/$PA_MAJOR/bin
		sharedir=/usr/share/postgresql/$PA_MAJOR
	fi
	[ -x "$bindir/postgres" ] && [ -x "$bindir/pgbench" ] || echo "postgresql-$PA_MAJOR"
	{ [ -x "$pg_config" ] && pa_has_headers "$pg_config"; } || echo "postgresql-server-dev-$PA_MAJOR"
	[ "$1" = demo ] || [ -f "$sharedir/extension/pgtap.control" ] || [ -n "$(pa_pgtap)" ] || echo "postgresql-$PA_MAJOR-pgtap"
}

# pa_apt_install installs packages quietly; the lists are fetched only when a name is not known, or is stale.
pa_apt_install() {
	local package stale=no log

	log=$(mktemp)
	for package in "$@"; do
		pa_known_package "$package" || stale=yes
	done
	if [ $stale = yes ]; then
		pa_root apt-get -qq update >"$log" 2>&1 || true
	fi
	if ! pa_root env DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends "$@" >"$log" 2>&1 </dev/null; then
		pa_root apt-get -qq update >>"$log" 2>&1 || true
		if ! pa_root env DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends "$@" >>"$log" 2>&1 </dev/null; then
			grep -E '^(E|Err):' "$log" | head -n 5 >&2
			rm -f "$log"
			return 1
		fi
	fi
	rm -f "$log"
}

# pa_install_packages installs packages without letting a new server start a cluster of its own.
#
# Debian's server packages create a cluster "main" on port 5432 and start it when they are installed. Nobody
# asked for that here, so it is switched off in postgresql-common's configuration for the time of the
# installation; afterwards the file is as it was. Clusters that exist are not touched either way.
pa_install_packages() {
	local conf=/etc/postgresql-common/createcluster.conf
	local kept rc=0

	case " $* " in
		*" postgresql-$PA_MAJOR "*) ;;
		*) pa_apt_install "$@"; return ;;
	esac
	[ -f "$conf" ] || pa_apt_install postgresql-common || return 1
	kept=$(mktemp)
	cat "$conf" >"$kept"
	trap 'pa_root tee "$conf" <"$kept" >/dev/null; rm -f "$kept"; exit 1' INT TERM HUP
	{ cat "$kept"; echo "create_main_cluster = false"; } | pa_root tee "$conf" >/dev/null
	pa_apt_install "$@" || rc=1
	pa_root tee "$conf" <"$kept" >/dev/null
	trap - INT TERM HUP
	rm -f "$kept"
	return $rc
}

# pa_prepare finds or installs what `make $1` needs and sets the variables named on top.
pa_prepare() {
	local missing

	pa_choose_server
	missing=$(pa_missing "$1" | tr '\n' ' ')
	missing=${missing% }
	if [ -n "$missing" ]; then
		pa_may_install || pa_die "needs packages that are not installed: as root, run: apt-get install -y $missing"
		pa_note "installing $missing"
		# Word splitting is wanted: package names have no blanks.
		pa_install_packages $missing || pa_die "could not install: $missing"
		[ -n "$PA_PG_CONFIG" ] || PA_PG_CONFIG=/usr/lib/postgresql/$PA_MAJOR/bin/pg_config
		missing=$(pa_missing "$1" | tr '\n' ' ')
		[ -z "$missing" ] || pa_die "still missing after the installation: ${missing% }"
	fi
	PA_BINDIR=$("$PA_PG_CONFIG" --bindir)
	PA_LIBDIR=$("$PA_PG_CONFIG" --pkglibdir)
	PA_SHAREDIR=$("$PA_PG_CONFIG" --sharedir)
	PA_PGXSDIR=$(dirname "$(dirname "$("$PA_PG_CONFIG" --pgxs)")")
}
