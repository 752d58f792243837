-- tollgate: an API platform: organisations with members, hashed api keys, a double-entry ledger, credit grants that expire, cards, invoices with lines, webhook deliveries with retries, an audit log. FastAPI with SQLAlchemy 2 (asyncpg): uuid keys, joined and selectin eager loading.

CREATE TABLE organisations (
	id UUID NOT NULL,
	name VARCHAR(200) NOT NULL,
	slug VARCHAR(80) NOT NULL,
	billing_email VARCHAR(320),
	plan VARCHAR(20) NOT NULL,
	status VARCHAR(20) NOT NULL,
	country VARCHAR(2),
	settings JSONB NOT NULL,
	deleted_at TIMESTAMP WITH TIME ZONE,
	created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
	updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
	CONSTRAINT pk_organisations PRIMARY KEY (id),
	CONSTRAINT uq_organisations_slug UNIQUE (slug));

CREATE TABLE members (
	id UUID NOT NULL,
	organisation_id UUID NOT NULL,
	email VARCHAR(320) NOT NULL,
	full_name VARCHAR(200),
	password_hash VARCHAR(100),
	role VARCHAR(20) NOT NULL,
	invited_at TIMESTAMP WITH TIME ZONE,
	accepted_at TIMESTAMP WITH TIME ZONE,
	deactivated_at TIMESTAMP WITH TIME ZONE,
	created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
	CONSTRAINT pk_members PRIMARY KEY (id),
	CONSTRAINT uq_members_organisation_id_email UNIQUE (organisation_id, email),
	CONSTRAINT fk_members_organisation_id_organisations FOREIGN KEY(organisation_id) REFERENCES organisations (id) ON DELETE CASCADE);

CREATE TABLE api_keys (
	id UUID NOT NULL,
	organisation_id UUID NOT NULL,
	created_by_id UUID,
	name VARCHAR(100) NOT NULL,
	prefix VARCHAR(12) NOT NULL,
	key_hash VARCHAR(64) NOT NULL,
	scopes VARCHAR[] NOT NULL,
	environment VARCHAR(10) NOT NULL,
	last_used_at TIMESTAMP WITH TIME ZONE,
	expires_at TIMESTAMP WITH TIME ZONE,
	revoked_at TIMESTAMP WITH TIME ZONE,
	created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
	CONSTRAINT pk_api_keys PRIMARY KEY (id),
	CONSTRAINT fk_api_keys_organisation_id_organisations FOREIGN KEY(organisation_id) REFERENCES organisations (id) ON DELETE CASCADE,
	CONSTRAINT fk_api_keys_created_by_id_members FOREIGN KEY(created_by_id) REFERENCES members (id));

CREATE TABLE ledger_accounts (
	id UUID NOT NULL,
	organisation_id UUID NOT NULL,
	kind VARCHAR(20) NOT NULL,
	currency VARCHAR(3) NOT NULL,
	balance NUMERIC(20, 6) NOT NULL,
	created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
	CONSTRAINT pk_ledger_accounts PRIMARY KEY (id),
	CONSTRAINT uq_ledger_accounts_organisation_id_kind_currency UNIQUE (organisation_id, kind, currency),
	CONSTRAINT fk_ledger_accounts_organisation_id_organisations FOREIGN KEY(organisation_id) REFERENCES organisations (id));

CREATE TABLE ledger_transactions (
	id UUID NOT NULL,
	organisation_id UUID NOT NULL,
	kind VARCHAR(20) NOT NULL,
	description TEXT,
	source_type VARCHAR(20),
	source_id UUID,
	idempotency_key VARCHAR(80) NOT NULL,
	created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
	CONSTRAINT pk_ledger_transactions PRIMARY KEY (id),
	CONSTRAINT uq_ledger_transactions_organisation_id_idempotency_key UNIQUE (organisation_id, idempotency_key),
	CONSTRAINT fk_ledger_transactions_organisation_id_organisations FOREIGN KEY(organisation_id) REFERENCES organisations (id));

CREATE TABLE ledger_entries (
	id UUID NOT NULL,
	transaction_id UUID NOT NULL,
	account_id UUID NOT NULL,
	amount NUMERIC(20, 6) NOT NULL,
	created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
	CONSTRAINT pk_ledger_entries PRIMARY KEY (id),
	CONSTRAINT fk_ledger_entries_transaction_id_ledger_transactions FOREIGN KEY(transaction_id) REFERENCES ledger_transactions (id),
	CONSTRAINT fk_ledger_entries_account_id_ledger_accounts FOREIGN KEY(account_id) REFERENCES ledger_accounts (id));

