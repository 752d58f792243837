-- advise: an imagined index costs what the real one costs, wherever the table stands in the query
\unset ECHO
\i test/setup.sql
\i test/own_database.sql
CREATE EXTENSION pg_trgm;
CREATE EXTENSION btree_gist;

CREATE TABLE customer (
    id int PRIMARY KEY, email text NOT NULL, name varchar(80), city text, deleted_at timestamptz, active boolean);
CREATE TABLE orders (
    id int PRIMARY KEY, junk text, customer_id int, status text, total numeric(10,2), created timestamptz,
    tags text[], data jsonb, shipped timestamptz);
ALTER TABLE orders DROP COLUMN junk;
INSERT INTO customer
SELECT i, 'User' || i || '@Example.com', md5(i::text) || ' ' || md5((i * 7)::text), 'city' || i % 300,
       CASE WHEN i % 50 = 0 THEN timestamptz '2026-01-01' + i * interval '1 minute' END, i % 20 <> 0
FROM generate_series(1, 8000) i;
INSERT INTO orders
SELECT i, (i::bigint * 7919) % 8000, CASE WHEN i % 100 = 0 THEN 'pending' WHEN i % 3 = 0 THEN 'paid' ELSE 'shipped' END,
       i % 1000, timestamptz '2026-01-01' + ((i::bigint * 7907) % 30000) * interval '1 minute',
       ARRAY['t' || i % 50, 'u' || i % 70], jsonb_build_object('kind', 'k' || i % 200, 'n', i),
       CASE WHEN i % 4 = 0 THEN timestamptz '2026-02-01' + i * interval '1 second' END
FROM generate_series(1, 30000) i;
CREATE TABLE event (id int, at timestamptz NOT NULL, old text, kind text, session uuid) PARTITION BY RANGE (at);
CREATE TABLE event_1 PARTITION OF event FOR VALUES FROM ('2026-01-01') TO ('2026-01-08');
CREATE TABLE event_2 (junk int, session uuid, kind text, old text, id int, at timestamptz NOT NULL);
ALTER TABLE event_2 DROP COLUMN junk;
ALTER TABLE event ATTACH PARTITION event_2 FOR VALUES FROM ('2026-01-08') TO ('2026-01-22');
INSERT INTO event
SELECT i, timestamptz '2026-01-01' + i * interval '1 minute', 'x', 'kind' || i % 40, md5((i % 3000)::text)::uuid
FROM generate_series(0, 29000) i;
CREATE VIEW open_order AS SELECT o.id, o.customer_id, o.status, o.total, c.email, c.city
FROM customer c JOIN orders o ON o.customer_id = c.id WHERE o.status <> 'cancelled';
VACUUM ANALYZE customer, orders, event;

