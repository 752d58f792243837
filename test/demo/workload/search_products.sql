-- weight 8
\set model random(1000, 9999)
SELECT /* search products */ id, name, price FROM products WHERE name ILIKE '%kx-' || :model::text || '%' LIMIT 20;
