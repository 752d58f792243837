-- weight 4
\set order random(1000, 150000)
SELECT /* page of orders */ id, customer_id, status, created_at FROM orders
 WHERE (created_at, id) < (timestamptz '2024-01-01' + :order * interval '7 minutes', :order) ORDER BY created_at DESC, id DESC LIMIT 25;
