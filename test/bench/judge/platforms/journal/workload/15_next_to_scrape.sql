SELECT id, url FROM scraped_contents WHERE status = 'pending' AND deleted_at IS NULL ORDER BY id LIMIT 100;
