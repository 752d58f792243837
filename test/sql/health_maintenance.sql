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
SELECT plan(6);
SELECT is(status_of('maintenance_health', 'partition_by_time', 'public.events'), 'info', 'a large table written in the order of a time, never updated and deleted from by that time, is found');
SELECT is(evidence ->> 'column' || ' ' || (evidence ->> 'period') || ' ' || (evidence ->> 'partitions'), 'happened_at month 28', 'with the column and a period that gives a fit number of partitions') FROM perfadvisor.maintenance_health WHERE object = 'public.events';
SELECT is(status_of('maintenance_health', 'partition_by_time', 'public.changed'), NULL, 'and not one whose rows are updated');
SELECT is(status_of('maintenance_health', 'partition_by_time', 'public.kept'), NULL, 'nor one that is not deleted from by time');
DROP ROLE IF EXISTS perfadvisor_nobody;
CREATE ROLE perfadvisor_nobody;
SET ROLE perfadvisor_nobody;
SELECT is((SELECT status FROM perfadvisor.maintenance_health WHERE check_name = 'partition_by_time'), 'unknown', 'a role that may not read statistics is not told that there is none');
RESET ROLE;
DROP ROLE perfadvisor_nobody;
UPDATE pg_class SET reltuples = 20000, relpages = 100 WHERE relname IN ('events', 'changed', 'kept');
SELECT is(status_of('maintenance_health', 'partition_by_time', quote_ident(current_database())), 'ok', 'small tables stay as they are');
SELECT * FROM finish();
