-- retail: three channels that sell and take back, and what they share.
CREATE TABLE day (day_id int PRIMARY KEY, d date NOT NULL, year int NOT NULL, month int NOT NULL, quarter text NOT NULL, week int NOT NULL, weekday text NOT NULL);
CREATE TABLE item (item_id int PRIMARY KEY, code text NOT NULL, brand text NOT NULL, class text NOT NULL, category text NOT NULL, maker int NOT NULL, manager int NOT NULL, color text NOT NULL, size text NOT NULL, price numeric(8,2) NOT NULL, about text NOT NULL);
CREATE TABLE address (address_id int PRIMARY KEY, city text NOT NULL, county text NOT NULL, state text NOT NULL, zip text NOT NULL, hours int NOT NULL);
CREATE TABLE demo (demo_id int PRIMARY KEY, gender text NOT NULL, married text NOT NULL, education text NOT NULL, dependents int NOT NULL, potential text NOT NULL);
CREATE TABLE person (person_id int PRIMARY KEY, address_id int NOT NULL, demo_id int NOT NULL, first_name text NOT NULL, last_name text NOT NULL, birth_year int NOT NULL, birth_month int NOT NULL, country text NOT NULL);
CREATE TABLE promo (promo_id int PRIMARY KEY, by_mail boolean NOT NULL, by_event boolean NOT NULL, name text NOT NULL);
CREATE TABLE store (store_id int PRIMARY KEY, name text NOT NULL, county text NOT NULL, state text NOT NULL, staff int NOT NULL, hours int NOT NULL);
CREATE TABLE house (house_id int PRIMARY KEY, name text NOT NULL, area int NOT NULL, state text NOT NULL);
CREATE TABLE stock (day_id int NOT NULL, item_id int NOT NULL, house_id int NOT NULL, quantity int NOT NULL, PRIMARY KEY (day_id, item_id, house_id));
CREATE TABLE sold_shop (day_id int, item_id int NOT NULL, ticket int NOT NULL, person_id int, demo_id int, address_id int, store_id int, promo_id int, quantity int, list_price numeric(8,2), price numeric(8,2), coupon numeric(8,2), cost numeric(8,2), profit numeric(8,2), PRIMARY KEY (item_id, ticket));
CREATE TABLE sold_web (LIKE sold_shop INCLUDING ALL);
CREATE TABLE sold_post (LIKE sold_shop INCLUDING ALL);
CREATE TABLE back_shop (day_id int, item_id int NOT NULL, ticket int NOT NULL, person_id int, store_id int, reason int, quantity int, amount numeric(8,2), loss numeric(8,2), PRIMARY KEY (item_id, ticket));
CREATE TABLE back_web (LIKE back_shop INCLUDING ALL);
CREATE TABLE back_post (LIKE back_shop INCLUDING ALL);
