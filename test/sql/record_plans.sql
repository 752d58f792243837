-- record: the plans that a statement ran with are told apart, and a change of plan is seen
\unset ECHO
\i test/setup.sql
\i test/own_database.sql
SELECT plan(11);

CREATE TABLE planned AS SELECT n AS id, n % 500 AS part, repeat('x', 50) AS note FROM generate_series(1, 50000) n;
CREATE TABLE joined AS SELECT n AS id, n % 100 AS part FROM generate_series(1, 1000) n;
CREATE INDEX planned_part ON planned (part);
CREATE TABLE parted (id int, day int) PARTITION BY RANGE (day);
CREATE TABLE parted_1 PARTITION OF parted FOR VALUES FROM (0) TO (10);
CREATE TABLE parted_2 PARTITION OF parted FOR VALUES FROM (10) TO (20);
CREATE TABLE parted_3 PARTITION OF parted FOR VALUES FROM (20) TO (30);
INSERT INTO parted SELECT n, n % 30 FROM generate_series(1, 3000) n;
ANALYZE;

CREATE FUNCTION plans(pattern text) RETURNS bigint LANGUAGE sql AS
$$ SELECT count(DISTINCT plan_id) FROM perfadvisor.statement_plans p JOIN perfadvisor.statements s USING (queryid, toplevel)
   WHERE p.datname = current_database() AND s.datname = current_database() AND s.query LIKE pattern $$;

\o /dev/null
SELECT count(*) AS one FROM planned WHERE part = 1;
SELECT count(*) AS one FROM planned WHERE part = 2;
SELECT count(*) AS one FROM planned WHERE part = 3;
SELECT count(*) AS several FROM parted WHERE day < 5;
SELECT count(*) AS several FROM parted WHERE day < 15;
SELECT count(*) AS several FROM parted WHERE day < 25;
\o
SELECT is(plans('%AS one FROM planned%'), 1::bigint, 'constants do not make another plan');
SELECT is(plans('%AS several FROM parted%'), 2::bigint, 'nor does the number of partitions, but one without an Append is another');
SELECT is((SELECT sum(executions) FROM perfadvisor.statement_plans JOIN perfadvisor.statements s USING (queryid, toplevel, datname, rolname)
           WHERE datname = current_database() AND s.query LIKE '%AS one FROM planned%'), 3::numeric, 'the first executions are all counted');
SELECT ok((SELECT bool_and(p.plan LIKE '%Scan%' AND p.mean_exec_time BETWEEN p.min_exec_time AND p.max_exec_time AND p.cost > 0)
           FROM perfadvisor.statement_plans p JOIN perfadvisor.statements s USING (queryid, toplevel, datname, rolname)
           WHERE datname = current_database() AND s.query LIKE '%AS one FROM planned%'), 'with the plan and its times');

DROP INDEX planned_part;
\o /dev/null
SELECT count(*) AS one FROM planned WHERE part = 4;
SELECT count(*) AS one FROM planned WHERE part = 5;
SELECT count(*) AS one FROM planned WHERE part = 6;
SELECT count(*) AS one FROM planned WHERE part = 7;
SELECT count(*) AS one FROM planned WHERE part = 8;
\o
SELECT is(plans('%AS one FROM planned%'), 2::bigint, 'without the index there is another plan');
SELECT ok((SELECT mean_after > mean_before AND plan_before LIKE '%planned_part%' AND plan_after LIKE '%Seq Scan%' AND NOT alternates
           FROM perfadvisor.plan_changes WHERE query LIKE '%AS one FROM planned%'), 'plan_changes shows both with their times');
SELECT is((SELECT count(*) FROM perfadvisor.plan_changes WHERE query LIKE '%FROM joined%'), 0::bigint, 'and nothing of statements whose plan stays');

CREATE ROLE plans_nobody;
SET ROLE plans_nobody;
SELECT is((SELECT count(*) FROM perfadvisor.statement_plans), 0::bigint, 'a role sees no plans of others');
RESET ROLE;
SET perfadvisor.track_parameters = off;
\o /dev/null
SELECT count(*) AS hidden FROM joined WHERE part = 77;
\o
RESET perfadvisor.track_parameters;
SELECT is((SELECT count(*) FROM perfadvisor.statement_plans WHERE plan LIKE '%77%' AND datname = current_database()), 0::bigint, 'where constants are not kept no plan shows one');

-- A plan of a session with a join that is hashed and one that is not
SET enable_hashjoin = off;
SET enable_mergejoin = off;
SELECT count(*) AS both FROM planned JOIN joined USING (id) WHERE joined.part = 3 \g /dev/null
RESET enable_hashjoin;
SET enable_nestloop = off;
SELECT count(*) AS both FROM planned JOIN joined USING (id) WHERE joined.part = 4 \g /dev/null
RESET enable_nestloop;
RESET enable_mergejoin;
SELECT is(plans('%AS both FROM planned%'), 2::bigint, 'another kind of join is another plan');
SELECT perfadvisor.reset() \g /dev/null
SELECT is(plans('%AS one FROM planned%'), 0::bigint, 'a reset forgets plans');
SELECT * FROM finish();
DROP ROLE plans_nobody;
