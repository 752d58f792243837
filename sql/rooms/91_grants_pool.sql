
-- concurrency, pools, targets, locks, replication and sequences: functions show a role what it may see
GRANT SELECT ON perfadvisor.concurrency, perfadvisor.session_features, perfadvisor.pool_advice,
    perfadvisor.pool_health, perfadvisor.targets, perfadvisor.target_status, perfadvisor.lock_health,
    perfadvisor.replication_health, perfadvisor.sequence_health TO PUBLIC;
