-- transactions: 120
\set n random(1, 1000000)
\set s random(40000, 70000)
\set m random(1, 88000)
\set k random(1, 360000)
\set i random(1, 160000)
\set f random(1, 120000)
\set g random(1, 250000)
\set e random(1, 400000)
\set b random(1, 150000)
\set a random(1, 5000)
\set h random(1, 40000)
\set off random(0, 4)
SELECT bench.say(md5('s' || :s) || md5('t' || :s)) AS token, bench.say(left(bench.word(:h, 1), 6) || '%' || :h::int % 1000) AS handle, bench.say(upper(left(md5('match' || :m), 26))) AS match, 1 + bench.skewed(:k, 30, 40000) AS player, 1 + bench.skewed(:i, 42, 40000) AS holder,
	bench.say(('{sword,shield,helm,boots,charm}'::text[])[1 + (1 + bench.skewed(:i, 43, 500)) % 5] || '_' || 1 + bench.skewed(:i, 43, 500)) AS item, bench.say('S' || lpad((1 + :b::int % 12)::text, 2, '0')) AS season, 1 + (:b::int / 12 * 3 + :b::int % 3) AS ranked,
	1 + bench.skewed(:f, 70, 40000) AS friend1, 1 + bench.pick(:f, 71, 40000) AS friend2, 1 + bench.skewed(:g, 90, 40000) AS payer, :g::int + 1 AS cursor, bench.say(md5('k' || :a) || md5('h' || :a)) AS key_hash,
	900 + bench.pick(:n, 95, 600) AS rating_from, 920 + bench.pick(:n, 95, 600) AS rating_to, bench.say(('{EU,NA,AS,SA,OC}'::text[])[1 + bench.skewed(:n, 1, 5)]) AS region, bench.say(('{ranked,casual,duel}'::text[])[1 + bench.skewed(:n, 96, 3)]) AS mode,
	bench.say(upper(left(md5('match' || 1 + (greatest(1, :e::int * 9 / 10) - 1) / 4), 26))) AS event_match, coalesce((SELECT "points" FROM "leaderboard_entry" WHERE "seasonId" = 'S' || lpad((1 + :b::int % 12)::text, 2, '0') AND "playerId" = 1 + (:b::int / 12 * 3 + :b::int % 3)), 100) AS points, :off::int * 50 AS skip \gset
