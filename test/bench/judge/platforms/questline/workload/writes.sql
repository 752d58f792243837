-- transactions: 100
\set p random(1, 30000)
\set s random(1, 45000)
\set i random(1, 110000)
\set q random(1, 90000)
\set l random(1, 70000)
\set b random(1, 30000)
\set n random(1, 79990)
SELECT 1 + bench.skewed(:i, 10, 30000) AS owner, bench.say(bench.word(k, 1) || '_' || k) AS item, 1 + bench.skewed(:q, 50, 30000) AS quester, bench.say('q_' || bench.word(j, 2) || j) AS quest, bench.say('s' || 12 - bench.skewed(:l, 60, 12)) AS season, 1 + bench.pick(:l, 61, 30000) AS ranked, 1 + bench.skewed(:s, 5, 30000) AS sessioned,
	bench.say(('{stripe,apple,google}'::text[])[1 + bench.pick(:b, 114, 3)]) AS provider, bench.say('ref_' || md5('purchase' || :b::int)) AS ref, bench.say('{' || :n::int || ',' || :n::int + 3 || ',' || :n::int + 8 || '}') AS recalled
FROM (SELECT 1 + bench.skewed(:i, 11, 400) AS k, 1 + bench.skewed(:q, 51, 300) AS j) AS x \gset
-- heartbeat
UPDATE players SET last_seen_at = now() WHERE id = :p;
-- all sessions of a player end
UPDATE player_sessions SET revoked_at = now() WHERE player_id = :sessioned AND revoked_at IS NULL;
-- loot
INSERT INTO inventory_items (player_id, item_code, quantity) VALUES (:owner, :item, 1) ON CONFLICT (player_id, item_code) DO UPDATE SET quantity = inventory_items.quantity + EXCLUDED.quantity RETURNING quantity;
-- a chat message
INSERT INTO chat_messages (channel_code, player_id, body) VALUES ('global-eu', :p, 'well played') RETURNING id, created_at;
-- an event
INSERT INTO game_events (player_id, kind, payload) VALUES (:p, 'item_found', '{"item": "river_1", "amount": 2}');
-- points
INSERT INTO leaderboard_entries (season_code, player_id, score, wins) VALUES (:season, :ranked, 25, 1) ON CONFLICT (season_code, player_id) DO UPDATE SET score = leaderboard_entries.score + EXCLUDED.score, wins = leaderboard_entries.wins + EXCLUDED.wins, updated_at = now();
-- progress
UPDATE quest_progress SET progress = progress + 1, updated_at = now() WHERE player_id = :quester AND quest_code = :quest AND state = 'active' RETURNING progress;
-- memories were recalled
UPDATE npc_memories SET last_recalled_at = now() WHERE id = ANY(:recalled::bigint[]);
-- a payment is confirmed
UPDATE purchases SET status = 'paid' WHERE provider = :provider AND provider_ref = :ref RETURNING id, player_id, sku;
