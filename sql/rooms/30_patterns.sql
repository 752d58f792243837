-- ---------------------------------------------------------------------------
-- Statements that are written or run in a costly way

CREATE FUNCTION perfadvisor.examine_statements(
    min_time double precision,
    OUT userid oid, OUT queryid bigint, OUT relations_hash bigint, OUT toplevel boolean,
    OUT relation oid, OUT facts text)
RETURNS SETOF record
LANGUAGE C VOLATILE PARALLEL UNSAFE STRICT ROWS 500
AS 'MODULE_PATHNAME', 'pa_examine_statements';

COMMENT ON FUNCTION perfadvisor.examine_statements(double precision) IS
'What tree and plan of the recorded statements of this database say of how they are written, for those that took so many ms or were called often; planned as the role that ran them';

CREATE FUNCTION perfadvisor.readable_time(ms double precision) RETURNS text
LANGUAGE SQL IMMUTABLE PARALLEL SAFE STRICT
SET search_path = pg_catalog, pg_temp
RETURN CASE WHEN ms >= 120000 THEN pg_catalog.round((ms / 60000)::numeric, 1) || ' min'
            WHEN ms >= 1000 THEN pg_catalog.round((ms / 1000)::numeric, 1) || ' s'
            WHEN ms >= 10 THEN pg_catalog.round(ms::numeric) || ' ms'
            ELSE pg_catalog.round(ms::numeric, 2) || ' ms' END;

COMMENT ON FUNCTION perfadvisor.readable_time(double precision) IS 'A time in ms as people write it';

CREATE FUNCTION perfadvisor.find_query_patterns(
    OUT pattern text, OUT severity text, OUT queryid bigint, OUT query text, OUT evidence jsonb,
    OUT message text, OUT remedy text, OUT datname name, OUT rolname name, OUT relation regclass,
    OUT calls bigint, OUT total_exec_time double precision, OUT cost_time double precision, OUT toplevel boolean, OUT cost_share double precision)
