-- advise: GIN, GiST, SP-GiST, BRIN and hash indexes are advised where they help, run as printed, are used, and are not advised where they do not help
\unset ECHO
\i test/setup.sql
\i test/own_database.sql
CREATE EXTENSION pg_trgm;
DO $$ BEGIN PERFORM setseed(0.25); END $$;
CREATE TABLE doc (
    id int PRIMARY KEY, tenant int NOT NULL, data jsonb NOT NULL, tags text[] NOT NULL, numbers int[], body text NOT NULL,
    words tsvector NOT NULL, removed boolean NOT NULL, filler text NOT NULL);
INSERT INTO doc
SELECT i, i % 400, jsonb_build_object('kind', 'k' || i % 500, 'n', i, 'nested', jsonb_build_object('owner', 'o' || i % 900), 'k' || i % 700, true),
       ARRAY['t' || (random() * random() * 600)::int, 'u' || i % 700], ARRAY[i % 800, i % 13],
       'word' || i % 900 || ' and another ' || md5((i % 3000)::text), to_tsvector('simple', 'item' || i % 800 || ' more'), i % 30 <> 0, repeat('x', 300)
FROM generate_series(1, 12000) i;
CREATE TABLE booking (id int PRIMARY KEY, room int, during tsrange NOT NULL, address inet NOT NULL, place point NOT NULL, score int, filler text NOT NULL);
INSERT INTO booking
SELECT i, i % 300, tsrange(timestamp '2026-01-01' + i * interval '10 minutes', timestamp '2026-01-01' + i * interval '10 minutes' + interval '2 hours'),
       ('10.' || i % 200 || '.' || (i / 200) % 200 || '.' || i % 250)::inet, point((i * 7919) % 10007, (i * 47) % 10009), i % 1000, repeat('y', 150)
FROM generate_series(1, 20000) i;
CREATE TABLE log (id bigint, at timestamptz NOT NULL, url text NOT NULL, session text NOT NULL, filler text NOT NULL);
INSERT INTO log
SELECT i, timestamptz '2026-01-01' + i * interval '1 second', 'https://example.com/a/rather/long/path/to/some/page/of/the/site/' || md5(i::text) || '/' || md5((i + 1)::text),
       md5((i % 5000)::text), repeat('z', 250)
FROM generate_series(1, 60000) i;
CREATE TABLE history (id int, at timestamptz NOT NULL, shuffled int, filler text NOT NULL) WITH (fillfactor = 10);
INSERT INTO history SELECT i, timestamptz '2026-01-01' + i * interval '1 second', (i * 7919) % 12007, repeat('z', 250) FROM generate_series(1, 12000) i;
CREATE TABLE small_doc (id int PRIMARY KEY, data jsonb, tags text[]);
INSERT INTO small_doc SELECT i, jsonb_build_object('n', i), ARRAY['t' || i] FROM generate_series(1, 150) i;
VACUUM ANALYZE doc, booking, log, history, small_doc;

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
('array @> among few rows', 'gin \(tags\)', 'SELECT id FROM doc WHERE NOT removed AND tags @> ''{u77}''', 3),
('range &&', 'gist \(during\)', 'SELECT id FROM booking WHERE during && ''[2026-02-01,2026-02-01 03:00)''', 5),
('range @>', 'gist \(during\)', 'SELECT id FROM booking WHERE during @> timestamp ''2026-02-01''', 5),
('range <<', 'gist \(during\)', 'SELECT id FROM booking WHERE during << ''[2026-01-01 08:00,2026-01-01 09:00)''', 3),
('inet <<', 'gist|btree', 'SELECT id FROM booking WHERE address << ''10.7.8.0/24''', 5),
('inet &&', 'gist', 'SELECT id FROM booking WHERE address && ''10.7.8.0/24''', 5),
('the nearest points', 'gist \(place', 'SELECT id FROM booking ORDER BY place <-> ''(500,500)'' LIMIT 5', 10),
('points in a box', 'gist \(place', 'SELECT id FROM booking WHERE place <@ box ''((0,0),(300,300))''', 5),
('a long range of a table in order', 'btree|brin', 'SELECT count(filler) FROM log WHERE at BETWEEN ''2026-01-01 02:00'' AND ''2026-01-01 06:00''', 1.2),
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

