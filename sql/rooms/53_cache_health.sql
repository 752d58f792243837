-- ---------------------------------------------------------------------------
-- Health: what is read from outside of shared buffers, and what that costs. A ratio alone is never a finding.

CREATE FUNCTION perfadvisor.cache_health(
    OUT check_name text, OUT object text, OUT relation regclass, OUT status text, OUT message text,
    OUT value double precision, OUT threshold double precision, OUT unit text, OUT why text, OUT evidence jsonb,
    OUT remedy_sql text, OUT verify_sql text, OUT undo_sql text, OUT lock_note text)
RETURNS SETOF record
LANGUAGE SQL STABLE PARALLEL RESTRICTED STRICT ROWS 100
SET search_path = pg_catalog, pg_temp SET jit = off
BEGIN ATOMIC
WITH counted AS (
    SELECT d.blks_hit::float8 AS hit, d.blks_read::float8 AS read, d.blk_read_time AS read_time, d.active_time, perfadvisor.counted_since() AS since
    FROM pg_catalog.pg_stat_database AS d WHERE d.datname = pg_catalog.current_database()
), earlier AS (
    -- at most a day ago, so that what is long over is not told of. Of the same counters: a standby has its primary's rows
    SELECT l.noted_at, l.blks_hit, l.blks_read, l.blk_read_time, l.active_time
    FROM perfadvisor.horizon_log AS l JOIN counted AS c ON c.since = l.counted_since
    WHERE l.noted_at BETWEEN pg_catalog.now() - '1 day'::interval AND pg_catalog.now() - '10 minutes'::interval
      AND l.blks_hit <= c.hit AND l.blks_read <= c.read AND l.blk_read_time <= c.read_time AND l.active_time <= c.active_time
    ORDER BY l.noted_at LIMIT 1
), judged AS (
    SELECT c.hit - COALESCE(e.blks_hit, 0) AS hit, c.read - COALESCE(e.blks_read, 0) AS read, c.read AS all_read, COALESCE(e.noted_at, c.since) AS since,
           c.read_time - COALESCE(e.blk_read_time, 0) AS blk_read_time, NULLIF(c.active_time - COALESCE(e.active_time, 0), 0) AS active_time,
           GREATEST(pg_catalog.date_part('epoch', pg_catalog.now() - COALESCE(e.noted_at, c.since)), 600) AS seconds,
           -- all that time, and not only since somebody switched it on
           g.timed AND (COALESCE(e.blk_read_time, 0) > 0 OR pg_catalog.pg_conf_load_time() <= COALESCE(e.noted_at, c.since)) AS timed, g.timed AS timed_now
    FROM counted AS c LEFT JOIN earlier AS e ON true
         CROSS JOIN (SELECT CASE WHEN s.source IN ('session', 'client') THEN s.reset_val ELSE s.setting END = 'on' AS timed
                     FROM pg_catalog.pg_settings AS s WHERE s.name = 'track_io_timing') AS g
), here AS (
    SELECT j.*, pg_catalog.quote_ident(pg_catalog.current_database()) AS name, j.hit / NULLIF(j.hit + j.read, 0) AS ratio,
           (SELECT s.setting::float8 FROM pg_catalog.pg_settings AS s WHERE s.name = 'shared_buffers') AS buffers
    FROM judged AS j
), relations AS (
    SELECT t.relid, pg_catalog.format('%I.%I', t.schemaname, t.relname) AS name, 'table' AS kind, t.heap_blks_hit AS hit, t.heap_blks_read AS read
    FROM pg_catalog.pg_statio_user_tables AS t WHERE t.schemaname <> 'perfadvisor'
    UNION ALL
    SELECT i.indexrelid, pg_catalog.format('%I.%I', i.schemaname, i.indexrelname), 'index', i.idx_blks_hit, i.idx_blks_read
    FROM pg_catalog.pg_statio_user_indexes AS i WHERE i.schemaname <> 'perfadvisor'
), writes AS (
    SELECT (r ->> 'writes')::float8 AS writes, (r ->> 'fsyncs')::float8 AS fsyncs, (r ->> 'allocated')::float8 AS allocated, r ->> 'reset_at' AS since
    FROM perfadvisor.server_rows('backend_writes') AS r
), found AS (
    SELECT 'database_reads' AS check_name, h.name AS object, NULL::oid AS relid,
           CASE WHEN h.ratio < 0.95 AND h.read / h.seconds > 1000 AND h.timed AND h.blk_read_time > 0.1 * h.active_time THEN 'warning' ELSE 'info' END AS status,
           pg_catalog.format('%s blocks a second come from outside of shared buffers (threshold 1000), %s %% of all that are asked for%s', pg_catalog.round((h.read / h.seconds)::numeric), pg_catalog.round(((1 - h.ratio) * 100)::numeric, 1),
               CASE WHEN h.timed THEN pg_catalog.format('; sessions wait for them in %s %% of their active time (threshold 10 %%)', pg_catalog.round((h.blk_read_time * 100 / h.active_time)::numeric, 1)) ELSE '' END) AS message,
           h.read / h.seconds AS value, 1000::float8 AS threshold, 'blocks per second' AS unit,
           pg_catalog.jsonb_build_object('hit_ratio', pg_catalog.round(h.ratio::numeric, 4), 'blks_hit', h.hit, 'blks_read', h.read, 'blk_read_time', h.blk_read_time, 'active_time', h.active_time, 'shared_buffers_blocks', h.buffers, 'since', h.since) AS evidence,
           NULL::text AS remedy_sql, NULL::text AS verify_sql, NULL::text AS undo_sql,
           'What reads most is in the rows relation_reads; fewer blocks are read with better indexes (index_advice), more are kept with more memory (settings_health).' AS lock_note
    FROM here AS h WHERE h.ratio < 0.99 AND h.read / h.seconds > 1000 AND (NOT h.timed OR h.blk_read_time > 0.02 * h.active_time)
    UNION ALL
    SELECT 'read_time', h.name, NULL, 'unknown',
           pg_catalog.format('%s blocks a second come from outside of shared buffers, but how long that takes is not measured, as track_io_timing is off', pg_catalog.round((h.read / h.seconds)::numeric)),
           NULL, NULL, NULL, '{"lacks": "track_io_timing"}'::jsonb,
           E'ALTER SYSTEM SET track_io_timing = on;\nSELECT pg_reload_conf()', 'SELECT current_setting(''track_io_timing'')::boolean',
           E'ALTER SYSTEM SET track_io_timing = off;\nSELECT pg_reload_conf()', 'No lock, no restart. Each read takes two readings of the clock more: self_health has how long one takes.'
    FROM here AS h WHERE NOT h.timed_now AND h.ratio < 0.99 AND h.read / h.seconds > 100
    UNION ALL
    SELECT 'relation_reads', r.name, r.relid, 'info',
           pg_catalog.format('%s %% of all blocks from outside of shared buffers are read of this %s (threshold 20 %%); %s %% of its blocks were there', pg_catalog.round((r.read * 100 / h.all_read)::numeric), r.kind, pg_catalog.round((r.hit * 100 / (r.hit + r.read))::numeric, 1)),
           r.read / h.all_read, 0.2, 'share',
           pg_catalog.jsonb_build_object('blks_read', r.read, 'blks_hit', r.hit, 'since', perfadvisor.counted_since()), NULL, NULL, NULL,
           'seq_scans and index_advice tell which statements read it and what they would need.'
    FROM relations AS r CROSS JOIN here AS h
    WHERE h.read / h.seconds > 1000 AND r.read > 0.2 * h.all_read AND r.hit < 0.95 * (r.hit + r.read)
    UNION ALL
    SELECT 'backend_writes', 'shared_buffers', NULL, CASE WHEN w.fsyncs > 0 THEN 'warning' ELSE 'info' END,
           pg_catalog.format('Sessions had to write %s blocks themselves, %s %% of those that they got a buffer for (threshold 10 %%)%s', w.writes, pg_catalog.round((w.writes * 100 / w.allocated)::numeric),
               CASE WHEN w.fsyncs > 0 THEN pg_catalog.format(', and %s times had to wait for the disk to sync a file', w.fsyncs) ELSE '' END),
           w.writes / w.allocated, 0.1, 'share',
           pg_catalog.jsonb_build_object('writes', w.writes, 'fsyncs', w.fsyncs, 'buffers_allocated', w.allocated, 'since', w.since),
           E'ALTER SYSTEM SET bgwriter_lru_maxpages = 1000;\nSELECT pg_reload_conf()',
           'SELECT current_setting(''bgwriter_lru_maxpages'')::integer >= 1000',
           pg_catalog.format(E'ALTER SYSTEM SET bgwriter_lru_maxpages = %s;\nSELECT pg_reload_conf()', pg_catalog.current_setting('bgwriter_lru_maxpages')),
           'No lock, no restart.'
    FROM writes AS w
    WHERE w.allocated > 100000 AND w.writes > 0.1 * w.allocated AND pg_catalog.current_setting('bgwriter_lru_maxpages')::integer < 1000
), checks (check_name, why, fine) AS (VALUES
    ('database_reads', 'Blocks that are not in shared buffers come from the operating system''s cache or from the disk, which takes ten to a thousand times longer.', '%s %% of %s blocks were in shared buffers, and few or cheap ones were read from outside'),
    ('read_time', 'Whether reads hurt is a question of their time, not of their share.', 'The time of reads is measured, or there are few'),
    ('relation_reads', 'One relation that fills the cache takes it from all others.', 'No relation stands out among those read from outside of shared buffers'),
    ('backend_writes', 'A session that needs a buffer and finds none clean writes one out itself, and its statement waits for that.', 'Sessions find clean buffers'))
