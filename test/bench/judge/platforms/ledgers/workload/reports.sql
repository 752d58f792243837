-- transactions: 6
-- accounts by plan (most of the table)
SELECT plan_id, count(*) FROM accounts WHERE status = 'active' GROUP BY plan_id;
-- usage by metric (most of the table)
SELECT metric, sum(quantity) FROM usage_events WHERE status_code = 200 GROUP BY metric;
-- revenue by month (most of the table)
SELECT date_trunc('month', paid_at) AS month, sum(total) FROM invoices WHERE status = 'paid' GROUP BY 1 ORDER BY 1;
