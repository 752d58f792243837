-- transactions: 100
\set n random(1, 1000000)
\set p random(1, 89000)
\set note random(1, 149000)
SELECT bench.say(bench.cuid('user', 1 + bench.skewed(:n, 8, 12000))) AS author_id, bench.say(bench.cuid('user', 1 + bench.pick(:n, 43, 12000))) AS noted_id, bench.say(bench.cuid('org', 1 + bench.skewed(:n, 7, 200))) AS org_id,
	bench.say(bench.cuid('post', :p)) AS post_id, bench.say(bench.cuid('note', :note)) AS note_id, bench.say(md5(clock_timestamp()::text || pg_backend_pid() || :n)) AS new_id \gset
-- a draft
INSERT INTO "public"."Post" ("id", "organizationId", "authorId", "slug", "title", "createdAt", "updatedAt") VALUES (:new_id, :org_id, :author_id, :new_id, 'Untitled', now(), now());
-- a comment
INSERT INTO "public"."Comment" ("id", "postId", "authorId", "body") VALUES (:new_id, :post_id, :author_id, 'Well said');
-- a reaction
INSERT INTO "public"."Reaction" ("userId", "postId", "emoji", "createdAt") VALUES (:author_id, :post_id, 'like', now()) ON CONFLICT DO NOTHING;
-- a notification
INSERT INTO "public"."Notification" ("id", "userId", "type", "postId") VALUES (:new_id, :noted_id, 'REACTION', :post_id);
-- a view
UPDATE "public"."Post" SET "viewCount" = "viewCount" + 1 WHERE "id" = :post_id;
-- a notification read
UPDATE "public"."Notification" SET "readAt" = now() WHERE "id" = :note_id;
-- all of a user's read
UPDATE "public"."Notification" SET "readAt" = now() WHERE "userId" = :noted_id AND "readAt" IS NULL;
