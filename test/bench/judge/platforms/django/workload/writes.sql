-- transactions: 100
\set n random(1, 1000000)
\set d random(1, 60000)
\set c random(1, 80000)
SELECT 1 + bench.skewed(:n, 28, 250) AS tenant, 1 + bench.skewed(:n, 32, 6000) AS usr, bench.say(md5(clock_timestamp()::text || pg_backend_pid() || :n)) AS session \gset
-- an activity
INSERT INTO "crm_activity" ("tenant_id", "content_type_id", "object_id", "user_id", "kind", "note", "done", "created") VALUES (:tenant, 3, :d, :usr, 'note', 'Called', true, now()) RETURNING "crm_activity"."id";
-- a deal has moved
UPDATE "crm_deal" SET "amount" = "amount" + 1, "modified" = now() WHERE "crm_deal"."id" = :d;
-- a contact was seen
UPDATE "crm_contact" SET "last_seen" = now() WHERE "crm_contact"."id" = :c;
-- an invoice
INSERT INTO "crm_invoice" ("tenant_id", "deal_id", "number", "total", "issued") VALUES (:tenant, :d, 'INV-X', 10, now());
-- a session
INSERT INTO "django_session" ("session_key", "session_data", "expire_date") VALUES (:session, 'e30', now() + interval '14 days');
-- a tag
INSERT INTO "taggit_taggeditem" ("tag_id", "content_type_id", "object_id") VALUES (17, 2, :c);
-- the user logs in
UPDATE "auth_user" SET "last_login" = now() WHERE "auth_user"."id" = :usr;
