-- transactions: 200
\set p random(1, 30000)
\set s random(1000, 45000)
\set i random(1, 110000)
\set m random(1, 34400)
\set x random(1, 140000)
\set q random(1, 90000)
\set l random(1, 70000)
\set f random(1, 60000)
\set c random(2000, 80000)
\set e random(1, 90000)
\set b random(1, 30000)
\set n random(1, 80000)
\set o random(34751, 35000)
\set rank random(1, 2000)
\set page random(0, 3)
SELECT bench.say(initcap(bench.word(:p, 1)) || :p::int) AS handle, bench.say(lower(bench.word(:p, 1)) || left(:p::text, 2) || '%') AS prefix, bench.say(md5('token' || :s::int)) AS token, 1 + bench.skewed(:i, 10, 30000) AS owner, 1 + bench.skewed(:x, 31, 30000) AS fighter, 1 + bench.skewed(:q, 50, 30000) AS quester,
	bench.say('s' || 12 - bench.skewed(:l, 60, 12)) AS season, bench.skewed(:l, 62, 100000) AS score, 1 + bench.skewed(:f, 70, 30000) AS requester, 1 + bench.skewed(:f, 71, 30000) AS addressee,
	bench.say(CASE WHEN bench.pick(:c, 80, 100) < 22 THEN 'global-' || ('{eu,na,asia,sa}'::text[])[1 + bench.skewed(:c, 81, 4)] WHEN bench.pick(:c, 80, 100) < 32 THEN 'trade' ELSE 'guild-' || 1 + bench.skewed(:c, 82, 800) END) AS channel,
	1 + bench.skewed(:e, 95, 30000) AS actor, 1 + bench.skewed(:b, 110, 30000) AS buyer, 1 + bench.skewed(:n, 91, 30000) AS listener, bench.say('npc_' || bench.word(k, 1) || k) AS npc, bench.say('{' || bench.word(1 + bench.skewed(:n, 121, 80), 5) || ',' || bench.word(1 + bench.pick(:n, 122, 80), 5) || '}') AS topics,
	bench.say(('{ranked,casual,arena,coop}'::text[])[1 + bench.skewed(:o, 20, 4)]) AS mode, bench.say(('{eu,na,asia,sa}'::text[])[1 + bench.skewed(:o, 22, 4)]) AS region, 900 + bench.pick(:p, 304, 900) AS mmr, :page::int * 50 AS skip
