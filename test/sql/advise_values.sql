-- advise: an index that only plans for some values would read is advised where statements are planned for their values
\unset ECHO
\i test/setup.sql
\i test/own_database.sql
CREATE TABLE card (id int PRIMARY KEY, name text NOT NULL, body text NOT NULL);
INSERT INTO card SELECT i, md5(i::text), repeat(md5((i * 3)::text), 4) FROM generate_series(1, 20000) AS i;
CREATE TABLE owned (person int NOT NULL, card int NOT NULL);
-- One person has 2400 cards, the others have about 20 each
INSERT INTO owned SELECT CASE WHEN i % 25 = 0 THEN 1 ELSE 2 + i % 3000 END, 1 + (i * 7919) % 20000 FROM generate_series(1, 60000) AS i;
CREATE INDEX ON owned (person);
VACUUM ANALYZE card;
VACUUM ANALYZE owned;
CREATE FUNCTION person(n int) RETURNS int LANGUAGE sql RETURN CASE WHEN n % 10 = 9 THEN 1 ELSE n * 17 % 3000 + 2 END;
CREATE FUNCTION plan_of(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE line text; lines text := '';
BEGIN
    FOR line IN EXECUTE 'EXPLAIN ' || statement LOOP lines := lines || line || E'\n'; END LOOP;
    RETURN lines;
END $$;
SELECT plan(8);

-- By a client that prepares: the first executions, of people with few cards, settle for one plan
SELECT perfadvisor.reset() IS NOT NULL AS done \gset
PREPARE cards_of(int) AS SELECT c.id, c.name FROM owned AS o JOIN card AS c ON c.id = o.card WHERE o.person = $1 ORDER BY c.name LIMIT 25;
\o /dev/null
SELECT format('EXECUTE cards_of(%s)', person(n)) FROM generate_series(1, 30) AS n \gexec
\o
SELECT is((SELECT count(*) FROM perfadvisor.index_advice WHERE ddl LIKE '%(name)%'), 0::bigint, 'an order that only the one with many rows wants to be read is not advised to sessions with a plan for all');
SELECT matches((SELECT string_agg(reason, '') FROM perfadvisor.index_advice_rejected WHERE ddl LIKE '%(name)%'), 'plan for all values.*force_custom_plan', 'and it is said why, and what would change that');

-- Nor where the one with many rows is one of three hundred
SELECT perfadvisor.reset() IS NOT NULL AS done \gset
\o /dev/null
SELECT format('SELECT c.id, c.name FROM owned AS o JOIN card AS c ON c.id = o.card WHERE o.person = %s ORDER BY c.name LIMIT 25', CASE WHEN n = 150 THEN 1 ELSE n + 1 END) FROM generate_series(1, 300) AS n \gexec
\o
SELECT is((SELECT count(*) FROM perfadvisor.index_advice WHERE ddl LIKE '%(name)%'), 0::bigint, 'it is not where only one execution of three hundred would read it');

-- By one that does not
SELECT perfadvisor.reset() IS NOT NULL AS done \gset
\o /dev/null
SELECT format('SELECT c.id, c.name FROM owned AS o JOIN card AS c ON c.id = o.card WHERE o.person = %s ORDER BY c.name LIMIT 25', person(n)) FROM generate_series(1, 30) AS n \gexec
\o
SELECT is((SELECT count(*) FROM perfadvisor.index_advice WHERE ddl LIKE '%(name)%'), 1::bigint, 'it is where each execution is planned');

-- The proof of both
SELECT replace(ddl, 'CONCURRENTLY ', '') FROM perfadvisor.index_advice ORDER BY rank, step \gexec
VACUUM ANALYZE card;
VACUUM ANALYZE owned;
SELECT alike(plan_of('SELECT c.id, c.name FROM owned AS o JOIN card AS c ON c.id = o.card WHERE o.person = 1 ORDER BY c.name LIMIT 25'), '%card_name_idx%', 'created, it is read where the execution is planned');
DEALLOCATE cards_of;
PREPARE cards_of(int) AS SELECT c.id, c.name FROM owned AS o JOIN card AS c ON c.id = o.card WHERE o.person = $1 ORDER BY c.name LIMIT 25;
\o /dev/null
SELECT format('EXECUTE cards_of(%s)', person(n)) FROM generate_series(1, 8) AS n \gexec
\o
SELECT unalike(plan_of('EXECUTE cards_of(1)'), '%card_name_idx%', 'and not by a session that has settled for one plan');
SET plan_cache_mode = force_custom_plan;
SELECT alike(plan_of('EXECUTE cards_of(1)'), '%card_name_idx%', 'which the setting named changes');
RESET plan_cache_mode;

SELECT perfadvisor.reset() IS NOT NULL AS done \gset
\o /dev/null
SELECT format('SELECT c.id, c.name FROM owned AS o JOIN card AS c ON c.id = o.card WHERE o.person = %s ORDER BY c.name LIMIT 25', person(n)) FROM generate_series(1, 30) AS n \gexec
\o
SELECT is((SELECT count(*) FROM perfadvisor.index_advice), 0::bigint, 'with all created nothing is advised any more');
SELECT * FROM finish();
