-- advise: an index that lowers a statement's cost and raises its time is not advised; one that lowers both is
\unset ECHO
\i test/setup.sql
\i test/own_database.sql
SET max_parallel_workers_per_gather = 0;
SET jit = off;
-- Rows of a customer are scattered over the whole table. Four columns say the same, which the planner takes for
-- a coincidence, so that it expects one customer in 256 where every fourth is meant.
CREATE TABLE customer (id int PRIMARY KEY, region int NOT NULL, branch int NOT NULL, office int NOT NULL, area int NOT NULL, name text NOT NULL);
INSERT INTO customer SELECT i, i % 4, i % 4, i % 4, i % 4, 'customer ' || i FROM generate_series(1, 20000) AS i;
CREATE TABLE purchase (id int PRIMARY KEY, customer_id int NOT NULL, amount numeric NOT NULL, bought_on date NOT NULL, note text NOT NULL);
INSERT INTO purchase SELECT i, 1 + (i::bigint * 7919) % 20000, i % 977, date '2020-01-01' + i % 2000, repeat('x', 100) FROM generate_series(1, 400000) AS i;
VACUUM ANALYZE customer, purchase;
SELECT perfadvisor.reset() IS NOT NULL AS done \gset

SELECT plan(21);

-- What the planner thinks of it, and what is true
CREATE FUNCTION plan_of(statement text) RETURNS SETOF text LANGUAGE plpgsql AS $$ BEGIN RETURN QUERY EXECUTE 'EXPLAIN ' || statement; END $$;
CREATE FUNCTION cost_of(statement text) RETURNS float8 LANGUAGE sql AS $$ SELECT substring(line FROM 'cost=[\d.]+\.\.([\d.]+)')::float8 FROM plan_of(statement) AS line LIMIT 1 $$;
\set misled 'SELECT sum(p.amount), max(p.note) FROM customer AS c JOIN purchase AS p ON p.customer_id = c.id WHERE c.region = 2 AND c.branch = 2 AND c.office = 2 AND c.area = 2 AND p.amount > 100'
:misled \g /dev/null
:misled \g /dev/null
:misled \g /dev/null
SELECT cmp_ok((SELECT sum(substring(line FROM 'cost=[\d.]+\.\.([\d.]+)')::float8) FROM (SELECT line FROM perfadvisor.what_if(:'misled', '{CREATE INDEX ON purchase (customer_id)}') AS line LIMIT 1) AS x), '<', cost_of(:'misled') * 0.7,
              'with an index on the foreign key the statement costs a third less');
SELECT is((SELECT count(*) FROM perfadvisor.index_advice WHERE relation = 'purchase'::regclass AND ddl LIKE '%(customer_id)'), 0::bigint, 'and yet that index is not advised');
SELECT alike((SELECT string_agg(reason, '; ') FROM perfadvisor.index_advice_rejected WHERE ddl LIKE '%purchase%customer_id%'), '%take longer%', 'because the statement would take longer');

-- The same join, where one row is meant
SELECT perfadvisor.reset() IS NOT NULL AS done \gset
\set right 'SELECT sum(p.amount), max(p.note) FROM customer AS c JOIN purchase AS p ON p.customer_id = c.id WHERE c.name = ''customer 4711'' AND p.amount > 100'
:right \g /dev/null
:right \g /dev/null
:right \g /dev/null
SELECT is((SELECT count(*) FROM perfadvisor.index_advice WHERE relation = 'purchase'::regclass AND ddl LIKE '%(customer_id%'), 1::bigint, 'for one customer''s purchases the index is advised');
SELECT unalike((SELECT string_agg(reason, '; ') FROM perfadvisor.index_advice), '%take longer%', 'and nothing gets slower');

-- Executions of one statement, of which most mean a customer in a place of his own, and one of six those of before
INSERT INTO customer SELECT 20000 + i, 100 + i, 100 + i, 100 + i, 100 + i, 'customer ' || 20000 + i FROM generate_series(1, 400) AS i;
VACUUM ANALYZE customer;
SELECT perfadvisor.reset() IS NOT NULL AS done \gset
\o /dev/null
SELECT format('SELECT sum(p.amount), max(p.note) FROM customer AS c JOIN purchase AS p ON p.customer_id = c.id WHERE c.region = %1$s AND c.branch = %1$s AND c.office = %1$s AND c.area = %1$s AND p.amount > 100',
              CASE WHEN n % 6 = 0 THEN 2 ELSE 100 + n END) FROM generate_series(1, 40) AS n \gexec
