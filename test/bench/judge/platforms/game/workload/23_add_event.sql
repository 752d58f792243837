\set x random(1, 99400)
INSERT INTO game_events (match_id, actor_id, turn, kind) SELECT id, player_a, 9, 'draw' FROM matches WHERE id = 'match' || :x;
