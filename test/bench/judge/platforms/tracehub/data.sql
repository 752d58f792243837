-- 400 workspaces, 6,000 users, 8,000 memberships, 1,200 API keys, 2,800 agents, 80,000 runs, 320,000 spans, 100,000 events, 100,000 tool calls, 40,000 feedback scores, 600 datasets, 40,000 dataset items, 800 alert rules, 40,000 alerts.
-- Runs come in groups of four; in some groups the last three are children of the first and share its workspace. The workspace of run n = 4k + 1 is 1 + skewed(n, 1, 400), its agent the workspace + 400 * skewed(n, 2, 7). Run n has spans 3n - 2 to 3n, every hundredth run has 100 more.

INSERT INTO "workspaces"
SELECT n, 'team-' || n, initcap(bench.words(n, 2)), ('{free,pro,enterprise}'::text[])[1 + bench.skewed(n, 101, 3)], CASE WHEN n < 40 THEN 90 ELSE 60 END, bench.ago((401 - n) * 1500) FROM generate_series(1, 400) AS n;

INSERT INTO "users"
SELECT n, 'Dev' || n || '@Team' || n % 400 || '.test', CASE WHEN bench.pick(n, 102, 10) < 8 THEN initcap(bench.words(n, 2)) END, '$argon2id$' || md5('pw' || n), bench.ago((6001 - n) * 90), CASE WHEN bench.pick(n, 103, 100) < 4 THEN bench.ago(bench.pick(n, 104, 90000)) END
FROM generate_series(1, 6000) AS n;

INSERT INTO "memberships"
SELECT n, 1 + (n - 1) % 6000, 1 + (n * 7 + n / 6001) % 400, CASE WHEN n <= 400 THEN 'owner' ELSE ('{member,admin,viewer}'::text[])[1 + bench.skewed(n, 105, 3)] END FROM generate_series(1, 8000) AS n ON CONFLICT DO NOTHING;

INSERT INTO "api_keys"
SELECT n, 1 + (n - 1) % 400, encode(sha256(('key' || n)::bytea), 'hex'), ('{production,staging,ci}'::text[])[1 + n / 401], bench.ago(bench.skewed(n, 106, 90000)), CASE WHEN bench.pick(n, 107, 100) < 15 THEN bench.ago(bench.pick(n, 108, 90000)) END FROM generate_series(1, 1200) AS n;

INSERT INTO "agents"
SELECT n, 1 + (n - 1) % 400, initcap(bench.word(n, 1)) || ' agent ' || n, ('{sonnet-large,opus-large,mini-fast,local-8b}'::text[])[1 + bench.skewed(n, 109, 4)], jsonb_build_object('temperature', bench.pick(n, 110, 10) / 10.0, 'tools', bench.pick(n, 111, 12)), CASE WHEN bench.pick(n, 112, 100) < 8 THEN bench.ago(bench.pick(n, 113, 50000)) END, bench.ago((2801 - n) * 60)
FROM generate_series(1, 2800) AS n;

INSERT INTO "runs"
SELECT bench.id('run', n), w, w + 400 * bench.skewed(n, 2, 7), CASE WHEN family AND (n - 1) % 4 = 3 THEN bench.id('run', n - 2 + bench.pick(n, 8, 2)) WHEN family AND (n - 1) % 4 > 0 THEN bench.id('run', n - (n - 1) % 4) END,
	('{Answer,Summarize,Plan,Review,Search,Translate,Triage,Refactor}'::text[])[1 + bench.skewed(n, 5, 8)] || ' ' || bench.words(n, 2), s::"runs_status_enum", CASE WHEN bench.pick(n, 4, 10) < 4 THEN 'sess_' || left(md5('s' || w || '-' || n / 100), 16) END,
	CASE WHEN s = 'error' THEN ('{rate limit exceeded,context length exceeded,tool failed,invalid output,timeout}'::text[])[1 + bench.skewed(n, 6, 5)] || ' (' || bench.word(n, 3) || ')' END, CASE WHEN s NOT IN ('queued', 'running') THEN 100 + bench.skewed(n, 7, 60000) ELSE 0 END, CASE WHEN s NOT IN ('queued', 'running') THEN 40 + bench.skewed(n, 7, 900000) ELSE 0 END,
	CASE WHEN bench.pick(n, 10, 10) < 5 THEN '{}' ELSE ARRAY[('{prod,eval,nightly,beta,canary}'::text[])[1 + bench.skewed(n, 11, 5)]] END, jsonb_build_object('env', CASE WHEN bench.pick(n, 12, 10) < 8 THEN 'production' ELSE 'staging' END, 'release', '1.' || n / 4000), at, CASE WHEN s NOT IN ('queued', 'running') THEN at + make_interval(secs => 1 + bench.skewed(n, 13, 900)) END, at
