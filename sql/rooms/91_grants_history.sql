
-- history: texts of all roles, so for those who may read these
REVOKE ALL ON FUNCTION perfadvisor.note_indexes(timestamptz, timestamptz), perfadvisor.note_settings(timestamptz, timestamptz),
    perfadvisor.note_numbers(bigint), perfadvisor.note_statements(bigint), perfadvisor.thin_history(interval),
    perfadvisor.snapshot(text, boolean), perfadvisor.baseline(text),
    perfadvisor.compare(bigint, bigint), perfadvisor.assert_no_regression(bigint, bigint, double precision) FROM PUBLIC;
GRANT SELECT ON perfadvisor.snapshot_log, perfadvisor.snapshot_statements, perfadvisor.snapshot_counts,
    perfadvisor.snapshot_numbers, perfadvisor.events, perfadvisor.snapshots, perfadvisor.regressions TO pg_read_all_stats;
GRANT EXECUTE ON FUNCTION perfadvisor.compare(bigint, bigint) TO pg_read_all_stats;
