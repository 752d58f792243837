-- The same rows on every machine: everything is a hash of the row's number.
-- Foreign keys hold by construction and are not checked while loading.

SET session_replication_role = replica;
SET timezone = 'UTC';

-- A number from 0 to n - 1, evenly, or with small numbers much more often; a word that n other words share a list with.
CREATE FUNCTION pg_temp.pick(i integer, salt integer, n integer) RETURNS integer
LANGUAGE sql IMMUTABLE AS 'SELECT ((hashint4extended(i, salt) & 2147483647) % n)::integer';
CREATE FUNCTION pg_temp.skew(i integer, salt integer, n integer) RETURNS integer
LANGUAGE sql IMMUTABLE AS 'SELECT floor(n * power((hashint4extended(i, salt) & 1048575) / 1048576.0::float8, 2))::integer';
CREATE FUNCTION pg_temp.word(i integer, salt integer, n integer) RETURNS text
LANGUAGE sql IMMUTABLE AS $$ SELECT translate(substr(md5('w' || ((hashint4extended(i, salt) & 2147483647) % n)), 1, 7), '0123456789', 'ghklmnprst') $$;

INSERT INTO members
SELECT i, 'Member' || i || '@Mail.example', initcap(pg_temp.word(i, 1, 4000)) || ' ' || initcap(pg_temp.word(i, 2, 9000)),
       (ARRAY['en', 'de', 'fr', 'fa'])[1 + pg_temp.skew(i, 3, 4)],
       timestamptz '2022-01-01' + i * interval '55 minutes',
       CASE WHEN i % 25 = 0 THEN timestamptz '2024-04-01' + pg_temp.pick(i, 4, 80) * interval '1 day' END
FROM generate_series(1, 20000) AS i;

INSERT INTO journals
SELECT i, 1 + pg_temp.skew(i, 5, 20000), 'Journal of ' || pg_temp.word(i, 6, 3000), CASE WHEN i % 7 = 0 THEN 'public' ELSE 'private' END,
       timestamptz '2022-06-01' + pg_temp.pick(i, 7, 60000000) * interval '1 second',
       CASE WHEN i % 12 = 0 THEN timestamptz '2024-05-01' END
FROM generate_series(1, 25000) AS i;

INSERT INTO entries
SELECT i, 1 + pg_temp.skew(i, 8, 25000), initcap(pg_temp.word(i, 9, 6000)) || ' and ' || pg_temp.word(i, 10, 6000), md5('b' || i) || ' ' || md5('e' || i),
       CASE WHEN i % 3 <> 0 THEN (ARRAY['calm', 'glad', 'sad', 'tired', 'angry'])[1 + pg_temp.skew(i, 11, 5)] END,
       20 + pg_temp.skew(i, 12, 2000),
       date '2022-06-01' + i / 164,
       timestamptz '2022-06-01' + i * interval '526 seconds',
       CASE WHEN i % 15 = 0 THEN timestamptz '2024-05-15' END
FROM generate_series(1, 120000) AS i;

INSERT INTO tags SELECT i, 'tag-' || i FROM generate_series(1, 300) AS i;

INSERT INTO entry_tags
SELECT 1 + i / 2, 1 + pg_temp.skew(i, 13, 150) + 150 * (i % 2)
FROM generate_series(0, 179999) AS i;

INSERT INTO conversations
SELECT i, 1 + pg_temp.skew(i, 14, 20000), 'About ' || pg_temp.word(i, 15, 3000),
       CASE WHEN i % 6 = 0 THEN 'open' WHEN i % 6 = 1 THEN 'snoozed' ELSE 'closed' END,
       timestamptz '2023-01-01' + pg_temp.pick(i, 16, 44000000) * interval '1 second',
       timestamptz '2023-01-01' + i * interval '10 minutes',
       CASE WHEN i % 20 = 0 THEN timestamptz '2024-05-20' END
FROM generate_series(1, 30000) AS i;

INSERT INTO messages
SELECT i, 1 + pg_temp.pick(i, 17, 30000), CASE WHEN i % 2 = 0 THEN 'member' ELSE 'assistant' END, md5('m' || i) || md5('n' || i),
       timestamptz '2023-01-01' + i * interval '220 seconds',
       CASE WHEN i % 14 <> 0 THEN timestamptz '2023-01-01' + i * interval '221 seconds' END
FROM generate_series(1, 200000) AS i;

INSERT INTO sources
SELECT i, 'site' || i || '.example', (ARRAY['news', 'blog', 'wiki', 'forum'])[1 + i % 4], i % 9 <> 0
FROM generate_series(1, 60) AS i;

INSERT INTO authors
SELECT i, initcap(pg_temp.word(i, 18, 2000)) || ' ' || initcap(pg_temp.word(i, 19, 5000)), 'author-' || i,
       (ARRAY['en', 'de', 'fr', 'fa'])[1 + pg_temp.skew(i, 20, 4)], repeat(md5('a' || i), 3)
FROM generate_series(1, 4000) AS i;

INSERT INTO scraped_contents
SELECT i, s, CASE WHEN i % 4 <> 0 THEN 1 + pg_temp.skew(i, 22, 4000) END,
       'https://site' || s || '.example/' || substr(md5('l' || (i / 40)), 1, 6) || '/' || md5('d' || i),
       initcap(pg_temp.word(i, 23, 8000)) || ' ' || pg_temp.word(i, 24, 8000) || ' ' || pg_temp.word(i, 25, 500),
       CASE WHEN i > 89300 THEN 'pending' WHEN i % 30 = 0 THEN 'failed' ELSE 'done' END,
       CASE WHEN i <= 89300 THEN CASE WHEN i % 30 = 0 THEN 404 ELSE 200 END END,
       CASE WHEN i <= 89300 THEN timestamptz '2023-06-01' + i * interval '345 seconds' END,
       CASE WHEN i % 10 <> 0 THEN timestamptz '2023-05-01' + i * interval '345 seconds' - pg_temp.pick(i, 26, 900000) * interval '1 second' END,
       CASE WHEN i % 80 = 0 THEN timestamptz '2024-01-01' + pg_temp.pick(i, 27, 150) * interval '1 day' END
FROM (SELECT i, 1 + pg_temp.skew(i, 21, 60) AS s FROM generate_series(1, 90000) AS i) AS x;

-- Identities go on after the loaded rows.
SELECT setval(pg_get_serial_sequence('entries', 'id'), 1000000) \g /dev/null
SELECT setval(pg_get_serial_sequence('messages', 'id'), 1000000) \g /dev/null
SELECT setval(pg_get_serial_sequence('scraped_contents', 'id'), 1000000) \g /dev/null

RESET session_replication_role;
ANALYZE;
