-- health: reads from outside of shared buffers are a finding by their volume, with the relations that cause them, and never by a ratio alone
\unset ECHO
\i test/setup.sql
\i test/own_database.sql
\i test/health.sql
-- larger than shared buffers, and read again and again
CREATE TABLE wide AS SELECT i AS id, repeat('x', 1900) AS v FROM generate_series(1, 100000) i;
CREATE TABLE narrow AS SELECT i AS id FROM generate_series(1, 1000) i;
VACUUM ANALYZE wide, narrow;
-- settings of the server, asked for in sessions that began with them; before the plan
CREATE VIEW noted AS SELECT status AS reads, (SELECT status FROM perfadvisor.cache_health WHERE check_name = 'read_time') AS time
    FROM perfadvisor.cache_health WHERE check_name = 'database_reads';
CREATE FUNCTION read_again(times int) RETURNS void LANGUAGE plpgsql AS $$ BEGIN FOR i IN 1 .. times LOOP PERFORM count(*) FROM wide; END LOOP; END $$;
ALTER SYSTEM SET track_io_timing = off;
\i test/reload.sql
SELECT pg_stat_reset() \g /dev/null
SELECT pg_stat_force_next_flush() \g /dev/null
SELECT count(*) FROM wide \g /dev/null
SELECT pg_stat_force_next_flush() \g /dev/null
SELECT (evidence ->> 'hit_ratio')::float8 AS ratio, status AS by_ratio FROM perfadvisor.cache_health WHERE check_name = 'database_reads' \gset
SELECT read_again(30) \g /dev/null
SELECT pg_stat_force_next_flush() \g /dev/null
SELECT reads AS by_volume, time AS by_volume_time FROM noted \gset
SELECT status_of('cache_health', 'relation_reads', 'public.wide') AS wide, COALESCE(status_of('cache_health', 'relation_reads', 'public.narrow'), 'none') AS narrow,
       (SELECT bool_and(remedy_sql IS NULL AND lock_note <> '') FROM perfadvisor.cache_health WHERE check_name IN ('database_reads', 'relation_reads') AND status <> 'ok') AS by_hand \gset
DROP ROLE IF EXISTS perfadvisor_nobody;
CREATE ROLE perfadvisor_nobody;
SET ROLE perfadvisor_nobody;
SELECT string_agg(DISTINCT check_name || ' ' || status, ', ' ORDER BY check_name || ' ' || status) AS nobody FROM perfadvisor.cache_health WHERE check_name <> 'backend_writes' \gset
SELECT 'here' AS seen_by_nobody WHERE (SELECT status_of('cache_health', 'relation_reads', 'public.wide')) = 'info' \gset
RESET ROLE;
DROP ROLE perfadvisor_nobody;
SET track_io_timing = on;
SELECT time AS own_setting FROM noted \gset
RESET track_io_timing;
-- what was counted when a day began, made up: nothing was read since, or all was
INSERT INTO perfadvisor.horizon_log SELECT now() - interval '2 hours', 1, 1, perfadvisor.counted_since(), blks_hit, blks_read, blk_read_time, active_time FROM pg_stat_database WHERE datname = current_database();
SELECT reads AS quiet_day FROM noted \gset
SELECT COALESCE(status_of('cache_health', 'relation_reads', 'public.wide'), 'none') AS quiet_wide \gset
UPDATE perfadvisor.horizon_log SET counted_since = counted_since - interval '1 second';
SELECT reads AS other_counters FROM noted \gset
DELETE FROM perfadvisor.horizon_log;
-- what is printed measures the time
SELECT remedy_sql AS remedy, verify_sql AS verify, undo_sql AS undo, verified(verify_sql) AS before FROM perfadvisor.cache_health WHERE check_name = 'read_time' \gset
\o /dev/null
SELECT unnest(string_to_array(:'remedy', E';\n')) \gexec
\o
\i test/reload.sql
SELECT verified(:'verify') AS after, time AS measured, reads AS measured_reads FROM noted \gset
SELECT read_again(3) \g /dev/null
SELECT pg_stat_force_next_flush() \g /dev/null
SELECT blk_read_time > 0 AS counted FROM pg_stat_database WHERE datname = current_database() \gset
-- eleven minutes of which a share went into reads, made up
SELECT pg_stat_reset() \g /dev/null
SELECT read_again(60) \g /dev/null
SELECT pg_stat_force_next_flush() \g /dev/null
-- in a session of its own time is counted when its state changes
\connect -
SET client_min_messages = warning;
CREATE FUNCTION judged_by(share float8) RETURNS text LANGUAGE sql AS $$
    DELETE FROM perfadvisor.horizon_log;
    INSERT INTO perfadvisor.horizon_log SELECT now() - interval '11 minutes', 1, 1, perfadvisor.counted_since(), 0, 0, 0.000001, active_time - blk_read_time / share FROM pg_stat_database WHERE datname = current_database();
    SELECT status || ' ' || (message ~ 'of their active time') FROM perfadvisor.cache_health WHERE check_name = 'database_reads' $$;
