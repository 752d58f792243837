-- record: a role sees texts and constants of roles it is a member of, and nobody else's unless it has pg_read_all_stats
\unset ECHO
\i test/setup.sql
\i test/own_database.sql
SELECT plan(18);

\o /dev/null
DROP ROLE IF EXISTS record_owner, record_member, record_stranger, record_reader, record_numbers;
CREATE ROLE record_owner;
CREATE ROLE record_member IN ROLE record_owner;
CREATE ROLE record_stranger;
CREATE ROLE record_reader IN ROLE pg_read_all_stats;
CREATE ROLE record_numbers NOINHERIT IN ROLE pg_monitor;
GRANT CREATE ON SCHEMA public TO record_owner;
SET perfadvisor.slow_query_time = 0;
SET ROLE record_owner;
CREATE TABLE secrets (id int, word text);
INSERT INTO secrets VALUES (1, 'abracadabra');
SELECT /* owned */ * FROM secrets WHERE word = 'abracadabra';
PREPARE owned(text) AS SELECT /* owned too */ * FROM secrets WHERE word = $1;
EXECUTE owned('abracadabra');
RESET ROLE;
RESET perfadvisor.slow_query_time;
GRANT USAGE ON SCHEMA public TO PUBLIC;
\o

SET ROLE record_stranger;
SELECT is((SELECT count(*) FROM perfadvisor.statements WHERE rolname = 'record_owner'), 0::bigint, 'a stranger sees no statement of another role');
SELECT is((SELECT count(*) FROM perfadvisor.statement_samples WHERE rolname = 'record_owner'), 0::bigint, 'a stranger sees no sample');
SELECT is((SELECT count(*) FROM perfadvisor.slow_queries WHERE rolname = 'record_owner'), 0::bigint, 'a stranger sees no slow execution');
SELECT is((SELECT count(*) FROM perfadvisor.recorded_seq_scans() s JOIN pg_roles r ON r.oid = s.userid WHERE rolname = 'record_owner'), 0::bigint, 'a stranger sees no scan');
SELECT ok((SELECT count(*) > 0 FROM perfadvisor.statements WHERE rolname = 'record_stranger'), 'a stranger sees its own statements');
SELECT throws_ok('SELECT perfadvisor.reset()', '42501', NULL, 'a stranger may not reset');
SELECT throws_ok('SELECT perfadvisor.save()', '42501', NULL, 'a stranger may not save');
RESET ROLE;

SET ROLE record_member;
SELECT is((SELECT count(*) FROM perfadvisor.statements WHERE query LIKE 'SELECT /* owned */%word = $1'), 1::bigint, 'a member of the role sees its texts');
SELECT ok((SELECT count(*) > 0 FROM perfadvisor.statement_samples WHERE query LIKE '%abracadabra%'), 'a member sees its samples');
SELECT ok((SELECT count(*) > 0 FROM perfadvisor.slow_queries WHERE parameters = ARRAY['abracadabra']), 'a member sees its parameters');
RESET ROLE;

SET ROLE record_reader;
SELECT is((SELECT count(*) FROM perfadvisor.statements WHERE query LIKE 'SELECT /* owned */%word = $1'), 1::bigint, 'pg_read_all_stats sees all texts');
SELECT ok((SELECT count(*) > 0 FROM perfadvisor.statement_samples WHERE query LIKE '%abracadabra%'), 'pg_read_all_stats sees all samples');
SELECT throws_ok('SELECT perfadvisor.reset()', '42501', NULL, 'pg_read_all_stats may not reset');
RESET ROLE;

SET ROLE record_numbers;
SELECT ok((SELECT count(*) > 0 AND bool_and(query = '<insufficient privilege>' AND queryid IS NULL AND calls > 0)
    FROM perfadvisor.statements WHERE rolname = 'record_owner'), 'a member of pg_monitor without its privileges sees numbers, no texts');
SELECT is((SELECT count(*) FROM perfadvisor.statement_samples WHERE rolname = 'record_owner'), 0::bigint, 'it sees no samples');
SELECT ok((SELECT count(*) > 0 AND bool_and(query = '<insufficient privilege>' AND parameters IS NULL AND plan IS NULL AND error IS NULL)
    FROM perfadvisor.slow_queries WHERE rolname = 'record_owner'), 'it sees of slow executions only when and how long');
SELECT ok((SELECT count(*) > 0 AND bool_and(filter = '<insufficient privilege>' AND queryids IS NULL)
    FROM perfadvisor.seq_scans WHERE relation = 'secrets'::regclass), 'it sees no filters');
RESET ROLE;

SET ROLE record_numbers;
SELECT is((SELECT count(*) FROM perfadvisor.slow_queries WHERE slow_queries::text LIKE '%abracadabra%'), 0::bigint, 'no constant leaks in any column');
RESET ROLE;
SELECT * FROM finish();
\o /dev/null
DROP TABLE secrets;
DROP OWNED BY record_owner;
DROP ROLE record_owner, record_member, record_stranger, record_reader, record_numbers;
\o
