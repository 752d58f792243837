-- transactions: 200
\set p random(1, 60000)
\set o random(1, 119500)
\set u random(1, 30000)
\set r random(1, 100000)
\set w random(1, 220000)
\set root random(1, 10)
\set page random(0, 3)
\set days random(1, 300)
SELECT bench.say('user' || :u::int || '@shop' || :u::int % 50 || '.test') AS email, bench.say(replace(bench.words(:p, 3), ' ', '-') || '-' || :p::int) AS slug, 1 + bench.skewed(:p, 2, 1500) AS vendor, 1 + bench.skewed(:o, 20, 30000) AS usr, bench.say('R' || 100000000 + :o::int * 7) AS number, 1 + bench.skewed(:r, 35, 60000) AS reviewed,
	1 + bench.skewed(:w, 50, 150000) AS item, bench.say('%' || bench.word(:p, 1) || ' ' || bench.word(:p, 2) || '%') AS needle, 11 + bench.skewed(:p, 17, 390) AS category, (:root::int - 1) * 80 + 1 AS lft, :root::int * 80 AS rgt, 1 + bench.skewed(f, 41, 30000) AS fan, 1 + bench.skewed(f, 43, 60000) AS favourite, 1 + bench.skewed(c, 20, 30000) AS cart_usr, 1 + bench.skewed(:w, 46, 30000) AS recipient, bench.say(lower('Save' || bench.word(1 + :u::int % 3000, 1) || 1 + :u::int % 3000)) AS code,
	:page::int * 24 AS skip, LEAST(60000, :p::int + 1) AS p2, LEAST(60000, :p::int + 2) AS p3, 1 + bench.skewed(:o, 2, 60000) AS p4, bench.say(bench.ago(:days * 1440)) AS since, bench.say(bench.ago(:days * 1440 - 10080)) AS until
