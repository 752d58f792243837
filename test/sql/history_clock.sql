-- history: a clock that is set back or forward, and a reset by somebody else, make nothing negative, slow or lost
\unset ECHO
\i test/setup.sql
\i test/own_database.sql
CREATE TABLE orders AS SELECT n AS id, n % 2000 AS customer, repeat('x', 40) AS note FROM generate_series(1, 20000) n;
CREATE INDEX orders_id ON orders (id);
ANALYZE orders;
CREATE TABLE results (n bigint);
CREATE FUNCTION run(first int, last int) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    FOR i IN first..last LOOP
        INSERT INTO results SELECT count(*) FROM orders WHERE id = i;
        INSERT INTO results SELECT count(*) FROM orders WHERE customer = i;
    END LOOP;
END $$;
-- as if the clock had been set: what was kept is that much earlier or later
CREATE FUNCTION shift(by interval) RETURNS void LANGUAGE sql AS $$
    UPDATE perfadvisor.snapshot_log SET from_time = from_time + by, taken_at = taken_at + by;
    UPDATE perfadvisor.events SET not_before = not_before + by, noted_at = noted_at + by;
    UPDATE perfadvisor.advice_log SET first_advised = first_advised + by, last_advised = last_advised + by, noted_at = noted_at + by;
$$;
CREATE FUNCTION counted() RETURNS numeric LANGUAGE sql AS $$
    SELECT sum(c.calls) FROM perfadvisor.snapshot_counts c JOIN perfadvisor.snapshot_statements s USING (statement_id) WHERE s.query LIKE '%WHERE customer =%' $$;
CREATE FUNCTION slower(mark text) RETURNS bigint LANGUAGE sql AS $$
    SELECT count(*) FROM perfadvisor.compare((SELECT snapshot_id FROM perfadvisor.snapshots WHERE label = mark)) WHERE change IN ('slower', 'faster') $$;
CREATE FUNCTION sound() RETURNS boolean LANGUAGE sql AS $$
    SELECT bool_and(from_time <= taken_at) AND NOT EXISTS (SELECT FROM perfadvisor.snapshot_counts WHERE calls < 0 OR total_exec_time < 0 OR shared_blks_hit < 0)
           AND (SELECT bool_and(ordered) FROM (SELECT taken_at >= lag(taken_at) OVER (ORDER BY snapshot_id) AS ordered FROM perfadvisor.snapshot_log) AS o)
    FROM perfadvisor.snapshot_log $$;

SELECT plan(17);
SELECT run(1, 20) \g /dev/null
SELECT perfadvisor.snapshot('first') \g /dev/null
SELECT run(21, 40) \g /dev/null
SELECT perfadvisor.snapshot('before the clock') \g /dev/null
SELECT is(counted(), 40::numeric, 'every execution is counted');
SELECT count(*) FROM perfadvisor.index_advice \g /dev/null
SELECT perfadvisor.snapshot() \g /dev/null
SELECT is((SELECT count(*) FROM perfadvisor.advice_log), 1::bigint, 'and an index is advised');

-- back by a day: the history is in the future
SELECT shift('1 day') \g /dev/null
SELECT run(41, 60) \g /dev/null
SELECT ok(perfadvisor.snapshot('set back') > 0, 'with the clock set back, a snapshot is taken');
SELECT run(61, 80) \g /dev/null
SELECT perfadvisor.snapshot('set back for long') \g /dev/null
SELECT ok(sound(), 'none ends before it begins or before the last one, and nothing is negative');
SELECT is(counted(), 80::numeric, 'every execution is counted');
SELECT is(slower('before the clock') + slower('set back'), 0::bigint, 'nothing is called slower or faster for it');
CREATE INDEX orders_customer ON orders (customer);
SELECT perfadvisor.snapshot('index') \g /dev/null
SELECT run(81, 120) \g /dev/null
SELECT perfadvisor.snapshot('with index') \g /dev/null
SELECT is((SELECT kind FROM perfadvisor.events WHERE object = 'public.orders_customer'), 'index_created', 'a change of indexes is noticed as ever');
SELECT is((SELECT string_agg(verdict, ',') FROM perfadvisor.advice_outcomes WHERE measured_gain > 0 AND measured_gain < 3600000), 'better', 'and what became of advice is known, in possible numbers');
SELECT ok((SELECT bool_and(abs(time_difference) < 1e9) FROM perfadvisor.compare((SELECT snapshot_id FROM perfadvisor.snapshots WHERE label = 'index'))), 'differences are possible numbers');

-- forward by a year: the history is old
SELECT shift('-1 year') \g /dev/null
SELECT run(121, 140) \g /dev/null
SELECT perfadvisor.snapshot('set forward') \g /dev/null
SELECT run(141, 160) \g /dev/null
SELECT perfadvisor.snapshot('set forward for long') \g /dev/null
SELECT ok(sound(), 'with the clock set forward, all is in order as well');
SELECT is((SELECT count(*) FROM perfadvisor.snapshots WHERE label IS NOT NULL), 8::bigint, 'snapshots with a name are kept, however old they seem');
SELECT is(slower('set forward'), 0::bigint, 'and nothing is slower or faster');

-- a reset by somebody else
SELECT is((SELECT count(*) FROM perfadvisor.events WHERE kind = 'recording_reset'), 0::bigint, 'nobody has reset anything so far');
SELECT perfadvisor.reset() \g /dev/null
SELECT run(161, 180) \g /dev/null
SELECT perfadvisor.snapshot('reset') \g /dev/null
SELECT is((SELECT string_agg(kind || ' ' || (not_before < noted_at), ',') FROM perfadvisor.events WHERE kind = 'recording_reset'), 'recording_reset true', 'a reset is an event');
SELECT run(181, 200) \g /dev/null
SELECT perfadvisor.snapshot('after reset') \g /dev/null
SELECT is((SELECT count(*) FROM perfadvisor.events WHERE kind = 'recording_reset'), 1::bigint, 'one, that is');
SELECT ok(sound(), 'nothing is negative after it');
SELECT is(slower('set forward for long') + slower('reset'), 0::bigint, 'nor slower or faster');
SELECT * FROM finish();
