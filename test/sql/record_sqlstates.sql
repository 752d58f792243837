-- record: failures are counted by statement and SQLSTATE, cancelled and timed-out ones included
\unset ECHO
\i test/setup.sql
\i test/own_database.sql
SELECT plan(7);

CREATE TABLE sqlstates_unique (id int PRIMARY KEY);
INSERT INTO sqlstates_unique VALUES (1);
CREATE FUNCTION sqlstates_of(marker text) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(format('%s %s %s', sqlstate_class, sqlstate, failures), ', ' ORDER BY sqlstate)
    FROM perfadvisor.statement_failures WHERE query ~ marker AND datname = current_database() $$;
\o /dev/null
SELECT perfadvisor.reset();
DO $$
BEGIN
    FOR i IN 1 .. 3 LOOP
        BEGIN
            INSERT INTO sqlstates_unique VALUES (1);
        EXCEPTION WHEN unique_violation THEN NULL;
        END;
    END LOOP;
    BEGIN
        INSERT INTO sqlstates_unique VALUES (NULL);
    EXCEPTION WHEN not_null_violation THEN NULL;
    END;
END $$;
\set ON_ERROR_STOP off
\set VERBOSITY sqlstate
SELECT id / (id - id) AS by_nothing FROM sqlstates_unique;
SET statement_timeout = '20ms';
SELECT pg_sleep(20) AS too_long FROM sqlstates_unique;
RESET statement_timeout;
SELECT nothing_like_it FROM sqlstates_unique;
\set ON_ERROR_STOP on
\o
SELECT is(sqlstates_of('INSERT INTO'), '23 23502 1, 23 23505 3', 'failures that a function catches are counted, each SQLSTATE for itself');
SELECT is(sqlstates_of('AS by_nothing'), '22 22012 1', 'a division by zero is one');
SELECT is(sqlstates_of('AS too_long'), '57 57014 1', 'a statement that timed out is one');
SELECT cmp_ok((SELECT total_exec_time FROM perfadvisor.statement_failures WHERE query ~ 'AS too_long'), '>=', 15::float8, 'and the time it had run is counted');
SELECT cmp_ok((SELECT sum(failures) FROM perfadvisor.statement_failures WHERE sqlstate = '42703' AND queryid IS NULL), '>=', 1::numeric, 'a statement that could not be analysed counts without an id');
SELECT is((SELECT sum(f.failures)::bigint FROM perfadvisor.statement_failures f WHERE f.query ~ 'sqlstates_unique' AND f.datname = current_database()),
          (SELECT sum(s.failures)::bigint FROM perfadvisor.statements s WHERE s.query ~ 'sqlstates_unique' AND s.datname = current_database()),
          'the failures of all SQLSTATEs are the failures of the statements');
\o /dev/null
SELECT perfadvisor.reset();
\o
SELECT is(sqlstates_of('sqlstates_unique'), NULL, 'reset forgets them');
SELECT * FROM finish();
