-- What an engineer of this platform would create.
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE INDEX auth_user_email_upper ON auth_user (upper(email));
CREATE INDEX auth_user_date_joined ON auth_user (date_joined DESC);
CREATE INDEX auth_user_staff ON auth_user (username) WHERE is_staff;
CREATE INDEX journal_journal_owner ON journal_journal (owner_id) WHERE deleted IS NULL;
CREATE INDEX journal_entry_journal_date ON journal_entry (journal_id, entry_date DESC);
CREATE INDEX journal_entry_date ON journal_entry (entry_date);
CREATE INDEX journal_entry_draft ON journal_entry (modified) WHERE is_draft;
CREATE INDEX journal_entry_favorite ON journal_entry (journal_id, created DESC) WHERE is_favorite;
CREATE INDEX journal_entry_title_trgm ON journal_entry USING gin (upper(title) gin_trgm_ops);
CREATE INDEX chat_conversation_user_last ON chat_conversation (user_id, last_message_at DESC);
CREATE INDEX chat_conversation_entry ON chat_conversation (entry_id);
CREATE INDEX chat_conversation_escalated ON chat_conversation (created) WHERE status = 'escalated';
CREATE INDEX chat_message_conversation ON chat_message (conversation_id, id);
CREATE INDEX chat_message_unprocessed ON chat_message (created) WHERE processed_at IS NULL;
CREATE INDEX journal_reminder_due ON journal_reminder (remind_at) WHERE NOT sent;
