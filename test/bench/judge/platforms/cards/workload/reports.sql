-- transactions: 8
\set day random(10, 200)
SELECT bench.say((bench.ago(:day * 1440))::timestamp::text) AS from_day, bench.say((bench.ago(:day * 1440 - 2880))::timestamp::text) AS to_day \gset
-- turnover of two days
SELECT date_trunc('day', sold_at) AS day, count(*), sum(price_cents) FROM listings WHERE sold_at >= :from_day AND sold_at < :to_day GROUP BY 1 ORDER BY 1;
-- the best reputations
SELECT id, nickname, reputation FROM users ORDER BY reputation DESC LIMIT 20;
-- the most listed cards of now
SELECT c.name, count(*) FROM listings AS l JOIN cards AS c ON c.id = l.card_id WHERE l.state = 'active' GROUP BY c.name ORDER BY 2 DESC LIMIT 10;
-- listings by state (most of the table)
SELECT state, count(*) FROM listings GROUP BY state;
-- unfoiled cards by condition (most of the table)
SELECT condition, sum(quantity) FROM collection_items WHERE foil = false GROUP BY condition;
-- confirmed users (most of the table)
SELECT count(*) FROM users WHERE confirmed_at IS NOT NULL;
