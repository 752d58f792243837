-- record: samples hold what advice needs: the text as it ran, its parameters, their types, the search_path
\unset ECHO
\i test/setup.sql
\i test/own_database.sql
SELECT plan(18);

CREATE TABLE sampled (id int PRIMARY KEY, part int, note text, at timestamptz DEFAULT now());
INSERT INTO sampled SELECT n, n % 10, 'note ' || n FROM generate_series(1, 1000) n;
ANALYZE sampled;

CREATE FUNCTION sample(pattern text) RETURNS SETOF perfadvisor.statement_samples LANGUAGE sql AS
$$ SELECT * FROM perfadvisor.statement_samples
   WHERE datname = current_database() AND query LIKE pattern ORDER BY started_at, query $$;

\o /dev/null
SELECT /* constants */ note FROM sampled WHERE id = 17 AND note = 'it''s';
PREPARE typed(int, text) AS SELECT /* typed */ id FROM sampled WHERE part = $1 AND note = $2;
EXECUTE typed(5, 'x');
EXECUTE typed(6, NULL);
CREATE FUNCTION wanted(part_wanted int, r sampled) RETURNS bigint LANGUAGE plpgsql AS
$$ DECLARE n bigint;
BEGIN
    SELECT /* variables */ count(*) INTO n FROM sampled s WHERE s.part = part_wanted AND s.note <> r.note AND s.id > 3;
    n := (SELECT /* assigned */ count(*) FROM sampled WHERE part = wanted.part_wanted);
    RETURN n;
END $$;
SELECT wanted(7, s) FROM sampled s WHERE id = 5;
CREATE FUNCTION named(arg int) RETURNS bigint LANGUAGE sql VOLATILE AS
$$ SELECT /* argument */ count(*) FROM sampled WHERE part = arg $$;
SELECT named(8);
SELECT /* same */ note FROM sampled WHERE id = 1;
SELECT /* same */ note FROM sampled WHERE id = 1;
SELECT /* same */ note FROM sampled WHERE id = 1;
CREATE SCHEMA other;
SET search_path = other, public;
SELECT /* path */ part FROM sampled WHERE id = 1;
RESET search_path;
PREPARE long(text) AS SELECT /* long */ id FROM sampled WHERE note = $1;
EXECUTE long(repeat('x', 10000));
SET perfadvisor.track_parameters = off;
SELECT /* private */ note FROM sampled WHERE id = 2;
PREPARE hidden(int) AS SELECT /* hidden */ note FROM sampled WHERE id = $1;
EXECUTE hidden(3);
RESET perfadvisor.track_parameters;
SELECT format('SELECT /* many */ at FROM sampled WHERE id = %s', n) FROM generate_series(1, 40) n \gexec
-- Customer 1 has 6000 orders of 60000; all executions read the table, so that none is slower
CREATE TABLE ordered AS SELECT CASE WHEN n % 10 = 0 THEN 1 ELSE n % 5000 END AS customer, n, repeat('x', 20) AS note FROM generate_series(1, 60000) n;
ANALYZE ordered;
SELECT format('SELECT /* dearest */ note FROM ordered WHERE customer = %s ORDER BY n LIMIT 1', CASE WHEN n = 150 THEN 1 ELSE 1001 + n END) FROM generate_series(1, 400) n \gexec
DO $$ BEGIN EXECUTE 'SELECT /* fails */ 1 / (part - 1) FROM sampled WHERE id = 21';
EXCEPTION WHEN division_by_zero THEN NULL; END $$;
\o

SELECT is((SELECT query FROM sample('SELECT /* constants */%')),
    'SELECT /* constants */ note FROM sampled WHERE id = 17 AND note = ''it''''s''', 'constants stay in the text of a sample');
SELECT is((SELECT array_agg(parameters::text ORDER BY parameters::text) FROM sample('PREPARE typed%')),
    ARRAY['{5,x}', '{6,NULL}'], 'parameters of EXECUTE are kept');
SELECT is((SELECT DISTINCT parameter_types::text FROM sample('PREPARE typed%')), '{integer,text}', 'and their types');
SELECT is((SELECT bool_and(true = ALL (parameters_known)) FROM sample('PREPARE typed%')), true, 'a NULL is a known value');
SELECT matches((SELECT query FROM sample('SELECT /* variables */%')),
    'WHERE s.part = \$\d+ AND s.note <> \$\d+ AND s.id > 3$', 'variables of PL/pgSQL, also fields of records, are written as parameters');
SELECT is((SELECT array_agg(p ORDER BY n) FROM sample('SELECT /* variables */%'), unnest(parameters) WITH ORDINALITY AS u (p, n) WHERE p IS NOT NULL),
    ARRAY['7', 'note 5'], 'with the values they had');
SELECT matches((SELECT query FROM sample('SELECT (SELECT /* assigned */%')), 'WHERE part = \$1\)$', 'an assignment becomes a query, and a qualified variable a parameter');
SELECT is((SELECT query || ' ' || parameters::text FROM sample('SELECT /* argument */%')),
    'SELECT /* argument */ count(*) FROM sampled WHERE part = $1 {8}', 'arguments of SQL functions are written as parameters');
SELECT is((SELECT count(*) FROM sample('SELECT /* same */%')), 1::bigint, 'equal executions are one sample');
SELECT is((SELECT (executions, sampled_executions)::text FROM sample('SELECT /* same */%')), '(3,3)', 'which says how many they were');
SELECT is((SELECT search_path FROM sample('SELECT /* path */%')), 'other, public', 'the search_path is kept');
SELECT is((SELECT parameters_known::text FROM sample('PREPARE long%')), '{f}', 'a value that is too long is not known');
SELECT is((SELECT count(*) FROM sample('%/* private */%')), 0::bigint, 'without track_parameters a statement with constants has no sample');
SELECT is((SELECT parameters_known::text || parameters::text FROM sample('PREPARE hidden%')), '{f}{NULL}', 'and others have no values');
SELECT is((SELECT count(*) FROM sample('SELECT /* many */%')), 8::bigint, 'eight samples of a statement are kept');
SELECT is((SELECT count(*) FROM sample('SELECT /* dearest */%customer = 1 %')), 1::bigint, 'the one that the planner expected to be dearest is among them');
SELECT is((SELECT count(*) FROM sample('SELECT /* dearest */%')), 8::bigint, 'with seven others');
SELECT is((SELECT query FROM sample('SELECT /* fails */%')), 'SELECT /* fails */ 1 / (part - 1) FROM sampled WHERE id = 21', 'a statement that never succeeded has a sample');
SELECT * FROM finish();
