
-- base: what the server's machine has

CREATE FUNCTION perfadvisor.machine(
    OUT cpus integer, OUT cpu_quota double precision, OUT memory_bytes bigint,
    OUT memory_limit_bytes bigint, OUT rotational boolean)
RETURNS record
AS 'MODULE_PATHNAME', 'pa_read_machine'
LANGUAGE C STRICT VOLATILE PARALLEL SAFE;

COMMENT ON FUNCTION perfadvisor.machine() IS
'What the server''s machine has: processors that the server may run on and the CPUs'' worth of time that its control groups (containers) allow, bytes of memory and what the control groups allow of it, and whether the data directory is on a disk that turns; each NULL when unknown or without a limit';
