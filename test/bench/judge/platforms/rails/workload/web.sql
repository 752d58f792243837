-- transactions: 100
\set n random(1, 1000000)
\set t random(1, 119000)
\set u random(1, 30000)
\set label random(20, 599)
SELECT 1 + bench.skewed(:n, 11, 300) AS account, 1 + bench.skewed(:n, 17, 8000) AS project, 1 + bench.skewed(:n, 19, 30000) AS assignee, 1 + bench.skewed(:n, 35, 120000) AS task, 1 + bench.skewed(:n, 42, 30000) AS item,
	1 + bench.skewed(1 + bench.skewed(:t, 17, 8000), 11, 300) AS task_account, 1 + bench.skewed(:n, 38, 30000) AS author,
	bench.say(md5('reset' || :u)) AS reset_token, bench.say(md5('confirm' || :u)) AS confirm_token, bench.say('U' || :u) AS slack_id, bench.say(md5('digest' || (1 + bench.pick(:n, 60, 20000)))) AS digest,
	bench.say('{l' || :label || '}') AS labels, bench.say(:t::text) AS issue, bench.say('%' || bench.word(:t, 2) || ' ' || bench.word(:t, 3) || '%') AS phrase \gset
-- the account of a host
SELECT "accounts".* FROM "accounts" WHERE "accounts"."subdomain" = 'acct7' LIMIT 1;
-- an API token
SELECT "api_tokens".* FROM "api_tokens" WHERE "api_tokens"."revoked_at" IS NULL AND "api_tokens"."token_digest" = :digest LIMIT 1;
-- tokens of a user
SELECT "api_tokens".* FROM "api_tokens" WHERE "api_tokens"."user_id" = :u ORDER BY "api_tokens"."created_at" DESC;
-- a password to be reset
SELECT "users".* FROM "users" WHERE "users"."reset_password_token" = :reset_token ORDER BY "users"."id" ASC LIMIT 1;
-- an address to be confirmed
SELECT "users".* FROM "users" WHERE "users"."confirmation_token" = :confirm_token ORDER BY "users"."id" ASC LIMIT 1;
-- a user of Slack
SELECT "users".* FROM "users" WHERE "users"."discarded_at" IS NULL AND (settings ->> 'slack_id' = :slack_id) LIMIT 1;
-- users of an account
SELECT "users"."id", "users"."email" FROM "users" WHERE "users"."account_id" = :account AND "users"."discarded_at" IS NULL ORDER BY "users"."email" ASC LIMIT 50;
-- projects of an account, liveliest first
SELECT "projects".* FROM "projects" WHERE "projects"."deleted_at" IS NULL AND "projects"."account_id" = :account AND "projects"."archived" = FALSE ORDER BY "projects"."updated_at" DESC LIMIT 20;
-- a column of a project's board
SELECT "tasks"."id", "tasks"."title", "tasks"."labels" FROM "tasks" WHERE "tasks"."deleted_at" IS NULL AND "tasks"."project_id" = :project AND "tasks"."state" = 1 ORDER BY "tasks"."position" ASC;
-- bugs of a project (STI)
SELECT "tasks"."id", "tasks"."title" FROM "tasks" WHERE "tasks"."type" = 'Bug' AND "tasks"."deleted_at" IS NULL AND "tasks"."project_id" = :project AND "tasks"."state" != 3 ORDER BY "tasks"."created_at" DESC LIMIT 25;
-- what moved in an account
SELECT "tasks"."id", "tasks"."title", "tasks"."updated_at" FROM "tasks" WHERE "tasks"."deleted_at" IS NULL AND "tasks"."account_id" = :account ORDER BY "tasks"."updated_at" DESC LIMIT 30;
-- my open tasks
SELECT "tasks"."id", "tasks"."title", "tasks"."due_on" FROM "tasks" WHERE "tasks"."deleted_at" IS NULL AND "tasks"."assignee_id" = :assignee AND "tasks"."state" != 3 ORDER BY "tasks"."due_on" ASC LIMIT 25;
-- subtasks
SELECT "tasks"."id", "tasks"."title" FROM "tasks" WHERE "tasks"."deleted_at" IS NULL AND "tasks"."parent_id" = :t ORDER BY "tasks"."position" ASC;
-- tasks with a label (gin)
SELECT "tasks"."id", "tasks"."title" FROM "tasks" WHERE "tasks"."deleted_at" IS NULL AND (labels @> :labels) ORDER BY "tasks"."updated_at" DESC LIMIT 25;
-- the task of an issue
SELECT "tasks"."id" FROM "tasks" WHERE (properties ->> 'github_issue' = :issue) LIMIT 1;
-- search in titles of an account
SELECT "tasks"."id", "tasks"."title" FROM "tasks" WHERE "tasks"."deleted_at" IS NULL AND "tasks"."account_id" = :task_account AND (title ILIKE :phrase) ORDER BY "tasks"."updated_at" DESC LIMIT 20;
-- comments on a task
SELECT "comments".* FROM "comments" WHERE "comments"."deleted_at" IS NULL AND "comments"."commentable_id" = :task AND "comments"."commentable_type" = 'Task' ORDER BY "comments"."created_at" ASC;
-- comments of a user
SELECT "comments"."id", "comments"."body" FROM "comments" WHERE "comments"."deleted_at" IS NULL AND "comments"."user_id" = :author ORDER BY "comments"."created_at" DESC LIMIT 20;
-- avatars of several users (preload)
SELECT "active_storage_attachments".* FROM "active_storage_attachments" WHERE "active_storage_attachments"."name" = 'avatar' AND "active_storage_attachments"."record_type" = 'User' AND "active_storage_attachments"."record_id" IN (:u, :assignee, :author);
-- files of a task
SELECT "active_storage_attachments".* FROM "active_storage_attachments" WHERE "active_storage_attachments"."record_id" = :t AND "active_storage_attachments"."record_type" = 'Task' AND "active_storage_attachments"."name" = 'files';
-- history of a task
SELECT "versions".* FROM "versions" WHERE "versions"."item_id" = :item AND "versions"."item_type" = 'Task' ORDER BY "versions"."created_at" DESC LIMIT 20;
