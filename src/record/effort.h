/*
 * effort.h
 *	  Effort that an execution's result does not show: rows that OFFSET
 *	  skipped, memory that sorts and hashes lacked, portions in which a client
 *	  fetched. Private to the record room.
 */
#ifndef PERFADVISOR_RECORD_EFFORT_H
#define PERFADVISOR_RECORD_EFFORT_H

#include "nodes/execnodes.h"
#include "record/recorder.h"

#define PA_EFFORT_OFFSET 100	/* fewer rows skipped are nothing */
#define PA_EFFORT_PORTIONS 2000	/* smaller results nobody needs to divide */

extern void pa_effort_keep(const PaExecution *execution);

/*
 * Tells whether a client fetched a large result in portions, as drivers do that
 * have a fetch size: the executor counts the rows of the last one.
 */
static inline bool
pa_effort_has_portions(const PaExecution *execution)
{
	return execution->clock.measure.rows >= PA_EFFORT_PORTIONS && execution->key.toplevel &&
		execution->query_desc->operation == CMD_SELECT &&
		execution->query_desc->estate->es_processed < execution->clock.measure.rows;
}

/*
 * Takes note of an execution that has ended, and whose plan's state is still
 * there: top, or NULL.
 */
static inline void
pa_effort_note(const PaExecution *execution, const PlanState *top)
{
	if (unlikely(execution->clock.measure.temp_blks_written > 0 ||
				 (top != NULL && IsA(top, LimitState) &&
				  ((const LimitState *) top)->offset >= PA_EFFORT_OFFSET) ||
				 pa_effort_has_portions(execution)))
		pa_effort_keep(execution);
}

#endif							/* PERFADVISOR_RECORD_EFFORT_H */
