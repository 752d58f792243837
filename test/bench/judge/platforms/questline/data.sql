-- 30,000 players, 45,000 sessions, 110,000 items drawn (fewer after duplicates), 35,000 matches, 140,000 participations, 300 quests, 90,000 progresses, 12 seasons, 70,000 leaderboard entries, 60,000 friendships, 80,000 chat messages, 90,000 events, 30,000 purchases, 80,000 memories.
-- The item k is bench.word(k, 1) || '_' || k, the quest k 'q_' || bench.word(k, 2) || k, the character k 'npc_' || bench.word(k, 1) || k. The handle of player n is initcap(bench.word(n, 1)) || n.

INSERT INTO players
SELECT n, initcap(bench.word(n, 1)) || n, CASE WHEN bench.pick(n, 301, 10) < 9 THEN 'p' || n || '@mail' || n % 40 || '.test' END, '$argon2id$' || md5('pw' || n), ('{eu,na,asia,sa}'::text[])[1 + bench.skewed(n, 302, 4)], 1 + bench.skewed(n, 303, 60),
	400 + (bench.pick(n, 304, 900) + bench.pick(n, 305, 900) + bench.pick(n, 306, 900)), bench.skewed(n, 307, 500000), bench.pick(n, 308, 100) < 2, jsonb_build_object('lang', ('{en,de,fr,es}'::text[])[1 + bench.skewed(n, 309, 4)], 'music', bench.pick(n, 310, 2) = 0),
	CASE WHEN bench.pick(n, 311, 100) < 96 THEN bench.ago(bench.skewed(n, 312, 400000)) END, bench.ago((30001 - n) * 25)
FROM generate_series(1, 30000) AS n;

INSERT INTO player_sessions
SELECT n, 1 + bench.skewed(n, 5, 30000), md5('token' || n), ('{pc,ios,android,console}'::text[])[1 + bench.skewed(n, 6, 4)], at + interval '86 days', CASE WHEN bench.pick(n, 7, 100) < 25 THEN at + make_interval(mins => bench.skewed(n, 8, 20000)) END, at
FROM generate_series(1, 45000) AS n, bench.ago((45001 - n) * 2.8) AS at;

INSERT INTO inventory_items
SELECT n, 1 + bench.skewed(n, 10, 30000), bench.word(k, 1) || '_' || k, 1 + bench.skewed(n, 12, 60), bench.pick(n, 13, 100) < 9, bench.ago((110001 - n) * 6)
FROM generate_series(1, 110000) AS n, LATERAL (SELECT 1 + bench.skewed(n, 11, 400) AS k) AS x ON CONFLICT DO NOTHING;

INSERT INTO matches
SELECT n, ('{ranked,casual,arena,coop}'::text[])[1 + bench.skewed(n, 20, 4)], 'map_' || bench.word(1 + bench.pick(n, 21, 14), 1), ('{eu,na,asia,sa}'::text[])[1 + bench.skewed(n, 22, 4)], s, CASE WHEN s <> 'open' THEN at + interval '2 minutes' END, CASE WHEN s = 'finished' THEN at + make_interval(mins => 8 + bench.skewed(n, 23, 45)) END, at
FROM generate_series(1, 35000) AS n, bench.ago((35001 - n) * 10) AS at,
	LATERAL (SELECT CASE WHEN n > 34750 THEN 'open' WHEN n > 34400 THEN 'running' WHEN bench.pick(n, 24, 1000) < 2 THEN 'running' WHEN bench.pick(n, 25, 100) < 6 THEN 'aborted' ELSE 'finished' END AS s) AS x;

INSERT INTO match_players
SELECT (n + 3) / 4, 1 + bench.skewed(n, 31, 30000), 1 + n % 2, bench.skewed(n, 32, 40), bench.skewed(n, 33, 30), bench.skewed(n, 34, 9000), CASE WHEN (n + 3) / 4 <= 34400 THEN bench.pick(n, 35, 2) = 0 END, CASE WHEN (n + 3) / 4 <= 34400 THEN bench.pick(n, 36, 51) - 25 END, bench.ago((140004 - n) * 2.5)
FROM generate_series(1, 140000) AS n ON CONFLICT DO NOTHING;

INSERT INTO quests
SELECT 'q_' || bench.word(k, 2) || k, initcap(bench.words(k, 3)), 1 + k / 30, 1 + bench.skewed(k, 40, 50), jsonb_build_object('coins', 10 * (1 + bench.pick(k, 41, 50)), 'xp', 100), bench.pick(k, 42, 10) < 8
FROM generate_series(1, 300) AS k;

INSERT INTO quest_progress
SELECT n, 1 + bench.skewed(n, 50, 30000), 'q_' || bench.word(k, 2) || k, s, bench.skewed(n, 52, 50), CASE WHEN s = 'completed' THEN at + interval '3 hours' END,
	CASE WHEN s = 'completed' AND NOT (n > 89500 OR bench.pick(n, 53, 1000) < 2) THEN at + interval '4 hours' END, at + interval '4 hours'
