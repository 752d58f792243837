\set x random(1, 30000)
SELECT id, card_id, price, status FROM listings WHERE seller_id = 'player' || :x ORDER BY listed_at DESC LIMIT 20;
