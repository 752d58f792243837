-- 20,000 users, 30,000 journals, 120,000 entries, 50,000 conversations, 200,000 messages, 60,000 reminders.

INSERT INTO auth_user
SELECT n, 'user' || n, 'Reader' || n || '@mail.test', n <= 25, bench.pick(n, 1, 100) < 97, joined,
	CASE WHEN bench.pick(n, 2, 10) < 9 THEN greatest(joined, bench.ago(bench.skewed(n, 3, 300000))) END
FROM generate_series(1, 20000) AS n, bench.ago((20001 - n) * 40) AS joined;

INSERT INTO journal_mood SELECT n, 'mood ' || n FROM generate_series(1, 16) AS n;

INSERT INTO journal_journal
SELECT n, 1 + bench.skewed(n, 4, 20000), 'Journal ' || n, bench.pick(n, 5, 10) < 9, bench.pick(n, 6, 30), bench.ago((30001 - n) * 20),
	CASE WHEN bench.pick(n, 7, 100) < 6 THEN bench.ago(bench.pick(n, 8, 50000)) END
FROM generate_series(1, 30000) AS n;

INSERT INTO journal_entry
SELECT n, 1 + bench.skewed(n, 9, 30000), CASE WHEN bench.pick(n, 10, 10) < 6 THEN 1 + bench.skewed(n, 11, 16) END,
	initcap(bench.words(n, 3)), repeat(md5(n::text) || ' ', 4), (bench.ago((120001 - n) * 8))::date, bench.skewed(n, 12, 3000),
	bench.pick(n, 13, 100) < 4, bench.pick(n, 14, 100) < 2, bench.ago((120001 - n) * 8), bench.ago((120001 - n) * 8 - bench.pick(n, 15, 8))
FROM generate_series(1, 120000) AS n;

INSERT INTO chat_conversation
SELECT n, 1 + bench.skewed(n, 16, 20000), CASE WHEN bench.pick(n, 17, 10) < 4 THEN 1 + bench.pick(n, 18, 120000) END, 'Talk ' || n,
	CASE WHEN bench.pick(n, 19, 100) < 90 THEN 'closed' WHEN bench.pick(n, 19, 100) < 99 THEN 'open' ELSE 'escalated' END,
	CASE WHEN bench.pick(n, 20, 100) < 5 THEN bench.pick(n, 21, 9) + 1 ELSE 0 END, bench.ago(bench.skewed(n, 22, 400000)), bench.ago(400000 - n * 8)
FROM generate_series(1, 50000) AS n;

INSERT INTO chat_message
SELECT n, 1 + bench.skewed(n, 23, 50000), CASE WHEN n % 2 = 0 THEN 1 + bench.pick(n, 24, 20000) END,
	CASE WHEN n % 50 = 0 THEN 'system' WHEN n % 2 = 0 THEN 'user' ELSE 'assistant' END, md5('m' || n) || md5('x' || n), bench.skewed(n, 25, 2000),
	CASE WHEN n < 199600 OR n % 3 = 0 THEN bench.ago((200001 - n) * 2) END, bench.ago((200001 - n) * 2)
FROM generate_series(1, 200000) AS n;

INSERT INTO journal_reminder
SELECT n, 1 + bench.pick(n, 26, 20000), bench.ago((58000 - n) * 9), CASE WHEN bench.pick(n, 27, 10) < 8 THEN 'email' ELSE 'push' END, n <= 57900
FROM generate_series(1, 60000) AS n;

SELECT setval(pg_get_serial_sequence(t, 'id'), 1000000)
FROM unnest(ARRAY['auth_user', 'journal_journal', 'journal_entry', 'chat_conversation', 'chat_message', 'journal_reminder']) AS t;
