-- What one more index costs a row that is inserted or updated, in ms: the prices in src/advise/write_cost.c.
-- Run with psql on a private server whose data is in memory: psql -Xf test/bench/write_cost.sql
-- Each price is the median difference of five alternating pairs of runs over 20,000 rows of a table of 500,000.
\set QUIET 1
SET client_min_messages = warning;
SET synchronous_commit = off;
CREATE EXTENSION IF NOT EXISTS pg_trgm;
DROP TABLE IF EXISTS written;
CREATE TABLE written (id int PRIMARY KEY, k int, t timestamptz, body text, filler text);
INSERT INTO written
SELECT i, (i::bigint * 7919) % 1000003, now() - i * interval '1 second',
       md5(i::text) || ' ' || md5((i * 3)::text), repeat('x', 60)
FROM generate_series(1, 500000) i;
VACUUM ANALYZE written;

CREATE TEMP TABLE workload (action text, statement text);
INSERT INTO workload VALUES
('insert', 'INSERT INTO written SELECT 1000000 + i, (i::bigint * 104729) % 1000003, now(), md5((i * 5)::text) || '' '' || md5((i * 7)::text), repeat(''x'', 60) FROM generate_series(1, 20000) i'),
('update of an indexed column', 'UPDATE written SET k = k + 1, t = t + ''1 s'', body = reverse(body) WHERE id % 25 = 3');
CREATE TEMP TABLE candidate (what text, ddl text);
INSERT INTO candidate VALUES
('btree on an integer', 'CREATE INDEX priced ON written (k)'),
('btree on two columns', 'CREATE INDEX priced ON written (k, t)'),
('btree on lower(text)', 'CREATE INDEX priced ON written (lower(body))'),
('brin', 'CREATE INDEX priced ON written USING brin (t)'),
('gin trigram', 'CREATE INDEX priced ON written USING gin (body gin_trgm_ops)');

-- Runs a statement and takes it back; ms for each of the 20,000 rows.
CREATE FUNCTION pg_temp.price(statement text) RETURNS numeric LANGUAGE plpgsql AS $$
DECLARE
    start timestamptz := clock_timestamp();
BEGIN
    EXECUTE statement;
    RAISE EXCEPTION SQLSTATE 'PA000';
EXCEPTION WHEN SQLSTATE 'PA000' THEN
    RETURN extract(epoch FROM clock_timestamp() - start) * 1000 / 20000;
END $$;

CREATE FUNCTION pg_temp.difference(statement text, ddl text) RETURNS numeric LANGUAGE plpgsql AS $$
DECLARE
    bare numeric;
    loaded numeric[] := '{}';
BEGIN
    FOR run IN 1..5 LOOP
        bare := pg_temp.price(statement);
        EXECUTE ddl;
        loaded := loaded || pg_temp.price(statement) - bare;
        DROP INDEX priced;
    END LOOP;
    RETURN (SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY x) FROM unnest(loaded) x);
END $$;

SELECT c.what AS index, w.action, round(pg_temp.difference(w.statement, c.ddl), 5) AS ms_per_row
FROM candidate c, workload w;
DROP TABLE written;
