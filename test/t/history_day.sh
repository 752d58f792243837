#!/bin/bash
# history: in a day of an application, compressed into a minute, each thing that happens is found with its cause and its time, and nothing else is

set -u
cd "$(dirname "$0")/../.." || exit 1
PA_TOP=$PWD
. test/lib/prepare.sh
. test/lib/server.sh
. test/lib/tap.sh

# query prints what a statement answers with, in a session of its own.
query() {
	pa_psql -d shop -At -c "$1" 2>&1
}

# until_true SQL polls until a query answers with t.
until_true() {
	for _ in $(seq 300); do
		[ "$(query "$1")" = t ] && return 0
	done
	return 1
}

# hour LABEL lets the application run, and then keeps the hour under a name.
hour() {
	pa_as "$PA_BINDIR/pgbench" -h "$PGHOST" -p "$PGPORT" -U postgres -d shop -n -c 2 -t 60 -f "$PA_WORK/app.sql" >/dev/null 2>"$PA_WORK/pgbench.err" ||
		cat "$PA_WORK/pgbench.err" >&2
	query "SELECT perfadvisor.snapshot('$1')" >/dev/null
}

# changes FROM TO lists what compare() tells of the application's statements between two hours, or between an
# hour and the latest snapshot: what became of which statement, and the beginning of the reason.
changes() {
	query "SELECT string_agg(change || ' ' || name, ', ' ORDER BY change, name)
		FROM (SELECT DISTINCT c.change, app_name(c.query) AS name FROM perfadvisor.compare(
			(SELECT snapshot_id FROM perfadvisor.snapshots WHERE label = '$1'), (SELECT snapshot_id FROM perfadvisor.snapshots WHERE label = '$2')) AS c
			WHERE c.toplevel AND c.query LIKE ANY (ARRAY['% AS %orders%', '% AS one_%', '%visitors%', '%parts%', '%INTO orders%', 'UPDATE customers%'])) AS c"
}

# reason FROM TO NAME prints the reason that compare() gives for a statement of the application.
reason() {
	query "SELECT c.reason FROM perfadvisor.compare((SELECT snapshot_id FROM perfadvisor.snapshots WHERE label = '$1'),
		(SELECT snapshot_id FROM perfadvisor.snapshots WHERE label = '$2')) AS c WHERE app_name(c.query) = '$3' AND c.toplevel"
}

# events FROM lists the events after an hour.
events() {
	query "SELECT string_agg(e.kind || ' ' || e.object, ', ' ORDER BY e.event_id) FROM perfadvisor.events AS e
		WHERE e.noted_at > (SELECT taken_at FROM perfadvisor.snapshots WHERE label = '$1')"
}

# found lists the findings about what happened: outcomes of changes of indexes, regressions, plans.
found() {
	query "SELECT string_agg(f.check_name || ' ' || f.severity || coalesce(' ' || app_name(s.query), ''), ', ' ORDER BY f.check_name, s.query)
		FROM perfadvisor.findings AS f
		     LEFT JOIN LATERAL (SELECT DISTINCT k.query FROM perfadvisor.snapshot_statements AS k
		                        WHERE k.queryid::text = f.evidence -> 'queryids' ->> 0) AS s ON true
		WHERE f.area IN ('outcome', 'plan')"
}

# now prints the server's time.
now() {
	query "SELECT clock_timestamp()"
}

# timed EVENT OBJECT FROM TO says whether an event was noted for the time between two moments, and the bounds
# that are given are right: it was not before the one, nor after the other.
timed() {
	query "SELECT bool_and(e.not_before <= '$4' AND e.noted_at >= '$3' AND e.noted_at < '$4'::timestamptz + interval '1 minute')
		FROM perfadvisor.events AS e WHERE e.kind = '$1' AND e.object = '$2'"
}

# noticed KIND OBJECT waits until the launcher has noticed a change of indexes.
noticed() {
	until_true "SELECT count(*) > 0 FROM perfadvisor.events WHERE kind = '$1' AND object = '$2'"
}

pa_prepare test
pa_begin
pa_build
pa_server_create shop test/perfadvisor.conf
echo "perfadvisor.snapshot_interval = '1h'" >>"$PA_WORK/shop/data/postgresql.conf"
pa_server_start shop
pa_psql -d postgres -c "CREATE DATABASE shop"

