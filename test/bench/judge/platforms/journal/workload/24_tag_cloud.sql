SELECT g.name, count(*) FROM entry_tags t JOIN tags g ON g.id = t.tag_id GROUP BY g.name ORDER BY count(*) DESC LIMIT 40;
