-- Customers, orders and their lines. The same numbers on every run: setseed, and one session per file.
SELECT setseed(0.42) \g /dev/null

INSERT INTO customers (email, name, country, created_at, last_seen_at, deleted_at)
SELECT (ARRAY['Anna','ben','Chloe','DAVID','Elif','farid','Greta','Hugo','Ines','Jonas'])[1 + n % 10] || '.' || n || '@Example.com',
       (ARRAY['Anna','Ben','Chloe','David','Elif','Farid','Greta','Hugo','Ines','Jonas'])[1 + n % 10] || ' ' ||
       (ARRAY['Meyer','Novak','Rossi','Dubois','Silva','Yilmaz','Kim','Okafor','Larsen'])[1 + n % 9],
       (ARRAY['DE','DE','DE','DE','FR','FR','IT','AT','CH','NL'])[1 + (random() * 9)::int],
       timestamptz '2023-01-01' + n * interval '38 minutes',
       CASE WHEN random() < 0.8 THEN timestamptz '2025-12-31' - random() * interval '300 days' END,
       CASE WHEN random() < 0.03 THEN timestamptz '2025-12-31' - random() * interval '600 days' END
  FROM generate_series(1, 40000) n;

-- Most orders were delivered long ago; a few hundred wait.
INSERT INTO orders (customer_id, status, total, note, created_at, shipped_at)
SELECT 1 + floor(40000 * random() * random())::bigint,
       CASE WHEN n > 149200 AND random() < 0.7 THEN 'pending'
            WHEN n > 146000 THEN 'shipped'
            WHEN random() < 0.02 THEN 'cancelled'
            WHEN random() < 0.01 THEN 'returned'
            ELSE 'delivered' END,
       round((5 + 300 * random() * random())::numeric, 2),
       CASE WHEN random() < 0.1 THEN 'Please leave the parcel with the neighbour at number ' || (random() * 99)::int END,
       timestamptz '2024-01-01' + n * interval '7 minutes',
       CASE WHEN n <= 149200 THEN timestamptz '2024-01-01' + n * interval '7 minutes' + interval '2 days' END
  FROM generate_series(1, 150000) n;

INSERT INTO order_lines (order_id, product_id, quantity, price)
SELECT 1 + (n * 3 / 8), 1 + floor(20000 * random() * random())::bigint, 1 + (random() * random() * 5)::int,
       round((5 + 120 * random())::numeric, 2)
  FROM generate_series(0, 399999) n;
