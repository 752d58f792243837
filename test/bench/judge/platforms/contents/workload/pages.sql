-- transactions: 80
\set n random(1, 1000000)
\set c random(1, 120000)
\set a random(1, 15000)
\set lane random(0, 399)
\set w random(0, 299)
SELECT 1 + bench.skewed(:n, 5, 200) AS source, 1 + bench.skewed(:n, 7, 15000) AS author, 1 + bench.skewed(:n, 31, 3000) AS keyword,
	bench.say('%' || split_part(bench.words(:c, 4), ' ', 2) || ' ' || split_part(bench.words(:c, 4), ' ', 3) || '%') AS phrase,
	bench.say('%' || initcap(bench.words(:a, 1)) || ' ' || '%') AS name_part, bench.say('word' || lpad(:w::int::text, 4, '0') || '%') AS word_prefix,
	bench.say(bench.ago(:c * 7)) AS cursor, bench.say('x' || :c::int) AS external_id, bench.say('lane' || :lane::int) AS lane_name,
	bench.say('https' || '://site.example/item/' || (:c::int / 10) || '%') AS url_prefix \gset
-- latest contents of a source
SELECT id, title, published_at FROM contents WHERE source_id = :source AND removed_at IS NULL ORDER BY published_at DESC LIMIT 20;
-- next page of a source by key set
SELECT id, title, published_at FROM contents WHERE source_id = :source AND removed_at IS NULL AND published_at < :cursor ORDER BY published_at DESC LIMIT 20;
-- a content with author and source
SELECT c.*, a.display_name, s.domain FROM contents AS c LEFT JOIN authors AS a ON a.id = c.author_id JOIN sources AS s ON s.id = c.source_id WHERE c.id = :c;
-- contents of an author
SELECT id, title, published_at FROM contents WHERE author_id = :author ORDER BY published_at DESC NULLS LAST LIMIT 20;
-- how much an author has published
SELECT count(*), max(published_at) FROM contents WHERE author_id = :author;
-- search in titles
SELECT id, title FROM contents WHERE title ILIKE :phrase LIMIT 20;
-- search for authors by a part of the name
SELECT id, display_name, followers FROM authors WHERE display_name LIKE :name_part ORDER BY followers DESC LIMIT 10;
-- keywords of a content
SELECT k.word, ck.relevance FROM content_keywords AS ck JOIN keywords AS k ON k.id = ck.keyword_id WHERE ck.content_id = :c ORDER BY ck.relevance DESC;
-- most relevant contents of a keyword
SELECT c.id, c.title, ck.relevance FROM content_keywords AS ck JOIN contents AS c ON c.id = ck.content_id WHERE ck.keyword_id = :keyword ORDER BY ck.relevance DESC LIMIT 20;
-- keywords that begin like this
SELECT word FROM keywords WHERE word LIKE :word_prefix ORDER BY word LIMIT 10;
-- addresses that begin like this
SELECT id, url FROM contents WHERE url LIKE :url_prefix LIMIT 20;
-- contents of a lane
SELECT id, title FROM contents WHERE metrics ->> 'lane' = :lane_name AND status = 'parsed' LIMIT 20;
-- active sources
SELECT id, domain FROM sources WHERE active ORDER BY domain;
