-- transactions: 100
\set n random(1, 1000000)
\set user random(1, 20000)
\set entry random(1, 120000)
SELECT 1 + bench.skewed(:n, 4, 20000) AS owner, 1 + bench.skewed(:n, 9, 30000) AS journal, 1 + bench.skewed(:n, 23, 50000) AS conversation,
	1 + bench.skewed(:n, 16, 20000) AS talker, bench.pick(:n, 40, 200000) AS cursor,
	bench.say('reader' || :user::int || '@mail.test') AS email, bench.say(bench.ago(:n / 2)) AS moment,
	bench.say('%' || upper(split_part(bench.words(:entry, 3), ' ', 1) || ' ' || split_part(bench.words(:entry, 3), ' ', 2)) || '%') AS phrase \gset
-- sign in (iexact of Django)
SELECT id, username, is_active FROM auth_user WHERE UPPER(email::text) = UPPER(:email) LIMIT 21;
-- journals of an owner
SELECT id, title, entry_count FROM journal_journal WHERE owner_id = :owner AND deleted IS NULL ORDER BY title ASC;
-- entries of a journal, latest first
SELECT id, title, entry_date, word_count FROM journal_entry WHERE journal_id = :journal AND NOT is_draft ORDER BY entry_date DESC LIMIT 20;
-- favourite entries of an owner
SELECT e.id, e.title, e.created FROM journal_entry AS e INNER JOIN journal_journal AS j ON e.journal_id = j.id WHERE j.owner_id = :owner AND j.deleted IS NULL AND e.is_favorite ORDER BY e.created DESC LIMIT 10;
-- an entry with its mood
SELECT e.*, m.name FROM journal_entry AS e LEFT OUTER JOIN journal_mood AS m ON e.mood_id = m.id WHERE e.id = :entry;
-- search in titles (icontains of Django)
SELECT id, title FROM journal_entry WHERE UPPER(title::text) LIKE UPPER(:phrase) LIMIT 20;
-- conversations of a user
SELECT id, subject, unread_count, last_message_at FROM chat_conversation WHERE user_id = :talker ORDER BY last_message_at DESC LIMIT 15;
-- unread conversations of a user
SELECT count(*) FROM chat_conversation WHERE user_id = :talker AND unread_count > 0;
-- conversations about an entry
SELECT id, subject FROM chat_conversation WHERE entry_id = :entry;
-- the last messages of a conversation
SELECT id, role, content, created FROM chat_message WHERE conversation_id = :conversation ORDER BY id DESC LIMIT 30;
-- older messages of a conversation by key set
SELECT id, role, content, created FROM chat_message WHERE conversation_id = :conversation AND id < :cursor ORDER BY id DESC LIMIT 30;
-- has the conversation a system message
SELECT EXISTS (SELECT 1 FROM chat_message WHERE conversation_id = :conversation AND role = 'system');
-- moods to choose from
SELECT id, name FROM journal_mood ORDER BY name;
