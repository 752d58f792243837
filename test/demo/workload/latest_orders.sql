-- weight 10
\set customer random(1, 40000)
SELECT /* latest orders */ id, status, total, created_at FROM orders WHERE customer_id = :customer ORDER BY created_at DESC LIMIT 10;
