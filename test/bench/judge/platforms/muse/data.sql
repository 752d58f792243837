-- 4 plans, 40,000 users, 30,000 personas, 60,000 preferences, 100,000 chats, 220,000 messages, 110,000 likes, 60,000 follows, 300 tags, 75,000 persona tags, 12,000 reports, 140,000 usage counters (some fewer, where keys collide).
-- The user of chat n is 1 + skewed(n, 120, 400) * 100 + pick(n, 121, 100), its persona 1 + skewed(n, 111, 30000); the chat of message n is 1 + pick(n, 131, 20) * 5000 + skewed(n, 130, 1000) * 5: many chats were opened and never used.
-- Creators are the first 8,000 users: the creator of persona n is 1 + skewed(n, 101, 400) * 20 + pick(n, 102, 20).

INSERT INTO "plans" VALUES
	(bench.cuid('plan', 1), 'Free', 0, 50, true), (bench.cuid('plan', 2), 'Plus', 999, 500, true), (bench.cuid('plan', 3), 'Pro', 2499, 5000, true), (bench.cuid('plan', 4), 'Founder', 0, 5000, false);

INSERT INTO "users"
SELECT bench.cuid('user', n), 'User' || n || '@Mail' || n % 40 || '.test', bench.word(n, 1) || n, CASE WHEN bench.pick(n, 401, 10) < 7 THEN initcap(bench.words(n, 2)) END, CASE WHEN bench.pick(n, 402, 10) < 6 THEN '$2b$10$' || md5('pw' || n) END, CASE WHEN bench.pick(n, 403, 10) < 4 THEN 'https://cdn.muse.test/a/' || md5('av' || n) || '.webp' END,
	CASE WHEN bench.pick(n, 404, 10) < 3 THEN bench.words(n + 7, 4) END, (CASE WHEN n <= 5 THEN 'ADMIN' WHEN n <= 30 THEN 'MODERATOR' WHEN n <= 8000 THEN 'CREATOR' ELSE 'USER' END)::"UserRole", bench.cuid('plan', 1 + bench.skewed(n, 405, 4)), bench.pick(n, 406, 100) < 70,
	jsonb_build_object('theme', ('{dark,light,system}'::text[])[1 + bench.pick(n, 407, 3)], 'locale', ('{en,de,ja,pt}'::text[])[1 + bench.skewed(n, 408, 4)]), CASE WHEN bench.pick(n, 409, 100) < 93 THEN bench.ago(bench.skewed(n, 410, 600000)) END, CASE WHEN bench.pick(n, 411, 100) < 4 THEN bench.ago(bench.pick(n, 412, 400000)) END, at, at + interval '2 hours'
FROM generate_series(1, 40000) AS n, bench.ago((40001 - n) * 20) AS at;

INSERT INTO "personas"
SELECT bench.cuid('persona', n), bench.cuid('user', 1 + bench.skewed(n, 101, 400) * 20 + bench.pick(n, 102, 20)), initcap(bench.words(n, 2)), replace(bench.words(n, 2), ' ', '-') || '-' || n, CASE WHEN bench.pick(n, 420, 10) < 8 THEN bench.words(n + 11, 4) END, bench.words(n + 3, 4) || '. ' || bench.words(n + 5, 4) || '. ' || bench.words(n + 6, 4), 'You are ' || bench.words(n, 2) || '. ' || md5('prompt' || n),
	CASE WHEN bench.pick(n, 421, 10) < 8 THEN 'https://cdn.muse.test/p/' || md5('pav' || n) || '.webp' END, ('{companion,roleplay,assistant,anime,games,history,learning,celebrities,philosophy,writing,language,wellness}'::text[])[1 + bench.skewed(n, 103, 12)],
	(CASE WHEN v < 62 THEN 'PUBLIC' WHEN v < 72 THEN 'UNLISTED' ELSE 'PRIVATE' END)::"PersonaVisibility", f, bench.pick(n, 422, 100) < 12, CASE WHEN bench.pick(n, 105, 10) < 9 THEN ARRAY[('{en,es,pt,ja,de,fr,ko,zh,id,it,ru,tr,vi,pl,th,nl,sv,cs,uk,el,fi,da,hu,ro}'::text[])[1 + bench.skewed(n, 106, 24)]] ELSE ARRAY['en', ('{en,es,pt,ja,de,fr,ko,zh,id,it,ru,tr,vi,pl,th,nl,sv,cs,uk,el,fi,da,hu,ro}'::text[])[1 + bench.pick(n, 106, 24)]] END,
	jsonb_build_object('model', ('{muse-1-mini,muse-1,muse-2}'::text[])[1 + bench.skewed(n, 423, 3)], 'temperature', bench.pick(n, 424, 12) / 10.0, 'voice', 'voice-' || bench.skewed(n, 425, 60)), bench.skewed(n, 426, 4000), bench.skewed(n, 427, 1200), CASE WHEN f THEN at + make_interval(mins => bench.pick(n, 428, 20000)) END, CASE WHEN bench.pick(n, 429, 100) < 5 THEN at + make_interval(mins => bench.pick(n, 430, 20000)) END, at, at + make_interval(mins => bench.skewed(n, 431, 20000))
