-- transactions: 8
\set day random(2, 300)
SELECT bench.say((bench.ago(:day * 1440))::date::text) AS from_day, bench.say((bench.ago((:day - 2) * 1440))::date::text) AS to_day, bench.say(bench.ago(1440 * 3)) AS since \gset
-- entries and words by day
SELECT entry_date, count(*), sum(word_count) FROM journal_entry WHERE entry_date BETWEEN :from_day AND :to_day GROUP BY entry_date ORDER BY entry_date;
-- staff
SELECT id, username FROM auth_user WHERE is_staff = true ORDER BY username;
-- new users
SELECT id, username, date_joined FROM auth_user WHERE date_joined >= :since ORDER BY date_joined DESC;
-- escalated conversations, oldest first
SELECT c.id, c.subject, u.username FROM chat_conversation AS c JOIN auth_user AS u ON u.id = c.user_id WHERE c.status = 'escalated' ORDER BY c.created LIMIT 40;
-- the first entry ever
SELECT min(entry_date) FROM journal_entry;
-- how moods are spread (most of the table)
SELECT mood_id, count(*) FROM journal_entry WHERE is_draft = false GROUP BY mood_id;
-- tokens by role (most of the table)
SELECT role, sum(tokens) FROM chat_message GROUP BY role;
