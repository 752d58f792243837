-- advise: columns are included where index-only scans are real, and not where the visibility map or the row's width speak against it
\unset ECHO
\i test/setup.sql
\i test/own_database.sql
CREATE TABLE sale (id int PRIMARY KEY, shop int, article int, amount numeric(10, 2), note text, filler text);
ALTER TABLE sale SET (autovacuum_enabled = false);
INSERT INTO sale SELECT i, (i::bigint * 7919) % 60, (i::bigint * 104729) % 500, (i % 1000) / 10.0, repeat('n', 60), repeat('f', 200) FROM generate_series(1, 30000) i;
VACUUM ANALYZE sale;

CREATE FUNCTION advice(query text) RETURNS text LANGUAGE sql AS
$$SELECT string_agg(ddl, '; ' ORDER BY rank, step) FROM perfadvisor.advise_query(query)$$;

CREATE FUNCTION index_name_of(ddl text) RETURNS text LANGUAGE sql AS
$$SELECT substring(ddl FROM 'CONCURRENTLY ([^ ]+) ')$$;
\i test/plan_of.sql

SELECT plan(22);
SELECT cmp_ok((SELECT relallvisible FROM pg_class WHERE oid = 'sale'::regclass), '>', 1000, 'after VACUUM the pages are all-visible');
SELECT matches(advice('SELECT sum(amount) FROM sale WHERE shop = 7'), '(INCLUDE \(amount\)|\(shop, amount\))', 'a sum over many rows gets the summed column included');
SELECT is((SELECT kind FROM perfadvisor.advise_query('SELECT sum(amount) FROM sale WHERE shop = 7')), 'covering', '... and the kind says so');
SELECT unalike(coalesce(advice('SELECT sum(amount) FROM sale WHERE id = 7'), ''), '%INCLUDE%', 'a look-up of one row does not');
SELECT matches(advice('SELECT max(note) FROM sale WHERE shop = 7'), '^[^;]*btree \(shop(, note)?\)$', 'wide columns are not included');
SELECT matches(advice('SELECT * FROM sale WHERE shop = 7'), '^[^;]*btree \(shop\)$', 'where all columns are read, none is included');
SELECT matches(coalesce(advice('SELECT amount FROM sale WHERE shop = 7 LIMIT 3'), ''), '^[^;]*btree \(shop\)$|^$', 'where few rows are fetched, none is included');

-- Really created, the index is read alone
CREATE TABLE plans (line text);
DO $$
DECLARE
    ddl text := (SELECT a.ddl FROM perfadvisor.advise_query('SELECT sum(amount) FROM sale WHERE shop = 7') a);
    l text;
BEGIN
    EXECUTE replace(ddl, 'CONCURRENTLY ', '');
    FOR l IN EXPLAIN SELECT sum(amount) FROM sale WHERE shop = 7 LOOP
        INSERT INTO plans VALUES (l);
    END LOOP;
    EXECUTE 'DROP INDEX ' || index_name_of(ddl);
END $$;
SELECT isnt((SELECT count(*) FROM plans WHERE line ~ 'Index Only Scan'), 0::bigint, 'the created index is scanned without the table');

-- What several statements read is included in one index
SELECT perfadvisor.reset() IS NOT NULL AS done \gset
\o /dev/null
SELECT format('SELECT sum(%I) FROM sale WHERE shop = %s', what, n) FROM generate_series(1, 8) AS n, unnest(ARRAY['article', 'amount']) AS what \gexec
\o
SELECT is((SELECT count(*) FROM perfadvisor.index_advice), 1::bigint, 'two sums over the same rows get one index');
SELECT replace(ddl, 'CONCURRENTLY ', '') AS ddl, index_name_of(ddl) AS name FROM perfadvisor.index_advice \gset
:ddl;
VACUUM ANALYZE sale;
SELECT matches(plan_of('SELECT sum(article) FROM sale WHERE shop = 7'), 'Index Only Scan', 'which one of them reads alone');
SELECT matches(plan_of('SELECT sum(amount) FROM sale WHERE shop = 7'), 'Index Only Scan', 'and the other one, too');
DROP INDEX :name;

