# judge.sh: what run.sh does with one platform. Sourced; uses its variables bench, modes, draws and with_*.
#
# Databases: template_NAME has schema, data and drawn statements and no secondary index; cost_NAME is a copy in which
# sets of indexes are compared on the same rows and statistics; work_NAME is a copy in which the application runs.

# sql DATABASE ARGUMENTS... runs psql for values: unaligned, without headings.
sql() {
	pa_psql -At -d "$@"
}

# pa_install_nothing makes do without a library, for --no-advice.
pa_install_nothing() {
	mkdir -p "$PA_INSTALL$PA_SHAREDIR/extension" "$PA_INSTALL$PA_LIBDIR"
}

# milliseconds prints the clock, for differences.
milliseconds() {
	date +%s%3N
}

# list_platforms prints the schema.sql of every platform, or of every negative case.
list_platforms() {
	if [ "$negative" = yes ]; then
		ls test/bench/judge/negative/*/schema.sql
	else
		ls test/bench/judge/platforms/*/schema.sql 2>/dev/null
	fi
}

# copy_platform NAME finds a platform and puts it where the server's user can read it.
copy_platform() {
	local file

	for file in $(list_platforms); do
		if [ "$(basename "$(dirname "$file")")" = "$1" ]; then
			cp -r "$(dirname "$file")" "$bench/$1"
			[ "$without_gin" = no ] || leave_out_gin "$bench/$1"
			return
		fi
	done
	pa_die "there is no platform $1"
}

# leave_out_gin FOLDER removes the statements labelled "(gin)", which search in arrays and documents, and the
# indexes for them.
leave_out_gin() {
	local file

	for file in "$1"/workload/*.sql; do
		awk '/^-- .*\(gin\)$/ { skip = 1 } !skip { print } /;[ \t]*$/ { skip = 0 }' "$file" >"$file.new" && mv "$file.new" "$file"
	done
	awk '!/USING gin/ || /_trgm_ops/' "$1/indexes.sql" >"$1/indexes.new" && mv "$1/indexes.new" "$1/indexes.sql"
}

# copy_database NEW OLD makes a database as a copy.
copy_database() {
	sql postgres -c "SET client_min_messages = warning" -c "DROP DATABASE IF EXISTS $1" -c "CREATE DATABASE $1 TEMPLATE $2"
}

# sample_every_row DATABASE makes ANALYZE read whole tables, so that the same rows give the same statistics. It samples
# 300 rows for each unit of the highest target among a table's columns; the other columns keep the usual resolution.
sample_every_row() {
	sql "$1" <<-'SQL'
		SELECT format('ALTER TABLE %s ALTER COLUMN %I SET STATISTICS 1000', c.oid::regclass, a.attname)
		FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum = 1
		WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' \gexec
	SQL
}

# make_template loads a platform and draws parameters for its statements.
make_template() {
	local name=$1 started file script

	started=$(milliseconds)
	sql postgres -c "CREATE DATABASE template_$name"
	sql "template_$name" -f "$bench/lib/values.sql" -f "$bench/lib/cost.sql" -f "$bench/$name/schema.sql" \
		-c "SET session_replication_role = replica" -f "$bench/$name/data.sql" >/dev/null || pa_die "platform $name could not be loaded"
	for file in "$bench/$name"/workload/*.sql; do
		script=$(basename "$file" .sql)
		sql "template_$name" -v name="$script" -v content="$(cat "$file")" -v draws="$draws" <<-'SQL' || pa_die "script $script of $name could not be read"
			INSERT INTO bench.script (name, content) VALUES (:'name', :'content');
			SELECT bench.parse(:'name');
			SELECT bench.draw(:'name', :'draws');
		SQL
	done >/dev/null
	sample_every_row "template_$name"
	sql "template_$name" -c "VACUUM (ANALYZE)"
	echo "loaded in $(($(milliseconds) - started)) ms; $(sql "template_$name" -c "
		SELECT string_agg(format('%s %s', relname, reltuples), ', ' ORDER BY reltuples DESC)
		FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace")"
}

# measure DATABASE CONFIGURATION asks the planner for the costs with the indexes that exist.
# Only tables with new expression indexes are analyzed, so that all plans share their statistics.
measure() {
	sql "$1" <<-'SQL'
		SELECT format('ANALYZE %s', relation) FROM bench.to_analyze \gexec
	SQL
	sql "$1" -c "SELECT bench.measure('$2')" >/dev/null || pa_die "statements of $1 could not be planned"
}

# unused DATABASE CONFIGURATION prints the secondary indexes that no plan uses.
unused() {
	sql "$1" -c "SET bench.configuration = '$2'" -c "SELECT definition FROM bench.index_use WHERE plans = 0 ORDER BY 1"
}

# not_scanned NAME reads indexes as unused() prints them, and prints those that the application did not scan either.
not_scanned() {
	local definition

	while read -r definition; do
		[ -z "$definition" ] || sql "work_$1" -v definition="$definition" <<-'SQL'
			SELECT pg_get_indexdef(s.indexrelid) FROM pg_stat_user_indexes AS s WHERE pg_get_indexdef(s.indexrelid) = :'definition' AND s.idx_scan = 0
		SQL
	done
}

# total DATABASE CONFIGURATION prints the cost of the workload.
total() {
	sql "$1" -c "SELECT round(cost) FROM bench.total_cost WHERE configuration = '$2'"
}

# helped NAME MODE prints the cost with advice over the cost by hand, of the statements that either makes cheaper by a tenth.
helped() {
	sql "cost_$1" -c "
		SELECT round((sum(a.weighted) / sum(h.weighted))::numeric, 3)
		FROM bench.statement_cost AS a JOIN bench.statement_cost AS h USING (script, position) JOIN bench.statement_cost AS n USING (script, position)
		WHERE a.configuration = '$2' AND h.configuration = 'hand' AND n.configuration = 'none' AND least(a.cost, h.cost) < 0.9 * n.cost"
}

# work NAME MODE runs the platform's application and prints how long it took, in milliseconds.
work() {
	local file count started quote=off

	[ "$2" = prepared ] || quote=on
	started=$(milliseconds)
	for file in "$bench/$1"/workload/*.sql; do
		count=$(sed -nE 's/^-- transactions: ([0-9]+).*/\1/p' "$file")
		count=${count:-100}
		if ! PGOPTIONS="-c bench.quote=$quote" pa_run "$PA_BINDIR/pgbench" -n -M "$2" -c 2 -j 1 -t $((count / 2)) \
			--random-seed=7 -f "$file" "work_$1" >"$PA_WORK/pgbench.log" 2>&1; then
			tail -n 25 "$PA_WORK/pgbench.log" >&2
			pa_die "pgbench failed on $1"
		fi
	done
	echo $(($(milliseconds) - started))
}

