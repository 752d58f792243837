\set x random(1, 30000)
INSERT INTO ledger (player_id, currency, amount, reason) VALUES ('player' || :x, 'gold', 12.5, 'match');
