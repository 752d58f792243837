\set r random(2000, 2550)
SELECT count(*) + 1 FROM players WHERE region = 'eu' AND is_banned = false AND rating > :r;
