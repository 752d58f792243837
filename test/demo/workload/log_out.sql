-- weight 3
\set customer random(1, 40000)
UPDATE /* log out everywhere */ sessions SET closed_at = now() WHERE customer_id = :customer AND closed_at IS NULL;
