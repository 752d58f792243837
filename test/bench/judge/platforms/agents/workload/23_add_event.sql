\set x random(1, 150000)
\set n random(10, 1000000)
INSERT INTO run_events (run_id, seq, type, payload) VALUES (md5('r' || :x)::uuid, :n, 'token', '{"step": 9}') ON CONFLICT DO NOTHING;