FROM generate_series(1, 80000) AS n, bench.ago((80001 - n) * 1.6) AS at, LATERAL (SELECT bench.pick((n - 1) / 4, 9, 100) < 15 AS family, bench.pick(n, 3, 1000) AS x) AS f,
	LATERAL (SELECT 1 + bench.skewed(CASE WHEN family THEN n - (n - 1) % 4 ELSE n END, 1, 400) AS w, CASE WHEN n > 79940 AND x < 600 THEN 'queued' WHEN n > 79850 AND x < 500 OR x < 1 THEN 'running' WHEN x < 85 THEN 'error' WHEN x < 105 THEN 'cancelled' ELSE 'success' END AS s) AS g;

INSERT INTO "spans"
SELECT s, 1 + bench.skewed(CASE WHEN bench.pick((r - 1) / 4, 9, 100) < 15 THEN r - (r - 1) % 4 ELSE r END, 1, 400), bench.id('run', r), p, k, CASE k WHEN 'llm' THEN 'chat.completion' WHEN 'tool' THEN 'tool.' || bench.word(1 + bench.skewed(s, 20, 40), 1) WHEN 'retriever' THEN 'vector.search' ELSE 'agent.step' END, CASE WHEN bench.pick(s, 21, 100) < 4 THEN 'error' ELSE 'ok' END,
	bench.ago((80001 - r) * 1.6 - i * 0.05), CASE WHEN r < 79900 OR i > 0 THEN 20 + bench.skewed(s, 22, CASE k WHEN 'llm' THEN 30000 WHEN 'chain' THEN 60000 ELSE 4000 END) END,
	jsonb_build_object('model', ('{sonnet-large,opus-large,mini-fast,local-8b}'::text[])[1 + bench.skewed(s, 23, 4)], 'conversationId', 'c' || left(md5('conv' || r), 12), 'promptTokens', bench.skewed(s, 24, 8000), 'stream', bench.pick(s, 25, 2) = 0)
FROM generate_series(1, 320000) AS s, LATERAL (SELECT CASE WHEN s <= 240000 THEN 1 + (s - 1) / 3 ELSE 100 * (1 + (s - 240001) / 100) END AS r, CASE WHEN s <= 240000 THEN (s - 1) % 3 ELSE 3 + (s - 240001) % 100 END AS i) AS x,
	LATERAL (SELECT CASE WHEN i = 0 THEN NULL WHEN i = 1 THEN s - 1 WHEN i = 2 THEN s - 1 - bench.pick(s, 26, 2) WHEN i < 13 THEN 3 * (r - 1) + 1 ELSE s - 1 - bench.pick(s, 27, 9) END AS p, CASE WHEN i = 0 THEN 'chain' WHEN i = 2 THEN 'tool' ELSE ('{llm,tool,chain,retriever}'::text[])[1 + bench.skewed(s, 28, 4)] END AS k) AS y;

INSERT INTO "events"
SELECT n, bench.id('run', 1 + (s - 1) / 3), CASE WHEN bench.pick(n, 30, 10) < 6 THEN s END, l, CASE l WHEN 'error' THEN 'failed: ' WHEN 'warn' THEN 'retry: ' ELSE 'step: ' END || bench.words(n, 4), CASE WHEN bench.pick(n, 31, 10) < 3 THEN jsonb_build_object('attempt', 1 + bench.pick(n, 32, 3)) END, bench.ago((80001 - (1 + (s - 1) / 3)) * 1.6 - bench.pick(n, 33, 100) / 60.0)
FROM generate_series(1, 100000) AS n, LATERAL (SELECT 1 + (n - 1) * 24 / 10 AS s, bench.pick(n, 34, 100) AS x) AS x, LATERAL (SELECT CASE WHEN x < 60 THEN 'debug' WHEN x < 90 THEN 'info' WHEN x < 97 THEN 'warn' ELSE 'error' END AS l) AS y;

