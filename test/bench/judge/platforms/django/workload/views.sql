-- transactions: 100
\set n random(1, 1000000)
\set c random(1, 80000)
\set s random(41000, 60000)
\set d random(1, 60000)
\set off random(0, 4)
SELECT 1 + bench.skewed(:n, 28, 250) AS tenant, 1 + bench.skewed(:n, 18, 25000) AS company, bench.say('user' || (1 + bench.pick(:n, 43, 6000)) || '@corp' || (1 + bench.pick(:n, 43, 6000)) % 90 || '.test') AS email,
	1 + bench.skewed(:n, 32, 6000) AS usr, 1 + bench.skewed(:n, 30, 25000) AS object, bench.say(md5('s' || :s) || left(md5('t' || :s), 8)) AS session,
	bench.say('%' || bench.word(:c, 2) || :c::int % 700 || '%') AS name, bench.say(bench.word(:c, 1) || '.' || :c || '@example' || :c::int % 40 || '.test') AS contact_email,
	(SELECT tenant_id FROM crm_contact WHERE id = :c) AS contact_tenant, 1 + bench.skewed(1 + bench.skewed(:d, 25, 25000), 7, 250) AS deal_tenant, 1 + bench.skewed(:d, 25, 25000) AS deal_company,
	1 + bench.skewed(:d, 35, 250) AS invoice_tenant, bench.say('INV-' || :d) AS number, :off::int * 25 AS skip, 1 + bench.skewed(:n, 40, 900) AS tag \gset
-- the session
SELECT "django_session"."session_key", "django_session"."session_data", "django_session"."expire_date" FROM "django_session" WHERE ("django_session"."expire_date" > now() AND "django_session"."session_key" = :session) LIMIT 21;
-- log in by e-mail (iexact)
SELECT "auth_user"."id", "auth_user"."password", "auth_user"."username" FROM "auth_user" WHERE (UPPER("auth_user"."email"::text) = UPPER(:email) AND "auth_user"."is_active") LIMIT 21;
-- companies of a tenant by name
SELECT "id", "name", "country" FROM "crm_company" WHERE "crm_company"."tenant_id" = :tenant ORDER BY "crm_company"."name" ASC LIMIT 25 OFFSET :skip;
-- their number
SELECT COUNT(*) AS "__count" FROM "crm_company" WHERE "crm_company"."tenant_id" = :tenant;
-- subsidiaries
SELECT "id", "name" FROM "crm_company" WHERE "crm_company"."parent_id" = :company;
-- newest contacts of a tenant
SELECT "crm_contact"."id", "crm_contact"."last_name", "crm_company"."name" FROM "crm_contact" LEFT OUTER JOIN "crm_company" ON ("crm_contact"."company_id" = "crm_company"."id") WHERE "crm_contact"."tenant_id" = :tenant ORDER BY "crm_contact"."created" DESC LIMIT 25;
-- contacts of a company
SELECT "id", "first_name", "last_name", "email" FROM "crm_contact" WHERE ("crm_contact"."tenant_id" = :deal_tenant AND "crm_contact"."company_id" = :deal_company) ORDER BY "crm_contact"."last_name" ASC;
-- a contact by e-mail (iexact)
SELECT "id", "first_name" FROM "crm_contact" WHERE ("crm_contact"."tenant_id" = :contact_tenant AND UPPER("crm_contact"."email"::text) = UPPER(:contact_email)) LIMIT 21;
-- contacts by a part of the name (icontains)
SELECT "id", "first_name", "last_name" FROM "crm_contact" WHERE ("crm_contact"."tenant_id" = :contact_tenant AND UPPER("crm_contact"."last_name"::text) LIKE UPPER(:name)) ORDER BY "crm_contact"."created" DESC LIMIT 25;
-- a column of the board
SELECT "id", "title", "amount" FROM "crm_deal" WHERE ("crm_deal"."tenant_id" = :tenant AND "crm_deal"."stage" = 3) ORDER BY "crm_deal"."modified" DESC LIMIT 25;
-- the board's sums
SELECT "crm_deal"."stage", COUNT("crm_deal"."id") AS "n", SUM("crm_deal"."amount") AS "total" FROM "crm_deal" WHERE ("crm_deal"."tenant_id" = :tenant AND "crm_deal"."stage" IN (1, 2, 3, 4)) GROUP BY "crm_deal"."stage";
-- deals of a tenant, newest first
SELECT "id", "title", "stage" FROM "crm_deal" WHERE "crm_deal"."tenant_id" = :tenant ORDER BY "crm_deal"."created" DESC LIMIT 25 OFFSET :skip;
-- deals of a company
SELECT "id", "title", "stage", "amount" FROM "crm_deal" WHERE ("crm_deal"."tenant_id" = :deal_tenant AND "crm_deal"."company_id" = :deal_company) ORDER BY "crm_deal"."created" DESC;
-- my open deals
SELECT "crm_deal"."id", "crm_deal"."title", "crm_company"."name" FROM "crm_deal" INNER JOIN "crm_company" ON ("crm_deal"."company_id" = "crm_company"."id") WHERE ("crm_deal"."owner_id" = :usr AND "crm_deal"."stage" < 5) ORDER BY "crm_deal"."close_date" ASC LIMIT 25;
-- activities on an object
SELECT "id", "kind", "note", "created" FROM "crm_activity" WHERE ("crm_activity"."content_type_id" = 1 AND "crm_activity"."object_id" = :object) ORDER BY "crm_activity"."created" DESC LIMIT 25;
-- is there an activity on it
SELECT 1 AS "a" FROM "crm_activity" WHERE ("crm_activity"."content_type_id" = 3 AND "crm_activity"."object_id" = :d) LIMIT 1;
-- the stream of a tenant
SELECT "crm_activity"."id", "crm_activity"."kind", "auth_user"."username" FROM "crm_activity" LEFT OUTER JOIN "auth_user" ON ("crm_activity"."user_id" = "auth_user"."id") WHERE "crm_activity"."tenant_id" = :tenant ORDER BY "crm_activity"."created" DESC LIMIT 25;
-- my tasks
SELECT "id", "note", "due" FROM "crm_activity" WHERE ("crm_activity"."user_id" = :usr AND NOT "crm_activity"."done") ORDER BY "crm_activity"."due" ASC LIMIT 25;
-- an invoice by its number
SELECT "id", "total", "paid_at" FROM "crm_invoice" WHERE ("crm_invoice"."tenant_id" = :invoice_tenant AND "crm_invoice"."number" = :number) LIMIT 21;
-- invoices of a tenant
SELECT "id", "number", "total" FROM "crm_invoice" WHERE "crm_invoice"."tenant_id" = :tenant ORDER BY "crm_invoice"."issued" DESC LIMIT 25;
-- invoices of several deals (prefetch_related)
SELECT "id", "deal_id", "total" FROM "crm_invoice" WHERE "crm_invoice"."deal_id" IN (:d, :object, :company);
-- tags of several companies (prefetch_related)
SELECT "tag_id", "object_id" FROM "taggit_taggeditem" WHERE ("taggit_taggeditem"."content_type_id" = 1 AND "taggit_taggeditem"."object_id" IN (:object, :company, :deal_company));
-- companies of a tenant with a tag
SELECT DISTINCT "crm_company"."id", "crm_company"."name" FROM "crm_company" INNER JOIN "taggit_taggeditem" ON ("crm_company"."id" = "taggit_taggeditem"."object_id" AND "taggit_taggeditem"."content_type_id" = 1) WHERE ("crm_company"."tenant_id" = :tenant AND "taggit_taggeditem"."tag_id" = :tag);
