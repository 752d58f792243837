-- What an engineer of this platform would create.
CREATE INDEX idx_sessions_token ON sessions (token_hash) WHERE revoked_at IS NULL;
CREATE INDEX idx_sessions_user_live ON sessions (user_id) WHERE revoked_at IS NULL;
CREATE INDEX idx_agent_versions_config ON agent_versions USING gin (config jsonb_path_ops);
CREATE INDEX idx_runs_workspace_created ON runs (workspace_id, created_at DESC);
CREATE INDEX idx_runs_workspace_failed ON runs (workspace_id, created_at DESC) WHERE status = 'failed';
CREATE INDEX idx_runs_agent_created ON runs (agent_id, created_at DESC);
CREATE INDEX idx_runs_queue ON runs (priority DESC, scheduled_at) WHERE status = 'queued';
CREATE INDEX idx_runs_active ON runs (workspace_id, status) WHERE status IN ('queued', 'running');
CREATE INDEX idx_runs_running_started ON runs (started_at) WHERE status = 'running';
CREATE INDEX idx_runs_parent ON runs (parent_run_id) WHERE parent_run_id IS NOT NULL;
CREATE INDEX idx_runs_ticket ON runs (workspace_id, (metadata ->> 'ticket')) WHERE metadata ->> 'ticket' IS NOT NULL;
CREATE INDEX idx_tool_calls_run ON tool_calls (run_id, created_at);
CREATE INDEX idx_tool_calls_errors ON tool_calls (tool_name, created_at DESC) WHERE status = 'error';
CREATE INDEX idx_events_run ON events (run_id, id);
CREATE INDEX idx_events_workspace_type ON events (workspace_id, type, id DESC);
CREATE INDEX idx_webhook_deliveries_due ON webhook_deliveries (next_attempt_at) WHERE status = 'pending';
CREATE INDEX idx_webhook_deliveries_endpoint ON webhook_deliveries (endpoint_id, created_at DESC);
CREATE INDEX idx_audit_target ON audit_log (target_type, target_id, id DESC);
