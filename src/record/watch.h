/*
 * watch.h
 *	  The statements of which it is followed what parameters they repeat.
 *	  Private to the record room.
 */
#ifndef PERFADVISOR_RECORD_WATCH_H
#define PERFADVISOR_RECORD_WATCH_H

#include "record/repeats.h"

#define PA_WATCH_CALLS 16		/* every so many executions of a session count
								 * for the most common parameters; a power of two */

extern void pa_watch_init(void);
extern void pa_watch_look(PaPending *pending, const PaEntryRef *ref);
extern void pa_watch_push(const PaExecution *execution);
extern void pa_watch_note_elsewhere(const PaExecution *execution);
extern void pa_watch_flush(void);
extern List *pa_watch_read(void);
extern void pa_watch_reset(void);

/*
 * Takes note of what an execution that has ended ran with. No lock, except
 * every so many times; no allocation, no error.
 */
static inline void
pa_watch_note(const PaExecution *execution)
{
	const PaPending *pending = execution->place.pending;

	if (unlikely(pending == NULL))
		pa_watch_note_elsewhere(execution);
	else if (unlikely(execution->params_hash < pending->watch_limit ||
					  pending->calls % PA_WATCH_CALLS == 0))
		pa_watch_push(execution);
}

#endif							/* PERFADVISOR_RECORD_WATCH_H */
