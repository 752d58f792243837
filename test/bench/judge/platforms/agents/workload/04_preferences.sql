\set x random(1, 20000)
SELECT key, value FROM preferences WHERE user_id = md5('u' || :x)::uuid AND key IN ('theme', 'language');
