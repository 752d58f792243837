#!/bin/bash
# inject.sh: what `make check-inject` does: a library built to fail at chosen places (src/base/fault.h), a disk that is really
# full, and 500 sessions. Afterwards the server is there, and the recorder counts exactly. Prints TAP.
#
# As root it has its own mount namespace, for a disk of 16 kB; otherwise that part is left out.

set -u
if [ "$(id -u)" -eq 0 ] && [ -z "${PA_INJECT_INSIDE:-}" ] && unshare -m true 2>/dev/null; then
	PA_INJECT_INSIDE=yes exec unshare -m --propagation private bash "$0"
fi
cd "$(dirname "$0")/../.." || exit 1
PA_TOP=$PWD
. test/lib/prepare.sh
. test/lib/server.sh
. test/lib/tap.sh

query() {
	pa_psql -d postgres -At -c "$1" 2>&1
}

# inject FAULT STATEMENTS runs statements in a session that is to fail.
inject() {
	{ echo "SET perfadvisor.fault = '$1';"; echo "$2"; } | pa_psql -d postgres -v ON_ERROR_STOP=0 -o /dev/null -f - >"$PA_WORK/inject.out" 2>&1
}

# wait_for_server waits until it answers again.
wait_for_server() {
	local tries=0

	until [ "$(query "SELECT 1")" = 1 ] || [ $tries -gt 600 ]; do
		tries=$((tries + 1))
		sleep 0.1
	done
}

# counted MARK prints how often the marked statement was counted.
counted() {
	query "SELECT sum(calls) FROM perfadvisor.statements WHERE query LIKE 'SELECT /* $1 */%'"
}

# is_sound NAME: the server is there, no lock is held for ever, and all is counted.
is_sound() {
	local n

	# Comments do not tell statements apart: the number of columns does
	mark=$((mark + 1))
	columns=$(printf '%*s' $mark '' | sed 's/ /, n/g')
	wait_for_server
	for n in 1 2 3 4; do
		for n in 1 2 3 4 5; do echo "SELECT /* mark $mark */ 1$columns FROM numbers WHERE n = $n;"; done | pa_psql -d postgres -o /dev/null -f - &
	done
	wait
	tap_is "$(query "SET statement_timeout = '30s'; SELECT count(*) > 0 FROM perfadvisor.statements" | tail -n 1) $(counted "mark $mark")" "t 20" "$1"
}

pa_prepare test
pa_begin
export COPT=-DPA_FAULTS
pa_build
unset COPT
cat >"$PA_WORK/server.conf" <<-'CONF'
	shared_preload_libraries = 'perfadvisor'
	perfadvisor.max_statements = 100
	perfadvisor.text_memory = '1MB'
	max_connections = 520
	shared_buffers = '64MB'
	restart_after_crash = on
	jit = off
CONF
pa_server_create inject "$PA_WORK/server.conf"
pa_server_start inject
pa_psql -d postgres -o /dev/null -c "CREATE EXTENSION perfadvisor" -c "CREATE TABLE numbers AS SELECT i AS n, i % 3000 AS k, repeat('x', 20) AS t FROM generate_series(1, 20000) i" -c "ANALYZE"
mark=0

# Statements that make entries, samples and, in 100 entries, evictions; the last ones take a second, so that sessions fold
work=$(for i in $(seq 1 160); do echo "SELECT $(printf '%*s' $((i % 40)) '' | sed 's/ /1 + /g') n FROM numbers WHERE n = $i AND k $([ $((i / 40 % 2)) = 0 ] && echo '<' || echo '>') $i $([ $i -gt 80 ] && echo "AND t <> ''");"; done
	for i in $(seq 1 8); do echo "SELECT count(*), pg_sleep(0.2) FROM numbers WHERE k = $i;"; done)
