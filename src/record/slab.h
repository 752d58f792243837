/*
 * slab.h
 *	  What a backend has counted and the statement table has not yet. Private
 *	  to the record room.
 */
#ifndef PERFADVISOR_RECORD_SLAB_H
#define PERFADVISOR_RECORD_SLAB_H

#include "record/table.h"

#define PA_PENDING_CELLS 32		/* a power of two */

/* A bucket of a latency histogram that is not empty; unused while count is 0 */
typedef struct PaPendingCell
{
	uint16		bucket;
	uint16		count;
} PaPendingCell;

/*
 * What one backend has pending for one statement. Written by its owner only,
 * read by everybody; see slab.c.
 */
typedef struct PaPending
{
	uint32		changecount;	/* odd while the owner changes the rest */
	int32		index;			/* of the statement's entry */
	uint64		generation;		/* 0: the slot is free */
	uint32		until_sample;	/* for the owner: see pa_place_claim_sample() */
	uint32		ncells;			/* in use */
	uint32		calls;
	uint32		failures;
	int64		rows;
	uint64		total_ns;		/* as the next two; of successes */
	uint64		min_ns;
	uint64		max_ns;
	double		sum_squares;	/* ns^2 */
	uint64		failed_ns;
	double		plan_time;		/* ms */
	int64		shared_blks_hit;
	int64		shared_blks_read;
	int64		temp_blks_written;
	uint64		wal_bytes;
	TimestampTz first_seen;
	TimestampTz last_seen;
	PaPendingCell cells[PA_PENDING_CELLS];
} PaPending;

/* A backend's slots */
typedef struct PaSlab
{
	uint32		used;			/* slots that are not free */
	uint32		folds;			/* of slots */
	uint32		skipped;		/* folds put off because of a reader */
	PaPending	slots[FLEXIBLE_ARRAY_MEMBER];
} PaSlab;

/* Where the executions of a statement are counted */
typedef struct PaPlace
{
	PaEntryRef	ref;
	PaPending  *pending;		/* this backend's, or NULL: in the entry */
} PaPlace;

/* slab.c: the slabs, and what their owner does */
extern PaSlab *pa_slab_mine;
extern TimestampTz pa_slab_fold_at;

extern void pa_slab_init(void);
extern int	pa_slab_slots(void);
extern PaSlab *pa_slab_of(int number);
extern int	pa_slab_count(void);
extern PaPending *pa_slab_obtain(const PaEntryRef *ref);
extern bool pa_slab_look_again(void);
extern void pa_slab_usage(PaUsage *usage, uint64 *folds, uint64 *skipped);
extern bool pa_place_add(const PaPlace *place, const PaMeasure *measure);
extern bool pa_place_look_for_sample(const PaPlace *place);
extern void pa_place_sample_next(const PaPlace *place);

/* fold.c: from the slabs to the table, and to its readers */
extern bool pa_fold_pending(PaPending *pending);
extern void pa_fold_slab(TimestampTz now);
extern void pa_fold_at_exit(int code, Datum argument);
extern void pa_pending_merge(const PaPending *pending, PaEntry *into);
extern void pa_pending_each(int partition,
							void (*function) (const PaPending *, void *),
							void *argument);

/*
 * Tells whether a slot is that of an entry.
 */
static inline bool
pa_pending_is_of(const PaPending *pending, const PaEntryRef *ref)
{
	return pending->generation == ref->generation && pending->index == ref->index;
}

/*
 * Returns the executions that a slot holds.
 */
static inline int64
pa_pending_executions(const PaPending *pending)
{
	return (int64) pending->calls + pending->failures;
}

/*
 * Tells whether the execution that now starts is to be sampled. The table is
 * looked at when this backend has run the statement often enough since it
 * last looked.
 */
static inline bool
pa_place_claim_sample(const PaPlace *place)
{
	PaPending  *pending = place->pending;

	if (likely(pending != NULL && pending->until_sample > 0))
	{
		pending->until_sample--;
		return false;
	}
	return pa_place_look_for_sample(place);
}

/*
 * Begins and ends a change of a slot by its owner: nothing in between may
 * raise an error.
 */
static inline void
pa_pending_begin_change(PaPending *pending)
{
	((volatile PaPending *) pending)->changecount++;
	pg_write_barrier();
}

static inline void
pa_pending_end_change(PaPending *pending)
{
	pg_write_barrier();
	((volatile PaPending *) pending)->changecount++;
}

#endif							/* PERFADVISOR_RECORD_SLAB_H */
