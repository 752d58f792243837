-- What an engineer who knows the workload creates by hand.

CREATE INDEX players_lower_email ON players (lower(email));
CREATE INDEX players_ladder ON players (region, rating DESC, id DESC) WHERE NOT is_banned;
CREATE INDEX decks_player ON decks (player_id, updated_at DESC);
CREATE INDEX deck_cards_card ON deck_cards (card_id);
CREATE INDEX matches_player_a ON matches (player_a, started_at);
CREATE INDEX matches_player_b ON matches (player_b, started_at);
CREATE INDEX matches_live ON matches (mode, started_at) WHERE status = 'live';
CREATE INDEX game_events_match ON game_events (match_id, id);
CREATE INDEX memories_expiry ON memories (expires_at) WHERE expires_at IS NOT NULL;
CREATE INDEX ledger_player ON ledger (player_id, id DESC);
CREATE INDEX ledger_ref ON ledger (ref_id) WHERE ref_id IS NOT NULL;
CREATE INDEX listings_market ON listings (card_id, price) WHERE status = 'active';
CREATE INDEX listings_seller ON listings (seller_id, listed_at DESC);
CREATE INDEX listings_to_expire ON listings (listed_at) WHERE status = 'active';
