-- served: expects nothing: existing indexes serve every one of these, though none is named in the obvious way.

CREATE EXTENSION pg_trgm;
CREATE TABLE members (id bigserial PRIMARY KEY, tenant integer NOT NULL, email text NOT NULL, status text NOT NULL, name text NOT NULL, code text NOT NULL,
	token text NOT NULL, joined_at timestamptz NOT NULL, left_at timestamptz, UNIQUE (tenant, email));
INSERT INTO members (tenant, email, status, name, code, token, joined_at, left_at)
SELECT bench.pick(n, 1, 400), 'Member' || n || '@mail.test', CASE WHEN bench.pick(n, 2, 100) < 2 THEN 'waiting' ELSE 'active' END, bench.words(n, 3), 'c' || lpad(n::text, 6, '0'),
	md5('t' || n), bench.ago((80001 - n) * 6), CASE WHEN bench.pick(n, 3, 100) < 3 THEN bench.ago(bench.pick(n, 4, 100000)) END
FROM generate_series(1, 80000) AS n;
CREATE INDEX ON members (joined_at) WHERE status = 'waiting';
CREATE INDEX ON members (lower(email)) INCLUDE (name);
CREATE INDEX ON members (tenant, status, joined_at DESC);
CREATE INDEX ON members USING hash (token);
CREATE INDEX ON members (code text_pattern_ops);
CREATE INDEX ON members USING gin (name gin_trgm_ops);
CREATE INDEX ON members (left_at) WHERE left_at IS NOT NULL;
