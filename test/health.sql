-- What the tests of health use after test/own_database.sql: rows of a view by check and object, remedies run as printed.
CREATE FUNCTION status_of(view text, name text, what text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE found text;
BEGIN
    EXECUTE format('SELECT status FROM perfadvisor.%I WHERE check_name = $1 AND object = $2', view) INTO found USING name, what;
    RETURN found;
END $$;
-- a column of a row of findings, one statement in each row
CREATE FUNCTION statements(name text, what text, column_name text) RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
    RETURN QUERY EXECUTE format('SELECT unnest(string_to_array(%I, E'';\n'')) FROM perfadvisor.findings WHERE check_name = $1 AND object = $2', column_name) USING name, what;
END $$;
-- what verify_sql says
CREATE FUNCTION verified(query text) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE result boolean;
BEGIN
    EXECUTE query INTO result;
    RETURN result;
END $$;
