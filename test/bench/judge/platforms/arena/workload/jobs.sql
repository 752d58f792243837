-- transactions: 10
\set n random(1, 400000)
\set days random(3, 300)
SELECT bench.say(bench.ago(:days * 1440)) AS since, bench.say(bench.ago(:days * 1440 - 4320)) AS until, bench.say(('{sword,shield,helm,boots,charm}'::text[])[1 + (1 + bench.skewed(:n, 53, 500)) % 5] || '_' || 1 + bench.skewed(:n, 53, 500)) AS item \gset
-- sessions that have expired
DELETE FROM "player_session" WHERE "token" IN (SELECT "token" FROM "player_session" WHERE "expiresAt" < now() ORDER BY "expiresAt" ASC LIMIT 100 FOR UPDATE SKIP LOCKED);
-- items that have expired
UPDATE "inventory_item" SET "deletedAt" = CURRENT_TIMESTAMP WHERE "id" IN (SELECT "id" FROM "inventory_item" WHERE "expiresAt" < now() AND "deletedAt" IS NULL ORDER BY "expiresAt" ASC LIMIT 50 FOR UPDATE SKIP LOCKED);
-- players per day
SELECT date_trunc('day', "event"."createdAt") AS "day", COUNT(DISTINCT "event"."playerId") AS "players" FROM "game_event" "event" WHERE "event"."createdAt" >= :since AND "event"."createdAt" < :until GROUP BY date_trunc('day', "event"."createdAt");
-- credits bought per day
SELECT date_trunc('day', "ledger"."createdAt") AS "day", SUM("ledger"."amount") AS "amount" FROM "credit_ledger" "ledger" WHERE "ledger"."reason" = 'purchase' AND "ledger"."createdAt" >= :since AND "ledger"."createdAt" < :until GROUP BY 1 ORDER BY 1;
-- the last buyers of an item (jsonb)
SELECT "event"."playerId" AS "event_playerId", "event"."createdAt" AS "event_createdAt", "event"."payload" AS "event_payload" FROM "game_event" "event" WHERE "event"."type" = 'purchase' AND "event"."payload" ->> 'itemId' = :item ORDER BY "event"."createdAt" DESC LIMIT 50;
-- events by type (the whole table)
SELECT "event"."type" AS "event_type", COUNT(1) AS "n" FROM "game_event" "event" GROUP BY "event"."type";
