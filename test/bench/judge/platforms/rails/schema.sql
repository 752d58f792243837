-- rails: accounts with projects, tasks of several types, polymorphic comments and attachments, versions and a job table. Rails: bigint keys, STI, paranoia, counter caches, jsonb and arrays.

CREATE TABLE accounts (
	id bigserial PRIMARY KEY,
	subdomain varchar NOT NULL UNIQUE,
	plan varchar NOT NULL DEFAULT 'free',
	settings jsonb NOT NULL DEFAULT '{}',
	created_at timestamp(6) NOT NULL,
	updated_at timestamp(6) NOT NULL);

CREATE TABLE users (
	id bigserial PRIMARY KEY,
	account_id bigint NOT NULL REFERENCES accounts,
	email varchar NOT NULL,
	reset_password_token varchar,
	confirmation_token varchar,
	settings jsonb NOT NULL DEFAULT '{}',
	sign_in_count integer NOT NULL DEFAULT 0,
	discarded_at timestamp(6),
	created_at timestamp(6) NOT NULL,
	updated_at timestamp(6) NOT NULL,
	UNIQUE (email));

CREATE TABLE projects (
	id bigserial PRIMARY KEY,
	account_id bigint NOT NULL REFERENCES accounts,
	name varchar NOT NULL,
	archived boolean NOT NULL DEFAULT false,
	tasks_count integer NOT NULL DEFAULT 0,
	deleted_at timestamp(6),
	created_at timestamp(6) NOT NULL,
	updated_at timestamp(6) NOT NULL);

CREATE TABLE tasks (
	id bigserial PRIMARY KEY,
	type varchar NOT NULL,
	account_id bigint NOT NULL REFERENCES accounts,
	project_id bigint NOT NULL REFERENCES projects,
	assignee_id bigint REFERENCES users,
	parent_id bigint,
	title varchar NOT NULL,
	state integer NOT NULL DEFAULT 0,
	position integer,
	labels varchar[] NOT NULL DEFAULT '{}',
	properties jsonb NOT NULL DEFAULT '{}',
	due_on date,
	comments_count integer NOT NULL DEFAULT 0,
	deleted_at timestamp(6),
	created_at timestamp(6) NOT NULL,
	updated_at timestamp(6) NOT NULL);

CREATE TABLE comments (
	id bigserial PRIMARY KEY,
	commentable_type varchar NOT NULL,
	commentable_id bigint NOT NULL,
	user_id bigint NOT NULL REFERENCES users,
	body text NOT NULL,
	deleted_at timestamp(6),
	created_at timestamp(6) NOT NULL,
	updated_at timestamp(6) NOT NULL);

CREATE TABLE active_storage_attachments (
	id bigserial PRIMARY KEY,
	name varchar NOT NULL,
	record_type varchar NOT NULL,
	record_id bigint NOT NULL,
	blob_id bigint NOT NULL,
	created_at timestamp(6) NOT NULL);

CREATE TABLE versions (
	id bigserial PRIMARY KEY,
	item_type varchar NOT NULL,
	item_id bigint NOT NULL,
	event varchar NOT NULL,
	whodunnit varchar,
	object_changes jsonb,
	created_at timestamp(6) NOT NULL);

CREATE TABLE delayed_jobs (
	id bigserial PRIMARY KEY,
	priority integer NOT NULL DEFAULT 0,
	attempts integer NOT NULL DEFAULT 0,
	handler text NOT NULL,
	last_error text,
	run_at timestamp(6),
	locked_at timestamp(6),
	failed_at timestamp(6),
	locked_by varchar,
	queue varchar,
	created_at timestamp(6) NOT NULL,
	updated_at timestamp(6) NOT NULL);

CREATE TABLE api_tokens (
	id bigserial PRIMARY KEY,
	user_id bigint NOT NULL REFERENCES users,
	token_digest varchar NOT NULL,
	last_used_at timestamp(6),
	revoked_at timestamp(6),
	created_at timestamp(6) NOT NULL);
