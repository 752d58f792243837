-- runs and patterns: functions filter by role, as those of the record room
GRANT SELECT ON perfadvisor.query_patterns, perfadvisor.cache_advice TO PUBLIC;
