-- patterns: what is seen in the sequence of statements is found with its evidence and its remedy, and healthy twins are not
\unset ECHO
\i test/setup.sql
\i test/own_database.sql
SELECT plan(38);

CREATE TABLE author (id int PRIMARY KEY, name text);
CREATE TABLE post (id int PRIMARY KEY, author_id int NOT NULL, title text);
CREATE TABLE comment (id int PRIMARY KEY, post_id int NOT NULL);
CREATE TABLE setting (name text PRIMARY KEY, value text);
CREATE TABLE tag (id int GENERATED ALWAYS AS IDENTITY, name text PRIMARY KEY);
CREATE TABLE label (name text PRIMARY KEY);
CREATE TABLE trail (id int, note text);
CREATE TABLE batch (id int, note text);
CREATE TABLE total (author_id int PRIMARY KEY, posts int NOT NULL);
CREATE TABLE once (id int PRIMARY KEY);
CREATE TABLE parent_key (id int PRIMARY KEY);
CREATE TABLE child_key (id int PRIMARY KEY, parent_id int NOT NULL REFERENCES parent_key);
INSERT INTO author SELECT g, 'a' || g FROM generate_series(1, 1000) g;
INSERT INTO post SELECT g, g * 7 % 1000 + 1, 't' || g FROM generate_series(1, 5000) g;
INSERT INTO comment SELECT g, g / 3 FROM generate_series(1, 5000) g;
INSERT INTO setting VALUES ('theme', 'dark'), ('language', 'en');
INSERT INTO once SELECT g FROM generate_series(1, 100) g;
INSERT INTO total SELECT g, 0 FROM generate_series(1, 1000) g;
INSERT INTO parent_key SELECT g FROM generate_series(1, 1000) g;
ANALYZE;
CREATE FUNCTION found(wanted text, text_like text) RETURNS SETOF perfadvisor.query_patterns LANGUAGE sql AS
$$ SELECT * FROM perfadvisor.query_patterns WHERE pattern = wanted AND query LIKE text_like $$;
CREATE FUNCTION count_up() RETURNS void LANGUAGE plpgsql AS
$$ DECLARE p record; BEGIN
    FOR p IN SELECT author_id FROM post LOOP
        UPDATE /* loop */ total SET posts = posts + 1 WHERE author_id = p.author_id;
    END LOOP;
END $$;
CREATE FUNCTION count_at_once() RETURNS void LANGUAGE plpgsql AS
$$ BEGIN
    UPDATE /* at once */ total t SET posts = p.n FROM (SELECT author_id, count(*) AS n FROM post GROUP BY 1) p WHERE p.author_id = t.author_id;
END $$;

-- What an ORM does for a page of posts, ten pages of them; psql's \gexec sends each value as a statement
\o /dev/null
SELECT /* page */ format('SELECT /* each */ * FROM author WHERE id = %s', author_id) FROM post WHERE id BETWEEN 1 AND 40 \gexec
SELECT /* page */ format('SELECT /* each */ * FROM author WHERE id = %s', author_id) FROM post WHERE id BETWEEN 41 AND 80 \gexec
SELECT /* page */ format('SELECT /* each */ * FROM author WHERE id = %s', author_id) FROM post WHERE id BETWEEN 81 AND 120 \gexec
SELECT /* page */ format('SELECT /* each */ * FROM author WHERE id = %s', author_id) FROM post WHERE id BETWEEN 121 AND 160 \gexec
SELECT /* page */ format('SELECT /* each */ * FROM author WHERE id = %s', author_id) FROM post WHERE id BETWEEN 161 AND 200 \gexec
-- in batches, of which the first has no key to go on after
SELECT /* first batch */ format('SELECT /* of batch */ name, id FROM author WHERE id = %s', author_id) FROM post ORDER BY id LIMIT 30 \gexec
SELECT /* next batch */ format('SELECT /* of batch */ name, id FROM author WHERE id = %s', author_id) FROM post WHERE id > 30 ORDER BY id LIMIT 30 \gexec
SELECT /* next batch */ format('SELECT /* of batch */ name, id FROM author WHERE id = %s', author_id) FROM post WHERE id > 60 ORDER BY id LIMIT 30 \gexec
SELECT /* next batch */ format('SELECT /* of batch */ name, id FROM author WHERE id = %s', author_id) FROM post WHERE id > 90 ORDER BY id LIMIT 30 \gexec
-- loaded eagerly by batches, and page after page, in one transaction; and what is really one at a time, though it has a LIMIT
BEGIN;
-- four times as many rows with statements in a quarter of them: as many as there are would look as if they followed these
SELECT CASE WHEN g % 4 = 0 THEN format('SELECT /* eager page */ id, author_id FROM post WHERE id > %s ORDER BY id LIMIT 20', g * 5) END,
    CASE WHEN g % 4 = 0 THEN format('SELECT /* eager keys */ id, post_id FROM comment WHERE post_id = ANY (''{%s, %s, %s}''::int[])', g * 5 + 1, g * 5 + 2, g * 5 + 3) END,
    CASE WHEN g % 4 = 0 THEN format('SELECT /* eager list */ name, name AS again FROM author WHERE id IN (%s, %s, %s)', g * 7 + 1, g * 7 + 2, g * 7 + 3) END
