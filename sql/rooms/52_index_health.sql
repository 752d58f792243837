-- ---------------------------------------------------------------------------
-- Health: indexes, by what catalogs and counters tell. Which ones are superfluous is proved against the recorded
-- workload: see index_cleanup; which ones lack: index_advice.

CREATE FUNCTION perfadvisor.index_health(
    OUT check_name text, OUT object text, OUT relation regclass, OUT status text, OUT message text,
    OUT value double precision, OUT threshold double precision, OUT unit text, OUT why text, OUT evidence jsonb,
    OUT remedy_sql text, OUT verify_sql text, OUT undo_sql text, OUT lock_note text)
RETURNS SETOF record
LANGUAGE SQL STABLE PARALLEL RESTRICTED STRICT ROWS 100
SET search_path = pg_catalog, pg_temp SET jit = off
BEGIN ATOMIC
WITH here AS (
    SELECT pg_catalog.quote_ident(pg_catalog.current_database()) AS name, d.oid AS dbid,
           perfadvisor.counted_since() AS counted_since
    FROM pg_catalog.pg_database AS d
    WHERE d.datname = pg_catalog.current_database()
), tables AS MATERIALIZED (
    SELECT c.oid, c.relkind, pg_catalog.format('%I.%I', n.nspname, c.relname) AS name, n.nspname, c.relname, GREATEST(c.reltuples, 0)::float8 AS reltuples,
           GREATEST(c.reltuples, pg_catalog.pg_stat_get_live_tuples(c.oid), 0)::float8 AS rows, c.relpages, c.relispartition,
           pg_catalog.pg_stat_get_tuples_inserted(c.oid) AS inserts, pg_catalog.pg_stat_get_tuples_updated(c.oid) AS updates,
           pg_catalog.pg_stat_get_tuples_hot_updated(c.oid) AS hot_updates, pg_catalog.pg_stat_get_tuples_deleted(c.oid) AS deletes,
           perfadvisor.may_select(c.oid) AND NOT pg_catalog.row_security_active(c.oid) AS readable
    FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'm', 'p') AND c.relpersistence <> 't' AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast', 'perfadvisor')
), indexes AS MATERIALIZED (
    SELECT i.indexrelid, i.indrelid, i.indisvalid, i.indisready, i.indislive, i.indisunique, i.indisprimary, i.indnkeyatts, i.indkey::smallint[] AS keys,
           i.indpred IS NOT NULL AS partial, i.indexprs IS NOT NULL AS has_expressions,
           ic.relname, pg_catalog.format('%I.%I', t.nspname, ic.relname) AS name, ic.relkind, ic.relpages, GREATEST(ic.reltuples, 0)::float8 AS reltuples, ic.relam,
           COALESCE((SELECT o.option_value::float8 FROM pg_catalog.pg_options_to_table(ic.reloptions) AS o WHERE o.option_name = 'fillfactor'), 90) AS fillfactor,
           t.name AS table_name, t.nspname AS table_schema, t.relname AS table_relname, t.readable
    FROM pg_catalog.pg_index AS i JOIN pg_catalog.pg_class AS ic ON ic.oid = i.indexrelid JOIN tables AS t ON t.oid = i.indrelid
), building AS (
    -- what builds holds this lock all the time, VACUUM the same
    SELECT DISTINCT l.relation FROM pg_catalog.pg_locks AS l CROSS JOIN here AS h
    WHERE l.locktype = 'relation' AND l.database = h.dbid AND l.granted AND l.mode IN ('ShareUpdateExclusiveLock', 'ShareLock')
), keys AS (
    SELECT k.oid, k.conname, k.conrelid, k.confrelid, k.conkey, k.confkey, c.name AS child, c.relname AS child_relname, c.nspname AS child_schema, c.relkind AS child_kind, c.rows AS child_rows, c.relpages AS child_pages,
           p.name AS parent, p.deletes AS parent_deletes, p.updates AS parent_updates,
           (SELECT pg_catalog.string_agg(pg_catalog.quote_ident(a.attname), ', ' ORDER BY x.n) FROM pg_catalog.unnest(k.conkey) WITH ORDINALITY AS x(attnum, n)
            JOIN pg_catalog.pg_attribute AS a ON a.attrelid = k.conrelid AND a.attnum = x.attnum) AS columns,
           (SELECT pg_catalog.string_agg(a.attname, '_' ORDER BY x.n) FROM pg_catalog.unnest(k.conkey) WITH ORDINALITY AS x(attnum, n)
            JOIN pg_catalog.pg_attribute AS a ON a.attrelid = k.conrelid AND a.attnum = x.attnum) AS column_words,
           (SELECT pg_catalog.string_agg(pg_catalog.format('%I %s, %I %s', a.attname, pg_catalog.format_type(a.atttypid, NULL), b.attname, pg_catalog.format_type(b.atttypid, NULL)), '; ')
            FROM ROWS FROM (pg_catalog.unnest(k.conkey), pg_catalog.unnest(k.confkey)) AS x(own, other)
                 JOIN pg_catalog.pg_attribute AS a ON a.attrelid = k.conrelid AND a.attnum = x.own
                 JOIN pg_catalog.pg_attribute AS b ON b.attrelid = k.confrelid AND b.attnum = x.other
            WHERE a.atttypid <> b.atttypid) AS unlike
    FROM pg_catalog.pg_constraint AS k JOIN tables AS c ON c.oid = k.conrelid JOIN tables AS p ON p.oid = k.confrelid
    WHERE k.contype = 'f' AND k.conparentid = 0
), unindexed AS (
    -- an index serves when its first columns are those of the key, in any order, and it has all rows that can match
    SELECT k.*, (SELECT pg_catalog.count(*) FROM pg_catalog.pg_inherits AS h WHERE h.inhparent = k.conrelid) AS partitions
    FROM keys AS k
    WHERE NOT EXISTS (
        SELECT FROM indexes AS i
             JOIN pg_catalog.pg_am AS am ON am.oid = i.relam AND am.amname IN ('btree', 'hash')
        WHERE i.indrelid = k.conrelid AND i.indisvalid AND i.indnkeyatts >= pg_catalog.cardinality(k.conkey)
          AND (am.amname = 'btree' OR i.indnkeyatts = pg_catalog.cardinality(k.conkey))
          AND i.keys[0:pg_catalog.cardinality(k.conkey) - 1] @> k.conkey
          AND (NOT i.partial
               -- WHERE column IS NOT NULL, read from the stored tree: printing it could wait for a lock
               OR ((SELECT pg_catalog.regexp_match(x.indpred::text, '^\{NULLTEST :arg \{VAR :varno 1 :varattno (\d+) [^{}]*\} :nulltesttype 1 ')
                   FROM pg_catalog.pg_index AS x WHERE x.indexrelid = i.indexrelid))[1]::smallint = ANY (k.conkey)))
), widths AS (
    -- B-trees over 100 MB on plain columns, whose widths ANALYZE knows
    SELECT i.indexrelid, i.name, i.table_name, i.relpages, i.reltuples, i.fillfactor, i.readable,
           pg_catalog.count(*) AS columns, pg_catalog.count(s.avg_width) AS known,
           pg_catalog.sum(s.avg_width * (1 - s.null_frac)) AS width, pg_catalog.min(CASE WHEN s.n_distinct < 0 THEN -s.n_distinct WHEN i.reltuples > 0 THEN s.n_distinct / i.reltuples END) AS distinctness
    FROM indexes AS i
         JOIN pg_catalog.pg_am AS am ON am.oid = i.relam AND am.amname = 'btree'
         CROSS JOIN LATERAL pg_catalog.unnest(i.keys) AS k(attnum)
         LEFT JOIN pg_catalog.pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = k.attnum
         LEFT JOIN pg_catalog.pg_stats AS s ON s.schemaname = i.table_schema AND s.tablename = i.table_relname AND s.attname = a.attname AND NOT s.inherited
    WHERE i.relpages >= 12800 AND i.indisvalid AND NOT i.has_expressions AND i.relkind = 'i'
    GROUP BY i.indexrelid, i.name, i.table_name, i.relpages, i.reltuples, i.fillfactor, i.readable
), bloat AS (
    -- an entry has a header of 8, a line pointer of 4, and is aligned; duplicates share theirs, so more is needed at most
    SELECT w.*, GREATEST(pg_catalog.ceil(w.reltuples * (8 + 4 + pg_catalog.ceil(w.width / 8) * 8) / (8150 * w.fillfactor / 100)) * 1.01, 1) AS needed
    FROM widths AS w
), crowded AS (
    SELECT t.*, x.indexes, x.bytes
    FROM tables AS t
         CROSS JOIN LATERAL (SELECT pg_catalog.count(*) AS indexes, pg_catalog.sum(i.relpages) * 8192 AS bytes FROM indexes AS i WHERE i.indrelid = t.oid AND i.indislive) AS x
    WHERE t.relkind IN ('r', 'm') AND x.indexes >= 10 AND t.inserts + t.updates - t.hot_updates >= 100000
      AND t.inserts + t.updates + t.deletes > (SELECT pg_catalog.sum(pg_catalog.pg_stat_get_numscans(i.indexrelid)) FROM indexes AS i WHERE i.indrelid = t.oid)
), found AS (
    SELECT 'invalid_index' AS check_name, i.name AS object, i.indexrelid::pg_catalog.regclass AS relation, 'warning' AS status,
           pg_catalog.format('It is not valid: its build on %s failed or was cancelled%s', i.table_name, CASE WHEN i.indisready THEN ', but every write maintains it' ELSE '' END) AS message,
           i.relpages::float8 * 8192 AS value, 0::float8 AS threshold, 'bytes' AS unit,
           pg_catalog.jsonb_build_object('table', i.table_name, 'index_bytes', i.relpages::bigint * 8192, 'unique', i.indisunique, 'ready', i.indisready) AS evidence,
           CASE WHEN i.relname ~ '_ccnew\d*$' OR i.relname ~ '_ccold\d*$' OR NOT i.indislive THEN pg_catalog.format('DROP INDEX CONCURRENTLY %s', i.name)
                ELSE pg_catalog.format('REINDEX INDEX CONCURRENTLY %s', i.name) END AS remedy_sql,
           pg_catalog.format('SELECT NOT EXISTS (SELECT FROM pg_index WHERE indexrelid = to_regclass(%L) AND NOT indisvalid)', i.name) AS verify_sql,
           CASE WHEN i.relname ~ '_ccnew\d*$' OR i.relname ~ '_ccold\d*$' OR NOT i.indislive THEN perfadvisor.index_creation(i.indexrelid) END AS undo_sql,
           'SHARE UPDATE EXCLUSIVE while it builds: readers and writers go on. Not in a transaction block.'
           || CASE WHEN i.indisunique THEN ' As long as there are duplicates a unique index cannot be built.' ELSE '' END AS lock_note
    FROM indexes AS i
    WHERE NOT i.indisvalid AND i.relkind = 'i' AND NOT EXISTS (SELECT FROM building AS b WHERE b.relation = i.indrelid)
    UNION ALL
    SELECT 'foreign_key_unindexed', pg_catalog.format('%s %s', k.child, pg_catalog.quote_ident(k.conname)), k.conrelid::pg_catalog.regclass,
           CASE WHEN k.parent_deletes > 0 AND k.child_rows >= 10000 THEN 'warning' ELSE 'info' END,
           pg_catalog.format('No index finds the rows of %s by (%s): each DELETE of a row of %s, and each UPDATE of its key, reads all %s rows (threshold 10000); %s rows were deleted and %s updated there', k.child, k.columns, k.parent,
               pg_catalog.round(k.child_rows::numeric), k.parent_deletes, k.parent_updates),
           (k.parent_deletes + 0.01 * k.parent_updates) * k.child_pages, 0, 'pages read',
           pg_catalog.jsonb_build_object('child_rows', k.child_rows, 'child_pages', k.child_pages, 'parent', k.parent, 'parent_deletes', k.parent_deletes, 'parent_updates', k.parent_updates, 'since', h.counted_since),
           CASE WHEN k.child_kind = 'p' THEN pg_catalog.format('CREATE INDEX %I ON %s (%s)', n.index_name, k.child, k.columns)
                ELSE pg_catalog.format('CREATE INDEX CONCURRENTLY %I ON %s (%s)', n.index_name, k.child, k.columns) END,
           pg_catalog.format('SELECT EXISTS (SELECT FROM pg_index WHERE indexrelid = to_regclass(%L) AND indisvalid)', pg_catalog.format('%I.%I', k.child_schema, n.index_name)),
           CASE WHEN k.child_kind = 'p' THEN pg_catalog.format('DROP INDEX %I.%I', k.child_schema, n.index_name) ELSE pg_catalog.format('DROP INDEX CONCURRENTLY %I.%I', k.child_schema, n.index_name) END,
           CASE WHEN k.child_kind = 'p' THEN 'SHARE on all partitions: writers wait while it builds. index_advice prints it partition by partition, if recorded statements want it.'
                ELSE 'SHARE UPDATE EXCLUSIVE while it builds: readers and writers go on. Not in a transaction block.' END
    FROM unindexed AS k CROSS JOIN here AS h
         CROSS JOIN LATERAL (SELECT CASE WHEN pg_catalog.octet_length(k.child_relname || k.column_words) <= 55 THEN k.child_relname || '_' || k.column_words || '_fk_idx'
                                         ELSE 'fk_' || pg_catalog.md5(k.child_relname || '.' || k.column_words) || '_idx' END AS index_name) AS n
    WHERE k.child_rows >= 10000 AND k.parent_deletes + k.parent_updates > 0
    UNION ALL
    SELECT 'foreign_key_types', pg_catalog.format('%s %s', k.child, pg_catalog.quote_ident(k.conname)), k.conrelid::pg_catalog.regclass, 'info',
           pg_catalog.format('Its columns have other types than those of %s that they refer to: %s', k.parent, k.unlike), NULL, NULL, NULL,
           pg_catalog.jsonb_build_object('types', k.unlike), NULL, NULL, NULL, 'Another type for a column means ACCESS EXCLUSIVE and a new table.'
    FROM keys AS k WHERE k.unlike IS NOT NULL
    UNION ALL
    SELECT 'index_bloat', b.name, b.indexrelid::pg_catalog.regclass, CASE WHEN b.needed < 0.5 * b.relpages AND b.relpages - b.needed >= 131072 THEN 'warning' ELSE 'info' END,
           pg_catalog.format('About %s of its %s are empty (%s %%, threshold 30 %% and 100 MB)', pg_catalog.pg_size_pretty(((b.relpages - b.needed) * 8192)::bigint), pg_catalog.pg_size_pretty(b.relpages::bigint * 8192),
               pg_catalog.round(((1 - b.needed / b.relpages) * 100)::numeric)),
           1 - b.needed / b.relpages, 0.3, 'share',
           pg_catalog.jsonb_build_object('pages', b.relpages, 'pages_needed', b.needed, 'entries', b.reltuples, 'scans', pg_catalog.pg_stat_get_numscans(b.indexrelid),
               'last_idx_scan', (SELECT pg_catalog.to_jsonb(s) ->> 'last_idx_scan' FROM pg_catalog.pg_stat_all_indexes AS s WHERE s.indexrelid = b.indexrelid), 'confidence', 0.7),
           pg_catalog.format('REINDEX INDEX CONCURRENTLY %s', b.name),
           pg_catalog.format('SELECT relpages <= %s FROM pg_class WHERE oid = to_regclass(%L)', pg_catalog.ceil(b.needed * 1.3), b.name), NULL,
           pg_catalog.format('SHARE UPDATE EXCLUSIVE while it builds: readers and writers go on; takes %s more until it is done. Not in a transaction block.', pg_catalog.pg_size_pretty((b.needed * 8192)::bigint))
    FROM bloat AS b WHERE b.known = b.columns AND b.needed < 0.7 * b.relpages AND b.relpages - b.needed >= 12800
    UNION ALL
    SELECT 'index_bloat', 'large indexes of tables without readable statistics', NULL, 'unknown',
           pg_catalog.format('%s indexes over 100 MB cannot be judged, as the column statistics of their tables are not visible to this role or missing', pg_catalog.count(*)), pg_catalog.count(*), 0, 'indexes',
           '{"lacks": "SELECT on the tables"}'::jsonb, CASE WHEN pg_catalog.bool_or(NOT b.readable) THEN pg_catalog.format('GRANT pg_read_all_data TO %I', CURRENT_USER) ELSE 'ANALYZE' END, NULL, NULL,
           'No lock. pg_read_all_data reads the rows of all tables; SELECT on these alone is enough.'
    FROM bloat AS b WHERE b.known < b.columns
    HAVING pg_catalog.count(*) > 0
    UNION ALL
    SELECT 'many_indexes', t.name, t.oid::pg_catalog.regclass, 'info',
           pg_catalog.format('%s indexes (threshold 10) of %s are maintained by every write that is not heap-only; %s rows were written, more than the indexes were read', t.indexes, pg_catalog.pg_size_pretty(t.bytes), t.inserts + t.updates + t.deletes),
           t.indexes, 10, 'indexes',
           pg_catalog.jsonb_build_object('indexes', t.indexes, 'index_bytes', t.bytes, 'inserts', t.inserts, 'updates', t.updates, 'hot_updates', t.hot_updates, 'deletes', t.deletes, 'since', h.counted_since),
           NULL, NULL, NULL, 'Which of them no recorded statement needs, index_cleanup proves.'
    FROM crowded AS t CROSS JOIN here AS h
    UNION ALL
    SELECT 'no_primary_key', t.name, t.oid::pg_catalog.regclass, 'info',
           pg_catalog.format('It has about %s rows and neither a primary key nor a unique index', pg_catalog.round(t.rows::numeric)), t.rows, 1000, 'rows',
           pg_catalog.jsonb_build_object('rows', t.rows, 'updates', t.updates, 'deletes', t.deletes), NULL, NULL, NULL,
           'ADD PRIMARY KEY USING INDEX after CREATE UNIQUE INDEX CONCURRENTLY takes ACCESS EXCLUSIVE for a moment only.'
    FROM tables AS t
    WHERE t.relkind IN ('r', 'p') AND NOT t.relispartition AND t.rows >= 1000 AND t.updates + t.deletes > 0
      AND NOT EXISTS (SELECT FROM indexes AS i WHERE i.indrelid = t.oid AND i.indisunique)
), checks (check_name, why, fine) AS (VALUES
    ('invalid_index', 'No query uses an invalid index, but writes may have to maintain it.', 'All of %s indexes are valid or being built'),
    ('foreign_key_unindexed', 'Deleting a row looks for rows that refer to it: without an index by reading the whole table, with its locks held meanwhile.', 'Every foreign key whose referenced table changes has an index, or few rows'),
    ('foreign_key_types', 'Joins on unlike types convert one side, and the narrower one may run out of numbers first.', 'Foreign keys have the types of what they refer to'),
    ('index_bloat', 'Empty room in an index is cached and backed up with it, and makes it deeper.', 'No B-tree over 100 MB has much empty room, by estimate'),
    ('many_indexes', 'Each index makes each write longer.', 'No table that is mostly written has ten or more indexes'),
    ('no_primary_key', 'Rows without a key cannot be told apart, by the application or by logical replication, which then fails on UPDATE and DELETE.', 'All tables whose rows change have a key'))
