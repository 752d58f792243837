-- advise: a value that is far more common than the others counts, whatever the type of the constants that ran, though no sampled execution had it
\unset ECHO
\i test/setup.sql
\i test/own_database.sql
ALTER DATABASE perfadvisor_test SET random_page_cost = 1.1;
\connect
CREATE TABLE message (thread bigint NOT NULL, room varchar(20) NOT NULL, evenly bigint NOT NULL, sent timestamptz NOT NULL, body text NOT NULL);
-- Thread 1 and room r1 have 2000 messages, the others 12 each
INSERT INTO message SELECT t, 'r' || t, 1 + i % 5000, '2026-11-01'::timestamptz - i * interval '1 s', repeat(md5(i::text), 4)
FROM generate_series(1, 60000) AS i, LATERAL (SELECT CASE WHEN i % 30 = 0 THEN 1 ELSE 2 + i % 5000 END AS t) AS s;
CREATE INDEX ON message (thread);
CREATE INDEX ON message (room);
CREATE INDEX ON message (evenly);
VACUUM ANALYZE message;
CREATE FUNCTION cost_of(statement text) RETURNS float8 LANGUAGE plpgsql AS $$
DECLARE plan json;
BEGIN
    EXECUTE 'EXPLAIN (FORMAT JSON) ' || statement INTO plan;
    RETURN (plan #>> '{0,Plan,Total Cost}')::float8;
END $$;
SELECT plan(12);

-- An order that the 12 messages of a thread are in at once, and 2000 are not
SELECT perfadvisor.reset() IS NOT NULL AS done \gset
\o /dev/null
SELECT format('SELECT body FROM message WHERE evenly = %s ORDER BY sent DESC LIMIT 30', 2 + n) FROM generate_series(1, 30) AS n \gexec
\o
SELECT is((SELECT count(*) FROM perfadvisor.index_advice), 0::bigint, 'where values are spread evenly an order of a few rows is not advised');

SELECT perfadvisor.reset() IS NOT NULL AS done \gset
\o /dev/null
SELECT format('SELECT body FROM message WHERE thread = %s ORDER BY sent DESC LIMIT 30', 2 + n) FROM generate_series(1, 30) AS n \gexec
SELECT format('SELECT body FROM message WHERE room = %L ORDER BY sent DESC LIMIT 30', 'r' || 2 + n) FROM generate_series(1, 30) AS n \gexec
\o
CREATE TABLE before AS
SELECT cost_of('SELECT body FROM message WHERE thread = 1 ORDER BY sent DESC LIMIT 30') AS thread,
       cost_of($$ SELECT body FROM message WHERE room = 'r1' ORDER BY sent DESC LIMIT 30 $$) AS room;
SELECT replace(ddl, 'CONCURRENTLY ', '') FROM perfadvisor.index_advice ORDER BY rank, step \gexec
ANALYZE message;
SELECT cmp_ok(cost_of('SELECT body FROM message WHERE thread = 1 ORDER BY sent DESC LIMIT 30'), '<', (SELECT thread / 10 FROM before),
              'a bigint column is advised the order, for its most common value, where the constants were integers');
SELECT cmp_ok(cost_of($$ SELECT body FROM message WHERE room = 'r1' ORDER BY sent DESC LIMIT 30 $$), '<', (SELECT room / 10 FROM before),
              'and a varchar column, where they were text');

SELECT perfadvisor.reset() IS NOT NULL AS done \gset
\o /dev/null
SELECT format('SELECT body FROM message WHERE thread = %s ORDER BY sent DESC LIMIT 30', 2 + n) FROM generate_series(1, 30) AS n \gexec
SELECT format('SELECT body FROM message WHERE room = %L ORDER BY sent DESC LIMIT 30', 'r' || 2 + n) FROM generate_series(1, 30) AS n \gexec
\o
SELECT is((SELECT count(*) FROM perfadvisor.index_advice), 0::bigint, 'and then nothing is advised any more');

-- How many executions were for the common value is told by the rows that all of them returned
DROP TABLE before;
SELECT perfadvisor.reset() IS NOT NULL AS done \gset
\o /dev/null
SELECT format('DROP INDEX %s', indexrelid::regclass) FROM pg_index WHERE indrelid = 'message'::regclass AND indnatts > 1 \gexec
SELECT format('SELECT body FROM message WHERE thread = %s ORDER BY sent DESC LIMIT 200', n) FROM generate_series(1, 8) AS n \gexec
\o
SELECT perfadvisor.export_workload() AS document \gset
SELECT perfadvisor.reset() IS NOT NULL AS done \gset
CREATE FUNCTION share_saved(document jsonb, mean_rows numeric, sampled int DEFAULT 8, sample jsonb DEFAULT '{}') RETURNS float8 LANGUAGE plpgsql AS $$
BEGIN
    PERFORM perfadvisor.import_workload((
        SELECT jsonb_set(document, '{statements}', jsonb_agg(s || jsonb_build_object('calls', 10000, 'rows', (mean_rows * 10000)::bigint, 'total_exec_time', 100000, 'samples',
               (SELECT jsonb_agg(p || format('{"exec_time": 10, "executions": 1, "sampled_executions": %s}', sampled)::jsonb || CASE WHEN p ->> 'query' LIKE '%thread = 1 %' THEN sample ELSE '{}' END)
                FROM jsonb_array_elements(s -> 'samples') AS p))))
        FROM jsonb_array_elements(document -> 'statements') AS s WHERE s ->> 'query' LIKE 'SELECT body%'), 'elsewhere');
    RETURN (SELECT sum(workload_gain) FROM perfadvisor.index_advice);
END $$;
CREATE TABLE saved AS SELECT rows, share_saved(:'document', rows) AS share FROM unnest(ARRAY[12.1, 20, 36, 100, 150]) AS rows;
SELECT is((SELECT array_agg(rows ORDER BY share, rows) FROM saved), ARRAY[12.1, 20, 36, 100, 150], 'the more rows all executions returned, the more of them were for the value that has many');
SELECT cmp_ok((SELECT share FROM saved WHERE rows = 12.1), '<', 0.03::float8, 'few, where the mean is that of the other values');
SELECT cmp_ok((SELECT share FROM saved WHERE rows = 36), '>', 0.08::float8, 'one in seven, where the mean is that of the samples');
SELECT cmp_ok((SELECT share FROM saved WHERE rows = 36), '<', 0.16::float8, 'and not more than that');
SELECT cmp_ok((SELECT share FROM saved WHERE rows = 150), '>', 0.5::float8, 'most, where the mean is above what the samples have');

-- Where rows tell nothing, how often a common value was met tells what it stands for
TRUNCATE saved;
INSERT INTO saved SELECT executions, share_saved(:'document', 12, 1000, format('{"rows": 12, "executions": %s}', executions)::jsonb) FROM unnest(ARRAY[1, 100, 500]) AS executions;
SELECT cmp_ok((SELECT COALESCE(max(share), 0) FROM saved WHERE rows = 1), '<', 0.02::float8, 'a common value that was met once in a thousand executions stands for few');
SELECT cmp_ok((SELECT share FROM saved WHERE rows = 100), '<', 0.15::float8, 'one met in a tenth of them for a tenth');
SELECT cmp_ok((SELECT share FROM saved WHERE rows = 500), '>', 0.4::float8, 'one met in half of them for half');
SELECT * FROM finish();