advice="SELECT count(*) FROM perfadvisor.advise(ARRAY['SELECT count(*) FROM numbers WHERE k = 3']); SELECT count(*) FROM perfadvisor.index_advice;"
for place in register evict sample fold; do
	for kind in cancel terminate kill; do
		query "SELECT perfadvisor.save()" >/dev/null
		inject "$place:$kind:3" "$work"
		is_sound "$place, $kind"
	done
done
inject "text:fail:1" "$work"
is_sound "a text finds no room"
for turn in 2 5 9; do
	inject "text:fail:$turn" "$work$advice"
	is_sound "the ${turn}th text finds no room"
done
for place in whatif restriction publish snapshot; do
	for kind in error cancel terminate kill; do
		query "SELECT perfadvisor.save()" >/dev/null
		for i in 1 2 3; do query "SELECT count(*) FROM numbers WHERE k = $i" >/dev/null; done
		if [ $place = snapshot ]; then
			inject "$place:$kind:2" "SELECT perfadvisor.snapshot();"
		else
			inject "$place:$kind:$([ $place = publish ] && echo 1 || echo 2)" "$advice"
		fi
		is_sound "$place, $kind"
	done
done
for kind in error cancel terminate kill; do
	query "SELECT perfadvisor.save()" >/dev/null
	kept=$(cksum <"$PA_WORK/inject/data/pg_stat_tmp/perfadvisor.stat")
	inject "dump:$kind:2" "SELECT perfadvisor.save();"
	case $kind in
		error | kill) tap_is "$(cksum <"$PA_WORK/inject/data/pg_stat_tmp/perfadvisor.stat")" "$kept" "dump, $kind: the file that was there stays" ;;
		*) tap_ok "$([ -s "$PA_WORK/inject/data/pg_stat_tmp/perfadvisor.stat" ]; echo $?)" "dump, $kind: there is a file" ;;
	esac
	is_sound "dump, $kind"
done
tap_is "$(query "SELECT perfadvisor.snapshot() > 0")" t "snapshots can be taken"
tap_is "$(grep -cE 'TRAP:|PANIC|signal 11|signal 6' "$PA_WORK/inject/server.log")" 0 "no process died but those that were killed"

# 500 sessions at once
echo "SELECT /* crowd */ count(*) FROM numbers WHERE n = 1;" >"$PA_WORK/crowd.sql"
chmod 644 "$PA_WORK/crowd.sql"
"$PA_BINDIR/pgbench" -n -f "$PA_WORK/crowd.sql" -c 500 -j 2 -t 4 -M prepared postgres >"$PA_WORK/crowd.out" 2>&1
tap_ok "$(grep -q 'processed: 2000/2000' "$PA_WORK/crowd.out"; echo $?)" "500 sessions at once are served"
tap_is "$(counted crowd)" 2000 "and all that they ran is counted"

# A disk that is full
if [ -n "${PA_INJECT_INSIDE:-}" ]; then
	pa_server_stop inject
	cp -p "$PA_WORK/inject/data/pg_stat_tmp/perfadvisor.stat" "$PA_WORK/kept.stat"
	mount -t tmpfs -o size=16k,mode=700,uid="$(id -u "${PA_USER:-root}")" tmpfs "$PA_WORK/inject/data/pg_stat_tmp"
	pa_server_start inject
	is_sound "with a disk of 16 kB for the saved file the server starts and records"
	inject "none:fail:1" "$work"
	tap_is "$(query "SELECT perfadvisor.save()" | grep -c 'No space left on device')" 1 "save() says that the disk is full"
	tap_is "$(find "$PA_WORK/inject/data/pg_stat_tmp" -type f | wc -l)" 0 "and leaves nothing half-written"
	is_sound "recording goes on"
	pa_server_stop inject
	tap_ok $? "the server stops in order"
	umount "$PA_WORK/inject/data/pg_stat_tmp"
	pa_server_start inject
	tap_is "$(counted crowd)" 2000 "what was saved before is still there when the disk has room again"
fi
pa_server_stop inject
tap_plan $tap_number
echo "$((tap_number - tap_failed)) passed, $tap_failed failed"
tap_done
