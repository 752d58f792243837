\set x random(1, 1500)
SELECT l.id, l.price, p.handle FROM listings l JOIN players p ON p.id = l.seller_id WHERE l.card_id = 'card' || :x AND l.status = 'active' ORDER BY l.price LIMIT 10;
