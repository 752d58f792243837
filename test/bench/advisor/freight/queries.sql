-- name: a01_prices_by_state
SELECT returned, state, sum(quantity), sum(price), sum(price * (1 - discount)), avg(quantity), avg(price), count(*) FROM piece WHERE sent_on <= date '2025-08-01' GROUP BY returned, state ORDER BY returned, state;
-- name: a02_cheapest_offer
SELECT c.balance, c.name, d.name, p.product_id, p.maker, c.remark FROM product p JOIN offer o USING (product_id) JOIN carrier c USING (carrier_id) JOIN depot d USING (depot_id) JOIN zone z USING (zone_id)
WHERE p.weight = 15 AND p.packing LIKE '%drum' AND z.name = 'zone 3'
  AND o.cost = (SELECT min(o2.cost) FROM offer o2 JOIN carrier c2 USING (carrier_id) JOIN depot d2 USING (depot_id) JOIN zone z2 USING (zone_id) WHERE o2.product_id = p.product_id AND z2.name = 'zone 3')
ORDER BY c.balance DESC, d.name, c.name, p.product_id LIMIT 100;
-- name: a03_unsent_value
SELECT b.booking_id, sum(i.price * (1 - i.discount)) AS revenue, b.booked_on, b.priority FROM client k JOIN booking b USING (client_id) JOIN piece i USING (booking_id)
WHERE k.segment = 'building' AND b.booked_on < date '2022-03-15' AND i.sent_on > date '2022-03-15' GROUP BY b.booking_id, b.booked_on, b.priority ORDER BY revenue DESC, b.booked_on LIMIT 10;
-- name: a04_late_by_priority
SELECT priority, count(*) FROM booking b WHERE booked_on >= date '2021-07-01' AND booked_on < date '2021-10-01'
  AND EXISTS (SELECT FROM piece i WHERE i.booking_id = b.booking_id AND i.due_on < i.received_on) GROUP BY priority ORDER BY priority;
-- name: a05_local_revenue
SELECT d.name, sum(i.price * (1 - i.discount)) AS revenue FROM client k JOIN booking b USING (client_id) JOIN piece i USING (booking_id) JOIN carrier c ON c.carrier_id = i.carrier_id AND c.depot_id = k.depot_id
JOIN depot d ON d.depot_id = c.depot_id JOIN zone z USING (zone_id) WHERE z.name = 'zone 2' AND b.booked_on >= date '2022-01-01' AND b.booked_on < date '2023-01-01' GROUP BY d.name ORDER BY revenue DESC;
-- name: a06_discounts
SELECT sum(price * discount) FROM piece WHERE sent_on >= date '2022-01-01' AND sent_on < date '2023-01-01' AND discount BETWEEN 0.05 AND 0.07 AND quantity < 12;
-- name: a07_between_depots
SELECT dc.name, dk.name, extract(year FROM i.sent_on) AS y, sum(i.price * (1 - i.discount)) FROM carrier c JOIN piece i USING (carrier_id) JOIN booking b USING (booking_id) JOIN client k USING (client_id)
JOIN depot dc ON dc.depot_id = c.depot_id JOIN depot dk ON dk.depot_id = k.depot_id
WHERE ((dc.name = 'depot 7' AND dk.name = 'depot 21') OR (dc.name = 'depot 21' AND dk.name = 'depot 7')) AND i.sent_on BETWEEN date '2021-01-01' AND date '2022-12-31' GROUP BY 1, 2, 3 ORDER BY 1, 2, 3;
-- name: a08_share_of_depot
SELECT y, sum(CASE WHEN depot = 'depot 12' THEN volume ELSE 0 END) / sum(volume) FROM (
  SELECT extract(year FROM b.booked_on) AS y, i.price * (1 - i.discount) AS volume, dc.name AS depot FROM product p JOIN piece i USING (product_id) JOIN carrier c USING (carrier_id) JOIN booking b USING (booking_id)
  JOIN client k USING (client_id) JOIN depot dk ON dk.depot_id = k.depot_id JOIN zone z ON z.zone_id = dk.zone_id JOIN depot dc ON dc.depot_id = c.depot_id
  WHERE z.name = 'zone 4' AND b.booked_on BETWEEN date '2021-01-01' AND date '2022-12-31' AND p.kind = 'kind 14' AND p.brand = 'brand 14') AS x GROUP BY y ORDER BY y;
