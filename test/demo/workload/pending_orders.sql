-- weight 6
SELECT /* pending orders */ id, customer_id, created_at FROM orders WHERE status = 'pending' ORDER BY created_at LIMIT 20;
