-- record: sequential scans are known by relation and filter, with the rows they read and threw away
\unset ECHO
\i test/setup.sql
\i test/own_database.sql
SELECT plan(15);

CREATE TABLE scanned (id int PRIMARY KEY, part int, note text, gone timestamptz);
INSERT INTO scanned SELECT n, n % 10, 'note ' || n FROM generate_series(1, 2000) n;
CREATE TABLE inner_side (id int);
INSERT INTO inner_side SELECT n FROM generate_series(1, 5) n;
ANALYZE;
CREATE FUNCTION scans(what text) RETURNS text LANGUAGE sql AS
$$ SELECT format('%s scans, %s read, %s returned', sum(scans), sum(rows_read), sum(rows_returned))
   FROM perfadvisor.seq_scans WHERE relation = 'scanned'::regclass AND filter = what $$;

\o /dev/null
SELECT format('SELECT /* part */ count(*) FROM scanned WHERE part = %s', n % 10) FROM generate_series(1, 10) n \gexec
SELECT count(*) FROM scanned WHERE lower(note) = 'note 7' AND gone IS NULL;
PREPARE by_note(text) AS SELECT count(*) FROM scanned WHERE note = $1;
EXECUTE by_note('note 1');
EXECUTE by_note('note 2');
SELECT /* list */ count(*) FROM scanned WHERE part IN (1, 2, 3);
SELECT * FROM scanned WHERE part > 5 LIMIT 1;
SELECT id FROM scanned WHERE id = 5;
SELECT count(*) FROM scanned WHERE extract(year FROM gone) = 2020;
SELECT count(*) FROM scanned WHERE normalize(note, NFD) = 'x';
UPDATE scanned SET gone = now() WHERE note = 'note 3';
SET enable_hashjoin = off;
SET enable_mergejoin = off;
SET enable_material = off;
SET enable_indexscan = off;
SET enable_bitmapscan = off;
SET enable_memoize = off;
SELECT count(*) FROM inner_side i JOIN scanned s ON s.id = i.id AND s.part < 9 WHERE i.id > 0;
RESET ALL;
\o
SET client_min_messages = warning;

SELECT is(scans('(part = $1)'), '10 scans, 20000 read, 2000 returned', 'every execution counts, whether it was sampled or not');
SELECT is((SELECT removed_fraction FROM perfadvisor.seq_scans WHERE relation = 'scanned'::regclass AND filter = '(part = $1)'), 0.9::float8,
    'the fraction that was thrown away is that of the rows read');
SELECT is((SELECT queryids FROM perfadvisor.seq_scans WHERE relation = 'scanned'::regclass AND filter = '(part = $1)'),
    (SELECT array_agg(queryid) FROM perfadvisor.statements WHERE query LIKE 'SELECT /* part */%' AND datname = current_database()),
    'a scan names its statements');
SELECT is(scans('((gone IS NULL) AND (lower(note) = $1))'), '1 scans, 2000 read, 1 returned', 'a filter may have several conditions');
SELECT is(scans('(note = $1)'), '3 scans, 6000 read, 3 returned', 'constants and parameters are alike, and UPDATE scans, too');
SELECT is(scans('(part = ANY ($1))'), '1 scans, 2000 read, 600 returned', 'a list is one constant');
SELECT ok((SELECT rows_read < 2000 AND rows_returned = 1 AND estimate_error IS NULL FROM perfadvisor.seq_scans
    WHERE relation = 'scanned'::regclass AND filter = '(part > $1)'), 'a scan that stops early counts what it read, and its estimate is not judged');
SELECT is((SELECT count(*) FROM perfadvisor.seq_scans WHERE relation = 'scanned'::regclass AND filter LIKE '(id%'), 0::bigint, 'an index scan is not listed');
SELECT ok((SELECT sum(scans) >= 1 AND sum(rows_read) % 5 = 0 FROM perfadvisor.seq_scans WHERE relation IN ('scanned'::regclass, 'inner_side'::regclass)
    AND filter LIKE '%part < %' OR filter LIKE '(id >%'), 'each loop of a nested loop is a scan');
SELECT ok((SELECT bool_and(estimate_error BETWEEN 1 AND 2) FROM perfadvisor.seq_scans
    WHERE relation = 'scanned'::regclass AND filter = '(part = $1)'), 'a good estimate has an error near one');
SELECT is((SELECT seq_rows_read FROM perfadvisor.statements WHERE query LIKE 'SELECT /* part */%' AND datname = current_database()), 20000::bigint,
    'a statement knows the rows that its scans read');
SELECT ok((SELECT count(*) = 0 FROM perfadvisor.seq_scans WHERE filter LIKE '%note %7%' OR filter LIKE '%''%'), 'no constant is shown');
SELECT ok((SELECT bool_and(datname = current_database()) FROM perfadvisor.seq_scans), 'only scans of the current database are listed');
SELECT is(scans('("extract"($1, gone) = $2)'), '1 scans, 2000 read, 0 returned', 'a word that stands for a value is hidden, too');
SELECT is(scans('("normalize"(note, $1) = $2)'), '1 scans, 2000 read, 0 returned', 'wherever it stands');
SELECT * FROM finish();