# judge_hand compares no indexes with the hand-written ones and leaves the cost database without indexes.
judge_hand() {
	local name=$1 idle

	copy_database "cost_$name" "template_$name"
	measure "cost_$name" none
	sql "cost_$name" -f "$bench/$name/indexes.sql" || pa_die "the indexes of $name could not be created"
	measure "cost_$name" hand
	hand_count=$(sql "cost_$name" -c "SELECT count(*) FROM bench.secondary_index")
	hand_bytes=$(sql "cost_$name" -c "SELECT coalesce(sum(bytes), 0) FROM bench.secondary_index")
	hand_cost=$(total "cost_$name" hand)
	none_cost=$(total "cost_$name" none)
	idle=$(unused "cost_$name" hand)
	echo "by hand: $hand_count indexes, $((hand_bytes / 1024)) kB; cost $none_cost without, $hand_cost with them"
	[ -z "$idle" ] || sed 's/^/by hand and used by no plan: /' <<<"$idle"
	if [ "$with_advice" = no ]; then
		pa_psql -d "cost_$name" -c "
			SELECT n.script, n.label, n.transactions AS calls, round(n.rows) AS rows, round(n.cost) AS none, round(h.cost::numeric, 1) AS hand,
				round(100 * h.weighted / t.cost) AS \"hand %\"
			FROM bench.statement_cost AS n JOIN bench.statement_cost AS h USING (script, position)
			JOIN bench.total_cost AS t ON t.configuration = 'hand'
			WHERE n.configuration = 'none' AND h.configuration = 'hand' ORDER BY h.weighted DESC"
	fi
	sql "cost_$name" -c "SELECT bench.drop_indexes()" >/dev/null
}

