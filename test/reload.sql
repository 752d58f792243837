-- Has the server read its configuration again, and begins a session that has what changed. The session asks itself: it
-- is told only after the server has read the files.
SET perfadvisor.track = off;
SELECT clock_timestamp() AS reload_asked \gset
\o /dev/null
SELECT pg_reload_conf();
SELECT format('SELECT pg_sleep(0.02) WHERE pg_conf_load_time() < %L', :'reload_asked') FROM generate_series(1, 500) \gexec
\o
\connect -
SET client_min_messages = warning;
