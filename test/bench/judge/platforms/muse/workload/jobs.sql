-- transactions: 10
\set p random(1, 29000)
\set r random(1, 12000)
\set back random(1, 300)
SELECT bench.say(bench.cuid('persona', :p)) AS from_id, bench.say(t) AS target_type, bench.say(CASE t WHEN 'PERSONA' THEN bench.cuid('persona', 1 + bench.skewed(:r, 192, 30000)) WHEN 'MESSAGE' THEN bench.cuid('message', 1 + bench.pick(:r, 193, 220000)) ELSE bench.cuid('user', 1 + bench.skewed(:r, 194, 40000)) END) AS target, bench.say(bench.ago(1440)) AS yesterday, bench.say(bench.ago(10080)::date::text) AS week_ago,
	bench.say(bench.ago(:back * 1440)) AS since, bench.say(bench.ago(:back * 1440 - 1440)) AS until, bench.say(bench.cuid('user', 6 + :r::int % 25)) AS moderator FROM (SELECT ('{PERSONA,MESSAGE,USER}'::text[])[1 + bench.skewed(:r, 191, 3)] AS t) AS x \gset
-- open reports, for the moderators
SELECT "public"."reports"."id", "public"."reports"."targetType", "public"."reports"."targetId", "public"."reports"."reason", "public"."reports"."createdAt" FROM "public"."reports" WHERE "public"."reports"."status" = CAST('OPEN'::text AS "public"."ReportStatus") ORDER BY "public"."reports"."createdAt" ASC LIMIT 25 OFFSET 0;
-- reports are taken ($queryRaw)
UPDATE "reports" SET "status" = 'IN_REVIEW', "moderatorId" = :moderator WHERE "id" IN (SELECT "id" FROM "reports" WHERE "status" = 'OPEN' ORDER BY "createdAt" LIMIT 3 FOR UPDATE SKIP LOCKED) RETURNING "id";
-- other reports of a target
SELECT "public"."reports"."id", "public"."reports"."reason", "public"."reports"."status"::text, "public"."reports"."createdAt" FROM "public"."reports" WHERE ("public"."reports"."targetType" = :target_type AND "public"."reports"."targetId" = :target) ORDER BY "public"."reports"."createdAt" DESC OFFSET 0;
-- flagged messages
SELECT "public"."messages"."id", "public"."messages"."chatId", "public"."messages"."content", "public"."messages"."createdAt" FROM "public"."messages" WHERE "public"."messages"."isFlagged" = true ORDER BY "public"."messages"."createdAt" DESC LIMIT 100 OFFSET 0;
-- trending personas of a day (groupBy)
SELECT COUNT(*), "public"."chats"."personaId" FROM "public"."chats" WHERE "public"."chats"."createdAt" >= :yesterday GROUP BY "public"."chats"."personaId" ORDER BY COUNT(*) DESC LIMIT 50 OFFSET 0;
-- usage of the platform per day ($queryRaw)
SELECT "day", "model", SUM("requests") AS "requests", SUM("tokens") AS "tokens" FROM "usage_counters" WHERE "day" >= :week_ago::date GROUP BY "day", "model" ORDER BY "day";
-- users to win back
SELECT "public"."users"."id", "public"."users"."email", "public"."users"."name" FROM "public"."users" WHERE ("public"."users"."lastSeenAt" >= :since AND "public"."users"."lastSeenAt" < :until AND "public"."users"."deletedAt" IS NULL) ORDER BY "public"."users"."lastSeenAt" ASC LIMIT 500 OFFSET 0;
-- a batch of personas for the search engine (cursor)
SELECT "public"."personas"."id", "public"."personas"."name", "public"."personas"."tagline", "public"."personas"."description", "public"."personas"."updatedAt" FROM "public"."personas" WHERE "public"."personas"."id" > :from_id ORDER BY "public"."personas"."id" ASC LIMIT 500 OFFSET 0;
-- tokens per model (most of the table)
SELECT "model", "role", COUNT(*) AS "messages", SUM("tokens") AS "tokens" FROM "messages" GROUP BY "model", "role";
