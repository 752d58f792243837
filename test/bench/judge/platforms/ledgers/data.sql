-- 6 plans, 10,000 accounts, 20,000 keys, 300,000 usage events, 60,000 transfers, 120,000 entries, 40,000 invoices.

INSERT INTO plans SELECT 'plan-' || n, n * 20, n <> 6 FROM generate_series(1, 6) AS n;

INSERT INTO accounts
SELECT bench.id('account', n), 'plan-' || (1 + bench.skewed(n, 1, 6)), initcap(bench.words(n, 2)), 'Billing' || n || '@corp.test',
	('{US,DE,FR,GB,JP,BR,IN,CA}'::text[])[1 + bench.skewed(n, 2, 8)],
	CASE WHEN bench.pick(n, 3, 1000) < 940 THEN 'active' WHEN bench.pick(n, 3, 1000) < 995 THEN 'closed' ELSE 'suspended' END,
	bench.skewed(n, 4, 100000) - 1000, bench.ago((10001 - n) * 80), CASE WHEN bench.pick(n, 3, 1000) BETWEEN 940 AND 994 THEN bench.ago(bench.pick(n, 5, 100000)) END
FROM generate_series(1, 10000) AS n;

INSERT INTO api_keys
SELECT bench.id('key', n), bench.id('account', 1 + bench.skewed(n, 6, 10000)), 'pk_' || substr(md5('p' || n), 1, 8), md5('secret' || n),
	CASE WHEN n % 3 = 0 THEN '{read,write}'::text[] ELSE '{read}' END, CASE WHEN n % 4 > 0 THEN bench.ago(bench.skewed(n, 7, 300000)) END,
	CASE WHEN bench.pick(n, 8, 10) < 3 THEN bench.ago(bench.pick(n, 9, 400000) - 200000) END,
	CASE WHEN bench.pick(n, 10, 10) < 2 THEN bench.ago(bench.pick(n, 11, 200000)) END, bench.ago((20001 - n) * 40)
FROM generate_series(1, 20000) AS n;

INSERT INTO usage_events (account_id, api_key_id, metric, quantity, status_code, billed, occurred_at)
SELECT bench.id('account', 1 + bench.skewed(n, 12, 10000)), bench.id('key', 1 + bench.skewed(n, 13, 20000)),
	('{requests,tokens,storage,egress}'::text[])[1 + bench.skewed(n, 14, 4)], bench.skewed(n, 15, 10000),
	CASE WHEN bench.pick(n, 16, 1000) < 985 THEN 200 WHEN bench.pick(n, 16, 1000) < 997 THEN 429 ELSE 500 END, n < 299000, bench.ago((300001 - n) * 2)
FROM generate_series(1, 300000) AS n;

INSERT INTO transfers
SELECT bench.id('transfer', n), 'idem-' || md5('i' || n), CASE WHEN n % 5 = 0 THEN 'INV-' || lpad((n / 5)::text, 6, '0') END,
	CASE WHEN n > 59800 THEN 'pending' WHEN bench.pick(n, 17, 100) < 99 THEN 'settled' ELSE 'failed' END, bench.ago((60001 - n) * 10),
	CASE WHEN n <= 59800 THEN bench.ago((60001 - n) * 10 - 3) END
FROM generate_series(1, 60000) AS n;

INSERT INTO ledger_entries (transfer_id, account_id, side, amount, posted_at)
SELECT bench.id('transfer', (n + 1) / 2), bench.id('account', 1 + bench.skewed(n, 18, 10000)),
	CASE WHEN n % 2 = 0 THEN 'credit' ELSE 'debit' END::entry_side, bench.skewed(n, 19, 1000000) / 100.0, bench.ago((120001 - n) * 5)
FROM generate_series(1, 120000) AS n;

INSERT INTO invoices
SELECT bench.id('invoice', n), bench.id('account', 1 + bench.pick(n, 20, 10000)), 'INV-' || lpad(n::text, 6, '0'),
	CASE WHEN bench.pick(n, 21, 1000) < 970 THEN 'paid' WHEN bench.pick(n, 21, 1000) < 990 THEN 'void' ELSE 'open' END, bench.skewed(n, 22, 100000) / 100.0,
	at::date, at::date + 30, CASE WHEN bench.pick(n, 21, 1000) < 970 THEN at + interval '20 days' END
FROM generate_series(1, 40000) AS n, bench.ago((40001 - n) * 18) AS at;
