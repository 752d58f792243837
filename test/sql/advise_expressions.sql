-- advise: rows that an imagined index on an expression promises are within a factor of 2 of what ANALYZE gives once it exists
\unset ECHO
\i test/setup.sql
\i test/own_database.sql
DO $$ BEGIN PERFORM setseed(0.5); END $$;
CREATE TABLE account (id int PRIMARY KEY, email text, created timestamptz, doc jsonb, first text, last text, amount numeric, flags int, filler text);
INSERT INTO account
SELECT i, CASE WHEN i % 50 = 0 THEN NULL WHEN i % 40 < 3 THEN 'Info@Company' || i % 3 || '.example' ELSE 'User' || i || '@Example.com' END,
       timestamptz '2026-01-01' + i * interval '7 minutes',
       jsonb_build_object('kind', 'k' || (power(random(), 3) * 200)::int, 'city', jsonb_build_object('zip', i % 900), 'level', i % 7) ||
       CASE WHEN i % 10 = 0 THEN '{"rare": "yes"}' ELSE '{}' END::jsonb,
       'First' || i % 100, 'Last' || i % 700, (random() * 10000)::numeric(10, 2), i % 64, repeat('x', i % 200)
FROM generate_series(1, 40000) i;
VACUUM ANALYZE account;

CREATE TABLE expression_case (no int GENERATED ALWAYS AS IDENTITY, index text, condition text);
INSERT INTO expression_case (index, condition) VALUES
('(lower(email))', 'lower(email) = ''user777@example.com'''),
('(lower(email))', 'lower(email) = ''info@company1.example'''),
('(lower(email))', 'lower(email) IS NULL'),
('(lower(email) text_pattern_ops)', 'lower(email) LIKE ''user3%'''),
('(date_trunc(''day'', created AT TIME ZONE ''UTC''))', 'date_trunc(''day'', created AT TIME ZONE ''UTC'') = ''2026-03-03'''),
('(date_trunc(''hour'', created AT TIME ZONE ''UTC''))', 'date_trunc(''hour'', created AT TIME ZONE ''UTC'') = ''2026-03-03 05:00'''),
('(date_trunc(''month'', created AT TIME ZONE ''UTC''))', 'date_trunc(''month'', created AT TIME ZONE ''UTC'') > ''2026-05-01'''),
('(((created AT TIME ZONE ''UTC'')::date))', '(created AT TIME ZONE ''UTC'')::date BETWEEN ''2026-03-03'' AND ''2026-03-10'''),
('((doc->>''kind''))', 'doc->>''kind'' = ''k0'''),
('((doc->>''kind''))', 'doc->>''kind'' = ''k150'''),
('((doc->>''rare''))', 'doc->>''rare'' = ''yes'''),
('((doc->>''rare''))', 'doc->>''rare'' IS NOT NULL'),
('(((doc->''city''->>''zip'')::int))', '(doc->''city''->>''zip'')::int = 77'),
('(((doc->''city''->>''zip'')::int))', '(doc->''city''->>''zip'')::int < 45'),
('((first || '' '' || last))', 'first || '' '' || last = ''First7 Last7'''),
('((amount * 2))', 'amount * 2 > 19000'),
('((flags & 4))', 'flags & 4 = 4'),
('(length(filler))', 'length(filler) BETWEEN 10 AND 19'),
('(upper(left(last, 5)))', 'upper(left(last, 5)) = ''LAST7''');

CREATE FUNCTION rows_of(lines text[]) RETURNS numeric LANGUAGE sql AS $$SELECT substring(lines[1] FROM 'rows=([0-9]+)')::numeric$$;

CREATE FUNCTION explained(query text) RETURNS numeric LANGUAGE plpgsql AS $$
DECLARE
    line text;
BEGIN
    EXECUTE 'EXPLAIN ' || query INTO line;
    RETURN rows_of(ARRAY[line]);
END $$;

-- Rows with the index imagined, and with all of them created and analysed.
CREATE TABLE imagined AS
SELECT c.*, rows_of(ARRAY(SELECT * FROM perfadvisor.what_if('SELECT * FROM account WHERE ' || c.condition, ARRAY['CREATE INDEX ON account ' || c.index]))) AS imagined
FROM expression_case c;
DO $$
DECLARE
    i text;
BEGIN
    FOR i IN SELECT DISTINCT index FROM expression_case LOOP
        EXECUTE 'CREATE INDEX ON account ' || i;
    END LOOP;
END $$;
ANALYZE account;
CREATE TABLE measured AS SELECT i.*, explained('SELECT * FROM account WHERE ' || i.condition) AS created FROM imagined i;

SELECT plan(count(*)::int + 4) FROM expression_case;
-- A few rows more or less make no difference to any plan.
SELECT ok(imagined BETWEEN created / 2 - 5 AND created * 2 + 5, condition || ': as many rows as ANALYZE will tell') FROM measured ORDER BY no;

-- What anybody's statement calls is not run as the owner of the table.
CREATE ROLE perfadvisor_stranger;
CREATE ROLE perfadvisor_owner;
GRANT SELECT ON account TO perfadvisor_stranger;
GRANT CREATE ON SCHEMA public TO perfadvisor_stranger;
ALTER TABLE account OWNER TO perfadvisor_owner;
SET ROLE perfadvisor_stranger;
CREATE FUNCTION spy(text) RETURNS text IMMUTABLE LANGUAGE plpgsql AS $$
BEGIN
    IF current_user <> 'perfadvisor_stranger' THEN
        RAISE EXCEPTION 'called as %', current_user USING ERRCODE = 'PA001';
    END IF;
    RAISE NOTICE 'called';
    RETURN lower($1);
END $$;
SELECT lives_ok($$SELECT perfadvisor.what_if('SELECT * FROM account WHERE spy(email) = ''x''', '{CREATE INDEX ON account (spy(email))}')$$,
                'a stranger may imagine an index on a function of his own');
SELECT lives_ok($$SELECT perfadvisor.what_if_size('CREATE INDEX ON account (spy(email))')$$, '... and ask for its size');
RESET ROLE;
CREATE TABLE seen AS SELECT rows_of(ARRAY(SELECT * FROM perfadvisor.what_if('SELECT * FROM account WHERE spy(email) = ''x''', '{CREATE INDEX ON account (spy(email))}'))) AS n;
SELECT is(n, 200::numeric, 'his function has not run over the rows: the planner knows nothing of it') FROM seen;
ALTER FUNCTION spy(text) OWNER TO perfadvisor_owner;
CREATE OR REPLACE FUNCTION spy(text) RETURNS text IMMUTABLE LANGUAGE plpgsql AS 'BEGIN RETURN lower($1); END';
SELECT cmp_ok(rows_of(ARRAY(SELECT * FROM perfadvisor.what_if('SELECT * FROM account WHERE spy(email) = ''user777@example.com''', '{CREATE INDEX ON account (spy(email))}'))),
              '<', 20::numeric, 'a function of the table''s owner is sampled');
DROP TABLE account;
DROP FUNCTION spy;
DROP OWNED BY perfadvisor_stranger, perfadvisor_owner;
DROP ROLE perfadvisor_stranger;
DROP ROLE perfadvisor_owner;
SELECT * FROM finish();
