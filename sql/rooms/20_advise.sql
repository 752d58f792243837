-- ---------------------------------------------------------------------------
-- Advising: from a workload to indexes

CREATE FUNCTION perfadvisor.what_if(
    query text,
    indexes text[] DEFAULT '{}',
    hide regclass[] DEFAULT '{}'
) RETURNS SETOF text
LANGUAGE C VOLATILE PARALLEL UNSAFE CALLED ON NULL INPUT
AS 'MODULE_PATHNAME', 'pa_what_if';

COMMENT ON FUNCTION perfadvisor.what_if(text, text[], regclass[]) IS
'EXPLAIN lines of a query with indexes imagined and existing ones hidden; never executes the query';

CREATE FUNCTION perfadvisor.what_if_size(index text) RETURNS bigint
LANGUAGE C VOLATILE PARALLEL UNSAFE STRICT
AS 'MODULE_PATHNAME', 'pa_what_if_size';

COMMENT ON FUNCTION perfadvisor.what_if_size(text) IS
'Estimated bytes of an index given as CREATE INDEX, which is not created; NULL if a value is too long for it';

CREATE FUNCTION perfadvisor.advise(
    queries text[] DEFAULT NULL,
    storage_budget bigint DEFAULT NULL,
    max_indexes integer DEFAULT NULL,
    time_limit interval DEFAULT NULL
) RETURNS TABLE (
    rank integer,
    step integer,
    advice_id text,
    relation regclass,
    ddl text,
    access_method text,
    kind text,
    time_saved double precision,
    workload_gain double precision,
    write_cost double precision,
    index_bytes bigint,
    queryids bigint[],
    confidence double precision,
    reason text,
    undo_sql text
)
LANGUAGE C VOLATILE PARALLEL UNSAFE CALLED ON NULL INPUT
AS 'MODULE_PATHNAME', 'pa_advise';

COMMENT ON FUNCTION perfadvisor.advise(text[], bigint, integer, interval) IS
'Indexes to create for the given queries, or for the recorded workload, within a storage budget in bytes, a number of indexes and a time limit';

CREATE VIEW perfadvisor.index_advice AS
    SELECT a.rank, a.step, a.advice_id, a.relation, a.ddl, a.access_method, a.kind,
           a.time_saved, a.workload_gain, a.write_cost, a.index_bytes, a.queryids,
           a.confidence, a.reason, a.undo_sql
    FROM perfadvisor.advise() AS a;

COMMENT ON VIEW perfadvisor.index_advice IS
'DDL statements to be run in order, with what each index saves and costs, for the recorded workload of this database';
COMMENT ON COLUMN perfadvisor.index_advice.rank IS 'The index that saves most, net of what writes pay, is 1';
COMMENT ON COLUMN perfadvisor.index_advice.step IS 'Order of the statements of one piece of advice';
COMMENT ON COLUMN perfadvisor.index_advice.advice_id IS 'Identifies the index by what it is, the same in every search';
COMMENT ON COLUMN perfadvisor.index_advice.relation IS 'Table, partitioned table or materialized view';
COMMENT ON COLUMN perfadvisor.index_advice.ddl IS 'Statement to run, outside of a transaction block';
COMMENT ON COLUMN perfadvisor.index_advice.access_method IS 'btree, gin, gist, spgist, brin or hash';
COMMENT ON COLUMN perfadvisor.index_advice.kind IS 'single column, composite, covering, partial, expression, prefix, trigram, inverted, spatial, block range or hash';
COMMENT ON COLUMN perfadvisor.index_advice.time_saved IS 'Milliseconds per hour of the recorded workload; zero on steps that only prepare or complete an index';
COMMENT ON COLUMN perfadvisor.index_advice.workload_gain IS 'Share of the recorded time that is saved, 0 to 1';
COMMENT ON COLUMN perfadvisor.index_advice.write_cost IS 'Milliseconds per hour that recorded writes would take longer';
COMMENT ON COLUMN perfadvisor.index_advice.index_bytes IS 'Estimated size of the index';
COMMENT ON COLUMN perfadvisor.index_advice.queryids IS 'Statements whose plans read the index';
COMMENT ON COLUMN perfadvisor.index_advice.confidence IS '0 to 1: few executions, missing statistics and gains that could not be planned lower it';
COMMENT ON COLUMN perfadvisor.index_advice.reason IS 'Why, in one sentence';
COMMENT ON COLUMN perfadvisor.index_advice.undo_sql IS 'Statement that removes the index again';

CREATE FUNCTION perfadvisor.advise_query(query text)
RETURNS SETOF perfadvisor.index_advice
LANGUAGE SQL VOLATILE PARALLEL UNSAFE STRICT
BEGIN ATOMIC
    SELECT a.* FROM perfadvisor.advise(ARRAY[query]) AS a;
END;

COMMENT ON FUNCTION perfadvisor.advise_query(text) IS
'Indexes to create for one query given as text';

CREATE FUNCTION perfadvisor.index_advice_statements(
    OUT advice_id text,
    OUT queryid bigint,
    OUT query text,
    OUT calls bigint,
    OUT cost_before double precision,
    OUT cost_after double precision,
    OUT plan_before text,
    OUT plan_after text
) RETURNS SETOF record
LANGUAGE C VOLATILE PARALLEL UNSAFE STRICT
AS 'MODULE_PATHNAME', 'pa_index_advice_statements';

COMMENT ON FUNCTION perfadvisor.index_advice_statements() IS
'Rows of the view index_advice_statements';

