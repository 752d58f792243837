\set x random(0, 1999)
SELECT id, name, slug FROM authors WHERE lower(name) LIKE translate(substr(md5('w' || :x), 1, 4), '0123456789', 'ghklmnprst') || '%' ORDER BY name LIMIT 10;
