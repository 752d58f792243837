-- What an engineer who knows the workload creates by hand.

CREATE EXTENSION IF NOT EXISTS pg_trgm;

CREATE INDEX members_lower_email ON members (lower(email));
CREATE INDEX journals_member ON journals (member_id, created_at DESC) WHERE deleted_at IS NULL;
CREATE INDEX entries_page ON entries (journal_id, created_at DESC, id DESC) WHERE deleted_at IS NULL;
CREATE INDEX entry_tags_tag ON entry_tags (tag_id, entry_id DESC);
CREATE INDEX conversations_member ON conversations (member_id, last_message_at DESC) WHERE deleted_at IS NULL;
CREATE INDEX messages_conversation ON messages (conversation_id, created_at DESC);
CREATE INDEX scraped_url ON scraped_contents (url text_pattern_ops);
CREATE INDEX scraped_pending ON scraped_contents (id) WHERE status = 'pending' AND deleted_at IS NULL;
CREATE INDEX scraped_author ON scraped_contents (author_id, published_at DESC);
CREATE INDEX scraped_source ON scraped_contents (source_id, fetched_at);
CREATE INDEX scraped_trash ON scraped_contents (deleted_at) WHERE deleted_at IS NOT NULL;
CREATE INDEX scraped_title ON scraped_contents USING gin (title gin_trgm_ops);
CREATE INDEX authors_lower_name ON authors (lower(name) text_pattern_ops);
