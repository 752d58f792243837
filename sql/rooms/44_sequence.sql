
-- health: sequences. Names that are not qualified are PostgreSQL's own.
SET LOCAL search_path = pg_catalog, pg_temp;

CREATE FUNCTION perfadvisor.read_sequence(sequence oid, OUT last_value bigint, OUT known boolean)
RETURNS record
AS 'MODULE_PATHNAME', 'pa_read_sequence'
LANGUAGE C STRICT VOLATILE PARALLEL RESTRICTED;

COMMENT ON FUNCTION perfadvisor.read_sequence(oid) IS
'The last value that a sequence has given out, NULL when none; unknown where the current role may not read it, or it is locked, which is not waited for';

-- As a function, whose rows the planner takes for few: with those of thousands of sequences JIT would compile findings for seconds.
CREATE FUNCTION perfadvisor.sequence_health(
    OUT check_name text, OUT object text, OUT status text, OUT message text, OUT why text,
    OUT last_value bigint, OUT bound bigint, OUT used_fraction double precision, OUT rows_per_day double precision, OUT days_left double precision,
    OUT evidence jsonb, OUT remedy_sql text, OUT verify_sql text, OUT undo_sql text, OUT lock_note text)
RETURNS SETOF record
LANGUAGE SQL VOLATILE PARALLEL RESTRICTED STRICT ROWS 100
SET search_path = pg_catalog, pg_temp SET jit = off
BEGIN ATOMIC
WITH sequences AS (
    SELECT c.oid, n.nspname, format('%I.%I', n.nspname, c.relname) AS object, s.seqtypid, s.seqincrement, s.seqmax, s.seqmin, s.seqstart, s.seqcycle,
           NOT r.known AS is_locked, perfadvisor.may_select(c.oid) AS may_read, r.last_value
    FROM pg_sequence AS s JOIN pg_class AS c ON c.oid = s.seqrelid JOIN pg_namespace AS n ON n.oid = c.relnamespace
         CROSS JOIN LATERAL perfadvisor.read_sequence(c.oid) AS r
    WHERE NOT pg_is_other_temp_schema(n.oid) AND n.nspname <> 'perfadvisor'
), owned AS (
    -- columns that own a sequence (serial, identity), or whose default asks one
    SELECT d.objid AS seqoid, d.refobjid AS relid, d.refobjsubid AS attnum, d.deptype = 'i' AS is_identity
    FROM pg_depend AS d JOIN pg_sequence AS s ON s.seqrelid = d.objid
    WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass AND d.refobjsubid > 0 AND d.deptype IN ('a', 'i')
    UNION
    SELECT d.refobjid, a.adrelid, a.adnum, false
    FROM pg_depend AS d JOIN pg_attrdef AS a ON a.oid = d.objid JOIN pg_sequence AS s ON s.seqrelid = d.refobjid
    WHERE d.classid = 'pg_attrdef'::regclass AND d.refclassid = 'pg_class'::regclass
), fed AS (
    SELECT s.*, o.relid, o.attnum, o.is_identity, t.attname, t.atttypid,
           CASE WHEN c.oid IS NOT NULL THEN format('%I.%I', n.nspname, c.relname) END AS relation,
           CASE t.atttypid WHEN 'int2'::regtype THEN 32767 WHEN 'int4'::regtype THEN 2147483647 ELSE 9223372036854775807 END AS column_max
    FROM sequences AS s LEFT JOIN owned AS o ON o.seqoid = s.oid
         LEFT JOIN pg_class AS c ON c.oid = o.relid LEFT JOIN pg_namespace AS n ON n.oid = c.relnamespace
         LEFT JOIN pg_attribute AS t ON t.attrelid = o.relid AND t.attnum = o.attnum
), bounded AS (
    SELECT f.*, LEAST(f.seqmax, f.column_max) AS high, GREATEST(f.seqmin, - f.column_max - 1::numeric) AS low,
           f.column_max < f.seqmax AND f.seqincrement > 0 AS column_is_less
    FROM fed AS f
), observed AS (
    SELECT CASE WHEN r.since < clock_timestamp() - interval '1 hour'
                THEN EXTRACT(epoch FROM clock_timestamp() - r.since) / 86400 END AS days
    FROM (SELECT perfadvisor.counted_since() AS since) AS r
), used AS (
    SELECT b.*,
           CASE WHEN b.seqincrement > 0 THEN (b.last_value::numeric - LEAST(b.seqstart, b.last_value) + 1) / (b.high::numeric - LEAST(b.seqstart, b.last_value) + 1)
                ELSE (GREATEST(b.seqstart, b.last_value) - b.last_value::numeric + 1) / (GREATEST(b.seqstart, b.last_value) - b.low::numeric + 1) END AS fraction,
           CASE WHEN b.seqincrement > 0 THEN b.high::numeric - b.last_value ELSE b.last_value::numeric - b.low END AS left_over,
           -- rows inserted a day since the statistics were reset
           pg_stat_get_tuples_inserted(b.relid) / w.days AS rows_per_day
    FROM bounded AS b CROSS JOIN observed AS w
), referring AS (
    -- once for all sequences
    SELECT f.confrelid AS relid, k.attnum, jsonb_agg(format('%I.%I.%I', n.nspname, c.relname, a.attname) ORDER BY n.nspname, c.relname, a.attname) AS columns
    FROM pg_constraint AS f CROSS JOIN LATERAL ROWS FROM (unnest(f.confkey), unnest(f.conkey)) AS k(attnum, own)
         JOIN pg_class AS c ON c.oid = f.conrelid JOIN pg_namespace AS n ON n.oid = c.relnamespace
         JOIN pg_attribute AS a ON a.attrelid = f.conrelid AND a.attnum = k.own
    WHERE f.contype = 'f'
    GROUP BY f.confrelid, k.attnum
), judged AS (
    SELECT u.*, u.left_over / NULLIF(u.rows_per_day * abs(u.seqincrement), 0) AS days_left,
           u.seqcycle AND NOT u.column_is_less AS goes_round
    FROM used AS u
), stated AS (
    SELECT j.*,
           CASE WHEN j.is_locked OR NOT j.may_read THEN 'unknown'
                WHEN j.last_value IS NULL OR j.goes_round THEN 'ok'
                WHEN j.fraction >= 0.9 OR (j.days_left < 30 AND j.fraction >= 0.1) THEN 'critical'
                WHEN j.fraction >= 0.75 OR (j.days_left < 365 AND j.fraction >= 0.1) THEN 'warning'
                WHEN j.fraction >= 0.5 THEN 'info' ELSE 'ok' END AS status,
           CASE WHEN j.attname IS NULL THEN j.object ELSE format('%s.%I', j.relation, j.attname) END AS feeds,
           j.atttypid IN ('int2'::regtype, 'int4'::regtype) AS column_is_small,
           j.seqtypid IN ('int2'::regtype, 'int4'::regtype) AS sequence_is_small,
           count(*) FILTER (WHERE NOT j.may_read) OVER () AS hidden
    FROM judged AS j
)
SELECT 'exhaustion' AS check_name,
       s.object || CASE WHEN s.attname IS NULL THEN '' ELSE ' for ' || s.feeds END AS object,
       s.status,
       CASE WHEN NOT s.may_read THEN format('The last value of sequence %s cannot be told: the current role may neither use nor select from it.', s.object)
            WHEN s.is_locked THEN format('The last value of sequence %s cannot be told: another session has locked it, or it is not on this standby.', s.object)
            WHEN s.last_value IS NULL THEN format('Sequence %s has not been used.', s.object)
            WHEN s.goes_round THEN format('Sequence %s begins anew at its end.', s.object)
            ELSE format('Sequence %s is at %s of %s%s, %s %% used%s (worth a look from 50 %%, a warning from 75 %% or under 365 days, critical from 90 %% or under 30 days).',
                     s.object, s.last_value, CASE WHEN s.seqincrement > 0 THEN s.high ELSE s.low END,
                     CASE WHEN s.column_is_less THEN format(', which is all that column %s can hold', s.feeds) ELSE '' END,
                     round(100 * s.fraction, 1),
                     CASE WHEN s.days_left IS NOT NULL THEN format(', %s days left at %s rows a day', floor(LEAST(s.days_left, 99999)), round(s.rows_per_day)) ELSE '' END) END AS message,
       'After the last value every INSERT that asks for the next one fails.' AS why,
       s.last_value, CASE WHEN s.seqincrement > 0 THEN s.high ELSE s.low END::bigint AS bound, s.fraction::double precision AS used_fraction,
       s.rows_per_day::double precision AS rows_per_day, s.days_left::double precision AS days_left,
       jsonb_build_object('sequence', s.object, 'column', s.feeds, 'last_value', s.last_value, 'bound', CASE WHEN s.seqincrement > 0 THEN s.high ELSE s.low END,
           'increment', s.seqincrement, 'sequence_type', format_type(s.seqtypid, NULL), 'column_type', format_type(s.atttypid, NULL),
           'rows_per_day', s.rows_per_day, 'days_left', s.days_left,
           'referenced_by', CASE WHEN s.column_is_small AND s.status IN ('info', 'warning', 'critical') THEN r.columns END) AS evidence,
       CASE WHEN s.status = 'unknown' AND NOT s.may_read THEN format('GRANT SELECT ON SEQUENCE %s TO %I', s.object, CURRENT_USER)
            WHEN s.status NOT IN ('info', 'warning', 'critical') THEN NULL
            WHEN s.column_is_small THEN format('ALTER TABLE %s ALTER COLUMN %I TYPE bigint', s.relation, s.attname)
                || CASE WHEN s.sequence_is_small THEN format(E';\nALTER SEQUENCE %s AS bigint', s.object) ELSE '' END
            WHEN s.sequence_is_small THEN format('ALTER SEQUENCE %s AS bigint', s.object)
            WHEN s.seqincrement > 0 AND s.seqmax < 9223372036854775807 THEN format('ALTER SEQUENCE %s NO MAXVALUE', s.object)
            WHEN s.seqincrement < 0 AND s.seqmin > -9223372036854775808 THEN format('ALTER SEQUENCE %s NO MINVALUE', s.object) END AS remedy_sql,
       CASE WHEN s.status IN ('info', 'warning', 'critical')
            THEN format('SELECT bool_and(status = ''ok'') FROM perfadvisor.sequence_health WHERE object = %L', s.object || CASE WHEN s.attname IS NULL THEN '' ELSE ' for ' || s.feeds END) END AS verify_sql,
       CASE WHEN s.status NOT IN ('info', 'warning', 'critical') THEN NULL
            WHEN s.column_is_small THEN format('ALTER TABLE %s ALTER COLUMN %I TYPE %s', s.relation, s.attname, format_type(s.atttypid, NULL))
                || CASE WHEN s.sequence_is_small THEN format(E';\nALTER SEQUENCE %s AS %s', s.object, format_type(s.seqtypid, NULL)) ELSE '' END
            WHEN s.sequence_is_small THEN format('ALTER SEQUENCE %s AS %s', s.object, format_type(s.seqtypid, NULL))
            WHEN s.seqincrement > 0 THEN format('ALTER SEQUENCE %s MAXVALUE %s', s.object, s.seqmax)
            ELSE format('ALTER SEQUENCE %s MINVALUE %s', s.object, s.seqmin) END AS undo_sql,
       CASE WHEN s.status NOT IN ('info', 'warning', 'critical') THEN NULL
            WHEN s.column_is_small THEN 'ACCESS EXCLUSIVE while the whole table and its indexes are rewritten; on a large table add a bigint column, fill it in batches and swap. Columns that refer to it need the same first.'
            ELSE 'SHARE ROW EXCLUSIVE on the sequence, for a moment.' END AS lock_note
