-- 8,000 organisations, 30,000 members, 45,000 api keys, 32,000 ledger accounts (4 each), 90,000 transactions, 180,000 entries (2 each), 45,000 credit grants, 12,000 cards, 60,000 invoices, 130,000 lines, 4,000 webhook endpoints, 120,000 deliveries, 110,000 audit logs.
-- The organisation of transaction n is o = 1 + skewed(n, 40, 400) * 20 + pick(n, 41, 20); its entries are 2n - 1 and 2n, in the accounts 4 * o - n % 3 - 1 and 4 * o.

INSERT INTO organisations
SELECT bench.id('org', n), initcap(bench.words(n, 2)) || ' ' || ('{Labs,Inc,GmbH,Ltd}'::text[])[1 + bench.pick(n, 301, 4)], replace(bench.words(n, 2), ' ', '-') || '-' || n, CASE WHEN bench.pick(n, 302, 10) < 8 THEN 'billing@' || bench.word(n, 1) || n || '.test' END, ('{free,starter,growth,enterprise}'::text[])[1 + bench.skewed(n, 303, 4)], ('{active,active,active,active,active,past_due,suspended}'::text[])[1 + bench.skewed(n, 304, 7)], ('{US,DE,GB,FR,IN,BR}'::text[])[1 + bench.skewed(n, 305, 6)],
	jsonb_build_object('rate_limit', 100 * (1 + bench.pick(n, 306, 20)), 'sso', bench.pick(n, 307, 20) = 0), CASE WHEN bench.pick(n, 308, 100) < 5 THEN bench.ago(bench.pick(n, 309, 300000)) END, at, at + make_interval(mins => bench.skewed(n, 310, 100000))
FROM generate_series(1, 8000) AS n, bench.ago((8001 - n) * 110) AS at;

INSERT INTO members
SELECT bench.id('member', n), bench.id('org', o), 'Dev' || n || '@' || CASE WHEN n % 3 = 0 THEN 'Mail' ELSE bench.word(o, 1) || o END || '.test', CASE WHEN bench.pick(n, 311, 10) < 9 THEN initcap(bench.words(n, 2)) END, '$argon2id$' || md5('pw' || n), CASE WHEN n <= 8000 THEN 'owner' ELSE ('{developer,admin,billing,viewer}'::text[])[1 + bench.skewed(n, 312, 4)] END,
	CASE WHEN n > 8000 THEN at END, CASE WHEN n <= 8000 OR bench.pick(n, 313, 100) < 90 THEN at + interval '1 day' END, CASE WHEN bench.pick(n, 314, 100) < 8 THEN at + make_interval(mins => bench.pick(n, 315, 50000)) END, at
FROM generate_series(1, 30000) AS n, bench.ago((30001 - n) * 28) AS at, LATERAL (SELECT CASE WHEN n <= 8000 THEN n ELSE 1 + bench.skewed(n, 10, 400) * 20 + bench.pick(n, 11, 20) END AS o) AS x;

INSERT INTO api_keys
SELECT bench.id('key', n), bench.id('org', 1 + bench.skewed(n, 20, 400) * 20 + bench.pick(n, 21, 20)), CASE WHEN bench.pick(n, 22, 10) < 9 THEN bench.id('member', 1 + bench.skewed(n, 23, 30000)) END, bench.words(n, 2), CASE WHEN bench.pick(n, 24, 3) = 0 THEN 'tg_t' ELSE 'tg_l' END || left(md5('prefix' || n), 8), md5('key' || n) || md5('hash' || n),
	('{"{read}","{read,write}","{read,write,billing}","{admin}"}'::text[])[1 + bench.skewed(n, 25, 4)]::varchar[], CASE WHEN bench.pick(n, 24, 3) = 0 THEN 'test' ELSE 'live' END, CASE WHEN bench.pick(n, 26, 10) < 8 THEN bench.ago(LEAST((45001 - n) * 18, bench.skewed(n, 27, 300000))) END, CASE WHEN bench.pick(n, 28, 100) < 25 THEN bench.ago((45001 - n) * 18 - 525600) END, CASE WHEN bench.pick(n, 29, 100) < 35 THEN bench.ago(bench.pick(n, 30, (45001 - n) * 18)) END, bench.ago((45001 - n) * 18)
FROM generate_series(1, 45000) AS n;

INSERT INTO ledger_accounts
SELECT bench.id('account', n), bench.id('org', (n + 3) / 4), ('{receivable,cash,credits,usage}'::text[])[1 + (n + 3) % 4], CASE WHEN bench.pick((n + 3) / 4, 305, 10) < 7 THEN 'USD' ELSE 'EUR' END, round(bench.skewed(n, 35, 9000000) / 1000.0, 6), bench.ago((8001 - (n + 3) / 4) * 110)
FROM generate_series(1, 32000) AS n;