-- the session with its player
SELECT "session"."token" AS "session_token", "session"."expiresAt" AS "session_expiresAt", "player"."id" AS "player_id", "player"."handle" AS "player_handle" FROM "player_session" "session" INNER JOIN "player" "player" ON "player"."id"="session"."playerId" AND ("player"."deletedAt" IS NULL) WHERE "session"."token" = :token AND "session"."revokedAt" IS NULL AND "session"."expiresAt" > now() LIMIT 1;
-- an API key by its hash
SELECT "key"."id" AS "key_id", "key"."playerId" AS "key_playerId", "key"."scopes" AS "key_scopes" FROM "api_key" "key" WHERE (("key"."keyHash" = :key_hash) AND ("key"."revokedAt" IS NULL)) LIMIT 1;
-- players by a part of the handle
SELECT "player"."id" AS "player_id", "player"."handle" AS "player_handle", "player"."level" AS "player_level" FROM "player" "player" WHERE (("player"."handle" ILIKE :handle)) AND ("player"."deletedAt" IS NULL) ORDER BY "player"."level" DESC LIMIT 10;
-- opponents of a similar rating
SELECT "player"."id" AS "player_id", "player"."rating" AS "player_rating" FROM "player" "player" WHERE ("player"."region" = :region AND "player"."rating" BETWEEN :rating_from AND :rating_to AND "player"."isBanned" = false AND "player"."lastLoginAt" > now() - interval '60 days') AND ("player"."deletedAt" IS NULL) LIMIT 20;
-- the history of a player (take with a join)
SELECT DISTINCT "distinctAlias"."mp_matchId" AS "ids_mp_matchId", "distinctAlias"."mp_joinedAt" FROM (SELECT "mp"."matchId" AS "mp_matchId", "mp"."playerId" AS "mp_playerId", "mp"."score" AS "mp_score", "mp"."result" AS "mp_result", "mp"."joinedAt" AS "mp_joinedAt", "match"."mode" AS "match_mode", "match"."map" AS "match_map" FROM "match_participant" "mp" INNER JOIN "match" "match" ON "match"."id"="mp"."matchId" WHERE "mp"."playerId" = :player AND "match"."status" = 'finished') "distinctAlias" ORDER BY "distinctAlias"."mp_joinedAt" DESC, "mp_matchId" ASC LIMIT 20;
-- the participants of a match
SELECT "mp"."playerId" AS "mp_playerId", "mp"."team" AS "mp_team", "mp"."score" AS "mp_score", "player"."handle" AS "player_handle" FROM "match_participant" "mp" LEFT JOIN "player" "player" ON "player"."id"="mp"."playerId" AND ("player"."deletedAt" IS NULL) WHERE "mp"."matchId" = :match ORDER BY "mp"."score" DESC;
-- open matches of a region and mode
SELECT "match"."id" AS "match_id", "match"."map" AS "match_map", "match"."createdAt" AS "match_createdAt" FROM "match" "match" WHERE (("match"."status" = 'queued') AND ("match"."region" = :region) AND ("match"."mode" = :mode)) ORDER BY "match"."createdAt" ASC LIMIT 10;
-- the inventory
SELECT "inv"."id" AS "inv_id", "inv"."quantity" AS "inv_quantity", "inv"."acquiredAt" AS "inv_acquiredAt", "item"."name" AS "item_name", "item"."rarity" AS "item_rarity" FROM "inventory_item" "inv" LEFT JOIN "item" "item" ON "item"."id"="inv"."itemId" WHERE ("inv"."playerId" = :holder) AND ("inv"."deletedAt" IS NULL) ORDER BY "inv"."acquiredAt" DESC LIMIT 60;
-- what is equipped
SELECT "inv"."id" AS "inv_id", "inv"."itemId" AS "inv_itemId", "inv"."equippedSlot" AS "inv_equippedSlot" FROM "inventory_item" "inv" WHERE (("inv"."playerId" = :holder) AND (NOT("inv"."equippedSlot" IS NULL))) AND ("inv"."deletedAt" IS NULL);
-- does the player own it
SELECT 1 AS "row_exists" FROM (SELECT 1 AS dummy_column) "dummy_table" WHERE EXISTS (SELECT 1 FROM "inventory_item" "inv" WHERE (("inv"."playerId" = :holder) AND ("inv"."itemId" = :item)) AND ("inv"."deletedAt" IS NULL)) LIMIT 1;
-- the top of a season
SELECT "entry"."playerId" AS "entry_playerId", "entry"."points" AS "entry_points", "player"."handle" AS "player_handle" FROM "leaderboard_entry" "entry" INNER JOIN "player" "player" ON "player"."id"="entry"."playerId" WHERE "entry"."seasonId" = :season ORDER BY "entry"."points" DESC LIMIT 50 OFFSET :skip;
-- the rank of a player
SELECT COUNT(1) + 1 AS "rank" FROM "leaderboard_entry" "entry" WHERE "entry"."seasonId" = :season AND "entry"."points" > :points;
-- friends, either direction
SELECT "player"."id" AS "player_id", "player"."handle" AS "player_handle", "player"."lastLoginAt" AS "player_lastLoginAt" FROM "friendship" "f" INNER JOIN "player" "player" ON "player"."id" = CASE WHEN "f"."requesterId" = :friend2 THEN "f"."addresseeId" ELSE "f"."requesterId" END WHERE ("f"."requesterId" = :friend2 OR "f"."addresseeId" = :friend2) AND "f"."status" = 'accepted' ORDER BY "player"."lastLoginAt" DESC NULLS LAST LIMIT 50;
-- are they friends
SELECT "f"."status" AS "f_status" FROM "friendship" "f" WHERE ((("f"."requesterId" = :friend1) AND ("f"."addresseeId" = :friend2)) OR (("f"."requesterId" = :friend2) AND ("f"."addresseeId" = :friend1))) LIMIT 1;
-- requests to answer
SELECT "f"."requesterId" AS "f_requesterId", "f"."createdAt" AS "f_createdAt" FROM "friendship" "f" WHERE (("f"."addresseeId" = :friend2) AND ("f"."status" = 'pending')) ORDER BY "f"."createdAt" DESC LIMIT 20;
-- the balance
SELECT COALESCE(SUM("ledger"."amount"), 0) AS "balance" FROM "credit_ledger" "ledger" WHERE "ledger"."playerId" = :payer;
-- a page of the ledger
SELECT "ledger"."id" AS "ledger_id", "ledger"."amount" AS "ledger_amount", "ledger"."reason" AS "ledger_reason", "ledger"."createdAt" AS "ledger_createdAt" FROM "credit_ledger" "ledger" WHERE "ledger"."playerId" = :payer AND "ledger"."id" < :cursor ORDER BY "ledger"."id" DESC LIMIT 25;
-- the replay of a match
SELECT "event"."id" AS "event_id", "event"."type" AS "event_type", "event"."playerId" AS "event_playerId", "event"."payload" AS "event_payload" FROM "game_event" "event" WHERE "event"."matchId" = :event_match ORDER BY "event"."id" ASC LIMIT 200;
-- the latest event of each type
SELECT DISTINCT ON ("event"."type") "event"."type" AS "event_type", "event"."createdAt" AS "event_createdAt" FROM "game_event" "event" WHERE "event"."playerId" = :player ORDER BY "event"."type" ASC, "event"."createdAt" DESC;
