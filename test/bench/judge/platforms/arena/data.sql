-- 40,000 players, 70,000 sessions, 12 seasons, 90,000 matches, about 359,000 participants, 500 items, 160,000 inventory items, 400,000 events, 150,000 leaderboard entries, about 120,000 friendships, 5,000 API keys, 250,000 ledger rows.

INSERT INTO "player"
SELECT n, initcap(bench.word(n, 1)) || n, ('{EU,NA,AS,SA,OC}'::text[])[1 + bench.skewed(n, 1, 5)], 600 + bench.pick(n, 2, 700) + bench.pick(n, 3, 700) + bench.pick(n, 4, 400), 1 + bench.skewed(n, 5, 90), bench.pick(n, 6, 100) < 2,
	CASE WHEN bench.pick(n, 7, 100) < 94 THEN bench.ago(bench.skewed(n, 8, 40001 - n) * 12.0) END, bench.ago((40001 - n) * 12.5), CASE WHEN bench.pick(n, 9, 100) < 4 THEN bench.ago(bench.skewed(n, 10, 40001 - n) * 12.0) END
FROM generate_series(1, 40000) AS n;

INSERT INTO "player_session"
SELECT md5('s' || n) || md5('t' || n), 1 + bench.skewed(n, 12, 40000), ('{pc,ps5,xbox,mobile}'::text[])[1 + bench.skewed(n, 13, 4)], ('10.' || n % 200 || '.' || n % 251 || '.' || n % 13)::inet, at, at + interval '30 days', CASE WHEN bench.pick(n, 14, 100) < 35 THEN at + interval '2 days' END
FROM generate_series(1, 70000) AS n, bench.ago((70001 - n) * 1.2) AS at;

INSERT INTO "season" SELECT 'S' || lpad(n::text, 2, '0'), 'Season of the ' || initcap(bench.word(n, 1)), bench.ago((13 - n) * 37500), bench.ago((12 - n) * 37500) FROM generate_series(1, 12) AS n;

-- The last thousand matches are partly open.
INSERT INTO "match"
SELECT upper(left(md5('match' || n), 26)), 'S' || lpad((1 + (n - 1) * 12 / 90000)::text, 2, '0'), ('{ranked,casual,duel,royale,custom}'::text[])[1 + bench.skewed(n, 20, 5)], 'map_' || bench.word(1 + bench.skewed(n, 21, 30), 1), ('{EU,NA,AS,SA,OC}'::text[])[1 + bench.skewed(n, 22, 5)], status,
	CASE WHEN status <> 'queued' THEN 'srv-' || bench.pick(n, 23, 200) END, at, CASE WHEN status <> 'queued' THEN at + interval '1 minute' END, CASE WHEN status IN ('finished', 'aborted') THEN at + make_interval(mins => 3 + bench.pick(n, 24, 40)) END
FROM generate_series(1, 90000) AS n, LATERAL (SELECT bench.ago((90001 - n) * 5) AS at, CASE WHEN n > 88000 AND bench.pick(n, 25, 10) < 5 THEN 'queued' WHEN n > 88000 AND bench.pick(n, 25, 10) < 7 OR bench.pick(n, 26, 1000) < 2 THEN 'running' WHEN bench.pick(n, 26, 1000) < 60 THEN 'aborted' ELSE 'finished' END AS status) AS x;

INSERT INTO "match_participant"
SELECT upper(left(md5('match' || m), 26)), 1 + bench.skewed(n, 30, 40000), n % 2, bench.skewed(n, 31, 5000), bench.skewed(n, 32, 30), bench.skewed(n, 33, 30), CASE WHEN m < 88000 THEN CASE WHEN n % 2 = m % 2 THEN 'win' ELSE 'loss' END END, bench.ago((90001 - m) * 5 - 1)
FROM generate_series(1, 360000) AS n, LATERAL (SELECT 1 + (n - 1) / 4 AS m) AS x
ON CONFLICT DO NOTHING;

INSERT INTO "item" SELECT ('{sword,shield,helm,boots,charm}'::text[])[1 + n % 5] || '_' || n, initcap(bench.words(n, 2)), ('{common,rare,epic,legendary}'::text[])[1 + bench.skewed(n, 40, 4)], 10 + bench.skewed(n, 41, 3000) FROM generate_series(1, 500) AS n;

INSERT INTO "inventory_item"
SELECT n, 1 + bench.skewed(n, 42, 40000), ('{sword,shield,helm,boots,charm}'::text[])[1 + i % 5] || '_' || i, 1 + bench.skewed(n, 44, 20), CASE WHEN bench.pick(n, 45, 100) < 9 THEN ('{hand,offhand,head,feet,neck}'::text[])[1 + i % 5] END, at,
	CASE WHEN bench.pick(n, 46, 100) < 6 THEN at + interval '200 days' END, CASE WHEN bench.pick(n, 47, 100) < 20 THEN at + interval '3 days' END
