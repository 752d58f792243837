-- health: settings follow from the machine and the workload, for four machines and three workloads; without evidence nothing changes
\unset ECHO
\i test/setup.sql
\i test/own_database.sql
\i test/health.sql
-- Facts about a machine that runs with PostgreSQL's defaults, but jit, which is off from 19 on: memory in GB, data in GB, peak statements at the same time
CREATE FUNCTION facts(memory float8, cpus float8, data float8, peak int, workload jsonb, settings jsonb DEFAULT '{}') RETURNS jsonb LANGUAGE sql AS $$
    SELECT jsonb_build_object('version', 150000, 'memory_bytes', memory * 1073741824, 'cpus', cpus, 'rotational', false, 'data_bytes', data * 1073741824, 'peak_statements', peak,
               'window_hours', 100, 'checkpoint_hours', 100, 'wal_hours', 100, 'deadlocks', 0) || workload
        || jsonb_build_object('settings', (SELECT jsonb_object_agg(name, boot_val) FROM pg_settings WHERE vartype <> 'string') || '{"autovacuum_work_mem": -1, "wal_buffers": 2048, "shared_buffers": 16384, "effective_io_concurrency": 1, "jit": "on"}' || settings)
$$;
CREATE FUNCTION advised(facts jsonb) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(setting || '=' || advised, ' ' ORDER BY setting) FROM perfadvisor.judge_settings(facts)
    WHERE advised IS NOT NULL
$$;
-- oltp: many short statements, no spills, little WAL by large transactions, reads from flash in 0.15 ms
-- reports: few long statements that spill 64 MB each, 20 GB an hour; 2,800 blocks read a second
-- loading: WAL of 8 MB a second, of which six tenths are pages in full, nearly all checkpoints early, 20 an hour, and full WAL buffers
CREATE TABLE workloads AS SELECT * FROM (VALUES
    ('oltp', '{"temp_bytes": 0, "blocks_read": 1e7, "read_ms": 0.15, "wal_bytes": 2e9, "wal_fpi": 1e4, "wal_buffers_full": 0, "checkpoints_timed": 1200, "checkpoints_requested": 2, "analytical_share": 0.01}'::jsonb),
    ('reports', '{"temp_bytes": 2e12, "spill_bytes": 67108864, "blocks_read": 1e9, "read_ms": 0.15, "wal_bytes": 2e9, "wal_fpi": 1e4, "wal_buffers_full": 0, "checkpoints_timed": 1200, "checkpoints_requested": 2, "analytical_share": 0.9}'),
    ('loading', '{"temp_bytes": 0, "blocks_read": 1e7, "read_ms": 0.15, "wal_bytes": 3e12, "wal_fpi": 2.2e8, "wal_buffers_full": 500000, "checkpoints_timed": 50, "checkpoints_requested": 1950, "analytical_share": 0.01}')) AS w(name, facts);
CREATE FUNCTION case_of(memory float8, cpus float8, data float8, peak int, workload text) RETURNS text LANGUAGE sql AS $$
    SELECT advised(facts(memory, cpus, data, peak, w.facts)) FROM workloads AS w WHERE w.name = workload $$;
-- on this server; asked before the plan, as sessions change
ALTER SYSTEM SET default_statistics_target = 20;
\i test/reload.sql
SELECT current_setting AS seen, verify_sql AS verify, undo_sql AS undo, verified(verify_sql) AS before FROM perfadvisor.settings_health WHERE object = 'default_statistics_target' \gset
\o /dev/null
SELECT unnest(string_to_array(remedy_sql, E';\n')) FROM perfadvisor.settings_health WHERE object = 'default_statistics_target' \gexec
\o
\i test/reload.sql
SELECT verified(:'verify') AS after \gset
\o /dev/null
SELECT unnest(string_to_array(:'undo', E';\n')) \gexec
\o
\i test/reload.sql
SELECT current_setting('default_statistics_target') AS undone \gset
ALTER SYSTEM RESET default_statistics_target;
\i test/reload.sql

