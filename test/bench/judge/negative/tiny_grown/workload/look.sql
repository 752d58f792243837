-- transactions: 300
\set c random(1, 60000)
SELECT bench.say('CODE' || :c::int) AS coupon \gset
SELECT id, used FROM coupons WHERE code = :coupon;
