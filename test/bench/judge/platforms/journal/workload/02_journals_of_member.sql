\set x random(1, 20000)
SELECT id, title, visibility FROM journals WHERE member_id = :x AND deleted_at IS NULL ORDER BY created_at DESC;
