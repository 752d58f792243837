-- cards: a collection of trading cards with listings, bids, decks and a price history. Rails: bigint keys, integer enums, created_at.

CREATE TABLE card_sets (
	id bigserial PRIMARY KEY,
	code varchar NOT NULL UNIQUE,
	name varchar NOT NULL,
	released_on date NOT NULL);

CREATE TABLE cards (
	id bigserial PRIMARY KEY,
	card_set_id bigint NOT NULL REFERENCES card_sets ON DELETE RESTRICT,
	number integer NOT NULL,
	name varchar NOT NULL,
	rarity integer NOT NULL DEFAULT 0,
	colors varchar[] NOT NULL DEFAULT '{}',
	mana_cost integer,
	banned boolean NOT NULL DEFAULT false,
	UNIQUE (card_set_id, number));

CREATE TABLE users (
	id bigserial PRIMARY KEY,
	email varchar NOT NULL,
	nickname varchar NOT NULL,
	reputation integer NOT NULL DEFAULT 0,
	confirmed_at timestamp,
	created_at timestamp NOT NULL,
	updated_at timestamp NOT NULL);

CREATE TABLE collection_items (
	id bigserial PRIMARY KEY,
	user_id bigint NOT NULL REFERENCES users ON DELETE CASCADE,
	card_id bigint NOT NULL REFERENCES cards,
	condition integer NOT NULL DEFAULT 0,
	foil boolean NOT NULL DEFAULT false,
	quantity integer NOT NULL DEFAULT 1,
	created_at timestamp NOT NULL);

CREATE TABLE listings (
	id bigserial PRIMARY KEY,
	seller_id bigint NOT NULL REFERENCES users ON DELETE CASCADE,
	card_id bigint NOT NULL REFERENCES cards,
	state varchar NOT NULL DEFAULT 'active',
	price_cents integer NOT NULL,
	condition integer NOT NULL DEFAULT 0,
	featured boolean NOT NULL DEFAULT false,
	expires_at timestamp NOT NULL,
	sold_at timestamp,
	created_at timestamp NOT NULL);

CREATE TABLE bids (
	id bigserial PRIMARY KEY,
	listing_id bigint NOT NULL REFERENCES listings ON DELETE CASCADE,
	bidder_id bigint NOT NULL REFERENCES users ON DELETE CASCADE,
	amount_cents integer NOT NULL,
	created_at timestamp NOT NULL);

CREATE TABLE prices (
	id bigserial PRIMARY KEY,
	card_id bigint NOT NULL REFERENCES cards ON DELETE CASCADE,
	price_date date NOT NULL,
	market_cents integer NOT NULL);

CREATE TABLE watches (
	user_id bigint NOT NULL REFERENCES users ON DELETE CASCADE,
	watchable_type varchar NOT NULL,
	watchable_id bigint NOT NULL,
	created_at timestamp NOT NULL);
