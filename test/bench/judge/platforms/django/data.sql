-- 250 tenants, 6,000 users, 60,000 sessions, 25,000 companies, 80,000 contacts, 60,000 deals, 260,000 activities, 60,000 invoices, 120,000 taggings.

INSERT INTO crm_tenant SELECT n, 'tenant-' || n, initcap(bench.words(n, 2)), bench.pick(n, 1, 10) < 3 FROM generate_series(1, 250) AS n;

INSERT INTO auth_user
SELECT n, 'pbkdf2$' || md5('pw' || n), CASE WHEN bench.pick(n, 2, 10) < 8 THEN bench.ago(bench.skewed(n, 3, 400000)) END, n = 1, 'user' || n, 'User' || n || '@Corp' || n % 90 || '.test',
	bench.pick(n, 4, 100) < 2, bench.pick(n, 5, 100) < 93, 1 + bench.skewed(n, 6, 250), bench.ago((6001 - n) * 90)
FROM generate_series(1, 6000) AS n;

INSERT INTO django_content_type SELECT n, 'crm', ('{company,contact,deal,activity,invoice,tenant,note,tag}'::text[])[n] FROM generate_series(1, 8) AS n;

INSERT INTO django_session SELECT md5('s' || n) || left(md5('t' || n), 8), md5('a' || n) || md5('b' || n) || md5('c' || n), bench.ago((60001 - n) - 20160) FROM generate_series(1, 60000) AS n;

INSERT INTO crm_company
SELECT n, 1 + bench.skewed(n, 7, 250), initcap(bench.words(n, 3)), ('{US,DE,FR,GB,NL,SE,CH,JP}'::text[])[1 + bench.skewed(n, 8, 8)], CASE WHEN bench.pick(n, 9, 10) < 8 THEN 1 + bench.skewed(n, 10, 6000) END,
	CASE WHEN bench.pick(n, 11, 100) < 6 THEN 1 + bench.pick(n, 12, 25000) END, bench.ago((25001 - n) * 20)
FROM generate_series(1, 25000) AS n;

INSERT INTO crm_contact
SELECT n, CASE WHEN company IS NULL THEN 1 + bench.skewed(n, 13, 250) ELSE 1 + bench.skewed(company, 7, 250) END, company, initcap(bench.word(n, 1)), initcap(bench.word(n, 2)) || n % 700,
	bench.word(n, 1) || '.' || n || '@Example' || n % 40 || '.test', bench.pick(n, 14, 10) < 6, bench.ago((80001 - n) * 6), CASE WHEN bench.pick(n, 15, 10) < 4 THEN bench.ago(bench.skewed(n, 16, 300000)) END
FROM generate_series(1, 80000) AS n, LATERAL (SELECT CASE WHEN bench.pick(n, 17, 10) < 8 THEN 1 + bench.skewed(n, 18, 25000) END AS company) AS c;

INSERT INTO crm_deal
SELECT n, 1 + bench.skewed(company, 7, 250), company, CASE WHEN bench.pick(n, 19, 10) < 9 THEN 1 + bench.skewed(n, 20, 6000) END, initcap(bench.words(n, 3)), stage, 100 + bench.skewed(n, 21, 90000),
	CASE WHEN bench.pick(n, 22, 10) < 7 THEN (at + make_interval(days => bench.pick(n, 23, 120)))::date END, at, at + make_interval(mins => bench.skewed(n, 24, 60000))
FROM generate_series(1, 60000) AS n, bench.ago((60001 - n) * 8) AS at, LATERAL (SELECT 1 + bench.skewed(n, 25, 25000) AS company) AS c,
	LATERAL (SELECT CASE WHEN bench.pick(n, 26, 100) < 50 THEN 6 WHEN bench.pick(n, 26, 100) < 88 THEN 5 ELSE 1 + bench.pick(n, 27, 4) END AS stage) AS s;

INSERT INTO crm_activity
SELECT n, 1 + bench.skewed(n, 28, 250), type, 1 + bench.skewed(n, 30, CASE type WHEN 1 THEN 25000 WHEN 2 THEN 80000 ELSE 60000 END), CASE WHEN bench.pick(n, 31, 10) < 9 THEN 1 + bench.skewed(n, 32, 6000) END,
	('{email,call,note,meeting,task}'::text[])[kind], bench.words(n, 4), CASE WHEN kind = 5 THEN bench.ago((260001 - n) * 2 - 4000) END, kind < 5 OR bench.pick(n, 34, 100) < 85, bench.ago((260001 - n) * 2)
FROM generate_series(1, 260000) AS n, LATERAL (SELECT 1 + bench.skewed(n, 29, 3) AS type, 1 + bench.pick(n, 33, 5) AS kind) AS k;

INSERT INTO crm_invoice
SELECT n, 1 + bench.skewed(n, 35, 250), CASE WHEN bench.pick(n, 36, 10) < 9 THEN 1 + bench.pick(n, 37, 60000) END, 'INV-' || n, 50 + bench.skewed(n, 38, 40000), at::date, CASE WHEN bench.pick(n, 39, 100) < 96 THEN at + interval '12 days' END
FROM generate_series(1, 60000) AS n, bench.ago((60001 - n) * 8) AS at;

INSERT INTO taggit_taggeditem SELECT n, 1 + bench.skewed(n, 40, 900), 1 + bench.skewed(n, 41, 3), 1 + bench.pick(n, 42, 60000) FROM generate_series(1, 120000) AS n;

SELECT setval(pg_get_serial_sequence(t, 'id'), 1000000) FROM unnest(ARRAY['crm_company', 'crm_contact', 'crm_deal', 'crm_activity', 'crm_invoice', 'taggit_taggeditem']) AS t;
