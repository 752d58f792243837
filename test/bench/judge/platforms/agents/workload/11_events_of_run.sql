\set x random(1, 40000)
SELECT seq, type, payload FROM run_events WHERE run_id = md5('r' || :x)::uuid AND seq > 1 ORDER BY seq LIMIT 100;
