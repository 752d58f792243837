-- cost.sql: read pgbench scripts, draw parameters for their statements, and ask the planner what they cost.

CREATE TABLE bench.script (
	name text PRIMARY KEY,
	content text NOT NULL,
	transactions integer NOT NULL GENERATED ALWAYS AS
		(coalesce(substring(content FROM '-- transactions: (\d+)')::integer, 100)) STORED);

-- One line of a script: set (\set), fetch (a query ended by \gset) or statement. The comment above a statement names it.
CREATE TABLE bench.command (
	script text NOT NULL REFERENCES bench.script,
	position integer NOT NULL,
	kind text NOT NULL CHECK (kind IN ('set', 'fetch', 'statement')),
	label text,
	command text NOT NULL,
	PRIMARY KEY (script, position));

-- A statement with the parameters of one draw pasted in.
CREATE TABLE bench.drawn (
	script text NOT NULL,
	position integer NOT NULL,
	draw integer NOT NULL,
	statement text NOT NULL,
	PRIMARY KEY (script, position, draw));

-- What the planner says of a drawn statement under a set of indexes.
CREATE TABLE bench.planned (
	configuration text NOT NULL,
	script text NOT NULL,
	position integer NOT NULL,
	draw integer NOT NULL,
	cost double precision NOT NULL,
	rows double precision NOT NULL,
	indexes text[] NOT NULL,
	plan jsonb NOT NULL,
	PRIMARY KEY (configuration, script, position, draw));

-- Splits a script into commands.
CREATE FUNCTION bench.parse(script_name text) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
	line text;
	label text;
	pending text := '';
	place integer := 0;
BEGIN
	FOREACH line IN ARRAY string_to_array((SELECT content FROM bench.script WHERE name = script_name), E'\n') LOOP
		line := btrim(line, E' \t');
		IF pending = '' AND line ~ '^--' THEN
			label := btrim(line, '- ');
		ELSIF pending = '' AND line ~ '^\\set ' THEN
			place := place + 1;
			INSERT INTO bench.command VALUES (script_name, place, 'set',
				substring(line FROM '^\\set (\w+)'), substring(line FROM '^\\set \w+ (.*)$'));
		ELSIF line <> '' THEN
			pending := pending || line || ' ';
			IF line ~ '(;|\\gset)$' THEN
				place := place + 1;
				INSERT INTO bench.command VALUES (script_name, place,
					CASE WHEN line ~ '\\gset$' THEN 'fetch' ELSE 'statement' END,
					coalesce(label, script_name), regexp_replace(pending, '(;|\\gset) *$', ''));
				pending := '';
				label := NULL;
			END IF;
		END IF;
	END LOOP;
	IF pending <> '' THEN
		RAISE EXCEPTION 'script "%" ends within a statement', script_name;
	END IF;
END
$$;

-- Pastes variables into a command as pgbench does in simple mode.
CREATE FUNCTION bench.paste(command text, variables jsonb) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
	variable record;
