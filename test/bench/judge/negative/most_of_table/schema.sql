-- most_of_table: expects nothing: the queries return or aggregate most of the rows.

CREATE TABLE orders (id bigserial PRIMARY KEY, customer integer NOT NULL, status text NOT NULL, paid boolean NOT NULL,
	total numeric(10, 2) NOT NULL, note text NOT NULL, deleted_at timestamptz, created_at timestamptz NOT NULL);
INSERT INTO orders (customer, status, paid, total, note, deleted_at, created_at)
SELECT bench.pick(n, 1, 5000), CASE WHEN bench.pick(n, 2, 100) < 96 THEN 'done' ELSE 'open' END, bench.pick(n, 3, 100) < 95, bench.pick(n, 4, 10000) / 100.0,
	md5(n::text), CASE WHEN bench.pick(n, 5, 100) < 2 THEN now() END, bench.ago(bench.pick(n, 6, 500000))
FROM generate_series(1, 60000) AS n;
