
-- health: latency targets. Names that are not qualified are PostgreSQL's own.
SET LOCAL search_path = pg_catalog, pg_temp;

CREATE FUNCTION perfadvisor.recorded_histograms(
    OUT userid oid, OUT queryid bigint, OUT toplevel boolean, OUT statement_class text,
    OUT from_time double precision, OUT to_time double precision, OUT calls bigint)
RETURNS SETOF record
AS 'MODULE_PATHNAME', 'pa_read_histograms'
LANGUAGE C STRICT VOLATILE PARALLEL SAFE ROWS 10000;

COMMENT ON FUNCTION perfadvisor.recorded_histograms() IS
'Calls of every statement in the current database by execution time, as far as the current role may see it: one row per bucket that is not empty, bounds in ms';

CREATE TABLE perfadvisor.targets (
    statement_class text CHECK (statement_class IN ('lookup', 'join', 'aggregate', 'write')),
    query_like text,
    queryid bigint,
    percentile double precision NOT NULL DEFAULT 95 CHECK (percentile > 0 AND percentile < 100),
    target_time double precision CHECK (target_time > 0),
    comment text,
    is_default boolean GENERATED ALWAYS AS (
        query_like IS NULL AND queryid IS NULL AND percentile = 95 AND target_time IS NOT NULL AND comment IS NULL
        AND target_time = CASE COALESCE(statement_class, '') WHEN 'lookup' THEN 10 WHEN 'join' THEN 50
                               WHEN 'aggregate' THEN 100 WHEN '' THEN 100 END) STORED,
    CHECK (num_nonnulls(statement_class, query_like, queryid) <= 1)
);

INSERT INTO perfadvisor.targets (statement_class, target_time) VALUES ('lookup', 10), ('join', 50), ('aggregate', 100), (NULL, 100);

-- What differs from the defaults is kept by pg_dump; the defaults come with the extension.
SELECT pg_extension_config_dump('perfadvisor.targets', 'WHERE is_default IS NOT TRUE');

COMMENT ON TABLE perfadvisor.targets IS 'How fast statements shall be. The latest row for the same statements and percentile that differs from the defaults holds';
COMMENT ON COLUMN perfadvisor.targets.statement_class IS 'For statements of this class: lookup, join, aggregate or write; with all three NULL for all but utility statements';
COMMENT ON COLUMN perfadvisor.targets.query_like IS 'For statements whose normalised text is LIKE this';
COMMENT ON COLUMN perfadvisor.targets.queryid IS 'For this statement';
COMMENT ON COLUMN perfadvisor.targets.percentile IS 'Percent of the calls that shall keep to it, above 0 and below 100';
COMMENT ON COLUMN perfadvisor.targets.target_time IS 'Time that they shall not exceed, ms; NULL for no target';
COMMENT ON COLUMN perfadvisor.targets.comment IS 'Why, for people';
COMMENT ON COLUMN perfadvisor.targets.is_default IS 'Whether the row is one that the extension came with';