FROM generate_series(1, 30000) AS n, bench.ago((30001 - n) * 25) AS at, LATERAL (SELECT bench.pick(n, 104, 100) AS v, bench.pick(n, 104, 100) < 62 AND bench.pick(n, 107, 1000) < 6 AS f) AS x;

INSERT INTO "persona_preferences"
SELECT bench.cuid('pref', n), bench.cuid('user', 1 + bench.skewed(n, 180, 400) * 100 + bench.pick(n, 181, 100)), bench.cuid('persona', 1 + bench.skewed(n, 182, 30000)), k, CASE k WHEN 'nickname' THEN to_jsonb(bench.word(n, 1)) WHEN 'memory' THEN jsonb_build_object('enabled', bench.pick(n, 183, 2) = 0, 'items', jsonb_build_array(bench.words(n, 3), bench.words(n + 1, 3))) ELSE to_jsonb(bench.pick(n, 184, 5)) END, at, at + make_interval(mins => bench.skewed(n, 185, 9000))
FROM generate_series(1, 60000) AS n, bench.ago((60001 - n) * 13) AS at, LATERAL (SELECT ('{nickname,tone,memory,replyLength,voice,language}'::text[])[1 + bench.skewed(n, 186, 6)] AS k) AS x
ON CONFLICT DO NOTHING;

INSERT INTO "chats"
SELECT bench.cuid('chat', n), bench.cuid('user', 1 + bench.skewed(n, 120, 400) * 100 + bench.pick(n, 121, 100)), bench.cuid('persona', 1 + bench.skewed(n, 111, 30000)), CASE WHEN bench.pick(n, 112, 10) < 7 THEN initcap(bench.words(n, 3)) END, bench.pick(n, 113, 100) < 4, bench.skewed(n, 114, 200), l, CASE WHEN bench.pick(n, 115, 100) < 15 THEN LEAST(l + make_interval(mins => bench.pick(n, 117, 60000)), bench.ago(0)) END, at, l
FROM generate_series(1, 100000) AS n, bench.ago((100001 - n) * 8) AS at, LATERAL (SELECT LEAST(at + make_interval(mins => bench.skewed(n, 116, 40000)), bench.ago(0)) AS l) AS x;

INSERT INTO "messages"
SELECT bench.cuid('message', n), bench.cuid('chat', 1 + bench.pick(n, 131, 20) * 5000 + bench.skewed(n, 130, 1000) * 5), r, bench.words(n, 4) || '. ' || repeat(bench.words(n + 5, 3) || ' ', 1 + bench.skewed(n, 132, 60)), CASE WHEN r = 'assistant' THEN ('{muse-1-mini,muse-1,muse-2}'::text[])[1 + bench.skewed(n, 133, 3)] END, 10 + bench.skewed(n, 132, 60) * 8, bench.pick(n, 134, 1000) < 3,
	CASE WHEN r = 'assistant' AND bench.pick(n, 135, 10) < 3 THEN jsonb_build_object('latencyMs', 200 + bench.skewed(n, 136, 9000), 'finish', 'stop') END, bench.ago((220001 - n) * 3.6)
