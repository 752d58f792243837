\set x random(1, 30000)
SELECT id, mode, winner_id, started_at FROM matches WHERE player_a = 'player' || :x OR player_b = 'player' || :x ORDER BY started_at DESC LIMIT 20;
