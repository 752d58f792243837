-- transactions: 200
\set u random(1, 20000)
\set e random(1, 139990)
\set t random(1, 9000)
\set g random(1, 180000)
\set k random(1, 40000)
\set c random(1, 24000)
\set oc random(22501, 24000)
\set m random(1000, 110000)
\set r random(57001, 60000)
\set n random(1, 90000)
\set s random(1, 12000)
\set a random(1, 42000)
\set page random(0, 4)
\set category random(0, 7)
SELECT bench.say('user' || :u::int || '@mail' || :u::int % 60 || '.test') AS email, j AS journal, CASE WHEN j <= 20000 THEN j ELSE 1 + bench.skewed(j, 101, 20000) END AS diarist, :page::int * 20 AS skip, bench.say(date_trunc('month', d)::date::text) AS first, bench.say((date_trunc('month', d) + interval '1 month - 1 day')::date::text) AS last,
	extract(month FROM d)::int AS on_month, extract(day FROM d)::int AS on_day, bench.say(bench.word(:e, 2) || ' ' || bench.word(:e::int + 11, 1)) AS phrase, bench.say(bench.word(:e, 1)) AS word, bench.say(d::text) AS day,
	:e::int + 1 AS e2, :e::int + 2 AS e3, :e::int + 4 AS e4, :e::int + 6 AS e5, :e::int + 9 AS e6, 1 + bench.skewed(:g, 127, 9000) AS tag, 1 + bench.skewed(:t, 125, 20000) AS tagger, bench.say(left(bench.word(:t, 1), 3) || '%') AS typed, 1 + bench.skewed(:k, 131, 140000) AS commented, 1 + bench.skewed(:c, 140, 20000) AS client, 80 * (1 + bench.skewed(:oc, 142, 250)) AS coach,
	1 + bench.skewed(:m, 150, 24000) AS conversation, 1 + bench.skewed(:m, 150, 23000) AS c2, LEAST(24000, :c::int + 3) AS c3, 1 + bench.skewed(:r, 154, 20000) AS reminded, 1 + bench.skewed(:n, 171, 20000) AS recipient, 1 + bench.pick(:s, 163, 20000) AS subscriber, 1 + bench.pick(:a, 174, 140000) AS pictured
