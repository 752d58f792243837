-- ---------------------------------------------------------------------------
-- Health: settings, judged by the machine and by what was measured. Without evidence there is no change.

CREATE FUNCTION perfadvisor.judge_settings(
    facts jsonb,
    OUT setting text, OUT advised text, OUT advised_value double precision, OUT status text, OUT message text,
    OUT why text, OUT evidence jsonb, OUT confidence double precision)
RETURNS SETOF record
LANGUAGE SQL IMMUTABLE PARALLEL SAFE STRICT ROWS 30
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
-- Memory in MB here, times in seconds. What a fact does not tell is NULL, and then nothing follows from it.
-- shared_buffers, effective_cache_size, random_page_cost and checkpoints by PostgreSQL's documentation (19.4 to 19.7, 30.5);
-- the share of memory for work_mem is ours: half of what shared_buffers leaves, for two sorts or hashes of each
-- statement that runs at the same time.
WITH s AS (
    SELECT (facts ->> 'memory_bytes')::float8 / 1048576 AS memory, (facts ->> 'cpus')::float8 AS cpus, (facts ->> 'rotational')::boolean AS rotational,
           (facts ->> 'data_bytes')::float8 / 1048576 AS data, (facts ->> 'version')::integer AS version,
           (facts ->> 'peak_statements')::float8 AS peak, (facts ->> 'window_hours')::float8 AS hours,
           (facts ->> 'temp_bytes')::float8 / 1048576 AS temp, (seen ->> 'spill_bytes')::float8 / 1048576 AS spill,
           (facts ->> 'blocks_read')::float8 AS blocks_read, (facts ->> 'blocks_hit')::float8 AS blocks_hit, (facts ->> 'read_ms')::float8 AS read_ms,
           (facts ->> 'checkpoints_timed')::float8 AS timed, (facts ->> 'checkpoints_requested')::float8 AS requested, (facts ->> 'checkpoint_hours')::float8 AS checkpoint_hours,
           (facts ->> 'wal_bytes')::float8 / 1048576 AS wal, (facts ->> 'wal_fpi')::float8 / 128 AS fpi, (facts ->> 'wal_buffers_full')::float8 AS wal_full, (facts ->> 'wal_hours')::float8 AS wal_hours,
           (seen ->> 'analytical_share')::float8 AS analytical, (facts ->> 'deadlocks')::float8 AS deadlocks, (facts ->> 'clock_ns')::float8 AS clock_ns,
           (v ->> 'shared_buffers')::float8 / 128 AS shared_buffers, (v ->> 'effective_cache_size')::float8 / 128 AS effective_cache_size,
           (v ->> 'work_mem')::float8 / 1024 AS work_mem, (v ->> 'maintenance_work_mem')::float8 / 1024 AS maintenance_work_mem,
           (v ->> 'autovacuum_work_mem')::float8 / 1024 AS autovacuum_work_mem, (v ->> 'autovacuum_max_workers')::float8 AS autovacuum_workers,
           (v ->> 'random_page_cost')::float8 AS random_page_cost, (v ->> 'seq_page_cost')::float8 AS seq_page_cost, (v ->> 'effective_io_concurrency')::float8 AS io_concurrency,
           (v ->> 'max_wal_size')::float8 AS max_wal_size, (v ->> 'checkpoint_timeout')::float8 AS checkpoint_timeout, (v ->> 'checkpoint_completion_target')::float8 AS completion,
           (v ->> 'wal_buffers')::float8 / 128 AS wal_buffers, (v ->> 'max_connections')::float8 AS max_connections,
           (v ->> 'max_worker_processes')::float8 AS processes, (v ->> 'max_parallel_workers')::float8 AS workers, (v ->> 'max_parallel_workers_per_gather')::float8 AS per_gather,
           (v ->> 'default_statistics_target')::float8 AS target, (v ->> 'autovacuum_vacuum_cost_delay')::float8 AS cost_delay, (v ->> 'autovacuum_naptime')::float8 AS naptime,
           (v ->> 'log_temp_files')::float8 AS log_temp_files, v ->> 'log_lock_waits' AS log_lock_waits, v ->> 'log_checkpoints' AS log_checkpoints,
           (v ->> 'log_autovacuum_min_duration')::float8 AS log_autovacuum, facts ->> 'lacks' AS lacks,
           CASE WHEN facts ->> 'lacks' IS NULL THEN '{}' ELSE pg_catalog.jsonb_build_object('lacks', facts -> 'lacks') END AS lacking,
           CASE WHEN facts ->> 'lacks' = 'pg_read_all_stats' THEN 'the statements of other roles are not visible to this role' ELSE 'nothing is recorded, as the library is not loaded' END AS unseen, v ->> 'track_io_timing' AS track_io_timing,
           v ->> 'wal_compression' AS wal_compression, v ->> 'fsync' AS fsync, v ->> 'full_page_writes' AS full_page_writes, v ->> 'jit' AS jit, (v ->> 'jit_above_cost')::float8 AS jit_above_cost,
           (seen ->> 'jit_share')::float8 AS jit_share, (seen ->> 'jit_own_share')::float8 AS jit_own_share,
           (seen ->> 'jit_cost')::float8 AS jit_cost, (seen ->> 'jit_cost_worth')::float8 AS jit_cost_worth,
           COALESCE(pg_catalog.jsonb_build_object('queryids', NULLIF(seen -> 'jit_queryids', 'null')), '{}') AS jit_queryids,
           v ->> 'zero_damaged_pages' AS zero_damaged_pages, v ->> 'ignore_checksum_failure' AS ignore_checksum_failure, v ->> 'huge_pages' AS huge_pages
    -- nothing follows from some statements of many: what does is unknown to who does not see them all
    FROM (SELECT facts -> 'settings' AS v, CASE WHEN facts ->> 'lacks' IS NULL THEN facts END AS seen) AS x
), d AS (
    SELECT s.*,
           pg_catalog.floor(CASE WHEN s.memory < 1024 THEN s.memory * 0.15 ELSE s.memory * 0.25 END / 32) * 32 AS buffers_wanted,
           -- statements at the same time: as measured, or as many as may connect
           GREATEST(COALESCE(s.peak, s.max_connections), 1) AS peak_used,
           -- a second's WAL, and what a checkpoint every checkpoint_timeout needs: the next one begins when
           -- max_wal_size / (1 + checkpoint_completion_target) is written. Twice the mean, as load has peaks.
           s.wal / NULLIF(s.wal_hours * 3600, 0) AS wal_rate,
           (s.timed + s.requested) / NULLIF(s.checkpoint_hours, 0) AS checkpoints_per_hour,
           s.requested / NULLIF(s.timed + s.requested, 0) AS requested_share
    FROM s
), w AS (
    SELECT d.*, GREATEST(pg_catalog.floor((d.memory - d.shared_buffers) / 2 / (2 * d.peak_used)), 1) AS work_mem_most,
           -- what spills is evidence; index builds write temporary files, too
           CASE WHEN d.spill IS NOT NULL THEN LEAST(pg_catalog.ceil(d.spill * 2.5), GREATEST(pg_catalog.floor((d.memory - d.shared_buffers) / 2 / (2 * d.peak_used)), 1)) END AS work_mem_wanted,
           -- at most one block in 200 was not in shared_buffers
           COALESCE(d.blocks_hit > 1000000 AND d.blocks_read <= d.blocks_hit / 200, false) AS in_memory,
           CASE WHEN d.memory IS NOT NULL THEN GREATEST(64, LEAST(CASE WHEN d.version >= 170000 THEN 4096 ELSE 1024 END, pg_catalog.floor(d.memory / 16 / 16) * 16)) END AS maintenance_wanted,
           -- compiling is too much where it takes a quarter of what is compiled and shows in the whole, or a tenth of the whole
           COALESCE(d.jit = 'on' AND (d.jit_share > 0.1 OR (d.jit_share > 0.01 AND d.jit_own_share > 0.25)), false) AS jit_heavy,
           -- half as much again, to two digits
           pg_catalog.ceil(d.jit_cost * 1.5 / pg_catalog.power(10, pg_catalog.floor(pg_catalog.log(GREATEST(d.jit_cost, 10))) - 1)) * pg_catalog.power(10, pg_catalog.floor(pg_catalog.log(GREATEST(d.jit_cost, 10))) - 1) AS jit_cost_wanted,
           COALESCE(d.jit_cost < d.jit_cost_worth OR (d.jit_cost_worth IS NULL AND d.jit_cost IS NOT NULL), false) AS jit_raise,
           LEAST(65536, pg_catalog.ceil(d.wal_rate * d.checkpoint_timeout * (1 + d.completion) * 2 / 1024) * 1024) AS wal_size_wanted
    FROM d
), judged (setting, mb, plain, status, message, why, evidence, confidence) AS (
    SELECT x.*
    FROM w CROSS JOIN LATERAL (VALUES
    ('shared_buffers',
     CASE WHEN w.shared_buffers > 0.45 * w.memory OR (w.shared_buffers < 0.5 * w.buffers_wanted AND w.data > w.shared_buffers) THEN w.buffers_wanted END, NULL::float8,
     CASE WHEN w.memory IS NULL THEN 'unknown' WHEN w.shared_buffers > 0.45 * w.memory THEN 'warning'
          WHEN w.shared_buffers < 0.5 * w.buffers_wanted AND w.data > w.shared_buffers THEN CASE WHEN w.shared_buffers < 0.1 * w.buffers_wanted THEN 'warning' ELSE 'info' END ELSE 'ok' END,
     CASE WHEN w.memory IS NULL THEN 'The memory of the machine could not be read'
          WHEN w.shared_buffers > 0.45 * w.memory THEN pg_catalog.format('It takes %s %% of %s MB of memory (threshold 45 %%): what it holds is held by the operating system as well', pg_catalog.round((w.shared_buffers * 100 / w.memory)::numeric), pg_catalog.round(w.memory))
          WHEN w.shared_buffers < 0.5 * w.buffers_wanted AND w.data > w.shared_buffers THEN pg_catalog.format('It has %s MB for %s MB of data on a machine with %s MB of memory; a quarter of that is where to begin', pg_catalog.round(w.shared_buffers), pg_catalog.round(w.data), pg_catalog.round(w.memory))
          WHEN w.shared_buffers < 0.5 * w.buffers_wanted THEN pg_catalog.format('No change: all data (%s MB) fits', pg_catalog.round(w.data))
          ELSE pg_catalog.format('No change: %s MB of %s MB', pg_catalog.round(w.shared_buffers), pg_catalog.round(w.memory)) END,
     'Blocks that it does not hold are read from the operating system or the disk.',
     pg_catalog.jsonb_build_object('memory_mb', pg_catalog.round(w.memory), 'data_mb', pg_catalog.round(w.data)), 0.8::float8),
    ('effective_cache_size',
     CASE WHEN w.effective_cache_size > w.memory OR w.effective_cache_size < 0.5 * 0.75 * w.memory THEN GREATEST(pg_catalog.floor(w.memory * 0.75 / 32) * 32, w.shared_buffers) END, NULL,
     CASE WHEN w.memory IS NULL THEN 'unknown' WHEN w.effective_cache_size > w.memory OR w.effective_cache_size < 0.5 * 0.75 * w.memory THEN 'info' ELSE 'ok' END,
     CASE WHEN w.memory IS NULL THEN 'The memory of the machine could not be read'
          WHEN w.effective_cache_size > w.memory OR w.effective_cache_size < 0.5 * 0.75 * w.memory THEN pg_catalog.format('The planner takes the caches for %s MB; the machine has %s MB, three quarters of which may be cache', pg_catalog.round(w.effective_cache_size), pg_catalog.round(w.memory))
          ELSE pg_catalog.format('No change: %s MB of %s MB', pg_catalog.round(w.effective_cache_size), pg_catalog.round(w.memory)) END,
     'The planner uses it to judge how often an index scan finds its pages in a cache. Nothing is allocated.',
     pg_catalog.jsonb_build_object('memory_mb', pg_catalog.round(w.memory)), 0.8),
    ('work_mem',
     CASE WHEN w.work_mem * 2 * w.peak > w.memory - w.shared_buffers THEN w.work_mem_most
          WHEN w.temp / w.hours >= 100 AND w.work_mem_wanted >= 1.5 * w.work_mem THEN w.work_mem_wanted END, NULL,
     CASE WHEN w.work_mem * 2 * w.peak > w.memory - w.shared_buffers THEN 'warning'
          WHEN w.temp / w.hours >= 100 AND w.work_mem_wanted >= 1.5 * w.work_mem THEN CASE WHEN w.temp / w.hours >= 5120 THEN 'warning' ELSE 'info' END
          WHEN w.temp / w.hours >= 100 AND (w.memory IS NULL OR w.lacks IS NOT NULL) THEN 'unknown' ELSE 'ok' END,
     CASE WHEN w.work_mem * 2 * w.peak > w.memory - w.shared_buffers THEN pg_catalog.format('Up to %s statements ran at the same time; two sorts of %s MB for each are more than the %s MB that are left', w.peak, pg_catalog.round(w.work_mem), pg_catalog.round(w.memory - w.shared_buffers))
          WHEN w.temp / w.hours < 100 OR w.temp IS NULL THEN pg_catalog.format('No change: %s MB an hour are written to temporary files (threshold 100)', pg_catalog.round((w.temp / w.hours)::numeric))
          WHEN w.memory IS NULL THEN 'The memory of the machine could not be read'
          WHEN w.lacks IS NOT NULL THEN pg_catalog.format('%s MB an hour are written to temporary files (threshold 100); how much each statement writes is not known: %s', pg_catalog.round((w.temp / w.hours)::numeric), w.unseen)
          WHEN w.work_mem_wanted >= 1.5 * w.work_mem THEN pg_catalog.format('%s MB an hour are written to temporary files (threshold 100); a statement that does writes %s MB, and with %s statements at the same time (%s) %s MB are safe', pg_catalog.round((w.temp / w.hours)::numeric), pg_catalog.round(w.spill::numeric, 1), w.peak_used,
               CASE WHEN w.peak IS NULL THEN 'max_connections, as none were measured' ELSE 'measured' END, w.work_mem_most)
          WHEN w.spill IS NULL THEN 'No change: no recorded statement writes temporary files'
          ELSE pg_catalog.format('No change: %s MB are what %s statements at the same time leave room for', w.work_mem_most, w.peak_used) END,
     'A sort or hash that does not fit goes through temporary files; what is allowed is taken by each sort of each statement at the same time.',
     pg_catalog.jsonb_build_object('temp_mb_per_hour', pg_catalog.round((w.temp / w.hours)::numeric), 'spill_mb', pg_catalog.round(w.spill::numeric, 1), 'peak_statements', w.peak, 'max_connections', w.max_connections, 'memory_mb', pg_catalog.round(w.memory), 'safe_mb', w.work_mem_most)
         || CASE WHEN w.temp / w.hours >= 100 AND w.memory IS NOT NULL THEN w.lacking ELSE '{}' END, 0.7),
    ('maintenance_work_mem',
     CASE WHEN w.maintenance_work_mem < 0.5 * w.maintenance_wanted AND w.data > 16 * w.maintenance_work_mem THEN w.maintenance_wanted
          WHEN w.maintenance_work_mem * (CASE WHEN w.autovacuum_work_mem < 0 THEN w.autovacuum_workers ELSE 1 END) > 0.5 * w.memory THEN w.maintenance_wanted END, NULL,
     CASE WHEN w.memory IS NULL THEN 'unknown' WHEN w.maintenance_work_mem * (CASE WHEN w.autovacuum_work_mem < 0 THEN w.autovacuum_workers ELSE 1 END) > 0.5 * w.memory THEN 'warning'
          WHEN w.maintenance_work_mem < 0.5 * w.maintenance_wanted AND w.data > 16 * w.maintenance_work_mem THEN 'info' ELSE 'ok' END,
     CASE WHEN w.memory IS NULL THEN 'The memory of the machine could not be read'
          WHEN w.maintenance_work_mem * (CASE WHEN w.autovacuum_work_mem < 0 THEN w.autovacuum_workers ELSE 1 END) > 0.5 * w.memory THEN pg_catalog.format('Autovacuum''s workers may take %s MB each, together more than half of %s MB', pg_catalog.round(w.maintenance_work_mem), pg_catalog.round(w.memory))
          WHEN w.maintenance_work_mem < 0.5 * w.maintenance_wanted AND w.data > 16 * w.maintenance_work_mem THEN pg_catalog.format('Index builds and VACUUM have %s MB, for %s MB of data on a machine with %s MB of memory', pg_catalog.round(w.maintenance_work_mem), pg_catalog.round(w.data), pg_catalog.round(w.memory))
          ELSE pg_catalog.format('No change: %s MB', pg_catalog.round(w.maintenance_work_mem)) END,
     'With more memory indexes are built faster, and VACUUM reads the indexes of a large table fewer times.',
     pg_catalog.jsonb_build_object('memory_mb', pg_catalog.round(w.memory), 'data_mb', pg_catalog.round(w.data)), 0.6),
    ('random_page_cost', NULL,
     CASE WHEN w.random_page_cost > 2 * w.seq_page_cost AND w.blocks_read > 10000 AND w.read_ms < 1 THEN 1.1 * w.seq_page_cost
          WHEN w.random_page_cost > 2 * w.seq_page_cost AND w.read_ms IS NULL AND w.rotational = false THEN 1.1 * w.seq_page_cost
          WHEN w.random_page_cost > 2 * w.seq_page_cost AND w.in_memory THEN 1.5 * w.seq_page_cost
          WHEN w.random_page_cost < 2 * w.seq_page_cost AND NOT w.in_memory AND w.blocks_read > 10000 AND w.read_ms > 4 THEN 4 * w.seq_page_cost END,
     CASE WHEN w.random_page_cost > 2 * w.seq_page_cost AND ((w.blocks_read > 10000 AND w.read_ms < 1) OR (w.read_ms IS NULL AND w.rotational = false) OR w.in_memory) THEN 'info'
          WHEN w.random_page_cost < 2 * w.seq_page_cost AND NOT w.in_memory AND w.blocks_read > 10000 AND w.read_ms > 4 THEN 'info' ELSE 'ok' END,
     CASE WHEN w.random_page_cost > 2 * w.seq_page_cost AND w.blocks_read > 10000 AND w.read_ms < 1 THEN pg_catalog.format('A block was read in %s ms on the average (threshold 1), but the planner takes one at a random place for %s times as expensive as the next', pg_catalog.round(w.read_ms::numeric, 3), w.random_page_cost / w.seq_page_cost)
          WHEN w.random_page_cost > 2 * w.seq_page_cost AND w.read_ms IS NULL AND w.rotational = false THEN pg_catalog.format('The data is not on a disk that turns, but the planner takes a block at a random place for %s times as expensive as the next', w.random_page_cost / w.seq_page_cost)
          WHEN w.random_page_cost > 2 * w.seq_page_cost AND w.in_memory THEN pg_catalog.format('Of %s blocks all but %s were in shared_buffers, where any place is as near as the next, but the planner takes a random one for %s times as expensive', w.blocks_hit + w.blocks_read, w.blocks_read, w.random_page_cost / w.seq_page_cost)
          WHEN w.random_page_cost < 2 * w.seq_page_cost AND NOT w.in_memory AND w.blocks_read > 10000 AND w.read_ms > 4 THEN pg_catalog.format('A block was read in %s ms on the average (threshold 4), as from a disk that turns, but the planner takes random places for hardly more expensive', pg_catalog.round(w.read_ms::numeric, 2))
          WHEN w.read_ms IS NULL AND w.rotational IS NULL THEN 'No change: neither the time of reads (track_io_timing) nor the kind of disk is known'
          ELSE 'No change: what is known of reads fits' END,
     'From it the planner judges whether an index is worth its visits to the table.',
     pg_catalog.jsonb_build_object('read_ms', pg_catalog.round(w.read_ms::numeric, 3), 'blocks_read', w.blocks_read, 'blocks_hit', w.blocks_hit, 'rotational', w.rotational), CASE WHEN w.read_ms IS NULL THEN 0.5 ELSE 0.8 END),
    ('effective_io_concurrency', NULL,
     CASE WHEN w.rotational = false AND w.io_concurrency < 16 AND w.blocks_read / (w.hours * 3600) > 100 THEN CASE WHEN w.version >= 180000 THEN 16 ELSE 200 END END,
     CASE WHEN w.rotational = false AND w.io_concurrency < 16 AND w.blocks_read / (w.hours * 3600) > 100 THEN 'info' ELSE 'ok' END,
     CASE WHEN w.rotational = false AND w.io_concurrency < 16 AND w.blocks_read / (w.hours * 3600) > 100 THEN pg_catalog.format('%s blocks a second are read from a disk that serves many requests at once (threshold 100), but scans ask for %s ahead', pg_catalog.round((w.blocks_read / (w.hours * 3600))::numeric), w.io_concurrency)
          WHEN w.rotational IS NULL THEN 'No change: the kind of disk is not known' ELSE 'No change: it fits the disk, or little is read' END,
     'Bitmap scans, and from 18 on all reading ahead, ask for that many blocks at once.',
     pg_catalog.jsonb_build_object('rotational', w.rotational, 'blocks_per_second', pg_catalog.round((w.blocks_read / NULLIF(w.hours * 3600, 0))::numeric)), 0.6),
    ('max_wal_size',
     CASE WHEN w.requested_share > 0.5 AND w.checkpoints_per_hour > 3600 / w.checkpoint_timeout AND w.wal_size_wanted >= 1.5 * w.max_wal_size THEN w.wal_size_wanted END, NULL,
     CASE WHEN w.requested_share > 0.5 AND w.checkpoints_per_hour > 3600 / w.checkpoint_timeout AND w.wal_size_wanted >= 1.5 * w.max_wal_size THEN 'warning' ELSE 'ok' END,
     CASE WHEN w.requested_share > 0.5 AND w.checkpoints_per_hour > 3600 / w.checkpoint_timeout AND w.wal_size_wanted >= 1.5 * w.max_wal_size
               THEN pg_catalog.format('%s %% of checkpoints came because max_wal_size (%s MB) was reached (threshold 50 %%), one every %s seconds; %s MB of WAL are written a second', pg_catalog.round((w.requested_share * 100)::numeric), w.max_wal_size, pg_catalog.round((3600 / w.checkpoints_per_hour)::numeric), pg_catalog.round(w.wal_rate::numeric, 2))
          WHEN w.requested_share IS NULL OR w.wal_rate IS NULL THEN 'No change: no checkpoints were counted yet'
          ELSE pg_catalog.format('No change: %s %% of checkpoints were early (threshold 50 %%), and %s MB of WAL are written a second', pg_catalog.round((w.requested_share * 100)::numeric), pg_catalog.round(w.wal_rate::numeric, 3)) END,
     'After each checkpoint every page is written to WAL in full when it first changes; the more checkpoints, the more WAL.',
     pg_catalog.jsonb_build_object('requested_share', pg_catalog.round(w.requested_share::numeric, 2), 'checkpoints_per_hour', pg_catalog.round(w.checkpoints_per_hour::numeric, 1), 'wal_mb_per_second', pg_catalog.round(w.wal_rate::numeric, 3), 'note', 'the WAL directory must have room for it, and recovery takes longer'), 0.8),
    ('checkpoint_timeout', NULL,
     CASE WHEN w.checkpoint_timeout <= 300 AND w.requested_share < 0.5 AND w.fpi > 0.5 * w.wal AND w.wal_rate > 1 THEN 900 END,
     CASE WHEN w.checkpoint_timeout <= 300 AND w.requested_share < 0.5 AND w.fpi > 0.5 * w.wal AND w.wal_rate > 1 THEN 'info' ELSE 'ok' END,
     CASE WHEN w.checkpoint_timeout <= 300 AND w.requested_share < 0.5 AND w.fpi > 0.5 * w.wal AND w.wal_rate > 1 THEN pg_catalog.format('%s %% of the WAL (%s MB a second) are pages in full, written when they first change after a checkpoint (threshold 50 %%)', pg_catalog.round((w.fpi * 100 / w.wal)::numeric), pg_catalog.round(w.wal_rate::numeric, 1))
          ELSE 'No change: pages in full are not most of the WAL, or that is little' END,
     'After each checkpoint every page is written to WAL in full when it first changes.',
     pg_catalog.jsonb_build_object('full_page_share', pg_catalog.round((w.fpi / NULLIF(w.wal, 0))::numeric, 2), 'wal_mb_per_second', pg_catalog.round(w.wal_rate::numeric, 3), 'note', 'recovery after a crash takes longer'), 0.6),
    ('checkpoint_completion_target', NULL, CASE WHEN w.completion < 0.8 THEN 0.9 END, CASE WHEN w.completion < 0.8 THEN 'info' ELSE 'ok' END,
     CASE WHEN w.completion < 0.8 THEN pg_catalog.format('Checkpoints write everything in %s %% of the time until the next (threshold 80 %%)', pg_catalog.round((w.completion * 100)::numeric)) ELSE pg_catalog.format('No change: %s', w.completion) END,
     'The shorter a checkpoint takes, the more it slows down everybody else while it does.', '{}'::jsonb, 0.9),
    ('wal_buffers', CASE WHEN w.wal_full / w.wal_hours > 1000 AND w.wal_buffers < 64 THEN 64 END, NULL,
     CASE WHEN w.wal_full / w.wal_hours > 1000 AND w.wal_buffers < 64 THEN 'info' ELSE 'ok' END,
     CASE WHEN w.wal_full / w.wal_hours > 1000 AND w.wal_buffers < 64 THEN pg_catalog.format('%s times an hour WAL had to be written because its buffers were full (threshold 1000)', pg_catalog.round((w.wal_full / w.wal_hours)::numeric))
          ELSE pg_catalog.format('No change: its buffers were full %s times an hour (threshold 1000)', pg_catalog.round((w.wal_full / w.wal_hours)::numeric)) END,
     'A session that finds the buffers full writes WAL before it can go on.', pg_catalog.jsonb_build_object('wal_buffers_full_per_hour', pg_catalog.round((w.wal_full / w.wal_hours)::numeric)), 0.8),
    ('wal_compression', NULL, CASE WHEN w.wal_compression = 'off' AND w.fpi > 0.5 * w.wal AND w.wal_rate > 1 THEN 1 END,
     CASE WHEN w.wal_compression = 'off' AND w.fpi > 0.5 * w.wal AND w.wal_rate > 1 THEN 'info' ELSE 'ok' END,
     CASE WHEN w.wal_compression = 'off' AND w.fpi > 0.5 * w.wal AND w.wal_rate > 1 THEN pg_catalog.format('%s %% of %s MB of WAL a second are pages in full, which compress well (threshold 50 %%)', pg_catalog.round((w.fpi * 100 / w.wal)::numeric), pg_catalog.round(w.wal_rate::numeric, 1))
          ELSE 'No change: pages in full are not most of the WAL, or that is little' END,
     'Less WAL is less to write, to ship and to archive, for some processor time.', '{}', 0.6),
    ('max_parallel_workers', NULL, CASE WHEN w.cpus >= 16 AND w.workers < 0.5 * w.cpus AND w.analytical > 0.2 THEN pg_catalog.floor(w.cpus) END,
     CASE WHEN w.cpus >= 16 AND w.workers < 0.5 * w.cpus AND w.analytical > 0.2 THEN 'info' WHEN w.cpus >= 16 AND w.workers < 0.5 * w.cpus AND w.lacks IS NOT NULL THEN 'unknown' ELSE 'ok' END,
     CASE WHEN w.cpus >= 16 AND w.workers < 0.5 * w.cpus AND w.lacks IS NOT NULL THEN pg_catalog.format('Whether statements want it otherwise is not known: %s', w.unseen)
          WHEN w.cpus >= 16 AND w.workers < 0.5 * w.cpus AND w.analytical > 0.2 THEN pg_catalog.format('%s %% of the recorded time are aggregates and joins over 100 ms (threshold 20 %%), which may use %s of %s processors', pg_catalog.round((w.analytical * 100)::numeric), w.workers, w.cpus)
          WHEN w.cpus IS NULL THEN 'No change: the number of processors is not known' ELSE 'No change: the processors are in use, or there is little for them' END,
     'Long statements can use several processors.', pg_catalog.jsonb_build_object('cpus', w.cpus, 'analytical_share', pg_catalog.round(w.analytical::numeric, 2)) || CASE WHEN w.cpus >= 16 AND w.workers < 0.5 * w.cpus THEN w.lacking ELSE '{}' END, 0.6),
    ('max_worker_processes', NULL, CASE WHEN w.cpus >= 16 AND w.processes < w.cpus + 8 AND w.workers < 0.5 * w.cpus AND w.analytical > 0.2 THEN pg_catalog.floor(w.cpus) + 8 END,
     CASE WHEN w.cpus >= 16 AND w.processes < w.cpus + 8 AND w.workers < 0.5 * w.cpus AND w.analytical > 0.2 THEN 'info' WHEN w.cpus >= 16 AND w.processes < w.cpus + 8 AND w.workers < 0.5 * w.cpus AND w.lacks IS NOT NULL THEN 'unknown' ELSE 'ok' END,
     CASE WHEN w.cpus >= 16 AND w.processes < w.cpus + 8 AND w.workers < 0.5 * w.cpus AND w.lacks IS NOT NULL THEN pg_catalog.format('Whether statements want it otherwise is not known: %s', w.unseen)
          WHEN w.cpus >= 16 AND w.processes < w.cpus + 8 AND w.workers < 0.5 * w.cpus AND w.analytical > 0.2 THEN pg_catalog.format('Parallel workers come out of these %s processes, and are to be %s', w.processes, pg_catalog.floor(w.cpus)) ELSE 'No change: no more parallel workers are wanted' END,
     'Parallel workers come out of these processes.', pg_catalog.jsonb_build_object('cpus', w.cpus) || CASE WHEN w.cpus >= 16 AND w.processes < w.cpus + 8 AND w.workers < 0.5 * w.cpus THEN w.lacking ELSE '{}' END, 0.6),
    ('max_parallel_workers_per_gather', NULL, CASE WHEN w.cpus >= 8 AND w.per_gather < 4 AND w.per_gather > 0 AND w.analytical > 0.5 AND COALESCE(w.peak, w.max_connections) < w.cpus / 2 THEN 4 END,
     CASE WHEN w.cpus >= 8 AND w.per_gather < 4 AND w.per_gather > 0 AND w.analytical > 0.5 AND COALESCE(w.peak, w.max_connections) < w.cpus / 2 THEN 'info' WHEN w.cpus >= 8 AND w.per_gather < 4 AND w.per_gather > 0 AND w.lacks IS NOT NULL THEN 'unknown' ELSE 'ok' END,
     CASE WHEN w.cpus >= 8 AND w.per_gather < 4 AND w.per_gather > 0 AND w.lacks IS NOT NULL THEN pg_catalog.format('Whether statements want it otherwise is not known: %s', w.unseen)
          WHEN w.cpus >= 8 AND w.per_gather < 4 AND w.per_gather > 0 AND w.analytical > 0.5 AND COALESCE(w.peak, w.max_connections) < w.cpus / 2 THEN pg_catalog.format('Never more than %s statements ran at the same time on %s processors, and %s %% of the time are aggregates and joins over 100 ms (threshold 50 %%)', w.peak, w.cpus, pg_catalog.round((w.analytical * 100)::numeric))
          ELSE 'No change: statements at the same time use the processors, or long ones are rare' END,
     'Long statements can use several processors, as long as others do not want them.', pg_catalog.jsonb_build_object('cpus', w.cpus, 'peak_statements', w.peak, 'analytical_share', pg_catalog.round(w.analytical::numeric, 2)) || CASE WHEN w.cpus >= 8 AND w.per_gather < 4 AND w.per_gather > 0 THEN w.lacking ELSE '{}' END, 0.6),
    ('jit', NULL, CASE WHEN w.jit_heavy AND NOT w.jit_raise THEN 0 END, CASE WHEN w.jit_heavy AND NOT w.jit_raise THEN 'info' WHEN w.jit = 'on' AND w.lacks IS NOT NULL THEN 'unknown' ELSE 'ok' END,
     CASE WHEN w.jit = 'on' AND w.lacks IS NOT NULL THEN pg_catalog.format('Whether statements want it otherwise is not known: %s', w.unseen)
          WHEN w.jit_heavy AND NOT w.jit_raise THEN pg_catalog.format('Compiling took %s %% of the time of statements that are compiled (threshold 25 %%), which is %s %% of all recorded time (threshold 10 %%), and those it pays off for are not the costlier ones', pg_catalog.round((w.jit_own_share * 100)::numeric), pg_catalog.round((w.jit_share * 100)::numeric, 1))
          WHEN w.jit = 'on' AND w.jit_share IS NULL THEN 'No change: nothing was recorded' WHEN w.jit_heavy THEN 'No change: jit_above_cost is to be changed' ELSE 'No change: it is off, or compiling takes little' END,
     'Compiling a statement pays off for long ones only.', pg_catalog.jsonb_build_object('jit_share', pg_catalog.round(w.jit_share::numeric, 3), 'jit_own_share', pg_catalog.round(w.jit_own_share::numeric, 3)) || w.jit_queryids || CASE WHEN w.jit = 'on' THEN w.lacking ELSE '{}' END, 0.7),
    ('jit_above_cost', NULL, CASE WHEN w.jit_heavy AND w.jit_raise THEN w.jit_cost_wanted END, CASE WHEN w.jit_heavy AND w.jit_raise THEN 'info' WHEN w.jit = 'on' AND w.lacks IS NOT NULL THEN 'unknown' ELSE 'ok' END,
     CASE WHEN w.jit = 'on' AND w.lacks IS NOT NULL THEN pg_catalog.format('Whether statements want it otherwise is not known: %s', w.unseen)
          WHEN w.jit_heavy AND w.jit_raise THEN pg_catalog.format('Compiling took %s %% of the time of statements that are compiled (threshold 25 %%), which is %s %% of all recorded time (threshold 10 %%); those it does not pay off for cost up to %s', pg_catalog.round((w.jit_own_share * 100)::numeric), pg_catalog.round((w.jit_share * 100)::numeric, 1), pg_catalog.round(w.jit_cost))
          WHEN w.jit = 'on' AND w.jit_share IS NULL THEN 'No change: nothing was recorded' ELSE 'No change: nothing is compiled, or compiling takes little' END,
     'Compiling a statement pays off for long ones only; the planner takes those for long that cost more than this.',
     pg_catalog.jsonb_build_object('jit_share', pg_catalog.round(w.jit_share::numeric, 3), 'jit_own_share', pg_catalog.round(w.jit_own_share::numeric, 3), 'cost', pg_catalog.round(w.jit_cost)) || w.jit_queryids || CASE WHEN w.jit = 'on' THEN w.lacking ELSE '{}' END, 0.7),
    ('default_statistics_target', NULL, CASE WHEN w.target < 100 THEN 100 END, CASE WHEN w.target < 100 THEN 'info' ELSE 'ok' END,
     CASE WHEN w.target < 100 THEN pg_catalog.format('ANALYZE keeps %s common values of a column (threshold 100)', w.target) ELSE pg_catalog.format('No change: %s; columns that need more are in statistics_advice', w.target) END,
     'The planner knows the more of a column the more values are kept.', '{}', 0.7),
    ('autovacuum_vacuum_cost_delay', NULL, CASE WHEN w.cost_delay >= 20 THEN 2 END, CASE WHEN w.cost_delay >= 20 THEN 'info' ELSE 'ok' END,
     CASE WHEN w.cost_delay >= 20 THEN pg_catalog.format('Autovacuum sleeps %s ms each time (threshold 20), as was the default for disks of 2005', w.cost_delay) ELSE pg_catalog.format('No change: %s ms', w.cost_delay) END,
     'The more autovacuum sleeps, the more tables wait for it.', '{}', 0.8),
    ('autovacuum_naptime', NULL, CASE WHEN w.naptime > 300 THEN 60 END, CASE WHEN w.naptime > 300 THEN 'info' ELSE 'ok' END,
     CASE WHEN w.naptime > 300 THEN pg_catalog.format('Autovacuum looks after this database every %s seconds only (threshold 300)', w.naptime) ELSE pg_catalog.format('No change: %s seconds', w.naptime) END,
     'A table that changes fast grows between two looks.', '{}', 0.8),
    ('log_temp_files', NULL, CASE WHEN w.log_temp_files = -1 AND w.temp / w.hours >= 1024 THEN 10240 END, CASE WHEN w.log_temp_files = -1 AND w.temp / w.hours >= 1024 THEN 'info' ELSE 'ok' END,
     CASE WHEN w.log_temp_files = -1 AND w.temp / w.hours >= 1024 THEN pg_catalog.format('%s MB an hour are written to temporary files (threshold 1024), and the log does not say by which statements', pg_catalog.round((w.temp / w.hours)::numeric)) ELSE 'No change: temporary files are few, or logged' END,
     'Statements that spill are the ones that memory or an index helps.', '{}', 0.8),
    ('log_lock_waits', NULL, CASE WHEN w.log_lock_waits = 'off' AND w.deadlocks > 0 THEN 1 END, CASE WHEN w.log_lock_waits = 'off' AND w.deadlocks > 0 THEN 'info' ELSE 'ok' END,
     CASE WHEN w.log_lock_waits = 'off' AND w.deadlocks > 0 THEN pg_catalog.format('There were %s deadlocks (threshold 0), and waits for locks are not logged', w.deadlocks) ELSE 'No change: no deadlocks, or waits are logged' END,
     'The log then names who waited for whom.', '{}', 0.9),
    ('log_checkpoints', NULL, CASE WHEN w.log_checkpoints = 'off' THEN 1 END, CASE WHEN w.log_checkpoints = 'off' THEN 'info' ELSE 'ok' END,
     CASE WHEN w.log_checkpoints = 'off' THEN 'Checkpoints are not logged, which is the default since 15 and costs a line each' ELSE 'No change: on' END,
     'The log then tells why each checkpoint came, what it wrote, and for how long.', '{}', 0.8),
    ('log_autovacuum_min_duration', NULL, CASE WHEN w.log_autovacuum = -1 THEN 600000 END, CASE WHEN w.log_autovacuum = -1 THEN 'info' ELSE 'ok' END,
     CASE WHEN w.log_autovacuum = -1 THEN 'No autovacuum is logged, however long it takes; the default since 15 is from 10 minutes on' ELSE pg_catalog.format('No change: from %s ms on', w.log_autovacuum) END,
     'The log then tells what a long autovacuum did, what held it back, and that it was cancelled.', '{}', 0.8),
    ('track_io_timing', NULL, CASE WHEN w.track_io_timing = 'off' AND w.clock_ns < 50 AND w.blocks_read / (w.hours * 3600) > 100 THEN 1 END,
     CASE WHEN w.track_io_timing = 'off' AND w.clock_ns < 50 AND w.blocks_read / (w.hours * 3600) > 100 THEN 'info' ELSE 'ok' END,
     CASE WHEN w.track_io_timing = 'off' AND w.clock_ns < 50 AND w.blocks_read / (w.hours * 3600) > 100 THEN pg_catalog.format('%s blocks a second are read (threshold 100), how long that takes is not measured, and reading the clock takes %s ns only', pg_catalog.round((w.blocks_read / (w.hours * 3600))::numeric), pg_catalog.round(w.clock_ns::numeric)) ELSE 'No change: it is on, little is read, or what a reading of the clock takes is not known' END,
     'Without it nobody knows whether a statement is slow because of the disk.', '{}', 0.9),
    ('huge_pages', NULL, CASE WHEN w.huge_pages = 'off' AND w.shared_buffers >= 8192 THEN 1 END, CASE WHEN w.huge_pages = 'off' AND w.shared_buffers >= 8192 THEN 'info' ELSE 'ok' END,
     CASE WHEN w.huge_pages = 'off' AND w.shared_buffers >= 8192 THEN pg_catalog.format('%s MB of shared buffers are in pages of 4 kB (threshold 8192 MB)', pg_catalog.round(w.shared_buffers)) ELSE 'No change: they are allowed, or shared_buffers is small' END,
     'Each session needs memory to know where the pages are, 2 MB for each GB.', '{}', 0.6),
    ('fsync', NULL, CASE WHEN w.fsync = 'off' THEN 1 END, CASE WHEN w.fsync = 'off' THEN 'critical' ELSE 'ok' END,
     CASE WHEN w.fsync = 'off' THEN 'What is committed may not be on the disk: a crash of the machine destroys the cluster' ELSE 'No change: on' END, 'Without it a crash of the machine means restoring a backup.', '{}', 1),
    ('full_page_writes', NULL, CASE WHEN w.full_page_writes = 'off' THEN 1 END, CASE WHEN w.full_page_writes = 'off' THEN 'critical' ELSE 'ok' END,
     CASE WHEN w.full_page_writes = 'off' THEN 'A page that is half written in a crash of the machine is lost, unless the file system writes whole pages (ZFS)' ELSE 'No change: on' END, 'Without it a crash of the machine may damage tables without anybody noticing.', '{}', 0.8),
    ('zero_damaged_pages', NULL, CASE WHEN w.zero_damaged_pages = 'on' THEN 0 END, CASE WHEN w.zero_damaged_pages = 'on' THEN 'critical' ELSE 'ok' END,
     CASE WHEN w.zero_damaged_pages = 'on' THEN 'Damaged pages are emptied when they are read, with all their rows' ELSE 'No change: off' END, 'It is for saving what can be saved, and destroys what cannot.', '{}', 1),
    ('ignore_checksum_failure', NULL, CASE WHEN w.ignore_checksum_failure = 'on' THEN 0 END, CASE WHEN w.ignore_checksum_failure = 'on' THEN 'critical' ELSE 'ok' END,
     CASE WHEN w.ignore_checksum_failure = 'on' THEN 'Pages whose checksum is wrong are used as if it were right' ELSE 'No change: off' END, 'Damage spreads, and gets into backups.', '{}', 1)
    ) AS x
)
SELECT j.setting,
       CASE WHEN j.mb IS NOT NULL THEN CASE WHEN j.mb::bigint % 1024 = 0 THEN (j.mb::bigint / 1024)::text || 'GB' ELSE j.mb::bigint::text || 'MB' END
            WHEN j.plain IS NULL THEN NULL
            WHEN j.setting IN ('wal_compression', 'log_lock_waits', 'log_checkpoints', 'track_io_timing', 'fsync', 'full_page_writes') THEN 'on'
            WHEN j.setting = 'huge_pages' THEN 'try'
            WHEN j.setting IN ('jit', 'zero_damaged_pages', 'ignore_checksum_failure') THEN 'off'
            WHEN j.setting IN ('checkpoint_timeout', 'autovacuum_naptime') THEN j.plain::text || 's'
            WHEN j.setting = 'autovacuum_vacuum_cost_delay' THEN j.plain::text || 'ms'
            WHEN j.setting = 'log_temp_files' THEN '10MB'
            WHEN j.setting = 'log_autovacuum_min_duration' THEN '10min'
            ELSE j.plain::text END,
       COALESCE(j.mb * CASE WHEN j.setting IN ('shared_buffers', 'effective_cache_size', 'wal_buffers') THEN 128 WHEN j.setting IN ('work_mem', 'maintenance_work_mem') THEN 1024 ELSE 1 END,
                CASE WHEN j.setting NOT IN ('wal_compression', 'log_lock_waits', 'log_checkpoints', 'track_io_timing', 'fsync', 'full_page_writes', 'huge_pages', 'jit', 'zero_damaged_pages', 'ignore_checksum_failure') THEN j.plain END),
       j.status, j.message, j.why, j.evidence, j.confidence
