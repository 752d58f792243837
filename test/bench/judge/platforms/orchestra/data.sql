-- 400 workspaces, 5,000 users, 60,000 sessions, 6,000 agents, 24,000 versions, 140,000 runs, 300,000 steps, 140,000 tool calls, 350,000 events, 600 endpoints, 110,000 deliveries, 120,000 audit rows, 140,000 counters.
-- The agent of run n is 1 + skewed(n, 1, 6000); the workspace of agent a is 1 + skewed(a, 2, 400).

INSERT INTO workspaces SELECT bench.id('workspace', n), 'ws-' || n, initcap(bench.words(n, 2)), ('{free,team,business}'::text[])[1 + bench.skewed(n, 201, 3)], bench.ago((401 - n) * 2500) FROM generate_series(1, 400) AS n;

INSERT INTO users SELECT bench.id('user', n), 'user' || n || '@corp' || n % 60 || '.test', initcap(bench.words(n, 2)), bench.ago((5001 - n) * 190) FROM generate_series(1, 5000) AS n;

INSERT INTO workspace_members
SELECT bench.id('workspace', 1 + bench.skewed(n, 202, 400)), bench.id('user', 1 + n % 5000), ('{member,admin,owner,viewer}'::text[])[1 + bench.skewed(n, 203, 4)], bench.ago((7001 - n) * 130)
FROM generate_series(1, 7000) AS n ON CONFLICT DO NOTHING;

INSERT INTO sessions
SELECT bench.id('session', n), bench.id('user', 1 + bench.skewed(n, 204, 5000)), md5('a' || n) || md5('b' || n), CASE WHEN n % 3 > 0 THEN 'Mozilla/5.0' END, at + make_interval(mins => bench.skewed(n, 205, 20000)), at + interval '30 days', CASE WHEN bench.pick(n, 206, 100) < 25 THEN at + make_interval(mins => bench.skewed(n, 207, 30000)) END, at
FROM generate_series(1, 60000) AS n, bench.ago((60001 - n) * 1.2) AS at;

INSERT INTO agents
SELECT bench.id('agent', n), bench.id('workspace', 1 + bench.skewed(n, 2, 400)), 'agent-' || n, initcap(bench.words(n, 3)), ('{chat,batch,cron,tool}'::text[])[1 + bench.skewed(n, 208, 4)], bench.pick(n, 209, 100) < 88, at, at + make_interval(mins => bench.skewed(n, 210, 100000)), CASE WHEN bench.pick(n, 211, 100) < 9 THEN at + make_interval(mins => bench.skewed(n, 212, 90000)) END
FROM generate_series(1, 6000) AS n, bench.ago((6001 - n) * 150) AS at;

INSERT INTO agent_versions
SELECT bench.id('version', n), bench.id('agent', 1 + (n - 1) % 6000), 1 + (n - 1) / 6000, ('{small-1,large-2,large-3,vision-1}'::text[])[1 + bench.skewed(n, 213, 4)],
	jsonb_build_object('temperature', bench.pick(n, 214, 10) / 10.0, 'max_steps', 5 + bench.pick(n, 215, 40), 'tools', jsonb_build_array('tool_' || bench.skewed(n, 216, 300), 'tool_' || bench.skewed(n, 217, 300), 'tool_' || bench.skewed(n, 218, 300))),
	CASE WHEN bench.pick(n, 219, 10) < 6 THEN bench.ago((24001 - n) * 35) END, bench.ago((24001 - n) * 36)
FROM generate_series(1, 24000) AS n;

INSERT INTO runs
SELECT bench.id('run', n), bench.id('workspace', 1 + bench.skewed(a, 2, 400)), bench.id('agent', a), bench.id('version', a + 6000 * bench.skewed(n, 3, 4)), CASE WHEN bench.pick(n, 4, 100) < 12 AND n > 100 THEN bench.id('run', n - 1 - bench.skewed(n, 5, 90)) END,
	CASE WHEN bench.pick(n, 6, 100) < 45 THEN bench.id('user', 1 + bench.skewed(n, 7, 5000)) END, s, CASE WHEN bench.pick(n, 9, 100) < 85 THEN 0 ELSE bench.pick(n, 10, 10) END, CASE WHEN bench.pick(n, 11, 100) < 94 THEN 1 ELSE 2 END,
	CASE WHEN bench.pick(n, 12, 100) < 25 THEN jsonb_build_object('source', 'api', 'ticket', 'TCK-' || 1000 + n / 2) ELSE jsonb_build_object('source', (ARRAY['ui', 'cron'])[1 + n % 2]) END, CASE WHEN s = 'failed' THEN bench.words(n, 4) END,
	CASE WHEN s IN ('done', 'failed') THEN bench.skewed(n, 13, 900000) ELSE 0 END, CASE WHEN s = 'running' THEN 'worker-' || bench.pick(n, 14, 16) END, at, CASE WHEN s NOT IN ('queued', 'cancelled') THEN at + interval '40 s' END, CASE WHEN s IN ('done', 'failed') THEN at + make_interval(secs => 60 + bench.skewed(n, 15, 7200)) END, at - interval '5 s'
FROM generate_series(1, 140000) AS n, bench.ago((140001 - n) * 2) AS at, LATERAL (SELECT 1 + bench.skewed(n, 1, 6000) AS a,
	CASE WHEN n > 139300 AND bench.pick(n, 8, 10) < 6 THEN 'queued' WHEN n > 138900 AND bench.pick(n, 8, 10) < 8 THEN 'running' WHEN bench.pick(n, 8, 1000) < 880 THEN 'done' WHEN bench.pick(n, 8, 1000) < 975 THEN 'failed' WHEN bench.pick(n, 8, 1000) < 999 THEN 'cancelled' ELSE 'running' END AS s) AS x;

