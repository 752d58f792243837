--? SELECT rank, ddl, reason, time_saved, index_bytes FROM perfadvisor.index_advice;
\pset format unaligned
\pset tuples_only on
\pset fieldsep '\x1f'
SELECT rank, ddl, CASE WHEN time_saved > 0 THEN round(time_saved::numeric / 1000, 1)::text ELSE '' END, coalesce(pg_size_pretty(index_bytes), 'nothing'),
       regexp_replace(reason, '\s+', ' ', 'g')
  FROM perfadvisor.index_advice ORDER BY rank, step;
