-- transactions: 10
\set n random(1, 1000000)
\set days random(1, 300)
SELECT bench.say(bench.ago(:days * 1440)) AS since, bench.say(bench.ago(:days * 1440 - 1440)) AS until, bench.say('%' || bench.word(:n % 90000, 1) || ' ' || bench.word(:n % 90000, 2) || '%') AS phrase,
	bench.say(bench.cuid('org', 1 + bench.skewed(:n, 7, 200))) AS org_id \gset
-- posts to review
SELECT "id", "title", "organizationId" FROM "public"."Post" WHERE "status" = CAST('FLAGGED'::text AS "public"."PostStatus") ORDER BY "publishedAt" DESC LIMIT 50 OFFSET 0;
-- posts to publish
SELECT "id" FROM "public"."Post" WHERE "status" = 'SCHEDULED' AND "scheduledAt" <= now() ORDER BY "scheduledAt" LIMIT 100;
-- who signed up on a day
SELECT "id", "email", "createdAt" FROM "public"."User" WHERE "createdAt" >= :since AND "createdAt" < :until ORDER BY "createdAt" DESC;
-- search in titles (contains, mode: insensitive)
SELECT "id", "title" FROM "public"."Post" WHERE ("title" ILIKE :phrase AND "deletedAt" IS NULL) LIMIT 20 OFFSET 0;
-- members of an organization
SELECT u."id", u."name", m."role" FROM "public"."Membership" AS m JOIN "public"."User" AS u ON u."id" = m."userId" WHERE m."organizationId" = :org_id ORDER BY m."createdAt" DESC LIMIT 50 OFFSET 0;
-- sessions that expired long ago
DELETE FROM "public"."Session" WHERE "expires" < now() - interval '39 days';
-- posts by status (most of the table)
SELECT "status", COUNT(*) FROM "public"."Post" WHERE "deletedAt" IS NULL GROUP BY "status";
