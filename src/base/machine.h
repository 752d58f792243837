/*
 * machine.h
 *	  What the server's machine has, as far as the server can tell itself.
 */
#ifndef PERFADVISOR_BASE_MACHINE_H
#define PERFADVISOR_BASE_MACHINE_H

/* What could not be found out is -1 */
typedef struct PaMachine
{
	int			cpus;			/* that this process may run on */
	double		cpu_quota;		/* CPUs' worth of time that its control groups allow */
	int64		memory_bytes;	/* of the machine */
	int64		memory_limit_bytes; /* that its control groups allow */
	int			rotational;		/* 1: the data directory is on a disk that turns */
} PaMachine;

extern void pa_machine_read(PaMachine *machine);

#endif							/* PERFADVISOR_BASE_MACHINE_H */
