-- base: the library serves the SQL of every released version, and refuses with a hint what is of no version
\unset ECHO
\i test/setup.sql
\i test/own_database.sql
SELECT plan(13);

-- What SQL of this version calls in the library, in the form of the records in test/interface.
CREATE VIEW called AS
SELECT p.prosrc::text AS symbol,
       (SELECT coalesce(string_agg(a.type::regtype::text, ',' ORDER BY a.n), '-')
        FROM unnest(p.proargtypes) WITH ORDINALITY AS a(type, n)) AS arguments,
       CASE WHEN p.proretset THEN 'setof ' ELSE '' END || p.prorettype::regtype AS result,
       (SELECT coalesce(string_agg(quote_ident(p.proargnames[a.n]) || ' ' || a.type::regtype, ',' ORDER BY a.n), '-')
        FROM unnest(p.proallargtypes, p.proargmodes) WITH ORDINALITY AS a(type, mode, n) WHERE a.mode IN ('o', 't')) AS columns
FROM pg_depend AS d JOIN pg_proc AS p ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid
     JOIN pg_language AS l ON l.oid = p.prolang
WHERE d.deptype = 'e' AND d.refobjid = (SELECT oid FROM pg_extension WHERE extname = 'perfadvisor') AND l.lanname = 'c';

-- While a version is not released, results/interface.tsv becomes its record; that of a released one never changes.
\copy (SELECT * FROM called ORDER BY symbol COLLATE "C", arguments COLLATE "C") TO 'results/interface.tsv'

-- The records, each with the version that its file's name says.
CREATE TABLE recorded (version text, symbol text, arguments text, result text, columns text);
\copy recorded FROM PROGRAM 'awk ''{ print FILENAME "\t" $0 }'' test/interface/*.tsv'

SELECT cmp_ok((SELECT count(*) FROM recorded), '>', 30::bigint, 'there are records of what SQL calls in the library');
SELECT is_empty('SELECT symbol, arguments, result, columns FROM called EXCEPT SELECT symbol, arguments, result, columns FROM recorded',
    'what SQL of this version calls is in a record');
-- Arguments never change under a symbol; columns may only come to the end.
SELECT is_empty(
    $$SELECT c.symbol, r.version, c.arguments, c.columns FROM called AS c JOIN recorded AS r USING (symbol)
       WHERE (c.arguments, c.result) <> (r.arguments, r.result)
          OR (NOT starts_with(c.columns || ',', r.columns || ',') AND NOT starts_with(r.columns || ',', c.columns || ','))$$,
    'no symbol of the library has got other arguments, another result or other columns than it had');

-- Functions as older versions made them, each found in the library that is loaded.
CREATE SCHEMA older;
CREATE FUNCTION create_older(name text, symbol text, arguments text, result text, columns text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    outs text := (SELECT string_agg('OUT ' || c, ', ') FROM unnest(string_to_array(nullif(columns, '-'), ',')) AS c);
BEGIN
    EXECUTE format('CREATE FUNCTION older.%I(%s) RETURNS %s LANGUAGE C STRICT AS %L, %L', name,
                   concat_ws(', ', nullif(arguments, '-'), outs), result,
                   (SELECT probin FROM pg_proc WHERE oid = 'perfadvisor.recorded_state()'::regprocedure), symbol);
END $$;
CREATE FUNCTION missing_symbols() RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
    r record;
BEGIN
    FOR r IN SELECT row_number() OVER () AS n, * FROM recorded LOOP
        BEGIN
            PERFORM create_older(r.symbol || '_' || r.n, r.symbol, r.arguments, r.result, r.columns);
        EXCEPTION WHEN OTHERS THEN
            RETURN NEXT r.version || ' ' || r.symbol || ': ' || SQLERRM;
        END;
    END LOOP;
END $$;
SELECT is_empty('SELECT * FROM missing_symbols()', 'whatever SQL of a released version calls is in the library');

-- All that need no arguments are called as well. Those that do something are left out.
CREATE FUNCTION failing_calls() RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
    r record;
BEGIN
    FOR r IN SELECT p.oid::regproc::text AS name FROM pg_proc AS p
             WHERE p.pronamespace = 'older'::regnamespace AND p.pronargs = 0
               AND p.prosrc NOT IN ('pa_reset', 'pa_pull_sources') LOOP
        BEGIN
            EXECUTE format('SELECT count(*) FROM (SELECT (f).* FROM (SELECT %s() AS f) AS f) AS s', r.name);
        EXCEPTION WHEN wrong_object_type THEN
            EXECUTE format('SELECT %s()', r.name);
        WHEN OTHERS THEN
            RETURN NEXT r.name || ': ' || SQLERRM;
        END;
    END LOOP;
END $$;
SELECT is_empty('SELECT * FROM failing_calls()', 'and answers in the columns that it had there');

-- Fewer columns: SQL that is older than the library
SELECT create_older('statements', 'pa_read_statements', '-', 'setof record', 'dbid oid,userid oid,queryid bigint') \g /dev/null
SELECT create_older('machine', 'pa_read_machine', '-', 'record', 'cpus integer,cpu_quota double precision') \g /dev/null
SELECT ok((SELECT count(*) > 0 AND bool_and(queryid IS NOT NULL) FROM older.statements()), 'older SQL with fewer columns gets the columns that it knows');
SELECT ok(EXISTS (SELECT FROM older.statements() AS s JOIN perfadvisor.recorded_statements() AS r USING (dbid, userid, queryid)),
    'and these are the same as those of newer SQL');
SELECT is((SELECT cpus FROM older.machine()), (SELECT cpus FROM perfadvisor.machine()), 'so it is where there is one row');

-- More columns, or others: SQL that is newer than the library
CREATE FUNCTION refusal(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    detail text;
    hint text;
BEGIN
    EXECUTE query;
    RETURN 'none';
EXCEPTION WHEN invalid_function_definition THEN
    GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
    RETURN SQLERRM || '; ' || detail || CASE WHEN hint LIKE '%ALTER EXTENSION perfadvisor UPDATE%' THEN ' (hint)' ELSE '' END;
END $$;
SELECT create_older('tags', 'pa_query_tags', 'text', 'setof record', 'tag text,value text,place integer') \g /dev/null
SELECT is(refusal('SELECT * FROM older.tags(''SELECT 1 /*a=''''b''''*/'')'),
    'function older.tags(text) is not of the version of the library that is loaded; It has 3 columns there and 2 in the library. (hint)',
    'a function with more columns than the library returns is refused, and what to do is said');
SELECT create_older('sequence', 'pa_read_sequence', 'oid', 'record', 'last_value bigint,known boolean,cycle boolean') \g /dev/null
SELECT is(refusal('SELECT older.sequence(1)'),
    'function older.sequence(oid) is not of the version of the library that is loaded; It has 3 columns there and 2 in the library. (hint)',
    'so is one that returns one row');
SELECT create_older('scans', 'pa_read_seq_scans', '-', 'setof record', 'dbid oid,userid text') \g /dev/null
SELECT is(refusal('SELECT * FROM older.scans()'),
    'function older.scans() is not of the version of the library that is loaded; Column 2 is text there and oid in the library. (hint)',
    'so is a column of another type');
SELECT throws_like($$SELECT create_older('gone', 'pa_of_tomorrow', '-', 'setof record', 'dbid oid,userid oid')$$,
    '%could not find function "pa_of_tomorrow" in file%', 'what only a newer library has is refused by the server');
SELECT ok((SELECT count(*) > 0 FROM perfadvisor.recorded_statements()), 'the session goes on');
SELECT * FROM finish();
