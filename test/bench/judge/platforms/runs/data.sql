-- 300 organizations, 4,000 agents, 40,000 sessions, 100,000 runs, 250,000 events, 80,000 tool calls.

INSERT INTO "Model" SELECT 'model-' || n, 'provider' || n % 4, n, n > 12 FROM generate_series(1, 18) AS n;

INSERT INTO "Organization"
SELECT bench.cuid('org', n), 'Organization ' || n, 'org-' || n, bench.ago((301 - n) * 3000) FROM generate_series(1, 300) AS n;

INSERT INTO "Agent"
SELECT bench.cuid('agent', n), bench.cuid('org', 1 + bench.skewed(n, 1, 300)), 'model-' || (1 + bench.skewed(n, 2, 18)),
	bench.words(n, 2), (ARRAY['ASSISTANT', 'ASSISTANT', 'WORKER', 'ROUTER'])[1 + bench.pick(n, 3, 4)]::"AgentKind",
	bench.pick(n, 4, 10) < 3, jsonb_build_object('temperature', bench.pick(n, 5, 10) / 10.0),
	bench.ago((4001 - n) * 200), CASE WHEN bench.pick(n, 6, 10) = 0 THEN bench.ago(bench.pick(n, 7, 200000)) END
FROM generate_series(1, 4000) AS n;

INSERT INTO "Session"
SELECT bench.cuid('session', n), bench.cuid('agent', 1 + bench.skewed(n, 8, 4000)),
	CASE WHEN bench.pick(n, 9, 10) < 8 THEN 'ext_' || bench.skewed(n, 10, 15000) END, 'Session ' || n,
	started, started + make_interval(mins => bench.pick(n, 11, 600)),
	CASE WHEN bench.pick(n, 12, 100) < 98 THEN started + make_interval(mins => 700) END
FROM generate_series(1, 40000) AS n, bench.ago((40001 - n) * 12) AS started;

INSERT INTO "Run"
SELECT bench.cuid('run', n), bench.cuid('agent', 1 + bench.skewed(n, 13, 4000)),
	CASE WHEN bench.pick(n, 14, 10) < 7 THEN bench.cuid('session', 1 + bench.pick(n, 15, 40000)) END, status,
	bench.pick(n, 16, 3), CASE WHEN status <> 'QUEUED' THEN 'worker-' || bench.pick(n, 17, 50) END,
	CASE WHEN status = 'FAILED' THEN 'error: ' || bench.words(n, 3) END, bench.skewed(n, 18, 20000), bench.skewed(n, 19, 4000),
	created, CASE WHEN status <> 'QUEUED' THEN created + interval '2 seconds' END,
	CASE WHEN status NOT IN ('QUEUED', 'RUNNING') THEN created + make_interval(secs => bench.skewed(n, 20, 900)) END
FROM generate_series(1, 100000) AS n, bench.ago((100001 - n) * 5) AS created,
	LATERAL (SELECT CASE WHEN n > 99700 AND n % 2 = 0 THEN 'QUEUED' WHEN n > 99500 THEN 'RUNNING' WHEN bench.pick(n, 21, 100) < 93 THEN 'SUCCEEDED'
		WHEN bench.pick(n, 21, 100) < 97 THEN 'FAILED' ELSE 'CANCELLED' END::"RunStatus" AS status) AS s;

INSERT INTO "RunEvent" ("runId", "sequence", "type", "payload", "createdAt")
SELECT bench.cuid('run', 1 + run), n, CASE WHEN bench.pick(i, 23, 100) < 60 THEN 'token' WHEN bench.pick(i, 23, 100) < 90 THEN 'step'
	WHEN bench.pick(i, 23, 100) < 98 THEN 'tool' ELSE 'error' END,
	jsonb_build_object('step', n, 'code', bench.pick(i, 24, 1000)), bench.ago((250001 - i) * 2)
FROM generate_series(1, 250000) AS i, LATERAL (SELECT i * 2 / 5 AS run, i % 3 AS n) AS e
WHERE run < 100000;

INSERT INTO "ToolCall"
SELECT bench.cuid('call', n), bench.cuid('run', 1 + bench.pick(n, 25, 100000)),
	(ARRAY['search', 'browser', 'python', 'sql', 'email', 'calendar', 'files', 'crm'])[1 + bench.skewed(n, 26, 8)],
	CASE WHEN bench.pick(n, 27, 100) < 95 THEN true WHEN bench.pick(n, 27, 100) < 99 THEN false END,
	bench.skewed(n, 28, 60000), bench.ago((80001 - n) * 6)
FROM generate_series(1, 80000) AS n;
