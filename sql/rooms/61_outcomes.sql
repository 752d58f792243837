-- ---------------------------------------------------------------------------
-- What became of advice

CREATE FUNCTION perfadvisor.published_advice() RETURNS text
LANGUAGE C VOLATILE PARALLEL UNSAFE STRICT
AS 'MODULE_PATHNAME', 'pa_published_advice';

COMMENT ON FUNCTION perfadvisor.published_advice() IS
'The latest advice for the recorded workload of this database that any session has searched for, as a JSON document; NULL if there is none since the server started, and for roles without the privileges of pg_read_all_stats';

CREATE FUNCTION perfadvisor.index_serving(relation regclass, ddl text) RETURNS regclass
LANGUAGE C VOLATILE PARALLEL UNSAFE STRICT
AS 'MODULE_PATHNAME', 'pa_index_serving';

COMMENT ON FUNCTION perfadvisor.index_serving(regclass, text) IS
'A valid index that does what a CREATE INDEX statement would do; NULL if there is none, or the relation is locked by another session';

CREATE TABLE perfadvisor.advice_log (
    advice_id text PRIMARY KEY,
    relation text NOT NULL,
    ddl text NOT NULL,
    access_method text,
    kind text,
    reason text,
    undo_sql text,
    queryids bigint[] NOT NULL,
    saved_per_call double precision NOT NULL,
    time_saved double precision NOT NULL,
    remaining double precision NOT NULL,
    write_cost double precision NOT NULL,
    workload_gain double precision NOT NULL,
    index_bytes bigint,
    confidence double precision,
    first_advised timestamptz NOT NULL,
    last_advised timestamptz NOT NULL,
    index text,
    noted_at timestamptz,
    snapshot_id bigint,
    at_once boolean
);

COMMENT ON TABLE perfadvisor.advice_log IS 'Advice for the recorded workload, kept to be compared with what happened';
COMMENT ON COLUMN perfadvisor.advice_log.advice_id IS 'The advice, as in index_advice';
COMMENT ON COLUMN perfadvisor.advice_log.relation IS 'Its table';
COMMENT ON COLUMN perfadvisor.advice_log.ddl IS 'The statement that creates the index';
COMMENT ON COLUMN perfadvisor.advice_log.access_method IS 'As in index_advice';
COMMENT ON COLUMN perfadvisor.advice_log.kind IS 'As in index_advice';
COMMENT ON COLUMN perfadvisor.advice_log.reason IS 'As in index_advice';
COMMENT ON COLUMN perfadvisor.advice_log.undo_sql IS 'As in index_advice';
COMMENT ON COLUMN perfadvisor.advice_log.queryids IS 'Statements that would use the index';
COMMENT ON COLUMN perfadvisor.advice_log.saved_per_call IS 'Predicted: ms that a call of these statements saves, on average';
COMMENT ON COLUMN perfadvisor.advice_log.time_saved IS 'Predicted: ms per hour';
COMMENT ON COLUMN perfadvisor.advice_log.remaining IS 'Predicted by the planner''s costs alone: share of the statements'' time that remains, 0 to 1';
COMMENT ON COLUMN perfadvisor.advice_log.write_cost IS 'Predicted: ms per hour that writes take longer';
COMMENT ON COLUMN perfadvisor.advice_log.workload_gain IS 'Predicted: share of the recorded time';
COMMENT ON COLUMN perfadvisor.advice_log.index_bytes IS 'Predicted size';
COMMENT ON COLUMN perfadvisor.advice_log.confidence IS 'As in index_advice';
COMMENT ON COLUMN perfadvisor.advice_log.first_advised IS 'When it was advised first';
COMMENT ON COLUMN perfadvisor.advice_log.last_advised IS 'And last';
COMMENT ON COLUMN perfadvisor.advice_log.index IS 'Index that does what was advised, once there is one';
COMMENT ON COLUMN perfadvisor.advice_log.noted_at IS 'When that was noticed';
COMMENT ON COLUMN perfadvisor.advice_log.snapshot_id IS 'By which snapshot';
COMMENT ON COLUMN perfadvisor.advice_log.at_once IS 'True when that snapshot was taken because of the index, so that what it counts ran before';

SELECT pg_catalog.pg_extension_config_dump('perfadvisor.advice_log', '');

