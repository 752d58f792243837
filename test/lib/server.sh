# server.sh: a private folder, a private build, and private servers in it.
#
# Sourced by the scripts behind `make test` and `make demo`, by test/t and by the benches, after prepare.sh.
# Everything lives in one folder, PA_WORK, that pa_begin makes and pa_end removes: the installed library, the
# data directories, the sockets. No port is opened, nothing is written into the system's PostgreSQL, and no
# server runs as root. pa_end also runs on EXIT, INT, TERM and HUP; should the script itself be killed, a
# guardian process does it.

# pa_begin makes the private folder and chooses the user that servers run as (PA_USER, empty: ourselves).
pa_begin() {
	local name

	unset PGHOST PGPORT PGUSER PGDATABASE PGPASSWORD PGSERVICE PGOPTIONS PGDATA PGAPPNAME
	umask 022
	export LC_ALL=C.UTF-8
	PA_USER=
	PA_STARTED=$SECONDS
	if [ "$(id -u)" -eq 0 ]; then
		for name in postgres nobody; do
			if id "$name" >/dev/null 2>&1; then
				PA_USER=$name
				break
			fi
		done
		[ -n "$PA_USER" ] || pa_die "a server may not run as root, and there is no user postgres or nobody"
	fi
	PA_WORK=
	pa_try_folder "${TMPDIR:-/tmp}" || pa_try_folder /tmp || pa_die "found no folder for temporary files that a server can use"
	trap 'pa_end' EXIT
	trap 'pa_interrupted INT' INT
	trap 'pa_interrupted TERM' TERM
	trap 'pa_interrupted HUP' HUP
	pa_start_guardian
}

