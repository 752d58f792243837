-- transactions: 10
\set k random(1, 5000)
\set old random(100, 600)
\set days random(2, 60)
SELECT 1 + bench.skewed(4 * :k::int + 1, 1, 400) AS ws, bench.say(bench.ago(0)) AS now, bench.say(bench.ago(86400)) AS cutoff, bench.say(bench.ago(127990 - :old)) AS stale, bench.say(bench.ago(180)) AS hours, bench.say(bench.ago(:days * 1440)) AS since, bench.say(bench.ago(:days * 1440 - 1440)) AS until \gset
-- old runs of a workspace are deleted (cascades)
DELETE FROM "runs" WHERE "id" IN (SELECT "id" FROM "runs" WHERE "workspaceId" = :ws AND "startedAt" < :cutoff ORDER BY "startedAt" ASC LIMIT 10 FOR UPDATE SKIP LOCKED);
-- old debug events
DELETE FROM "events" WHERE "level" = 'debug' AND "createdAt" < :stale;
-- runs that hang
UPDATE "runs" SET "status" = 'error', "error" = 'worker lost', "finishedAt" = :now WHERE "status" = 'running' AND "startedAt" < :hours;
-- usage per workspace in a day
SELECT "run"."workspaceId" AS "workspaceId", COUNT(*) AS "runs", SUM("run"."totalTokens") AS "tokens", SUM("run"."costMicros") AS "cost" FROM "runs" "run" WHERE "run"."startedAt" >= :since AND "run"."startedAt" < :until GROUP BY "run"."workspaceId";
-- cost per model (the whole table)
SELECT "agent"."model" AS "model", COUNT("run"."id") AS "runs", SUM("run"."costMicros") AS "cost" FROM "runs" "run" INNER JOIN "agents" "agent" ON "agent"."id" = "run"."agentId" GROUP BY "agent"."model" ORDER BY "cost" DESC;
