\set x random(1, 99400)
SELECT id, turn, kind, data FROM game_events WHERE match_id = 'match' || :x ORDER BY id;