-- An update of every row takes the visibility map away
UPDATE sale SET filler = 'g' || filler;
ANALYZE sale;
SELECT is((SELECT relallvisible FROM pg_class WHERE oid = 'sale'::regclass), 0, 'after updates of all rows no page is all-visible');
SELECT matches(advice('SELECT sum(amount) FROM sale WHERE shop = 7'), '^[^;]*btree \(shop\)$', 'then nothing is included');
VACUUM sale;
SELECT matches(advice('SELECT sum(amount) FROM sale WHERE shop = 7'), 'INCLUDE', 'after VACUUM it is again');
SELECT is(advice('SELECT sum(amount) FROM sale'), NULL, 'a sum over the whole table gets nothing');

-- One row in six is on every page, so that without included columns reading the table is as good
CREATE TABLE performed (id int PRIMARY KEY, code int NOT NULL, minutes int NOT NULL, done date NOT NULL, filler text NOT NULL);
INSERT INTO performed SELECT i, (i::bigint * 7919) % 6, (i::bigint * 104729) % 500, '2024-01-01'::date + (i::bigint * 7907 % 900)::int, repeat('f', 220) FROM generate_series(1, 40000) AS i;
VACUUM ANALYZE performed;
CREATE FUNCTION cost_of(query text) RETURNS float8 LANGUAGE plpgsql AS $$
DECLARE plan json;
BEGIN EXECUTE 'EXPLAIN (FORMAT json) ' || query INTO plan; RETURN plan #>> '{0,Plan,Total Cost}'; END $$;
SELECT cost_of('SELECT sum(minutes) FROM performed WHERE code = 3') AS before, replace(ddl, 'CONCURRENTLY ', '') AS ddl, index_name_of(ddl) AS name
FROM perfadvisor.advise_query('SELECT sum(minutes) FROM performed WHERE code = 3') \gset
:ddl;
VACUUM ANALYZE performed;
SELECT matches(plan_of('SELECT sum(minutes) FROM performed WHERE code = 3'), 'Index Only Scan', 'one with them is advised, and scanned without the table');
SELECT cmp_ok(cost_of('SELECT sum(minutes) FROM performed WHERE code = 3'), '<', :before::float8 * 0.4, 'for less than two fifths of the cost');
SELECT is(advice('SELECT sum(minutes) FROM performed WHERE code = 3'), NULL, 'after which there is nothing more to advise');
DROP INDEX :name;
SELECT is(advice('SELECT sum(minutes) FROM performed WHERE code > 0'), NULL, 'a sum over most of the rows gets none');
SELECT is(advice('SELECT sum(minutes), max(filler) FROM performed WHERE code = 3'), NULL, 'nor does one that reads a wide column');

-- An index for an order, and one with included columns that begins alike, are one
SELECT perfadvisor.reset() IS NOT NULL AS done \gset
\o /dev/null
SELECT format('SELECT sum(amount) FROM sale WHERE shop = %s', n) FROM generate_series(1, 8) AS n \gexec
SELECT format('SELECT note FROM sale WHERE shop = %s ORDER BY article LIMIT 5', n) FROM generate_series(1, 8) AS n \gexec
\o
SELECT is((SELECT count(*) FROM perfadvisor.index_advice), 1::bigint, 'an order and a sum of the same rows get one index');
SELECT replace(ddl, 'CONCURRENTLY ', '') FROM perfadvisor.index_advice \gexec
VACUUM ANALYZE sale;
SELECT ok(plan_of('SELECT sum(amount) FROM sale WHERE shop = 7') ~ 'Index Only Scan' AND plan_of('SELECT note FROM sale WHERE shop = 7 ORDER BY article LIMIT 5') !~ 'Sort',
          'which gives the order and is scanned without the table');
SELECT * FROM finish();
