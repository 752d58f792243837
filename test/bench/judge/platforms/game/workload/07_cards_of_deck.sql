\set x random(1, 25000)
SELECT c.name, c.mana, d.copies FROM deck_cards d JOIN cards c ON c.id = d.card_id WHERE d.deck_id = 'deck' || :x ORDER BY c.mana;
