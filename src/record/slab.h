/*
 * slab.h
 *	  What a backend has counted and the statement table has not yet. Private
 *	  to the record room.
 */
#ifndef PERFADVISOR_RECORD_SLAB_H
#define PERFADVISOR_RECORD_SLAB_H

#include "record/table.h"

#define PA_PENDING_CELLS 32		/* a power of two */
#define PA_PENDING_CELLS_FULL (PA_PENDING_CELLS * 3 / 4)

/* A bucket of a latency histogram that is not empty */
typedef struct PaPendingCell
{
	uint16		bucket;			/* its number plus 1, which may be above that of
								 * the last; 0: the cell is free */
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
	uint32		watch;			/* for the owner, as the next: the statement's
								 * watch plus 1, or 0; see watch.c */
	uint64		watch_limit;	/* hashes of parameters below this are followed */
	uint32		ncells;			/* in use */
	uint32		calls;
	uint32		failures;
	int64		rows;
	uint64		total_ns;		/* as the next two; of successes */
	uint64		min_ns;			/* the highest number while there is none */
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

	/* Since the server started, by all who had this slab */
	uint64		folds;			/* of slots */
	uint64		skipped;		/* folds put off because of a reader */
	uint64		sampled;		/* executions */
	uint64		sampling_ns;	/* spent on these */
	PaPending	slots[FLEXIBLE_ARRAY_MEMBER];
} PaSlab;

/* What slabs hold, and what their owners did since the server started */
typedef struct PaSlabState
{
	int64		used;			/* slots */
	int64		room;
	uint64		folds;
	uint64		skipped;
	uint64		sampled;
	uint64		sampling_ns;
} PaSlabState;

/* Where the executions of a statement are counted */
typedef struct PaPlace
{
	PaEntryRef	ref;
	PaPending  *pending;		/* this backend's, or NULL: in the entry */
	PaEntry    *entry;			/* that ref has the number of */
} PaPlace;

/*
 * Says where a statement is counted that has no slot yet.
 */
static inline void
pa_place_set(PaPlace *place, const PaEntryRef *ref)
{
	place->ref = *ref;
	place->pending = NULL;
	place->entry = pa_table_entry(ref->index);
}

/*
 * Tells whether a place is still that of its statement, without a lock.
 */
static inline bool
pa_place_is_current(const PaPlace *place)
{
	return ((volatile PaEntry *) place->entry)->generation == place->ref.generation;
}

/* counters.c: what happens under an entry's mutex */
extern bool pa_entry_add(const PaEntryRef *ref, const PaMeasure *measure);
extern bool pa_entry_fold(const PaEntryRef *ref, const PaPending *pending,
						  int64 *left);
extern bool pa_entry_claim_sample(const PaEntryRef *ref, int64 own, int64 *left);
extern void pa_entry_sample_next(const PaEntryRef *ref, int64 own);
extern void pa_entry_sample_several(const PaEntryRef *ref);
extern void pa_entry_add_jit(const PaEntryRef *ref, int64 functions, double jit_time);
extern int64 pa_entry_weigh(const PaPlace *place, double seq_rows,
							int64 *upto);

/* slab.c: the slabs, and what their owner does */
extern PA_HIDDEN PaSlab *pa_slab_mine;
extern PA_HIDDEN TimestampTz pa_slab_fold_at;

extern void pa_slab_init(void);
extern int	pa_slab_slots(void);
extern PaSlab *pa_slab_of(int number);
extern int	pa_slab_count(void);
extern PaPending *pa_slab_obtain(const PaEntryRef *ref);
extern bool pa_slab_look_again(void);
extern void pa_slab_attach(void);
extern void pa_slab_count_sampling(const instr_time *since, uint64 executions);
extern void pa_slab_state(PaSlabState *state);
extern bool pa_place_add(const PaPlace *place, const PaMeasure *measure);
extern bool pa_place_look_for_sample(const PaPlace *place);
extern void pa_place_sample_next(const PaPlace *place);
extern void pa_place_sample_several(const PaPlace *place);

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
	return pending->generation == ref->generation;
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
	pending->changecount++;
	pg_write_barrier();
}

static inline void
pa_pending_end_change(PaPending *pending)
{
	pg_write_barrier();
	pending->changecount++;
	pg_compiler_barrier();
}

/*
 * Returns the cell of a bucket, whose number plus 1 is given, or NULL when
 * there is none that can be counted in.
 */
static inline PaPendingCell *
pa_pending_cell(PaPending *pending, uint32 bucket)
{
	PaPendingCell *cell = &pending->cells[bucket % PA_PENDING_CELLS];

	while (unlikely(cell->bucket != bucket))
	{
		if (cell->bucket == 0)
			return NULL;
		if (++cell == &pending->cells[PA_PENDING_CELLS])
			cell = pending->cells;
	}
	return likely(cell->count < PG_UINT16_MAX) ? cell : NULL;
}

/*
 * Adds what successes and failures have in common. For the two below.
 */
static inline void
pa_pending_add_common(PaPending *pending, const PaMeasure *m)
{
	pending->last_seen = m->started_at;
	pending->plan_time += m->plan_time;
	pending->shared_blks_hit += m->shared_blks_hit;
	pending->shared_blks_read += m->shared_blks_read;
	pending->temp_blks_written += m->temp_blks_written;
	pending->wal_bytes += m->wal_bytes;
}

/*
 * Adds one execution that succeeded to a slot, in the cell of its time. Its
 * first one has made the cell, and noted when that was.
 */
static inline void
pa_pending_add(PaPending *pending, PaPendingCell *cell, const PaMeasure *m)
{
	double		time = (double) (int64) m->elapsed_ns;

	pa_pending_begin_change(pending);
	pa_pending_add_common(pending, m);
	if (m->elapsed_ns < pending->min_ns)
		pending->min_ns = m->elapsed_ns;
	if (m->elapsed_ns > pending->max_ns)
		pending->max_ns = m->elapsed_ns;
	pending->total_ns += m->elapsed_ns;
	pending->sum_squares += time * time;
	pending->calls++;
	pending->rows += m->rows;
	cell->count++;
	pa_pending_end_change(pending);
}

/*
 * Adds one execution that succeeded to its statement, where that is a few
 * adds. Returns false when it is not, having done nothing.
 */
static inline bool
pa_place_add_at_once(const PaPlace *place, const PaMeasure *m)
{
	PaPending  *pending = place->pending;
	PaPendingCell *cell;

	if (unlikely(!pa_place_is_current(place) || pending == NULL ||
				 !pa_pending_is_of(pending, &place->ref)))
		return false;
	cell = pa_pending_cell(pending, pa_histogram_bucket_unbounded(m->elapsed_ns) + 1);
	if (unlikely(cell == NULL))
		return false;
	pa_pending_add(pending, cell, m);
	return true;
}

#endif							/* PERFADVISOR_RECORD_SLAB_H */
