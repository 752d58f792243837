-- transactions: 100
\set n random(1, 1000000)
\set run random(1, 100000)
\set cursor random(1, 400000)
SELECT bench.say(bench.cuid('agent', 1 + bench.skewed(:n, 8, 4000))) AS agent_id, bench.say(bench.cuid('org', 1 + bench.skewed(:n, 30, 300))) AS org_id,
	bench.say(bench.cuid('run', :run)) AS run_id, bench.say(bench.cuid('run', :run + 7)) AS run_id_2, bench.say(bench.cuid('run', :run + 19)) AS run_id_3,
	bench.say(bench.cuid('session', 1 + bench.pick(:n, 31, 40000))) AS session_id,
	bench.say('ext_' || bench.skewed(:n, 10, 15000)) AS external_user, bench.say(bench.ago(:cursor)) AS before_moment, bench.say(bench.cuid('run', :n)) AS before_id \gset
-- an agent with its model
SELECT a."id", a."name", a."config", m."provider" FROM "Agent" AS a JOIN "Model" AS m ON m."id" = a."modelId" WHERE a."id" = :agent_id AND a."deletedAt" IS NULL LIMIT 1 OFFSET 0;
-- the agents of an organization, newest first
SELECT "id", "name", "kind", "createdAt" FROM "Agent" WHERE "organizationId" = :org_id AND "deletedAt" IS NULL ORDER BY "createdAt" DESC LIMIT 20 OFFSET 0;
-- the sessions of an agent, liveliest first
SELECT "id", "title", "lastMessageAt" FROM "Session" WHERE "agentId" = :agent_id ORDER BY "lastMessageAt" DESC LIMIT 30;
-- the sessions of a visitor
SELECT "id", "title", "startedAt" FROM "Session" WHERE "externalUserId" = :external_user ORDER BY "startedAt" DESC LIMIT 10;
-- runs of an agent, first page
SELECT "id", "status", "createdAt" FROM "Run" WHERE "agentId" = :agent_id ORDER BY "createdAt" DESC LIMIT 25;
-- runs of an agent, next page by key set
SELECT "id", "status", "createdAt" FROM "Run" WHERE "agentId" = :agent_id AND ("createdAt", "id") < (:before_moment, :before_id) ORDER BY "createdAt" DESC, "id" DESC LIMIT 25;
-- runs of a session in their order
SELECT "id", "status", "inputTokens", "outputTokens" FROM "Run" WHERE "sessionId" = :session_id ORDER BY "createdAt";
-- events of a run
SELECT "sequence", "type", "payload" FROM "RunEvent" WHERE "runId" = :run_id ORDER BY "sequence" ASC;
-- events of several runs at once (include of Prisma)
SELECT "id", "runId", "type" FROM "RunEvent" WHERE "runId" IN (:run_id, :run_id_2, :run_id_3);
-- the last event of a run
SELECT max("sequence") FROM "RunEvent" WHERE "runId" = :run_id;
-- tool calls of a run
SELECT "id", "tool", "success", "durationMs" FROM "ToolCall" WHERE "runId" = :run_id;
-- models on offer
SELECT "id", "provider" FROM "Model" WHERE "deprecated" = false ORDER BY "inputPrice";