FROM generate_series(1, 60) g \gexec
SELECT CASE WHEN g % 4 = 0 THEN format('SELECT /* by page */ title FROM post ORDER BY id LIMIT 20 OFFSET %s', g * 3) END, CASE WHEN g % 4 = 0 THEN 'SELECT 2' END FROM generate_series(1, 60) g \gexec
SELECT format('SELECT /* newest of each */ title, id FROM post WHERE author_id = %s ORDER BY id DESC LIMIT 2', g), 'SELECT 2' FROM generate_series(1, 15) g \gexec
COMMIT;
-- before the first of them an ORM asks for the columns of the table
SELECT /* models */ CASE id WHEN 301 THEN 'SELECT attname FROM pg_attribute WHERE attrelid = ''author''::regclass' END, CASE id WHEN 301 THEN 'SELECT typname FROM pg_type WHERE typlen = 8' END,
    format('SELECT /* of model */ name, name AS label, id FROM author WHERE id = %s', author_id) FROM post WHERE id BETWEEN 301 AND 340 \gexec
-- two in turns
SELECT /* turns */ format('SELECT /* turn a */ name FROM author WHERE id = %s', author_id), format('SELECT /* turn b */ id FROM comment WHERE post_id = %s', id) FROM post WHERE id BETWEEN 201 AND 300 \gexec
-- the same without
SELECT /* joined */ p.title, a.name FROM post p JOIN author a ON a.id = p.author_id WHERE p.id BETWEEN 1 AND 200;
SELECT /* fetched */ * FROM author WHERE id = ANY (ARRAY(SELECT author_id FROM post WHERE id BETWEEN 1 AND 200));
-- look-ups that follow nothing
SELECT count(*) FROM once;
SELECT /* alone */ id FROM once WHERE id = 1;
SELECT /* alone */ id FROM once WHERE id = 2;
SELECT /* alone */ id FROM once WHERE id = 3;
SELECT /* alone */ id FROM once WHERE id = 4;
SELECT /* alone */ id FROM once WHERE id = 5;
SELECT /* alone */ id FROM once WHERE id = 6;
SELECT /* alone */ id FROM once WHERE id = 7;
SELECT /* alone */ id FROM once WHERE id = 8;
SELECT /* alone */ id FROM once WHERE id = 9;
SELECT /* alone */ id FROM once WHERE id = 10;
SELECT /* alone */ id FROM once WHERE id = 11;
-- equal parameters, with ids of traces that differ
SELECT format('SELECT /* same */ value FROM setting WHERE name = ''theme'' /*traceparent=''%s''*/', md5(g::text)) FROM generate_series(1, 400) g \gexec
-- row by row, and at once
BEGIN;
SELECT format('INSERT /* single */ INTO trail VALUES (%s, ''x'')', g) FROM generate_series(1, 400) g \gexec
SELECT format('UPDATE /* changed */ trail SET note = %L WHERE id = %s AND note = ''x''', 'y' || g, g * 2) FROM generate_series(1, 300) g \gexec
SELECT format('DELETE /* removed */ FROM trail WHERE id = %s AND note = %L', g, 'y' || g / 2) FROM generate_series(1, 100) g \gexec
COMMIT;
SELECT 'INSERT /* many */ INTO batch VALUES ' || string_agg(format('(%s, ''x'')', g), ', ') FROM generate_series(1, 400) g \gexec
-- in a function
SELECT count_up();
SELECT count_at_once();
INSERT INTO child_key SELECT g, g % 1000 + 1 FROM generate_series(1, 5000) g;
-- look, then insert
SELECT format('SELECT /* look */ id FROM tag WHERE name = %L', 't' || g), format('INSERT /* then */ INTO tag (name) VALUES (%L)', 't' || g) FROM generate_series(1, 300) g \gexec
SELECT format('INSERT /* upsert */ INTO label VALUES (%L) ON CONFLICT DO NOTHING', 't' || g % 100) FROM generate_series(1, 300) g \gexec
-- test of the connection
SELECT 'SELECT 1' FROM generate_series(1, 1000) g \gexec
\o

