-- 20,000 users and preferences, 600 sources, 12,000 authors, 18,000 aliases, 400 topics, 120,000 pages, 150,000 fetch logs, 60,000 articles, 150,000 article-topic pairs, 40,000 follows, 90,000 bookmarks, 150,000 reading sessions.
-- The source of article n is 1 + skewed(n, 2, 600); it was scraped from page 2n - 1; it is deleted when pick(n, 5, 100) < 3. The user of session s is 1 + skewed(s, 62, 20000), its article 60000 - skewed(s, 63, 60000).

INSERT INTO "accounts_user"
SELECT n, 'pbkdf2_sha256$600000$' || md5('pw' || n), CASE WHEN bench.pick(n, 101, 10) < 9 THEN bench.ago(bench.skewed(n, 102, 400000)) END, n <= 5, 'Reader' || n || '@Mail' || n % 40 || '.test', initcap(bench.words(n, 2)), n <= 30, bench.pick(n, 103, 100) < 96, bench.ago((20001 - n) * 36)
FROM generate_series(1, 20000) AS n;

INSERT INTO "accounts_userpreference"
SELECT n, CASE WHEN bench.pick(n, 104, 10) < 7 THEN ARRAY['en'] ELSE ARRAY['en', ('{de,fr,es,it,pl}'::text[])[1 + bench.skewed(n, 105, 5)]] END, f,
	CASE WHEN f <> 'never' THEN CASE WHEN bench.pick(n, 107, 100) < 3 THEN bench.ago(bench.pick(n, 108, 120)) ELSE bench.ago(-1 - bench.pick(n, 109, CASE f WHEN 'daily' THEN 1440 ELSE 10080 END)) END END,
	jsonb_build_object('theme', ('{auto,dark,light}'::text[])[1 + bench.skewed(n, 110, 3)], 'font_size', 14 + bench.pick(n, 111, 6), 'mute_paywalled', bench.pick(n, 112, 10) = 0), n, bench.ago(bench.skewed(n, 113, 300000))
FROM generate_series(1, 20000) AS n, LATERAL (SELECT CASE WHEN bench.pick(n, 106, 100) < 55 THEN 'never' WHEN bench.pick(n, 106, 100) < 85 THEN 'weekly' ELSE 'daily' END AS f) AS x;

INSERT INTO "news_source"
SELECT n, 'The ' || initcap(bench.words(n, 2)), 'source-' || n, 'https://www.source' || n || '.test/', ('{en,de,fr,es,it,pl,pt,nl}'::text[])[1 + bench.skewed(n, 114, 8)], bench.pick(n, 115, 10) < 9, 15 * (1 + bench.pick(n, 116, 8)), bench.ago(bench.pick(n, 117, 240)), bench.ago((601 - n) * 1200)
FROM generate_series(1, 600) AS n;

INSERT INTO "news_author"
SELECT n, initcap(bench.words(n, 2)) || ' ' || chr(65 + n % 26) || '.', replace(bench.words(n, 2), ' ', '-') || '-' || n, CASE WHEN bench.pick(n, 118, 10) < 3 THEN bench.words(n, 4) ELSE '' END, CASE WHEN bench.pick(n, 119, 10) < 8 THEN 1 + bench.skewed(n, 120, 600) END, bench.ago((12001 - n) * 60)
FROM generate_series(1, 12000) AS n;

INSERT INTO "news_authoralias"
SELECT n, CASE WHEN n % 2 = 0 THEN 'By ' ELSE '' END || initcap(bench.word(n, 3)) || ' ' || initcap(bench.word(n, 4)) || ' / ' || n % 300, 1 + (n * 7) % 12000
FROM generate_series(1, 18000) AS n;

INSERT INTO "news_topic"
SELECT n, initcap(bench.word(n, 1)) || ' ' || n, 'topic-' || n, CASE WHEN n > 40 THEN 1 + n % 40 END FROM generate_series(1, 400) AS n;

