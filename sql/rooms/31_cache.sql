-- ---------------------------------------------------------------------------
-- Statements whose results could be kept for a while

CREATE FUNCTION perfadvisor.recorded_repeats(
    OUT dbid oid, OUT userid oid, OUT queryid bigint, OUT relations_hash bigint, OUT toplevel boolean,
    OUT watched_since timestamptz, OUT calls double precision, OUT distinct_parameters double precision,
    OUT hit_rate_1s double precision, OUT hit_rate_10s double precision, OUT hit_rate_1min double precision,
    OUT hit_rate_5min double precision, OUT hit_rate_1h double precision)
RETURNS SETOF record
AS 'MODULE_PATHNAME', 'pa_read_repeats'
LANGUAGE C STRICT VOLATILE PARALLEL SAFE ROWS 64;

COMMENT ON FUNCTION perfadvisor.recorded_repeats() IS
'Of the queries that take most time: how many different parameters they ran with since they are watched, and the hit rates that a cache of their results would have had';

CREATE FUNCTION perfadvisor.find_cache_advice(
    OUT queryid bigint, OUT query text, OUT calls bigint, OUT distinct_parameters bigint,
    OUT repeat_fraction double precision, OUT time_between_writes interval, OUT suggested_ttl interval,
    OUT expected_hit_rate double precision, OUT time_saved double precision,
    OUT datname name, OUT rolname name, OUT relations text[], OUT result_bytes bigint,
    OUT watched_since timestamptz, OUT hit_rates jsonb, OUT reason text)
RETURNS SETOF record
LANGUAGE SQL VOLATILE PARALLEL UNSAFE ROWS 20
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
WITH s AS MATERIALIZED (
    SELECT s.*
    FROM perfadvisor.recorded_statements() AS s
    WHERE s.dbid = (SELECT d.oid FROM pg_catalog.pg_database AS d WHERE d.datname = pg_catalog.current_database())
      AND s.queryid IS NOT NULL AND s.calls > 0
), x AS MATERIALIZED (
    SELECT s.*, e.relation, e.facts::jsonb AS f
    FROM s JOIN perfadvisor.examine_statements(0) AS e USING (userid, queryid, relations_hash, toplevel)
), time_recorded AS (
    SELECT GREATEST(EXTRACT(EPOCH FROM pg_catalog.max(s.last_seen) - pg_catalog.min(s.first_seen))::float8, 1) AS seconds FROM s
), writes AS MATERIALIZED (
    -- executions of recorded statements that wrote a table
    SELECT x.relation, pg_catalog.sum(x.calls) AS calls
    FROM x WHERE x.f ->> 'command' <> 'select' AND x.rows > 0
    GROUP BY x.relation
), repeats AS (
    SELECT x.*, w.watched_since, w.calls AS watched_calls, w.distinct_parameters AS sets,
           LEAST(x.calls, GREATEST(1, w.distinct_parameters)) AS bounded_sets,
           w.hit_rate_1s, w.hit_rate_10s, w.hit_rate_1min, w.hit_rate_5min, w.hit_rate_1h,
           t.seconds / (SELECT NULLIF(pg_catalog.sum(o.calls), 0) FROM writes AS o
                        WHERE o.relation IN (SELECT i.value::text::oid FROM pg_catalog.jsonb_array_elements(x.f -> 'relids') AS i)) AS between_writes,
           t.seconds AS recorded_seconds
    FROM perfadvisor.recorded_repeats() AS w
         JOIN x USING (userid, queryid, relations_hash, toplevel)
         CROSS JOIN time_recorded AS t
    WHERE x.toplevel AND x.f ->> 'command' = 'select' AND x.relation IS NOT NULL
      AND x.f -> 'volatile' IS NULL AND x.f -> 'locks' IS NULL AND x.f -> 'session' IS NULL
      AND x.f -> 'unknown_function' IS NULL AND x.f -> 'temporary' IS NULL AND x.f -> 'row_security' IS NULL
      AND x.f -> 'catalog' IS NULL AND x.calls >= 50 AND w.calls >= 20
      AND x.rows::float8 / x.calls * (x.f ->> 'width')::float8 <= 1000000
), kept AS (
    -- the shortest time that gives nine tenths of what the longest one gives that writes allow
    SELECT r.*, k.ttl, k.rate
    FROM repeats AS r
         CROSS JOIN LATERAL (
             SELECT o.ttl, o.rate
             FROM (SELECT v.ttl, v.rate, pg_catalog.max(v.rate) OVER () AS best
                   FROM (VALUES (1, r.hit_rate_1s), (10, r.hit_rate_10s), (60, r.hit_rate_1min), (300, r.hit_rate_5min), (3600, r.hit_rate_1h)) AS v (ttl, rate)
                   WHERE r.between_writes IS NULL OR v.ttl <= r.between_writes) AS o
             WHERE o.rate >= o.best * 0.9
             ORDER BY o.ttl LIMIT 1) AS k
)
SELECT k.queryid, k.query, k.calls, pg_catalog.round(k.sets)::bigint,
       GREATEST(0, 1 - k.bounded_sets / GREATEST(k.watched_calls, 1)),
       pg_catalog.make_interval(secs => k.between_writes), pg_catalog.make_interval(secs => k.ttl), k.rate,
       k.rate * (k.total_exec_time + k.total_plan_time) / k.recorded_seconds * 3600,
       pg_catalog.current_database(), a.rolname,
       ARRAY(SELECT n.value FROM pg_catalog.jsonb_array_elements_text(k.f -> 'relations') AS n),
       (k.rows::float8 / k.calls * (k.f ->> 'width')::float8)::bigint, k.watched_since,
       pg_catalog.jsonb_build_object('1 s', pg_catalog.round(k.hit_rate_1s::numeric, 3), '10 s', pg_catalog.round(k.hit_rate_10s::numeric, 3), '1 min', pg_catalog.round(k.hit_rate_1min::numeric, 3),
           '5 min', pg_catalog.round(k.hit_rate_5min::numeric, 3), '1 h', pg_catalog.round(k.hit_rate_1h::numeric, 3)),
       pg_catalog.format('it ran %s times with about %s different parameters; a cache that keeps each result for %s would have answered %s %% of the calls%s',
           k.calls, pg_catalog.round(k.sets), perfadvisor.readable_time(k.ttl * 1000.0), pg_catalog.round(k.rate * 100),
           CASE WHEN k.between_writes IS NULL THEN ', and no recorded statement has written what it reads'
                ELSE pg_catalog.format('; what it reads is written every %s', perfadvisor.readable_time(k.between_writes * 1000)) END)
