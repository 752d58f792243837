-- transactions: 200
\set k random(1, 44900)
\set m random(1, 30000)
\set o random(1, 8000)
\set t random(1, 89000)
\set i random(1, 60000)
\set g random(1, 45000)
\set d random(1, 119000)
\set a random(1, 110000)
\set e random(1, 4000)
\set r random(111300, 116700)
\set page random(-3, 2)
\set days random(2, 300)
SELECT bench.say(CASE WHEN bench.pick(live, 24, 3) = 0 THEN 'tg_t' ELSE 'tg_l' END || left(md5('prefix' || live), 8)) AS prefix, bench.say(bench.id('org', 1 + bench.skewed(:k, 20, 400) * 20 + bench.pick(:k, 21, 20))) AS key_org, bench.say(lower('dev' || :m::int || '@' || CASE WHEN :m::int % 3 = 0 THEN 'mail' ELSE bench.word(mo, 1) || mo END || '.test')) AS email, bench.say(bench.id('org', mo)) AS member_org, bench.say(replace(bench.words(:o, 2), ' ', '-') || '-' || :o::int) AS slug,
	bench.say('%' || bench.word(:o, 1) || ' ' || left(bench.word(:o, 2), 4) || '%') AS needle, bench.say(bench.id('org', :o)) AS org, bench.say(bench.id('org', t_org)) AS txn_org, bench.say(bench.id('account', 4 * t_org)) AS account, bench.say(bench.id('txn', :t)) AS txn1, bench.say(bench.id('txn', :t::int + 1)) AS txn2, bench.say(bench.id('txn', bench.pick(:t, 601, 90000))) AS txn3, bench.say(bench.id('txn', bench.pick(:t, 602, 90000))) AS txn4, bench.say(bench.ago((90001 - :t::int) * 9)) AS before, bench.say(bench.id('entry', 2 * :t::int)) AS before_id,
	bench.say(bench.id('org', 1 + bench.skewed(:g, 50, 400) * 20 + bench.pick(:g, 51, 20))) AS grant_org, bench.say(bench.id('org', 1 + bench.skewed(:i, 70, 400) * 20 + bench.pick(:i, 71, 20))) AS invoice_org, bench.say('INV-' || lpad(:i::int::text, 8, '0')) AS number, bench.say(bench.id('invoice', :i)) AS inv1, bench.say(bench.id('invoice', 1 + bench.pick(:i, 603, 60000))) AS inv2, bench.say(bench.id('invoice', 1 + bench.pick(:i, 604, 60000))) AS inv3, bench.say(bench.id('invoice', 1 + bench.pick(:i, 605, 60000))) AS inv4,
	bench.say(bench.id('endpoint', 1 + bench.skewed(:d, 90, 400) * 10 + bench.pick(:d, 91, 10))) AS endpoint, bench.say(bench.id('org', 1 + bench.skewed(:e, 85, 400) * 20 + bench.pick(:e, 86, 20))) AS hook_org, bench.say(bench.id('org', 1 + bench.skewed(failing, 85, 400) * 20 + bench.pick(failing, 86, 20))) AS failing_org, bench.say(bench.id('event', (:d::int + 1) / 2)) AS event, bench.say(md5('fp' || bench.skewed(1 + :k::int % 12000, 64, 11000))) AS fingerprint, bench.say(bench.id('org', 1 + bench.skewed(:a, 100, 400) * 20 + bench.pick(:a, 101, 20))) AS audit_org, bench.say(target_type) AS target_type, bench.say(CASE target_type WHEN 'api_key' THEN bench.id('key', 1 + bench.skewed(:a, 106, 45000)) WHEN 'invoice' THEN bench.id('invoice', 1 + bench.skewed(:a, 106, 60000)) ELSE bench.id('member', 1 + bench.skewed(:a, 106, 30000)) END) AS target,
	bench.say('{"request_id": "req_' || substr(md5('req' || :a::int / 2), 1, 16) || '"}') AS request, bench.say(bench.ago(0)) AS now, bench.say(bench.ago(10080)) AS week_ago, bench.say(bench.ago(:days * 1440)) AS since, bench.say(bench.ago(:days * 1440 - 43200)) AS until, GREATEST(:page::int, 0) * 25 AS skip