CREATE TABLE what_if_case (no int GENERATED ALWAYS AS IDENTITY, what text, query text, indexes text[]);
INSERT INTO what_if_case (what, query, indexes) VALUES
('a single column', 'SELECT * FROM orders WHERE customer_id = 42', '{CREATE INDEX ON orders (customer_id)}'),
('a composite', 'SELECT * FROM orders WHERE customer_id = 42 AND status = ''paid''', '{"CREATE INDEX ON orders (customer_id, status)"}'),
('an order with LIMIT', 'SELECT * FROM orders ORDER BY created DESC LIMIT 10', '{CREATE INDEX ON orders (created)}'),
('equality before an order', 'SELECT * FROM orders WHERE status = ''pending'' ORDER BY created LIMIT 5', '{"CREATE INDEX ON orders (status, created)"}'),
('mixed directions', 'SELECT * FROM orders ORDER BY status, created DESC LIMIT 10', '{"CREATE INDEX ON orders (status, created DESC)"}'),
('NULLS FIRST', 'SELECT * FROM orders ORDER BY shipped NULLS FIRST LIMIT 10', '{CREATE INDEX ON orders (shipped NULLS FIRST)}'),
('a range', 'SELECT * FROM orders WHERE created >= ''2026-01-05'' AND created < ''2026-01-06''', '{CREATE INDEX ON orders (created)}'),
('a list of values', 'SELECT * FROM orders WHERE customer_id IN (7, 8, 9, 4000)', '{CREATE INDEX ON orders (customer_id)}'),
('a list as an array', 'SELECT * FROM orders WHERE customer_id = ANY (''{7,8,9,4000}'')', '{CREATE INDEX ON orders (customer_id)}'),
('a minimum', 'SELECT min(created) FROM orders', '{CREATE INDEX ON orders (created)}'),
('a maximum for one value', 'SELECT max(total) FROM orders WHERE customer_id = 4', '{"CREATE INDEX ON orders (customer_id, total)"}'),
('groups', 'SELECT customer_id, count(*) FROM orders GROUP BY customer_id', '{CREATE INDEX ON orders (customer_id)}'),
('two arms of an OR', 'SELECT * FROM orders WHERE customer_id = 42 OR created = ''2026-01-05''', '{CREATE INDEX ON orders (customer_id),CREATE INDEX ON orders (created)}'),
('a partial index', 'SELECT * FROM orders WHERE status = ''pending'' AND total > 900', '{CREATE INDEX ON orders (total) WHERE status = ''pending''}'),
('a partial index on IS NOT NULL', 'SELECT * FROM customer WHERE deleted_at IS NOT NULL ORDER BY deleted_at LIMIT 20', '{CREATE INDEX ON customer (deleted_at) WHERE deleted_at IS NOT NULL}'),
('a partial index on a flag', 'SELECT * FROM customer WHERE NOT active AND city = ''city20''', '{CREATE INDEX ON customer (city) WHERE NOT active}'),
('an expression', 'SELECT * FROM customer WHERE lower(email) = ''user77@example.com''', '{CREATE INDEX ON customer (lower(email))}'),
('an expression on a date', 'SELECT * FROM orders WHERE date_trunc(''day'', created AT TIME ZONE ''UTC'') = ''2026-01-05''', '{"CREATE INDEX ON orders (date_trunc(''day'', created AT TIME ZONE ''UTC''))"}'),
('an expression on a JSON field', 'SELECT * FROM orders WHERE data->>''kind'' = ''k7''', '{CREATE INDEX ON orders ((data->>''kind''))}'),
('a prefix', 'SELECT * FROM customer WHERE email LIKE ''User777%''', '{CREATE INDEX ON customer (email text_pattern_ops)}'),
('a prefix of a varchar', 'SELECT * FROM customer WHERE name LIKE ''abcd%''', '{CREATE INDEX ON customer (name varchar_pattern_ops)}'),
('trigrams for ILIKE', 'SELECT * FROM customer WHERE name ILIKE ''%abcdef%''', '{CREATE INDEX ON customer USING gin (name gin_trgm_ops)}'),
('trigrams for LIKE', 'SELECT * FROM customer WHERE email LIKE ''%r7778@%''', '{CREATE INDEX ON customer USING gin (email gin_trgm_ops)}'),
('trigrams for a regular expression', 'SELECT * FROM customer WHERE email ~ ''r777[0-9]@''', '{CREATE INDEX ON customer USING gin (email gin_trgm_ops)}'),
('included columns', 'SELECT total FROM orders WHERE customer_id = 42', '{CREATE INDEX ON orders (customer_id) INCLUDE (total)}'),
('a hash index', 'SELECT * FROM customer WHERE email = ''User5@Example.com''', '{CREATE INDEX ON customer USING hash (email)}'),
('a BRIN index', 'SELECT * FROM event_1 WHERE at >= ''2026-01-05'' AND at < ''2026-01-05 01:00''', '{CREATE INDEX ON event_1 USING brin (at)}'),
('the second table of a join', 'SELECT * FROM customer c JOIN orders o ON o.customer_id = c.id WHERE c.id = 42', '{CREATE INDEX ON orders (customer_id)}'),
('a partial index on the second table', 'SELECT * FROM customer c JOIN orders o ON o.customer_id = c.id WHERE c.id BETWEEN 40 AND 60 AND o.status = ''pending''', '{CREATE INDEX ON orders (customer_id) WHERE status = ''pending''}'),
('an expression on the second table', 'SELECT * FROM orders o JOIN customer c ON o.customer_id = c.id WHERE lower(c.email) = ''user77@example.com''', '{CREATE INDEX ON customer (lower(email)),CREATE INDEX ON orders (customer_id)}'),
('a LEFT JOIN', 'SELECT c.id, o.id FROM customer c LEFT JOIN orders o ON o.customer_id = c.id AND o.status = ''pending'' WHERE c.city = ''city7''', '{CREATE INDEX ON orders (customer_id) WHERE status = ''pending'',CREATE INDEX ON customer (city)}'),
('a view', 'SELECT * FROM open_order WHERE city = ''city7'' AND status = ''pending''', '{CREATE INDEX ON orders (customer_id) WHERE status = ''pending'',CREATE INDEX ON customer (city)}'),
('a subquery', 'SELECT * FROM customer WHERE id IN (SELECT customer_id FROM orders WHERE status = ''pending'' AND total = 900)', '{CREATE INDEX ON orders (total) WHERE status = ''pending''}'),
('a correlated subquery', 'SELECT id, (SELECT max(created) FROM orders o WHERE o.customer_id = c.id) FROM customer c WHERE c.city = ''city9''', '{"CREATE INDEX ON orders (customer_id, created)"}'),
('a materialized CTE', 'WITH x AS MATERIALIZED (SELECT * FROM orders WHERE customer_id = 42) SELECT * FROM x', '{CREATE INDEX ON orders (customer_id)}'),
('a CTE used twice', 'WITH x AS (SELECT * FROM orders WHERE customer_id = 42) SELECT * FROM x a JOIN x b USING (id)', '{CREATE INDEX ON orders (customer_id)}'),
('an arm of a UNION', 'SELECT id FROM orders WHERE customer_id = 42 UNION SELECT id FROM customer WHERE city = ''city5''', '{CREATE INDEX ON orders (customer_id),CREATE INDEX ON customer (city)}'),
('VALUES joined', 'SELECT * FROM (VALUES (1), (2)) v (x) JOIN orders o ON o.customer_id = v.x AND o.status = ''pending''', '{CREATE INDEX ON orders (customer_id) WHERE status = ''pending''}'),
('a partitioned table', 'SELECT * FROM event WHERE session = ''c4ca4238-a0b9-2382-0dcc-509a6f75849b''', '{CREATE INDEX ON event (session)}'),
('an expression on a partitioned table', 'SELECT * FROM event WHERE upper(kind) = ''KIND7'' AND at > ''2026-01-10'' AND at < ''2026-01-11''', '{CREATE INDEX ON event (upper(kind))}'),
('one partition', 'SELECT * FROM event_2 WHERE kind = ''kind7'' AND id < 100', '{CREATE INDEX ON event_2 (id) WHERE kind = ''kind7''}'),
('an UPDATE', 'UPDATE orders SET total = 0 WHERE customer_id = 42', '{CREATE INDEX ON orders (customer_id)}'),
('a DELETE', 'DELETE FROM orders WHERE customer_id = 42 AND status = ''pending''', '{CREATE INDEX ON orders (customer_id) WHERE status = ''pending''}');

