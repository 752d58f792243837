-- contents: scraped contents with authors and sources, crawl jobs and keywords. SQLAlchemy: bigint and text keys, much text.

CREATE TABLE sources (
	id serial PRIMARY KEY,
	domain text NOT NULL UNIQUE,
	kind text NOT NULL,
	active boolean NOT NULL DEFAULT true,
	crawl_interval interval NOT NULL DEFAULT '1 hour');

CREATE TABLE authors (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	source_id integer NOT NULL REFERENCES sources ON DELETE CASCADE,
	handle text NOT NULL,
	display_name text NOT NULL,
	followers integer NOT NULL DEFAULT 0,
	verified boolean NOT NULL DEFAULT false,
	UNIQUE (source_id, handle));

CREATE TABLE contents (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	source_id integer NOT NULL REFERENCES sources ON DELETE CASCADE,
	author_id bigint REFERENCES authors ON DELETE SET NULL,
	external_id text NOT NULL,
	url text NOT NULL,
	url_hash text NOT NULL UNIQUE,
	title text NOT NULL,
	lang char(2) NOT NULL,
	status text NOT NULL DEFAULT 'new',
	metrics jsonb NOT NULL DEFAULT '{}',
	published_at timestamptz,
	scraped_at timestamptz NOT NULL DEFAULT now(),
	removed_at timestamptz,
	UNIQUE (source_id, external_id));

CREATE TABLE keywords (
	id serial PRIMARY KEY,
	word text NOT NULL UNIQUE);

CREATE TABLE content_keywords (
	content_id bigint NOT NULL REFERENCES contents ON DELETE CASCADE,
	keyword_id integer NOT NULL REFERENCES keywords ON DELETE CASCADE,
	relevance real NOT NULL,
	PRIMARY KEY (content_id, keyword_id));

CREATE TABLE crawl_jobs (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	source_id integer NOT NULL REFERENCES sources ON DELETE CASCADE,
	state text NOT NULL DEFAULT 'pending',
	attempts integer NOT NULL DEFAULT 0,
	scheduled_at timestamptz NOT NULL,
	started_at timestamptz,
	finished_at timestamptz,
	message text);
