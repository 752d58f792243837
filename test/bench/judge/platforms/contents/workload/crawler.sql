-- transactions: 80
\set n random(1, 1000000)
\set c random(1, 120000)
SELECT 1 + bench.pick(:n, 30, 200) AS source, 1 + bench.skewed(:n, 7, 15000) AS author, bench.say(bench.ago(0)) AS moment,
	bench.say('x' || :c::int) AS external_id, bench.say(md5('url' || :c::int)) AS hash \gset
-- is it known already
SELECT id FROM contents WHERE url_hash = :hash;
-- is it known under its own number
SELECT id, status FROM contents WHERE source_id = :source AND external_id = :external_id;
-- contents to parse
SELECT id, url FROM contents WHERE status = 'new' ORDER BY scraped_at LIMIT 50;
-- a new content
INSERT INTO contents (source_id, author_id, external_id, url, url_hash, title, lang, status, published_at) VALUES (:source, :author, gen_random_uuid()::text, 'https', gen_random_uuid()::text, 'a title', 'en', 'parsed', now());
-- the next job
SELECT id, source_id FROM crawl_jobs WHERE state = 'pending' AND scheduled_at <= :moment ORDER BY scheduled_at LIMIT 1 FOR UPDATE SKIP LOCKED;
-- the last jobs of a source
SELECT id, state, scheduled_at FROM crawl_jobs WHERE source_id = :source ORDER BY scheduled_at DESC LIMIT 5;
-- plan a job
INSERT INTO crawl_jobs (source_id, state, scheduled_at) VALUES (:source, 'done', now());
