-- transactions: 8
\set k random(0, 39)
\set t random(800, 1499)
SELECT bench.say('key' || :k::int) AS pref_key, bench.say(bench.ago(1440)) AS yesterday, bench.say(bench.ago(520000)) AS forgotten \gset
-- newest users for the back office
SELECT id, email, plan, created_at FROM users ORDER BY created_at DESC LIMIT 50;
-- sign-ups since yesterday by plan
SELECT plan, count(*) FROM users WHERE created_at >= :yesterday GROUP BY plan;
-- users not seen for a year
SELECT id, email FROM users WHERE last_seen_at < :forgotten ORDER BY last_seen_at LIMIT 100;
-- the earliest sign of life
SELECT min(last_seen_at) FROM users;
-- what people choose for a setting
SELECT value, count(*) FROM preferences WHERE namespace = 'mail' AND key = :pref_key GROUP BY value;
-- personas made from a template
SELECT count(*) FROM personas WHERE template_id = :t;
-- users by plan (most of the table)
SELECT plan, count(*) FROM users WHERE deleted_at IS NULL GROUP BY plan;
-- average score by visibility (most of the table)
SELECT visibility, avg(score) FROM personas WHERE is_default = false GROUP BY visibility;
