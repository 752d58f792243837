-- transactions: 10
\set e random(1, 140000)
\set days random(20, 300)
SELECT CASE WHEN j <= 20000 THEN j ELSE 1 + bench.skewed(j, 101, 20000) END AS diarist, :e::int / 3 AS from, bench.say(bench.ago(:days * 1440)) AS since, bench.say(bench.ago(:days * 1440 - 1440)) AS until
FROM (SELECT 1 + bench.skewed(:e, 110, 30000) AS j) AS x \gset
-- reminders that are due (queue)
SELECT "reminders".* FROM "reminders" WHERE "reminders"."sent_at" IS NULL AND (due_at <= now()) ORDER BY "reminders"."due_at" ASC LIMIT 100 FOR UPDATE SKIP LOCKED;
-- the export of a user (find_each)
SELECT "entries".* FROM "entries" WHERE "entries"."user_id" = :diarist AND "entries"."discarded_at" IS NULL AND "entries"."id" > :from ORDER BY "entries"."id" ASC LIMIT 1000;
-- subscriptions that will be renewed tomorrow
SELECT "subscriptions".* FROM "subscriptions" WHERE "subscriptions"."status" = 0 AND (current_period_end BETWEEN now() AND now() + interval '1 day') ORDER BY "subscriptions"."current_period_end" ASC;
-- entries discarded long ago
SELECT "entries"."id" FROM "entries" WHERE "entries"."discarded_at" IS NOT NULL AND (discarded_at < now() - interval '30 days') ORDER BY "entries"."discarded_at" ASC LIMIT 500;
-- users to win back
SELECT "users".* FROM "users" WHERE "users"."discarded_at" IS NULL AND "users"."last_active_at" BETWEEN :since AND :until;
-- moods by journal kind (most of the table)
SELECT "journals"."kind", "entries"."mood", COUNT(*) AS "count_all" FROM "entries" INNER JOIN "journals" ON "journals"."id" = "entries"."journal_id" WHERE "entries"."discarded_at" IS NULL AND "entries"."status" = 1 GROUP BY "journals"."kind", "entries"."mood";
-- words per member (most of the table)
SELECT "entries"."user_id", SUM("entries"."word_count") AS "words" FROM "entries" WHERE "entries"."discarded_at" IS NULL GROUP BY "entries"."user_id" ORDER BY words DESC LIMIT 100;
