#!/bin/bash
# lint.sh: what `make lint` does: rules of the house that a grep can check. Prints each breach, exits with 1 if any.

set -u
cd "$(dirname "$0")/../.." || exit 1
breaches=0

# forbid MESSAGE GREP-ARGUMENTS... reports lines that should not be there.
forbid() {
	local message=$1 found
	shift
	found=$(grep -nE "$@" 2>/dev/null) || return 0
	echo "$message:"
	echo "$found" | sed 's/^/    /'
	breaches=$((breaches + $(echo "$found" | wc -l)))
}

mapfile -t c_files < <(find src -name '*.[ch]' | sort)
mapfile -t other_c < <(find src -name '*.[ch]' ! -path 'src/base/compat*' | sort)
mapfile -t text_files < <(git ls-files 2>/dev/null | grep -vE '^(LICENSE|test/lib/lint.sh)$')
[ ${#text_files[@]} -gt 0 ] || mapfile -t text_files < <(find src sql test docs -type f)

forbid "PG_VERSION_NUM outside src/base/compat" 'PG_VERSION_NUM' /dev/null "${other_c[@]}"
forbid "errmsg begins with a capital or ends with a full stop or exclamation mark" \
	'errmsg\("([A-Z][a-z]|[^"]*[.!]"\))' /dev/null "${c_files[@]}"
forbid "a note of unfinished work" '\b(TODO|FIXME|XXX|HACK)\b' /dev/null "${c_files[@]}" Makefile sql/rooms/*.sql docs/*.md README.md
forbid "space before a tab, or at the end of a line" '( +	|[ 	]+$)' /dev/null "${c_files[@]}" sql/rooms/*.sql
forbid "an indentation of four spaces in C" '^    ' /dev/null "${c_files[@]}"
forbid "a path of somebody's machine" '(/home/[a-z]|/Users/[A-Z]|/wor[k]/|/tmp/[a-z]+/[a-z])' /dev/null "${text_files[@]}"

# A setting that is not documented does not exist for a user.
if [ -f docs/reference.md ]; then
	for name in $(grep -hoE '"perfadvisor\.[a-z_]+"' /dev/null "${c_files[@]}" | tr -d '"' | sort -u); do
		if ! grep -qF "$name" docs/reference.md; then
			echo "$name is not in docs/reference.md"
			breaches=$((breaches + 1))
		fi
	done
fi

# A test without an expected file, or the other way round.
for file in test/sql/*.sql; do
	name=$(basename "$file" .sql)
	[ -f "expected/$name.out" ] || { echo "expected/$name.out is missing"; breaches=$((breaches + 1)); }
	[ ! -f "sql/$name.sql" ] || { echo "sql/$name.sql would be run instead of test/sql/$name.sql"; breaches=$((breaches + 1)); }
done
for file in expected/*.out; do
	[ -f "test/sql/$(basename "$file" .out).sql" ] || { echo "$file belongs to no test"; breaches=$((breaches + 1)); }
done

# A check that no test makes ill is not known to work: each has a line in test/checks.tsv, and the tests named there know it.
emitted_checks() {
	sed -nE "s/^ *SELECT '([a-z_]+)'( AS check_name)?,.*/\1/p; s/^    \('([a-z_]+)', '[A-Z].*/\1/p" sql/rooms/4*_*.sql sql/rooms/5*_*.sql
	sed -nE "s/^ *SELECT '[a-z]+', '([a-z_]+)',.*/\1/p; s/^SELECT '(recorder[a-z_]*)', 'perfadvisor'.*/\1/p" sql/rooms/69_*.sql sql/rooms/71_*.sql | grep -vx perfadvisor
	sed -nE "s/.*kind = '(index|statistics)_(cleanup|advice)' AND r.problem IN \(([^)]*)\).*/\1 \3/p" sql/rooms/71_*.sql | while read -r kind problems; do
		tr -d "'," <<<"$problems" | tr ' ' '\n' | sed "s/\$/_$kind/"
	done
	sed -nE "s/^ *SELECT '([a-z_]+)'( AS pattern)?, [a-z]\.userid.*/\1/p" sql/rooms/30_*.sql
	sed -nE 's/.*pattern = "([a-z_]+)".*/\1/p; s/.*"pattern", "([a-z_]+)".*/\1/p' src/advise/examine*.c
	sed -nE "s/^    \('([a-z_]+)', s\..*/\1/p" sql/rooms/10_*.sql
}
for check in $(emitted_checks | sort -u); do
	awk -F '\t' -v check="$check" '$2 == check {found = 1} END {exit !found}' test/checks.tsv || { echo "check $check has no line in test/checks.tsv"; breaches=$((breaches + 1)); }
done
while IFS=$'\t' read -r area check ill well mended unknown; do
	[[ $area != \#* && $area != area ]] || continue
	for tests in "$ill" "$well" "$mended" "$unknown"; do
		[[ $tests != -\ * ]] || continue
		for name in ${tests:-nothing}; do
			grep -qsw -- "$check" "test/sql/$name.sql" "test/t/$name.sh" || { echo "test/checks.tsv: test $name knows no check $check"; breaches=$((breaches + 1)); }
		done
	done
done <test/checks.tsv

[ "$breaches" -eq 0 ]
