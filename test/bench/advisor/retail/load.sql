-- retail: :scale 1 is about 300 MB. Before Christmas twice as much is sold; some items and persons are far more common than
-- others; a brand belongs to one class and a class to one category, which the planner does not know.
INSERT INTO day SELECT i, d, extract(year FROM d), extract(month FROM d), extract(year FROM d) || 'Q' || extract(quarter FROM d), i / 7, trim(to_char(d, 'Day'))
FROM generate_series(1, 2555) AS i, LATERAL (SELECT date '2017-12-31' + i AS d) AS x;
INSERT INTO item SELECT i, 'I' || lpad((i / 2)::text, 9, '0'), 'brand ' || b, 'class ' || b / 10, 'category ' || b / 100, b / 7, bench.pick(i, 1, 100), bench.word(i, 2, '{red,green,blue,black,white,ivory,peach,plum,rose,sky,tan,teal}'),
    bench.word(i, 3, '{small,medium,large,petite,N/A}'), (1 + bench.u(i, 4) ^ 2 * 200)::numeric(8,2), md5(i::text) || md5((i * 3)::text)
FROM generate_series(1, (18000 * :scale)::int) AS i, LATERAL (SELECT bench.pick(i, 5, 1000) AS b) AS x;
INSERT INTO address SELECT i, 'city ' || bench.pick(i, 10, 500, 2), 'county ' || bench.pick(i, 11, 300, 1.5), 'S' || bench.pick(i, 12, 50, 1.4), lpad(bench.pick(i, 13, 90000)::text, 5, '0'), -bench.pick(i, 14, 6) - 3 FROM generate_series(1, (50000 * :scale)::int) AS i;
INSERT INTO demo SELECT i, bench.word(i, 20, '{M,F}'), bench.word(i, 21, '{M,S,D,W,U}'), bench.word(i, 22, '{Primary,Secondary,College,2 yr Degree,4 yr Degree,Advanced Degree,Unknown}'), bench.pick(i, 23, 7) - 1, bench.word(i, 24, '{0-500,501-1000,1001-5000,5001-10000,>10000}')
FROM generate_series(1, 19000) AS i;
INSERT INTO person SELECT i, bench.pick(i, 30, (50000 * :scale)::int), bench.pick(i, 31, 19000), 'first ' || bench.pick(i, 32, 4000, 2), 'last ' || bench.pick(i, 33, 6000, 2), 1930 + bench.pick(i, 34, 70), bench.pick(i, 35, 12), 'country ' || bench.pick(i, 36, 200)
FROM generate_series(1, (100000 * :scale)::int) AS i;
INSERT INTO promo SELECT i, i % 2 = 0, i % 5 = 0, 'promo ' || i FROM generate_series(1, 300) AS i;
INSERT INTO store SELECT i, 'store ' || i % 8, 'county ' || bench.pick(i, 40, 20), 'S' || bench.pick(i, 41, 9), 200 + bench.pick(i, 42, 100), 8 FROM generate_series(1, 24) AS i;
INSERT INTO house SELECT i, 'house ' || i, i * 1000, 'S' || i FROM generate_series(1, 5) AS i;
INSERT INTO stock SELECT w * 7, i, h, bench.pick(w::bigint * 1000000 + i * 10 + h, 50, 1000) FROM generate_series(100, 125) AS w, generate_series(1, (18000 * :scale)::int, 2) AS i, generate_series(1, 5) AS h;
CREATE PROCEDURE bench.sell(channel text, n int, seed int, scale float8) LANGUAGE plpgsql AS $$
BEGIN
    -- A ticket has 8 items on the average, of one person on one day
    EXECUTE format($q$ INSERT INTO sold_%s SELECT CASE WHEN bench.u(t, $1) > 0.02 THEN (CASE WHEN bench.u(t, $1 + 1) < 0.3 THEN (bench.pick(t, $1 + 2, 7) - 1) * 365 + 300 + bench.pick(t, $1 + 3, 60) ELSE bench.pick(t, $1 + 4, 2550) END) END,
            item, t, bench.pick(t, $1 + 5, (100000 * $3)::int, 1.5), bench.pick(t, $1 + 6, 19000), bench.pick(t, $1 + 7, (50000 * $3)::int), bench.pick(t, $1 + 8, 24, 1.3), bench.pick(n, $1 + 9, 300),
            bench.pick(n, $1 + 10, 100), (2 * p)::numeric(8,2), (p * bench.u(n, $1 + 11) * 2)::numeric(8,2), CASE WHEN bench.u(n, $1 + 12) < 0.2 THEN (p * 0.3)::numeric(8,2) ELSE 0 END, p::numeric(8,2), (p * (bench.u(n, $1 + 11) * 2 - 1))::numeric(8,2)
        FROM (SELECT n / 8 AS t, n, 1 + (bench.pick(n / 8, $1 + 13, (18000 * $3)::int, 1.5) + (n %% 8) * 1009) %% (18000 * $3)::int AS item, 1 + bench.u(n / 8 + n %% 8, $1 + 14) * 150 AS p FROM generate_series(8::bigint, $2) AS n) AS x
        ON CONFLICT DO NOTHING $q$, channel) USING seed, n, scale;
    EXECUTE format($q$ INSERT INTO back_%1$s SELECT day_id + bench.pick(ticket, $1 + 20, 120), item_id, ticket, CASE WHEN bench.u(ticket, $1 + 21) < 0.8 THEN person_id ELSE bench.pick(ticket, $1 + 22, (100000 * $2)::int) END,
            store_id, bench.pick(item_id, $1 + 23, 35), bench.pick(ticket + item_id, $1 + 24, quantity), price, (price / 3)::numeric(8,2) FROM sold_%1$s WHERE bench.u(ticket::bigint * 20000 + item_id, $1 + 25) < 0.1 $q$, channel) USING seed, scale;
END $$;
CALL bench.sell('shop', (1400000 * :scale)::int, 100, :scale);
CALL bench.sell('web', (400000 * :scale)::int, 200, :scale);
CALL bench.sell('post', (700000 * :scale)::int, 300, :scale);
