
-- concurrency, pools and targets: functions show a role what it may see
GRANT SELECT ON perfadvisor.concurrency, perfadvisor.session_features, perfadvisor.pool_advice,
    perfadvisor.pool_health, perfadvisor.targets, perfadvisor.target_status TO PUBLIC;
