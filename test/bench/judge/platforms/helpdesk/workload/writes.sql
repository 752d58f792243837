-- transactions: 100
\set n random(1, 1000000)
\set t random(1, 99900)
\set c random(1, 40000)
SELECT 1 + bench.skewed(:n, 4, 300) AS tenant, 1 + bench.skewed(:n, 8, 2500) AS agent \gset
-- a ticket
INSERT INTO tickets (tenant_id, number, customer_id, subject, status, channel, created_at, updated_at) VALUES (:tenant, :n, :c, 'Broken', 'closed', 'web', now(), now());
-- a comment
INSERT INTO comments (ticket_id, author_kind, author_id, body, created_at) VALUES (:t, 'agent', :agent, 'Have you tried', now());
-- the ticket has moved
UPDATE tickets SET updated_at = now() WHERE id = :t;
-- the log of it
INSERT INTO audit_log (tenant_id, actor_id, action, object_type, object_id, created_at) VALUES (:tenant, :agent, 'update', 'ticket', :t, now());
-- a tag less
DELETE FROM ticket_tags WHERE ticket_id = :t AND tag_id = 17;
