#!/bin/bash
# fuzz.sh: what `make check-fuzz` does: libFuzzer on texts of statements, on documents for import_workload(), and on saved
# files, each for FUZZ_TIME seconds (900), inside of a server in single-user mode that checks its own assumptions, with
# AddressSanitizer and UndefinedBehaviorSanitizer in the library.
#
# FUZZ_TARGETS="text import dump" selects; FUZZ_INPUT=FILE runs one input alone, FUZZ_UNDER a debugger around the server. Seeds are in test/fuzz/seeds, to which what ended the process is to be added
# once it is mended; what libFuzzer collected and found is kept in PA_CACHE. Needs clang with its runtime (Debian: clang,
# libclang-rt-14-dev, libstdc++-12-dev).

set -u
cd "$(dirname "$0")/../.." || exit 1
PA_TOP=$PWD
. test/lib/prepare.sh
. test/lib/source.sh
. test/lib/server.sh

FUZZ_TIME=${FUZZ_TIME:-900}
FUZZ_TARGETS=${FUZZ_TARGETS:-text import dump}

pa_prepare test
pa_cache_begin
command -v clang >/dev/null || { pa_may_install && pa_apt_install clang; } || pa_die "needs clang"
runtimes=$(dirname "$(clang -print-libgcc-file-name --rtlib=compiler-rt)")
runtime=$runtimes/libclang_rt.fuzzer_no_main-$(uname -m).a
address=$runtimes/libclang_rt.asan-$(uname -m).so
[ -f "$runtime" ] || { pa_may_install && pa_apt_install "libclang-rt-$(clang -dumpversion | cut -d . -f 1)-dev"; } || pa_die "needs $runtime"
pa_build_server assert '-O1 -g' --enable-cassert
pa_prepare test
pa_begin

