-- 30,000 users, 1,500 vendors, 400 categories, 60,000 products, 150,000 variants, 80,000 categorizations, 120,000 orders, 240,000 line items, 110,000 payments, 100,000 reviews, 150,000 favourites, 250,000 notifications, 220,000 versions, 100,000 attachments.
-- The product of variant v is 1 + (v - 1) % 60000; the vendor of product p is 1 + skewed(p, 2, 1500); user of order n: 1 + skewed(n, 20, 30000), except guests.

INSERT INTO users
SELECT n, 'User' || n || '@Shop' || n % 50 || '.test', '$2a$12$' || md5('pw' || n), CASE WHEN bench.pick(n, 301, 10) < 8 THEN initcap(bench.words(n, 2)) END, ('{en,de,fr,pl}'::text[])[1 + bench.skewed(n, 302, 4)], CASE WHEN bench.pick(n, 303, 100) < 3 THEN md5('reset' || n) END,
	bench.skewed(n, 304, 300), CASE WHEN bench.pick(n, 305, 10) < 8 THEN bench.ago(bench.skewed(n, 306, 500000)) END, CASE WHEN bench.pick(n, 307, 100) < 4 THEN bench.ago(bench.pick(n, 308, 300000)) END, at, at + interval '1 hour'
FROM generate_series(1, 30000) AS n, bench.ago((30001 - n) * 30) AS at;

INSERT INTO vendors
SELECT n, n * 20, initcap(bench.words(n, 2)), 'shop-' || n, ('{active,active,active,pending,suspended}'::text[])[1 + bench.pick(n, 309, 5)], CASE WHEN bench.pick(n, 310, 100) < 5 THEN bench.ago(bench.pick(n, 311, 100000)) END, bench.ago((1501 - n) * 600), bench.ago(bench.skewed(n, 312, 100000))
FROM generate_series(1, 1500) AS n;

INSERT INTO categories
SELECT r, NULL, initcap(bench.words(r, 1)), (r - 1) * 80 + 1, r * 80, bench.ago(900000), bench.ago(100000) FROM generate_series(1, 10) AS r
UNION ALL SELECT 10 + (r - 1) * 39 + k, r, initcap(bench.words(r * 50 + k, 2)), (r - 1) * 80 + 2 * k, (r - 1) * 80 + 2 * k + 1, bench.ago(800000), bench.ago(90000) FROM generate_series(1, 10) AS r, generate_series(1, 39) AS k;

INSERT INTO products
SELECT n, ('{PhysicalProduct,DigitalProduct,Bundle}'::text[])[1 + bench.skewed(n, 1, 3)], 1 + bench.skewed(n, 2, 1500), initcap(bench.words(n, 3)) || ' ' || n % 1000, replace(bench.words(n, 3), ' ', '-') || '-' || n, bench.words(n, 4) || '. ' || bench.words(n + 3, 4), s, 200 + bench.skewed(n, 4, 40000), bench.skewed(n, 5, 300),
	CASE WHEN s <> 'draft' THEN at + make_interval(mins => bench.skewed(n, 6, 9000)) END, CASE WHEN bench.pick(n, 7, 100) < 6 THEN at + make_interval(mins => bench.skewed(n, 8, 90000)) END, at, at + make_interval(mins => bench.skewed(n, 9, 90000))
FROM generate_series(1, 60000) AS n, bench.ago((60001 - n) * 15) AS at, LATERAL (SELECT CASE WHEN bench.pick(n, 3, 100) < 80 THEN 'published' WHEN bench.pick(n, 3, 100) < 92 THEN 'draft' ELSE 'archived' END AS s) AS x;

