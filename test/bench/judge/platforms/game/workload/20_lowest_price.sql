\set x random(1, 1500)
SELECT min(price) FROM listings WHERE card_id = 'card' || :x AND status = 'active';
