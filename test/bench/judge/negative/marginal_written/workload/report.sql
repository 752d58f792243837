-- transactions: 6
\set f random(0, 499)
SELECT id, model, battery FROM devices WHERE firmware = :f;
