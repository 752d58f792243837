-- weight 6
\set after random(1, 20000)
SELECT /* browse category */ id, name, price FROM products WHERE category = 'storage' AND active AND id > :after ORDER BY id LIMIT 24;
