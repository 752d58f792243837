-- A name that ends with @ is a statement for each channel, which is put in the place of @.
-- name: b01_brands_in_november_@
SELECT d.year, i.brand, sum(s.price) AS total FROM day d JOIN sold_@ s USING (day_id) JOIN item i USING (item_id) WHERE i.maker = 28 AND d.month = 11 GROUP BY d.year, i.brand ORDER BY d.year, total DESC LIMIT 100;
-- name: b02_much_returned_@
WITH r AS (SELECT person_id, store_id, sum(amount) AS total FROM back_@ JOIN day USING (day_id) WHERE year = 2021 AND month = 3 GROUP BY person_id, store_id)
SELECT p.first_name, p.last_name FROM r JOIN store USING (store_id) JOIN person p USING (person_id) WHERE state = 'S2' AND r.total > (SELECT avg(total) * 1.2 FROM r AS r2 WHERE r2.store_id = r.store_id) ORDER BY 1, 2 LIMIT 100;
-- name: b03_averages_by_promotion_@
SELECT i.code, avg(s.quantity), avg(s.list_price), avg(s.coupon), avg(s.price) FROM sold_@ s JOIN demo c USING (demo_id) JOIN day d USING (day_id) JOIN item i USING (item_id) JOIN promo p USING (promo_id)
WHERE c.gender = 'M' AND c.married = 'S' AND c.education = 'College' AND (p.by_mail OR p.by_event) AND d.year = 2020 GROUP BY i.code ORDER BY i.code LIMIT 100;
-- name: b04_growth_of_persons_@
WITH y AS (SELECT person_id, year, sum(list_price - coupon) AS total FROM sold_@ JOIN day USING (day_id) GROUP BY person_id, year)
SELECT p.person_id, p.last_name, b.total / a.total FROM y a JOIN y b USING (person_id) JOIN person p USING (person_id) WHERE a.year = 2021 AND b.year = 2022 AND a.total > 0 AND b.total / a.total > 8 ORDER BY 3 DESC LIMIT 100;
-- name: b05_share_of_class_@
SELECT i.code, i.category, i.class, sum(s.price) AS r, sum(s.price) * 100 / sum(sum(s.price)) OVER (PARTITION BY i.class) FROM sold_@ s JOIN item i USING (item_id) JOIN day d USING (day_id)
WHERE i.category IN ('category 2', 'category 5', 'category 8') AND d.d BETWEEN date '2020-02-22' AND date '2020-03-23' GROUP BY i.code, i.category, i.class ORDER BY i.category, i.class, i.code LIMIT 100;
-- name: b06_buyers_by_education_@
SELECT c.gender, c.education, count(*) FROM person p JOIN address a USING (address_id) JOIN demo c USING (demo_id) WHERE a.county IN ('county 3', 'county 77', 'county 140')
  AND EXISTS (SELECT FROM sold_@ s JOIN day d USING (day_id) WHERE s.person_id = p.person_id AND d.year = 2022 AND d.month BETWEEN 1 AND 4) GROUP BY 1, 2 ORDER BY 1, 2 LIMIT 100;
-- name: b07_margin_rollup_@
SELECT sum(s.profit) / sum(s.price), i.category, i.class, rank() OVER (PARTITION BY i.category ORDER BY sum(s.profit) / sum(s.price)) FROM sold_@ s JOIN day d USING (day_id) JOIN item i USING (item_id) JOIN store t USING (store_id)
WHERE d.year = 2019 AND t.state = 'S4' GROUP BY ROLLUP (i.category, i.class) ORDER BY 2, 4 LIMIT 100;
-- name: b08_by_zip_@
SELECT a.zip, sum(s.price) FROM sold_@ s JOIN person p USING (person_id) JOIN address a ON a.address_id = p.address_id JOIN day d USING (day_id) WHERE (substr(a.zip, 1, 3) IN ('856', '123', '340', '777') OR s.price > 290) AND d.quarter = '2021Q2' GROUP BY a.zip ORDER BY a.zip LIMIT 100;
-- name: b09_days_until_return_@
SELECT t.name, sum(CASE WHEN r.day_id - s.day_id <= 30 THEN 1 ELSE 0 END), sum(CASE WHEN r.day_id - s.day_id BETWEEN 31 AND 60 THEN 1 ELSE 0 END), sum(CASE WHEN r.day_id - s.day_id > 60 THEN 1 ELSE 0 END)
FROM sold_@ s JOIN back_@ r ON r.ticket = s.ticket AND r.item_id = s.item_id AND r.person_id = s.person_id JOIN store t ON t.store_id = s.store_id JOIN day d ON d.day_id = r.day_id WHERE d.year = 2021 AND d.month = 8 GROUP BY t.name ORDER BY t.name;
-- name: b10_unusual_months_@
SELECT * FROM (SELECT i.manager, d.month, sum(s.price) AS total, avg(sum(s.price)) OVER (PARTITION BY i.manager) AS usual FROM item i JOIN sold_@ s USING (item_id) JOIN day d USING (day_id)
  WHERE d.year = 2020 AND i.category = 'category 3' AND i.color IN ('red', 'ivory', 'teal') GROUP BY i.manager, d.month) AS x WHERE abs(total - usual) > 0.1 * usual ORDER BY manager, month LIMIT 100;
