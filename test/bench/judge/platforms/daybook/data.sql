-- 20,000 users (every 80th a coach), 30,000 journals, 400 prompts, 140,000 entries, 9,000 tags, 180,000 taggings, 40,000 comments, 24,000 conversations, 110,000 messages, 60,000 reminders, 15,000 streaks, 12,000 subscriptions, 90,000 notifications, 50,000 attachments.
-- Journal j belongs to user j, above 20000 to 1 + skewed(j, 101, 20000); entry n is in journal 1 + skewed(n, 110, 30000). The tag t is called bench.word(t, 1).

INSERT INTO users
SELECT n, CASE WHEN n % 80 = 0 THEN 'Coach' WHEN n % 2001 = 0 THEN 'Admin' ELSE 'Member' END, 'User' || n || '@Mail' || n % 60 || '.test', '$2a$12$' || md5('pw' || n), CASE WHEN bench.pick(n, 201, 10) < 9 THEN initcap(bench.words(n, 2)) END, ('{UTC,Europe/Berlin,America/New_York,Asia/Tokyo}'::text[])[1 + bench.skewed(n, 202, 4)], bench.skewed(n, 203, 300),
	CASE WHEN bench.pick(n, 204, 100) < 95 THEN bench.ago(bench.skewed(n, 205, 900000)) END, CASE WHEN bench.pick(n, 206, 100) < 5 THEN bench.ago(bench.pick(n, 207, 500000)) END, at, at + interval '1 day'
FROM generate_series(1, 20000) AS n, bench.ago((20001 - n) * 130) AS at;

INSERT INTO journals
SELECT n, CASE WHEN n <= 20000 THEN n ELSE 1 + bench.skewed(n, 101, 20000) END, initcap(bench.words(n, 2)), bench.skewed(n, 102, 5), CASE WHEN n <= 20000 THEN 1 ELSE 2 + bench.skewed(n, 103, 6) END, bench.skewed(n, 104, 300), CASE WHEN bench.pick(n, 105, 100) < 6 THEN bench.ago(bench.pick(n, 106, 300000)) END, at, at + interval '2 days'
FROM generate_series(1, 30000) AS n, bench.ago((30001 - n) * 85) AS at;

INSERT INTO prompts
SELECT n, bench.pick(n, 107, 8), 'What did the ' || bench.words(n, 3) || ' teach you?', bench.pick(n, 108, 10) < 8, bench.ago(900000 - n), bench.ago(800000 - n)
FROM generate_series(1, 400) AS n;

INSERT INTO entries
SELECT n, CASE WHEN j <= 20000 THEN j ELSE 1 + bench.skewed(j, 101, 20000) END, j, CASE WHEN bench.pick(n, 111, 10) < 3 THEN 1 + bench.skewed(n, 112, 400) END, CASE WHEN bench.pick(n, 113, 10) < 6 THEN initcap(bench.words(n, 3)) END,
	bench.words(n, 4) || '. Today the ' || bench.words(n + 11, 4) || ' was better than ' || bench.words(n + 23, 3) || '.', CASE WHEN bench.pick(n, 114, 100) < 78 THEN 5 - bench.skewed(n, 115, 5) END, at::date - bench.skewed(n, 116, 4), 12 + bench.skewed(n, 117, 900), CASE WHEN bench.pick(n, 118, 100) < 8 THEN 0 ELSE 1 END,
	CASE WHEN bench.pick(n, 119, 100) < 80 THEN 0 WHEN bench.pick(n, 119, 100) < 95 THEN 1 ELSE 2 END, bench.pick(n, 120, 100) < 3, bench.skewed(n, 121, 8), CASE WHEN bench.pick(n, 122, 100) < 4 THEN at + make_interval(mins => bench.skewed(n, 123, 40000)) END, at, at + make_interval(mins => bench.skewed(n, 124, 5000))
FROM generate_series(1, 140000) AS n, bench.ago((140001 - n) * 18) AS at, LATERAL (SELECT 1 + bench.skewed(n, 110, 30000) AS j) AS x;

INSERT INTO tags SELECT n, 1 + bench.skewed(n, 125, 20000), bench.word(n, 1), bench.skewed(n, 126, 200), bench.ago((9001 - n) * 250), bench.ago((9001 - n) * 200) FROM generate_series(1, 9000) AS n;

INSERT INTO taggings
SELECT n, 1 + bench.skewed(n, 127, 9000), CASE WHEN bench.pick(n, 128, 100) < 93 THEN 'Entry' ELSE 'Journal' END, 1 + bench.pick(n, 129, CASE WHEN bench.pick(n, 128, 100) < 93 THEN 140000 ELSE 30000 END), bench.ago((180001 - n) * 14)
FROM generate_series(1, 180000) AS n ON CONFLICT DO NOTHING;

