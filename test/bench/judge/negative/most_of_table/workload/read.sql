-- transactions: 30
\set skip random(1, 50)
SELECT bench.say(bench.ago(490000)) AS long_ago \gset
SELECT avg(total) FROM orders WHERE status = 'done';
SELECT customer, sum(total) FROM orders WHERE paid = true GROUP BY customer;
SELECT id, customer, total, note FROM orders WHERE deleted_at IS NULL OFFSET :skip;
SELECT max(length(note)), count(*) FROM orders WHERE created_at > :long_ago;
SELECT customer, status, note FROM orders WHERE status <> 'open' AND total > 3 OFFSET :skip;
