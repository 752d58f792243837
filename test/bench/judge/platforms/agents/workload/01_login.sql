\set x random(1, 20000)
SELECT id, display_name, plan FROM users WHERE lower(email) = lower('user' || :x || '@example.com') AND is_active;
