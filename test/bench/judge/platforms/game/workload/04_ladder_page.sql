\set r random(1000, 2400)
SELECT id, handle, rating FROM players WHERE region = 'na' AND NOT is_banned AND (rating, id) < (:r, 'player5') ORDER BY rating DESC, id DESC LIMIT 50;