SELECT c.check_name, COALESCE(f.object, h.name), f.relation, COALESCE(f.status, 'ok'),
       COALESCE(f.message, pg_catalog.format(c.fine, (SELECT pg_catalog.count(*) FROM indexes))), f.value, f.threshold, f.unit, c.why,
       COALESCE(f.evidence, pg_catalog.jsonb_build_object('since', h.counted_since)),
       f.remedy_sql, f.verify_sql, f.undo_sql, f.lock_note
FROM checks AS c CROSS JOIN here AS h
     LEFT JOIN found AS f ON f.check_name = c.check_name
ORDER BY pg_catalog.array_position(ARRAY['critical', 'warning', 'info', 'unknown', 'ok'], COALESCE(f.status, 'ok')), c.check_name, f.value DESC NULLS LAST, f.object;
END;

CREATE VIEW perfadvisor.index_usage AS
SELECT i.indexrelid::pg_catalog.regclass AS index, i.indrelid::pg_catalog.regclass AS relation, c.relpages::bigint OPERATOR(pg_catalog.*) 8192 AS index_bytes,
       pg_catalog.pg_stat_get_numscans(i.indexrelid) AS scans, (pg_catalog.to_jsonb(s) OPERATOR(pg_catalog.->>) 'last_idx_scan')::timestamptz AS last_scan,
       pg_catalog.pg_stat_get_tuples_returned(i.indexrelid) AS entries_read,
       i.indisunique AS is_unique, i.indisvalid AS is_valid, perfadvisor.counted_since() AS since
