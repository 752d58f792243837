-- advise: GIN, GiST, SP-GiST, BRIN and hash indexes are advised where they help, run as printed, are used, and are not advised where they do not help
\unset ECHO
\i test/setup.sql
\i test/own_database.sql
CREATE EXTENSION pg_trgm;
SELECT setseed(0.25) \g /dev/null
CREATE TABLE doc (
    id int PRIMARY KEY, tenant int NOT NULL, data jsonb NOT NULL, tags text[] NOT NULL, numbers int[], body text NOT NULL,
    words tsvector NOT NULL, removed boolean NOT NULL, filler text NOT NULL);
INSERT INTO doc
SELECT i, i % 400, jsonb_build_object('kind', 'k' || i % 500, 'n', i, 'nested', jsonb_build_object('owner', 'o' || i % 900), 'k' || i % 700, true),
       ARRAY['t' || (random() * random() * 600)::int, 'u' || i % 700], ARRAY[i % 800, i % 13],
       'word' || i % 900 || ' and another ' || md5((i % 3000)::text), to_tsvector('simple', 'item' || i % 800 || ' more'), i % 30 <> 0, repeat('x', 200)
FROM generate_series(1, 30000) i;
CREATE TABLE booking (id int PRIMARY KEY, room int, during tsrange NOT NULL, address inet NOT NULL, place point NOT NULL, score int, filler text NOT NULL);
INSERT INTO booking
SELECT i, i % 300, tsrange(timestamp '2026-01-01' + i * interval '10 minutes', timestamp '2026-01-01' + i * interval '10 minutes' + interval '2 hours'),
       ('10.' || i % 200 || '.' || (i / 200) % 200 || '.' || i % 250)::inet, point((i * 7919) % 10007, (i * 47) % 10009), i % 1000, repeat('y', 100)
FROM generate_series(1, 30000) i;
CREATE TABLE log (id bigint, at timestamptz NOT NULL, url text NOT NULL, session text NOT NULL, filler text NOT NULL);
INSERT INTO log
SELECT i, timestamptz '2026-01-01' + i * interval '1 second', 'https://example.com/a/rather/long/path/to/some/page/of/the/site/' || md5(i::text) || '/' || md5((i + 1)::text),
       md5((i % 5000)::text), repeat('z', 250)
FROM generate_series(1, 60000) i;
CREATE TABLE small_doc (id int PRIMARY KEY, data jsonb, tags text[]);
INSERT INTO small_doc SELECT i, jsonb_build_object('n', i), ARRAY['t' || i] FROM generate_series(1, 150) i;
CREATE FUNCTION distinct_words(text) RETURNS tsvector LANGUAGE sql IMMUTABLE AS 'SELECT to_tsvector(''simple'', $1)';
VACUUM ANALYZE doc, booking, log, small_doc;

