\set x random(1, 30000)
SELECT id, sender, body, created_at FROM messages WHERE conversation_id = :x ORDER BY created_at DESC LIMIT 50;
