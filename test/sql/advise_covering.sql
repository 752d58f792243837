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

SELECT plan(15);
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
SELECT * FROM finish();
