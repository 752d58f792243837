-- advise: a workload that was recorded elsewhere gives the advice that it gave there, and a bad document does no harm
\unset ECHO
\i test/setup.sql
\i test/own_database.sql
\set tables 'CREATE TABLE orders AS SELECT n AS id, n % 2000 AS customer, now() - n * interval ''1 min'' AS created, md5(n::text) AS code FROM generate_series(1, 60000) n; CREATE TABLE items AS SELECT n AS id, n % 20000 AS order_id, n % 7 AS state FROM generate_series(1, 80000) n; CREATE INDEX items_id ON items (id); ANALYZE orders; ANALYZE items;'
:tables
\o /dev/null
SELECT * FROM orders WHERE customer = 5 ORDER BY created DESC LIMIT 10;
SELECT * FROM orders WHERE customer = 6 ORDER BY created DESC LIMIT 10;
SELECT * FROM orders WHERE customer = 7 ORDER BY created DESC LIMIT 10;
PREPARE codes(text) AS SELECT id FROM orders WHERE code = $1;
EXECUTE codes(md5('5'));
EXECUTE codes(md5('7'));
SELECT count(*) FROM orders JOIN items ON items.order_id = orders.id WHERE orders.customer = 9;
SELECT count(*) /* asked by Harriet */ FROM items WHERE state = 8;
\o
SELECT string_agg(regexp_replace(ddl, ' \S+_idx ', ' '), '; ' ORDER BY ddl) AS advice FROM perfadvisor.index_advice \gset
SELECT perfadvisor.export_workload() AS document, perfadvisor.export_workload(true) AS redacted \gset
SELECT :'document'::jsonb -> 'statements' @> '[{"rolname": "postgres"}]' AS exported \gset

\connect regression
SET client_min_messages = warning;
DROP DATABASE IF EXISTS perfadvisor_clone WITH (FORCE);
CREATE DATABASE perfadvisor_clone TEMPLATE template0;
\connect perfadvisor_clone
SET client_min_messages = warning;
CREATE EXTENSION pgtap;
CREATE EXTENSION perfadvisor;
CREATE TABLE other_oids ();
:tables
SELECT plan(44);
CREATE FUNCTION advised() RETURNS text LANGUAGE sql AS
$$ SELECT string_agg(regexp_replace(ddl, ' \S+_idx ', ' '), '; ' ORDER BY ddl) FROM perfadvisor.index_advice $$;

SELECT ok(:'exported'::boolean, 'an export has the statements of the database');
SELECT is(:'document'::jsonb ->> 'format', 'perfadvisor workload', 'and says what it is');
SELECT ok(strpos(:'document', md5('7')) > 0, 'it has the constants that ran');
SELECT ok(strpos(:'redacted', md5('7')) = 0, 'but not when these are to be left out');
SELECT ok(strpos(:'document', 'Harriet') > 0 AND strpos(:'redacted', 'Harriet') = 0, 'nor the comments, which may hold some');
SELECT is(array_agg(perfadvisor.strip_comments(q) ORDER BY n), ARRAY['SELECT 1 + 2', 'SELECT ''/* a */'' || "--b" FROM t', NULL, ''], 'what only looks like a comment stays, and what cannot be read is left out')
FROM unnest(ARRAY['/* x */ SELECT 1 /* y */+ 2 -- z', 'SELECT ''/* a */'' || "--b" FROM t', 'SELECT 1 /* cut', '-- nothing']) WITH ORDINALITY AS u(q, n);
SELECT ok(:'document'::jsonb @? '$.statements[*].scans[*] ? (@.relation == "public.orders" && @.rows >= 1)', 'it says what scans of statements really returned');
SELECT is(advised(), NULL, 'where nothing ran nothing is advised');
SELECT ok(perfadvisor.import_workload(:'document', 'production') >= 4, 'the document is taken in');
SELECT is(advised(), :'advice', 'with other OIDs the advice is the same');
SELECT ok((SELECT statements >= 4 AND NOT redacted AND NOT standby AND age < interval '1 hour' FROM perfadvisor.sources WHERE source = 'production'),
          'sources shows what was taken in and how old it is');
