-- 300 accounts, 30,000 users, 8,000 projects, 120,000 tasks, 220,000 comments, 60,000 attachments, 250,000 versions, 30,000 jobs, 20,000 tokens.

INSERT INTO accounts
SELECT n, 'acct' || n, ('{free,team,business}'::text[])[1 + bench.skewed(n, 1, 3)], jsonb_build_object('sso', bench.pick(n, 2, 10) = 0), bench.ago((301 - n) * 1700), bench.ago((301 - n) * 1600) FROM generate_series(1, 300) AS n;

INSERT INTO users
SELECT n, 1 + bench.skewed(n, 3, 300), 'user' || n || '@mail.test', CASE WHEN bench.pick(n, 4, 1000) < 15 THEN md5('reset' || n) END, CASE WHEN bench.pick(n, 5, 1000) < 40 THEN md5('confirm' || n) END,
	jsonb_build_object('locale', ('{en,de,fr,es,ja}'::text[])[1 + bench.skewed(n, 6, 5)], 'slack_id', CASE WHEN bench.pick(n, 7, 10) < 3 THEN 'U' || n END, 'digest', bench.pick(n, 8, 100) < 3),
	bench.skewed(n, 9, 900), CASE WHEN bench.pick(n, 10, 100) < 5 THEN bench.ago((30001 - n) * 9) END, bench.ago((30001 - n) * 17), bench.ago((30001 - n) * 11)
FROM generate_series(1, 30000) AS n;

INSERT INTO projects
SELECT n, 1 + bench.skewed(n, 11, 300), initcap(bench.words(n, 2)), bench.pick(n, 12, 10) < 4, bench.skewed(n, 13, 200), CASE WHEN bench.pick(n, 14, 100) < 6 THEN bench.ago((8001 - n) * 30) END, bench.ago((8001 - n) * 62), bench.ago(bench.skewed(n, 15, 400000))
FROM generate_series(1, 8000) AS n;

INSERT INTO tasks
SELECT n, ('{Task,Task,Task,Task,Bug,Bug,Chore,Milestone}'::text[])[1 + bench.pick(n, 16, 8)], 1 + bench.skewed(project, 11, 300), project, CASE WHEN bench.pick(n, 18, 10) < 8 THEN 1 + bench.skewed(n, 19, 30000) END,
	CASE WHEN bench.pick(n, 20, 100) < 20 THEN 1 + bench.pick(n, 21, 120000) END, initcap(bench.words(n, 4)), CASE WHEN bench.pick(n, 22, 100) < 82 THEN 3 ELSE bench.pick(n, 22, 3) END, bench.pick(n, 23, 500),
	CASE WHEN bench.pick(n, 24, 10) < 6 THEN ARRAY['l' || bench.skewed(n, 25, 600), 'l' || bench.skewed(n, 26, 600)] ELSE '{}' END,
	jsonb_strip_nulls(jsonb_build_object('severity', bench.skewed(n, 27, 5), 'github_issue', CASE WHEN bench.pick(n, 28, 10) < 2 THEN n END)),
	CASE WHEN bench.pick(n, 29, 10) < 5 THEN (at + make_interval(days => bench.pick(n, 30, 60)))::date END, bench.skewed(n, 31, 30), CASE WHEN bench.pick(n, 32, 100) < 4 THEN at + interval '8 days' END,
	at, at + make_interval(mins => bench.skewed(n, 33, 90000))
FROM generate_series(1, 120000) AS n, bench.ago((120001 - n) * 4) AS at, LATERAL (SELECT 1 + bench.skewed(n, 17, 8000) AS project) AS p;

INSERT INTO comments
SELECT n, CASE WHEN bench.pick(n, 34, 100) < 85 THEN 'Task' WHEN bench.pick(n, 34, 100) < 97 THEN 'Project' ELSE 'Account' END,
	CASE WHEN bench.pick(n, 34, 100) < 85 THEN 1 + bench.skewed(n, 35, 120000) WHEN bench.pick(n, 34, 100) < 97 THEN 1 + bench.pick(n, 36, 8000) ELSE 1 + bench.pick(n, 37, 300) END,
	1 + bench.skewed(n, 38, 30000), bench.words(n, 4), CASE WHEN bench.pick(n, 39, 100) < 3 THEN bench.ago((220001 - n) * 2 - 1) END, bench.ago((220001 - n) * 2), bench.ago((220001 - n) * 2)
FROM generate_series(1, 220000) AS n;

INSERT INTO active_storage_attachments
SELECT n, CASE WHEN n % 3 = 0 THEN 'avatar' ELSE 'files' END, CASE WHEN n % 3 = 0 THEN 'User' ELSE 'Task' END, CASE WHEN n % 3 = 0 THEN n / 3 * 3 / 2 ELSE 1 + bench.pick(n, 40, 120000) END, n, bench.ago((60001 - n) * 8)
FROM generate_series(1, 60000) AS n;

INSERT INTO versions
SELECT n, ('{Task,Task,Task,Project,User}'::text[])[1 + bench.pick(n, 41, 5)], 1 + bench.skewed(n, 42, 30000), CASE WHEN bench.pick(n, 43, 1000) < 800 THEN 'update' WHEN bench.pick(n, 43, 1000) < 994 THEN 'create' ELSE 'destroy' END,
	CASE WHEN bench.pick(n, 44, 10) < 8 THEN (1 + bench.skewed(n, 45, 30000))::text END, '{"state": [0, 1]}', bench.ago((250001 - n) * 2)
FROM generate_series(1, 250000) AS n;

INSERT INTO delayed_jobs
SELECT n, bench.skewed(n, 46, 4) * 10, CASE WHEN n < 29500 THEN 25 ELSE 0 END, 'job ' || md5('h' || n), CASE WHEN n < 29500 THEN 'Timeout' END, at, CASE WHEN n % 100 = 7 AND n >= 29500 THEN at END, CASE WHEN n < 29500 THEN at END,
	CASE WHEN n % 100 = 7 AND n >= 29500 THEN 'host:' || n % 8 END, ('{default,mailers,imports}'::text[])[1 + bench.skewed(n, 47, 3)], at, at
FROM generate_series(1, 30000) AS n, bench.ago((30001 - n) * 10 - 900) AS at;

INSERT INTO api_tokens SELECT n, 1 + bench.skewed(n, 48, 30000), md5('digest' || n), CASE WHEN bench.pick(n, 49, 10) < 7 THEN bench.ago(bench.skewed(n, 50, 200000)) END, CASE WHEN bench.pick(n, 51, 10) < 3 THEN bench.ago(1000) END, bench.ago((20001 - n) * 20)
FROM generate_series(1, 20000) AS n;

SELECT setval(pg_get_serial_sequence(t, 'id'), 1000000) FROM unnest(ARRAY['users', 'projects', 'tasks', 'comments', 'active_storage_attachments', 'versions', 'delayed_jobs', 'api_tokens']) AS t;
