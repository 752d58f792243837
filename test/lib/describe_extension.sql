-- describe_extension.sql: one line for whatever makes up the installed extension, so that two installations can be compared.
WITH member AS (
    SELECT d.classid, d.objid FROM pg_depend AS d JOIN pg_extension AS e ON d.refobjid = e.oid AND d.refclassid = 'pg_extension'::regclass
    WHERE e.extname = 'perfadvisor' AND d.deptype = 'e'
), relation AS (
    SELECT c.*, c.oid::regclass AS name FROM pg_class AS c JOIN member AS m ON m.classid = 'pg_class'::regclass AND m.objid = c.oid
), facts(object, fact, value) AS (
    SELECT pg_describe_object(m.classid, m.objid, 0), 'comment', obj_description(m.objid, m.classid::regclass::name) FROM member AS m
    UNION ALL
    SELECT pg_describe_object('pg_proc'::regclass, p.oid, 0), f.fact, f.value
    FROM member AS m JOIN pg_proc AS p ON m.classid = 'pg_proc'::regclass AND m.objid = p.oid,
         LATERAL (VALUES ('definition', CASE WHEN p.prokind = 'a' THEN
                              (SELECT concat_ws(' ', a.aggtransfn, a.aggfinalfn, a.aggcombinefn, a.agginitval, a.aggtranstype::regtype) FROM pg_aggregate AS a WHERE a.aggfnoid = p.oid)
                          ELSE pg_get_functiondef(p.oid) END),
                         ('owner', CASE WHEN p.proowner = (SELECT extowner FROM pg_extension WHERE extname = 'perfadvisor') THEN 'that of the extension' ELSE 'another' END),
                         ('rights', (SELECT string_agg(a::text, ',' ORDER BY a::text) FROM unnest(p.proacl) AS a))) AS f(fact, value)
    UNION ALL
    SELECT concat(r.relkind, ' ', r.name), f.fact, f.value FROM relation AS r,
         LATERAL (VALUES ('definition', CASE WHEN r.relkind IN ('v', 'm') THEN pg_get_viewdef(r.oid) WHEN r.relkind = 'i' THEN pg_get_indexdef(r.oid) END),
                         ('options', array_to_string(r.reloptions, ',')), ('persistence', r.relpersistence::text),
                         ('rights', (SELECT string_agg(a::text, ',' ORDER BY a::text) FROM unnest(r.relacl) AS a))) AS f(fact, value)
    UNION ALL
    SELECT 'column ' || r.name || '.' || a.attname,
           'number ' || row_number() OVER (PARTITION BY r.oid ORDER BY a.attnum),
           concat_ws(' ', format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attgenerated, a.attidentity, a.attcollation::regcollation,
                     (SELECT pg_get_expr(d.adbin, d.adrelid) FROM pg_attrdef AS d WHERE d.adrelid = a.attrelid AND d.adnum = a.attnum),
                     (SELECT string_agg(c::text, ',' ORDER BY c::text) FROM unnest(a.attacl) AS c), col_description(a.attrelid, a.attnum))
    FROM relation AS r JOIN pg_attribute AS a ON a.attrelid = r.oid
    WHERE a.attnum > 0 AND NOT a.attisdropped AND r.relkind IN ('r', 'v', 'm', 'p')
    UNION ALL
    SELECT 'constraint of ' || r.name, c.conname, pg_get_constraintdef(c.oid) FROM relation AS r JOIN pg_constraint AS c ON c.conrelid = r.oid
    UNION ALL
    SELECT 'index of ' || r.name, i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid) FROM relation AS r JOIN pg_index AS i ON i.indrelid = r.oid
    UNION ALL
    SELECT 'trigger of ' || r.name, t.tgname, pg_get_triggerdef(t.oid) FROM relation AS r JOIN pg_trigger AS t ON t.tgrelid = r.oid AND NOT t.tgisinternal
    UNION ALL
    SELECT 'rule of ' || r.name, w.rulename, pg_get_ruledef(w.oid) FROM relation AS r JOIN pg_rewrite AS w ON w.ev_class = r.oid
    UNION ALL
    -- Rights that pg_dump takes for the extension's own
    SELECT pg_describe_object(m.classid, m.objid, i.objsubid), 'first rights', (SELECT string_agg(a::text, ',' ORDER BY a::text) FROM unnest(i.initprivs) AS a)
    FROM member AS m JOIN pg_init_privs AS i ON i.classoid = m.classid AND i.objoid = m.objid
    UNION ALL
    -- Rows that pg_dump keeps
    SELECT 'dump', c.relation::regclass::text, c.condition FROM pg_extension AS e, unnest(e.extconfig, e.extcondition) AS c(relation, condition) WHERE e.extname = 'perfadvisor'
    UNION ALL
    SELECT 'extension', 'version', e.extversion FROM pg_extension AS e WHERE e.extname = 'perfadvisor'
)
SELECT concat_ws(': ', object, fact, replace(coalesce(value, '-'), E'\n', '\n')) COLLATE "C" AS line FROM facts ORDER BY line;
