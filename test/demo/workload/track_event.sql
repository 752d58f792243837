-- weight 6
\set customer random(1, 40000)
\set product random(1, 20000)
INSERT /* track event */ INTO events (type, customer_id, occurred_at, payload)
VALUES ('page_view', :customer, now(), jsonb_build_object('path', '/p/' || :product::text));