FROM judged AS j;
END;

COMMENT ON FUNCTION perfadvisor.judge_settings(jsonb) IS
'What follows for settings from facts about a machine and its workload, as server_facts() has them';

CREATE FUNCTION perfadvisor.server_facts()
RETURNS jsonb
LANGUAGE SQL VOLATILE PARALLEL UNSAFE STRICT
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
WITH m AS (
    SELECT x.* FROM perfadvisor.machine() AS x
), d AS (
    SELECT s.*, pg_catalog.date_part('epoch', pg_catalog.now() - perfadvisor.counted_since()) / 3600 AS hours
    FROM pg_catalog.pg_stat_database AS s WHERE s.datname = pg_catalog.current_database()
), c AS (
    SELECT (r ->> 'timed')::float8 AS timed, (r ->> 'requested')::float8 AS requested, (r ->> 'reset_at')::timestamptz AS reset_at
    FROM perfadvisor.server_rows('checkpoints') AS r
), w AS (
    SELECT x.wal_bytes, x.wal_fpi, x.wal_buffers_full, x.stats_reset FROM pg_catalog.pg_stat_wal AS x
), st AS MATERIALIZED (
    SELECT r.* FROM (SELECT 1 WHERE perfadvisor.recorder_loaded()) AS l CROSS JOIN LATERAL perfadvisor.recorded_statements() AS r
), jit AS MATERIALIZED (
    -- statements that were compiled, and cost enough to be compiled as it is set now
    SELECT s.queryid, s.jit_time, GREATEST(s.total_exec_time, s.jit_time) AS exec_time, p.cost
    FROM st AS s
         LEFT JOIN (SELECT r.dbid, r.userid, r.queryid, r.toplevel, pg_catalog.max(r.cost) AS cost
                    FROM (SELECT 1 WHERE perfadvisor.recorder_loaded()) AS l CROSS JOIN LATERAL perfadvisor.recorded_plans() AS r
                    GROUP BY r.dbid, r.userid, r.queryid, r.toplevel) AS p
             ON p.dbid = s.dbid AND p.userid = s.userid AND p.queryid = s.queryid AND p.toplevel = s.toplevel
         JOIN pg_catalog.pg_settings AS g ON g.name = 'jit_above_cost'
    WHERE s.jit_time > 0 AND COALESCE(p.cost > CASE WHEN g.source IN ('session', 'client') THEN g.reset_val ELSE g.setting END::float8, true)
)
SELECT pg_catalog.jsonb_build_object(
    'version', pg_catalog.current_setting('server_version_num')::integer,
    'lacks', CASE WHEN NOT perfadvisor.recorder_loaded() THEN 'the library in shared_preload_libraries' WHEN NOT pg_catalog.pg_has_role('pg_read_all_stats', 'USAGE') THEN 'pg_read_all_stats' END,
    'memory_bytes', (SELECT LEAST(m.memory_bytes, m.memory_limit_bytes) FROM m),
    'cpus', (SELECT LEAST(m.cpus, m.cpu_quota) FROM m),
    'rotational', (SELECT m.rotational FROM m),
    'data_bytes', (SELECT pg_catalog.sum(k.relpages::bigint) * 8192 FROM pg_catalog.pg_class AS k WHERE k.relkind IN ('r', 'i', 't', 'm')),
    'window_hours', (SELECT GREATEST(d.hours, 1) FROM d),
    'temp_bytes', (SELECT d.temp_bytes FROM d),
    'blocks_read', (SELECT d.blks_read FROM d), 'blocks_hit', (SELECT d.blks_hit FROM d),
    'read_ms', (SELECT CASE WHEN pg_catalog.current_setting('track_io_timing')::boolean AND d.blk_read_time > 0 THEN d.blk_read_time / NULLIF(d.blks_read, 0) END FROM d),
    'deadlocks', (SELECT d.deadlocks FROM d),
    'checkpoints_timed', (SELECT c.timed FROM c), 'checkpoints_requested', (SELECT c.requested FROM c),
    'checkpoint_hours', (SELECT GREATEST(pg_catalog.date_part('epoch', pg_catalog.now() - c.reset_at) / 3600, 1) FROM c),
    'wal_bytes', (SELECT w.wal_bytes FROM w), 'wal_fpi', (SELECT w.wal_fpi FROM w), 'wal_buffers_full', (SELECT w.wal_buffers_full FROM w),
    'wal_hours', (SELECT GREATEST(pg_catalog.date_part('epoch', pg_catalog.now() - w.stats_reset) / 3600, 1) FROM w),
    -- of an hour at least; before that nothing is known
    'peak_statements', (SELECT pg_catalog.max(f.max_in_flight) FROM (SELECT 1 WHERE perfadvisor.recorder_loaded()) AS l CROSS JOIN LATERAL perfadvisor.in_flight('-infinity') AS f
                        WHERE f.scope = 'server' AND f.observed_time >= 3600000),
    -- what nine of ten statements that spill would need, in proportion to how often they do
    'spill_bytes', (SELECT pg_catalog.percentile_disc(0.9) WITHIN GROUP (ORDER BY s.temp_blks_written::float8 * 8192 / s.calls)
                    FROM st AS s CROSS JOIN LATERAL pg_catalog.generate_series(1, LEAST(s.calls, 100)) AS n WHERE s.temp_blks_written > 0 AND s.calls > 0),
    'analytical_share', (SELECT pg_catalog.sum(s.total_exec_time) FILTER (WHERE s.statement_class IN ('join', 'aggregate') AND s.mean_exec_time >= 100) / NULLIF(pg_catalog.sum(s.total_exec_time), 0) FROM st AS s WHERE s.toplevel),
    'jit_share', (SELECT LEAST(COALESCE((SELECT pg_catalog.sum(j.jit_time) FROM jit AS j), 0) / NULLIF(pg_catalog.sum(s.total_exec_time), 0), 1) FROM st AS s WHERE s.toplevel),
    'jit_own_share', (SELECT pg_catalog.sum(j.jit_time) / NULLIF(pg_catalog.sum(j.exec_time), 0) FROM jit AS j),
    -- of those it does not pay off for, and of the others
    'jit_cost', (SELECT pg_catalog.max(j.cost) FROM jit AS j WHERE j.jit_time > 0.1 * j.exec_time),
    'jit_cost_worth', (SELECT pg_catalog.min(j.cost) FROM jit AS j WHERE j.jit_time <= 0.1 * j.exec_time),
    'jit_queryids', (SELECT pg_catalog.jsonb_agg(DISTINCT j.queryid::text) FROM jit AS j WHERE j.jit_time > 0.1 * j.exec_time AND j.queryid IS NOT NULL),
    'settings', (SELECT pg_catalog.jsonb_object_agg(s.name, CASE WHEN s.source IN ('session', 'client') THEN s.reset_val ELSE s.setting END)
                 FROM pg_catalog.pg_settings AS s WHERE s.vartype <> 'string'));
