#!/bin/bash
# sources: an empty copy with the statistics in the original's document gives the original's advice, also for expressions, arrays, documents and columns that go together

set -u
cd "$(dirname "$0")/../.." || exit 1
PA_TOP=$PWD
. test/lib/prepare.sh
. test/lib/server.sh
. test/lib/tap.sh

# on DATABASE SQL prints what a statement answers with, in a session of its own.
on() {
	pa_psql -d "$1" -At -c "$2" 2>&1
}

# advice DATABASE prints what is advised for each statement, without the names of indexes.
advice() {
	on "$1" "SELECT no || ' ' || advised(query) || ' FOR ' || query FROM queries ORDER BY no"
}

# compare prints the statements with other advice, and sets agree to the number of the others.
compare() {
	diff "$PA_WORK/full.out" "$PA_WORK/copy.out" | sed 's/^/# /'
	agree=$(comm -12 <(sort "$PA_WORK/full.out") <(sort "$PA_WORK/copy.out") | wc -l)
	echo "# the same advice for $agree of $(wc -l <"$PA_WORK/full.out") statements, of which $(grep -vc '^[0-9]* nothing' "$PA_WORK/full.out") have any"
}

pa_prepare test
pa_begin
pa_build
pa_server_create app test/perfadvisor.conf
pa_server_start app
tap_plan 7
on postgres "CREATE DATABASE full_one" >/dev/null
on postgres "CREATE DATABASE copy" >/dev/null
cat >"$PA_WORK/schema.sql" <<'SQL'
CREATE EXTENSION perfadvisor;
CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy', 'gone');
CREATE DOMAIN email AS text CHECK (VALUE LIKE '%@%');
CREATE TABLE users (id int PRIMARY KEY, mail text, name text, mood mood, contact email, born date, tags text[], scores int[], doc jsonb, words tsvector, stay int4range, city text, zip int, country text, balance numeric);
CREATE INDEX users_lower_mail ON users (lower(mail));
CREATE INDEX users_year ON users ((extract(year FROM born)));
CREATE INDEX users_tags ON users USING gin (tags);
CREATE STATISTICS users_place (dependencies, ndistinct, mcv) ON city, zip, country FROM users;
CREATE STATISTICS users_upper ON (upper(name)) FROM users;
CREATE TABLE visits (id int, user_id int, a int, b int, c int, at timestamptz, kind text, payload jsonb);
CREATE STATISTICS visits_abc (mcv, dependencies, ndistinct) ON a, b, c FROM visits;
CREATE INDEX visits_day ON visits ((date_trunc('day', at AT TIME ZONE 'UTC')));
CREATE TABLE events (day int, kind text, body text) PARTITION BY RANGE (day);
CREATE TABLE events_1 PARTITION OF events FOR VALUES FROM (1) TO (3);
CREATE TABLE events_2 PARTITION OF events FOR VALUES FROM (3) TO (9);
CREATE INDEX events_lower ON events (lower(kind));
CREATE TABLE queries (no int GENERATED ALWAYS AS IDENTITY, query text);
INSERT INTO queries (query) VALUES
($$SELECT * FROM users WHERE lower(mail) = 'user77@example.com'$$),
($$SELECT * FROM users WHERE lower(mail) LIKE 'user77%'$$),
($$SELECT count(*) FROM users WHERE extract(year FROM born) = 1960$$),
($$SELECT count(*) FROM users WHERE extract(year FROM born) = 1960 AND mood = 'gone'$$),
($$SELECT * FROM users WHERE upper(name) = 'NAME 5'$$),
($$SELECT * FROM users WHERE tags @> ARRAY['t555']$$),
($$SELECT * FROM users WHERE tags @> ARRAY['t3']$$),
($$SELECT * FROM users WHERE scores @> ARRAY[4999]$$),
($$SELECT * FROM users WHERE 2 = ANY (scores)$$),
($$SELECT * FROM users WHERE scores && ARRAY[1, 2]$$),
($$SELECT * FROM users WHERE doc @> '{"k": 5}'$$),
($$SELECT * FROM users WHERE doc ->> 'k' = '5'$$),
($$SELECT * FROM users WHERE (doc ->> 'v')::int = 2$$),
($$SELECT * FROM users WHERE words @@ to_tsquery('simple', 'word7')$$),
($$SELECT * FROM users WHERE words @@ to_tsquery('simple', 'common')$$),
($$SELECT * FROM users WHERE stay @> 500$$),
($$SELECT * FROM users WHERE mood = 'gone'$$),
($$SELECT * FROM users WHERE contact = 'c5@x'$$),
($$SELECT count(*) FROM users WHERE city = 'city7' AND zip = 70 AND country = 'country7'$$),
($$SELECT count(*) FROM users WHERE city = 'city7' AND zip = 80$$),
($$SELECT city, zip, count(*) FROM users GROUP BY city, zip$$),
($$SELECT * FROM visits WHERE a = 5 AND b = 5 AND c = 5$$),
($$SELECT * FROM visits WHERE a = 5 AND b = 6$$),
($$SELECT * FROM visits WHERE a = 5 AND b = 5 ORDER BY at DESC LIMIT 10$$),
($$SELECT u.name FROM users u JOIN visits v ON v.user_id = u.id WHERE v.a = 5 AND v.b = 5 AND v.c = 5$$),
($$SELECT count(*) FROM visits WHERE kind = 'error'$$),
($$SELECT count(*) FROM visits WHERE date_trunc('day', at AT TIME ZONE 'UTC') = timestamp '2026-02-03'$$),
($$SELECT * FROM visits WHERE date_trunc('day', at AT TIME ZONE 'UTC') = timestamp '2026-02-03' AND kind = 'error'$$),
($$SELECT * FROM visits WHERE payload ->> 'page' = '77'$$),
($$SELECT * FROM visits WHERE user_id = 77 ORDER BY at DESC LIMIT 5$$),
($$SELECT * FROM events WHERE lower(kind) = 'login'$$),
($$SELECT * FROM events WHERE day = 4 AND kind = 'Login'$$),
($$SELECT * FROM events WHERE body = md5('5')$$),
($$SELECT * FROM users WHERE name = 'Name 7' AND balance > 5000$$),
($$SELECT * FROM users WHERE name LIKE '%77%'$$),
($$SELECT a, b, c, count(*) FROM visits GROUP BY a, b, c$$),
($$SELECT * FROM users u JOIN visits v ON lower(u.mail) = v.kind WHERE v.a = 3$$),
($$SELECT * FROM visits v JOIN users u ON u.id = v.user_id WHERE u.city = 'city7' AND u.zip = 70$$),
($$SELECT * FROM users WHERE born BETWEEN '1960-01-01' AND '1960-01-05'$$),
($$SELECT count(*) FROM users WHERE tags @> ARRAY['t3', 't555'] AND city = 'city3'$$);
CREATE FUNCTION advised(query text) RETURNS text LANGUAGE sql AS $$ SELECT coalesce(string_agg(regexp_replace(ddl, ' \S+_idx\d* ', ' '), '; ' ORDER BY ddl), 'nothing') FROM perfadvisor.advise_query(query) $$;
SQL
chmod 644 "$PA_WORK/schema.sql"
pa_psql -d full_one -f "$PA_WORK/schema.sql"
# ANALYZE looks at 30,000 rows, so all of them
pa_psql -d full_one <<'SQL'
INSERT INTO users SELECT n, 'User' || n || '@example.com', 'Name ' || n % 3000, (ARRAY['sad','ok','happy','gone'])[1 + (n % 97 = 0)::int * 3]::mood, 'c' || n % 900 || '@x', date '1950-01-01' + n % 20000,
  ARRAY['t' || n % 7, 't' || n % 1000], ARRAY[n % 50, n % 5000, n % 3], jsonb_build_object('k', n % 800, 'v', n % 3, 'deep', jsonb_build_object('x', n)), to_tsvector('simple', 'word' || n % 500 || ' common text' || n % 9),
  int4range(n, n + 5 + n % 30), 'city' || n % 200, n % 200 * 10, 'country' || n % 20, n * 1.5 FROM generate_series(1, 30000) n;
