-- ---------------------------------------------------------------------------
-- Recording: runs of the same statement, and what executions were found to do

CREATE FUNCTION perfadvisor.recorded_runs(
    OUT dbid oid, OUT userid oid, OUT queryid bigint, OUT relations_hash bigint, OUT toplevel boolean,
    OUT kind text, OUT parent_queryid bigint,
    OUT runs bigint, OUT matched_runs bigint, OUT loose_runs bigint, OUT block_runs bigint,
    OUT executions bigint, OUT longest bigint, OUT distinct_parameters double precision,
    OUT rows bigint, OUT parent_rows bigint, OUT exec_time double precision, OUT gap_time double precision,
    OUT first_seen timestamptz, OUT last_seen timestamptz, OUT advisable boolean)
RETURNS SETOF record
AS 'MODULE_PATHNAME', 'pa_read_runs'
LANGUAGE C STRICT VOLATILE PARALLEL SAFE ROWS 100;

COMMENT ON FUNCTION perfadvisor.recorded_runs() IS
'Runs of a statement in a session by kind and by the statement before, rows that OFFSET skipped, memory that sorts lacked; query_patterns says what they mean.';
