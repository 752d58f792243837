-- What an engineer of this platform would create.
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE INDEX contents_source_published ON contents (source_id, published_at DESC) WHERE removed_at IS NULL;
CREATE INDEX contents_author_published ON contents (author_id, published_at DESC NULLS LAST);
CREATE INDEX contents_published ON contents (published_at);
CREATE INDEX contents_new ON contents (scraped_at) WHERE status = 'new';
CREATE INDEX contents_review ON contents (scraped_at DESC) WHERE status = 'review';
CREATE INDEX contents_title_trgm ON contents USING gin (title gin_trgm_ops);
CREATE INDEX contents_url ON contents (url text_pattern_ops);
CREATE INDEX contents_lane ON contents ((metrics ->> 'lane'));
CREATE INDEX authors_followers ON authors (followers DESC);
CREATE INDEX authors_name_trgm ON authors USING gin (display_name gin_trgm_ops);
CREATE INDEX keywords_word_pattern ON keywords (word text_pattern_ops);
CREATE INDEX content_keywords_keyword ON content_keywords (keyword_id, relevance DESC);
CREATE INDEX crawl_jobs_source ON crawl_jobs (source_id, scheduled_at DESC);
CREATE INDEX crawl_jobs_pending ON crawl_jobs (scheduled_at) WHERE state = 'pending';
CREATE INDEX crawl_jobs_failed ON crawl_jobs (finished_at) WHERE state = 'failed';
