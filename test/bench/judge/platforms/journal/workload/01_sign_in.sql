\set x random(1, 20000)
SELECT id, name, locale FROM members WHERE lower(email) = 'member' || :x || '@mail.example' AND deleted_at IS NULL;
