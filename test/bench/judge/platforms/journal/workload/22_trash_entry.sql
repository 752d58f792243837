\set x random(1, 120000)
UPDATE entries SET deleted_at = now() WHERE id = :x AND deleted_at IS NULL;
