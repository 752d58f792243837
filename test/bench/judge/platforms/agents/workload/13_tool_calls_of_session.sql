\set x random(1, 60000)
SELECT t.tool_name, t.status, t.duration_ms FROM runs r JOIN tool_calls t ON t.run_id = r.id WHERE r.session_id = md5('s' || :x)::uuid ORDER BY t.created_at;
