-- advise: within a budget of bytes or indexes the set is one that saves most, not what saves most for its size alone
\unset ECHO
\i test/setup.sql
\i test/own_database.sql
-- The index on the small table saves more for each byte, the one on the large table more in all
CREATE TABLE small (id int PRIMARY KEY, k int NOT NULL, filler text NOT NULL);
INSERT INTO small SELECT i, (i::bigint * 7919) % 20011, repeat('f', 200) FROM generate_series(1, 20000) AS i;
CREATE TABLE large (id int PRIMARY KEY, k int NOT NULL, filler text NOT NULL);
INSERT INTO large SELECT i, (i::bigint * 7919) % 60013, repeat('f', 40) FROM generate_series(1, 60000) AS i;
VACUUM ANALYZE;
CREATE FUNCTION on_tables(budget bigint, most int) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(relation::text, ', ' ORDER BY relation::text)
    FROM perfadvisor.advise(ARRAY['SELECT filler FROM small WHERE k = 7', 'SELECT filler FROM large WHERE k = 7'], storage_budget := budget, max_indexes := most)
$$;
CREATE FUNCTION cost_of(query text) RETURNS float8 LANGUAGE plpgsql AS $$
DECLARE plan json;
BEGIN EXECUTE 'EXPLAIN (FORMAT json) ' || query INTO plan; RETURN plan #>> '{0,Plan,Total Cost}'; END $$;
SELECT plan(8);

SELECT perfadvisor.what_if_size('CREATE INDEX ON small (k)') AS small_bytes, perfadvisor.what_if_size('CREATE INDEX ON large (k)') AS large_bytes \gset
SELECT cmp_ok(cost_of('SELECT filler FROM small WHERE k = 7') / :small_bytes, '>', cost_of('SELECT filler FROM large WHERE k = 7') / :large_bytes,
              'the small index saves more for its size');
SELECT cmp_ok(cost_of('SELECT filler FROM small WHERE k = 7'), '<', cost_of('SELECT filler FROM large WHERE k = 7'), 'and less in all');
SELECT is(on_tables(:small_bytes + :large_bytes + 32768, NULL), 'large, small', 'where both fit, both are advised');
SELECT is(on_tables(:large_bytes + 16384, NULL), 'large', 'where there is room for one of them, the one that saves more is');
SELECT is(on_tables(:small_bytes + 16384, NULL), 'small', 'and where only the small one fits, that');
SELECT is(on_tables(8192, NULL), NULL, 'where none fits, none');
SELECT is(on_tables(NULL, 1), 'large', 'of one index the same is true');
SELECT cmp_ok((SELECT sum(index_bytes)::bigint FROM perfadvisor.advise(ARRAY['SELECT filler FROM small WHERE k = 7', 'SELECT filler FROM large WHERE k = 7'],
               storage_budget := :large_bytes + 16384)), '<=', :large_bytes::bigint + 16384, 'what is advised keeps within the budget');
SELECT * FROM finish();
