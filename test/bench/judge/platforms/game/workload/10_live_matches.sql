SELECT id, player_a, player_b, started_at FROM matches WHERE status = 'live' AND mode = 'ranked' ORDER BY started_at LIMIT 25;