INSERT INTO variants
SELECT n, 1 + (n - 1) % 60000, 'SKU-' || upper(left(md5('sku' || n), 6)) || n, 200 + bench.skewed(1 + (n - 1) % 60000, 4, 40000) + bench.pick(n, 10, 500), CASE WHEN bench.pick(n, 11, 100) < 7 THEN bench.pick(n, 12, 4) ELSE 4 + bench.skewed(n, 13, 500) END, 1 + (n - 1) / 60000, CASE WHEN bench.pick(n, 14, 100) < 5 THEN bench.ago(bench.pick(n, 15, 90000)) END, bench.ago((150001 - n) * 6), bench.ago(bench.skewed(n, 16, 90000))
FROM generate_series(1, 150000) AS n;

INSERT INTO categorizations SELECT n, 1 + (n - 1) % 60000, 11 + bench.skewed(n, 17, 390) FROM generate_series(1, 80000) AS n;

INSERT INTO coupons
SELECT n, CASE WHEN bench.pick(n, 313, 10) < 7 THEN 1 + bench.skewed(n, 314, 1500) END, 'Save' || bench.word(n, 1) || n, 5 * (1 + bench.pick(n, 315, 8)), bench.skewed(n, 316, 500), bench.ago((3001 - n) * 250), CASE WHEN bench.pick(n, 317, 10) < 8 THEN bench.ago((3001 - n) * 250 - 43200) END, bench.ago((3001 - n) * 250), bench.ago((3001 - n) * 250)
FROM generate_series(1, 3000) AS n;

INSERT INTO orders
SELECT n, 'R' || 100000000 + n * 7, u, CASE WHEN s <> 'cart' OR u IS NOT NULL THEN 'User' || COALESCE(u, n) || '@Shop.test' END, md5('guest' || n), s, CASE WHEN bench.pick(n, 22, 100) < 8 THEN 1 + bench.skewed(n, 23, 3000) END, 2, 500 + bench.skewed(n, 24, 90000),
	CASE WHEN s NOT IN ('cart', 'address', 'payment') THEN at + make_interval(mins => bench.skewed(n, 25, 3000)) END, at, at + make_interval(mins => bench.skewed(n, 26, 20000))
FROM generate_series(1, 120000) AS n, bench.ago((120001 - n) * 8) AS at, LATERAL (SELECT CASE WHEN bench.pick(n, 21, 100) < 88 THEN 1 + bench.skewed(n, 20, 30000) END AS u,
	CASE WHEN bench.pick(n, 27, 100) < 9 THEN 'cart' WHEN bench.pick(n, 27, 100) < 11 THEN 'address' WHEN bench.pick(n, 27, 100) < 13 THEN 'payment' WHEN bench.pick(n, 27, 100) < 17 THEN 'cancelled' WHEN n > 117000 THEN 'paid' ELSE 'shipped' END AS s) AS x;

INSERT INTO line_items
SELECT n, (n + 1) / 2, v, 1 + bench.skewed(1 + (v - 1) % 60000, 2, 1500), 1 + bench.skewed(n, 29, 5), 200 + bench.skewed(1 + (v - 1) % 60000, 4, 40000), CASE WHEN n > 234000 OR bench.pick(n, 30, 1000) < 5 THEN 'pending' ELSE 'shipped' END, at, at
FROM generate_series(1, 240000) AS n, bench.ago((240001 - n) * 4) AS at, LATERAL (SELECT 1 + bench.skewed(n, 28, 150000) AS v) AS x;

INSERT INTO payments
SELECT n, 'Payment::' || ('{Card,Paypal,Voucher}'::text[])[1 + bench.skewed(n, 31, 3)], n, 500 + bench.skewed(n, 24, 90000), CASE WHEN bench.pick(n, 32, 100) < 91 THEN 'completed' WHEN bench.pick(n, 32, 100) < 99 THEN 'failed' ELSE 'pending' END, CASE WHEN bench.pick(n, 33, 10) < 9 THEN 'ch_' || md5('ch' || n) END, bench.ago((120001 - n) * 8), bench.ago((120001 - n) * 8 - 3)
FROM generate_series(1, 110000) AS n;

