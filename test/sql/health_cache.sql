-- health: reads from outside of shared buffers are a finding by their volume, with the relations that cause them, and never by a ratio alone
\unset ECHO
\i test/setup.sql
\i test/own_database.sql
\i test/health.sql
-- larger than shared buffers, and read again and again
CREATE TABLE wide AS SELECT i AS id, repeat('x', 1900) AS v FROM generate_series(1, 100000) i;
CREATE TABLE narrow AS SELECT i AS id FROM generate_series(1, 1000) i;
VACUUM ANALYZE wide, narrow;
SELECT plan(12);
SELECT pg_stat_reset() \g /dev/null
SELECT pg_stat_force_next_flush() \g /dev/null
SELECT count(*) FROM wide \g /dev/null
SELECT pg_stat_force_next_flush() \g /dev/null
SELECT cmp_ok((SELECT (evidence ->> 'hit_ratio')::float8 FROM perfadvisor.cache_health WHERE check_name = 'database_reads'), '<', 0.9::float8, 'a table was read that is not in shared buffers');
SELECT is(status_of('cache_health', 'database_reads', quote_ident(current_database())), 'ok', 'and the ratio alone is no finding');
CREATE FUNCTION read_again(times int) RETURNS void LANGUAGE plpgsql AS $$ BEGIN FOR i IN 1 .. times LOOP PERFORM count(*) FROM wide; END LOOP; END $$;
SELECT read_again(30) \g /dev/null
SELECT pg_stat_force_next_flush() \g /dev/null
SELECT is(status_of('cache_health', 'database_reads', quote_ident(current_database())), 'info', 'over a thousand blocks a second of ten minutes are');
SELECT is(status_of('cache_health', 'read_time', quote_ident(current_database())), 'unknown', 'what they cost is unknown while their time is not measured');
SELECT is(remedy_sql, E'ALTER SYSTEM SET track_io_timing = on;\nSELECT pg_reload_conf()', 'and what would measure it is said') FROM perfadvisor.cache_health WHERE check_name = 'read_time';
SELECT is(status_of('cache_health', 'relation_reads', 'public.wide'), 'info', 'the table that is read is named');
SELECT is(status_of('cache_health', 'relation_reads', 'public.narrow'), NULL, 'and others are not');
SET track_io_timing = on;
SELECT isnt(status_of('cache_health', 'read_time', quote_ident(current_database())), 'unknown', 'with time measured it is known');
SELECT ok(blks_read > 600000 AND hit_ratio < 0.9 AND read_share > 0.9, 'relation_cache has the numbers of each relation') FROM perfadvisor.relation_cache WHERE relation = 'wide'::regclass;
SELECT is((SELECT count(*) FROM perfadvisor.buffer_use()), 0::bigint, 'without pg_buffercache nothing is told of buffers');
CREATE SCHEMA "Odd Place";
CREATE EXTENSION pg_buffercache SCHEMA "Odd Place";
SELECT ok(buffers > 0 AND cached_share > 0, 'with it, what each relation has there') FROM perfadvisor.buffer_use() WHERE relation = 'wide'::regclass;
SELECT throws_ok('SELECT * FROM perfadvisor.server_rows(''nothing'')', '22023', 'unknown topic "nothing"', 'an unknown topic of server_rows() is an error');
SELECT * FROM finish();
