-- weight 4
\set cart random(1, 50000)
SELECT /* events of a cart */ id, type, occurred_at FROM events WHERE payload ->> 'cart' = 'C-' || :cart::text ORDER BY occurred_at;
