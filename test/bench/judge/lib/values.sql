-- values.sql: the values that data and workloads share. The same number always gives the same key.

CREATE SCHEMA bench;

-- A number from 0 to m - 1 that looks random and depends on n and salt only.
CREATE FUNCTION bench.pick(n bigint, salt integer, m integer) RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ((hashint8extended(n, salt) & 9223372036854775807) % m)::integer;

-- The same, but small numbers are far more frequent than large ones.
CREATE FUNCTION bench.skewed(n bigint, salt integer, m integer) RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN floor(m * power(((hashint8extended(n, salt) & 9223372036854775807) % 1000003) / 1000003.0::float8, 3))::integer;

-- The key of the n-th row of a kind, for tables keyed by uuid.
CREATE FUNCTION bench.id(kind text, n bigint) RETURNS uuid
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN md5(kind || n)::uuid;

-- The key of the n-th row of a kind, for tables keyed by text as Prisma's cuid() makes them.
CREATE FUNCTION bench.cuid(kind text, n bigint) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN 'c' || substr(md5(kind || n), 1, 24);

-- A moment so many minutes before now. Data are made relative to the day they are loaded.
CREATE FUNCTION bench.ago(minutes double precision) RETURNS timestamptz
LANGUAGE sql STABLE PARALLEL SAFE
RETURN date_trunc('minute', now()) - make_interval(secs => minutes * 60);

-- The i-th word of a text that depends on n: one of 400.
CREATE FUNCTION bench.word(n bigint, i integer) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ('{river,silver,garden,north,amber,quiet,winter,paper,ocean,signal,copper,meadow,planet,violet,harbor,thunder,mirror,canyon,falcon,ember}'::text[])
		[1 + bench.pick(n * 31 + i, 71, 20)]
	|| ('{"",s,ing,stone,light,wood,field,song,gate,mark,fall,line,ward,born,house,point,craft,side,way,land}'::text[])
		[1 + bench.pick(n * 37 + i, 72, 20)];

-- One to four words of text that depend on n.
CREATE FUNCTION bench.words(n bigint, count integer) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN bench.word(n, 1) || CASE WHEN count > 1 THEN ' ' || bench.word(n, 2) ELSE '' END
	|| CASE WHEN count > 2 THEN ' ' || bench.word(n, 3) ELSE '' END || CASE WHEN count > 3 THEN ' ' || bench.word(n, 4) ELSE '' END;

-- The value as a script uses it: quoted where pgbench pastes values into the text (simple), plain where it
-- binds them (prepared). Scripts fetch such values with \gset, so that statements get real constants.
CREATE FUNCTION bench.say(value text) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
RETURN CASE WHEN current_setting('bench.quote', true) = 'on' THEN quote_literal(value) ELSE value END;

CREATE FUNCTION bench.say(value uuid) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE RETURN bench.say(value::text);

CREATE FUNCTION bench.say(value timestamptz) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE RETURN bench.say(value::text);

-- pgbench's random(), for the harness, which draws the parameters of the statements that it costs.
CREATE FUNCTION bench.random(low bigint, high bigint) RETURNS bigint
LANGUAGE sql VOLATILE
RETURN low + floor(pg_catalog.random() * (high - low + 1))::bigint;
