-- What an engineer of this platform would create.
CREATE INDEX accounts_billing_email ON accounts (lower(billing_email));
CREATE INDEX accounts_suspended ON accounts (created_at) WHERE status = 'suspended';
CREATE INDEX accounts_negative ON accounts (balance);
CREATE INDEX api_keys_hash ON api_keys (key_hash);
CREATE INDEX api_keys_account ON api_keys (account_id, created_at DESC) WHERE revoked_at IS NULL;
CREATE INDEX api_keys_expires ON api_keys (expires_at) WHERE revoked_at IS NULL;
CREATE INDEX usage_account_occurred ON usage_events (account_id, occurred_at DESC);
CREATE INDEX usage_key ON usage_events (api_key_id);
CREATE INDEX usage_unbilled ON usage_events (account_id) WHERE NOT billed;
CREATE INDEX usage_errors ON usage_events (occurred_at DESC) WHERE status_code >= 500;
CREATE INDEX usage_occurred ON usage_events (occurred_at);
CREATE INDEX transfers_reference ON transfers (reference);
CREATE INDEX transfers_pending ON transfers (created_at) WHERE state = 'pending';
CREATE INDEX entries_account_posted ON ledger_entries (account_id, posted_at DESC, id DESC);
CREATE INDEX entries_transfer ON ledger_entries (transfer_id);
CREATE INDEX invoices_account ON invoices (account_id, period_start DESC);
CREATE INDEX invoices_open_due ON invoices (due_on) WHERE status = 'open';
