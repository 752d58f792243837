-- transactions: 100
\set n random(1, 1000000)
\set user random(1, 20000)
SELECT 1 + bench.skewed(:n, 9, 30000) AS journal, 1 + bench.skewed(:n, 23, 50000) AS conversation, 1 + bench.pick(:n, 41, 120000) AS entry,
	1 + bench.pick(:n, 42, 60000) AS reminder, bench.say(bench.ago(400000)) AS long_ago, bench.say(bench.ago(900)) AS recent \gset
-- write an entry
INSERT INTO journal_entry (journal_id, title, body, entry_date, word_count) VALUES (:journal, 'A new day', 'nothing much', CURRENT_DATE, 2);
-- edit an entry
UPDATE journal_entry SET word_count = word_count + 1, modified = now() WHERE id = :entry;
-- send a message
INSERT INTO chat_message (conversation_id, sender_id, role, content, tokens, processed_at) VALUES (:conversation, :user, 'user', 'hello', 2, now());
-- the conversation has moved
UPDATE chat_conversation SET unread_count = 0, last_message_at = now() WHERE id = :conversation;
-- messages that wait to be processed
SELECT id, conversation_id FROM chat_message WHERE processed_at IS NULL ORDER BY created LIMIT 20;
-- due reminders
SELECT id, user_id, channel FROM journal_reminder WHERE sent = false AND remind_at <= :recent ORDER BY remind_at LIMIT 50;
-- a reminder has been sent
UPDATE journal_reminder SET sent = true WHERE id = :reminder;
-- drafts that nobody finished
DELETE FROM journal_entry WHERE is_draft = true AND modified < (:long_ago)::timestamptz - interval '700 days';
