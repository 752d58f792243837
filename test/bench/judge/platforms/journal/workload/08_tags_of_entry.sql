\set x random(1, 90000)
SELECT g.name FROM entry_tags t JOIN tags g ON g.id = t.tag_id WHERE t.entry_id = :x ORDER BY g.name;
