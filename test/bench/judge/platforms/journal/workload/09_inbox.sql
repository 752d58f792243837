\set x random(1, 20000)
SELECT id, subject, last_message_at FROM conversations WHERE member_id = :x AND state = 'open' AND deleted_at IS NULL ORDER BY last_message_at DESC NULLS FIRST LIMIT 20;
