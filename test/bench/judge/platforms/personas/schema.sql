-- personas: users keep several personas with preferences, and follow those of others. FastAPI and SQLAlchemy, uuid keys.

CREATE TABLE languages (
	code text PRIMARY KEY,
	name text NOT NULL,
	is_enabled boolean NOT NULL DEFAULT true);

CREATE TABLE templates (
	id serial PRIMARY KEY,
	category text NOT NULL,
	title text NOT NULL,
	usage_count integer NOT NULL DEFAULT 0,
	is_featured boolean NOT NULL DEFAULT false);

CREATE TABLE users (
	id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
	email text NOT NULL UNIQUE,
	display_name text,
	plan text NOT NULL DEFAULT 'free',
	is_active boolean NOT NULL DEFAULT true,
	created_at timestamptz NOT NULL DEFAULT now(),
	last_seen_at timestamptz,
	deleted_at timestamptz);

CREATE TABLE personas (
	id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
	user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
	template_id integer REFERENCES templates ON DELETE SET NULL,
	name text NOT NULL,
	slug text NOT NULL,
	visibility text NOT NULL DEFAULT 'private',
	is_default boolean NOT NULL DEFAULT false,
	language text NOT NULL REFERENCES languages,
	traits text[] NOT NULL DEFAULT '{}',
	settings jsonb NOT NULL DEFAULT '{}',
	score double precision NOT NULL DEFAULT 0,
	created_at timestamptz NOT NULL DEFAULT now(),
	updated_at timestamptz NOT NULL DEFAULT now(),
	archived_at timestamptz,
	UNIQUE (user_id, slug));

CREATE TABLE preferences (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
	namespace text NOT NULL,
	key text NOT NULL,
	value jsonb NOT NULL,
	updated_at timestamptz NOT NULL DEFAULT now(),
	UNIQUE (user_id, namespace, key));

CREATE TABLE persona_follows (
	follower_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
	persona_id uuid NOT NULL REFERENCES personas ON DELETE CASCADE,
	created_at timestamptz NOT NULL DEFAULT now(),
	PRIMARY KEY (follower_id, persona_id));

CREATE TABLE invitations (
	id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
	inviter_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
	email text NOT NULL,
	status text NOT NULL DEFAULT 'pending',
	token text NOT NULL UNIQUE,
	created_at timestamptz NOT NULL DEFAULT now(),
	expires_at timestamptz NOT NULL,
	accepted_at timestamptz);
