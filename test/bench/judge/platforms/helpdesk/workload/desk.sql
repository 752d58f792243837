-- transactions: 100
\set n random(1, 1000000)
\set c random(1, 40000)
\set t random(1, 99900)
\set object random(1, 40000)
SELECT 1 + bench.skewed(:n, 4, 300) AS tenant, 1 + bench.skewed(:n, 8, 2500) AS agent, 1 + bench.skewed(:n, 19, 4000) AS tag,
	1 + bench.skewed(:c, 4, 300) AS customer_tenant, 1 + bench.skewed(1 + bench.pick(:t, 6, 40000), 4, 300) AS ticket_tenant,
	1 + bench.pick(:t, 6, 40000) AS customer, bench.say('customer' || :c::int || '@mail' || :c::int % 50 || '.test') AS email,
	bench.say('%' || bench.word(:t, 2) || ' ' || bench.word(:t, 3) || '%') AS phrase, bench.say(bench.ago(:t * 5)) AS cursor, bench.say(bench.ago(1000)) AS due \gset
-- a customer by address
SELECT id, name, vip FROM customers WHERE tenant_id = :customer_tenant AND lower(email) = :email;
-- a ticket by its number
SELECT * FROM tickets WHERE tenant_id = :ticket_tenant AND number = :t;
-- the latest tickets of a tenant
SELECT id, number, subject, status FROM tickets WHERE tenant_id = :tenant AND deleted_at IS NULL ORDER BY updated_at DESC LIMIT 30;
-- next page by key set
SELECT id, number, subject, status FROM tickets WHERE tenant_id = :tenant AND deleted_at IS NULL AND updated_at < :cursor ORDER BY updated_at DESC LIMIT 30;
-- pending tickets of a tenant
SELECT id, number, subject FROM tickets WHERE tenant_id = :tenant AND status = 'pending' AND deleted_at IS NULL ORDER BY updated_at DESC LIMIT 30;
-- counters of a tenant
SELECT status, count(*) FROM tickets WHERE tenant_id = :tenant AND status IN ('new', 'open', 'pending') AND deleted_at IS NULL GROUP BY status;
-- my open tickets
SELECT t.id, t.subject, t.priority, c.name FROM tickets AS t JOIN customers AS c ON c.id = t.customer_id WHERE t.assignee_id = :agent AND t.status = 'open' AND t.deleted_at IS NULL ORDER BY t.priority, t.created_at LIMIT 20;
-- unassigned tickets of a tenant
SELECT id, subject, created_at FROM tickets WHERE tenant_id = :tenant AND assignee_id IS NULL AND status = 'new' ORDER BY created_at LIMIT 20;
-- tickets of a customer
SELECT id, number, subject, status FROM tickets WHERE customer_id = :customer ORDER BY created_at DESC LIMIT 10;
-- search in subjects of a tenant
SELECT id, number, subject FROM tickets WHERE tenant_id = :ticket_tenant AND subject ILIKE :phrase LIMIT 20;
-- comments of a ticket
SELECT id, author_kind, body, created_at FROM comments WHERE ticket_id = :t AND internal = false ORDER BY created_at;
-- who wrote last
SELECT author_kind FROM comments WHERE ticket_id = :t ORDER BY created_at DESC LIMIT 1;
-- tags of a ticket
SELECT g.id, g.name FROM ticket_tags AS tt JOIN tags AS g ON g.id = tt.tag_id WHERE tt.ticket_id = :t;
-- tickets with a tag
SELECT t.id, t.subject FROM ticket_tags AS tt JOIN tickets AS t ON t.id = tt.ticket_id WHERE tt.tag_id = :tag AND t.deleted_at IS NULL ORDER BY t.updated_at DESC LIMIT 20;
-- tags of a tenant
SELECT id, name FROM tags WHERE tenant_id = :tenant ORDER BY name;
-- history of an object
SELECT actor_id, action, created_at FROM audit_log WHERE object_type = 'ticket' AND object_id = :object ORDER BY created_at DESC LIMIT 20;
-- a tenant by its address
SELECT id, name, plan FROM tenants WHERE subdomain = 'tenant7';
