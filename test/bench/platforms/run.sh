#!/bin/bash
# run.sh: compares the advised indexes with those written by hand, on whole application schemas.
#
#     PGHOST=... PGUSER=... test/bench/platforms/run.sh [schema ...]
#
# Needs a running server with perfadvisor preloaded and installed, and a superuser. Of each schema it makes the
# databases pa_<schema>_data (the rows, no secondary index), _hand (with indexes.sql), _work (the recorder watches
# the workload there) and _advised (the advice, on untouched rows), and drops them at the end, unless KEEP=1.
# MODES (default "prepared simple"), CLIENTS (2) and TRANSACTIONS (40 by each client and script) may be set.
#
# Costs are the planner's, of every statement for five fixed draws of its variables, the same in all
# databases; a statement's cost is the mean of its draws, a schema's cost the sum over its statements. VERBOSE=1
# prints all of them. The last table's columns: indexes by hand and advised; cost without, with the hand-written and
# with the advised indexes; advised/hand over all statements, and over those that an index helps; statements that
# cost more than 1.25 times as much (and 2 units more) as with the hand-written ones; advised indexes that no plan
# uses; statements of advice when the same workload runs again with the advice in place.
#
# ANALYZE looks at every row here, so that the same data gives the same statistics and two configurations differ by
# their indexes alone.

set -u
here=$(cd "$(dirname "$0")" && pwd) || exit 1
export PGOPTIONS='-c client_min_messages=warning' PGTZ=UTC PGDATABASE=postgres
modes=${MODES:-prepared simple}
scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT
fractions=(7 93 41 66 23)
final=$scratch/final
failed=0

# sql DATABASE [psql options] runs psql without the user's settings and stops at the first error.
sql() {
	local database=$1

	shift
	psql -X -q -v ON_ERROR_STOP=1 -d "$database" "$@"
}

die() {
	echo "run.sh: $*" >&2
	exit 1
}

# copy_of SOURCE TARGET makes a database anew from another one.
copy_of() {
	sql postgres -c "DROP DATABASE IF EXISTS $2" -c "CREATE DATABASE $2 TEMPLATE $1" || die "cannot make database $2"
}

# sample_every_row DATABASE makes ANALYZE read whole tables: it samples 300 rows for each unit of the highest
# statistics target among a table's columns. The other columns keep the usual resolution.
sample_every_row() {
	sql "$1" -At -c "SELECT format('ALTER TABLE %I ALTER COLUMN %I SET STATISTICS 1000;', c.relname, a.attname)
		FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = 1
		WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'" | sql "$1" -f -
}

# statement FILE is the script without its variables and comments.
statement() {
	sed -E '/^(\\|--)/d' "$1"
}

# explain_script prints psql commands that explain each statement for each draw, with the variables' values in it.
explain_script() {
	local file draw turn name low high

	for file in "$here/$schema"/workload/*.sql; do
		for draw in 0 1 2 3 4; do
			turn=0
			while read -r name low high; do
				# A second variable walks through the fractions in another order.
				echo "\\set $name $((low + (high - low) * fractions[(draw * (turn + 1) + turn) % 5] / 100))"
				turn=$((turn + 1))
			done < <(sed -nE 's/^\\set +([a-z]+) +random\((-?[0-9]+), *(-?[0-9]+)\).*/\1 \2 \3/p' "$file")
			echo "\\echo @ $(basename "$file" .sql)"
			echo 'EXPLAIN (FORMAT JSON)'
			statement "$file"
		done
	done
}

# costs DATABASE writes $scratch/DATABASE.cost (statement, mean cost) and .used (index names that plans name).
costs() {
	explain_script | sql "$1" -At >"$scratch/$1.plans" || die "cannot explain the workload in $1"
	awk '
		/^@ / { name = $2; first = 1; if (!(name in draws)) order[++n] = name; next }
		/"Total Cost":/ && first { first = 0; cost = $0; gsub(/[^0-9.]/, "", cost); sum[name] += cost; draws[name]++ }
		END { for (i = 1; i <= n; i++) printf "%s\t%.2f\n", order[i], sum[order[i]] / draws[order[i]] }
	' "$scratch/$1.plans" >"$scratch/$1.cost"
	sed -nE 's/^ *"Index Name": "(.*)",?$/\1/p' "$scratch/$1.plans" | sort -u >"$scratch/$1.used"
}

