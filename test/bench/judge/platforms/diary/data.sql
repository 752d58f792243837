-- 8,000 users, 20,000 sessions, 20,000 journals, 180,000 entries, 120,000 moods, 12,000 tags, 150,000 taggings, 40,000 conversations, 240,000 messages, 120,000 cards, 240,000 reviews, 15,000 links, 30,000 keys, 120,000 ledger entries.
-- The user of entry n is 1 + skewed(n, 1, 8000); moods, cards and taggings follow their entry.

INSERT INTO "User"
SELECT bench.cuid('user', n), 'user' || n || '@mail' || n % 30 || '.test', CASE WHEN bench.pick(n, 101, 10) < 7 THEN initcap(bench.words(n, 2)) END, ('{UTC,Europe/Berlin,America/New_York,Asia/Tokyo}'::text[])[1 + bench.skewed(n, 102, 4)],
	('{free,plus,pro}'::text[])[1 + bench.skewed(n, 103, 3)], bench.ago((8001 - n) * 120), bench.ago(bench.skewed(n, 104, 100000))
FROM generate_series(1, 8000) AS n;

INSERT INTO "Session" SELECT bench.cuid('session', n), md5('st' || n), bench.cuid('user', 1 + bench.skewed(n, 105, 8000)), bench.ago((20001 - n) * 3 - 40000) FROM generate_series(1, 20000) AS n;

INSERT INTO "Journal"
SELECT bench.cuid('journal', n), bench.cuid('user', 1 + (n - 1) % 8000), initcap(bench.words(n, 2)), ('{red,blue,green,slate}'::text[])[1 + bench.pick(n, 106, 4)], (n - 1) / 8000, bench.pick(n, 107, 100) < 15, bench.ago((20001 - n) * 45), bench.ago(bench.skewed(n, 108, 200000))
FROM generate_series(1, 20000) AS n;

INSERT INTO "Prompt"
SELECT bench.cuid('prompt', n), ('{gratitude,work,family,dreams,health,travel}'::text[])[1 + bench.pick(n, 109, 6)], ('{en,de,fr,es}'::text[])[1 + bench.skewed(n, 110, 4)], initcap(bench.words(n, 4)) || '?', bench.pick(n, 111, 10) < 8, CASE WHEN bench.pick(n, 112, 10) < 9 THEN bench.ago((601 - n) * 1500) END
FROM generate_series(1, 600) AS n;

INSERT INTO "Entry"
SELECT bench.cuid('entry', n), bench.cuid('user', u), bench.cuid('journal', u + 8000 * bench.pick(n, 2, CASE WHEN u <= 4000 THEN 3 ELSE 2 END)), CASE WHEN bench.pick(n, 3, 10) < 2 THEN bench.cuid('prompt', 1 + bench.skewed(n, 4, 600)) END,
	CASE WHEN bench.pick(n, 5, 10) < 7 THEN initcap(w) END, repeat(w || ' and ', 5), 20 + bench.skewed(n, 6, 1500), bench.pick(n, 7, 100) < 4, bench.pick(n, 8, 100) < 5,
	at - make_interval(mins => bench.skewed(n, 9, 3000)), at, at + make_interval(mins => bench.skewed(n, 10, 5000)), CASE WHEN bench.pick(n, 11, 100) < 5 THEN at + make_interval(mins => bench.skewed(n, 12, 80000)) END
FROM generate_series(1, 180000) AS n, bench.ago((180001 - n) * 5) AS at, LATERAL (SELECT 1 + bench.skewed(n, 1, 8000) AS u, bench.words(n, 3) AS w) AS x;

INSERT INTO "Mood"
SELECT bench.cuid('mood', n), bench.cuid('user', 1 + bench.skewed(m, 1, 8000)), CASE WHEN bench.pick(n, 20, 10) < 6 THEN bench.cuid('entry', m) END, score, ('{awful,bad,meh,good,great}'::text[])[score], bench.ago((180001 - m) * 5)
FROM generate_series(1, 120000) AS n, LATERAL (SELECT n + n / 2 AS m, 1 + bench.pick(n, 21, 5) AS score) AS x;

INSERT INTO "Tag" SELECT bench.cuid('tag', n), bench.cuid('user', 1 + (n - 1) % 8000), bench.word(n, 1) || '-' || n % 97 FROM generate_series(1, 12000) AS n;

INSERT INTO "_EntryToTag"
SELECT bench.cuid('entry', n), bench.cuid('tag', 1 + bench.skewed(n, 1, 8000) + extra)
FROM generate_series(1, 180000) AS n, (VALUES (0), (8000)) AS v (extra)
WHERE extra = 0 AND bench.pick(n, 22, 10) < 6 OR extra = 8000 AND bench.skewed(n, 1, 8000) < 4000 AND bench.pick(n, 23, 10) < 3;

