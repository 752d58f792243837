-- transactions: 10
\set n random(1, 1000000)
-- who gets a digest
SELECT "users"."id", "users"."email" FROM "users" WHERE "users"."discarded_at" IS NULL AND (settings @> '{"digest": true}') ORDER BY "users"."id" ASC LIMIT 1000;
-- failed jobs of a queue
SELECT "id", "last_error" FROM "delayed_jobs" WHERE "delayed_jobs"."failed_at" IS NOT NULL AND "delayed_jobs"."queue" = 'imports' ORDER BY "delayed_jobs"."failed_at" DESC LIMIT 50;
-- what was destroyed last
SELECT "id", "item_type", "item_id", "whodunnit" FROM "versions" WHERE "versions"."event" = 'destroy' ORDER BY "versions"."created_at" DESC LIMIT 50;
-- open tasks by type (most of the table)
SELECT "tasks"."type", COUNT(*) FROM "tasks" WHERE "tasks"."deleted_at" IS NULL GROUP BY "tasks"."type";
-- comments by kind (most of the table)
SELECT "comments"."commentable_type", COUNT(*) FROM "comments" GROUP BY "comments"."commentable_type";
