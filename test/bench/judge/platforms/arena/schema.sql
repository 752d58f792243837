-- arena: the back end of a multiplayer game. TypeORM: camelCase columns, aliases on everything, bigint keys for players and rows that grow, text keys for sessions, matches, seasons and items, an append-only event log, a credit ledger.

CREATE TABLE "player" (
	"id" bigserial NOT NULL,
	"handle" varchar(32) NOT NULL,
	"region" varchar(4) NOT NULL,
	"rating" integer NOT NULL DEFAULT 1000,
	"level" smallint NOT NULL DEFAULT 1,
	"isBanned" boolean NOT NULL DEFAULT false,
	"lastLoginAt" timestamptz,
	"createdAt" timestamptz NOT NULL DEFAULT now(),
	"deletedAt" timestamptz,
	CONSTRAINT "PK_player" PRIMARY KEY ("id"),
	CONSTRAINT "UQ_player_handle" UNIQUE ("handle"));

CREATE TABLE "player_session" (
	"token" varchar(64) NOT NULL,
	"playerId" bigint NOT NULL,
	"platform" varchar(12) NOT NULL,
	"ip" inet NOT NULL,
	"createdAt" timestamptz NOT NULL DEFAULT now(),
	"expiresAt" timestamptz NOT NULL,
	"revokedAt" timestamptz,
	CONSTRAINT "PK_player_session" PRIMARY KEY ("token"),
	CONSTRAINT "FK_player_session_player" FOREIGN KEY ("playerId") REFERENCES "player" ("id") ON DELETE CASCADE);

CREATE TABLE "season" (
	"id" varchar(8) NOT NULL,
	"name" varchar(60) NOT NULL,
	"startsAt" timestamptz NOT NULL,
	"endsAt" timestamptz NOT NULL,
	CONSTRAINT "PK_season" PRIMARY KEY ("id"));

CREATE TABLE "match" (
	"id" varchar(26) NOT NULL,
	"seasonId" varchar(8) NOT NULL,
	"mode" varchar(16) NOT NULL,
	"map" varchar(32) NOT NULL,
	"region" varchar(4) NOT NULL,
	"status" varchar(12) NOT NULL,
	"serverId" varchar(20),
	"createdAt" timestamptz NOT NULL DEFAULT now(),
	"startedAt" timestamptz,
	"endedAt" timestamptz,
	CONSTRAINT "PK_match" PRIMARY KEY ("id"),
	CONSTRAINT "FK_match_season" FOREIGN KEY ("seasonId") REFERENCES "season" ("id"));

CREATE TABLE "match_participant" (
	"matchId" varchar(26) NOT NULL,
	"playerId" bigint NOT NULL,
	"team" smallint NOT NULL,
	"score" integer NOT NULL DEFAULT 0,
	"kills" smallint NOT NULL DEFAULT 0,
	"deaths" smallint NOT NULL DEFAULT 0,
	"result" varchar(8),
	"joinedAt" timestamptz NOT NULL DEFAULT now(),
	CONSTRAINT "PK_match_participant" PRIMARY KEY ("matchId", "playerId"),
	CONSTRAINT "FK_match_participant_match" FOREIGN KEY ("matchId") REFERENCES "match" ("id") ON DELETE CASCADE,
	CONSTRAINT "FK_match_participant_player" FOREIGN KEY ("playerId") REFERENCES "player" ("id") ON DELETE CASCADE);

CREATE TABLE "item" (
	"id" varchar(40) NOT NULL,
	"name" varchar(80) NOT NULL,
	"rarity" varchar(12) NOT NULL,
	"price" integer NOT NULL,
	CONSTRAINT "PK_item" PRIMARY KEY ("id"));

