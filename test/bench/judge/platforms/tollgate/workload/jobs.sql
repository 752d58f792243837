-- transactions: 10
\set days random(30, 300)
SELECT bench.say(bench.ago(0)) AS now, bench.say(bench.ago(60)) AS hour_ago, bench.say(bench.ago(1440)) AS yesterday, bench.say(bench.ago(-10080)) AS next_week, bench.say(bench.ago(500000)) AS retention, bench.say(bench.ago(:days * 1440)) AS since, bench.say(bench.ago(:days * 1440 - 1440)) AS until \gset
-- deliveries that are due (queue)
SELECT webhook_deliveries.id, webhook_deliveries.endpoint_id, webhook_deliveries.event_type, webhook_deliveries.payload, webhook_deliveries.attempts FROM webhook_deliveries WHERE webhook_deliveries.status IN ('pending'::VARCHAR, 'retrying'::VARCHAR) AND webhook_deliveries.next_attempt_at <= :now::TIMESTAMP WITH TIME ZONE ORDER BY webhook_deliveries.next_attempt_at LIMIT 50::INTEGER FOR UPDATE SKIP LOCKED;
-- overdue invoices
SELECT invoices.id, invoices.organisation_id, invoices.number, invoices.total, invoices.due_at, organisations_1.id AS id_1, organisations_1.name, organisations_1.billing_email FROM invoices LEFT OUTER JOIN organisations AS organisations_1 ON organisations_1.id = invoices.organisation_id WHERE invoices.status = 'open'::VARCHAR AND invoices.due_at < :now::TIMESTAMP WITH TIME ZONE ORDER BY invoices.due_at LIMIT 100::INTEGER;
-- credit that expires within a week
SELECT credit_grants.id, credit_grants.organisation_id, credit_grants.remaining, credit_grants.expires_at FROM credit_grants WHERE credit_grants.voided_at IS NULL AND credit_grants.remaining > 0 AND credit_grants.expires_at BETWEEN :now::TIMESTAMP WITH TIME ZONE AND :next_week::TIMESTAMP WITH TIME ZONE ORDER BY credit_grants.expires_at;
-- transactions of a day that do not balance
SELECT ledger_entries.transaction_id, sum(ledger_entries.amount) AS sum_1 FROM ledger_entries WHERE ledger_entries.created_at >= :yesterday::TIMESTAMP WITH TIME ZONE GROUP BY ledger_entries.transaction_id HAVING sum(ledger_entries.amount) != 0;
-- audit records past retention
DELETE FROM audit_logs WHERE audit_logs.id IN (SELECT audit_logs.id FROM audit_logs WHERE audit_logs.created_at < :retention::TIMESTAMP WITH TIME ZONE ORDER BY audit_logs.created_at LIMIT 200::INTEGER);
-- revenue of a day
SELECT invoices.currency, count(*) AS count_1, sum(invoices.total) AS sum_1 FROM invoices WHERE invoices.status = 'paid'::VARCHAR AND invoices.paid_at >= :since::TIMESTAMP WITH TIME ZONE AND invoices.paid_at < :until::TIMESTAMP WITH TIME ZONE GROUP BY invoices.currency;
-- cards that expire (small)
SELECT payment_cards.id, payment_cards.organisation_id, payment_cards.last4 FROM payment_cards WHERE payment_cards.deleted_at IS NULL AND payment_cards.exp_year = extract(year FROM :now::TIMESTAMP WITH TIME ZONE)::INTEGER AND payment_cards.exp_month <= 6 AND payment_cards.brand != 'amex'::VARCHAR;
-- the trial balance (most of the table)
SELECT ledger_accounts.kind, ledger_accounts.currency, sum(ledger_entries.amount) AS sum_1 FROM ledger_entries JOIN ledger_accounts ON ledger_accounts.id = ledger_entries.account_id GROUP BY ledger_accounts.kind, ledger_accounts.currency;
