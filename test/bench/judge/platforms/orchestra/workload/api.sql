-- transactions: 150
\set n random(1, 139500)
\set s random(25000, 60000)
\set d random(1, 110000)
\set v random(1, 24000)
\set page random(0, 3)
\set days random(2, 90)
SELECT bench.say(bench.id('workspace', 1 + bench.skewed(a, 2, 400))) AS ws, bench.say(bench.id('agent', a)) AS agent, bench.say(bench.id('run', :n)) AS run, bench.say(bench.id('run', c - 1 - bench.skewed(c, 5, 90))) AS parent,
	bench.say(md5('a' || :s::int) || md5('b' || :s::int)) AS token, bench.say('TCK-' || 1000 + t / 2) AS ticket, bench.say(bench.id('workspace', 1 + bench.skewed(1 + bench.skewed(t, 1, 6000), 2, 400))) AS ticket_ws, bench.say(bench.id('endpoint', 1 + bench.skewed(:d, 29, 600))) AS endpoint, bench.say(jsonb_build_object('tools', jsonb_build_array('tool_' || bench.skewed(:v, 216, 300), 'tool_' || bench.skewed(:v, 217, 300)))::text) AS tools,
	bench.say('tool_' || bench.skewed(:n, 20, 300)) AS tool, bench.say('%' || bench.word(a, 2) || '%') AS needle, bench.say(bench.ago(:days * 1440)) AS since, bench.say(bench.ago(:days * 1440 - 10080)) AS until, :page::int * 25 AS skip, bench.say(bench.ago(0)) AS now
