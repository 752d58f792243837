-- advise: of rows that belong to things of several types, an index finds those of one thing of one type, as one by hand would
\unset ECHO
\i test/setup.sql
\i test/own_database.sql
\i test/plan_of.sql
CREATE TABLE comment (id int PRIMARY KEY, about_type text NOT NULL, about_id int NOT NULL, author int NOT NULL, body text NOT NULL, created timestamptz NOT NULL, deleted timestamptz);
INSERT INTO comment
SELECT i, CASE WHEN i % 10 < 6 THEN 'Task' WHEN i % 10 < 8 THEN 'Project' ELSE 'User' END, (i::bigint * 7919) % 2003, (i::bigint * 104729) % 1009,
       repeat(md5(i::text), 4), timestamptz '2026-01-01' + (i::bigint * 7907) % 60013 * interval '1 minute', CASE WHEN i % 40 = 0 THEN timestamptz '2026-06-01' END
FROM generate_series(1, 60000) AS i;
CREATE TABLE attachment (id int PRIMARY KEY, name text NOT NULL, record_type text NOT NULL, record_id int NOT NULL, size int NOT NULL);
INSERT INTO attachment
SELECT i, CASE WHEN i % 10 = 0 THEN 'avatar' ELSE 'images' END, CASE WHEN i % 10 = 0 THEN 'User' ELSE 'Product' END, (i::bigint * 7919) % 50021, i % 1000 FROM generate_series(1, 60000) AS i;
VACUUM ANALYZE comment, attachment;

CREATE FUNCTION cost(query text) RETURNS numeric LANGUAGE sql AS $$ SELECT substring(plan_of(query) FROM '\.\.([0-9.]+) rows')::numeric $$;

-- What a query costs with the indexes that are advised for it, and with one by hand; and its plan with those advised
CREATE FUNCTION try(query text, hand text, OUT advised numeric, OUT by_hand numeric, OUT plan text) LANGUAGE plpgsql AS $$
DECLARE
    a record;
BEGIN
    BEGIN
        EXECUTE hand;
        by_hand := cost(query);
        RAISE EXCEPTION SQLSTATE 'PA000';
    EXCEPTION WHEN SQLSTATE 'PA000' THEN
        NULL;
    END;
    BEGIN
        FOR a IN SELECT * FROM perfadvisor.advise_query(query) ORDER BY rank, step LOOP
            EXECUTE replace(a.ddl, 'CONCURRENTLY ', '');
        END LOOP;
        advised := cost(query);
        plan := plan_of(query);
        RAISE EXCEPTION SQLSTATE 'PA000';
    EXCEPTION WHEN SQLSTATE 'PA000' THEN
        NULL;
    END;
END $$;

CREATE TABLE advise_case (no int GENERATED ALWAYS AS IDENTITY, what text, hand text, query text);
INSERT INTO advise_case (what, hand, query) VALUES
('those of one thing', 'CREATE INDEX ON comment (about_type, about_id)', 'SELECT body FROM comment WHERE about_type = ''Task'' AND about_id = 7'),
('those of several', 'CREATE INDEX ON comment (about_type, about_id)', 'SELECT body FROM comment WHERE about_type = ''Task'' AND about_id IN (7, 8, 9, 10)'),
('the newest of one', 'CREATE INDEX ON comment (about_type, about_id, created)', 'SELECT body FROM comment WHERE about_type = ''Task'' AND about_id = 7 ORDER BY created DESC LIMIT 10'),
('the newest of one that are there', 'CREATE INDEX ON comment (about_type, about_id, created) WHERE deleted IS NULL',
 'SELECT body FROM comment WHERE deleted IS NULL AND about_type = ''Task'' AND about_id = 7 ORDER BY created DESC LIMIT 10'),
('those of several, of the type that most have', 'CREATE INDEX ON attachment (record_type, record_id, name)',
 'SELECT * FROM attachment WHERE name = ''images'' AND record_type = ''Product'' AND record_id IN (511, 512, 513, 514)');
CREATE TABLE tried AS SELECT c.no, c.what, (try(c.query, c.hand)).* FROM advise_case AS c;

SELECT plan((SELECT 2 * count(*) FROM tried)::int + 1);
SELECT t FROM tried, LATERAL (VALUES
    (1, cmp_ok(advised, '<=', by_hand * 1.25, what || ': not dearer than with an index by hand')),
    (2, unalike(plan, '%Filter: %\_type%', what || ': none of another type is read'))) AS v (n, t) ORDER BY no, n;

SELECT unalike((SELECT string_agg(ddl, '; ') FROM perfadvisor.advise_query('SELECT * FROM attachment WHERE name = ''images'' AND record_type = ''Product'' AND record_id = 511')),
               '%record_type%', 'where a thing has one or two rows its type does not come into the key');
SELECT * FROM finish();
