-- plan_of(statement): what EXPLAIN prints of a statement, as one text.
CREATE FUNCTION plan_of(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE line text; lines text := '';
BEGIN
    FOR line IN EXECUTE 'EXPLAIN ' || statement LOOP lines := lines || line || E'\n'; END LOOP;
    RETURN lines;
END $$;