INSERT INTO "Conversation"
SELECT bench.cuid('conversation', n), bench.cuid('user', 1 + bench.skewed(n * 4, 1, 8000)), CASE WHEN bench.pick(n, 24, 10) < 4 THEN bench.cuid('entry', n * 4) END, initcap(bench.words(n, 3)),
	(CASE WHEN bench.pick(n, 25, 100) < 80 THEN 'ACTIVE' ELSE 'ARCHIVED' END)::"ConversationStatus", LEAST(at + make_interval(mins => bench.skewed(n, 26, 40000)), bench.ago(0)), at
FROM generate_series(1, 40000) AS n, bench.ago((40001 - n) * 20) AS at;

INSERT INTO "Message"
SELECT bench.cuid('message', n), bench.cuid('conversation', GREATEST(1, (n + 5) / 6 - bench.skewed(n, 27, 60))), (CASE WHEN n % 9 = 0 THEN 'SYSTEM' WHEN n % 2 = 0 THEN 'USER' ELSE 'ASSISTANT' END)::"MessageRole", bench.words(n, 4) || ' ' || md5(n::text), 10 + bench.skewed(n, 28, 3000),
	CASE WHEN n % 9 <> 0 AND n % 2 = 1 THEN CASE bench.pick(n, 29, 60) WHEN 0 THEN -1 WHEN 1 THEN 1 WHEN 2 THEN 1 END END, bench.ago((240001 - n) * 3.33)
FROM generate_series(1, 240000) AS n;

INSERT INTO "Card"
SELECT bench.cuid('card', n), bench.cuid('user', 1 + bench.skewed(m, 1, 8000)), CASE WHEN bench.pick(n, 30, 10) < 7 THEN bench.cuid('entry', m) END, initcap(bench.words(n, 2)), bench.words(n + 5, 3),
	(CASE WHEN s < 10 THEN 'NEW' WHEN s < 18 THEN 'LEARNING' WHEN s < 96 THEN 'REVIEW' ELSE 'RELEARNING' END)::"CardState", 1.3 + bench.pick(n, 32, 170) / 100.0, CASE WHEN s < 10 THEN 0 ELSE 1 + bench.skewed(n, 33, 200) END,
	CASE WHEN s >= 10 THEN bench.ago(bench.skewed(n, 34, 150000) - CASE WHEN bench.pick(n, 35, 100) < 86 THEN 150000 ELSE 0 END) END, bench.pick(n, 36, 100) < 7, bench.ago((180001 - m) * 5), bench.ago(bench.skewed(n, 37, 30000))
FROM generate_series(1, 120000) AS n, LATERAL (SELECT n + n / 2 AS m, bench.pick(n, 31, 100) AS s) AS x;

INSERT INTO "ReviewLog"
SELECT bench.cuid('review', n), bench.cuid('card', c), bench.cuid('user', 1 + bench.skewed(c + c / 2, 1, 8000)), 1 + bench.pick(n, 39, 4), 800 + bench.skewed(n, 40, 60000), bench.ago((240001 - n) * 3)
FROM generate_series(1, 240000) AS n, LATERAL (SELECT 1 + bench.pick(n, 38, 120000) AS c) AS x;

INSERT INTO "ShareLink"
SELECT bench.cuid('share', n), md5('share' || n), bench.cuid('entry', n * 12), bench.cuid('user', 1 + bench.skewed(n * 12, 1, 8000)), bench.skewed(n, 41, 400), CASE WHEN bench.pick(n, 42, 10) < 4 THEN bench.ago(bench.pick(n, 43, 200000) - 100000) END, CASE WHEN bench.pick(n, 44, 10) < 2 THEN bench.ago(bench.pick(n, 45, 60000)) END, bench.ago((15001 - n) * 60)
FROM generate_series(1, 15000) AS n;

INSERT INTO "ApiKey"
SELECT bench.cuid('key', n), bench.cuid('user', 1 + bench.skewed(n, 46, 8000)), 'key ' || n, md5('key' || n) || md5('yek' || n), CASE WHEN bench.pick(n, 47, 10) < 3 THEN bench.ago(bench.pick(n, 48, 200000) - 150000) END, CASE WHEN bench.pick(n, 49, 100) < 35 THEN bench.ago(bench.pick(n, 50, 200000)) END, CASE WHEN bench.pick(n, 51, 10) < 8 THEN bench.ago(bench.skewed(n, 52, 200000)) END, bench.ago((30001 - n) * 30)
FROM generate_series(1, 30000) AS n;

INSERT INTO "LedgerEntry"
SELECT bench.cuid('ledger', n), bench.cuid('user', 1 + bench.skewed(n, 53, 8000)), CASE WHEN k < 85 THEN 'USAGE' WHEN k < 96 THEN 'TOPUP' WHEN k < 98 THEN 'REFUND' ELSE 'GRANT' END,
	CASE WHEN k < 85 THEN -1 - bench.skewed(n, 55, 60) ELSE 500 + bench.skewed(n, 56, 5000) END, CASE WHEN k BETWEEN 85 AND 97 THEN 'pi_' || md5('pi' || n) END, bench.ago((120001 - n) * 7)
FROM generate_series(1, 120000) AS n, LATERAL (SELECT bench.pick(n, 54, 100) AS k) AS x;
