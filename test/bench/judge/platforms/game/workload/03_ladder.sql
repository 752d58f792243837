SELECT id, handle, rating FROM players WHERE region = 'eu' AND NOT is_banned ORDER BY rating DESC, id DESC LIMIT 50;
