\set x random(1, 30000)
UPDATE messages SET read_at = now() WHERE conversation_id = :x AND read_at IS NULL;
