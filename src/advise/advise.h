/*
 * advise.h
 *	  The public face of the advise room: from a workload to advice.
 */
#ifndef PERFADVISOR_ADVISE_ADVISE_H
#define PERFADVISOR_ADVISE_ADVISE_H

/* Installs the planning hooks that what-if planning needs. Called from _PG_init. */
extern void pa_advise_init(void);

#endif							/* PERFADVISOR_ADVISE_ADVISE_H */