SELECT c.check_name, COALESCE(f.object, h.name), f.relid::pg_catalog.regclass, COALESCE(f.status, 'ok'),
       COALESCE(f.message, pg_catalog.format(c.fine, pg_catalog.round((h.ratio * 100)::numeric, 2), h.hit + h.read)), f.value, f.threshold, f.unit, c.why,
       COALESCE(f.evidence, pg_catalog.jsonb_build_object('hit_ratio', pg_catalog.round(h.ratio::numeric, 4), 'blks_hit', h.hit, 'blks_read', h.read, 'since', h.since)),
       f.remedy_sql, f.verify_sql, f.undo_sql, f.lock_note
FROM checks AS c CROSS JOIN here AS h
     LEFT JOIN found AS f ON f.check_name = c.check_name
ORDER BY pg_catalog.array_position(ARRAY['critical', 'warning', 'info', 'unknown', 'ok'], COALESCE(f.status, 'ok')), c.check_name, f.value DESC NULLS LAST, f.object;
END;

CREATE VIEW perfadvisor.relation_cache AS
SELECT r.relation, r.kind, r.blks_hit, r.blks_read,
       r.blks_hit::double precision OPERATOR(pg_catalog./) NULLIF(r.blks_hit OPERATOR(pg_catalog.+) r.blks_read, 0)::double precision AS hit_ratio,
       r.blks_read::double precision OPERATOR(pg_catalog./) NULLIF(pg_catalog.sum(r.blks_read) OVER (), 0)::double precision AS read_share,
       perfadvisor.counted_since() AS since
