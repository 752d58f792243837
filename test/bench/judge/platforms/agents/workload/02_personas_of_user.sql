\set x random(1, 20000)
SELECT id, name, traits FROM personas WHERE user_id = md5('u' || :x)::uuid ORDER BY created_at;
