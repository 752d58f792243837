-- transactions: 12
\set n random(1, 1000000)
\set days random(2, 200)
SELECT 1 + bench.skewed(:n, 20, 300) AS tenant, bench.say(bench.ago(:days * 1440)) AS since, bench.say(bench.ago(:days * 1440 - 1440)) AS until, bench.say(bench.ago(480000)) AS due \gset
-- overdue tickets
SELECT id, tenant_id, due_at FROM tickets WHERE status IN ('new', 'open', 'pending') AND due_at < :due ORDER BY due_at LIMIT 100;
-- the log of a tenant
SELECT actor_id, action, object_type, object_id FROM audit_log WHERE tenant_id = :tenant ORDER BY created_at DESC LIMIT 50;
-- a tenant's log of a day
SELECT action, count(*) FROM audit_log WHERE tenant_id = :tenant AND created_at >= :since AND created_at < :until GROUP BY action;
-- what was deleted last
SELECT tenant_id, object_type, object_id FROM audit_log WHERE action = 'delete' ORDER BY created_at DESC LIMIT 30;
-- tickets by channel (most of the table)
SELECT channel, count(*) FROM tickets WHERE deleted_at IS NULL GROUP BY channel;
-- public comments by kind of author (most of the table)
SELECT author_kind, count(*) FROM comments WHERE internal = false GROUP BY author_kind;
