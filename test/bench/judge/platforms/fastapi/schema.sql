-- fastapi: personas with preferences, agents with sessions and events, journals, scraped contents, cards, ledgers, API keys and players with memories. FastAPI and SQLAlchemy: uuid and text keys.

CREATE TABLE users (
	id uuid PRIMARY KEY,
	email text NOT NULL,
	display_name text NOT NULL,
	is_active boolean NOT NULL DEFAULT true,
	created_at timestamptz NOT NULL);

CREATE TABLE personas (
	id uuid PRIMARY KEY,
	user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
	name text NOT NULL,
	is_default boolean NOT NULL DEFAULT false,
	is_public boolean NOT NULL DEFAULT false,
	likes integer NOT NULL DEFAULT 0,
	last_used_at timestamptz,
	created_at timestamptz NOT NULL);

CREATE TABLE preferences (
	id bigserial PRIMARY KEY,
	persona_id uuid NOT NULL REFERENCES personas ON DELETE CASCADE,
	key text NOT NULL,
	value jsonb NOT NULL,
	updated_at timestamptz NOT NULL);

CREATE TABLE agents (
	id text PRIMARY KEY,
	owner_id uuid REFERENCES users ON DELETE SET NULL,
	name text NOT NULL,
	status text NOT NULL,
	heartbeat_at timestamptz,
	created_at timestamptz NOT NULL);

CREATE TABLE agent_sessions (
	id uuid PRIMARY KEY,
	agent_id text NOT NULL REFERENCES agents ON DELETE CASCADE,
	persona_id uuid REFERENCES personas ON DELETE SET NULL,
	started_at timestamptz NOT NULL,
	ended_at timestamptz,
	tokens integer NOT NULL DEFAULT 0);

CREATE TABLE session_events (
	id bigserial PRIMARY KEY,
	session_id uuid NOT NULL REFERENCES agent_sessions ON DELETE CASCADE,
	seq integer NOT NULL,
	role text NOT NULL,
	type text NOT NULL,
	payload jsonb NOT NULL,
	created_at timestamptz NOT NULL);

CREATE TABLE journal_entries (
	id uuid PRIMARY KEY,
	user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
	mood text,
	body text NOT NULL,
	is_private boolean NOT NULL DEFAULT true,
	entry_date date NOT NULL,
	created_at timestamptz NOT NULL);

CREATE TABLE authors (
	id serial PRIMARY KEY,
	handle text NOT NULL UNIQUE,
	name text NOT NULL);

CREATE TABLE scraped_contents (
	id uuid PRIMARY KEY,
	author_id integer REFERENCES authors ON DELETE SET NULL,
	url text NOT NULL,
	content_hash text NOT NULL,
	title text,
	status text NOT NULL,
	score real,
	published_at timestamptz,
	fetched_at timestamptz,
	created_at timestamptz NOT NULL);

CREATE TABLE ledger_entries (
	id bigserial PRIMARY KEY,
	user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
	currency text NOT NULL,
	amount numeric(14, 4) NOT NULL,
	reference text,
	settled boolean NOT NULL DEFAULT true,
	created_at timestamptz NOT NULL);

CREATE TABLE api_keys (
	id uuid PRIMARY KEY,
	user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
	prefix text NOT NULL,
	key_hash text NOT NULL,
	last_used_at timestamptz,
	expires_at timestamptz,
	revoked_at timestamptz,
	created_at timestamptz NOT NULL);

CREATE TABLE player_memories (
	id uuid PRIMARY KEY,
	persona_id uuid NOT NULL REFERENCES personas ON DELETE CASCADE,
	kind text NOT NULL,
	content text NOT NULL,
	salience real,
	recalled_at timestamptz,
	expires_at timestamptz,
	created_at timestamptz NOT NULL);
