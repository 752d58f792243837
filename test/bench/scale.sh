#!/bin/bash
# scale.sh: how the cost of advice grows with sources, partitions and statements.
#
#     test/bench/scale.sh [-o FOLDER] [sources|partitions|statements NUMBER ...] ...
#
# Without arguments: 1, 4, 16 sources of 500 statements each on 40 tables, half of which all have in common; a table of 100, 1,000,
# 5,000 partitions that ten statements read; 1,000, 10,000 and 100,000 statements on tables of 2,000 rows, 100 statements on
# each. One session asks for advice without a time limit; of the last kind, one more has 30 s, and is told what share of the recorded time it covered. Printed are the processor time it took, the most memory of its own
# that it had, and how much was advised; -o writes a plot of each into a folder, scale-sources.svg and so on. Processor
# time, because a machine may be busy.

set -u
cd "$(dirname "$0")/../.." || exit 1
PA_TOP=$PWD
. test/lib/prepare.sh
. test/lib/server.sh

# in_database NAME [psql's arguments] runs psql in one of our databases.
in_database() {
	local name=$1

	shift
	pa_psql -d "scale_$name" -At "$@"
}

# write_statements TABLES FIRST LAST prints statements by their numbers, each another.
write_statements() {
	awk -v tables="$1" -v first="$2" -v last="$3" 'BEGIN {
		for (n = first; n <= last; n++) {
			k = int(n / tables)
			printf "SELECT id FROM t%d WHERE c%d = 5 AND c%d > 3 ORDER BY c%d, c%d LIMIT 10;\n", n % tables, k % 10, int(k / 10) % 10, int(k / 100) % 10, (k + 1) % 10
		}}'
}

# write_tables N prints what makes N tables.
write_tables() {
	awk -v n="$1" 'BEGIN {
		for (t = 0; t < n; t++) {
			printf "CREATE TABLE t%d AS SELECT i AS id", t
			for (c = 0; c < 10; c++)
				printf ", i * 7 %% %d AS c%d", (c + 1) * 37, c
			printf " FROM generate_series(1, 2000) i; ANALYZE t%d;\n", t
		}}'
}

# prepare_sources N takes the workloads of N sources in.
prepare_sources() {
	local n

	write_tables 40 | in_database "$1"
	for n in $(seq "$2"); do
		in_database "$1" -c "SELECT perfadvisor.reset()" >/dev/null
		{ write_statements 40 0 249; write_statements 40 $((n * 250)) $((n * 250 + 249)); } | in_database "$1" >/dev/null
		in_database "$1" -c "SELECT perfadvisor.import_workload(perfadvisor.export_workload(), 'source $n')" >/dev/null
	done
	in_database "$1" -c "SELECT perfadvisor.reset()" >/dev/null
}

# prepare_partitions N makes a table of N partitions and reads it.
prepare_partitions() {
	{
		echo "CREATE TABLE p (id int, part int, a int, b int, c text) PARTITION BY LIST (part);"
		awk -v n="$2" 'BEGIN { for (i = 0; i < n; i++) printf "CREATE TABLE p%d PARTITION OF p FOR VALUES IN (%d);\n", i, i }'
		echo "INSERT INTO p SELECT i, i % $2, i % 500, i % 70, md5(i::text) FROM generate_series(1, 200000) i; ANALYZE p;"
		echo "SELECT perfadvisor.reset() \\g /dev/null"
		echo "SELECT count(*) FROM p WHERE a = 7; SELECT count(*) FROM p WHERE a = 7 AND part = 5;"
		for column in id b c; do
			echo "SELECT count(*) FROM p WHERE $column::text = '7' AND part = 6; SELECT a FROM p WHERE $column = '7' AND part = 6; SELECT * FROM p WHERE part = 9 ORDER BY $column LIMIT 5;"
		done
	} | in_database "$1" >/dev/null
}

# prepare_statements N executes N different statements.
prepare_statements() {
	write_tables $(($2 / 100)) | in_database "$1"
	in_database "$1" -c "SELECT perfadvisor.reset()" >/dev/null
	write_statements $(($2 / 100)) 0 $(($2 - 1)) | in_database "$1" >/dev/null
}

# watch PID prints the processor time a process has used until it ended, in hundredths of a second, and its most memory, kB.
watch() {
	local most=0 ticks=0 now then

	while then=$(awk '{print $14 + $15}' "/proc/$1/stat" 2>/dev/null) && [ -n "$then" ] &&
		now=$(awk '/RssAnon/ {print $2}' "/proc/$1/status" 2>/dev/null) && [ -n "$now" ]; do
		[ "$now" -le "$most" ] || most=$now
		ticks=$then
		sleep 0.05
	done
	echo "$ticks $most"
}