\o
SELECT is((SELECT count(*) FROM perfadvisor.index_advice WHERE relation = 'purchase'::regclass AND ddl LIKE '%(customer_id%'), 1::bigint, 'where few of a statement''s executions take longer and the others gain far more, the index is advised');
SELECT perfadvisor.reset() IS NOT NULL AS done \gset
\o /dev/null
SELECT format('SELECT sum(p.amount), max(p.note) FROM customer AS c JOIN purchase AS p ON p.customer_id = c.id WHERE c.region = %1$s AND c.branch = %1$s AND c.office = %1$s AND c.area = %1$s AND p.amount > 100',
              CASE WHEN n % 3 > 0 THEN 2 ELSE 100 + n END) FROM generate_series(1, 40) AS n \gexec
\o
SELECT is((SELECT count(*) FROM perfadvisor.index_advice WHERE relation = 'purchase'::regclass AND ddl LIKE '%(customer_id%'), 0::bigint, 'where most take longer it is not');

-- A key of which an index is read whole for its second column: the planner counts what is read, so must the time
CREATE TABLE tagged (purchase_id int NOT NULL, tag int NOT NULL, PRIMARY KEY (purchase_id, tag));
INSERT INTO tagged SELECT i, i * 7919::bigint % 211 FROM generate_series(1, 400000) AS i;
VACUUM ANALYZE tagged;
SET enable_seqscan = off;
SELECT perfadvisor.reset() IS NOT NULL AS done \gset
\o /dev/null
SELECT format('SELECT count(*) FROM tagged AS t JOIN purchase AS p ON p.id = t.purchase_id WHERE t.tag = %s AND p.amount > 100', n) FROM generate_series(1, 5) AS n \gexec
\o
SELECT is((SELECT count(*) FROM perfadvisor.index_advice WHERE relation = 'tagged'::regclass AND ddl LIKE '%(tag%'), 1::bigint, 'an index is advised for a column that comes second in one which is read whole');
RESET enable_seqscan;

-- Tables joined by several columns: the planner takes these for independent and expects one row where there are as many as returns
CREATE TABLE sale (customer int NOT NULL, item int NOT NULL, ticket int NOT NULL, price int NOT NULL);
INSERT INTO sale SELECT hashint4(i) & 16383, hashint4(i + 7) & 4095, i / 4, i % 977 FROM generate_series(1, 200000) AS i;
CREATE TABLE refund (customer int NOT NULL, item int NOT NULL, ticket int NOT NULL, reason text NOT NULL);
INSERT INTO refund SELECT customer, item, ticket, 'reason ' || ticket % 7 FROM sale WHERE price % 10 = 3;
CREATE TABLE offer (item int NOT NULL, amount int NOT NULL, note text NOT NULL);
INSERT INTO offer SELECT (i::bigint * 7919) % 4096, i % 1000, repeat('x', 100) FROM generate_series(1, 200000) AS i;
VACUUM ANALYZE sale, refund, offer;
\set several 'SELECT count(*), max(o.note) FROM sale AS s JOIN refund AS r USING (customer, item, ticket) JOIN offer AS o ON o.item = s.item WHERE o.amount > 10'
SELECT cmp_ok((SELECT sum(substring(line FROM 'cost=[\d.]+\.\.([\d.]+)')::float8) FROM (SELECT line FROM perfadvisor.what_if(:'several', '{CREATE INDEX ON offer (item)}') AS line LIMIT 1) AS x), '<', cost_of(:'several') * 0.8,
              'with an index on what a join of several columns is joined with the statement costs a fifth less');
SELECT is((SELECT count(*) FROM perfadvisor.advise_query(:'several') WHERE relation = 'offer'::regclass AND ddl NOT LIKE '%amount%note%'), 0::bigint, 'and yet that index is not advised, of whose executions nothing is known');
SELECT alike((SELECT string_agg(ddl, '; ') FROM perfadvisor.advise_query(:'several' || ' AND r.ticket = 4711')), '%offer USING btree (item%', 'where few rows are joined it is');
SET geqo_threshold = 2;
SELECT is((SELECT count(*) FROM perfadvisor.advise_query(:'several') WHERE relation = 'offer'::regclass AND ddl NOT LIKE '%amount%note%'), 0::bigint, 'a genetic search for the order of joins changes nothing of that');
RESET geqo_threshold;
CREATE UNIQUE INDEX sale_key ON sale (ticket, item, customer);
SELECT is((SELECT count(*) FROM perfadvisor.advise_query(:'several') WHERE relation = 'offer'::regclass AND ddl NOT LIKE '%amount%note%'), 0::bigint, 'nor is it where a unique index tells how many rows are joined');

