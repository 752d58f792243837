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
	PaStatement statement;		/* userid is InvalidOid if the role is missing here */
} PaSourceStatement;

extern List *pa_sources_read(void);
extern uint64 pa_sources_version(void);

#endif							/* PERFADVISOR_ADVISE_SOURCES_H */