INSERT INTO steps
SELECT bench.id('step', n), bench.id('run', r), CASE WHEN n > 280000 THEN 3 ELSE 1 + (n - 1) % 2 END, ('{think,tool,answer}'::text[])[1 + bench.pick(n, 16, 3)], CASE WHEN bench.pick(n, 17, 100) < 93 THEN 'done' ELSE 'failed' END, bench.skewed(n, 18, 8000), at, at + make_interval(secs => bench.skewed(n, 19, 900))
FROM generate_series(1, 300000) AS n, LATERAL (SELECT CASE WHEN n > 280000 THEN (n - 280000) * 7 ELSE (n + 1) / 2 END AS r) AS x, LATERAL bench.ago((140001 - r) * 2 - 1) AS at;

INSERT INTO tool_calls
SELECT bench.id('call', n), bench.id('run', n), bench.id('step', n * 2 - n % 2), 'tool_' || bench.skewed(n, 20, 300), CASE WHEN e < 4 THEN 'error' WHEN e < 6 THEN 'timeout' ELSE 'ok' END, jsonb_build_object('q', bench.words(n, 2), 'limit', bench.pick(n, 22, 50)), CASE WHEN e < 4 THEN bench.words(n, 3) END, 20 + bench.skewed(n, 23, 30000), bench.ago((140001 - n) * 2 - 1)
FROM generate_series(1, 140000) AS n, LATERAL (SELECT bench.pick(n, 21, 100) AS e) AS x;

INSERT INTO events
SELECT n, bench.id('workspace', 1 + bench.skewed(1 + bench.skewed(r, 1, 6000), 2, 400)), CASE WHEN bench.pick(n, 24, 100) < 85 THEN bench.id('run', r) END, ('{run.step,run.log,run.started,run.finished,tool.called,run.failed,agent.updated,member.invited}'::text[])[1 + bench.skewed(n, 25, 8)], jsonb_build_object('seq', n % 9, 'note', bench.word(n, 1)), bench.ago((350001 - n) * 0.8)
FROM generate_series(1, 350000) AS n, LATERAL (SELECT GREATEST(1, (n * 2 + 4) / 5 - bench.skewed(n, 26, 40)) AS r) AS x;

INSERT INTO webhook_endpoints SELECT bench.id('endpoint', n), bench.id('workspace', 1 + bench.skewed(n, 27, 400)), 'https://hooks' || n || '.test/in', bench.pick(n, 28, 10) < 9 FROM generate_series(1, 600) AS n;

INSERT INTO webhook_deliveries
SELECT bench.id('delivery', n), bench.id('endpoint', 1 + bench.skewed(n, 29, 600)), n * 3, s, CASE s WHEN 'delivered' THEN 1 + bench.skewed(n, 31, 4) WHEN 'dead' THEN 8 ELSE bench.pick(n, 32, 6) END, CASE s WHEN 'delivered' THEN 200 WHEN 'dead' THEN 500 END,
	CASE WHEN s = 'pending' THEN bench.ago(bench.pick(n, 33, 400) - 200) END, CASE WHEN s = 'delivered' THEN at + interval '3 s' END, at
FROM generate_series(1, 110000) AS n, bench.ago((110001 - n) * 2.5) AS at, LATERAL (SELECT CASE WHEN n > 108500 AND bench.pick(n, 30, 10) < 7 THEN 'pending' WHEN bench.pick(n, 30, 100) < 94 THEN 'delivered' ELSE 'dead' END AS s) AS x;

INSERT INTO feature_flags SELECT bench.id('flag', n), 'flag_' || n, bench.pick(n, 34, 2) = 0 FROM generate_series(1, 120) AS n;

INSERT INTO feature_flag_overrides SELECT bench.id('flag', 1 + bench.skewed(n, 35, 120)), bench.id('workspace', 1 + bench.pick(n, 36, 400)), bench.pick(n, 37, 3) > 0 FROM generate_series(1, 4000) AS n ON CONFLICT DO NOTHING;

INSERT INTO audit_log
SELECT n, bench.id('workspace', 1 + CASE t WHEN 'agent' THEN bench.skewed(x, 2, 400) ELSE bench.skewed(n, 38, 400) END), CASE WHEN bench.pick(n, 39, 100) < 80 THEN bench.id('user', 1 + bench.skewed(n, 40, 5000)) END, t || ('{.updated,.viewed,.created,.deleted}'::text[])[1 + bench.skewed(n, 41, 4)], t, bench.id(t, x), ('10.0.' || n % 200 || '.' || n % 250)::inet, bench.ago((120001 - n) * 2.4)
FROM generate_series(1, 120000) AS n, LATERAL (SELECT ('{agent,run,user}'::text[])[1 + bench.skewed(n, 42, 3)] AS t) AS y, LATERAL (SELECT 1 + bench.skewed(n, 43, CASE t WHEN 'agent' THEN 6000 WHEN 'run' THEN 140000 ELSE 5000 END) AS x) AS z;

INSERT INTO usage_counters
SELECT bench.id('workspace', w), m, date_trunc('hour', bench.ago(h * 60)), 1 + bench.skewed(w * 10000 + h, 44, 5000)
FROM generate_series(1, 400) AS w, unnest('{tokens,runs,tool_calls,storage}'::text[]) AS m, generate_series(0, LEAST(2200, 40 + 6000 / w)) AS h;

SELECT setval(pg_get_serial_sequence('events', 'id'), 1000000), setval(pg_get_serial_sequence('audit_log', 'id'), 1000000);
