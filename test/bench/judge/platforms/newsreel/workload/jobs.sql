-- transactions: 10
\set a random(1, 59000)
\set old random(200, 1500)
\set days random(1, 10)
SELECT bench.say(bench.ago(0)) AS now, bench.say(bench.ago(225000 - :old)) AS stale, bench.say(bench.ago(:days * 1440)) AS since, bench.say(bench.ago(:days * 1440 - 1440)) AS until, bench.say(bench.word(:a, 1) || ' ' || bench.word(:a, 2)) AS saved, d[1] AS d1, d[2] AS d2, d[3] AS d3
FROM (SELECT ARRAY(SELECT g FROM generate_series(:a::int, :a::int + 900) AS g WHERE bench.pick(g, 5, 100) < 3 ORDER BY g LIMIT 3) AS d) AS x \gset
-- who gets a digest
SELECT "accounts_userpreference"."id", "accounts_userpreference"."languages", "accounts_userpreference"."digest_frequency", "accounts_userpreference"."next_digest_at", "accounts_userpreference"."settings", "accounts_userpreference"."user_id", "accounts_userpreference"."updated_at", "accounts_user"."id", "accounts_user"."email", "accounts_user"."display_name", "accounts_user"."is_active" FROM "accounts_userpreference" INNER JOIN "accounts_user" ON ("accounts_userpreference"."user_id" = "accounts_user"."id") WHERE ("accounts_user"."is_active" AND "accounts_userpreference"."digest_frequency" IN ('daily', 'weekly') AND "accounts_userpreference"."next_digest_at" <= :now) ORDER BY "accounts_userpreference"."next_digest_at" ASC LIMIT 100;
-- a saved search (gin)
SELECT "news_article"."id", "news_article"."title", "news_article"."slug", "news_article"."language", "news_article"."summary", "news_article"."word_count", "news_article"."published_at", "news_article"."author_id", "news_article"."source_id" FROM "news_article" WHERE (to_tsvector('english'::regconfig, COALESCE("news_article"."title", '') || ' ' || COALESCE("news_article"."body", '')) @@ plainto_tsquery('english'::regconfig, :saved) AND NOT "news_article"."is_deleted") ORDER BY "news_article"."published_at" DESC LIMIT 20;
-- pages whose worker died
UPDATE "scraper_page" SET "status" = 'pending', "locked_until" = NULL, "next_fetch_at" = :now WHERE ("scraper_page"."locked_until" < :since AND "scraper_page"."status" = 'fetching');
-- errors per source in a day
SELECT "scraper_page"."source_id", COUNT("scraper_fetchlog"."id") AS "fetches", COUNT("scraper_fetchlog"."id") FILTER (WHERE NOT ("scraper_fetchlog"."error" = '')) AS "errors", AVG("scraper_fetchlog"."duration_ms") AS "duration" FROM "scraper_fetchlog" INNER JOIN "scraper_page" ON ("scraper_fetchlog"."page_id" = "scraper_page"."id") WHERE "scraper_fetchlog"."started_at" BETWEEN :since AND :until GROUP BY "scraper_page"."source_id" ORDER BY "errors" DESC;
-- old logs
DELETE FROM "scraper_fetchlog" WHERE "scraper_fetchlog"."started_at" < :stale;
-- articles per topic (annotate, most of the table)
SELECT "news_topic"."id", "news_topic"."name", "news_topic"."slug", COUNT("news_article_topics"."article_id") AS "num_articles" FROM "news_topic" LEFT OUTER JOIN "news_article_topics" ON ("news_topic"."id" = "news_article_topics"."topic_id") GROUP BY "news_topic"."id" ORDER BY "num_articles" DESC LIMIT 40;
-- purge: topics of deleted articles
DELETE FROM "news_article_topics" WHERE "news_article_topics"."article_id" IN (:d1, :d2, :d3);
-- purge: bookmarks
DELETE FROM "reading_bookmark" WHERE "reading_bookmark"."article_id" IN (:d1, :d2, :d3);
-- purge: sessions
DELETE FROM "reading_session" WHERE "reading_session"."article_id" IN (:d1, :d2, :d3);
-- purge: duplicates stand on their own (SET_NULL)
UPDATE "news_article" SET "duplicate_of_id" = NULL WHERE "news_article"."duplicate_of_id" IN (:d1, :d2, :d3);
-- purge: the articles
DELETE FROM "news_article" WHERE "news_article"."id" IN (:d1, :d2, :d3);
