-- lib.sql: random numbers that are the same every time, and the yardsticks.
--
-- bench.statement holds the workload, bench.index_set the sets of indexes as they were created, bench.run one row for each
-- execution. Sets exist side by side: bench.show() lets the planner see one of them.

CREATE SCHEMA bench;

-- Between 0 and 1, the same for the same number and seed
CREATE FUNCTION bench.u(i bigint, seed int) RETURNS float8 LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$ SELECT (hashint8extended(i, seed) & 9007199254740991)::float8 / 9007199254740992 $$;

-- Between 1 and n; with a skew above 1, low numbers are the common ones
CREATE FUNCTION bench.pick(i bigint, seed int, n int, skew float8 DEFAULT 1) RETURNS int LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$ SELECT 1 + floor(n * power(bench.u(i, seed), skew))::int $$;

-- One of some words
CREATE FUNCTION bench.word(i bigint, seed int, words text[]) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$ SELECT words[1 + floor(cardinality(words) * bench.u(i, seed))::int] $$;

-- ms of processor time that this backend has used
CREATE FUNCTION bench.cpu() RETURNS float8 LANGUAGE sql VOLATILE AS
$$ SELECT split_part(pg_read_file('/proc/self/schedstat'), ' ', 1)::float8 / 1e6 $$;

CREATE TABLE bench.statement (name text PRIMARY KEY, query text NOT NULL);
CREATE TABLE bench.index_set (name text PRIMARY KEY, position int GENERATED ALWAYS AS IDENTITY, advice_ms float8, planner_calls int);
CREATE TABLE bench.index_of_set (set_name text REFERENCES bench.index_set, relation oid, definition text);
CREATE TABLE bench.run (set_name text, name text, plan text, cost float8, cpu float8, elapsed float8);

-- Creates an index unless one like it is there, and notes that it belongs to a set
CREATE PROCEDURE bench.add_index(set_name text, ddl text) LANGUAGE plpgsql AS $$
DECLARE
    found oid;
    made oid;
BEGIN
    ddl := replace(ddl, 'CONCURRENTLY ', '');
    IF ddl !~* '^\s*create index' THEN
        EXECUTE ddl;
        RETURN;
    END IF;
    ddl := regexp_replace(ddl, '^\s*create index (?!on )(if not exists )?\S+ ', 'CREATE INDEX ', 'i');
    SELECT i.relation INTO found FROM bench.index_of_set AS i WHERE i.definition = ddl LIMIT 1;
    IF found IS NULL THEN
        EXECUTE ddl;
        SELECT max(oid) INTO made FROM pg_class WHERE relkind = 'i';
        found := made;
    END IF;
    INSERT INTO bench.index_of_set VALUES (set_name, found, ddl);
END $$;

-- Lets the planner see the indexes of one set and no other secondary ones
CREATE PROCEDURE bench.show(wanted text) LANGUAGE sql AS $$
    UPDATE pg_index AS x SET indisvalid = EXISTS (SELECT FROM bench.index_of_set AS i WHERE i.relation = x.indexrelid AND i.set_name = wanted)
    WHERE x.indexrelid IN (SELECT relation FROM bench.index_of_set)
      AND x.indisvalid <> EXISTS (SELECT FROM bench.index_of_set AS i WHERE i.relation = x.indexrelid AND i.set_name = wanted);
$$;

CREATE FUNCTION bench.plan_of(query text, OUT plan text, OUT cost float8) LANGUAGE plpgsql AS $$
DECLARE
    line text;
BEGIN
    plan := '';
    FOR line IN EXECUTE 'EXPLAIN ' || query LOOP
        cost := coalesce(cost, substring(line FROM 'cost=[\d.]+\.\.([\d.]+)')::float8);
        plan := plan || regexp_replace(line, '  \(cost=.*', '') || E'\n';
    END LOOP;
END $$;

-- Executes each statement as the planner would with a set, unless it ran with the same plan in this round already.
CREATE PROCEDURE bench.run_set(wanted text, round int) LANGUAGE plpgsql AS $$
DECLARE
    s record;
    p record;
    c float8;
    t timestamptz;
BEGIN
    CALL bench.show(wanted);
    COMMIT;
    FOR s IN SELECT * FROM bench.statement ORDER BY name LOOP
        SELECT * INTO p FROM bench.plan_of(s.query);
        IF round > 0 AND (SELECT count(*) FROM bench.run AS r WHERE r.name = s.name AND r.plan = p.plan AND r.cpu IS NOT NULL) >= round THEN
            INSERT INTO bench.run SELECT wanted, s.name, p.plan, p.cost
            WHERE NOT EXISTS (SELECT FROM bench.run AS r WHERE r.name = s.name AND r.set_name = wanted AND r.plan = p.plan);
            CONTINUE;
        END IF;
        t := clock_timestamp();
        c := bench.cpu();
        BEGIN
            EXECUTE s.query;
        EXCEPTION WHEN query_canceled THEN
            RAISE WARNING '% was cancelled with %', s.name, wanted;
        END;
        INSERT INTO bench.run VALUES (wanted, s.name, p.plan, p.cost, bench.cpu() - c,
                                      extract(epoch FROM clock_timestamp() - t) * 1000);
        COMMIT;
    END LOOP;
END $$;

-- What each statement costs and takes with each set: the least time of all executions with the same plan
CREATE VIEW bench.result AS
SELECT r.set_name, r.name, r.plan, min(r.cost) AS cost, t.cpu, t.elapsed
FROM bench.run AS r
JOIN (SELECT name, plan, min(cpu) AS cpu, min(elapsed) AS elapsed FROM bench.run GROUP BY name, plan) AS t USING (name, plan)
GROUP BY r.set_name, r.name, r.plan, t.cpu, t.elapsed;

CREATE VIEW bench.summary AS
SELECT s.name AS set_name,
       (SELECT count(*) FROM bench.index_of_set AS i WHERE i.set_name = s.name) AS indexes,
       (SELECT round(sum(pg_relation_size(relation)) / 1048576.0) FROM bench.index_of_set AS i WHERE i.set_name = s.name) AS mb,
       round((sum(r.cost) / sum(n.cost))::numeric, 3) AS cost_ratio,
       round((sum(r.cpu) / sum(n.cpu))::numeric, 3) AS time_ratio,
       round(exp(avg(ln(greatest(r.cpu, 0.05) / greatest(n.cpu, 0.05))))::numeric, 3) AS mean_ratio,
       round(max(CASE WHEN r.cpu > n.cpu + 5 THEN r.cpu / NULLIF(n.cpu, 0) END)::numeric, 2) AS worst,
       count(*) FILTER (WHERE r.cpu > 1.1 * n.cpu + 5) AS slower,
       round(sum(r.cpu)) AS cpu_ms, round(s.advice_ms) AS advice_ms, s.planner_calls
FROM bench.index_set AS s JOIN bench.result AS r ON r.set_name = s.name JOIN bench.result AS n ON n.set_name = 'none' AND n.name = r.name
GROUP BY s.name, s.position, s.advice_ms, s.planner_calls ORDER BY s.position;
