-- tiny_grown: expects coupons: the same look-up in a table that has grown.

CREATE TABLE coupons (id serial PRIMARY KEY, code text NOT NULL, valid_until date, used integer NOT NULL DEFAULT 0);
INSERT INTO coupons (code, valid_until) SELECT 'CODE' || n, current_date + n % 300 FROM generate_series(1, 60000) AS n;
