-- record: a statement's text is its own, whatever utility statement it runs inside of and wherever that is in its message
\unset ECHO
\i test/setup.sql
\i test/own_database.sql
SELECT plan(6);
CREATE TABLE places (n int);
INSERT INTO places SELECT generate_series(1, 100);
SELECT perfadvisor.reset() \g /dev/null
\o /dev/null
SELECT 'a statement in front, which is long enough to be longer than the other one' AS front \; DO $$
DECLARE r record;
BEGIN
    FOR r IN SELECT n FROM places WHERE n = 11 LOOP NULL; END LOOP;
END $$;
\o
SELECT is((SELECT array_agg(DISTINCT s.query) FROM perfadvisor.statement_samples s WHERE s.query LIKE '%places%' AND NOT s.toplevel),
          '{SELECT n FROM places WHERE n = 11}', 'inside DO, behind another statement');
SELECT perfadvisor.reset() \g /dev/null
DO $$
DECLARE r record;
BEGIN
    FOR r IN SELECT n FROM places WHERE n = 12 LOOP NULL; END LOOP;
END $$;
\o
SELECT is((SELECT array_agg(DISTINCT s.query) FROM perfadvisor.statement_samples s WHERE s.query LIKE '%places%' AND NOT s.toplevel),
          '{SELECT n FROM places WHERE n = 12}', 'inside DO that ends with a semicolon');

CREATE FUNCTION note_ddl() RETURNS event_trigger LANGUAGE plpgsql AS $$
DECLARE r record;
BEGIN
    FOR r IN SELECT n FROM places WHERE n = 13 LOOP NULL; END LOOP;
END $$;
CREATE EVENT TRIGGER note_ddl ON ddl_command_end EXECUTE FUNCTION note_ddl();
SELECT perfadvisor.reset() \g /dev/null
\o /dev/null
SELECT 'a statement in front, which is long enough to be longer than the other one' AS front \; CREATE TABLE made (a int);
\o
SELECT is((SELECT array_agg(DISTINCT s.query) FROM perfadvisor.statement_samples s WHERE s.query LIKE '%places%' AND NOT s.toplevel),
          '{SELECT n FROM places WHERE n = 13}', 'inside an event trigger');
DROP EVENT TRIGGER note_ddl;

-- The text of a function in standard SQL is a tree, with the places of the statement that created it
\o /dev/null
SELECT 'a statement in front, which is long enough to be longer than the other one' AS front \; CREATE FUNCTION tree_only(k int) RETURNS bigint LANGUAGE SQL
BEGIN ATOMIC
    SELECT count(*) FROM places WHERE n = k AND n < 1000;
END;
SELECT perfadvisor.reset() \g /dev/null
SELECT tree_only(n) FROM places WHERE n = 14;
\o
SELECT ok((SELECT bool_and(s.query IS NULL OR s.query NOT LIKE '%in front%') FROM perfadvisor.statements s), 'a function whose text is stored as a tree shows no other text');

-- Rules bring queries with places in the text that created them
CREATE TABLE logged (n int, what text);
\o /dev/null
SELECT 'a statement in front, which is long enough to be longer than the other one' AS front \; CREATE RULE log_it AS ON DELETE TO places DO ALSO INSERT INTO logged VALUES (OLD.n, 'gone');
SELECT perfadvisor.reset() \g /dev/null
DELETE FROM places WHERE n = 15;
\o
SELECT ok((SELECT bool_and(s.query NOT LIKE '%in front%') FROM perfadvisor.statement_samples s), 'nor does the action of a rule');

\o /dev/null
SELECT 'a statement in front, which is long enough to be longer than the other one' AS front \; DECLARE c CURSOR WITH HOLD FOR SELECT n FROM places WHERE n = 16;
FETCH ALL FROM c;
\o
SELECT is((SELECT array_agg(DISTINCT s.query) FROM perfadvisor.statement_samples s WHERE s.query LIKE '%n = 16%'),
          '{DECLARE c CURSOR WITH HOLD FOR SELECT n FROM places WHERE n = 16}', 'a cursor has the text of its declaration, without what stands in front of it');
\o
SELECT * FROM finish();
\connect regression
SET client_min_messages = error;
DROP DATABASE perfadvisor_test WITH (FORCE);
