-- record: what runs inside of a command, as a foreign key's check or a trigger, is recorded without a trace in that command
\unset ECHO
\i test/setup.sql
\i test/own_database.sql
SET perfadvisor.track = 'all';
SET perfadvisor.slow_query_time = 0;
SELECT plan(5);

-- While a partition is detached its rows are looked for in those that refer to it: by then the catalogs have changed, but nobody may see that yet
CREATE TABLE node (id bigint PRIMARY KEY, up bigint REFERENCES node) PARTITION BY RANGE (id);
CREATE TABLE node_1 PARTITION OF node FOR VALUES FROM (0) TO (20);
CREATE TABLE node_2 PARTITION OF node FOR VALUES FROM (20) TO (40) PARTITION BY RANGE (id);
CREATE TABLE node_21 PARTITION OF node_2 FOR VALUES FROM (20) TO (30);
INSERT INTO node VALUES (1, NULL), (2, 1), (21, 2);
SELECT lives_ok('ALTER TABLE node DETACH PARTITION node_2', 'a partition that is partitioned can be detached from a table that refers to itself');
SELECT lives_ok('ALTER TABLE node ATTACH PARTITION node_2 FOR VALUES FROM (20) TO (40)', 'and attached');
INSERT INTO node VALUES (3, 21);
SELECT throws_ok('ALTER TABLE node DETACH PARTITION node_2', '23503', NULL, 'one that is referred to cannot be detached, as the foreign key says');

-- What a command tells of its progress
CREATE TABLE line (n int, copied bigint);
CREATE FUNCTION look() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_stat_clear_snapshot();
    EXECUTE 'SELECT tuples_processed FROM pg_stat_progress_copy WHERE pid = pg_backend_pid() /* ' || NEW.n || ' */' INTO NEW.copied;
    RETURN NEW;
END $$;
CREATE TRIGGER look BEFORE INSERT ON line FOR EACH ROW EXECUTE FUNCTION look();
COPY line (n) FROM stdin;
1
2
3
4
\.
SELECT is((SELECT array_agg(copied ORDER BY n) FROM line), '{0,1,2,3}'::bigint[], 'COPY goes on telling its progress while its triggers run statements');
SELECT cmp_ok((SELECT sum(calls) FROM perfadvisor.statements WHERE datname = current_database() AND query LIKE '%pg_stat_progress_copy%' AND NOT toplevel), '>=', 4::numeric, 'which are recorded');
SELECT * FROM finish();
