/*
 * effort.h
 *	  Effort that an execution's result does not show: rows that OFFSET
 *	  skipped, memory that sorts and hashes lacked. Private to the record room.
 */
#ifndef PERFADVISOR_RECORD_EFFORT_H
#define PERFADVISOR_RECORD_EFFORT_H

#include "nodes/execnodes.h"
#include "record/recorder.h"

#define PA_EFFORT_OFFSET 100	/* fewer rows skipped are nothing */

extern void pa_effort_keep(const PaExecution *execution);

/*
 * Takes note of an execution that has ended, and whose plan's state is still
 * there: top, or NULL.
 */
static inline void
pa_effort_note(const PaExecution *execution, const PlanState *top)
{
	if (unlikely(execution->clock.measure.temp_blks_written > 0 ||
				 (top != NULL && IsA(top, LimitState) &&
				  ((const LimitState *) top)->offset >= PA_EFFORT_OFFSET)))
		pa_effort_keep(execution);
}

#endif							/* PERFADVISOR_RECORD_EFFORT_H */
