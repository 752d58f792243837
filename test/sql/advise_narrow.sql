-- advise: a partial index has the conditions that all its statements have, as far as they leave rows out
\unset ECHO
\i test/setup.sql
\i test/own_database.sql
CREATE TABLE message (id int PRIMARY KEY, channel int NOT NULL, body text NOT NULL, flagged boolean NOT NULL, reviewed timestamptz, deleted timestamptz, created timestamptz NOT NULL);
-- One of a hundred is flagged; those are reviewed, the others never
INSERT INTO message SELECT i, i % 500, repeat(md5(i::text), 3), i % 100 = 0, CASE WHEN i % 100 = 0 AND i % 400 <> 0 THEN timestamptz '2026-11-01' END, CASE WHEN i % 211 = 0 THEN timestamptz '2026-11-02' END,
    timestamptz '2026-01-01' + i * 7919 % 100000 * interval '1 s' FROM generate_series(1, 100000) AS i;
CREATE TABLE credit (id int PRIMARY KEY, owner int NOT NULL, remaining numeric(12, 2) NOT NULL, expires timestamptz NOT NULL, filler text NOT NULL);
-- Of most nothing is left
INSERT INTO credit SELECT i, i % 4000, CASE WHEN i % 10 = 0 THEN i % 1000 / 7.0 + 0.01 ELSE 0 END, timestamptz '2026-01-01' + i * 7919 % 60000 * interval '5 min', repeat('x', 60) FROM generate_series(1, 60000) AS i;
VACUUM ANALYZE message;
VACUUM ANALYZE credit;
SET random_page_cost = 1.1;

-- Creates what is advised for a query, and then by hand instead, and tells what the query costs and how large the indexes are
CREATE TYPE tried AS (advised float8, by_hand float8, advised_bytes int8, hand_bytes int8);
CREATE FUNCTION cost(query text) RETURNS float8 LANGUAGE plpgsql AS $$
DECLARE
    plan json;
BEGIN
    EXECUTE 'EXPLAIN (FORMAT JSON) ' || query INTO plan;
    RETURN plan->0->'Plan'->>'Total Cost';
END $$;
CREATE FUNCTION index_bytes() RETURNS int8 LANGUAGE sql AS $$
    SELECT sum(pg_relation_size(indexrelid)) FROM pg_index WHERE indrelid IN ('message'::regclass, 'credit'::regclass) AND NOT indisprimary $$;
CREATE FUNCTION try(query text, hand text) RETURNS tried LANGUAGE plpgsql AS $$
DECLARE
    result tried;
    a record;
BEGIN
    BEGIN
        EXECUTE hand;
        result.by_hand := cost(query);
        result.hand_bytes := index_bytes();
        RAISE EXCEPTION SQLSTATE 'PA000';
    EXCEPTION WHEN SQLSTATE 'PA000' THEN
        NULL;
    END;
    FOR a IN SELECT * FROM perfadvisor.advise_query(query) ORDER BY rank, step LOOP
        EXECUTE replace(a.ddl, 'CONCURRENTLY ', '');
    END LOOP;
    result.advised := cost(query);
    result.advised_bytes := index_bytes();
    EXECUTE (SELECT string_agg(format('DROP INDEX %s', indexrelid::regclass), '; ') FROM pg_index WHERE indrelid IN ('message'::regclass, 'credit'::regclass) AND NOT indisprimary);
    RETURN result;
END $$;
CREATE TABLE advise_case (no int GENERATED ALWAYS AS IDENTITY, what text, hand text, query text);
INSERT INTO advise_case (what, hand, query) VALUES
('what waits for a review', 'CREATE INDEX ON message (created) WHERE flagged AND reviewed IS NULL', 'SELECT id, body FROM message WHERE flagged AND reviewed IS NULL AND deleted IS NULL ORDER BY created LIMIT 50'),
('credit of which something is left', 'CREATE INDEX ON credit (expires) INCLUDE (id, owner, remaining) WHERE remaining > 0', 'SELECT id, owner FROM credit WHERE remaining > 0 AND expires BETWEEN ''2026-03-01'' AND ''2026-03-08'' ORDER BY expires');
CREATE TABLE outcome AS SELECT c.no, c.what, (try(c.query, c.hand)).* FROM advise_case AS c;

SELECT plan((SELECT 2 * count(*) FROM outcome)::int + 4);
SELECT t FROM outcome, LATERAL (VALUES
    (1, cmp_ok(advised, '<=', by_hand * 1.1, what || ': not dearer than with an index by hand')),
    (2, cmp_ok(advised_bytes::float8, '<=', hand_bytes * 1.25::float8, what || ': with an index that is not larger'))) AS v (n, t) ORDER BY no, n;

-- What some of the statements do not ask for stays out of it
SELECT perfadvisor.reset() IS NOT NULL AS done \gset
\o /dev/null
SELECT format('SELECT id, body FROM message WHERE flagged AND reviewed IS NULL AND channel <> %s ORDER BY created LIMIT 50', n) FROM generate_series(1, 20) AS n \gexec
SELECT format('SELECT id, body, reviewed FROM message WHERE flagged AND channel <> %s ORDER BY created DESC LIMIT 50', n) FROM generate_series(1, 20) AS n \gexec
\o
SELECT replace(ddl, 'CONCURRENTLY ', '') FROM perfadvisor.index_advice ORDER BY rank, step \gexec
SELECT cmp_ok(cost('SELECT id, body, reviewed FROM message WHERE flagged AND channel <> 7 ORDER BY created DESC LIMIT 50'), '<', 100::float8, 'a statement that wants the reviewed ones, too, has an index');
SELECT cmp_ok(cost('SELECT id, body FROM message WHERE flagged AND reviewed IS NULL AND channel <> 7 ORDER BY created LIMIT 50'), '<', 150::float8, 'and so has the other');
SELECT perfadvisor.reset() IS NOT NULL AS done \gset

-- A bound that is not nought may be another one next time
SELECT unalike((SELECT string_agg(ddl, '; ') FROM perfadvisor.advise_query('SELECT id, owner FROM credit WHERE remaining > 120 AND owner = 7')), '%WHERE%', 'a value that is not nought does not come into a predicate');
PREPARE expiring(numeric) AS SELECT id, owner FROM credit WHERE remaining > $1 AND expires BETWEEN '2026-03-01' AND '2026-03-08' ORDER BY expires;
SET plan_cache_mode = force_custom_plan;
\o /dev/null
SELECT 'EXECUTE expiring(0)' FROM generate_series(1, 10) AS n \gexec
\o
SELECT unalike((SELECT string_agg(ddl, '; ') FROM perfadvisor.index_advice), '%WHERE%', 'nor does a nought that was bound');
SELECT * FROM finish();