FROM pg_catalog.pg_index AS i
     JOIN pg_catalog.pg_class AS c ON c.oid OPERATOR(pg_catalog.=) i.indexrelid AND c.relkind OPERATOR(pg_catalog.=) 'i'
     JOIN pg_catalog.pg_stat_all_indexes AS s ON s.indexrelid OPERATOR(pg_catalog.=) i.indexrelid
WHERE s.schemaname OPERATOR(pg_catalog.<>) ALL (ARRAY['pg_catalog', 'information_schema', 'pg_toast', 'perfadvisor']);

COMMENT ON VIEW perfadvisor.index_usage IS 'Indexes of this database with their size and use';
COMMENT ON COLUMN perfadvisor.index_usage.index IS 'The index';
COMMENT ON COLUMN perfadvisor.index_usage.relation IS 'Its table';
COMMENT ON COLUMN perfadvisor.index_usage.index_bytes IS 'Its size when it was last vacuumed, analysed or built';
COMMENT ON COLUMN perfadvisor.index_usage.scans IS 'Scans since the statistics were reset, those of the planner for the ends of columns included';
COMMENT ON COLUMN perfadvisor.index_usage.last_scan IS 'The last one, NULL before PostgreSQL 16';
COMMENT ON COLUMN perfadvisor.index_usage.entries_read IS 'Entries that scans returned';
COMMENT ON COLUMN perfadvisor.index_usage.is_unique IS 'Whether it enforces uniqueness';
COMMENT ON COLUMN perfadvisor.index_usage.is_valid IS 'Whether queries can use it';
COMMENT ON COLUMN perfadvisor.index_usage.since IS 'Since when scans are counted';
CREATE VIEW perfadvisor.index_health AS
    SELECT h.check_name, h.object, h.relation, h.status, h.message, h.value, h.threshold, h.unit, h.why,
           h.evidence, h.remedy_sql, h.verify_sql, h.undo_sql, h.lock_note
    FROM perfadvisor.index_health() AS h;

