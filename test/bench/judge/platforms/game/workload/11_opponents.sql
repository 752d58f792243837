\set x random(1, 30000)
SELECT p.handle, count(*) FROM matches m JOIN players p ON p.id = m.player_b WHERE m.player_a = 'player' || :x AND m.started_at >= timestamptz '2022-01-01 00:00+00' GROUP BY p.handle ORDER BY count(*) DESC LIMIT 10;
