-- What an engineer who knows the workload creates by hand.

CREATE INDEX users_lower_email ON users (lower(email));
CREATE INDEX personas_user ON personas (user_id, created_at);
CREATE INDEX agents_owner ON agents (owner_id, updated_at DESC);
CREATE INDEX agents_gallery ON agents (created_at DESC) WHERE is_public AND status = 'active';
CREATE INDEX sessions_user ON sessions (user_id, started_at DESC);
CREATE INDEX sessions_to_expire ON sessions (expires_at) WHERE status = 'active';
CREATE INDEX runs_session ON runs (session_id, queued_at);
CREATE INDEX runs_queue ON runs (priority DESC, queued_at) WHERE status = 'queued';
CREATE INDEX runs_agent_page ON runs (agent_id, queued_at DESC, id DESC);
CREATE INDEX runs_finished ON runs (finished_at);
CREATE INDEX run_events_errors ON run_events (created_at DESC) WHERE type = 'error';
CREATE INDEX tool_calls_run ON tool_calls (run_id);
CREATE INDEX tool_calls_tool ON tool_calls (tool_name, created_at);
CREATE INDEX api_keys_hash ON api_keys (key_hash);
