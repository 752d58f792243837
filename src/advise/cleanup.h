/*
 * cleanup.h
 *	  Which existing indexes nobody needs, and the proof of it.
 *
 * Private to the advise room.
 */
#ifndef PERFADVISOR_ADVISE_CLEANUP_H
#define PERFADVISOR_ADVISE_CLEANUP_H

#include "advise/existing.h"

typedef enum PaProblem
{
	PA_PROBLEM_NONE,
	PA_PROBLEM_DUPLICATE,
	PA_PROBLEM_REDUNDANT,
	PA_PROBLEM_UNUSED,
	PA_PROBLEM_BLOATED
} PaProblem;

/* What is wrong with an index. */
typedef struct PaVerdict
{
	PaExisting *index;
	PaProblem	problem;
	PaExisting *covered_by;		/* or NULL */
	bool		needed;			/* a recorded statement gets dearer without it */
	List	   *planned;		/* PaWorkStatement *, those planned without it */
} PaVerdict;

/* The recorded workload planned without the indexes that would be dropped. */
typedef struct PaProof
{
	int			statements;		/* that could be planned */
	int			failed;			/* that could not */
	bool		complete;		/* the time limit did not come first */
} PaProof;

/* cleanup.c */
extern List *pa_cleanup_judge(PaExistingTable *table);

/* cleanup_proof.c */
extern void pa_cleanup_prove(List *verdicts, PaProof *proof);

#endif							/* PERFADVISOR_ADVISE_CLEANUP_H */
