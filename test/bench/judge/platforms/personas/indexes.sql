-- What an engineer of this platform would create.
CREATE INDEX users_email_lower ON users (lower(email));
CREATE INDEX users_created ON users (created_at DESC);
CREATE INDEX users_last_seen ON users (last_seen_at);
CREATE INDEX personas_user_updated ON personas (user_id, updated_at DESC) WHERE archived_at IS NULL;
CREATE INDEX personas_public_score ON personas (score DESC) WHERE visibility = 'public' AND archived_at IS NULL;
CREATE INDEX personas_template ON personas (template_id);
CREATE INDEX personas_traits ON personas USING gin (traits);
CREATE INDEX personas_slug ON personas (slug text_pattern_ops);
CREATE INDEX follows_persona ON persona_follows (persona_id, created_at DESC);
CREATE INDEX preferences_namespace_key ON preferences (namespace, key);
CREATE INDEX invitations_inviter ON invitations (inviter_id, created_at DESC);
CREATE INDEX invitations_email ON invitations (email);
CREATE INDEX invitations_pending ON invitations (expires_at) WHERE status = 'pending';
