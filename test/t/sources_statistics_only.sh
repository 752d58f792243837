#!/bin/bash
# sources: a schema with the statistics that pg_dump has taken (PostgreSQL 18) gives the advice of the original

set -u
cd "$(dirname "$0")/../.." || exit 1
PA_TOP=$PWD
. test/lib/prepare.sh
. test/lib/server.sh
. test/lib/tap.sh

# advice DATABASE prints what is advised for each of ten statements.
advice() {
	pa_psql -d "$1" -At <<'SQL'
CREATE TEMP TABLE queries (no int GENERATED ALWAYS AS IDENTITY, query text);
INSERT INTO queries (query) VALUES
('SELECT * FROM orders WHERE customer = 77'),
('SELECT * FROM orders WHERE customer = 77 ORDER BY created DESC LIMIT 10'),
('SELECT * FROM orders WHERE state = ''open'' AND created > now() - interval ''1 day'''),
('SELECT count(*) FROM orders WHERE total BETWEEN 5 AND 9'),
('SELECT * FROM orders ORDER BY created DESC LIMIT 20'),
('SELECT sum(l.amount) FROM orders o JOIN lines l ON l.order_id = o.id WHERE o.customer = 5'),
('SELECT * FROM lines WHERE order_id = 5'),
('SELECT count(*) FROM lines WHERE product = 7'),
('SELECT * FROM events WHERE kind = ''login'' AND day = 3'),
('SELECT count(*) FROM orders');
SELECT no, string_agg(regexp_replace(a.ddl, ' \S+_idx\d* ', ' '), '; ' ORDER BY a.ddl)
FROM queries LEFT JOIN LATERAL perfadvisor.advise_query(query) a ON true GROUP BY no ORDER BY no;
SQL
}

pa_prepare test
if ! "$PA_BINDIR/pg_dump" --help | grep -q -- --statistics-only; then
	tap_plan 1
	echo "ok 1 - # SKIP this pg_dump has no --statistics-only, PostgreSQL 18 has"
	exit 0
fi
pa_begin
pa_build
pa_server_create original test/perfadvisor.conf
pa_server_start original
tap_plan 4
pa_psql -d postgres -c "CREATE DATABASE full_one" -c "CREATE DATABASE empty_one"
pa_psql -d full_one <<'SQL'
CREATE TABLE orders (id int PRIMARY KEY, customer int, state text, total int, created timestamptz);
INSERT INTO orders SELECT n, n % 3000, CASE WHEN n % 50 = 0 THEN 'open' ELSE 'done' END, n % 997, now() - n * interval '1 min' FROM generate_series(1, 60000) n;
CREATE TABLE lines (order_id int, product int, amount int);
INSERT INTO lines SELECT n % 60000, n % 800, n % 9 FROM generate_series(1, 120000) n;
CREATE INDEX lines_product ON lines (product);
CREATE TABLE events (day int, kind text, body text) PARTITION BY RANGE (day);
CREATE TABLE events_1 PARTITION OF events FOR VALUES FROM (1) TO (3);
CREATE TABLE events_2 PARTITION OF events FOR VALUES FROM (3) TO (9);
INSERT INTO events SELECT 1 + n % 8, CASE WHEN n % 1000 = 3 THEN 'login' ELSE 'view' || n % 500 END, md5(n::text) FROM generate_series(1, 60000) n;
VACUUM ANALYZE;
SQL
for part in --schema-only --statistics-only; do
	pa_run "$PA_BINDIR/pg_dump" -d full_one $part >"$PA_WORK/part.sql"
	chmod 644 "$PA_WORK/part.sql"
	pa_psql -d empty_one -f "$PA_WORK/part.sql" >/dev/null
done
for database in full_one empty_one; do
	pa_psql -d $database -c "CREATE EXTENSION perfadvisor"
done
tap_is "$(pa_psql -d empty_one -At -c "SELECT count(*) FROM orders")" 0 "the copy has no rows"
advice full_one >"$PA_WORK/full.out"
advice empty_one >"$PA_WORK/empty.out"
tap_is "$(awk -F '|' '$2 != ""' "$PA_WORK/full.out" | wc -l | awk '{print ($1 >= 6)}')" 1 "of the original there is advice"
diff "$PA_WORK/full.out" "$PA_WORK/empty.out" | sed 's/^/# /'
tap_is "$(comm -12 <(sort "$PA_WORK/full.out") <(sort "$PA_WORK/empty.out") | wc -l | awk '{print ($1 >= 9)}')" 1 "of the copy it is the same for nine of ten statements"
tap_is "$(pa_psql -d empty_one -At -c "SELECT bool_and(pg_relation_size(oid) <= 8192) FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace")" t "though no data is there"
pa_server_stop original
tap_done
