-- ---------------------------------------------------------------------------
-- Reports: one page for people who would rather look than read

-- The page comes from src/report: make puts these files in where a line begins with @include. They hold
-- ASCII alone, as the database may have any encoding.
CREATE FUNCTION perfadvisor.report_page() RETURNS text
LANGUAGE SQL IMMUTABLE PARALLEL SAFE STRICT
SET search_path = pg_catalog, pg_temp
AS $function$SELECT $page$<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="{charset}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
<meta name="referrer" content="no-referrer">
<title>perfadvisor</title>
<style>
@include src/report/report.css
</style>
</head>
<body>
<noscript><p class="page noscript">This page draws itself with JavaScript, which is off. SELECT * FROM perfadvisor.report() tells the same as text.</p></noscript>
<script type="application/json" id="report">{report}</script>
<script>
(function () {
'use strict';
@include src/report/basics.js
@include src/report/charts.js
@include src/report/findings.js
@include src/report/sections.js
@include src/report/page.js
})();
</script>
</body>
</html>
$page$::text$function$;

COMMENT ON FUNCTION perfadvisor.report_page() IS 'The page of report_html() without the report';

CREATE FUNCTION perfadvisor.json_in_html(document jsonb) RETURNS text
LANGUAGE SQL STABLE PARALLEL SAFE STRICT
SET search_path = pg_catalog, pg_temp
-- inside of strings, the only place for these characters in JSON
RETURN (SELECT CASE WHEN pg_catalog.getdatabaseencoding() = 'UTF8'
                    THEN pg_catalog.regexp_replace(pg_catalog.regexp_replace(s.text, '\u2028', '\\u2028', 'g'), '\u2029', '\\u2029', 'g')
                    ELSE s.text END
        FROM (SELECT pg_catalog.replace(pg_catalog.replace(pg_catalog.replace(json_in_html.document::text, '&', '\u0026'), '<', '\u003c'), '>', '\u003e') AS text) AS s);

COMMENT ON FUNCTION perfadvisor.json_in_html(jsonb) IS 'A JSON document as text that may stand in a script element: no text in it can end that';

CREATE FUNCTION perfadvisor.report_html() RETURNS text
LANGUAGE SQL VOLATILE PARALLEL UNSAFE STRICT
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
-- psql writes in the client's encoding, whose name is not always the one that browsers know
SELECT pg_catalog.substr(t.page, 1, t.place - 1) || perfadvisor.json_in_html(perfadvisor.report_json()) || pg_catalog.substr(t.page, t.place + pg_catalog.length('{report}'))
FROM (SELECT c.page, pg_catalog.strpos(c.page, '{report}') AS place
      FROM (SELECT pg_catalog.replace(perfadvisor.report_page(), '{charset}',
                       CASE WHEN e.name IN ('utf8', 'sql_ascii') THEN 'utf-8'
                            WHEN e.name LIKE 'win%' THEN 'windows-' || pg_catalog.substr(e.name, 4)
                            WHEN e.name LIKE 'koi8_' THEN 'koi8-' || pg_catalog.substr(e.name, 5)
                            WHEN e.name = 'latin7' THEN 'iso-8859-13' WHEN e.name = 'latin8' THEN 'iso-8859-14' WHEN e.name = 'latin10' THEN 'iso-8859-16'
                            WHEN e.name LIKE 'latin%' THEN 'l' || pg_catalog.substr(e.name, 6)
                            ELSE pg_catalog.replace(e.name, '_', '-') END) AS page
            FROM (SELECT pg_catalog.lower(pg_catalog.current_setting('client_encoding')) AS name) AS e) AS c) AS t;
END;

COMMENT ON FUNCTION perfadvisor.report_html() IS
'The report as one self-contained HTML page with charts, below 1 MB: psql -XAt -c ''SELECT perfadvisor.report_html()'' > report.html';
