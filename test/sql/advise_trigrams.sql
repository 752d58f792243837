-- advise: where pg_trgm is not there yet, creating it is a step of its own, and its index helps as much as that takes
\unset ECHO
\i test/setup.sql
\i test/own_database.sql
\i test/plan_of.sql
CREATE TABLE member (id int PRIMARY KEY, handle varchar(40) NOT NULL UNIQUE, name text NOT NULL, note text NOT NULL, code int NOT NULL);
INSERT INTO member
SELECT i, 'user-' || md5(i::text), md5((i * 7)::text) || ' ' || md5((i * 11)::text), repeat(md5((i * 3)::text), 3), i % 5000 FROM generate_series(1, 30000) AS i;
CREATE TABLE few (id int PRIMARY KEY, name text NOT NULL);
INSERT INTO few SELECT i, md5(i::text) FROM generate_series(1, 100) AS i;
VACUUM ANALYZE member, few;

CREATE FUNCTION cost(query text) RETURNS numeric LANGUAGE sql AS $$ SELECT substring(plan_of(query) FROM '\.\.([0-9.]+) rows')::numeric $$;

-- Does what is advised for a query, looks at the cost, asks again, and takes it back
CREATE FUNCTION try(query text, OUT before numeric, OUT after numeric, OUT steps text[], OUT again int) LANGUAGE plpgsql AS $$
DECLARE
    a record;
BEGIN
    before := cost(query);
    BEGIN
        FOR a IN SELECT * FROM perfadvisor.advise_query(query) ORDER BY rank, step LOOP
            steps := steps || substring(a.ddl FROM 'CREATE EXTENSION|USING [a-z]+');
            EXECUTE replace(a.ddl, 'CONCURRENTLY ', '');
        END LOOP;
        ANALYZE member;
        after := cost(query);
        SELECT count(*) INTO again FROM perfadvisor.advise_query(query);
        RAISE EXCEPTION SQLSTATE 'PA000';
    EXCEPTION WHEN SQLSTATE 'PA000' THEN
        NULL;
    END;
END $$;

CREATE TABLE advise_case (no int GENERATED ALWAYS AS IDENTITY, what text, query text);
INSERT INTO advise_case (what, query) VALUES
('a part of a word', 'SELECT id FROM member WHERE name LIKE ''%abcdef%'''),
('... in any case', 'SELECT id FROM member WHERE name ILIKE ''%ABCDEF%'''),
('a part of a unique column', 'SELECT id FROM member WHERE handle ILIKE ''%abcdef%'''),
('the beginning of a unique column in any case', 'SELECT id FROM member WHERE handle ILIKE ''User-abcde%77'''),
('the end of a word, of two letters', 'SELECT id FROM member WHERE name ILIKE ''%F7 0%'''),
('a regular expression', 'SELECT id FROM member WHERE name ~ ''abc[0-9]def'''),
('two columns, either of which may match', 'SELECT id FROM member WHERE name ILIKE ''%abcdef%'' OR note ILIKE ''%abcdef%'''),
('three of them in a part of the rows', 'SELECT id FROM member WHERE id > 10 AND (handle ILIKE ''%abcdef%'' OR name ILIKE ''%abcdef%'' OR note ILIKE ''%abcdef%'')'),
('a pattern or a key', 'SELECT id FROM member WHERE id = 77 OR name ILIKE ''%abcdef%'''),
('a pattern or an expression', 'SELECT id FROM member WHERE length(note) = 5 OR name ILIKE ''%abcdef%'''),
('a pattern or a value', 'SELECT id FROM member WHERE code = 77 OR name ILIKE ''%abcdef%''');
CREATE TABLE tried AS SELECT c.no, c.what, (try(c.query)).* FROM advise_case c;

CREATE TABLE healthy_case (no int GENERATED ALWAYS AS IDENTITY, what text, query text);
INSERT INTO healthy_case (what, query) VALUES
('a table of a few pages', 'SELECT id FROM few WHERE name ILIKE ''%abc%'''),
('a part of two letters, of which there are no trigrams', 'SELECT id FROM member WHERE name ILIKE ''%zq%'''),
('two letters around a wildcard', 'SELECT id FROM member WHERE name LIKE ''%zq_qz%'''),
('what most rows match', 'SELECT id FROM member WHERE handle ILIKE ''%user%'''),
('a pattern or what no index finds', 'SELECT id FROM member WHERE name ILIKE ''%abcdef%'' OR name = note'),
('a pattern or one without trigrams', 'SELECT id FROM member WHERE name ILIKE ''%abcdef%'' OR note ILIKE ''%zq%'''),
('a pattern of nothing but wildcards', 'SELECT id FROM member WHERE name LIKE ''%_%''');

SELECT plan(((SELECT 3 * count(*) FROM tried) + (SELECT count(*) FROM healthy_case))::int);
SELECT t FROM tried, LATERAL (VALUES
    (1, ok(steps @> '{CREATE EXTENSION,USING gin}' AND array_position(steps, 'CREATE EXTENSION') < array_position(steps, 'USING gin'),
           what || ': the extension is created first, then its index')),
    (2, cmp_ok(after * 4, '<=', before, what || ': a quarter of the cost at most once they are there')),
    (3, is(again, 0, what || ': nothing more is advised then'))) v (n, t) ORDER BY no, n;
SELECT is((SELECT count(*)::int FROM perfadvisor.advise_query(query)), 0, what || ': no advice') FROM healthy_case ORDER BY no;
SELECT * FROM finish();
