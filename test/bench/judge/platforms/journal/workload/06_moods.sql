\set x random(1, 20000)
SELECT e.mood, count(*), avg(e.word_count) FROM journals j JOIN entries e ON e.journal_id = j.id WHERE j.member_id = :x AND j.deleted_at IS NULL AND e.deleted_at IS NULL AND e.mood IS NOT NULL GROUP BY e.mood;
