-- advise: for each kind of index, the advice makes the query cheaper, is used, and is not given twice; and its healthy twin gets none
\unset ECHO
\i test/setup.sql
\i test/own_database.sql
CREATE EXTENSION pg_trgm;
CREATE TYPE mood AS ENUM ('new', 'open', 'closed');
CREATE TABLE customer (
    id int PRIMARY KEY, "E-Mail" text NOT NULL, name varchar(80), city text, deleted_at timestamptz, active boolean NOT NULL,
    note text COLLATE "C");
CREATE TABLE orders (
    id int PRIMARY KEY, customer_id int REFERENCES customer, status text, total numeric(10,2), created timestamptz NOT NULL,
    data jsonb, shipped timestamptz, state mood);
INSERT INTO customer
SELECT i, 'User' || i || '@Example.com', md5(i::text) || ' ' || md5((i * 7)::text), 'city' || i % 300,
       CASE WHEN i % 50 = 0 THEN timestamptz '2026-01-01' + i * interval '1 minute' END, i % 20 <> 0, md5(i::text)
FROM generate_series(1, 10000) i;
INSERT INTO orders
SELECT i, (i::bigint * 7919) % 10000 + 1, CASE WHEN i % 200 = 0 THEN 'pending' WHEN i % 3 = 0 THEN 'paid' ELSE 'shipped' END,
       i % 1000, timestamptz '2026-01-01' + ((i::bigint * 7907) % 40000) * interval '1 minute',
       jsonb_build_object('kind', 'k' || i % 500, 'n', i),
       CASE WHEN i % 4 = 0 THEN timestamptz '2026-02-01' + i * interval '1 second' END,
       (CASE WHEN i % 150 = 0 THEN 'new' WHEN i % 2 = 0 THEN 'open' ELSE 'closed' END)::mood
FROM generate_series(1, 40000) i;
CREATE TABLE tiny (id int PRIMARY KEY, code text);
INSERT INTO tiny SELECT i, 'c' || i FROM generate_series(1, 100) i;
CREATE TABLE event (id int, at timestamptz NOT NULL, kind text, session uuid) PARTITION BY RANGE (at);
CREATE TABLE event_1 PARTITION OF event FOR VALUES FROM ('2026-01-01') TO ('2026-01-08');
CREATE TABLE event_2 (session uuid, kind text, id int, at timestamptz NOT NULL);
ALTER TABLE event ATTACH PARTITION event_2 FOR VALUES FROM ('2026-01-08') TO ('2026-01-22');
INSERT INTO event
SELECT i, timestamptz '2026-01-01' + i * interval '1 minute', 'kind' || i % 40, md5((i % 3000)::text)::uuid
FROM generate_series(0, 29000) i;
CREATE VIEW live_customer AS SELECT * FROM customer WHERE active;
VACUUM ANALYZE customer, orders, event, tiny;

