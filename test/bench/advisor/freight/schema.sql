-- freight: a carrier's bookings and their pieces, in the way of a star with arms.
CREATE TABLE zone (zone_id int PRIMARY KEY, name text NOT NULL);
CREATE TABLE depot (depot_id int PRIMARY KEY, zone_id int NOT NULL, name text NOT NULL, opened date NOT NULL);
CREATE TABLE carrier (carrier_id int PRIMARY KEY, depot_id int NOT NULL, name text NOT NULL, rating int NOT NULL, balance numeric(10,2) NOT NULL, remark text NOT NULL);
CREATE TABLE client (client_id int PRIMARY KEY, depot_id int NOT NULL, name text NOT NULL, segment text NOT NULL, phone text NOT NULL, balance numeric(10,2) NOT NULL, since date NOT NULL);
CREATE TABLE product (product_id int PRIMARY KEY, name text NOT NULL, maker text NOT NULL, brand text NOT NULL, kind text NOT NULL, weight int NOT NULL, packing text NOT NULL, price numeric(10,2) NOT NULL);
CREATE TABLE offer (product_id int NOT NULL, carrier_id int NOT NULL, available int NOT NULL, cost numeric(10,2) NOT NULL, remark text NOT NULL, PRIMARY KEY (product_id, carrier_id));
CREATE TABLE booking (booking_id int PRIMARY KEY, client_id int NOT NULL, state text NOT NULL, total numeric(12,2) NOT NULL, booked_on date NOT NULL, priority text NOT NULL, clerk int NOT NULL, remark text NOT NULL);
CREATE TABLE piece (booking_id int NOT NULL, line int NOT NULL, product_id int NOT NULL, carrier_id int NOT NULL, quantity int NOT NULL, price numeric(10,2) NOT NULL, discount numeric(4,2) NOT NULL, tax numeric(4,2) NOT NULL,
    returned text NOT NULL, state text NOT NULL, sent_on date NOT NULL, due_on date NOT NULL, received_on date NOT NULL, mode text NOT NULL, handling text NOT NULL, remark text NOT NULL, PRIMARY KEY (booking_id, line));
