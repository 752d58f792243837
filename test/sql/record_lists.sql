-- record: statements that differ only in how long their lists of constants are, are one statement, with samples that advice can use
\unset ECHO
\i test/setup.sql
\i test/own_database.sql
SELECT plan(16);

CREATE TABLE listed (id int PRIMARY KEY, part int, note varchar(20), at date);
INSERT INTO listed SELECT n, n % 1000, 'note ' || n, date '2020-01-01' + n % 300 FROM generate_series(1, 20000) n;
CREATE TABLE other_listed (LIKE listed);
ANALYZE;
CREATE FUNCTION seen(pattern text) RETURNS text LANGUAGE sql AS
$$ SELECT string_agg(format('%s calls of %s', calls, query), '; ' ORDER BY calls, query) FROM perfadvisor.statements
   WHERE datname = current_database() AND query LIKE pattern AND query NOT LIKE '%perfadvisor%' $$;

\o /dev/null
SELECT perfadvisor.reset(); -- of what filled the table
SET perfadvisor.slow_query_time = 0;
SELECT /* numbers */ count(*) FROM listed WHERE part IN (1, 2) AND id > 5;
SELECT /* numbers */ count(*) FROM listed WHERE part IN (1, 2, 3) AND id > 6;
SELECT /* numbers, with another remark */ count(*) FROM listed WHERE part IN (-1,  2, 3, 4, 5) AND id > 7;
SELECT /* numbers */ count(*) FROM listed WHERE part NOT IN (1, 2) AND id > 5;
SELECT /* numbers */ count(*) FROM listed WHERE part IN (1, id, 3) AND id > 5;
SET perfadvisor.slow_query_time = -1;
SELECT /* texts */ count(*) FROM listed WHERE note IN ('note 1', 'note 2');
SELECT /* texts */ count(*) FROM listed WHERE note IN ('note 1', E'it''s', 'x)');
SELECT /* casts */ count(*) FROM listed WHERE at IN ('2020-01-01'::date, date '2020-01-02') AND part = 5;
SELECT /* casts */ count(*) FROM listed WHERE at IN ('2020-01-01', '2020-01-02', CAST('2020-01-03' AS date)) AND part = 6;
SELECT /* arrays */ count(*) FROM listed WHERE part = ANY (ARRAY[1, 2]);
SELECT /* arrays */ count(*) FROM listed WHERE part = ANY (ARRAY[1, 2, 3, 4]);
PREPARE two(int, int, int) AS SELECT /* parameters */ count(*) FROM listed WHERE part IN ($1, $2) AND id > $3;
PREPARE four(int, int, int, int, int) AS SELECT /* parameters */ count(*) FROM listed WHERE part IN ($1, $2, $3, $4) AND id > $5;
EXECUTE two(1, 2, 10);
EXECUTE four(1, 2, 3, 4, 10);
EXECUTE two(3, 4, 11);
SELECT /* tables */ count(*) FROM listed WHERE part IN (1, 2) AND note > 'x';
SELECT /* tables */ count(*) FROM other_listed WHERE part IN (1, 2, 3) AND note > 'x';
CREATE FUNCTION in_function(a int, b int) RETURNS bigint LANGUAGE plpgsql AS
$$ BEGIN RETURN (SELECT /* function */ count(*) FROM listed WHERE part IN (a, b, 7)); END $$;
SELECT in_function(1, 2);
SELECT in_function(3, 4);
CREATE FUNCTION try(statement text) RETURNS void LANGUAGE plpgsql AS
$$ BEGIN EXECUTE statement; EXCEPTION WHEN OTHERS THEN NULL; END $$;
SELECT try('SELECT /* failing */ 1 / (part - part) FROM listed WHERE id IN (1, 2)');
SELECT try('SELECT /* failing */ 1 / (part - part) FROM listed WHERE id IN (1, 2, 3)');
\o
SELECT is(seen('SELECT /* numbers */ count(*) FROM listed WHERE part IN ($1 /*%'), '3 calls of SELECT /* numbers */ count(*) FROM listed WHERE part IN ($1 /*, ... */) AND id > $2',
    'lists of two, three and five numbers are one statement, whatever the remarks');
