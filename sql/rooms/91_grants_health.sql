
-- health and findings: everybody may ask; what a role cannot see is unknown
GRANT SELECT ON perfadvisor.table_maintenance, perfadvisor.vacuum_health, perfadvisor.statistics_health,
    perfadvisor.index_health, perfadvisor.cache_health, perfadvisor.settings_health, perfadvisor.maintenance_health, perfadvisor.index_usage, perfadvisor.relation_cache, perfadvisor.all_checks, perfadvisor.judged_checks,
    perfadvisor.findings, perfadvisor.ignored_statements, perfadvisor.kept_advice, perfadvisor.horizon_log TO PUBLIC;
GRANT SELECT ON perfadvisor.finding_log, perfadvisor.mutes TO pg_monitor;
REVOKE ALL ON FUNCTION perfadvisor.note_findings(), perfadvisor.refresh_advice(),
    perfadvisor.mute(text, text, timestamptz), perfadvisor.unmute(text) FROM PUBLIC;
