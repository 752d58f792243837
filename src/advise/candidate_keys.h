/*
 * candidate_keys.h
 *	  Lists of key columns under construction: shared by candidates.c and complete.c.
 *
 * Private to the advise room.
 */
#ifndef PERFADVISOR_ADVISE_CANDIDATE_KEYS_H
#define PERFADVISOR_ADVISE_CANDIDATE_KEYS_H

#include "advise/candidates.h"

/* Longest key that is proposed; longer ones cost more than they filter. */
#define PA_MAX_KEYS		4

typedef struct PaKeyList
{
	Oid			am;				/* invalid: B-tree */
	bool		needs_btree_gin;
	int			n;
	PaIndexColumn *cols[PA_MAX_KEYS];
} PaKeyList;

/* candidates.c */
extern bool pa_keys_have(const PaKeyList *keys, const PaIndexColumn *col);
extern bool pa_keys_append(PaKeyList *keys, PaIndexColumn *col);
extern void pa_keys_append_order(PaKeyList *keys, List *order);
extern int	pa_compare_selectivity(const ListCell *a, const ListCell *b);

#endif							/* PERFADVISOR_ADVISE_CANDIDATE_KEYS_H */
