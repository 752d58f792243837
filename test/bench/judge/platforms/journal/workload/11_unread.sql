\set x random(1, 20000)
SELECT count(*) FROM conversations c JOIN messages m ON m.conversation_id = c.id WHERE c.member_id = :x AND c.deleted_at IS NULL AND m.read_at IS NULL AND m.sender = 'assistant';