SELECT judged_by(0.2) AS fifth, judged_by(0.05) AS twentieth, judged_by(0.01) AS hundredth \gset
DELETE FROM perfadvisor.horizon_log;
\o /dev/null
SELECT unnest(string_to_array(:'undo', E';\n')) \gexec
\o
\i test/reload.sql
SELECT verified(:'verify') AS undone, time AS undone_time FROM noted \gset
ALTER SYSTEM RESET track_io_timing;
\i test/reload.sql

SELECT plan(21);
SELECT cmp_ok(:ratio::float8, '<', 0.9::float8, 'a table was read that is not in shared buffers');
SELECT is(:'by_ratio'::text, 'ok', 'and the ratio alone is no finding');
SELECT is(:'by_volume'::text, 'info', 'over a thousand blocks a second of ten minutes are');
SELECT is(:'by_volume_time'::text, 'unknown', 'what they cost is unknown while their time is not measured');
SELECT is(:'wide'::text, 'info', 'the table that is read is named');
SELECT is(:'narrow'::text, 'none', 'and others are not');
SELECT ok(:'by_hand'::boolean, 'what no statement mends says what to look at instead');
SELECT is(:'nobody' || ' ' || :'seen_by_nobody', 'database_reads info, read_time unknown, relation_reads info here', 'a role without rights is told the same, as everybody sees these counters');
SELECT is(:'own_setting'::text, 'unknown', 'a setting of the asking session is not taken for the server''s');
SELECT is(:'quiet_day' || ' ' || :'quiet_wide', 'ok none', 'what was read before the last day is told of no more');
SELECT is(:'other_counters'::text, 'info', 'unless that day''s counters are not known');
SELECT is(ARRAY[:'before', :'after', :'counted', :'undone']::boolean[], ARRAY[false, true, true, false], 'what is printed measures the time, verify_sql says so, and undo_sql ends it');
SELECT is(:'measured' || ' ' || :'measured_reads' || ' ' || :'undone_time', 'ok info unknown', 'then it is known, and reads from before are not taken for cheap');
SELECT is(:'fifth'::text, 'warning true', 'a fifth of the active time spent on reads is a warning');
SELECT is(:'twentieth'::text, 'info true', 'a twentieth is worth a look');
SELECT is(:'hundredth'::text, 'ok false', 'and a hundredth is well');
SELECT ok(blks_read > 600000 AND hit_ratio < 0.9 AND read_share > 0.9, 'relation_cache has the numbers of each relation') FROM perfadvisor.relation_cache WHERE relation = 'wide'::regclass;
SELECT is((SELECT count(*) FROM perfadvisor.buffer_use()), 0::bigint, 'without pg_buffercache nothing is told of buffers');
CREATE SCHEMA "Odd Place";
CREATE EXTENSION pg_buffercache SCHEMA "Odd Place";
SELECT ok(buffers > 0 AND cached_share > 0, 'with it, what each relation has there') FROM perfadvisor.buffer_use() WHERE relation = 'wide'::regclass;
SELECT throws_ok('SELECT * FROM perfadvisor.server_rows(''nothing'')', '22023', 'unknown topic "nothing"', 'an unknown topic of server_rows() is an error');
SELECT perfadvisor.note_findings() \g /dev/null
SELECT ok(counted_since = perfadvisor.counted_since() AND blks_read > 600000 AND blk_read_time >= 0 AND active_time > 0, 'note_findings() notes what a day''s reads are told from') FROM perfadvisor.horizon_log;
SELECT * FROM finish();