CREATE TABLE advise_case (no int GENERATED ALWAYS AS IDENTITY, what text, query text, factor numeric);
INSERT INTO advise_case (what, query, factor) VALUES
('equality', 'SELECT * FROM orders WHERE customer_id = 42', 10),
('two equalities', 'SELECT * FROM orders WHERE customer_id = 42 AND status = ''paid''', 10),
('equality and a range', 'SELECT * FROM orders WHERE status = ''pending'' AND created > ''2026-01-27''', 10),
('equality and an order with LIMIT', 'SELECT * FROM orders WHERE status = ''paid'' ORDER BY created DESC LIMIT 10', 10),
('an order with LIMIT', 'SELECT * FROM orders ORDER BY created DESC LIMIT 10', 10),
('an order in two directions', 'SELECT * FROM orders ORDER BY total DESC, created LIMIT 10', 10),
('an order with NULLS LAST', 'SELECT * FROM orders ORDER BY shipped DESC NULLS LAST LIMIT 10', 10),
('keyset pagination', 'SELECT * FROM orders WHERE (created, id) < (''2026-01-20'', 500) ORDER BY created DESC, id DESC LIMIT 10', 10),
('a list of values', 'SELECT * FROM orders WHERE customer_id IN (4, 8, 15)', 10),
('an array', 'SELECT * FROM orders WHERE customer_id = ANY (''{4,8,15}'')', 10),
('a range', 'SELECT * FROM orders WHERE created BETWEEN ''2026-01-05'' AND ''2026-01-05 02:00''', 3),
('a minimum', 'SELECT min(created) FROM orders', 10),
('a maximum for one value', 'SELECT max(created) FROM orders WHERE customer_id = 7', 10),
('a flag', 'SELECT * FROM customer WHERE NOT active AND city = ''city20''', 10),
('IS NULL, rare', 'SELECT * FROM customer WHERE deleted_at IS NOT NULL ORDER BY deleted_at LIMIT 20', 3),
('a rare constant', 'SELECT id FROM orders WHERE status = ''pending''', 2),
('a rare enum value', 'SELECT id FROM orders WHERE state = ''new'' ORDER BY created LIMIT 5', 10),
('an expression', 'SELECT * FROM customer WHERE lower("E-Mail") = ''user77@example.com''', 10),
('a cast that the parser puts in', 'SELECT * FROM orders WHERE customer_id = 42.0', 5),
('a truncated date', 'SELECT count(*) FROM orders WHERE date_trunc(''hour'', created AT TIME ZONE ''UTC'') = ''2026-01-05 04:00''', 5),
('a JSON field', 'SELECT * FROM orders WHERE data->>''kind'' = ''k7''', 4),
('a prefix', 'SELECT * FROM customer WHERE "E-Mail" LIKE ''User777%''', 10),
('a prefix by starts_with()', 'SELECT * FROM customer WHERE starts_with("E-Mail", ''User777'')', 10),
('a prefix by ^@', 'SELECT * FROM customer WHERE "E-Mail" ^@ ''User777''', 10),
('a prefix of a varchar', 'SELECT * FROM customer WHERE name LIKE ''abcd%''', 10),
('a prefix in the C collation', 'SELECT * FROM customer WHERE note LIKE ''abcd%''', 10),
('a substring', 'SELECT * FROM customer WHERE name LIKE ''%abcdef%''', 2),
('a substring in any case', 'SELECT * FROM customer WHERE name ILIKE ''%ABCDEF%''', 2),
('a regular expression', 'SELECT * FROM customer WHERE name ~ ''ab12cd''', 2),
('a join by foreign key', 'SELECT * FROM customer c JOIN orders o ON o.customer_id = c.id WHERE c.id = 42', 10),
('a join found by the other table', 'SELECT o.* FROM customer c JOIN orders o ON o.customer_id = c.id WHERE lower(c."E-Mail") = ''user77@example.com''', 10),
('EXISTS', 'SELECT * FROM customer c WHERE c.city = ''city7'' AND EXISTS (SELECT FROM orders o WHERE o.customer_id = c.id AND o.status = ''pending'')', 5),
('a subquery in the SELECT list', 'SELECT id, (SELECT max(created) FROM orders o WHERE o.customer_id = c.id) FROM customer c WHERE c.city = ''city9''', 10),
('two arms of an OR', 'SELECT * FROM orders WHERE customer_id = 42 OR created = ''2026-01-05''', 10),
('a view', 'SELECT * FROM live_customer WHERE "E-Mail" = ''User77@Example.com''', 10),
('a CTE', 'WITH x AS MATERIALIZED (SELECT * FROM orders WHERE customer_id = 42) SELECT count(*) FROM x', 10),
('an arm of a UNION', 'SELECT id FROM orders WHERE customer_id = 42 UNION ALL SELECT id FROM customer WHERE city = ''city5''', 5),
('a partitioned table', 'SELECT * FROM event WHERE session = ''c4ca4238-a0b9-2382-0dcc-509a6f75849b''', 5),
('UPDATE', 'UPDATE orders SET total = 0 WHERE customer_id = 42', 10),
('DELETE', 'DELETE FROM orders WHERE customer_id = 42 AND status = ''pending''', 10);