INSERT INTO visits SELECT n, n % 30000, n % 100, n % 100, n % 20, timestamptz '2026-01-01' + n * interval '1 min', CASE WHEN n % 200 = 0 THEN 'error' ELSE 'view' END, jsonb_build_object('page', n % 2000) FROM generate_series(1, 30000) n;
INSERT INTO events SELECT 1 + n % 8, CASE WHEN n % 1000 = 3 THEN 'Login' ELSE 'View' || n % 500 END, md5(n::text) FROM generate_series(1, 30000) n;
VACUUM ANALYZE;
SELECT count(*) FROM users, visits, events WHERE users.id = visits.id AND visits.id = day \g /dev/null
SQL
advice full_one >"$PA_WORK/full.out"
on full_one "SELECT perfadvisor.export_workload()" >"$PA_WORK/document.json"
on full_one "SELECT perfadvisor.export_workload(true)" >"$PA_WORK/redacted.json"
chmod 644 "$PA_WORK"/*.json

pa_psql -d copy -f "$PA_WORK/schema.sql"
# take_in FILE does what the guide says.
take_in() {
	pa_psql -d copy -At -f - <<SQL
\set doc \`cat $1\`
SELECT perfadvisor.import_workload(:'doc', 'full_one') > 0;
SQL
}
tap_is "$(take_in "$PA_WORK/document.json")" t "a document with partitioned tables, arrays and expressions is taken in"
tap_is "$(on copy "SELECT count(*) FROM users, visits, events")" 0 "the copy has no rows"
advice copy >"$PA_WORK/copy.out"
compare
tap_is "$((agree >= 36))" 1 "the advice is the same for nine of ten statements"
tap_is "$(comm -12 <(sort "$PA_WORK/full.out") <(sort "$PA_WORK/copy.out") | grep -cE 'scores (@>|&&) ARRAY|words @@|lower\(mail\) = |AND kind = .error')" 6 \
	"among them those on elements of arrays, on words, and on expressions that are indexed"

# What is no statistics does no harm
sed -E 's/"elements": "\{[^"]*\}"/"elements": "{broken"/g; s/"element_shares": \[[^]]*\]/"element_shares": ["NaN", -5, "Infinity"]/g; s/"element_counts": \[[^]]*\]/"element_counts": [-1, "NaN"]/g; s/"correlation": -?[0-9.]+/"correlation": "NaN"/3g' \
	"$PA_WORK/document.json" >"$PA_WORK/broken.json"
tap_is "$(take_in "$PA_WORK/broken.json")" t "shares that are no numbers, and elements that are no values"
advice copy >"$PA_WORK/broken.out"
tap_is "$(grep -c . "$PA_WORK/broken.out")" "$(grep -c . "$PA_WORK/copy.out")" "keep no statement from being advised for"
tap_is "$(grep -cE '"(common|bounds|elements)": "|"expression"|Name 5|city7' "$PA_WORK/redacted.json")" 0 "without constants none of them is in the document"
pa_server_stop app
tap_done
