-- transactions: 10
\set hours random(10, 2000)
SELECT bench.say(bench.ago(:hours * 60)) AS since, bench.say(bench.ago(:hours * 60 - 300)) AS until \gset
-- banned players
SELECT id, handle FROM players WHERE banned = true ORDER BY created_at DESC LIMIT 50;
-- who has not logged in for long
SELECT id, handle FROM players WHERE last_login_at IS NULL OR last_login_at < now() - interval '276 days' LIMIT 200;
-- matches of a few hours by mode
SELECT mode, count(*) FROM matches WHERE started_at >= :since AND started_at < :until GROUP BY mode;
-- suspected cheaters
SELECT player_id, happened_at, data FROM game_events WHERE event = 'cheat_suspected' ORDER BY happened_at DESC LIMIT 40;
-- the first match
SELECT min(started_at) FROM matches;
-- events by kind (most of the table)
SELECT event, count(*) FROM game_events GROUP BY event;
-- characters by class (most of the table)
SELECT class, avg(experience) FROM characters WHERE alive = true GROUP BY class;
