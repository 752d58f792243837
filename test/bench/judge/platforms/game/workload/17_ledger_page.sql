\set x random(1, 3000)
\set y random(20000, 150000)
SELECT id, currency, amount, reason FROM ledger WHERE player_id = 'player' || :x AND id < :y ORDER BY id DESC LIMIT 25;
