-- transactions: 10
\set e random(1, 90000)
\set i random(1, 110000)
\set days random(3, 60)
SELECT bench.say('{"item": "' || bench.word(k, 1) || '_' || k || '", "zone": "zone_' || bench.word(1 + bench.skewed(:e, 98, 30), 1) || '"}') AS needle, bench.say(bench.word(j, 1) || '_' || j) AS item, bench.say(bench.ago(:days * 1440)) AS since, bench.say(bench.ago(:days * 1440 - 1440)) AS until
FROM (SELECT 1 + bench.skewed(:e, 97, 400) AS k, 1 + bench.skewed(:i, 11, 400) AS j) AS x \gset
-- rewards to grant (queue)
SELECT id, player_id, quest_code FROM quest_progress WHERE state = 'completed' AND reward_granted_at IS NULL ORDER BY completed_at LIMIT 25 FOR UPDATE SKIP LOCKED;
-- sessions that ran out
DELETE FROM player_sessions WHERE id IN (SELECT id FROM player_sessions WHERE expires_at < now() ORDER BY expires_at LIMIT 50);
-- matches that hang
SELECT id, mode, started_at FROM matches WHERE status = 'running' AND started_at < now() - interval '6 hours' ORDER BY started_at LIMIT 50;
-- chat to review
SELECT id, channel_code, player_id, body, created_at FROM chat_messages WHERE flagged AND reviewed_at IS NULL AND deleted_at IS NULL ORDER BY created_at LIMIT 50;
-- payments to ask for
SELECT id, provider, provider_ref FROM purchases WHERE status = 'pending' AND created_at < now() - interval '15 minutes' ORDER BY created_at LIMIT 100;
-- takings per day
SELECT date_trunc('day', created_at) AS day, currency, count(*) AS purchases, sum(amount_cents) AS cents FROM purchases WHERE status = 'paid' AND created_at >= now() - interval '14 days' GROUP BY 1, 2 ORDER BY 1, 2;
-- events of a day by kind
SELECT kind, count(*) AS events, count(DISTINCT player_id) AS players FROM game_events WHERE created_at >= :since AND created_at < :until GROUP BY kind ORDER BY events DESC;
-- where an item was found (gin)
SELECT id, player_id, payload, created_at FROM game_events WHERE payload @> :needle ORDER BY created_at DESC LIMIT 50;
-- the richest owners of an item
SELECT i.player_id, p.handle, i.quantity FROM inventory_items i JOIN players p ON p.id = i.player_id WHERE i.item_code = :item ORDER BY i.quantity DESC LIMIT 20;
-- memories to forget
DELETE FROM npc_memories WHERE id IN (SELECT id FROM npc_memories WHERE importance <= 2 AND last_recalled_at IS NULL AND created_at < now() - interval '200 days' ORDER BY created_at LIMIT 200);
-- how many of each item there are (whole table)
SELECT item_code, sum(quantity) AS total, count(*) AS owners FROM inventory_items GROUP BY item_code ORDER BY total DESC;
-- how strengths are distributed (whole table)
SELECT width_bucket(mmr, 400, 3100, 27) AS bucket, count(*) FROM players WHERE NOT banned GROUP BY 1 ORDER BY 1;