CREATE FUNCTION perfadvisor.note_advice(snapshot_id bigint)
RETURNS void
LANGUAGE SQL VOLATILE PARALLEL UNSAFE STRICT
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
WITH published AS MATERIALIZED (
    SELECT perfadvisor.published_advice()::jsonb AS document
), advised AS MATERIALIZED (
    SELECT DISTINCT ON (r.advice_id) r.*, (p.document ->> 'made_at')::timestamptz AS made_at,
           COALESCE((p.document ->> 'hours')::double precision, 0) AS hours,
           n.nspname, c.relname
    FROM published AS p
         CROSS JOIN LATERAL pg_catalog.jsonb_to_recordset(p.document -> 'rows') AS r(
             advice_id text, step integer, relation oid, ddl text, access_method text, kind text,
             time_saved double precision, remaining double precision, write_cost double precision, workload_gain double precision,
             index_bytes bigint, confidence double precision, reason text, undo_sql text, queryids jsonb)
         JOIN pg_catalog.pg_class AS c ON c.oid = r.relation
         JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
    WHERE r.ddl ~* '^create (unique )?index '
    ORDER BY r.advice_id, r.step
)
INSERT INTO perfadvisor.advice_log AS l (advice_id, relation, ddl, access_method, kind, reason, undo_sql, queryids,
    saved_per_call, time_saved, remaining, write_cost, workload_gain, index_bytes, confidence, first_advised, last_advised)
SELECT a.advice_id, pg_catalog.format('%I.%I', a.nspname, a.relname), a.ddl, a.access_method, a.kind, a.reason, a.undo_sql,
       ARRAY(SELECT q.id::bigint FROM pg_catalog.jsonb_array_elements_text(a.queryids) AS q(id)),
       COALESCE(a.time_saved * a.hours / NULLIF(
           (SELECT pg_catalog.sum((s.value ->> 'calls')::bigint)
            FROM published AS p CROSS JOIN LATERAL pg_catalog.jsonb_array_elements(p.document -> 'statements') AS s(value)
            WHERE s.value ->> 'advice_id' = a.advice_id), 0), 0),
       a.time_saved, a.remaining, a.write_cost, a.workload_gain, a.index_bytes, a.confidence, a.made_at, a.made_at
FROM advised AS a
ON CONFLICT (advice_id) DO UPDATE
    SET last_advised = excluded.last_advised, relation = excluded.relation, ddl = excluded.ddl, reason = excluded.reason,
        undo_sql = excluded.undo_sql, queryids = excluded.queryids, saved_per_call = excluded.saved_per_call,
        time_saved = excluded.time_saved, remaining = excluded.remaining, write_cost = excluded.write_cost, workload_gain = excluded.workload_gain,
        index_bytes = excluded.index_bytes, confidence = excluded.confidence,
        index = NULL, noted_at = NULL, snapshot_id = NULL, at_once = NULL
    WHERE excluded.last_advised > l.last_advised
      -- advised again after its index had been there: it was dropped
      AND (l.noted_at IS NULL OR excluded.last_advised > l.noted_at);

UPDATE perfadvisor.advice_log AS l
SET index = s.name, noted_at = n.taken_at, snapshot_id = n.snapshot_id, at_once = n.index_change
FROM perfadvisor.snapshot_log AS n,
     (SELECT o.advice_id,
             pg_catalog.format('%I.%I', ns.nspname, c.relname) AS name
      FROM perfadvisor.advice_log AS o
           CROSS JOIN LATERAL perfadvisor.find_relation(o.relation) AS t(oid)
           CROSS JOIN LATERAL perfadvisor.index_serving(t.oid, o.ddl) AS i(oid)
           JOIN pg_catalog.pg_class AS c ON c.oid = i.oid
           JOIN pg_catalog.pg_namespace AS ns ON ns.oid = c.relnamespace
           JOIN pg_catalog.pg_index AS x ON x.indexrelid = i.oid
      -- not one that was there when it was advised, nor, once one is known, an older one
      WHERE o.index IS DISTINCT FROM pg_catalog.format('%I.%I', ns.nspname, c.relname)
        AND (EXISTS (SELECT FROM perfadvisor.events AS e
                     WHERE e.kind = 'index_created' AND e.noted_at >= COALESCE(o.noted_at, o.first_advised)
                       AND e.object = pg_catalog.format('%I.%I', ns.nspname, c.relname))
             OR (o.index IS NULL AND NOT x.indisunique AND NOT EXISTS (SELECT FROM perfadvisor.snapshot_log AS b
                                                   WHERE b.taken_at <= o.first_advised)))) AS s
WHERE n.snapshot_id = note_advice.snapshot_id AND s.advice_id = l.advice_id;
END;

COMMENT ON FUNCTION perfadvisor.note_advice(bigint) IS
'Keeps the advice that was searched for since the last snapshot, and notices indexes that do what was advised';

