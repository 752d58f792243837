-- transactions: 100
\set t random(1, 90000)
\set k random(1, 45000)
\set g random(1, 45000)
\set d random(1, 120000)
\set c random(1, 8000)
SELECT bench.say(gen_random_uuid()) AS txn, bench.say(gen_random_uuid()) AS entry1, bench.say(gen_random_uuid()) AS entry2, bench.say(gen_random_uuid()) AS delivery, bench.say(gen_random_uuid()) AS event, bench.say(gen_random_uuid()) AS audit, bench.say('idem_' || md5(gen_random_uuid()::text)) AS idem, bench.say(bench.id('org', org)) AS org, bench.say(bench.id('account', 4 * org)) AS account1, bench.say(bench.id('account', 4 * org - 1)) AS account2,
	bench.say(bench.id('key', :k)) AS key, bench.say(bench.id('org', 1 + bench.skewed(:k, 20, 400) * 20 + bench.pick(:k, 21, 20))) AS key_org, bench.say(bench.id('org', 1 + bench.skewed(:g, 50, 400) * 20 + bench.pick(:g, 51, 20))) AS grant_org, bench.say(bench.id('org', :c)) AS card_org, bench.say(bench.id('endpoint', 1 + bench.skewed(:d, 90, 400) * 10 + bench.pick(:d, 91, 10))) AS endpoint, bench.say(bench.id('delivery', :d)) AS done, bench.say(bench.ago(0)) AS now
FROM (SELECT 1 + bench.skewed(:t, 40, 400) * 20 + bench.pick(:t, 41, 20) AS org) AS x \gset
-- a transaction (idempotent)
INSERT INTO ledger_transactions (id, organisation_id, kind, idempotency_key, created_at) VALUES (:txn::UUID, :org::UUID, 'usage'::VARCHAR, :idem::VARCHAR, :now::TIMESTAMP WITH TIME ZONE) ON CONFLICT (organisation_id, idempotency_key) DO NOTHING RETURNING ledger_transactions.id;
-- its two entries
INSERT INTO ledger_entries (id, transaction_id, account_id, amount, created_at) VALUES (:entry1::UUID, :txn::UUID, :account1::UUID, 0.25::NUMERIC(20, 6), :now::TIMESTAMP WITH TIME ZONE), (:entry2::UUID, :txn::UUID, :account2::UUID, -0.25::NUMERIC(20, 6), :now::TIMESTAMP WITH TIME ZONE);
-- a balance
UPDATE ledger_accounts SET balance=(ledger_accounts.balance + 0.25::NUMERIC(20, 6)) WHERE ledger_accounts.id = :account1::UUID;
-- grants to burn down, the first to expire first
SELECT credit_grants.id, credit_grants.organisation_id, credit_grants.amount, credit_grants.remaining, credit_grants.expires_at FROM credit_grants WHERE credit_grants.organisation_id = :grant_org::UUID AND credit_grants.voided_at IS NULL AND credit_grants.remaining > 0 ORDER BY credit_grants.expires_at ASC NULLS LAST LIMIT 5::INTEGER FOR UPDATE;
-- a key was used
UPDATE api_keys SET last_used_at=:now::TIMESTAMP WITH TIME ZONE WHERE api_keys.id = :key::UUID;
-- another card becomes the default
UPDATE payment_cards SET is_default=false WHERE payment_cards.organisation_id = :card_org::UUID AND payment_cards.is_default IS true;
-- a delivery is queued
INSERT INTO webhook_deliveries (id, endpoint_id, event_id, event_type, payload, status, attempts, next_attempt_at, created_at) VALUES (:delivery::UUID, :endpoint::UUID, :event::UUID, 'invoice.paid'::VARCHAR, '{"amount": 12}'::JSONB, 'pending'::VARCHAR, 0::INTEGER, :now::TIMESTAMP WITH TIME ZONE, :now::TIMESTAMP WITH TIME ZONE);
-- a delivery is done
UPDATE webhook_deliveries SET status='delivered'::VARCHAR, attempts=(webhook_deliveries.attempts + 1::INTEGER), response_code=200::INTEGER, next_attempt_at=NULL, delivered_at=:now::TIMESTAMP WITH TIME ZONE WHERE webhook_deliveries.id = :done::UUID;
-- an audit record
INSERT INTO audit_logs (id, organisation_id, actor_type, actor_id, action, target_type, target_id, context, ip_address, created_at) VALUES (:audit::UUID, :key_org::UUID, 'api_key'::VARCHAR, :key::UUID, 'invoice.viewed'::VARCHAR, NULL, NULL, '{"agent": "curl"}'::JSONB, '10.1.2.7'::INET, :now::TIMESTAMP WITH TIME ZONE);