total() {
	awk -F '\t' '{ sum += $2 } END { printf "%.1f", sum }' "$scratch/$1.cost"
}

# ratio_of_helped divides advised by hand-written cost over the statements that either makes at least a tenth cheaper.
ratio_of_helped() {
	paste "$scratch/$data.cost" "$scratch/$hand.cost" "$scratch/$advised.cost" | awk -F '\t' '
		$4 < 0.9 * $2 || $6 < 0.9 * $2 { by_hand += $4; by_advice += $6 }
		END { printf "%.3f", (by_hand > 0 ? by_advice / by_hand : 1) }'
}

# secondary_indexes DATABASE lists the names of the indexes that no constraint owns.
secondary_indexes() {
	sql "$1" -At -c "SELECT c.relname FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
		JOIN pg_class t ON t.oid = i.indrelid
		WHERE t.relnamespace = 'public'::regnamespace AND i.indisvalid
		  AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.indexrelid) ORDER BY 1"
}

# run_workload MODE runs every script in the recorded database, always with the same random numbers.
run_workload() {
	local file

	for file in "$here/$schema"/workload/*.sql; do
		if ! pgbench -n -M "$1" -c "${CLIENTS:-2}" -t "${TRANSACTIONS:-40}" --random-seed=20240601 -f "$file" "$work" \
			>"$scratch/pgbench" 2>&1 || grep -q 'aborted' "$scratch/pgbench"; then
			failed=$((failed + 1))
			echo "  FAILED: pgbench -M $1 $(basename "$file")"
			tail -n 3 "$scratch/pgbench"
		fi
	done
}

# advice FILE asks for the advice of the recorded database; sets advice_seconds.
advice() {
	local from=$EPOCHREALTIME

	sql "$work" -At -F $'\t' -o "$1" -c "SELECT rank, step, ddl, round(time_saved::numeric, 1), round(write_cost::numeric, 3)
		FROM perfadvisor.index_advice" || { failed=$((failed + 1)); echo "  FAILED: index_advice"; : >"$1"; }
	advice_seconds=$(awk -v a="$from" -v b="$EPOCHREALTIME" 'BEGIN { printf "%.1f", b - a }')
}

# apply DATABASE FILE runs the advice's statements one by one, in order.
apply() {
	local ddl

	while IFS=$'\t' read -r _ _ ddl _; do
		sql "$1" -c "$ddl" || { failed=$((failed + 1)); echo "  FAILED: $ddl"; }
	done <"$2"
	sql "$1" -c 'VACUUM ANALYZE'
}

# worse prints the statements that the advised set serves worse than the hand-written one, and counts them.
worse() {
	local name none by_hand by_advice

	paste "$scratch/$data.cost" "$scratch/$hand.cost" "$scratch/$advised.cost" |
		awk -F '\t' '$6 > 1.25 * $4 && $6 > $4 + 2 { printf "%s\t%s\t%s\t%s\n", $1, $2, $4, $6 }' >"$scratch/worse"
	while IFS=$'\t' read -r name none by_hand by_advice; do
		printf '  worse: %-30s none %10s  hand %10s  advised %10s  (%sx)\n' "$name" "$none" "$by_hand" "$by_advice" \
			"$(awk -v a="$by_advice" -v h="$by_hand" 'BEGIN { printf "%.2f", a / h }')"
		statement "$here/$schema/workload/$name.sql" | sed 's/^/         /'
	done <"$scratch/worse"
}

# all_costs prints every statement's costs side by side, with VERBOSE=1.
all_costs() {
	[ "${VERBOSE:-0}" = 1 ] || return 0
	paste "$scratch/$data.cost" "$scratch/$hand.cost" "$scratch/$advised.cost" |
		awk -F '\t' '{ printf "  %-30s none %10s  hand %10s  advised %10s\n", $1, $2, $4, $6 }'
}

# compare MODE records the workload in that mode, takes the advice and holds it against the hand-written indexes.
compare() {
	local count_hand count_advised none by_hand by_advice ratio helped unused again

	copy_of "$data" "$work"
	sql "$work" -c 'CREATE EXTENSION perfadvisor' || die "cannot create the extension"
	sql "$work" -At -o /dev/null -c 'SELECT perfadvisor.reset()'
	run_workload "$1"
	advice "$scratch/advice"

	echo "== $schema, $1: advice in $advice_seconds s (rank, step, ddl, time saved in ms per hour, write cost in ms per hour)"
	sed 's/^/  /' "$scratch/advice"
	copy_of "$data" "$advised"
	apply "$advised" "$scratch/advice"
	costs "$advised"

	count_hand=$(secondary_indexes "$hand" | wc -l)
	count_advised=$(secondary_indexes "$advised" | wc -l)
	none=$(total "$data") by_hand=$(total "$hand") by_advice=$(total "$advised")
	ratio=$(awk -v a="$by_advice" -v h="$by_hand" 'BEGIN { printf "%.3f", a / h }')
	helped=$(ratio_of_helped)
	echo "  indexes: hand $count_hand, advised $count_advised; cost: none $none, hand $by_hand, advised $by_advice"
	echo "  advised/hand: $ratio; over the statements that an index helps: $helped"
	all_costs
	worse
	unused=$(secondary_indexes "$advised" | comm -23 - "$scratch/$advised.used")
	[ -z "$unused" ] || printf '  no plan uses: %s\n' $unused

	# The same again with the advice in place: nothing is left to say.
	apply "$work" "$scratch/advice"
	sql "$work" -At -o /dev/null -c 'SELECT perfadvisor.reset()'
	run_workload "$1"
	advice "$scratch/again"
	again=$(wc -l <"$scratch/again")
	[ "$again" -eq 0 ] || { echo "  advised again ($advice_seconds s):"; sed 's/^/    /' "$scratch/again"; }

	printf '%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n' "$schema" "$1" "$count_hand" "$count_advised" "$none" "$by_hand" \
		"$by_advice" "$ratio" "$helped" "$(wc -l <"$scratch/worse")" "$(grep -c . <<<"$unused")" "$again" >>"$final"
}

[ $# -gt 0 ] || set -- $(cd "$here" && for folder in */; do echo "${folder%/}"; done)
[ "$(sql postgres -At -c "SELECT current_setting('shared_preload_libraries') LIKE '%perfadvisor%'")" = t ] ||
	die "needs a running server that preloads perfadvisor (PGHOST, PGUSER)"