FROM stated AS s LEFT JOIN referring AS r ON r.relid = s.relid AND r.attnum = s.attnum
WHERE s.may_read OR s.hidden <= 10
UNION ALL
-- one line instead of thousands
SELECT 'exhaustion', 'sequences that this role may not read', 'unknown',
       format('The last values of %s sequences cannot be told: the current role may neither use nor select from them.', count(DISTINCT s.oid)),
       'After the last value every INSERT that asks for the next one fails.', NULL, NULL, NULL, NULL, NULL,
       jsonb_build_object('sequences', count(DISTINCT s.oid), 'lacks', 'SELECT on the sequences'),
       string_agg(DISTINCT format('GRANT SELECT ON ALL SEQUENCES IN SCHEMA %I TO %I', s.nspname, CURRENT_USER), E';\n'), NULL,
       string_agg(DISTINCT format('REVOKE SELECT ON ALL SEQUENCES IN SCHEMA %I FROM %I', s.nspname, CURRENT_USER), E';\n'),
       'No lock. Sequences that are created later need it again; pg_read_all_data, which reads all tables, does not. REVOKE takes back also what was granted on some of them before.'
FROM stated AS s
WHERE NOT s.may_read AND s.hidden > 10
HAVING count(*) > 0;
END;

COMMENT ON FUNCTION perfadvisor.sequence_health() IS 'Rows of the view sequence_health';

