-- ---------------------------------------------------------------------------
-- Health: what large tables want besides vacuuming

CREATE FUNCTION perfadvisor.maintenance_health(
    OUT check_name text, OUT object text, OUT relation regclass, OUT status text, OUT message text,
    OUT value double precision, OUT threshold double precision, OUT unit text, OUT why text, OUT evidence jsonb,
    OUT remedy_sql text, OUT verify_sql text, OUT undo_sql text, OUT lock_note text)
RETURNS SETOF record
LANGUAGE SQL STABLE PARALLEL RESTRICTED STRICT ROWS 100
SET search_path = pg_catalog, pg_temp SET jit = off
BEGIN ATOMIC
WITH here AS (
    SELECT pg_catalog.quote_ident(pg_catalog.current_database()) AS name, perfadvisor.counted_since() AS counted_since,
           (SELECT d.oid FROM pg_catalog.pg_database AS d WHERE d.datname = pg_catalog.current_database()) AS dbid
), large AS (
    -- 10 GB, or 50 million rows that nearly never change once they are written
    SELECT c.oid, pg_catalog.format('%I.%I', n.nspname, c.relname) AS name, n.nspname, c.relname, c.relpages::float8 * 8192 AS bytes, c.reltuples::float8 AS rows,
           pg_catalog.pg_stat_get_tuples_inserted(c.oid) AS inserts, pg_catalog.pg_stat_get_tuples_updated(c.oid) AS updates, pg_catalog.pg_stat_get_tuples_deleted(c.oid) AS deletes,
           perfadvisor.may_select(c.oid) AND NOT pg_catalog.row_security_active(c.oid) AS readable
    FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
    WHERE c.relkind = 'r' AND NOT c.relispartition AND NOT c.relhassubclass AND c.relpersistence <> 't'
      AND (c.relpages >= 1310720 OR c.reltuples >= 5e7)
      AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast', 'perfadvisor')
), append_only AS (
    SELECT l.* FROM large AS l WHERE l.inserts > 0 AND l.updates <= 0.01 * l.inserts
), by_time AS (
    -- the column that rows are written in the order of, with the time that its values span
    SELECT DISTINCT ON (l.oid) l.*, a.attname, pg_catalog.format_type(a.atttypid, NULL) AS type,
           pg_catalog.date_part('epoch', b.bounds[pg_catalog.cardinality(b.bounds)]::timestamptz - b.bounds[1]::timestamptz) / 86400 AS days
    FROM append_only AS l
         JOIN pg_catalog.pg_attribute AS a ON a.attrelid = l.oid AND a.attnum > 0 AND NOT a.attisdropped
              AND a.atttypid IN ('date'::pg_catalog.regtype, 'timestamp'::pg_catalog.regtype, 'timestamptz'::pg_catalog.regtype)
         JOIN pg_catalog.pg_stats AS s ON s.schemaname = l.nspname AND s.tablename = l.relname AND s.attname = a.attname AND NOT s.inherited
         CROSS JOIN LATERAL (SELECT s.histogram_bounds::text::text[] AS bounds) AS b
    WHERE s.correlation > 0.9 AND b.bounds[1] !~ 'infinity|BC' AND b.bounds[pg_catalog.cardinality(b.bounds)] !~ 'infinity|BC'
    ORDER BY l.oid, s.correlation DESC, a.attnum
), deleting AS (
    -- recorded statements that delete from such a table by that column
    SELECT t.oid, pg_catalog.sum(r.rows) AS rows, pg_catalog.sum(r.total_exec_time) AS time, pg_catalog.array_agg(DISTINCT r.queryid) AS queryids
    FROM (SELECT 1 WHERE perfadvisor.recorder_loaded() AND EXISTS (SELECT FROM by_time)) AS w
         CROSS JOIN LATERAL perfadvisor.recorded_statements() AS r
         JOIN here AS h ON h.dbid = r.dbid
         JOIN by_time AS t ON pg_catalog.lower(r.query) ~ '^\s*(/\*.*?\*/\s*)*delete\s+from\s'
              AND pg_catalog.strpos(pg_catalog.lower(r.query), pg_catalog.lower(t.relname)) > 0 AND pg_catalog.strpos(pg_catalog.lower(r.query), pg_catalog.lower(t.attname)) > 0
    GROUP BY t.oid
), shaped AS (
    -- the widest of the usual periods that gives at least twelve partitions
    SELECT t.*, d.rows AS deleted, d.time, d.queryids,
           (SELECT p.word FROM (VALUES ('year', 365.25), ('quarter', 91.3), ('month', 30.44), ('week', 7), ('day', 1)) AS p(word, days)
            WHERE t.days / p.days >= 12 ORDER BY p.days DESC LIMIT 1) AS period,
           (SELECT p.days FROM (VALUES (365.25), (91.3), (30.44), (7), (1)) AS p(days) WHERE t.days / p.days >= 12 ORDER BY p.days DESC LIMIT 1) AS period_days
    FROM by_time AS t JOIN deleting AS d ON d.oid = t.oid
), found AS (
    SELECT 'partition_by_time' AS check_name, s.name AS object, s.oid AS relid, 'info' AS status,
           pg_catalog.format('It has %s in about %s rows (threshold 10 GB or 50 million), hardly ever updated and written in the order of %I, and %s rows were deleted by that; PARTITION BY RANGE (%I) with one partition for each %s, %s each, makes that DROP TABLE',
               pg_catalog.pg_size_pretty(s.bytes::bigint), pg_catalog.round(s.rows::numeric), s.attname, s.deleted, s.attname, s.period, pg_catalog.pg_size_pretty((s.bytes / s.days * s.period_days)::bigint)) AS message,
           s.bytes AS value, 10737418240::float8 AS threshold, 'bytes' AS unit,
           pg_catalog.jsonb_build_object('bytes', s.bytes, 'rows', s.rows, 'column', s.attname, 'days', pg_catalog.round(s.days::numeric), 'period', s.period, 'partitions', pg_catalog.ceil(s.days / s.period_days),
               'deleted_rows', s.deleted, 'delete_time', s.time, 'queryids', pg_catalog.to_jsonb(s.queryids), 'inserts', s.inserts, 'updates', s.updates, 'deletes', s.deletes, 'since', h.counted_since, 'confidence', 0.6) AS evidence,
           NULL::text AS remedy_sql, NULL::text AS verify_sql, NULL::text AS undo_sql,
           pg_catalog.format('Nothing that one statement does: a new partitioned table with %I in its primary key, the old one attached as its first partition after a CHECK constraint that is validated beforehand, and partitions made ahead of time.', s.attname) AS lock_note
    FROM shaped AS s CROSS JOIN here AS h
    WHERE s.period IS NOT NULL AND s.deleted > 0
    UNION ALL
    SELECT 'partition_by_time', 'large tables without readable statistics', NULL, 'unknown',
           pg_catalog.format('%s large tables that are only added to cannot be judged, as their column statistics are not visible to this role', pg_catalog.count(*)), pg_catalog.count(*), 0, 'tables',
           '{"lacks": "SELECT on the tables"}'::jsonb, pg_catalog.format('GRANT pg_read_all_data TO %I', CURRENT_USER), 'SELECT pg_has_role(''pg_read_all_data'', ''USAGE'')',
           pg_catalog.format('REVOKE pg_read_all_data FROM %I', CURRENT_USER), 'No lock. pg_read_all_data reads the rows of all tables; SELECT on these alone is enough.'
    FROM append_only AS l WHERE NOT l.readable
    HAVING pg_catalog.count(*) > 0
    UNION ALL
    -- who sees no statements sees no deletes
    SELECT 'partition_by_time', CASE WHEN perfadvisor.recorder_loaded() THEN 'statements of other roles' ELSE h.name END, NULL, 'unknown',
           pg_catalog.format('%s large tables are only added to, in the order of a time; whether they are deleted from by that is %s', pg_catalog.count(*),
               CASE WHEN perfadvisor.recorder_loaded() THEN 'not visible to this role' ELSE 'not recorded, as the library is not loaded' END),
           pg_catalog.count(*), 0, 'tables',
           pg_catalog.jsonb_build_object('lacks', CASE WHEN perfadvisor.recorder_loaded() THEN 'pg_read_all_stats' ELSE 'the library in shared_preload_libraries' END),
           CASE WHEN perfadvisor.recorder_loaded() THEN pg_catalog.format('GRANT pg_read_all_stats TO %I', CURRENT_USER) END,
           CASE WHEN perfadvisor.recorder_loaded() THEN 'SELECT pg_has_role(''pg_read_all_stats'', ''USAGE'')' END,
           CASE WHEN perfadvisor.recorder_loaded() THEN pg_catalog.format('REVOKE pg_read_all_stats FROM %I', CURRENT_USER) END, 'No lock.'
    FROM by_time AS t CROSS JOIN here AS h
    WHERE NOT perfadvisor.recorder_loaded() OR NOT pg_catalog.pg_has_role('pg_read_all_stats', 'USAGE')
    GROUP BY h.name
    UNION ALL
    SELECT 'foreign_table_statistics', pg_catalog.format('%I.%I', n.nspname, c.relname), c.oid, 'info',
           'It is a foreign table that was never analysed: autovacuum does not do that', NULL, NULL, NULL, '{}'::jsonb,
           pg_catalog.format('ANALYZE %I.%I', n.nspname, c.relname), pg_catalog.format('SELECT reltuples >= 0 FROM pg_class WHERE oid = %s', c.oid), NULL,
           'Reads a sample from the other server. To be done regularly.'
    FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
    WHERE c.relkind = 'f' AND c.reltuples < 0 AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'perfadvisor')
), checks (check_name, why, fine) AS (VALUES
    ('partition_by_time', 'Old rows deleted one by one leave dead rows in the table and all its indexes; a partition is dropped in a moment.', 'No large table is only added to and deleted from by time'),
    ('foreign_table_statistics', 'Without statistics the planner takes every foreign table for small.', 'No foreign table lacks statistics'))
