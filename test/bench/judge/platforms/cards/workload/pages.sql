-- transactions: 100
\set n random(1, 1000000)
\set u random(1, 15000)
\set card random(1, 5000)
\set set random(1, 60)
SELECT 1 + bench.skewed(:n, 7, 15000) AS collector, 1 + bench.skewed(:n, 13, 5000) AS listed_card, 1 + bench.skewed(:n, 12, 15000) AS seller,
	60001 - (1 + bench.skewed(:n, 18, 60000)) AS listing, bench.say('collector' || :u::int || '@cards.test') AS email, bench.say('nick_' || :u::int) AS nick,
	bench.say((bench.ago(40000))::date::text) AS since_day \gset
-- sign in
SELECT users.* FROM users WHERE lower(users.email) = :email LIMIT 1;
-- a profile by nickname
SELECT users.id, users.nickname, users.reputation FROM users WHERE users.nickname = :nick LIMIT 1;
-- has the user this card
SELECT 1 AS one FROM collection_items WHERE user_id = :collector AND card_id = :card LIMIT 1;
-- a collection with its cards
SELECT i.id, i.quantity, c.name FROM collection_items AS i INNER JOIN cards AS c ON c.id = i.card_id WHERE i.user_id = :collector ORDER BY c.name LIMIT 25;
-- size of a collection
SELECT sum(quantity) FROM collection_items WHERE user_id = :collector;
-- active listings of a card, cheapest first
SELECT * FROM listings WHERE card_id = :listed_card AND state = 'active' ORDER BY price_cents ASC LIMIT 20;
-- the lowest price of a card
SELECT min(price_cents) FROM listings WHERE card_id = :listed_card AND state = 'active';
-- the newest listings
SELECT id, card_id, price_cents FROM listings WHERE state = 'active' ORDER BY created_at DESC LIMIT 24;
-- featured listings
SELECT id, card_id, price_cents FROM listings WHERE featured = true ORDER BY created_at DESC LIMIT 12;
-- listings of a seller
SELECT id, card_id, state, price_cents FROM listings WHERE seller_id = :seller ORDER BY created_at DESC LIMIT 20;
-- the highest bids of a listing
SELECT b.id, b.amount_cents, u.nickname FROM bids AS b INNER JOIN users AS u ON u.id = b.bidder_id WHERE b.listing_id = :listing ORDER BY b.amount_cents DESC LIMIT 5;
-- bids of a user with their listings
SELECT b.id, b.amount_cents, l.state FROM bids AS b INNER JOIN listings AS l ON l.id = b.listing_id WHERE b.bidder_id = :u ORDER BY b.created_at DESC LIMIT 10;
-- price history of a card
SELECT price_date, market_cents FROM prices WHERE card_id = :card AND price_date >= :since_day ORDER BY price_date;
-- the latest price of a card
SELECT market_cents FROM prices WHERE card_id = :card ORDER BY price_date DESC LIMIT 1;
-- who watches a listing
SELECT user_id FROM watches WHERE watchable_type = 'Listing' AND watchable_id = :listing;
-- what a user watches
SELECT watchable_type, watchable_id FROM watches WHERE user_id = :u ORDER BY created_at DESC;
-- rare cards of a set
SELECT id, name FROM cards WHERE card_set_id = :set AND rarity = 4 ORDER BY number;
-- the sets
SELECT id, code, name FROM card_sets ORDER BY released_on DESC;
