-- history: what came of advice corrects the times that later advice predicts, from three outcomes on
\unset ECHO
\i test/setup.sql
\i test/own_database.sql
CREATE TABLE learned AS SELECT n AS id, n * 7 % 5000 AS a, n * 11 % 5000 AS b, n * 13 % 5000 AS c, n * 17 % 50 AS d, repeat('x', 60) AS note FROM generate_series(1, 40000) n;
ANALYZE learned;
CREATE TABLE answers (n bigint);
CREATE FUNCTION run(columns text, times int) RETURNS void LANGUAGE plpgsql AS $$
DECLARE name text;
BEGIN
    FOREACH name IN ARRAY string_to_array(columns, NULL) LOOP
        FOR i IN 1..times LOOP
            CASE name WHEN 'a' THEN INSERT INTO answers SELECT count(note) FROM learned WHERE a = i;
                      WHEN 'b' THEN INSERT INTO answers SELECT count(note) FROM learned WHERE b = i;
                      WHEN 'c' THEN INSERT INTO answers SELECT count(note) FROM learned WHERE c = i;
                      WHEN 'd' THEN INSERT INTO answers SELECT count(note) FROM learned WHERE d = i % 50; END CASE;
        END LOOP;
    END LOOP;
END $$;
-- the share of time that the index on column d would save; a search with a limit is never a remembered one
CREATE FUNCTION saved() RETURNS float8 LANGUAGE sql AS
$$ SELECT sum(workload_gain) FROM perfadvisor.advise(max_indexes => 20) WHERE ddl LIKE '%learned%(d%' $$;

SELECT run('abcd', 30) \g /dev/null
SELECT perfadvisor.snapshot() \g /dev/null
SELECT count(*) FROM perfadvisor.index_advice \g /dev/null
SELECT perfadvisor.snapshot() \g /dev/null
SELECT plan(13);
SELECT is((SELECT count(*) FROM perfadvisor.advice_log WHERE relation = 'public.learned'), 4::bigint, 'four indexes are advised');
SELECT ok((SELECT bool_and(remaining BETWEEN 0 AND 0.9) FROM perfadvisor.advice_log), 'with the share of time that is to remain');
SELECT is((SELECT (correction IS NULL, corrected_tables) FROM perfadvisor.advice_record)::text, '(t,0)', 'before there are outcomes nothing is corrected');
CREATE INDEX ON learned (a);
CREATE INDEX ON learned (b);
SELECT perfadvisor.snapshot() \g /dev/null
SELECT run('ab', 60) \g /dev/null
SELECT perfadvisor.snapshot() \g /dev/null
SELECT is((SELECT string_agg(verdict, ',') FROM perfadvisor.advice_outcomes), 'better,better', 'of two indexes it is known what became of them');
SELECT is((SELECT count(*) FROM perfadvisor.advice_corrections), 0::bigint, 'which is not enough to correct anything');
CREATE INDEX ON learned (c);
SELECT perfadvisor.snapshot() \g /dev/null
SELECT run('c', 60) \g /dev/null
SELECT perfadvisor.snapshot() \g /dev/null
SELECT is((SELECT string_agg(relation || ' ' || outcomes || ' ' || (factor BETWEEN 0.2 AND 5) || ' ' || (error >= 1), ', ' ORDER BY relation) FROM perfadvisor.advice_corrections),
          ' 3 true true, public.learned 3 true true', 'three are: for the table, and for the database');
SELECT ok((SELECT correction = factor AND correction_error = error AND corrected_tables = 1
           FROM perfadvisor.advice_record, perfadvisor.advice_corrections WHERE relation = ''), 'the record shows it');

-- The same search with factors that are known
UPDATE perfadvisor.advice_corrections SET factor = 1;
SELECT saved() AS plain \gset
UPDATE perfadvisor.advice_corrections SET factor = 3 WHERE relation = 'public.learned';
SELECT saved() AS less \gset
UPDATE perfadvisor.advice_corrections SET factor = 0.3 WHERE relation = 'public.learned';
SELECT saved() AS more \gset
SELECT ok(:less < :plain AND :plain < :more, 'where more time remained than predicted, later advice promises less, and the other way round');
SELECT ok((SELECT bool_and(time_saved >= 0 AND workload_gain <= 1) FROM perfadvisor.advise()), 'never more than all of the time');
UPDATE perfadvisor.advice_corrections SET factor = 3;
UPDATE perfadvisor.advice_corrections SET relation = 'public.other' WHERE relation = 'public.learned';
SELECT saved() AS by_database \gset
SELECT ok(abs(:by_database - :less) < 0.001 * :plain, 'a table without a factor of its own has that of the database');
SELECT perfadvisor.snapshot() \g /dev/null
SELECT is((SELECT count(*) FROM perfadvisor.advice_corrections WHERE relation = 'public.other'), 0::bigint, 'a factor that nothing supports any more is forgotten');
SELECT run('d', 1) \g /dev/null
SELECT count(*) FROM perfadvisor.index_advice \g /dev/null
SELECT perfadvisor.snapshot() \g /dev/null
SELECT ok((SELECT bool_and(remaining BETWEEN 0 AND 0.9) FROM perfadvisor.advice_log), 'what is kept to learn from is not corrected itself');
CREATE ROLE learns_nobody;
SET ROLE learns_nobody;
SELECT throws_ok('SELECT * FROM perfadvisor.advice_corrections', '42501', NULL, 'a role without rights does not read it');
RESET ROLE;
SELECT * FROM finish();
DROP ROLE learns_nobody;