SELECT plan(39);
-- Four machines, three workloads: all that is advised against PostgreSQL's defaults, and why, by its documentation
--   shared_buffers: 25 % of memory to begin with, less below 1 GB, hardly ever more than 40 % (19.4.1); stays where half of it is there
--   effective_cache_size: shared buffers and what the kernel caches of the data (19.7.2): three quarters of memory; stays within half
--   work_mem: several sorts and hashes of several sessions each take it (19.4.1): two for each statement at the same time, out of half of what is left
--   maintenance_work_mem: larger speeds up VACUUM and index builds, but each autovacuum worker may take it (19.4.1); before 17 VACUUM uses 1 GB at most
--   random_page_cost: storage with a low cost of random reads is better modelled by 1.1 (19.7.2)
--   effective_io_concurrency: hundreds for storage that serves many requests at once (19.4.6), where reads are many
--   max_wal_size: where checkpoints come because of it, raise it (30.5); the next begins at 1 / (1 + checkpoint_completion_target) of it
--   wal_buffers: full ones make sessions write WAL themselves (30.5); wal_compression: pages in full compress at some processor time (19.5.1)
--   max_parallel_workers and max_worker_processes: the one comes out of the other (19.4.6), and neither helps without processors
--   log_temp_files: names the statements that spill (19.8.3)
CREATE TABLE cases (n int GENERATED ALWAYS AS IDENTITY, memory float8, cpus float8, data float8, peak int, workload text, advised text, reason text);
INSERT INTO cases (memory, cpus, data, peak, workload, advised, reason) VALUES
    (1, 1, 4, 5, 'oltp', 'effective_cache_size=768MB random_page_cost=1.1', 'shared_buffers are half of a quarter and stay'),
    (1, 1, 4, 2, 'reports', 'effective_cache_size=768MB effective_io_concurrency=200 log_temp_files=10MB random_page_cost=1.1 work_mem=112MB', 'work_mem is what two statements at the same time leave room for'),
    (1, 1, 4, 5, 'loading', 'effective_cache_size=768MB max_wal_size=9GB random_page_cost=1.1 wal_buffers=64MB wal_compression=on', 'room for the WAL of two checkpoints at twice the mean rate'),
    (8, 4, 40, 20, 'oltp', 'maintenance_work_mem=512MB random_page_cost=1.1 shared_buffers=2GB', 'a quarter for shared_buffers, a sixteenth for maintenance'),
    (8, 4, 40, 4, 'reports', 'effective_io_concurrency=200 log_temp_files=10MB maintenance_work_mem=512MB random_page_cost=1.1 shared_buffers=2GB work_mem=160MB', 'what a statement spills, and half as much again and once more, as rows take more room in memory'),
    (8, 4, 40, 10, 'loading', 'maintenance_work_mem=512MB max_wal_size=9GB random_page_cost=1.1 shared_buffers=2GB wal_buffers=64MB wal_compression=on', 'WAL asks for the same on every machine'),
    (64, 16, 500, 60, 'oltp', 'effective_cache_size=48GB maintenance_work_mem=1GB random_page_cost=1.1 shared_buffers=16GB', 'maintenance_work_mem is at most what VACUUM can use before 17'),
    (64, 16, 500, 6, 'reports', 'effective_cache_size=48GB effective_io_concurrency=200 log_temp_files=10MB maintenance_work_mem=1GB max_parallel_workers_per_gather=4 random_page_cost=1.1 shared_buffers=16GB work_mem=160MB', 'few statements on many processors may use more of them'),
    (64, 16, 500, 20, 'loading', 'effective_cache_size=48GB maintenance_work_mem=1GB max_wal_size=9GB random_page_cost=1.1 shared_buffers=16GB wal_buffers=64MB wal_compression=on', 'no parallel workers, as nothing is analytical'),
    (512, 64, 4000, 300, 'oltp', 'effective_cache_size=384GB maintenance_work_mem=1GB random_page_cost=1.1 shared_buffers=128GB', 'the share stays the same, however large'),
    (512, 64, 4000, 20, 'reports', 'effective_cache_size=384GB effective_io_concurrency=200 log_temp_files=10MB maintenance_work_mem=1GB max_parallel_workers=64 max_parallel_workers_per_gather=4 max_worker_processes=72 random_page_cost=1.1 shared_buffers=128GB work_mem=160MB', 'parallel workers for all processors, and the processes that these come out of'),
    (512, 64, 4000, 100, 'loading', 'effective_cache_size=384GB maintenance_work_mem=1GB max_wal_size=9GB random_page_cost=1.1 shared_buffers=128GB wal_buffers=64MB wal_compression=on', 'work_mem stays where nothing spills');