FROM (SELECT t.relid::pg_catalog.regclass AS relation, 'table' AS kind, t.heap_blks_hit AS blks_hit, t.heap_blks_read AS blks_read
      FROM pg_catalog.pg_statio_user_tables AS t WHERE t.schemaname OPERATOR(pg_catalog.<>) 'perfadvisor'
      UNION ALL
      SELECT i.indexrelid::pg_catalog.regclass, 'index', i.idx_blks_hit, i.idx_blks_read
      FROM pg_catalog.pg_statio_user_indexes AS i WHERE i.schemaname OPERATOR(pg_catalog.<>) 'perfadvisor') AS r;

COMMENT ON VIEW perfadvisor.relation_cache IS 'Tables and indexes of this database with the blocks that were in shared buffers and those that were not';
COMMENT ON COLUMN perfadvisor.relation_cache.relation IS 'Table or index';
COMMENT ON COLUMN perfadvisor.relation_cache.kind IS 'table or index';
COMMENT ON COLUMN perfadvisor.relation_cache.blks_hit IS 'Blocks that were in shared buffers';
COMMENT ON COLUMN perfadvisor.relation_cache.blks_read IS 'Blocks that were not';
COMMENT ON COLUMN perfadvisor.relation_cache.hit_ratio IS 'Share of the former, NULL where none was asked for';
COMMENT ON COLUMN perfadvisor.relation_cache.read_share IS 'Share of all blocks of this database that were not';
COMMENT ON COLUMN perfadvisor.relation_cache.since IS 'Since when they are counted';

