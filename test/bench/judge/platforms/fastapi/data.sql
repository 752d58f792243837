-- 25,000 users, 40,000 personas, 120,000 preferences, 3,000 agents, 60,000 sessions, 300,000 events, 80,000 entries, 4,000 authors, 100,000 contents, 150,000 ledger entries, 25,000 keys, 140,000 memories.

INSERT INTO users SELECT bench.id('user', n), 'User' || n || '@Mail.test', initcap(bench.words(n, 2)), bench.pick(n, 1, 100) < 94, bench.ago((25001 - n) * 20) FROM generate_series(1, 25000) AS n;

INSERT INTO personas
SELECT bench.id('persona', n), bench.id('user', 1 + bench.skewed(n, 2, 25000)), initcap(bench.words(n, 1)), bench.pick(n, 3, 10) < 4, bench.pick(n, 4, 100) < 9, bench.skewed(n, 5, 50000),
	CASE WHEN bench.pick(n, 6, 10) < 7 THEN bench.ago(bench.skewed(n, 7, 400000)) END, bench.ago((40001 - n) * 12)
FROM generate_series(1, 40000) AS n;

INSERT INTO preferences (persona_id, key, value, updated_at)
SELECT bench.id('persona', 1 + n / 3), 'pref.' || bench.skewed(n, 8, 60), jsonb_build_object('v', bench.pick(n, 9, 90)), bench.ago(bench.skewed(n, 10, 300000)) FROM generate_series(0, 119999) AS n;

INSERT INTO agents
SELECT 'agent_' || n, CASE WHEN bench.pick(n, 11, 10) < 9 THEN bench.id('user', 1 + bench.skewed(n, 12, 25000)) END, initcap(bench.words(n, 2)), ('{idle,running,stopped,failed}'::text[])[1 + bench.skewed(n, 13, 4)], CASE WHEN bench.pick(n, 14, 10) < 8 THEN bench.ago(bench.skewed(n, 15, 20000)) END, bench.ago((3001 - n) * 100)
FROM generate_series(1, 3000) AS n;

INSERT INTO agent_sessions
SELECT bench.id('session', n), 'agent_' || (1 + bench.skewed(n, 16, 3000)), CASE WHEN bench.pick(n, 17, 10) < 7 THEN bench.id('persona', 1 + bench.skewed(n, 18, 40000)) END, at, CASE WHEN bench.pick(n, 19, 1000) < 990 THEN at + interval '20 minutes' END, bench.skewed(n, 20, 60000)
FROM generate_series(1, 60000) AS n, bench.ago((60001 - n) * 6) AS at;

INSERT INTO session_events (session_id, seq, role, type, payload, created_at)
SELECT bench.id('session', 1 + n / 5), n % 5, ('{user,assistant,tool}'::text[])[1 + bench.pick(n, 21, 3)], CASE WHEN bench.pick(n, 22, 1000) < 700 THEN 'message' WHEN bench.pick(n, 22, 1000) < 960 THEN 'tool_call' WHEN bench.pick(n, 22, 1000) < 996 THEN 'summary' ELSE 'error' END,
	jsonb_build_object('tool', 't' || bench.skewed(n, 23, 40), 'ms', bench.pick(n, 24, 900)), bench.ago((300001 - n) * 1.2)
FROM generate_series(0, 299999) AS n;

INSERT INTO journal_entries
SELECT bench.id('entry', n), bench.id('user', 1 + bench.skewed(n, 25, 25000)), CASE WHEN bench.pick(n, 26, 10) < 6 THEN ('{calm,happy,sad,angry,tired}'::text[])[1 + bench.skewed(n, 27, 5)] END, bench.words(n, 4), bench.pick(n, 28, 10) < 9, at::date, at
FROM generate_series(1, 80000) AS n, bench.ago((80001 - n) * 6) AS at;

INSERT INTO authors SELECT n, 'author' || n, initcap(bench.words(n, 2)) FROM generate_series(1, 4000) AS n;

INSERT INTO scraped_contents
SELECT bench.id('content', n), CASE WHEN bench.pick(n, 29, 10) < 8 THEN 1 + bench.skewed(n, 30, 4000) END, 'https://site' || bench.skewed(n, 31, 300) || '.test/' || bench.word(n, 1) || '/' || n, md5('content' || bench.pick(n, 32, 98000)),
	CASE WHEN bench.pick(n, 33, 100) < 95 THEN initcap(bench.words(n, 4)) END, status, CASE WHEN status = 'ready' THEN bench.pick(n, 34, 10000) / 10000.0 END, CASE WHEN bench.pick(n, 35, 10) < 8 THEN at - make_interval(mins => bench.skewed(n, 36, 90000)) END,
	CASE WHEN status <> 'pending' THEN at + interval '9 minutes' END, at
FROM generate_series(1, 100000) AS n, bench.ago((100001 - n) * 4) AS at,
	LATERAL (SELECT CASE WHEN n > 99500 THEN 'pending' WHEN bench.pick(n, 37, 100) < 90 THEN 'ready' WHEN bench.pick(n, 37, 100) < 97 THEN 'skipped' ELSE 'failed' END AS status) AS s;

INSERT INTO ledger_entries (user_id, currency, amount, reference, settled, created_at)
SELECT bench.id('user', 1 + bench.skewed(n, 38, 25000)), ('{credits,usd,eur}'::text[])[1 + bench.skewed(n, 39, 3)], bench.pick(n, 40, 20000) / 100.0 - 100, CASE WHEN bench.pick(n, 41, 10) < 3 THEN 'ref-' || n END, bench.pick(n, 42, 1000) < 995, bench.ago((150001 - n) * 3)
FROM generate_series(1, 150000) AS n;

INSERT INTO api_keys
SELECT bench.id('key', n), bench.id('user', 1 + bench.skewed(n, 43, 25000)), 'pk-' || substr(md5('p' || n), 1, 8), md5('key' || n) || md5('hash' || n), CASE WHEN bench.pick(n, 44, 10) < 7 THEN bench.ago(bench.skewed(n, 45, 200000)) END,
	CASE WHEN bench.pick(n, 46, 10) < 5 THEN bench.ago(bench.pick(n, 47, 500000) - 300000) END, CASE WHEN bench.pick(n, 48, 100) < 35 THEN bench.ago(bench.pick(n, 49, 90000)) END, bench.ago((25001 - n) * 18)
FROM generate_series(1, 25000) AS n;

INSERT INTO player_memories
SELECT bench.id('memory', n), bench.id('persona', 1 + bench.skewed(n, 50, 40000)), ('{fact,episode,goal,reflection}'::text[])[1 + bench.skewed(n, 51, 4)], bench.words(n, 4), CASE WHEN bench.pick(n, 52, 10) < 8 THEN bench.skewed(n, 53, 1000) / 1000.0 END,
	CASE WHEN bench.pick(n, 54, 10) < 4 THEN bench.ago(bench.skewed(n, 55, 200000)) END, CASE WHEN bench.pick(n, 56, 10) < 2 THEN bench.ago(bench.pick(n, 57, 60000) - 59000) END, bench.ago((140001 - n) * 3)
FROM generate_series(1, 140000) AS n;
