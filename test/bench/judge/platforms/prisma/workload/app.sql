-- transactions: 100
\set n random(1, 1000000)
\set p random(1, 89000)
\set off random(0, 3)
SELECT bench.say(bench.cuid('user', 1 + bench.skewed(:n, 8, 12000))) AS author_id, bench.say(bench.cuid('user', 1 + bench.pick(:n, 41, 40000))) AS user_id,
	bench.say(bench.cuid('user', 1 + bench.skewed(:n, 26, 12000))) AS noted_id, bench.say(bench.cuid('org', 1 + bench.skewed(:n, 7, 200))) AS org_id, bench.say('tag-' || (1 + bench.skewed(:n, 16, 1500))) AS tag_slug,
	bench.say(md5('token' || (1 + bench.pick(:n, 42, 50000)))) AS token, bench.say(initcap(bench.word(:p / 3, 1)) || :p / 3) AS username, bench.say('post-' || :p) AS slug,
	bench.say(bench.cuid('post', :p)) AS post_id, bench.say(bench.cuid('post', 1 + bench.skewed(:n, 22, 90000))) AS post_id_2, bench.say(bench.cuid('post', :p + 11)) AS post_id_3, bench.say(bench.cuid('post', :p + 400)) AS post_id_4,
	bench.say(bench.cuid('comment', :p * 2)) AS comment_id, bench.say(bench.cuid('comment', :p + 1)) AS comment_id_2, bench.say(bench.cuid('comment', :p + 2)) AS comment_id_3,
	bench.say(bench.ago(:n / 3)) AS cursor, :off::int * 20 AS skip \gset
-- the session of a request
SELECT "t0"."id", "t0"."expires", "j0"."id", "j0"."username" FROM "public"."Session" AS "t0" LEFT JOIN "public"."User" AS "j0" ON "j0"."id" = "t0"."userId" WHERE "t0"."sessionToken" = :token LIMIT 1 OFFSET 0;
-- a user by name (equals, mode: insensitive)
SELECT "id", "username", "name", "isPro" FROM "public"."User" WHERE ("public"."User"."username" ILIKE :username AND "public"."User"."deletedAt" IS NULL) LIMIT 1 OFFSET 0;
-- front page of an organization
SELECT "id", "slug", "title", "excerpt", "publishedAt" FROM "public"."Post" WHERE ("organizationId" = :org_id AND "status" = CAST('PUBLISHED'::text AS "public"."PostStatus") AND "deletedAt" IS NULL) ORDER BY "publishedAt" DESC LIMIT 20 OFFSET :skip;
-- editors' list, next page by cursor
SELECT "id", "title", "status", "createdAt" FROM "public"."Post" WHERE "organizationId" = :org_id AND "deletedAt" IS NULL AND ("createdAt", "id") < (:cursor, :post_id) ORDER BY "createdAt" DESC, "id" DESC LIMIT 20;
-- posts of an author
SELECT "id", "title", "status" FROM "public"."Post" WHERE ("authorId" = :author_id AND "deletedAt" IS NULL) ORDER BY "createdAt" DESC LIMIT 20 OFFSET :skip;
-- how many posts an author has
SELECT COUNT(*) FROM (SELECT "public"."Post"."id" FROM "public"."Post" WHERE ("authorId" = :author_id AND "deletedAt" IS NULL) OFFSET 0) AS "sub";
-- a post by its slug
SELECT "id", "title", "excerpt", "viewCount" FROM "public"."Post" WHERE ("organizationId" = :org_id AND "slug" = :slug AND 1=1) LIMIT 1 OFFSET 0;
-- tags of several posts (include)
SELECT "t1"."id", "t1"."name", "t0"."A" FROM "public"."_PostToTag" AS "t0" JOIN "public"."Tag" AS "t1" ON "t1"."id" = "t0"."B" WHERE "t0"."A" IN (:post_id, :post_id_2, :post_id_3, :post_id_4);
-- posts with a tag (some)
SELECT "t0"."id", "t0"."title", "t0"."publishedAt" FROM "public"."Post" AS "t0" WHERE ("t0"."status" = CAST('PUBLISHED'::text AS "public"."PostStatus") AND ("t0"."id") IN (SELECT "t1"."A" FROM "public"."_PostToTag" AS "t1" INNER JOIN "public"."Tag" AS "j1" ON "j1"."id" = "t1"."B" WHERE "j1"."slug" = :tag_slug AND "t1"."A" IS NOT NULL)) ORDER BY "t0"."publishedAt" DESC LIMIT 20 OFFSET 0;
-- comments of a post
SELECT "id", "authorId", "body", "createdAt" FROM "public"."Comment" WHERE "postId" = :post_id_2 AND "parentId" IS NULL AND "deletedAt" IS NULL ORDER BY "createdAt" ASC LIMIT 30 OFFSET 0;
-- replies to several comments (include)
SELECT "id", "parentId", "body" FROM "public"."Comment" WHERE "parentId" IN (:comment_id, :comment_id_2, :comment_id_3) ORDER BY "createdAt" ASC;
-- comments of a user
SELECT "id", "postId", "body" FROM "public"."Comment" WHERE "authorId" = :author_id ORDER BY "createdAt" DESC LIMIT 20;
-- reactions of several posts (_count)
SELECT "postId", COUNT(*) FROM "public"."Reaction" WHERE "postId" IN (:post_id, :post_id_2, :post_id_3, :post_id_4) GROUP BY "postId";
-- did the user react
SELECT "emoji" FROM "public"."Reaction" WHERE "userId" = :user_id AND "postId" = :post_id;
-- unread notifications
SELECT "id", "type", "postId" FROM "public"."Notification" WHERE "userId" = :noted_id AND "readAt" IS NULL ORDER BY "createdAt" DESC LIMIT 20;
-- their number
SELECT COUNT(*) FROM "public"."Notification" WHERE "userId" = :noted_id AND "readAt" IS NULL;
-- all notifications, by pages
SELECT "id", "type", "readAt" FROM "public"."Notification" WHERE "userId" = :noted_id ORDER BY "createdAt" DESC LIMIT 20 OFFSET :skip;
-- followers
SELECT u."id", u."username" FROM "public"."Follow" AS f JOIN "public"."User" AS u ON u."id" = f."followerId" WHERE f."followingId" = :author_id ORDER BY f."createdAt" DESC LIMIT 30;
-- posts of those whom one follows
SELECT "id", "title", "publishedAt" FROM "public"."Post" WHERE "authorId" IN (SELECT "followingId" FROM "public"."Follow" WHERE "followerId" = :user_id) AND "deletedAt" IS NULL ORDER BY "createdAt" DESC LIMIT 20;
