-- ---------------------------------------------------------------------------
-- Advising: existing indexes to drop or rebuild

CREATE FUNCTION perfadvisor.examine_indexes(
    tables oid[],
    OUT index oid, OUT relation oid, OUT problem text, OUT covered_by oid,
    OUT index_bytes bigint, OUT expected_bytes bigint,
    OUT scans bigint, OUT last_scan timestamptz, OUT expression_statistics boolean,
    OUT planned integer, OUT statements integer, OUT unplanned integer
) RETURNS SETOF record
LANGUAGE C VOLATILE PARALLEL UNSAFE STRICT
AS 'MODULE_PATHNAME', 'pa_examine_indexes';

COMMENT ON FUNCTION perfadvisor.examine_indexes(oid[]) IS
'Judges the indexes of tables, and plans the recorded workload without those that seem superfluous';

CREATE FUNCTION perfadvisor.index_creation(index oid)
RETURNS text
LANGUAGE C STABLE PARALLEL RESTRICTED STRICT
AS 'MODULE_PATHNAME', 'pa_index_creation';

COMMENT ON FUNCTION perfadvisor.index_creation(oid) IS
'The statement that creates an index as it is, in its tablespace and without blocking writes; waits for no lock';

CREATE FUNCTION perfadvisor.object_definition(catalog oid, object oid)
RETURNS text
LANGUAGE C STABLE PARALLEL RESTRICTED STRICT
AS 'MODULE_PATHNAME', 'pa_object_definition';

COMMENT ON FUNCTION perfadvisor.object_definition(oid, oid) IS
'The definition of an index (pg_class) or a constraint (pg_constraint); NULL if it is gone, or to be had only by waiting for a lock';

CREATE FUNCTION perfadvisor.may_select(relation oid)
RETURNS boolean
LANGUAGE C STABLE PARALLEL SAFE STRICT
AS 'MODULE_PATHNAME', 'pa_may_select';

COMMENT ON FUNCTION perfadvisor.may_select(oid) IS
'Whether the current role may read a table or a sequence, NULL if it is gone, also while it is being dropped';

CREATE FUNCTION perfadvisor.relation_bytes(relation oid)
RETURNS bigint
LANGUAGE C VOLATILE PARALLEL UNSAFE STRICT
AS 'MODULE_PATHNAME', 'pa_relation_bytes';

COMMENT ON FUNCTION perfadvisor.relation_bytes(oid) IS
'Size of the main part of a relation, NULL instead of waiting if it is locked';

