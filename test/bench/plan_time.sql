-- What plans take that do little but one thing: from these the prices in src/advise/plan_time.c and plan_time_scan.c
-- were taken. Run with psql on a private server with shared_buffers of 1 GB or more: psql -Xf test/bench/plan_time.sql
-- Each is the least of five executions that return next to nothing, without instrumentation and without parallel workers.
\set QUIET 1
SET client_min_messages = warning;
SET max_parallel_workers_per_gather = 0;
SET jit = off;
SET work_mem = '256MB';
CREATE TABLE narrow (id int PRIMARY KEY, customer int, v int, g int, num numeric, t text);
INSERT INTO narrow SELECT i, 1 + (i * 7919::bigint) % 20000, (i * 104729::bigint) % 400000, i % 10, i % 977, md5(i::text) FROM generate_series(1, 400000) AS i;
CREATE INDEX ON narrow (v);
CREATE INDEX ON narrow (customer);
CREATE TABLE twin AS SELECT * FROM narrow;
CREATE INDEX ON twin (id);
CREATE TABLE wide (id int PRIMARY KEY, customer int, v int, g int, note text);
INSERT INTO wide SELECT i, 1 + (i * 7919::bigint) % 20000, (i * 104729::bigint) % 400000, (hashint4(i) & 65535) % 10, repeat('x', 100) FROM generate_series(1, 400000) AS i;
CREATE INDEX ON wide (v);
CREATE INDEX ON wide (customer);
CREATE INDEX ON wide (g);
CREATE TABLE big (id int PRIMARY KEY, v int, note text);
INSERT INTO big SELECT i, (i * 104729::bigint) % 4000000, repeat('x', 110) FROM generate_series(1, 4000000) AS i;
CREATE INDEX ON big (v);
CREATE TABLE small (id int PRIMARY KEY, r int, k int, kb int);
INSERT INTO small SELECT i, i % 4, (i * 7919::bigint) % 400000, (i * 104729::bigint) % 4000000 FROM generate_series(1, 20000) AS i;
CREATE TABLE pair (a int, b int, PRIMARY KEY (a, b));
INSERT INTO pair SELECT i, (i * 7919::bigint) % 211 FROM generate_series(1, 400000) AS i;
VACUUM ANALYZE narrow, twin, wide, big, small, pair;