SELECT is(case_of(memory, cpus, data, peak, workload), advised, format('%s GB, %s: %s', memory, workload, reason)) FROM cases ORDER BY n;
-- newer servers
SELECT is(advised(facts(64, 16, 500, 6, facts, '{"effective_io_concurrency": 16}') || '{"version": 180000}'), 'effective_cache_size=48GB log_temp_files=10MB maintenance_work_mem=4GB max_parallel_workers_per_gather=4 random_page_cost=1.1 shared_buffers=16GB work_mem=160MB', 'from 17 on VACUUM can use more than 1 GB, and 18 reads ahead enough by default') FROM workloads WHERE name = 'reports';

-- without evidence nothing changes
SELECT is(advised(facts(64, 16, 0.05, 6, facts, '{"effective_cache_size": 6291456}')), 'random_page_cost=1.1', 'data that fits needs no larger shared_buffers') FROM workloads WHERE name = 'oltp';
SELECT is(advised(facts(NULL, NULL, 500, NULL, '{"rotational": null}')), NULL, 'of an unknown machine nothing follows');
SELECT is(array_agg(DISTINCT status ORDER BY status), '{ok,unknown}', 'and what would is unknown') FROM perfadvisor.judge_settings(facts(NULL, NULL, 500, NULL, '{"rotational": null}'));
SELECT is(advised(facts(8, 4, 40, NULL, facts, '{"max_connections": 100}')) ~ 'work_mem=160MB', false, 'where the statements at the same time were not measured, as many as may connect share the memory') FROM workloads WHERE name = 'reports';
SELECT is(advised(facts(8, 4, 4, 10, facts, '{"random_page_cost": 4, "seq_page_cost": 1}') || '{"read_ms": 6, "rotational": true}') ~ 'random_page_cost', false, 'a disk that turns keeps its random_page_cost') FROM workloads WHERE name = 'oltp';
SELECT matches(advised(facts(8, 4, 4, 10, facts, '{"random_page_cost": 4, "seq_page_cost": 1}') || '{"read_ms": 6, "rotational": true, "blocks_read": 20000, "blocks_hit": 1e9}'), 'random_page_cost=1.5', 'unless nearly all blocks were in memory') FROM workloads WHERE name = 'oltp';
SELECT is(advised(facts(8, 4, 4, 10, facts, '{"random_page_cost": 1.5, "seq_page_cost": 1}') || '{"read_ms": 6, "rotational": true, "blocks_read": 20000, "blocks_hit": 1e9}') ~ 'random_page_cost', false, 'with which it stays') FROM workloads WHERE name = 'oltp';
SELECT matches(advised(facts(8, 4, 4, 10, facts, '{"random_page_cost": 1.1}') || '{"read_ms": 6, "rotational": true}'), 'random_page_cost=4', 'and gets it back where it was taken away') FROM workloads WHERE name = 'oltp';
SELECT is((SELECT status || ' ' || advised FROM perfadvisor.judge_settings(facts(8, 4, 40, 100, facts, '{"work_mem": 262144}')) WHERE setting = 'work_mem'), 'warning 20MB', 'a work_mem that would exhaust the memory is a warning') FROM workloads WHERE name = 'oltp';
SELECT is((SELECT status || ' ' || advised FROM perfadvisor.judge_settings(facts(8, 4, 40, 10, facts, '{"shared_buffers": 786432}')) WHERE setting = 'shared_buffers'), 'warning 2GB', 'and so are shared_buffers of most of it') FROM workloads WHERE name = 'oltp';
SELECT is((SELECT string_agg(setting, ' ' ORDER BY setting) FROM perfadvisor.judge_settings(facts(8, 4, 40, 10, facts, '{"fsync": "off", "full_page_writes": "off", "zero_damaged_pages": "on"}')) WHERE status = 'critical'), 'fsync full_page_writes zero_damaged_pages', 'what loses data is critical') FROM workloads WHERE name = 'oltp';
SELECT is((SELECT count(*) FROM perfadvisor.judge_settings(facts(8, 4, 40, 10, facts)) WHERE advised IS NULL AND message NOT LIKE 'No change%'), 0::bigint, 'what stays says so') FROM workloads WHERE name = 'oltp';
SELECT is((SELECT string_agg(setting || ' ' || status || ' ' || advised, ', ' ORDER BY setting) FROM perfadvisor.judge_settings(facts(8, 4, 40, 10, facts, '{"log_checkpoints": "off", "log_autovacuum_min_duration": -1, "log_lock_waits": "off", "checkpoint_completion_target": 0.5, "autovacuum_vacuum_cost_delay": 20, "autovacuum_naptime": 3600, "default_statistics_target": 10, "huge_pages": "off", "shared_buffers": 262144}') || '{"deadlocks": 3}')
           WHERE setting ~ '^log_|^autovacuum|^checkpoint_c|^default_s'), 'autovacuum_naptime info 60s, autovacuum_vacuum_cost_delay info 2ms, checkpoint_completion_target info 0.9, default_statistics_target info 100, log_autovacuum_min_duration info 10min, log_checkpoints info on, log_lock_waits info on',
          'what was set for disks and logs of long ago is told of, by the defaults of today') FROM workloads WHERE name = 'oltp';
