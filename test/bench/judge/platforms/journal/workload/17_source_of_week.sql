\set x random(1, 60)
\set d random(0, 340)
SELECT status, count(*) FROM scraped_contents WHERE source_id = :x AND fetched_at >= timestamptz '2023-06-01 00:00+00' + :d * interval '1 day' AND fetched_at < timestamptz '2023-06-08 00:00+00' + :d * interval '1 day' GROUP BY status;
