-- 20,000 users, 30,000 personas, 60,000 profiles, about 110,000 preferences, 350,000 messages, 100,000 conversations, 150,000 memories.

INSERT INTO users
SELECT bench.id('user', n), bench.word(n, 1) || '.' || n || '@Example' || n % 50 || '.test', 'argon2$' || md5('pw' || n), CASE WHEN bench.pick(n, 1, 10) < 7 THEN initcap(bench.word(n, 2)) END,
	('{en,de,fr,es,ja,pt}'::text[])[1 + bench.skewed(n, 2, 6)], CASE WHEN bench.pick(n, 3, 100) < 82 THEN 'free' WHEN bench.pick(n, 3, 100) < 96 THEN 'plus' ELSE 'pro' END,
	bench.pick(n, 4, 100) < 95, bench.pick(n, 5, 100) < 80, n <= 5, bench.ago((20001 - n) * 50), CASE WHEN bench.pick(n, 6, 100) < 88 THEN bench.ago(bench.skewed(n, 7, 400) * (20001 - n) / 8.0) END
FROM generate_series(1, 20000) AS n;

INSERT INTO personas
SELECT bench.id('persona', n), CASE WHEN n > 60 THEN bench.id('user', 1 + bench.skewed(n, 10, 20000)) END, initcap(bench.words(n, 2)), bench.words(n * 3, 4) || ' ' || bench.words(n * 5, 4),
	('{friend,mentor,story,coach,language,humor,history,romance,science,other}'::text[])[1 + bench.skewed(n, 11, 10)], n <= 60 OR bench.pick(n, 12, 100) < 30, n > 60 AND bench.pick(n, 13, 100) < 12,
	CASE WHEN n <= 60 THEN 20000 ELSE 0 END + bench.skewed(n, 14, 5000), bench.ago((30001 - n) * 33), bench.ago(bench.skewed(n, 15, 30001 - n) * 33)
FROM generate_series(1, 30000) AS n;

-- A user talks to three personas.
INSERT INTO user_persona_profiles
SELECT bench.id('user', u), bench.id('persona', 1 + bench.skewed(u * 7 + (n - 1) % 3, 32, 30000)),
	jsonb_build_object('voice', ('{alto,soft,bright,deep,neutral}'::text[])[1 + bench.skewed(n, 20, 5)], 'tone', ('{warm,dry,formal,playful}'::text[])[1 + bench.pick(n, 21, 4)], 'memory', bench.pick(n, 22, 10) < 8),
	bench.pick(n, 23, 100) < 35, CASE WHEN bench.pick(n, 24, 10) < 8 THEN bench.ago(bench.skewed(n, 25, 700000)) END
FROM generate_series(1, 60000) AS n, LATERAL (SELECT 1 + (n - 1) / 3 AS u) AS x
ON CONFLICT DO NOTHING;

INSERT INTO persona_preferences
SELECT bench.id('preference', n), bench.id('user', u), bench.id('persona', 1 + bench.skewed(u * 7 + (p - 1) % 3, 32, 30000)),
	('{nickname,reply_length,language,timezone,greeting,emoji,topics_avoid,theme,wake_word,daily_note,font,speed}'::text[])[1 + bench.pick(n, 27, 12)], bench.word(n, 1), bench.ago(bench.skewed(n, 28, 700000))
FROM generate_series(1, 120000) AS n, LATERAL (SELECT 1 + bench.pick(n, 26, 60000) AS p) AS a, LATERAL (SELECT 1 + (p - 1) / 3 AS u) AS b
ON CONFLICT DO NOTHING;

