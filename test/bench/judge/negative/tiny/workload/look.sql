-- transactions: 1000
\set n random(1, 30)
\set c random(1, 150)
SELECT bench.say('name' || :n::int) AS setting, bench.say('CODE' || :c::int) AS coupon \gset
SELECT value FROM settings WHERE name = :setting;
SELECT code, name FROM countries WHERE continent = 'continent3' AND enabled ORDER BY name;
SELECT id, used FROM coupons WHERE code = :coupon;
SELECT count(*) FROM coupons WHERE valid_until < current_date + :c::int;
SELECT max(valid_until) FROM coupons;