CREATE FUNCTION cost(query text, OUT cost numeric, OUT plan text) LANGUAGE plpgsql AS $$
DECLARE
    line text;
BEGIN
    FOR line IN EXECUTE 'EXPLAIN ' || query LOOP
        cost := coalesce(cost, substring(line FROM '\.\.([0-9.]+) rows')::numeric);
        plan := concat_ws(E'\n', plan, line);
    END LOOP;
END $$;

-- Creates what is advised for a query, looks at the cost and at who is used, asks again, and takes it back.
CREATE FUNCTION try(query text, OUT before numeric, OUT after numeric, OUT created int, OUT used int, OUT again int)
LANGUAGE plpgsql AS $$
DECLARE
    a record;
    names text[];
    plan_after text;
BEGIN
    SELECT c.cost INTO before FROM cost(query) c;
    BEGIN
        SELECT array_agg(indexrelid) INTO names FROM pg_index;
        FOR a IN SELECT ddl FROM perfadvisor.advise_query(query) ORDER BY rank, step LOOP
            EXECUTE replace(a.ddl, 'CONCURRENTLY ', '');
        END LOOP;
        ANALYZE customer, orders, event, tiny;
        SELECT c.cost, c.plan INTO after, plan_after FROM cost(query) c;
        SELECT count(*) FILTER (WHERE c.relkind = 'i'),
               count(*) FILTER (WHERE c.relkind = 'i' AND plan_after LIKE '%' || c.relname || '%')
          INTO created, used
          FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
         WHERE NOT i.indexrelid::text = ANY (names);
        SELECT count(*) INTO again FROM perfadvisor.advise_query(query);
        RAISE EXCEPTION SQLSTATE 'PA000';
    EXCEPTION WHEN SQLSTATE 'PA000' THEN
        NULL;
    END;
END $$;

CREATE TABLE tried AS SELECT c.no, c.what, c.factor, (try(c.query)).* FROM advise_case c;

CREATE TABLE healthy_case (no int GENERATED ALWAYS AS IDENTITY, what text, setup text, query text);
INSERT INTO healthy_case (what, setup, query) VALUES
('a query that returns most of a table', '', 'SELECT * FROM orders WHERE status = ''shipped'''),
('a range over most of a table', '', 'SELECT * FROM orders WHERE created > ''2026-01-02'''),
('a query without a condition', '', 'SELECT count(*) FROM orders'),
('a table of a few pages', '', 'SELECT * FROM tiny WHERE code = ''c7'''),
('one that was never analyzed', 'CREATE TABLE new_tiny AS SELECT * FROM tiny', 'SELECT * FROM new_tiny WHERE code = ''c7'''),
('a look-up by primary key', '', 'SELECT * FROM orders WHERE id = 7'),
('an index that exists', 'CREATE INDEX ON orders (customer_id)', 'SELECT * FROM orders WHERE customer_id = 42'),
('a longer composite that exists', 'CREATE INDEX ON orders (customer_id, created, total)', 'SELECT * FROM orders WHERE customer_id = 42'),
('an order the other way round that exists', 'CREATE INDEX ON orders (total, created DESC)', 'SELECT * FROM orders ORDER BY total DESC, created LIMIT 10'),
('a partial index that exists', 'CREATE INDEX ON orders (created) WHERE status = ''pending''', 'SELECT * FROM orders WHERE status = ''pending'' ORDER BY created LIMIT 5'),
('an expression index that exists', 'CREATE INDEX ON customer (lower("E-Mail"))', 'SELECT * FROM customer WHERE lower("E-Mail") = ''user77@example.com'''),
('a pattern index that exists', 'CREATE INDEX ON customer ("E-Mail" text_pattern_ops)', 'SELECT * FROM customer WHERE "E-Mail" LIKE ''User777%'''),
('a trigram index that exists', 'CREATE INDEX ON customer USING gin (name gin_trgm_ops)', 'SELECT * FROM customer WHERE name ILIKE ''%ABCDEF%'''),
('a substring of two letters', '', 'SELECT * FROM customer WHERE name ILIKE ''%ab%'''),
('a comparison that only an index for one constant would find', '', 'SELECT * FROM orders WHERE customer_id IS NOT DISTINCT FROM 42'),
('a function that compares with a constant', '', 'SELECT * FROM customer WHERE texticregexeq(city, ''CITY7$'')'),
('an insertion', '', 'INSERT INTO tiny VALUES (1000, ''x'')'),
('a predicate that hides nothing', 'CREATE INDEX ON customer (city)', 'SELECT * FROM customer WHERE city = ''city7'' AND deleted_at IS NULL');

