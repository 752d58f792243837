-- transactions: 100
\set n random(1, 1000000)
\set d random(1, 180000)
\set j random(1, 180000)
\set a random(1, 15000)
\set r random(1, 260000)
SELECT 1 + bench.skewed(:n, 10, 800) AS source, 1 + bench.skewed(:d, 10, 800) AS doc_source, bench.say('\x' || md5('new' || clock_timestamp()::text || pg_backend_pid() || :n)) AS new_hash, bench.say('\x' || md5('u' || :d)) AS url_hash, bench.say('https://www.new.test/' || :n || '.html') AS url,
	bench.say(md5('c' || :n)) AS content_hash, bench.say(initcap(bench.words(:n, 4))) AS title, bench.say('worker-' || bench.pick(:n, 15, 16)) AS worker \gset
-- claim a job
UPDATE "fetch_jobs" SET "status" = 'running', "locked_by" = :worker, "locked_at" = now(), "attempts" = "fetch_jobs"."attempts" + 1 WHERE "fetch_jobs"."id" = (SELECT "fetch_jobs"."id" FROM "fetch_jobs" WHERE "fetch_jobs"."status" = 'pending' AND (fetch_jobs.next_attempt_at <= now()) ORDER BY "fetch_jobs"."priority" DESC, "fetch_jobs"."next_attempt_at" ASC LIMIT 1 FOR UPDATE SKIP LOCKED) RETURNING "fetch_jobs"."id", "fetch_jobs"."url";
-- a job is done
UPDATE "fetch_jobs" SET "status" = 'done', "http_status" = 200, "locked_by" = NULL, "locked_at" = NULL, "updated_at" = now() WHERE "fetch_jobs"."id" = :j;
-- new addresses (insert_all)
INSERT INTO "fetch_jobs" ("source_id", "url", "url_hash", "status", "next_attempt_at", "created_at", "updated_at") VALUES (:source, :url, :new_hash, 'pending', now(), now(), now()), (:doc_source, :url, :url_hash, 'pending', now(), now(), now()) ON CONFLICT DO NOTHING RETURNING "id";
-- a document (upsert)
INSERT INTO "documents" ("source_id", "url", "url_hash", "content_hash", "title", "body", "language", "tags", "word_count", "fetched_at", "created_at", "updated_at") VALUES (:doc_source, :url, :url_hash, :content_hash, :title, 'Body', 'en', '{tag-river}', 100, now(), now(), now()) ON CONFLICT ("source_id", "url_hash") DO UPDATE SET "fetched_at" = excluded."fetched_at", "updated_at" = excluded."updated_at" RETURNING "id";
-- a new document
INSERT INTO "documents" ("source_id", "url", "url_hash", "content_hash", "title", "body", "language", "tags", "word_count", "published_at", "fetched_at", "created_at", "updated_at") VALUES (:source, :url, :new_hash, :content_hash, :title, 'Body', 'en', '{tag-river,tag-silver}', 100, now(), now(), now(), now()) RETURNING "id";
-- a run begins
INSERT INTO "extraction_runs" ("document_id", "extractor", "version", "status", "started_at") VALUES (:d, 'metadata', 4, 'running', now()) RETURNING "id";
-- a run ends
UPDATE "extraction_runs" SET "status" = 'ok', "duration_ms" = 40, "finished_at" = now() WHERE "extraction_runs"."id" = :r;
-- an authorship
INSERT INTO "authorships" ("document_id", "author_id", "position") VALUES (:d, :a, 0) ON CONFLICT ("document_id", "author_id") DO NOTHING;
-- its counter
UPDATE "authors" SET "documents_count" = COALESCE("documents_count", 0) + 1 WHERE "authors"."id" = :a;
-- a document is discarded
UPDATE "documents" SET "discarded_at" = now(), "updated_at" = now() WHERE "documents"."id" = :j;
