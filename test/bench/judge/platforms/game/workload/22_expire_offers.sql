\set h random(1, 48)
UPDATE listings SET status = 'expired' WHERE status = 'active' AND listed_at < timestamptz '2024-04-03 08:00+00' + :h * interval '1 hour';
