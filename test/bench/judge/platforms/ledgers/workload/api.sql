-- transactions: 100
\set n random(1, 1000000)
\set k random(1, 20000)
\set e random(1, 119000)
\set inv random(1, 12000)
\set acc random(1, 10000)
SELECT bench.say(md5('secret' || :k::int)) AS hash, bench.say(bench.id('account', 1 + bench.skewed(:n, 12, 10000))) AS account_id,
	bench.say(bench.id('account', 1 + bench.skewed(:n, 18, 10000))) AS holder_id, bench.say(bench.id('key', 1 + bench.skewed(:n, 13, 20000))) AS key_id,
	bench.say(bench.id('account', 1 + bench.pick(:n, 30, 10000))) AS payer_id, bench.say(bench.id('transfer', :e / 2 + 1)) AS transfer_id,
	bench.say('idem-' || md5('i' || :e::int)) AS idem, bench.say('INV-' || lpad(:inv::int::text, 6, '0')) AS reference,
	bench.say(bench.ago(:e * 5)) AS cursor, bench.say('billing' || :acc::int || '@corp.test') AS email, bench.say(bench.ago(43200)) AS month_ago,
	bench.say(gen_random_uuid()) AS new_id \gset
-- check a key
SELECT k.id, k.account_id, k.scopes, a.status FROM api_keys AS k JOIN accounts AS a ON a.id = k.account_id WHERE k.key_hash = :hash AND k.revoked_at IS NULL;
-- an account by key
SELECT * FROM accounts WHERE id = :account_id;
-- an account by address
SELECT id, name, status FROM accounts WHERE lower(billing_email) = :email;
-- living keys of an account
SELECT id, prefix, last_used_at FROM api_keys WHERE account_id = :account_id AND revoked_at IS NULL ORDER BY created_at DESC;
-- the latest usage of an account
SELECT id, metric, quantity, occurred_at FROM usage_events WHERE account_id = :account_id ORDER BY occurred_at DESC LIMIT 50;
-- usage of a month by metric
SELECT metric, sum(quantity) FROM usage_events WHERE account_id = :account_id AND occurred_at >= :month_ago GROUP BY metric;
-- unbilled usage of an account
SELECT coalesce(sum(quantity), 0) FROM usage_events WHERE account_id = :account_id AND billed = false;
-- when a key was used last
SELECT max(occurred_at) FROM usage_events WHERE api_key_id = :key_id;
-- statement of an account, first page
SELECT id, side, amount, posted_at FROM ledger_entries WHERE account_id = :holder_id ORDER BY posted_at DESC, id DESC LIMIT 25;
-- statement of an account, next page by key set
SELECT id, side, amount, posted_at FROM ledger_entries WHERE account_id = :holder_id AND (posted_at, id) < (:cursor, :e) ORDER BY posted_at DESC, id DESC LIMIT 25;
-- both sides of a transfer
SELECT e.id, e.side, e.amount, a.name FROM ledger_entries AS e JOIN accounts AS a ON a.id = e.account_id WHERE e.transfer_id = :transfer_id;
-- repeated request
SELECT id, state FROM transfers WHERE idempotency_key = :idem;
-- transfers for an invoice
SELECT id, state, created_at FROM transfers WHERE reference = :reference;
-- invoices of an account
SELECT id, number, status, total FROM invoices WHERE account_id = :payer_id ORDER BY period_start DESC LIMIT 12;
-- plans on offer
SELECT id, monthly_price FROM plans WHERE public ORDER BY monthly_price;
-- a metered call
INSERT INTO usage_events (account_id, api_key_id, metric, quantity, status_code, billed, occurred_at) VALUES (:account_id, :key_id, 'requests', 1, 200, true, now());
-- a key is used
UPDATE api_keys SET last_used_at = now() WHERE id = :key_id;
-- a transfer
INSERT INTO transfers (id, idempotency_key, state, created_at) VALUES (:new_id, gen_random_uuid()::text, 'settled', now());
-- its entry
INSERT INTO ledger_entries (transfer_id, account_id, side, amount, posted_at) VALUES (:new_id, :holder_id, 'debit', 10, now());
