-- transactions: 100
\set p random(1, 60000)
\set o random(1, 120000)
\set v random(1, 150000)
\set w random(1, 220000)
SELECT 1 + bench.skewed(:w, 41, 30000) AS fan, 1 + bench.skewed(:w, 46, 30000) AS recipient, 1 + bench.skewed(1 + (:v::int - 1) % 60000, 2, 1500) AS vendor, bench.say(bench.ago(0)) AS now \gset
-- a line item
INSERT INTO "line_items" ("order_id", "variant_id", "vendor_id", "quantity", "price_cents", "state", "created_at", "updated_at") VALUES (:o, :v, :vendor, 1, 990, 'pending', :now, :now) RETURNING "id";
-- the order is touched
UPDATE "orders" SET "item_count" = 3, "updated_at" = :now WHERE "orders"."id" = :o;
-- stock is taken
UPDATE "variants" SET "stock_quantity" = "variants"."stock_quantity" - 1, "updated_at" = :now WHERE "variants"."id" = :v AND (stock_quantity >= 1);
-- a favourite (insert_all)
INSERT INTO "favourites" ("user_id","favouritable_type","favouritable_id","created_at") VALUES (:fan, 'Product', :p, :now) ON CONFLICT DO NOTHING RETURNING "id";
-- the counter
UPDATE "products" SET "favourites_count" = COALESCE("products"."favourites_count", 0) + 1 WHERE "products"."id" = :p;
-- a notification
INSERT INTO "notifications" ("type", "recipient_type", "recipient_id", "params", "created_at", "updated_at") VALUES ('PriceDropNotification', 'User', :recipient, '{}', :now, :now) RETURNING "id";
-- all are read (update_all)
UPDATE "notifications" SET "read_at" = :now, "updated_at" = :now WHERE "notifications"."recipient_id" = :recipient AND "notifications"."recipient_type" = 'User' AND "notifications"."read_at" IS NULL AND "notifications"."type" = 'PriceDropNotification';
-- a version
INSERT INTO "versions" ("item_type", "item_id", "event", "whodunnit", "object_changes", "created_at") VALUES ('Variant', :v, 'update', '12', 'stock_quantity', :now) RETURNING "id";
