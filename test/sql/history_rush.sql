-- history: what advised indexes did is measured against the time before all of them, when they were created one right after the other while the application ran
\unset ECHO
\i test/setup.sql
\i test/own_database.sql
\i test/health.sql
SELECT perfadvisor.reset() \g /dev/null
CREATE TABLE first AS SELECT i AS id, i % 5000 AS customer FROM generate_series(1, 50000) i;
CREATE TABLE second AS SELECT i AS id, i % 5000 AS customer FROM generate_series(1, 50000) i;
ANALYZE;
\o /dev/null
SELECT perfadvisor.snapshot();
SELECT format('SELECT count(*) FROM %I WHERE customer = %s', t, i) FROM generate_series(1, 20) AS i, unnest(ARRAY['first', 'second']) AS t \gexec
SELECT * FROM perfadvisor.refresh_advice();
SELECT perfadvisor.snapshot();
-- what the launcher does within a second after each, with calls in between
CREATE INDEX ON first (customer);
SELECT perfadvisor.snapshot() AS id \gset
UPDATE perfadvisor.snapshot_log SET index_change = true WHERE snapshot_id = :id;
UPDATE perfadvisor.advice_log SET at_once = true WHERE snapshot_id = :id;
CREATE INDEX ON second (customer);
SELECT format('SELECT count(*) FROM %I WHERE customer = %s', t, i) FROM generate_series(1, 3) AS i, unnest(ARRAY['first', 'second']) AS t \gexec
SELECT perfadvisor.snapshot() AS id \gset
UPDATE perfadvisor.snapshot_log SET index_change = true WHERE snapshot_id = :id;
UPDATE perfadvisor.advice_log SET at_once = true WHERE snapshot_id = :id;
SELECT format('SELECT count(*) FROM %I WHERE customer = %s', t, i) FROM generate_series(1, 40) AS i, unnest(ARRAY['first', 'second']) AS t \gexec
SELECT perfadvisor.snapshot();
\o
SELECT plan(11);
SELECT is((SELECT array_agg(relation::text ORDER BY relation::text) FROM perfadvisor.advice_outcomes), ARRAY['first', 'second'], 'both indexes were advised and noticed');
SELECT is((SELECT array_agg(verdict ORDER BY relation::text) FROM perfadvisor.advice_outcomes), ARRAY['better', 'better'], 'and both made their statements faster');
SELECT is((SELECT array_agg(calls_before ORDER BY relation::text) FROM perfadvisor.advice_outcomes), ARRAY[20, 20]::bigint[], 'which is measured against the calls before the first of them');
SELECT is((SELECT count(*) FROM perfadvisor.findings WHERE check_name = 'advised_index' AND fix_sql LIKE 'DROP INDEX%'), 0::bigint, 'so that nobody is told to drop one');
-- one that nothing reads, as the statements go on without it
\o /dev/null
CREATE TABLE third AS SELECT i AS id, i % 5000 AS customer FROM generate_series(1, 50000) i;
ANALYZE third;
SELECT format('SELECT count(*) FROM third WHERE customer = %s', i) FROM generate_series(1, 20) AS i \gexec
SELECT * FROM perfadvisor.refresh_advice();
SELECT perfadvisor.snapshot();
CREATE INDEX ON third (customer);
SELECT perfadvisor.snapshot();
-- and do not get faster by chance
INSERT INTO third SELECT i AS id, i % 5000 AS customer FROM generate_series(1, 200000) i;
SET enable_indexscan = off;
SET enable_indexonlyscan = off;
SET enable_bitmapscan = off;
SELECT format('SELECT count(*) FROM third WHERE customer = %s', i) FROM generate_series(1, 40) AS i \gexec
RESET enable_indexscan;
RESET enable_indexonlyscan;
RESET enable_bitmapscan;
SELECT perfadvisor.snapshot();
\o
SELECT is((SELECT severity FROM perfadvisor.findings WHERE check_name = 'advised_index' AND object = 'public.third_customer_idx'), 'info', 'an advised index that nothing reads is a finding');
SELECT fix_sql AS fix, verify_sql AS verify, undo_sql AS undo, verified(verify_sql) AS before FROM perfadvisor.findings WHERE check_name = 'advised_index' AND object = 'public.third_customer_idx' \gset
SELECT is(:'fix'::text, 'DROP INDEX CONCURRENTLY public.third_customer_idx', 'which wants it dropped');
:fix;
SELECT is(ARRAY[:'before'::boolean, verified(:'verify')], ARRAY[false, true], 'what is printed does that');
SELECT is((SELECT count(*) FROM perfadvisor.findings WHERE check_name = 'advised_index' AND severity <> 'unknown'), 0::bigint, 'and ends the finding');
:undo;
SELECT is(verified(:'verify'), false, 'undo_sql creates it again');
-- one that nothing reads, whose statement is faster because the table has got smaller
\o /dev/null
CREATE TABLE fourth AS SELECT i AS id, i % 5000 AS customer FROM generate_series(1, 100000) i;
ANALYZE fourth;
SELECT format('SELECT count(*) FROM fourth WHERE customer = %s', i) FROM generate_series(1, 20) AS i \gexec
SELECT * FROM perfadvisor.refresh_advice();
SELECT perfadvisor.snapshot();
CREATE INDEX ON fourth (customer);
SELECT perfadvisor.snapshot();
DELETE FROM fourth WHERE id > 5000;
VACUUM fourth;
SET enable_indexscan = off;
SET enable_indexonlyscan = off;
SET enable_bitmapscan = off;
SELECT format('SELECT count(*) FROM fourth WHERE customer = %s', i) FROM generate_series(1, 40) AS i \gexec
RESET enable_indexscan;
RESET enable_indexonlyscan;
RESET enable_bitmapscan;
SELECT perfadvisor.snapshot();
\o
SELECT is((SELECT verdict FROM perfadvisor.advice_outcomes WHERE relation = 'fourth'::regclass), 'better', 'while sessions may not have told of their scans, what got faster counts');
UPDATE perfadvisor.advice_log SET noted_at = noted_at - interval '2 minutes' WHERE relation LIKE '%fourth';
SELECT is((SELECT verdict FROM perfadvisor.advice_outcomes WHERE relation = 'fourth'::regclass), 'not used', 'but after a minute an index that nothing read has not done it');
SELECT * FROM finish();
