\set x random(1, 60000)
SELECT id, status, tokens, error FROM runs WHERE session_id = md5('s' || :x)::uuid ORDER BY queued_at;