END;

COMMENT ON FUNCTION perfadvisor.server_facts() IS
'What settings are judged by: memory, processors and disk of the machine, counters of this database, and all settings in their base units';

CREATE FUNCTION perfadvisor.settings_health(
    OUT check_name text, OUT object text, OUT relation regclass, OUT status text, OUT message text,
    OUT value double precision, OUT threshold double precision, OUT unit text, OUT why text, OUT evidence jsonb,
    OUT remedy_sql text, OUT verify_sql text, OUT undo_sql text, OUT lock_note text,
    OUT current_setting text, OUT advised_setting text, OUT source text, OUT needs_restart boolean)
RETURNS SETOF record
LANGUAGE SQL VOLATILE PARALLEL UNSAFE STRICT ROWS 40
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
SELECT 'setting', s.name, NULL::pg_catalog.regclass, j.status,
       j.message || CASE WHEN j.advised IS NOT NULL AND s.source = 'command line' THEN '. It is given on the command line of the server, which ALTER SYSTEM does not change'
                         WHEN j.advised IS NOT NULL AND s.source IN ('database', 'user', 'database user') THEN '. It is set for this role or database; the server may have another' ELSE '' END,
       CASE WHEN s.vartype IN ('integer', 'real') THEN c.setting::float8 END, j.advised_value, s.unit, j.why,
       j.evidence || pg_catalog.jsonb_build_object('current', c.shown, 'advised', j.advised, 'source', s.source, 'sourcefile', s.sourcefile, 'sourceline', s.sourceline, 'default', s.boot_val, 'confidence', j.confidence),
       CASE WHEN j.status = 'unknown' AND j.evidence ->> 'lacks' = 'pg_read_all_stats' THEN pg_catalog.format('GRANT pg_read_all_stats TO %I', CURRENT_USER)
            WHEN j.status = 'unknown' OR s.source = 'command line' THEN NULL
            WHEN j.advised IS NOT NULL THEN pg_catalog.format(E'ALTER SYSTEM SET %s = %L%s', s.name, j.advised, CASE WHEN s.context = 'postmaster' THEN '' ELSE E';\nSELECT pg_reload_conf()' END) END,
       CASE WHEN j.status = 'unknown' AND j.evidence ->> 'lacks' = 'pg_read_all_stats' THEN 'SELECT pg_has_role(''pg_read_all_stats'', ''USAGE'')'
            WHEN j.advised IS NOT NULL THEN
            CASE WHEN j.advised_value IS NOT NULL THEN pg_catalog.format('SELECT setting::float8 = %s FROM pg_settings WHERE name = %L', j.advised_value, s.name)
                 ELSE pg_catalog.format('SELECT setting %s FROM pg_settings WHERE name = %L', CASE j.advised WHEN 'on' THEN '<> ''off''' ELSE pg_catalog.format('= %L', j.advised) END, s.name) END END,
       CASE WHEN j.status = 'unknown' AND j.evidence ->> 'lacks' = 'pg_read_all_stats' THEN pg_catalog.format('REVOKE pg_read_all_stats FROM %I', CURRENT_USER)
            WHEN j.advised IS NOT NULL AND s.source <> 'command line' THEN
            CASE WHEN s.source = 'default' OR s.sourcefile !~ 'postgresql\.auto\.conf$' THEN pg_catalog.format('ALTER SYSTEM RESET %s', s.name) ELSE pg_catalog.format('ALTER SYSTEM SET %s = %L', s.name, c.shown) END
            || CASE WHEN s.context = 'postmaster' THEN '' ELSE E';\nSELECT pg_reload_conf()' END END,
       CASE WHEN j.status = 'unknown' AND j.evidence ->> 'lacks' = 'pg_read_all_stats' THEN 'No lock.' WHEN j.advised IS NULL THEN NULL WHEN s.context = 'postmaster' THEN 'The server must be restarted afterwards.' ELSE 'No lock, no restart; sessions take it over at their next statement.' END,
       c.shown, j.advised, s.source, s.context = 'postmaster'