CREATE FUNCTION perfadvisor.advice_outcomes()
RETURNS TABLE (
    advice_id text, index regclass, relation regclass, created_at timestamptz,
    predicted_gain double precision, measured_gain double precision,
    mean_before double precision, mean_after double precision,
    calls_before bigint, calls_after bigint, scans bigint, verdict text,
    certainty double precision, message text, ddl text, undo_sql text, queryids bigint[]
)
LANGUAGE SQL VOLATILE PARALLEL UNSAFE STRICT
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
WITH rushes AS MATERIALIZED (
    -- Of indexes that are created one right after the other, each ends a snapshot of a moment, in which those before it and
    -- it itself are there for a part of the time: what ran before the first of them is before all of them.
    SELECT r.snapshot_id, pg_catalog.max(r.snapshot_id) FILTER (WHERE NOT r.follows) OVER (ORDER BY r.snapshot_id) AS first_id
    FROM (SELECT l.snapshot_id, COALESCE(l.index_change AND l.taken_at - l.from_time < interval '5 seconds'
                     AND pg_catalog.lag(l.index_change) OVER (ORDER BY l.snapshot_id), false) AS follows
          FROM perfadvisor.snapshot_log AS l) AS r
), advised AS MATERIALIZED (
    SELECT l.*, i.oid AS index_oid, perfadvisor.find_relation(l.relation) AS relation_oid,
           pg_catalog.pg_stat_get_numscans(i.oid) AS scans, COALESCE(r.first_id, l.snapshot_id) AS first_id,
           -- scans of a partitioned index are counted in its partitions
           pg_catalog.pg_stat_get_numscans(i.oid) = 0 AND x.relkind = 'i'
               AND COALESCE(pg_catalog.pg_stat_get_db_stat_reset_time(d.oid) < l.noted_at, true) AS never_read
    FROM perfadvisor.advice_log AS l
         JOIN pg_catalog.pg_database AS d ON d.datname = pg_catalog.current_database()
         CROSS JOIN LATERAL perfadvisor.find_relation(l.index) AS i(oid)
         LEFT JOIN pg_catalog.pg_class AS x ON x.oid = i.oid
         LEFT JOIN rushes AS r ON r.snapshot_id = l.snapshot_id
    WHERE l.index IS NOT NULL AND i.oid IS NOT NULL
), eras AS MATERIALIZED (
    -- the times between changes of indexes
    SELECT l.snapshot_id, pg_catalog.count(*) FILTER (WHERE l.index_change)
               OVER (ORDER BY l.snapshot_id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS era
    FROM perfadvisor.snapshot_log AS l
), counts AS MATERIALIZED (
    SELECT c.snapshot_id, e.era, c.statement_id, c.calls, c.total_exec_time, c.histogram
    FROM perfadvisor.snapshot_counts AS c JOIN eras AS e ON e.snapshot_id = c.snapshot_id
    UNION ALL
    SELECT 9223372036854775807, 9223372036854775807, p.statement_id, p.calls, p.total_exec_time, p.histogram FROM perfadvisor.pending_counts() AS p
), placed AS MATERIALIZED (
    SELECT a.advice_id, c.*,
           CASE WHEN c.snapshot_id < a.first_id OR (c.snapshot_id = a.first_id AND (a.at_once OR a.first_id < a.snapshot_id)) THEN 'before'
                WHEN c.snapshot_id <= a.snapshot_id THEN 'between'
                ELSE 'after' END AS side
    FROM advised AS a
         JOIN perfadvisor.snapshot_statements AS k ON k.queryid = ANY (a.queryids)
         JOIN counts AS c ON c.statement_id = k.statement_id
    WHERE c.calls > 0
), sides AS MATERIALIZED (
    -- of the time before, the last calls, since indexes were last changed: what was earlier may have been something else
    SELECT p.advice_id, p.statement_id, p.side,
           pg_catalog.sum(p.calls)::double precision AS calls, pg_catalog.sum(p.total_exec_time) AS time,
           perfadvisor.histogram_total(p.histogram) AS histogram
    FROM (SELECT p.*, COALESCE(pg_catalog.sum(p.calls) OVER (
                     PARTITION BY p.advice_id, p.statement_id, p.side ORDER BY p.snapshot_id DESC
                     ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS calls_later,
                 pg_catalog.max(p.era) OVER (PARTITION BY p.advice_id, p.statement_id, p.side) AS last_era
          FROM placed AS p) AS p
    WHERE p.side = 'after' OR (p.calls_later < 100 AND p.era = p.last_era)
    GROUP BY p.advice_id, p.statement_id, p.side
), statements AS MATERIALIZED (
    -- where nothing ran in the snapshots before, what ran until the index was noticed must do
    SELECT f.advice_id, f.statement_id,
           COALESCE(b.calls, m.calls) AS calls_before, COALESCE(b.time, m.time) / COALESCE(b.calls, m.calls) AS mean_before,
           COALESCE(b.histogram, m.histogram) AS histogram_before,
           f.calls AS calls_after, f.time / f.calls AS mean_after, f.histogram AS histogram_after
    FROM sides AS f
         LEFT JOIN sides AS b ON b.advice_id = f.advice_id AND b.statement_id = f.statement_id AND b.side = 'before'
         LEFT JOIN sides AS m ON m.advice_id = f.advice_id AND m.statement_id = f.statement_id AND m.side = 'between'
    WHERE f.side = 'after' AND (b.calls IS NOT NULL OR m.calls IS NOT NULL)
), shares AS MATERIALIZED (
    -- several indexes of one statement share what it gains, as predicted
    SELECT a.advice_id, k.statement_id,
           COALESCE(a.saved_per_call / NULLIF(pg_catalog.sum(a.saved_per_call) OVER (PARTITION BY k.statement_id), 0), 1) AS share
    FROM advised AS a JOIN perfadvisor.snapshot_statements AS k ON k.queryid = ANY (a.queryids)
), measured AS MATERIALIZED (
    -- both means are weighted by the calls afterwards, so that another mix of statements is no gain
    SELECT s.advice_id,
           pg_catalog.sum(s.calls_before)::bigint AS calls_before, pg_catalog.sum(s.calls_after)::bigint AS calls_after,
           pg_catalog.sum(s.mean_before * s.calls_after) / pg_catalog.sum(s.calls_after) AS mean_before,
           pg_catalog.sum(s.mean_after * s.calls_after) / pg_catalog.sum(s.calls_after) AS mean_after,
           pg_catalog.sum((s.mean_before - s.mean_after) * s.calls_after * h.share) AS saved,
           pg_catalog.sqrt(pg_catalog.sum(pg_catalog.power(s.calls_after * h.share, 2) * (
               pg_catalog.power(COALESCE(perfadvisor.histogram_deviation(s.histogram_before), s.mean_before), 2) / s.calls_before
               + pg_catalog.power(COALESCE(perfadvisor.histogram_deviation(s.histogram_after), s.mean_after), 2) / s.calls_after))) AS error
    FROM statements AS s JOIN shares AS h ON h.advice_id = s.advice_id AND h.statement_id = s.statement_id
    GROUP BY s.advice_id
), judged AS (
    SELECT a.*, m.calls_before, m.calls_after, m.mean_before, m.mean_after, m.saved, m.error,
           GREATEST(pg_catalog.date_part('epoch', pg_catalog.clock_timestamp() - a.noted_at), 1) / 3600 AS hours,
           CASE WHEN m.calls_after IS NULL OR m.calls_after < 5 OR m.calls_before < 1 THEN 'too early'
                -- what its statements gained is not the index's; but sessions tell late of their scans
                WHEN a.never_read AND a.noted_at < pg_catalog.clock_timestamp() - interval '1 minute' THEN 'not used'
                WHEN m.mean_before > 1.1 * m.mean_after AND m.saved > 2 * m.error THEN 'better'
                WHEN a.never_read THEN 'not used'
                WHEN m.mean_after > 1.1 * m.mean_before AND m.saved < -2 * m.error THEN 'worse'
                WHEN pg_catalog.abs(m.saved) <= 2 * m.error AND m.calls_after < 30 THEN 'too early'
                ELSE 'no change' END AS verdict
    FROM advised AS a LEFT JOIN measured AS m ON m.advice_id = a.advice_id
)
SELECT j.advice_id, j.index_oid::regclass, j.relation_oid::regclass, j.noted_at,
       CASE WHEN j.calls_after > 0 THEN j.saved_per_call * j.calls_after / j.hours ELSE j.time_saved END,
       j.saved / j.hours, j.mean_before, j.mean_after, COALESCE(j.calls_before, 0), COALESCE(j.calls_after, 0), j.scans, j.verdict,
       CASE WHEN j.error > 0 THEN 1 - pg_catalog.exp(-pg_catalog.power(LEAST(pg_catalog.abs(j.saved / j.error), 30), 2) / 2)
            WHEN j.error = 0 THEN 1.0 END,
       CASE j.verdict
           WHEN 'better' THEN pg_catalog.format('A call takes %s ms on average, %s ms before; predicted were %s ms.',
               pg_catalog.round(j.mean_after::numeric, 3), pg_catalog.round(j.mean_before::numeric, 3),
               pg_catalog.round(GREATEST(j.mean_before - j.saved_per_call, 0)::numeric, 3))
           WHEN 'worse' THEN pg_catalog.format('This advice was wrong: a call takes %s ms on average, %s ms before. Drop the index.',
               pg_catalog.round(j.mean_after::numeric, 3), pg_catalog.round(j.mean_before::numeric, 3))
           WHEN 'not used' THEN pg_catalog.format('The statements ran %s times since, and nothing has read the index. Analyze the table; if that does not change it, drop the index.', j.calls_after)
           WHEN 'no change' THEN pg_catalog.format('A call takes %s ms on average, %s ms before: the index does not help.',
               pg_catalog.round(j.mean_after::numeric, 3), pg_catalog.round(j.mean_before::numeric, 3))
           ELSE pg_catalog.format('The statements ran %s times since, which is not enough to tell.', COALESCE(j.calls_after, 0))
       END,
       j.ddl, pg_catalog.format('DROP INDEX CONCURRENTLY %s', j.index), j.queryids
FROM judged AS j
ORDER BY j.noted_at, j.advice_id;
END;

COMMENT ON FUNCTION perfadvisor.advice_outcomes() IS 'Rows of the view advice_outcomes';

CREATE VIEW perfadvisor.advice_outcomes AS
SELECT o.advice_id, o.index, o.relation, o.created_at, o.predicted_gain, o.measured_gain, o.mean_before, o.mean_after,
       o.calls_before, o.calls_after, o.scans, o.verdict, o.certainty, o.message, o.ddl, o.undo_sql, o.queryids
FROM perfadvisor.advice_outcomes() AS o;

COMMENT ON VIEW perfadvisor.advice_outcomes IS 'Advised indexes that now exist, under whatever name: what was predicted, what was measured';
COMMENT ON COLUMN perfadvisor.advice_outcomes.advice_id IS 'The advice, as it was in index_advice';
COMMENT ON COLUMN perfadvisor.advice_outcomes.index IS 'Index that does what was advised';
COMMENT ON COLUMN perfadvisor.advice_outcomes.relation IS 'Its table';
COMMENT ON COLUMN perfadvisor.advice_outcomes.created_at IS 'When it was noticed, about a second after it was created if the launcher runs';
COMMENT ON COLUMN perfadvisor.advice_outcomes.predicted_gain IS 'Milliseconds per hour that were predicted, for the calls since then';
COMMENT ON COLUMN perfadvisor.advice_outcomes.measured_gain IS 'Milliseconds per hour that are saved, for the same calls; NULL before there are any';
COMMENT ON COLUMN perfadvisor.advice_outcomes.mean_before IS 'Mean time of a call of the statements before, weighted by their calls since, ms';
COMMENT ON COLUMN perfadvisor.advice_outcomes.mean_after IS 'Mean time of a call since, ms';
COMMENT ON COLUMN perfadvisor.advice_outcomes.calls_before IS 'Calls that the time before is known from';
COMMENT ON COLUMN perfadvisor.advice_outcomes.calls_after IS 'Calls since';
COMMENT ON COLUMN perfadvisor.advice_outcomes.scans IS 'Scans of the index since statistics were reset';
COMMENT ON COLUMN perfadvisor.advice_outcomes.verdict IS 'better, no change, worse, not used, too early';
COMMENT ON COLUMN perfadvisor.advice_outcomes.certainty IS '0 to 1: how sure it is that the difference is none of chance';
COMMENT ON COLUMN perfadvisor.advice_outcomes.message IS 'The verdict in a sentence with its numbers';
COMMENT ON COLUMN perfadvisor.advice_outcomes.ddl IS 'What was advised';
COMMENT ON COLUMN perfadvisor.advice_outcomes.undo_sql IS 'Statement that drops the index';
COMMENT ON COLUMN perfadvisor.advice_outcomes.queryids IS 'Statements that it was advised for';

CREATE TABLE perfadvisor.advice_corrections (
    relation text PRIMARY KEY,
    factor double precision NOT NULL,
    outcomes integer NOT NULL,
    error double precision NOT NULL,
    noted_at timestamptz NOT NULL
);

COMMENT ON TABLE perfadvisor.advice_corrections IS 'What outcomes of advice say about predicted times, which later advice is corrected by';
COMMENT ON COLUMN perfadvisor.advice_corrections.relation IS 'The table; empty for the whole database, which is for tables that have no row';
COMMENT ON COLUMN perfadvisor.advice_corrections.factor IS 'Time that statements take after advice was followed, by what the planner''s costs predicted: median of the outcomes, at least 0.2, at most 5';
COMMENT ON COLUMN perfadvisor.advice_corrections.outcomes IS 'Outcomes that it is known from, three or more';
COMMENT ON COLUMN perfadvisor.advice_corrections.error IS 'Half of these outcomes are within this factor of what is predicted with the correction';
COMMENT ON COLUMN perfadvisor.advice_corrections.noted_at IS 'When it was calculated last';

CREATE FUNCTION perfadvisor.note_corrections()
RETURNS void
LANGUAGE SQL VOLATILE PARALLEL UNSAFE STRICT
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
-- A share of the time that remains and is small is mostly what a call takes that reads nothing: 0.02 more on both sides (as in correction.c).
WITH outcomes AS MATERIALIZED (
    SELECT l.relation, (LEAST(o.mean_after / o.mean_before, 1.5) + 0.02) / (l.remaining + 0.02) AS ratio
    FROM (SELECT 1 WHERE EXISTS (SELECT FROM perfadvisor.advice_log AS a WHERE a.index IS NOT NULL)) AS w
         CROSS JOIN LATERAL perfadvisor.advice_outcomes() AS o
         JOIN perfadvisor.advice_log AS l ON l.advice_id = o.advice_id
    WHERE o.verdict <> 'too early' AND o.mean_before > 0
), factors AS MATERIALIZED (
    SELECT COALESCE(o.relation, '') AS relation, pg_catalog.count(*)::integer AS outcomes,
           LEAST(GREATEST(pg_catalog.percentile_cont(0.5) WITHIN GROUP (ORDER BY o.ratio), 0.2), 5) AS factor
    FROM outcomes AS o
    GROUP BY GROUPING SETS ((o.relation), ())
    HAVING pg_catalog.count(*) >= 3
), corrections AS MATERIALIZED (
    SELECT f.relation, f.factor, f.outcomes,
           (SELECT pg_catalog.exp(pg_catalog.percentile_cont(0.5) WITHIN GROUP (ORDER BY pg_catalog.abs(pg_catalog.ln(o.ratio / f.factor))))
            FROM outcomes AS o WHERE f.relation IN (o.relation, '')) AS error
    FROM factors AS f
), gone AS (
    DELETE FROM perfadvisor.advice_corrections AS c
    WHERE NOT EXISTS (SELECT FROM corrections AS n WHERE n.relation = c.relation)
)
INSERT INTO perfadvisor.advice_corrections AS c (relation, factor, outcomes, error, noted_at)
SELECT n.relation, n.factor, n.outcomes, n.error, pg_catalog.now() FROM corrections AS n
ON CONFLICT (relation) DO UPDATE
    SET factor = excluded.factor, outcomes = excluded.outcomes, error = excluded.error, noted_at = excluded.noted_at
    WHERE (c.factor, c.outcomes) IS DISTINCT FROM (excluded.factor, excluded.outcomes);
END;

COMMENT ON FUNCTION perfadvisor.note_corrections() IS
'Calculates anew what outcomes of advice say about predicted times';

CREATE VIEW perfadvisor.advice_record AS
SELECT pg_catalog.count(*) AS advised,
       pg_catalog.count(o.advice_id) AS created,
       pg_catalog.count(*) FILTER (WHERE o.verdict = 'better') AS better,
       pg_catalog.count(*) FILTER (WHERE o.verdict = 'no change') AS no_change,
       pg_catalog.count(*) FILTER (WHERE o.verdict = 'worse') AS worse,
       pg_catalog.count(*) FILTER (WHERE o.verdict = 'not used') AS not_used,
       pg_catalog.sum(o.predicted_gain) FILTER (WHERE o.verdict <> 'too early') AS predicted_gain,
       pg_catalog.sum(o.measured_gain) FILTER (WHERE o.verdict <> 'too early') AS measured_gain,
       pg_catalog.percentile_cont(0.5) WITHIN GROUP (ORDER BY o.measured_gain / NULLIF(o.predicted_gain, 0))
           FILTER (WHERE o.verdict <> 'too early') AS median_ratio,
       (SELECT c.factor FROM perfadvisor.advice_corrections AS c WHERE c.relation OPERATOR(pg_catalog.=) '') AS correction,
       (SELECT c.error FROM perfadvisor.advice_corrections AS c WHERE c.relation OPERATOR(pg_catalog.=) '') AS correction_error,
       (SELECT pg_catalog.count(*) FROM perfadvisor.advice_corrections AS c WHERE c.relation OPERATOR(pg_catalog.<>) '') AS corrected_tables
FROM perfadvisor.advice_log AS l
     LEFT JOIN perfadvisor.advice_outcomes() AS o ON o.advice_id = l.advice_id;

COMMENT ON VIEW perfadvisor.advice_record IS 'How good the advice was so far in this database';
COMMENT ON COLUMN perfadvisor.advice_record.advised IS 'Indexes that were advised';
COMMENT ON COLUMN perfadvisor.advice_record.created IS 'Of these, indexes that exist now';
COMMENT ON COLUMN perfadvisor.advice_record.better IS 'Of these, that made their statements faster';
COMMENT ON COLUMN perfadvisor.advice_record.no_change IS 'That changed nothing';
COMMENT ON COLUMN perfadvisor.advice_record.worse IS 'That made their statements slower';
COMMENT ON COLUMN perfadvisor.advice_record.not_used IS 'That nothing has read';
COMMENT ON COLUMN perfadvisor.advice_record.predicted_gain IS 'Predicted, all together, ms per hour';
COMMENT ON COLUMN perfadvisor.advice_record.measured_gain IS 'Measured, all together, ms per hour';
COMMENT ON COLUMN perfadvisor.advice_record.median_ratio IS 'Measured by predicted gain, median over the indexes';
COMMENT ON COLUMN perfadvisor.advice_record.correction IS 'Factor by which predicted times after an index are corrected, as in advice_corrections; NULL before there are three outcomes';
COMMENT ON COLUMN perfadvisor.advice_record.correction_error IS 'Half of the outcomes are within this factor of what is predicted with the correction';
COMMENT ON COLUMN perfadvisor.advice_record.corrected_tables IS 'Tables with a correction of their own';

CREATE FUNCTION perfadvisor.cleanup_outcomes()
RETURNS TABLE (
    index text, relation text, dropped_at timestamptz, verdict text, queryids bigint[],
    mean_before double precision, mean_after double precision, calls_after bigint, message text, undo_sql text
)
LANGUAGE SQL VOLATILE PARALLEL UNSAFE STRICT
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
WITH dropped AS MATERIALIZED (
    SELECT e.*, n.snapshot_id, n.index_change
    FROM perfadvisor.events AS e
         JOIN LATERAL (SELECT l.snapshot_id, l.index_change FROM perfadvisor.snapshot_log AS l
                       WHERE l.taken_at >= e.noted_at ORDER BY l.snapshot_id LIMIT 1) AS n ON true
    -- one that was created again since is not missed
    WHERE e.kind = 'index_dropped' AND perfadvisor.find_relation(e.object) IS NULL AND perfadvisor.find_relation(e.relation) IS NOT NULL
), eras AS MATERIALIZED (
    -- the times between changes of indexes
    SELECT l.snapshot_id, pg_catalog.count(*) FILTER (WHERE l.index_change)
               OVER (ORDER BY l.snapshot_id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS era
    FROM perfadvisor.snapshot_log AS l
), counts AS MATERIALIZED (
    SELECT c.snapshot_id, e.era, c.statement_id, c.calls, c.total_exec_time, c.shared_blks_hit + c.shared_blks_read AS blocks
    FROM perfadvisor.snapshot_counts AS c JOIN eras AS e ON e.snapshot_id = c.snapshot_id
    UNION ALL
    SELECT 9223372036854775807, 9223372036854775807, p.statement_id, p.calls, p.total_exec_time, p.shared_blks_hit + p.shared_blks_read
    FROM perfadvisor.pending_counts() AS p
), placed AS MATERIALIZED (
    SELECT d.event_id, k.queryid, c.*, b.before, b.after,
           COALESCE(pg_catalog.sum(c.calls) FILTER (WHERE b.before) OVER (
               PARTITION BY d.event_id, c.statement_id ORDER BY c.snapshot_id DESC
               ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS calls_later,
           pg_catalog.max(c.era) FILTER (WHERE b.before) OVER (PARTITION BY d.event_id, c.statement_id) AS last_era
    FROM dropped AS d
         JOIN perfadvisor.snapshot_statements AS k
             ON perfadvisor.names_relation(k.query, d.relation)
                AND k.statement_class <> 'utility'
         JOIN counts AS c ON c.statement_id = k.statement_id AND c.calls > 0
         CROSS JOIN LATERAL (SELECT c.snapshot_id < d.snapshot_id OR (c.snapshot_id = d.snapshot_id AND d.index_change) AS before,
                                    c.snapshot_id > d.snapshot_id AS after) AS b
), statements AS MATERIALIZED (
    -- of the time before, the last calls, since indexes were last changed
    SELECT p.event_id, p.statement_id, p.queryid,
           pg_catalog.sum(p.calls) FILTER (WHERE p.before) AS calls_before,
           pg_catalog.sum(p.total_exec_time) FILTER (WHERE p.before) AS time_before,
           pg_catalog.sum(p.blocks) FILTER (WHERE p.before) AS blocks_before,
           pg_catalog.sum(p.calls) FILTER (WHERE p.after) AS calls_after,
           pg_catalog.sum(p.total_exec_time) FILTER (WHERE p.after) AS time_after,
           pg_catalog.sum(p.blocks) FILTER (WHERE p.after) AS blocks_after
    FROM placed AS p
    WHERE p.after OR (p.calls_later < 100 AND p.era = p.last_era)
    GROUP BY p.event_id, p.statement_id, p.queryid
), slower AS MATERIALIZED (
    SELECT s.event_id, pg_catalog.array_agg(DISTINCT s.queryid) AS queryids,
           pg_catalog.sum(s.time_before / s.calls_before * s.calls_after) / pg_catalog.sum(s.calls_after) AS mean_before,
           pg_catalog.sum(s.time_after) / pg_catalog.sum(s.calls_after) AS mean_after,
           pg_catalog.sum(s.calls_after)::bigint AS calls_after
    FROM statements AS s
    WHERE s.calls_before > 0 AND s.calls_after > 0
      AND s.time_after / s.calls_after > 1.25 * s.time_before / s.calls_before
      AND s.time_after - s.time_before / s.calls_before * s.calls_after > 1
      AND (s.blocks_after::double precision / s.calls_after + 1) > 1.25 * (s.blocks_before::double precision / s.calls_before + 1)
    GROUP BY s.event_id
), followed AS MATERIALIZED (
    SELECT s.event_id, COALESCE(pg_catalog.sum(s.calls_after) FILTER (WHERE s.calls_before > 0), 0)::bigint AS calls_after
    FROM statements AS s GROUP BY s.event_id
)
SELECT d.object, d.relation, d.noted_at,
       CASE WHEN s.event_id IS NOT NULL THEN 'worse' WHEN COALESCE(f.calls_after, 0) < 5 THEN 'too early' ELSE 'no change' END,
       s.queryids, s.mean_before, s.mean_after, COALESCE(s.calls_after, f.calls_after, 0),
       CASE WHEN s.event_id IS NOT NULL
            THEN pg_catalog.format('%s are slower without the index: a call takes %s ms on average, %s ms before.',
                CASE pg_catalog.cardinality(s.queryids) WHEN 1 THEN 'Executions of one statement' ELSE pg_catalog.cardinality(s.queryids) || ' statements' END,
                pg_catalog.round(s.mean_after::numeric, 3), pg_catalog.round(s.mean_before::numeric, 3))
            WHEN COALESCE(f.calls_after, 0) < 5 THEN 'Statements on the table have hardly run since.'
            ELSE pg_catalog.format('No statement on the table is slower, in %s calls since.', f.calls_after) END,
       pg_catalog.regexp_replace(d.detail ->> 'definition', '^(CREATE (?:UNIQUE )?INDEX) ', '\1 CONCURRENTLY ')
FROM dropped AS d
     LEFT JOIN slower AS s ON s.event_id = d.event_id
     LEFT JOIN followed AS f ON f.event_id = d.event_id
ORDER BY d.noted_at, d.event_id;
END;

COMMENT ON FUNCTION perfadvisor.cleanup_outcomes() IS 'Rows of the view cleanup_outcomes';

CREATE VIEW perfadvisor.cleanup_outcomes AS
SELECT o.index, o.relation, o.dropped_at, o.verdict, o.queryids, o.mean_before, o.mean_after, o.calls_after, o.message, o.undo_sql
FROM perfadvisor.cleanup_outcomes() AS o;

COMMENT ON VIEW perfadvisor.cleanup_outcomes IS 'Indexes that were dropped, and whether a statement is slower since';
COMMENT ON COLUMN perfadvisor.cleanup_outcomes.index IS 'Name that the index had';
COMMENT ON COLUMN perfadvisor.cleanup_outcomes.relation IS 'Its table';
COMMENT ON COLUMN perfadvisor.cleanup_outcomes.dropped_at IS 'When that was noticed';
COMMENT ON COLUMN perfadvisor.cleanup_outcomes.verdict IS 'worse, no change, too early';
COMMENT ON COLUMN perfadvisor.cleanup_outcomes.queryids IS 'Statements that got slower and touch more blocks';
COMMENT ON COLUMN perfadvisor.cleanup_outcomes.mean_before IS 'Mean time of their calls before, ms';
COMMENT ON COLUMN perfadvisor.cleanup_outcomes.mean_after IS 'Mean time since, ms';
COMMENT ON COLUMN perfadvisor.cleanup_outcomes.calls_after IS 'Calls since';
COMMENT ON COLUMN perfadvisor.cleanup_outcomes.message IS 'The verdict in a sentence';
COMMENT ON COLUMN perfadvisor.cleanup_outcomes.undo_sql IS 'Statement that creates the index again';
