SELECT run_id, seq, payload, created_at FROM run_events WHERE type = 'error' ORDER BY created_at DESC LIMIT 50;
