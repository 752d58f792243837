\set x random(1, 30000)
SELECT id, region, rating FROM players WHERE handle = 'Handle' || :x;
