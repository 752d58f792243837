-- transactions: 10
\set n random(1, 1000000)
\set days random(10, 300)
SELECT 1 + bench.skewed(:n, 28, 250) AS tenant, bench.say(bench.ago(:days * 1440)) AS since, bench.say(bench.ago(:days * 1440 - 10080)) AS until \gset
-- companies with an open deal
SELECT "id", "name" FROM "crm_company" WHERE ("crm_company"."tenant_id" = :tenant AND EXISTS(SELECT 1 AS "a" FROM "crm_deal" U0 WHERE (U0."company_id" = "crm_company"."id" AND U0."stage" < 5) LIMIT 1)) ORDER BY "crm_company"."name" ASC LIMIT 25;
-- activities of a week
SELECT "kind", COUNT(*) FROM "crm_activity" WHERE ("crm_activity"."tenant_id" = :tenant AND "crm_activity"."created" >= :since AND "crm_activity"."created" < :until) GROUP BY "kind";
-- invoices to remind of
SELECT "id", "tenant_id", "number" FROM "crm_invoice" WHERE ("crm_invoice"."paid_at" IS NULL AND "crm_invoice"."issued" < (now() - interval '300 days')::date) ORDER BY "crm_invoice"."issued" ASC LIMIT 100;
-- clear sessions
DELETE FROM "django_session" WHERE "django_session"."expire_date" < now() - interval '27 days';
-- activities by kind (most of the table)
SELECT "kind", COUNT(*) FROM "crm_activity" WHERE "crm_activity"."done" GROUP BY "kind";
-- users who log in (most of the table)
SELECT COUNT(*) FROM "auth_user" WHERE "auth_user"."is_active" AND "auth_user"."last_login" IS NOT NULL;