INSERT INTO reviews
SELECT n, CASE WHEN bench.pick(n, 34, 10) < 9 THEN 'Product' ELSE 'Vendor' END, 1 + bench.skewed(n, 35, CASE WHEN bench.pick(n, 34, 10) < 9 THEN 60000 ELSE 1500 END), 1 + bench.skewed(n, 36, 30000), 5 - bench.skewed(n, 37, 5), bench.words(n, 4) || ' ' || md5(n::text), CASE WHEN n > 99000 AND bench.pick(n, 38, 2) = 0 THEN 'pending' WHEN bench.pick(n, 38, 100) < 4 THEN 'rejected' ELSE 'approved' END,
	CASE WHEN bench.pick(n, 39, 100) < 3 THEN bench.ago(bench.pick(n, 40, 1000)) END, bench.ago((100001 - n) * 9), bench.ago((100001 - n) * 9)
FROM generate_series(1, 100000) AS n;

INSERT INTO favourites
SELECT n, 1 + bench.skewed(n, 41, 30000), CASE WHEN bench.pick(n, 42, 10) < 9 THEN 'Product' ELSE 'Vendor' END, 1 + bench.skewed(n, 43, CASE WHEN bench.pick(n, 42, 10) < 9 THEN 60000 ELSE 1500 END), bench.ago((150001 - n) * 6)
FROM generate_series(1, 150000) AS n ON CONFLICT DO NOTHING;

INSERT INTO notifications
SELECT n, ('{OrderShippedNotification,PriceDropNotification,ReviewReplyNotification,NewOrderNotification}'::text[])[1 + bench.skewed(n, 44, 4)], CASE WHEN bench.pick(n, 45, 100) < 92 THEN 'User' ELSE 'Vendor' END, 1 + bench.skewed(n, 46, CASE WHEN bench.pick(n, 45, 100) < 92 THEN 30000 ELSE 1500 END), jsonb_build_object('order_id', 1 + n / 3),
	CASE WHEN bench.pick(n, 47, 100) < 88 THEN at + make_interval(mins => bench.skewed(n, 48, 9000)) END, at, at
FROM generate_series(1, 250000) AS n, bench.ago((250001 - n) * 3.6) AS at;

INSERT INTO versions
SELECT n, t, 1 + bench.skewed(n, 50, CASE t WHEN 'Variant' THEN 150000 WHEN 'Product' THEN 60000 ELSE 120000 END), ('{update,create,destroy}'::text[])[1 + bench.skewed(n, 51, 3)], CASE WHEN bench.pick(n, 52, 10) < 6 THEN (1 + bench.skewed(n, 53, 30000))::text END, 'price_cents - ' || bench.pick(n, 54, 9000) || ' - ' || bench.words(n, 2), bench.ago((220001 - n) * 4)
FROM generate_series(1, 220000) AS n, LATERAL (SELECT ('{Variant,Product,Order}'::text[])[1 + bench.skewed(n, 49, 3)] AS t) AS x;

INSERT INTO active_storage_blobs SELECT n, md5('blob' || n), bench.word(n, 1) || '.jpg', 'image/jpeg', 1000 + bench.skewed(n, 55, 4000000), bench.ago((100001 - n) * 9) FROM generate_series(1, 100000) AS n;

INSERT INTO active_storage_attachments
SELECT n, CASE WHEN n > 98500 THEN 'logo' WHEN n > 90000 THEN 'avatar' ELSE 'images' END, CASE WHEN n > 98500 THEN 'Vendor' WHEN n > 90000 THEN 'User' ELSE 'Product' END, CASE WHEN n > 98500 THEN n - 98500 WHEN n > 90000 THEN (n - 90000) * 3 ELSE 1 + (n - 1) % 60000 END, n, bench.ago((100001 - n) * 9)
FROM generate_series(1, 100000) AS n;

SELECT setval(pg_get_serial_sequence(t, 'id'), 1000000) FROM unnest(ARRAY['users', 'products', 'variants', 'orders', 'line_items', 'payments', 'reviews', 'favourites', 'notifications', 'versions', 'active_storage_blobs', 'active_storage_attachments']) AS t;