-- Every fortieth conversation is a long one and takes half of the messages.
INSERT INTO messages
SELECT bench.id('message', n), bench.id('conversation', CASE WHEN bench.pick(n, 51, 2) = 0 THEN greatest(40, k / 40 * 40) ELSE k END), CASE WHEN n % 2 = 1 THEN 'user' WHEN bench.pick(n, 52, 100) < 97 THEN 'assistant' ELSE 'system' END,
	bench.words(n, 4) || ' ' || bench.words(n * 7, 4), CASE WHEN n % 2 = 0 THEN ('{small-2,large-2,large-1,vision-1}'::text[])[1 + bench.skewed(n, 53, 4)] END, 5 + bench.skewed(n, 54, 1500),
	CASE WHEN n % 2 = 0 AND bench.pick(n, 55, 100) < 5 THEN bench.pick(n, 56, 2) * 2 - 1 END, flagged, CASE WHEN flagged AND (n < 345000 AND bench.pick(n, 57, 100) < 96) THEN at + interval '9 hours' END,
	CASE WHEN n % 2 = 0 THEN jsonb_build_object('latency_ms', 200 + bench.skewed(n, 58, 9000), 'finish', CASE WHEN bench.pick(n, 59, 100) < 96 THEN 'stop' ELSE 'length' END) END, at
FROM generate_series(1, 350000) AS n, LATERAL (SELECT greatest(1, (n / 3.5)::int) AS f) AS a, LATERAL (SELECT f - bench.skewed(n, 50, f) AS k) AS b, LATERAL (SELECT bench.pick(n, 60, 1000) < 12 AS flagged) AS c,
	LATERAL (SELECT bench.ago((350001 - n) * 2.857) + make_interval(secs => n % 60) AS at) AS d;

INSERT INTO conversations
SELECT bench.id('conversation', c), bench.id('user', u), bench.id('persona', 1 + bench.skewed(u * 7 + bench.pick(c, 31, 3), 32, 30000)), CASE WHEN bench.pick(c, 33, 10) < 7 THEN initcap(bench.words(c, 3)) END,
	CASE WHEN bench.pick(c, 34, 100) < 25 THEN 'archived' ELSE 'active' END, bench.pick(c, 35, 100) < 3, coalesce(m.n, 0), m.last, at, CASE WHEN bench.pick(c, 36, 100) < 7 THEN least(now(), coalesce(m.last, at) + make_interval(days => bench.skewed(c, 37, 200))) END
FROM generate_series(1, 100000) AS c CROSS JOIN LATERAL (SELECT 1 + bench.skewed(c, 30, 20000) AS u, bench.ago((100001 - c) * 10 + 10) AS at) AS x
	LEFT JOIN (SELECT conversation_id, count(*) AS n, max(created_at) AS last FROM messages GROUP BY 1) AS m ON m.conversation_id = bench.id('conversation', c);

INSERT INTO memories
SELECT bench.id('memory', n), bench.id('user', u), CASE WHEN bench.pick(n, 41, 10) < 7 THEN bench.id('persona', 1 + bench.skewed(u * 7 + bench.pick(n, 42, 3), 32, 30000)) END, CASE WHEN bench.pick(n, 43, 10) < 6 THEN bench.id('message', 1 + bench.pick(n, 44, 350000)) END,
	kind, bench.words(n, 4) || ' ' || bench.words(n * 11, 3), 1 + bench.skewed(n, 46, 10), used, CASE WHEN n > 147500 OR bench.pick(n, 47, 1000) < 3 THEN 'pending' WHEN bench.pick(n, 47, 1000) < 12 THEN 'failed' ELSE 'done' END,
	CASE WHEN used > 0 THEN bench.ago(bench.skewed(n, 49, 150001 - n) * 6.6) END, CASE WHEN kind = 'episode' AND bench.pick(n, 61, 10) < 6 THEN at + interval '400 days' END, CASE WHEN bench.pick(n, 62, 100) < 18 THEN at + (now() - at) * (bench.pick(n, 63, 1000) / 1000.0) END, at
FROM generate_series(1, 150000) AS n, LATERAL (SELECT 1 + bench.skewed(n, 40, 20000) AS u, bench.ago((150001 - n) * 6.6) AS at, ('{fact,episode,preference,event,summary,relationship}'::text[])[1 + bench.skewed(n, 45, 6)] AS kind, greatest(0, bench.skewed(n, 48, 60) - 4) AS used) AS x;