BEGIN
	FOR variable IN SELECT key, value FROM jsonb_each_text(variables) LOOP
		command := regexp_replace(command, '(?<!:):' || variable.key || '\M', replace(variable.value, '\', '\\'), 'g');
	END LOOP;
	RETURN command;
END
$$;

-- Draws parameters for every statement of a script, always the same ones.
CREATE FUNCTION bench.draw(script_name text, draws integer) RETURNS void
LANGUAGE plpgsql SET search_path = bench, public SET bench.quote = 'on' AS $$
DECLARE
	variables jsonb;
	one bench.command;
	found jsonb;
BEGIN
	FOR n IN 1 .. draws LOOP
		variables := '{}';
		PERFORM setseed(1.0 / (n + 1));
		FOR one IN SELECT * FROM bench.command WHERE script = script_name ORDER BY position LOOP
			IF one.kind = 'set' THEN
				EXECUTE 'SELECT jsonb_build_object($1, (' || bench.paste(one.command, variables) || ')::text)'
					INTO found USING one.label;
				variables := variables || found;
			ELSIF one.kind = 'fetch' THEN
				EXECUTE 'SELECT to_jsonb(fetched) FROM (' || bench.paste(one.command, variables) || ') AS fetched' INTO found;
				variables := variables || found;
			ELSE
				INSERT INTO bench.drawn VALUES (script_name, one.position, n, bench.paste(one.command, variables));
			END IF;
		END LOOP;
	END LOOP;
END
$$;

-- Plans every drawn statement with the indexes that now exist.
CREATE FUNCTION bench.measure(configuration_name text) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
	one bench.drawn;
	explained json;
BEGIN
	DELETE FROM bench.planned WHERE configuration = configuration_name;
	FOR one IN SELECT * FROM bench.drawn LOOP
		EXECUTE 'EXPLAIN (FORMAT JSON) ' || one.statement INTO explained;
		INSERT INTO bench.planned VALUES (configuration_name, one.script, one.position, one.draw,
			(explained -> 0 -> 'Plan' ->> 'Total Cost')::float8,
			(explained -> 0 -> 'Plan' ->> 'Plan Rows')::float8,
			ARRAY(SELECT DISTINCT name #>> '{}'
				FROM jsonb_path_query(explained::jsonb, 'strict $.**."Index Name"') AS name),
			explained::jsonb);
	END LOOP;
END
$$;

-- The mean cost of each statement under each set of indexes, times how often its script runs.
CREATE VIEW bench.statement_cost AS
SELECT p.configuration, p.script, p.position, c.label, s.transactions,
	avg(p.cost) AS cost, avg(p.cost) * s.transactions AS weighted, avg(p.rows) AS rows
FROM bench.planned AS p
JOIN bench.command AS c USING (script, position)
JOIN bench.script AS s ON s.name = p.script
GROUP BY 1, 2, 3, 4, 5;

-- The total over the workload.
CREATE VIEW bench.total_cost AS
SELECT configuration, sum(weighted) AS cost, count(*) AS statements FROM bench.statement_cost GROUP BY 1;

-- Indexes that are neither keys nor constraints: the ones that somebody added for speed.
CREATE VIEW bench.secondary_index AS
SELECT i.indexrelid::regclass AS index, c.relname AS name, i.indrelid::regclass AS relation,
	pg_get_indexdef(i.indexrelid) AS definition, pg_relation_size(i.indexrelid) AS bytes
FROM pg_index AS i
JOIN pg_class AS c ON c.oid = i.indexrelid
WHERE c.relnamespace NOT IN ('pg_catalog'::regnamespace, 'pg_toast'::regnamespace, 'bench'::regnamespace)
	AND c.relnamespace NOT IN (SELECT oid FROM pg_namespace WHERE nspname IN ('perfadvisor', 'information_schema'))
	AND NOT i.indisprimary AND NOT i.indisunique
	AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = i.indexrelid);

-- How many draws of how many statements use a secondary index.
CREATE VIEW bench.index_use AS
SELECT s.name, s.relation, s.definition, s.bytes,
	(SELECT count(*) FROM bench.drawn AS d
		JOIN bench.planned AS p USING (script, position, draw)
		WHERE p.configuration = current_setting('bench.configuration') AND s.name::text = ANY (p.indexes)) AS plans
FROM bench.secondary_index AS s;

-- Removes every secondary index.
CREATE FUNCTION bench.drop_indexes() RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
	one record;
BEGIN
	FOR one IN SELECT index FROM bench.secondary_index LOOP
		EXECUTE 'DROP INDEX ' || one.index;
	END LOOP;
END
$$;

-- The tables whose expression indexes have no statistics yet. Others keep theirs, so that plans are compared on equal terms.
CREATE VIEW bench.to_analyze AS
SELECT DISTINCT indrelid::regclass AS relation FROM pg_index
WHERE indexprs IS NOT NULL AND indexrelid NOT IN (SELECT starelid FROM pg_statistic);

-- A plan in short: one line per node, indented.
CREATE FUNCTION bench.outline(plan jsonb, depth integer DEFAULT 0) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
	node jsonb := coalesce(plan -> 0 -> 'Plan', plan);
	child jsonb;
	line text;
BEGIN
	line := repeat('  ', depth) || (node ->> 'Node Type')
		|| coalesce(' on ' || (node ->> 'Relation Name'), '') || coalesce(' by ' || (node ->> 'Index Name'), '')
		|| format(' (cost %s, rows %s)', round((node ->> 'Total Cost')::numeric, 1), node ->> 'Plan Rows')
		|| coalesce('  cond: ' || (node ->> 'Index Cond'), '') || coalesce('  filter: ' || (node ->> 'Filter'), '')
		|| coalesce('  sort: ' || (node ->> 'Sort Key'), '');
	FOR child IN SELECT * FROM jsonb_array_elements(coalesce(node -> 'Plans', '[]')) LOOP
		line := line || E'\n' || bench.outline(child, depth + 1);
	END LOOP;
	RETURN line;
END
$$;
