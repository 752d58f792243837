SELECT id, session_id, priority FROM runs WHERE status = 'queued' ORDER BY priority DESC, queued_at LIMIT 10;
