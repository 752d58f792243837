-- report: report_html() is one page that loads nothing, whose data no text of the database can end or turn into script
\unset ECHO
\i test/setup.sql
\i test/own_database.sql
SELECT perfadvisor.reset() \g /dev/null
SELECT plan(16);
SELECT is(perfadvisor.json_in_html(jsonb_build_object('a', '</script><!--&amp;')), '{"a": "\u003c/script\u003e\u003c!--\u0026amp;"}', 'what could end a script is escaped');
SELECT is(perfadvisor.json_in_html(to_jsonb(E'\u2028 \u2029 \\ "'::text)), '"\u2028 \u2029 \\ \""', 'so are line separators');
CREATE FUNCTION attack() RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT '</script><img src=x onerror=alert(1)><script>alert(1)</script>' $$;
SELECT format('CREATE TABLE %I AS SELECT i AS id, i %% 500 AS %I FROM generate_series(1, 20000) AS i', attack(), attack()) \gexec
ANALYZE;
\o /dev/null
SELECT perfadvisor.snapshot(attack());
SELECT format('SELECT /* %s %s */ count(*) FROM %I WHERE %I = %s', attack(), E'\u2028', attack(), attack(), i) FROM generate_series(1, 5) AS i \gexec
SELECT perfadvisor.snapshot();
SELECT * FROM perfadvisor.refresh_advice();
SELECT format('SET application_name = %L', attack()) \gexec
\o
SELECT perfadvisor.report_html() AS page \gset
SELECT (regexp_matches(:'page', '<script type="application/json" id="report">(.*?)</script>'))[1] AS data \gset
SELECT ok(:'page' LIKE '<!DOCTYPE html>%</html>%', 'it is a whole page');
SELECT is((SELECT count(*) FROM regexp_matches(:'page', '<script', 'gi')), 2::bigint, 'with two scripts, its own');
SELECT is((SELECT count(*) FROM regexp_matches(:'page', '</script', 'gi')), 2::bigint, 'both of which end once');
SELECT is((SELECT count(*) FROM regexp_matches(:'page', '<img', 'gi')), 0::bigint, 'and no image');
SELECT is((SELECT count(*) FROM regexp_matches(:'data', '[<>&]', 'g')), 0::bigint, 'its data have no markup');
SELECT is((SELECT count(*) FROM regexp_matches(:'data', E'[\u2028\u2029]', 'g')), 0::bigint, 'nor line separators');
SELECT ok(EXISTS (SELECT FROM jsonb_array_elements(:'data'::jsonb -> 'statements') AS s WHERE s ->> 'query' LIKE '%</script><img src=x onerror=alert(1)>%'), 'but hold the texts as they are');
SELECT ok(:'data'::jsonb #>> '{advice,indexes,0,ddl}' LIKE '%</script><img%', 'also of advice');
SELECT is((SELECT count(*) FROM regexp_matches(:'page', '(src|href)\s*=\s*["'']?(https?:)?//|url\(|@import|fetch\(|XMLHttpRequest|sendBeacon', 'gi')), 0::bigint, 'it loads nothing');
SELECT ok(:'page' LIKE '%default-src ''none''%', 'and forbids the browser to');
SELECT is((SELECT count(*) FROM regexp_matches(perfadvisor.report_page(), 'innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|new Function', 'g')), 0::bigint, 'its script makes no markup of texts');
SELECT ok(perfadvisor.report_page() !~ '[^[:ascii:]]', 'it is ASCII, so that every database can hold it');
SELECT ok(:'page' LIKE '%<meta charset="utf-8">%', 'it says in which encoding it is');
SET client_encoding = 'WIN1252';
SELECT ok(perfadvisor.report_html() LIKE '%<meta charset="windows-1252">%', 'also where the client has another');
RESET client_encoding;
SELECT * FROM finish();