FROM (SELECT 1 + bench.skewed(:n, 1, 6000) AS a, (SELECT min(g) FROM generate_series(:n::int + 100, :n::int + 400) AS g WHERE bench.pick(g, 4, 100) < 12) AS c, (SELECT min(g) FROM generate_series(:n::int, :n::int + 200) AS g WHERE bench.pick(g, 12, 100) < 25) AS t) AS x \gset
-- the session with its user
SELECT "session"."id" AS "session_id", "session"."expires_at" AS "session_expires_at", "user"."id" AS "user_id", "user"."email" AS "user_email" FROM "sessions" "session" INNER JOIN "users" "user" ON "user"."id"="session"."user_id" WHERE "session"."token_hash" = :token AND "session"."revoked_at" IS NULL AND "session"."expires_at" > :now LIMIT 1;
-- flags of a workspace
SELECT "flag"."key" AS "flag_key", COALESCE("override"."enabled", "flag"."default_on") AS "enabled" FROM "feature_flags" "flag" LEFT JOIN "feature_flag_overrides" "override" ON "override"."flag_id"="flag"."id" AND "override"."workspace_id" = :ws;
-- agents of a workspace with their versions, a page (distinctAlias)
SELECT DISTINCT "distinctAlias"."agent_id" AS "ids_agent_id", "distinctAlias"."agent_updated_at" FROM (SELECT "agent"."id" AS "agent_id", "agent"."name" AS "agent_name", "agent"."updated_at" AS "agent_updated_at", "version"."id" AS "version_id", "version"."version" AS "version_version" FROM "agents" "agent" LEFT JOIN "agent_versions" "version" ON "version"."agent_id"="agent"."id" AND "version"."published_at" IS NOT NULL WHERE ( "agent"."workspace_id" = :ws AND "agent"."is_enabled" = TRUE ) AND ( "agent"."deleted_at" IS NULL )) "distinctAlias" ORDER BY "distinctAlias"."agent_updated_at" DESC, "agent_id" ASC LIMIT 25;
-- agents by name (ILIKE)
SELECT "agent"."id" AS "agent_id", "agent"."name" AS "agent_name" FROM "agents" "agent" WHERE ( "agent"."workspace_id" = :ws AND "agent"."name" ILIKE :needle ) AND ( "agent"."deleted_at" IS NULL ) ORDER BY "agent"."name" ASC LIMIT 10;
-- versions that use some tools
SELECT "version"."id" AS "version_id", "version"."agent_id" AS "version_agent_id", "version"."version" AS "version_version" FROM "agent_versions" "version" WHERE "version"."config" @> :tools::jsonb AND "version"."published_at" IS NOT NULL ORDER BY "version"."created_at" DESC LIMIT 50;
-- runs of a workspace, newest first
SELECT "run"."id" AS "run_id", "run"."status" AS "run_status", "run"."created_at" AS "run_created_at", "agent"."id" AS "agent_id", "agent"."name" AS "agent_name" FROM "runs" "run" LEFT JOIN "agents" "agent" ON "agent"."id"="run"."agent_id" AND ("agent"."deleted_at" IS NULL) WHERE "run"."workspace_id" = :ws ORDER BY "run"."created_at" DESC LIMIT 25 OFFSET :skip;
-- failed runs of a workspace
SELECT "run"."id" AS "run_id", "run"."error" AS "run_error", "run"."finished_at" AS "run_finished_at" FROM "runs" "run" WHERE "run"."workspace_id" = :ws AND "run"."status" = 'failed' ORDER BY "run"."created_at" DESC LIMIT 25 OFFSET :skip;
-- their number
SELECT COUNT(DISTINCT("run"."id")) AS "cnt" FROM "runs" "run" WHERE "run"."workspace_id" = :ws AND "run"."status" = 'failed';
-- what is active in a workspace
SELECT "run"."status" AS "status", COUNT(1) AS "n" FROM "runs" "run" WHERE "run"."workspace_id" = :ws AND "run"."status" IN ('queued', 'running') GROUP BY "run"."status";
-- runs of an agent in some days
SELECT "run"."id" AS "run_id", "run"."status" AS "run_status", "run"."cost_micros" AS "run_cost_micros" FROM "runs" "run" WHERE "run"."agent_id" = :agent AND "run"."created_at" >= :since AND "run"."created_at" < :until ORDER BY "run"."created_at" ASC;
-- the latest run of the agents shown
SELECT "agent"."id" AS "agent_id", "last"."status" AS "last_status", "last"."created_at" AS "last_created_at" FROM (SELECT "a"."id", "a"."updated_at" FROM "agents" "a" WHERE "a"."workspace_id" = :ws AND "a"."deleted_at" IS NULL ORDER BY "a"."updated_at" DESC LIMIT 10) "agent" LEFT JOIN LATERAL (SELECT "r"."status", "r"."created_at" FROM "runs" "r" WHERE "r"."agent_id" = "agent"."id" ORDER BY "r"."created_at" DESC LIMIT 1) "last" ON TRUE ORDER BY "agent"."updated_at" DESC;
-- child runs
SELECT "run"."id" AS "run_id", "run"."status" AS "run_status" FROM "runs" "run" WHERE "run"."parent_run_id" = :parent ORDER BY "run"."created_at" ASC;
-- a run by the ticket it is for
SELECT "run"."id" AS "run_id", "run"."status" AS "run_status", "run"."metadata" AS "run_metadata" FROM "runs" "run" WHERE "run"."workspace_id" = :ticket_ws AND "run"."metadata" ->> 'ticket' = :ticket ORDER BY "run"."created_at" DESC LIMIT 1;
-- a run with its steps
SELECT "run"."id" AS "run_id", "step"."id" AS "step_id", "step"."kind" AS "step_kind", "step"."tokens" AS "step_tokens" FROM "runs" "run" LEFT JOIN "steps" "step" ON "step"."run_id"="run"."id" WHERE "run"."id" = :run AND "run"."workspace_id" = :ws ORDER BY "step"."position" ASC;
-- tool calls of a run
SELECT "call"."id" AS "call_id", "call"."tool_name" AS "call_tool_name", "call"."duration_ms" AS "call_duration_ms" FROM "tool_calls" "call" WHERE "call"."run_id" = :run ORDER BY "call"."created_at" ASC;
-- failures of a tool
SELECT "call"."id" AS "call_id", "call"."run_id" AS "call_run_id", "call"."error" AS "call_error" FROM "tool_calls" "call" WHERE "call"."tool_name" = :tool AND "call"."status" = 'error' AND "call"."created_at" >= :since ORDER BY "call"."created_at" DESC LIMIT 50;
-- events of a run
SELECT "event"."id" AS "event_id", "event"."type" AS "event_type", "event"."payload" AS "event_payload" FROM "events" "event" WHERE "event"."run_id" = :run AND "event"."id" > 0 ORDER BY "event"."id" ASC LIMIT 100;
-- events of a type in a workspace
SELECT "event"."id" AS "event_id", "event"."run_id" AS "event_run_id", "event"."created_at" AS "event_created_at" FROM "events" "event" WHERE "event"."workspace_id" = :ws AND "event"."type" IN ('run.failed', 'agent.updated') ORDER BY "event"."id" DESC LIMIT 50;
-- the audit log of an agent
SELECT "log"."id" AS "log_id", "log"."action" AS "log_action", "log"."actor_id" AS "log_actor_id", "log"."created_at" AS "log_created_at" FROM "audit_log" "log" WHERE "log"."workspace_id" = :ws AND "log"."target_type" = 'agent' AND "log"."target_id" = :agent ORDER BY "log"."id" DESC LIMIT 50;
-- usage per day
SELECT date_trunc('day', "usage"."hour") AS "day", SUM("usage"."value") AS "total" FROM "usage_counters" "usage" WHERE "usage"."workspace_id" = :ws AND "usage"."metric" = 'tokens' AND "usage"."hour" >= :since GROUP BY 1 ORDER BY 1 ASC;
-- deliveries of an endpoint
SELECT "delivery"."id" AS "delivery_id", "delivery"."status" AS "delivery_status", "delivery"."response_code" AS "delivery_response_code" FROM "webhook_deliveries" "delivery" WHERE "delivery"."endpoint_id" = :endpoint ORDER BY "delivery"."created_at" DESC LIMIT 25 OFFSET :skip;