FROM (SELECT 1 + bench.skewed(:n, 90, 120) AS k) AS x \gset
-- log in
SELECT id, handle, password_hash, banned FROM players WHERE lower(handle) = lower(:handle);
-- who is it (every request)
SELECT s.id, s.player_id, s.expires_at, p.handle, p.banned FROM player_sessions s JOIN players p ON p.id = s.player_id WHERE s.token_hash = :token AND s.revoked_at IS NULL AND s.expires_at > now();
-- find players by the beginning of their handle
SELECT id, handle, level FROM players WHERE lower(handle) LIKE :prefix AND banned = false ORDER BY handle LIMIT 10;
-- who is online
SELECT region, count(*) AS online FROM players WHERE last_seen_at > now() - interval '10 minutes' GROUP BY region;
-- opponents of about the same strength
SELECT id, handle, mmr FROM players WHERE region = :region AND NOT banned AND mmr BETWEEN :mmr - 15 AND :mmr + 15 AND id <> :p ORDER BY abs(mmr - :mmr), last_seen_at DESC NULLS LAST LIMIT 20;
-- the inventory
SELECT id, item_code, quantity, equipped, acquired_at FROM inventory_items WHERE player_id = :owner AND quantity > 0 ORDER BY acquired_at DESC LIMIT 60 OFFSET 0;
-- lobbies to join
SELECT m.id, m.map_code, m.created_at, count(mp.player_id) AS players FROM matches m LEFT JOIN match_players mp ON mp.match_id = m.id WHERE m.status = 'open' AND m.mode = :mode AND m.region = :region GROUP BY m.id ORDER BY m.created_at LIMIT 10;
-- the last matches of a player
SELECT m.id, m.mode, m.map_code, m.ended_at, mp.kills, mp.deaths, mp.won, mp.mmr_delta FROM match_players mp JOIN matches m ON m.id = mp.match_id WHERE mp.player_id = :fighter ORDER BY mp.joined_at DESC LIMIT 20;
-- the score board of a match
SELECT mp.team, mp.kills, mp.deaths, mp.score, p.handle FROM match_players mp JOIN players p ON p.id = mp.player_id WHERE mp.match_id = :m ORDER BY mp.team, mp.score DESC;
-- open quests of a player
SELECT qp.id, qp.quest_code, qp.progress, q.title, q.target FROM quest_progress qp JOIN quests q ON q.code = qp.quest_code WHERE qp.player_id = :quester AND qp.state = 'active' ORDER BY qp.updated_at DESC;
-- quests that can still be begun
SELECT q.code, q.title, q.chapter FROM quests q WHERE q.active AND NOT EXISTS (SELECT 1 FROM quest_progress qp WHERE qp.quest_code = q.code AND qp.player_id = :quester) ORDER BY q.chapter, q.code LIMIT 20;
-- the season (small)
SELECT code, title, ends_at FROM seasons WHERE starts_at <= now() AND ends_at > now() ORDER BY starts_at DESC LIMIT 1;
-- the leaderboard
SELECT l.player_id, p.handle, l.score, l.wins, rank() OVER (ORDER BY l.score DESC) AS rank FROM leaderboard_entries l JOIN players p ON p.id = l.player_id WHERE l.season_code = :season ORDER BY l.score DESC LIMIT 50 OFFSET :skip;
-- one player's rank
SELECT count(*) + 1 AS rank FROM leaderboard_entries WHERE season_code = :season AND score > :score;
-- those around a rank
SELECT r.rank, r.player_id, r.score FROM (SELECT player_id, score, row_number() OVER (ORDER BY score DESC) AS rank FROM leaderboard_entries WHERE season_code = 's12') r WHERE r.rank >= :rank - 5 AND r.rank <= :rank + 5;
-- friends
SELECT p.id, p.handle, p.level, p.last_seen_at FROM friendships f JOIN players p ON p.id = CASE WHEN f.requester_id = :requester THEN f.addressee_id ELSE f.requester_id END WHERE (f.requester_id = :requester OR f.addressee_id = :requester) AND f.status = 'accepted' ORDER BY p.last_seen_at DESC NULLS LAST LIMIT 100;
-- requests of others
SELECT f.id, f.created_at, p.handle FROM friendships f JOIN players p ON p.id = f.requester_id WHERE f.addressee_id = :addressee AND f.status = 'pending' ORDER BY f.created_at DESC;
-- are they friends
SELECT EXISTS (SELECT 1 FROM friendships WHERE status = 'accepted' AND ((requester_id = :requester AND addressee_id = :addressee) OR (requester_id = :addressee AND addressee_id = :requester))) AS friends;
-- a channel
SELECT c.id, c.body, c.created_at, p.handle FROM chat_messages c JOIN players p ON p.id = c.player_id WHERE c.channel_code = :channel AND c.deleted_at IS NULL ORDER BY c.id DESC LIMIT 50;
-- scrolling back (keyset)
SELECT c.id, c.body, c.created_at, p.handle FROM chat_messages c JOIN players p ON p.id = c.player_id WHERE c.channel_code = :channel AND c.deleted_at IS NULL AND c.id < :c ORDER BY c.id DESC LIMIT 50;
-- what a player did lately
SELECT id, kind, payload, created_at FROM game_events WHERE player_id = :actor AND kind = ANY('{level_up,boss_defeated,item_found}') ORDER BY created_at DESC LIMIT 25;
-- purchases of a player
SELECT id, sku, amount_cents, currency, status, created_at FROM purchases WHERE player_id = :buyer ORDER BY created_at DESC LIMIT 20;
-- what a character remembers of a player
SELECT id, content, importance, tags FROM npc_memories WHERE npc_code = :npc AND player_id = :listener ORDER BY importance DESC, created_at DESC LIMIT 8;
-- rumours about several topics (gin)
SELECT id, npc_code, content FROM npc_memories WHERE tags @> :topics AND importance >= 4 ORDER BY created_at DESC LIMIT 10;
