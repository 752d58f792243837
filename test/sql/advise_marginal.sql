-- advise: a table gets indexes that are clearly worth it; those that only just are come with them, but not alone
\unset ECHO
\i test/setup.sql
\i test/own_database.sql
CREATE TABLE visit (page int NOT NULL, who int NOT NULL, agent text NOT NULL);
CREATE TABLE event (kind int NOT NULL, happened timestamptz NOT NULL DEFAULT now(), what text NOT NULL);
INSERT INTO visit SELECT i % 100, i % 5000, repeat('a', 10) FROM generate_series(1, 10000) AS i;
INSERT INTO event SELECT i % 20000, now(), repeat('e', 40) FROM generate_series(1, 100000) AS i;
VACUUM ANALYZE visit, event;
SELECT perfadvisor.reset() IS NOT NULL AS done \gset
\o /dev/null
SELECT * FROM visit WHERE page = 5;
SELECT * FROM visit WHERE who = 5;
INSERT INTO visit SELECT 5, 7, 'a' FROM generate_series(1, 10);
SELECT avg(length(what)) FROM event;
SELECT * FROM event WHERE kind = 5;
\o
SELECT perfadvisor.export_workload() AS document \gset
SELECT perfadvisor.reset() IS NOT NULL AS done \gset

-- Each of these executions took a millisecond, so that chance has no part in it
CREATE FUNCTION workload(document jsonb, executions jsonb) RETURNS jsonb LANGUAGE sql AS $$
SELECT jsonb_set(document, '{statements}', jsonb_agg(s || jsonb_build_object('calls', e.value::bigint, 'rows', e.value::bigint * (s ->> 'rows')::bigint, 'total_exec_time', e.value::bigint)))
FROM jsonb_array_elements(document -> 'statements') AS s JOIN jsonb_each_text(executions) AS e ON s ->> 'query' LIKE e.key $$;
-- The columns of the advised indexes
CREATE FUNCTION advised(document jsonb, executions jsonb) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    PERFORM perfadvisor.import_workload(workload(document, executions), 'elsewhere');
    RETURN (SELECT coalesce(string_agg(substring(ddl FROM 'USING \w+ \((\w+)'), ' ' ORDER BY ddl), 'nothing') FROM perfadvisor.index_advice);
END $$;
CREATE TABLE found AS
SELECT n, advised(:'document', e) AS alone, advised(:'document', e || '{"%WHERE who%": 100000}') AS in_company
FROM generate_series(1, 40) AS n, LATERAL (SELECT jsonb_build_object('INSERT INTO visit%', 20000, '%WHERE page%', (100 * 1.2 ^ n)::int) AS e) AS e;
SELECT plan(9);

SELECT is((SELECT (alone, in_company)::text FROM found WHERE n = 1), '(nothing,who)', 'few executions do not pay for an index on a table that is written a lot');
SELECT is((SELECT (alone, in_company)::text FROM found WHERE n = 40), '(page,"page who")', 'many do');
SELECT cmp_ok((SELECT min(n) FROM found WHERE in_company = 'page who'), '<', (SELECT min(n) FROM found WHERE alone = 'page'), 'some only just pay: then it comes with another index');
SELECT is((SELECT count(*) FROM found WHERE alone = 'page' AND in_company <> 'page who'), 0::bigint, 'and what comes alone comes with others, too');
SELECT min(n) AS n FROM found WHERE in_company = 'page who' \gset
SELECT advised(:'document', jsonb_build_object('INSERT INTO visit%', 20000, '%WHERE page%', (100 * 1.2 ^ :n)::int)) \g /dev/null
SELECT ok(EXISTS (SELECT FROM perfadvisor.index_advice_rejected WHERE ddl LIKE '%(page%' AND reason LIKE '%the indexes that it has'), 'when it does not come, that is said');

SELECT is(advised(:'document', '{"%WHERE who%": 1000, "%avg(%": 100000}'), 'who', 'one hundredth of the time is worth an index');
SELECT is(advised(:'document', '{"%WHERE who%": 20, "%avg(%": 100000}'), 'nothing', 'one five-thousandth is not');
SELECT is(advised(:'document', '{"%WHERE who%": 20}'), 'who', 'unless that is all there is');
SELECT is(advised(:'document', '{"%WHERE kind%": 20, "%avg(%": 100000}'), 'kind', 'or executions get milliseconds faster');
SELECT * FROM finish();
