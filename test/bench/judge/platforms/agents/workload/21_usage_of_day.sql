\set d random(1, 175)
SELECT a.model, count(*), sum(r.tokens) FROM runs r JOIN agents a ON a.id = r.agent_id WHERE r.finished_at >= timestamptz '2023-12-01 00:00+00' + :d * interval '1 day' AND r.finished_at < timestamptz '2023-12-02 00:00+00' + :d * interval '1 day' GROUP BY a.model;
