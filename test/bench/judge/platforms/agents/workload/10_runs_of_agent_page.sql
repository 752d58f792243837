\set x random(1, 6000)
\set d random(10, 180)
SELECT id, status, queued_at, tokens FROM runs WHERE agent_id = md5('a' || :x)::uuid AND (queued_at, id) < (timestamptz '2023-12-01 00:00+00' + :d * interval '1 day', 'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid) ORDER BY queued_at DESC, id DESC LIMIT 50;