CREATE FUNCTION perfadvisor.index_cleanup(
    OUT index regclass, OUT relation regclass, OUT problem text, OUT covered_by regclass,
    OUT index_bytes bigint, OUT scans bigint, OUT ddl text, OUT undo_sql text,
    OUT evidence text, OUT caveat text
) RETURNS SETOF record
LANGUAGE SQL VOLATILE PARALLEL UNSAFE STRICT
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
WITH may AS (
    SELECT pg_catalog.pg_has_role('pg_read_all_stats', 'USAGE') AS read_all_stats,
           pg_catalog.pg_has_role('pg_monitor', 'USAGE') AS monitor
), tables AS (
    SELECT c.oid, n.nspname, c.relname
    FROM pg_catalog.pg_class AS c
         JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
         CROSS JOIN may AS m
    WHERE c.relkind IN ('r', 'm', 'p') AND c.relhasindex AND c.relpersistence <> 't'
      AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast', 'perfadvisor')
      AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend AS d
                      WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid = c.oid AND d.deptype = 'e')
      AND (m.read_all_stats OR m.monitor OR pg_catalog.pg_has_role(c.relowner, 'USAGE')
           OR perfadvisor.may_select(c.oid) OR c.relispartition)
), examined AS MATERIALIZED (
    SELECT e.*
    FROM perfadvisor.examine_indexes(ARRAY(SELECT t.oid FROM tables AS t ORDER BY t.nspname, t.relname)) AS e
), building AS MATERIALIZED (
    -- what builds or maintains something holds this lock all the time, also between its transactions
    SELECT l.relation
    FROM pg_catalog.pg_locks AS l
    WHERE l.locktype = 'relation' AND l.mode = 'ShareUpdateExclusiveLock' AND l.granted
      AND l.database = (SELECT d.oid FROM pg_catalog.pg_database AS d WHERE d.datname = pg_catalog.current_database())
      AND l.pid IS DISTINCT FROM pg_catalog.pg_backend_pid()
    UNION
    SELECT p.relid FROM pg_catalog.pg_stat_progress_create_index AS p
    WHERE p.datname = pg_catalog.current_database()
), invalid AS (
    SELECT i.indexrelid AS index, i.indrelid AS relation, twin.indexrelid AS covered_by, i.indisunique,
           NOT i.indislive OR twin.indexrelid IS NOT NULL OR c.relname ~ '_cc(new|old)[0-9]*$' AS leftover,
           i.indisexclusion, (k.oid IS NOT NULL) AS backs_constraint
    FROM pg_catalog.pg_index AS i
         JOIN pg_catalog.pg_class AS c ON c.oid = i.indexrelid AND c.relkind = 'i' AND c.relpersistence <> 't'
         JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace AND n.nspname NOT IN ('pg_catalog', 'information_schema')
         LEFT JOIN pg_catalog.pg_constraint AS k ON k.conindid = i.indexrelid AND k.contype IN ('p', 'u', 'x')
         LEFT JOIN LATERAL (
             SELECT o.indexrelid
             FROM pg_catalog.pg_index AS o JOIN pg_catalog.pg_class AS oc ON oc.oid = o.indexrelid
             WHERE o.indrelid = i.indrelid AND o.indisvalid AND o.indisready AND o.indislive
               AND oc.relam = c.relam AND o.indkey = i.indkey AND o.indnkeyatts = i.indnkeyatts
               AND o.indclass = i.indclass AND o.indcollation = i.indcollation AND o.indoption = i.indoption
               AND (o.indisunique OR NOT i.indisunique)
               AND o.indexprs::text IS NOT DISTINCT FROM i.indexprs::text
               AND o.indpred::text IS NOT DISTINCT FROM i.indpred::text
             ORDER BY o.indexrelid LIMIT 1) AS twin ON k.oid IS NULL
    WHERE NOT (i.indisvalid AND i.indisready AND i.indislive)
      AND i.indrelid NOT IN (SELECT b.relation FROM building AS b WHERE b.relation IS NOT NULL)
), rows AS (
    SELECT e.index, e.relation, e.problem, e.covered_by, e.index_bytes, e.expected_bytes, e.scans, e.last_scan,
           e.expression_statistics, e.planned, e.statements, e.unplanned, false AS leftover, false AS plain_reindex
    FROM examined AS e
    UNION ALL
    SELECT v.index, v.relation, 'invalid', v.covered_by, perfadvisor.relation_bytes(v.index), NULL,
           pg_catalog.pg_stat_get_numscans(v.index), NULL, false, NULL, NULL, NULL,
           v.leftover AND NOT v.backs_constraint, v.indisexclusion
    FROM invalid AS v
), known_standbys AS MATERIALIZED (
    SELECT k.source, k.name FROM perfadvisor.source_standby_names() AS k
), unknown_standbys AS MATERIALIZED (
    -- a name that several have is known as often as sources have it
    SELECT r.application_name
    FROM (SELECT r.application_name, s.slot_name, pg_catalog.count(*) OVER (PARTITION BY r.application_name) AS alike
          FROM pg_catalog.pg_stat_replication AS r
               LEFT JOIN pg_catalog.pg_replication_slots AS s ON s.active_pid = r.pid
          WHERE r.state IS DISTINCT FROM 'backup') AS r
    WHERE NOT EXISTS (SELECT FROM known_standbys AS k WHERE k.name = r.slot_name::text)
      AND r.alike > (SELECT pg_catalog.count(*) FROM known_standbys AS k WHERE k.name = r.application_name)
), usage AS (
    SELECT pg_catalog.pg_stat_get_db_stat_reset_time(d.oid) AS since,
           pg_catalog.date_part('epoch', pg_catalog.now() - pg_catalog.pg_stat_get_db_stat_reset_time(d.oid)) / 86400 AS days,
           pg_catalog.pg_is_in_recovery() AS standby,
           (SELECT pg_catalog.string_agg(DISTINCT pg_catalog.quote_ident(COALESCE(r.application_name, 'one')), ', ')
            FROM unknown_standbys AS r) AS standbys,
           (SELECT pg_catalog.string_agg(pg_catalog.quote_ident(s.slot_name), ', ' ORDER BY s.slot_name)
            FROM pg_catalog.pg_replication_slots AS s
            WHERE s.slot_type = 'physical' AND NOT s.active AND s.slot_name::text NOT IN (SELECT k.name FROM known_standbys AS k)) AS idle_slots
    FROM pg_catalog.pg_database AS d WHERE d.datname = pg_catalog.current_database()
), elsewhere AS MATERIALIZED (
    -- scans on other servers that are known
    SELECT s.source, s.index, s.scans FROM perfadvisor.source_index_scans() AS s
), known AS (
    SELECT pg_catalog.string_agg(DISTINCT pg_catalog.quote_ident(e.source), ', ') AS sources FROM elsewhere AS e
), named AS (
    SELECT r.*, CASE WHEN c.oid IS NOT NULL THEN pg_catalog.format('%I.%I', n.nspname, c.relname) END AS name, c.relkind,
           pg_catalog.format('%I.%I', tn.nspname, t.relname) AS table_name, i.indisunique,
           k.conname, k.contype, perfadvisor.object_definition('pg_catalog.pg_constraint'::pg_catalog.regclass, k.oid) AS condef,
           perfadvisor.index_creation(r.index) AS creation,
           pg_catalog.pg_size_pretty(r.index_bytes) AS size,
           r.covered_by::pg_catalog.regclass::text AS cover
    FROM rows AS r
         JOIN pg_catalog.pg_class AS t ON t.oid = r.relation
         JOIN pg_catalog.pg_namespace AS tn ON tn.oid = t.relnamespace
         LEFT JOIN pg_catalog.pg_class AS c ON c.oid = r.index
         LEFT JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
         LEFT JOIN pg_catalog.pg_index AS i ON i.indexrelid = r.index
         LEFT JOIN pg_catalog.pg_constraint AS k ON k.conindid = r.index AND k.contype IN ('p', 'u', 'x')
         CROSS JOIN may AS m
    WHERE (m.read_all_stats OR m.monitor OR pg_catalog.pg_has_role(t.relowner, 'USAGE')
           OR perfadvisor.may_select(t.oid))
      -- what was dropped since
      AND (r.index IS NULL OR perfadvisor.may_select(r.index) IS NOT NULL)
      -- what is not used here may be used elsewhere
      AND NOT (r.problem = 'unused' AND EXISTS (SELECT FROM elsewhere AS e
               WHERE e.index = pg_catalog.format('%I.%I', n.nspname, c.relname) AND e.scans > 0))
)
SELECT n.index::pg_catalog.regclass, n.relation::pg_catalog.regclass, n.problem, n.covered_by::pg_catalog.regclass,
       n.index_bytes, n.scans,
       CASE WHEN n.problem = 'unknown' THEN NULL
            WHEN n.problem = 'bloated' OR (n.problem = 'invalid' AND NOT n.leftover) THEN
                pg_catalog.format(CASE WHEN n.plain_reindex OR n.contype = 'x' THEN 'REINDEX INDEX %s' ELSE 'REINDEX INDEX CONCURRENTLY %s' END, n.name)
            WHEN n.conname IS NOT NULL THEN pg_catalog.format('ALTER TABLE %s DROP CONSTRAINT %I', n.table_name, n.conname)
            WHEN n.relkind = 'I' THEN pg_catalog.format('DROP INDEX %s', n.name)
            ELSE pg_catalog.format('DROP INDEX CONCURRENTLY %s', n.name) END,
       CASE WHEN n.problem IN ('unknown', 'bloated', 'invalid') AND NOT n.leftover THEN NULL
            WHEN n.conname IS NOT NULL THEN pg_catalog.format('ALTER TABLE %s ADD CONSTRAINT %I ', n.table_name, n.conname) || n.condef
            ELSE n.creation END,
       CASE n.problem
            WHEN 'unknown' THEN 'the table or one of its indexes is locked by another session, and was not waited for'
            WHEN 'duplicate' THEN pg_catalog.format('it is defined like %s, which stays%s; %s scans of it', n.cover,
                CASE WHEN n.indisunique THEN ' and is unique as well' ELSE '' END, n.scans)
            WHEN 'redundant' THEN pg_catalog.format('%s begins with the same columns and stays; %s scans of it', n.cover, n.scans)
            WHEN 'unused' THEN pg_catalog.format('no scan since %s, %s',
                COALESCE('the statistics were reset at ' || u.since::text, 'statistics of this database began, which were never reset'), n.size)
                || COALESCE(', and none on ' || k.sources, '')
            WHEN 'bloated' THEN pg_catalog.format('it has %s; built anew it would have about %s by the statistics of its table',
                n.size, pg_catalog.pg_size_pretty(n.expected_bytes))
            WHEN 'invalid' THEN CASE
                WHEN n.covered_by IS NOT NULL THEN pg_catalog.format('it is not valid, so no query reads it but all writes pay for it, and %s is defined alike; nothing is building it', n.cover)
                WHEN n.leftover THEN 'it was left behind by a concurrent build or drop that failed; nothing is building it'
                ELSE 'it is not valid, so no query reads it but all writes pay for it; nothing is building it' END
            END
       || CASE WHEN n.last_scan IS NOT NULL THEN ', the last one at ' || n.last_scan::text ELSE '' END
       || CASE WHEN n.problem NOT IN ('duplicate', 'redundant', 'unused') OR n.planned IS NULL THEN ''
               WHEN n.statements = 0 THEN '; nothing is recorded in this database that could have been planned without it'
               WHEN n.planned = 0 THEN pg_catalog.format('; none of the %s recorded statements looks at its table', n.statements)
               WHEN n.planned = 1 THEN '; the one recorded statement that looks at its table was planned without it and got no dearer (by more than 1 %)'
               ELSE pg_catalog.format('; all %s recorded statements that look at its table were planned without it, and none got dearer (by more than 1 %%)', n.planned) END,
       NULLIF(pg_catalog.concat_ws('; ',
           CASE WHEN (n.problem NOT IN ('unknown', 'bloated', 'invalid') OR n.leftover) AND (n.creation IS NULL OR n.conname IS NOT NULL AND n.condef IS NULL) THEN
               'its table is locked by another session, so what would bring it back is not known: ask again before dropping it' END,
           CASE WHEN n.problem IN ('redundant', 'unused') AND n.statements = 0 THEN 'let the application run for a while with perfadvisor loaded, then ask again' END,
           CASE WHEN n.problem = 'unused' AND u.since IS NULL THEN 'since when scans are counted is not known, nor the age of the index: what runs once a month or a year may need it' END,
           CASE WHEN n.problem = 'unused' AND u.days < 30 THEN
               pg_catalog.format('scans are counted for %s days only: what runs once a month or a year may need it', pg_catalog.round(u.days::numeric, 1)) END,
           CASE WHEN n.problem IN ('redundant', 'unused') AND n.unplanned > 0 THEN
               pg_catalog.format('%s recorded statements could not be planned again (see perfadvisor.unadvised_statements)', n.unplanned) END,
           CASE WHEN n.problem IN ('redundant', 'unused') AND NOT m.read_all_stats THEN
               'only statements of roles whose privileges you have were planned: ask as a member of pg_read_all_stats' END,
           CASE WHEN n.problem IN ('duplicate', 'redundant', 'unused') AND n.expression_statistics THEN
               'the planner has statistics of its expression, which go with it; CREATE STATISTICS on the expression keeps them' END,
           CASE WHEN n.problem IN ('redundant', 'unused') AND u.standbys IS NOT NULL THEN
               pg_catalog.format('standbys are connected (%s), whose scans are not known here: see pg_stat_user_indexes there, or add_source()', u.standbys) END,
           CASE WHEN n.problem IN ('redundant', 'unused') AND u.idle_slots IS NOT NULL THEN
               pg_catalog.format('standbys not connected now (slots %s) may scan it', u.idle_slots) END,
           CASE WHEN u.standby THEN 'this is a standby: scans are its own, and the statement is for the primary' END,
           CASE WHEN n.problem IN ('duplicate', 'redundant', 'unused') AND n.relkind = 'I' THEN
               'it goes with the indexes of all partitions, for a moment under ACCESS EXCLUSIVE on all of them (set lock_timeout); undo_sql blocks writes while it builds' END,
           CASE WHEN n.problem = 'duplicate' AND n.conname IS NOT NULL THEN
               pg_catalog.format('ALTER TABLE takes ACCESS EXCLUSIVE for a moment (set lock_timeout), undo_sql while it builds; statements that name the constraint %I (ON CONFLICT ON CONSTRAINT) would fail', n.conname) END,
           CASE WHEN n.problem = 'invalid' AND n.indisunique AND NOT n.leftover THEN
               'it is unique: as long as there are duplicates, rebuilding fails again' END,
           CASE WHEN n.problem = 'invalid' AND n.plain_reindex THEN 'an exclusion constraint cannot be rebuilt concurrently: writes are blocked while it builds' END,
           CASE WHEN n.problem = 'bloated' THEN
               'the size of a new one is an estimate; both have to fit while it is built' END), '')
