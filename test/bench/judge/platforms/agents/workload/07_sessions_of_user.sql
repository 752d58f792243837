\set x random(1, 20000)
SELECT id, agent_id, status, started_at FROM sessions WHERE user_id = md5('u' || :x)::uuid ORDER BY started_at DESC LIMIT 20;