SELECT c.check_name, COALESCE(f.object, h.name), f.relid::pg_catalog.regclass, COALESCE(f.status, 'ok'),
       COALESCE(f.message, c.fine), f.value, f.threshold, f.unit, c.why,
       COALESCE(f.evidence, pg_catalog.jsonb_build_object('since', h.counted_since)),
       f.remedy_sql, f.verify_sql, f.undo_sql, f.lock_note
FROM checks AS c CROSS JOIN here AS h
     LEFT JOIN found AS f ON f.check_name = c.check_name
ORDER BY pg_catalog.array_position(ARRAY['critical', 'warning', 'info', 'unknown', 'ok'], COALESCE(f.status, 'ok')), c.check_name, f.value DESC NULLS LAST, f.object;
END;

CREATE VIEW perfadvisor.maintenance_health AS
    SELECT h.check_name, h.object, h.relation, h.status, h.message, h.value, h.threshold, h.unit, h.why,
           h.evidence, h.remedy_sql, h.verify_sql, h.undo_sql, h.lock_note
    FROM perfadvisor.maintenance_health() AS h;

COMMENT ON FUNCTION perfadvisor.maintenance_health() IS 'Rows of the view maintenance_health';
COMMENT ON VIEW perfadvisor.maintenance_health IS 'Large tables that want to be partitioned, and foreign ones without statistics; one row per check where there is nothing to tell';
COMMENT ON COLUMN perfadvisor.maintenance_health.check_name IS 'What was checked, a word that stays the same';
COMMENT ON COLUMN perfadvisor.maintenance_health.object IS 'What it was checked of: a name without numbers';
COMMENT ON COLUMN perfadvisor.maintenance_health.relation IS 'The same as a relation, NULL where it is none';
COMMENT ON COLUMN perfadvisor.maintenance_health.status IS 'ok, info, warning, critical, or unknown where the current role cannot see enough';
COMMENT ON COLUMN perfadvisor.maintenance_health.message IS 'The number and the threshold in a sentence';
COMMENT ON COLUMN perfadvisor.maintenance_health.value IS 'The number';
COMMENT ON COLUMN perfadvisor.maintenance_health.threshold IS 'What it is held against';
COMMENT ON COLUMN perfadvisor.maintenance_health.unit IS 'Unit of both';
COMMENT ON COLUMN perfadvisor.maintenance_health.why IS 'Why it matters';
COMMENT ON COLUMN perfadvisor.maintenance_health.evidence IS 'Numbers that the judgement rests on, and since when they are counted';
COMMENT ON COLUMN perfadvisor.maintenance_health.remedy_sql IS 'Statements that mend it, one per line; where the status is unknown, what would show it; NULL where SQL cannot';
COMMENT ON COLUMN perfadvisor.maintenance_health.verify_sql IS 'A query that returns true once it is mended';
COMMENT ON COLUMN perfadvisor.maintenance_health.undo_sql IS 'Statements that take the remedy back, NULL where nothing can or need be';
COMMENT ON COLUMN perfadvisor.maintenance_health.lock_note IS 'Locks, restarts and consequences of the remedy';
