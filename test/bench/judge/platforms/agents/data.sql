-- The same rows on every machine: keys are md5 of a letter and a number, everything else a hash of the row's number.
-- Foreign keys hold by construction and are not checked while loading.

SET session_replication_role = replica;
SET timezone = 'UTC';

-- A number from 0 to n - 1, evenly, or with small numbers much more often.
CREATE FUNCTION pg_temp.pick(i integer, salt integer, n integer) RETURNS integer
LANGUAGE sql IMMUTABLE AS 'SELECT ((hashint4extended(i, salt) & 2147483647) % n)::integer';
CREATE FUNCTION pg_temp.skew(i integer, salt integer, n integer) RETURNS integer
LANGUAGE sql IMMUTABLE AS 'SELECT floor(n * power((hashint4extended(i, salt) & 1048575) / 1048576.0::float8, 2))::integer';

INSERT INTO models
SELECT 'model-' || i, (ARRAY['north', 'south', 'east'])[1 + i % 3], 8192 * i, i <> 7
FROM generate_series(1, 12) AS i;

INSERT INTO users
SELECT md5('u' || i)::uuid, 'User' || i || '@Example.com', 'User ' || i,
       CASE WHEN i % 50 = 0 THEN 'team' WHEN i % 8 = 0 THEN 'pro' ELSE 'free' END,
       i % 33 <> 0,
       timestamptz '2023-01-01' + i * interval '30 minutes',
       CASE WHEN i % 5 <> 0 THEN timestamptz '2024-06-01' - pg_temp.pick(i, 1, 9000000) * interval '1 second' END
FROM generate_series(1, 20000) AS i;

INSERT INTO personas
SELECT md5('p' || i)::uuid, md5('u' || (1 + i % 20000))::uuid, 'Persona ' || i, i <= 20000,
       jsonb_build_object('tone', (ARRAY['dry', 'warm', 'formal', 'playful'])[1 + pg_temp.pick(i, 2, 4)], 'age', pg_temp.pick(i, 3, 60)),
       timestamptz '2023-03-01' + pg_temp.pick(i, 4, 30000000) * interval '1 second'
FROM generate_series(1, 32000) AS i;

INSERT INTO preferences
SELECT md5('u' || u)::uuid, k, to_jsonb(pg_temp.pick(u, length(k), 9)), timestamptz '2024-01-01' + u * interval '1 minute'
FROM generate_series(1, 20000) AS u, unnest(ARRAY['theme', 'language', 'notifications']) AS k;

INSERT INTO agents
SELECT md5('a' || i)::uuid, md5('u' || (1 + pg_temp.skew(i, 5, 20000)))::uuid,
       CASE WHEN i % 3 = 0 THEN md5('p' || (1 + pg_temp.pick(i, 6, 32000)))::uuid END,
       'agent-' || i, 'model-' || (1 + pg_temp.skew(i, 7, 12)),
       CASE WHEN i % 10 < 6 THEN 'active' WHEN i % 10 < 9 THEN 'draft' ELSE 'archived' END,
       i % 6 = 0,
       jsonb_build_object('template', 't' || pg_temp.pick(i, 8, 400), 'temperature', pg_temp.pick(i, 9, 10) / 10.0,
                          'prompt', repeat(md5('c' || i), 6)),
       timestamptz '2023-06-01' + i * interval '1 hour',
       timestamptz '2024-01-01' + pg_temp.pick(i, 10, 13000000) * interval '1 second'
FROM generate_series(1, 6000) AS i;

INSERT INTO sessions
SELECT md5('s' || i)::uuid, md5('u' || (1 + pg_temp.skew(i, 11, 20000)))::uuid, md5('a' || (1 + pg_temp.skew(i, 12, 6000)))::uuid,
       CASE WHEN i > 58000 THEN 'active' WHEN i % 9 = 0 THEN 'expired' ELSE 'ended' END,
       timestamptz '2023-12-01' + i * interval '262 seconds',
       CASE WHEN i <= 58000 THEN timestamptz '2023-12-01' + i * interval '262 seconds' + interval '20 minutes' END,
       timestamptz '2023-12-01' + i * interval '262 seconds' + interval '1 day'
FROM generate_series(1, 60000) AS i;

INSERT INTO runs
SELECT md5('r' || i)::uuid, md5('s' || s)::uuid, md5('a' || (1 + pg_temp.skew(s, 12, 6000)))::uuid,
       CASE WHEN i > 149000 THEN 'queued' WHEN i > 148800 THEN 'running' WHEN i % 16 = 0 THEN 'failed' WHEN i % 40 = 1 THEN 'cancelled' ELSE 'completed' END,
       pg_temp.skew(i, 13, 5),
       timestamptz '2023-12-01' + i * interval '105 seconds',
       CASE WHEN i <= 148800 THEN timestamptz '2023-12-01' + i * interval '105 seconds' + pg_temp.pick(i, 14, 900) * interval '1 second' END,
       100 + pg_temp.skew(i, 15, 30000),
       CASE WHEN i % 16 = 0 AND i <= 148800 THEN 'upstream answered ' || (500 + pg_temp.pick(i, 16, 5)) END
FROM (SELECT i, 1 + pg_temp.pick(i, 17, 60000) AS s FROM generate_series(1, 150000) AS i) AS x;

INSERT INTO run_events
SELECT md5('r' || (1 + i / 5))::uuid, i % 5,
       CASE WHEN i % 100 = 3 THEN 'error' ELSE (ARRAY['start', 'token', 'token', 'tool', 'end'])[1 + i % 5] END,
       jsonb_build_object('trace', md5('t' || i), 'step', i % 5),
       timestamptz '2023-12-01' + (i / 5) * interval '105 seconds' + (i % 5) * interval '3 seconds'
FROM generate_series(0, 199999) AS i;

INSERT INTO tool_calls
SELECT md5('c' || i)::uuid, md5('r' || (1 + pg_temp.pick(i, 18, 150000)))::uuid,
       (ARRAY['web_search', 'read_file', 'run_code', 'send_mail', 'calendar', 'translate', 'summarise', 'fetch_url'])[1 + pg_temp.skew(i, 19, 8)],
       CASE WHEN i % 25 = 0 THEN 'error' WHEN i % 60 = 1 THEN 'timeout' ELSE 'ok' END,
       5 + pg_temp.skew(i, 20, 4000), jsonb_build_object('q', md5('q' || i)),
       timestamptz '2023-12-01' + i * interval '131 seconds'
FROM generate_series(1, 120000) AS i;

INSERT INTO api_keys
SELECT md5('k' || i)::uuid, md5('u' || (1 + pg_temp.pick(i, 21, 20000)))::uuid, md5('secret' || i), 'key ' || i,
       timestamptz '2023-09-01' + i * interval '40 minutes',
       CASE WHEN i % 4 <> 0 THEN timestamptz '2024-06-01' - pg_temp.pick(i, 22, 5000000) * interval '1 second' END,
       CASE WHEN i % 5 = 0 THEN timestamptz '2024-05-01' END
FROM generate_series(1, 8000) AS i;

RESET session_replication_role;
ANALYZE;
