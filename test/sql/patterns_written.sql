-- patterns: how a statement is written is found in its tree and its plan, with the rewrite in its own names, and its healthy twin is not
\unset ECHO
\i test/setup.sql
\i test/own_database.sql
SELECT plan(71);

CREATE TABLE member (id int PRIMARY KEY, email text NOT NULL, code varchar(20), city text, joined timestamptz NOT NULL, score int, profile text);
INSERT INTO member SELECT g, 'Member' || g || '@example.org', g::text, 'city' || g % 50, '2026-01-01'::timestamptz - g * interval '7 min', g % 1000, repeat(md5(g::text), 30)
FROM generate_series(1, 60000) g;
CREATE INDEX member_joined ON member (joined);
CREATE INDEX member_code ON member (code);
CREATE INDEX member_email ON member (email text_pattern_ops);
CREATE TABLE visit (id int PRIMARY KEY, member_id int, at timestamptz, page text);
INSERT INTO visit SELECT g, g % 60000, '2026-01-01'::timestamptz + g * interval '1 s', 'p' || g % 100 FROM generate_series(1, 60000) g;
CREATE INDEX visit_member ON visit (member_id);
CREATE TABLE banned (member_id int);
INSERT INTO banned SELECT g * 10 FROM generate_series(1, 6000) g;
CREATE TABLE measure (at date NOT NULL, sensor int, value float) PARTITION BY RANGE (at);
SELECT format('CREATE TABLE measure_%s PARTITION OF measure FOR VALUES FROM (%L) TO (%L)', m, make_date(2025, m, 1), make_date(2025, m, 1) + interval '1 month') FROM generate_series(1, 12) m \gexec
INSERT INTO measure SELECT '2025-01-01'::date + g % 365, g % 100, g FROM generate_series(1, 100000) g;
CREATE TABLE document (id int PRIMARY KEY, attrs jsonb NOT NULL, "raw Text" json, extra jsonb, published timestamptz, rank int);
INSERT INTO document SELECT g, jsonb_build_object('k"''s', 'v' || g, 'n', g, 'deep', jsonb_build_object('er', 'w' || g)), json_build_object('k', 'v' || g), jsonb_build_object('k', 'v' || g), CASE WHEN g % 3 > 0 THEN '2026-01-01'::timestamptz - g * interval '7 min' END, g % 7
FROM generate_series(1, 30000) g;
CREATE INDEX document_extra ON document USING gin (extra);
VACUUM ANALYZE;
CREATE FUNCTION found(wanted text, text_like text) RETURNS SETOF perfadvisor.query_patterns LANGUAGE sql AS
$$ SELECT * FROM perfadvisor.query_patterns WHERE pattern = wanted AND query LIKE text_like $$;
CREATE FUNCTION healthy(text_like text) RETURNS text LANGUAGE sql AS
$$ SELECT string_agg(pattern, ', ') FROM perfadvisor.query_patterns WHERE query LIKE text_like $$;

