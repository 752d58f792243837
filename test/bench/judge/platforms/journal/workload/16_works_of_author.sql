\set x random(1, 4000)
SELECT id, title, url FROM scraped_contents WHERE author_id = :x AND published_at IS NOT NULL ORDER BY published_at DESC LIMIT 20;