# build makes the library with the harness in it. A breach of what C defines ends the process by a trap.
build() {
	local file object flags

	flags="-O1 -g -fPIC -fno-strict-aliasing -fwrapv -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize=alignment,function,bool,enum,float-cast-overflow,float-divide-by-zero -fsanitize-trap=undefined"
	mkdir "$PA_WORK/objects"
	for file in src/*.c src/*/*.c test/fuzz/*.c; do
		object=$PA_WORK/objects/$(echo "$file" | tr / _).o
		# Word splitting is wanted: flags have no blanks.
		clang $flags -w -Isrc -I"$("$PA_PG_CONFIG" --includedir-server)" -D_GNU_SOURCE -c -o "$object" "$file" || return 1
	done
	clang -shared -shared-libasan -fsanitize=address -o "$PA_INSTALL$PA_LIBDIR/perfadvisor.so" "$PA_WORK"/objects/*.o "$runtime" -lstdc++ -lm -lpthread
}

# prepare_server makes a database with some tables, a recorded workload and seeds made of what the server itself writes.
prepare_server() {
	{
		cat test/perfadvisor.conf
		echo "perfadvisor.max_statements = 100"
		echo "perfadvisor.text_memory = '2MB'"
		echo "log_min_messages = panic"
	} >"$PA_WORK/server.conf"
	pa_server_create fuzz "$PA_WORK/server.conf"
	pa_server_start fuzz
	pa_psql -d postgres -o /dev/null <<-'SQL' || return 1
		CREATE EXTENSION perfadvisor;
		CREATE TABLE orders AS SELECT i AS id, i % 100 AS customer, 'x' || i AS note, now() AS at, ARRAY[i] AS items FROM generate_series(1, 3000) i;
		CREATE TABLE customers AS SELECT i AS id, 'name ' || i AS name FROM generate_series(1, 100) i;
		ANALYZE;
		-- Whatever was loaded can be read
		CREATE FUNCTION read_recorded() RETURNS void LANGUAGE plpgsql AS $$
		DECLARE
		    f record;
		BEGIN
		    FOR f IN SELECT p.oid::regproc AS name FROM pg_proc AS p JOIN pg_language AS l ON l.oid = p.prolang
		             WHERE p.pronamespace = 'perfadvisor'::regnamespace AND l.lanname = 'c' AND p.pronargs = 0
		               AND (p.proname LIKE 'recorded\_%' OR p.proname = 'database_histogram') LOOP
		        EXECUTE format('SELECT count(*), sum(length(f::text)) FROM %s() AS f', f.name);
		    END LOOP;
		END $$;
		SET perfadvisor.slow_query_time = 0;
		SELECT count(*) FROM orders WHERE customer = 5 AND note LIKE 'x1%';
		SELECT count(*) FROM orders WHERE customer = 6 AND note LIKE 'x2%';
		SELECT o.id FROM orders o JOIN customers c ON c.id = o.customer WHERE c.name = 'name 7' AND 7 = ANY (o.items);
		PREPARE p(int) AS SELECT * FROM orders WHERE id = $1;
		EXECUTE p(4);
		EXECUTE p(5);
		DO $$BEGIN PERFORM id FROM orders WHERE customer = 3; EXCEPTION WHEN OTHERS THEN END$$;
		\set ON_ERROR_STOP off
		SELECT 1 / (id - id) FROM orders;
		\set ON_ERROR_STOP on
		SELECT perfadvisor.save();
	SQL
	pa_psql -d postgres -At -c "SELECT perfadvisor.export_workload()" >"$PA_WORK/seed.import"
	pa_psql -d postgres -At -c "SELECT substr(chr(3 + i) || chr(2) || repeat(chr(7) || chr(1 + i), 3 + i) || query, 1, 4000) FROM perfadvisor.statement_samples, generate_series(0, 1) i" >"$PA_WORK/seed.text"
	tail -c +33 "$PA_WORK/fuzz/data/pg_stat_tmp/perfadvisor.stat" >"$PA_WORK/seed.dump"
	pa_server_stop fuzz
}

# fuzz TARGET runs it. What libFuzzer finds of new ways goes into the cache, inputs that fail into results.
fuzz() {
	local corpus=$PA_WORK/corpus-$1 kept=$PA_CACHE/fuzz-$1 rc

	mkdir -p "$corpus" "$kept" "$PA_WORK/found-$1"
	cp -r "test/fuzz/seeds/$1/." "$corpus/"
	cp -r "$kept/." "$corpus/"
	cp "$PA_WORK/seed.$1" "$corpus/"
	[ -z "${FUZZ_INPUT:-}" ] || corpus=$PA_WORK/corpus-input
	[ -z "${FUZZ_INPUT:-}" ] || cp "$FUZZ_INPUT" "$corpus"
	[ "$1" != text ] || split -l 1 "$PA_WORK/seed.text" "$corpus/seed-"
	[ -z "$PA_USER" ] || chown -R "$PA_USER" "$corpus" "$PA_WORK/found-$1"
	{
		[ -n "${created:-}" ] || echo "CREATE FUNCTION fuzz(text, text[]) RETURNS void LANGUAGE c STRICT AS 'perfadvisor', 'pa_fuzz'"
		echo "SELECT fuzz('$1', ARRAY['-max_total_time=$FUZZ_TIME', '-timeout=60', '-report_slow_units=${FUZZ_SLOW:-30}', '-rss_limit_mb=4096', '-max_len=65536', '-use_value_profile=0',
		'-artifact_prefix=$PA_WORK/found-$1/', '-print_final_stats=1', '-reload=0', '$corpus'])" | tr '\n' ' '
		echo
	} |
		pa_as env LD_PRELOAD="$address" ASAN_OPTIONS=detect_leaks=0:detect_stack_use_after_return=0:abort_on_error=1:disable_coredump=0 \
			${FUZZ_UNDER:-} "$PA_BINDIR/postgres" --single -D "$PA_WORK/fuzz/data" postgres >"$PA_WORK/fuzz-$1.log" 2>&1
	rc=$?
	created=yes
	rm -f "$corpus"/seed*
	cp "$corpus"/* "$kept/" 2>/dev/null
	mkdir -p results
	cp "$PA_WORK/fuzz-$1.log" "results/fuzz-$1.log"
	cp "$PA_WORK/fuzz-$1.log" "$PA_CACHE/fuzz-$1.log"
	mkdir -p "$PA_CACHE/found-$1"
	cp "$PA_WORK/found-$1"/* "$PA_CACHE/found-$1/" 2>/dev/null
	if ! grep -q 'stat::number_of_executed_units' "$PA_WORK/fuzz-$1.log" || ls "$PA_WORK/found-$1" | grep -q .; then
		rc=1
	else
		rc=0
	fi
	echo "$1: $(sed -n 's/^stat::number_of_executed_units: *//p' "$PA_WORK/fuzz-$1.log") inputs, $(ls "$PA_WORK/found-$1" | wc -l) found"
	return $rc
}

pa_build
prepare_server || pa_die "the server could not be prepared"
build || pa_die "the library could not be built with clang"
passed=0
failed=0
for target in $FUZZ_TARGETS; do
	if fuzz "$target"; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		grep -vE '^#[0-9]+|^stat::|^(INFO|NEW|PostgreSQL|backend)' "$PA_CACHE/fuzz-$target.log" | tail -n 40
	fi
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
