-- weight 2
\set days random(100, 500)
SELECT /* customers to purge */ id, email FROM customers
 WHERE deleted_at IS NOT NULL AND deleted_at < timestamptz '2025-12-31' - :days * interval '1 day' ORDER BY deleted_at LIMIT 50;
