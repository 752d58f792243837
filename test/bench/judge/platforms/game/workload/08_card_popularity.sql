\set x random(1, 1500)
SELECT count(*), sum(copies) FROM deck_cards WHERE card_id = 'card' || :x;