FROM perfadvisor.judge_settings(perfadvisor.server_facts()) AS j
     JOIN pg_catalog.pg_settings AS s ON s.name = j.setting
     CROSS JOIN LATERAL (SELECT CASE WHEN s.source IN ('session', 'client') THEN s.reset_val ELSE s.setting END AS setting,
                                CASE WHEN s.source IN ('session', 'client') THEN s.reset_val || CASE WHEN s.unit IN ('kB', 'MB', 'ms', 's', 'min') THEN s.unit ELSE '' END ELSE pg_catalog.current_setting(s.name) END AS shown) AS c
UNION ALL
SELECT 'pending_restart', s.name, NULL, 'info', 'It was changed, and takes effect when the server is restarted', NULL, NULL, NULL,
       'Until then the server runs with the old value, and may come up with another after a crash.',
       pg_catalog.jsonb_build_object('current', s.setting, 'source', s.source), NULL, pg_catalog.format('SELECT NOT pending_restart FROM pg_settings WHERE name = %L', s.name), NULL,
       'The server must be restarted.', s.setting, NULL, s.source, true
FROM pg_catalog.pg_settings AS s WHERE s.pending_restart
UNION ALL
SELECT 'planner_method', s.name, NULL, 'info', pg_catalog.format('The planner may not use what %s is for, in any session', s.name), NULL, NULL, NULL,
       'Switched off for one bad plan, it makes others bad.', pg_catalog.jsonb_build_object('current', s.setting, 'source', s.source),
       pg_catalog.format(E'ALTER SYSTEM SET %s = on;\nSELECT pg_reload_conf()', s.name), pg_catalog.format('SELECT current_setting(%L)::boolean', s.name),
       pg_catalog.format(E'ALTER SYSTEM SET %s = off;\nSELECT pg_reload_conf()', s.name), 'No lock, no restart; prepared statements may get other plans.', s.setting, 'on', s.source, false
