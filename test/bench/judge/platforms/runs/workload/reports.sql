-- transactions: 8
\set n random(1, 1000000)
\set hours random(12, 48)
SELECT bench.say(bench.cuid('org', 1 + bench.skewed(:n, 30, 300))) AS org_id, bench.say(bench.ago(:hours * 60)) AS since,
	bench.say(bench.ago(:hours * 30)) AS until \gset
-- the latest failures
SELECT "id", "agentId", "error" FROM "Run" WHERE "status" = 'FAILED' ORDER BY "finishedAt" DESC LIMIT 50;
-- tokens of a day by agent
SELECT "agentId", sum("inputTokens"), sum("outputTokens") FROM "Run" WHERE "createdAt" >= :since AND "createdAt" < :until GROUP BY "agentId" ORDER BY 2 DESC LIMIT 20;
-- tokens of an organization since yesterday
SELECT a."name", count(*), sum(r."outputTokens") FROM "Agent" AS a JOIN "Run" AS r ON r."agentId" = a."id" WHERE a."organizationId" = :org_id AND a."deletedAt" IS NULL AND r."createdAt" >= :since GROUP BY a."name";
-- the latest error events
SELECT "runId", "payload" FROM "RunEvent" WHERE "type" = 'error' ORDER BY "createdAt" DESC LIMIT 30;
-- the slowest recent calls of a tool
SELECT "id", "durationMs" FROM "ToolCall" WHERE "tool" = 'crm' AND "createdAt" > :since ORDER BY "durationMs" DESC LIMIT 20;
-- runs by status (most of the table)
SELECT "status", count(*) FROM "Run" GROUP BY "status";
-- mean duration of successful calls (most of the table)
SELECT "tool", avg("durationMs") FROM "ToolCall" WHERE "success" = true GROUP BY "tool";
