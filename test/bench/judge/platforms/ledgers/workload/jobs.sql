-- transactions: 20
\set days random(1, 300)
SELECT bench.say((bench.ago(-1440 * 10))::date::text) AS due, bench.say(bench.ago(:days * 1440)) AS since, bench.say(bench.ago(:days * 1440 - 300)) AS until,
	bench.say(bench.ago(-3000)) AS soon, bench.say(bench.ago(300)) AS hours_ago, bench.say(bench.ago(1000000)) AS long_ago \gset
-- transfers that hang
SELECT id, created_at FROM transfers WHERE state = 'pending' AND created_at < :hours_ago ORDER BY created_at LIMIT 50;
-- overdue invoices
SELECT i.id, i.number, i.total, a.billing_email FROM invoices AS i JOIN accounts AS a ON a.id = i.account_id WHERE i.status = 'open' AND i.due_on < :due ORDER BY i.due_on LIMIT 50;
-- keys that expire soon
SELECT id, account_id FROM api_keys WHERE revoked_at IS NULL AND expires_at BETWEEN :hours_ago AND :soon;
-- suspended accounts
SELECT id, name FROM accounts WHERE status = 'suspended' ORDER BY created_at;
-- the deepest debts
SELECT id, name, balance FROM accounts WHERE balance < -900 ORDER BY balance LIMIT 20;
-- the latest server errors
SELECT id, account_id, occurred_at FROM usage_events WHERE status_code >= 500 ORDER BY occurred_at DESC LIMIT 50;
-- usage of a few hours by metric
SELECT metric, count(*), sum(quantity) FROM usage_events WHERE occurred_at >= :since AND occurred_at < :until GROUP BY metric;
-- forget the oldest usage
DELETE FROM usage_events WHERE occurred_at < :long_ago;
