-- advise: that a table was loaded once does not speak against an index, that it is written all the time does
\unset ECHO
\i test/setup.sql
\i test/own_database.sql
SELECT plan(3);
CREATE TABLE loaded (id int, customer int, note text);
CREATE TABLE written (id int, customer int, note text);
INSERT INTO loaded SELECT n, n % 5000, repeat('x', 20) FROM generate_series(1, 100000) n;
UPDATE loaded SET note = 'y' WHERE id % 3 = 0;
INSERT INTO written SELECT n, n % 5000, repeat('x', 20) FROM generate_series(1, 20000) n;
ANALYZE loaded;
ANALYZE written;
DO $$ BEGIN
    FOR i IN 1..5 LOOP
        PERFORM count(*) FROM loaded WHERE customer = i;
        PERFORM count(*) FROM written WHERE customer = i;
    END LOOP;
    FOR i IN 1..400 LOOP
        INSERT INTO written SELECT n, n, '' FROM generate_series(1, 200) n;
        DELETE FROM written WHERE id <= 200;
    END LOOP;
END $$;
SELECT is((SELECT count(*) FROM perfadvisor.index_advice WHERE relation = 'loaded'::regclass AND ddl LIKE '%(customer)%'), 1::bigint,
          'an index on a table that was filled by one statement, and changed by one more, is advised');
SELECT is((SELECT count(*) FROM perfadvisor.index_advice WHERE relation = 'written'::regclass AND ddl LIKE '%(customer)%'), 0::bigint,
          'one on a table that is filled and emptied again and again is not, for as few reads');
SELECT matches((SELECT reason FROM perfadvisor.index_advice_rejected WHERE relation = 'written'::regclass AND ddl LIKE '%(customer)%' LIMIT 1), 'writes', 'and the reason is its writes');
SELECT * FROM finish();
