-- players: players, characters, matches, memories of characters and game events. Prisma and raw SQL: uuid, text and bigint keys, jsonb.

CREATE TABLE regions (
	code text PRIMARY KEY,
	name text NOT NULL,
	open boolean NOT NULL DEFAULT true);

CREATE TABLE players (
	id uuid PRIMARY KEY,
	handle text NOT NULL,
	region text NOT NULL REFERENCES regions,
	rating integer NOT NULL DEFAULT 1000,
	level integer NOT NULL DEFAULT 1,
	banned boolean NOT NULL DEFAULT false,
	guild_id integer,
	last_login_at timestamptz,
	created_at timestamptz NOT NULL);

CREATE TABLE guilds (
	id integer PRIMARY KEY,
	name text NOT NULL UNIQUE,
	leader_id uuid REFERENCES players ON DELETE SET NULL);

CREATE TABLE characters (
	id uuid PRIMARY KEY,
	player_id uuid NOT NULL REFERENCES players ON DELETE CASCADE,
	name text NOT NULL,
	class text NOT NULL,
	experience bigint NOT NULL DEFAULT 0,
	alive boolean NOT NULL DEFAULT true,
	attributes jsonb NOT NULL DEFAULT '{}');

CREATE TABLE matches (
	id text PRIMARY KEY,
	mode text NOT NULL,
	region text NOT NULL REFERENCES regions,
	status text NOT NULL,
	started_at timestamptz NOT NULL,
	ended_at timestamptz);

CREATE TABLE match_players (
	match_id text NOT NULL REFERENCES matches ON DELETE CASCADE,
	player_id uuid NOT NULL REFERENCES players ON DELETE CASCADE,
	team smallint NOT NULL,
	score integer NOT NULL DEFAULT 0,
	won boolean,
	PRIMARY KEY (match_id, player_id));

CREATE TABLE memories (
	id bigserial PRIMARY KEY,
	character_id uuid NOT NULL REFERENCES characters ON DELETE CASCADE,
	kind text NOT NULL,
	content text NOT NULL,
	importance real NOT NULL,
	tags text[] NOT NULL DEFAULT '{}',
	expires_at timestamptz,
	created_at timestamptz NOT NULL);

CREATE TABLE game_events (
	id bigserial PRIMARY KEY,
	match_id text NOT NULL REFERENCES matches ON DELETE CASCADE,
	player_id uuid REFERENCES players ON DELETE SET NULL,
	event text NOT NULL,
	data jsonb NOT NULL,
	happened_at timestamptz NOT NULL);
