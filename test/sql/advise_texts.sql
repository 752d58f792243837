-- advise: a workload given as texts is taken statement by statement, and who gives what is wrong is told what and where
\unset ECHO
\i test/setup.sql
BEGIN;
SELECT plan(12);
CREATE TABLE parcels AS SELECT i AS id, i % 5000 AS depot, i % 7000 AS owner, repeat('x', 60) AS label FROM generate_series(1, 60000) i;
ANALYZE parcels;
CREATE FUNCTION advised(VARIADIC queries text[]) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(regexp_replace(ddl, '.*btree ', ''), ' ' ORDER BY ddl) FROM perfadvisor.advise(queries) $$;
-- What an error says: its message, and the text and position that go with it
CREATE FUNCTION complaint(query text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    PERFORM * FROM perfadvisor.advise(ARRAY['SELECT 1', query]);
    RETURN 'none';
EXCEPTION WHEN others THEN
    RETURN SQLSTATE || ' ' || SQLERRM;
END $$;

SELECT is(advised('SELECT * FROM parcels WHERE depot = 7; SELECT * FROM parcels WHERE owner = 9'),
          advised('SELECT * FROM parcels WHERE depot = 7', 'SELECT * FROM parcels WHERE owner = 9'),
          'a text of two statements is the same as two texts');
SELECT is(advised('SELECT * FROM parcels WHERE depot = 7; SELECT * FROM parcels WHERE owner = 9'), '(depot) (owner)', 'of which each is advised for');
SELECT is(advised(E'BEGIN;\nSET LOCAL work_mem = ''1MB'';\n-- the depot''s\nUPDATE parcels SET label = ''y'' WHERE depot = 7;\nCOMMIT;'), '(depot)', 'a script is taken for the statements in it that have plans');
SELECT is((SELECT count(*)::int FROM parcels WHERE label = 'y'), 0, 'and nothing of it is run');
SELECT is(advised('SELECT * FROM parcels WHERE depot = 7;', '', '-- the end', ';;'), '(depot)', 'texts without a statement are passed over');
SELECT is(advised('SELECT id FROM parcels WHERE label <> ''a;b'' AND depot = 7; SELECT $$;$$'), '(depot)', 'semicolons in constants separate nothing');
SELECT matches(advised('EXPLAIN SELECT * FROM parcels WHERE depot = 7; PREPARE a AS SELECT * FROM parcels WHERE owner = $1'), 'depot.*owner', 'what EXPLAIN and PREPARE are about is looked at');

SELECT is(complaint(''), 'none', 'an empty text next to others is no error');
SELECT is(complaint('SELECT * FROM nowhere'), '42P01 relation "nowhere" does not exist', 'a statement that cannot be analysed is an error');
SELECT is(complaint('SELEC 1'), '42601 syntax error at or near "SELEC"', 'so is one that cannot be parsed');
SELECT throws_ok($$SELECT * FROM perfadvisor.advise('{"",";"}')$$, '42601', 'text holds no statement', 'and a workload without any statement');
SELECT throws_ok($$SELECT * FROM perfadvisor.advise('{"BEGIN; COMMIT"}')$$, '0A000', 'none of the statements can be planned', 'and one of statements without plans');
SELECT * FROM finish();
ROLLBACK;
