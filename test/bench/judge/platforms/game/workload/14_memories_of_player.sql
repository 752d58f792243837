\set x random(1, 27000)
SELECT slot, kind, content FROM memories WHERE player_id = 'player' || :x ORDER BY importance DESC LIMIT 5;