RETURNS SETOF record
LANGUAGE SQL VOLATILE PARALLEL UNSAFE ROWS 50
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
WITH s AS MATERIALIZED (
    SELECT s.*, s.total_plan_time / NULLIF(s.calls, 0) AS mean_plan_time
    FROM perfadvisor.recorded_statements() AS s
    WHERE s.dbid = (SELECT d.oid FROM pg_catalog.pg_database AS d WHERE d.datname = pg_catalog.current_database())
      AND s.queryid IS NOT NULL AND s.calls > 0
), e AS MATERIALIZED (
    SELECT e.userid, e.queryid, e.relations_hash, e.toplevel, e.relation, e.facts::jsonb AS f
    FROM perfadvisor.examine_statements(0) AS e
), x AS MATERIALIZED (
    SELECT s.*, e.relation, e.f, e.f ->> 'relation' AS rel, (e.f ->> 'tuples')::float8 AS tuples,
           (SELECT pg_catalog.string_agg(c.value, ', ' ORDER BY c.ordinality) FROM pg_catalog.jsonb_array_elements_text(e.f -> 'lookup') WITH ORDINALITY AS c) AS lookup,
           (SELECT pg_catalog.string_agg(c.value, ', ' ORDER BY c.ordinality) FROM pg_catalog.jsonb_array_elements_text(e.f -> 'wide_columns') WITH ORDINALITY AS c) AS wide_columns,
           (SELECT pg_catalog.string_agg(c.value, ', ' ORDER BY c.ordinality) FROM pg_catalog.jsonb_array_elements_text(e.f -> 'written') WITH ORDINALITY AS c) AS written
    FROM s JOIN e USING (userid, queryid, relations_hash, toplevel)
), load AS (
    SELECT pg_catalog.sum(s.total_exec_time + s.total_plan_time) AS total_time, pg_catalog.sum(s.calls) AS calls
    FROM s WHERE s.toplevel
), runs AS MATERIALIZED (
    SELECT r.userid, r.queryid, r.relations_hash, r.toplevel, r.kind,
           pg_catalog.sum(r.runs) AS runs, pg_catalog.sum(r.matched_runs) AS matched, pg_catalog.sum(r.loose_runs) AS loose,
           pg_catalog.sum(r.block_runs) AS in_blocks, pg_catalog.sum(r.executions) AS executions,
           -- those of runs that are about as long as a statement before them had rows
           pg_catalog.sum(r.executions) FILTER (WHERE r.parent_queryid IS NOT NULL) AS following,
           pg_catalog.max(r.longest) AS longest, pg_catalog.sum(r.distinct_parameters) AS distinct_parameters,
           pg_catalog.sum(r.rows) AS rows, pg_catalog.max(r.rows) AS most_rows, pg_catalog.sum(r.parent_rows) AS parent_rows,
           pg_catalog.sum(r.exec_time) AS exec_time, pg_catalog.sum(r.gap_time) AS gap_time,
           pg_catalog.min(r.first_seen) AS first_seen, pg_catalog.max(r.last_seen) AS last_seen,
           (pg_catalog.array_agg(r.parent_queryid ORDER BY r.matched_runs DESC, r.loose_runs DESC, r.runs DESC)
               FILTER (WHERE r.parent_queryid IS NOT NULL))[1] AS parent_queryid,
           -- what would have been saved by doing it once
           (pg_catalog.sum(r.exec_time) + pg_catalog.sum(r.gap_time))
               * (1 - pg_catalog.sum(r.runs) / NULLIF(pg_catalog.sum(r.executions), 0))::float8 AS lost
    FROM perfadvisor.recorded_runs() AS r
    WHERE r.dbid = (SELECT d.oid FROM pg_catalog.pg_database AS d WHERE d.datname = pg_catalog.current_database())
      AND r.advisable AND r.queryid IS NOT NULL
    GROUP BY r.userid, r.queryid, r.relations_hash, r.toplevel, r.kind
), parents AS (
    SELECT DISTINCT ON (x.userid, x.queryid) x.userid, x.queryid, x.query, x.rel, x.relation, x.lookup, x.mean_exec_time, x.f
    FROM x ORDER BY x.userid, x.queryid, x.calls DESC
), rx AS (
    SELECT r.kind, r.runs, r.matched, r.loose, r.in_blocks, r.executions, r.following, r.longest, r.distinct_parameters AS distinct_sets,
           r.rows AS run_rows, r.most_rows, r.parent_rows, r.exec_time, r.gap_time, r.lost, r.first_seen AS run_first, r.last_seen AS run_last, r.parent_queryid,
           p.query AS parent_query, p.rel AS parent_rel, p.relation AS parent_relation, p.lookup AS parent_lookup,
           p.mean_exec_time AS parent_mean, p.f AS parent_f, x.*
    FROM runs AS r
         JOIN x USING (userid, queryid, relations_hash, toplevel)
         LEFT JOIN parents AS p ON p.userid = r.userid AND p.queryid = r.parent_queryid
    WHERE x.f -> 'catalog' IS NULL
), fx AS (
    SELECT p.value AS p, x.* FROM x CROSS JOIN pg_catalog.jsonb_array_elements(x.f -> 'found') AS p
    WHERE x.mean_exec_time >= 1
), found AS (
    SELECT 'n_plus_one' AS pattern, r.userid, r.queryid, r.relations_hash, r.toplevel, r.lost AS cost,
           pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object('runs', r.runs, 'executions', r.executions, 'longest_run', r.longest,
               'distinct_parameters', pg_catalog.round(r.distinct_sets), 'in_transaction_blocks', r.in_blocks,
               'parent_queryid', r.parent_queryid::text, 'parent_query', r.parent_query, 'runs_as_long_as_parent_rows', r.matched, 'parent_rows', r.parent_rows,
               'exec_time', pg_catalog.round(r.exec_time::numeric, 2), 'round_trip_time', pg_catalog.round(r.gap_time::numeric, 2),
               'first_seen', r.run_first, 'last_seen', r.run_last)) AS evidence,
           pg_catalog.format('in %s %s it ran %s times, up to %s times in one, with different parameters each time%s; %s went by, %s of it between the executions',
               r.runs, CASE r.runs WHEN 1 THEN 'run' ELSE 'runs' END, r.executions, r.longest,
               CASE WHEN r.loose > 0 THEN pg_catalog.format(', after a statement%s that returned %s rows', ' on ' || r.parent_rel, r.parent_rows)
                    ELSE ', in one transaction' END,
               perfadvisor.readable_time(r.exec_time + r.gap_time), perfadvisor.readable_time(r.gap_time)) AS message,
           CASE WHEN r.lookup IS NULL THEN pg_catalog.format('Fetch what all of them return with one statement%s, or join %s to the statement before.', ' on ' || r.rel, r.rel)
                WHEN pg_catalog.jsonb_array_length(r.f -> 'lookup') > 1
                THEN pg_catalog.format('Fetch the rows of all of them with one statement: SELECT ... FROM %s WHERE (%s) IN (SELECT * FROM unnest($1, $2%s)) with one array for each column%s.',
                         r.rel, r.lookup, CASE WHEN pg_catalog.jsonb_array_length(r.f -> 'lookup') > 2 THEN ', ...' ELSE '' END,
                         pg_catalog.format(', or join %s to %s in the statement before', r.rel, r.parent_rel))
                ELSE pg_catalog.format('Fetch the rows of all of them with one statement: SELECT ... FROM %s WHERE %s = ANY ($1) with an array of the values%s. In an ORM: eager or batch loading of this relation.',
                         r.rel, r.lookup, CASE WHEN r.parent_rel IS NOT NULL THEN pg_catalog.format(', or join %s to %s in the statement before', r.rel, r.parent_rel) ELSE '' END) END AS remedy,
           1 AS least
    FROM rx AS r
    WHERE r.kind = 'lookups' AND r.f -> 'only' IS NULL AND r.executions >= 10
      -- pages of a result, and batches of keys, also come one after the other
      AND CASE WHEN r.lookup IS NULL THEN r.f -> 'paged' IS NULL AND r.f -> 'listed' IS NULL
               ELSE r.f -> 'paged' IS NULL OR r.matched * 2 >= r.runs END
      AND (((r.matched * 2 >= r.runs OR (r.loose >= 3 AND r.loose >= r.runs * 0.8)) AND r.following * 2 >= r.executions)
           OR (r.in_blocks * 2 >= r.runs AND r.executions >= r.runs * 10))
    UNION ALL
    SELECT 'repeated_identical', r.userid, r.queryid, r.relations_hash, r.toplevel, r.lost,
           pg_catalog.jsonb_build_object('runs', r.runs, 'executions', r.executions, 'longest_run', r.longest,
               'distinct_parameters', pg_catalog.round(r.distinct_sets),
               'exec_time', pg_catalog.round(r.exec_time::numeric, 2), 'round_trip_time', pg_catalog.round(r.gap_time::numeric, 2),
               'first_seen', r.run_first, 'last_seen', r.run_last),
           pg_catalog.format('it ran %s times in %s %s, up to %s times directly after each other, with %s; %s went by',
               r.executions, r.runs, CASE r.runs WHEN 1 THEN 'burst' ELSE 'bursts' END, r.longest,
               CASE WHEN r.distinct_sets < r.runs * 1.5 THEN 'the same parameters each time' ELSE 'hardly different parameters' END,
               perfadvisor.readable_time(r.exec_time + r.gap_time)),
           pg_catalog.format('Ask %s once and keep the result for the rest of the request: memoise the call, or use the request cache of the ORM.', COALESCE(r.rel, 'it')),
           1
    FROM rx AS r
    WHERE r.kind = 'identical' AND r.executions >= 10 AND r.f ->> 'command' = 'select'
      AND r.f -> 'volatile' IS NULL AND r.f -> 'locks' IS NULL
    UNION ALL
    SELECT 'row_by_row_write', r.userid, r.queryid, r.relations_hash, r.toplevel, r.lost,
           pg_catalog.jsonb_build_object('runs', r.runs, 'executions', r.executions, 'longest_run', r.longest, 'rows', r.run_rows,
               'in_transaction_blocks', r.in_blocks,
               'exec_time', pg_catalog.round(r.exec_time::numeric, 2), 'round_trip_time', pg_catalog.round(r.gap_time::numeric, 2),
               'first_seen', r.run_first, 'last_seen', r.run_last),
           pg_catalog.format('it wrote %s rows to %s%s one at a time, up to %s directly after each other%s; %s went by, %s of it between the executions',
               r.run_rows, r.rel, CASE WHEN r.run_rows < r.executions THEN pg_catalog.format(' in %s executions', r.executions) ELSE '' END, r.longest, CASE WHEN r.in_blocks * 2 >= r.runs THEN ' in one transaction' ELSE ', each in a transaction of its own' END,
               perfadvisor.readable_time(r.exec_time + r.gap_time), perfadvisor.readable_time(r.gap_time)),
           CASE r.f ->> 'command'
               WHEN 'insert' THEN pg_catalog.format('Write many rows with one statement: INSERT INTO %s (%s) VALUES (...), (...), ..., or SELECT * FROM unnest($1, ...) with an array for each column; for very many COPY %s (%s) FROM STDIN.', r.rel, r.written, r.rel, r.written)
               WHEN 'delete' THEN pg_catalog.format(CASE WHEN pg_catalog.jsonb_array_length(r.f -> 'lookup') > 1
                    THEN 'Delete many rows with one statement: DELETE FROM %s WHERE (%s) IN (SELECT * FROM unnest(%s)), with an array for each column.'
                    ELSE 'Delete many rows with one statement: DELETE FROM %s WHERE %s = ANY (%s).' END, r.rel, COALESCE(r.lookup, 'key'), v.arrays)
               ELSE pg_catalog.format('Write many rows with one statement: UPDATE %s SET %s FROM unnest(%s) AS v (%s) WHERE %s, with an array for each column.',
                   r.rel, v.given, v.arrays, v.names, v.looked_up) END,
           1
    FROM rx AS r
         CROSS JOIN LATERAL (
             -- names in v are those of the columns, unless one is both written and looked up
             SELECT pg_catalog.string_agg(pg_catalog.format('$%s%s', u.n, COALESCE('::' || u.type || '[]', '')), ', ' ORDER BY u.n) AS arrays,
                    pg_catalog.string_agg(u.name, ', ' ORDER BY u.n) AS names,
                    pg_catalog.string_agg(u.col || ' = v.' || u.name, ', ' ORDER BY u.n) FILTER (WHERE u.k = 1) AS given,
                    pg_catalog.string_agg(r.rel || '.' || u.col || ' = v.' || u.name, ' AND ' ORDER BY u.n) FILTER (WHERE u.k = 2) AS looked_up
             FROM (SELECT pg_catalog.row_number() OVER (ORDER BY c.k, c.ordinality) AS n, c.k, c.col,
                          CASE WHEN c.k = 2 AND r.f ->> 'command' = 'update' AND r.f -> 'written' ? c.col THEN pg_catalog.quote_ident('old_' || pg_catalog.btrim(c.col, '"')) ELSE c.col END AS name,
                          (SELECT pg_catalog.format_type(a.atttypid, -1) FROM pg_catalog.pg_attribute AS a
                           WHERE a.attrelid = r.relation AND pg_catalog.quote_ident(a.attname) = c.col AND a.attnum > 0) AS type
                   FROM (SELECT 1 AS k, w.ordinality, w.value AS col FROM pg_catalog.jsonb_array_elements_text(COALESCE(r.f -> 'written', '["..."]')) WITH ORDINALITY AS w
                         WHERE r.f ->> 'command' = 'update'
                         UNION ALL
                         SELECT 2, l.ordinality, l.value FROM pg_catalog.jsonb_array_elements_text(COALESCE(r.f -> 'lookup', '["key"]')) WITH ORDINALITY AS l) AS c) AS u) AS v
    WHERE r.kind = 'writes'
      AND ((r.in_blocks * 2 >= r.runs AND r.executions >= r.runs * 10)
           OR (r.executions >= r.runs * 100 AND r.gap_time <= r.executions * 5))
    UNION ALL
    SELECT 'loop_in_function', r.userid, r.queryid, r.relations_hash, r.toplevel, r.exec_time,
           pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object('runs', r.runs, 'executions', r.executions, 'longest_run', r.longest, 'rows', r.run_rows,
               'exec_time', pg_catalog.round(r.exec_time::numeric, 2), 'caller_queryid', r.parent_queryid::text, 'caller', r.parent_query,
               'first_seen', r.run_first, 'last_seen', r.run_last)),
           pg_catalog.format('inside %s of %s it ran %s times, up to %s times in one, in a loop of a function or in a trigger for each row; that took %s',
               CASE r.runs WHEN 1 THEN 'one execution' ELSE r.runs || ' executions' END,
               COALESCE('"' || pg_catalog."left"(r.parent_query, 60) || '"', 'a statement'), r.executions, r.longest, perfadvisor.readable_time(r.exec_time)),
           CASE WHEN r.f ->> 'command' = 'select'
                THEN pg_catalog.format('Do it for all rows at once: join %s in the query that the loop goes through%s.', r.rel, ', on ' || r.lookup)
                ELSE pg_catalog.format('Do it for all rows at once: one %s on %s with the query of the loop as its source; in a trigger, FOR EACH STATEMENT with a transition table.', pg_catalog.upper(r.f ->> 'command'), r.rel) END,
           10
    FROM rx AS r
    WHERE r.kind = 'nested' AND NOT r.toplevel AND r.f -> 'only' IS NULL AND r.executions >= r.runs * 10
    UNION ALL
    SELECT 'check_then_insert', r.userid, r.queryid, r.relations_hash, r.toplevel,
           r.gap_time + r.executions * r.parent_mean,
           pg_catalog.jsonb_build_object('pairs', r.executions, 'inserts', r.calls, 'check_queryid', r.parent_queryid::text, 'check_query', r.parent_query,
               'check_time', pg_catalog.round((r.executions * r.parent_mean)::numeric, 2), 'round_trip_time', pg_catalog.round(r.gap_time::numeric, 2)),
           pg_catalog.format('%s of its %s executions came directly after a query on %s by %s that found nothing: two round trips, and between them another session may insert the same',
               r.executions, r.calls, r.rel, r.parent_lookup),
           pg_catalog.format('Let one statement do both: INSERT INTO %s (%s) VALUES (...) ON CONFLICT (%s) DO NOTHING, or DO UPDATE SET ...; it needs a unique index on (%s).',
               r.rel, r.written, r.parent_lookup, r.parent_lookup),
           1
    FROM rx AS r
    WHERE r.kind = 'checks' AND r.executions >= 5 AND r.executions >= r.calls * 0.3
      AND r.relation = r.parent_relation AND r.parent_lookup IS NOT NULL
      AND (r.parent_f -> 'lookup') <@ (r.f -> 'written') AND r.f -> 'on_conflict' IS NULL
    UNION ALL
    SELECT 'deep_offset', r.userid, r.queryid, r.relations_hash, r.toplevel,
           r.exec_time * (r.run_rows / NULLIF(r.run_rows + r.parent_rows, 0))::float8,
           pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object('executions', r.executions, 'rows_skipped', r.run_rows, 'rows_returned', r.parent_rows, 'deepest', r.longest,
               'exec_time', pg_catalog.round(r.exec_time::numeric, 2), 'index', CASE WHEN i.name IS NULL THEN o.index_ddl END)),
           pg_catalog.format('%s executions read and threw away %s rows to return %s; the deepest began after %s rows', r.executions, r.run_rows, r.parent_rows, r.longest),
           CASE WHEN o.mixed THEN pg_catalog.format('Remember the last row shown and go on after it, column by column because their directions differ: WHERE %s AND (%s OR %s) ORDER BY %s LIMIT n, without OFFSET. The index for it: %s',
                         o.first_reached, o.first_passed, o.rest_passed, o.terms, o.index_ddl)
                WHEN o.terms IS NULL THEN 'Order by columns that are unique together, remember those of the last row shown, and ask for the rows after it instead of OFFSET.'
                ELSE pg_catalog.format('Remember the last row shown and go on after it: ... FROM %s WHERE (%s) %s (%s) ORDER BY %s LIMIT n, without OFFSET. %s',
                         r.f ->> 'ordered', o.columns, CASE WHEN r.f -> 'descending' IS NULL THEN '>' ELSE '<' END, o.markers, o.terms,
                         COALESCE('Index ' || i.name || ' serves it.', 'The index for it: ' || o.index_ddl)) END
           -- no comparison with NULL is true
           || CASE WHEN o.terms IS NULL THEN '' ELSE COALESCE((
                  SELECT pg_catalog.format(' It loses the rows where %s is NULL: declare %s NOT NULL if there are none, or else page through those rows apart, WHERE %s.',
                             pg_catalog.string_agg(c.value, ' or ' ORDER BY c.ordinality), CASE pg_catalog.count(*) WHEN 1 THEN 'the column' ELSE 'the columns' END,
                             pg_catalog.string_agg(c.value || ' IS NULL', ' OR ' ORDER BY c.ordinality))
                  FROM pg_catalog.jsonb_array_elements_text(r.f -> 'order_nullable') WITH ORDINALITY AS c
                  HAVING pg_catalog.count(*) > 0), '') END,
           10
    FROM rx AS r
         LEFT JOIN LATERAL (
             SELECT pg_catalog.string_agg(t.term, ', ' ORDER BY t.n) AS terms,
                    pg_catalog.count(DISTINCT t.descends) > 1 AS mixed, pg_catalog.count(*)::int AS width,
                    pg_catalog.max(t.col || CASE WHEN t.descends THEN ' <= $1' ELSE ' >= $1' END) FILTER (WHERE t.n = 1) AS first_reached,
                    pg_catalog.max(t.col || CASE WHEN t.descends THEN ' < $1' ELSE ' > $1' END) FILTER (WHERE t.n = 1) AS first_passed,
                    pg_catalog.string_agg(t.col || CASE WHEN t.descends THEN ' < $' ELSE ' > $' END || t.n, ' ... ' ORDER BY t.n) FILTER (WHERE t.n > 1) AS rest_passed,
                    pg_catalog.string_agg(t.col, ', ' ORDER BY t.n) AS columns,
                    pg_catalog.string_agg('$' || t.n, ', ' ORDER BY t.n) AS markers,
                    pg_catalog.format('CREATE INDEX CONCURRENTLY ON %s (%s)', r.f ->> 'ordered', pg_catalog.string_agg(t.term, ', ' ORDER BY t.n)) AS index_ddl
             FROM (SELECT pg_catalog.row_number() OVER (ORDER BY u.k, u.ordinality) AS n, u.term, u.col,
                          u.term ~ ' DESC( NULLS (FIRST|LAST))?$' AS descends
                   FROM (SELECT 1 AS k, a.ordinality, a.value AS term, pg_catalog.regexp_replace(a.value, ' (DESC|NULLS FIRST|NULLS LAST).*$', '') AS col
                         FROM pg_catalog.jsonb_array_elements_text(r.f -> 'order') WITH ORDINALITY AS a
                         UNION ALL
                         SELECT 2, b.ordinality, b.value || CASE WHEN r.f -> 'descending' IS NULL THEN '' ELSE ' DESC' END, b.value
                         FROM pg_catalog.jsonb_array_elements_text(r.f -> 'ordered_key') WITH ORDINALITY AS b
                         WHERE NOT EXISTS (SELECT FROM pg_catalog.jsonb_array_elements_text(r.f -> 'order') AS c
                                           WHERE c.value = b.value OR pg_catalog.starts_with(c.value, b.value || ' '))) AS u) AS t
             HAVING pg_catalog.count(*) > 0) AS o ON true
         LEFT JOIN LATERAL (
             -- one that begins with these columns, all of them in one direction
             SELECT pg_catalog.format('%I.%I', n.nspname, c.relname) AS name
             FROM pg_catalog.pg_index AS x
                  JOIN pg_catalog.pg_class AS c ON c.oid = x.indexrelid
                  JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
                  JOIN pg_catalog.pg_am AS m ON m.oid = c.relam
             WHERE x.indrelid = pg_catalog.to_regclass(r.f ->> 'ordered') AND x.indisvalid AND x.indpred IS NULL AND m.amname = 'btree'
               AND NOT o.mixed AND o.terms !~ ' NULLS (FIRST|LAST)'
               AND o.columns = (SELECT pg_catalog.string_agg(pg_catalog.quote_ident(a.attname), ', ' ORDER BY k.n)
                                FROM pg_catalog.generate_series(0, o.width - 1) AS k (n)
                                     JOIN pg_catalog.pg_attribute AS a ON a.attrelid = x.indrelid AND a.attnum = x.indkey[k.n]
                                WHERE x.indoption[k.n] = x.indoption[0] AND x.indoption[0] IN (0, 3))
             ORDER BY c.relname LIMIT 1) AS i ON true
    WHERE r.kind = 'offset' AND r.run_rows >= r.executions * 100 AND r.run_rows >= r.parent_rows * 5
    UNION ALL
    SELECT 'spill', r.userid, r.queryid, r.relations_hash, r.toplevel, r.exec_time,
           pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object('executions', r.executions, 'bytes_written', r.parent_rows * 1024, 'work_mem_needed_kb', NULLIF(r.most_rows, 0),
               'held', NULLIF(r.in_blocks, 0), 'work_mem', pg_catalog.current_setting('work_mem'), 'exec_time', pg_catalog.round(r.exec_time::numeric, 2))),
           CASE WHEN r.most_rows = 0
                THEN pg_catalog.format('%s of its %s executions were cursors WITH HOLD, and what the client had not fetched when the transaction ended was written to disk: %s; no sort or hash lacked memory',
                         r.executions, r.calls, pg_catalog.pg_size_pretty((r.parent_rows * 1024)::bigint))
                ELSE pg_catalog.format('%s of its %s executions sorted, hashed or stored rows on disk%s and wrote %s there; work_mem of %s would have kept all in memory',
                         r.executions - r.in_blocks, r.calls, CASE WHEN r.in_blocks > 0 THEN pg_catalog.format(', %s were cursors WITH HOLD,', r.in_blocks) ELSE '' END,
                         pg_catalog.pg_size_pretty((r.parent_rows * 1024)::bigint), m.needed) END,
           CASE WHEN r.in_blocks > 0 THEN 'Fetch from the cursor inside one transaction, where it needs no WITH HOLD and its rows are made as they are fetched (Django: iterator() within transaction.atomic()).' ELSE '' END
           || CASE WHEN r.in_blocks > 0 AND r.most_rows > 0 THEN ' For its sorts and hashes: ' ELSE '' END
           || CASE WHEN r.most_rows > 0 THEN
                  pg_catalog.format('%sSET LOCAL work_mem = %L in the transaction of this statement, or ALTER ROLE %I IN DATABASE %I SET work_mem = %L if it is the role of such statements alone; not for the whole server, where each sort of each session may take as much.',
                      CASE WHEN r.most_rows > 1048576 THEN 'Return or sort fewer rows first: that much memory is rarely to be had. Otherwise: ' ELSE '' END,
                      m.setting, COALESCE(a.rolname, '?'), pg_catalog.current_database(), m.setting) ELSE '' END,
           10
    FROM rx AS r
         LEFT JOIN pg_catalog.pg_roles AS a ON a.oid = r.userid
         CROSS JOIN LATERAL (SELECT pg_catalog.pg_size_pretty((r.most_rows * 1024)::bigint) AS needed,
                                    pg_catalog.ceil(r.most_rows / 1024.0) || 'MB' AS setting) AS m
    WHERE r.kind = 'spill' AND (r.most_rows > 0 OR r.in_blocks > 0)
    UNION ALL
    SELECT 'ping', x.userid, x.queryid, x.relations_hash, x.toplevel, x.total_exec_time + x.total_plan_time,
           pg_catalog.jsonb_build_object('calls', x.calls, 'share_of_calls', pg_catalog.round((x.calls / l.calls)::numeric, 3)),
           pg_catalog.format('%s %% of all calls ask nothing: a pool or driver tests its connection before each use, at the price of a round trip', pg_catalog.round((x.calls / l.calls * 100)::numeric)),
           'Have the pool test connections when they were idle for a while (HikariCP: keepaliveTime instead of connectionTestQuery; SQLAlchemy: pool_recycle instead of pool_pre_ping), or rely on errors and retry.',
           1
    FROM x CROSS JOIN load AS l
    WHERE x.toplevel AND x.f -> 'constant' IS NOT NULL AND x.calls >= 100 AND x.calls >= l.calls * 0.1
    UNION ALL
    SELECT 'unbounded_result', x.userid, x.queryid, x.relations_hash, x.toplevel, x.total_exec_time,
           pg_catalog.jsonb_build_object('calls', x.calls, 'rows_per_call', pg_catalog.round(x.rows::numeric / x.calls), 'rows', x.rows, 'row_bytes', x.f -> 'width'),
           pg_catalog.format('a call returns %s rows of about %s bytes on average, and nothing bounds them', pg_catalog.round(x.rows::numeric / x.calls), x.f ->> 'width'),
           pg_catalog.format('Page through %s%s with LIMIT and a condition on the last key seen, fetch from a cursor, or let the database aggregate what the application only adds up.', COALESCE(x.rel, 'it'), ' by ' || (x.f -> 'key' ->> 0)),
           10
    FROM x
    WHERE x.toplevel AND x.f ->> 'command' = 'select' AND x.f -> 'limit' IS NULL AND x.f -> 'aggregate' IS NULL
      AND x.rel IS NOT NULL AND x.f -> 'catalog' IS NULL AND x.rows >= x.calls * 2000
      -- some drivers fetch in portions without a cursor that SQL knows
      AND NOT EXISTS (SELECT FROM runs AS o
                      WHERE o.kind = 'portions' AND o.executions * 2 > x.calls
                        AND (o.userid, o.queryid, o.relations_hash, o.toplevel) = (x.userid, x.queryid, x.relations_hash, x.toplevel))
    UNION ALL
    SELECT 'wide_select', x.userid, x.queryid, x.relations_hash, x.toplevel, x.total_exec_time,
           pg_catalog.jsonb_build_object('calls', x.calls, 'columns', x.f -> 'columns', 'row_bytes', x.f -> 'width', 'bytes_returned', pg_catalog.round(x.rows * (x.f ->> 'width')::numeric), 'wide_columns', x.f -> 'wide_columns'),
           pg_catalog.format('it has returned about %s: %s rows with %s columns of %s bytes in all%s',
               pg_catalog.pg_size_pretty((x.rows * (x.f ->> 'width')::numeric)::bigint), x.rows, x.f ->> 'columns', x.f ->> 'width', ', most of that in ' || x.wide_columns),
           pg_catalog.format('Name the columns that are used instead of all of %s%s.', x.rel, CASE WHEN x.wide_columns IS NOT NULL THEN ', and fetch ' || x.wide_columns || ' of single rows when they are shown' ELSE '' END),
           10
    FROM x
    WHERE x.toplevel AND x.f ->> 'command' = 'select' AND x.f -> 'aggregate' IS NULL AND x.rel IS NOT NULL AND x.f -> 'catalog' IS NULL
      AND x.rows >= x.calls * 5 AND (x.f ->> 'columns')::int >= 3
      AND (x.f ->> 'width')::numeric >= CASE WHEN x.wide_columns IS NOT NULL THEN 500 ELSE 2000 END
      AND x.rows * (x.f ->> 'width')::numeric >= 10000000
    UNION ALL
    SELECT 'full_count', x.userid, x.queryid, x.relations_hash, x.toplevel, x.total_exec_time,
           pg_catalog.jsonb_build_object('calls', x.calls, 'rows_counted', x.f -> 'counted_rows', 'rows_in_table', x.f -> 'tuples', 'mean_exec_time', pg_catalog.round(x.mean_exec_time::numeric, 2)),
           pg_catalog.format('each of %s calls counts about %s of the %s rows of %s, %s a time', x.calls, x.f ->> 'counted_rows', x.f ->> 'tuples', x.rel, perfadvisor.readable_time(x.mean_exec_time)),
           CASE WHEN x.f -> 'where' IS NULL
                THEN pg_catalog.format('Where about will do: SELECT reltuples::bigint FROM pg_class WHERE oid = %L::regclass. To know whether there is a next page, ask for one row more than is shown.', x.rel)
                ELSE pg_catalog.format('Keep the count where the rows of %s are written, or bound it: SELECT count(*) FROM (SELECT FROM %s WHERE ... LIMIT 1000) AS s; an estimate is what EXPLAIN expects.', x.rel, x.rel) END,
           10
    FROM x
    WHERE x.f -> 'count' IS NOT NULL AND x.f -> 'catalog' IS NULL AND (x.f ->> 'counted_rows')::numeric >= 10000
      AND (x.f ->> 'counted_rows')::numeric >= x.tuples * 0.3 AND x.mean_exec_time >= 1
    UNION ALL
    SELECT 'order_by_random', x.userid, x.queryid, x.relations_hash, x.toplevel, x.total_exec_time,
           pg_catalog.jsonb_build_object('calls', x.calls, 'rows_sorted', x.f -> 'sorted_rows', 'rows_per_call', pg_catalog.round(x.rows::numeric / x.calls, 1)),
           pg_catalog.format('each call reads about %s rows and sorts them in random order to return %s', x.f ->> 'sorted_rows', pg_catalog.round(x.rows::numeric / x.calls, 1)),
           pg_catalog.format('Draw from a part: SELECT ... FROM %s TABLESAMPLE SYSTEM_ROWS (n) (extension tsm_system_rows) or BERNOULLI (1) ... LIMIT n%s.', x.rel,
               ', or look up random keys: WHERE ' || (x.f -> 'key' ->> 0) || ' >= $1 ORDER BY ' || (x.f -> 'key' ->> 0) || ' LIMIT 1'),
           10
    FROM x
    WHERE x.f -> 'order_random' IS NOT NULL AND (x.f ->> 'sorted_rows')::numeric >= 1000 AND x.mean_exec_time >= 1
    UNION ALL
    SELECT 'in_list_explosion', x.userid, x.queryid, x.relations_hash, x.toplevel, x.total_plan_time,
           pg_catalog.jsonb_build_object('calls', x.calls, 'elements', x.f -> 'elements', 'mean_plan_time', pg_catalog.round(x.mean_plan_time::numeric, 3), 'mean_exec_time', pg_catalog.round(x.mean_exec_time::numeric, 3)),
           pg_catalog.format('a list of %s values is written into it, to be parsed and planned each time; planning takes %s, execution %s', x.f ->> 'elements',
               perfadvisor.readable_time(x.mean_plan_time), perfadvisor.readable_time(x.mean_exec_time)),
           pg_catalog.format('Give the values as one array parameter: %s = ANY ($1), which is one statement for every number of values; for thousands join unnest($1).', COALESCE(x.f ->> 'listed', 'column')),
           3
    FROM x WHERE (x.f ->> 'elements')::int >= 100
    UNION ALL
    SELECT 'planning_heavy', x.userid, x.queryid, x.relations_hash, x.toplevel, x.total_plan_time,
           pg_catalog.jsonb_build_object('calls', x.calls, 'mean_plan_time', pg_catalog.round(x.mean_plan_time::numeric, 3), 'mean_exec_time', pg_catalog.round(x.mean_exec_time::numeric, 3)),
           pg_catalog.format('planning takes %s a call and execution %s', perfadvisor.readable_time(x.mean_plan_time), perfadvisor.readable_time(x.mean_exec_time)),
           'Prepare it once per session and execute it with parameters (through a pooler in transaction mode: PgBouncer 1.21 or newer with max_prepared_statements); if it is prepared already, try plan_cache_mode = force_generic_plan for it.',
           50
    FROM x
    WHERE x.calls >= 50 AND x.total_plan_time >= x.total_exec_time * 1.5 AND x.mean_plan_time >= 0.3 AND x.f -> 'catalog' IS NULL
      AND x.rel IS NOT NULL AND COALESCE((x.f ->> 'elements')::int, 0) < 100
    UNION ALL
    SELECT 'write_changes_nothing', x.userid, x.queryid, x.relations_hash, x.toplevel, x.total_exec_time * (1 - x.rows::float8 / x.calls),
           pg_catalog.jsonb_build_object('calls', x.calls, 'rows', x.rows, 'exec_time', pg_catalog.round(x.total_exec_time::numeric, 2)),
           pg_catalog.format('%s calls changed %s rows: at least %s of them none', x.calls, x.rows, x.calls - x.rows),
           pg_catalog.format('Find out why %s has no row to change most of the time: skip the call when the application knows, or do it for all rows at once%s.', x.rel,
               CASE WHEN x.lookup IS NOT NULL THEN ' with ' || pg_catalog.split_part(x.lookup, ', ', 1) || ' = ANY ($1)' ELSE '' END),
           10
    FROM x
    WHERE x.calls >= 20 AND x.rows <= x.calls * 0.2 AND x.f ->> 'command' IN ('insert', 'update', 'delete', 'merge')
      AND x.f -> 'catalog' IS NULL AND x.f -> 'only' IS NULL
    UNION ALL
    SELECT 'unstable_latency', x.userid, x.queryid, x.relations_hash, x.toplevel, x.p99_exec_time * x.calls * 0.01,
           pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object('calls', x.calls, 'p50_exec_time', pg_catalog.round(x.p50_exec_time::numeric, 3), 'p99_exec_time', pg_catalog.round(x.p99_exec_time::numeric, 3),
               'max_exec_time', pg_catalog.round(x.max_exec_time::numeric, 3), 'estimated_rows', x.f -> 'plan_rows', 'slow_plan', q.plan, 'slow_parameters', pg_catalog.to_jsonb(q.parameters))),
           pg_catalog.format('half of the calls take less than %s, one in a hundred more than %s', perfadvisor.readable_time(x.p50_exec_time), perfadvisor.readable_time(x.p99_exec_time)),
           pg_catalog.format('Compare the plans: perfadvisor.statement_samples has the constants of the slowest execution, slow_queries its plan. If rare values make the difference, let such calls be planned with their values (plan_cache_mode = force_custom_plan), or raise the statistics target of the columns compared%s; if not, look for waits for locks.', ' on ' || x.rel),
           50
    FROM x
         LEFT JOIN LATERAL (SELECT q.plan, q.parameters FROM perfadvisor.recorded_slow_queries() AS q
                            WHERE q.queryid = x.queryid AND q.userid = x.userid AND q.plan IS NOT NULL ORDER BY q.exec_time DESC LIMIT 1) AS q ON true
    WHERE x.calls >= 100 AND x.p99_exec_time >= 20 AND x.p99_exec_time >= x.p50_exec_time * 20 AND x.f -> 'catalog' IS NULL
    UNION ALL
    SELECT f.p ->> 'pattern', f.userid, f.queryid, f.relations_hash, f.toplevel, f.total_exec_time,
           f.p - 'pattern' || pg_catalog.jsonb_build_object('calls', f.calls, 'mean_exec_time', pg_catalog.round(f.mean_exec_time::numeric, 2)),
           CASE f.p ->> 'pattern'
               WHEN 'leading_wildcard' THEN pg_catalog.format('it looks for a pattern in %s that begins with anything, so all %s rows of %s are read to find about %s', f.p ->> 'column', f.p ->> 'rows_read', f.p ->> 'relation', f.p ->> 'rows_kept')
               WHEN 'function_on_column' THEN pg_catalog.format('it compares %s instead of %s%s, so all %s rows of %s are read to find about %s', f.p ->> 'expression', f.p ->> 'column',
                   COALESCE(' which index ' || (f.p ->> 'index') || ' is on', ''), f.p ->> 'rows_read', f.p ->> 'relation', f.p ->> 'rows_kept')
               WHEN 'implicit_cast' THEN pg_catalog.format('%s of type %s is compared with a value of type %s and converted row by row%s: all %s rows of %s are read to find about %s', f.p ->> 'column', f.p ->> 'type', f.p ->> 'compared_as',
                   COALESCE(', which keeps index ' || (f.p ->> 'index') || ' from being used', ''), f.p ->> 'rows_read', f.p ->> 'relation', f.p ->> 'rows_kept')
               WHEN 'not_in_subquery' THEN CASE WHEN f.f -> 'searches_each_row' IS NULL THEN pg_catalog.format('NOT IN keeps the planner from joining %s with %s, and returns nothing at all if the subquery has a NULL', f.p ->> 'relation', f.p ->> 'other')
                   ELSE pg_catalog.format('NOT IN reads what the subquery on %s returns again for each row of %s, and returns nothing at all if it has a NULL', f.p ->> 'other', f.p ->> 'relation') END
               WHEN 'or_across_tables' THEN pg_catalog.format('conditions on %s and on %s are joined by OR, so neither can be looked up before the tables are joined', f.p ->> 'relation', f.p ->> 'other')
               ELSE pg_catalog.format('all %s partitions of %s are read: its conditions %s', f.p ->> 'partitions', f.p ->> 'relation',
                   CASE WHEN f.p -> 'key_named' IS NULL THEN 'do not name the partition key (' || (f.p ->> 'key') || ')' ELSE 'on the partition key (' || (f.p ->> 'key') || ') cannot be used to choose among them' END) END,
           CASE f.p ->> 'pattern'
               WHEN 'leading_wildcard' THEN pg_catalog.format('If the beginning is known, leave the first wildcard out; otherwise a trigram index serves it: CREATE EXTENSION IF NOT EXISTS pg_trgm; CREATE INDEX CONCURRENTLY ON %s USING gin (%s gin_trgm_ops).', f.p ->> 'relation',
                    CASE WHEN f.p ->> 'expression' <> f.p ->> 'column' THEN '(' || (f.p ->> 'expression') || ')' ELSE f.p ->> 'column' END)
               WHEN 'function_on_column' THEN
                    CASE WHEN f.p -> 'contains' IS NOT NULL
                         THEN pg_catalog.format('Ask for containment: %s @> %s, with the value in the place of the dots, written as the documents have it; %s serves that for every key. Or ',
                                  f.p ->> 'column', pg_catalog.quote_literal(f.p ->> 'contains'),
                                  COALESCE('index ' || (SELECT pg_catalog.min(pg_catalog.format('%I.%I', n.nspname, c.relname))
                                                        FROM pg_catalog.pg_index AS x
                                                             JOIN pg_catalog.pg_class AS c ON c.oid = x.indexrelid
                                                             JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
                                                             JOIN pg_catalog.pg_am AS m ON m.oid = c.relam
                                                             JOIN pg_catalog.pg_attribute AS a ON a.attrelid = x.indrelid AND a.attnum = ANY (x.indkey)
                                                        WHERE x.indrelid = pg_catalog.to_regclass(f.p ->> 'relation') AND x.indisvalid AND x.indpred IS NULL
                                                          AND m.amname = 'gin' AND pg_catalog.quote_ident(a.attname) = f.p ->> 'column'),
                                           pg_catalog.format('CREATE INDEX CONCURRENTLY ON %s USING gin (%s jsonb_path_ops)', f.p ->> 'relation', f.p ->> 'column')))
                         WHEN f.p ->> 'type' IN ('json', 'jsonb') THEN ''
                         WHEN f.p -> 'folds_case' IS NOT NULL
                         THEN pg_catalog.format('Give %s a type or collation that does not tell upper from lower case (citext; an ICU collation that is not deterministic), or keep it in one case, and compare the column itself; or ', f.p ->> 'column')
                         WHEN f.p ->> 'type' ~ '^(date|time|interval|smallint|integer|bigint|numeric|real|double)'
                         THEN pg_catalog.format('Compare %s itself, with a range if need be (column >= start AND column < end); or ', f.p ->> 'column')
                         ELSE pg_catalog.format('Compare %s itself, if that finds the same rows; or ', f.p ->> 'column') END
                    || pg_catalog.format('%s the expression: CREATE INDEX CONCURRENTLY ON %s ((%s)), where it is immutable.',
                           CASE WHEN f.p ->> 'type' IN ('json', 'jsonb') AND f.p -> 'contains' IS NULL THEN 'Index' ELSE 'index' END, f.p ->> 'relation', f.p ->> 'expression')
               WHEN 'implicit_cast' THEN pg_catalog.format('Pass the value as %s: bind the parameter with that type, or cast the value, not the column: %s %s $1::%s.', f.p ->> 'type', f.p ->> 'column', f.p ->> 'operator', f.p ->> 'type')
               WHEN 'not_in_subquery' THEN pg_catalog.format('WHERE NOT EXISTS (SELECT FROM %s AS o WHERE o.%s = %s.%s) instead of NOT IN.', f.p ->> 'other', f.p ->> 'other_column', f.p ->> 'relation', f.p ->> 'column')
               WHEN 'or_across_tables' THEN pg_catalog.format('Write two queries, one with the condition on %s and one with that on %s, and put them together by UNION.', f.p ->> 'relation', f.p ->> 'other')
               ELSE pg_catalog.format('Add a condition on %s of %s with a constant or parameter of the column''s own type, not inside a function.', f.p ->> 'key', f.p ->> 'relation') END,
           10
    FROM fx AS f
    WHERE f.f -> 'catalog' IS NULL
      AND (f.p ->> 'pattern' <> 'not_in_subquery' OR f.f -> 'not_in_planned' IS NOT NULL)
)
SELECT f.pattern,
       CASE WHEN f.cost >= l.total_time * 0.25 AND f.cost >= 10000 THEN 'critical'
            WHEN f.cost >= l.total_time * 0.05 AND f.cost >= 250 THEN 'warning'
            ELSE 'info' END,
       s.queryid, s.query, f.evidence, f.message, f.remedy,
       pg_catalog.current_database(), r.rolname, NULLIF(e.relation, 0)::regclass,
       s.calls, s.total_exec_time, f.cost, s.toplevel, f.cost / NULLIF(l.total_time, 0)
