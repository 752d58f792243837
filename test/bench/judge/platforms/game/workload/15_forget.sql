\set d random(0, 4)
DELETE FROM memories WHERE expires_at < timestamptz '2024-01-01 00:00+00' + :d * interval '1 day';