FROM (SELECT (SELECT min(g) FROM generate_series(:p::int * 2, :p::int * 2 + 60) AS g WHERE bench.pick(g, 42, 10) < 9) AS f, (SELECT min(g) FROM generate_series(:o::int, :o::int + 400) AS g WHERE bench.pick(g, 27, 100) < 9 AND bench.pick(g, 21, 100) < 88) AS c) AS x \gset
-- log in
SELECT "users".* FROM "users" WHERE "users"."deleted_at" IS NULL AND (lower(email) = :email) ORDER BY "users"."id" ASC LIMIT 1;
-- a product by its slug
SELECT "products".* FROM "products" WHERE "products"."deleted_at" IS NULL AND "products"."slug" = :slug LIMIT 1;
-- its variants
SELECT "variants".* FROM "variants" WHERE "variants"."deleted_at" IS NULL AND "variants"."product_id" = :p ORDER BY "variants"."position" ASC;
-- variants of several products (preload)
SELECT "variants".* FROM "variants" WHERE "variants"."deleted_at" IS NULL AND "variants"."product_id" IN (:p, :p2, :p3, :p4);
-- images of several products (preload)
SELECT "active_storage_attachments".* FROM "active_storage_attachments" WHERE "active_storage_attachments"."name" = 'images' AND "active_storage_attachments"."record_type" = 'Product' AND "active_storage_attachments"."record_id" IN (:p, :p2, :p3, :p4);
-- products of a vendor
SELECT "products".* FROM "products" WHERE "products"."deleted_at" IS NULL AND "products"."vendor_id" = :vendor AND "products"."state" = 'published' ORDER BY "products"."published_at" DESC LIMIT 24 OFFSET :skip;
-- new products of one kind (STI)
SELECT "products".* FROM "products" WHERE "products"."type" IN ('DigitalProduct', 'Bundle') AND "products"."deleted_at" IS NULL AND "products"."state" = 'published' ORDER BY "products"."published_at" DESC LIMIT 24 OFFSET :skip;
-- products of a branch of the tree
SELECT DISTINCT "products".* FROM "products" INNER JOIN "categorizations" ON "categorizations"."product_id" = "products"."id" INNER JOIN "categories" ON "categories"."id" = "categorizations"."category_id" WHERE "products"."deleted_at" IS NULL AND "products"."state" = 'published' AND "categories"."lft" >= :lft AND "categories"."rgt" <= :rgt ORDER BY "products"."published_at" DESC LIMIT 24;
-- the number of products in a category
SELECT COUNT(*) FROM "products" INNER JOIN "categorizations" ON "products"."id" = "categorizations"."product_id" WHERE "products"."deleted_at" IS NULL AND "categorizations"."category_id" = :category AND "products"."state" = 'published';
-- search
SELECT "products".* FROM "products" WHERE "products"."deleted_at" IS NULL AND "products"."state" = 'published' AND (products.name ILIKE :needle) ORDER BY "products"."favourites_count" DESC LIMIT 24;
-- reviews of a product
SELECT "reviews".* FROM "reviews" WHERE "reviews"."deleted_at" IS NULL AND "reviews"."reviewable_id" = :reviewed AND "reviews"."reviewable_type" = 'Product' AND "reviews"."state" = 'approved' ORDER BY "reviews"."created_at" DESC LIMIT 10;
-- its stars
SELECT COUNT(*) AS "count_all", "reviews"."rating" AS "reviews_rating" FROM "reviews" WHERE "reviews"."deleted_at" IS NULL AND "reviews"."reviewable_id" = :reviewed AND "reviews"."reviewable_type" = 'Product' AND "reviews"."state" = 'approved' GROUP BY "reviews"."rating";
-- is it a favourite
SELECT 1 AS one FROM "favourites" WHERE "favourites"."user_id" = :fan AND "favourites"."favouritable_id" = :favourite AND "favourites"."favouritable_type" = 'Product' LIMIT 1;
-- favourite products
SELECT "products".* FROM "products" INNER JOIN "favourites" ON "products"."id" = "favourites"."favouritable_id" WHERE "products"."deleted_at" IS NULL AND "favourites"."user_id" = :fan AND "favourites"."favouritable_type" = 'Product' ORDER BY "favourites"."created_at" DESC LIMIT 24;
-- unread notifications
SELECT "notifications".* FROM "notifications" WHERE "notifications"."recipient_id" = :recipient AND "notifications"."recipient_type" = 'User' AND "notifications"."read_at" IS NULL ORDER BY "notifications"."created_at" DESC LIMIT 20;
-- their number
SELECT COUNT(*) FROM "notifications" WHERE "notifications"."recipient_id" = :recipient AND "notifications"."recipient_type" = 'User' AND "notifications"."read_at" IS NULL;
-- the cart
SELECT "orders".* FROM "orders" WHERE "orders"."user_id" = :cart_usr AND "orders"."state" = 'cart' ORDER BY "orders"."created_at" DESC LIMIT 1;
-- past orders of a user
SELECT "orders".* FROM "orders" WHERE "orders"."user_id" = :usr AND "orders"."completed_at" IS NOT NULL ORDER BY "orders"."completed_at" DESC LIMIT 10 OFFSET :page;
-- an order by its number
SELECT "orders".* FROM "orders" WHERE "orders"."number" = :number LIMIT 1;
-- its line items (eager_load)
SELECT "line_items"."id" AS t0_r0, "line_items"."quantity" AS t0_r1, "line_items"."price_cents" AS t0_r2, "variants"."id" AS t1_r0, "variants"."sku" AS t1_r1, "products"."name" AS t2_r0 FROM "line_items" LEFT OUTER JOIN "variants" ON "variants"."id" = "line_items"."variant_id" LEFT OUTER JOIN "products" ON "products"."id" = "variants"."product_id" WHERE "line_items"."order_id" = :o;
-- sales of a vendor per day
SELECT SUM(line_items.price_cents * line_items.quantity) AS "sum_total", DATE_TRUNC('day', line_items.created_at) AS "day" FROM "line_items" INNER JOIN "orders" ON "orders"."id" = "line_items"."order_id" WHERE "line_items"."vendor_id" = :vendor AND "line_items"."created_at" BETWEEN :since AND :until AND "orders"."state" IN ('paid', 'shipped') GROUP BY DATE_TRUNC('day', line_items.created_at);
-- a coupon by its code
SELECT "coupons".* FROM "coupons" WHERE (lower(code) = :code) AND (expires_at IS NULL OR expires_at > now()) LIMIT 1;
-- the history of a variant
SELECT "versions".* FROM "versions" WHERE "versions"."item_id" = :item AND "versions"."item_type" = 'Variant' ORDER BY "versions"."id" DESC LIMIT 20;
