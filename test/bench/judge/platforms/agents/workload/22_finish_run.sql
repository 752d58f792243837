\set x random(1, 150000)
UPDATE runs SET tokens = tokens + 1 WHERE id = md5('r' || :x)::uuid;
