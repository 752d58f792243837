-- ---------------------------------------------------------------------------
-- Findings: what was seen before, what is muted, and advice that a search has found

CREATE TABLE perfadvisor.finding_log (
    finding_id text PRIMARY KEY,
    area text NOT NULL,
    check_name text NOT NULL,
    object text NOT NULL,
    severity text NOT NULL,
    title text NOT NULL,
    first_seen timestamptz NOT NULL,
    last_seen timestamptz NOT NULL,
    gone_at timestamptz
);

COMMENT ON TABLE perfadvisor.finding_log IS 'When note_findings() saw which finding';
COMMENT ON COLUMN perfadvisor.finding_log.finding_id IS 'Id of the finding';
COMMENT ON COLUMN perfadvisor.finding_log.area IS 'Its area';
COMMENT ON COLUMN perfadvisor.finding_log.check_name IS 'Its check';
COMMENT ON COLUMN perfadvisor.finding_log.object IS 'Its object';
COMMENT ON COLUMN perfadvisor.finding_log.severity IS 'Its severity when it was last seen';
COMMENT ON COLUMN perfadvisor.finding_log.title IS 'What it said then';
COMMENT ON COLUMN perfadvisor.finding_log.first_seen IS 'Since when it is there; starts anew when it was gone';
COMMENT ON COLUMN perfadvisor.finding_log.last_seen IS 'When it was last seen';
COMMENT ON COLUMN perfadvisor.finding_log.gone_at IS 'When it was first not seen again, NULL while it is there';

CREATE TABLE perfadvisor.mutes (
    finding_id text PRIMARY KEY,
    reason text NOT NULL,
    until timestamptz,
    muted_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
    muted_by name NOT NULL DEFAULT SESSION_USER
);

COMMENT ON TABLE perfadvisor.mutes IS 'Findings that nobody wants to hear of';
COMMENT ON COLUMN perfadvisor.mutes.finding_id IS 'Id of the finding';
COMMENT ON COLUMN perfadvisor.mutes.reason IS 'Why it is muted';
COMMENT ON COLUMN perfadvisor.mutes.until IS 'Until when, NULL for ever';
COMMENT ON COLUMN perfadvisor.mutes.muted_at IS 'Since when';
COMMENT ON COLUMN perfadvisor.mutes.muted_by IS 'By whom';

SELECT pg_catalog.pg_extension_config_dump('perfadvisor.mutes', '');
SELECT pg_catalog.pg_extension_config_dump('perfadvisor.finding_log', '');

CREATE TABLE perfadvisor.advice_memory (
    kind text PRIMARY KEY CHECK (kind IN ('index_advice', 'index_cleanup', 'statistics_advice')),
    made_at timestamptz NOT NULL,
    advice jsonb NOT NULL
);

COMMENT ON TABLE perfadvisor.advice_memory IS 'What refresh_advice() found, for findings';
COMMENT ON COLUMN perfadvisor.advice_memory.kind IS 'View that it was read from';
COMMENT ON COLUMN perfadvisor.advice_memory.made_at IS 'When';
COMMENT ON COLUMN perfadvisor.advice_memory.advice IS 'Its rows, an array of objects';

CREATE FUNCTION perfadvisor.remembered_advice(
    OUT rank integer, OUT step integer, OUT advice_id text, OUT relation regclass, OUT ddl text,
    OUT access_method text, OUT kind text, OUT time_saved double precision, OUT workload_gain double precision,
    OUT write_cost double precision, OUT index_bytes bigint, OUT queryids bigint[], OUT confidence double precision,
    OUT reason text, OUT undo_sql text, OUT made_at timestamptz)
RETURNS SETOF record
LANGUAGE C VOLATILE PARALLEL UNSAFE STRICT ROWS 10
AS 'MODULE_PATHNAME', 'pa_remembered_advice';

COMMENT ON FUNCTION perfadvisor.remembered_advice() IS
'Rows of the last search for indexes of this session, without a new one; made_at alone where it found none';

CREATE FUNCTION perfadvisor.refresh_advice()
RETURNS TABLE (kind text, rows integer)
LANGUAGE SQL VOLATILE PARALLEL UNSAFE STRICT SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
INSERT INTO perfadvisor.advice_memory AS m (kind, made_at, advice)
SELECT a.kind, pg_catalog.clock_timestamp(), a.advice
FROM (SELECT 'index_advice' AS kind, COALESCE((SELECT pg_catalog.jsonb_agg(pg_catalog.to_jsonb(i) ORDER BY i.rank, i.step) FROM perfadvisor.index_advice AS i), '[]') AS advice
      UNION ALL
      SELECT 'index_cleanup', COALESCE((SELECT pg_catalog.jsonb_agg(pg_catalog.to_jsonb(i)) FROM perfadvisor.index_cleanup AS i), '[]')
      UNION ALL
      SELECT 'statistics_advice', COALESCE((SELECT pg_catalog.jsonb_agg(pg_catalog.to_jsonb(s)) FROM perfadvisor.statistics_advice AS s), '[]')) AS a