# show_worse prints the statements that cost over 1.25 times as much as with the hand-written indexes.
show_worse() {
	local name=$1 mode=$2

	sql "cost_$name" -v mode="$mode" -v plans="$with_plans" <<-'SQL'
		SELECT format(E'worse: %s, "%s": %s with advice, %s by hand, %s without (%s %% of the hand-written cost)\n    by hand %s',
			a.script, a.label, round(a.cost::numeric, 1), round(h.cost::numeric, 1), round(n.cost::numeric, 1),
			round((100 * h.weighted / t.cost)::numeric, 1),
			(SELECT string_agg(DISTINCT i, ', ') FROM bench.planned AS p, unnest(p.indexes) AS i
				WHERE p.configuration = 'hand' AND p.script = a.script AND p.position = a.position))
			|| CASE WHEN :'plans' = 'yes' THEN (
				SELECT format(E'\n    %s\n    with advice:\n%s\n    by hand:\n%s', d.statement, bench.outline(p.plan, 4), bench.outline(q.plan, 4))
				FROM bench.planned AS p JOIN bench.planned AS q USING (script, position, draw) JOIN bench.drawn AS d USING (script, position, draw)
				WHERE p.configuration = :'mode' AND q.configuration = 'hand' AND p.script = a.script AND p.position = a.position
				ORDER BY p.cost - q.cost DESC LIMIT 1) ELSE '' END
		FROM bench.statement_cost AS a
		JOIN bench.statement_cost AS h USING (script, position)
		JOIN bench.statement_cost AS n USING (script, position)
		JOIN bench.total_cost AS t ON t.configuration = 'hand'
		WHERE a.configuration = :'mode' AND h.configuration = 'hand' AND n.configuration = 'none' AND a.cost > 1.25 * h.cost
		ORDER BY a.weighted - h.weighted DESC
	SQL
}

# take_advice NAME MODE keeps the advice, its statements in FILE, and prints how long it took, in milliseconds.
take_advice() {
	local started

	started=$(milliseconds)
	sql "work_$1" -c "CREATE TABLE bench.advice_$2 AS SELECT * FROM perfadvisor.index_advice" || pa_die "no advice could be had for $1"
	echo $(($(milliseconds) - started))
}

# show_advice NAME prints the advice with its reasons, and what was considered and not advised.
show_advice() {
	sql "work_$1" -c "SELECT format(E'    %s\n        %s', ddl, reason) FROM bench.advice_first ORDER BY rank, step" \
		-c "SELECT format(E'    not advised: %s\n        %s', ddl, reason) FROM perfadvisor.index_advice_rejected ORDER BY best_gain DESC LIMIT 15"
}

# apply DATABASE FILE runs the advised statements, one by one as a DBA would.
apply() {
	sql "$1" -f "$2" 2>"$PA_WORK/apply.log" || { cat "$PA_WORK/apply.log" >&2; pa_die "advised statements failed"; }
}

# work_by_hand NAME MODE runs the application with the hand-written indexes and prints how long it took.
work_by_hand() {
	copy_database "work_$1" "template_$1"
	sql "work_$1" -c "CREATE EXTENSION perfadvisor" -f "$bench/$1/indexes.sql" -c "VACUUM (ANALYZE)" >/dev/null || pa_die "the indexes of $1 could not be created"
	work "$1" "$2"
}

