-- ---------------------------------------------------------------------------
-- Advising: statistics that mislead the planner

CREATE FUNCTION perfadvisor.examine_statistics(
    analyse_first oid[],
    OUT relation oid, OUT columns text[], OUT problem text, OUT estimate_error double precision,
    OUT queryids bigint[], OUT ddl text, OUT undo_sql text, OUT reason text
) RETURNS SETOF record
LANGUAGE C VOLATILE PARALLEL UNSAFE STRICT
AS 'MODULE_PATHNAME', 'pa_examine_statistics';

COMMENT ON FUNCTION perfadvisor.examine_statistics(oid[]) IS
'Compares the planner''s estimates for the recorded workload with samples of its tables';

CREATE FUNCTION perfadvisor.statistics_advice(
    OUT relation regclass, OUT columns text[], OUT problem text, OUT estimate_error double precision,
    OUT queryids bigint[], OUT ddl text, OUT undo_sql text, OUT reason text
) RETURNS SETOF record
LANGUAGE SQL VOLATILE PARALLEL UNSAFE STRICT
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
WITH RECURSIVE may AS (
    SELECT pg_catalog.pg_has_role('pg_read_all_stats', 'USAGE') OR pg_catalog.pg_has_role('pg_monitor', 'USAGE') AS all_tables
), tables AS (
    SELECT c.oid, c.relkind, c.reltuples, c.relhassubclass, c.relispartition, n.nspname, c.relname,
           pg_catalog.format('%I.%I', n.nspname, c.relname) AS name,
           -- whether pg_stats shows what it has of the table
           perfadvisor.may_select(c.oid) AND NOT pg_catalog.row_security_active(c.oid) AS readable,
           pg_catalog.pg_stat_get_live_tuples(c.oid) AS live,
           pg_catalog.pg_stat_get_mod_since_analyze(c.oid) AS mods,
           GREATEST(pg_catalog.pg_stat_get_last_analyze_time(c.oid), pg_catalog.pg_stat_get_last_autoanalyze_time(c.oid)) AS analysed_at,
           COALESCE((SELECT o.option_value::float8 FROM pg_catalog.pg_options_to_table(c.reloptions) AS o WHERE o.option_name = 'autovacuum_analyze_threshold'),
                    pg_catalog.current_setting('autovacuum_analyze_threshold')::float8)
           + GREATEST(c.reltuples, 0) * COALESCE((SELECT o.option_value::float8 FROM pg_catalog.pg_options_to_table(c.reloptions) AS o WHERE o.option_name = 'autovacuum_analyze_scale_factor'),
                    pg_catalog.current_setting('autovacuum_analyze_scale_factor')::float8) AS trigger_at,
           pg_catalog.current_setting('autovacuum')::boolean AND pg_catalog.current_setting('track_counts')::boolean
           AND COALESCE((SELECT o.option_value::boolean FROM pg_catalog.pg_options_to_table(c.reloptions) AS o WHERE o.option_name = 'autovacuum_enabled'), true) AS automatic
    FROM pg_catalog.pg_class AS c
         JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
         CROSS JOIN may AS m
    WHERE c.relkind IN ('r', 'm', 'p') AND c.relpersistence <> 't'
      AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast', 'perfadvisor')
      AND (m.all_tables OR pg_catalog.pg_has_role(c.relowner, 'USAGE') OR perfadvisor.may_select(c.oid))
), plain AS (
    -- a table of its own rows: never analysed, or changed more than autovacuum lets pass
    SELECT t.oid, t.name, 'never_analysed' AS problem,
           pg_catalog.format('it has rows (about %s) and was never analysed, so the planner guesses', GREATEST(t.live, 0)) AS reason
    FROM tables AS t
    WHERE t.relkind IN ('r', 'm')
      AND (t.live > 0 OR (t.reltuples < 0 AND perfadvisor.relation_bytes(t.oid) > 0))
      AND (t.reltuples < 0
           OR (t.readable AND t.reltuples > 0
               AND NOT EXISTS (SELECT FROM pg_catalog.pg_stats AS s WHERE s.schemaname = t.nspname AND s.tablename = t.relname AND NOT s.inherited)
               AND EXISTS (SELECT FROM pg_catalog.pg_attribute AS a WHERE a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attstattarget IS DISTINCT FROM 0)))
    UNION ALL
    SELECT t.oid, t.name, 'stale',
           pg_catalog.format('%s rows were changed since it was analysed; autovacuum would do it at %s%s', t.mods, pg_catalog.round(t.trigger_at::numeric),
               CASE WHEN t.automatic THEN ', but has not yet' ELSE ', but is off for it' END)
    FROM tables AS t
    WHERE t.relkind IN ('r', 'm') AND t.reltuples >= 0
      AND CASE WHEN NOT t.automatic THEN t.mods > t.trigger_at
               -- autovacuum will see to it in a minute, unless it has not for some, or the table is another one by now
               ELSE t.mods > 2 * t.trigger_at
                    AND (t.analysed_at IS NULL OR t.analysed_at < pg_catalog.clock_timestamp() - '5 minutes'::interval
                         OR t.live > 2 * t.reltuples OR t.live < t.reltuples / 2) END
), members AS (
    -- all that is below a parent, at every level; no locks are taken
    SELECT i.inhparent AS parent, i.inhrelid AS member FROM pg_catalog.pg_inherits AS i
    UNION
    SELECT m.parent, i.inhrelid FROM members AS m JOIN pg_catalog.pg_inherits AS i ON i.inhparent = m.member
), parents AS (
    SELECT t.oid, t.name, t.relkind, t.reltuples, t.readable, t.nspname, t.relname,
           pg_catalog.sum(GREATEST(c.reltuples, 0)) FILTER (WHERE c.relkind IN ('r', 'f')) AS below,
           pg_catalog.max(pg_catalog.pg_stat_get_live_tuples(c.oid)) > 0 OR pg_catalog.max(c.reltuples) > 0 AS has_rows,
           pg_catalog.bool_and(c.reltuples >= 0) FILTER (WHERE c.relkind = 'r') AS members_analysed
    FROM tables AS t
         JOIN members AS m ON m.parent = t.oid
         JOIN pg_catalog.pg_class AS c ON c.oid = m.member
    GROUP BY t.oid, t.name, t.relkind, t.reltuples, t.readable, t.nspname, t.relname
), ill_parents AS (
    SELECT p.oid, p.name, 'parent_never_analysed' AS problem, p.members_analysed, p.relkind,
           'it has rows in ' || CASE p.relkind WHEN 'p' THEN 'partitions' ELSE 'children' END
           || ' and no statistics over them all: autovacuum analyses each of them but never the parent' AS reason
    FROM parents AS p
    WHERE p.has_rows
      AND CASE WHEN p.relkind = 'p' THEN p.reltuples < 0
               ELSE p.readable AND NOT EXISTS (SELECT FROM pg_catalog.pg_stats AS s WHERE s.schemaname = p.nspname AND s.tablename = p.relname AND s.inherited) END
    UNION ALL
    SELECT p.oid, p.name, 'stale', p.members_analysed, p.relkind,
           pg_catalog.format('when it was analysed it had %s rows, its partitions have about %s now; autovacuum never analyses the parent', p.reltuples, p.below)
    FROM parents AS p
    WHERE p.relkind = 'p' AND p.reltuples >= 0 AND p.members_analysed AND p.below > 1000
      AND (p.below > p.reltuples * 1.5 OR p.below * 1.5 < p.reltuples)
), to_analyse AS (
    SELECT p.oid, p.name, p.problem, p.reason, pg_catalog.format('ANALYZE %s', p.name) AS ddl
    FROM plain AS p
    WHERE NOT EXISTS (SELECT FROM ill_parents AS i JOIN members AS m ON m.parent = i.oid
                      WHERE m.member = p.oid AND i.relkind = 'p')
    UNION ALL
    SELECT i.oid, i.name, i.problem, i.reason,
           pg_catalog.format(CASE WHEN i.relkind = 'p' AND i.members_analysed AND pg_catalog.current_setting('server_version_num')::integer >= 180000
                                       AND NOT EXISTS (SELECT FROM members AS m WHERE m.parent = i.oid
                                                       AND (m.member IN (SELECT p.oid FROM plain AS p)
                                                            OR m.member IN (SELECT b.oid FROM ill_parents AS b)))
                                  THEN 'ANALYZE ONLY %s' ELSE 'ANALYZE %s' END, i.name)
    FROM ill_parents AS i
    WHERE NOT EXISTS (SELECT FROM ill_parents AS o JOIN members AS m ON m.parent = o.oid WHERE m.member = i.oid)
), examined AS MATERIALIZED (
    SELECT e.*
    FROM perfadvisor.examine_statistics(ARRAY(SELECT a.oid FROM to_analyse AS a UNION SELECT p.oid FROM plain AS p)) AS e
), rows AS (
    SELECT a.oid AS relation, NULL::text[] AS columns, a.problem,
           NULLIF(e.estimate_error, 1) AS estimate_error, COALESCE(e.queryids, '{}') AS queryids, a.ddl, NULL::text AS undo_sql,
           a.reason || CASE WHEN e.estimate_error >= 2 THEN
               pg_catalog.format('; a condition of a recorded statement keeps %s times more or fewer rows than expected, which ANALYZE alone mends', pg_catalog.round(e.estimate_error::numeric)) ELSE '' END AS reason
    FROM to_analyse AS a
         LEFT JOIN examined AS e ON e.relation = a.oid AND e.problem = 'analyse'
    UNION ALL
    SELECT e.relation, e.columns, e.problem, e.estimate_error, e.queryids, e.ddl, e.undo_sql, e.reason
    FROM examined AS e
    WHERE e.problem <> 'analyse'
)
SELECT r.relation::pg_catalog.regclass, r.columns, r.problem, r.estimate_error, r.queryids, r.ddl, r.undo_sql, r.reason
FROM rows AS r
ORDER BY pg_catalog.array_position(ARRAY['never_analysed', 'parent_never_analysed', 'stale', 'correlated', 'n_distinct', 'target'], r.problem),
         r.estimate_error DESC NULLS LAST, r.relation::pg_catalog.regclass::text, r.ddl;
