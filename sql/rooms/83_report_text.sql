-- ---------------------------------------------------------------------------
-- Reports: one screen of text for psql

CREATE FUNCTION perfadvisor.report_blocks() RETURNS boolean
LANGUAGE SQL STABLE PARALLEL SAFE STRICT
SET search_path = pg_catalog, pg_temp
RETURN pg_catalog.getdatabaseencoding() = 'UTF8' AND pg_catalog.current_setting('client_encoding') = 'UTF8';

COMMENT ON FUNCTION perfadvisor.report_blocks() IS 'Whether bars of text may be made of block characters: the database and the client know them';

CREATE FUNCTION perfadvisor.report_bar(fraction double precision, room integer) RETURNS text
LANGUAGE SQL STABLE PARALLEL SAFE CALLED ON NULL INPUT
SET search_path = pg_catalog, pg_temp
RETURN (SELECT pg_catalog.rpad(CASE WHEN perfadvisor.report_blocks()
                    -- whole blocks, then one of one to seven eighths
                    THEN pg_catalog.repeat(pg_catalog.chr(9608 + 0 * e.eighths), e.eighths / 8) || CASE WHEN e.eighths % 8 > 0 THEN pg_catalog.chr(9616 - e.eighths % 8) ELSE '' END
                    ELSE pg_catalog.repeat('#', (e.eighths + 4) / 8) END, room)
        FROM (SELECT pg_catalog.round(LEAST(GREATEST(COALESCE(fraction, 0), 0), 1) * 8 * room)::integer AS eighths) AS e);

COMMENT ON FUNCTION perfadvisor.report_bar(double precision, integer) IS 'A horizontal bar of text, so many characters for 1';

CREATE FUNCTION perfadvisor.sparkline(numbers double precision[], room integer) RETURNS text
LANGUAGE SQL STABLE PARALLEL SAFE STRICT
SET search_path = pg_catalog, pg_temp
RETURN (SELECT pg_catalog.string_agg(CASE WHEN perfadvisor.report_blocks() THEN pg_catalog.chr(9600 + s.height) ELSE pg_catalog.substr('_.:-=+*#', s.height, 1) END, '' ORDER BY s.place)
        FROM (SELECT g.place, GREATEST(pg_catalog.ceil(8 * g.number / NULLIF(pg_catalog.max(g.number) OVER (), 0)), 1)::integer AS height
              FROM (SELECT (n.ordinality - 1) / ((pg_catalog.cardinality(numbers) + room - 1) / room) AS place, COALESCE(pg_catalog.max(n.number), 0) AS number
                    FROM pg_catalog.unnest(numbers) WITH ORDINALITY AS n(number) GROUP BY 1) AS g) AS s);

COMMENT ON FUNCTION perfadvisor.sparkline(double precision[], integer) IS
'Numbers as a line of small bars in at most so many characters, the highest as high as can be; where there are more numbers the highest of neighbours counts';

CREATE FUNCTION perfadvisor.report_wrapped(value text, room integer, OUT number bigint, OUT line text)
RETURNS SETOF record
LANGUAGE SQL IMMUTABLE PARALLEL SAFE STRICT ROWS 5
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
SELECT m.ordinality, COALESCE(m.match[1], m.match[2])
FROM pg_catalog.regexp_matches(pg_catalog.btrim(pg_catalog.regexp_replace(value, '\s+', ' ', 'g')), pg_catalog.format('(\S.{0,%s}|\S)(?=\s|$)|(\S{%s})', report_wrapped.room - 1, report_wrapped.room), 'g') WITH ORDINALITY AS m(match);
END;

COMMENT ON FUNCTION perfadvisor.report_wrapped(text, integer) IS 'A text in lines of at most so many characters, as far as its words are shorter';

