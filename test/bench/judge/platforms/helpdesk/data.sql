-- 300 tenants, 2,500 agents, 40,000 customers, 100,000 tickets, 250,000 comments, 4,000 tags, 120,000 taggings, 200,000 log lines.

INSERT INTO tenants SELECT n, 'tenant' || n, initcap(bench.words(n, 2)), ('{free,team,business}'::text[])[1 + bench.skewed(n, 1, 3)] FROM generate_series(1, 300) AS n;

INSERT INTO agents SELECT n, 1 + bench.skewed(n, 2, 300), 'agent' || n || '@desk.test', initcap(bench.words(n, 2)), bench.pick(n, 3, 10) < 9 FROM generate_series(1, 2500) AS n;

INSERT INTO customers
SELECT n, 1 + bench.skewed(n, 4, 300), 'Customer' || n || '@mail' || n % 50 || '.test', initcap(bench.words(n, 2)), bench.pick(n, 5, 100) < 1, bench.ago((40001 - n) * 15)
FROM generate_series(1, 40000) AS n;

INSERT INTO tickets
SELECT n, 1 + bench.skewed(1 + bench.pick(n, 6, 40000), 4, 300), n, 1 + bench.pick(n, 6, 40000),
	CASE WHEN bench.pick(n, 7, 100) < (CASE WHEN status = 'new' THEN 30 ELSE 97 END) THEN 1 + bench.skewed(n, 8, 2500) END, initcap(bench.words(n, 4)), status,
	1 + bench.skewed(n, 9, 4), ('{email,web,chat,phone}'::text[])[1 + bench.skewed(n, 10, 4)], at, at + make_interval(mins => bench.skewed(n, 11, 20000)),
	CASE WHEN bench.pick(n, 12, 10) < 4 THEN at + interval '3 days' END, CASE WHEN status IN ('solved', 'closed') THEN at + interval '2 days' END,
	CASE WHEN bench.pick(n, 13, 100) < 2 THEN at + interval '1 hour' END
FROM generate_series(1, 100000) AS n, bench.ago((100001 - n) * 5) AS at,
	LATERAL (SELECT (CASE WHEN n > 99000 THEN 'new' WHEN bench.pick(n, 14, 100) < 88 THEN 'closed' WHEN bench.pick(n, 14, 100) < 95 THEN 'solved'
		WHEN bench.pick(n, 14, 100) < 98 THEN 'open' ELSE 'pending' END)::ticket_status AS status) AS s;

INSERT INTO comments
SELECT n, 1 + n * 2 / 5, CASE WHEN n % 2 = 0 THEN 'agent' ELSE 'customer' END, 1 + bench.pick(n, 15, 2500), bench.pick(n, 16, 10) = 0, md5('c' || n), bench.ago((250001 - n) * 2)
FROM generate_series(1, 249990) AS n;

INSERT INTO tags SELECT n, 1 + bench.skewed(n, 17, 300), 'tag' || n FROM generate_series(1, 4000) AS n;

INSERT INTO ticket_tags SELECT 1 + bench.pick(n, 18, 100000), 1 + bench.skewed(n, 19, 4000) FROM generate_series(1, 120000) AS n ON CONFLICT DO NOTHING;

INSERT INTO audit_log
SELECT n, 1 + bench.skewed(n, 20, 300), CASE WHEN n % 10 > 0 THEN 1 + bench.skewed(n, 21, 2500) END,
	CASE WHEN bench.pick(n, 22, 1000) < 600 THEN 'update' WHEN bench.pick(n, 22, 1000) < 995 THEN 'view' ELSE 'delete' END,
	CASE WHEN n % 4 = 0 THEN 'customer' ELSE 'ticket' END, 1 + bench.pick(n, 23, 40000), '{}', bench.ago((200001 - n) * 3)
FROM generate_series(1, 200000) AS n;

SELECT setval(pg_get_serial_sequence(t, 'id'), 1000000) FROM unnest(ARRAY['customers', 'tickets', 'comments', 'audit_log']) AS t;
