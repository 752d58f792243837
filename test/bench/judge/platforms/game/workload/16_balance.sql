\set x random(1, 30000)
SELECT sum(amount) FROM ledger WHERE player_id = 'player' || :x AND currency = 'gold';