CREATE FUNCTION cost_of(lines text[]) RETURNS numeric LANGUAGE sql AS
$$SELECT substring(lines[1] FROM '\.\.([0-9.]+) rows')::numeric$$;

-- Costs of a query now, with the indexes imagined, and with them created.
CREATE FUNCTION measure(query text, indexes text[], OUT before numeric, OUT imagined numeric, OUT created numeric)
LANGUAGE plpgsql AS $$
DECLARE
    ddl text;
    line text;
    lines text[] := '{}';
BEGIN
    imagined := cost_of(ARRAY(SELECT * FROM perfadvisor.what_if(query, indexes)));
    before := cost_of(ARRAY(SELECT * FROM perfadvisor.what_if(query)));
    BEGIN
        FOREACH ddl IN ARRAY indexes LOOP
            EXECUTE ddl;
        END LOOP;
        ANALYZE customer, orders, event;
        FOR line IN EXECUTE 'EXPLAIN ' || query LOOP
            lines := lines || line;
        END LOOP;
        created := cost_of(lines);
        RAISE EXCEPTION SQLSTATE 'PA000';
    EXCEPTION WHEN SQLSTATE 'PA000' THEN
        NULL;
    END;
END $$;

CREATE TABLE measured AS SELECT c.no, c.what, (measure(c.query, c.indexes)).* FROM what_if_case c;