COMMENT ON FUNCTION perfadvisor.index_health() IS 'Rows of the view index_health';
COMMENT ON VIEW perfadvisor.index_health IS 'Indexes of this database that are invalid, missing for foreign keys, bloated or too many; one row per check where there is nothing to tell';
COMMENT ON COLUMN perfadvisor.index_health.check_name IS 'What was checked, a word that stays the same';
COMMENT ON COLUMN perfadvisor.index_health.object IS 'What it was checked of: a name without numbers';
COMMENT ON COLUMN perfadvisor.index_health.relation IS 'The same as a relation, NULL where it is none';
COMMENT ON COLUMN perfadvisor.index_health.status IS 'ok, info, warning, critical, or unknown where the current role cannot see enough';
COMMENT ON COLUMN perfadvisor.index_health.message IS 'The number and the threshold in a sentence';
COMMENT ON COLUMN perfadvisor.index_health.value IS 'The number';
COMMENT ON COLUMN perfadvisor.index_health.threshold IS 'What it is held against';
COMMENT ON COLUMN perfadvisor.index_health.unit IS 'Unit of both';
COMMENT ON COLUMN perfadvisor.index_health.why IS 'Why it matters';
COMMENT ON COLUMN perfadvisor.index_health.evidence IS 'Numbers that the judgement rests on, and since when they are counted';
COMMENT ON COLUMN perfadvisor.index_health.remedy_sql IS 'Statements that mend it, one per line; where the status is unknown, what would show it; NULL where SQL cannot';
COMMENT ON COLUMN perfadvisor.index_health.verify_sql IS 'A query that returns true once it is mended';
COMMENT ON COLUMN perfadvisor.index_health.undo_sql IS 'Statements that take the remedy back, NULL where nothing can or need be';
COMMENT ON COLUMN perfadvisor.index_health.lock_note IS 'Locks, restarts and consequences of the remedy';
