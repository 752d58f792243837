\set x random(1, 60)
SELECT max(fetched_at) FROM scraped_contents WHERE source_id = :x;
