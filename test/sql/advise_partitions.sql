-- advise: statements that each read one of a thousand partitions are advised for together, by an index of the parent
\unset ECHO
\i test/setup.sql
\i test/own_database.sql
SELECT plan(7);
CREATE TABLE readings (day int, sensor int, value float8) PARTITION BY RANGE (day);
SELECT format('CREATE TABLE readings_%s PARTITION OF readings FOR VALUES FROM (%s) TO (%s)', n, n, n + 1) FROM generate_series(1, 1000) n \gexec
INSERT INTO readings SELECT 1 + n % 20, n / 20 % 5000, n FROM generate_series(1, 200000) n UNION ALL SELECT n, n, n FROM generate_series(21, 1000) n;
ANALYZE readings;
\o /dev/null
SELECT format('SELECT * FROM readings WHERE day = %s AND sensor = %s', n, n * 7) FROM generate_series(1, 20) n \gexec
\o
CREATE TABLE advice AS SELECT * FROM perfadvisor.index_advice;
SELECT is((SELECT string_agg(DISTINCT relation::text, ' ') FROM advice WHERE workload_gain > 0), 'readings', 'the parent is what is advised for');
SELECT ok((SELECT sum(calls) = 20 AND count(*) = 1 FROM perfadvisor.index_advice_statements WHERE query LIKE '%FROM readings WHERE day%'), 'statements on twenty partitions are one, with all their executions');
SELECT ok((SELECT count(DISTINCT rank) = 1 AND bool_and(ddl LIKE '%sensor%') FROM advice), 'it is one index');
SELECT is((SELECT count(*) FROM advice WHERE ddl LIKE 'CREATE INDEX CONCURRENTLY % ON public.readings\__%'), 1000::bigint, 'built on each partition by itself, without blocking writes');
SELECT is((SELECT count(*) FROM advice WHERE ddl LIKE 'CREATE INDEX % ON ONLY public.readings %'), 1::bigint, 'made once for the parent');
SELECT is((SELECT count(*) FROM advice WHERE ddl LIKE 'ALTER INDEX % ATTACH PARTITION %'), 1000::bigint, 'and put together');
SELECT ok(NOT EXISTS (SELECT FROM perfadvisor.unadvised_statements WHERE query LIKE '%FROM readings%'), 'no statement is left out');
SELECT * FROM finish();