CREATE FUNCTION perfadvisor.buffer_use(
    OUT relation regclass, OUT buffers bigint, OUT buffer_bytes bigint, OUT cached_share double precision, OUT dirty bigint, OUT often_used bigint)
RETURNS SETOF record
LANGUAGE SQL VOLATILE PARALLEL UNSAFE STRICT ROWS 100
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
SELECT c.oid::pg_catalog.regclass, (r ->> 'buffers')::bigint, (r ->> 'buffers')::bigint * 8192,
       (r ->> 'buffers')::float8 / NULLIF(c.relpages, 0), (r ->> 'dirty')::bigint, (r ->> 'often_used')::bigint
FROM perfadvisor.server_rows('buffers') AS r
     JOIN pg_catalog.pg_class AS c ON pg_catalog.pg_relation_filenode(c.oid) = (r ->> 'relfilenode')::oid
WHERE c.relkind IN ('r', 'i', 'm', 't')
ORDER BY 2 DESC;
END;

COMMENT ON FUNCTION perfadvisor.buffer_use() IS
'What shared buffers hold of each relation of this database, where the extension pg_buffercache is there and the caller may use it; looks at every buffer, so it takes seconds where there are many';
CREATE VIEW perfadvisor.cache_health AS
    SELECT h.check_name, h.object, h.relation, h.status, h.message, h.value, h.threshold, h.unit, h.why,
           h.evidence, h.remedy_sql, h.verify_sql, h.undo_sql, h.lock_note
    FROM perfadvisor.cache_health() AS h;

COMMENT ON FUNCTION perfadvisor.cache_health() IS 'Rows of the view cache_health';
COMMENT ON VIEW perfadvisor.cache_health IS 'What this database reads from outside of shared buffers, and what that costs; one row per check where there is nothing to tell';
COMMENT ON COLUMN perfadvisor.cache_health.check_name IS 'What was checked, a word that stays the same';
COMMENT ON COLUMN perfadvisor.cache_health.object IS 'What it was checked of: a name without numbers';
COMMENT ON COLUMN perfadvisor.cache_health.relation IS 'The same as a relation, NULL where it is none';
COMMENT ON COLUMN perfadvisor.cache_health.status IS 'ok, info, warning, critical, or unknown where the current role cannot see enough';
COMMENT ON COLUMN perfadvisor.cache_health.message IS 'The number and the threshold in a sentence';
COMMENT ON COLUMN perfadvisor.cache_health.value IS 'The number';
COMMENT ON COLUMN perfadvisor.cache_health.threshold IS 'What it is held against';
COMMENT ON COLUMN perfadvisor.cache_health.unit IS 'Unit of both';
COMMENT ON COLUMN perfadvisor.cache_health.why IS 'Why it matters';
COMMENT ON COLUMN perfadvisor.cache_health.evidence IS 'Numbers that the judgement rests on, and since when they are counted';
COMMENT ON COLUMN perfadvisor.cache_health.remedy_sql IS 'Statements that mend it, one per line; where the status is unknown, what would show it; NULL where SQL cannot';
COMMENT ON COLUMN perfadvisor.cache_health.verify_sql IS 'A query that returns true once it is mended';
COMMENT ON COLUMN perfadvisor.cache_health.undo_sql IS 'Statements that take the remedy back, NULL where nothing can or need be';
COMMENT ON COLUMN perfadvisor.cache_health.lock_note IS 'Locks, restarts and consequences of the remedy';