FROM kept AS k
     LEFT JOIN pg_catalog.pg_roles AS a ON a.oid = k.userid
WHERE k.rate >= 0.2 AND k.rate * (k.total_exec_time + k.total_plan_time) >= 10
ORDER BY k.rate * (k.total_exec_time + k.total_plan_time) DESC, k.queryid;
END;

COMMENT ON FUNCTION perfadvisor.find_cache_advice() IS 'What the cache_advice view shows';

CREATE VIEW perfadvisor.cache_advice AS
SELECT c.queryid, c.query, c.calls, c.distinct_parameters, c.repeat_fraction, c.time_between_writes,
       c.suggested_ttl, c.expected_hit_rate, c.time_saved,
       c.datname, c.rolname, c.relations, c.result_bytes, c.watched_since, c.hit_rates, c.reason
FROM perfadvisor.find_cache_advice() AS c;

COMMENT ON VIEW perfadvisor.cache_advice IS 'Queries of this database whose results could be kept for a while by the application';
COMMENT ON COLUMN perfadvisor.cache_advice.queryid IS 'Id of the statement';
COMMENT ON COLUMN perfadvisor.cache_advice.query IS 'Its text with constants written as $n';
COMMENT ON COLUMN perfadvisor.cache_advice.calls IS 'Executions that succeeded';
COMMENT ON COLUMN perfadvisor.cache_advice.distinct_parameters IS 'Different sets of parameters since it is watched, estimated when there are more than some hundred';
COMMENT ON COLUMN perfadvisor.cache_advice.repeat_fraction IS 'Share of calls whose parameters came before, 0 to 1';
COMMENT ON COLUMN perfadvisor.cache_advice.time_between_writes IS 'Mean time between recorded statements that write the tables it reads; NULL if there was none';
COMMENT ON COLUMN perfadvisor.cache_advice.suggested_ttl IS 'How long to keep a result: not longer than the time between writes';
COMMENT ON COLUMN perfadvisor.cache_advice.expected_hit_rate IS 'Share of calls that a cache with this time would have answered, 0 to 1';
COMMENT ON COLUMN perfadvisor.cache_advice.time_saved IS 'Time of the database that it would have saved, ms per hour';
COMMENT ON COLUMN perfadvisor.cache_advice.datname IS 'The current database';
COMMENT ON COLUMN perfadvisor.cache_advice.rolname IS 'Role that ran it';
COMMENT ON COLUMN perfadvisor.cache_advice.relations IS 'Tables that it reads: writes to these make a kept result old';
COMMENT ON COLUMN perfadvisor.cache_advice.result_bytes IS 'About what one result takes';
COMMENT ON COLUMN perfadvisor.cache_advice.watched_since IS 'Since when its parameters are followed';
COMMENT ON COLUMN perfadvisor.cache_advice.hit_rates IS 'The hit rate for a result kept for 1 s, 10 s, 1 min, 5 min and 1 h';
COMMENT ON COLUMN perfadvisor.cache_advice.reason IS 'The same in a sentence';
