/*
 * expr_stats.h
 *	  Statistics of index expressions, sampled before the index exists.
 *
 * Private to the advise room.
 */
#ifndef PERFADVISOR_ADVISE_EXPR_STATS_H
#define PERFADVISOR_ADVISE_EXPR_STATS_H

#include "access/htup.h"
#include "advise/index_def.h"

extern HeapTuple pa_expr_stats(PaIndexDef *def, AttrNumber indexattnum);
extern void pa_expr_stats_reset(void);

#endif							/* PERFADVISOR_ADVISE_EXPR_STATS_H */