FROM (SELECT 1 + bench.skewed(:e, 110, 30000) AS j, bench.ago((140001 - :e::int) * 18)::date - bench.skewed(:e, 116, 4) AS d) AS x \gset
-- log in
SELECT "users".* FROM "users" WHERE "users"."discarded_at" IS NULL AND (lower(email) = :email) ORDER BY "users"."id" ASC LIMIT 1;
-- the current user
SELECT "users".* FROM "users" WHERE "users"."discarded_at" IS NULL AND "users"."id" = :diarist LIMIT 1;
-- journals of a user
SELECT "journals".* FROM "journals" WHERE "journals"."discarded_at" IS NULL AND "journals"."user_id" = :diarist ORDER BY "journals"."position" ASC;
-- a page of a journal
SELECT "entries".* FROM "entries" WHERE "entries"."discarded_at" IS NULL AND "entries"."journal_id" = :journal ORDER BY "entries"."entry_on" DESC, "entries"."id" DESC LIMIT 20 OFFSET :skip;
-- the calendar of a month (pluck)
SELECT "entries"."entry_on", "entries"."mood" FROM "entries" WHERE "entries"."discarded_at" IS NULL AND "entries"."user_id" = :diarist AND "entries"."entry_on" BETWEEN :first AND :last;
-- the months of a user
SELECT COUNT(*) AS "count_all", SUM("entries"."word_count") AS "words", DATE_TRUNC('month', "entries"."entry_on") AS "month" FROM "entries" WHERE "entries"."discarded_at" IS NULL AND "entries"."user_id" = :diarist GROUP BY DATE_TRUNC('month', "entries"."entry_on") ORDER BY DATE_TRUNC('month', "entries"."entry_on") DESC;
-- on this day
SELECT "entries".* FROM "entries" WHERE "entries"."discarded_at" IS NULL AND "entries"."user_id" = :diarist AND (EXTRACT(month FROM entry_on) = :on_month AND EXTRACT(day FROM entry_on) = :on_day) ORDER BY "entries"."entry_on" DESC;
-- did the user write on that day
SELECT 1 AS one FROM "entries" WHERE "entries"."discarded_at" IS NULL AND "entries"."user_id" = :diarist AND "entries"."entry_on" = :day LIMIT 1;
-- starred entries
SELECT "entries".* FROM "entries" WHERE "entries"."discarded_at" IS NULL AND "entries"."user_id" = :diarist AND "entries"."starred" = TRUE ORDER BY "entries"."entry_on" DESC LIMIT 20;
-- search in one's own entries (gin)
SELECT "entries".* FROM "entries" WHERE "entries"."discarded_at" IS NULL AND "entries"."user_id" = :diarist AND (to_tsvector('english', body) @@ plainto_tsquery('english', :word)) ORDER BY "entries"."entry_on" DESC LIMIT 20;
-- search in what the community shares (gin)
SELECT "entries".* FROM "entries" WHERE "entries"."discarded_at" IS NULL AND "entries"."visibility" = 2 AND (to_tsvector('english', body) @@ plainto_tsquery('english', :phrase)) ORDER BY "entries"."created_at" DESC LIMIT 20;
-- taggings of several entries (preload)
SELECT "taggings".* FROM "taggings" WHERE "taggings"."taggable_type" = 'Entry' AND "taggings"."taggable_id" IN (:e, :e2, :e3, :e4, :e5, :e6);
-- entries with a tag
SELECT "entries".* FROM "entries" INNER JOIN "taggings" ON "taggings"."taggable_id" = "entries"."id" AND "taggings"."taggable_type" = 'Entry' WHERE "entries"."discarded_at" IS NULL AND "taggings"."tag_id" = :tag ORDER BY "entries"."entry_on" DESC LIMIT 20;
-- tags while typing
SELECT "tags".* FROM "tags" WHERE "tags"."user_id" = :tagger AND (name ILIKE :typed) ORDER BY "tags"."taggings_count" DESC LIMIT 10;
-- comments on an entry
SELECT "comments".* FROM "comments" WHERE "comments"."discarded_at" IS NULL AND "comments"."commentable_id" = :commented AND "comments"."commentable_type" = 'Entry' ORDER BY "comments"."created_at" ASC;
-- photos of several entries (preload)
SELECT "active_storage_attachments".* FROM "active_storage_attachments" WHERE "active_storage_attachments"."name" = 'photos' AND "active_storage_attachments"."record_type" = 'Entry' AND "active_storage_attachments"."record_id" IN (:pictured, :e, :e2, :e3, :e4, :e5);
-- conversations of a user
SELECT "conversations".* FROM "conversations" WHERE "conversations"."user_id" = :client ORDER BY "conversations"."last_message_at" DESC LIMIT 20;
-- open conversations of a coach, with their users (eager_load)
SELECT "conversations"."id" AS t0_r0, "conversations"."subject" AS t0_r1, "conversations"."last_message_at" AS t0_r2, "users"."id" AS t1_r0, "users"."name" AS t1_r1 FROM "conversations" LEFT OUTER JOIN "users" ON "users"."id" = "conversations"."user_id" WHERE "conversations"."coach_id" = :coach AND "conversations"."state" IN (0, 1) ORDER BY "conversations"."last_message_at" ASC LIMIT 25;
-- messages before one (keyset)
SELECT "messages".* FROM "messages" WHERE "messages"."conversation_id" = :conversation AND "messages"."id" <= :m ORDER BY "messages"."id" DESC LIMIT 30;
-- the last message of several conversations
SELECT DISTINCT ON (messages.conversation_id) messages.* FROM "messages" WHERE "messages"."conversation_id" IN (:conversation, :c, :c2, :c3) ORDER BY "messages"."conversation_id" ASC, "messages"."id" DESC;
-- unread notifications
SELECT "notifications".* FROM "notifications" WHERE "notifications"."recipient_id" = :recipient AND "notifications"."recipient_type" = 'User' AND "notifications"."read_at" IS NULL ORDER BY "notifications"."created_at" DESC LIMIT 20;
-- their number
SELECT COUNT(*) FROM "notifications" WHERE "notifications"."recipient_id" = :recipient AND "notifications"."recipient_type" = 'User' AND "notifications"."read_at" IS NULL;
-- the streak of a user
SELECT "streaks".* FROM "streaks" WHERE "streaks"."user_id" = :diarist LIMIT 1;
-- has the user subscribed
SELECT "subscriptions".* FROM "subscriptions" WHERE "subscriptions"."user_id" = :subscriber AND "subscriptions"."status" IN (0, 1) ORDER BY "subscriptions"."created_at" DESC LIMIT 1;
-- coming reminders of a user
SELECT "reminders".* FROM "reminders" WHERE "reminders"."user_id" = :reminded AND "reminders"."sent_at" IS NULL AND (due_at > now()) ORDER BY "reminders"."due_at" ASC LIMIT 5;
-- a prompt (small table)
SELECT "prompts".* FROM "prompts" WHERE "prompts"."active" = TRUE AND "prompts"."category" = :category ORDER BY RANDOM() LIMIT 1;
-- the coaches (STI)
SELECT "users".* FROM "users" WHERE "users"."type" = 'Coach' AND "users"."discarded_at" IS NULL ORDER BY "users"."name" ASC LIMIT 24 OFFSET :skip;
