-- advise: statements on shards of Citus, recorded on workers, are advised for as statements on the distributed table
\unset ECHO
\i test/setup.sql
\i test/own_database.sql
SELECT plan(19);

-- What Citus's catalogs say of two tables with two shards each, as citus_shards() returns it; a long name has a hash in its shards' names
\set shards '[{"schema": "public", "shard": "orders_102008", "relation": "orders"}, {"schema": "public", "shard": "orders_102009", "relation": "orders"}, {"schema": "public", "shard": "orders_pkey_102008", "relation": "orders_pkey"}, {"schema": "public", "shard": "orders_pkey_102009", "relation": "orders_pkey"}, {"schema": "Big Shop", "shard": "Line items_102010", "relation": "Line items"}, {"schema": "data", "shard": "a_name_that_is_so_long_that_citus_cut_it_and_04e1b5f0_102011", "relation": "a_name_that_is_so_long_that_citus_cut_it_and_put_a_hash_there"}]'
CREATE TABLE names AS SELECT array_agg(schema) AS schemas, array_agg(shard) AS shards, array_agg(relation) AS relations FROM jsonb_to_recordset(:'shards') AS n(schema text, shard text, relation text);
CREATE FUNCTION renamed(query text) RETURNS text LANGUAGE sql AS $$ SELECT perfadvisor.rename_relations(query, schemas, shards, relations) FROM names $$;
SELECT is(renamed('SELECT count(*) FROM public.orders_102008 orders WHERE (orders.customer OPERATOR(pg_catalog.=) $1)'),
          'SELECT count(*) FROM public.orders orders WHERE (orders.customer OPERATOR(pg_catalog.=) $1)', 'a shard becomes its table');
SELECT is(renamed('SELECT orders_102009.id FROM orders_102009'), 'SELECT orders.id FROM orders', 'also without a schema, and before a column');
SELECT is(renamed('SELECT * FROM "Big Shop"."Line items_102010" l JOIN data.a_name_that_is_so_long_that_citus_cut_it_and_04e1b5f0_102011 ON true'),
          'SELECT * FROM "Big Shop"."Line items" l JOIN data.a_name_that_is_so_long_that_citus_cut_it_and_put_a_hash_there ON true', 'names are quoted where they must be, and keywords may be schemas');
SELECT is(renamed('/* tenant 5 */ SELECT ''public.orders_102008'' /* orders_102008 */ FROM other.orders_102008, public.orders_102007, public.Orders_102008'),
          'SELECT ''public.orders_102008'' /* orders_102008 */ FROM other.orders_102008, public.orders_102007, public.orders', 'constants, comments, other schemas and unknown shards stay as they are');
SELECT is(renamed('SELECT * FROM public.orders_102008 WHERE a = ''cut o'), 'SELECT * FROM public.orders_102008 WHERE a = ''cut o', 'so does a text that is cut off');
SELECT is(renamed(''), '', 'or empty');
SELECT throws_ok($$ SELECT perfadvisor.rename_relations('SELECT 1', '{a}', '{b,c}', '{d}') $$, '2202E', NULL, 'as many names as other names are needed');

-- Two workers that have recorded for real, each with one shard
CREATE TABLE orders_102008 AS SELECT n AS id, n % 3000 AS customer, n % 50 AS state FROM generate_series(1, 60000) n;
ALTER TABLE orders_102008 ADD CONSTRAINT orders_pkey_102008 PRIMARY KEY (id);
CREATE TABLE orders_102009 AS SELECT * FROM orders_102008 WHERE id < 30000;
CREATE TABLE local AS SELECT * FROM orders_102008;
VACUUM ANALYZE orders_102008;
VACUUM ANALYZE orders_102009;
\o /dev/null
SELECT count(*) AS count FROM public.orders_102008 orders WHERE (customer OPERATOR(pg_catalog.=) 7);
SELECT count(*) AS count FROM public.orders_102008 orders WHERE (customer OPERATOR(pg_catalog.=) 8);
SELECT count(*) AS count FROM public.orders_102009 orders WHERE (customer OPERATOR(pg_catalog.=) 9);
SELECT state FROM public.orders_102008 orders WHERE (id OPERATOR(pg_catalog.=) 9);
SELECT count(*) FROM local WHERE customer = 7;
SELECT pg_stat_force_next_flush();
\o
SELECT perfadvisor.export_workload() AS document \gset
SELECT perfadvisor.map_shards(ARRAY[:'document', :'document']::jsonb[], :'shards') AS mapped \gset
SELECT ok(strpos(:'mapped', 'orders_10200') = 0, 'the document of the workers names no shard');
SELECT is((SELECT sum(calls) || ' in ' || count(*) FROM jsonb_to_recordset(:'mapped'::jsonb -> 'statements') AS s(query text, calls int) WHERE query LIKE 'SELECT count(*) AS count FROM public.orders orders%'), '6 in 1', 'a statement on several shards and workers is one');
SELECT is((SELECT count(*) FROM jsonb_to_recordset(:'mapped'::jsonb -> 'statements') AS s(query text) WHERE query LIKE '%FROM local%'), 0::bigint, 'what names no shard is no part of it');
SELECT ok((SELECT bool_and(jsonb_array_length(samples) BETWEEN 1 AND 4) FROM jsonb_to_recordset(:'mapped'::jsonb -> 'statements') AS s(samples jsonb)), 'it keeps a few samples of each');
SELECT is(:'mapped'::jsonb #>> '{indexes,0,index}' || ' ' || (:'mapped'::jsonb #>> '{indexes,0,relation}') || ' ' || ((:'mapped'::jsonb #>> '{indexes,0,scans}')::int >= 2), 'public.orders_pkey public.orders true', 'scans of shards'' indexes are those of the table''s');
SELECT is((SELECT rows FROM jsonb_to_recordset(:'mapped'::jsonb -> 'tables') AS t(relation text, rows float8) WHERE relation = 'public.orders'), 60000::float8, 'the table is planned as large as its largest shard');

-- The coordinator: the table is there, its rows are not
DROP TABLE orders_102008, orders_102009, local;
CREATE TABLE orders (id int PRIMARY KEY, customer int, state int);
SELECT perfadvisor.reset() \g /dev/null
SELECT ok(perfadvisor.import_workload(:'mapped', 'workers') >= 2, 'the coordinator takes it in');
SELECT is((SELECT string_agg(ddl, '; ') FROM perfadvisor.index_advice), 'CREATE INDEX CONCURRENTLY orders_customer_idx ON public.orders USING btree (customer)', 'and prints the index that the distributed table wants');
SELECT is((SELECT count(*) FROM perfadvisor.index_cleanup WHERE index = 'orders_pkey'::regclass), 0::bigint, 'an index that shards use is not called unused');
SELECT is((SELECT count(*) FROM perfadvisor.citus_shards()), 0::bigint, 'without Citus there are no shards');
SELECT perfadvisor.add_source('citus', 'citus:workers') \g /dev/null
SELECT is(perfadvisor.pull_sources(), 0, 'workers cannot be asked then');
SELECT is((SELECT error FROM perfadvisor.sources WHERE source = 'citus'), 'extension "citus" is needed to gather the workload of its workers', 'and it is said why');
SELECT * FROM finish();
