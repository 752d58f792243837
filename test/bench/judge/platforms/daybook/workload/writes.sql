-- transactions: 100
\set e random(1, 140000)
\set t random(1, 9000)
\set c random(1, 24000)
\set n random(1, 90000)
\set s random(1, 12000)
SELECT j AS journal, CASE WHEN j <= 20000 THEN j ELSE 1 + bench.skewed(j, 101, 20000) END AS diarist, 1 + bench.skewed(:n, 171, 20000) AS recipient, bench.say('sub_' || md5('sub' || :s::int)) AS processor, bench.say(bench.ago(0)) AS now, bench.say(bench.ago(0)::date::text) AS today, bench.say(bench.ago(-:t::int)) AS due
FROM (SELECT 1 + bench.skewed(:e, 110, 30000) AS j) AS x \gset
-- an entry
INSERT INTO "entries" ("user_id", "journal_id", "body", "mood", "entry_on", "word_count", "status", "visibility", "created_at", "updated_at") VALUES (:diarist, :journal, 'It rained all day and I read.', 4, :today, 7, 1, 0, :now, :now) RETURNING "id";
-- the counter of its journal
UPDATE "journals" SET "entries_count" = COALESCE("journals"."entries_count", 0) + 1, "updated_at" = :now WHERE "journals"."id" = :journal;
-- an entry is saved again
UPDATE "entries" SET "body" = 'It rained all day, and I read until late.', "word_count" = 9, "updated_at" = :now WHERE "entries"."id" = :e;
-- an entry is discarded
UPDATE "entries" SET "discarded_at" = :now, "updated_at" = :now WHERE "entries"."id" = :e AND "entries"."status" = 0;
-- a tagging (insert_all)
INSERT INTO "taggings" ("tag_id","taggable_type","taggable_id","created_at") VALUES (:t, 'Entry', :e, :now) ON CONFLICT DO NOTHING RETURNING "id";
-- the streak (upsert)
INSERT INTO "streaks" ("user_id","current_length","longest_length","last_entry_on","created_at","updated_at") VALUES (:diarist, 1, 1, :today, :now, :now) ON CONFLICT ("user_id") DO UPDATE SET "current_length" = "streaks"."current_length" + 1, "last_entry_on" = excluded."last_entry_on", "updated_at" = excluded."updated_at" RETURNING "id";
-- a message
INSERT INTO "messages" ("conversation_id", "role", "body", "created_at", "updated_at") VALUES (:c, 0, 'Thank you, that helped.', :now, :now) RETURNING "id";
-- the conversation is touched
UPDATE "conversations" SET "last_message_at" = :now, "messages_count" = COALESCE("conversations"."messages_count", 0) + 1, "updated_at" = :now WHERE "conversations"."id" = :c;
-- notifications are read (update_all)
UPDATE "notifications" SET "read_at" = :now, "updated_at" = :now WHERE "notifications"."recipient_id" = :recipient AND "notifications"."recipient_type" = 'User' AND "notifications"."read_at" IS NULL AND "notifications"."type" = 'CommentNotification';
-- a reminder
INSERT INTO "reminders" ("user_id", "kind", "payload", "due_at", "created_at", "updated_at") VALUES (:diarist, 0, '{"channel": "push"}', :due, :now, :now) RETURNING "id";
-- a web hook of the payment service
SELECT "subscriptions".* FROM "subscriptions" WHERE "subscriptions"."type" = 'Subscription::Stripe' AND "subscriptions"."processor_id" = :processor LIMIT 1;