INSERT INTO ledger_transactions
SELECT bench.id('txn', n), bench.id('org', 1 + bench.skewed(n, 40, 400) * 20 + bench.pick(n, 41, 20)), k, CASE WHEN bench.pick(n, 42, 10) < 3 THEN bench.words(n, 4) END, CASE k WHEN 'payment' THEN 'invoice' WHEN 'grant' THEN 'credit_grant' END, CASE k WHEN 'payment' THEN bench.id('invoice', 1 + bench.pick(n, 44, 60000)) WHEN 'grant' THEN bench.id('grant', 1 + bench.pick(n, 44, 45000)) END, 'idem_' || md5('idem' || n), bench.ago((90001 - n) * 9)
FROM generate_series(1, 90000) AS n, LATERAL (SELECT ('{usage,payment,grant,adjustment,refund}'::text[])[1 + bench.skewed(n, 43, 5)] AS k) AS x;

INSERT INTO ledger_entries
SELECT bench.id('entry', 2 * n - s), bench.id('txn', n), bench.id('account', 4 * (1 + bench.skewed(n, 40, 400) * 20 + bench.pick(n, 41, 20)) - CASE WHEN s = 1 THEN n % 3 + 1 ELSE 0 END), CASE WHEN s = 1 THEN a ELSE -a END, bench.ago((90001 - n) * 9)
FROM generate_series(1, 90000) AS n, generate_series(0, 1) AS s, LATERAL (SELECT round((1 + bench.skewed(n, 45, 5000000)) / 10000.0, 6) AS a) AS x;

INSERT INTO credit_grants
SELECT bench.id('grant', n), bench.id('org', 1 + bench.skewed(n, 50, 400) * 20 + bench.pick(n, 51, 20)), ('{purchase,promotion,trial,goodwill}'::text[])[1 + bench.skewed(n, 52, 4)], a, CASE WHEN bench.pick(n, 53, 100) < 82 THEN 0 ELSE round(a * bench.pick(n, 54, 100) / 100, 6) END, CASE WHEN bench.pick(n, 55, 10) < 2 THEN bench.words(n, 4) END, CASE WHEN bench.pick(n, 56, 10) < 8 THEN at + interval '365 days' END, CASE WHEN bench.pick(n, 57, 100) < 4 THEN at + make_interval(mins => bench.pick(n, 58, 20000)) END, at
FROM generate_series(1, 45000) AS n, bench.ago((45001 - n) * 18) AS at, LATERAL (SELECT (5 * (1 + bench.skewed(n, 59, 200)))::numeric AS a) AS x;

INSERT INTO payment_cards
SELECT bench.id('card', n), bench.id('org', 1 + (n - 1) % 8000), ('{visa,mastercard,amex,discover}'::text[])[1 + bench.skewed(n, 60, 4)], lpad(bench.pick(n, 61, 10000)::text, 4, '0'), 1 + bench.pick(n, 62, 12), extract(year FROM bench.ago(0))::int - 1 + bench.pick(n, 63, 6), md5('fp' || bench.skewed(n, 64, 11000)), n <= 8000 AND bench.pick(n, 65, 10) < 8, CASE WHEN bench.pick(n, 66, 10) < 2 AND NOT (n <= 8000 AND bench.pick(n, 65, 10) < 8) THEN bench.ago(bench.pick(n, 67, 200000)) END, bench.ago((12001 - n) * 70)
FROM generate_series(1, 12000) AS n;

INSERT INTO invoices
SELECT bench.id('invoice', n), bench.id('org', 1 + bench.skewed(n, 70, 400) * 20 + bench.pick(n, 71, 20)), 'INV-' || lpad(n::text, 8, '0'), s, CASE WHEN bench.pick(n, 72, 10) < 7 THEN 'USD' ELSE 'EUR' END, round(bench.skewed(n, 73, 900000) / 100.0, 2), (at - interval '30 days')::date, at::date, CASE WHEN s <> 'draft' THEN at + interval '14 days' END, CASE WHEN s = 'paid' THEN at + make_interval(mins => bench.skewed(n, 74, 30000)) END, at
FROM generate_series(1, 60000) AS n, bench.ago((60001 - n) * 13) AS at, LATERAL (SELECT CASE WHEN n > 59800 THEN 'draft' WHEN n > 58500 AND bench.pick(n, 75, 10) < 6 OR bench.pick(n, 75, 1000) < 6 THEN 'open' WHEN bench.pick(n, 76, 100) < 3 THEN 'void' WHEN bench.pick(n, 76, 100) < 5 THEN 'uncollectible' ELSE 'paid' END AS s) AS x;

