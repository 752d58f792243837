-- weight 14
\set session random(1, 80000)
SELECT /* session by token */ id, customer_id FROM sessions WHERE token = md5(:session::text) AND closed_at IS NULL;