-- name: a09_profit_of_greens
SELECT d.name, extract(year FROM b.booked_on) AS y, sum(i.price * (1 - i.discount) - o.cost * i.quantity) FROM product p JOIN piece i USING (product_id) JOIN offer o ON o.product_id = i.product_id AND o.carrier_id = i.carrier_id
JOIN carrier c ON c.carrier_id = i.carrier_id JOIN booking b USING (booking_id) JOIN depot d USING (depot_id) WHERE p.name LIKE '%green%' GROUP BY 1, 2 ORDER BY 1, 2 DESC;
-- name: a10_returned_value
SELECT k.client_id, k.name, sum(i.price * (1 - i.discount)) AS lost, k.balance, d.name, k.phone FROM client k JOIN booking b USING (client_id) JOIN piece i USING (booking_id) JOIN depot d USING (depot_id)
WHERE b.booked_on >= date '2022-10-01' AND b.booked_on < date '2023-01-01' AND i.returned = 'R' GROUP BY k.client_id, k.name, k.balance, d.name, k.phone ORDER BY lost DESC LIMIT 20;
-- name: a11_important_offers
SELECT o.product_id, sum(o.cost * o.available) AS value FROM offer o JOIN carrier c USING (carrier_id) JOIN depot d USING (depot_id) WHERE d.name = 'depot 9' GROUP BY o.product_id
HAVING sum(o.cost * o.available) > (SELECT sum(o.cost * o.available) * 0.001 FROM offer o JOIN carrier c USING (carrier_id) JOIN depot d USING (depot_id) WHERE d.name = 'depot 9') ORDER BY value DESC;
-- name: a12_modes
SELECT i.mode, sum(CASE WHEN b.priority IN ('1-urgent', '2-high') THEN 1 ELSE 0 END), sum(CASE WHEN b.priority NOT IN ('1-urgent', '2-high') THEN 1 ELSE 0 END) FROM booking b JOIN piece i USING (booking_id)
WHERE i.mode IN ('mail', 'ship') AND i.due_on < i.received_on AND i.sent_on < i.due_on AND i.received_on >= date '2022-01-01' AND i.received_on < date '2023-01-01' GROUP BY i.mode ORDER BY i.mode;
-- name: a13_clients_by_bookings
SELECT n, count(*) FROM (SELECT k.client_id, count(b.booking_id) AS n FROM client k LEFT JOIN booking b ON b.client_id = k.client_id AND b.remark NOT LIKE '%special%requests%' GROUP BY k.client_id) AS x GROUP BY n ORDER BY 2 DESC, 1 DESC;
-- name: a14_share_of_kind
SELECT 100.0 * sum(CASE WHEN p.kind = 'kind 3' THEN i.price * (1 - i.discount) ELSE 0 END) / sum(i.price * (1 - i.discount)) FROM piece i JOIN product p USING (product_id) WHERE i.sent_on >= date '2023-09-01' AND i.sent_on < date '2023-10-01';
-- name: a15_top_carrier
WITH r AS (SELECT carrier_id, sum(price * (1 - discount)) AS total FROM piece WHERE sent_on >= date '2023-01-01' AND sent_on < date '2023-04-01' GROUP BY carrier_id)
SELECT c.carrier_id, c.name, r.total FROM carrier c JOIN r USING (carrier_id) WHERE r.total = (SELECT max(total) FROM r) ORDER BY 1;
-- name: a16_offers_without_complaints
SELECT p.brand, p.kind, p.weight, count(DISTINCT o.carrier_id) AS n FROM offer o JOIN product p USING (product_id) WHERE p.brand <> 'brand 4' AND p.kind NOT LIKE 'kind 1%' AND p.weight IN (49, 14, 23, 45, 19, 3, 36, 9)
  AND o.carrier_id NOT IN (SELECT carrier_id FROM carrier WHERE remark LIKE '%regular%complaints%') GROUP BY 1, 2, 3 ORDER BY n DESC, 1, 2, 3;
