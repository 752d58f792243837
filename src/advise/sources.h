/*
 * sources.h
 *	  Statements that were recorded on other servers.
 *
 * Private to the advise room.
 */
#ifndef PERFADVISOR_ADVISE_SOURCES_H
#define PERFADVISOR_ADVISE_SOURCES_H

#include "record/record.h"

typedef struct PaSourceStatement
{
	char	   *source;			/* the other server */
	double		hours;			/* that its workload took */
	List	   *known_rows;		/* PaKnownRows *, of its scans there */
	PaStatement statement;		/* userid is InvalidOid if the role is missing here */
} PaSourceStatement;

/* The connection of a source that is the workers of Citus */
#define PA_CITUS_WORKERS "citus:workers"

extern bool pa_citus_is_here(void);
extern char *pa_citus_fetch(char **problem);
extern List *pa_sources_read(void);
extern uint64 pa_sources_version(void);
extern bool pa_sources_may_read(const char *table);

#endif							/* PERFADVISOR_ADVISE_SOURCES_H */