CREATE TABLE advise_case (no int GENERATED ALWAYS AS IDENTITY, what text, method text, query text, factor numeric);
INSERT INTO advise_case (what, method, query, factor) VALUES
('jsonb @>', 'gin .*jsonb_path_ops', 'SELECT id FROM doc WHERE data @> ''{"kind": "k7"}''', 5),
('jsonb @>, nested', 'gin .*jsonb_path_ops', 'SELECT id FROM doc WHERE data @> ''{"nested": {"owner": "o77"}}''', 5),
('jsonb ?', 'gin \(data\)', 'SELECT id FROM doc WHERE data ? ''k77''', 3),
('jsonb ?|', 'gin \(data\)', 'SELECT id FROM doc WHERE data ?| ''{k77,k78}''', 3),
('jsonb ?&', 'gin \(data\)', 'SELECT id FROM doc WHERE data ?& ''{k77,n}''', 3),
('jsonpath @?', 'gin .*jsonb_path_ops', 'SELECT id FROM doc WHERE data @? ''$.kind ? (@ == "k7")''', 3),
('jsonpath @@', 'gin .*jsonb_path_ops', 'SELECT id FROM doc WHERE data @@ ''$.kind == "k7"''', 3),
('a part of a jsonb', 'gin ', 'SELECT id FROM doc WHERE data -> ''nested'' @> ''{"owner": "o77"}''', 3),
('array @>', 'gin \(tags\)', 'SELECT id FROM doc WHERE tags @> ''{u77}''', 5),
('array &&', 'gin \(tags\)', 'SELECT id FROM doc WHERE tags && ''{u77,u78}''', 5),
('array <@ the other way round', 'gin \(numbers\)', 'SELECT id FROM doc WHERE ''{77}'' <@ numbers', 5),
('tsvector @@', 'gin \(words\)', 'SELECT id FROM doc WHERE words @@ ''item77''::tsquery', 5),
('full text of an expression', 'gin \(to_tsvector', 'SELECT id FROM doc WHERE to_tsvector(''english'', body) @@ to_tsquery(''english'', ''word77'')', 5),
('jsonb @> among few rows', 'gin .*', 'SELECT id FROM doc WHERE NOT removed AND data @> ''{"kind": "k0"}''', 3),
('range &&', 'gist \(during\)', 'SELECT id FROM booking WHERE during && ''[2026-02-01,2026-02-01 03:00)''', 5),
('range @>', 'gist \(during\)', 'SELECT id FROM booking WHERE during @> timestamp ''2026-02-01''', 5),
('range <<', 'gist \(during\)', 'SELECT id FROM booking WHERE during << ''[2026-01-01 08:00,2026-01-01 09:00)''', 3),
('inet <<', 'gist|btree', 'SELECT id FROM booking WHERE address << ''10.7.8.0/24''', 5),
('inet &&', 'gist', 'SELECT id FROM booking WHERE address && ''10.7.8.0/24''', 5),
('the nearest points', 'gist \(place\)', 'SELECT id FROM booking ORDER BY place <-> ''(500,500)'' LIMIT 5', 10),
('points in a box', 'gist \(place\)', 'SELECT id FROM booking WHERE place <@ box ''((0,0),(300,300))''', 5),
('a long range of a table in order', 'brin', 'SELECT count(filler) FROM log WHERE at BETWEEN ''2026-01-01 02:00'' AND ''2026-01-01 06:00''', 1.2),
('equality of long texts', 'hash \(url\)', 'SELECT id FROM log WHERE url = ''https://example.com/a/rather/long/path/to/some/page/of/the/site/x''', 50),
('two arms of an OR', 'btree', 'SELECT id FROM booking WHERE room = 77 OR score = 88', 3),
('two arms of an OR of two kinds', 'gin', 'SELECT id FROM doc WHERE tags @> ''{u77}'' OR words @@ ''item77''::tsquery', 3);

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
CREATE FUNCTION try(query text, OUT before numeric, OUT after numeric, OUT ddl text, OUT created int, OUT used int, OUT again int, OUT predicted bigint, OUT bytes bigint)
LANGUAGE plpgsql AS $$
DECLARE
    a record;
    names text[];
    plan_after text;
BEGIN
    SELECT c.cost INTO before FROM cost(query) c;
    BEGIN
        SELECT array_agg(indexrelid) INTO names FROM pg_index;
        FOR a IN SELECT * FROM perfadvisor.advise_query(query) ORDER BY rank, step LOOP
            ddl := concat_ws('; ', ddl, a.ddl);
            predicted := coalesce(predicted, 0) + a.index_bytes;
            EXECUTE replace(a.ddl, 'CONCURRENTLY ', '');
        END LOOP;
        ANALYZE doc, booking, log;
        SELECT c.cost, c.plan INTO after, plan_after FROM cost(query) c;
        SELECT count(*) FILTER (WHERE c.relkind = 'i'),
               count(*) FILTER (WHERE c.relkind = 'i' AND plan_after LIKE '%' || c.relname || '%'), sum(pg_relation_size(c.oid))
          INTO created, used, bytes
          FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
         WHERE NOT i.indexrelid::text = ANY (names);
        SELECT count(*) INTO again FROM perfadvisor.advise_query(query);
        RAISE EXCEPTION SQLSTATE 'PA000';
    EXCEPTION WHEN SQLSTATE 'PA000' THEN
        NULL;
    END;
END $$;

CREATE TABLE tried AS SELECT c.no, c.what, c.method, c.factor, (try(c.query)).* FROM advise_case c;
