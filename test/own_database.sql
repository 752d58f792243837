-- Connects to a new, empty database "perfadvisor_test" with pgtap and perfadvisor in it, for files that need
-- to commit, or whose advice must not depend on the files before them. The database of the file before is dropped.
\connect regression
SET client_min_messages = warning;
DROP DATABASE IF EXISTS perfadvisor_test WITH (FORCE);
CREATE DATABASE perfadvisor_test TEMPLATE template0;
\connect perfadvisor_test
SET client_min_messages = warning;
CREATE EXTENSION pgtap;
CREATE EXTENSION perfadvisor;
