
-- concurrency and pools: functions show a role what it may see
GRANT SELECT ON perfadvisor.concurrency, perfadvisor.session_features TO PUBLIC;
