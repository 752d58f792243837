\set x random(1, 59990)
SELECT session_id, count(*), sum(tokens) FROM runs WHERE session_id IN (md5('s' || :x)::uuid, md5('s' || (:x + 1))::uuid, md5('s' || (:x + 2))::uuid) GROUP BY session_id;
