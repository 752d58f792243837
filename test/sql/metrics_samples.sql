-- metrics: samples are bounded, agree with what was recorded, and run no check
\unset ECHO
\i test/setup.sql
\i test/own_database.sql
SELECT plan(15);

CREATE ROLE metrics_scraper LOGIN IN ROLE pg_monitor;
CREATE ROLE metrics_nobody LOGIN;
CREATE ROLE metrics_app LOGIN;
CREATE TABLE metered AS SELECT g AS id FROM generate_series(1, 1000) AS g;
GRANT SELECT ON metered TO metrics_app;

SET SESSION AUTHORIZATION metrics_app;
\o /dev/null
SELECT count(*) FROM metered WHERE id > 1;
SELECT count(*) FROM metered WHERE id > 2;
SELECT id FROM metered WHERE id = 3;
\o
RESET SESSION AUTHORIZATION;

CREATE FUNCTION sample(what text, of jsonb DEFAULT '{}') RETURNS double precision
LANGUAGE sql AS $$ SELECT sum(value) FROM perfadvisor.metrics WHERE name = $1 AND labels @> $2 $$;

SELECT is(sample('perfadvisor_statements_total', '{"datname": "perfadvisor_test", "rolname": "metrics_app", "statement_class": "aggregate"}'), 2::float8,
    'a role''s aggregates are counted under its class');
SELECT is(sample('perfadvisor_statement_duration_seconds_count', '{"rolname": "metrics_app"}'),
    sample('perfadvisor_statement_duration_seconds_bucket', '{"rolname": "metrics_app", "le": "+Inf"}'),
    'the last bucket has all calls');
SELECT ok(bool_and(later >= earlier), 'buckets only grow with their bound')
FROM (SELECT value AS later, lag(value, 1, 0) OVER (ORDER BY (labels ->> 'le')::float8) AS earlier
      FROM perfadvisor.metrics WHERE name = 'perfadvisor_statement_duration_seconds_bucket' AND labels ->> 'rolname' = 'metrics_app') AS b;
SELECT is(sample('perfadvisor_slow_statements_total', '{"rolname": "metrics_app"}'), 0::float8, 'quick statements are not slow');
SET perfadvisor.slow_query_time = 0;
SELECT is(sample('perfadvisor_slow_statements_total', '{"rolname": "metrics_app"}'), sample('perfadvisor_statement_duration_seconds_count', '{"rolname": "metrics_app"}'), 'all are slow when the threshold is 0');
SET perfadvisor.slow_query_time = -1;
SELECT is(sample('perfadvisor_slow_statements_total'), NULL, 'without a threshold none is told');
RESET perfadvisor.slow_query_time;

SELECT is((SELECT count(*) FROM (SELECT name, labels FROM perfadvisor.metrics GROUP BY name, labels HAVING count(*) > 1) AS d), 0::bigint,
    'no sample comes twice');

-- findings come from the log
SELECT is(sample('perfadvisor_findings'), NULL, 'findings that were never noted are not told');
INSERT INTO perfadvisor.finding_log VALUES
    ('a1', 'vacuum', 'dead_rows', 'public.metered', 'critical', 'x', now(), now(), NULL),
    ('a2', 'vacuum', 'dead_rows', 'public.other', 'critical', 'x', now(), now(), NULL),
    ('a3', 'vacuum', 'dead_rows', 'public.gone', 'critical', 'x', now(), now(), now());
SELECT is(sample('perfadvisor_findings', '{"area": "vacuum", "severity": "critical"}'), 2::float8, 'noted findings are counted by area and severity, gone ones are not');
INSERT INTO perfadvisor.mutes (finding_id, reason) VALUES ('a1', 'known');
SELECT is(sample('perfadvisor_findings', '{"area": "vacuum", "severity": "critical"}'), 1::float8, 'nor are muted ones');

-- targets
SELECT is(sample('perfadvisor_target_calls_total', '{"target": "aggregate"}') >= 2, true, 'calls of a class with a target are counted');
INSERT INTO perfadvisor.targets (query_like, target_time) VALUES ('%nowhere metered%', 1);
SELECT is((SELECT string_agg(name, ' ' ORDER BY name) FROM perfadvisor.metrics WHERE labels ->> 'target' = 'like %nowhere metered%'), 'perfadvisor_target_allowed_slow_ratio perfadvisor_target_seconds',
    'a target without calls is told, but neither met nor missed');

-- what is told in each of several databases
SELECT is((SELECT count(*) FROM perfadvisor.metrics WHERE scope = 'database' AND labels ->> 'datname' IS DISTINCT FROM current_database()), 0::bigint,
    'what is of the database carries its name');

SET SESSION AUTHORIZATION metrics_scraper;
SELECT ok(perfadvisor.prometheus() LIKE '%rolname="metrics_app"%', 'a member of pg_monitor reads the numbers of other roles');
RESET SESSION AUTHORIZATION;
SET SESSION AUTHORIZATION metrics_nobody;
SELECT throws_ok('SELECT perfadvisor.prometheus()', '42501', NULL, 'nobody else reads them');
RESET SESSION AUTHORIZATION;

SELECT * FROM finish();
\connect regression
DROP DATABASE perfadvisor_test;
DROP ROLE metrics_scraper, metrics_nobody, metrics_app;