# The application: look-ups, a page, a join, an aggregate, writes. Each statement has a word that names it.
cat >"$PA_WORK/app.sql" <<'SQL'
\set customer random(1, 5000)
\set id random(1, 60000)
\set status random(1, 1000)
\set part random(1, 500)
SELECT count(*) AS orders_of_customer FROM orders WHERE customer = :customer;
SELECT id, customer, note AS one_order FROM orders WHERE id = :id;
SELECT count(*) AS orders_in_state FROM orders WHERE state = :status;
SELECT name AS one_customer FROM customers WHERE id = :customer;
SELECT count(*) AS visitors, max(c.name) FROM visits v JOIN customers c ON c.id = v.customer WHERE v.day = current_date - 1;
SELECT count(*) AS parts_of_order, sum(price) FROM parts WHERE order_id = :id;
SELECT kind, count(*) AS part_kinds FROM parts WHERE kind < 20 GROUP BY kind;
INSERT INTO orders (customer, state, note) VALUES (:customer, :status, 'new order');
UPDATE customers SET seen = seen + 1 WHERE id = :customer;
SQL
pa_psql -d shop <<'SQL'
CREATE TABLE customers AS SELECT n AS id, 'customer ' || n AS name, 0 AS seen, repeat('x', 80) AS note FROM generate_series(1, 5000) n;
ALTER TABLE customers ADD PRIMARY KEY (id);
CREATE TABLE orders (id int GENERATED ALWAYS AS IDENTITY, customer int, state int, note text, placed timestamptz DEFAULT now());
INSERT INTO orders (customer, state, note) SELECT n % 5000 + 1, n % 1000 + 1, repeat('y', 60) FROM generate_series(1, 60000) n;
ALTER TABLE orders ADD PRIMARY KEY (id);
CREATE INDEX orders_customer ON orders (customer);
CREATE INDEX orders_state ON orders (state);
CREATE TABLE parts AS SELECT n AS id, n % 60000 AS order_id, n % 500 AS kind, n % 90 + 1 AS price FROM generate_series(1, 90000) n;
CREATE INDEX parts_order ON parts (order_id);
CREATE TABLE visits AS SELECT current_date - n % 400 AS day, n % 5000 + 1 AS customer FROM generate_series(1, 4000) n;
CREATE INDEX visits_day ON visits (day);
CREATE FUNCTION app_name(query text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT coalesce(substring(query FROM '(?:AS )(orders_of_customer|one_order|orders_in_state|one_customer|visitors|parts_of_order|part_kinds)'),
                    CASE WHEN query LIKE 'INSERT INTO orders (customer, state, note) VALUES%' THEN 'insert'
                         WHEN query LIKE 'UPDATE customers%' THEN 'update' ELSE query END) $$;
VACUUM ANALYZE;
CREATE EXTENSION perfadvisor;
SQL
hour night

tap_plan 40
# Normal hours
hour early
hour seven
hour eight
tap_is "$(changes early seven)$(changes seven eight)" "" "of hours like any other nothing is said"
tap_is "$(events night)" "" "nothing has happened"
tap_is "$(found)" "" "and there is nothing to find"

# Nine o'clock: a release, which loses an index
query "SELECT perfadvisor.baseline('release')" >/dev/null
from=$(now)
query "BEGIN; ALTER TABLE orders ADD COLUMN weight int; DROP INDEX orders_customer; ALTER TABLE customers ADD COLUMN vip bool; COMMIT" >/dev/null
to=$(now)
noticed index_dropped public.orders_customer
tap_ok $? "the release is noticed by nobody's command"
hour nine
tap_is "$(events release)" "index_dropped public.orders_customer" "a dropped index is what has happened, and nothing else"
tap_is "$(timed index_dropped public.orders_customer "$from" "$to")" t "at the right time"
tap_is "$(changes eight nine | sed 's/^faster insert, //')" "slower orders_of_customer" \
	"the statement that used the index is slower, and no other; at most the writes that kept it up are faster"
tap_is "$(reason eight nine orders_of_customer | grep -c "^Index public.orders_customer was dropped")" 1 "because of the index"
tap_is "$(query "SELECT string_agg(app_name(query), ',') FROM perfadvisor.regressions")" orders_of_customer "it is a regression since the release"
tap_is "$(query "SELECT string_agg(o.index || ' ' || o.verdict || ' ' || cardinality(o.queryids), ',') FROM perfadvisor.cleanup_outcomes o")" \
	"public.orders_customer worse 1" "dropping the index is judged to have been wrong"
tap_is "$(found)" "dropped_index warning orders_of_customer, plan_change warning orders_of_customer, regression warning orders_of_customer" \
	"the findings say so: index, plan and statement"
tap_is "$(query "SELECT bool_and(changed_at BETWEEN '$from' AND now()) FROM perfadvisor.plan_changes WHERE verdict = 'worse'")" t \
	"the other plan was seen when it ran first"

# Ten o'clock: somebody follows the finding
undo=$(query "SELECT fix_sql FROM perfadvisor.findings WHERE check_name = 'dropped_index'")
from=$(now)
query "$undo" >/dev/null
to=$(now)
noticed index_created public.orders_customer
hour ten
tap_is "$(changes nine ten | sed 's/, slower insert$//')" "faster orders_of_customer" "with the finding's SQL the statement is fast again"
tap_is "$(reason nine ten orders_of_customer | grep -c "^Index public.orders_customer was created")" 1 "because of the index"
tap_is "$(timed index_created public.orders_customer "$from" "$to")" t "that was created at the right time"
query "SELECT perfadvisor.baseline('mended')" >/dev/null
hour eleven
hour twelve
tap_is "$(changes ten eleven)$(changes eleven twelve)$(events mended)" "" "and then there is nothing to tell"
tap_is "$(found)" "" "nor to find"

# Two o'clock: a table grows until another plan is better, which is slow
from=$(now)
pa_psql -d shop -c "INSERT INTO visits SELECT current_date - 1, n % 5000 + 1 FROM generate_series(1, 80000) n" -c "ANALYZE visits"
hour two
tap_is "$(changes twelve two)" "slower visitors" "of a table that grew the statement that reads it is slower, and no other"
tap_is "$(reason twelve two visitors | grep -c "^It runs with another plan since .*, after ANALYZE of public.visits")" 1 "because it has another plan, after ANALYZE"
tap_is "$(query "SELECT string_agg(app_name(query) || ' ' || (plan_before LIKE '%Nested Loop%') || ' ' || (plan_after LIKE '%Hash Join%'), ',')
	FROM perfadvisor.plan_changes WHERE verdict = 'worse' AND changed_at >= '$from'")" "visitors true true" "which is shown with the one before"
tap_is "$(query "SELECT count(*) FROM perfadvisor.plan_changes WHERE changed_at BETWEEN '$from' AND (SELECT taken_at FROM perfadvisor.snapshots WHERE label = 'two')")" 1 \
	"seen within the hour, as one change"
tap_is "$(found)" "plan_change warning visitors, regression warning visitors" "and found"
tap_is "$(events twelve)" "" "no index is to blame"
query "SELECT perfadvisor.baseline('grown')" >/dev/null

# Three o'clock: advice, followed by a migration under a name of its own
query "SELECT * FROM perfadvisor.refresh_advice()" >/dev/null
tap_is "$(query "SELECT string_agg(ddl, ';') FROM perfadvisor.index_advice WHERE ddl LIKE '%parts%'" | sed 's/.* USING //')" \
	"btree (kind)" "an index is advised"
from=$(now)
query "CREATE INDEX migration_0042 ON parts (kind)" >/dev/null
to=$(now)
until_true "SELECT count(*) > 0 FROM perfadvisor.advice_log WHERE index = 'public.migration_0042'"
tap_ok $? "it is known by its keys when a migration creates it"
hour three
tap_is "$(changes two three)" "faster part_kinds" "its statement is faster, and no other changes"
tap_is "$(reason two three part_kinds | grep -c "^Index public.migration_0042 was created")" 1 "because of it"
tap_is "$(timed index_created public.migration_0042 "$from" "$to")" t "at the right time"
tap_is "$(query "SELECT string_agg(index || ' ' || verdict || ' ' || (certainty > 0.9), ',') FROM perfadvisor.advice_outcomes")" \
	"migration_0042 better true" "the outcome is better, for certain"
tap_is "$(query "SELECT predicted_gain BETWEEN measured_gain / 1.5 AND measured_gain * 1.5 FROM perfadvisor.advice_outcomes")" t \
	"and about what was predicted"

# Four o'clock: an index that nobody needs
from=$(now)
query "CREATE INDEX useless ON customers (note)" >/dev/null
to=$(now)
noticed index_created public.useless
tap_ok $? "an index that nobody advised is noticed, too"
hour four
tap_is "$(events three)" "index_created public.useless" "it is what has happened"
tap_is "$(timed index_created public.useless "$from" "$to")" t "at the right time"
tap_is "$(changes three four | sed 's/^slower update$//')" "" "nothing is faster for it; at most the writes that keep it up are slower"
tap_is "$(query "SELECT count(*) FROM perfadvisor.advice_outcomes")" 1 "it is not taken for advice"
query "SELECT * FROM perfadvisor.refresh_advice()" >/dev/null
tap_is "$(query "SELECT string_agg(object, ',') FROM perfadvisor.findings WHERE check_name = 'unused_index'")" "public.useless" "the findings want it dropped, and no other"

# Evening
hour five
hour six
tap_is "$(changes four five)$(changes five six)$(events four)" "" "in the evening nothing happens"
tap_is "$(query "SELECT string_agg(app_name(query), ',') FROM perfadvisor.regressions")" "" "nothing is slower than after the growth"
tap_is "$(query "SELECT string_agg(object || ' ' || kind, ',' ORDER BY event_id) FROM perfadvisor.events")" \
	"public.orders_customer index_dropped,public.orders_customer index_created,public.migration_0042 index_created,public.useless index_created" \
	"and of the day that is left which was done"
tap_is "$(query "SELECT advised || ' ' || created || ' ' || better || ' ' || worse FROM perfadvisor.advice_record")" "1 1 1 0" "with a record of the advice"
tap_done
