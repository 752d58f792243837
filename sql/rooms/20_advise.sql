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
