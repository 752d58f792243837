
-- history: texts of all roles, so for those who may read these
REVOKE ALL ON FUNCTION perfadvisor.note_indexes(timestamptz, timestamptz), perfadvisor.note_settings(timestamptz, timestamptz),
    perfadvisor.note_numbers(bigint), perfadvisor.note_statements(bigint), perfadvisor.thin_history(interval),
    perfadvisor.pending_counts(), perfadvisor.note_advice(bigint), perfadvisor.note_corrections(),
    perfadvisor.index_serving(regclass, text), perfadvisor.advice_outcomes(), perfadvisor.cleanup_outcomes(),
    perfadvisor.snapshot(text, boolean), perfadvisor.baseline(text),
    perfadvisor.compare(bigint, bigint), perfadvisor.assert_no_regression(bigint, bigint, double precision) FROM PUBLIC;
GRANT SELECT ON perfadvisor.snapshot_log, perfadvisor.snapshot_statements, perfadvisor.snapshot_counts,
    perfadvisor.snapshot_numbers, perfadvisor.events, perfadvisor.snapshots, perfadvisor.regressions,
    perfadvisor.advice_log, perfadvisor.advice_outcomes, perfadvisor.advice_record, perfadvisor.advice_corrections, perfadvisor.cleanup_outcomes,
    perfadvisor.snapshot_state TO pg_read_all_stats;
GRANT SELECT ON perfadvisor.plan_changes TO PUBLIC;
GRANT EXECUTE ON FUNCTION perfadvisor.compare(bigint, bigint), perfadvisor.pending_counts(),
    perfadvisor.advice_outcomes(), perfadvisor.cleanup_outcomes() TO pg_read_all_stats;
