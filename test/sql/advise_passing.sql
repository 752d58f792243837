-- advise: no index is advised on an expression with a constant that only one execution had
\unset ECHO
\i test/setup.sql
\i test/own_database.sql
SELECT plan(6);
CREATE TABLE player (id int PRIMARY KEY, region int NOT NULL, strength int NOT NULL, name text NOT NULL, seen timestamptz NOT NULL, facts jsonb NOT NULL);
INSERT INTO player SELECT i, i % 12, hashint4(i) & 4095, 'p' || i, timestamptz '2026-01-01' + i * interval '7 minutes', jsonb_build_object('class', 'c' || i % 300, 'k' || i % 40, 'v' || i % 700)
FROM generate_series(1, 40000) AS i;
VACUUM ANALYZE player;

-- Clients that put values into the text: what is nearest to each one's own strength
SELECT perfadvisor.reset() IS NOT NULL AS done \gset
\o /dev/null
SELECT format('SELECT id, name FROM player WHERE region = %s ORDER BY abs(strength - %s) LIMIT 10', n % 12, n * 61 % 4000) FROM generate_series(1, 60) AS n \gexec
SELECT format('SELECT id, name FROM player WHERE (strength - %s) %% 4000 = 7 ORDER BY id', n * 17) FROM generate_series(1, 60) AS n \gexec
\o
SELECT is((SELECT count(*) FROM perfadvisor.index_advice WHERE ddl LIKE '%strength %' OR ddl LIKE '%strength)%'), 0::bigint, 'no index is advised on a distance from a value that differs from execution to execution');
SELECT cmp_ok((SELECT count(*) FROM perfadvisor.index_advice WHERE ddl LIKE '%(region%'), '>', 0::bigint, 'and one on what else the statement compares is');

-- The same statement with the same value each time is another matter, and so is a constant that belongs to the statement
SELECT perfadvisor.reset() IS NOT NULL AS done \gset
\o /dev/null
SELECT format('SELECT id, name FROM player WHERE region = %s ORDER BY abs(strength - 1000) LIMIT 10', n % 12) FROM generate_series(1, 60) AS n \gexec
SELECT format('SELECT id FROM player WHERE date_trunc(''hour'', seen AT TIME ZONE ''UTC'') = %L', timestamp '2026-01-01' + n * interval '1 hour') FROM generate_series(1, 60) AS n \gexec
SELECT format('SELECT id FROM player WHERE facts->>''class'' = %L', 'c' || n) FROM generate_series(1, 60) AS n \gexec
\o
CREATE TABLE advised AS SELECT replace(ddl, 'CONCURRENTLY ', '') AS ddl, rank, step FROM perfadvisor.index_advice;
CREATE FUNCTION cost(query text) RETURNS float8 LANGUAGE plpgsql AS $$
DECLARE
    plan json;
BEGIN
    EXECUTE 'EXPLAIN (FORMAT JSON) ' || query INTO plan;
    RETURN plan->0->'Plan'->>'Total Cost';
END $$;
CREATE TABLE query (no int, text text, before float8);
INSERT INTO query VALUES
(1, 'SELECT id, name FROM player WHERE region = 5 ORDER BY abs(strength - 1000) LIMIT 10', NULL),
(2, 'SELECT id FROM player WHERE date_trunc(''hour'', seen AT TIME ZONE ''UTC'') = ''2026-01-03 05:00''', NULL),
(3, 'SELECT id FROM player WHERE facts->>''class'' = ''c7''', NULL);
UPDATE query SET before = cost(text);
SELECT ddl FROM advised ORDER BY rank, step \gexec
ANALYZE player;
SELECT cmp_ok(cost(text), '<', before / 4, 'a constant that all executions have is indexed: ' || text) FROM query ORDER BY no;

-- Keys of documents that come again and again, among many others
SELECT perfadvisor.reset() IS NOT NULL AS done \gset
\o /dev/null
SELECT format('SELECT id FROM player WHERE facts->>%L = %L', 'k' || n % 40, 'v' || n) FROM generate_series(1, 60) AS n \gexec
\o
SELECT cmp_ok((SELECT count(*) FROM perfadvisor.index_advice WHERE ddl LIKE '%->>%'), '<', 2::bigint, 'keys that differ from execution to execution do not bring an index each');
SELECT * FROM finish();
