-- weight 4
\set customer random(1, 40000)
\set product random(1, 19999)
\set cents random(500, 30000)
BEGIN;
INSERT /* place order */ INTO orders (customer_id, status, total, created_at) VALUES (:customer, 'pending', :cents / 100.0, now()) RETURNING id AS new_order \gset
INSERT /* place order lines */ INTO order_lines (order_id, product_id, quantity, price) VALUES (:new_order, :product, 1, 19.90), (:new_order, :product + 1, 2, 7.50);
COMMIT;
