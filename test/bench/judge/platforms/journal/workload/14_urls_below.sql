\set x random(1, 2200)
SELECT id, url, title FROM scraped_contents WHERE url LIKE 'https://site1.example/' || substr(md5('l' || :x), 1, 6) || '/%' LIMIT 50;