-- name: b11_excess_coupons_@
SELECT sum(s.coupon) FROM sold_@ s JOIN item i USING (item_id) JOIN day d USING (day_id) WHERE i.maker = 77 AND d.d BETWEEN date '2021-01-27' AND date '2021-04-27'
  AND s.coupon > (SELECT 1.3 * avg(s2.coupon) FROM sold_@ s2 JOIN day d2 USING (day_id) WHERE s2.item_id = i.item_id AND d2.d BETWEEN date '2021-01-27' AND date '2021-04-27');
-- name: b12_large_tickets_@
SELECT p.last_name, p.first_name, x.ticket, x.n FROM (SELECT s.ticket, s.person_id, count(*) AS n FROM sold_@ s JOIN day d USING (day_id) JOIN store t USING (store_id) JOIN demo c USING (demo_id)
  WHERE d.weekday IN ('Monday', 'Tuesday') AND d.year = 2020 AND c.potential = '>10000' AND t.county IN ('county 3', 'county 7') GROUP BY s.ticket, s.person_id) AS x JOIN person p USING (person_id) WHERE n BETWEEN 6 AND 8 ORDER BY 1, 2, 4 DESC LIMIT 1000;
-- name: b13_weekdays_@
SELECT t.name, t.store_id, sum(CASE WHEN d.weekday = 'Sunday' THEN s.price END), sum(CASE WHEN d.weekday = 'Monday' THEN s.price END), sum(CASE WHEN d.weekday = 'Friday' THEN s.price END), sum(CASE WHEN d.weekday = 'Saturday' THEN s.price END)
FROM day d JOIN sold_@ s USING (day_id) JOIN store t USING (store_id) WHERE d.year = 2022 GROUP BY 1, 2 ORDER BY 1, 2;
-- name: b14_dear_for_their_category_@
SELECT a.state, count(*) AS n FROM address a JOIN person p USING (address_id) JOIN sold_@ s ON s.person_id = p.person_id JOIN day d USING (day_id) JOIN item i USING (item_id)
WHERE d.year = 2021 AND d.month = 1 AND d.weekday = 'Monday' AND i.price > 1.2 * (SELECT avg(j.price) FROM item j WHERE j.category = i.category) GROUP BY a.state HAVING count(*) >= 10 ORDER BY n LIMIT 100;
-- name: b15_bought_elsewhere_@
SELECT p.last_name, a.city, x.city, x.ticket, x.amount FROM (SELECT s.ticket, s.person_id, b.city, sum(s.coupon) AS amount FROM sold_@ s JOIN day d USING (day_id) JOIN store t USING (store_id) JOIN address b USING (address_id)
  WHERE d.month = 2 AND d.year IN (2019, 2020) AND t.name IN ('store 2', 'store 5') GROUP BY s.ticket, s.person_id, b.city) AS x JOIN person p USING (person_id) JOIN address a ON a.address_id = p.address_id WHERE a.city <> x.city ORDER BY 1, 4 LIMIT 100;
-- name: b16_never_returned_@
SELECT count(DISTINCT s.ticket), sum(s.price) FROM sold_@ s JOIN day d USING (day_id) JOIN address a USING (address_id) WHERE d.d BETWEEN date '2022-02-01' AND date '2022-04-01' AND a.state = 'S11'
  AND EXISTS (SELECT FROM sold_@ o WHERE o.ticket = s.ticket AND o.item_id <> s.item_id) AND NOT EXISTS (SELECT FROM back_@ r WHERE r.ticket = s.ticket);
