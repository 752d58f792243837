
-- concurrency and pools: functions show a role what it may see
GRANT SELECT ON perfadvisor.concurrency, perfadvisor.session_features, perfadvisor.pool_advice TO PUBLIC;
