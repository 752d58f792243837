-- transactions: 100
\set n random(1, 1000000)
\set t random(1, 119000)
\set p random(1, 8000)
\set u random(1, 30000)
SELECT 1 + bench.skewed(:n, 38, 30000) AS author, 1 + bench.skewed(:p, 11, 300) AS account, 29500 + bench.pick(:n, 61, 500) AS job \gset
-- the next job
SELECT "id" FROM "delayed_jobs" WHERE ((run_at <= now() AND (locked_at IS NULL OR locked_at < now() - interval '4 hours')) OR locked_by = 'host:1') AND failed_at IS NULL ORDER BY priority ASC, run_at ASC LIMIT 1 FOR UPDATE SKIP LOCKED;
-- a job is locked
UPDATE "delayed_jobs" SET "locked_at" = now(), "locked_by" = 'host:2' WHERE "delayed_jobs"."id" = :job;
-- a job is put off
UPDATE "delayed_jobs" SET "locked_at" = NULL, "locked_by" = NULL, "attempts" = "attempts" + 1, "run_at" = now() + interval '5 minutes' WHERE "delayed_jobs"."id" = :job;
-- a comment
INSERT INTO "comments" ("commentable_type", "commentable_id", "user_id", "body", "created_at", "updated_at") VALUES ('Task', :t, :author, 'Done', now(), now()) RETURNING "id";
-- its counter
UPDATE "tasks" SET "comments_count" = COALESCE("comments_count", 0) + 1, "updated_at" = now() WHERE "tasks"."id" = :t;
-- the project is touched
UPDATE "projects" SET "updated_at" = now() WHERE "projects"."id" = :p;
-- a version
INSERT INTO "versions" ("item_type", "item_id", "event", "whodunnit", "object_changes", "created_at") VALUES ('Task', :t, 'update', '17', '{}', now());
-- a task
INSERT INTO "tasks" ("type", "account_id", "project_id", "title", "state", "created_at", "updated_at") VALUES ('Task', :account, :p, 'Later', 3, now(), now());
-- a sign-in
UPDATE "users" SET "sign_in_count" = "sign_in_count" + 1, "updated_at" = now() WHERE "users"."id" = :u;