-- name: a17_small_quantities
SELECT sum(i.price) / 7.0 FROM piece i JOIN product p USING (product_id) WHERE p.brand = 'brand 23' AND p.packing = 'medium box' AND p.weight = 10
  AND i.quantity < (SELECT 0.2 * avg(i2.quantity) FROM piece i2 WHERE i2.product_id = p.product_id);
-- name: a18_large_bookings
SELECT k.name, k.client_id, b.booking_id, b.booked_on, b.total, sum(i.quantity) FROM client k JOIN booking b USING (client_id) JOIN piece i USING (booking_id)
WHERE b.booking_id IN (SELECT booking_id FROM piece GROUP BY booking_id HAVING sum(quantity) > 320) GROUP BY 1, 2, 3, 4, 5 ORDER BY b.total DESC, b.booked_on LIMIT 100;
-- name: a19_any_of_three
SELECT sum(i.price * (1 - i.discount)) FROM piece i JOIN product p USING (product_id) WHERE i.mode IN ('air', 'rail') AND i.handling = 'by hand' AND (
  (p.brand = 'brand 12' AND p.packing IN ('small case', 'small box', 'small pack') AND i.quantity BETWEEN 1 AND 11 AND p.weight BETWEEN 1 AND 5) OR
  (p.brand = 'brand 23' AND p.packing IN ('medium bag', 'medium box', 'medium pack') AND i.quantity BETWEEN 10 AND 20 AND p.weight BETWEEN 1 AND 10) OR
  (p.brand = 'brand 5' AND p.packing IN ('large case', 'large box', 'large pack') AND i.quantity BETWEEN 20 AND 30 AND p.weight BETWEEN 1 AND 15));
-- name: a20_excess
SELECT c.name, c.balance FROM carrier c JOIN depot d USING (depot_id) WHERE d.name = 'depot 3' AND c.carrier_id IN (SELECT o.carrier_id FROM offer o WHERE o.product_id IN (SELECT product_id FROM product WHERE name LIKE 'forest smoke 12%')
  AND o.available > (SELECT 0.5 * sum(i.quantity) FROM piece i WHERE i.product_id = o.product_id AND i.carrier_id = o.carrier_id AND i.sent_on >= date '2022-01-01' AND i.sent_on < date '2023-01-01')) ORDER BY c.name;
-- name: a21_who_kept_waiting
SELECT c.name, count(*) AS n FROM carrier c JOIN piece i1 USING (carrier_id) JOIN booking b USING (booking_id) JOIN depot d USING (depot_id) WHERE b.state = 'F' AND i1.received_on > i1.due_on AND d.name = 'depot 20'
  AND EXISTS (SELECT FROM piece i2 WHERE i2.booking_id = i1.booking_id AND i2.carrier_id <> i1.carrier_id)
  AND NOT EXISTS (SELECT FROM piece i3 WHERE i3.booking_id = i1.booking_id AND i3.carrier_id <> i1.carrier_id AND i3.received_on > i3.due_on) GROUP BY c.name ORDER BY n DESC, c.name LIMIT 100;
-- name: a22_sleeping_clients
SELECT substr(phone, 1, 2) AS code, count(*), sum(balance) FROM client k WHERE substr(phone, 1, 2) IN ('13', '31', '23', '29', '30', '18', '17') AND balance > (SELECT avg(balance) FROM client WHERE balance > 0 AND substr(phone, 1, 2) IN ('13', '31', '23', '29', '30', '18', '17'))
  AND NOT EXISTS (SELECT FROM booking b WHERE b.client_id = k.client_id) GROUP BY 1 ORDER BY 1;
