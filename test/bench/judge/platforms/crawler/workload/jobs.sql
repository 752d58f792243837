-- transactions: 10
\set days random(1, 280)
SELECT bench.say(bench.ago(:days * 1440)) AS since, bench.say(bench.ago(:days * 1440 - 4320)) AS until \gset
-- jobs whose worker has died
UPDATE "fetch_jobs" SET "status" = 'pending', "locked_by" = NULL, "locked_at" = NULL, "next_attempt_at" = now() + interval '1 day' WHERE "fetch_jobs"."id" IN (SELECT "fetch_jobs"."id" FROM "fetch_jobs" WHERE "fetch_jobs"."status" = 'running' AND (fetch_jobs.locked_at < now() - interval '30 minutes') ORDER BY "fetch_jobs"."locked_at" ASC LIMIT 10 FOR UPDATE SKIP LOCKED);
-- failed jobs to try again
UPDATE "fetch_jobs" SET "status" = 'pending', "updated_at" = now() WHERE "fetch_jobs"."id" IN (SELECT "fetch_jobs"."id" FROM "fetch_jobs" WHERE "fetch_jobs"."status" = 'failed' AND "fetch_jobs"."attempts" < 5 AND (fetch_jobs.next_attempt_at <= now()) ORDER BY "fetch_jobs"."next_attempt_at" ASC LIMIT 25 FOR UPDATE SKIP LOCKED);
-- failures of some days by extractor
SELECT COUNT(*) AS count_all, "extraction_runs"."extractor" AS extraction_runs_extractor FROM "extraction_runs" WHERE "extraction_runs"."status" = 'failed' AND "extraction_runs"."started_at" BETWEEN :since AND :until GROUP BY "extraction_runs"."extractor";
-- documents per day
SELECT COUNT(*) AS count_all, date_trunc('day', documents.published_at) AS date_trunc_day FROM "documents" WHERE "documents"."published_at" >= :since AND "documents"."published_at" < :until GROUP BY date_trunc('day', documents.published_at);
-- recent documents without a run of the metadata extractor
SELECT "documents"."id" FROM "documents" WHERE "documents"."discarded_at" IS NULL AND "documents"."published_at" >= :since AND "documents"."published_at" < :until AND (NOT EXISTS (SELECT 1 FROM extraction_runs WHERE extraction_runs.document_id = documents.id AND extraction_runs.extractor = 'metadata' AND extraction_runs.status = 'ok')) LIMIT 200;
-- documents by language (most of the table)
SELECT COUNT(*) AS count_all, "documents"."language" AS documents_language, AVG("documents"."word_count") AS words FROM "documents" WHERE "documents"."discarded_at" IS NULL GROUP BY "documents"."language";
-- time by extractor (the whole table)
SELECT "extraction_runs"."extractor", AVG("extraction_runs"."duration_ms") AS avg_ms, MAX("extraction_runs"."duration_ms") AS max_ms FROM "extraction_runs" GROUP BY "extraction_runs"."extractor";
