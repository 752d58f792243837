-- weight 8
\set product random(1, 20000)
SELECT /* good reviews */ rating, body, created_at FROM reviews
 WHERE product_id = :product AND rating >= 4 AND deleted_at IS NULL ORDER BY created_at DESC LIMIT 5;