FROM pg_catalog.pg_settings AS s
WHERE s.name LIKE 'enable\_%' AND s.vartype = 'bool' AND s.setting = 'off' AND s.boot_val = 'on' AND s.source = 'configuration file'
ORDER BY 4, 1, 2;
END;

CREATE VIEW perfadvisor.settings_health AS
    SELECT h.check_name, h.object, h.relation, h.status, h.message, h.value, h.threshold, h.unit, h.why,
           h.evidence, h.remedy_sql, h.verify_sql, h.undo_sql, h.lock_note,
           h.current_setting, h.advised_setting, h.source, h.needs_restart
    FROM perfadvisor.settings_health() AS h;

COMMENT ON FUNCTION perfadvisor.settings_health() IS 'Rows of the view settings_health';
COMMENT ON VIEW perfadvisor.settings_health IS 'Settings that this machine and this workload want otherwise, and why the others stay';
COMMENT ON COLUMN perfadvisor.settings_health.check_name IS 'What was checked, a word that stays the same';
COMMENT ON COLUMN perfadvisor.settings_health.object IS 'What it was checked of: a name without numbers';
COMMENT ON COLUMN perfadvisor.settings_health.relation IS 'The same as a relation, NULL where it is none';
COMMENT ON COLUMN perfadvisor.settings_health.status IS 'ok, info, warning, critical, or unknown where the current role cannot see enough';
COMMENT ON COLUMN perfadvisor.settings_health.message IS 'The number and the threshold in a sentence';
COMMENT ON COLUMN perfadvisor.settings_health.value IS 'The number';
COMMENT ON COLUMN perfadvisor.settings_health.threshold IS 'What it is held against';
COMMENT ON COLUMN perfadvisor.settings_health.unit IS 'Unit of both';
COMMENT ON COLUMN perfadvisor.settings_health.why IS 'Why it matters';
COMMENT ON COLUMN perfadvisor.settings_health.evidence IS 'Numbers that the judgement rests on, and since when they are counted';
COMMENT ON COLUMN perfadvisor.settings_health.remedy_sql IS 'Statements that mend it, one per line; where the status is unknown, what would show it; NULL where SQL cannot';
COMMENT ON COLUMN perfadvisor.settings_health.verify_sql IS 'A query that returns true once it is mended';
COMMENT ON COLUMN perfadvisor.settings_health.undo_sql IS 'Statements that take the remedy back, NULL where nothing can or need be';
COMMENT ON COLUMN perfadvisor.settings_health.lock_note IS 'Locks, restarts and consequences of the remedy';
COMMENT ON COLUMN perfadvisor.settings_health.current_setting IS 'Its value now';
COMMENT ON COLUMN perfadvisor.settings_health.advised_setting IS 'Value to set, NULL for no change';
COMMENT ON COLUMN perfadvisor.settings_health.source IS 'Where the value comes from, as in pg_settings';
COMMENT ON COLUMN perfadvisor.settings_health.needs_restart IS 'Whether a change takes effect at the next start of the server only';
