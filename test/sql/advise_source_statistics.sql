-- advise: an empty copy of the schema gives the advice of the original, by the statistics in the original's document
\unset ECHO
\i test/setup.sql
\i test/own_database.sql
\set schema 'CREATE TABLE orders (id int PRIMARY KEY, customer int, state text, total int, created timestamptz); CREATE TABLE lines (order_id int, product int, amount int); CREATE INDEX lines_product ON lines (product); CREATE DOMAIN code AS text; CREATE TABLE codes (code code, tags int[]);'
\set queries 'CREATE TABLE queries (no int GENERATED ALWAYS AS IDENTITY, query text); INSERT INTO queries (query) VALUES (''SELECT * FROM orders WHERE customer = 77''), (''SELECT * FROM orders WHERE customer = 77 ORDER BY created DESC LIMIT 10''), (''SELECT * FROM orders WHERE state = ''''open'''' AND created > now() - interval ''''1 day''''''), (''SELECT count(*) FROM orders WHERE total BETWEEN 5 AND 9''), (''SELECT * FROM orders ORDER BY created DESC LIMIT 20''), (''SELECT sum(l.amount) FROM orders o JOIN lines l ON l.order_id = o.id WHERE o.customer = 5''), (''SELECT * FROM lines WHERE order_id = 5''), (''SELECT count(*) FROM lines WHERE product = 7''), (''SELECT * FROM orders WHERE id = 5''), (''SELECT count(*) FROM orders''); CREATE FUNCTION advised(query text) RETURNS text LANGUAGE sql AS $$ SELECT string_agg(regexp_replace(ddl, '' \S+_idx\d* '', '' ''), ''; '' ORDER BY ddl) FROM perfadvisor.advise_query(query) $$;'
:schema
:queries
INSERT INTO orders SELECT n, n % 3000, CASE WHEN n % 50 = 0 THEN 'open' ELSE 'done' END, n % 997, now() - n * interval '1 min' FROM generate_series(1, 60000) n;
INSERT INTO lines SELECT n % 60000, n % 800, n % 9 FROM generate_series(1, 120000) n;
INSERT INTO codes SELECT 'code' || n % 50, ARRAY[n % 7, n % 5] FROM generate_series(1, 5000) n;
VACUUM ANALYZE orders;
VACUUM ANALYZE lines;
VACUUM ANALYZE codes;
\o /dev/null
SELECT count(*) FROM codes WHERE code = 'code7';
SELECT count(*) FROM orders JOIN lines ON order_id = id WHERE customer = 9;
SELECT pg_stat_force_next_flush() \g
\o
SELECT jsonb_object_agg(no, coalesce(advised(query), 'nothing')) AS advice FROM queries \gset
SELECT perfadvisor.export_workload() AS document, perfadvisor.export_workload(true) AS redacted \gset

\connect regression
SET client_min_messages = warning;
DROP DATABASE IF EXISTS perfadvisor_clone WITH (FORCE);
CREATE DATABASE perfadvisor_clone TEMPLATE template0;
\connect perfadvisor_clone
SET client_min_messages = warning;
CREATE EXTENSION pgtap;
CREATE EXTENSION perfadvisor;
SELECT plan(15);
CREATE TABLE other_oids ();
:schema
:queries
SELECT is((SELECT count(advised(query)) FROM queries), 0::bigint, 'of empty tables nothing is advised');
SELECT perfadvisor.import_workload(:'document', 'production') \g /dev/null
SELECT ok((SELECT count(*) = 5 AND min(rows) > 4000 FROM perfadvisor.source_tables WHERE relation IN ('public.orders', 'public.orders_pkey', 'public.lines', 'public.lines_product', 'public.codes')), 'a document has the statistics of tables that statements read, and of their indexes');
SELECT ok((SELECT count(*) >= 9 FROM queries WHERE coalesce(advised(query), 'nothing') = :'advice'::jsonb ->> no::text), 'with them the advice is the same for nine of ten statements');
SELECT is(advised('SELECT * FROM orders WHERE id = 5'), NULL, 'an index that exists is taken to be as large as there');
SELECT is(advised('SELECT count(*) FROM codes WHERE code = ''code7'''), NULL, 'statistics of a domain are left out, and do no harm');
SELECT ok((SELECT bool_and(relpages = 0 AND reltuples <= 0) FROM pg_class WHERE oid IN ('orders'::regclass, 'lines'::regclass)) AND
          NOT EXISTS (SELECT FROM pg_statistic WHERE starelid = 'orders'::regclass), 'nothing of it is written into the catalogs');
CREATE FUNCTION planned_rows(query text) RETURNS numeric LANGUAGE plpgsql AS $$ DECLARE plan jsonb; BEGIN EXECUTE 'EXPLAIN (FORMAT json) ' || query INTO plan; RETURN plan -> 0 -> 'Plan' -> 'Plan Rows'; END $$;
SELECT ok(planned_rows('SELECT * FROM lines') < 10000, 'and nobody else plans with it');

-- Values that are none
SELECT perfadvisor.import_workload(regexp_replace(:'document', '"common": "\{done,open\}"', '"common": "{done"')::jsonb, 'production') \g /dev/null
SELECT lives_ok($$ SELECT count(advised(query)) FROM queries $$, 'common values that cannot be read are left out');
SELECT throws_like(format($$ SELECT perfadvisor.import_workload(jsonb_set(%L, '{tables,0,pages}', '-5'), 'production') $$, :'document'), 'the document is damaged%', 'a table of negative size is refused');
SELECT throws_ok(format($$ SELECT perfadvisor.import_workload(jsonb_set(%L, '{tables,0,columns,0,null_share}', '"much"'), 'production') $$, :'document'), '22P02', NULL, 'so is a share that is no number');
SELECT throws_ok(format($$ SELECT perfadvisor.import_workload(jsonb_set(%L, '{tables,0,relation}', '"\""'), 'production') $$, :'document'), '22023', NULL, 'and a name that is none');
SELECT ok((SELECT count(*) >= 9 FROM queries WHERE coalesce(advised(query), 'nothing') = :'advice'::jsonb ->> no::text), 'after which what was there is still there');

-- Without constants
SELECT ok(:'redacted'::jsonb #> '{tables}' @? '$[*].columns[*] ? (@.common_shares.type() == "array")' AND
          NOT :'redacted'::jsonb #> '{tables}' @? '$[*].columns[*] ? (@.common.type() == "string" || @.bounds.type() == "string")', 'a document without constants has the shares of common values, but no value');

-- Data that is here counts
INSERT INTO orders SELECT n, n, 'done', n, now() FROM generate_series(1, 100) n;
ANALYZE orders;
SELECT is(advised('SELECT * FROM orders WHERE customer = 77'), NULL, 'as soon as there is data here it is what counts');
SELECT isnt(advised('SELECT * FROM lines WHERE order_id = 5'), NULL, 'for tables that are still empty nothing changes');
SELECT * FROM finish();
\connect regression
DROP DATABASE perfadvisor_clone WITH (FORCE);