for schema in "$@"; do
	[ -f "$here/$schema/schema.sql" ] || die "there is no schema $schema"
	data=pa_${schema}_data hand=pa_${schema}_hand work=pa_${schema}_work advised=pa_${schema}_advised
	sql postgres -c "DROP DATABASE IF EXISTS $data" -c "CREATE DATABASE $data TEMPLATE template0"
	sql "$data" -f "$here/$schema/schema.sql" -f "$here/$schema/data.sql" || die "cannot load $schema"
	sample_every_row "$data"
	sql "$data" -c 'VACUUM ANALYZE'
	costs "$data"
	copy_of "$data" "$hand"
	sql "$hand" -f "$here/$schema/indexes.sql" -c 'VACUUM ANALYZE' || die "cannot create the indexes of $schema"
	costs "$hand"
	unused=$(secondary_indexes "$hand" | comm -23 - "$scratch/$hand.used")
	for name in $unused; do
		echo "== $schema: no plan uses the hand-written $name"
	done
	for mode in $modes; do
		compare "$mode"
	done
	[ "${KEEP:-0}" = 1 ] || sql postgres -c "DROP DATABASE $data" -c "DROP DATABASE $hand" -c "DROP DATABASE $work" -c "DROP DATABASE $advised"
done

echo
{
	printf 'schema\tmode\thand\tadvised\tnone\thand\tadvised\tratio\thelped\tworse\tunused\tagain\n'
	cat "$final"
} | awk -F '\t' '{ printf "%-10s %-9s %5s %8s %12s %12s %12s %7s %7s %6s %7s %6s\n", $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12 }'
[ "$failed" -eq 0 ] || die "$failed steps failed"
