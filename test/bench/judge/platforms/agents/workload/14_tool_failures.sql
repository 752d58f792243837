\set d random(1, 175)
SELECT count(*) FROM tool_calls WHERE tool_name = 'web_search' AND status = 'error' AND created_at >= timestamptz '2023-12-01 00:00+00' + :d * interval '1 day' AND created_at < timestamptz '2023-12-02 00:00+00' + :d * interval '1 day';
