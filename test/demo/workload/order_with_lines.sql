-- weight 10
\set order random(1, 150000)
SELECT /* order with lines */ o.id, o.total, l.quantity, l.price, p.name
  FROM orders o JOIN order_lines l ON l.order_id = o.id JOIN products p ON p.id = l.product_id
 WHERE o.id = :order;
