-- 60 sets, 5,000 cards, 15,000 users, 120,000 collection items, 60,000 listings, 90,000 bids, 200,000 prices, 50,000 watches.

INSERT INTO card_sets (code, name, released_on) SELECT 'S' || n, 'Set ' || n, (bench.ago((61 - n) * 60000))::date FROM generate_series(1, 60) AS n;

INSERT INTO cards (card_set_id, number, name, rarity, colors, mana_cost, banned)
SELECT 1 + (n % 60), n / 60, initcap(bench.words(n, 2)) || ' ' || n, bench.skewed(n, 1, 5),
	ARRAY[('{white,blue,black,red,green}'::text[])[1 + bench.pick(n, 2, 5)]], bench.pick(n, 3, 8), bench.pick(n, 4, 200) = 0
FROM generate_series(1, 5000) AS n;

INSERT INTO users (email, nickname, reputation, confirmed_at, created_at, updated_at)
SELECT 'Collector' || n || '@cards.test', 'nick_' || n, bench.skewed(n, 5, 5000), CASE WHEN bench.pick(n, 6, 100) < 95 THEN at END, at, at
FROM generate_series(1, 15000) AS n, bench.ago((15001 - n) * 50) AS at;

INSERT INTO collection_items (user_id, card_id, condition, foil, quantity, created_at)
SELECT 1 + bench.skewed(n, 7, 15000), 1 + bench.pick(n, 8, 5000), bench.skewed(n, 9, 5), bench.pick(n, 10, 100) < 8, 1 + bench.skewed(n, 11, 8), bench.ago((120001 - n) * 6)
FROM generate_series(1, 120000) AS n;

INSERT INTO listings (seller_id, card_id, state, price_cents, condition, featured, expires_at, sold_at, created_at)
SELECT 1 + bench.skewed(n, 12, 15000), 1 + bench.skewed(n, 13, 5000), state, 20 + bench.skewed(n, 15, 50000), bench.skewed(n, 16, 5),
	state = 'active' AND bench.pick(n, 17, 100) < 3, at + interval '30 days', CASE WHEN state = 'sold' THEN at + interval '5 days' END, at
FROM generate_series(1, 60000) AS n, bench.ago((60001 - n) * 12) AS at,
	LATERAL (SELECT CASE WHEN n > 57000 THEN 'active' WHEN bench.pick(n, 14, 100) < 60 THEN 'sold' WHEN bench.pick(n, 14, 100) < 95 THEN 'expired' ELSE 'cancelled' END AS state) AS s;

INSERT INTO bids (listing_id, bidder_id, amount_cents, created_at)
SELECT 60001 - (1 + bench.skewed(n, 18, 60000)), 1 + bench.pick(n, 19, 15000), 20 + bench.skewed(n, 20, 50000), bench.ago((90001 - n) * 8)
FROM generate_series(1, 90000) AS n;

INSERT INTO prices (card_id, price_date, market_cents)
SELECT 1 + n % 5000, (bench.ago(n / 5000 * 1440))::date, 50 + bench.skewed(n, 21, 30000) FROM generate_series(0, 199999) AS n;

INSERT INTO watches
SELECT 1 + bench.pick(n, 22, 15000), CASE WHEN bench.pick(n, 23, 10) < 7 THEN 'Listing' ELSE 'Card' END,
	CASE WHEN bench.pick(n, 23, 10) < 7 THEN 1 + bench.pick(n, 24, 60000) ELSE 1 + bench.skewed(n, 24, 5000) END, bench.ago(bench.pick(n, 25, 300000))
FROM generate_series(1, 50000) AS n;