# pa_try_folder makes PA_WORK below $1, if the server's user can reach it and a socket's name fits.
# (A socket's name holds 107 bytes; the server adds a file name to ours.)
pa_try_folder() {
	[ ${#1} -le 60 ] || return 1
	PA_WORK=$(mktemp -d "$1/perfadvisor.XXXXXX" 2>/dev/null) || return 1
	chmod 755 "$PA_WORK"
	[ -z "$PA_USER" ] || chown "$PA_USER" "$PA_WORK"
	if ! pa_as test -w "$PA_WORK"; then
		rmdir "$PA_WORK"
		PA_WORK=
		return 1
	fi
	PA_INSTALL=$PA_WORK/install
	PA_SOCKETS=$PA_WORK/s
	mkdir "$PA_SOCKETS"
	chmod 700 "$PA_SOCKETS"
	[ -z "$PA_USER" ] || chown "$PA_USER" "$PA_SOCKETS"
}

# pa_as becomes the server's user for one command, in the private folder: ours may be closed to that user.
pa_as() {
	if [ -z "$PA_USER" ]; then
		"$@"
	else
		env -C "$PA_WORK" HOME="$PA_WORK" setpriv --reuid="$PA_USER" --regid="$(id -g "$PA_USER")" --clear-groups "$@"
	fi
}

# pa_run runs a command of any length as the server's user so that a signal interrupts it at once: bash serves
# traps while it waits, not while a command runs in the foreground. Outside the private folder it moves there.
pa_run() {
	{ pa_as_exec "$@" <&3 & } 3<&0
	wait $!
}

# pa_as_exec is pa_as for a subshell that may be replaced, so that its process id is the command's.
pa_as_exec() {
	trap - EXIT INT TERM HUP
	if [ -z "$PA_USER" ]; then
		exec "$@"
	else
		case $PWD/ in
			"$PA_WORK"/*) ;;
			*) cd "$PA_WORK" || exit 1 ;;
		esac
		HOME=$PA_WORK exec setpriv --reuid="$PA_USER" --regid="$(id -g "$PA_USER")" --clear-groups "$@"
	fi
}

# pa_start_guardian starts a process that outlives a killed script and cleans up for it.
pa_start_guardian() {
	setsid bash -c '
		tail --pid="$1" -s 0.5 -f /dev/null
		for pidfile in "$2"/*/data/postmaster.pid; do
			[ -f "$pidfile" ] && kill -QUIT "$(head -n 1 "$pidfile")"
		done
		sleep 1
		rm -rf "$2"' guardian "$$" "$PA_WORK" </dev/null >/dev/null 2>&1 &
	PA_GUARDIAN=$!
	disown "$PA_GUARDIAN"
}

# pa_end stops what runs and removes the private folder. Safe to call twice. Clients go first, or they would
# complain of a server that goes away.
pa_end() {
	local data

	trap '' INT TERM HUP
	trap - EXIT
	kill $(jobs -p) 2>/dev/null
	if [ -n "$PA_WORK" ]; then
		for data in "$PA_WORK"/*/data; do
			[ -f "$data/postmaster.pid" ] && pa_as "$PA_BINDIR/pg_ctl" -D "$data" -m immediate -w -s stop >/dev/null 2>&1
		done
		rm -rf "$PA_WORK"
		PA_WORK=
		kill -- "-$PA_GUARDIAN" 2>/dev/null
	fi
	return 0
}

# pa_interrupted cleans up and dies of the signal, so that the caller knows.
pa_interrupted() {
	pa_end
	trap - "$1"
	kill -s "$1" "$$"
}

# pa_build builds the extension and installs it below PA_INSTALL. Compiler output is shown when it fails.
# Bitcode for JIT is left out: it needs clang, takes time, and nothing here is measured through it.
# A script that another one runs finds the library built already, in PA_INSTALLED.
pa_build() {
	local log=$PA_WORK/build.log

	if [ -n "${PA_INSTALLED:-}" ]; then
		PA_INSTALL=$PA_INSTALLED
	elif ! (
		cd "$PA_TOP" &&
			env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL -u TESTS "${MAKE:-make}" -j"$(nproc)" install DESTDIR="$PA_INSTALL" \
				PG_CONFIG="$PA_PG_CONFIG" with_llvm=no STRICT=yes
	) >"$log" 2>&1; then
		grep -vE '^(make|gcc|cc|clang)' "$log" >&2
		pa_die "the build failed"
	fi
	# pgTAP is SQL alone: another server's will do.
	if [ ! -f "$PA_SHAREDIR/extension/pgtap.control" ] && [ -n "$(pa_pgtap)" ]; then
		cp "$(pa_pgtap)"/pgtap* "$PA_INSTALL$PA_SHAREDIR/extension/"
	fi
	pa_knows extension_control_path || pa_knows extension_destdir || pa_mirror
}

# pa_knows tells whether the server has a setting of this name.
pa_knows() {
	pa_as "$PA_BINDIR/postgres" --describe-config | cut -f 1 | grep -qx "$1"
}

# pa_where_installed prints the settings that make a server see what pa_build installed.
# Debian's 15 to 17 have extension_destdir; PostgreSQL 18 has extension_control_path; others run from a mirror.
pa_where_installed() {
	echo "dynamic_library_path = '$PA_INSTALL$PA_LIBDIR:\$libdir'"
	if pa_knows extension_control_path; then
		echo "extension_control_path = '$PA_INSTALL$PA_SHAREDIR:\$system'"
	elif pa_knows extension_destdir; then
		echo "extension_destdir = '$PA_INSTALL'"
	fi
}

# pa_mirror makes a server run from a copy of its programs, for one that has no setting to find extensions elsewhere.
# PostgreSQL looks for its other files relative to its programs: there it finds links to the real ones, and ours.
pa_mirror() {
	local mirror=$PA_WORK/mirror

	mkdir -p "$mirror$PA_BINDIR" "$mirror$PA_LIBDIR" "$mirror$PA_SHAREDIR/extension"
	cp -L "$PA_BINDIR"/* "$mirror$PA_BINDIR"
	ln -s "$PA_LIBDIR"/* "$mirror$PA_LIBDIR" 2>/dev/null
	ln -s "$PA_SHAREDIR"/* "$mirror$PA_SHAREDIR" 2>/dev/null
	ln -s "$PA_SHAREDIR"/extension/* "$mirror$PA_SHAREDIR/extension" 2>/dev/null
	ln -sf "$PA_INSTALL$PA_LIBDIR"/*.so "$mirror$PA_LIBDIR"
	ln -sf "$PA_INSTALL$PA_SHAREDIR"/extension/* "$mirror$PA_SHAREDIR/extension"
	PA_BINDIR=$mirror$PA_BINDIR
}

# pa_server_create NAME [CONF-FILE...] makes a server, not yet started. Its folder is PA_WORK/NAME, its
# socket is in PA_SOCKETS, its port number (which only names the socket) is printed by pa_port.
# The cluster is C.UTF-8: a collation that is not "C", so LIKE needs its own operator class as in real life.
pa_server_create() {
	local name=$1 dir=$PA_WORK/$1
	shift

	mkdir -p "$dir"
	[ -z "$PA_USER" ] || chown "$PA_USER" "$dir"
	if ! pa_as "$PA_BINDIR/initdb" -D "$dir/data" -U postgres --auth=trust --encoding=UTF8 --locale=C.UTF-8 \
		--no-sync >"$dir.initdb.log" 2>&1; then
		cat "$dir.initdb.log" >&2
		pa_die "initdb failed"
	fi
	{
		echo "listen_addresses = ''"
		echo "unix_socket_directories = '$PA_SOCKETS'"
		echo "port = $(pa_port "$name")"
		echo "fsync = off"
		echo "full_page_writes = off"
		echo "max_wal_size = '4GB'"
		pa_where_installed
		[ $# -eq 0 ] || cat "$@"
	} >>"$dir/data/postgresql.conf"
}

# pa_port prints a server's port number, a function of its name, so that several can share the folder of sockets.
pa_port() {
	echo $((20000 + $(printf '%s' "$1" | cksum | cut -d ' ' -f 1) % 10000))
}

# pa_server_start NAME starts a server and points PGHOST, PGPORT, PGUSER at it.
pa_server_start() {
	local dir=$PA_WORK/$1

	if ! pa_as "$PA_BINDIR/pg_ctl" -D "$dir/data" -l "$dir/server.log" -w -s -t 60 start >/dev/null 2>"$dir/pg_ctl.log"; then
		tail -n 20 "$dir/server.log" >&2
		pa_die "the private server did not start"
	fi
	export PGHOST=$PA_SOCKETS PGPORT PGUSER=postgres
	PGPORT=$(pa_port "$1")
}

# pa_server_stop NAME [MODE] stops a server; MODE is fast unless given.
pa_server_stop() {
	pa_as "$PA_BINDIR/pg_ctl" -D "$PA_WORK/$1/data" -m "${2:-fast}" -w -s stop
}

# pa_psql runs psql against the server started last.
pa_psql() {
	pa_run "$PA_BINDIR/psql" -X -q -v ON_ERROR_STOP=1 "$@"
}