\o /dev/null
SET max_parallel_workers_per_gather = 0;
-- each some times with other constants, not directly after each other
CREATE FUNCTION pg_temp.variants(VARIADIC texts text[]) RETURNS SETOF text LANGUAGE sql AS
$$ SELECT replace(t, '#', n::text) FROM generate_series(11, 18) n, unnest(texts) t $$;
SELECT pg_temp.variants(
    'SELECT /* infix */ id FROM member WHERE email LIKE ''%ber#0@%''',
    'SELECT /* prefix */ id FROM member WHERE email LIKE ''Member#0%''',
    'SELECT /* insensitive */ id FROM member WHERE email ILIKE ''%BER#0@%''',
    'SELECT /* infix of upper */ id FROM member WHERE upper(email) LIKE ''%BER#0@%''',
    'SELECT /* page by key */ id, city FROM member ORDER BY id LIMIT 20 OFFSET #000',
    'SELECT /* lowered */ id FROM member WHERE lower(email) = ''member#@example.org''',
    'SELECT /* plain */ id FROM member WHERE email = ''Member#@example.org''',
    'SELECT /* by day */ count(*) FROM member WHERE joined::date = ''2025-12-#''',
    'SELECT /* by range */ count(*) FROM member WHERE joined >= ''2025-12-#'' AND joined < ''2025-12-#''::date + 1',
    'SELECT /* numeric */ id FROM member WHERE id = #.0',
    'SELECT /* integer */ id FROM member WHERE id = #',
    'SELECT /* counted */ count(*) FROM member WHERE id > #',
    'SELECT /* counted few */ count(*) FROM member WHERE id < #',
    'SELECT /* drawn */ id FROM member WHERE id > # ORDER BY random() LIMIT 3',
    'SELECT /* newest */ id FROM member WHERE id > # ORDER BY joined DESC LIMIT 3',
    'SELECT /* page */ id, score FROM member ORDER BY joined DESC, id DESC LIMIT 20 OFFSET #000',
    'SELECT /* first page */ id, score FROM member ORDER BY joined DESC, id DESC LIMIT 20 OFFSET #',
    'SELECT /* next page */ id, score FROM member WHERE (joined, id) < (''2025-12-#'', 5000) ORDER BY joined DESC, id DESC LIMIT 20',
    'SELECT /* nullable page */ id FROM document ORDER BY published DESC, id DESC LIMIT 20 OFFSET #000',
    'SELECT /* nullable mixed */ id FROM document ORDER BY rank, published DESC, id LIMIT 20 OFFSET #000',
    'SELECT /* published page */ id FROM document WHERE published IS NOT NULL ORDER BY published DESC, id DESC LIMIT 20 OFFSET #000',
    'SELECT /* bounded page */ id FROM document WHERE published < now() ORDER BY published DESC, id DESC LIMIT 20 OFFSET #000',
    'SELECT /* by key */ id FROM document WHERE attrs ->> ''k"''''s'' = ''v#''',
    'SELECT /* by deep key */ id FROM document WHERE attrs -> ''deep'' ->> ''er'' = ''w#''',
    'SELECT /* by number */ id FROM document WHERE (attrs ->> ''n'')::int = #',
    'SELECT /* by numbers */ id FROM document WHERE (attrs ->> ''n'')::int BETWEEN # AND 30',
    'SELECT /* in json */ id FROM document WHERE "raw Text" ->> ''k'' = ''v#''',
    'SELECT /* by extra key */ id FROM document WHERE extra ->> ''k'' = ''v#''',
    'SELECT /* contained */ id FROM document WHERE extra @> ''{"k": "v#"}''',
    'SELECT /* either */ m.id FROM member m JOIN visit v ON v.member_id = m.id WHERE m.email = ''Member#@example.org'' OR v.id = #',
    'SELECT /* united */ m.id FROM member m JOIN visit v ON v.member_id = m.id WHERE m.email = ''Member#@example.org'' UNION SELECT v.member_id FROM visit v WHERE v.id = #',
    'SELECT /* every part */ sum(value) FROM measure WHERE sensor = #',
    'SELECT /* one part */ sum(value) FROM measure WHERE sensor = # AND at = ''2025-05-#''',
    'SELECT /* part by year */ sum(value) FROM measure WHERE extract(month FROM at) = 5 AND sensor > #',
    'SELECT /* everything */ id, score FROM member WHERE id > #',
    'SELECT /* bounded */ id, score FROM member WHERE id > # ORDER BY id LIMIT 100',
    'SELECT /* whole rows */ * FROM member WHERE id > # LIMIT 1900',
    'SELECT /* narrow rows */ id, city, score FROM member WHERE id > # LIMIT 1900',
    'UPDATE /* nobody */ member SET score = score + 1 WHERE score = -# AND city = ''nowhere''',
    'UPDATE /* somebody */ visit SET page = ''x'' WHERE id = #') \gexec
SELECT format('SELECT /* by path */ id FROM document WHERE attrs #>> ''{deep,er}'' = ''w%s''', n), format('SELECT /* by element */ count(*) FROM document WHERE attrs #>> ''{deep,0}'' = ''w%s''', n) FROM generate_series(11, 18) n \gexec
SET work_mem = '64kB';
SELECT pg_temp.variants(
    'SELECT /* not in */ count(*) FROM visit WHERE id < #0 AND member_id NOT IN (SELECT member_id FROM banned)',
    'SELECT /* not exists */ count(*) FROM visit v WHERE v.id < #0 AND NOT EXISTS (SELECT FROM banned b WHERE b.member_id = v.member_id)') \gexec