ON CONFLICT (kind) DO UPDATE SET made_at = EXCLUDED.made_at, advice = EXCLUDED.advice
RETURNING m.kind, pg_catalog.jsonb_array_length(m.advice);
END;

COMMENT ON FUNCTION perfadvisor.refresh_advice() IS
'Searches for index advice, superfluous indexes and misleading statistics, and keeps the result for findings and reports';

-- Owner's rights: the table is nobody's to read but through here. Asks for the rights of the session's current role.
CREATE VIEW perfadvisor.kept_advice AS
SELECT DISTINCT ON (k.kind) k.kind, k.made_at, k.advice
FROM (SELECT m.kind, m.made_at, m.advice FROM perfadvisor.advice_memory AS m
      UNION ALL
      -- what some session has searched for since the server started
      SELECT 'index_advice', (p.document OPERATOR(pg_catalog.->>) 'made_at')::timestamptz,
             COALESCE((SELECT pg_catalog.jsonb_agg(r.value OPERATOR(pg_catalog.||) pg_catalog.jsonb_build_object('relation',
                                  ((r.value OPERATOR(pg_catalog.->>) 'relation')::oid)::pg_catalog.regclass::text))
                       FROM pg_catalog.jsonb_array_elements(p.document OPERATOR(pg_catalog.->) 'rows') AS r), '[]')
      FROM (SELECT CASE WHEN perfadvisor.recorder_loaded() AND pg_catalog.pg_has_role('pg_read_all_stats', 'USAGE')
                        THEN perfadvisor.published_advice()::jsonb END AS document) AS p
      WHERE p.document IS NOT NULL) AS k
WHERE pg_catalog.pg_has_role('pg_read_all_stats', 'USAGE')
ORDER BY k.kind, k.made_at DESC;

COMMENT ON VIEW perfadvisor.kept_advice IS 'What refresh_advice() kept or some session has searched for later, for those who may see all statements';
COMMENT ON COLUMN perfadvisor.kept_advice.kind IS 'View that it was read from';
COMMENT ON COLUMN perfadvisor.kept_advice.made_at IS 'When';
COMMENT ON COLUMN perfadvisor.kept_advice.advice IS 'Its rows, an array of objects';

CREATE VIEW perfadvisor.ignored_statements AS
SELECT t.queryid,
       CASE WHEN pg_catalog.bool_or(t.kinds IS NULL) THEN NULL
            ELSE pg_catalog.array_agg(DISTINCT k.kind) FILTER (WHERE k.kind IS NOT NULL) END AS check_names
FROM (SELECT s.queryid,
             pg_catalog.string_to_array(pg_catalog.regexp_replace((pg_catalog.regexp_match(s.query, '/\*\s*perfadvisor:ignore\s*(?:[=:]?\s*([\w, ]+?))?\s*\*/'))[1], '[\s,]+', ',', 'g'), ',') AS kinds
      FROM (SELECT 1 WHERE perfadvisor.recorder_loaded()) AS w
           CROSS JOIN LATERAL (
               SELECT r.queryid, r.query, r.dbid FROM perfadvisor.recorded_statements() AS r
               UNION ALL
               SELECT r.queryid, r.query, r.dbid FROM perfadvisor.recorded_samples() AS r) AS s
      WHERE s.query OPERATOR(pg_catalog.~~) '%perfadvisor:ignore%'
        AND s.query OPERATOR(pg_catalog.~) '/\*\s*perfadvisor:ignore\M'
        AND s.dbid OPERATOR(pg_catalog.=) (SELECT d.oid FROM pg_catalog.pg_database AS d WHERE d.datname OPERATOR(pg_catalog.=) pg_catalog.current_database())) AS t
     LEFT JOIN LATERAL pg_catalog.unnest(t.kinds) AS k(kind) ON true
GROUP BY t.queryid;

COMMENT ON VIEW perfadvisor.ignored_statements IS 'Statements whose texts have the comment /* perfadvisor:ignore */, with the checks it names';
COMMENT ON COLUMN perfadvisor.ignored_statements.queryid IS 'Id of the statement';
COMMENT ON COLUMN perfadvisor.ignored_statements.check_names IS 'Checks that the comment names, NULL for all';
