-- advise: an index on a conversion that nobody wrote is advised with a word on the type that values should be bound with
\unset ECHO
\i test/setup.sql
\i test/own_database.sql
SELECT plan(7);
\o /dev/null
CREATE TABLE parcel (id bigint PRIMARY KEY, "Weight" int, label char(20), box bigint, written bigint, sent timestamptz NOT NULL);
INSERT INTO parcel SELECT g, g % 20000, 'label' || g, g % 30000, g % 25000, '2026-01-01'::timestamptz + g * interval '1 min' FROM generate_series(1, 60000) g;
CREATE INDEX parcel_box ON parcel (box) WHERE box > 100;
VACUUM ANALYZE parcel;
SET plan_cache_mode = force_custom_plan;
-- as psycopg binds a Decimal
PREPARE by_id(numeric) AS SELECT label FROM parcel WHERE id = $1;
PREPARE by_weight(numeric) AS SELECT label FROM parcel WHERE "Weight" = $1;
PREPARE by_weight_too(numeric) AS SELECT sent FROM parcel WHERE "Weight" = $1 ORDER BY sent;
PREPARE by_box(numeric) AS SELECT label FROM parcel WHERE box = $1;
-- what somebody wrote, and bound with the column's type
PREPARE by_written(numeric) AS SELECT label FROM parcel WHERE written::numeric = $1;
PREPARE by_label(char(20)) AS SELECT id FROM parcel WHERE label = $1;
SELECT format('EXECUTE %s(%L)', s, CASE s WHEN 'by_label' THEN 'label' || n ELSE n::text END)
FROM generate_series(200, 220) n, unnest(ARRAY['by_id', 'by_weight', 'by_weight_too', 'by_box', 'by_written', 'by_label']) s \gexec
\o
CREATE FUNCTION reason_of(ddl_like text) RETURNS text LANGUAGE sql AS
$$ SELECT string_agg(reason, ' + ') FROM perfadvisor.index_advice WHERE ddl LIKE ddl_like $$;
SELECT alike(reason_of('%((id)::numeric)%'), '%; the statement converts id to numeric, the type of what it is compared with: values bound as bigint could use the index public.parcel_pkey on the column itself%',
    'beside an index on the column it is said that values of its type could use that');
SELECT alike(reason_of('%"Weight"%::numeric%'), '%; the statements convert "Weight" to numeric, the type of what it is compared with: values bound as integer could use an index on the column itself%',
    'without one, that they could use one');
SELECT alike(reason_of('%((box)::numeric)%'), '%values bound as bigint could use an index on the column itself%', 'an index on some rows does not count');
SELECT alike(reason_of('%((written)::numeric)%'), '%1 statement %', 'a conversion that is written gets its index');
SELECT unalike(reason_of('%((written)::numeric)%'), '%convert%', 'with no word on it');
SELECT alike(reason_of('%(label)%'), '%1 statement %', 'and a value of the column''s own type one on the column');
SELECT unalike(reason_of('%(label)%'), '%convert%', 'with no word either');
SELECT * FROM finish();
