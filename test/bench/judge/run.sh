#!/bin/bash
# run.sh: judge index advice on application schemas, against the indexes that an engineer wrote by hand.
#
#	run.sh [OPTION...] [PLATFORM...]
#	run.sh --negative [OPTION...] [CASE...]
#
# --tree DIR        build and install the library of this source tree (default: the one this script is in)
# --installed DIR   use what was installed with make install DESTDIR=DIR
# --no-advice       only compare no indexes with the hand-written ones
# --mode MODE       prepared or simple; both unless given
# --draws N         parameters drawn for each statement (default 8)
# --rounds N        only find out how often advice comes again, after it was applied, in N rounds
# --plans           print both plans of statements that are worse than with the hand-written indexes
# --list            print every advised index, with its reason
# --without-gin     leave out the searches in arrays and documents (trigram searches stay)
#
# --negative        judge the cases below negative/ instead: workloads for which no index is right, each with a twin
#                   for which one is, so that silence proves something
#
# A platform is a folder below platforms/: schema.sql, data.sql, indexes.sql (by hand) and
# workload/*.sql (pgbench scripts; "-- transactions: N" says how often one runs, a comment above a statement names it).
# Costs are the planner's, a mean over the draws, weighted by how often the script runs. Everything happens on a
# private server in a temporary folder. Exits with 1 when a platform misses what the summary's columns promise.

set -u
cd "$(dirname "$0")/../../.." || exit 1
PA_TOP=$PWD
. test/lib/prepare.sh
. test/lib/server.sh
. test/bench/judge/lib/judge.sh

modes='prepared simple'
draws=8
rounds=0
with_advice=yes
with_plans=no
with_list=no
without_gin=no
negative=no
platforms=()
while [ $# -gt 0 ]; do
	case $1 in
		--tree) PA_TOP=$(cd "$2" && pwd) || exit 1; shift ;;
		--installed) PA_INSTALLED=$(cd "$2" && pwd) || exit 1; shift ;;
		--no-advice) with_advice=no ;;
		--mode) modes=$2; shift ;;
		--draws) draws=$2; shift ;;
		--rounds) rounds=$2; shift ;;
		--plans) with_plans=yes ;;
		--list) with_list=yes ;;
		--without-gin) without_gin=yes ;;
		--negative) negative=yes ;;
		-*) pa_die "unknown option $1" ;;
		*) platforms+=("$1") ;;
	esac
	shift
done
if [ ${#platforms[@]} -eq 0 ]; then
	for file in $(list_platforms); do
		platforms+=("$(basename "$(dirname "$file")")")
	done
fi

pa_prepare bench
pa_begin
[ "$with_advice" = no ] || pa_build
bench=$PA_WORK/bench
mkdir "$bench"
cp -r test/bench/judge/lib "$bench"
for name in "${platforms[@]}"; do
	copy_platform "$name"
done
if [ "$with_advice" = yes ]; then
	pa_server_create judge "$bench/lib/server.conf"
else
	grep -v '^shared_preload' "$bench/lib/server.conf" >"$PA_WORK/plain.conf"
	pa_install_nothing
	pa_server_create judge "$PA_WORK/plain.conf"
fi
pa_server_start judge

: >"$PA_WORK/summary"
if [ "$negative" = yes ]; then
	judge_negatives
else
	for name in "${platforms[@]}"; do
		judge_platform "$name"
	done
	print_summary
fi