FROM generate_series(1, 220000) AS n, LATERAL (SELECT CASE WHEN bench.pick(n, 137, 100) < 3 THEN 'system' WHEN n % 2 = 0 THEN 'assistant' ELSE 'user' END AS r) AS x;

INSERT INTO "likes"
SELECT bench.cuid('user', 1 + bench.skewed(n, 140, 400) * 100 + bench.pick(n, 141, 100)), bench.cuid('persona', 1 + bench.skewed(n, 142, 30000)), bench.ago((110001 - n) * 7)
FROM generate_series(1, 110000) AS n ON CONFLICT DO NOTHING;

INSERT INTO "follows"
SELECT bench.cuid('user', 1 + bench.skewed(n, 150, 400) * 100 + bench.pick(n, 151, 100)), bench.cuid('user', 1 + bench.skewed(n, 152, 400) * 20 + bench.pick(n, 153, 20)), bench.ago((60001 - n) * 12)
FROM generate_series(1, 60000) AS n ON CONFLICT DO NOTHING;

INSERT INTO "tags" SELECT bench.cuid('tag', n), bench.word(n, 1) || '-' || n, 4000 / n FROM generate_series(1, 300) AS n;

INSERT INTO "_PersonaToTag"
SELECT bench.cuid('persona', 1 + (n - 1) % 30000), bench.cuid('tag', 1 + bench.skewed(n, 160, 300)) FROM generate_series(1, 75000) AS n ON CONFLICT DO NOTHING;

INSERT INTO "reports"
SELECT bench.cuid('report', n), bench.cuid('user', 1 + bench.pick(n, 190, 40000)), t, CASE t WHEN 'PERSONA' THEN bench.cuid('persona', 1 + bench.skewed(n, 192, 30000)) WHEN 'MESSAGE' THEN bench.cuid('message', 1 + bench.pick(n, 193, 220000)) ELSE bench.cuid('user', 1 + bench.skewed(n, 194, 40000)) END,
	('{spam,nsfw,impersonation,hate,minor_safety}'::text[])[1 + bench.skewed(n, 195, 5)], CASE WHEN bench.pick(n, 196, 10) < 5 THEN bench.words(n, 4) END, s::"ReportStatus", CASE WHEN s <> 'OPEN' THEN bench.cuid('user', 1 + bench.pick(n, 198, 30)) END, CASE WHEN s IN ('RESOLVED', 'DISMISSED') THEN at + make_interval(mins => bench.skewed(n, 199, 8000)) END, at
FROM generate_series(1, 12000) AS n, bench.ago((12001 - n) * 60) AS at, LATERAL (SELECT ('{PERSONA,MESSAGE,USER}'::text[])[1 + bench.skewed(n, 191, 3)] AS t, CASE WHEN n > 11800 OR bench.pick(n, 197, 1000) < 8 THEN 'OPEN' WHEN n > 11700 THEN 'IN_REVIEW' WHEN bench.pick(n, 197, 10) < 6 THEN 'RESOLVED' ELSE 'DISMISSED' END AS s) AS x;

INSERT INTO "usage_counters"
SELECT bench.cuid('usage', n), bench.cuid('user', 1 + bench.skewed(n, 170, 400) * 100 + bench.pick(n, 171, 100)), d, ('{muse-1-mini,muse-1,muse-2,muse-voice}'::text[])[1 + bench.skewed(n, 172, 4)], 1 + bench.skewed(n, 173, 200), 100 + bench.skewed(n, 174, 90000), d + interval '20 hours'
FROM generate_series(1, 140000) AS n, LATERAL (SELECT bench.ago(((140000 - n) / 400) * 1440)::date AS d) AS x ON CONFLICT DO NOTHING;
