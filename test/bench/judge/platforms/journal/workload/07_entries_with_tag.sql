\set x random(1, 300)
SELECT e.id, e.title FROM entry_tags t JOIN entries e ON e.id = t.entry_id WHERE t.tag_id = :x AND e.deleted_at IS NULL ORDER BY t.entry_id DESC LIMIT 20;
