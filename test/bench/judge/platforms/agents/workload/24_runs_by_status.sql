SELECT status, count(*), avg(tokens) FROM runs WHERE status <> 'cancelled' GROUP BY status;
