-- What an engineer of this platform would create.
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE INDEX customers_tenant_email ON customers (tenant_id, lower(email));
CREATE INDEX tickets_tenant_number ON tickets (tenant_id, number);
CREATE INDEX tickets_tenant_updated ON tickets (tenant_id, updated_at DESC) WHERE deleted_at IS NULL;
CREATE INDEX tickets_tenant_status ON tickets (tenant_id, status, updated_at DESC) WHERE deleted_at IS NULL;
CREATE INDEX tickets_assignee_open ON tickets (assignee_id, priority, created_at) WHERE status = 'open' AND deleted_at IS NULL;
CREATE INDEX tickets_unassigned ON tickets (tenant_id, created_at) WHERE assignee_id IS NULL AND status = 'new';
CREATE INDEX tickets_customer ON tickets (customer_id, created_at DESC);
CREATE INDEX tickets_due ON tickets (due_at) WHERE status IN ('new', 'open', 'pending');
CREATE INDEX tickets_subject_trgm ON tickets USING gin (subject gin_trgm_ops);
CREATE INDEX comments_ticket ON comments (ticket_id, created_at);
CREATE INDEX tags_tenant ON tags (tenant_id, name);
CREATE INDEX ticket_tags_tag ON ticket_tags (tag_id);
CREATE INDEX audit_object ON audit_log (object_type, object_id, created_at DESC);
CREATE INDEX audit_tenant_created ON audit_log (tenant_id, created_at DESC);
CREATE INDEX audit_delete ON audit_log (created_at DESC) WHERE action = 'delete';