FROM found AS f
     JOIN s USING (userid, queryid, relations_hash, toplevel)
     JOIN e USING (userid, queryid, relations_hash, toplevel)
     CROSS JOIN load AS l
     LEFT JOIN pg_catalog.pg_roles AS r ON r.oid = f.userid
WHERE f.cost >= f.least
ORDER BY f.cost DESC, f.pattern, s.queryid;
END;

COMMENT ON FUNCTION perfadvisor.find_query_patterns() IS 'What the query_patterns view shows';

CREATE VIEW perfadvisor.query_patterns AS
SELECT p.pattern, p.severity, p.queryid, p.query, p.evidence, p.message, p.remedy,
       p.datname, p.rolname, p.relation, p.calls, p.total_exec_time, p.cost_time, p.toplevel, p.cost_share
FROM perfadvisor.find_query_patterns() AS p;

COMMENT ON VIEW perfadvisor.query_patterns IS 'One row per statement of this database and costly way in which it is written or run, the dearest first';
COMMENT ON COLUMN perfadvisor.query_patterns.pattern IS 'What is wrong with it, one of those listed in docs/reference.md';
COMMENT ON COLUMN perfadvisor.query_patterns.severity IS 'info, warning or critical, by cost_time and its share of all recorded time';
COMMENT ON COLUMN perfadvisor.query_patterns.queryid IS 'Id of the statement';
COMMENT ON COLUMN perfadvisor.query_patterns.query IS 'Its text with constants written as $n';
COMMENT ON COLUMN perfadvisor.query_patterns.evidence IS 'What was measured';
COMMENT ON COLUMN perfadvisor.query_patterns.message IS 'The same in a sentence';
COMMENT ON COLUMN perfadvisor.query_patterns.remedy IS 'How to write or run it instead';
COMMENT ON COLUMN perfadvisor.query_patterns.datname IS 'The current database';
COMMENT ON COLUMN perfadvisor.query_patterns.rolname IS 'Role that ran it';
COMMENT ON COLUMN perfadvisor.query_patterns.relation IS 'Table that it reads first, or writes';
COMMENT ON COLUMN perfadvisor.query_patterns.calls IS 'Executions of the statement that succeeded';
COMMENT ON COLUMN perfadvisor.query_patterns.total_exec_time IS 'Their execution time, ms';
COMMENT ON COLUMN perfadvisor.query_patterns.cost_time IS 'Time that the pattern cost at most, ms, round trips included where they are what is lost';
COMMENT ON COLUMN perfadvisor.query_patterns.toplevel IS 'True when a client ran it';
COMMENT ON COLUMN perfadvisor.query_patterns.cost_share IS 'cost_time as a share of all time recorded in this database; more than 1 where round trips are what is lost';
