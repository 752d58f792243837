-- weight 10
\set customer 10 * random(1, 4000)
SELECT /* login */ id, name FROM customers WHERE lower(email) = lower('Anna.' || :customer::text || '@example.com') AND deleted_at IS NULL;
