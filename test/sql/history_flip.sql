-- history: a plan that got worse is found with what would mend it, and what a statement names is told from what it does not
\unset ECHO
\i test/setup.sql
\i test/own_database.sql
SELECT plan(16);

SELECT ok(perfadvisor.names_relation('SELECT * FROM orders WHERE id = $1', 'public.orders'), 'a statement names its table');
SELECT ok(perfadvisor.names_relation('select * from Orders', 'public.orders'), 'however it is written');
SELECT ok(perfadvisor.names_relation('SELECT * FROM shop."Order lines"', 'shop."Order lines"'), 'quoted too');
SELECT ok(perfadvisor.names_relation('SELECT 1 FROM a, "public"."b.c+"', 'public."c+"'), 'whatever is in the name');
SELECT ok(NOT perfadvisor.names_relation('SELECT * FROM orders_old', 'public.orders'), 'a longer name is another table');
SELECT ok(NOT perfadvisor.names_relation('SELECT * FROM reorders', 'public.orders'), 'at either end');
SELECT ok(NOT perfadvisor.names_relation('SELECT * FROM bx', 'public."b?"') AND NOT perfadvisor.names_relation('SELECT * FROM bb', 'public."b*"'), 'and no character stands for others');

CREATE TABLE flipped AS SELECT n AS id, n % 5000 AS part, repeat('x', 50) AS note FROM generate_series(1, 400000) n;
CREATE INDEX flipped_part ON flipped (part);
VACUUM ANALYZE flipped;
\o /dev/null
SELECT format('SELECT count(note) AS of_part FROM flipped WHERE part = %s', n) FROM generate_series(1, 12) n \gexec
DROP INDEX flipped_part;
SELECT format('SELECT count(note) AS of_part FROM flipped WHERE part = %s', n) FROM generate_series(13, 24) n \gexec
\o
CREATE VIEW flips AS SELECT f.* FROM perfadvisor.findings AS f WHERE f.check_name = 'plan_change' AND f.title LIKE '%AS of_part%';
SELECT is((SELECT count(*) FROM flips), 1::bigint, 'a plan that got worse is found');
SELECT is((SELECT count(fix_sql) FROM flips), 0::bigint, 'without a remedy as long as none was looked for');
SELECT ok((SELECT count(*) = 3 FROM perfadvisor.refresh_advice()), 'advice is looked for');
SELECT is((SELECT count(fix_sql) + count(verify_sql) + count(undo_sql) FROM flips), 3::bigint, 'then it has one, with what verifies and what undoes it');
SELECT verify_sql AS verify FROM flips \gset
SELECT fix_sql FROM flips \gexec
:verify \gset now_
SELECT ok(:'now_exists', 'run as printed, it verifies');
CREATE TEMP TABLE plan_then (line text);
DO $$
DECLARE l text;
BEGIN
    FOR l IN EXECUTE 'EXPLAIN SELECT count(note) AS of_part FROM flipped WHERE part = 10' LOOP INSERT INTO plan_then VALUES (l); END LOOP;
END $$;
SELECT ok(EXISTS (SELECT FROM plan_then WHERE line LIKE '%Index%'), 'which gives the statement an index to read');
SELECT is(count(*), 0::bigint, 'that was not there') FROM plan_then WHERE line LIKE '%Seq Scan%';
SELECT is((SELECT count(*) FROM perfadvisor.findings AS f WHERE f.check_name = 'missing_index' AND f.object LIKE 'flipped%'), 0::bigint, 'it is not wanted any more');
SELECT is((SELECT count(fix_sql) FROM flips), 0::bigint, 'nor given as a remedy again');
SELECT * FROM finish();