INSERT INTO "scraper_page"
SELECT p, 'https://www.source' || 1 + bench.skewed((p + 1) / 2, 2, 600) || '.test/' || bench.word(p, 1) || '/' || bench.word(p, 2) || '-' || p || '.html', encode(sha256(('url' || p)::bytea), 'hex'), s,
	CASE s WHEN 'done' THEN 200 WHEN 'failed' THEN ('{503,500,429,403}'::integer[])[1 + bench.skewed(p, 21, 4)] WHEN 'gone' THEN 404 END, CASE s WHEN 'failed' THEN 1 + bench.skewed(p, 22, 7) WHEN 'gone' THEN 8 ELSE 0 END,
	CASE WHEN s IN ('pending', 'failed') THEN CASE WHEN bench.pick(p, 23, 100) < 8 THEN bench.ago(bench.pick(p, 24, 700)) ELSE bench.ago(-1 - bench.pick(p, 25, 20000)) END WHEN s = 'done' AND bench.pick(p, 26, 10) < 3 THEN bench.ago(-1 - bench.pick(p, 27, 40000)) END,
	CASE s WHEN 'fetching' THEN bench.ago(bench.pick(p, 28, 4000) - 20) END, CASE WHEN s <> 'pending' THEN bench.ago((120001 - p) * 6 - 5) END, CASE WHEN s = 'done' THEN encode(sha256(('content' || (p + 1) / 2)::bytea), 'hex') END,
	CASE s WHEN 'failed' THEN ('{read timeout,connection reset,server error,too many requests}'::text[])[1 + bench.skewed(p, 29, 4)] ELSE '' END, 1 + bench.skewed((p + 1) / 2, 2, 600), bench.ago((120001 - p) * 6)
FROM generate_series(1, 120000) AS p, LATERAL (SELECT CASE WHEN x < 3 THEN 'fetching' WHEN x < 50 THEN 'pending' WHEN x < 120 THEN 'failed' WHEN x < 170 THEN 'gone' ELSE 'done' END AS s FROM bench.pick(p, 20, 1000) AS x) AS x;

INSERT INTO "scraper_fetchlog"
SELECT f, bench.ago((150001 - f) * 1.5), 80 + bench.skewed(f, 31, 20000), CASE WHEN x < 90 THEN 200 WHEN x < 98 THEN ('{503,500,429,404,403}'::integer[])[1 + bench.skewed(f, 32, 5)] END, CASE WHEN x < 90 THEN '' WHEN x < 98 THEN 'bad status' ELSE 'read timeout' END, 120000 - bench.skewed(f, 30, 120000)
FROM generate_series(1, 150000) AS f, LATERAL (SELECT bench.pick(f, 33, 100) AS x) AS x;

INSERT INTO "news_article"
SELECT n, initcap(bench.words(n, 3)) || ' ' || ('{after,before,without,against,over}'::text[])[1 + bench.pick(n, 34, 5)] || ' ' || initcap(bench.word(n, 4)), replace(bench.words(n, 3), ' ', '-') || '-' || n, ('{en,de,fr,es,it,pl,pt,nl}'::text[])[1 + bench.skewed(1 + bench.skewed(n, 2, 600), 114, 8)], bench.words(n, 4) || '. ' || t[1 + bench.pick(n, 35, 8)],
	initcap(bench.words(n, 4)) || '. ' || t[1 + bench.pick(n, 36, 8)] || ' ' || bench.words(n + 100000, 4) || '. ' || t[1 + bench.pick(n, 37, 8)] || ' ' || t[1 + bench.pick(n, 38, 8)] || ' ' || bench.words(n + 200000, 3) || ': ' || md5('quote' || n) || '. ' || t[1 + bench.pick(n, 39, 8)],
	80 + bench.skewed(n, 40, 4000), encode(sha256(('content' || COALESCE(d, n))::bytea), 'hex'), ARRAY[bench.word(n, 1), bench.word(n, 2), bench.word(1 + bench.skewed(n, 41, 60), 1)], jsonb_build_object('paywall', bench.pick(n, 42, 100) < 12, 'section', bench.word(1 + bench.skewed(n, 43, 30), 2), 'images', bench.skewed(n, 44, 12)),
	bench.pick(n, 45, 1000) < 8, bench.pick(n, 5, 100) < 3, at, at + make_interval(mins => 3 + bench.skewed(n, 46, 400)), at + make_interval(mins => 3 + bench.skewed(n, 47, 9000)), CASE WHEN bench.pick(n, 3, 100) < 85 THEN 1 + bench.skewed(n, 4, 12000) END, d, 2 * n - 1, 1 + bench.skewed(n, 2, 600)
