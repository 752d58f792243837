-- transactions: 120
\set u random(1, 40000)
\set v random(1, 100000)
\set p random(1, 100000)
\set t random(0, 60)
\set offset random(0, 3)
SELECT bench.say(bench.id('user', :u)) AS user_id, bench.say(bench.id('persona', :p)) AS persona_id,
	bench.say('user' || :u::int || '@example' || bench.pick(:u, 3, 200) || '.com') AS email,
	bench.say('persona-' || :v::int) AS slug, bench.say('persona-' || (:v::int / 10) || '%') AS slug_prefix,
	bench.say(bench.ago(:v)) AS seen, bench.say('{trait' || (:t::int) || ',trait' || (:t::int + 40) || '}') AS traits,
	bench.say(bench.id('user', 1 + bench.skewed(:v, 10, 40000))) AS owner_id \gset
-- sign in, whatever the case of the address
SELECT id, email, plan, is_active FROM users WHERE lower(email) = lower(:email) AND deleted_at IS NULL;
-- the user by key
SELECT * FROM users WHERE id = :user_id;
-- a user's living personas, latest first
SELECT id, name, slug, updated_at FROM personas WHERE user_id = :owner_id AND archived_at IS NULL ORDER BY updated_at DESC LIMIT 20;
-- the default persona
SELECT id, name, settings FROM personas WHERE user_id = :owner_id AND is_default = true AND archived_at IS NULL ORDER BY updated_at DESC LIMIT 1;
-- one persona by owner and slug
SELECT * FROM personas WHERE user_id = :owner_id AND slug = :slug;
-- slugs that begin like this
SELECT slug FROM personas WHERE slug LIKE :slug_prefix ORDER BY slug LIMIT 10;
-- the best public personas
SELECT id, name, score FROM personas WHERE visibility = 'public' AND archived_at IS NULL ORDER BY score DESC LIMIT 24 OFFSET :offset * 24;
-- public personas of a language
SELECT id, name FROM personas WHERE visibility = 'public' AND archived_at IS NULL AND language = 'l3' ORDER BY score DESC LIMIT 10;
-- personas with two traits (gin)
SELECT id, name FROM personas WHERE traits @> :traits LIMIT 30;
-- how many follow a persona
SELECT count(*) FROM persona_follows WHERE persona_id = :persona_id;
-- the latest followers with their names
SELECT u.id, u.display_name, f.created_at FROM persona_follows AS f JOIN users AS u ON u.id = f.follower_id WHERE f.persona_id = :persona_id ORDER BY f.created_at DESC LIMIT 20;
-- personas that a user follows
SELECT p.id, p.name, p.updated_at FROM persona_follows AS f JOIN personas AS p ON p.id = f.persona_id WHERE f.follower_id = :user_id AND p.archived_at IS NULL;
-- preferences of a namespace
SELECT key, value FROM preferences WHERE user_id = :user_id AND namespace = 'ui';
-- invitations a user has sent
SELECT id, email, status FROM invitations WHERE inviter_id = :owner_id ORDER BY created_at DESC LIMIT 10;
-- languages to choose from
SELECT code, name FROM languages WHERE is_enabled ORDER BY name;
-- featured templates
SELECT id, title FROM templates WHERE is_featured = true ORDER BY usage_count DESC LIMIT 12;
