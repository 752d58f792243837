\set x random(0, 5)
SELECT a.id, a.slug, u.display_name FROM agents a JOIN users u ON u.id = a.owner_id WHERE a.is_public AND a.status = 'active' ORDER BY a.created_at DESC LIMIT 24 OFFSET :x * 24;