# measure KIND N appends what advice takes for N of a kind.
measure() {
	local name="${1}_$2" client pid

	pa_psql -d postgres -c "CREATE DATABASE scale_$name"
	in_database "$name" -c "CREATE EXTENSION perfadvisor"
	"prepare_$1" "$name" "$2"
	in_database "$name" -c "SET application_name = 'asking'" \
		-c "SELECT count(*) FROM perfadvisor.advise(time_limit => '1 hour')" >"$PA_WORK/asked.out" &
	client=$!
	pid=
	while [ -z "$pid" ]; do
		pid=$(pa_psql -d postgres -At -c "SELECT pid FROM pg_stat_activity WHERE application_name = 'asking'")
	done
	watch "$pid" >"$PA_WORK/watched.out"
	wait "$client"
	awk -v kind="$1" -v n="$2" -v hertz="$(getconf CLK_TCK)" 'NR == FNR {ticks = $1; memory = $2; next} /^[0-9]+$/ {rows = $1} END {
		printf "%s\t%d\t%.2f\t%.0f\t%d\n", kind, n, ticks / hertz, memory / 1024, rows}' "$PA_WORK/watched.out" "$PA_WORK/asked.out" >>"$PA_WORK/measured.tsv"
	tail -n 1 "$PA_WORK/measured.tsv" | awk -F '\t' '{printf "%6d %-10s: %7.2f s of a processor, %5d MB, %d pieces of advice\n", $2, $1, $3, $4, $5}'
	[ "$1" != statements ] ||
		in_database "$name" -c "SELECT count(*) FROM perfadvisor.advise(time_limit => '30 s')" 2>&1 | sed -n 's/^DETAIL: */        within 30 s: /p'
	pa_psql -d postgres -c "DROP DATABASE scale_$name WITH (FORCE)"
}

# plot KIND writes the plot of a kind: processor time over the number, both logarithmic.
plot() {
	awk -F '\t' -v kind="$1" '
		function x(v) { return 70 + 480 * (log(v) - log(n[1]) ) / (log(n[k]) - log(n[1])) }
		function y(v) { return 240 - 200 * (log(v) - lo) / (hi - lo) }
		$1 == kind { k++; n[k] = $2; s[k] = $3 > 0.01 ? $3 : 0.01; m[k] = $4 }
		END {
			if (k < 2) exit
			lo = log(s[1]); hi = log(s[1])
			for (i = 1; i <= k; i++) { if (log(s[i]) < lo) lo = log(s[i]); if (log(s[i]) > hi) hi = log(s[i]) }
			if (hi - lo < 0.1) hi = lo + 0.1
			print "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 620 300\" font-family=\"sans-serif\" font-size=\"13\">"
			print "<title>Processor time of advice over the number of " kind "</title>"
			print "<rect width=\"620\" height=\"300\" fill=\"#fff\"/>"
			print "<path d=\"M70 30V240H570\" fill=\"none\" stroke=\"#888\"/>"
			line = ""
			for (i = 1; i <= k; i++) line = line sprintf("%s%.1f %.1f", i == 1 ? "M" : "L", x(n[i]), y(s[i]))
			print "<path d=\"" line "\" fill=\"none\" stroke=\"#1f6feb\" stroke-width=\"2\"/>"
			for (i = 1; i <= k; i++) {
				printf "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"4\" fill=\"#1f6feb\"/>\n", x(n[i]), y(s[i])
				printf "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%.2f s, %d MB</text>\n", x(n[i]), y(s[i]) - 10, i == k ? "end" : i == 1 ? "start" : "middle", s[i], m[i]
				printf "<text x=\"%.1f\" y=\"260\" text-anchor=\"middle\" fill=\"#444\">%d</text>\n", x(n[i]), n[i]
			}
			print "<text x=\"320\" y=\"285\" text-anchor=\"middle\" fill=\"#444\">" kind " (both axes logarithmic)</text>"
			print "</svg>"
		}' "$PA_WORK/measured.tsv"
}

FOLDER=
if [ "${1:-}" = -o ]; then
	FOLDER=$(realpath "$2")
	shift 2
fi
[ $# -gt 0 ] || set -- sources 1 4 16 partitions 100 1000 5000 statements 1000 10000 100000
pa_prepare demo
pa_begin
pa_build
printf '%s\n' "shared_preload_libraries = 'perfadvisor'" "perfadvisor.max_statements = 150000" "max_locks_per_transaction = 2000" \
	"shared_buffers = '512MB'" "autovacuum = off" "fsync = off" >"$PA_WORK/server.conf"
pa_server_create scale "$PA_WORK/server.conf"
pa_server_start scale
KIND=
for argument in "$@"; do
	case $argument in
		sources | partitions | statements) KIND=$argument ;;
		*)
			measure "$KIND" "$argument"
			[ -z "$FOLDER" ] || plot "$KIND" >"$FOLDER/scale-$KIND.svg"
			;;
	esac
done
