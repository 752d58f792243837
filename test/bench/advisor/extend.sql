-- extend.sql: Extend, after Schlosser, Kossmann and Boissier (2019): from no index on, what gains most for each byte comes
-- in next, a column as an index of its own or appended to an index that is chosen. Costs and sizes are HypoPG's.
CREATE TABLE bench.attribute (relation oid, attnum int, name text, names text[]);
CREATE TABLE bench.known (name text, config text, cost float8, PRIMARY KEY (name, config));
CREATE TABLE bench.calls (n bigint);
INSERT INTO bench.calls VALUES (0);

-- Notes which statements name which columns, as words
CREATE PROCEDURE bench.find_attributes() LANGUAGE sql AS $$
    INSERT INTO bench.attribute
    SELECT c.oid, a.attnum, a.attname, array_agg(s.name)
    FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    JOIN bench.statement AS s ON s.query ~ ('\m' || a.attname || '\M') AND s.query ~ ('\m' || c.relname || '\M')
    WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND c.relpages > 10
    GROUP BY c.oid, a.attnum, a.attname;
$$;

-- Cost of some statements with a set of indexes, each a relation's oid and columns' names
CREATE FUNCTION bench.cost_with(statements text[], config text[]) RETURNS float8 LANGUAGE plpgsql AS $$
DECLARE
    total float8 := 0;
    s record;
    mine text[];
    one float8;
    ddl text;
BEGIN
    FOR s IN SELECT * FROM bench.statement WHERE name = ANY (statements) LOOP
        -- Only indexes all of whose columns the statement names can matter to it, or whose first one
        SELECT coalesce(array_agg(c ORDER BY c), '{}') INTO mine FROM unnest(config) AS c JOIN bench.attribute AS a ON a.relation = split_part(c, ':', 1)::oid AND a.name = split_part(split_part(c, ':', 2), ',', 1)
        WHERE s.name = ANY (a.names);
        SELECT cost INTO one FROM bench.known WHERE name = s.name AND known.config = mine::text;
        IF one IS NULL THEN
            PERFORM hypopg_reset();
            FOREACH ddl IN ARRAY mine LOOP
                PERFORM hypopg_create_index(format('CREATE INDEX ON %s (%s)', split_part(ddl, ':', 1)::oid::regclass, split_part(ddl, ':', 2)));
            END LOOP;
            SELECT p.cost INTO one FROM bench.plan_of(s.query) AS p;
            UPDATE bench.calls SET n = n + 1;
            INSERT INTO bench.known VALUES (s.name, mine::text, one);
        END IF;
        total := total + one;
    END LOOP;
    RETURN total;
END $$;

CREATE FUNCTION bench.bytes_of(index text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    result bigint;
BEGIN
    PERFORM hypopg_reset();
    SELECT hypopg_relation_size(indexrelid) INTO result FROM hypopg_create_index(format('CREATE INDEX ON %s (%s)', split_part(index, ':', 1)::oid::regclass, split_part(index, ':', 2)));
    RETURN result;
END $$;

CREATE FUNCTION bench.extend(budget bigint, max_width int DEFAULT 3) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
    chosen text[] := '{}';
    used bigint := 0;
    now float8;
    best record;
    ratio float8;
    c record;
    gain float8;
    bytes bigint;
    all_statements text[];
    sizes jsonb := '{}';
BEGIN
    IF NOT EXISTS (SELECT FROM bench.attribute) THEN
        CALL bench.find_attributes();
    END IF;
    SELECT array_agg(name) INTO all_statements FROM bench.statement;
    LOOP
        ratio := 0;
        now := bench.cost_with(all_statements, chosen);
        FOR c IN
            SELECT a.relation || ':' || a.name AS index, NULL::text AS instead, a.names AS statements FROM bench.attribute AS a
            UNION ALL
            SELECT i || ',' || a.name, i, a.names || b.names FROM unnest(chosen) AS i JOIN bench.attribute AS a ON a.relation = split_part(i, ':', 1)::oid
            JOIN bench.attribute AS b ON b.relation = a.relation AND b.name = split_part(split_part(i, ':', 2), ',', 1)
            WHERE cardinality(string_to_array(i, ',')) < max_width AND NOT a.name = ANY (string_to_array(split_part(i, ':', 2), ',')) AND a.names && b.names
        LOOP
            CONTINUE WHEN c.index = ANY (chosen);
            IF NOT sizes ? c.index THEN
                sizes := sizes || jsonb_build_object(c.index, bench.bytes_of(c.index));
            END IF;
            bytes := (sizes ->> c.index)::bigint - coalesce((sizes ->> c.instead)::bigint, 0);
            CONTINUE WHEN used + bytes > budget;
            gain := bench.cost_with(c.statements, chosen) - bench.cost_with(c.statements, array_remove(chosen, c.instead) || c.index);
            IF gain > 0 AND now / (now - gain) >= 1.003 THEN
                CONTINUE WHEN gain / bytes <= ratio;
                ratio := gain / bytes;
                SELECT c.index AS index, c.instead AS instead, gain AS gain, bytes AS bytes INTO best;
            END IF;
        END LOOP;
        EXIT WHEN ratio = 0;
        chosen := array_remove(chosen, best.instead) || best.index;
        used := used + best.bytes;
    END LOOP;
    PERFORM hypopg_reset();
    RETURN QUERY SELECT format('CREATE INDEX ON %s (%s)', split_part(i, ':', 1)::oid::regclass, split_part(i, ':', 2)) FROM unnest(chosen) AS i;
END $$;
