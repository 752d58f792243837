#!/bin/bash
# run_tests.sh: what `make test` does.
#
# Builds, starts a private server, and runs in this order
#	test/sql/*.sql		pgTAP through pg_regress, compared with expected/*.out
#	test/specs/*.spec	two sessions at once, through pg_isolation_regress
#	test/t/*.sh		scripts with servers of their own (restart, crash, standby), printing TAP
# TESTS="name or pattern ..." selects by file name without its ending.
#
# Counted are pgTAP assertions (lines "ok" and "not ok"); a specification counts as one; a file that differs
# from what is expected in any other way, or cannot be run, counts as one failure more. What was written is
# kept in results/, so `cp results/NAME.out expected/` accepts it. The last line is always
# "N passed, N failed"; the exit status is 1 if anything failed or nothing ran.

set -u
cd "$(dirname "$0")/../.." || exit 1
PA_TOP=$PWD
. test/lib/prepare.sh
. test/lib/server.sh

passed=0
failed=0

# selected FILE tells whether TESTS names the file.
selected() {
	local name pattern

	[ -n "${TESTS:-}" ] || return 0
	name=$(basename "$1")
	name=${name%.*}
	set -f
	for pattern in $TESTS; do
		set +f
		# Unquoted: the pattern may hold wildcards.
		[[ $name == $pattern ]] && return 0
	done
	set +f
	return 1
}

# select_files FILE... prints the names, without folder and ending, of those that exist and are selected.
select_files() {
	local file

	for file in "$@"; do
		[ -f "$file" ] && selected "$file" && basename "${file%.*}"
	done
}

# count_tap FILE RC adds the file's assertions; a bad RC without a failed assertion is one failure.
count_tap() {
	local good=0 bad=0

	if [ -f "$1" ]; then
		good=$(grep -cE '^ *ok [0-9]+' "$1")
		bad=$(grep -cE '^ *not ok [0-9]+' "$1")
	fi
	if [ "$bad" -eq 0 ] && { [ "$2" -ne 0 ] || [ "$good" -eq 0 ]; }; then
		bad=1
	fi
	passed=$((passed + good))
	failed=$((failed + bad))
}

# same_as_expected KIND NAME tells whether pg_regress found the result equal to an expected file.
same_as_expected() {
	local expected

	[ -f "$run/$1/results/$2.out" ] || return 1
	for expected in "$run/$1/expected/$2.out" "$run/$1/expected/$2"_[0-9].out; do
		cmp -s "$expected" "$run/$1/results/$2.out" && return 0
	done
	return 1
}

