\set x random(1, 25000)
\set y random(20000, 120000)
SELECT id, title, mood, created_at FROM entries WHERE journal_id = :x AND deleted_at IS NULL AND (created_at, id) < (timestamptz '2022-06-01 00:00+00' + :y * interval '526 seconds', :y) ORDER BY created_at DESC, id DESC LIMIT 20;
