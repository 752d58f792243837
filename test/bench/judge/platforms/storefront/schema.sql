-- storefront: a market place of many vendors: products with variants, a category tree, orders, reviews, favourites, notifications, versions and attachments. Rails: bigint keys, polymorphic associations, STI, deleted_at, state columns.

CREATE TABLE users (
	id bigserial PRIMARY KEY,
	email varchar NOT NULL,
	encrypted_password varchar NOT NULL DEFAULT '',
	name varchar,
	locale varchar NOT NULL DEFAULT 'en',
	reset_password_token varchar,
	sign_in_count integer NOT NULL DEFAULT 0,
	last_sign_in_at timestamp(6),
	deleted_at timestamp(6),
	created_at timestamp(6) NOT NULL,
	updated_at timestamp(6) NOT NULL);

CREATE TABLE vendors (
	id bigserial PRIMARY KEY,
	user_id bigint NOT NULL,
	name varchar NOT NULL,
	slug varchar NOT NULL UNIQUE,
	state varchar NOT NULL DEFAULT 'pending',
	deleted_at timestamp(6),
	created_at timestamp(6) NOT NULL,
	updated_at timestamp(6) NOT NULL);

CREATE TABLE categories (
	id bigserial PRIMARY KEY,
	parent_id bigint,
	name varchar NOT NULL,
	lft integer NOT NULL,
	rgt integer NOT NULL,
	created_at timestamp(6) NOT NULL,
	updated_at timestamp(6) NOT NULL);

CREATE TABLE products (
	id bigserial PRIMARY KEY,
	type varchar NOT NULL,
	vendor_id bigint NOT NULL,
	name varchar NOT NULL,
	slug varchar NOT NULL,
	description text,
	state varchar NOT NULL DEFAULT 'draft',
	price_cents integer NOT NULL,
	favourites_count integer NOT NULL DEFAULT 0,
	published_at timestamp(6),
	deleted_at timestamp(6),
	created_at timestamp(6) NOT NULL,
	updated_at timestamp(6) NOT NULL);

CREATE TABLE variants (
	id bigserial PRIMARY KEY,
	product_id bigint NOT NULL,
	sku varchar NOT NULL,
	price_cents integer NOT NULL,
	stock_quantity integer NOT NULL DEFAULT 0,
	position integer NOT NULL DEFAULT 1,
	deleted_at timestamp(6),
	created_at timestamp(6) NOT NULL,
	updated_at timestamp(6) NOT NULL);

CREATE TABLE categorizations (
	id bigserial PRIMARY KEY,
	product_id bigint NOT NULL,
	category_id bigint NOT NULL);

CREATE TABLE coupons (
	id bigserial PRIMARY KEY,
	vendor_id bigint,
	code varchar NOT NULL,
	percent integer NOT NULL,
	usage_count integer NOT NULL DEFAULT 0,
	starts_at timestamp(6),
	expires_at timestamp(6),
	created_at timestamp(6) NOT NULL,
	updated_at timestamp(6) NOT NULL);

CREATE TABLE orders (
	id bigserial PRIMARY KEY,
	number varchar NOT NULL,
	user_id bigint,
	email varchar,
	guest_token varchar,
	state varchar NOT NULL DEFAULT 'cart',
	coupon_id bigint,
	item_count integer NOT NULL DEFAULT 0,
	total_cents integer NOT NULL DEFAULT 0,
	completed_at timestamp(6),
	created_at timestamp(6) NOT NULL,
	updated_at timestamp(6) NOT NULL);

CREATE TABLE line_items (
	id bigserial PRIMARY KEY,
	order_id bigint NOT NULL,
	variant_id bigint NOT NULL,
	vendor_id bigint NOT NULL,
	quantity integer NOT NULL DEFAULT 1,
	price_cents integer NOT NULL,
	state varchar NOT NULL DEFAULT 'pending',
	created_at timestamp(6) NOT NULL,
	updated_at timestamp(6) NOT NULL);

CREATE TABLE payments (
	id bigserial PRIMARY KEY,
	type varchar NOT NULL,
	order_id bigint NOT NULL,
	amount_cents integer NOT NULL,
	state varchar NOT NULL DEFAULT 'pending',
	reference varchar,
	created_at timestamp(6) NOT NULL,
	updated_at timestamp(6) NOT NULL);

CREATE TABLE reviews (
	id bigserial PRIMARY KEY,
	reviewable_type varchar NOT NULL,
	reviewable_id bigint NOT NULL,
	user_id bigint NOT NULL,
	rating integer NOT NULL,
	body text,
	state varchar NOT NULL DEFAULT 'pending',
	deleted_at timestamp(6),
	created_at timestamp(6) NOT NULL,
	updated_at timestamp(6) NOT NULL);

CREATE TABLE favourites (
	id bigserial PRIMARY KEY,
	user_id bigint NOT NULL,
	favouritable_type varchar NOT NULL,
	favouritable_id bigint NOT NULL,
	created_at timestamp(6) NOT NULL,
	UNIQUE (user_id, favouritable_type, favouritable_id));

CREATE TABLE notifications (
	id bigserial PRIMARY KEY,
	type varchar NOT NULL,
	recipient_type varchar NOT NULL,
	recipient_id bigint NOT NULL,
	params jsonb NOT NULL DEFAULT '{}',
	read_at timestamp(6),
	created_at timestamp(6) NOT NULL,
	updated_at timestamp(6) NOT NULL);

CREATE TABLE versions (
	id bigserial PRIMARY KEY,
	item_type varchar NOT NULL,
	item_id bigint NOT NULL,
	event varchar NOT NULL,
	whodunnit varchar,
	object_changes text,
	created_at timestamp(6));

CREATE TABLE active_storage_blobs (
	id bigserial PRIMARY KEY,
	key varchar NOT NULL UNIQUE,
	filename varchar NOT NULL,
	content_type varchar,
	byte_size bigint NOT NULL,
	created_at timestamp(6) NOT NULL);

CREATE TABLE active_storage_attachments (
	id bigserial PRIMARY KEY,
	name varchar NOT NULL,
	record_type varchar NOT NULL,
	record_id bigint NOT NULL,
	blob_id bigint NOT NULL,
	created_at timestamp(6) NOT NULL);
