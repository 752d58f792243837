-- weight 3
\set day random(1, 170)
SELECT /* failed payments */ count(*) FROM events
 WHERE type = 'payment_failed' AND occurred_at >= timestamptz '2025-07-01' + :day * interval '1 day'
   AND occurred_at < timestamptz '2025-07-01' + (:day + 1) * interval '1 day';
