-- Who may use what. Views and the functions behind them filter by role.

GRANT USAGE ON SCHEMA perfadvisor TO PUBLIC;

-- record
REVOKE ALL ON FUNCTION perfadvisor.reset(), perfadvisor.save() FROM PUBLIC;
GRANT SELECT ON perfadvisor.statements, perfadvisor.statement_samples,
    perfadvisor.slow_queries, perfadvisor.statement_failures, perfadvisor.seq_scans, perfadvisor.statement_tags,
    perfadvisor.statement_plans TO PUBLIC;
REVOKE ALL ON FUNCTION perfadvisor.recorded_state() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION perfadvisor.recorded_state() TO pg_monitor;
GRANT SELECT ON perfadvisor.self_health TO pg_monitor;

-- advise: planned as the caller, or as the role that ran a statement the caller may see
GRANT SELECT ON perfadvisor.index_advice, perfadvisor.index_advice_statements,
    perfadvisor.index_advice_rejected, perfadvisor.unadvised_statements,
    perfadvisor.progress TO PUBLIC;
GRANT SELECT ON perfadvisor.index_cleanup TO PUBLIC;
GRANT SELECT ON perfadvisor.statistics_advice TO PUBLIC;
