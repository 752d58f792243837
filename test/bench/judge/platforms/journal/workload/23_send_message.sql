\set x random(1, 30000)
INSERT INTO messages (conversation_id, sender, body) VALUES (:x, 'member', 'A few more words');
