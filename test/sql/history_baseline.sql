-- history: findings can be asked right after a baseline, when there is nothing yet to compare it with
\unset ECHO
\i test/setup.sql
\i test/own_database.sql
SELECT plan(4);

SELECT ok(perfadvisor.baseline('now') > 0, 'a baseline is taken');
SELECT is((SELECT count(*) FROM perfadvisor.regressions), 0::bigint, 'nothing has become slower');
SELECT lives_ok('SELECT count(*) FROM perfadvisor.findings', 'findings answer');
SELECT lives_ok('SELECT perfadvisor.note_findings()', 'and are noted');

SELECT * FROM finish();
\connect regression
DROP DATABASE perfadvisor_test;