CREATE VIEW perfadvisor.target_status AS
WITH chosen AS (
    SELECT DISTINCT ON (t.statement_class, t.query_like, t.queryid, t.percentile)
           t.statement_class, t.query_like, t.queryid, t.percentile, t.target_time, t.comment
    FROM perfadvisor.targets AS t
    ORDER BY t.statement_class, t.query_like, t.queryid, t.percentile, COALESCE(t.is_default, false), t.ctid DESC
), wanted AS (
    SELECT row_number() OVER () AS target, c.* FROM chosen AS c WHERE c.target_time IS NOT NULL
), buckets AS (
    SELECT h.* FROM perfadvisor.recorded_histograms() AS h WHERE h.toplevel AND h.statement_class <> 'utility'
), like_ids AS (
    SELECT w.target, s.userid, s.queryid
    -- texts are copied only for who asks by text
    FROM wanted AS w JOIN (SELECT r.* FROM perfadvisor.recorded_statements() AS r WHERE EXISTS (SELECT FROM wanted AS a WHERE a.query_like IS NOT NULL)) AS s
         ON s.query LIKE w.query_like AND s.toplevel AND s.dbid = (SELECT d.oid FROM pg_database AS d WHERE d.datname = current_database())
    GROUP BY w.target, s.userid, s.queryid
), matched AS (
    SELECT w.target, w.percentile, w.target_time, b.queryid, b.from_time, b.to_time, b.calls
    FROM wanted AS w JOIN buckets AS b
         ON (w.statement_class IS NULL OR b.statement_class = w.statement_class) AND (w.queryid IS NULL OR b.queryid = w.queryid)
    WHERE w.query_like IS NULL
    UNION ALL
    SELECT w.target, w.percentile, w.target_time, b.queryid, b.from_time, b.to_time, b.calls
    FROM wanted AS w JOIN like_ids AS l ON l.target = w.target
         JOIN buckets AS b ON b.queryid = l.queryid AND b.userid = l.userid
), judged AS (
    SELECT m.target, m.percentile, m.queryid, m.from_time, m.to_time, m.calls,
           -- of the bucket that the target is in, the share above it
           m.calls * LEAST(GREATEST((m.to_time - m.target_time) / (m.to_time - m.from_time), 0), 1) AS calls_over
    FROM matched AS m
), merged AS (
    SELECT j.target, j.percentile, j.from_time, j.to_time, sum(j.calls) AS calls, sum(j.calls_over) AS calls_over
    FROM judged AS j GROUP BY j.target, j.percentile, j.from_time, j.to_time
), running AS (
    SELECT m.*, sum(m.calls) OVER (PARTITION BY m.target ORDER BY m.from_time) AS upto,
           sum(m.calls) OVER (PARTITION BY m.target) AS all_calls
    FROM merged AS m
), measured AS (
    SELECT r.target, max(r.all_calls)::bigint AS calls, round(sum(r.calls_over))::bigint AS calls_over,
           min((r.from_time + r.to_time) / 2) FILTER (WHERE r.upto >= r.all_calls * r.percentile / 100) AS measured_time
    FROM running AS r GROUP BY r.target
), offenders AS (
    SELECT j.target, j.queryid, sum(j.calls) AS calls, sum(j.calls_over) AS calls_over,
           row_number() OVER (PARTITION BY j.target ORDER BY sum(j.calls_over) DESC, j.queryid) AS place
    FROM judged AS j WHERE j.queryid IS NOT NULL
    GROUP BY j.target, j.queryid HAVING sum(j.calls_over) > 0
), worst AS (
    SELECT o.target, array_agg(o.queryid ORDER BY o.place) AS queryids,
           jsonb_agg(jsonb_build_object('queryid', o.queryid::text, 'calls', o.calls, 'calls_over', round(o.calls_over::numeric)) ORDER BY o.place) AS evidence
    FROM offenders AS o WHERE o.place <= 5 GROUP BY o.target
), known AS (
    SELECT w.*, COALESCE(m.calls, 0) AS calls, COALESCE(m.calls_over, 0) AS calls_over, m.measured_time,
           ceil(500 / (100 - w.percentile))::bigint AS least_calls, o.queryids, o.evidence,
           CASE WHEN w.queryid IS NOT NULL THEN format('statement %s', w.queryid)
                WHEN w.query_like IS NOT NULL THEN format('statements like %s', quote_literal(w.query_like))
                ELSE COALESCE(w.statement_class || ' statements', 'all statements') END AS object
    FROM wanted AS w LEFT JOIN measured AS m ON m.target = w.target LEFT JOIN worst AS o ON o.target = w.target
)
SELECT k.statement_class, k.query_like, k.queryid, k.percentile, k.target_time,
       CASE WHEN k.calls < k.least_calls THEN 'unknown'
            WHEN k.measured_time <= k.target_time THEN 'ok'
            WHEN k.calls_over > 5 * k.calls * (1 - k.percentile / 100) THEN 'critical' ELSE 'warning' END AS status,
       CASE WHEN k.calls >= k.least_calls THEN k.measured_time <= k.target_time END AS met,
       k.measured_time, k.calls, k.calls_over,
       CASE WHEN k.calls >= k.least_calls THEN k.calls_over / (k.calls * (1 - k.percentile / 100)) END AS error_budget_used,
       k.queryids AS worst_queryids, k.evidence AS worst,
       CASE WHEN k.calls < k.least_calls
            THEN format('%s calls of %s were recorded that the current role may see, and %s are wanted to tell the %sth percentile.', k.calls, k.object, k.least_calls, k.percentile)
            ELSE format('The %sth percentile of %s calls of %s is %s ms, and shall be at most %s ms; %s calls took longer, which is %s %% of what the target allows.',
                     k.percentile, k.calls, k.object, round(k.measured_time::numeric, 3), k.target_time, k.calls_over,
                     round((100 * k.calls_over / (k.calls * (1 - k.percentile / 100)))::numeric)) END AS message,
       k.comment
FROM known AS k;

COMMENT ON VIEW perfadvisor.target_status IS 'How the targets are met by the statements of clients in the current database, since the last reset';
COMMENT ON COLUMN perfadvisor.target_status.statement_class IS 'As in targets';
COMMENT ON COLUMN perfadvisor.target_status.query_like IS 'As in targets';
COMMENT ON COLUMN perfadvisor.target_status.queryid IS 'As in targets';
COMMENT ON COLUMN perfadvisor.target_status.percentile IS 'As in targets';
COMMENT ON COLUMN perfadvisor.target_status.target_time IS 'As in targets, ms';
COMMENT ON COLUMN perfadvisor.target_status.status IS 'ok, warning, critical (over five times as many slow calls as the target allows) or unknown (too few calls)';
COMMENT ON COLUMN perfadvisor.target_status.met IS 'Whether the target is met, NULL when unknown';
COMMENT ON COLUMN perfadvisor.target_status.measured_time IS 'Measured percentile, ms, within 6.25 %';
COMMENT ON COLUMN perfadvisor.target_status.calls IS 'Calls that succeeded';
COMMENT ON COLUMN perfadvisor.target_status.calls_over IS 'Calls that took longer than the target';
COMMENT ON COLUMN perfadvisor.target_status.error_budget_used IS 'Slow calls as a share of those that the target allows; above 1 it is missed';
COMMENT ON COLUMN perfadvisor.target_status.worst_queryids IS 'Up to five statements with the most slow calls';
COMMENT ON COLUMN perfadvisor.target_status.worst IS 'The same with their calls and slow calls';
COMMENT ON COLUMN perfadvisor.target_status.message IS 'All this in a sentence';
COMMENT ON COLUMN perfadvisor.target_status.comment IS 'As in targets';
