-- ---------------------------------------------------------------------------
-- Health: statistics that are missing or old, as far as catalogs and counters tell. What misleads the planner
-- although it is fresh is found by sampling: see statistics_advice.

CREATE FUNCTION perfadvisor.statistics_health(
    OUT check_name text, OUT object text, OUT relation regclass, OUT status text, OUT message text,
    OUT value double precision, OUT threshold double precision, OUT unit text, OUT why text, OUT evidence jsonb,
    OUT remedy_sql text, OUT verify_sql text, OUT undo_sql text, OUT lock_note text)
RETURNS SETOF record
LANGUAGE SQL STABLE PARALLEL RESTRICTED STRICT ROWS 100
SET search_path = pg_catalog, pg_temp SET jit = off
BEGIN ATOMIC
WITH RECURSIVE t AS MATERIALIZED (
    SELECT m.* FROM perfadvisor.table_maintenance() AS m WHERE m.toast_of IS NULL
), here AS (
    SELECT pg_catalog.quote_ident(pg_catalog.current_database()) AS name,
           (SELECT pg_catalog.count(*) FROM t) AS tables,
           perfadvisor.counted_since() AS counted_since
), members AS (
    SELECT i.inhparent AS parent, i.inhrelid AS member FROM pg_catalog.pg_inherits AS i JOIN pg_catalog.pg_class AS c ON c.oid = i.inhparent WHERE c.relkind = 'p'
    UNION
    SELECT m.parent, i.inhrelid FROM members AS m JOIN pg_catalog.pg_inherits AS i ON i.inhparent = m.member
), parents AS (
    -- autovacuum never analyses them; those below another one are analysed with it
    SELECT p.oid, pg_catalog.format('%I.%I', n.nspname, p.relname) AS name, p.reltuples::float8 AS reltuples,
           pg_catalog.count(*) AS partitions, pg_catalog.sum(GREATEST(c.reltuples, pg_catalog.pg_stat_get_live_tuples(c.oid), 0))::float8 AS below
    FROM pg_catalog.pg_class AS p
         JOIN pg_catalog.pg_namespace AS n ON n.oid = p.relnamespace
         JOIN members AS m ON m.parent = p.oid
         JOIN pg_catalog.pg_class AS c ON c.oid = m.member AND c.relkind IN ('r', 'f')
    WHERE p.relkind = 'p' AND NOT p.relispartition AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'perfadvisor')
    GROUP BY p.oid, n.nspname, p.relname, p.reltuples
), extended AS (
    SELECT s.oid, s.stxrelid AS relid, pg_catalog.format('%I.%I', sn.nspname, s.stxname) AS name, sn.nspname, s.stxname,
           pg_catalog.format('%I.%I', n.nspname, c.relname) AS table_name,
           -- pg_stats_ext shows its rows to the table's owner alone
           pg_catalog.pg_has_role(c.relowner, 'USAGE') AS readable, pg_catalog.pg_get_userbyid(c.relowner) AS owner,
           EXISTS (SELECT FROM pg_catalog.pg_stats_ext AS e WHERE e.statistics_schemaname = sn.nspname AND e.statistics_name = s.stxname) AS built
    FROM pg_catalog.pg_statistic_ext AS s
         JOIN pg_catalog.pg_namespace AS sn ON sn.oid = s.stxnamespace
         JOIN pg_catalog.pg_class AS c ON c.oid = s.stxrelid
         JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
    WHERE pg_catalog.pg_stat_get_live_tuples(c.oid) > 0 OR c.reltuples > 0
), seen AS MATERIALIZED (
    SELECT r.queryid, pg_catalog.min(r.first_seen) AS first_seen
    FROM (SELECT d.oid FROM pg_catalog.pg_database AS d WHERE d.datname = pg_catalog.current_database() AND perfadvisor.recorder_loaded()) AS w
         CROSS JOIN LATERAL perfadvisor.recorded_statements() AS r
    WHERE r.dbid = w.oid
    GROUP BY r.queryid
), scans AS (
    -- only statements that ran first after the last ANALYZE: before it the estimate was another one
    SELECT s.relid, pg_catalog.max(s.estimate_error) AS estimate_error, pg_catalog.array_agg(DISTINCT s.queryid) FILTER (WHERE s.queryid IS NOT NULL) AS queryids
    FROM (SELECT d.oid FROM pg_catalog.pg_database AS d WHERE d.datname = pg_catalog.current_database() AND perfadvisor.recorder_loaded()) AS w
         CROSS JOIN LATERAL perfadvisor.recorded_seq_scans() AS s
         JOIN t ON t.relation = s.relid
         JOIN seen AS q ON q.queryid = s.queryid AND q.first_seen > t.last_analyze
    WHERE s.dbid = w.oid AND s.estimate_error >= 10 AND s.rows_read >= 1000
    GROUP BY s.relid
), never AS (
    SELECT t.*, pg_catalog.count(*) OVER () AS tables FROM t WHERE t.reltuples < 0 AND t.live_rows >= 50
), tunable AS (
    SELECT t.*, LEAST(GREATEST(5e5, 0.005 * t.reltuples), 0.05 * t.reltuples) AS wanted
    FROM t WHERE t.reltuples >= 5e6 AND t.inserts + t.updates + t.deletes > 0.01 * t.reltuples AND t.autovacuum
), found AS (
    SELECT 'never_analysed' AS check_name, t.name AS object, t.relation, CASE WHEN t.live_rows >= 10000 THEN 'warning' ELSE 'info' END AS status,
           pg_catalog.format('It has about %s rows and was never analysed (warning from 10000 rows on)', t.live_rows) AS message,
           t.live_rows::float8 AS value, 10000::float8 AS threshold, 'rows' AS unit,
           pg_catalog.jsonb_build_object('live_rows', t.live_rows, 'autovacuum', t.autovacuum, 'analyze_trigger', t.analyze_trigger) AS evidence,
           pg_catalog.format('ANALYZE %s', t.name) AS remedy_sql,
           pg_catalog.format('SELECT reltuples >= 0 FROM pg_class WHERE oid = %s', t.relation::oid) AS verify_sql, NULL::text AS undo_sql,
           'SHARE UPDATE EXCLUSIVE: readers and writers go on.' AS lock_note
    FROM never AS t WHERE t.tables <= 50
    UNION ALL
    -- as after pg_upgrade or a restore: one line instead of thousands
    SELECT 'never_analysed', h.name, NULL, 'warning',
           pg_catalog.format('%s tables with rows were never analysed (threshold 50 for naming each), the largest being %s', pg_catalog.count(*), pg_catalog.array_to_string((pg_catalog.array_agg(t.name ORDER BY t.live_rows DESC))[1:3], ', ')),
           pg_catalog.count(*), 50, 'tables', pg_catalog.jsonb_build_object('tables', pg_catalog.count(*), 'live_rows', pg_catalog.sum(t.live_rows)),
           'ANALYZE', 'SELECT NOT EXISTS (SELECT FROM perfadvisor.statistics_health WHERE check_name = ''never_analysed'' AND status <> ''ok'')', NULL,
           'SHARE UPDATE EXCLUSIVE on one table after the other: readers and writers go on. vacuumdb --analyze-in-stages gives rough statistics first.'
    FROM never AS t CROSS JOIN here AS h WHERE t.tables > 50
    GROUP BY h.name
    UNION ALL
    SELECT c.name, h.name, NULL, 'unknown', 'This is a standby, which counts no changes: ask the primary', NULL, NULL, NULL, '{"lacks": "the primary"}'::jsonb, NULL, NULL, NULL, NULL
    FROM here AS h CROSS JOIN (VALUES ('never_analysed'), ('stale'), ('analyze_settings')) AS c(name)
    WHERE pg_catalog.pg_is_in_recovery()
    UNION ALL
    SELECT 'stale', t.name, t.relation, CASE WHEN t.changed_since_analyze > 2 * t.analyze_trigger THEN 'warning' ELSE 'info' END,
           pg_catalog.format('%s rows were changed since it was analysed, where autovacuum does it at %s%s', t.changed_since_analyze, pg_catalog.round(t.analyze_trigger::numeric),
               CASE WHEN t.autovacuum THEN '' ELSE ', but is off' END),
           t.changed_since_analyze, t.analyze_trigger, 'rows',
           pg_catalog.jsonb_build_object('changed_since_analyze', t.changed_since_analyze, 'analyze_trigger', t.analyze_trigger, 'autovacuum', t.autovacuum, 'last_analyze', t.last_analyze),
           pg_catalog.format('ANALYZE %s', t.name),
           pg_catalog.format('SELECT pg_stat_get_mod_since_analyze(%s) <= %s', t.relation::oid, pg_catalog.ceil(t.analyze_trigger)), NULL,
           'SHARE UPDATE EXCLUSIVE: readers and writers go on.'
    FROM t
    WHERE t.reltuples >= 0 AND t.changed_since_analyze >= 1000
      AND CASE WHEN NOT t.autovacuum THEN t.changed_since_analyze > t.analyze_trigger
               ELSE t.changed_since_analyze > 2 * t.analyze_trigger
                    AND (t.last_analyze IS NULL OR t.last_analyze < pg_catalog.clock_timestamp() - 5 * pg_catalog.current_setting('autovacuum_naptime')::interval) END
    UNION ALL
    SELECT CASE WHEN p.reltuples < 0 THEN 'parent_never_analysed' ELSE 'parent_stale' END, p.name, p.oid::pg_catalog.regclass, 'warning',
           CASE WHEN p.reltuples < 0 THEN pg_catalog.format('Its %s partitions have about %s rows, and there are no statistics over them all', p.partitions, pg_catalog.round(p.below::numeric))
                ELSE pg_catalog.format('It had %s rows when it was analysed, its %s partitions have about %s now (threshold: half as many again)', pg_catalog.round(p.reltuples::numeric), p.partitions, pg_catalog.round(p.below::numeric)) END,
           p.below, CASE WHEN p.reltuples < 0 THEN 1000 ELSE 1.5 * p.reltuples END, 'rows',
           pg_catalog.jsonb_build_object('partitions', p.partitions, 'rows_in_partitions', p.below, 'rows_when_analysed', NULLIF(p.reltuples, -1)),
           pg_catalog.format('ANALYZE %s', p.name),
           pg_catalog.format('SELECT NOT EXISTS (SELECT FROM perfadvisor.statistics_health WHERE check_name LIKE ''parent\_%%'' AND relation = %s)', p.oid), NULL,
           'SHARE UPDATE EXCLUSIVE: readers and writers go on. Autovacuum never does this: have it done regularly.'
    FROM parents AS p
    WHERE p.below > 1000 AND (p.reltuples < 0 OR p.below > 1.5 * p.reltuples OR 1.5 * p.below < p.reltuples)
    UNION ALL
    SELECT 'extended_unbuilt', e.name, e.relid::pg_catalog.regclass, 'warning',
           pg_catalog.format('These statistics on %s were created, but the table was not analysed since, so they hold nothing', e.table_name),
           NULL, NULL, NULL, pg_catalog.jsonb_build_object('table', e.table_name),
           pg_catalog.format('ANALYZE %s', e.table_name),
           pg_catalog.format('SELECT EXISTS (SELECT FROM pg_stats_ext WHERE statistics_schemaname = %L AND statistics_name = %L)', e.nspname, e.stxname), NULL,
           'SHARE UPDATE EXCLUSIVE: readers and writers go on.'
    FROM extended AS e WHERE e.readable AND NOT e.built
    UNION ALL
    SELECT 'extended_unbuilt', 'statistics of tables of other roles', NULL, 'unknown',
           pg_catalog.format('Whether %s extended statistics were built is not visible to this role', pg_catalog.count(*)), pg_catalog.count(*), 0, 'statistics',
           '{"lacks": "membership in the roles that own the tables"}'::jsonb, pg_catalog.string_agg(DISTINCT pg_catalog.format('GRANT %I TO %I', e.owner, CURRENT_USER), E';\n'), NULL,
           pg_catalog.string_agg(DISTINCT pg_catalog.format('REVOKE %I FROM %I', e.owner, CURRENT_USER), E';\n'), 'No lock. The role may then do what the owners may; a superuser can look instead.'
    FROM extended AS e WHERE NOT e.readable
    HAVING pg_catalog.count(*) > 0
    UNION ALL
    SELECT 'wrong_estimate', t.name, t.relation, CASE WHEN s.estimate_error >= 100 THEN 'warning' ELSE 'info' END,
           pg_catalog.format('A recorded scan of it returned %s times more or fewer rows than the planner expected (threshold 10), by statistics of %s', pg_catalog.round(s.estimate_error::numeric), pg_catalog.date_trunc('second', t.last_analyze)),
           s.estimate_error, 10, 'factor',
           pg_catalog.jsonb_build_object('estimate_error', s.estimate_error, 'queryids', pg_catalog.to_jsonb(s.queryids), 'last_analyze', t.last_analyze, 'changed_since_analyze', t.changed_since_analyze),
           NULL, NULL, NULL, 'SELECT * FROM perfadvisor.refresh_advice() samples the tables, and findings shows afterwards which statistics would mend the estimate.'
    FROM scans AS s JOIN t ON t.relation = s.relid
    UNION ALL
    SELECT 'wrong_estimate', h.name, NULL, 'unknown', 'What scans return is not recorded, as the library is not loaded', NULL, NULL, NULL,
           '{"lacks": "the library in shared_preload_libraries"}'::jsonb, NULL, NULL, NULL, NULL
    FROM here AS h WHERE NOT perfadvisor.recorder_loaded()
    UNION ALL
    SELECT 'wrong_estimate', 'statements of other roles', NULL, 'unknown',
           'What the planner expected of statements of other roles is not visible to this role',
           NULL, NULL, NULL, '{"lacks": "pg_read_all_stats"}'::jsonb,
           pg_catalog.format('GRANT pg_read_all_stats TO %I', CURRENT_USER), 'SELECT pg_has_role(''pg_read_all_stats'', ''USAGE'')',
           pg_catalog.format('REVOKE pg_read_all_stats FROM %I', CURRENT_USER), 'No lock.'
    WHERE perfadvisor.recorder_loaded() AND NOT pg_catalog.pg_has_role('pg_read_all_stats', 'USAGE')
    UNION ALL
    SELECT 'analyze_settings', t.name, t.relation, CASE WHEN t.analyze_trigger > 20 * t.wanted THEN 'warning' ELSE 'info' END,
           pg_catalog.format('Autovacuum analyses it after %s of its %s rows have changed; %s are enough to keep what was added lately in the statistics', pg_catalog.round(t.analyze_trigger::numeric), pg_catalog.round(t.reltuples::numeric), pg_catalog.round(t.wanted::numeric)),
           t.analyze_trigger, t.wanted, 'rows',
           pg_catalog.jsonb_build_object('rows', t.reltuples, 'analyze_trigger', t.analyze_trigger, 'wanted', t.wanted, 'changes', t.inserts + t.updates + t.deletes, 'since', h.counted_since),
           pg_catalog.format('ALTER TABLE %s SET (autovacuum_analyze_scale_factor = 0, autovacuum_analyze_threshold = %s)', t.name, pg_catalog.round(t.wanted::numeric)),
           pg_catalog.format('SELECT analyze_trigger <= %s FROM perfadvisor.table_maintenance WHERE relation = %s', pg_catalog.round(t.wanted::numeric) + 1, t.relation::oid),
           pg_catalog.concat_ws(E';\n', CASE WHEN u.previous IS NOT NULL THEN pg_catalog.format('ALTER TABLE %s SET (%s)', t.name, u.previous) END,
               CASE WHEN u.new IS NOT NULL THEN pg_catalog.format('ALTER TABLE %s RESET (%s)', t.name, u.new) END),
           'SHARE UPDATE EXCLUSIVE for a moment: readers and writers go on.'
    FROM tunable AS t CROSS JOIN here AS h
         CROSS JOIN LATERAL (
             SELECT pg_catalog.string_agg(pg_catalog.format('%s = %s', k, t.options ->> k), ', ') FILTER (WHERE t.options ? k) AS previous,
                    pg_catalog.string_agg(k, ', ') FILTER (WHERE NOT t.options ? k) AS new
             FROM pg_catalog.unnest(ARRAY['autovacuum_analyze_scale_factor', 'autovacuum_analyze_threshold']) AS k) AS u
    WHERE t.analyze_trigger > 2 * t.wanted
), checks (check_name, why, fine) AS (VALUES
    ('never_analysed', 'Without statistics the planner guesses row counts from the size of the table and takes every column to have 200 values.', 'All of %s tables with rows were analysed'),
    ('stale', 'By old statistics the planner takes new values to be rare and old ones common, and chooses wrong plans.', 'None of %s tables has changed more than autovacuum lets pass'),
    ('parent_never_analysed', 'Autovacuum analyses partitions but never the partitioned table, whose statistics joins and groupings are planned with.', 'Every partitioned table was analysed'),
    ('parent_stale', 'Autovacuum analyses partitions but never the partitioned table, whose statistics joins and groupings are planned with.', 'No partitioned table has outgrown its statistics'),
    ('extended_unbuilt', 'Extended statistics hold nothing before the next ANALYZE.', 'All extended statistics are built'),
    ('wrong_estimate', 'From wrong row counts the planner chooses wrong joins and wrong indexes.', 'No recorded scan was ten times off its estimate by current statistics'),
    ('analyze_settings', 'With a share of a large table as its threshold ANALYZE comes after weeks, and rows with the latest dates or numbers are outside of all that the planner knows.', 'The thresholds for ANALYZE fit all of %s tables'))
