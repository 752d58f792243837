-- record: self_health says how full, how fast and how safe the recorder is, to pg_monitor and superusers
\unset ECHO
\i test/setup.sql
\i test/own_database.sql
SELECT plan(18);

CREATE TABLE observed AS SELECT n FROM generate_series(1, 10) n;
CREATE FUNCTION health(item text) RETURNS float8 LANGUAGE sql AS
$$ SELECT value FROM perfadvisor.self_health h WHERE h.item = health.item $$;
\o /dev/null
DROP ROLE IF EXISTS record_watcher, record_passer;
CREATE ROLE record_watcher IN ROLE pg_monitor;
CREATE ROLE record_passer;
SELECT perfadvisor.reset();
SET perfadvisor.slow_query_time = 0;
SELECT health('sampling_time') AS sampling, health('slow_queries') AS slow, health('samples') AS samples, health('text_memory') AS texts, health('failed_queries') AS failed \gset
SELECT n + 1 - 1 FROM observed WHERE n = 3;
SELECT n + 1 - 1 FROM observed WHERE n = 4;
SET perfadvisor.slow_query_time = -1;
DO $$ BEGIN PERFORM 1 / (n - 3) FROM observed; EXCEPTION WHEN division_by_zero THEN END $$;
\o
SELECT ok(health('slow_queries') >= :slow + 2, 'slow executions are counted');
SELECT ok(health('samples') >= :samples + 2, 'samples are counted');
SELECT ok(health('text_memory') > :texts, 'texts take memory');
SELECT ok(health('sampling_time') > :sampling AND health('sampling_time') < :sampling + 60000, 'the time that sampling takes is counted');
SELECT ok(health('pending') >= 1, 'statements that a session repeats are counted in slots of its own');
SELECT ok(health('folds_skipped') >= 0, 'it is told how often these were not folded because of readers');
SELECT is(health('failed_queries'), :failed + 1::float8, 'failed executions are counted');
SELECT ok((SELECT bool_and(value <= bound) AND count(*) = 6 FROM perfadvisor.self_health WHERE bound IS NOT NULL), 'no number exceeds its bound');
SELECT ok((SELECT statements_used >= (SELECT count(*) FROM perfadvisor.recorded_statements()) FROM perfadvisor.recorded_state()), 'every statement has an entry');
SELECT ok(health('clock') BETWEEN 1 AND 100000, 'the cost of the clock is measured');
SELECT ok((SELECT bool_and(message ~ '^[A-Z0-9].*\.$') FROM perfadvisor.self_health), 'each number comes with a sentence');
SELECT is((SELECT count(*) FROM perfadvisor.self_health WHERE item IN ('statements', 'text_memory', 'samples', 'slow_queries', 'failed_queries', 'failures_unidentified', 'seq_scans', 'pending', 'folds_skipped', 'sampling_time') AND status = 'ok' AND remedy_sql IS NULL), 10::bigint, 'numbers that nothing follows from are not judged');
SELECT ok((SELECT bool_and((status IN ('ok', 'info')) = (remedy_sql IS NULL) OR item = 'clock') FROM perfadvisor.self_health), 'what is wrong has a remedy, and nothing else has one');
SELECT is((SELECT status FROM perfadvisor.self_health WHERE item = 'query_ids'), 'ok', 'query ids are computed');
SET compute_query_id = off;
SELECT is((SELECT status FROM perfadvisor.self_health WHERE item = 'query_ids'), 'critical', 'and it is said when they are not');
RESET compute_query_id;
\o /dev/null
SELECT saved_at AS before FROM perfadvisor.recorded_state() \gset
SELECT perfadvisor.save();
\o
SELECT ok((SELECT saved_at > :'before' FROM perfadvisor.recorded_state()), 'the time of the last save is known');
SET ROLE record_watcher;
SELECT ok((SELECT count(*) > 5 FROM perfadvisor.self_health), 'a member of pg_monitor sees it');
SET ROLE record_passer;
SELECT throws_ok('SELECT * FROM perfadvisor.self_health', '42501', NULL, 'others do not');
RESET ROLE;
SELECT * FROM finish();
\o /dev/null
DROP ROLE record_watcher, record_passer;
\o
