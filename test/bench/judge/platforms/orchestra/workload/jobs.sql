-- transactions: 10
\set hours random(1, 24)
SELECT bench.say(bench.ago(:hours * 60 + 1440)) AS since, bench.say(bench.ago(:hours * 60)) AS until, bench.say(bench.ago(180)) AS stuck \gset
-- runs that are stuck
SELECT "run"."id" AS "run_id", "run"."locked_by" AS "run_locked_by" FROM "runs" "run" WHERE "run"."status" = 'running' AND "run"."started_at" < :stuck ORDER BY "run"."started_at" ASC LIMIT 100;
-- workspaces without a run for a week
SELECT "ws"."id" AS "ws_id", "ws"."slug" AS "ws_slug" FROM "workspaces" "ws" WHERE NOT EXISTS (SELECT 1 FROM "runs" "run" WHERE "run"."workspace_id" = "ws"."id" AND "run"."created_at" > now() - interval '7 days') ORDER BY "ws"."slug" ASC;
-- tokens by model (most of the tables)
SELECT "version"."model" AS "model", SUM("run"."cost_micros") AS "cost", COUNT(1) AS "n" FROM "runs" "run" INNER JOIN "agent_versions" "version" ON "version"."id"="run"."agent_version_id" WHERE "run"."status" IN ('done', 'failed') GROUP BY "version"."model";
-- events by type (most of the table)
SELECT "event"."type" AS "type", COUNT(1) AS "n" FROM "events" "event" WHERE "event"."run_id" IS NOT NULL GROUP BY "event"."type" ORDER BY "n" DESC;
