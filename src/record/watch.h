/*
 * watch.h
 *	  Which parameters a statement repeats, and after how long. Private to the
 *	  record room.
 */
#ifndef PERFADVISOR_RECORD_WATCH_H
#define PERFADVISOR_RECORD_WATCH_H

#include "record/recorder.h"

#define PA_WATCH_TTLS 5			/* times that a result could be kept */
#define PA_WATCH_CALLS 32		/* every so many executions of a session count
								 * for the most common parameters; a power of two */

/* What was seen of a statement; see watch.c */
typedef struct PaRepeats
{
	PaStatementKey key;
	TimestampTz since;
	double		calls;
	double		distinct;		/* sets of parameters, estimated */
	double		hit_rates[PA_WATCH_TTLS];	/* of a cache, by how long it keeps */
} PaRepeats;

extern const int pa_watch_ttls[PA_WATCH_TTLS];	/* seconds */

extern void pa_watch_init(void);
extern void pa_watch_look(PaPending *pending, const PaEntryRef *ref);
extern void pa_watch_push(const PaExecution *execution, bool by_hash);
extern void pa_watch_note_elsewhere(const PaExecution *execution);
extern void pa_watch_flush(void);
extern List *pa_watch_read(void);
extern void pa_watch_reset(void);

/*
 * Tells whether parameters are among those followed at a level: one in
 * 2 ^ level sets of parameters.
 */
static inline bool
pa_watch_follows(uint64 hash, uint32 level)
{
	return (hash >> (63 - level)) >> 1 == 0;
}

/*
 * Takes note of what an execution that has ended ran with. No lock, except
 * every so many times; no allocation, no error.
 */
static inline void
pa_watch_note(const PaExecution *execution)
{
	const PaPending *pending = execution->place.pending;

	if (pending != NULL)
	{
		bool		by_hash;

		if (pending->watch == 0)
			return;
		by_hash = pa_watch_follows(execution->params_hash, pending->watch_level);
		if (by_hash || pending->calls % PA_WATCH_CALLS == 0)
			pa_watch_push(execution, by_hash);
	}
	else
		pa_watch_note_elsewhere(execution);
}

#endif							/* PERFADVISOR_RECORD_WATCH_H */
