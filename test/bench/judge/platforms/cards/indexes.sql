-- What an engineer of this platform would create.
CREATE INDEX index_users_on_lower_email ON users (lower(email::text));
CREATE INDEX index_users_on_nickname ON users (nickname);
CREATE INDEX index_users_on_reputation ON users (reputation DESC);
CREATE INDEX index_collection_items_on_user_and_card ON collection_items (user_id, card_id);
CREATE INDEX index_listings_on_card_active ON listings (card_id, price_cents) WHERE state = 'active';
CREATE INDEX index_listings_on_active_expiry ON listings (expires_at) WHERE state = 'active';
CREATE INDEX index_listings_on_seller_and_created ON listings (seller_id, created_at DESC);
CREATE INDEX index_listings_featured ON listings (created_at DESC) WHERE featured;
CREATE INDEX index_listings_on_sold_at ON listings (sold_at) WHERE sold_at IS NOT NULL;
CREATE INDEX index_listings_on_active_created ON listings (created_at DESC) WHERE state = 'active';
CREATE INDEX index_bids_on_listing_and_amount ON bids (listing_id, amount_cents DESC);
CREATE INDEX index_bids_on_bidder ON bids (bidder_id, created_at DESC);
CREATE INDEX index_prices_on_card_and_date ON prices (card_id, price_date DESC);
CREATE INDEX index_watches_on_watchable ON watches (watchable_type, watchable_id);
CREATE INDEX index_watches_on_user ON watches (user_id);
