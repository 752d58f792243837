-- transactions: 100
\set n random(1, 1000000)
\set worker random(0, 49)
\set run random(1, 99000)
SELECT bench.say(bench.cuid('agent', 1 + bench.skewed(:n, 8, 4000))) AS agent_id, bench.say(bench.cuid('session', 1 + bench.pick(:n, 31, 40000))) AS session_id,
	bench.say(bench.cuid('run', :run)) AS run_id, bench.say('worker-' || :worker::int) AS worker_id, bench.say(bench.ago(60)) AS hour_ago,
	bench.say(bench.cuid('new', :n) || md5(clock_timestamp()::text || pg_backend_pid())) AS new_id \gset
-- the queue's next run
SELECT "id" FROM "Run" WHERE "status" = 'QUEUED' ORDER BY "priority" DESC, "createdAt" ASC LIMIT 1 FOR UPDATE SKIP LOCKED;
-- length of the queue
SELECT count(*) FROM "Run" WHERE "status" = 'QUEUED';
-- what a worker is running
SELECT "id", "startedAt" FROM "Run" WHERE "status" = 'RUNNING' AND "workerId" = :worker_id ORDER BY "startedAt";
-- a finished run
UPDATE "Run" SET "status" = 'SUCCEEDED', "finishedAt" = CURRENT_TIMESTAMP, "outputTokens" = 120 WHERE "id" = :run_id;
-- a new run
INSERT INTO "Run" ("id", "agentId", "sessionId", "status") VALUES (:new_id, :agent_id, :session_id, 'SUCCEEDED');
-- its event
INSERT INTO "RunEvent" ("runId", "sequence", "type", "payload") VALUES (:new_id, 0, 'token', '{"step": 0}');
-- the session has moved
UPDATE "Session" SET "lastMessageAt" = CURRENT_TIMESTAMP WHERE "id" = :session_id;
-- sessions to close
UPDATE "Session" SET "endedAt" = CURRENT_TIMESTAMP WHERE "endedAt" IS NULL AND "lastMessageAt" < (:hour_ago)::timestamp - interval '300 days';