SELECT c.check_name, COALESCE(f.object, h.name), f.relation, COALESCE(f.status, 'ok'),
       COALESCE(f.message, pg_catalog.format(c.fine, h.tables)), f.value, f.threshold, f.unit, c.why,
       COALESCE(f.evidence, pg_catalog.jsonb_build_object('tables', h.tables, 'since', h.counted_since)),
       f.remedy_sql, f.verify_sql, f.undo_sql, f.lock_note
FROM checks AS c CROSS JOIN here AS h
     LEFT JOIN found AS f ON f.check_name = c.check_name
ORDER BY pg_catalog.array_position(ARRAY['critical', 'warning', 'info', 'unknown', 'ok'], COALESCE(f.status, 'ok')), c.check_name, f.value DESC NULLS LAST, f.object;
END;

CREATE VIEW perfadvisor.statistics_health AS
    SELECT h.check_name, h.object, h.relation, h.status, h.message, h.value, h.threshold, h.unit, h.why,
           h.evidence, h.remedy_sql, h.verify_sql, h.undo_sql, h.lock_note
    FROM perfadvisor.statistics_health() AS h;

COMMENT ON FUNCTION perfadvisor.statistics_health() IS 'Rows of the view statistics_health';
COMMENT ON VIEW perfadvisor.statistics_health IS 'Statistics of this database that are missing or old; one row per check where there is nothing to tell';
COMMENT ON COLUMN perfadvisor.statistics_health.check_name IS 'What was checked, a word that stays the same';
COMMENT ON COLUMN perfadvisor.statistics_health.object IS 'What it was checked of: a name without numbers';
COMMENT ON COLUMN perfadvisor.statistics_health.relation IS 'The same as a relation, NULL where it is none';
COMMENT ON COLUMN perfadvisor.statistics_health.status IS 'ok, info, warning, critical, or unknown where the current role cannot see enough';
COMMENT ON COLUMN perfadvisor.statistics_health.message IS 'The number and the threshold in a sentence';
COMMENT ON COLUMN perfadvisor.statistics_health.value IS 'The number';
COMMENT ON COLUMN perfadvisor.statistics_health.threshold IS 'What it is held against';
COMMENT ON COLUMN perfadvisor.statistics_health.unit IS 'Unit of both';
COMMENT ON COLUMN perfadvisor.statistics_health.why IS 'Why it matters';
COMMENT ON COLUMN perfadvisor.statistics_health.evidence IS 'Numbers that the judgement rests on, and since when they are counted';
COMMENT ON COLUMN perfadvisor.statistics_health.remedy_sql IS 'Statements that mend it, one per line; where the status is unknown, what would show it; NULL where SQL cannot';
COMMENT ON COLUMN perfadvisor.statistics_health.verify_sql IS 'A query that returns true once it is mended';
COMMENT ON COLUMN perfadvisor.statistics_health.undo_sql IS 'Statements that take the remedy back, NULL where nothing can or need be';
COMMENT ON COLUMN perfadvisor.statistics_health.lock_note IS 'Locks, restarts and consequences of the remedy';