FROM generate_series(1, 90000) AS n, bench.ago((90001 - n) * 5 + 240) AS at, LATERAL (SELECT 1 + bench.skewed(n, 51, 300) AS k, CASE WHEN bench.pick(n, 54, 100) < 22 THEN 'active' WHEN bench.pick(n, 54, 100) < 28 THEN 'abandoned' ELSE 'completed' END AS s) AS x ON CONFLICT DO NOTHING;

INSERT INTO seasons SELECT 's' || k, 'Season of the ' || bench.word(k, 1), bench.ago((13 - k) * 86400 - 40000), bench.ago((12 - k) * 86400 - 40000) FROM generate_series(1, 12) AS k;

INSERT INTO leaderboard_entries
SELECT 's' || 12 - bench.skewed(n, 60, 12), 1 + bench.pick(n, 61, 30000), bench.skewed(n, 62, 100000), bench.skewed(n, 63, 300), bench.ago((70001 - n) * 8)
FROM generate_series(1, 70000) AS n ON CONFLICT DO NOTHING;

INSERT INTO friendships
SELECT n, a, b, CASE WHEN bench.pick(n, 72, 100) < 86 THEN 'accepted' WHEN bench.pick(n, 72, 100) < 97 THEN 'pending' ELSE 'blocked' END, bench.ago((60001 - n) * 11)
FROM generate_series(1, 60000) AS n, LATERAL (SELECT 1 + bench.skewed(n, 70, 30000) AS a, 1 + bench.skewed(n, 71, 30000) AS b) AS x WHERE a <> b ON CONFLICT DO NOTHING;

INSERT INTO chat_messages
SELECT n, CASE WHEN bench.pick(n, 80, 100) < 22 THEN 'global-' || ('{eu,na,asia,sa}'::text[])[1 + bench.skewed(n, 81, 4)] WHEN bench.pick(n, 80, 100) < 32 THEN 'trade' ELSE 'guild-' || 1 + bench.skewed(n, 82, 800) END, 1 + bench.skewed(n, 83, 30000), bench.words(n, 4) || ' ' || bench.words(n + 7, 3), f,
	CASE WHEN f AND bench.pick(n, 84, 10) < 8 THEN at + interval '5 hours' END, CASE WHEN bench.pick(n, 85, 100) < 2 THEN at + interval '1 hour' END, at
FROM generate_series(1, 80000) AS n, bench.ago((80001 - n) * 1.5) AS at, LATERAL (SELECT bench.pick(n, 86, 1000) < 8 AS f) AS x;

INSERT INTO game_events
SELECT n, 1 + bench.skewed(n, 95, 30000), ('{item_found,level_up,zone_entered,trade,boss_defeated,death,item_crafted,season_reward}'::text[])[1 + bench.skewed(n, 96, 8)],
	jsonb_build_object('item', bench.word(k, 1) || '_' || k, 'zone', 'zone_' || bench.word(1 + bench.skewed(n, 98, 30), 1), 'amount', 1 + bench.skewed(n, 99, 100)), bench.ago((90001 - n) * 1.6)
FROM generate_series(1, 90000) AS n, LATERAL (SELECT 1 + bench.skewed(n, 97, 400) AS k) AS x;

INSERT INTO purchases
SELECT n, 1 + bench.skewed(n, 110, 30000), 'pack_' || bench.word(1 + bench.skewed(n, 111, 40), 1), 99 + 100 * bench.skewed(n, 112, 100), ('{EUR,USD,BRL}'::text[])[1 + bench.skewed(n, 113, 3)], ('{stripe,apple,google}'::text[])[1 + bench.pick(n, 114, 3)], 'ref_' || md5('purchase' || n),
	CASE WHEN n > 29940 OR bench.pick(n, 115, 1000) < 2 THEN 'pending' WHEN bench.pick(n, 116, 100) < 6 THEN 'failed' WHEN bench.pick(n, 116, 100) < 9 THEN 'refunded' ELSE 'paid' END, bench.ago((30001 - n) * 20)
FROM generate_series(1, 30000) AS n;

INSERT INTO npc_memories
SELECT n, 'npc_' || bench.word(k, 1) || k, 1 + bench.skewed(n, 91, 30000), 1 + bench.skewed(n, 92, 10),
	(ARRAY[bench.word(1 + bench.skewed(n, 121, 80), 5), bench.word(1 + bench.pick(n, 122, 80), 5), bench.word(1 + bench.pick(n, 123, 80), 5)])[1:1 + bench.pick(n, 124, 3)],
	'The traveller spoke of ' || bench.words(n, 4) || ' and ' || bench.words(n + 5, 3), CASE WHEN bench.pick(n, 125, 10) < 4 THEN bench.ago((80001 - n) * 2.0) END, bench.ago((80001 - n) * 4.5)
FROM generate_series(1, 80000) AS n, LATERAL (SELECT 1 + bench.skewed(n, 90, 120) AS k) AS x;

SELECT setval(pg_get_serial_sequence(t, 'id'), 1000000) FROM unnest(ARRAY['players', 'player_sessions', 'inventory_items', 'matches', 'quest_progress', 'friendships', 'chat_messages', 'game_events', 'purchases', 'npc_memories']) AS t;