SET work_mem = '512kB';
SELECT pg_temp.variants('SELECT /* spilling */ id, profile FROM member WHERE id < #00 ORDER BY profile',
    'SELECT /* in memory */ id FROM member WHERE id < #00 ORDER BY score LIMIT 50',
    'SELECT /* hashing */ m.id, o.id FROM member m JOIN member o ON o.email = m.email WHERE m.id > # AND o.score >= 0') \gexec
BEGIN;
DECLARE held CURSOR WITH HOLD FOR SELECT /* held */ id, profile FROM member WHERE score >= 0;
FETCH 10 FROM held;
COMMIT;
FETCH 10 FROM held;
CLOSE held;
BEGIN;
DECLARE held CURSOR WITH HOLD FOR SELECT /* held and sorted */ id, profile FROM member WHERE score >= 0 ORDER BY profile;
COMMIT;
CLOSE held;
BEGIN;
DECLARE within CURSOR FOR SELECT /* within */ id, profile, score FROM member WHERE score >= 0;
FETCH 100 FROM within;
FETCH 100 FROM within;
FETCH 100 FROM within;
COMMIT;
SELECT format('SELECT /* listed */ id FROM member WHERE id IN (%s)', (SELECT string_agg((g * n)::text, ', ') FROM generate_series(1, 2000) g)) FROM generate_series(1, 15) n \gexec
SELECT format('SELECT /* as array */ id FROM member WHERE id = ANY (''{%s}''::int[])', (SELECT string_agg((g * n)::text, ', ') FROM generate_series(1, 2000) g)) FROM generate_series(1, 15) n \gexec
SELECT pg_temp.variants('UPDATE /* nobody */ member SET score = score + 1 WHERE score = -#1 AND city = ''nowhere''', 'UPDATE /* nobody */ member SET score = score + 1 WHERE score = -#2 AND city = ''nowhere''') \gexec
SET work_mem = '4MB';
SELECT format('SELECT /* many joins */ a.id FROM member a JOIN member b USING (id) JOIN member c USING (id) JOIN member d USING (id) JOIN member e USING (id) JOIN visit f USING (id) JOIN visit g USING (id) JOIN visit h USING (id) WHERE a.id = %s', n)
FROM generate_series(1, 100) n \gexec
PREPARE joins(int) AS SELECT /* prepared */ a.id, a.score FROM member a JOIN member b USING (id) JOIN member c USING (id) JOIN member d USING (id) JOIN member e USING (id) JOIN visit f USING (id) JOIN visit g USING (id) JOIN visit h USING (id) WHERE a.id = $1;
SET plan_cache_mode = force_generic_plan;
SELECT format('EXECUTE joins(%s)', n) FROM generate_series(1, 100) n \gexec
RESET plan_cache_mode;
SELECT format('SELECT /* now and then */ pg_sleep(CASE WHEN %s %% 30 = 0 THEN 0.03 ELSE 0 END), score FROM member WHERE id = %s', n, n), 'SELECT 1' FROM generate_series(1, 300) n \gexec
SELECT format('SELECT /* steadily */ pg_sleep(0), score, city FROM member WHERE id = %s', n), 'SELECT 1' FROM generate_series(1, 300) n \gexec
\o

