-- 800 sources, 240,000 fetch jobs, 180,000 documents, 15,000 authors, about 219,000 authorships, 260,000 extraction runs.

INSERT INTO sources
SELECT n, initcap(bench.words(n, 2)), 'www.' || bench.word(n, 1) || n || '.test', ('{rss,sitemap,html}'::text[])[1 + bench.skewed(n, 1, 3)], bench.pick(n, 2, 100) < 88, 15 * (1 + bench.skewed(n, 3, 96)), '{"depth": 2}', CASE WHEN bench.pick(n, 4, 100) < 96 THEN bench.ago(bench.skewed(n, 5, 5000)) END, bench.ago((801 - n) * 700), bench.ago(bench.skewed(n, 6, 90000))
FROM generate_series(1, 800) AS n;

-- The first 180,000 jobs are done and have made the documents; the rest is the queue and the failures.
INSERT INTO fetch_jobs
SELECT n, s, 'https://www.' || bench.word(s, 1) || s || '.test/' || bench.word(n, 1) || '/' || n || '.html', decode(md5('u' || n), 'hex'), status, bench.skewed(n, 12, 6), attempts,
	CASE status WHEN 'pending' THEN bench.ago(bench.pick(n, 13, 4000) - 2000) WHEN 'failed' THEN bench.ago(bench.pick(n, 14, 20000) - 15000) END, CASE WHEN status = 'running' THEN 'worker-' || bench.pick(n, 15, 16) END, CASE WHEN status = 'running' THEN bench.ago(bench.skewed(n, 16, 600)) END,
	CASE status WHEN 'done' THEN 200 WHEN 'failed' THEN 503 WHEN 'dead' THEN 404 END, CASE WHEN status IN ('failed', 'dead') THEN 'Net::' || initcap(bench.word(n, 2)) || 'Error' END, at, at + make_interval(mins => bench.skewed(n, 17, 3000))
FROM generate_series(1, 240000) AS n, LATERAL (SELECT 1 + bench.skewed(n, 10, 800) AS s, CASE WHEN n <= 180000 THEN bench.ago((180001 - n) * 2.4) ELSE bench.ago((240001 - n) * 0.6) END AS at,
	CASE WHEN n <= 180000 THEN 'done' WHEN bench.pick(n, 11, 1000) < 230 THEN 'pending' WHEN bench.pick(n, 11, 1000) < 420 THEN 'failed' WHEN bench.pick(n, 11, 1000) < 436 THEN 'running' WHEN bench.pick(n, 11, 1000) < 800 THEN 'dead' ELSE 'done' END AS status OFFSET 0) AS x,
	LATERAL (SELECT CASE status WHEN 'pending' THEN bench.skewed(n, 18, 4) WHEN 'failed' THEN 1 + bench.pick(n, 18, 6) WHEN 'dead' THEN 8 ELSE 1 END AS attempts) AS y;

-- A language goes with its source; a tenth are copies of an earlier document.
INSERT INTO documents
SELECT n, s, CASE WHEN copy THEN original END, 'https://www.' || bench.word(s, 1) || s || '.test/' || bench.word(n, 1) || '/' || n || '.html', decode(md5('u' || n), 'hex'), md5('c' || CASE WHEN copy THEN original ELSE n END),
	CASE WHEN bench.pick(n, 22, 100) < 98 THEN initcap(bench.words(t, 4)) || ' ' || t % 1000 END, bench.words(t * 3, 4) || ' ' || bench.words(t * 5, 4) || ' ' || bench.words(t * 7, 4) || '. ' || md5('b' || t),
	CASE WHEN bench.pick(n, 23, 100) < 4 THEN NULL WHEN bench.pick(n, 23, 100) < 94 THEN ('{en,de,fr,es,it,nl,pl,ja}'::text[])[1 + bench.skewed(s, 24, 8)] ELSE 'en' END,
	ARRAY(SELECT 'tag-' || bench.word(bench.skewed(n, 25 + i, 500), 1) FROM generate_series(1, bench.pick(n, 29, 5)) AS i), 80 + bench.skewed(n, 30, 4000), CASE WHEN bench.pick(n, 31, 100) < 87 THEN at - make_interval(mins => bench.skewed(n, 32, 200000)) END,
	at, CASE WHEN bench.pick(n, 33, 100) < 6 THEN at + interval '1 day' * bench.pick(n, 34, 20) END, at, at
FROM generate_series(1, 180000) AS n, LATERAL (SELECT 1 + bench.skewed(n, 10, 800) AS s, bench.ago((180001 - n) * 2.4) AS at, n > 1000 AND bench.pick(n, 20, 100) < 10 AS copy, greatest(1, n - 1 - bench.skewed(n, 21, 1000)) AS original OFFSET 0) AS x,
	LATERAL (SELECT CASE WHEN copy THEN original ELSE n END AS t OFFSET 0) AS y;

INSERT INTO authors SELECT n, initcap(bench.word(n, 1)) || ' ' || initcap(bench.word(n, 2)) || n % 60, bench.word(n, 1) || '-' || bench.word(n, 2) || '-' || n, bench.skewed(n, 40, 200), bench.ago((15001 - n) * 28), bench.ago(bench.skewed(n, 41, 15001 - n) * 28) FROM generate_series(1, 15000) AS n;

INSERT INTO authorships SELECT n, 1 + bench.pick(n, 45, 180000), 1 + bench.skewed(n, 46, 15000), bench.skewed(n, 47, 4) FROM generate_series(1, 220000) AS n ON CONFLICT DO NOTHING;

INSERT INTO extraction_runs
SELECT n, greatest(1, least(180000, (n / 260000.0 * 180000)::int - bench.skewed(n, 50, 3000))), ('{readability,metadata,entities,dates,language}'::text[])[1 + bench.skewed(n, 51, 5)], 1 + n / 70000, status,
	CASE WHEN status <> 'running' THEN 10 + bench.skewed(n, 53, 20000) END, CASE WHEN status = 'ok' THEN jsonb_build_object('confidence', bench.pick(n, 54, 100) / 100.0, 'fields', bench.pick(n, 55, 12)) END, CASE WHEN status = 'failed' THEN 'Timeout after ' || bench.pick(n, 56, 60) || 's' END,
	at, CASE WHEN status <> 'running' THEN at + interval '20 seconds' END
FROM generate_series(1, 260000) AS n, LATERAL (SELECT bench.ago((260001 - n) * 1.66) AS at, CASE WHEN bench.pick(n, 52, 1000) < 950 THEN 'ok' WHEN bench.pick(n, 52, 1000) < 997 OR n < 200000 THEN 'failed' ELSE 'running' END AS status) AS x;

SELECT setval(pg_get_serial_sequence(t, 'id'), 1000000) FROM unnest(ARRAY['sources', 'fetch_jobs', 'documents', 'authors', 'authorships', 'extraction_runs']) AS t;
