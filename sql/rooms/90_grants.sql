-- Who may use what. Views and the functions behind them filter by role.

GRANT USAGE ON SCHEMA perfadvisor TO PUBLIC;

-- record
REVOKE ALL ON FUNCTION perfadvisor.reset() FROM PUBLIC;
GRANT SELECT ON perfadvisor.statements, perfadvisor.statement_samples,
    perfadvisor.slow_queries, perfadvisor.seq_scans TO PUBLIC;
