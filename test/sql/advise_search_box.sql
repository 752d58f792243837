-- advise: a box that searches several columns gets its trigrams also where sessions prepare its statement
\unset ECHO
\i test/setup.sql
\i test/own_database.sql
CREATE TABLE account (id int PRIMARY KEY, handle text NOT NULL UNIQUE, name text NOT NULL, filler text NOT NULL);
INSERT INTO account SELECT i, 'user_' || md5(i::text), initcap(substr(md5((i * 7)::text), 1, 7)) || ' ' || initcap(substr(md5((i * 11)::text), 1, 9)), repeat('x', 100) FROM generate_series(1, 40000) AS i;
VACUUM ANALYZE account;
SET random_page_cost = 1.1;
SELECT plan(4);

-- Walked in order, ten rows seem to be found soon if it is not known how many match: without an index sessions go on with one plan
PREPARE box(text) AS SELECT id, handle, name FROM account WHERE handle ILIKE $1 OR name ILIKE $1 ORDER BY handle LIMIT 10;
CREATE FUNCTION generic_plans() RETURNS int8 LANGUAGE sql AS $$ SELECT generic_plans FROM pg_prepared_statements WHERE name = 'box' $$;
SELECT perfadvisor.reset() IS NOT NULL AS done \gset
\o /dev/null
SELECT format('EXECUTE box(%L)', '%' || substr(md5(n::text), 5, 7) || '%') FROM generate_series(1, 40) AS n \gexec
\o
SELECT cmp_ok(generic_plans(), '>', 20::int8, 'without an index sessions go on with a plan for all values');
SELECT sum(total_exec_time) / sum(calls) AS before FROM perfadvisor.statements WHERE query LIKE '%ILIKE%' AND datname = current_database() \gset

SELECT replace(ddl, 'CONCURRENTLY ', '') FROM perfadvisor.index_advice ORDER BY rank, step \gexec
VACUUM ANALYZE account;
DEALLOCATE box;
PREPARE box(text) AS SELECT id, handle, name FROM account WHERE handle ILIKE $1 OR name ILIKE $1 ORDER BY handle LIMIT 10;
SELECT perfadvisor.reset() IS NOT NULL AS done \gset
\o /dev/null
SELECT format('EXECUTE box(%L)', '%' || substr(md5(n::text), 5, 7) || '%') FROM generate_series(1, 40) AS n \gexec
\o
SELECT sum(total_exec_time) / sum(calls) AS after FROM perfadvisor.statements WHERE query LIKE '%ILIKE%' AND datname = current_database() \gset
SELECT cmp_ok(:after, '<', :before / 5, 'with the advised ones an execution takes less than a fifth of the time');
SELECT is((SELECT count(*) FROM pg_stat_user_indexes AS s JOIN pg_class AS c ON c.oid = s.indexrelid JOIN pg_am AS a ON a.oid = c.relam WHERE a.amname = 'gin'), 2::bigint, 'which are one for each column');
SELECT is((SELECT count(*) FROM perfadvisor.index_advice), 0::bigint, 'and nothing is advised any more');
SELECT * FROM finish();
