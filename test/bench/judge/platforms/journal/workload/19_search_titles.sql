\set x random(0, 7999)
SELECT id, title, url FROM scraped_contents WHERE title ILIKE '%' || translate(substr(md5('w' || :x), 1, 7), '0123456789', 'ghklmnprst') || '%' AND deleted_at IS NULL ORDER BY published_at DESC NULLS LAST LIMIT 20;