CREATE VIEW perfadvisor.sequence_health AS
    SELECT h.check_name, h.object, h.status, h.message, h.why, h.last_value, h.bound, h.used_fraction, h.rows_per_day, h.days_left,
           h.evidence, h.remedy_sql, h.verify_sql, h.undo_sql, h.lock_note
    FROM perfadvisor.sequence_health() AS h;

COMMENT ON VIEW perfadvisor.sequence_health IS 'Sequences, and the columns that they fill, in the current database: how near their end';
COMMENT ON COLUMN perfadvisor.sequence_health.check_name IS 'exhaustion';
COMMENT ON COLUMN perfadvisor.sequence_health.object IS 'The sequence, and the column that it fills';
COMMENT ON COLUMN perfadvisor.sequence_health.status IS 'ok, info, warning, critical or unknown';
COMMENT ON COLUMN perfadvisor.sequence_health.message IS 'What was found, with the number and its threshold';
COMMENT ON COLUMN perfadvisor.sequence_health.why IS 'Why it matters';
COMMENT ON COLUMN perfadvisor.sequence_health.last_value IS 'The last value that was given out; NULL when none was, or when unknown';
COMMENT ON COLUMN perfadvisor.sequence_health.bound IS 'The last value that sequence and column can have';
COMMENT ON COLUMN perfadvisor.sequence_health.used_fraction IS 'Share of the values between the start and the bound that are used up';
COMMENT ON COLUMN perfadvisor.sequence_health.rows_per_day IS 'Rows inserted into the table a day since the statistics were reset; NULL when that is not known or was less than an hour ago';
COMMENT ON COLUMN perfadvisor.sequence_health.days_left IS 'Days until the bound at that rate';
COMMENT ON COLUMN perfadvisor.sequence_health.evidence IS 'Numbers, types, and columns that refer to this one';
COMMENT ON COLUMN perfadvisor.sequence_health.remedy_sql IS 'What mends it; of an unknown, what would show it';
COMMENT ON COLUMN perfadvisor.sequence_health.verify_sql IS 'Returns true when it is mended';
COMMENT ON COLUMN perfadvisor.sequence_health.undo_sql IS 'Takes the remedy back, as long as the values still fit';
COMMENT ON COLUMN perfadvisor.sequence_health.lock_note IS 'Lock that the remedy takes';
