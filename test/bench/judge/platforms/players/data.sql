-- 12 regions, 30,000 players, 800 guilds, 50,000 characters, 40,000 matches, 160,000 participations, 100,000 memories, 250,000 events.

INSERT INTO regions SELECT 'r' || n, 'Region ' || n, n < 11 FROM generate_series(1, 12) AS n;

INSERT INTO players
SELECT bench.id('player', n), ('{Wolf,Star,Nova,Pixel,Shade,Blaze,Frost,Ghost}'::text[])[1 + bench.pick(n, 1, 8)] || n, 'r' || (1 + bench.skewed(n, 2, 12)),
	600 + bench.skewed(n, 3, 2400), 1 + bench.skewed(n, 4, 99), bench.pick(n, 5, 1000) < 8, CASE WHEN bench.pick(n, 6, 10) < 6 THEN 1 + bench.skewed(n, 7, 800) END,
	CASE WHEN bench.pick(n, 8, 100) < 97 THEN bench.ago(bench.skewed(n, 9, 400000)) END, bench.ago((30001 - n) * 20)
FROM generate_series(1, 30000) AS n;

INSERT INTO guilds SELECT n, 'Guild ' || n, bench.id('player', 1 + bench.pick(n, 10, 30000)) FROM generate_series(1, 800) AS n;

INSERT INTO characters
SELECT bench.id('character', n), bench.id('player', 1 + bench.pick(n, 11, 30000)), initcap(bench.words(n, 1)) || n,
	('{warrior,mage,rogue,priest,ranger}'::text[])[1 + bench.pick(n, 12, 5)], bench.skewed(n, 13, 1000000), bench.pick(n, 14, 10) < 9,
	jsonb_build_object('strength', bench.pick(n, 15, 100), 'faction', 'f' || bench.skewed(n, 16, 60))
FROM generate_series(1, 50000) AS n;

INSERT INTO matches
SELECT bench.cuid('match', n), ('{duel,team,royale,coop}'::text[])[1 + bench.skewed(n, 17, 4)], 'r' || (1 + bench.skewed(n, 18, 12)), status, at,
	CASE WHEN status <> 'live' THEN at + make_interval(mins => 5 + bench.pick(n, 19, 40)) END
FROM generate_series(1, 40000) AS n, bench.ago((40001 - n) * 6) AS at,
	LATERAL (SELECT CASE WHEN n > 39900 THEN 'live' WHEN bench.pick(n, 20, 100) < 95 THEN 'finished' ELSE 'aborted' END AS status) AS s;

INSERT INTO match_players
SELECT bench.cuid('match', 1 + n / 4), bench.id('player', 1 + bench.skewed(n, 21, 30000)), n % 2, bench.skewed(n, 22, 5000), n % 2 = 0
FROM generate_series(0, 159999) AS n ON CONFLICT DO NOTHING;

INSERT INTO memories (character_id, kind, content, importance, tags, expires_at, created_at)
SELECT bench.id('character', 1 + bench.skewed(n, 23, 50000)), CASE WHEN bench.pick(n, 24, 100) < 75 THEN 'observation' WHEN bench.pick(n, 24, 100) < 95 THEN 'dialogue' ELSE 'reflection' END,
	bench.words(n, 4), bench.skewed(n, 25, 1000) / 1000.0, ARRAY['tag' || bench.skewed(n, 26, 400), 'tag' || bench.skewed(n, 27, 400)],
	CASE WHEN bench.pick(n, 28, 10) < 2 THEN bench.ago(bench.pick(n, 29, 60000) - 58000) END, bench.ago((100001 - n) * 4)
FROM generate_series(1, 100000) AS n;

INSERT INTO game_events (match_id, player_id, event, data, happened_at)
SELECT bench.cuid('match', 1 + n * 4 / 25), CASE WHEN bench.pick(n, 30, 10) < 9 THEN bench.id('player', 1 + bench.skewed(n, 31, 30000)) END,
	CASE WHEN bench.pick(n, 32, 1000) < 700 THEN 'move' WHEN bench.pick(n, 32, 1000) < 950 THEN 'hit' WHEN bench.pick(n, 32, 1000) < 996 THEN 'kill' ELSE 'cheat_suspected' END,
	jsonb_build_object('x', bench.pick(n, 33, 500), 'weapon', 'w' || bench.skewed(n, 34, 40)), bench.ago((250001 - n))
FROM generate_series(1, 249990) AS n;