SELECT is((SELECT count(*) FROM found('planning_heavy', 'SELECT /* many joins */%')), 1::bigint, 'planning that takes longer than execution is found');
SELECT is((SELECT count(*) FROM found('planning_heavy', 'PREPARE joins%')), 0::bigint, 'a statement that is prepared once is not');
SELECT is((SELECT count(*) FROM found('unstable_latency', 'SELECT /* now and then */%')), 1::bigint, 'a latency that is long now and then is found');
SELECT ok((SELECT (evidence ->> 'p99_exec_time')::float > 25 AND (evidence ->> 'p50_exec_time')::float < 1 FROM found('unstable_latency', 'SELECT /* now and then */%')), 'with its median and its 99th percentile');
SELECT is((SELECT count(*) FROM found('unstable_latency', 'SELECT /* steadily */%')), 0::bigint, 'one that is always short is not');
SELECT is((SELECT count(*) FROM found('leading_wildcard', 'SELECT /* infix */%')), 1::bigint, 'a pattern that begins with anything is found');
SELECT matches((SELECT remedy FROM found('leading_wildcard', 'SELECT /* infix */%')), 'CREATE INDEX CONCURRENTLY ON public.member USING gin \(email gin_trgm_ops\)', 'with the index that serves it');
SELECT matches((SELECT remedy FROM found('leading_wildcard', 'SELECT /* infix of upper */%')), 'USING gin \(\(upper\(email\)\) gin_trgm_ops\)', 'on the expression, where that is compared');
SELECT is((SELECT count(*) FROM found('leading_wildcard', 'SELECT /* insensitive */%')), 1::bigint, 'also where case does not matter');
SELECT is(healthy('SELECT /* prefix */%'), NULL, 'one with a known beginning is not');
SELECT is((SELECT evidence ->> 'expression' FROM found('function_on_column', 'SELECT /* lowered */%')), 'lower(email)', 'a function of a column is found');
SELECT is((SELECT evidence ->> 'index' FROM found('function_on_column', 'SELECT /* by day */%')), 'public.member_joined', 'so is a cast, with the index that it defeats');
SELECT matches((SELECT remedy FROM found('function_on_column', 'SELECT /* by day */%')), '^Compare joined itself, with a range', 'which a range can do without');
SELECT matches((SELECT remedy FROM found('function_on_column', 'SELECT /* lowered */%')), '^Give email a type or collation .*; or index the expression: CREATE INDEX CONCURRENTLY ON public.member \(\(lower\(email\)\)\)', 'a text in lower case is given a type that does not tell it');
SELECT is((SELECT substring(remedy FROM '^Ask for containment: (.*), with the value') FROM found('function_on_column', 'SELECT /* by key */%')), $$attrs @> E'{"k\\"''s": ...}'$$, 'a key of a document is looked up by containment');
SELECT matches((SELECT remedy FROM found('function_on_column', 'SELECT /* by key */%')), 'CREATE INDEX CONCURRENTLY ON public.document USING gin \(attrs jsonb_path_ops\) serves that for every key\. Or index the expression', 'with the index for it');
SELECT is((SELECT array_agg(substring(remedy FROM '^Ask for containment: (.*), with the value') ORDER BY query) FROM found('function_on_column', 'SELECT /* by %') WHERE query ~ 'by deep|by path|by number '),
    ARRAY[$$attrs @> '{"deep": {"er": ...}}'$$, $$attrs @> '{"n": ...}'$$, $$attrs @> '{"deep": {"er": ...}}'$$], 'so are keys of keys, paths and numbers');
