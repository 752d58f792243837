-- ledgers: accounts, transfers and ledger entries, API keys, usage metering and invoices. FastAPI and asyncpg, uuid keys, numeric amounts.

CREATE TYPE entry_side AS ENUM ('debit', 'credit');

CREATE TABLE plans (
	id text PRIMARY KEY,
	monthly_price numeric(12, 2) NOT NULL,
	public boolean NOT NULL DEFAULT true);

CREATE TABLE accounts (
	id uuid PRIMARY KEY,
	plan_id text NOT NULL REFERENCES plans,
	name text NOT NULL,
	billing_email text NOT NULL,
	country text NOT NULL,
	status text NOT NULL DEFAULT 'active',
	balance numeric(16, 4) NOT NULL DEFAULT 0,
	created_at timestamptz NOT NULL,
	closed_at timestamptz);

CREATE TABLE api_keys (
	id uuid PRIMARY KEY,
	account_id uuid NOT NULL REFERENCES accounts ON DELETE CASCADE,
	prefix text NOT NULL,
	key_hash text NOT NULL,
	scopes text[] NOT NULL,
	last_used_at timestamptz,
	expires_at timestamptz,
	revoked_at timestamptz,
	created_at timestamptz NOT NULL);

CREATE TABLE usage_events (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	account_id uuid NOT NULL REFERENCES accounts ON DELETE CASCADE,
	api_key_id uuid REFERENCES api_keys ON DELETE SET NULL,
	metric text NOT NULL,
	quantity bigint NOT NULL,
	status_code smallint NOT NULL,
	billed boolean NOT NULL DEFAULT false,
	occurred_at timestamptz NOT NULL);

CREATE TABLE transfers (
	id uuid PRIMARY KEY,
	idempotency_key text NOT NULL UNIQUE,
	reference text,
	state text NOT NULL,
	created_at timestamptz NOT NULL,
	settled_at timestamptz);

CREATE TABLE ledger_entries (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	transfer_id uuid NOT NULL REFERENCES transfers ON DELETE RESTRICT,
	account_id uuid NOT NULL REFERENCES accounts ON DELETE RESTRICT,
	side entry_side NOT NULL,
	amount numeric(16, 4) NOT NULL,
	posted_at timestamptz NOT NULL);

CREATE TABLE invoices (
	id uuid PRIMARY KEY,
	account_id uuid NOT NULL REFERENCES accounts ON DELETE RESTRICT,
	number text NOT NULL UNIQUE,
	status text NOT NULL,
	total numeric(12, 2) NOT NULL,
	period_start date NOT NULL,
	due_on date NOT NULL,
	paid_at timestamptz);
