-- transactions: 8
\set hours random(20, 400)
SELECT bench.say(bench.ago(:hours * 60)) AS since, bench.say(bench.ago(:hours * 60 - 600)) AS until \gset
-- contents of a window by language
SELECT lang, count(*) FROM contents WHERE published_at BETWEEN :since AND :until GROUP BY lang;
-- contents to review
SELECT id, title FROM contents WHERE status = 'review' ORDER BY scraped_at DESC LIMIT 30;
-- authors with most followers
SELECT id, display_name, followers FROM authors ORDER BY followers DESC LIMIT 20;
-- failed jobs by source
SELECT s.domain, count(*) FROM crawl_jobs AS j JOIN sources AS s ON s.id = j.source_id WHERE j.state = 'failed' AND j.finished_at >= :since GROUP BY s.domain ORDER BY 2 DESC LIMIT 10;
-- old failures
DELETE FROM crawl_jobs WHERE state = 'failed' AND finished_at < (:since)::timestamptz - interval '380 days';
-- contents by status (most of the table)
SELECT status, count(*) FROM contents WHERE removed_at IS NULL GROUP BY status;
-- contents by source (most of the table)
SELECT source_id, max(scraped_at) FROM contents WHERE lang <> 'ja' GROUP BY source_id;