CREATE TABLE "inventory_item" (
	"id" bigserial NOT NULL,
	"playerId" bigint NOT NULL,
	"itemId" varchar(40) NOT NULL,
	"quantity" integer NOT NULL DEFAULT 1,
	"equippedSlot" varchar(12),
	"acquiredAt" timestamptz NOT NULL DEFAULT now(),
	"expiresAt" timestamptz,
	"deletedAt" timestamptz,
	CONSTRAINT "PK_inventory_item" PRIMARY KEY ("id"),
	CONSTRAINT "FK_inventory_item_player" FOREIGN KEY ("playerId") REFERENCES "player" ("id") ON DELETE CASCADE,
	CONSTRAINT "FK_inventory_item_item" FOREIGN KEY ("itemId") REFERENCES "item" ("id"));

CREATE TABLE "game_event" (
	"id" bigserial NOT NULL,
	"type" varchar(24) NOT NULL,
	"playerId" bigint,
	"matchId" varchar(26),
	"payload" jsonb NOT NULL,
	"createdAt" timestamptz NOT NULL DEFAULT now(),
	CONSTRAINT "PK_game_event" PRIMARY KEY ("id"));

CREATE TABLE "leaderboard_entry" (
	"seasonId" varchar(8) NOT NULL,
	"playerId" bigint NOT NULL,
	"points" integer NOT NULL DEFAULT 0,
	"wins" integer NOT NULL DEFAULT 0,
	"losses" integer NOT NULL DEFAULT 0,
	"updatedAt" timestamptz NOT NULL DEFAULT now(),
	CONSTRAINT "PK_leaderboard_entry" PRIMARY KEY ("seasonId", "playerId"),
	CONSTRAINT "FK_leaderboard_entry_season" FOREIGN KEY ("seasonId") REFERENCES "season" ("id"),
	CONSTRAINT "FK_leaderboard_entry_player" FOREIGN KEY ("playerId") REFERENCES "player" ("id") ON DELETE CASCADE);

CREATE TABLE "friendship" (
	"requesterId" bigint NOT NULL,
	"addresseeId" bigint NOT NULL,
	"status" varchar(10) NOT NULL DEFAULT 'pending',
	"createdAt" timestamptz NOT NULL DEFAULT now(),
	CONSTRAINT "PK_friendship" PRIMARY KEY ("requesterId", "addresseeId"),
	CONSTRAINT "FK_friendship_requester" FOREIGN KEY ("requesterId") REFERENCES "player" ("id") ON DELETE CASCADE,
	CONSTRAINT "FK_friendship_addressee" FOREIGN KEY ("addresseeId") REFERENCES "player" ("id") ON DELETE CASCADE);

CREATE TABLE "api_key" (
	"id" varchar(25) NOT NULL,
	"playerId" bigint NOT NULL,
	"keyHash" varchar(64) NOT NULL,
	"name" varchar(60) NOT NULL,
	"scopes" text[] NOT NULL DEFAULT '{}',
	"lastUsedAt" timestamptz,
	"revokedAt" timestamptz,
	"createdAt" timestamptz NOT NULL DEFAULT now(),
	CONSTRAINT "PK_api_key" PRIMARY KEY ("id"),
	CONSTRAINT "UQ_api_key_keyHash" UNIQUE ("keyHash"),
	CONSTRAINT "FK_api_key_player" FOREIGN KEY ("playerId") REFERENCES "player" ("id") ON DELETE CASCADE);

CREATE TABLE "credit_ledger" (
	"id" bigserial NOT NULL,
	"playerId" bigint NOT NULL,
	"amount" bigint NOT NULL,
	"reason" varchar(20) NOT NULL,
	"idempotencyKey" varchar(64),
	"createdAt" timestamptz NOT NULL DEFAULT now(),
	CONSTRAINT "PK_credit_ledger" PRIMARY KEY ("id"),
	CONSTRAINT "UQ_credit_ledger_idempotencyKey" UNIQUE ("idempotencyKey"),
	CONSTRAINT "FK_credit_ledger_player" FOREIGN KEY ("playerId") REFERENCES "player" ("id"));