FROM (SELECT CASE WHEN :m::int <= 8000 THEN :m::int ELSE 1 + bench.skewed(:m, 10, 400) * 20 + bench.pick(:m, 11, 20) END AS mo, 1 + bench.skewed(:t, 40, 400) * 20 + bench.pick(:t, 41, 20) AS t_org, COALESCE(('{invoice,api_key,member}'::text[])[1 + bench.skewed(:a, 105, 4)], 'member') AS target_type, (SELECT 1 + bench.skewed(min(f), 90, 400) * 10 + bench.pick(min(f), 91, 10) FROM generate_series(:r::int, :r::int + 300) AS f WHERE bench.pick(f, 98, 100) < 3) AS failing, (SELECT min(l) FROM generate_series(:k::int, :k::int + 60) AS l WHERE bench.pick(l, 29, 100) >= 35) AS live) AS x \gset
-- authenticate a key, with its organisation (joinedload)
SELECT api_keys.id, api_keys.organisation_id, api_keys.prefix, api_keys.key_hash, api_keys.scopes, api_keys.environment, api_keys.expires_at, api_keys.last_used_at, organisations_1.id AS id_1, organisations_1.name, organisations_1.plan, organisations_1.status, organisations_1.settings FROM api_keys LEFT OUTER JOIN organisations AS organisations_1 ON organisations_1.id = api_keys.organisation_id WHERE api_keys.prefix = :prefix::VARCHAR AND api_keys.revoked_at IS NULL;
-- keys of an organisation
SELECT api_keys.id, api_keys.name, api_keys.prefix, api_keys.scopes, api_keys.environment, api_keys.last_used_at, api_keys.created_at, members_1.id AS id_1, members_1.email, members_1.full_name FROM api_keys LEFT OUTER JOIN members AS members_1 ON members_1.id = api_keys.created_by_id WHERE api_keys.organisation_id = :key_org::UUID AND api_keys.revoked_at IS NULL ORDER BY api_keys.created_at DESC LIMIT 50::INTEGER OFFSET 0::INTEGER;
-- log in
SELECT members.id, members.organisation_id, members.email, members.password_hash, members.role FROM members WHERE lower(members.email) = :email::VARCHAR AND members.deactivated_at IS NULL;
-- members of an organisation
SELECT members.id, members.email, members.full_name, members.role, members.accepted_at, members.created_at FROM members WHERE members.organisation_id = :member_org::UUID AND members.deactivated_at IS NULL ORDER BY members.created_at LIMIT 100::INTEGER OFFSET 0::INTEGER;
-- an organisation by its slug
SELECT organisations.id, organisations.name, organisations.slug, organisations.plan, organisations.status, organisations.settings FROM organisations WHERE organisations.slug = :slug::VARCHAR AND organisations.deleted_at IS NULL;
-- find organisations (staff)
SELECT organisations.id, organisations.name, organisations.slug, organisations.plan, organisations.status, organisations.created_at FROM organisations WHERE organisations.name ILIKE :needle::VARCHAR AND organisations.deleted_at IS NULL ORDER BY organisations.name LIMIT 20::INTEGER;
-- accounts of an organisation
SELECT ledger_accounts.id, ledger_accounts.kind, ledger_accounts.currency, ledger_accounts.balance FROM ledger_accounts WHERE ledger_accounts.organisation_id = :org::UUID;
-- a statement of an account (keyset)
SELECT ledger_entries.id, ledger_entries.transaction_id, ledger_entries.account_id, ledger_entries.amount, ledger_entries.created_at, ledger_transactions_1.id AS id_1, ledger_transactions_1.kind, ledger_transactions_1.description FROM ledger_entries JOIN ledger_transactions AS ledger_transactions_1 ON ledger_transactions_1.id = ledger_entries.transaction_id WHERE ledger_entries.account_id = :account::UUID AND (ledger_entries.created_at, ledger_entries.id) < (:before::TIMESTAMP WITH TIME ZONE, :before_id::UUID) ORDER BY ledger_entries.created_at DESC, ledger_entries.id DESC LIMIT 50::INTEGER;
-- the balance at a moment
SELECT coalesce(sum(ledger_entries.amount), 0) AS coalesce_1 FROM ledger_entries WHERE ledger_entries.account_id = :account::UUID AND ledger_entries.created_at < :before::TIMESTAMP WITH TIME ZONE;
-- what was used per day
SELECT date_trunc('day', ledger_entries.created_at) AS day, sum(ledger_entries.amount) AS sum_1 FROM ledger_entries WHERE ledger_entries.account_id = :account::UUID AND ledger_entries.created_at >= :since::TIMESTAMP WITH TIME ZONE AND ledger_entries.created_at < :until::TIMESTAMP WITH TIME ZONE GROUP BY date_trunc('day', ledger_entries.created_at) ORDER BY day;
-- transactions of an organisation
SELECT ledger_transactions.id, ledger_transactions.kind, ledger_transactions.description, ledger_transactions.source_type, ledger_transactions.source_id, ledger_transactions.created_at FROM ledger_transactions WHERE ledger_transactions.organisation_id = :txn_org::UUID ORDER BY ledger_transactions.created_at DESC LIMIT 25::INTEGER OFFSET :skip::INTEGER;
-- their entries (selectinload)
SELECT ledger_entries.transaction_id AS ledger_entries_transaction_id, ledger_entries.id AS ledger_entries_id, ledger_entries.account_id AS ledger_entries_account_id, ledger_entries.amount AS ledger_entries_amount FROM ledger_entries WHERE ledger_entries.transaction_id IN (:txn1::UUID, :txn2::UUID, :txn3::UUID, :txn4::UUID);
-- credit that is left
SELECT coalesce(sum(credit_grants.remaining), 0) AS coalesce_1 FROM credit_grants WHERE credit_grants.organisation_id = :grant_org::UUID AND credit_grants.voided_at IS NULL AND credit_grants.remaining > 0 AND (credit_grants.expires_at IS NULL OR credit_grants.expires_at > :now::TIMESTAMP WITH TIME ZONE);
-- all grants of an organisation
SELECT credit_grants.id, credit_grants.source, credit_grants.amount, credit_grants.remaining, credit_grants.expires_at, credit_grants.voided_at, credit_grants.created_at FROM credit_grants WHERE credit_grants.organisation_id = :grant_org::UUID ORDER BY credit_grants.created_at DESC LIMIT 25::INTEGER OFFSET 0::INTEGER;
-- the card that is charged
SELECT payment_cards.id, payment_cards.brand, payment_cards.last4, payment_cards.exp_month, payment_cards.exp_year FROM payment_cards WHERE payment_cards.organisation_id = :org::UUID AND payment_cards.is_default IS true AND payment_cards.deleted_at IS NULL;
-- the same card elsewhere
SELECT payment_cards.id, payment_cards.organisation_id, payment_cards.brand, payment_cards.last4, payment_cards.created_at FROM payment_cards WHERE payment_cards.fingerprint = :fingerprint::VARCHAR AND payment_cards.organisation_id != :org::UUID;
-- invoices with their lines (joinedload and LIMIT)
SELECT anon_1.id, anon_1.number, anon_1.status, anon_1.total, anon_1.due_at, anon_1.created_at, invoice_lines_1.id AS id_1, invoice_lines_1.position, invoice_lines_1.description, invoice_lines_1.amount FROM (SELECT invoices.id AS id, invoices.number AS number, invoices.status AS status, invoices.total AS total, invoices.due_at AS due_at, invoices.created_at AS created_at FROM invoices WHERE invoices.organisation_id = :invoice_org::UUID AND invoices.status != 'draft'::VARCHAR ORDER BY invoices.created_at DESC LIMIT 12::INTEGER OFFSET 0::INTEGER) AS anon_1 LEFT OUTER JOIN invoice_lines AS invoice_lines_1 ON anon_1.id = invoice_lines_1.invoice_id ORDER BY anon_1.created_at DESC, invoice_lines_1.position;
-- their number
SELECT count(*) AS count_1 FROM (SELECT invoices.id AS id, invoices.number AS number, invoices.status AS status, invoices.created_at AS created_at FROM invoices WHERE invoices.organisation_id = :invoice_org::UUID AND invoices.status != 'draft'::VARCHAR) AS anon_1;
-- an invoice by its number
SELECT invoices.id, invoices.organisation_id, invoices.number, invoices.status, invoices.currency, invoices.total, invoices.period_start, invoices.period_end, invoices.due_at, organisations_1.id AS id_1, organisations_1.name, organisations_1.billing_email FROM invoices LEFT OUTER JOIN organisations AS organisations_1 ON organisations_1.id = invoices.organisation_id WHERE invoices.number = :number::VARCHAR;
-- lines of several invoices (selectinload)
SELECT invoice_lines.invoice_id AS invoice_lines_invoice_id, invoice_lines.id AS invoice_lines_id, invoice_lines.position AS invoice_lines_position, invoice_lines.description AS invoice_lines_description, invoice_lines.amount AS invoice_lines_amount FROM invoice_lines WHERE invoice_lines.invoice_id IN (:inv1::UUID, :inv2::UUID, :inv3::UUID, :inv4::UUID) ORDER BY invoice_lines.position;
-- webhook endpoints of an organisation
SELECT webhook_endpoints.id, webhook_endpoints.url, webhook_endpoints.secret, webhook_endpoints.events, webhook_endpoints.is_enabled FROM webhook_endpoints WHERE webhook_endpoints.organisation_id = :hook_org::UUID AND webhook_endpoints.is_enabled IS true;
-- deliveries to an endpoint
SELECT webhook_deliveries.id, webhook_deliveries.event_id, webhook_deliveries.event_type, webhook_deliveries.status, webhook_deliveries.attempts, webhook_deliveries.response_code, webhook_deliveries.created_at FROM webhook_deliveries WHERE webhook_deliveries.endpoint_id = :endpoint::UUID ORDER BY webhook_deliveries.created_at DESC LIMIT 25::INTEGER OFFSET :skip::INTEGER;
-- failed deliveries of an organisation in the last week
SELECT webhook_deliveries.id, webhook_deliveries.event_type, webhook_deliveries.response_code, webhook_deliveries.last_error, webhook_deliveries.created_at, webhook_endpoints.url FROM webhook_deliveries JOIN webhook_endpoints ON webhook_endpoints.id = webhook_deliveries.endpoint_id WHERE webhook_endpoints.organisation_id = :failing_org::UUID AND webhook_deliveries.status = 'failed'::VARCHAR AND webhook_deliveries.created_at >= :week_ago::TIMESTAMP WITH TIME ZONE ORDER BY webhook_deliveries.created_at DESC LIMIT 50::INTEGER;
-- deliveries of an event
SELECT webhook_deliveries.id, webhook_deliveries.endpoint_id, webhook_deliveries.status, webhook_deliveries.attempts, webhook_deliveries.delivered_at FROM webhook_deliveries WHERE webhook_deliveries.event_id = :event::UUID;
-- the audit log of an organisation
SELECT audit_logs.id, audit_logs.actor_type, audit_logs.actor_id, audit_logs.action, audit_logs.target_type, audit_logs.target_id, audit_logs.ip_address, audit_logs.created_at FROM audit_logs WHERE audit_logs.organisation_id = :audit_org::UUID ORDER BY audit_logs.created_at DESC LIMIT 50::INTEGER OFFSET :skip::INTEGER;
-- risky actions in a month
SELECT audit_logs.id, audit_logs.actor_type, audit_logs.actor_id, audit_logs.action, audit_logs.created_at FROM audit_logs WHERE audit_logs.organisation_id = :audit_org::UUID AND audit_logs.action IN ('key.revoked'::VARCHAR, 'sso.changed'::VARCHAR, 'card.removed'::VARCHAR) AND audit_logs.created_at >= :since::TIMESTAMP WITH TIME ZONE AND audit_logs.created_at < :until::TIMESTAMP WITH TIME ZONE ORDER BY audit_logs.created_at DESC;
-- the history of a thing
SELECT audit_logs.id, audit_logs.actor_type, audit_logs.actor_id, audit_logs.action, audit_logs.context, audit_logs.created_at FROM audit_logs WHERE audit_logs.target_type = :target_type::VARCHAR AND audit_logs.target_id = :target::UUID ORDER BY audit_logs.created_at DESC LIMIT 20::INTEGER;
-- what a request did (gin)
SELECT audit_logs.id, audit_logs.organisation_id, audit_logs.action, audit_logs.target_type, audit_logs.target_id, audit_logs.created_at FROM audit_logs WHERE audit_logs.context @> :request::JSONB ORDER BY audit_logs.created_at;
