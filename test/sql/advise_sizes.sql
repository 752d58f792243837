-- advise: the size of an imagined index is that of the real one, within 0.8 to 1.25, or 0.67 to 1.5 for GIN, GiST and SP-GiST
\unset ECHO
\i test/setup.sql
\i test/own_database.sql
CREATE EXTENSION pg_trgm;
CREATE EXTENSION btree_gin;
CREATE EXTENSION btree_gist;
DO $$ BEGIN PERFORM setseed(0.5); END $$;
CREATE TABLE t (
    id int, big bigint, u uuid, short text, hex text, long text, toasted text, num numeric, amount numeric(12,2), few int, flag boolean,
    status text, skewed int, half int, sparse int, nothing int, at timestamptz, day date, tags text[], numbers int[], doc jsonb,
    record jsonb, body text, words tsvector, r int4range, during tstzrange, address inet, place point, email text, customer int, item int);
INSERT INTO t
SELECT i, i::bigint * 7919 % 1000000007, md5(i::text)::uuid, 's' || i % 10000, md5(i::text), repeat(md5(i::text), 6) || md5((i + 1)::text),
       CASE WHEN i % 20 = 0 THEN (SELECT string_agg(md5((i * 100 + k)::text), '') FROM generate_series(1, 30) k) END,
       i * 1.5, (i * 37 % 100000) / 100.0, i % 100, i % 3 = 0, CASE WHEN i % 200 = 0 THEN 'pending' WHEN i % 3 = 0 THEN 'paid' ELSE 'shipped' END,
       (power(random(), 4) * 30000)::int, CASE WHEN i % 2 = 0 THEN 0 ELSE i END, CASE WHEN i % 10 = 0 THEN i END, NULL,
       timestamptz '2026-01-01' + i * interval '1 min', date '2026-01-01' + i / 300,
       ARRAY['t' || (random() * random() * 300)::int, 'u' || (random() * 5000)::int, 'v' || i % 10], ARRAY[i % 1000, i, (random() * 50)::int],
       jsonb_build_object('kind', 'k' || i % 500, 'n', i, 'tags', jsonb_build_array('a' || i % 50, 'b' || (random() * random() * 1000)::int), 'ok', i % 2 = 0),
       jsonb_build_object('type', 'x' || i % 20, 'country', 'c' || i % 200),
       body, to_tsvector('english', body), int4range(x, x + (random() * 100)::int),
       tstzrange(timestamptz '2026-01-01' + i * interval '1 min', timestamptz '2026-01-01' + i * interval '1 min' + interval '1 hour'),
       ('10.' || i % 250 || '.' || (i / 250) % 250 || '.' || i % 7)::inet, point(random() * 1000, random() * 1000),
       'User' || i || '@Example' || i % 30 || '.com', (i * 7919) % 10000, i % 2500
FROM generate_series(1, 15000) i,
     LATERAL (SELECT string_agg(substr(md5((power(random(), 2) * 3000)::int::text), 1, 3 + k % 5), ' ') AS body, max(random() * 1000000)::int AS x
              FROM generate_series(1, 12) k WHERE i > 0) b;
VACUUM ANALYZE t;
CREATE TABLE unknown AS SELECT id, hex, tags, few FROM t;
CREATE TABLE parted (id int, at timestamptz, hex text) PARTITION BY RANGE (at);
CREATE TABLE parted_1 PARTITION OF parted FOR VALUES FROM ('2026-01-01') TO ('2026-01-15');
CREATE TABLE parted_2 PARTITION OF parted FOR VALUES FROM ('2026-01-15') TO ('2026-03-01');
INSERT INTO parted SELECT id, at, hex FROM t;
ANALYZE parted;

CREATE TABLE size_case (no int GENERATED ALWAYS AS IDENTITY, what text);
INSERT INTO size_case (what)
SELECT 't ' || c FROM unnest(ARRAY[
    '(id)', '(big)', '(u)', '(short)', '(hex)', '(long)', '(toasted)', '(num)', '(amount)', '(few)', '(flag)', '(status)', '(skewed)', '(half)',
    '(sparse)', '(nothing)', '(at)', '(day)', '(email)', '(email text_pattern_ops)', '(id DESC)',
    '(lower(email))', '(date_trunc(''day'', at AT TIME ZONE ''UTC''))', '((doc->>''kind''))', '((doc->>''n''))', '(left(hex, 3))', '((id + 1))', '(upper(long))',
    '(customer, item)', '(customer, status)', '(status, few)', '(day, flag)', '(few, skewed)', '(flag, status, few)', '(short, hex)', '(sparse, few)',
    '(sparse, nothing)', '(lower(email), few)', '(few, lower(status))',
    '(id) INCLUDE (amount)', '(few) INCLUDE (status)', '(customer) INCLUDE (hex)', '(toasted) INCLUDE (id)',
    '(id) WHERE status = ''pending''', '(customer) WHERE flag', '(few) WHERE sparse IS NOT NULL', '(at) WHERE status = ''paid'' AND flag', '(email) WHERE few < 10',
    '(customer, item) WHERE few > 50', '(id) WITH (fillfactor = 70)', '(hex) WITH (fillfactor = 50)', '(customer) WITH (fillfactor = 100)',
    'USING hash (id)', 'USING hash (hex)', 'USING hash (long)', 'USING brin (id)', 'USING brin (at, id)', 'USING brin (id) WITH (pages_per_range = 4)',
    'USING gin (hex gin_trgm_ops)', 'USING gin (email gin_trgm_ops)', 'USING gin (body gin_trgm_ops)', 'USING gin (short gin_trgm_ops)', 'USING gin (long gin_trgm_ops)',
    'USING gin (doc)', 'USING gin (doc jsonb_path_ops)', 'USING gin (record)', 'USING gin (record jsonb_path_ops)', 'USING gin (tags)', 'USING gin (numbers)',
    'USING gin (words)', 'USING gin (to_tsvector(''english'', body))', 'USING gin ((doc->''tags''))', 'USING gin (customer, tags)', 'USING gin (few, record)',
    'USING gin (tags) WHERE flag', 'USING gin (lower(email) gin_trgm_ops)',
    'USING gist (r)', 'USING gist (during)', 'USING gist (address inet_ops)', 'USING gist (place)', 'USING gist (customer, during)', 'USING gist (hex gist_trgm_ops)',
    'USING gist (words)', 'USING spgist (r)', 'USING spgist (during)', 'USING spgist (address)', 'USING spgist (place)', 'USING spgist (hex)']) c
