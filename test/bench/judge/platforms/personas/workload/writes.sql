-- transactions: 100
\set u random(1, 40000)
\set p random(1, 100000)
\set g random(0, 14999)
\set key random(0, 39)
SELECT bench.say(bench.id('user', :u)) AS user_id, bench.say(bench.id('persona', :p)) AS persona_id,
	bench.say('key' || :key::int) AS pref_key, bench.say('guest' || :g::int || '@mail.test') AS guest,
	bench.say(bench.ago(:g + 100)) AS past, bench.say(bench.ago(520000)) AS forgotten \gset
-- note that a user was seen
UPDATE users SET last_seen_at = now() WHERE id = :user_id;
-- save a preference
INSERT INTO preferences (user_id, namespace, key, value) VALUES (:user_id, 'ui', :pref_key, '3') ON CONFLICT (user_id, namespace, key) DO UPDATE SET value = excluded.value, updated_at = now();
-- save a persona
UPDATE personas SET score = score + 0.01, updated_at = now() WHERE id = :persona_id;
-- follow
INSERT INTO persona_follows (follower_id, persona_id) VALUES (:user_id, :persona_id) ON CONFLICT DO NOTHING;
-- is this address invited already
SELECT EXISTS (SELECT 1 FROM invitations WHERE email = :guest AND status = 'pending');
-- invite
INSERT INTO invitations (inviter_id, email, token, expires_at) VALUES (:user_id, :guest, gen_random_uuid()::text, now() + interval '14 days');
-- expire invitations
UPDATE invitations SET status = 'expired' WHERE status = 'pending' AND expires_at < :past AND accepted_at IS NULL;
