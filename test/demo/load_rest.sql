-- Products, sessions, reviews and the event log. The same numbers on every run: setseed, and one session per file.
SELECT setseed(0.23) \g /dev/null

INSERT INTO products (sku, name, category, price, active, attributes)
SELECT 'SKU-' || lpad(n::text, 6, '0'),
       (ARRAY['Walnut','Oak','Linen','Steel','Cotton','Ceramic','Glass','Wool'])[1 + n % 8] || ' ' ||
       (ARRAY['desk lamp','arm chair','side table','tea pot','blanket','bookshelf','wall clock','mirror','planter'])[1 + n % 9] ||
       ' KX-' || (10000 + n * 7 % 90000),
       (ARRAY['lighting','seating','tables','kitchen','bedroom','storage','decoration'])[1 + (random() * random() * 6.99)::int % 7],
       round((5 + 400 * random() * random())::numeric, 2),
       random() < 0.9,
       jsonb_build_object('colour', (ARRAY['black','white','natural','green'])[1 + n % 4], 'weight', n % 40)
  FROM generate_series(1, 20000) n;

INSERT INTO sessions (token, customer_id, created_at, closed_at)
SELECT md5(n::text), CASE WHEN random() < 0.7 THEN 1 + floor(40000 * random())::bigint END,
       timestamptz '2025-10-01' + n * interval '98 seconds',
       CASE WHEN random() < 0.9 THEN timestamptz '2025-10-01' + n * interval '98 seconds' + random() * interval '1 hour' END
  FROM generate_series(1, 80000) n;

INSERT INTO reviews (product_id, customer_id, rating, body, created_at, deleted_at)
SELECT 1 + floor(20000 * random() * random())::bigint, 1 + floor(40000 * random())::bigint,
       (ARRAY[5,5,5,4,4,4,3,2,1])[1 + (random() * 8)::int],
       'Bought it for our ' || (ARRAY['kitchen','living room','office','guest room'])[1 + n % 4] || ', ' ||
       (ARRAY['looks better than on the pictures','arrived late but in one piece','would buy it again','sent it back'])[1 + (random() * 3)::int] ||
       '. ' || repeat('It does what it should. ', (random() * 4)::int),
       timestamptz '2024-01-01' + n * interval '10 minutes',
       CASE WHEN random() < 0.05 THEN timestamptz '2025-12-31' END
  FROM generate_series(1, 100000) n;

INSERT INTO events (type, customer_id, occurred_at, payload)
SELECT CASE WHEN r < 0.70 THEN 'page_view' WHEN r < 0.90 THEN 'search' WHEN r < 0.98 THEN 'add_to_cart'
            WHEN r < 0.995 THEN 'checkout' ELSE 'payment_failed' END,
       CASE WHEN random() < 0.6 THEN 1 + floor(40000 * random())::bigint END,
       timestamptz '2025-07-01' + n * interval '1 minute',
       jsonb_build_object('cart', 'C-' || (n / 5), 'path', '/p/' || (n * 37 % 20000), 'agent', 'Mozilla/5.0', 'ms', n % 900)
  FROM (SELECT n, random() AS r FROM generate_series(1, 250000) n) s;