INSERT INTO comments
SELECT n, t, 1 + bench.skewed(n, 131, CASE t WHEN 'Entry' THEN 140000 ELSE 30000 END), 1 + bench.skewed(n, 132, 20000), bench.words(n, 4) || ', ' || bench.words(n + 5, 4), CASE WHEN bench.pick(n, 133, 100) < 3 THEN bench.ago(bench.pick(n, 134, 9000)) END, at, at
FROM generate_series(1, 40000) AS n, bench.ago((40001 - n) * 40) AS at, LATERAL (SELECT CASE WHEN bench.pick(n, 130, 100) < 88 THEN 'Entry' ELSE 'Journal' END AS t) AS x;

INSERT INTO conversations
SELECT n, 1 + bench.skewed(n, 140, 20000), CASE WHEN bench.pick(n, 141, 10) < 6 THEN 80 * (1 + bench.skewed(n, 142, 250)) END, CASE WHEN bench.pick(n, 143, 10) < 8 THEN initcap(bench.words(n, 3)) END, CASE WHEN n > 22500 THEN bench.pick(n, 144, 2) WHEN bench.pick(n, 145, 100) < 5 THEN bench.pick(n, 144, 2) ELSE 2 END, bench.skewed(n, 146, 60),
	CASE WHEN bench.pick(n, 147, 100) < 97 THEN at + make_interval(mins => bench.skewed(n, 148, 30000)) END, at, at
FROM generate_series(1, 24000) AS n, bench.ago((24001 - n) * 60) AS at;

INSERT INTO messages
SELECT n, 1 + bench.skewed(n, 150, 24000), bench.skewed(n, 151, 3), bench.words(n, 4) || ' ' || bench.words(n + 9, 4), CASE WHEN bench.pick(n, 152, 100) < 90 THEN at + make_interval(mins => bench.skewed(n, 153, 3000)) END, at, at
FROM generate_series(1, 110000) AS n, bench.ago((110001 - n) * 12) AS at;

INSERT INTO reminders
SELECT n, 1 + bench.skewed(n, 154, 20000), bench.skewed(n, 155, 4), jsonb_build_object('channel', ('{push,email}'::text[])[1 + bench.skewed(n, 156, 2)]), due, CASE WHEN n <= 56950 AND bench.pick(n, 157, 1000) >= 2 THEN due + make_interval(secs => bench.skewed(n, 158, 300)) END, due - interval '3 days', due
FROM generate_series(1, 60000) AS n, bench.ago((57000 - n) * 8) AS due;

INSERT INTO streaks SELECT n, n, c, c + bench.skewed(n, 160, 90), (bench.ago(bench.skewed(n, 161, 200) * 1440))::date, bench.ago((15001 - n) * 130), bench.ago(bench.skewed(n, 161, 200) * 1440) FROM generate_series(1, 15000) AS n, LATERAL (SELECT bench.skewed(n, 159, 120) AS c) AS x;

INSERT INTO subscriptions
SELECT n, 'Subscription::' || ('{Stripe,Apple,Google}'::text[])[1 + bench.skewed(n, 162, 3)], 1 + bench.pick(n, 163, 20000), ('{monthly,yearly,coaching}'::text[])[1 + bench.skewed(n, 164, 3)], s, CASE WHEN bench.pick(n, 165, 100) < 97 THEN 'sub_' || md5('sub' || n) END, CASE WHEN s = 3 THEN bench.ago(bench.pick(n, 166, 900000)) ELSE bench.ago(-bench.pick(n, 167, 90000)) END,
	CASE WHEN s = 3 THEN bench.ago(bench.pick(n, 166, 900000) + 9000) END, bench.ago((12001 - n) * 180), bench.ago((12001 - n) * 170)
FROM generate_series(1, 12000) AS n, LATERAL (SELECT CASE WHEN bench.pick(n, 168, 100) < 48 THEN 0 WHEN bench.pick(n, 168, 100) < 53 THEN 1 WHEN bench.pick(n, 168, 100) < 56 THEN 2 ELSE 3 END AS s) AS x;

INSERT INTO notifications
SELECT n, ('{CommentNotification,MessageNotification,StreakNotification,DigestNotification}'::text[])[1 + bench.skewed(n, 170, 4)], 'User', 1 + bench.skewed(n, 171, 20000), jsonb_build_object('comment_id', 1 + n / 3), CASE WHEN bench.pick(n, 172, 100) < 87 THEN at + make_interval(mins => bench.skewed(n, 173, 9000)) END, at, at
FROM generate_series(1, 90000) AS n, bench.ago((90001 - n) * 9) AS at;

INSERT INTO active_storage_attachments
SELECT n, CASE WHEN n > 42000 THEN 'avatar' ELSE 'photos' END, CASE WHEN n > 42000 THEN 'User' ELSE 'Entry' END, CASE WHEN n > 42000 THEN (n - 42000) * 2 ELSE 1 + bench.pick(n, 174, 140000) END, n, bench.ago((50001 - n) * 50)
FROM generate_series(1, 50000) AS n;

SELECT setval(pg_get_serial_sequence(t, 'id'), 1000000) FROM unnest(ARRAY['users', 'journals', 'prompts', 'entries', 'tags', 'taggings', 'comments', 'conversations', 'messages', 'reminders', 'streaks', 'subscriptions', 'notifications', 'active_storage_attachments']) AS t;
