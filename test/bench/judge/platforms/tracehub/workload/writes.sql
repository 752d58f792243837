-- transactions: 100
\set n random(40000, 79000)
\set l random(1, 40000)
\set a random(39401, 39900)
SELECT bench.say(bench.ago(0)) AS now, bench.say(bench.id('run', :n)) AS run, bench.say(gen_random_uuid()) AS new, 3 * :n::int AS span, 1 + bench.skewed(:n, 1, 400) AS ws, 1 + bench.skewed(:n, 1, 400) + 400 * bench.skewed(:n, 2, 7) AS agent, 1 + bench.skewed(:l, 73, 800) AS rule, 1 + bench.skewed(:l, 73, 800) % 400 AS ruled, bench.say(('{helpfulness,correctness,tone}'::text[])[1 + bench.skewed(:l, 93, 3)]) AS score, (SELECT min(g) FROM generate_series(:a::int, :a::int + 90) AS g WHERE bench.pick(g, 79, 10) < 6) AS open \gset
-- a run
INSERT INTO "runs"("id", "workspaceId", "agentId", "parentRunId", "name", "status", "sessionId", "error", "totalTokens", "costMicros", "tags", "metadata", "startedAt", "finishedAt", "createdAt") VALUES (:new, :ws, :agent, DEFAULT, 'Answer a question', 'running', DEFAULT, DEFAULT, DEFAULT, DEFAULT, DEFAULT, '{"env": "production"}', :now, DEFAULT, DEFAULT) RETURNING "id", "totalTokens", "costMicros", "createdAt";
-- its spans
INSERT INTO "spans"("id", "workspaceId", "runId", "parentSpanId", "kind", "name", "status", "startedAt", "durationMs", "attributes") VALUES (DEFAULT, :ws, :new, DEFAULT, 'chain', 'agent.step', DEFAULT, :now, 900, '{"model": "mini-fast"}'), (DEFAULT, :ws, :run, :span, 'llm', 'chat.completion', DEFAULT, :now, 700, '{"model": "mini-fast"}') RETURNING "id";
-- an event
INSERT INTO "events"("id", "runId", "spanId", "level", "message", "payload", "createdAt") VALUES (DEFAULT, :run, :span, 'info', 'step done', DEFAULT, DEFAULT) RETURNING "id", "createdAt";
-- a tool call
INSERT INTO "tool_calls"("id", "workspaceId", "runId", "spanId", "toolName", "arguments", "error", "durationMs", "startedAt") VALUES (DEFAULT, :ws, :run, :span, 'web_search', '{"query": "weather"}', NULL, 120, :now) RETURNING "id";
-- the run is finished
UPDATE "runs" SET "status" = 'success', "finishedAt" = :now, "totalTokens" = 1200, "costMicros" = 4100 WHERE "id" IN (:new);
-- feedback (upsert)
INSERT INTO "feedback_scores"("id", "workspaceId", "runId", "key", "source", "score", "comment", "createdAt") VALUES (DEFAULT, :ws, :run, :score, 'user', 1, DEFAULT, DEFAULT) ON CONFLICT ("runId", "key", "source") DO UPDATE SET "score" = EXCLUDED."score", "comment" = EXCLUDED."comment" RETURNING "id";
-- the next queued run (skip locked)
SELECT "run"."id" AS "run_id", "run"."workspaceId" AS "run_workspaceId", "run"."agentId" AS "run_agentId", "run"."startedAt" AS "run_startedAt" FROM "runs" "run" WHERE "run"."status" = 'queued' ORDER BY "run"."startedAt" ASC LIMIT 1 FOR UPDATE OF "run" SKIP LOCKED;
-- an alert
INSERT INTO "alerts"("id", "workspaceId", "ruleId", "state", "summary", "openedAt", "resolvedAt", "resolvedById") SELECT nextval('"alerts_id_seq"'), :ruled, :rule, 'open', 'error rate above 20', :now, NULL, NULL WHERE NOT EXISTS (SELECT 1 FROM "alerts" WHERE "ruleId" = :rule AND "state" = 'open');
-- an alert is resolved
UPDATE "alerts" SET "state" = 'resolved', "resolvedAt" = :now, "resolvedById" = 12 WHERE "id" = :open AND "state" IN ('open', 'acknowledged');
