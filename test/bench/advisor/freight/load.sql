-- freight: :scale 1 is about 500 MB. Clients and products are skewed; what a product's brand is decides its kind half of
-- the time, and a piece's state and dates go together.
INSERT INTO zone SELECT i, 'zone ' || i FROM generate_series(1, 6) AS i;
INSERT INTO depot SELECT i, 1 + i % 6, 'depot ' || i, date '1990-01-01' + bench.pick(i, 1, 9000) FROM generate_series(1, 40) AS i;
INSERT INTO carrier SELECT i, bench.pick(i, 2, 40, 1.5), 'carrier ' || i, bench.pick(i, 3, 5), (bench.u(i, 4) * 11000 - 1000)::numeric(10,2),
    CASE WHEN i % 200 = 7 THEN 'regular complaints of clients' ELSE md5(i::text) END
FROM generate_series(1, (8000 * :scale)::int) AS i;
INSERT INTO client SELECT i, bench.pick(i, 5, 40, 1.3), 'client ' || i, bench.word(i, 6, '{building,machines,household,vehicles,furniture}'),
    (10 + bench.pick(i, 7, 40)) || '-' || bench.pick(i, 8, 900000), (bench.u(i, 9) * 11000 - 1000)::numeric(10,2), date '2010-01-01' + bench.pick(i, 10, 4000)
FROM generate_series(1, (100000 * :scale)::int) AS i;
INSERT INTO product SELECT i, bench.word(i, 11, '{almond,azure,beige,blue,brown,coral,forest,green,ivory,lemon}') || ' ' || bench.word(i, 12, '{antique,bold,dark,frosted,lace,metallic,pale,smoke}') || ' ' || i,
    'maker ' || (1 + b / 5), 'brand ' || b, CASE WHEN bench.u(i, 13) < 0.5 THEN 'kind ' || (b % 30) ELSE 'kind ' || bench.pick(i, 14, 30) END,
    bench.pick(i, 15, 50), bench.word(i, 16, '{small,medium,large,jumbo,wrapped}') || ' ' || bench.word(i, 17, '{bag,box,can,case,drum,jar,pack,pallet}'), (10 + bench.u(i, 18) * 990)::numeric(10,2)
FROM generate_series(1, (100000 * :scale)::int) AS i, LATERAL (SELECT bench.pick(i, 19, 25) AS b) AS x;
INSERT INTO offer SELECT p, 1 + (p * 7 + k * (2000 * :scale)::int + k) % (8000 * :scale)::int, bench.pick(p * 4 + k, 20, 9999), (1 + bench.u(p * 4 + k, 21) * 999)::numeric(10,2), md5(p::text) || md5(k::text)
FROM generate_series(1, (100000 * :scale)::int) AS p, generate_series(0, 3) AS k;
INSERT INTO booking SELECT i, bench.pick(i, 22, (100000 * :scale)::int, 1.6), CASE WHEN d < date '2024-06-01' THEN 'F' WHEN bench.u(i, 23) < 0.05 THEN 'P' ELSE 'O' END, (100 + bench.u(i, 24) ^ 2 * 400000)::numeric(12,2), d,
    bench.word(i, 25, '{1-urgent,2-high,3-medium,4-low,5-none}'), bench.pick(i, 26, 1000), CASE WHEN bench.u(i, 27) < 0.01 THEN 'special and then requests ' ELSE '' END || md5(i::text)
FROM generate_series(1, (600000 * :scale)::int) AS i, LATERAL (SELECT date '2019-01-01' + (2500 * bench.u(i, 28))::int AS d) AS x;
INSERT INTO piece SELECT b.booking_id, l, p.p, 1 + (p.p * 7 + k.k * (2000 * :scale)::int + k.k) % (8000 * :scale)::int, bench.pick(n.n, 31, 50), (bench.pick(n.n, 31, 50) * (10 + bench.u(p.p, 18) * 990))::numeric(10,2),
    (bench.pick(n.n, 32, 11) - 1) / 100.0, (bench.pick(n.n, 33, 9) - 1) / 100.0,
    CASE WHEN r.received <= date '2024-06-01' THEN CASE WHEN bench.u(n.n, 34) < 0.5 THEN 'R' ELSE 'A' END ELSE 'N' END, CASE WHEN s.sent > date '2024-06-01' THEN 'O' ELSE 'F' END,
    s.sent, b.booked_on + 30 + bench.pick(n.n, 35, 60), r.received, bench.word(n.n, 36, '{air,mail,rail,road,ship,foot,van}'), bench.word(n.n, 37, '{by hand,to door,to desk,none}'), substr(md5(n.n::text), 1, 24)
FROM booking AS b, generate_series(1, 8) AS l, LATERAL (SELECT b.booking_id::bigint * 8 + l AS n) AS n, LATERAL (SELECT bench.pick(n.n, 38, (100000 * :scale)::int, 1.4) AS p) AS p,
    LATERAL (SELECT bench.pick(n.n, 39, 4) - 1 AS k) AS k, LATERAL (SELECT b.booked_on + bench.pick(n.n, 40, 120) AS sent) AS s, LATERAL (SELECT s.sent + bench.pick(n.n, 41, 30) AS received) AS r
WHERE l <= bench.pick(b.booking_id, 30, 8) ORDER BY b.booking_id, l;