SELECT is(seen('SELECT /* numbers */ % NOT IN %'), '1 calls of SELECT /* numbers */ count(*) FROM listed WHERE part NOT IN ($1 /*, ... */) AND id > $2', 'another operator is another statement');
SELECT is(seen('SELECT /* numbers */ % id, %'), '1 calls of SELECT /* numbers */ count(*) FROM listed WHERE part IN ($1, id, $2) AND id > $3', 'a list with a column in it is shown in full');
SELECT is(seen('SELECT /* texts */%'), '2 calls of SELECT /* texts */ count(*) FROM listed WHERE note IN ($1 /*, ... */)', 'so are lists of texts');
SELECT matches(seen('SELECT /* casts */%'), '^2 calls of SELECT /\* casts \*/ count\(\*\) FROM listed WHERE at IN \(.*\$1.* /\*, \.\.\. \*/\) AND part = \$2$', 'and of constants with casts');
SELECT is(seen('SELECT /* arrays */%'), '2 calls of SELECT /* arrays */ count(*) FROM listed WHERE part = ANY (ARRAY[$1 /*, ... */])', 'and arrays');
SELECT is((SELECT format('%s rows, %s calls', count(*), sum(calls)) FROM perfadvisor.statements WHERE query LIKE 'PREPARE % /* parameters */%'), '1 rows, 3 calls', 'lists of parameters are, too');
SELECT ok((SELECT bool_and(query LIKE '%IN ($1 /*, ... */)%') FROM perfadvisor.statements WHERE query LIKE 'PREPARE % /* parameters */%'), 'and shown as such');
SELECT is((SELECT count(*) FROM perfadvisor.statements WHERE query LIKE 'SELECT /* tables */%' AND datname = current_database()), 2::bigint, 'lists on different tables are two statements');
SELECT matches(seen('%/* function */%'), '^2 calls of .*part IN \(\$\d+(, \$\d+, \$\d+| /\*, \.\.\. \*/)\)\)?$', 'a list of variables is one statement, too');
SELECT is((SELECT format('%s rows, %s failures', count(*), sum(failures)) FROM perfadvisor.statements WHERE query LIKE 'SELECT /* failing */%'), '1 rows, 2 failures', 'failures are counted in one place, too');
SELECT is((SELECT count(DISTINCT queryid) FROM perfadvisor.slow_queries q WHERE query LIKE 'SELECT /* numbers%' AND query NOT LIKE '%NOT IN%' AND query NOT LIKE '%, id,%'), 1::bigint, 'slow executions have one id');
SELECT is((SELECT array_agg(query ORDER BY length(query)) FROM perfadvisor.statement_samples WHERE query LIKE 'SELECT /* texts */%'),
    ARRAY['SELECT /* texts */ count(*) FROM listed WHERE note IN (''note 1'', ''note 2'')', 'SELECT /* texts */ count(*) FROM listed WHERE note IN (''note 1'', E''it''''s'', ''x)'')'],
    'each length can be a sample, with all its constants');
SELECT is((SELECT string_agg(format('%s: %s', reason, query), '; ') FROM perfadvisor.unadvised_statements WHERE query LIKE '%FROM listed WHERE%' AND query NOT LIKE '%perfadvisor%'), NULL, 'advice can use all of them');
SELECT ok((SELECT bool_or(ddl LIKE '%listed%(part%') FROM perfadvisor.index_advice WHERE queryids && (SELECT array_agg(queryid) FROM perfadvisor.statements WHERE query LIKE 'SELECT /* arrays */%')),
    'an index is advised for them');
\o /dev/null
SELECT perfadvisor.reset();
EXECUTE four(1, 2, 3, 4, 10);
EXECUTE two(1, 2, 10);
\o
SELECT is((SELECT format('%s rows, %s calls', count(*), sum(calls)) FROM perfadvisor.statements WHERE query LIKE 'PREPARE % /* parameters */%'), '1 rows, 2 calls', 'after a reset they are still one');
SELECT * FROM finish();