CREATE VIEW perfadvisor.index_advice_statements AS
    SELECT s.advice_id, s.queryid, s.query, s.calls, s.cost_before, s.cost_after,
           s.plan_before, s.plan_after, COALESCE(o.sources, '{}') AS sources
    FROM perfadvisor.index_advice_statements() AS s
         LEFT JOIN (SELECT t.query, pg_catalog.array_agg(DISTINCT t.source) AS sources
                    FROM perfadvisor.source_statements AS t
                    WHERE pg_catalog.pg_has_role('pg_read_all_stats', 'USAGE')
                    GROUP BY t.query) AS o ON o.query = s.query;

COMMENT ON VIEW perfadvisor.index_advice_statements IS
'Each advised index with each statement whose plan reads it, before and after';
COMMENT ON COLUMN perfadvisor.index_advice_statements.advice_id IS 'The advice, as in index_advice';
COMMENT ON COLUMN perfadvisor.index_advice_statements.queryid IS 'The statement';
COMMENT ON COLUMN perfadvisor.index_advice_statements.query IS 'Its text with constants hidden';
COMMENT ON COLUMN perfadvisor.index_advice_statements.calls IS 'Its recorded executions';
COMMENT ON COLUMN perfadvisor.index_advice_statements.cost_before IS 'Planner cost now, mean over the sampled constants';
COMMENT ON COLUMN perfadvisor.index_advice_statements.cost_after IS 'Planner cost with all advised indexes, mean over the sampled constants';
COMMENT ON COLUMN perfadvisor.index_advice_statements.plan_before IS 'Plan now, for one sample';
COMMENT ON COLUMN perfadvisor.index_advice_statements.plan_after IS 'Plan with all advised indexes, for the same sample';
COMMENT ON COLUMN perfadvisor.index_advice_statements.sources IS 'The other servers that it ran on, as in sources; empty: here only';

CREATE FUNCTION perfadvisor.index_advice_rejected(
    OUT relation regclass,
    OUT ddl text,
    OUT reason text,
    OUT best_gain double precision,
    OUT index_bytes bigint
) RETURNS SETOF record
LANGUAGE C VOLATILE PARALLEL UNSAFE STRICT
AS 'MODULE_PATHNAME', 'pa_index_advice_rejected';

COMMENT ON FUNCTION perfadvisor.index_advice_rejected() IS
'Rows of the view index_advice_rejected';

CREATE VIEW perfadvisor.index_advice_rejected AS
    SELECT r.relation, r.ddl, r.reason, r.best_gain, r.index_bytes
    FROM perfadvisor.index_advice_rejected() AS r;

COMMENT ON VIEW perfadvisor.index_advice_rejected IS
'Candidates that were costed and not advised, the most promising first, with the reason';
COMMENT ON COLUMN perfadvisor.index_advice_rejected.relation IS 'Table';
COMMENT ON COLUMN perfadvisor.index_advice_rejected.ddl IS 'Statement that would create the index';
COMMENT ON COLUMN perfadvisor.index_advice_rejected.reason IS 'Why it is not advised';
COMMENT ON COLUMN perfadvisor.index_advice_rejected.best_gain IS 'Milliseconds per hour it would save if it were the only new index';
COMMENT ON COLUMN perfadvisor.index_advice_rejected.index_bytes IS 'Estimated size, if it was needed for the decision';

CREATE FUNCTION perfadvisor.unadvised_statements(
    OUT queryid bigint,
    OUT query text,
    OUT calls bigint,
    OUT total_exec_time double precision,
    OUT reason text
) RETURNS SETOF record
LANGUAGE C VOLATILE PARALLEL UNSAFE STRICT
AS 'MODULE_PATHNAME', 'pa_unadvised_statements';

COMMENT ON FUNCTION perfadvisor.unadvised_statements() IS
'Rows of the view unadvised_statements';

CREATE VIEW perfadvisor.unadvised_statements AS
    SELECT u.queryid, u.query, u.calls, u.total_exec_time, u.reason
    FROM perfadvisor.unadvised_statements() AS u;

COMMENT ON VIEW perfadvisor.unadvised_statements IS
'Recorded statements on tables that the search for indexes could not look at, with the reason';
COMMENT ON COLUMN perfadvisor.unadvised_statements.queryid IS 'The statement';
COMMENT ON COLUMN perfadvisor.unadvised_statements.query IS 'Its text with constants hidden';
COMMENT ON COLUMN perfadvisor.unadvised_statements.calls IS 'Its recorded executions';
COMMENT ON COLUMN perfadvisor.unadvised_statements.total_exec_time IS 'Milliseconds that these took';
COMMENT ON COLUMN perfadvisor.unadvised_statements.reason IS 'Why it could not be planned again';

CREATE FUNCTION perfadvisor.progress(
    OUT pid integer,
    OUT phase text,
    OUT done bigint,
    OUT total bigint,
    OUT started_at timestamptz
) RETURNS SETOF record
LANGUAGE C VOLATILE PARALLEL SAFE STRICT
AS 'MODULE_PATHNAME', 'pa_progress';

COMMENT ON FUNCTION perfadvisor.progress() IS 'Rows of the view progress';

CREATE VIEW perfadvisor.progress AS
    SELECT p.pid, p.phase, p.done, p.total, p.started_at
    FROM perfadvisor.progress() AS p;

COMMENT ON VIEW perfadvisor.progress IS
'Searches for advice that are under way in any session';
COMMENT ON COLUMN perfadvisor.progress.pid IS 'Process of the session';
COMMENT ON COLUMN perfadvisor.progress.phase IS 'What it is doing';
COMMENT ON COLUMN perfadvisor.progress.done IS 'Units done in this phase';
COMMENT ON COLUMN perfadvisor.progress.total IS 'Units in this phase, 0 if not known';
COMMENT ON COLUMN perfadvisor.progress.started_at IS 'When the search began';
