\set y random(10, 199000)
SELECT id, match_id, kind FROM game_events WHERE id > :y ORDER BY id LIMIT 100;
