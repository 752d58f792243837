-- transactions: 100
\set n random(1, 140000)
\set d random(1, 110000)
\set p random(4, 1000000)
SELECT bench.say(bench.id('workspace', 1 + bench.skewed(a, 2, 400))) AS ws, bench.say(bench.id('agent', a)) AS agent, bench.say(bench.id('version', a)) AS version, bench.say(bench.id('run', :n)) AS run, bench.say(bench.id('delivery', :d)) AS delivery, bench.say(bench.id('user', 1 + bench.skewed(:n, 204, 5000))) AS usr,
	bench.say(date_trunc('hour', bench.ago(0))) AS hour, bench.say('worker-' || bench.pick(:n, 14, 16)) AS worker
FROM (SELECT 1 + bench.skewed(:n, 1, 6000) AS a) AS x \gset
-- a run is queued
INSERT INTO "runs"("id", "workspace_id", "agent_id", "agent_version_id", "status", "priority", "metadata", "scheduled_at", "created_at") VALUES (DEFAULT, :ws, :agent, :version, 'queued', 0, '{}', now(), DEFAULT) RETURNING "id", "created_at";
-- claim a run
UPDATE "runs" SET "status" = 'running', "locked_by" = :worker, "started_at" = now() WHERE "id" = (SELECT "run"."id" FROM "runs" "run" WHERE "run"."status" = 'queued' AND "run"."scheduled_at" <= now() ORDER BY "run"."priority" DESC, "run"."scheduled_at" ASC LIMIT 1 FOR UPDATE SKIP LOCKED) RETURNING "id", "agent_id";
-- a run is done
UPDATE "runs" SET "status" = 'done', "finished_at" = now(), "cost_micros" = 4200 WHERE "id" IN (:run);
-- a step
INSERT INTO "steps"("id", "run_id", "position", "kind", "status", "tokens", "started_at") VALUES (DEFAULT, :run, :p, 'think', 'done', 120, now()) ON CONFLICT DO NOTHING;
-- a tool call
INSERT INTO "tool_calls"("id", "run_id", "tool_name", "status", "arguments", "duration_ms", "created_at") VALUES (DEFAULT, :run, 'tool_3', 'ok', '{}', 50, DEFAULT) RETURNING "id";
-- an event
INSERT INTO "events"("workspace_id", "run_id", "type", "payload") VALUES (:ws, :run, 'run.step', '{}') RETURNING "id";
-- the usage of this hour (upsert)
INSERT INTO "usage_counters"("workspace_id", "metric", "hour", "value") VALUES (:ws, 'tokens', :hour, 120) ON CONFLICT ("workspace_id", "metric", "hour") DO UPDATE SET "value" = "usage_counters"."value" + EXCLUDED."value";
-- deliveries that are due
SELECT "delivery"."id" AS "delivery_id", "delivery"."endpoint_id" AS "delivery_endpoint_id", "delivery"."attempts" AS "delivery_attempts" FROM "webhook_deliveries" "delivery" WHERE "delivery"."status" = 'pending' AND "delivery"."next_attempt_at" <= now() ORDER BY "delivery"."next_attempt_at" ASC LIMIT 20 FOR UPDATE SKIP LOCKED;
-- a delivery is tried again later
UPDATE "webhook_deliveries" SET "status" = 'pending', "attempts" = "attempts" + 1, "next_attempt_at" = now() + interval '5 minutes' WHERE "id" = :delivery;
-- old sessions of a user are revoked
UPDATE "sessions" SET "revoked_at" = now() WHERE "user_id" = :usr AND "revoked_at" IS NULL AND "created_at" < now() - interval '30 days';
