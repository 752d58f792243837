-- transactions: 10
\set days random(30, 300)
\set gone random(1, 180000)
SELECT bench.say(bench.ago(:days * 1440)) AS old, bench.say(bench.cuid('entry', :gone)) AS gone \gset
-- entries to purge
SELECT "public"."Entry"."id" FROM "public"."Entry" WHERE "public"."Entry"."deletedAt" < :old ORDER BY "public"."Entry"."deletedAt" ASC LIMIT 100 OFFSET 0;
-- one is purged (its references too)
DELETE FROM "public"."Entry" WHERE ("public"."Entry"."id" IN (:gone) AND "public"."Entry"."isFavorite" = false);
-- answers that users disliked
SELECT "public"."Message"."id", "public"."Message"."conversationId", "public"."Message"."content" FROM "public"."Message" WHERE "public"."Message"."feedback" = -1 ORDER BY "public"."Message"."createdAt" DESC LIMIT 50 OFFSET 0;
-- tokens by role (most of the table)
SELECT "role", SUM("tokens")::bigint AS "tokens", COUNT(*)::int AS "n" FROM "Message" WHERE "tokens" > 0 GROUP BY "role";
-- words per month (most of the table)
SELECT date_trunc('month', "entryDate") AS "month", SUM("wordCount")::bigint AS "words" FROM "Entry" WHERE "deletedAt" IS NULL AND "isDraft" = false GROUP BY 1 ORDER BY 1;
