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
SELECT plan(3);

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
SELECT * FROM finish();
