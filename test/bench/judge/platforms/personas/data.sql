-- 40,000 users, 100,000 personas, 150,000 preferences, 120,000 follows, 20,000 invitations.

INSERT INTO languages SELECT 'l' || n, 'Language ' || n, n <= 20 FROM generate_series(1, 24) AS n;

INSERT INTO templates (category, title, usage_count, is_featured)
SELECT 'category' || bench.pick(n, 1, 30), bench.words(n, 3), bench.skewed(n, 2, 10000), n % 50 = 0
FROM generate_series(1, 1500) AS n;

INSERT INTO users
SELECT bench.id('user', n), 'User' || n || '@Example' || bench.pick(n, 3, 200) || '.com', 'User ' || n,
	CASE WHEN bench.pick(n, 4, 100) < 92 THEN 'free' WHEN bench.pick(n, 4, 100) < 99 THEN 'pro' ELSE 'team' END,
	bench.pick(n, 5, 100) < 96, created_at,
	CASE WHEN bench.pick(n, 6, 10) < 8 THEN greatest(created_at, bench.ago(bench.skewed(n, 7, 525600))) END,
	CASE WHEN bench.pick(n, 8, 100) < 3 THEN bench.ago(bench.pick(n, 9, 100000)) END
FROM generate_series(1, 40000) AS n, bench.ago((40001 - n) * 26) AS created_at;

INSERT INTO personas
SELECT bench.id('persona', n), bench.id('user', 1 + bench.skewed(n, 10, 40000)),
	CASE WHEN bench.pick(n, 11, 10) < 7 THEN 1 + bench.skewed(n, 12, 1500) END,
	'Persona ' || n, 'persona-' || n,
	CASE WHEN bench.pick(n, 13, 100) < 80 THEN 'private' WHEN bench.pick(n, 13, 100) < 94 THEN 'unlisted' ELSE 'public' END,
	bench.pick(n, 14, 3) = 0, 'l' || (1 + bench.skewed(n, 15, 20)),
	ARRAY['trait' || bench.skewed(n, 16, 300), 'trait' || bench.skewed(n, 17, 300), 'trait' || bench.skewed(n, 18, 300)],
	jsonb_build_object('voice', 'v' || bench.pick(n, 19, 40), 'tone', bench.pick(n, 20, 5)),
	round(bench.pick(n, 21, 100000) / 1000.0, 3), bench.ago((100001 - n) * 10), bench.ago(bench.skewed(n, 22, 500000)),
	CASE WHEN bench.pick(n, 23, 10) = 0 THEN bench.ago(bench.pick(n, 24, 100000)) END
FROM generate_series(1, 100000) AS n;

INSERT INTO preferences (user_id, namespace, key, value, updated_at)
SELECT bench.id('user', 1 + bench.pick(n, 25, 40000)), (ARRAY['ui', 'mail', 'privacy', 'editor'])[1 + bench.pick(n, 26, 4)],
	'key' || bench.pick(n, 27, 40), to_jsonb(bench.pick(n, 28, 6)), bench.ago(bench.pick(n, 29, 500000))
FROM generate_series(1, 150000) AS n
ON CONFLICT DO NOTHING;

INSERT INTO persona_follows
SELECT bench.id('user', 1 + bench.pick(n, 30, 40000)), bench.id('persona', 1 + bench.skewed(n, 31, 100000)), bench.ago(bench.pick(n, 32, 400000))
FROM generate_series(1, 120000) AS n
ON CONFLICT DO NOTHING;

INSERT INTO invitations
SELECT bench.id('invitation', n), bench.id('user', 1 + bench.skewed(n, 33, 40000)), 'guest' || bench.pick(n, 34, 15000) || '@mail.test',
	CASE WHEN bench.pick(n, 35, 100) < 70 THEN 'accepted' WHEN bench.pick(n, 35, 100) < 96 THEN 'expired' ELSE 'pending' END,
	md5('token' || n), created_at, created_at + interval '14 days',
	CASE WHEN bench.pick(n, 35, 100) < 70 THEN created_at + interval '1 day' END
FROM generate_series(1, 20000) AS n, bench.ago((20001 - n) * 25) AS created_at;
