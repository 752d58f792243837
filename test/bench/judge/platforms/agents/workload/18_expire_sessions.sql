\set h random(1, 120)
UPDATE sessions SET status = 'expired' WHERE status = 'active' AND expires_at < timestamptz '2024-05-25 22:00+00' + :h * interval '1 minute';
