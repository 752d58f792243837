-- transactions: 100
\set n random(1, 1000000)
\set u random(1, 15000)
\set card random(1, 5000)
SELECT 60001 - (1 + bench.skewed(:n, 18, 60000)) AS listing, 1 + bench.pick(:n, 30, 120000) AS item, bench.say((bench.ago(1440 * 5 + 15000))::timestamp::text) AS past \gset
-- a new listing
INSERT INTO listings (seller_id, card_id, price_cents, state, expires_at, created_at) VALUES (:u, :card, 100, 'cancelled', now(), now());
-- a bid
INSERT INTO bids (listing_id, bidder_id, amount_cents, created_at) VALUES (:listing, :u, 200, now());
-- a listing is sold
UPDATE listings SET price_cents = price_cents + 1 WHERE id = :listing;
-- one more of a card
UPDATE collection_items SET quantity = quantity + 1 WHERE id = :item;
-- stop watching
DELETE FROM watches WHERE user_id = :u AND watchable_type = 'Card' AND watchable_id = :card;
-- watch
INSERT INTO watches (user_id, watchable_type, watchable_id, created_at) VALUES (:u, 'Card', :card, now());
-- listings that have run out
SELECT id, seller_id FROM listings WHERE state = 'active' AND expires_at < :past ORDER BY expires_at LIMIT 100;
