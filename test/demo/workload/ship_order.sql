-- weight 4
UPDATE /* ship oldest order */ orders SET status = 'shipped', shipped_at = now()
 WHERE id = (SELECT id FROM orders WHERE status = 'pending' ORDER BY created_at LIMIT 1 FOR UPDATE SKIP LOCKED);