SELECT plan(count(*)::int + 10) FROM measured;

SELECT cmp_ok(abs(imagined / created - 1), '<=',
              CASE WHEN what ~ 'trigrams|BRIN|hash' THEN 0.30 ELSE 0.05 END,
              format('%s: the cost with the imagined index is that of the real one', what))
FROM measured ORDER BY no;
SELECT cmp_ok((SELECT count(*) FROM measured WHERE abs(imagined / created - 1) <= 0.05), '>=',
              (SELECT ceil(count(*) * 0.9)::bigint FROM measured), 'at least 9 of 10 cases are within 5 percent');

-- Hiding
CREATE INDEX orders_customer ON orders (customer_id);
SELECT cmp_ok(cost_of(ARRAY(SELECT * FROM perfadvisor.what_if('SELECT * FROM orders WHERE customer_id = 4', '{}', '{orders_customer}'))),
              '>', 20 * cost_of(ARRAY(SELECT * FROM perfadvisor.what_if('SELECT * FROM orders WHERE customer_id = 4'))),
              'a hidden index is not used');
SELECT is(cost_of(ARRAY(SELECT * FROM perfadvisor.what_if('SELECT * FROM orders WHERE customer_id = 4', '{CREATE INDEX ON orders (customer_id)}', '{orders_customer}'))),
          cost_of(ARRAY(SELECT * FROM perfadvisor.what_if('SELECT * FROM orders WHERE customer_id = 4'))),
          'an imagined index takes the place of a hidden one at the same cost');
DROP INDEX orders_customer;

-- A unique index is imagined as an ordinary one
SELECT ok(EXISTS (SELECT FROM perfadvisor.what_if('SELECT o.id FROM orders o LEFT JOIN customer c ON c.city = o.status',
                                                  '{CREATE UNIQUE INDEX ON customer (city)}') l WHERE l ~ 'customer'),
          'an imagined unique index removes no join');

-- Errors are the user's own
SELECT throws_ok($$SELECT perfadvisor.what_if('SELECT 1 FROM', '{}')$$, '42601', NULL, 'a syntax error in the query is reported as such');
SELECT throws_ok($$SELECT perfadvisor.what_if('SELECT 1; SELECT 2', '{}')$$, '42601', NULL, 'two statements are refused');
SELECT throws_ok($$SELECT perfadvisor.what_if('SELECT 1', '{DROP TABLE orders}')$$, '42601', NULL, 'only CREATE INDEX can be imagined');
SELECT throws_ok($$SELECT perfadvisor.what_if('SELECT 1', '{CREATE INDEX ON orders (nothing)}')$$, '42703', NULL, 'a column that does not exist is reported');
SELECT throws_ok($$SELECT perfadvisor.what_if('SELECT 1', '{CREATE INDEX ON orders ((random()))}')$$, '42P17', NULL, 'an expression that is not immutable is refused');
SELECT throws_ok($$SELECT perfadvisor.what_if('SELECT 1', '{}', '{orders}')$$, '42809', NULL, 'only indexes can be hidden');

SELECT * FROM finish();
