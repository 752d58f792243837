-- What an engineer of this platform would create.
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE INDEX index_fetch_jobs_claim ON fetch_jobs (priority DESC, next_attempt_at) WHERE status = 'pending';
CREATE INDEX index_fetch_jobs_retry ON fetch_jobs (next_attempt_at) WHERE status = 'failed';
CREATE INDEX index_fetch_jobs_locked ON fetch_jobs (locked_at) WHERE status = 'running';
CREATE INDEX index_fetch_jobs_on_source_id_and_status ON fetch_jobs (source_id, status, updated_at DESC);
CREATE INDEX index_documents_on_url_hash ON documents (url_hash);
CREATE INDEX index_documents_on_content_hash ON documents (content_hash);
CREATE INDEX index_documents_on_canonical_id ON documents (canonical_id) WHERE canonical_id IS NOT NULL;
CREATE INDEX index_documents_on_language_and_published_at ON documents (language, published_at DESC NULLS LAST) WHERE discarded_at IS NULL;
CREATE INDEX index_documents_on_source_id_and_published_at ON documents (source_id, published_at DESC, id DESC) WHERE discarded_at IS NULL;
CREATE INDEX index_documents_on_published_at ON documents (published_at);
CREATE INDEX index_documents_on_tags ON documents USING gin (tags);
CREATE INDEX index_documents_on_title_trgm ON documents USING gin (title gin_trgm_ops);
CREATE INDEX index_documents_on_title_fts ON documents USING gin (to_tsvector('simple'::regconfig, coalesce(title, '')));
CREATE INDEX index_authors_on_lower_name ON authors (lower(name) varchar_pattern_ops);
CREATE INDEX index_authorships_on_author_id ON authorships (author_id);
CREATE INDEX index_extraction_runs_on_document_and_started_at ON extraction_runs (document_id, extractor, started_at DESC);
CREATE INDEX index_extraction_runs_failed ON extraction_runs (started_at) WHERE status = 'failed';