END;

COMMENT ON FUNCTION perfadvisor.statistics_advice() IS 'Rows of the view statistics_advice';

CREATE VIEW perfadvisor.statistics_advice AS
    SELECT s.relation, s.columns, s.problem, s.estimate_error, s.queryids, s.ddl, s.undo_sql, s.reason
    FROM perfadvisor.statistics_advice() AS s;

COMMENT ON VIEW perfadvisor.statistics_advice IS
'Tables to analyse, and statistics to create or to enlarge, in the current database';
COMMENT ON COLUMN perfadvisor.statistics_advice.relation IS 'Table, partitioned table or materialized view';
COMMENT ON COLUMN perfadvisor.statistics_advice.columns IS 'The columns concerned; NULL where it is the table';
COMMENT ON COLUMN perfadvisor.statistics_advice.problem IS 'never_analysed, parent_never_analysed, stale, correlated, n_distinct or target';
COMMENT ON COLUMN perfadvisor.statistics_advice.estimate_error IS 'Factor between what the planner expects and what a sample has, at least 1; NULL where nothing recorded shows it';
COMMENT ON COLUMN perfadvisor.statistics_advice.queryids IS 'Recorded statements that the estimate is for';
COMMENT ON COLUMN perfadvisor.statistics_advice.ddl IS 'What to run: one statement, or two that may run in one transaction';
COMMENT ON COLUMN perfadvisor.statistics_advice.undo_sql IS 'What takes it back; NULL for ANALYZE alone';
COMMENT ON COLUMN perfadvisor.statistics_advice.reason IS 'Why, with numbers';