-- A calendar of two hundred years, and visits of five
CREATE TABLE calendar (id int PRIMARY KEY, day date NOT NULL, year text NOT NULL);
INSERT INTO calendar SELECT i, date '1900-01-01' + i, to_char(date '1900-01-01' + i, 'YYYY') FROM generate_series(1, 73000) AS i;
CREATE TABLE visit (id int PRIMARY KEY, day_id int NOT NULL);
INSERT INTO visit SELECT i, 44500 + (hashint4(i) & 2147483647) % 1826 FROM generate_series(1, 400000) AS i;
CREATE TABLE note (visit_id int NOT NULL, body text NOT NULL);
INSERT INTO note SELECT (i * 7919::bigint) % 400000 + 1, repeat('x', 100) FROM generate_series(1, 400000) AS i;
VACUUM ANALYZE calendar, visit, note;
SET random_page_cost = 1.5;
\set year 'SELECT count(*), max(n.body) FROM calendar AS c JOIN visit AS v ON v.day_id = c.id JOIN note AS n ON n.visit_id = v.id WHERE c.year = ''2024'''
\set day 'SELECT count(*), max(n.body) FROM calendar AS c JOIN visit AS v ON v.day_id = c.id JOIN note AS n ON n.visit_id = v.id WHERE c.day = ''2024-02-11'''
SELECT cmp_ok((SELECT sum(substring(line FROM 'cost=[\d.]+\.\.([\d.]+)')::float8) FROM (SELECT line FROM perfadvisor.what_if(:'year', '{CREATE INDEX ON note (visit_id)}') AS line LIMIT 1) AS x), '<', cost_of(:'year') * 0.7,
              'with an index on what a year''s visits are joined with the statement costs a third less');
SELECT is((SELECT count(*) FROM perfadvisor.advise_query(:'year') WHERE relation = 'note'::regclass), 0::bigint, 'and yet that index is not advised: what the filter leaves of the calendar lies where the visits do');
SELECT is((SELECT count(*) FROM perfadvisor.advise_query(:'day') WHERE relation = 'note'::regclass), 1::bigint, 'for a day''s visits it is');
RESET random_page_cost;

-- Look-ups in the order of an index: a table read as it lies, and pieces that lie in the order of its key
CREATE TABLE booking (id int PRIMARY KEY, booked int NOT NULL, note text NOT NULL);
INSERT INTO booking SELECT i, (i * 7919) % 1000, repeat('x', 1000) FROM generate_series(1, 40000) AS i;
CREATE TABLE piece (booking_id int, line int, price int NOT NULL, PRIMARY KEY (booking_id, line));
INSERT INTO piece SELECT 1 + i / 4, i % 4, i % 977 FROM generate_series(0, 159999) AS i;
VACUUM ANALYZE booking, piece;
SET random_page_cost = 1.1;
SET enable_hashjoin = off;
SET enable_mergejoin = off;
\set many 'SELECT sum(p.price) FROM booking AS b JOIN piece AS p ON p.booking_id = b.id WHERE b.booked < 200'
SELECT cmp_ok((SELECT sum(substring(line FROM 'cost=[\d.]+\.\.([\d.]+)')::float8) FROM (SELECT line FROM perfadvisor.what_if(:'many', '{CREATE INDEX ON booking (booked) INCLUDE (id)}') AS line LIMIT 1) AS x), '<', cost_of(:'many') * 0.8,
              'with an index in another order than the look-ups need the statement costs a fifth less');
SELECT is((SELECT count(*) FROM perfadvisor.advise_query(:'many') WHERE relation = 'booking'::regclass), 0::bigint, 'and yet that index is not advised');
SELECT is((SELECT count(*) FROM perfadvisor.advise_query(replace(:'many', '< 200', '= 7')) WHERE relation = 'booking'::regclass), 1::bigint, 'for a few look-ups it is');
RESET enable_hashjoin;
RESET enable_mergejoin;
RESET random_page_cost;

-- Tables of the catalog
SELECT oid FROM pg_class WHERE relpages > 3 AND relnamespace = 11 AND EXISTS (SELECT FROM purchase WHERE id = 3) \g /dev/null
SELECT oid FROM pg_class WHERE relpages > 3 AND relnamespace = 11 AND EXISTS (SELECT FROM purchase WHERE id = 3) \g /dev/null
SELECT is((SELECT count(*) FROM perfadvisor.index_advice WHERE relation IN (SELECT oid FROM pg_class WHERE relnamespace = 11)), 0::bigint, 'a table of the catalog that is read together with another gets no index');
SELECT is((SELECT count(*) FROM perfadvisor.index_advice_rejected WHERE relation IN (SELECT oid FROM pg_class WHERE relnamespace = 11)), 0::bigint, 'and none is thought of');
SELECT * FROM finish();
