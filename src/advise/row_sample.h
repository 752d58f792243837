/*
 * row_sample.h
 *	  Some thousand rows of a table, and expressions evaluated over them.
 *
 * Private to the advise room.
 */
#ifndef PERFADVISOR_ADVISE_ROW_SAMPLE_H
#define PERFADVISOR_ADVISE_ROW_SAMPLE_H

#include "nodes/pg_list.h"
#include "storage/block.h"
#include "utils/palloc.h"

/* Values of expressions over sampled rows, given to PaRowsWork */
typedef struct PaRowValues
{
	double		total;			/* rows that the table has */
	double		share;			/* of the rows of a block that was read, sampled by chance
								 * one by one and in their order */
	int			seen;			/* rows that were sampled */
	int			n;				/* those of them that meet the condition */
	int			ncolumns;
	BlockNumber *blocks;		/* [n] that the rows are in */
	Datum	   *values;			/* [n * ncolumns], row by row */
	bool	   *isnull;			/* the same */
} PaRowValues;

/*
 * Called once, in a memory context that is thrown away afterwards, as the
 * table's owner, restricted and read only.
 */
typedef void (*PaRowsWork) (const PaRowValues *values, void *arg);

extern void pa_rows_reset(void);
extern MemoryContext pa_rows_context(uint64 *generation);
extern bool pa_rows_evaluate(Oid relid, List *exprs, List *condition,
							 int max_rows, PaRowsWork work, void *arg);
extern double pa_rows_total(Oid relid);
extern int	pa_rows_meeting(Oid relid, List *condition, int *seen);

#endif							/* PERFADVISOR_ADVISE_ROW_SAMPLE_H */
