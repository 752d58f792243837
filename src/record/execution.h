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

/* active.c */
extern PA_HIDDEN PaExecution *pa_active;	/* the latest first */
extern PA_HIDDEN PaExecution pa_lone_execution; /* the client's that began while there was no
													 * other, so that its next is NULL */
extern PA_HIDDEN PaExecution *pa_spare; /* nodes to be used again, but for that one */

extern void pa_active_init(void);
extern PaExecution *pa_execution_obtain(void);
extern void pa_execution_unlink(PaExecution *execution);
extern void pa_execution_drop(PaExecution *execution);

/* plan_times.c */
typedef struct PaPlanTime
{
	uint64		queryid;		/* 0: free */
	double		plan_time;		/* ms */
} PaPlanTime;

extern PA_HIDDEN int pa_plan_times_awaiting;	/* an execution */
extern PA_HIDDEN PaPlanTime pa_plan_time_latest;

extern void pa_plan_time_put_off(void);
extern double pa_plan_time_take_older(uint64 queryid);

/* place.c */
extern void pa_place_find(PaExecution *execution);

/* evidence.c */
extern void pa_execution_sample(PaExecution *execution);
extern void pa_evidence_keep(PaExecution *execution);

/*
 * Moves an execution from the active to the spare ones.
 */
static inline void
pa_execution_release(PaExecution *execution)
{
	if (likely(execution == &pa_lone_execution && execution == pa_active))
	{
		pa_active = NULL;
		execution->query_desc = NULL;
	}
	else
		pa_execution_unlink(execution);
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
	if (unlikely(pa_plan_time_latest.queryid != 0))
		pa_plan_time_put_off();
	pa_plan_times_awaiting++;
	pa_plan_time_latest.queryid = queryid;
	pa_plan_time_latest.plan_time = plan_time;
}

/*
 * Returns the planning time of a statement that now runs, and forgets it.
 */
static inline double
pa_plan_time_take(uint64 queryid)
{
	if (pa_plan_times_awaiting == 0)
		return 0.0;
	if (unlikely(pa_plan_time_latest.queryid != queryid))
		return pa_plan_time_take_older(queryid);
	pa_plan_times_awaiting--;
	pa_plan_time_latest.queryid = 0;
	return pa_plan_time_latest.plan_time;
}

#endif							/* PERFADVISOR_RECORD_EXECUTION_H */
