#!/bin/bash
# advise: from a workload that pgbench ran, prepared and simple, to indexes that are used, help, and end the advice

set -u
cd "$(dirname "$0")/../.." || exit 1
PA_TOP=$PWD
. test/lib/prepare.sh
. test/lib/server.sh
. test/lib/tap.sh

# query prints what a statement answers with, in a session of its own.
query() {
	pa_psql -d app -At -c "$1" 2>&1
}

# script NAME writes one pgbench script with the text from standard input.
script() {
	cat >"$PA_WORK/$1.sql"
}

# workload MODE runs every script 25 times from two clients.
workload() {
	local file

	for file in "$PA_WORK"/q_*.sql; do
		pa_run "$PA_BINDIR/pgbench" -n -M "$1" -c 2 -t 25 --random-seed=7 -f "$file" app >"$PA_WORK/pgbench.out" 2>&1 ||
			cat "$PA_WORK/pgbench.out" >&2
	done
}

pa_prepare test
pa_begin
pa_build
pa_server_create app test/perfadvisor.conf
pa_server_start app
pa_psql -d postgres -c "CREATE DATABASE app"
pa_psql -d app <<'SQL'
CREATE EXTENSION perfadvisor;
CREATE TABLE account (id uuid PRIMARY KEY, email text NOT NULL, plan text, banned boolean NOT NULL, created_at timestamptz NOT NULL);
CREATE TABLE post (id bigint PRIMARY KEY, account_id uuid NOT NULL REFERENCES account, title text, state text NOT NULL,
    score int, deleted_at timestamptz, published_at timestamptz);
CREATE TABLE remark (id bigint PRIMARY KEY, post_id bigint NOT NULL REFERENCES post, body text, flagged boolean NOT NULL, created_at timestamptz NOT NULL);
CREATE TABLE job (id bigint PRIMARY KEY, queue text, state text NOT NULL, run_at timestamptz NOT NULL, payload jsonb);
CREATE TABLE audit (id bigint PRIMARY KEY, actor int, what text, at timestamptz DEFAULT now());
CREATE TABLE currency (code text PRIMARY KEY, name text);
INSERT INTO account SELECT md5(i::text)::uuid, 'Person' || i || '@Mail.example', CASE WHEN i % 10 = 0 THEN 'pro' ELSE 'free' END, i % 200 = 0,
    timestamptz '2026-01-01' + i * interval '1 minute' FROM generate_series(1, 20000) i;
INSERT INTO post SELECT i, md5((1 + i * 7 % 20000)::text)::uuid, 'title ' || md5(i::text), CASE WHEN i % 50 = 0 THEN 'draft' WHEN i % 300 = 1 THEN 'review' ELSE 'live' END,
    i % 1000, CASE WHEN i % 25 = 0 THEN now() END, CASE WHEN i % 50 <> 0 THEN timestamptz '2026-01-01' + i * interval '1 minute' END FROM generate_series(1, 60000) i;
INSERT INTO remark SELECT i, 1 + i::bigint * 13 % 60000, md5(i::text), i % 500 = 0, timestamptz '2026-02-01' + i * interval '1 second' FROM generate_series(1, 120000) i;
INSERT INTO job SELECT i, 'q' || i % 5, CASE WHEN i % 400 = 0 THEN 'queued' ELSE 'done' END, timestamptz '2026-03-01' + i * interval '1 second',
    jsonb_build_object('tenant', 't' || i % 700) FROM generate_series(1, 60000) i;
INSERT INTO audit SELECT i, i % 4000, md5(i::text) FROM generate_series(1, 20000) i;
INSERT INTO currency SELECT 'C' || i, 'currency ' || i FROM generate_series(1, 60) i;
CREATE ROLE stranger LOGIN;
VACUUM ANALYZE;
SQL
script q_login <<'SQL'
\set n random(1, 20000)
SELECT id FROM account WHERE lower(email) = lower('Person' || :n || '@mail.example');
SQL
script q_posts_of_account <<'SQL'
\set n random(1, 20000)
SELECT id, title FROM post WHERE account_id = md5(:n::text)::uuid AND deleted_at IS NULL ORDER BY published_at DESC LIMIT 10;
SQL
script q_review_queue <<'SQL'
SELECT id, title FROM post WHERE state = 'review' ORDER BY published_at LIMIT 20;
SQL
script q_top <<'SQL'
SELECT id, score FROM post WHERE state = 'live' AND deleted_at IS NULL ORDER BY score DESC, id LIMIT 10;
SQL
script q_remarks <<'SQL'
\set n random(1, 60000)
SELECT p.title, r.body FROM post p JOIN remark r ON r.post_id = p.id WHERE p.id = :n ORDER BY r.created_at;
SQL
script q_flagged <<'SQL'
SELECT id, body FROM remark WHERE flagged ORDER BY created_at DESC LIMIT 25;
SQL
script q_next_job <<'SQL'
SELECT id FROM job WHERE state = 'queued' AND run_at < '2026-06-01' ORDER BY run_at LIMIT 1;
SQL
script q_tenant_jobs <<'SQL'
\set n random(0, 699)
SELECT count(*) FROM job WHERE payload->>'tenant' = 't' || :n;
SQL
script q_newest <<'SQL'
SELECT max(created_at) FROM remark;
SQL
script q_title_prefix <<'SQL'
SELECT id FROM post WHERE title LIKE 'title abc%';
SQL
script q_currency <<'SQL'
\set n random(1, 60)
SELECT name FROM currency WHERE name = 'currency ' || :n;
SQL
script q_most <<'SQL'
SELECT count(*) FROM post WHERE state = 'live';
SQL
script q_score <<'SQL'
\set n random(1, 60000)
UPDATE post SET score = score + 1 WHERE id = :n;
SQL

