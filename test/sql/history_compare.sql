-- history: compare() finds what got slower, faster, new and gone, with its reason, and nothing else
\unset ECHO
\i test/setup.sql
\i test/own_database.sql
SELECT plan(26);

CREATE TABLE orders AS SELECT n AS id, n % 2000 AS customer, n % 50 AS state, repeat('x', 40) AS note FROM generate_series(1, 60000) n;
CREATE INDEX orders_customer ON orders (customer);
CREATE INDEX orders_id ON orders (id);
CREATE TABLE other AS SELECT n AS id, n % 100 AS part FROM generate_series(1, 20000) n;
ANALYZE;

CREATE TABLE results AS SELECT 0::bigint AS customers, 0::bigint AS parts, 0::bigint AS states LIMIT 0;
-- Statements of functions are recorded like those of clients
CREATE FUNCTION run_mix(first int, last int) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    FOR i IN first..last LOOP
        INSERT INTO results (customers) SELECT count(*) FROM orders WHERE customer = i;
        INSERT INTO results (parts) SELECT count(*) FROM other WHERE part = i % 100;
        INSERT INTO results (states) SELECT count(*) FROM orders WHERE id BETWEEN i AND i + 10;
    END LOOP;
END $$;
CREATE FUNCTION changes(mark text) RETURNS text LANGUAGE sql AS $$
    SELECT coalesce(string_agg(change, ','), 'nothing')
    FROM perfadvisor.compare((SELECT snapshot_id FROM perfadvisor.snapshots WHERE label = mark),
                             (SELECT min(snapshot_id) FROM perfadvisor.snapshots
                              WHERE snapshot_id > (SELECT snapshot_id FROM perfadvisor.snapshots WHERE label = mark)))
    WHERE query LIKE 'INSERT INTO results%' $$;
CREATE FUNCTION reason(mark text, pattern text) RETURNS text LANGUAGE sql AS $$
    SELECT reason
    FROM perfadvisor.compare((SELECT snapshot_id FROM perfadvisor.snapshots WHERE label = mark),
                             (SELECT min(snapshot_id) FROM perfadvisor.snapshots
                              WHERE snapshot_id > (SELECT snapshot_id FROM perfadvisor.snapshots WHERE label = mark)))
    WHERE query LIKE pattern $$;

SELECT run_mix(1, 30) \g /dev/null
SELECT ok(perfadvisor.snapshot('first') > 0, 'a snapshot has a number');
SELECT run_mix(31, 60) \g /dev/null
SELECT perfadvisor.snapshot('same') \g /dev/null
SELECT is(changes('first'), 'nothing', 'of what runs as before nothing is said');
SELECT is((SELECT c.calls FROM perfadvisor.snapshot_counts c JOIN perfadvisor.snapshot_statements s USING (statement_id)
           JOIN perfadvisor.snapshots n USING (snapshot_id)
           WHERE n.label = 'same' AND s.query LIKE 'INSERT INTO results (customers)%'), 30::bigint,
          'a snapshot counts what ran since the one before');
SELECT is((SELECT count(*) FROM perfadvisor.snapshot_statements WHERE query LIKE '%perfadvisor.%'), 0::bigint,
          'what looks at perfadvisor is not part of the history');

DROP INDEX orders_customer;
SELECT run_mix(61, 90) \g /dev/null
SELECT perfadvisor.snapshot('dropped') \g /dev/null
SELECT is(changes('same'), 'slower', 'after an index was dropped one statement is slower');
SELECT matches(reason('same', '%(customers)%'), '^Index public.orders_customer was dropped', 'and the index is given as the reason');
SELECT is((SELECT string_agg(kind || ' ' || object, ',') FROM perfadvisor.events WHERE kind LIKE 'index%' AND object <> 'perfadvisor'),
          'index_dropped public.orders_customer', 'the drop is an event, and indexes that were there are none');
SELECT ok((SELECT mean_after > 1.5 * mean_before AND factor > 1.5 AND time_difference > 0
           FROM perfadvisor.compare((SELECT snapshot_id FROM perfadvisor.snapshots WHERE label = 'same')) WHERE query LIKE '%(customers)%'),
          'with its times before and after');
SELECT throws_like(format('SELECT perfadvisor.assert_no_regression(%s, %s)', a.snapshot_id, b.snapshot_id), '%slower than before snapshot%',
          'assert_no_regression() raises an error') FROM perfadvisor.snapshots a, perfadvisor.snapshots b WHERE a.label = 'same' AND b.label = 'dropped';
SELECT is(perfadvisor.assert_no_regression(a.snapshot_id, b.snapshot_id) > 0, true, 'but not where nothing got slower')
FROM perfadvisor.snapshots a, perfadvisor.snapshots b WHERE a.label = 'first' AND b.label = 'same';