-- Creates what is advised for a query, looks at the cost and at who is used, asks again, and takes it back. Expressions
-- get their statistics from ANALYZE once the index exists.
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
        IF ddl ~ '->|to_tsvector' THEN
            ANALYZE doc;
        END IF;
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

CREATE TABLE healthy_case (no int GENERATED ALWAYS AS IDENTITY, what text, setup text, query text);
INSERT INTO healthy_case (what, setup, query) VALUES
('jsonb of a table of a few pages', '', 'SELECT id FROM small_doc WHERE data @> ''{"n": 7}'''),
('an array of a table of a few pages', '', 'SELECT id FROM small_doc WHERE tags @> ''{t7}'''),
('a key that all rows have', '', 'SELECT id FROM doc WHERE data ? ''kind'''),
('elements that all rows have one of', '', 'SELECT id FROM doc WHERE numbers && ''{0,1,2,3,4,5,6,7,8,9,10,11,12}'''),
('a word that all rows have', '', 'SELECT id FROM doc WHERE words @@ ''more''::tsquery'),
('a range that covers nearly all rows', '', 'SELECT id FROM booking WHERE during && ''[2026-01-02,2027-01-01)'''),
('a network that holds all rows', '', 'SELECT id FROM booking WHERE address << ''10.0.0.0/8'''),
('an element compared with ANY, which no index finds', '', 'SELECT id FROM doc WHERE ''u77'' = ANY (tags)'),
('the nearest points of a table of a few pages', 'CREATE TABLE few AS SELECT * FROM booking LIMIT 50', 'SELECT id FROM few ORDER BY place <-> ''(5,5)'' LIMIT 3'),
('@> where an index of the other jsonb class exists', 'CREATE INDEX ON doc USING gin (data)', 'SELECT id FROM doc WHERE data @> ''{"kind": "k7"}'''),
('an array index that exists', 'CREATE INDEX ON doc USING gin (tags)', 'SELECT id FROM doc WHERE tags && ''{u77}'''),
('a multicolumn GIN index that exists', 'CREATE INDEX ON doc USING gin (words, tags)', 'SELECT id FROM doc WHERE tags @> ''{u77}'''),
('a full text index that exists', 'CREATE INDEX ON doc USING gin (words)', 'SELECT id FROM doc WHERE words @@ ''item77''::tsquery'),
('a SP-GiST index that exists', 'CREATE INDEX ON booking USING spgist (during)', 'SELECT id FROM booking WHERE during && ''[2026-02-01,2026-02-01 03:00)'''),
('a GiST index that exists, for neighbours', 'CREATE INDEX ON booking USING gist (place)', 'SELECT id FROM booking ORDER BY place <-> ''(500,500)'' LIMIT 5'),
('a B-tree on long texts that exists', 'CREATE INDEX ON log (url)', 'SELECT id FROM log WHERE url = ''https://example.com/x'''),
('an OR with an arm that no index serves', '', 'SELECT id FROM booking WHERE room = 77 OR filler <> ''y''');

CREATE FUNCTION advice(setup text, query text, budget bigint DEFAULT NULL, most int DEFAULT NULL) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    result text;
BEGIN
    BEGIN
        IF setup <> '' THEN
            EXECUTE setup;
        END IF;
        SELECT string_agg(a.ddl, '; ') INTO result FROM perfadvisor.advise(ARRAY[query], storage_budget => budget, max_indexes => most) a;
        RAISE EXCEPTION SQLSTATE 'PA000';
    EXCEPTION WHEN SQLSTATE 'PA000' THEN
        RETURN result;
    END;
END $$;

SELECT plan(((SELECT 5 * count(*) FROM tried) + (SELECT count(*) FROM healthy_case) + 14)::int);

SELECT t FROM tried, LATERAL (VALUES
    (1, cmp_ok(after * factor, '<=', before, what || ': cheaper by the factor expected with the advised index created')),
    (2, cmp_ok(used, '=', GREATEST(created, 1), what || ': each created index is in the plan')),
    (3, is(again, 0, what || ': no more advice afterwards')),
    (4, matches(ddl, 'USING [a-z]*(' || method || ')', what || ': of the kind expected')),
    (5, ok(predicted BETWEEN bytes * 0.6 - 16384 AND bytes * 1.5 + 16384, what || ': as large as predicted'))) v (n, t) ORDER BY no, n;