FROM generate_series(1, 60000) AS n, bench.ago((60001 - n) * 12) AS at, LATERAL (SELECT CASE WHEN n > 500 AND bench.pick(n, 6, 100) < 6 THEN n - 1 - bench.pick(n, 7, 400) END AS d) AS x,
	(SELECT ARRAY['The council said on Tuesday that the plan would be reviewed before the summer break.', 'Analysts had expected a smaller rise after the report of last month.', 'Nobody was injured, according to the police, and the road was opened again in the evening.', 'The company did not answer questions about its contracts with the ministry.',
		'Researchers warn that the sample was small and that further studies are needed.', 'Supporters celebrated in the streets until the early morning.', 'Prices fell for the third week in a row, while demand for energy remained high.', 'The court will hear the appeal in November; both parties declined to comment.'] AS t) AS y;

INSERT INTO "news_article_topics"
SELECT n, 1 + (n - 1) % 60000, 1 + bench.skewed(n, 50, 400) FROM generate_series(1, 150000) AS n ON CONFLICT DO NOTHING;

INSERT INTO "reading_follow"
SELECT n, bench.ago((40001 - n) * 18), 1 + bench.skewed(n, 52, 600), 1 + bench.skewed(n, 51, 20000) FROM generate_series(1, 40000) AS n ON CONFLICT DO NOTHING;

INSERT INTO "reading_bookmark"
SELECT n, CASE WHEN bench.pick(n, 53, 10) = 0 THEN bench.words(n, 4) ELSE '' END, CASE WHEN bench.pick(n, 54, 10) < 3 THEN ARRAY[('{later,work,family,recipes}'::text[])[1 + bench.skewed(n, 55, 4)]] ELSE '{}' END, bench.pick(n, 56, 100) < 40, bench.ago((90001 - n) * 8), 60000 - bench.skewed(n, 61, 60000), 1 + bench.skewed(n, 60, 20000)
FROM generate_series(1, 90000) AS n ON CONFLICT DO NOTHING;

INSERT INTO "reading_session"
SELECT n, ('{phone,web,tablet}'::text[])[1 + bench.skewed(n, 64, 3)], CASE WHEN o THEN bench.pick(n, 65, 90) ELSE 100 END, 10 + bench.skewed(n, 66, 1500), at, CASE WHEN NOT o THEN at + make_interval(mins => 1 + bench.skewed(n, 67, 60)) END, 60000 - bench.skewed(n, 63, 60000), 1 + bench.skewed(n, 62, 20000)
FROM generate_series(1, 150000) AS n, bench.ago((150001 - n) * 4.8) AS at, LATERAL (SELECT bench.pick(n, 68, 100) < 14 AS o) AS x;

SELECT setval(pg_get_serial_sequence(t, 'id'), 1000000) FROM unnest(ARRAY['accounts_user', 'accounts_userpreference', 'news_source', 'news_author', 'news_authoralias', 'news_topic', 'scraper_page', 'scraper_fetchlog', 'news_article', 'news_article_topics', 'reading_follow', 'reading_bookmark', 'reading_session']) AS t;
