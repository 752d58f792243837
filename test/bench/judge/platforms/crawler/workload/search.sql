-- transactions: 15
\set d random(1, 180000)
\set e random(1, 180000)
\set n random(1, 1000000)
SELECT bench.say('%' || bench.word(:d, 2) || ' ' || bench.word(:d, 3) || '%') AS part, bench.say(bench.word(:e, 1) || ' ' || bench.word(:e, 4)) AS words, bench.say('tag-' || bench.word(bench.skewed(:n, 27, 500), 1)) AS tag1, bench.say('tag-' || bench.word(bench.skewed(:d, 26, 500), 1)) AS tag2,
	bench.say(bench.ago((180001 - :d::int) * 2.4 + 3000)) AS since, bench.say(bench.ago((180001 - :d::int) * 2.4 - 1440)) AS until \gset
-- titles with this part
SELECT "documents"."id", "documents"."title", "documents"."language" FROM "documents" WHERE "documents"."discarded_at" IS NULL AND "documents"."title" ILIKE :part ORDER BY "documents"."published_at" DESC NULLS LAST LIMIT 20;
-- titles with these words (pg_search)
SELECT "documents"."id", "documents"."title", ts_rank(to_tsvector('simple', coalesce("documents"."title"::text, '')), plainto_tsquery('simple', :words)) AS rank FROM "documents" WHERE (to_tsvector('simple', coalesce("documents"."title"::text, '')) @@ plainto_tsquery('simple', :words)) AND "documents"."discarded_at" IS NULL ORDER BY rank DESC, "documents"."id" ASC LIMIT 20;
-- one of two tags in some days
SELECT "documents"."id", "documents"."title", "documents"."tags" FROM "documents" WHERE (documents.tags && ARRAY[:tag1, :tag2]::text[]) AND "documents"."published_at" >= :since AND "documents"."published_at" < :until ORDER BY "documents"."published_at" DESC LIMIT 50;
