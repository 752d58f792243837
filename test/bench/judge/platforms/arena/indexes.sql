-- What an engineer of this platform would create.
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE INDEX "IDX_player_handle_trgm" ON "player" USING gin ("handle" gin_trgm_ops);
CREATE INDEX "IDX_player_matchmaking" ON "player" ("region", "rating") WHERE "isBanned" = false AND "deletedAt" IS NULL;
CREATE INDEX "IDX_player_session_player" ON "player_session" ("playerId") WHERE "revokedAt" IS NULL;
CREATE INDEX "IDX_player_session_expires" ON "player_session" ("expiresAt");
CREATE INDEX "IDX_match_queued" ON "match" ("region", "mode", "createdAt") WHERE "status" = 'queued';
CREATE INDEX "IDX_match_participant_player" ON "match_participant" ("playerId", "joinedAt" DESC);
CREATE INDEX "IDX_inventory_item_player" ON "inventory_item" ("playerId", "acquiredAt" DESC) WHERE "deletedAt" IS NULL;
CREATE INDEX "IDX_inventory_item_equipped" ON "inventory_item" ("playerId") WHERE "equippedSlot" IS NOT NULL AND "deletedAt" IS NULL;
CREATE INDEX "IDX_inventory_item_expires" ON "inventory_item" ("expiresAt") WHERE "expiresAt" IS NOT NULL AND "deletedAt" IS NULL;
CREATE INDEX "IDX_game_event_match" ON "game_event" ("matchId", "id") WHERE "matchId" IS NOT NULL;
CREATE INDEX "IDX_game_event_player_type" ON "game_event" ("playerId", "type", "createdAt" DESC);
CREATE INDEX "IDX_game_event_created" ON "game_event" ("createdAt");
CREATE INDEX "IDX_game_event_purchase_item" ON "game_event" ((payload ->> 'itemId'), "createdAt" DESC) WHERE "type" = 'purchase';
CREATE INDEX "IDX_leaderboard_entry_points" ON "leaderboard_entry" ("seasonId", "points" DESC);
CREATE INDEX "IDX_friendship_addressee" ON "friendship" ("addresseeId", "status", "createdAt" DESC);
CREATE INDEX "IDX_credit_ledger_player" ON "credit_ledger" ("playerId", "id" DESC) INCLUDE ("amount");
CREATE INDEX "IDX_credit_ledger_created" ON "credit_ledger" ("createdAt") WHERE "reason" = 'purchase';
