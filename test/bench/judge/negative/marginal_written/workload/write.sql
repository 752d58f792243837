-- transactions: 8000
\set n random(1, 30000)
\set f random(0, 499)
INSERT INTO devices (model, firmware, battery, seen_at) VALUES ('model1', :f, 50, now());
UPDATE devices SET firmware = :f WHERE id = :n;
UPDATE devices SET battery = 20, seen_at = now() WHERE id = :n;