SELECT is((SELECT count(*) FROM found('n_plus_one', 'SELECT /* each */%')), 1::bigint, 'a query for each row of the one before is found');
SELECT ok((SELECT (evidence ->> 'executions')::int = 200 AND (evidence ->> 'longest_run')::int = 40 AND (evidence ->> 'runs')::int = 5
    FROM found('n_plus_one', 'SELECT /* each */%')), 'with the number of runs, of executions, and the longest run');
SELECT matches((SELECT evidence ->> 'parent_query' FROM found('n_plus_one', 'SELECT /* each */%')), '^SELECT /\* page \*/', 'with the query before, which returned as many rows');
SELECT ok((SELECT (evidence ->> 'parent_rows')::int = 200 AND (evidence ->> 'round_trip_time')::numeric > 0 FROM found('n_plus_one', 'SELECT /* each */%')), 'its rows, and the time of the round trips');
SELECT matches((SELECT remedy FROM found('n_plus_one', 'SELECT /* each */%')), 'FROM public.author WHERE id = ANY \(\$1\).*join public.author to public.post', 'and with the rewrite, in its own tables and columns');
SELECT is((SELECT relation::text FROM found('n_plus_one', 'SELECT /* each */%')), 'author', 'and the table');
SELECT ok((SELECT (evidence ->> 'executions')::int = 120 AND (evidence ->> 'longest_run')::int = 30 AND (evidence ->> 'runs')::int = 4
    FROM found('n_plus_one', 'SELECT /* of batch */%')), 'a query for each row of batches is found, though the first batch is another statement');