SELECT is((SELECT string_agg(setting, ' ' ORDER BY setting) FROM perfadvisor.judge_settings(facts(64, 32, 500, 6, facts) || '{"lacks": "pg_read_all_stats", "jit_share": 0.5, "jit_own_share": 0.5, "jit_cost": 1e5}') WHERE status = 'unknown'), 'jit jit_above_cost max_parallel_workers max_parallel_workers_per_gather max_worker_processes work_mem',
          'to who does not see all statements what follows from them is unknown, not well') FROM workloads WHERE name = 'reports';
SELECT is((SELECT count(*) FROM perfadvisor.judge_settings(facts(64, 32, 500, 6, facts) || '{"lacks": "pg_read_all_stats"}') WHERE status = 'unknown' AND (evidence ->> 'lacks' IS NULL OR advised IS NOT NULL)), 0::bigint, 'and says what would show it') FROM workloads WHERE name = 'reports';
SELECT is((SELECT status || ' ' || COALESCE(advised, '') || ' ' || message FROM perfadvisor.judge_settings(facts(8, 4, 40, 4, facts - 'spill_bytes')) WHERE setting = 'work_mem'), 'ok  No change: no recorded statement writes temporary files',
          'temporary files that no statement has written do not change work_mem') FROM workloads WHERE name = 'reports';
