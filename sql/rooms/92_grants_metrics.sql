
-- metrics: numbers
GRANT SELECT ON perfadvisor.metrics, perfadvisor.watched_statements TO pg_monitor;
REVOKE ALL ON FUNCTION perfadvisor.metrics(), perfadvisor.prometheus(), perfadvisor.single_targets() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION perfadvisor.metrics(), perfadvisor.prometheus(), perfadvisor.single_targets() TO pg_monitor;
