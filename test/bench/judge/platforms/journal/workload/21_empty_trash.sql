\set d random(0, 5)
DELETE FROM scraped_contents WHERE deleted_at < timestamptz '2024-01-01 00:00+00' + :d * interval '1 day';
