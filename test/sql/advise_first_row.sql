-- advise: an expression that the planner knows nothing of is not taken for one that a few rows of a scan will satisfy
\unset ECHO
\i test/setup.sql
\i test/own_database.sql
SELECT plan(8);
CREATE TABLE users (id bigint PRIMARY KEY, email varchar NOT NULL, settings jsonb NOT NULL, name text NOT NULL);
INSERT INTO users SELECT n, 'User' || n || '@Example.com', jsonb_build_object('token', md5(n::text), 'theme', n % 3), 'name ' || n % 4
FROM generate_series(1, 20000) n;
VACUUM ANALYZE users;
CREATE FUNCTION advised(query text) RETURNS text LANGUAGE sql AS
$$ SELECT string_agg(regexp_replace(ddl, '^.* USING ', ''), '; ' ORDER BY ddl) FROM perfadvisor.advise_query(query) $$;

SELECT is(advised('SELECT * FROM users WHERE lower(email) = ''user777@example.com'' LIMIT 1'), 'btree (lower((email)::text))',
          'for one user by lower(email) with LIMIT 1 an index is advised');
SELECT is(advised('SELECT * FROM users WHERE lower(email) = ''user777@example.com'''), 'btree (lower((email)::text))', 'as without LIMIT');
SELECT is(advised('SELECT * FROM users WHERE settings->>''token'' = md5(''5'') LIMIT 1'), 'btree (((settings ->> ''token''::text)))',
          'so it is for a key of a document');
SELECT is(advised('SELECT * FROM users WHERE lower(name) = ''name 3'' LIMIT 1'), NULL, 'where every fourth row satisfies it none is');
SELECT is(advised('SELECT * FROM users WHERE settings->>''theme'' = ''1'' LIMIT 5'), NULL, 'nor where every third row does');

-- It is right
CREATE TABLE costs (what text, cost float);
CREATE FUNCTION note(mark text, query text) RETURNS void LANGUAGE plpgsql AS
$$ DECLARE plan json; BEGIN EXECUTE 'EXPLAIN (ANALYZE, TIMING OFF, FORMAT json) ' || query INTO plan;
   INSERT INTO costs VALUES (mark, (plan->0->>'Execution Time')::float); END $$;
SELECT note('before', 'SELECT * FROM users WHERE lower(email) = ''user19777@example.com'' LIMIT 1') FROM generate_series(1, 3) \g /dev/null
SELECT ddl FROM perfadvisor.advise_query('SELECT * FROM users WHERE lower(email) = ''user777@example.com'' LIMIT 1') \gexec
ANALYZE users;
SELECT note('after', 'SELECT * FROM users WHERE lower(email) = ''user19777@example.com'' LIMIT 1') FROM generate_series(1, 3) \g /dev/null
SELECT ok((SELECT min(cost) FROM costs WHERE what = 'before') > 3 * (SELECT min(cost) FROM costs WHERE what = 'after'), 'with the index the row is found in less than a third of the time');
SELECT is(advised('SELECT * FROM users WHERE lower(email) = ''user777@example.com'' LIMIT 1'), NULL, 'and nothing is advised any more');
SELECT is((SELECT count(*) FROM perfadvisor.what_if('SELECT * FROM users WHERE lower(name) = ''name 3'' LIMIT 1') w WHERE w LIKE '%Index%'), 0::bigint,
          'nothing imagined is left behind');
SELECT * FROM finish();
