\set x random(1, 8000)
UPDATE api_keys SET last_used_at = now() WHERE key_hash = md5('secret' || :x);