-- Rows are those that the price is for; off: what the plan must do without
CREATE TEMP TABLE plan (place int GENERATED ALWAYS AS IDENTITY, what text, rows float8, off text, statement text);
\set scan '''indexscan indexonlyscan bitmapscan'''
\set hash '''indexscan indexonlyscan bitmapscan nestloop mergejoin'''
\set loop '''hashjoin mergejoin bitmapscan material memoize'''
\set ordered '''seqscan sort bitmapscan'''
\set bitmap '''seqscan indexscan indexonlyscan'''
INSERT INTO plan (what, rows, off, statement) VALUES
('scan of 97 rows a page, one condition', 400000, :scan, 'SELECT 1 FROM narrow WHERE id < 0'),
('scan of 52 rows a page, one condition', 400000, :scan, 'SELECT 1 FROM wide WHERE id < 0'),
('scan of 570 MB, one condition', 4000000, :scan, 'SELECT 1 FROM big WHERE id < 0'),
('scan, three conditions', 400000, :scan, 'SELECT 1 FROM narrow WHERE id > 0 AND customer > 0 AND v < 0'),
('scan, a condition on text', 400000, :scan, 'SELECT 1 FROM narrow WHERE t = ''zzz'''),
('scan, a condition on numeric', 400000, :scan, 'SELECT 1 FROM narrow WHERE num < -1'),
('scan and sum of numeric', 400000, :scan, 'SELECT sum(num) FROM narrow OFFSET 1'),
('scan and 10 groups', 400000, :scan, 'SELECT g, count(*) FROM narrow GROUP BY g OFFSET 10'),
('scan and 20,000 groups', 400000, :scan, 'SELECT customer, count(*) FROM narrow GROUP BY customer OFFSET 20000'),
('scan and 400,000 groups', 400000, :scan || ' sort', 'SELECT id, count(*) FROM narrow GROUP BY id OFFSET 400000'),
('scan and sort by int', 400000, :scan, 'SELECT v FROM narrow ORDER BY v OFFSET 400000'),
('scan and sort by text', 400000, :scan, 'SELECT t FROM narrow ORDER BY t OFFSET 400000'),
('scan and sort, first 20', 400000, :scan, 'SELECT v FROM narrow ORDER BY v LIMIT 20'),
('scan, looked up among 5,000 in a hash table', 400000, :hash, 'SELECT 1 FROM narrow AS n JOIN small AS s ON s.id = -n.customer WHERE s.r = 2'),
('scan, looked up among 20,000, all found', 400000, :hash, 'SELECT 1 FROM narrow AS n JOIN small AS s ON s.id = n.customer OFFSET 400000'),
('two scans, looked up among 400,000, all found', 400000, :hash, 'SELECT 1 FROM narrow AS n JOIN twin AS s ON s.id = n.v OFFSET 400000'),
('two scans of 570 MB, looked up among 4,000,000', 4000000, :hash, 'SELECT 1 FROM big AS n JOIN big AS s ON s.id = n.v OFFSET 4000000'),
('two index scans, merged', 400000, 'hashjoin nestloop', 'SELECT 1 FROM narrow AS a JOIN twin AS b ON a.id = b.id OFFSET 400000'),
('index only', 400000, :ordered, 'SELECT id FROM narrow ORDER BY id OFFSET 400000'),
('index only, excluded', 400000, :ordered, 'SELECT 1 FROM pair WHERE b = 7 OFFSET 400000'),
('index scan in order of the table', 400000, :ordered, 'SELECT id, v FROM narrow ORDER BY id OFFSET 400000'),
('index scan in no order', 400000, :ordered, 'SELECT note FROM wide ORDER BY v OFFSET 400000'),
('index scan in no order, of 570 MB', 1000000, :ordered, 'SELECT note FROM big WHERE v < 1000000 ORDER BY v OFFSET 1000000'),
('look-ups by index', 20000, :loop, 'SELECT n.v FROM small AS s JOIN wide AS n ON n.id = s.k OFFSET 20000'),
('look-ups by index, in its order', 20000, :loop, 'SELECT n.v FROM small AS s JOIN wide AS n ON n.id = s.id OFFSET 20000'),
('look-ups by index, of 570 MB', 20000, :loop, 'SELECT n.v FROM small AS s JOIN big AS n ON n.id = s.kb OFFSET 20000'),
('look-ups by index of 20 rows each', 100000, :loop, 'SELECT n.note FROM small AS s JOIN wide AS n ON n.customer = s.id WHERE s.r = 2 OFFSET 100000'),
('subqueries', 400000, 'indexonlyscan bitmapscan', 'SELECT (SELECT r FROM small AS s WHERE s.id = n.customer) FROM narrow AS n OFFSET 400000'),
('bitmap of one row a page', 4000, :bitmap, 'SELECT note FROM wide WHERE customer < 200 OFFSET 400000'),
('bitmap of five rows a page', 40000, :bitmap, 'SELECT note FROM wide WHERE g = 3 OFFSET 400000'),
('bitmap of one row a page, of 570 MB', 100000, :bitmap, 'SELECT note FROM big WHERE v < 100000 OFFSET 400000'),
('index only and window function', 400000, 'sort', 'SELECT row_number() OVER (ORDER BY id) FROM narrow OFFSET 400000');

-- The least time of a statement, ms
CREATE FUNCTION pg_temp.least_time(statement text, without text) RETURNS float8 LANGUAGE plpgsql AS $$
DECLARE
    start timestamptz;
    took float8;
    least_so_far float8 := 'infinity';
    what text;
BEGIN
    FOREACH what IN ARRAY string_to_array(without, ' ') LOOP
        PERFORM set_config('enable_' || what, 'off', true);
    END LOOP;
    FOR run IN 1..5 LOOP
        start := clock_timestamp();
        EXECUTE statement;
        took := extract(epoch FROM clock_timestamp() - start) * 1000;
        least_so_far := least(least_so_far, took);
    END LOOP;
    FOREACH what IN ARRAY string_to_array(without, ' ') LOOP
        PERFORM set_config('enable_' || what, 'on', true);
    END LOOP;
    RETURN least_so_far;
END $$;

SELECT p.what AS plan, round(x.ms::numeric, 1) AS ms, round((x.ms * 1000 / p.rows)::numeric, 3) AS microseconds_a_row
FROM plan AS p, LATERAL (SELECT pg_temp.least_time(p.statement, p.off) AS ms) AS x ORDER BY p.place;
DROP TABLE narrow, twin, wide, big, small, pair;