CREATE INDEX orders_by_customer ON orders (customer);
SELECT run_mix(91, 120) \g /dev/null
SELECT perfadvisor.snapshot('created') \g /dev/null
SELECT is(changes('dropped'), 'faster', 'after an index was created one statement is faster');
SELECT matches(reason('dropped', '%(customers)%'), '^Index public.orders_by_customer was created', 'and the index is given as the reason');

REINDEX INDEX CONCURRENTLY orders_by_customer;
DO $$ BEGIN FOR i IN 1..30 LOOP PERFORM count(*) FROM other WHERE id = i; END LOOP; END $$;
SELECT perfadvisor.snapshot('reindexed') \g /dev/null
SELECT is((SELECT count(*) FROM perfadvisor.events WHERE object = 'public.orders_by_customer'), 1::bigint,
          'an index that was built anew is not a new one');
SELECT is((SELECT change FROM perfadvisor.compare((SELECT snapshot_id FROM perfadvisor.snapshots WHERE label = 'created')) WHERE query LIKE '%FROM other WHERE id =%'),
          'new', 'a statement that never ran before is new');

INSERT INTO other SELECT n, n % 100 FROM generate_series(20001, 200000) n;
SELECT run_mix(121, 150) \g /dev/null
SELECT perfadvisor.snapshot('grown') \g /dev/null
SELECT is(changes('reindexed'), 'slower', 'after a table grew the statement that reads it is slower, compared with the time it last ran');
SELECT matches(reason('reindexed', '%(parts)%'), 'sequential scans|touches', 'and the reason says so');

-- A baseline
SELECT is((SELECT count(*) FROM perfadvisor.regressions), 0::bigint, 'without a baseline there are no regressions');
SELECT throws_like('SELECT perfadvisor.assert_no_regression()', 'there is no baseline%', 'and asking for them is an error');
SELECT perfadvisor.baseline('release 1') > 0 \g /dev/null
SELECT run_mix(151, 180) \g /dev/null
SELECT perfadvisor.snapshot() > 0 \g /dev/null
SELECT is((SELECT count(*) FROM perfadvisor.regressions WHERE query LIKE 'INSERT INTO results%'), 0::bigint, 'what runs as at the baseline is no regression');
DROP INDEX orders_id;
SELECT run_mix(181, 240) \g /dev/null
SELECT perfadvisor.snapshot() > 0 \g /dev/null
SELECT is((SELECT string_agg(baseline || ': ' || (reason LIKE 'Index public.orders_id was dropped%'), ',') FROM perfadvisor.regressions WHERE query LIKE '%(states)%'),
          'release 1: true', 'what became slower since is one, with its reason');

-- Resets and impossible questions
SELECT perfadvisor.reset() \g /dev/null
SELECT run_mix(241, 250) \g /dev/null
SELECT perfadvisor.snapshot('reset') \g /dev/null
SELECT is((SELECT c.calls FROM perfadvisor.snapshot_counts c JOIN perfadvisor.snapshot_statements s USING (statement_id)
           JOIN perfadvisor.snapshots n USING (snapshot_id)
           WHERE n.label = 'reset' AND s.query LIKE 'INSERT INTO results (customers)%'), 10::bigint,
          'after a reset counting goes on, and nothing is negative');
SELECT throws_like('SELECT * FROM perfadvisor.compare(-1)', 'cannot compare snapshot%', 'a snapshot that does not exist is an error');
SELECT throws_like(format('SELECT * FROM perfadvisor.compare(%s, %s)', max(snapshot_id), min(snapshot_id)), 'cannot compare snapshot%', 'and so is the later one first') FROM perfadvisor.snapshots;
CREATE ROLE history_nobody;
SET ROLE history_nobody;
SELECT throws_ok('SELECT perfadvisor.snapshot()', '42501', NULL, 'a role without rights takes no snapshot');
SELECT throws_ok('SELECT * FROM perfadvisor.snapshot_statements', '42501', NULL, 'and reads no history');
RESET ROLE;

-- Thinning: what is old is merged by the hour, what is older than asked for goes
UPDATE perfadvisor.snapshot_log SET from_time = from_time - interval '3 days', taken_at = date_trunc('day', taken_at) - interval '3 days' + (snapshot_id - (SELECT min(snapshot_id) FROM perfadvisor.snapshot_log)) * interval '1 millisecond';
CREATE TABLE before_thinning AS SELECT sum(calls) AS calls, sum(total_exec_time) AS t FROM perfadvisor.snapshot_counts;
SELECT perfadvisor.thin_history('30 days') \g /dev/null
SELECT is((SELECT (sum(calls), count(DISTINCT snapshot_id) < 9) FROM perfadvisor.snapshot_counts)::text,
          (SELECT (calls, true) FROM before_thinning)::text, 'merging snapshots by the hour loses no execution');
SELECT * FROM finish();
DROP ROLE history_nobody;
