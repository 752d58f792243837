-- weight 6
\set customer random(1, 40000)
UPDATE /* customer seen */ customers SET last_seen_at = now() WHERE id = :customer;
