# source.sh: PostgreSQL's source package, and servers built from it in other ways than a package does.
#
# Sourced by the scripts behind `make check-...`, after prepare.sh. What takes long is kept in a folder outside of
# the tree, PA_CACHE (/var/cache/perfadvisor for root, otherwise below the user's own cache), and is made once.

# pa_cache_begin sets PA_CACHE and makes the folder.
pa_cache_begin() {
	if [ -z "${PA_CACHE:-}" ]; then
		if [ "$(id -u)" -eq 0 ]; then
			PA_CACHE=/var/cache/perfadvisor
		else
			PA_CACHE=${XDG_CACHE_HOME:-$HOME/.cache}/perfadvisor
		fi
	fi
	mkdir -p "$PA_CACHE" || pa_die "cannot make $PA_CACHE; set PA_CACHE to a folder that can be written"
	chmod 755 "$PA_CACHE"
}

# pa_source_lines prints the machine's own package sources as sources of source packages.
pa_source_lines() {
	local file

	for file in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
		[ -f "$file" ] && sed -nE 's/^deb(-src)? /deb-src /p' "$file"
	done | sort -u >"$1/source.list"
	for file in /etc/apt/sources.list.d/*.sources; do
		[ -f "$file" ] && { sed -E 's/^Types:.*/Types: deb-src/' "$file"; echo; }
	done >"$1/source.sources"
	mkdir -p "$1/parts" "$1/lists/partial"
	cp "$1/source.list" "$1/source.sources" "$1/parts/"
}

# pa_fetch_source sets PA_SOURCE to the unpacked source of the server's major, in the newest version that the
# machine's package source has (a mirror may list a version whose files it does not have). Nothing in /etc or in
# apt's own lists changes.
pa_fetch_source() {
	local folder=$PA_CACHE/source-$PA_MAJOR apt archive version

	PA_SOURCE=
	for PA_SOURCE in "$folder"/postgresql-"$PA_MAJOR"*/; do
		PA_SOURCE=${PA_SOURCE%/}
		[ -f "$PA_SOURCE/configure" ] && return
	done
	command -v apt-get >/dev/null || pa_die "needs PostgreSQL's source in $folder/postgresql-$PA_MAJOR.x, or apt-get to fetch it"
	pa_note "fetching the source package of PostgreSQL $PA_MAJOR"
	mkdir -p "$folder/apt"
	pa_source_lines "$folder/apt"
	apt="-o Dir::Etc::sourcelist=/dev/null -o Dir::Etc::sourceparts=$folder/apt/parts -o Dir::State::lists=$folder/apt/lists"
	apt="$apt -o Dir::Cache=$folder/apt -o APT::Sandbox::User=root"
	# Word splitting is wanted wherever $apt stands.
	apt-get -qq $apt update >"$folder/apt.log" 2>&1
	for version in $(apt-cache $apt showsrc "postgresql-$PA_MAJOR" 2>/dev/null | sed -n 's/^Version: //p' | sort -urV); do
		(cd "$folder" && apt-get -qq $apt --download-only source "postgresql-$PA_MAJOR=$version") >>"$folder/apt.log" 2>&1 && break
	done
	for archive in "$folder"/postgresql-"$PA_MAJOR"_*.orig.tar.*; do
		case $archive in
			*.asc | *'*'*) continue ;;
		esac
		tar -x -C "$folder" --no-same-owner -f "$archive"
	done
	for PA_SOURCE in "$folder"/postgresql-"$PA_MAJOR"*/; do
		PA_SOURCE=${PA_SOURCE%/}
		[ -f "$PA_SOURCE/configure" ] && return
	done
	tail -n 5 "$folder/apt.log" >&2
	pa_die "could not fetch the source package of PostgreSQL $PA_MAJOR"
}

# pa_build_server KIND CFLAGS CONFIGURE-ARGUMENTS... builds a server from the source, unless that was done before,
# and makes PG_CONFIG name it.
pa_build_server() {
	local kind=$1 flags=$2 prefix build
	shift 2

	pa_fetch_source
	prefix=$PA_CACHE/$(basename "$PA_SOURCE")-$kind
	build=$PA_CACHE/build-$kind-$PA_MAJOR
	PG_CONFIG=$prefix/bin/pg_config
	export PG_CONFIG
	[ ! -f "$prefix/complete" ] || return 0
	pa_note "building PostgreSQL $(basename "$PA_SOURCE") with $flags $*; the log is $build.log"
	rm -rf "$prefix" "$build"
	mkdir -p "$build"
	if ! (
		# A leak in a program that runs once is not of interest, and would end initdb.
		export ASAN_OPTIONS=detect_leaks=0
		cd "$build" &&
			"$PA_SOURCE/configure" --prefix="$prefix" --without-readline --without-zlib --without-icu --enable-debug \
				CFLAGS="$flags" "$@" &&
			nice make -j"$(nproc)" MAKELEVEL=0 &&
			nice make -j"$(nproc)" MAKELEVEL=0 -C contrib all &&
			make MAKELEVEL=0 install && make MAKELEVEL=0 -C contrib install &&
			make MAKELEVEL=0 -C src/test/regress install && make MAKELEVEL=0 -C src/test/isolation install
	) >"$build.log" 2>&1; then
		tail -n 5 "$build.log" >&2
		pa_die "PostgreSQL could not be built; see $build.log"
	fi
	touch "$prefix/complete"
	rm -rf "$build"
}