SELECT matches((SELECT remedy FROM found('function_on_column', 'SELECT /* by extra key */%')), 'index public\.document_extra serves that', 'by the index that there is');
SELECT is((SELECT format('%s %s', count(*), string_agg(DISTINCT split_part(remedy, ':', 1), ' ')) FROM found('function_on_column', 'SELECT /* %') WHERE query ~ 'by element|by numbers|in json'), '4 Index the expression', 'what containment does not say is indexed');
SELECT is(healthy('SELECT /* contained */%'), NULL, 'what asks for containment is not found');
SELECT is(healthy('SELECT /* by range */%'), NULL, 'the range in its place is not');
SELECT is(healthy('SELECT /* plain */%') IS DISTINCT FROM 'function_on_column', true, 'nor is the plain column');
SELECT is((SELECT evidence ->> 'index' FROM found('implicit_cast', 'SELECT /* numeric */%')), 'public.member_pkey', 'a cast that nobody wrote is found, with the index that it defeats');
SELECT matches((SELECT remedy FROM found('implicit_cast', 'SELECT /* numeric */%')), 'Pass the value as integer', 'and the type that the value should have');
SELECT is(healthy('SELECT /* integer */%'), NULL, 'a value of the right type is not');
SELECT is((SELECT count(*) FROM found('full_count', 'SELECT /* counted */%')), 1::bigint, 'a count of most of a table is found');
SET max_parallel_workers_per_gather = 2;
SET min_parallel_table_scan_size = 0;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SELECT id AS something_new FROM visit LIMIT 0;
SELECT ok((SELECT abs((evidence ->> 'rows_counted')::numeric - 60000) < 600 FROM found('full_count', 'SELECT /* counted */%')), 'with the rows of all processes, if its plan is parallel');
SET max_parallel_workers_per_gather = 0;
SELECT is(healthy('SELECT /* counted few */%'), NULL, 'a count of few rows is not');
SELECT is((SELECT count(*) FROM found('order_by_random', 'SELECT /* drawn */%')), 1::bigint, 'an order by chance is found');
SELECT is(healthy('SELECT /* newest */%'), NULL, 'another order is not');
SELECT ok((SELECT (evidence ->> 'deepest')::int = 18000 AND (evidence ->> 'rows_returned')::int = 160 AND (evidence ->> 'rows_skipped')::int = 116000 FROM found('deep_offset', 'SELECT /* page */%')), 'rows that OFFSET skips are counted');
SELECT matches((SELECT remedy FROM found('deep_offset', 'SELECT /* page */%')), 'WHERE \(joined, id\) < \(\$1, \$2\) ORDER BY joined DESC, id DESC LIMIT n.*CREATE INDEX CONCURRENTLY ON public.member \(joined DESC, id DESC\)', 'and the way to go on after the last row is shown, with its index');
SELECT matches((SELECT remedy FROM found('deep_offset', 'SELECT /* page by key */%')), 'without OFFSET\. Index public\.member_pkey serves it\.$', 'or the one that there is');
SELECT unalike((SELECT remedy FROM found('deep_offset', 'SELECT /* page */%')), '%NULL%', 'with no word of NULL, which no column of the order can be');
SELECT matches((SELECT remedy FROM found('deep_offset', 'SELECT /* nullable page */%')), 'It loses the rows where published is NULL: declare the column NOT NULL if there are none, or else page through those rows apart, WHERE published IS NULL\.$', 'rows that a comparison with NULL would lose are told of');
SELECT matches((SELECT remedy FROM found('deep_offset', 'SELECT /* nullable mixed */%')), 'It loses the rows where rank or published is NULL: .* WHERE rank IS NULL OR published IS NULL\.$', 'for every column that may be NULL');
SELECT is((SELECT count(*) FROM found('deep_offset', 'SELECT /* % page */%') WHERE query ~ 'published page|bounded page' AND remedy !~ 'loses'), 2::bigint, 'but not where the statement leaves them out itself');
SELECT is((SELECT count(*) FROM found('deep_offset', 'SELECT /* first page */%')), 0::bigint, 'a small OFFSET is not found');
SELECT is((SELECT count(*) FROM found('deep_offset', 'SELECT /* next page */%')), 0::bigint, 'nor is the next page after a row');
SELECT matches((SELECT message FROM found('or_across_tables', 'SELECT /* either */%')), 'conditions on public.member and on public.visit', 'OR between conditions on two tables is found');
SELECT is((SELECT count(*) FROM found('or_across_tables', 'SELECT /* united */%')), 0::bigint, 'their UNION is not');
SELECT matches((SELECT message FROM found('missed_partition_pruning', 'SELECT /* every part */%')), 'all 12 partitions of public.measure are read: its conditions do not name the partition key \(at\)', 'a query that reads every partition is found');
SELECT matches((SELECT message FROM found('missed_partition_pruning', 'SELECT /* part by year */%')), 'cannot be used to choose among them', 'also when it names the key in a way that does not help');
SELECT is(healthy('SELECT /* one part */%'), NULL, 'one that reads a single partition is not');
SELECT is((SELECT count(*) FROM found('unbounded_result', 'SELECT /* everything */%')), 1::bigint, 'a result that nothing bounds is found');
SELECT is(healthy('SELECT /* bounded */%'), NULL, 'one with LIMIT is not');
SELECT is((SELECT evidence ->> 'wide_columns' FROM found('wide_select', 'SELECT /* whole rows */%')), '["profile"]', 'rows with a wide column are found, with the column');
SELECT is(healthy('SELECT /* narrow rows */%'), NULL, 'rows without it are not');
SELECT ok((SELECT (evidence ->> 'calls')::int = 24 AND (evidence ->> 'rows')::int = 0 FROM found('write_changes_nothing', 'UPDATE /* nobody */%')), 'writes that change nothing are found');
SELECT is(healthy('UPDATE /* somebody */%'), NULL, 'those that do are not');
SELECT matches((SELECT remedy FROM found('not_in_subquery', 'SELECT /* not in */%')), 'NOT EXISTS \(SELECT FROM public.banned AS o WHERE o.member_id = public.visit.member_id\)', 'NOT IN with a subquery is found, with its rewrite');
SELECT is((SELECT count(*) FROM found('not_in_subquery', 'SELECT /* not exists */%')), 0::bigint, 'NOT EXISTS is not');
SELECT is((SELECT evidence ->> 'elements' FROM found('in_list_explosion', 'SELECT /* listed */%')), '2000', 'a long list of values is found');
SELECT matches((SELECT remedy FROM found('in_list_explosion', 'SELECT /* listed */%')), ': id = ANY \(\$1\)', 'with the column that it is compared with');
SELECT is((SELECT count(*) FROM found('in_list_explosion', 'SELECT /* as array */%')), 0::bigint, 'an array is not');
SELECT is((SELECT count(*) FROM found('spill', 'SELECT /* spilling */%')), 1::bigint, 'a sort on disk is found');
SELECT is((SELECT count(*) FROM found('spill', 'SELECT /* hashing */%')), 1::bigint, 'so is a hash join');
SELECT ok((SELECT remedy LIKE 'Fetch from the cursor inside one transaction%' AND remedy !~ 'work_mem' AND message ~ 'cursors WITH HOLD' FROM found('spill', '%/* held */%')), 'rows that a cursor WITH HOLD stored are told of as such');
SELECT ok((SELECT remedy LIKE 'SET LOCAL work_mem%' AND message ~ 'sorted, hashed or stored rows on disk' FROM found('spill', '%/* held and sorted */%')), 'but a sort of such a cursor is one');
SELECT is((SELECT count(*) FROM found('spill', '%/* within */%')), 0::bigint, 'and a cursor inside a transaction writes nothing');
SELECT is(healthy('SELECT /* in memory */%'), NULL, 'a sort in memory is not');
SELECT matches((SELECT remedy FROM found('spill', 'SELECT /* spilling */%')), '^SET LOCAL work_mem = ''\d+MB'' in the transaction', 'the remedy sets work_mem where it is needed');