SELECT ok(perfadvisor.import_workload(:'document', 'production') >= 4, 'taken in again');
SELECT is((SELECT count(*) FROM perfadvisor.sources), 1::bigint, 'it replaces what was there');
SELECT perfadvisor.import_workload(jsonb_set(:'document', '{indexes}', '[]'), 'production') \g /dev/null
SELECT is((SELECT problem FROM perfadvisor.index_cleanup WHERE index = 'items_id'::regclass), 'unused', 'an index that nobody scans is called unused');
SELECT perfadvisor.import_workload(jsonb_set(:'document', '{indexes}', '[{"index": "public.items_id", "relation": "public.items", "scans": 5}]'), 'production') \g /dev/null
SELECT is((SELECT count(*) FROM perfadvisor.index_cleanup WHERE index = 'items_id'::regclass), 0::bigint, 'one that is scanned there is not');

-- Without constants
SELECT ok(perfadvisor.import_workload(:'redacted', 'production') >= 4, 'a document without constants is taken in, too');
SELECT ok(advised() LIKE '%customer%' AND advised() LIKE '%(code)%', 'and leads to advice');
SELECT perfadvisor.remove_source('production') \g /dev/null
SELECT is(advised(), NULL, 'without the source there is no advice');

-- Roles
SELECT perfadvisor.import_workload(replace(:'document', '"rolname": "postgres"', '"rolname": "nobody there"')::jsonb, 'production') \g /dev/null
SELECT is(advised(), NULL, 'statements of a role that does not exist here are not planned');
SELECT ok((SELECT bool_and(reason LIKE '%role%production%') FROM perfadvisor.unadvised_statements WHERE query LIKE '%FROM orders%'), 'and it is said why');
SELECT perfadvisor.import_workload(replace(:'document', '"rolname": "postgres"', '"rolname": "nobody there"')::jsonb, 'production', 'postgres') \g /dev/null
SELECT is(advised(), :'advice', 'unless a role is given for them');

-- Bad documents
SELECT throws_like($$ SELECT perfadvisor.import_workload('{"format": "something"}', 'production') $$, 'the document is not a workload', 'another document is an error');
SELECT throws_like(format($$ SELECT perfadvisor.import_workload(%L::jsonb || '{"version": 2}', 'production') $$, :'document'), 'the document has a version%', 'so is another version');
SELECT throws_like(format($$ SELECT perfadvisor.import_workload(jsonb_set(%L, '{statements,0,calls}', '"many"'), 'production') $$, :'document'), 'the document is damaged%', 'and a number that is none');
SELECT throws_like(format($$ SELECT perfadvisor.import_workload(jsonb_set(%L, '{statements,0,samples}', '[{"query": 5}]'), 'production') $$, :'document'), 'the document is damaged%', 'and a sample without its parts');
SELECT throws_like(format($$ SELECT perfadvisor.import_workload(jsonb_set(%L, '{statements,0,samples,0,executions}', '-1'), 'production') $$, :'document'), 'the document is damaged%', 'and one that ran less than never');
SELECT throws_like(format($$ SELECT perfadvisor.import_workload(jsonb_set(%L, '{statements,0,samples,0,sampled_executions}', '"all"'), 'production') $$, :'document'), 'the document is damaged%', 'or nobody knows how often');
SELECT throws_like(format($$ SELECT perfadvisor.import_workload(jsonb_set(%L, '{statements,0,scans}', '[{"relation": "orders", "rows": -1}]'), 'production') $$, :'document'), 'the document is damaged%', 'and a scan of less than no rows');
SELECT throws_ok(format($$ SELECT perfadvisor.import_workload(jsonb_set(%L, '{statements,0,scans}', '[{"relation": "\"", "rows": 1}]'), 'production') $$, :'document'), '22023', NULL, 'and one of a table whose name is none');
SELECT throws_ok(format($$ SELECT perfadvisor.import_workload(left(%L, -20)::jsonb, 'production') $$, :'document'), '22P02', NULL, 'and a document that was cut off');
SELECT throws_ok($$ SELECT perfadvisor.import_workload(('{"format": "perfadvisor workload", "version": 1, "statements": ' || repeat('[', 1000000))::jsonb, 'production') $$, '54001', NULL, 'and one that is nested too deep');
SELECT throws_like($$ SELECT perfadvisor.import_workload(jsonb_build_object('format', 'perfadvisor workload', 'version', 1, 'indexes', '[]'::jsonb, 'statements', (SELECT jsonb_agg('{}'::jsonb) FROM generate_series(1, 100001))), 'production') $$, 'the document has more than 100000 statements', 'and one of too many statements');
SELECT throws_ok($$ SELECT perfadvisor.import_workload('{"format": "' || repeat('x', 270000000) || '"}', 'production') $$, 'P0001', 'the document is larger than 256 MB', 'and one of more than 256 MB');
SELECT is(advised(), :'advice', 'after which what was there is still there');
SELECT perfadvisor.import_workload(jsonb_set(:'document', '{statements,0,samples,0,query}', '"DROP TABLE orders; SELECT 1"'), 'production') \g /dev/null
SELECT lives_ok('SELECT advised()', 'hostile text is planned by nobody');

