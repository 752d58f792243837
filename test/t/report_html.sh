#!/bin/bash
# report: the page works in a real browser with no, ten and 2,000 statements, and hostile texts are only text

set -u
cd "$(dirname "$0")/../.." || exit 1
PA_TOP=$PWD
. test/lib/prepare.sh
. test/lib/server.sh
. test/lib/tap.sh

if ! command -v python3 >/dev/null || ! (cd test/lib && python3 -c 'import chromium, sys; sys.exit(not chromium.program())'); then
	tap_plan 1
	echo "ok 1 - # SKIP there is no Chromium or no python3; make check-html installs them"
	exit 0
fi

# page DATABASE writes the report of a database as DATABASE.html.
page() {
	pa_psql -d "$1" -At -c "SELECT perfadvisor.report_html()" >"$PA_WORK/pages/$1.html"
}

# different FIRST LAST prints statements that differ in what they compute, not only in constants.
different() {
	local n bit text

	for n in $(seq "$1" "$2"); do
		text="SELECT count(*) FROM orders WHERE customer > 1"
		for bit in 0 1 2 3 4 5 6 7 8 9 10; do
			(((n >> bit) & 1)) && text+=" + id" || text+=" - id"
		done
		echo "$text;"
	done
}

pa_prepare test
pa_begin
pa_build
pa_server_create app test/perfadvisor.conf
pa_server_start app
mkdir "$PA_WORK/pages"
for name in empty ten many hostile; do
	pa_psql -d postgres -c "CREATE DATABASE $name"
	pa_psql -d $name -c "CREATE EXTENSION perfadvisor" -c "CREATE TABLE orders AS SELECT n AS id, n % 500 AS customer FROM generate_series(1, 20000) n" -c "ANALYZE"
done
pa_psql -d empty -c "SELECT perfadvisor.reset()" >/dev/null
page empty
different 1 10 | pa_psql -d ten -f - >/dev/null
page ten

# Many: with load over time, advice, and an index that was advised
pa_psql -d many -c "CREATE TABLE small AS SELECT id, customer FROM orders LIMIT 100" -c "SELECT perfadvisor.snapshot()" >/dev/null
different 1 2000 | sed 's/orders/small/' | pa_psql -d many -f - >/dev/null
pa_psql -d many -c "SELECT perfadvisor.snapshot()" >/dev/null
for n in 1 2 3 4 5 6 7 8; do
	echo "SELECT /* needle in the haystack */ sum(id) FROM orders WHERE customer = $n;"
done | pa_psql -d many -f - >/dev/null
pa_psql -d many -c "SELECT count(*) FROM perfadvisor.refresh_advice()" -c "SELECT perfadvisor.snapshot()" >/dev/null
page many

# Hostile: names, texts, constants and comments
attack="</script><img src=x onerror=hacked=1><script>hacked=1</script>"
pa_psql -d hostile >/dev/null <<SQL
CREATE TABLE "$attack" AS SELECT n AS "<b>&amp;", n % 500 AS "'""><i>" FROM generate_series(1, 20000) n;
ANALYZE;
SELECT perfadvisor.snapshot();
SELECT /* $attack */ count(*) FROM "$attack" WHERE "'""><i>" = 7;
SELECT /* $attack */ count(*) FROM "$attack" WHERE "'""><i>" = 8;
SELECT /* <!-- <script> */ '$attack' || "<b>&amp;" FROM "$attack" LIMIT 1;
SELECT format('SELECT /* %s%s \u2028 \\ */ count(*) FROM orders WHERE id < 7', chr(8232), chr(8233)) \gexec
SELECT * FROM perfadvisor.refresh_advice();
SELECT perfadvisor.snapshot();
SQL
page hostile
# Kept to be looked at
mkdir -p results
cp "$PA_WORK"/pages/*.html results/ 2>/dev/null

PYTHONDONTWRITEBYTECODE=1 python3 test/lib/report_page.py "$PA_WORK/pages" ${PA_AXE:+"$PA_AXE"}
