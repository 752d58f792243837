\set x random(1, 20000)
\set d random(0, 690)
SELECT e.id, e.title, e.written_on FROM journals j JOIN entries e ON e.journal_id = j.id WHERE j.member_id = :x AND j.deleted_at IS NULL AND e.deleted_at IS NULL AND e.written_on >= date '2022-06-01' + :d::integer AND e.written_on < date '2022-07-01' + :d::integer;
