-- report: report_json() and advice_json() hold what reports show, with ids as texts, within bounds that do not depend on the database, and start no search
\unset ECHO
\i test/setup.sql
\i test/own_database.sql
SELECT perfadvisor.reset() \g /dev/null
-- with nothing in it, and before the plan, which is a statement, too
SELECT perfadvisor.report_json() AS doc \gset
SELECT plan(30);
SELECT set_has($$SELECT jsonb_object_keys(perfadvisor.report_json())$$,
    $$VALUES ('format'), ('generated_at'), ('database'), ('server'), ('verdict'), ('numbers'), ('findings'), ('history'), ('latencies'), ('statements'), ('advice'), ('seq_scans'), ('pool'), ('tables'), ('outcomes'), ('plan_changes'), ('slow_queries'), ('left_out')$$,
    'the document has a part for everything that reports show');
SELECT is(perfadvisor.report_json() -> 'advice', 'null', 'without a search there is no advice, and none is started');
SELECT is((SELECT count(*) FROM perfadvisor.remembered_advice()), 0::bigint, 'nor did one leave anything');
SELECT is(perfadvisor.report_json() #>> '{history,periods}', '[]', 'without snapshots there is no history');
SELECT is(:'doc'::jsonb ->> 'recorded_since', NULL, 'and nothing is recorded since');
SELECT is(perfadvisor.advice_json() -> 'index_advice', '[]', 'advice_json() is a document also without advice');
SELECT ok(perfadvisor.report_json() #>> '{verdict,sentence}' <> '' AND perfadvisor.report_json() #>> '{verdict,status}' IN ('critical', 'warning', 'info', 'unknown', 'ok'), 'there is always a verdict');

-- with statements, history and advice
CREATE TABLE orders AS SELECT i AS id, i % 5000 AS customer_id FROM generate_series(1, 50000) i;
CREATE TABLE small AS SELECT id, customer_id FROM orders LIMIT 50;
ANALYZE;
\o /dev/null
SELECT perfadvisor.snapshot();
SELECT format('SELECT count(*) /* of a customer */ FROM orders WHERE customer_id = %s', i) FROM generate_series(1, 6) AS i \gexec
SELECT perfadvisor.snapshot();
SELECT * FROM perfadvisor.refresh_advice();
\o
SELECT perfadvisor.report_json() AS doc \gset
SELECT is(jsonb_array_length(:'doc'::jsonb #> '{advice,indexes}'), 1, 'after a search its advice is there');
SELECT ok(i ->> 'ddl' LIKE 'CREATE INDEX CONCURRENTLY %;' AND i ->> 'undo_sql' LIKE 'DROP INDEX%' AND (i ->> 'workload_gain')::float8 > 0 AND NOT (i ->> 'exists')::boolean,
          'with the statement, what takes it back, and what it saves') FROM jsonb_array_elements(:'doc'::jsonb #> '{advice,indexes}') AS i;
SELECT ok(i #>> '{statements,0,plan_before}' LIKE '%Seq Scan on orders%' AND i #>> '{statements,0,plan_after}' LIKE '%Index%', 'and plans before and after') FROM jsonb_array_elements(:'doc'::jsonb #> '{advice,indexes}') AS i;
SELECT is(jsonb_typeof(i #> '{queryids,0}'), 'string', 'ids in advice are texts') FROM jsonb_array_elements(:'doc'::jsonb #> '{advice,indexes}') AS i;
SELECT is((SELECT count(*) FROM jsonb_path_query(perfadvisor.advice_json(), '$.index_advice[*].queryids[*] ? (@.type() != "string")')), 0::bigint, 'also in advice_json()');
SELECT is((SELECT count(*) FROM jsonb_path_query(perfadvisor.findings_json(), '$[*].evidence.queryids[*] ? (@.type() != "string")')), 0::bigint, 'and findings_json()');
SELECT is(perfadvisor.advice_json() #>> '{index_advice,0,queryids,0}', (SELECT queryid::text FROM perfadvisor.statements WHERE query LIKE '%of a customer%' AND datname = current_database()), 'and are those of statements');
SELECT is((SELECT s ->> 'calls' FROM jsonb_array_elements(:'doc'::jsonb -> 'statements') AS s WHERE s ->> 'query' LIKE '%of a customer%'), '6', 'a statement has its calls');
SELECT is((SELECT sum(h::bigint)::text FROM jsonb_array_elements(:'doc'::jsonb -> 'statements') AS s CROSS JOIN jsonb_array_elements_text(s -> 'histogram') AS h WHERE s ->> 'query' LIKE '%of a customer%'), '6', 'and its histogram has as many');
SELECT is((SELECT count(*) FROM jsonb_array_elements(:'doc'::jsonb -> 'statements') AS s WHERE jsonb_typeof(s -> 'queryid') <> 'string' OR s ->> 'query' LIKE '%perfadvisor.%'), 0::bigint, 'ids are texts, and what looks at perfadvisor is left out');
SELECT ok((SELECT sum((p ->> 'calls')::bigint) FROM jsonb_array_elements(:'doc'::jsonb #> '{history,periods}') AS p) >= 6, 'the history counts the calls');
SELECT ok((SELECT bool_and((p ->> 'load')::float8 >= (SELECT sum(x::float8) FROM jsonb_array_elements_text(p -> 'parts') AS x) - 0.001) FROM jsonb_array_elements(:'doc'::jsonb #> '{history,periods}') AS p), 'the parts of the load are no more than the load');
SELECT is((SELECT s ->> 'relation' FROM jsonb_array_elements(:'doc'::jsonb -> 'seq_scans') AS s LIMIT 1), 'public.orders', 'what was read from end to end is there');
SELECT ok(EXISTS (SELECT FROM jsonb_array_elements(:'doc'::jsonb -> 'tables') AS t WHERE t ->> 'name' LIKE '%orders'), 'and the tables');
CREATE INDEX other_name ON orders (customer_id);
SELECT format('ALTER INDEX other_name RENAME TO %I', split_part(perfadvisor.advice_json() #>> '{index_advice,0,undo_sql}', '.', 2)) \gexec
SELECT is(perfadvisor.report_json() #>> '{advice,indexes,0,exists}', 'true', 'an advised index that exists is marked');

-- thousands of statements with long texts of characters that take most room in a page
\o /dev/null
SELECT format('SELECT /* %s */ count(*) FROM small WHERE id > 0 %s', repeat('<>&', 600), (SELECT string_agg(CASE WHEN (i >> b) & 1 = 1 THEN '+ customer_id' ELSE '- customer_id' END, ' ') FROM generate_series(0, 10) AS b)) FROM generate_series(1, 1200) AS i \gexec
\o
SELECT cmp_ok(octet_length(perfadvisor.report_html()), '<', 1000000, 'the page stays below 1 MB with whatever texts');
SELECT perfadvisor.report_json() AS doc \gset
SELECT cmp_ok((:'doc'::jsonb #>> '{left_out,statements}')::integer + jsonb_array_length(:'doc'::jsonb -> 'statements'), '>=', 1200, 'it says how many statements are left out');
SELECT cmp_ok((:'doc'::jsonb #>> '{left_out,statements_time}')::float8, '>', 0::float8, 'and what time they took');
SELECT cmp_ok(jsonb_array_length(:'doc'::jsonb -> 'statements'), '<=', 500, 'at most 500 are shown');

-- a role without rights
DROP ROLE IF EXISTS perfadvisor_nobody;
CREATE ROLE perfadvisor_nobody;
SET ROLE perfadvisor_nobody;
SELECT perfadvisor.report_json() AS doc \gset
SELECT is(:'doc'::jsonb -> 'statements', '[]', 'a role without rights sees no statement of others');
SELECT is(ARRAY[:'doc'::jsonb -> 'advice', :'doc'::jsonb -> 'history', :'doc'::jsonb -> 'outcomes'], ARRAY['null', 'null', 'null']::jsonb[], 'nor what was made of them');
SELECT is(:'doc'::jsonb -> 'all_statements', 'false', 'and is told so');
SELECT is(perfadvisor.advice_json() -> 'index_advice', '[]', 'advice_json() shows it nothing');
RESET ROLE;
DROP ROLE perfadvisor_nobody;
SELECT * FROM finish();