CREATE TABLE credit_grants (
	id UUID NOT NULL,
	organisation_id UUID NOT NULL,
	source VARCHAR(20) NOT NULL,
	amount NUMERIC(20, 6) NOT NULL,
	remaining NUMERIC(20, 6) NOT NULL,
	note TEXT,
	expires_at TIMESTAMP WITH TIME ZONE,
	voided_at TIMESTAMP WITH TIME ZONE,
	created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
	CONSTRAINT pk_credit_grants PRIMARY KEY (id),
	CONSTRAINT fk_credit_grants_organisation_id_organisations FOREIGN KEY(organisation_id) REFERENCES organisations (id));

CREATE TABLE payment_cards (
	id UUID NOT NULL,
	organisation_id UUID NOT NULL,
	brand VARCHAR(20) NOT NULL,
	last4 VARCHAR(4) NOT NULL,
	exp_month SMALLINT NOT NULL,
	exp_year SMALLINT NOT NULL,
	fingerprint VARCHAR(32) NOT NULL,
	is_default BOOLEAN NOT NULL,
	deleted_at TIMESTAMP WITH TIME ZONE,
	created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
	CONSTRAINT pk_payment_cards PRIMARY KEY (id),
	CONSTRAINT fk_payment_cards_organisation_id_organisations FOREIGN KEY(organisation_id) REFERENCES organisations (id) ON DELETE CASCADE);

CREATE TABLE invoices (
	id UUID NOT NULL,
	organisation_id UUID NOT NULL,
	number VARCHAR(30) NOT NULL,
	status VARCHAR(20) NOT NULL,
	currency VARCHAR(3) NOT NULL,
	total NUMERIC(14, 2) NOT NULL,
	period_start DATE NOT NULL,
	period_end DATE NOT NULL,
	due_at TIMESTAMP WITH TIME ZONE,
	paid_at TIMESTAMP WITH TIME ZONE,
	created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
	CONSTRAINT pk_invoices PRIMARY KEY (id),
	CONSTRAINT uq_invoices_number UNIQUE (number),
	CONSTRAINT fk_invoices_organisation_id_organisations FOREIGN KEY(organisation_id) REFERENCES organisations (id));

CREATE TABLE invoice_lines (
	id UUID NOT NULL,
	invoice_id UUID NOT NULL,
	position INTEGER NOT NULL,
	description TEXT NOT NULL,
	quantity NUMERIC(14, 3) NOT NULL,
	unit_price NUMERIC(14, 6) NOT NULL,
	amount NUMERIC(14, 2) NOT NULL,
	CONSTRAINT pk_invoice_lines PRIMARY KEY (id),
	CONSTRAINT fk_invoice_lines_invoice_id_invoices FOREIGN KEY(invoice_id) REFERENCES invoices (id) ON DELETE CASCADE);

CREATE TABLE webhook_endpoints (
	id UUID NOT NULL,
	organisation_id UUID NOT NULL,
	url TEXT NOT NULL,
	secret VARCHAR(64) NOT NULL,
	events VARCHAR[] NOT NULL,
	is_enabled BOOLEAN NOT NULL,
	created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
	CONSTRAINT pk_webhook_endpoints PRIMARY KEY (id),
	CONSTRAINT fk_webhook_endpoints_organisation_id_organisations FOREIGN KEY(organisation_id) REFERENCES organisations (id) ON DELETE CASCADE);

CREATE TABLE webhook_deliveries (
	id UUID NOT NULL,
	endpoint_id UUID NOT NULL,
	event_id UUID NOT NULL,
	event_type VARCHAR(60) NOT NULL,
	payload JSONB NOT NULL,
	status VARCHAR(20) NOT NULL,
	attempts INTEGER NOT NULL,
	response_code INTEGER,
	last_error TEXT,
	next_attempt_at TIMESTAMP WITH TIME ZONE,
	delivered_at TIMESTAMP WITH TIME ZONE,
	created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
	CONSTRAINT pk_webhook_deliveries PRIMARY KEY (id),
	CONSTRAINT fk_webhook_deliveries_endpoint_id_webhook_endpoints FOREIGN KEY(endpoint_id) REFERENCES webhook_endpoints (id) ON DELETE CASCADE);

CREATE TABLE audit_logs (
	id UUID NOT NULL,
	organisation_id UUID NOT NULL,
	actor_type VARCHAR(20) NOT NULL,
	actor_id UUID,
	action VARCHAR(60) NOT NULL,
	target_type VARCHAR(30),
	target_id UUID,
	context JSONB NOT NULL,
	ip_address INET,
	created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
	CONSTRAINT pk_audit_logs PRIMARY KEY (id));
