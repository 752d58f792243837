-- transactions: 10
\set from random(1, 59000)
\set days random(10, 300)
SELECT bench.say(bench.ago(:days * 1440)) AS since, bench.say(bench.ago(:days * 1440 - 1440)) AS until \gset
-- carts that were left
SELECT "orders".* FROM "orders" WHERE "orders"."state" = 'cart' AND "orders"."updated_at" BETWEEN :since AND :until ORDER BY "orders"."updated_at" ASC LIMIT 100;
-- reviews to moderate
SELECT "reviews".* FROM "reviews" WHERE "reviews"."deleted_at" IS NULL AND "reviews"."state" = 'pending' ORDER BY "reviews"."created_at" ASC LIMIT 50;
-- a batch of products (find_each)
SELECT "products".* FROM "products" WHERE "products"."deleted_at" IS NULL AND "products"."id" > :from ORDER BY "products"."id" ASC LIMIT 1000;
-- the most sold variants (most of the table)
SELECT "line_items"."variant_id", SUM("line_items"."quantity") AS "sold" FROM "line_items" WHERE "line_items"."state" = 'shipped' GROUP BY "line_items"."variant_id" ORDER BY sold DESC LIMIT 20;
