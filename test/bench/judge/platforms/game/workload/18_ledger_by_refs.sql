\set x random(1, 149990)
SELECT ref_id, amount, created_at FROM ledger WHERE ref_id IN ('ref' || :x, 'ref' || (:x + 1), 'ref' || (:x + 2), 'ref' || (:x + 4));
