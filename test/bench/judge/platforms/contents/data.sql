-- 200 sources, 15,000 authors, 120,000 contents, 3,000 keywords, 250,000 keyword links, 60,000 jobs.

INSERT INTO sources (domain, kind, active)
SELECT 'site' || n || '.example', (ARRAY['news', 'blog', 'forum', 'video'])[1 + bench.pick(n, 1, 4)], n % 9 <> 0 FROM generate_series(1, 200) AS n;

INSERT INTO authors (source_id, handle, display_name, followers, verified)
SELECT 1 + bench.skewed(n, 2, 200), 'handle_' || n, initcap(bench.words(n, 2)), bench.skewed(n, 3, 1000000), bench.pick(n, 4, 100) = 0
FROM generate_series(1, 15000) AS n;

INSERT INTO contents (source_id, author_id, external_id, url, url_hash, title, lang, status, metrics, published_at, scraped_at, removed_at)
SELECT 1 + bench.skewed(n, 5, 200), CASE WHEN bench.pick(n, 6, 10) < 9 THEN 1 + bench.skewed(n, 7, 15000) END, 'x' || n,
	'https' || '://site.example/item/' || n, md5('url' || n), bench.words(n, 4), (ARRAY['en', 'en', 'en', 'en', 'en', 'en', 'de', 'fr', 'es', 'ja'])[1 + bench.pick(n, 8, 10)],
	CASE WHEN n > 119700 THEN 'new' WHEN bench.pick(n, 9, 1000) < 985 THEN 'parsed' WHEN bench.pick(n, 9, 1000) < 997 THEN 'failed' ELSE 'review' END,
	jsonb_build_object('views', bench.skewed(n, 10, 100000), 'lane', 'lane' || bench.pick(n, 12, 400)),
	CASE WHEN bench.pick(n, 11, 100) < 97 THEN bench.ago((120001 - n) * 7) END, bench.ago((120001 - n) * 7 - 5),
	CASE WHEN bench.pick(n, 13, 100) < 2 THEN bench.ago(bench.pick(n, 14, 90000)) END
FROM generate_series(1, 120000) AS n;

INSERT INTO keywords (word) SELECT 'word' || lpad(n::text, 5, '0') FROM generate_series(1, 3000) AS n;

INSERT INTO content_keywords
SELECT 1 + bench.pick(n, 15, 120000), 1 + bench.skewed(n, 16, 3000), bench.pick(n, 17, 1000) / 1000.0
FROM generate_series(1, 250000) AS n ON CONFLICT DO NOTHING;

INSERT INTO crawl_jobs (source_id, state, attempts, scheduled_at, started_at, finished_at, message)
SELECT 1 + bench.pick(n, 18, 200), state, bench.skewed(n, 20, 6), at, CASE WHEN state <> 'pending' THEN at + interval '5 seconds' END,
	CASE WHEN state IN ('done', 'failed') THEN at + interval '1 minute' END, CASE WHEN state = 'failed' THEN 'timeout after 30 s' END
FROM generate_series(1, 60000) AS n, bench.ago((59800 - n) * 9) AS at,
	LATERAL (SELECT CASE WHEN n > 59800 THEN 'pending' WHEN n > 59780 THEN 'running' WHEN bench.pick(n, 19, 100) < 96 THEN 'done' ELSE 'failed' END AS state) AS s;
