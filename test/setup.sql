-- What every pgTAP file begins with: output that holds TAP lines only.
--
-- A file looks like this:
--     -- record: a cancelled statement is counted as failed
--     \unset ECHO
--     \i test/setup.sql
--     SELECT plan(2);
--     SELECT ok(...);
--     SELECT * FROM finish();
-- The extensions pgtap and perfadvisor are there already. All files share one server and one database, one
-- after the other: leave nothing behind, or ask for a database of your own with \i test/own_database.sql.
\set QUIET 1
\pset format unaligned
\pset tuples_only on
\pset pager off
\set ON_ERROR_ROLLBACK off
\set ON_ERROR_STOP on
SET client_min_messages = warning;