FROM named AS n CROSS JOIN usage AS u CROSS JOIN may AS m CROSS JOIN known AS k
ORDER BY pg_catalog.array_position(ARRAY['invalid', 'duplicate', 'redundant', 'unused', 'bloated', 'unknown'], n.problem),
         n.index_bytes DESC NULLS LAST, n.name, n.table_name;
END;

COMMENT ON FUNCTION perfadvisor.index_cleanup() IS 'Rows of the view index_cleanup';

CREATE VIEW perfadvisor.index_cleanup AS
    SELECT c.index, c.relation, c.problem, c.covered_by, c.index_bytes, c.scans,
           c.ddl, c.undo_sql, c.evidence, c.caveat
    FROM perfadvisor.index_cleanup() AS c;

COMMENT ON VIEW perfadvisor.index_cleanup IS
'Existing indexes of this database to drop or rebuild, with evidence from the recorded workload';
COMMENT ON COLUMN perfadvisor.index_cleanup.index IS 'The index; NULL where the table could not be looked at';
COMMENT ON COLUMN perfadvisor.index_cleanup.relation IS 'Its table';
COMMENT ON COLUMN perfadvisor.index_cleanup.problem IS 'invalid, duplicate, redundant, unused, bloated, or unknown where the table is locked';
COMMENT ON COLUMN perfadvisor.index_cleanup.covered_by IS 'Index that stays and takes its place';
COMMENT ON COLUMN perfadvisor.index_cleanup.index_bytes IS 'Size of the index, with those of all partitions';
COMMENT ON COLUMN perfadvisor.index_cleanup.scans IS 'Scans since the statistics of this database were reset';
COMMENT ON COLUMN perfadvisor.index_cleanup.ddl IS 'Statement to run, outside of a transaction block';
COMMENT ON COLUMN perfadvisor.index_cleanup.undo_sql IS 'Statement that brings the index back; NULL where nothing is lost, or a lock would have to be waited for';
COMMENT ON COLUMN perfadvisor.index_cleanup.evidence IS 'What the judgement rests on, with its numbers';
COMMENT ON COLUMN perfadvisor.index_cleanup.caveat IS 'What could not be known, and what the statement locks';

