
-- sources: constants of other servers, so for those who may read them here
REVOKE ALL ON FUNCTION perfadvisor.import_workload(jsonb, text, name), perfadvisor.import_workload(text, text, name), perfadvisor.remove_source(text),
    perfadvisor.add_source(text, text, name), perfadvisor.pull_sources() FROM PUBLIC;
GRANT SELECT ON perfadvisor.source_statements, perfadvisor.source_indexes, perfadvisor.source_tables, perfadvisor.sources,
    perfadvisor.fleet_statements TO pg_read_all_stats;
-- not the connection, which may have a password
GRANT SELECT (source, role, hours, imported_at) ON perfadvisor.workload_sources TO pg_read_all_stats;