CREATE FUNCTION count_advice(setup text, query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    result text;
BEGIN
    BEGIN
        IF setup <> '' THEN
            EXECUTE setup;
        END IF;
        ANALYZE customer, orders;
        SELECT string_agg(ddl, '; ') INTO result FROM perfadvisor.advise_query(query);
        RAISE EXCEPTION SQLSTATE 'PA000';
    EXCEPTION WHEN SQLSTATE 'PA000' THEN
        RETURN result;
    END;
END $$;

SELECT plan(((SELECT 3 * count(*) FROM tried) + (SELECT count(*) FROM healthy_case) + 7)::int);

SELECT t FROM tried, LATERAL (VALUES
    (1, cmp_ok(after * factor, '<=', before, what || ': cheaper by the factor expected with the advised index created')),
    (2, cmp_ok(used, '=', GREATEST(created, 1), what || ': each created index is in the plan')),
    (3, is(again, 0, what || ': no more advice afterwards'))) v (n, t) ORDER BY no, n;

SELECT is(count_advice(setup, query), NULL, what || ': no advice') FROM healthy_case ORDER BY no;

-- Several queries share what can be shared
SELECT is((SELECT count(*)::int FROM perfadvisor.advise(ARRAY[
              'SELECT * FROM orders WHERE customer_id = 42',
              'SELECT * FROM orders WHERE customer_id = 43 AND status = ''paid''',
              'SELECT max(status) FROM orders WHERE customer_id = 44'])), 1, 'three queries with a common prefix get one index');
SELECT is((SELECT count(*)::int FROM perfadvisor.advise(ARRAY[
              'SELECT * FROM orders WHERE customer_id = 42', 'SELECT * FROM customer WHERE city = ''city5''',
              'SELECT * FROM orders ORDER BY created LIMIT 1'], max_indexes => 2)), 2, 'max_indexes is kept');
SELECT cmp_ok((SELECT sum(index_bytes) FROM perfadvisor.advise(ARRAY[
              'SELECT * FROM orders WHERE customer_id = 42', 'SELECT * FROM customer WHERE city = ''city5''',
              'SELECT * FROM orders ORDER BY created LIMIT 1'], storage_budget => 500000)), '<=', 500000::numeric, 'storage_budget is kept');
SELECT is((SELECT array_agg(a.ddl ORDER BY rank, step) FROM perfadvisor.advise(ARRAY(SELECT query FROM advise_case ORDER BY no)) a),
          (SELECT array_agg(a.ddl ORDER BY rank, step) FROM perfadvisor.advise(ARRAY(SELECT query FROM advise_case ORDER BY no)) a),
          'the same queries get the same advice');
SELECT throws_ok($$SELECT * FROM perfadvisor.advise_query('SELECT * FROM nothing')$$, '42P01', NULL, 'an unknown table is an error of the caller');
SELECT throws_ok($$SELECT * FROM perfadvisor.advise(max_indexes => -1)$$, '22023', NULL, 'a negative limit is refused');
SELECT throws_ok($$SELECT * FROM perfadvisor.advise(time_limit => '-1 s')$$, '22023', NULL, 'a negative time limit is refused');
SELECT * FROM finish();