INSERT INTO invoice_lines
SELECT bench.id('line', n), bench.id('invoice', 1 + (n - 1) % 60000), 1 + (n - 1) / 60000, initcap(bench.words(n, 3)) || ' requests', 1 + bench.skewed(n, 80, 90000), 0.002, round((1 + bench.skewed(n, 80, 90000)) * 0.002, 2)
FROM generate_series(1, 130000) AS n;

INSERT INTO webhook_endpoints
SELECT bench.id('endpoint', n), bench.id('org', 1 + bench.skewed(n, 85, 400) * 20 + bench.pick(n, 86, 20)), 'https://' || bench.word(n, 1) || n || '.test/hooks', 'whsec_' || md5('sec' || n), ('{"{invoice.paid}","{invoice.paid,invoice.created}","{key.created,key.revoked}","{*}"}'::text[])[1 + bench.skewed(n, 87, 4)]::varchar[], bench.pick(n, 88, 10) < 9, bench.ago((4001 - n) * 200)
FROM generate_series(1, 4000) AS n;

INSERT INTO webhook_deliveries
SELECT bench.id('delivery', n), bench.id('endpoint', 1 + bench.skewed(n, 90, 400) * 10 + bench.pick(n, 91, 10)), bench.id('event', (n + 1) / 2), ('{invoice.paid,invoice.created,key.created,key.revoked,credit.low}'::text[])[1 + bench.skewed(n, 92, 5)], jsonb_build_object('object', bench.words(n, 2), 'amount', bench.pick(n, 93, 90000), 'livemode', n % 3 > 0), s, CASE s WHEN 'pending' THEN 0 WHEN 'delivered' THEN 1 + bench.skewed(n, 94, 3) WHEN 'retrying' THEN 1 + bench.pick(n, 94, 5) ELSE 8 END,
	CASE s WHEN 'delivered' THEN 200 WHEN 'pending' THEN NULL ELSE 500 + bench.pick(n, 95, 4) END, CASE WHEN s IN ('failed', 'retrying') THEN 'upstream: ' || bench.words(n, 3) END, CASE WHEN s IN ('pending', 'retrying') THEN bench.ago(bench.pick(n, 96, 400) - 100) END, CASE WHEN s = 'delivered' THEN at + make_interval(secs => bench.skewed(n, 97, 3000)) END, at
FROM generate_series(1, 120000) AS n, bench.ago((120001 - n) * 1.1) AS at, LATERAL (SELECT CASE WHEN n > 119700 THEN 'pending' WHEN n > 117000 AND bench.pick(n, 98, 10) < 2 THEN 'retrying' WHEN bench.pick(n, 98, 100) < 3 THEN 'failed' ELSE 'delivered' END AS s) AS x;

INSERT INTO audit_logs
SELECT bench.id('audit', n), bench.id('org', o), t, CASE t WHEN 'member' THEN bench.id('member', 1 + bench.skewed(n, 103, 30000)) WHEN 'api_key' THEN bench.id('key', 1 + bench.skewed(n, 103, 45000)) END, ('{invoice.viewed,key.created,key.revoked,member.invited,settings.updated,card.added,card.removed,sso.changed}'::text[])[1 + bench.skewed(n, 104, 8)], g, CASE g WHEN 'api_key' THEN bench.id('key', 1 + bench.skewed(n, 106, 45000)) WHEN 'invoice' THEN bench.id('invoice', 1 + bench.skewed(n, 106, 60000)) WHEN 'member' THEN bench.id('member', 1 + bench.skewed(n, 106, 30000)) END,
	jsonb_build_object('request_id', 'req_' || substr(md5('req' || n / 2), 1, 16), 'agent', ('{dashboard,sdk-python,sdk-node,curl}'::text[])[1 + bench.skewed(n, 107, 4)]), ('10.' || bench.pick(n, 108, 200) || '.' || bench.pick(n, 109, 250) || '.7')::inet, bench.ago((110001 - n) * 5)
FROM generate_series(1, 110000) AS n, LATERAL (SELECT 1 + bench.skewed(n, 100, 400) * 20 + bench.pick(n, 101, 20) AS o, ('{member,api_key,system}'::text[])[1 + bench.skewed(n, 102, 3)] AS t, ('{invoice,api_key,member}'::text[])[1 + bench.skewed(n, 105, 4)] AS g) AS x;