SELECT matches((SELECT evidence ->> 'parent_query' FROM found('n_plus_one', 'SELECT /* of model */%')), '^SELECT /\* models \*/', 'also where a driver reads catalogs in between');
SELECT is((SELECT count(*) FROM found('n_plus_one', 'SELECT /* eager page */%')), 0::bigint, 'the batches themselves are not, in one transaction');
SELECT is((SELECT count(*) FROM found('n_plus_one', 'SELECT /* eager keys */%')), 0::bigint, 'nor the queries with the keys of a batch in an array');
SELECT is((SELECT count(*) FROM found('n_plus_one', 'SELECT /* eager list */%')), 0::bigint, 'or in a list');
SELECT is((SELECT count(*) FROM found('n_plus_one', 'SELECT /* by page */%')), 0::bigint, 'nor pages by OFFSET');
SELECT is((SELECT count(*) FROM found('n_plus_one', 'SELECT /* newest of each */%')), 1::bigint, 'but the first rows for each key are');
SELECT is((SELECT count(*) FROM found('n_plus_one', 'SELECT /* turn %')), 2::bigint, 'two queries for each row that take turns are found, too');
SELECT is((SELECT count(*) FROM found('n_plus_one', 'SELECT /* turn %') WHERE evidence ->> 'parent_query' LIKE 'SELECT /* turns */%'), 2::bigint, 'both with the query that returned the rows');
SELECT is((SELECT count(*) FROM found('n_plus_one', 'SELECT /* joined */%')) + (SELECT count(*) FROM found('n_plus_one', 'SELECT /* fetched */%')), 0::bigint, 'neither the join nor one query with all keys is');
SELECT is((SELECT count(*) FROM perfadvisor.query_patterns WHERE query LIKE 'SELECT /* alone */%'), 0::bigint, 'nor are look-ups that follow no result of as many rows');
SELECT is((SELECT count(*) FROM found('repeated_identical', 'SELECT /* same */%')), 1::bigint, 'a query that repeats its parameters is found, though comments differ');
SELECT is((SELECT count(*) FROM found('n_plus_one', 'SELECT /* same */%')), 0::bigint, 'and is not taken for one with different parameters');
SELECT is((SELECT count(*) FROM found('repeated_identical', 'SELECT /* each */%')), 0::bigint, 'nor the other way round');
SELECT is((SELECT count(*) FROM found('row_by_row_write', 'INSERT /* single */%')), 1::bigint, 'rows that are inserted one by one are found');
SELECT matches((SELECT remedy FROM found('row_by_row_write', 'INSERT /* single */%')), 'INSERT INTO public.trail \(id, note\) VALUES.*COPY public.trail \(id, note\)', 'with the ways to insert them together');
SELECT matches((SELECT message FROM found('row_by_row_write', 'UPDATE /* changed */%')), '^it wrote 200 rows to public.trail in 300 executions one at a time', 'those that are changed one by one, too, with the executions that found none');
SELECT lives_ok((SELECT 'PREPARE changed AS ' || substring(remedy FROM 'UPDATE .*(?=, with an array)') FROM found('row_by_row_write', 'UPDATE /* changed */%')), 'and the UPDATE of all of them can be run');
SELECT lives_ok((SELECT 'PREPARE removed AS ' || substring(remedy FROM 'DELETE FROM .*(?=, with an array)') FROM found('row_by_row_write', 'DELETE /* removed */%')), 'as can the DELETE by two columns');
SELECT is((SELECT count(*) FROM perfadvisor.query_patterns WHERE query LIKE 'INSERT /* many */%'), 0::bigint, 'many rows in one statement are not');
SELECT is((SELECT count(*) FROM found('loop_in_function', 'UPDATE /* loop */%')), 1::bigint, 'a statement in a loop of a function is found');
SELECT matches((SELECT evidence ->> 'caller' FROM found('loop_in_function', 'UPDATE /* loop */%')), '^SELECT count_up', 'with the statement that called the function');
SELECT is((SELECT count(*) FROM perfadvisor.query_patterns WHERE query LIKE 'UPDATE /* at once */%'), 0::bigint, 'a function that does it at once is not');
SELECT is((SELECT count(*) FROM perfadvisor.query_patterns WHERE NOT toplevel AND query LIKE '%parent_key%'), 0::bigint, 'nor is the server''s own check of a foreign key');
SELECT is((SELECT count(*) FROM found('check_then_insert', 'INSERT /* then */%')), 1::bigint, 'an INSERT after a query that found nothing is found');
SELECT matches((SELECT remedy FROM found('check_then_insert', 'INSERT /* then */%')), 'INSERT INTO public.tag \(name\).*ON CONFLICT \(name\) DO NOTHING', 'with the INSERT that does both');
SELECT ok((SELECT (evidence ->> 'round_trip_time')::numeric > 0 FROM found('check_then_insert', 'INSERT /* then */%')), 'and the time of the round trips between them');
SELECT is((SELECT count(*) FROM found('check_then_insert', 'INSERT /* upsert */%')), 0::bigint, 'one that does both is not');
SELECT is((SELECT count(*) FROM found('ping', 'SELECT $1')), 1::bigint, 'queries that ask nothing are found');
SELECT is((SELECT count(*) FROM perfadvisor.query_patterns WHERE severity = 'critical'), 0::bigint, 'nothing of this is critical, as it costs little');
CREATE FUNCTION in_findings(text_like text) RETURNS bigint LANGUAGE sql AS
$$ SELECT count(*) FROM perfadvisor.findings WHERE area = 'pattern' AND title LIKE text_like $$;
SELECT ok(in_findings('%INSERT /* then */%') > 0, 'what costs a share of the time is a finding');
CREATE ROLE pa_patterns_stranger;
GRANT USAGE ON SCHEMA public TO pa_patterns_stranger;
SET ROLE pa_patterns_stranger;
SELECT is((SELECT count(*) FROM perfadvisor.query_patterns), 0::bigint, 'who may not see texts is shown no patterns');
RESET ROLE;
DROP OWNED BY pa_patterns_stranger;
DROP ROLE pa_patterns_stranger;
SELECT * FROM finish();