FROM generate_series(1, 160000) AS n, LATERAL (SELECT 1 + bench.skewed(n, 43, 500) AS i, bench.ago((160001 - n) * 2.8) AS at) AS x;

-- Three quarters of the events belong to a match and one of its participants.
INSERT INTO "game_event"
SELECT n, type, CASE WHEN bench.pick(n, 52, 100) < 97 THEN 1 + bench.skewed(CASE WHEN type IN ('login', 'purchase', 'report') THEN n * 3 ELSE n * 9 / 10 END, 30, 40000) END, CASE WHEN type NOT IN ('login', 'purchase', 'report') THEN upper(left(md5('match' || 1 + (greatest(1, n * 9 / 10) - 1) / 4), 26)) END,
	CASE type WHEN 'purchase' THEN jsonb_build_object('itemId', ('{sword,shield,helm,boots,charm}'::text[])[1 + i % 5] || '_' || i, 'price', 10 + bench.skewed(i, 41, 3000)) WHEN 'report' THEN jsonb_build_object('target', 1 + bench.skewed(n, 54, 40000), 'why', bench.word(n, 1), 'resolved', bench.pick(n, 55, 100) < 97)
		WHEN 'login' THEN jsonb_build_object('platform', ('{pc,ps5,xbox,mobile}'::text[])[1 + bench.skewed(n, 13, 4)]) ELSE jsonb_build_object('x', bench.pick(n, 56, 1000), 'y', bench.pick(n, 57, 1000), 'weapon', bench.word(bench.skewed(n, 58, 40), 1)) END, bench.ago((400001 - n) * 1.125)
FROM generate_series(1, 400000) AS n, LATERAL (SELECT ('{kill,kill,pickup,kill,login,pickup,objective,purchase,emote,emote,purchase,report}'::text[])[1 + bench.pick(n, 51, 12) * CASE WHEN bench.pick(n, 50, 10) < 7 THEN 1 ELSE 0 END] AS type, 1 + bench.skewed(n, 53, 500) AS i) AS x;

INSERT INTO "leaderboard_entry"
SELECT 'S' || lpad((1 + n % 12)::text, 2, '0'), p, bench.skewed(p, 60, 4000) + bench.pick(n, 61, 600), bench.skewed(p, 60, 300), bench.pick(n, 62, 200), bench.ago((12 - n % 12) * 37500 - bench.pick(n, 63, 37000))
FROM generate_series(1, 150000) AS n, LATERAL (SELECT 1 + (n / 12 * 3 + n % 3) AS p) AS x;

INSERT INTO "friendship"
SELECT a, b, CASE WHEN bench.pick(n, 72, 100) < 84 THEN 'accepted' WHEN bench.pick(n, 72, 100) < 96 THEN 'pending' ELSE 'blocked' END, bench.ago((120001 - n) * 4)
FROM generate_series(1, 120000) AS n, LATERAL (SELECT 1 + bench.skewed(n, 70, 40000) AS a, 1 + bench.pick(n, 71, 40000) AS b) AS x WHERE a <> b
ON CONFLICT DO NOTHING;

INSERT INTO "api_key" SELECT bench.cuid('key', n), 1 + bench.skewed(n, 80, 3000), md5('k' || n) || md5('h' || n), bench.words(n, 2), CASE WHEN n % 3 = 0 THEN '{read,write}'::text[] ELSE '{read}' END, CASE WHEN bench.pick(n, 81, 10) < 7 THEN bench.ago(bench.skewed(n, 82, 300000)) END, CASE WHEN bench.pick(n, 83, 10) < 3 THEN bench.ago(bench.skewed(n, 84, 5001 - n) * 80) END, bench.ago((5001 - n) * 80) FROM generate_series(1, 5000) AS n;

INSERT INTO "credit_ledger"
SELECT n, 1 + bench.skewed(n, 90, 40000), CASE WHEN reason IN ('spend', 'refund_fee') THEN -1 ELSE 1 END * (5 + bench.skewed(n, 92, 2000)), reason, CASE WHEN reason <> 'reward' OR bench.pick(n, 93, 10) < 3 THEN 'idem_' || md5('i' || n) END, bench.ago((250001 - n) * 1.8)
FROM generate_series(1, 250000) AS n, LATERAL (SELECT ('{reward,spend,reward,spend,purchase,gift,refund,refund_fee}'::text[])[1 + bench.skewed(n, 91, 8)] AS reason) AS x;

SELECT setval(pg_get_serial_sequence(t, 'id'), 1000000) FROM unnest(ARRAY['player', 'inventory_item', 'game_event', 'credit_ledger']) AS t;
