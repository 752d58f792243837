\set x random(1, 20000)
SELECT p.id, p.name, u.display_name FROM users u LEFT JOIN personas p ON p.user_id = u.id AND p.is_default WHERE u.id = md5('u' || :x)::uuid;