-- Statements of several servers
SELECT perfadvisor.import_workload(:'document', 'production') \g /dev/null
SELECT sum(calls) AS calls FROM perfadvisor.index_advice_statements WHERE query LIKE '%code =%' \gset
SELECT is((SELECT array_agg(DISTINCT s) FROM perfadvisor.index_advice_statements, unnest(sources) s), '{production}', 'advice says which servers its statements ran on');
SELECT perfadvisor.import_workload(:'document', 'second') \g /dev/null
SELECT is((SELECT sum(calls) FROM perfadvisor.index_advice_statements WHERE query LIKE '%code =%'), :calls * 2.0, 'a statement that ran on two servers is one, with the executions of both');
SELECT is((SELECT array_agg(DISTINCT s) FROM perfadvisor.index_advice_statements, unnest(sources) s), '{production,second}', 'and names both');
SELECT is(advised(), :'advice', 'the advice is the same');
SELECT ok((SELECT count(*) = 1 AND min(sources) = '{production,second}' AND min(calls) = 2 * min((by_source #>> '{second,calls}')::int) AND NOT bool_or(by_source ? '')
           FROM perfadvisor.fleet_statements WHERE query LIKE '%code = $1%'), 'fleet_statements has it once, with what each server did');
SELECT id FROM orders WHERE customer = 5 \g /dev/null
SELECT ok((SELECT sources = '{}' AND by_source ? '' AND calls = 1 FROM perfadvisor.fleet_statements WHERE query = 'SELECT id FROM orders WHERE customer = $1'), 'what ran here alone is there as well');
SELECT ok((SELECT abs(sum(time_share) FILTER (WHERE toplevel) - 1) < 1e-6 FROM perfadvisor.fleet_statements), 'the shares of all add up to one');
SELECT count(*) FROM perfadvisor.refresh_advice() \g /dev/null
SELECT ok((SELECT count(*) >= 2 AND bool_and(sources = '{production,second}') FROM perfadvisor.findings WHERE check_name = 'missing_index'), 'findings name the servers that their statements ran on');
SELECT perfadvisor.remove_source('second') \g /dev/null
CREATE ROLE sources_nobody;
SET ROLE sources_nobody;
SELECT throws_ok($$ SELECT perfadvisor.import_workload('{}', 'x') $$, '42501', NULL, 'a role without rights takes nothing in');
RESET ROLE;
DROP ROLE sources_nobody;
SELECT * FROM finish();
\connect regression
DROP DATABASE perfadvisor_clone WITH (FORCE);
