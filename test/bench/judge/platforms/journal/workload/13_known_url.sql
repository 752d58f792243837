\set x random(1, 90000)
SELECT id, status FROM scraped_contents WHERE url IN ('https://site1.example/' || substr(md5('l' || (:x / 40)), 1, 6) || '/' || md5('d' || :x), 'https://site2.example/' || substr(md5('l' || (:x / 40)), 1, 6) || '/' || md5('d' || :x));
