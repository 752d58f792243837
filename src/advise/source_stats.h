/*
 * source_stats.h
 *	  Statistics of other servers in the place of missing ones.
 *
 * Private to the advise room.
 */
#ifndef PERFADVISOR_ADVISE_SOURCE_STATS_H
#define PERFADVISOR_ADVISE_SOURCE_STATS_H

#include "access/htup.h"

/* How large a table or index is on another server */
typedef struct PaSourceSize
{
	double		pages;
	double		tuples;
	double		visible_pages;
} PaSourceSize;

extern void pa_source_stats_load(MemoryContext context);
extern bool pa_source_size(Oid relid, PaSourceSize *size);
extern HeapTuple pa_source_column(Oid relid, AttrNumber attno, bool inherited);

#endif							/* PERFADVISOR_ADVISE_SOURCE_STATS_H */
