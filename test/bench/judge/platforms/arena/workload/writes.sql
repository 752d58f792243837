-- transactions: 100
\set n random(1, 1000000)
\set m random(1, 88000)
\set i random(1, 160000)
\set h random(1, 40000)
\set o random(1, 40000)
\set s random(1, 70000)
\set b random(1, 150000)
SELECT bench.say(md5(clock_timestamp()::text || pg_backend_pid() || :n) || md5('x' || :n)) AS token, bench.say(upper(left(md5('match' || :m), 26))) AS match, bench.say(upper(left(md5('m' || clock_timestamp()::text || pg_backend_pid() || :n), 26))) AS new_match, bench.say('idem_' || md5('w' || :n)) AS idem,
	1 + bench.skewed(:n, 30, 40000) AS player, 1 + bench.skewed(:s, 12, 40000) AS session_player, 1 + (:b::int / 12 * 3 + :b::int % 3) AS ranked \gset
-- an event
INSERT INTO "game_event"("type", "playerId", "matchId", "payload", "createdAt") VALUES ('kill', :player, :match, '{"x": 10, "y": 20, "weapon": "river"}', DEFAULT) RETURNING "id", "createdAt";
-- a payment
INSERT INTO "credit_ledger"("playerId", "amount", "reason", "idempotencyKey", "createdAt") VALUES (:player, 25, 'reward', :idem, DEFAULT) ON CONFLICT ("idempotencyKey") DO NOTHING RETURNING "id";
-- points (upsert)
INSERT INTO "leaderboard_entry"("seasonId", "playerId", "points", "wins", "losses", "updatedAt") VALUES ('S12', :ranked, 10, 1, 0, now()) ON CONFLICT ("seasonId", "playerId") DO UPDATE SET "points" = "leaderboard_entry"."points" + EXCLUDED."points", "wins" = "leaderboard_entry"."wins" + 1, "updatedAt" = EXCLUDED."updatedAt";
-- a match is asked for
INSERT INTO "match"("id", "seasonId", "mode", "map", "region", "status", "createdAt") VALUES (:new_match, 'S12', 'ranked', 'map_river', 'EU', 'queued', DEFAULT);
-- a player joins
INSERT INTO "match_participant"("matchId", "playerId", "team", "joinedAt") VALUES (:match, :h, 1, DEFAULT) ON CONFLICT DO NOTHING;
-- a server claims a match
UPDATE "match" SET "status" = 'running', "serverId" = 'srv-1', "startedAt" = now() WHERE "id" = (SELECT "id" FROM "match" WHERE "status" = 'queued' AND "region" = 'EU' AND "mode" = 'ranked' ORDER BY "createdAt" ASC LIMIT 1 FOR UPDATE SKIP LOCKED) RETURNING "id";
-- an item is thrown away (soft delete)
UPDATE "inventory_item" SET "deletedAt" = CURRENT_TIMESTAMP WHERE "id" = :i AND "deletedAt" IS NULL AND "equippedSlot" IS NULL AND "quantity" < 3;
-- a request for friendship
INSERT INTO "friendship"("requesterId", "addresseeId", "status", "createdAt") VALUES (:h, :o, DEFAULT, DEFAULT) ON CONFLICT DO NOTHING;
-- log out everywhere
UPDATE "player_session" SET "revokedAt" = now() WHERE "playerId" = :session_player AND "revokedAt" IS NULL;
-- log in
INSERT INTO "player_session"("token", "playerId", "platform", "ip", "createdAt", "expiresAt") VALUES (:token, :session_player, 'pc', '10.0.0.1', DEFAULT, now() + interval '30 days');