# keep_results KIND copies what was written into the tree and shows the differences.
keep_results() {
	mkdir -p results
	[ ! -d "$run/$1/results" ] || cp "$run/$1"/results/* results/ 2>/dev/null
	if [ -s "$run/$1/regression.diffs" ]; then
		cat "$run/$1/regression.diffs" >>regression.diffs
		cat "$run/$1/regression.diffs"
	fi
}

# quiet_regress drops what pg_regress says about the server and the commands that prepare its database.
quiet_regress() {
	grep --line-buffered -vE '^(\(using postmaster|# using postmaster|={3,}|SET$|(CREATE|ALTER|DROP) |NOTICE: |The differences that|file "|above is saved)|^ *$'
}

# regress FOLDER PROGRAM ARGUMENTS... runs one of PostgreSQL's regression drivers in a folder.
# Its output goes through a process of its own, so that a signal finds us waiting, not in a pipeline.
regress() {
	local folder=$1 program=$2 out filter
	shift 2

	exec {out}> >(quiet_regress)
	filter=$!
	cd "$folder" || exit 1
	pa_run "$PA_PGXSDIR/test/$program" --inputdir=test --bindir="$PA_BINDIR" --host="$PGHOST" --port="$PGPORT" \
		--user=postgres "$@" >&"$out" 2>&1
	cd "$PA_TOP" || exit 1
	exec {out}>&-
	wait "$filter"
}

# run_sql runs the pgTAP files.
run_sql() {
	local names name

	names=$(select_files test/sql/*.sql)
	[ -n "$names" ] || return 0
	mkdir -p "$run/sql"
	cp -r test expected "$run/sql/"
	# pg_regress gives up where there is nothing to compare with.
	for name in $names; do
		[ -f "expected/$name.out" ] || : >"$run/sql/expected/$name.out"
	done
	own "$run/sql"
	# Each name is a word.
	regress "$run/sql" regress/pg_regress --dbname=regression --load-extension=pgtap \
		--load-extension=perfadvisor $names
	for name in $names; do
		if same_as_expected sql "$name"; then
			count_tap "$run/sql/results/$name.out" 0
		else
			count_tap "$run/sql/results/$name.out" 1
		fi
	done
	keep_results sql
}

# run_specs runs the specifications of several sessions.
run_specs() {
	local names name

	names=$(select_files test/specs/*.spec)
	[ -n "$names" ] || return 0
	mkdir -p "$run/iso"
	cp -r test "$run/iso/"
	cp -r test/specs/expected "$run/iso/expected" 2>/dev/null || mkdir -p "$run/iso/expected"
	for name in $names; do
		[ -f "$run/iso/expected/$name.out" ] || : >"$run/iso/expected/$name.out"
	done
	own "$run/iso"
	regress "$run/iso" isolation/pg_isolation_regress --dbname=isolation_regression \
		--load-extension=perfadvisor $names
	for name in $names; do
		if same_as_expected iso "$name"; then
			passed=$((passed + 1))
		else
			failed=$((failed + 1))
		fi
	done
	keep_results iso
}

# run_scripts runs the scripts that start servers of their own, with the library built here.
run_scripts() {
	local name rc

	for name in $(select_files test/t/*.sh); do
		rc=0
		PG_CONFIG=$PA_PG_CONFIG PA_INSTALLED=$PA_INSTALL bash "test/t/$name.sh" >"$run/$name.tap" 2>&1 &
		wait $! || rc=$?
		mkdir -p results
		cp "$run/$name.tap" "results/$name.tap"
		grep -qE '^1\.\.[0-9]+' "$run/$name.tap" || rc=1
		[ "$(grep -cE '^(not )?ok [0-9]+' "$run/$name.tap")" = "$(sed -nE 's/^1\.\.([0-9]+).*/\1/p' "$run/$name.tap")" ] || rc=1
		count_tap "$run/$name.tap" "$rc"
		if [ "$rc" -ne 0 ] || grep -q '^not ok' "$run/$name.tap"; then
			echo "test $name ... FAILED"
			cat "$run/$name.tap"
		else
			echo "test $name ... ok"
		fi
	done
}

# own gives a folder to the server's user, who runs the clients.
own() {
	[ -z "$PA_USER" ] || chown -R "$PA_USER" "$1"
}

# finish prints the closing line, the one that CI reads.
finish() {
	echo "$passed passed, $failed failed"
	[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
}

# last_words is called by pa_die: also a failed build has a closing line.
last_words() {
	failed=$((failed + 1))
	finish
}

pa_prepare test
PA_LAST_WORDS=last_words
pa_begin
run=$PA_WORK/run
mkdir "$run"
own "$run"
rm -rf results regression.diffs regression.out
echo "building for PostgreSQL $("$PA_PG_CONFIG" --version | cut -d ' ' -f 2)"
pa_build
pa_server_create main test/perfadvisor.conf
pa_server_start main
run_sql
run_specs
if grep -qE 'TRAP:|terminated by signal|PANIC' "$PA_WORK/main/server.log"; then
	echo "the server crashed:"
	grep -E -A 3 'TRAP:|terminated by signal|PANIC' "$PA_WORK/main/server.log" | head -n 20
	failed=$((failed + 1))
fi
cp "$PA_WORK/main/server.log" results/ 2>/dev/null
pa_server_stop main
run_scripts
finish