CREATE FUNCTION perfadvisor.report(width integer DEFAULT 100)
RETURNS SETOF text
LANGUAGE SQL VOLATILE PARALLEL UNSAFE STRICT ROWS 60
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
WITH d AS MATERIALIZED (
    SELECT perfadvisor.report_document(8, 400) AS doc, LEAST(GREATEST(report.width, 70), 250) AS room
), v AS (
    SELECT d.doc -> 'verdict' AS verdict, d.doc -> 'numbers' AS numbers, d.doc -> 'history' -> 'periods' AS periods, d.doc -> 'advice' AS advice, d.room, d.doc,
           pg_catalog.round((d.room - 50) / 5.0)::integer AS bar
    FROM d
), open AS MATERIALIZED (
    SELECT a.value AS a, a.ordinality AS place, (a.value ->> 'workload_gain')::float8 AS gain
    FROM v CROSS JOIN LATERAL pg_catalog.jsonb_array_elements(v.advice -> 'indexes') WITH ORDINALITY AS a
    WHERE NOT (a.value ->> 'exists')::boolean
), shown AS MATERIALIZED (
    -- indexes have a part of their own
    SELECT f.value AS f, pg_catalog.row_number() OVER (ORDER BY f.ordinality) AS place
    FROM v CROSS JOIN LATERAL pg_catalog.jsonb_array_elements(v.doc -> 'findings') WITH ORDINALITY AS f
    WHERE f.value ->> 'check_name' <> 'missing_index' OR NOT EXISTS (SELECT FROM open)
), counts AS (
    SELECT pg_catalog.string_agg(pg_catalog.format('%s %s', n.n, CASE WHEN n.n = 1 THEN n.one ELSE n.many END), ', ' ORDER BY n.place) AS line
    FROM v CROSS JOIN LATERAL (VALUES
             (1, v.verdict ->> 'critical', 'critical', 'critical'), (2, v.verdict ->> 'warning', 'warning', 'warnings'), (3, v.verdict ->> 'info', 'opportunity', 'opportunities'),
             (4, v.verdict ->> 'unknown', 'unknown', 'unknown'), (5, v.verdict ->> 'muted', 'muted', 'muted')) AS w(place, n, one, many)
         CROSS JOIN LATERAL (SELECT w.place, w.n::integer AS n, w.one, w.many) AS n
    WHERE n.n > 0
), lines(part, place, number, line) AS (
    SELECT 1, 0::bigint, 1::bigint, pg_catalog.format('%s on PostgreSQL %s, %s', v.doc ->> 'database', pg_catalog.split_part(v.doc -> 'server' ->> 'version', ' ', 1), pg_catalog.date_trunc('second', (v.doc ->> 'generated_at')::timestamptz)) FROM v
    UNION ALL SELECT 1, 0, 2, ''
    UNION ALL
    SELECT 2, 0, w.number, CASE w.number WHEN 1 THEN pg_catalog.rpad(pg_catalog.upper(v.verdict ->> 'status'), 10) ELSE pg_catalog.repeat(' ', 10) END || w.line
    FROM v CROSS JOIN LATERAL perfadvisor.report_wrapped(v.verdict ->> 'sentence', v.room - 10) AS w
    UNION ALL
    SELECT 2, 1, w.number, pg_catalog.repeat(' ', 10) || w.line
    FROM v CROSS JOIN LATERAL perfadvisor.report_wrapped(pg_catalog.format('%s checks are fine%s. %s%s', v.verdict ->> 'ok', ', among them everything about ' || (v.verdict ->> 'good'),
             COALESCE('Recorded since ' || pg_catalog.date_trunc('second', (v.doc ->> 'recorded_since')::timestamptz) || '.', 'No statement of this database has been recorded yet.'),
             CASE WHEN NOT (v.doc ->> 'all_statements')::boolean THEN ' This role sees its own statements only; a member of pg_read_all_stats sees all.' ELSE '' END), v.room - 10) AS w
    UNION ALL SELECT 2, 2, 1, ''
    UNION ALL
    SELECT 3, 0, w.number, CASE w.number WHEN 1 THEN 'Time      ' ELSE pg_catalog.repeat(' ', 10) END || w.line
    FROM v CROSS JOIN LATERAL perfadvisor.report_wrapped(pg_catalog.format('p95 %s, median %s, p99 %s; %s calls%s, %s failed%s', perfadvisor.readable_time((v.numbers ->> 'p95')::float8),
             perfadvisor.readable_time((v.numbers ->> 'p50')::float8), perfadvisor.readable_time((v.numbers ->> 'p99')::float8), pg_catalog.to_char((v.numbers ->> 'calls')::bigint, 'FM999,999,999,999,999'),
             ' (' || pg_catalog.round((v.numbers ->> 'calls_per_second')::numeric, 1) || ' /s)', pg_catalog.to_char((v.numbers ->> 'failures')::bigint, 'FM999,999,999,999,999'),
             pg_catalog.format('; in the last hour %s under way on average, at most %s', pg_catalog.round((v.numbers ->> 'load')::numeric, 2), v.numbers ->> 'most')), v.room - 10) AS w
    WHERE v.numbers ->> 'p95' IS NOT NULL
    UNION ALL
    SELECT 4, 0, s.place, pg_catalog.rpad(s.name, 10) || perfadvisor.sparkline(s.numbers, GREATEST(v.room - 60, 20)) || '  ' || perfadvisor.clipped(s.unit, 48)
    FROM v CROSS JOIN LATERAL (
             SELECT 1 AS place, 'Load' AS name, pg_catalog.array_agg((p.value ->> 'load')::float8 ORDER BY p.ordinality) AS numbers,
                    pg_catalog.format('%s to %s under way, %s to %s', pg_catalog.round(pg_catalog.min((p.value ->> 'load')::numeric), 2), pg_catalog.round(pg_catalog.max((p.value ->> 'load')::numeric), 2),
                        pg_catalog.to_char(pg_catalog.min((p.value ->> 'from')::timestamptz), 'HH24:MI'), pg_catalog.to_char(pg_catalog.max((p.value ->> 'to')::timestamptz), 'HH24:MI')) AS unit
             FROM pg_catalog.jsonb_array_elements(v.periods) WITH ORDINALITY AS p
             UNION ALL
             SELECT 2, 'p95', pg_catalog.array_agg((p.value ->> 'p95')::float8 ORDER BY p.ordinality),
                    pg_catalog.format('%s to %s', perfadvisor.readable_time(pg_catalog.min((p.value ->> 'p95')::float8)), perfadvisor.readable_time(pg_catalog.max((p.value ->> 'p95')::float8)))
             FROM pg_catalog.jsonb_array_elements(v.periods) WITH ORDINALITY AS p) AS s
    WHERE pg_catalog.jsonb_array_length(v.periods) > 1
    UNION ALL SELECT 4, 1, 1, '' FROM v WHERE v.numbers ->> 'p95' IS NOT NULL
    UNION ALL
    SELECT 5, 0, 1, 'Findings: ' || COALESCE(NULLIF(c.line, ''), 'nothing deserves attention') FROM counts AS c
    UNION ALL
    SELECT 5, s.place, 100 * l.place + l.number, l.line
    FROM v CROSS JOIN shown AS s
         CROSS JOIN LATERAL (
             SELECT 1 AS place, w.number, CASE w.number WHEN 1 THEN pg_catalog.rpad('  ' || (s.f ->> 'severity'), 12) ELSE pg_catalog.repeat(' ', 12) END || w.line AS line
             FROM perfadvisor.report_wrapped(pg_catalog.format('%s%s', CASE WHEN pg_catalog.strpos(s.f ->> 'title', s.f ->> 'object') > 0 OR s.f ->> 'object' LIKE 'statement %' THEN '' ELSE (s.f ->> 'object') || ': ' END, s.f ->> 'title'), v.room - 12) AS w
             UNION ALL
             -- statements are neither cut nor broken, so that they can be pasted
             SELECT 2, q.ordinality, pg_catalog.repeat(' ', 12) || pg_catalog.rtrim(q.statement, ';') || ';'
             FROM pg_catalog.string_to_table(s.f ->> 'fix_sql', E';\n') WITH ORDINALITY AS q(statement)
             WHERE pg_catalog.length(s.f ->> 'fix_sql') <= 1000) AS l
    WHERE s.place <= 6
    UNION ALL
    SELECT 5, 1000, 1, pg_catalog.format('  and %s more: SELECT * FROM perfadvisor.findings', n.more)
    FROM (SELECT pg_catalog.count(*) - 6 AS more FROM shown) AS n WHERE n.more > 0
    UNION ALL SELECT 5, 1001, 1, ''
    UNION ALL
    SELECT 6, 0, w.number, CASE w.number WHEN 1 THEN 'Indexes: ' ELSE pg_catalog.repeat(' ', 9) END || w.line
    FROM v CROSS JOIN LATERAL (SELECT pg_catalog.count(*) AS n, LEAST(pg_catalog.sum(o.gain), 1) AS gain, pg_catalog.sum((o.a ->> 'index_bytes')::bigint) AS bytes FROM open AS o) AS o
         CROSS JOIN LATERAL perfadvisor.report_wrapped(CASE
             WHEN v.advice = 'null' AND (v.doc ->> 'all_statements')::boolean THEN 'no search was made yet; SELECT * FROM perfadvisor.refresh_advice() makes one'
             WHEN v.advice = 'null' THEN 'made from the statements of all roles, for members of pg_read_all_stats'
             WHEN o.n = 0 THEN pg_catalog.format('none is missing, by the search of %s', pg_catalog.date_trunc('second', (v.advice ->> 'made_at')::timestamptz))
             ELSE pg_catalog.format('%s would save %s %% of the recorded time and take %s, by the search of %s; SELECT * FROM perfadvisor.refresh_advice() makes a new one', o.n, pg_catalog.round((o.gain * 100)::numeric),
                      pg_catalog.pg_size_pretty(o.bytes), pg_catalog.date_trunc('second', (v.advice ->> 'made_at')::timestamptz)) END, v.room - 9) AS w
    UNION ALL
    SELECT 6, o.place, l.number, l.line
    FROM v CROSS JOIN open AS o
         CROSS JOIN LATERAL (
             SELECT 1 AS number, perfadvisor.clipped(pg_catalog.format('  %s %s %%  %s', perfadvisor.report_bar(o.gain / (SELECT pg_catalog.max(p.gain) FROM open AS p), v.bar), pg_catalog.lpad(pg_catalog.round((o.gain * 100)::numeric, 1)::text, 5),
                        pg_catalog.format('%s, %s, writes %s an hour longer', o.a ->> 'relation', pg_catalog.pg_size_pretty((o.a ->> 'index_bytes')::bigint), perfadvisor.readable_time((o.a ->> 'write_cost')::float8))), v.room) AS line
             UNION ALL
             SELECT 1 + q.ordinality, '  ' || q.statement
             FROM pg_catalog.string_to_table(o.a ->> 'ddl', E'\n') WITH ORDINALITY AS q(statement)
             WHERE pg_catalog.length(o.a ->> 'ddl') <= 1000) AS l
    WHERE o.place <= (SELECT pg_catalog.min(p.place) + 4 FROM open AS p)
    UNION ALL SELECT 6, 1000, 1, pg_catalog.format('  and %s more: SELECT * FROM perfadvisor.index_advice', n.more)
    FROM (SELECT pg_catalog.count(*) - 5 AS more FROM open) AS n WHERE n.more > 0
    UNION ALL SELECT 6, 1001, 1, '' FROM v WHERE pg_catalog.jsonb_array_length(v.doc -> 'statements') > 0
    UNION ALL
    SELECT 7, 0, 1, pg_catalog.format('%s  share     total     calls      mean       p95  statement', pg_catalog.rpad('Statements', v.bar + 2)) FROM v WHERE pg_catalog.jsonb_array_length(v.doc -> 'statements') > 0
    UNION ALL
    SELECT 7, s.ordinality, 1, pg_catalog."left"(pg_catalog.format('  %s %s %s %s %s %s  %s', perfadvisor.report_bar((s.value ->> 'share')::float8 / NULLIF((v.doc -> 'statements' -> 0 ->> 'share')::float8, 0), v.bar),
               pg_catalog.lpad(COALESCE(pg_catalog.round((s.value ->> 'share')::numeric * 100, 1)::text || ' %', 'inside'), 6), pg_catalog.lpad(perfadvisor.readable_time((s.value ->> 'total_exec_time')::float8), 9),
               pg_catalog.lpad(pg_catalog.to_char((s.value ->> 'calls')::bigint, 'FM999,999,999,999,999'), 9), pg_catalog.lpad(perfadvisor.readable_time((s.value ->> 'mean_exec_time')::float8), 9),
               pg_catalog.lpad(perfadvisor.readable_time((s.value ->> 'p95_exec_time')::float8), 9), pg_catalog.regexp_replace(COALESCE(s.value ->> 'query', '(text not kept)'), '\s+', ' ', 'g')), v.room)
    FROM v CROSS JOIN LATERAL pg_catalog.jsonb_array_elements(v.doc -> 'statements') WITH ORDINALITY AS s
)
SELECT pg_catalog.rtrim(l.line) FROM lines AS l ORDER BY l.part, l.place, l.number;
END;

COMMENT ON FUNCTION perfadvisor.report(integer) IS
'The verdict on this database as text for psql: good news, the worst findings with their SQL, indexes to create, and the statements that take most time; starts no search for advice';