-- name: b17_of_one_person_@
SELECT d.d, i.code, i.about, s.quantity, s.price FROM sold_@ s JOIN day d USING (day_id) JOIN item i USING (item_id) WHERE s.person_id = 4711 ORDER BY d.d DESC, i.code LIMIT 20;
-- name: b18_returned_then_bought_@
SELECT i.code, t.state, sum(s.profit), sum(r.loss), sum(w.profit) FROM sold_@ s JOIN back_@ r USING (item_id, ticket) JOIN sold_web w ON w.person_id = r.person_id AND w.item_id = r.item_id JOIN item i ON i.item_id = s.item_id JOIN store t ON t.store_id = s.store_id
  JOIN day d1 ON d1.day_id = s.day_id JOIN day d2 ON d2.day_id = r.day_id WHERE d1.year = 2020 AND d1.month = 4 AND d2.year = 2020 AND d2.month BETWEEN 4 AND 10 GROUP BY 1, 2 ORDER BY 1, 2 LIMIT 100;
-- name: b19_colors_in_all_channels
SELECT color, sum(total) FROM (SELECT i.color, sum(s.price) AS total FROM sold_shop s JOIN day d USING (day_id) JOIN item i USING (item_id) JOIN address a USING (address_id) WHERE i.size = 'petite' AND d.year = 2020 AND d.month = 2 AND a.hours = -5 GROUP BY 1
  UNION ALL SELECT i.color, sum(s.price) FROM sold_web s JOIN day d USING (day_id) JOIN item i USING (item_id) JOIN address a USING (address_id) WHERE i.size = 'petite' AND d.year = 2020 AND d.month = 2 AND a.hours = -5 GROUP BY 1
  UNION ALL SELECT i.color, sum(s.price) FROM sold_post s JOIN day d USING (day_id) JOIN item i USING (item_id) JOIN address a USING (address_id) WHERE i.size = 'petite' AND d.year = 2020 AND d.month = 2 AND a.hours = -5 GROUP BY 1) AS x GROUP BY color ORDER BY 2;
-- name: b20_persons_in_all_channels
SELECT count(*) FROM (SELECT p.last_name, p.first_name, d.d FROM sold_shop JOIN day d USING (day_id) JOIN person p USING (person_id) WHERE d.year = 2021 AND d.month < 4 INTERSECT SELECT p.last_name, p.first_name, d.d FROM sold_post JOIN day d USING (day_id) JOIN person p USING (person_id) WHERE d.year = 2021 AND d.month < 4) AS x;
-- name: b21_not_on_the_web
SELECT count(*) FROM (SELECT person_id FROM sold_shop JOIN day d USING (day_id) WHERE d.quarter = '2022Q3' EXCEPT SELECT person_id FROM sold_web JOIN day d USING (day_id) WHERE d.quarter = '2022Q3') AS x;
-- name: b22_stock_around_a_day
SELECT h.name, i.code, sum(CASE WHEN d.d < date '2020-03-11' THEN k.quantity ELSE 0 END), sum(CASE WHEN d.d >= date '2020-03-11' THEN k.quantity ELSE 0 END) FROM stock k JOIN house h USING (house_id) JOIN item i USING (item_id) JOIN day d USING (day_id)
WHERE i.price BETWEEN 0.99 AND 1.49 AND d.d BETWEEN date '2020-02-10' AND date '2020-04-10' GROUP BY 1, 2 ORDER BY 1, 2 LIMIT 100;
-- name: b23_items_on_stock_and_sold
SELECT i.code, i.about, i.price FROM item i JOIN stock k USING (item_id) JOIN day d USING (day_id) WHERE i.price BETWEEN 62 AND 63 AND i.maker IN (29, 27, 48, 23) AND d.d BETWEEN date '2020-05-25' AND date '2020-06-24' AND k.quantity BETWEEN 100 AND 500
  AND EXISTS (SELECT FROM sold_shop s WHERE s.item_id = i.item_id) GROUP BY 1, 2, 3 ORDER BY 1 LIMIT 100;
-- name: b24_best_and_worst
SELECT a.rnk, i.code AS best, j.code AS worst FROM (SELECT item_id, rank() OVER (ORDER BY avg(profit)) AS rnk FROM sold_shop WHERE store_id = 4 GROUP BY item_id) AS a JOIN (SELECT item_id, rank() OVER (ORDER BY avg(profit) DESC) AS rnk FROM sold_shop WHERE store_id = 4 GROUP BY item_id) AS b USING (rnk)
JOIN item i ON i.item_id = a.item_id JOIN item j ON j.item_id = b.item_id WHERE rnk < 11 ORDER BY rnk LIMIT 100;
