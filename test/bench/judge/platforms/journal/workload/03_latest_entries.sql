\set x random(1, 25000)
SELECT id, title, mood, created_at FROM entries WHERE journal_id = :x AND deleted_at IS NULL ORDER BY created_at DESC LIMIT 20;
