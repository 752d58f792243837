\set x random(1, 30000)
SELECT id, name, mode FROM decks WHERE player_id = 'player' || :x AND is_active ORDER BY updated_at DESC LIMIT 10;
