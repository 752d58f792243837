SELECT format('%s indexes, %s on disk; %s of them were used by the second run.', count(*),
              pg_size_pretty(sum(pg_relation_size(i.indexrelid))), count(*) FILTER (WHERE i.idx_scan > 0))
  FROM pg_stat_user_indexes i
 WHERE NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = i.indexrelid);
SELECT CASE count(*) WHEN 0 THEN 'Asked again, perfadvisor has nothing more to advise.'
            ELSE format('Asked again, perfadvisor has %s more to advise.', count(*)) END
  FROM perfadvisor.index_advice;
