-- tiny: expects nothing: tables of a few pages are read faster than an index on them.

CREATE TABLE countries (code char(2) PRIMARY KEY, name text NOT NULL, continent text NOT NULL, enabled boolean NOT NULL);
CREATE TABLE settings (id serial PRIMARY KEY, scope text NOT NULL, name text NOT NULL, value text);
CREATE TABLE coupons (id serial PRIMARY KEY, code text NOT NULL, valid_until date, used integer NOT NULL DEFAULT 0);
INSERT INTO countries SELECT chr(65 + n / 26) || chr(65 + n % 26), 'Country ' || n, 'continent' || n % 6, n % 10 <> 0 FROM generate_series(0, 99) AS n;
INSERT INTO settings (scope, name, value) SELECT 'scope' || n % 4, 'name' || n, md5(n::text) FROM generate_series(1, 30) AS n;
INSERT INTO coupons (code, valid_until) SELECT 'CODE' || n, current_date + n FROM generate_series(1, 150) AS n;
