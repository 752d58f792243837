-- transactions: 100
\set n random(1, 1000000)
\set p random(1, 30000)
\set c random(1, 50000)
\set m random(1, 39000)
\set guild random(1, 800)
\set f random(0, 59)
\set tag random(5, 399)
SELECT bench.say(bench.id('player', :p)) AS player_id, bench.say(bench.id('player', 1 + bench.skewed(:n, 31, 30000))) AS active_id,
	bench.say(bench.id('character', :c)) AS character_id, bench.say(bench.id('character', 1 + bench.skewed(:n, 23, 50000))) AS thinker_id,
	bench.say(bench.cuid('match', :m)) AS match_id, bench.say(bench.cuid('match', :m + 3)) AS match_id_2, bench.say('r' || (1 + bench.skewed(:n, 2, 12))) AS region,
	bench.say('f' || :f::int) AS faction, bench.say('{tag' || (:tag::int) || '}') AS tags, bench.say('nova' || (:p::int / 100) || '%') AS handle_prefix,
	bench.say(lower(('{Wolf,Star,Nova,Pixel,Shade,Blaze,Frost,Ghost}'::text[])[1 + bench.pick(:p, 1, 8)] || :p::int)) AS handle,
	bench.say('%' || (100 + :p::int / 33) || '%') AS handle_part, bench.say(bench.ago(60)) AS recent, bench.say(bench.ago(:n / 4)) AS cursor \gset
-- log in
SELECT id, handle, level, banned FROM players WHERE lower(handle) = :handle;
-- complete a name
SELECT id, handle FROM players WHERE lower(handle) LIKE :handle_prefix ORDER BY lower(handle) LIMIT 10;
-- search for a player
SELECT id, handle, rating FROM players WHERE handle ILIKE :handle_part LIMIT 20;
-- the ladder of a region
SELECT id, handle, rating FROM players WHERE region = :region AND banned = false ORDER BY rating DESC LIMIT 50;
-- members of a guild
SELECT p.id, p.handle, p.level FROM players AS p WHERE p.guild_id = :guild ORDER BY p.level DESC;
-- characters of a player
SELECT id, name, class, experience FROM characters WHERE player_id = :player_id;
-- the strongest of a faction
SELECT id, name, experience FROM characters WHERE attributes ->> 'faction' = :faction ORDER BY experience DESC LIMIT 10;
-- the most important memories
SELECT id, content, importance FROM memories WHERE character_id = :thinker_id ORDER BY importance DESC, created_at DESC LIMIT 10;
-- the latest memories
SELECT id, content FROM memories WHERE character_id = :thinker_id ORDER BY created_at DESC LIMIT 20;
-- reflections of a character
SELECT id, content FROM memories WHERE character_id = :thinker_id AND kind = 'reflection';
-- memories with a tag (gin)
SELECT id, character_id FROM memories WHERE tags @> :tags LIMIT 20;
-- last matches of a player
SELECT m.id, m.mode, m.started_at, mp.won FROM match_players AS mp JOIN matches AS m ON m.id = mp.match_id WHERE mp.player_id = :active_id ORDER BY m.started_at DESC LIMIT 10;
-- who plays in a match
SELECT p.handle, mp.team, mp.score FROM match_players AS mp JOIN players AS p ON p.id = mp.player_id WHERE mp.match_id = :match_id;
-- events of a match
SELECT event, data, happened_at FROM game_events WHERE match_id = :match_id ORDER BY happened_at;
-- kills in two matches
SELECT match_id, count(*) FROM game_events WHERE match_id IN (:match_id, :match_id_2) AND event = 'kill' GROUP BY match_id;
-- what a player did last
SELECT event, happened_at FROM game_events WHERE player_id = :active_id ORDER BY happened_at DESC LIMIT 20;
-- live matches of a region
SELECT id, mode, started_at FROM matches WHERE status = 'live' AND region = :region ORDER BY started_at;
-- has a player ever cheated
SELECT EXISTS (SELECT 1 FROM game_events WHERE player_id = :active_id AND event = 'cheat_suspected');
-- regions to choose from
SELECT code, name FROM regions WHERE open ORDER BY name;
-- an event
INSERT INTO game_events (match_id, player_id, event, data, happened_at) VALUES (:match_id, :player_id, 'move', '{"x": 3}', now());
-- a memory
INSERT INTO memories (character_id, kind, content, importance, created_at) VALUES (:thinker_id, 'observation', 'rain', 0.1, now());
-- experience
UPDATE characters SET experience = experience + 10 WHERE id = :character_id;
-- forget what has expired
DELETE FROM memories WHERE expires_at < (:recent)::timestamptz - interval '5 days';
