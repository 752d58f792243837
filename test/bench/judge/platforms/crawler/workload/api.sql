-- transactions: 120
\set n random(1, 1000000)
\set d random(1, 180000)
\set e random(1, 180000)
\set k random(1, 220000)
\set r random(1, 260000)
\set a random(1, 15000)
\set off random(0, 4)
SELECT 1 + bench.skewed(:d, 10, 800) AS source, 1 + bench.skewed(:n, 10, 800) AS source2, bench.say('\x' || md5('u' || :d)) AS url_hash, bench.say((SELECT min(content_hash) FROM documents WHERE id = coalesce((SELECT max(canonical_id) FROM documents WHERE id BETWEEN :d AND :d::int + 20), 1))) AS content_hash, coalesce((SELECT max(canonical_id) FROM documents WHERE id BETWEEN :d AND :d::int + 20), 1) AS original,
	bench.say(('{en,de,fr,es,it,nl,pl,ja}'::text[])[1 + bench.skewed(1 + bench.skewed(:e, 10, 800), 24, 8)]) AS language, bench.say(bench.ago((180001 - :d::int) * 2.4)) AS before, 1 + bench.skewed(:k, 46, 15000) AS author, 1 + bench.pick(:k, 45, 180000) AS doc2,
	greatest(1, least(180000, (:r::int / 260000.0 * 180000)::int - bench.skewed(:r, 50, 3000))) AS run_doc, bench.say(lower(bench.word(:a, 1) || ' ' || left(bench.word(:a, 2), 5)) || '%') AS author_name, bench.say('tag-' || bench.word(bench.skewed(:n, 26, 500), 1)) AS tag, :off::int * 30 AS skip \gset
-- the newest documents of a language
SELECT "documents"."id", "documents"."source_id", "documents"."title", "documents"."url", "documents"."tags", "documents"."published_at" FROM "documents" WHERE "documents"."discarded_at" IS NULL AND "documents"."language" = :language ORDER BY "documents"."published_at" DESC NULLS LAST LIMIT 30 OFFSET :skip;
-- documents of a source before a date (keyset)
SELECT "documents".* FROM "documents" WHERE "documents"."discarded_at" IS NULL AND "documents"."source_id" = :source AND (documents.published_at < :before) ORDER BY "documents"."published_at" DESC, "documents"."id" DESC LIMIT 25;
-- the number of documents of a source
SELECT COUNT(*) FROM "documents" WHERE "documents"."discarded_at" IS NULL AND "documents"."source_id" = :source2;
-- a document by the hash of its address
SELECT "documents".* FROM "documents" WHERE "documents"."url_hash" = :url_hash LIMIT 1;
-- the same contents elsewhere
SELECT "documents"."id", "documents"."url" FROM "documents" WHERE "documents"."content_hash" = :content_hash AND "documents"."id" != :d ORDER BY "documents"."id" ASC LIMIT 5;
-- copies of a document (has_many)
SELECT "documents"."id", "documents"."source_id", "documents"."url" FROM "documents" WHERE "documents"."canonical_id" = :original;
-- documents with a tag
SELECT "documents"."id", "documents"."title", "documents"."published_at" FROM "documents" WHERE "documents"."discarded_at" IS NULL AND (documents.tags @> ARRAY[:tag]::text[]) ORDER BY "documents"."published_at" DESC NULLS LAST LIMIT 30;
-- documents of an author (has_many through)
SELECT "documents"."id", "documents"."title", "documents"."published_at" FROM "documents" INNER JOIN "authorships" ON "documents"."id" = "authorships"."document_id" WHERE "authorships"."author_id" = :author AND "documents"."discarded_at" IS NULL ORDER BY "documents"."published_at" DESC NULLS LAST LIMIT 25;
-- the authorships of a page of documents (preload)
SELECT "authorships".* FROM "authorships" WHERE "authorships"."document_id" IN (:d, :e, :doc2);
-- their authors (eager_load)
SELECT "authors"."id" AS t0_r0, "authors"."name" AS t0_r1, "authorships"."document_id" AS t1_r0 FROM "authors" INNER JOIN "authorships" ON "authorships"."author_id" = "authors"."id" WHERE "authorships"."document_id" = :doc2 ORDER BY "authorships"."position" ASC;
-- authors whose name begins so
SELECT "authors"."id", "authors"."name", "authors"."slug" FROM "authors" WHERE (LOWER(authors.name) LIKE :author_name) ORDER BY "authors"."documents_count" DESC LIMIT 10;
-- the last good run of each extractor on a document
SELECT DISTINCT ON (extraction_runs.extractor) extraction_runs.* FROM "extraction_runs" WHERE "extraction_runs"."document_id" = :run_doc AND "extraction_runs"."status" = 'ok' ORDER BY extraction_runs.extractor, extraction_runs.started_at DESC;
-- is there a run of this extractor
SELECT 1 AS one FROM "extraction_runs" WHERE "extraction_runs"."document_id" = :run_doc AND "extraction_runs"."extractor" = 'metadata' LIMIT 1;
-- the last failures of a source
SELECT "fetch_jobs"."id", "fetch_jobs"."url", "fetch_jobs"."last_error", "fetch_jobs"."attempts" FROM "fetch_jobs" WHERE "fetch_jobs"."source_id" = :source2 AND "fetch_jobs"."status" IN ('failed', 'dead') ORDER BY "fetch_jobs"."updated_at" DESC LIMIT 20;
-- enabled sources (small)
SELECT "sources".* FROM "sources" WHERE "sources"."enabled" = TRUE ORDER BY "sources"."name" ASC LIMIT 50 OFFSET :skip;
