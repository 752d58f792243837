-- marginal: expects devices: a rare report that an index helps, on a table that hardly changes.

CREATE TABLE devices (id bigserial PRIMARY KEY, model text NOT NULL, firmware integer NOT NULL, battery integer NOT NULL, seen_at timestamptz NOT NULL);
INSERT INTO devices (model, firmware, battery, seen_at)
SELECT 'model' || bench.pick(n, 1, 40), bench.pick(n, 2, 500), bench.pick(n, 3, 101), bench.ago(bench.pick(n, 4, 10000)) FROM generate_series(1, 30000) AS n;