# judge_mode runs the application in a mode, takes the advice and judges it.
judge_mode() {
	local name=$1 mode=$2 took before by_hand after count bytes cost of_helped worse idle left ddl=$PA_WORK/advised.sql

	by_hand=$(work_by_hand "$name" "$mode") || exit 1
	copy_database "work_$name" "template_$name"
	sql "work_$name" -c "CREATE EXTENSION perfadvisor" -c "SELECT perfadvisor.reset()" >/dev/null || pa_die "the extension could not be created"
	before=$(work "$name" "$mode") || exit 1
	took=$(take_advice "$name" first) || exit 1
	sql "work_$name" -c "SELECT rtrim(ddl, '; ') || ';' FROM bench.advice_first ORDER BY rank, step" >"$ddl"
	[ "$with_list" = no ] || show_advice "$name"

	apply "cost_$name" "$ddl"
	measure "cost_$name" "$mode"
	cost=$(total "cost_$name" "$mode")
	count=$(sql "cost_$name" -c "SELECT count(*) FROM bench.secondary_index")
	bytes=$(sql "cost_$name" -c "SELECT coalesce(sum(bytes), 0) FROM bench.secondary_index")
	of_helped=$(helped "$name" "$mode")
	worse=$(show_worse "$name" "$mode")
	idle=$(unused "cost_$name" "$mode")
	sql "cost_$name" -c "SELECT bench.drop_indexes()" >/dev/null

	apply "work_$name" "$ddl"
	sql "work_$name" -c "VACUUM (ANALYZE)" -c "SELECT perfadvisor.reset()" >/dev/null
	after=$(work "$name" "$mode") || exit 1
	take_advice "$name" again >/dev/null || exit 1
	idle=$(not_scanned "$name" <<<"$idle")
	left=$(sql "work_$name" -c "SELECT format(E'%s\n    %s', ddl, reason) FROM bench.advice_again ORDER BY rank, step")

	echo "$mode: $count indexes advised in $took ms, $((bytes / 1024)) kB; cost $cost; the workload took $before ms without, $after ms with them, $by_hand ms by hand"
	[ -z "$worse" ] || echo "$worse"
	[ -z "$idle" ] || sed 's/^/used by no plan, and not scanned: /' <<<"$idle"
	[ -z "$left" ] || sed 's/^CREATE/advised again, after all was applied: &/' <<<"$left"
	echo "$name|$mode|$hand_count|$count|$none_cost|$hand_cost|$cost|$(ratio "$cost" "$hand_cost")|$of_helped|$(grep -c '^worse' <<<"$worse")|$(lines "$idle")|$(grep -c '^CREATE' <<<"$left")|$took" >>"$PA_WORK/summary"
}

# judge_rounds NAME MODE applies the advice to a fresh copy and runs the application again, many times, since which of its
# executions are sampled is chance: what then is advised again, and why it was not at first.
judge_rounds() {
	local name=$1 mode=$2 round left some=0 ddl=$PA_WORK/advised.sql

	for round in $(seq 1 "$rounds"); do
		copy_database "work_$name" "template_$name"
		sql "work_$name" -c "CREATE EXTENSION perfadvisor" -c "SELECT perfadvisor.reset()" >/dev/null || pa_die "the extension could not be created"
		work "$name" "$mode" >/dev/null || exit 1
		take_advice "$name" first >/dev/null || exit 1
		sql "work_$name" -c "CREATE TABLE bench.rejected AS SELECT * FROM perfadvisor.index_advice_rejected"
		sql "work_$name" -c "SELECT rtrim(ddl, '; ') || ';' FROM bench.advice_first ORDER BY rank, step" >"$ddl"
		apply "work_$name" "$ddl"
		sql "work_$name" -c "VACUUM (ANALYZE)" -c "SELECT perfadvisor.reset()" >/dev/null
		work "$name" "$mode" >/dev/null || exit 1
		take_advice "$name" again >/dev/null || exit 1
		left=$(sql "work_$name" <<-'SQL'
			SELECT format(E'    %s\n        %s\n        at first: %s', a.ddl, a.reason, coalesce(r.reason, 'not thought of'))
			FROM bench.advice_again AS a LEFT JOIN bench.rejected AS r ON split_part(a.ddl, ' ON ', 2) = split_part(r.ddl, ' ON ', 2)
			ORDER BY a.rank, a.step
		SQL
		)
		[ -z "$left" ] || { some=$((some + 1)) && echo "$mode, round $round, advised again:" && echo "$left"; }
	done
	echo "$mode: advised again in $some of $rounds rounds"
}

# ratio prints a quotient with three decimals.
ratio() {
	awk -v a="$1" -v b="$2" 'BEGIN { printf "%.3f", (b > 0) ? a / b : 0 }'
}

# lines counts the lines of a text that may be empty.
lines() {
	[ -z "$1" ] && echo 0 || wc -l <<<"$1"
}

