-- health: a large table that is only added to and deleted from by time is to be partitioned, with a period that fits; others are not
\unset ECHO
\i test/setup.sql
\i test/own_database.sql
\i test/health.sql
SELECT perfadvisor.reset() \g /dev/null
CREATE TABLE events (id bigint PRIMARY KEY, happened_at timestamptz, what text);
CREATE TABLE changed (LIKE events);
CREATE TABLE kept (LIKE events);
INSERT INTO events SELECT i, '2024-01-01'::timestamptz + i * interval '1 hour', 'x' FROM generate_series(1, 20000) i;
INSERT INTO changed SELECT * FROM events;
INSERT INTO kept SELECT * FROM events;
UPDATE changed SET what = 'y' WHERE id % 10 = 0;
SELECT pg_stat_force_next_flush() \g /dev/null
ANALYZE;
DELETE FROM events WHERE happened_at < '2024-02-01';
DELETE FROM changed WHERE happened_at < '2024-02-01';
DELETE FROM kept WHERE id = 5;
SELECT pg_stat_force_next_flush() \g /dev/null
-- two billion rows, as far as the catalog knows
UPDATE pg_class SET reltuples = 6e7, relpages = 2000000 WHERE relname IN ('events', 'changed', 'kept');
SELECT plan(15);
SELECT is(status_of('maintenance_health', 'partition_by_time', 'public.events'), 'info', 'a large table written in the order of a time, never updated and deleted from by that time, is found');
SELECT is(evidence ->> 'column' || ' ' || (evidence ->> 'period') || ' ' || (evidence ->> 'partitions'), 'happened_at month 28', 'with the column and a period that gives a fit number of partitions') FROM perfadvisor.maintenance_health WHERE object = 'public.events';
SELECT is(status_of('maintenance_health', 'partition_by_time', 'public.changed'), NULL, 'and not one whose rows are updated');
SELECT is(status_of('maintenance_health', 'partition_by_time', 'public.kept'), NULL, 'nor one that is not deleted from by time');
DROP ROLE IF EXISTS perfadvisor_nobody;
CREATE ROLE perfadvisor_nobody;
SET ROLE perfadvisor_nobody;
SELECT is((SELECT status FROM perfadvisor.maintenance_health WHERE check_name = 'partition_by_time'), 'unknown', 'a role that may not read statistics is not told that there is none');
SELECT is((SELECT remedy_sql FROM perfadvisor.maintenance_health WHERE check_name = 'partition_by_time'), 'GRANT pg_read_all_data TO perfadvisor_nobody', 'but what would show it');
RESET ROLE;
GRANT pg_read_all_data TO perfadvisor_nobody;
SET ROLE perfadvisor_nobody;
SELECT is((SELECT string_agg(status || ' ' || object, ', ') FROM perfadvisor.maintenance_health WHERE check_name = 'partition_by_time'), 'unknown statements of other roles', 'nor is one that may read them, but not see who deletes');
SELECT remedy_sql AS remedy, verify_sql AS verify, undo_sql AS undo, verified(verify_sql) AS before FROM perfadvisor.maintenance_health WHERE check_name = 'partition_by_time' \gset
RESET ROLE;
:remedy;
SET ROLE perfadvisor_nobody;
SELECT is(ARRAY[:'before'::boolean, verified(:'verify')], ARRAY[false, true], 'what is printed shows it');
SELECT is(status_of('maintenance_health', 'partition_by_time', 'public.events'), 'info', 'so that it is found');
RESET ROLE;
:undo;
SET ROLE perfadvisor_nobody;
SELECT is(verified(:'verify'), false, 'and undo_sql takes that back');
RESET ROLE;
REVOKE pg_read_all_data FROM perfadvisor_nobody;
DROP ROLE perfadvisor_nobody;
SELECT ok(bool_and(remedy_sql IS NULL AND undo_sql IS NULL AND lock_note ~ 'Nothing that one statement does') , 'partitioning is nothing that one statement does, and it says so') FROM perfadvisor.maintenance_health WHERE check_name = 'partition_by_time' AND status = 'info';

-- the partitions that it tells of do it
CREATE TABLE events_new (LIKE events) PARTITION BY RANGE (happened_at);
DO $$ BEGIN
    FOR n IN 0..28 LOOP
        EXECUTE format('CREATE TABLE events_%s PARTITION OF events_new FOR VALUES FROM (%L) TO (%L)', n, '2024-01-01'::date + n * interval '1 month', '2024-01-01'::date + (n + 1) * interval '1 month');
    END LOOP;
END $$;
INSERT INTO events_new SELECT * FROM events;
DROP TABLE events;
ALTER TABLE events_new RENAME TO events;
ANALYZE events;
UPDATE pg_class SET reltuples = 6e7 / 28 WHERE relname ~ '^events_\d+$';
SELECT is(status_of('maintenance_health', 'partition_by_time', quote_ident(current_database())), 'ok', 'a table that is partitioned as it says is well');

-- foreign tables
CREATE EXTENSION file_fdw;
CREATE SERVER files FOREIGN DATA WRAPPER file_fdw;
COPY (SELECT i FROM generate_series(1, 100) i) TO PROGRAM 'cat > far.txt';
CREATE FOREIGN TABLE "Far" (id int) SERVER files OPTIONS (filename 'far.txt');
SELECT remedy_sql AS remedy, verify_sql AS verify, verified(verify_sql) AS before, status AS status FROM perfadvisor.maintenance_health WHERE check_name = 'foreign_table_statistics' AND object = 'public."Far"' \gset
:remedy;
SELECT is(ARRAY[:'status', :'before', verified(:'verify')::text], ARRAY['info', 'f', 'true'], 'a foreign table that was never analysed is found, and ANALYZE as printed mends it');
SELECT is(status_of('maintenance_health', 'foreign_table_statistics', quote_ident(current_database())), 'ok', 'which ends the finding');
UPDATE pg_class SET reltuples = 20000, relpages = 100 WHERE relname IN ('changed', 'kept');
SELECT is(status_of('maintenance_health', 'partition_by_time', quote_ident(current_database())), 'ok', 'small tables stay as they are');
SELECT * FROM finish();
