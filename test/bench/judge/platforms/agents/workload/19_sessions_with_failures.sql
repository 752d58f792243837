\set x random(1, 20000)
SELECT s.id, s.started_at FROM sessions s WHERE s.user_id = md5('u' || :x)::uuid AND EXISTS (SELECT 1 FROM runs r WHERE r.session_id = s.id AND r.status = 'failed');