UNION ALL
SELECT c FROM unnest(ARRAY['unknown (id)', 'unknown (hex)', 'unknown (few)', 'unknown USING gin (tags)', 'parted (hex)', 'parted USING gin (hex gin_trgm_ops)']) c;

CREATE FUNCTION size_of(what text, OUT imagined bigint, OUT created bigint) LANGUAGE plpgsql AS $$
BEGIN
    imagined := perfadvisor.what_if_size('CREATE INDEX ON ' || what);
    BEGIN
        EXECUTE 'CREATE INDEX sized ON ' || what;
        SELECT sum(pg_relation_size(relid)) INTO created FROM (SELECT relid FROM pg_partition_tree('sized') WHERE isleaf UNION SELECT 'sized') i;
        RAISE EXCEPTION SQLSTATE 'PA000';
    EXCEPTION WHEN SQLSTATE 'PA000' THEN
        NULL;
    END;
END $$;

CREATE TABLE sized_case AS SELECT c.no, c.what, (size_of(c.what)).* FROM size_case c;

SELECT plan(count(*)::int + 11) FROM size_case;
-- One page more or less is no error of small indexes.
SELECT ok(CASE WHEN what ~ 'gin|gist' THEN imagined BETWEEN created * 0.67 - 8192 AND created * 1.5 + 8192
               ELSE imagined BETWEEN created * 0.8 - 8192 AND created * 1.25 + 8192 END,
          what || ': as large as imagined')
FROM sized_case ORDER BY no;

SELECT is(perfadvisor.what_if_size('CREATE INDEX ON t (toasted)'), perfadvisor.what_if_size('CREATE INDEX ON t (toasted)'), 'the same question gets the same answer');
CREATE TABLE too_long AS SELECT i AS id, string_agg(md5((i * 1000 + k)::text), '') AS content FROM generate_series(1, 100) i, generate_series(1, 300) k GROUP BY i;
SELECT is(perfadvisor.what_if_size('CREATE INDEX ON too_long (content)'), NULL, 'an index that a value is too long for has no size');
SELECT throws_ok('CREATE INDEX ON too_long (content)', '54000', NULL, '... and cannot be created');
SELECT isnt(perfadvisor.what_if_size('CREATE INDEX ON too_long USING hash (content)'), NULL, 'a hash index takes values of any length');
SELECT throws_ok($$SELECT perfadvisor.what_if_size('CREATE INDEX ON nothing (a)')$$, '42P01', NULL, 'an unknown table is an error of the caller');
SELECT throws_ok($$SELECT perfadvisor.what_if_size('DROP TABLE t')$$, '42601', NULL, 'only CREATE INDEX has a size');
CREATE TABLE empty (id int);
SELECT cmp_ok(perfadvisor.what_if_size('CREATE INDEX ON empty (id)'), '<=', 16384::bigint, 'an index on an empty table is small');

-- Rows of one order lie side by side, so a sample of blocks has several of each that it has
CREATE TABLE line (order_id int, kind int, note text);
INSERT INTO line SELECT i / 6, (i::bigint * 7919 % 100)::int, repeat('x', 40) FROM generate_series(1, 300000) AS i;
VACUUM ANALYZE line;
CREATE INDEX line_part ON line (order_id) WHERE kind < 35;
CREATE INDEX line_small ON line (order_id) WHERE kind < 5;
SELECT ok(perfadvisor.what_if_size('CREATE INDEX ON line (order_id) WHERE kind < 35') BETWEEN 0.8 * pg_relation_size('line_part') AND 1.25 * pg_relation_size('line_part'), 'a part of the rows of a clustered key: as large as imagined');
SELECT ok(perfadvisor.what_if_size('CREATE INDEX ON line (order_id) WHERE kind < 5') BETWEEN 0.8 * pg_relation_size('line_small') AND 1.25 * pg_relation_size('line_small'), 'and a small part');
CREATE TABLE stop (route int, district int, note text);
INSERT INTO stop SELECT i / 6, i / 6 % 50, repeat('x', 40) FROM generate_series(1, 300000) AS i;
VACUUM ANALYZE stop;
CREATE INDEX stop_route ON stop (route, district);
CREATE INDEX stop_district ON stop (district, route);
SELECT ok(perfadvisor.what_if_size('CREATE INDEX ON stop (route, district)') BETWEEN 0.9 * pg_relation_size('stop_route') AND 1.1 * pg_relation_size('stop_route'), 'keys of several columns are counted once for each block');
SELECT ok(perfadvisor.what_if_size('CREATE INDEX ON stop (district, route)') BETWEEN 0.9 * pg_relation_size('stop_district') AND 1.1 * pg_relation_size('stop_district'), 'also where the first one is spread over the table');
SELECT * FROM finish();
