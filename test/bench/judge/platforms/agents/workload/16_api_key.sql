\set x random(1, 8000)
SELECT k.id, u.id AS user_id, u.plan FROM api_keys k JOIN users u ON u.id = k.user_id WHERE k.key_hash = md5('secret' || :x) AND k.revoked_at IS NULL AND u.is_active;