INSERT INTO "tool_calls"
SELECT n, 1 + bench.skewed(CASE WHEN bench.pick((r - 1) / 4, 9, 100) < 15 THEN r - (r - 1) % 4 ELSE r END, 1, 400), bench.id('run', r), 3 * r, bench.word(1 + bench.skewed(n, 40, 40), 1) || '_' || ('{read,search,write,run}'::text[])[1 + bench.skewed(n, 41, 4)], jsonb_build_object('query', bench.words(n, 2)), CASE WHEN bench.pick(n, 42, 100) < 5 THEN ('{not found,timeout,bad arguments}'::text[])[1 + bench.skewed(n, 43, 3)] END, 5 + bench.skewed(n, 44, 9000), bench.ago((80001 - r) * 1.6 - bench.pick(n, 45, 60) / 60.0)
FROM generate_series(1, 100000) AS n, LATERAL (SELECT 1 + (n - 1) * 8 / 10 AS r) AS x;

INSERT INTO "feedback_scores"
SELECT n, 1 + bench.skewed(CASE WHEN bench.pick((r - 1) / 4, 9, 100) < 15 THEN r - (r - 1) % 4 ELSE r END, 1, 400), bench.id('run', r), ('{helpfulness,correctness,tone,safety,latency}'::text[])[1 + bench.skewed(n, 50, 5)], ('{user,evaluator,annotator}'::text[])[1 + bench.skewed(n, 51, 3)], bench.pick(n, 52, 11) / 10.0, CASE WHEN bench.pick(n, 53, 10) < 2 THEN bench.words(n, 4) END, bench.ago((80001 - r) * 1.6 - 1 - bench.skewed(n, 54, 600))
FROM generate_series(1, 40000) AS n, LATERAL (SELECT 2 * n - 1 AS r) AS x ON CONFLICT DO NOTHING;

INSERT INTO "datasets"
SELECT n, 1 + bench.skewed(n, 60, 400), initcap(bench.words(n, 2)) || ' set', bench.skewed(n, 61, 800), bench.ago((601 - n) * 200) FROM generate_series(1, 600) AS n;

INSERT INTO "dataset_items"
SELECT bench.id('item', n), 1 + bench.skewed(n, 62, 600), CASE WHEN bench.pick(n, 63, 10) < 6 THEN bench.id('run', 2 * n - bench.pick(n, 64, 2)) END, jsonb_build_object('question', bench.words(n, 4)), CASE WHEN bench.pick(n, 65, 10) < 7 THEN jsonb_build_object('answer', bench.words(n + 1, 3)) END, bench.ago((40001 - n) * 3) FROM generate_series(1, 40000) AS n;

INSERT INTO "alert_rules"
SELECT n, 1 + (n - 1) % 400, ('{Error rate,Latency,Cost,Tool failures}'::text[])[1 + bench.pick(n, 70, 4)] || ' ' || n, jsonb_build_object('threshold', bench.pick(n, 71, 100), 'window', 15), bench.pick(n, 72, 10) < 9 FROM generate_series(1, 800) AS n;

INSERT INTO "alerts"
SELECT n, 1 + (r - 1) % 400, r, s, ('{error rate above,latency above,cost above}'::text[])[1 + bench.pick(n, 74, 3)] || ' ' || bench.pick(n, 75, 100), at, CASE s WHEN 'resolved' THEN at + make_interval(mins => 2 + bench.skewed(n, 76, 3000)) END, CASE WHEN s = 'resolved' AND bench.pick(n, 77, 10) < 4 THEN 1 + bench.skewed(n, 78, 6000) END
FROM generate_series(1, 40000) AS n, bench.ago((40001 - n) * 3.2) AS at, LATERAL (SELECT 1 + bench.skewed(n, 73, 800) AS r, CASE WHEN n > 39400 AND bench.pick(n, 79, 10) < 6 OR bench.pick(n, 79, 1000) < 6 THEN 'open' WHEN bench.pick(n, 79, 1000) < 25 THEN 'acknowledged' ELSE 'resolved' END AS s) AS x;

SELECT setval(pg_get_serial_sequence(t, 'id'), 1000000) FROM unnest(ARRAY['workspaces', 'users', 'memberships', 'api_keys', 'agents', 'spans', 'events', 'tool_calls', 'feedback_scores', 'datasets', 'alert_rules', 'alerts']) AS t;