-- no setting is judged without a case that changes it
CREATE TABLE changed AS
    SELECT j.setting, j.advised FROM cases AS c JOIN workloads AS w ON w.name = c.workload CROSS JOIN perfadvisor.judge_settings(facts(c.memory, c.cpus, c.data, c.peak, w.facts)) AS j WHERE j.advised IS NOT NULL
    UNION SELECT j.setting, j.advised
    FROM workloads AS w CROSS JOIN (VALUES
        ('{"log_checkpoints": "off", "log_autovacuum_min_duration": -1, "log_lock_waits": "off", "checkpoint_completion_target": 0.5, "autovacuum_vacuum_cost_delay": 20, "autovacuum_naptime": 3600, "default_statistics_target": 10}'::jsonb, '{"deadlocks": 3}'::jsonb),
        ('{"fsync": "off", "full_page_writes": "off", "zero_damaged_pages": "on", "ignore_checksum_failure": "on"}', '{}'),
        ('{"huge_pages": "off", "shared_buffers": 2097152}', '{"clock_ns": 30, "blocks_read": 1e9}'),
        ('{}', '{"wal_bytes": 3e12, "wal_fpi": 2.2e8}'),
        ('{}', '{"jit_share": 0.5, "jit_own_share": 0.5, "jit_cost": 100000, "jit_cost_worth": 1e6}'),
        ('{}', '{"jit_share": 0.5, "jit_own_share": 0.5, "jit_cost": 100000, "jit_cost_worth": 1000}')) AS v(settings, facts)
         CROSS JOIN perfadvisor.judge_settings(facts(64, 16, 500, 20, w.facts || v.facts, v.settings) || v.facts) AS j
    WHERE w.name = 'oltp' AND j.advised IS NOT NULL;
SELECT is((SELECT string_agg(j.setting, ' ' ORDER BY j.setting) FROM perfadvisor.judge_settings(facts(8, 4, 40, 4, '{}')) AS j WHERE j.setting NOT IN (SELECT c.setting FROM changed AS c)), NULL, 'no setting is judged without a case here that changes it');
SELECT is((SELECT string_agg(setting || ' ' || advised, ', ' ORDER BY setting) FROM changed WHERE setting IN ('jit', 'jit_above_cost', 'checkpoint_timeout', 'huge_pages', 'track_io_timing', 'ignore_checksum_failure')),
    'checkpoint_timeout 900s, huge_pages try, ignore_checksum_failure off, jit off, jit_above_cost 150000, track_io_timing on', 'those of rarer evidence to what PostgreSQL''s documentation says');
-- set as advised, everything stays
SELECT is(advised(facts(64, 16, 500, 6, facts, '{"shared_buffers": 2097152, "effective_cache_size": 6291456, "work_mem": 163840, "maintenance_work_mem": 1048576, "random_page_cost": 1.1, "max_parallel_workers_per_gather": 4, "effective_io_concurrency": 200, "log_temp_files": 10240}')), NULL, 'set as advised, nothing changes any more') FROM workloads WHERE name = 'reports';

SELECT is(status_of('settings_health', 'setting', 'default_statistics_target'), 'ok', 'a default that is well says so');
SELECT is(:'seen'::text, '20', 'a setting that was lowered is seen');
SELECT is(ARRAY[:'before', :'after']::boolean[], ARRAY[false, true], 'what is printed sets it');
SELECT is(:'undone'::text, '20', 'and undo_sql brings the value back');
DROP ROLE IF EXISTS perfadvisor_nobody;
CREATE ROLE perfadvisor_nobody;
SET ROLE perfadvisor_nobody;
SET jit = on;
SELECT is((SELECT string_agg(DISTINCT remedy_sql, ', ') FROM perfadvisor.settings_health WHERE status = 'unknown'), CASE WHEN (SELECT count(*) FROM perfadvisor.settings_health WHERE status = 'unknown') > 0 THEN 'GRANT pg_read_all_stats TO perfadvisor_nobody' END, 'a role without rights is told which one it lacks');
RESET ROLE;
GRANT pg_read_all_stats TO perfadvisor_nobody;
SET ROLE perfadvisor_nobody;
SELECT is((SELECT count(*) FROM perfadvisor.settings_health WHERE status = 'unknown' AND evidence ? 'lacks'), 0::bigint, 'with which nothing is unknown for want of rights');
RESET ROLE;
DROP ROLE perfadvisor_nobody;
SET default_statistics_target = 30;
SELECT is(current_setting, '100', 'a setting of the asking session is not taken for the server''s') FROM perfadvisor.settings_health WHERE object = 'default_statistics_target';
SELECT * FROM finish();
