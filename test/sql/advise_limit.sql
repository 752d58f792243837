-- advise: an order is not advised for a LIMIT that executions did not reach, since all of the index would be read
\unset ECHO
\i test/setup.sql
\i test/own_database.sql
ALTER DATABASE perfadvisor_test SET random_page_cost = 1.1;
\connect
-- The planner does not know that a and b never differ, and c and d always do
CREATE TABLE item (id int PRIMARY KEY, a int NOT NULL, b int NOT NULL, c int NOT NULL, d int NOT NULL, place int NOT NULL, filler text NOT NULL);
INSERT INTO item SELECT i, i % 97, i % 97, i % 89, 100 + i % 89, (i::bigint * 7919) % 60013, repeat('f', 80) FROM generate_series(1, 60000) AS i;
VACUUM ANALYZE item;
SELECT plan(6);

SELECT perfadvisor.reset() IS NOT NULL AS done \gset
\o /dev/null
SELECT format('SELECT filler FROM item WHERE a <> b + %s - %s ORDER BY place LIMIT 20', n, n) FROM generate_series(1, 20) AS n \gexec
\o
SELECT is((SELECT string_agg(ddl, '; ') FROM perfadvisor.index_advice), NULL, 'an order that would be read to its end is not advised');

SELECT perfadvisor.reset() IS NOT NULL AS done \gset
\o /dev/null
SELECT format('SELECT filler FROM item WHERE c <> d + %s - %s ORDER BY place LIMIT 20', n, n) FROM generate_series(1, 20) AS n \gexec
\o
SELECT alike((SELECT string_agg(ddl, '; ') FROM perfadvisor.index_advice), '%btree (place)', 'one of which a few rows are enough is');

-- Nobody has executed what is only asked about
SELECT alike((SELECT string_agg(ddl, '; ') FROM perfadvisor.advise_query('SELECT filler FROM item WHERE a <> b ORDER BY place LIMIT 20')), '%btree (place)', 'and without an execution the estimate counts');

-- A condition that three in four rows meet stands before the order, too: the others would be read in vain
\i test/plan_of.sql
CREATE TABLE post (id int PRIMARY KEY, author int NOT NULL, state int NOT NULL, lang int NOT NULL, posted int NOT NULL, filler text NOT NULL);
INSERT INTO post SELECT i, (i::bigint * 7919) % 211, CASE WHEN (i::bigint * 104729) % 100 < 72 THEN 9 ELSE i % 9 END, CASE WHEN i % 30 = 0 THEN i % 7 ELSE 7 END, (i::bigint * 7907) % 60013, repeat('f', 80)
FROM generate_series(1, 60000) AS i;
VACUUM ANALYZE post;
SELECT replace(ddl, 'CONCURRENTLY ', '') FROM perfadvisor.advise_query('SELECT filler FROM post WHERE author = 7 AND state = 9 ORDER BY posted LIMIT 20') \gexec
ANALYZE post;
SELECT matches(plan_of('SELECT filler FROM post WHERE author = 7 AND state = 9 ORDER BY posted LIMIT 20'), 'Index Cond: \(\(author = 7\) AND \(state = 9\)\)',
               'what three in four rows meet is looked up in the index');
SELECT unalike(plan_of('SELECT filler FROM post WHERE author = 7 AND state = 9 ORDER BY posted LIMIT 20'), '%Sort%', 'which has the order behind it');
SELECT format('DROP INDEX %s', indexrelid::regclass) FROM pg_index WHERE indrelid = 'post'::regclass AND NOT indisprimary \gexec
SELECT unalike((SELECT string_agg(ddl, '; ') FROM perfadvisor.advise_query('SELECT filler FROM post WHERE author = 7 AND lang = 7 ORDER BY posted LIMIT 20')), '%lang%',
               'what nearly all rows meet is not');
SELECT * FROM finish();