-- What is advised helps
CREATE FUNCTION spills(query text, memory text) RETURNS boolean LANGUAGE plpgsql AS
$$ DECLARE line text; found boolean := false; BEGIN
    PERFORM set_config('work_mem', memory, true);
    FOR line IN EXECUTE 'EXPLAIN (ANALYZE, TIMING OFF, COSTS OFF) ' || query LOOP
        found := found OR line ~ 'Disk: |Batches: ([2-9]|\d\d)';
    END LOOP;
    RETURN found;
END $$;
SELECT is(spills('SELECT id, profile FROM member WHERE id < 1800 ORDER BY profile', (SELECT substring(remedy FROM '''(\d+MB)''') FROM found('spill', 'SELECT /* spilling */%'))), false, 'with the memory advised the sort stays in memory');
SELECT is(spills('SELECT m.id, o.id FROM member m JOIN member o ON o.email = m.email WHERE m.id > 11 AND o.score >= 0', (SELECT substring(remedy FROM '''(\d+MB)''') FROM found('spill', 'SELECT /* hashing */%'))), false, 'and so does the hash join');
SELECT is(spills('SELECT id, profile FROM member WHERE id < 1800 ORDER BY profile', '512kB'), true, 'which they did not before');
SELECT ok((SELECT bool_and(length(message) > 20 AND length(remedy) > 20 AND evidence <> '{}' AND cost_time >= 1 AND severity IN ('info', 'warning', 'critical')) FROM perfadvisor.query_patterns), 'every row has evidence, a sentence, a remedy and a cost');
SELECT is((SELECT count(*) FROM perfadvisor.query_patterns WHERE replace(message, 'has a NULL', '') ~ 'NULL|\(\)|  ' OR message IS NULL), 0::bigint, 'and no gaps in its sentence');

-- An index that serves the statement ends the finding
CREATE INDEX member_lower ON member (lower(email));
ANALYZE member;
SELECT is((SELECT count(*) FROM found('function_on_column', 'SELECT /* lowered */%')), 0::bigint, 'a function of a column that is indexed is not found any more');

-- Forgetting
SELECT is((SELECT count(*) > 0 FROM perfadvisor.recorded_runs()), true, 'runs are there');
SELECT perfadvisor.reset() AS forgotten \gset
SELECT is((SELECT count(*) FROM perfadvisor.recorded_runs() WHERE kind IN ('offset', 'spill')), 0::bigint, 'and forgotten by reset()');
SELECT is((SELECT count(*) FROM perfadvisor.query_patterns), 0::bigint, 'and so are patterns');
SELECT * FROM finish();