tap_plan 18
for mode in prepared simple; do
	query "SELECT perfadvisor.reset()" >/dev/null
	workload "$mode"
	query "SELECT rank, step, ddl FROM perfadvisor.index_advice" >"$PA_WORK/first"
	query "SELECT rank, step, ddl FROM perfadvisor.index_advice" >"$PA_WORK/second"
	[ -s "$PA_WORK/first" ] && cmp -s "$PA_WORK/first" "$PA_WORK/second"
	tap_ok $? "$mode: the same recorded workload gives the same advice in two sessions"
	tap_is "$(grep -c 'currency' "$PA_WORK/first")" 0 "$mode: a table of one page gets no index"
	tap_is "$(query "SELECT count(*) FROM perfadvisor.unadvised_statements")" 0 "$mode: every statement could be planned again"
	query "CREATE TABLE IF NOT EXISTS before (mode text, query text, median float8); INSERT INTO before SELECT '$mode', query, max(p50_exec_time) FROM perfadvisor.statements
		WHERE datname = 'app' AND statement_class <> 'utility' GROUP BY query" >/dev/null

	echo 'SELECT ddl FROM perfadvisor.index_advice ORDER BY rank, step \gexec' >"$PA_WORK/apply.sql"
	pa_psql -d app -f "$PA_WORK/apply.sql" >/dev/null 2>"$PA_WORK/err"
	tap_is "$(cat "$PA_WORK/err")" "" "$mode: the advised statements run as printed"
	query "VACUUM ANALYZE" >/dev/null
	query "SELECT pg_stat_reset()" >/dev/null
	query "SELECT perfadvisor.reset()" >/dev/null
	workload "$mode"
	tap_is "$(query "SELECT ddl FROM perfadvisor.index_advice")" "" "$mode: with the indexes there is nothing more to advise"
	tap_is "$(query "SELECT indexrelname FROM pg_stat_user_indexes WHERE idx_scan = 0 AND indexrelname NOT LIKE '%pkey' AND schemaname <> 'perfadvisor'")" "" \
		"$mode: every created index is used"
	# Writes do: what they pay for the indexes is less than these save.
	tap_is "$(query "SELECT b.query FROM before b JOIN (SELECT query, max(p50_exec_time) AS median FROM perfadvisor.statements WHERE datname = 'app' GROUP BY query) a USING (query)
		WHERE b.mode = '$mode' AND b.query NOT LIKE '%perfadvisor%' AND b.query !~ '^(INSERT|UPDATE|DELETE)' AND a.median > 2 * b.median + 0.1")" "" "$mode: no query takes longer than before"
	query "SELECT format('DROP INDEX %s', indexrelid::regclass) FROM pg_index JOIN pg_class c ON c.oid = indrelid
		WHERE relnamespace = 'public'::regnamespace AND NOT indisprimary" >"$PA_WORK/drop.sql"
	pa_psql -d app -c "$(paste -sd';' "$PA_WORK/drop.sql")" >/dev/null
done

# Writes weigh against a marginal index.
query "SELECT perfadvisor.reset()" >/dev/null
query "SELECT count(*) FROM audit WHERE actor = 7" >/dev/null
query "SELECT count(*) FROM audit WHERE actor = 8" >/dev/null
tap_is "$(query "SELECT count(*) FROM perfadvisor.index_advice WHERE relation = 'audit'::regclass")" 1 "a table that is only read gets its index"
query "INSERT INTO audit SELECT i, i % 4000, 'x' FROM generate_series(20001, 60000) i" >/dev/null
query "UPDATE audit SET actor = actor + 1 WHERE id > 40000" >/dev/null
tap_is "$(query "SELECT count(*) FROM perfadvisor.index_advice WHERE relation = 'audit'::regclass")" 0 "with many writes it gets none"
tap_is "$(query "SELECT count(*) > 0 FROM perfadvisor.index_advice_rejected WHERE relation = 'audit'::regclass AND reason LIKE '%writes%'")" t \
	"and the reason can be read"
PGUSER=stranger pa_psql -d app -At -c "SELECT count(*) FROM perfadvisor.index_advice" -c "SELECT count(*) FROM perfadvisor.index_advice_rejected" >"$PA_WORK/stranger" 2>&1
tap_is "$(paste -sd' ' "$PA_WORK/stranger")" "0 0" "a role without rights gets no advice from others' statements"
tap_done
