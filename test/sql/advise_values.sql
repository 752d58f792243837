-- advise: an index that only plans for some values would read is advised where statements are planned for their values
\unset ECHO
\i test/setup.sql
\i test/own_database.sql
CREATE TABLE card (id int PRIMARY KEY, name text NOT NULL, body text NOT NULL);
INSERT INTO card SELECT i, md5(i::text), repeat(md5((i * 3)::text), 4) FROM generate_series(1, 20000) AS i;
CREATE TABLE owned (person int NOT NULL, card int NOT NULL);
-- One person has 3000 cards, the others have about 20 each
INSERT INTO owned SELECT CASE WHEN i % 20 = 0 THEN 1 ELSE 2 + i % 3000 END, 1 + (i * 7919) % 20000 FROM generate_series(1, 60000) AS i;
CREATE INDEX ON owned (person);
-- ANALYZE reads all rows
ALTER TABLE owned ALTER person SET STATISTICS 1000, ALTER card SET STATISTICS 1000;
VACUUM ANALYZE card;
VACUUM ANALYZE owned;
CREATE FUNCTION person(n int) RETURNS int LANGUAGE sql RETURN CASE WHEN n % 10 = 9 THEN 1 ELSE n * 17 % 3000 + 2 END;
\i test/plan_of.sql
SELECT plan(10);

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
SELECT format('SELECT c.id, c.name FROM owned AS o JOIN card AS c ON c.id = o.card WHERE o.person = %s ORDER BY c.name LIMIT 25', CASE WHEN n % 4 = 0 THEN 1 ELSE person(n) END) FROM generate_series(1, 30) AS n \gexec
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
SELECT format('SELECT c.id, c.name FROM owned AS o JOIN card AS c ON c.id = o.card WHERE o.person = %s ORDER BY c.name LIMIT 25', CASE WHEN n % 4 = 0 THEN 1 ELSE person(n) END) FROM generate_series(1, 30) AS n \gexec
\o
SELECT is((SELECT count(*) FROM perfadvisor.index_advice), 0::bigint, 'with all created nothing is advised any more');

-- One person has 1200 journals, of whose entries the latest that are marked come first in their order; the others have three each
CREATE TABLE journal (id int PRIMARY KEY, owner int NOT NULL);
INSERT INTO journal SELECT i, CASE WHEN i % 25 = 0 THEN 1 ELSE 2 + i % 9000 END FROM generate_series(1, 30000) AS i;
CREATE TABLE entry (id int PRIMARY KEY, journal int NOT NULL, marked boolean NOT NULL, created timestamptz NOT NULL, body text NOT NULL);
INSERT INTO entry SELECT i, 1 + (i * 7919) % 30000, i % 20 = 0, '2026-11-01'::timestamptz - (i * 31 % 100000) * interval '1 s', repeat(md5(i::text), 3)
FROM generate_series(1, 120000) AS i;
CREATE INDEX ON journal (owner);
CREATE INDEX ON entry (journal);
VACUUM ANALYZE journal;
VACUUM ANALYZE entry;
SET random_page_cost = 1.1;
PREPARE marked(int) AS SELECT e.id, e.body FROM entry AS e JOIN journal AS j ON j.id = e.journal WHERE j.owner = $1 AND e.marked ORDER BY e.created DESC LIMIT 25;
SELECT perfadvisor.reset() IS NOT NULL AS done \gset
\o /dev/null
SELECT format('EXECUTE marked(%s)', CASE WHEN n % 10 = 9 THEN 1 ELSE n * 17 + 2 END) FROM generate_series(1, 40) AS n \gexec
\o
SET plan_cache_mode = force_generic_plan;
CREATE TABLE before AS SELECT plan_of('EXECUTE marked(2)') AS plan;
SELECT replace(ddl, 'CONCURRENTLY ', '') FROM perfadvisor.index_advice ORDER BY rank, step \gexec
SELECT cmp_ok((regexp_match(plan_of('EXECUTE marked(2)'), '\.\.([0-9.]+)'))[1]::float8, '<', (SELECT 0.8 * (regexp_match(plan, '\.\.([0-9.]+)'))[1]::float8 FROM before),
              'in the place of an index that a plan for all values would not use comes one that it does');
RESET plan_cache_mode;
SELECT perfadvisor.reset() IS NOT NULL AS done \gset
\o /dev/null
SELECT format('EXECUTE marked(%s)', CASE WHEN n % 10 = 9 THEN 1 ELSE n * 17 + 2 END) FROM generate_series(1, 40) AS n \gexec
\o
SELECT is((SELECT count(*) FROM perfadvisor.index_advice), 0::bigint, 'and with that nothing is advised any more');
SELECT * FROM finish();
