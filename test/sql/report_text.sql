-- report: report() tells the verdict in one screen of text that fits its width, with good news, statements that can be pasted, and no search
\unset ECHO
\i test/setup.sql
\i test/own_database.sql
SELECT perfadvisor.reset() \g /dev/null
SELECT bool_or(line LIKE '%No statement of this database has been%') AS nothing FROM perfadvisor.report(250) AS line \gset
SELECT plan(19);
SELECT ok(bool_or(line LIKE '%checks are fine%'), 'good news is told') FROM perfadvisor.report() AS line;
SELECT ok(bool_or(line LIKE 'Indexes: no search was made yet%refresh_advice()%'), 'where nothing was searched it says how to') FROM perfadvisor.report() AS line;
SELECT ok(:'nothing'::boolean, 'and where nothing was recorded that');
CREATE TABLE orders AS SELECT i AS id, i % 5000 AS customer_id FROM generate_series(1, 50000) i;
ANALYZE;
\o /dev/null
SELECT perfadvisor.snapshot();
SELECT format('SELECT count(*) /* of a customer */ FROM orders WHERE customer_id = %s', i) FROM generate_series(1, 6) AS i \gexec
SELECT perfadvisor.snapshot();
SELECT count(*) FROM orders WHERE id = 7;
SELECT perfadvisor.snapshot();
SELECT * FROM perfadvisor.refresh_advice();
\o
CREATE TEMP TABLE shown AS SELECT * FROM perfadvisor.report() WITH ORDINALITY AS r(line, number);
SELECT matches((SELECT line FROM shown WHERE number = 3), '^(CRITICAL|WARNING|INFO|UNKNOWN|OK) +[A-Z0-9].*\.$', 'the verdict is a sentence');
SELECT cmp_ok((SELECT max(length(line)) FROM shown WHERE line NOT LIKE '%;'), '<=', 100, 'no line but statements is longer than 100 characters');
SELECT cmp_ok((SELECT count(*)::integer FROM shown), '<=', 75, 'all of it is about a screen');
SELECT ok(EXISTS (SELECT FROM shown WHERE line ~ '^  CREATE INDEX CONCURRENTLY .* ON public\.orders USING btree \(.*customer_id.*\);$'), 'an index is advised as a statement that can be pasted');
SELECT ok(EXISTS (SELECT FROM shown WHERE line ~ '^Indexes: [12] would save \d+ % of the recorded time'), 'with what all would save');
SELECT ok(EXISTS (SELECT FROM shown WHERE line ~ '% +[\d.]+ m?s +6 .*SELECT count'), 'the statement that takes most time is there, with its calls');
SELECT ok(EXISTS (SELECT FROM shown WHERE line ~ ('^Load +' || CASE WHEN current_setting('server_encoding') = 'UTF8' THEN E'[\u2581-\u2588]' ELSE '[_.:=+*#-]' END || '{2,}')), 'the load over time is drawn');
SELECT is((SELECT count(*) FROM shown WHERE line ~ '\s$'), 0::bigint, 'no line ends with spaces');
SELECT cmp_ok((SELECT max(length(line)) FROM perfadvisor.report(70) AS line WHERE line NOT LIKE '%;'), '<=', 70, 'it fits 70 columns when asked to');
SELECT is((SELECT count(*) FROM perfadvisor.report(1) AS line WHERE length(line) > 70 AND line NOT LIKE '%;'), 0::bigint, 'and as many when asked for less');
SET client_encoding = 'LATIN1';
SELECT is((SELECT count(*) FROM perfadvisor.report() AS line WHERE line ~ '[^[:ascii:]]'), 0::bigint, 'a client that does not know blocks gets none');
RESET client_encoding;
SELECT is(perfadvisor.sparkline('{0,4,8}', 10), perfadvisor.sparkline('{0,5,10}', 10), 'a line of bars is as high as its highest number');
SELECT is(length(perfadvisor.sparkline((SELECT array_agg(i) FROM generate_series(1, 100) AS i)::float8[], 20)), 20, 'and no wider than its room');
SELECT is(ARRAY(SELECT line FROM perfadvisor.report_wrapped('one two three fourteen-letters', 9)), ARRAY['one two', 'three', 'fourteen-', 'letters'], 'texts are broken between words where there are any');
DROP ROLE IF EXISTS perfadvisor_nobody;
CREATE ROLE perfadvisor_nobody;
SET ROLE perfadvisor_nobody;
SELECT ok(bool_or(line LIKE '%sees its own statements only%' OR line LIKE '%This role sees its own%'), 'a role without rights is told what it does not see') FROM perfadvisor.report(250) AS line;
SELECT is((SELECT count(*) FROM perfadvisor.report() AS line WHERE line LIKE '%of a customer%' OR line LIKE '%CREATE INDEX%'), 0::bigint, 'and does not see it');
RESET ROLE;
DROP ROLE perfadvisor_nobody;
SELECT * FROM finish();
