-- companion: an AI companion service. FastAPI with SQLAlchemy 2 (asyncpg): uuid keys made by the application, typed parameters, IS true / IS false, jsonb and key/value preferences, soft-deleted memories.

CREATE TABLE users (
	id uuid NOT NULL,
	email varchar(320) NOT NULL,
	hashed_password varchar(128) NOT NULL,
	display_name varchar(80),
	locale varchar(8) NOT NULL,
	plan varchar(16) NOT NULL,
	is_active boolean NOT NULL,
	is_verified boolean NOT NULL,
	is_superuser boolean NOT NULL,
	created_at timestamptz NOT NULL,
	last_seen_at timestamptz,
	CONSTRAINT pk_users PRIMARY KEY (id),
	CONSTRAINT uq_users_email UNIQUE (email));

CREATE TABLE personas (
	id uuid NOT NULL,
	owner_id uuid,
	name varchar(120) NOT NULL,
	description text NOT NULL,
	category varchar(32) NOT NULL,
	is_public boolean NOT NULL,
	is_archived boolean NOT NULL,
	usage_count integer NOT NULL,
	created_at timestamptz NOT NULL,
	updated_at timestamptz NOT NULL,
	CONSTRAINT pk_personas PRIMARY KEY (id),
	CONSTRAINT fk_personas_owner_id_users FOREIGN KEY (owner_id) REFERENCES users (id) ON DELETE SET NULL);

CREATE TABLE user_persona_profiles (
	user_id uuid NOT NULL,
	persona_id uuid NOT NULL,
	prefs jsonb NOT NULL,
	is_favorite boolean NOT NULL,
	last_chat_at timestamptz,
	CONSTRAINT pk_user_persona_profiles PRIMARY KEY (user_id, persona_id),
	CONSTRAINT fk_user_persona_profiles_user_id_users FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
	CONSTRAINT fk_user_persona_profiles_persona_id_personas FOREIGN KEY (persona_id) REFERENCES personas (id) ON DELETE CASCADE);

CREATE TABLE persona_preferences (
	id uuid NOT NULL,
	user_id uuid NOT NULL,
	persona_id uuid NOT NULL,
	key varchar(64) NOT NULL,
	value text NOT NULL,
	updated_at timestamptz NOT NULL,
	CONSTRAINT pk_persona_preferences PRIMARY KEY (id),
	CONSTRAINT uq_persona_preferences_user_id_persona_id_key UNIQUE (user_id, persona_id, key),
	CONSTRAINT fk_persona_preferences_user_id_users FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
	CONSTRAINT fk_persona_preferences_persona_id_personas FOREIGN KEY (persona_id) REFERENCES personas (id) ON DELETE CASCADE);

CREATE TABLE conversations (
	id uuid NOT NULL,
	user_id uuid NOT NULL,
	persona_id uuid NOT NULL,
	title varchar(200),
	status varchar(16) NOT NULL,
	is_pinned boolean NOT NULL,
	message_count integer NOT NULL,
	last_message_at timestamptz,
	created_at timestamptz NOT NULL,
	deleted_at timestamptz,
	CONSTRAINT pk_conversations PRIMARY KEY (id),
	CONSTRAINT fk_conversations_user_id_users FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
	CONSTRAINT fk_conversations_persona_id_personas FOREIGN KEY (persona_id) REFERENCES personas (id));

CREATE TABLE messages (
	id uuid NOT NULL,
	conversation_id uuid NOT NULL,
	role varchar(16) NOT NULL,
	content text NOT NULL,
	model varchar(40),
	token_count integer NOT NULL,
	feedback smallint,
	is_flagged boolean NOT NULL,
	reviewed_at timestamptz,
	meta jsonb,
	created_at timestamptz NOT NULL,
	CONSTRAINT pk_messages PRIMARY KEY (id),
	CONSTRAINT fk_messages_conversation_id_conversations FOREIGN KEY (conversation_id) REFERENCES conversations (id) ON DELETE CASCADE);

CREATE TABLE memories (
	id uuid NOT NULL,
	user_id uuid NOT NULL,
	persona_id uuid,
	source_message_id uuid,
	kind varchar(24) NOT NULL,
	content text NOT NULL,
	importance smallint NOT NULL,
	access_count integer NOT NULL,
	embedding_status varchar(12) NOT NULL,
	last_used_at timestamptz,
	expires_at timestamptz,
	deleted_at timestamptz,
	created_at timestamptz NOT NULL,
	CONSTRAINT pk_memories PRIMARY KEY (id),
	CONSTRAINT fk_memories_user_id_users FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
	CONSTRAINT fk_memories_persona_id_personas FOREIGN KEY (persona_id) REFERENCES personas (id) ON DELETE SET NULL,
	CONSTRAINT fk_memories_source_message_id_messages FOREIGN KEY (source_message_id) REFERENCES messages (id) ON DELETE SET NULL);
