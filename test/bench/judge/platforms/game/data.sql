-- The same rows on every machine: everything is a hash of the row's number.
-- Foreign keys hold by construction and are not checked while loading.

SET session_replication_role = replica;
SET timezone = 'UTC';

-- A number from 0 to n - 1, evenly, or with small numbers much more often.
CREATE FUNCTION pg_temp.pick(i integer, salt integer, n integer) RETURNS integer
LANGUAGE sql IMMUTABLE AS 'SELECT ((hashint4extended(i, salt) & 2147483647) % n)::integer';
CREATE FUNCTION pg_temp.skew(i integer, salt integer, n integer) RETURNS integer
LANGUAGE sql IMMUTABLE AS 'SELECT floor(n * power((hashint4extended(i, salt) & 1048575) / 1048576.0::float8, 2))::integer';

INSERT INTO seasons
SELECT i, 'Season ' || i, date '2021-06-01' + i * 90, i = 12 FROM generate_series(1, 12) AS i;

INSERT INTO players
SELECT 'player' || i, 'Handle' || i, 'Player' || i || '@Play.example',
       (ARRAY['eu', 'na', 'asia', 'sa', 'oce'])[1 + pg_temp.skew(i, 1, 5)],
       800 + (pg_temp.pick(i, 2, 900) + pg_temp.pick(i, 3, 900)), i % 40 = 0,
       timestamptz '2021-06-01' + i * interval '50 minutes',
       CASE WHEN i % 9 <> 0 THEN timestamptz '2024-06-01' - pg_temp.skew(i, 4, 20000000) * interval '1 second' END
FROM generate_series(1, 30000) AS i;

INSERT INTO cards
SELECT 'card' || i, (ARRAY['Dragon', 'Knight', 'Forest', 'Storm', 'Golem', 'Raven', 'Ember', 'Tide'])[1 + pg_temp.pick(i, 5, 8)] || ' of ' || substr(md5('n' || i), 1, 6),
       (ARRAY['common', 'uncommon', 'rare', 'mythic'])[1 + pg_temp.skew(i, 6, 4)]::rarity, 'S' || (1 + i % 12), pg_temp.pick(i, 7, 9),
       jsonb_build_object('power', pg_temp.pick(i, 8, 12), 'text', md5('t' || i))
FROM generate_series(1, 1500) AS i;

INSERT INTO decks
SELECT 'deck' || i, 'player' || (1 + pg_temp.skew(i, 9, 30000)), 'Deck ' || i,
       (ARRAY['casual', 'ranked', 'draft'])[1 + pg_temp.pick(i, 10, 3)]::game_mode, i % 4 <> 0,
       timestamptz '2023-01-01' + pg_temp.pick(i, 11, 44000000) * interval '1 second'
FROM generate_series(1, 30000) AS i;

INSERT INTO deck_cards
SELECT 'deck' || (1 + i / 6), 'card' || (1 + pg_temp.skew(i, 12, 250) + 250 * (i % 6)), 1 + i % 3
FROM generate_series(0, 149999) AS i;

INSERT INTO matches
SELECT 'match' || i, 'player' || (1 + pg_temp.skew(i, 13, 30000)), 'player' || (1 + pg_temp.pick(i, 14, 30000)),
       (ARRAY['casual', 'casual', 'ranked', 'draft'])[1 + pg_temp.pick(i, 15, 4)]::game_mode,
       (CASE WHEN i > 99400 THEN 'live' WHEN i % 30 = 0 THEN 'abandoned' ELSE 'finished' END)::match_status,
       1 + i / 8400,
       CASE WHEN i <= 99400 AND i % 30 <> 0 THEN 'player' || (1 + CASE WHEN i % 2 = 0 THEN pg_temp.skew(i, 13, 30000) ELSE pg_temp.pick(i, 14, 30000) END) END,
       timestamptz '2021-09-01' + i * interval '14 minutes',
       CASE WHEN i <= 99400 THEN timestamptz '2021-09-01' + i * interval '14 minutes' + pg_temp.pick(i, 16, 2400) * interval '1 second' END
FROM generate_series(1, 100000) AS i;

INSERT INTO memories
SELECT 'player' || (1 + i / 3), i % 3, (ARRAY['quest', 'rival', 'place', 'gift'])[1 + pg_temp.pick(i, 17, 4)], md5('m' || i),
       pg_temp.pick(i, 18, 1000) / 1000.0,
       timestamptz '2023-01-01' + i * interval '8 minutes',
       CASE WHEN i % 6 = 0 THEN timestamptz '2024-01-01' + pg_temp.pick(i, 19, 300) * interval '1 day' END
FROM generate_series(0, 80999) AS i;

INSERT INTO game_events
SELECT i, 'match' || (1 + i / 2), 'player' || (1 + pg_temp.skew(i / 2, 13, 30000)), i % 2,
       (ARRAY['draw', 'play', 'attack', 'attack', 'concede'])[1 + pg_temp.pick(i, 20, 5)],
       jsonb_build_object('card', 'card' || (1 + pg_temp.pick(i, 21, 1500))),
       timestamptz '2021-09-01' + (i / 2) * interval '14 minutes' + (i % 2) * interval '1 minute'
FROM generate_series(1, 199998) AS i;

INSERT INTO ledger
SELECT i, 'player' || (1 + pg_temp.skew(i, 22, 30000)), CASE WHEN i % 5 = 0 THEN 'gems' ELSE 'gold' END,
       (pg_temp.pick(i, 23, 4000) - 1500) / 10.0, (ARRAY['match', 'match', 'sale', 'purchase', 'gift'])[1 + pg_temp.pick(i, 24, 5)],
       CASE WHEN i % 3 <> 0 THEN 'ref' || i END,
       timestamptz '2023-01-01' + i * interval '5 minutes'
FROM generate_series(1, 150000) AS i;

INSERT INTO listings
SELECT 'listing' || i, 'player' || (1 + pg_temp.skew(i, 25, 30000)), 'card' || (1 + pg_temp.skew(i, 26, 1500)), 5 + pg_temp.skew(i, 27, 5000),
       (CASE WHEN i > 55000 THEN 'active' WHEN i % 12 = 0 THEN 'expired' WHEN i % 50 = 1 THEN 'withdrawn' ELSE 'sold' END)::listing_status,
       timestamptz '2023-01-01' + i * interval '12 minutes',
       CASE WHEN i <= 55000 AND i % 12 <> 0 AND i % 50 <> 1 THEN timestamptz '2023-01-01' + i * interval '12 minutes' + pg_temp.pick(i, 28, 400000) * interval '1 second' END
FROM generate_series(1, 60000) AS i;

-- Identities go on after the loaded rows.
SELECT setval(pg_get_serial_sequence('game_events', 'id'), 1000000) \g /dev/null
SELECT setval(pg_get_serial_sequence('ledger', 'id'), 1000000) \g /dev/null

RESET session_replication_role;
ANALYZE;
