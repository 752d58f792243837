\set x random(1, 20000)
SELECT id, slug, model, updated_at FROM agents WHERE owner_id = md5('u' || :x)::uuid AND status = 'active' ORDER BY updated_at DESC LIMIT 20;
