\set x random(1, 30000)
SELECT id, handle, is_banned FROM players WHERE lower(email) = lower('PLAYER' || :x || '@play.example');