SELECT is(advice(setup, query), NULL, what || ': no advice') FROM healthy_case ORDER BY no;

-- Who wins against whom
SELECT matches(advice('', 'SELECT id FROM log WHERE session = ''c4ca4238a0b923820dcc509a6f75849b'''), 'btree', 'texts of ordinary length get a B-tree, not a hash index');
SELECT is(advice('ALTER TABLE doc ADD long text; UPDATE doc SET long = (SELECT string_agg(md5(id::text || k), '''') FROM generate_series(1, 200) k) WHERE id % 20 = 0; ANALYZE doc',
                 'SELECT id FROM doc WHERE long > ''x'' ORDER BY long LIMIT 3'), NULL, 'where values are too long for a B-tree, none is advised');
SELECT matches(advice('', 'SELECT count(filler) FROM history WHERE at BETWEEN ''2026-01-01 01:00'' AND ''2026-01-01 01:05''', 100000), 'brin', 'with little storage to spend, a BRIN index is advised');
SELECT is(advice('', 'SELECT count(filler) FROM history WHERE shuffled BETWEEN 100 AND 400', 100000), NULL, 'a BRIN index is advised only for rows in order');
SELECT matches(advice('', 'SELECT id FROM booking WHERE room = 77 AND score = 77'), '^[^;]*btree \((room, score|score, room|room|score)\)$', 'two equalities get one index, not two to be combined');
SELECT matches(advice('CREATE INDEX ON booking (room)', 'SELECT id FROM booking WHERE room = 77 OR score = 88'), '^[^;]*btree \(score\)$', 'of two arms of an OR only the one without an index gets one');
SELECT matches(advice('CREATE EXTENSION btree_gin', 'SELECT id FROM doc WHERE tenant = 77 AND tags && ''{u77,u78,u79,u80}'''), 'USING gin \(tags, tenant\)|USING btree \(tenant', 'with btree_gin an equality and an array compete in all kinds');
SELECT matches(advice('CREATE TABLE shared AS SELECT id, id % 60 AS part, numbers, filler FROM doc, generate_series(1, 3); ANALYZE shared', 'SELECT id FROM shared WHERE part = 7 AND numbers @> ''{11}''', NULL, 1),
               '^CREATE EXTENSION IF NOT EXISTS btree_gin; CREATE INDEX [^;]* USING gin \(numbers, part\)$', 'where one index shall do, btree_gin is a step of its own');
SELECT is(advice('CREATE EXTENSION btree_gin; CREATE TABLE shared AS SELECT id, id % 60 AS part, numbers, filler FROM doc, generate_series(1, 3); CREATE INDEX ON shared USING gin (numbers, part); ANALYZE shared',
                 'SELECT id FROM shared WHERE part = 7 AND numbers @> ''{11}'''), NULL, '... and with it created, nothing more is advised');
SELECT matches(advice('CREATE EXTENSION btree_gist', 'SELECT id FROM booking WHERE room = 77 AND during && ''[2026-01-01,2026-03-01)'''), 'USING gist \(during, room\)|USING btree \(room', 'with btree_gist an equality and a range compete in all kinds');

-- What another execution would have another value for is nobody's index
SELECT is((SELECT count(*)::int FROM perfadvisor.advise_query('SELECT id FROM doc ORDER BY point(id, tenant) <-> ''(5,5)'' LIMIT 3') WHERE ddl ~ 'btree'), 0, 'the distance from one point is not indexed by a B-tree');

SELECT is((SELECT count(*)::int FROM perfadvisor.advise_query('SELECT id FROM doc WHERE data ->> $1 = $2')), 0, 'the field that a parameter names is not indexed');
SELECT is((SELECT kind FROM perfadvisor.advise_query('SELECT id FROM doc WHERE tags @> ''{u77}''')), 'inverted', 'the kind of a GIN index is told');
SELECT is((SELECT kind FROM perfadvisor.advise_query('SELECT id FROM booking WHERE during && ''[2026-02-01,2026-02-01 03:00)''')), 'spatial', 'the kind of a GiST index is told');
SELECT * FROM finish();