# judge_platform judges one platform and removes its databases.
judge_platform() {
	local name=$1 mode

	echo
	echo "== $name: $(sed -nE '1s/^-- ([a-z]+: )?//p' "$bench/$name/schema.sql")"
	make_template "$name"
	if [ "$rounds" -gt 0 ]; then
		for mode in $modes; do
			judge_rounds "$name" "$mode"
		done
		sql postgres -c "DROP DATABASE work_$name" -c "DROP DATABASE template_$name"
		return
	fi
	judge_hand "$name"
	if [ "$with_advice" = yes ]; then
		for mode in $modes; do
			judge_mode "$name" "$mode"
		done
	fi
	sql postgres -c "SET client_min_messages = warning" -c "DROP DATABASE IF EXISTS work_$name" -c "DROP DATABASE cost_$name" -c "DROP DATABASE template_$name"
}

# judge_negatives judges every case in every mode: either nothing may be advised, or something on the named table.
judge_negatives() {
	local name mode expected advised verdict missed=0

	for name in "${platforms[@]}"; do
		expected=$(sed -nE '1s/^-- [a-z_]+: expects ([a-z_]+):.*/\1/p' "$bench/$name/schema.sql")
		for mode in $modes; do
			sql postgres -c "SET client_min_messages = warning" -c "DROP DATABASE IF EXISTS work_$name" -c "CREATE DATABASE work_$name"
			sql "work_$name" -c "CREATE EXTENSION perfadvisor" -f "$bench/lib/values.sql" -f "$bench/$name/schema.sql" \
				-c "VACUUM (ANALYZE)" -c "SELECT perfadvisor.reset()" >/dev/null || pa_die "case $name could not be loaded"
			work "$name" "$mode" >/dev/null || exit 1
			take_advice "$name" first >/dev/null || exit 1
			advised=$(sql "work_$name" -c "SELECT format(E'    %s\n        %s', ddl, reason) FROM bench.advice_first ORDER BY rank, step")
			case $expected in
				nothing) [ -z "$advised" ] && verdict=ok || verdict=MISSED ;;
				*) grep -qE "ON (public\.)?$expected " <<<"$advised" && verdict=ok || verdict=MISSED ;;
			esac
			[ $verdict = ok ] || missed=$((missed + 1))
			printf '%-18s %-9s expects %-9s %s\n' "$name" "$mode" "$expected" "$verdict"
			[ -z "$advised" ] || { [ $verdict = ok ] && [ "$with_list" = no ]; } || echo "$advised"
			sql postgres -c "DROP DATABASE work_$name"
		done
	done
	[ $missed -eq 0 ]
}

# print_summary prints a line for each platform and mode, and fails when one misses a promise: cost no higher than by
# hand, at most a third more indexes, nothing 1.25 times worse, all used, nothing advised again. "ratio" is the cost with
# advice over the cost by hand; "helped" the same over the statements that either set makes cheaper by a tenth.
print_summary() {
	[ -s "$PA_WORK/summary" ] || return 0
	echo
	awk -F '|' '
		function row(a, b, c, d, e, f, g, h, i, j, k, l, m, n) {
			printf "%-10s %-9s %5s %8s %10s %10s %12s %7s %7s %6s %7s %6s %6s  %s\n", a, b, c, d, e, f, g, h, i, j, k, l, m, n
		}
		BEGIN { row("platform", "mode", "hand", "advised", "cost none", "cost hand", "cost advice", "ratio", "helped", "worse", "unused", "again", "ms", "") }
		{ good = $8 <= 1.0005 && 3 * $4 <= 4 * $3 && $10 == 0 && $11 == 0 && $12 == 0
			row($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, good ? "ok" : "MISSED")
			hand += $3; advised += $4; none += $5; by_hand += $6; with_advice += $7; worse += $10; unused += $11; again += $12; ms += $13
			if (!good) missed++ }
		END { row("all", "", hand, advised, none, by_hand, with_advice, sprintf("%.3f", with_advice / by_hand), "", worse, unused, again, ms, missed ? missed " missed" : "ok")
			exit missed > 0 }' "$PA_WORK/summary"
}
