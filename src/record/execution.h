/*
 * execution.h
 *	  The executions under way, and the planning times that await theirs.
 *	  Private to the record room.
 *
 * What every execution goes through is inline: a call costs about as much as
 * what it would do.
 */
#ifndef PERFADVISOR_RECORD_EXECUTION_H
#define PERFADVISOR_RECORD_EXECUTION_H

#include "record/recorder.h"

#define PA_PLAN_TIMES 4			/* plans made whose execution is awaited; a power of two */

typedef struct PaPlanTime
{
	uint64		queryid;		/* 0: free */
	double		plan_time;		/* ms */
} PaPlanTime;

/* active.c */
extern PaExecution *pa_active;	/* the latest first */
extern PaExecution *pa_spare;	/* nodes to be used again */

extern void pa_active_init(void);
extern bool pa_execution_make_spare(void);
extern void pa_execution_drop(PaExecution *execution);

/* execution.c */
extern PaPlanTime pa_plan_times[PA_PLAN_TIMES];
extern uint32 pa_plan_times_made;	/* the latest is in the slot of this number */
extern int	pa_plan_times_awaiting;

/* place.c */
extern void pa_place_find(PaExecution *execution);

/* evidence.c */
#define PA_SLOW_SAMPLE_MIN 1000000	/* ns; faster ones are not out of the ordinary */

extern void pa_execution_sample(PaExecution *execution);
extern void pa_evidence_keep(PaExecution *execution);

/*
 * Returns an execution to be filled in, among the active ones, or NULL when
 * there is no memory for it.
 */
static inline PaExecution *
pa_execution_obtain(void)
{
	PaExecution *execution;

	if (unlikely(pa_spare == NULL) && !pa_execution_make_spare())
		return NULL;
	execution = pa_spare;
	pa_spare = execution->next;
	execution->next = pa_active;
	pa_active = execution;
	return execution;
}

/*
 * Moves an execution from the active to the spare ones.
 */
static inline void
pa_execution_release(PaExecution *execution)
{
	PaExecution **link = &pa_active;

	while (*link != NULL && *link != execution)
		link = &(*link)->next;
	if (*link == NULL)
		return;
	*link = execution->next;
	execution->query_desc = NULL;
	execution->next = pa_spare;
	pa_spare = execution;
}

/*
 * Returns the execution of a query, or NULL when it is not recorded.
 */
static inline PaExecution *
pa_execution_of(const QueryDesc *queryDesc)
{
	for (PaExecution *x = pa_active; x != NULL; x = x->next)
		if (likely(x->query_desc == queryDesc))
			return x;
	return NULL;
}

/*
 * Remembers the time that planning a statement took until it runs.
 */
static inline void
pa_plan_time_add(uint64 queryid, double plan_time)
{
	PaPlanTime *slot = &pa_plan_times[++pa_plan_times_made % PA_PLAN_TIMES];

	if (likely(slot->queryid == 0))
		pa_plan_times_awaiting++;
	slot->queryid = queryid;
	slot->plan_time = plan_time;
}

/*
 * Returns the planning time of a statement that now runs, and forgets it.
 */
static inline double
pa_plan_time_take(uint64 queryid)
{
	if (pa_plan_times_awaiting == 0)
		return 0.0;
	for (uint32 i = 0; i < PA_PLAN_TIMES; i++)
	{
		PaPlanTime *slot = &pa_plan_times[(pa_plan_times_made - i) % PA_PLAN_TIMES];

		if (slot->queryid == queryid)
		{
			slot->queryid = 0;
			pa_plan_times_awaiting--;
			return slot->plan_time;
		}
	}
	return 0.0;
}

#endif							/* PERFADVISOR_RECORD_EXECUTION_H */
