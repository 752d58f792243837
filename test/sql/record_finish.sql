-- record: what a statement does at its end belongs to it, and one that cannot start leaves nothing behind
\unset ECHO
\i test/setup.sql
\i test/own_database.sql
SELECT plan(11);

CREATE TABLE ended (id int, part int);
CREATE TABLE trail (id int);
CREATE TABLE locked (id int PRIMARY KEY);
CREATE TABLE forbidden (id int);
INSERT INTO locked SELECT generate_series(1, 20);
CREATE FUNCTION leave_trail() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
    INSERT /* trail */ INTO trail VALUES (NEW.id);
    IF NEW.part = 0 THEN RAISE EXCEPTION 'refused'; END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER leave_trail AFTER INSERT ON ended FOR EACH ROW EXECUTE FUNCTION leave_trail();

CREATE VIEW seen AS
SELECT toplevel, query, calls, failures, rows, shared_blks_hit, shared_blks_read, temp_blks_written, wal_bytes
FROM perfadvisor.statements WHERE datname = current_database();
CREATE FUNCTION seen(pattern text, top boolean DEFAULT true) RETURNS text LANGUAGE sql AS
$$ SELECT string_agg(format('%s calls, %s failures, %s rows', calls, failures, rows), '; ')
   FROM seen WHERE query LIKE pattern AND toplevel = top $$;
CREATE FUNCTION try(statement text) RETURNS void LANGUAGE plpgsql AS
$$ BEGIN EXECUTE statement; EXCEPTION WHEN OTHERS THEN NULL; END $$;

-- The statements themselves
\o /dev/null
INSERT /* passes */ INTO ended VALUES (1, 1);
SELECT try('INSERT /* refused */ INTO ended SELECT 2, 0');
WITH added AS (INSERT INTO ended VALUES (3, 1) RETURNING id) SELECT /* writes */ count(*) FROM locked;
SELECT try('WITH added AS (INSERT INTO ended VALUES (4, 0) RETURNING id) SELECT /* writes refused */ max(id) FROM locked');
SELECT /* locks */ id FROM locked WHERE id <= 7 FOR UPDATE;

CREATE ROLE pa_finish_stranger;
GRANT USAGE ON SCHEMA public TO pa_finish_stranger;
CREATE FUNCTION knock() RETURNS void LANGUAGE plpgsql AS
$$ BEGIN
    FOR i IN 1..20 LOOP
        BEGIN
            PERFORM /* forbidden */ count(*) FROM forbidden;
        EXCEPTION WHEN insufficient_privilege THEN
            NULL;
        END;
        PERFORM /* after knocking */ 1 FROM pg_class LIMIT 1;
    END LOOP;
END $$;
SET ROLE pa_finish_stranger;
SELECT knock();
RESET ROLE;
SELECT /* afterwards */ count(*) FROM locked;
BEGIN;
DECLARE pieces CURSOR FOR SELECT /* interrupted */ l.id FROM locked l ORDER BY 1;
FETCH 3 FROM pieces;
SELECT /* between */ count(*) FROM locked a, locked b;
FETCH 4 FROM pieces;
COMMIT;
\o

SELECT is(seen('INSERT /* passes */%'), '1 calls, 0 failures, 1 rows', 'a statement whose trigger runs at its end is counted');
SELECT is(seen('INSERT /* refused */%', false), '0 calls, 1 failures, 0 rows', 'one whose trigger fails at its end is counted as failed');
SELECT is(seen('WITH added%writes */%'), '1 calls, 0 failures, 1 rows', 'a query with a write that nobody reads is counted');
SELECT is(seen('WITH added%writes refused */%', false), '0 calls, 1 failures, 0 rows', 'and as failed when that write''s trigger fails');
SELECT is(seen('INSERT /* trail */%', false), '4 calls, 0 failures, 4 rows', 'what triggers run is counted as nested');
SELECT is(seen('INSERT /* trail */%', true), NULL, 'and never as top level');
SELECT is(seen('SELECT /* locks */%'), '1 calls, 0 failures, 7 rows', 'a query that locks rows is counted');
SELECT is(seen('SELECT /* after knocking */%', false), '20 calls, 0 failures, 20 rows', 'statements after one that could not start are counted as nested');
SELECT is(seen('SELECT /* afterwards */%'), '1 calls, 0 failures, 1 rows', 'and those after them as top level');
SELECT is(seen('DECLARE pieces%', false), '1 calls, 0 failures, 7 rows', 'a cursor that others run in between of is one execution');
SELECT is((SELECT count(*) FROM seen WHERE shared_blks_hit NOT BETWEEN 0 AND 100000 OR shared_blks_read NOT BETWEEN 0 AND 100000 OR
    temp_blks_written <> 0 OR wal_bytes NOT BETWEEN 0 AND 10000000), 0::bigint, 'blocks and WAL are those used meanwhile, also of failures and cursors');
SELECT * FROM finish();
DROP OWNED BY pa_finish_stranger;
DROP ROLE pa_finish_stranger;
