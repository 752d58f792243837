-- crawler: scraped contents. Rails with ActiveRecord: serial keys, SELECT "t".*, a fetch queue with attempts, bytea and hex hashes, text[] tags, NULL published_at, Discard (discarded_at).

CREATE TABLE sources (
	id serial PRIMARY KEY,
	name varchar NOT NULL,
	host varchar NOT NULL,
	kind varchar NOT NULL,
	enabled boolean DEFAULT true NOT NULL,
	crawl_interval integer NOT NULL,
	settings jsonb DEFAULT '{}' NOT NULL,
	last_crawled_at timestamp(6) with time zone,
	created_at timestamp(6) with time zone NOT NULL,
	updated_at timestamp(6) with time zone NOT NULL,
	CONSTRAINT index_sources_on_host UNIQUE (host));

CREATE TABLE fetch_jobs (
	id bigserial PRIMARY KEY,
	source_id integer NOT NULL REFERENCES sources (id),
	url text NOT NULL,
	url_hash bytea NOT NULL,
	status varchar(12) DEFAULT 'pending' NOT NULL,
	priority smallint DEFAULT 0 NOT NULL,
	attempts smallint DEFAULT 0 NOT NULL,
	next_attempt_at timestamp(6) with time zone,
	locked_by varchar,
	locked_at timestamp(6) with time zone,
	http_status smallint,
	last_error text,
	created_at timestamp(6) with time zone NOT NULL,
	updated_at timestamp(6) with time zone NOT NULL,
	CONSTRAINT index_fetch_jobs_on_url_hash UNIQUE (url_hash));

CREATE TABLE documents (
	id bigserial PRIMARY KEY,
	source_id integer NOT NULL REFERENCES sources (id),
	canonical_id bigint REFERENCES documents (id),
	url text NOT NULL,
	url_hash bytea NOT NULL,
	content_hash char(32) NOT NULL,
	title text,
	body text NOT NULL,
	language varchar(5),
	tags text[] DEFAULT '{}' NOT NULL,
	word_count integer NOT NULL,
	published_at timestamp(6) with time zone,
	fetched_at timestamp(6) with time zone NOT NULL,
	discarded_at timestamp(6) with time zone,
	created_at timestamp(6) with time zone NOT NULL,
	updated_at timestamp(6) with time zone NOT NULL,
	CONSTRAINT index_documents_on_source_id_and_url_hash UNIQUE (source_id, url_hash));

CREATE TABLE authors (
	id serial PRIMARY KEY,
	name varchar NOT NULL,
	slug varchar NOT NULL,
	documents_count integer DEFAULT 0 NOT NULL,
	created_at timestamp(6) with time zone NOT NULL,
	updated_at timestamp(6) with time zone NOT NULL,
	CONSTRAINT index_authors_on_slug UNIQUE (slug));

CREATE TABLE authorships (
	id bigserial PRIMARY KEY,
	document_id bigint NOT NULL REFERENCES documents (id),
	author_id integer NOT NULL REFERENCES authors (id),
	position smallint DEFAULT 0 NOT NULL,
	CONSTRAINT index_authorships_on_document_id_and_author_id UNIQUE (document_id, author_id));

CREATE TABLE extraction_runs (
	id bigserial PRIMARY KEY,
	document_id bigint NOT NULL REFERENCES documents (id),
	extractor varchar NOT NULL,
	version smallint NOT NULL,
	status varchar(12) NOT NULL,
	duration_ms integer,
	output jsonb,
	error text,
	started_at timestamp(6) with time zone NOT NULL,
	finished_at timestamp(6) with time zone);
