-- transactions: 100
\set a random(1, 59900)
\set p random(1, 119000)
\set u random(1, 20000)
\set s random(1, 149000)
\set l random(1, 18000)
\set new random(1, 2000000000)
SELECT bench.say(bench.ago(0)) AS now, bench.say(bench.ago(-30)) AS lock, bench.say(bench.ago(-1440)) AS tomorrow, bench.say(encode(sha256(('url' || :p::int)::bytea), 'hex')) AS known, bench.say(encode(sha256(('new' || :new::int)::bytea), 'hex')) AS fresh, bench.say(encode(sha256(('content' || :a::int)::bytea), 'hex')) AS content, 1 + bench.skewed((:p::int + 1) / 2, 2, 600) AS page_source, 1 + bench.skewed(:a, 2, 600) AS source,
	bench.say(CASE WHEN :l::int % 2 = 0 THEN 'by ' ELSE '' END || bench.word(:l, 3) || ' ' || bench.word(:l, 4) || ' / ' || :l::int % 300) AS alias, live, 1 + bench.skewed(:s, 60, 20000) AS keeper, 1 + bench.skewed(open, 62, 20000) AS reader, 60000 - bench.skewed(open, 63, 60000) AS opened, 1 + bench.skewed(:s, 50, 400) AS topic, :p::int + 1 AS p2, :p::int + 7 AS p3, 120000 - bench.skewed(:s, 30, 120000) AS logged
FROM (SELECT min(g) AS live FROM generate_series(:a::int, :a::int + 60) AS g WHERE bench.pick(g, 5, 100) >= 3) AS x, (SELECT min(g) AS open FROM generate_series(:s::int, :s::int + 200) AS g WHERE bench.pick(g, 68, 100) < 14) AS y \gset
-- the next pages to fetch (skip_locked)
SELECT "scraper_page"."id", "scraper_page"."url", "scraper_page"."url_hash", "scraper_page"."status", "scraper_page"."http_status", "scraper_page"."retry_count", "scraper_page"."next_fetch_at", "scraper_page"."locked_until", "scraper_page"."last_fetched_at", "scraper_page"."content_hash", "scraper_page"."last_error", "scraper_page"."source_id", "scraper_page"."created_at" FROM "scraper_page" WHERE ("scraper_page"."status" IN ('pending', 'failed') AND "scraper_page"."retry_count" < 5 AND "scraper_page"."next_fetch_at" <= :now) ORDER BY "scraper_page"."next_fetch_at" ASC LIMIT 10 FOR UPDATE SKIP LOCKED;
-- found addresses (bulk_create with update_conflicts)
INSERT INTO "scraper_page" ("url", "url_hash", "status", "http_status", "retry_count", "next_fetch_at", "locked_until", "last_fetched_at", "content_hash", "last_error", "source_id", "created_at") VALUES ('https://www.source.test/known', :known, 'pending', NULL, 0, :now, NULL, NULL, NULL, '', :page_source, :now), ('https://www.source.test/fresh', :fresh, 'pending', NULL, 0, :now, NULL, NULL, NULL, '', :page_source, :now) ON CONFLICT("url_hash") DO UPDATE SET "next_fetch_at" = EXCLUDED."next_fetch_at" RETURNING "scraper_page"."id";
-- a page is fetched
UPDATE "scraper_page" SET "status" = 'done', "http_status" = 200, "retry_count" = 0, "next_fetch_at" = :tomorrow, "locked_until" = NULL, "last_fetched_at" = :now, "content_hash" = :content WHERE "scraper_page"."id" = :p;
-- a log of it
INSERT INTO "scraper_fetchlog" ("started_at", "duration_ms", "http_status", "error", "page_id") VALUES (:now, 410, 200, '', :logged) RETURNING "scraper_fetchlog"."id";
-- how it went before
SELECT "scraper_fetchlog"."id", "scraper_fetchlog"."started_at", "scraper_fetchlog"."duration_ms", "scraper_fetchlog"."http_status", "scraper_fetchlog"."error", "scraper_fetchlog"."page_id" FROM "scraper_fetchlog" WHERE "scraper_fetchlog"."page_id" = :logged ORDER BY "scraper_fetchlog"."started_at" DESC LIMIT 5;
-- is it a duplicate
SELECT "news_article"."id", "news_article"."source_id", "news_article"."published_at" FROM "news_article" WHERE ("news_article"."content_hash" = :content AND "news_article"."duplicate_of_id" IS NULL) ORDER BY "news_article"."published_at" ASC LIMIT 1;
-- whose alias is it (iexact)
SELECT "news_authoralias"."id", "news_authoralias"."alias", "news_authoralias"."author_id" FROM "news_authoralias" WHERE UPPER("news_authoralias"."alias"::text) = UPPER(:alias) LIMIT 21;
-- an article
INSERT INTO "news_article" ("title", "slug", "language", "summary", "body", "word_count", "content_hash", "keywords", "metadata", "is_featured", "is_deleted", "published_at", "created_at", "updated_at", "author_id", "duplicate_of_id", "page_id", "source_id") VALUES ('A new bridge over the river', 'a-new-bridge', 'en', 'A bridge.', 'The bridge was opened on Monday.', 120, :fresh, ARRAY['bridge', 'river']::varchar(60)[], '{}', false, false, :now, :now, :now, NULL, NULL, NULL, :source) RETURNING "news_article"."id";
-- a bookmark
INSERT INTO "reading_bookmark" ("note", "labels", "is_archived", "created_at", "article_id", "user_id") VALUES ('', '{}', false, :now, :live, :keeper) ON CONFLICT DO NOTHING;
-- a reading session
INSERT INTO "reading_session" ("device", "progress", "seconds_read", "started_at", "finished_at", "article_id", "user_id") VALUES ('phone', 0, 0, :now, NULL, :live, :reader) RETURNING "reading_session"."id";
-- it is finished
UPDATE "reading_session" SET "progress" = 100, "finished_at" = :now WHERE ("reading_session"."article_id" = :opened AND "reading_session"."finished_at" IS NULL AND "reading_session"."user_id" = :reader);
