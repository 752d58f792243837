/*
 * key_counts.h
 *	  How often keys occur in a whole table, judged by a sample of its rows.
 *
 * Private to the advise room.
 */
#ifndef PERFADVISOR_ADVISE_KEY_COUNTS_H
#define PERFADVISOR_ADVISE_KEY_COUNTS_H

#include "utils/hsearch.h"

typedef struct PaKeyCounts
{
	HTAB	   *keys;
	int			rows;			/* sampled so far */
	double		per_row;		/* rows of the table's that come with each of these,
								 * having the same key and a place beside it; 0 is 1 */
	double		occurrences;	/* in them */
	bool		full;			/* no more rows should be added */
} PaKeyCounts;

/* So many keys of a size occur so often each */
typedef void (*PaKeyVisit) (double nkeys, double size, double occurrences, void *arg);

extern PaKeyCounts *pa_key_counts_new(void);
extern void pa_key_counts_add(PaKeyCounts *counts, uint64 key, int size);
extern int	pa_key_counts_number(PaKeyCounts *counts);
extern double pa_key_counts_visit(PaKeyCounts *counts, double rows,
								  double max_keys, PaKeyVisit visit, void *arg);

#endif							/* PERFADVISOR_ADVISE_KEY_COUNTS_H */
