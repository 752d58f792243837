/*
 * fold.c
 *	  How what backends have pending gets into the statement table, and to
 *	  those who read it.
 *
 * Folding adds a slot to its entry and empties it. In between a reader could
 * see both, or neither; so there is a lock for each partition of the table
 * that whoever folds holds shared and whoever reads holds exclusively, for
 * the time it takes to copy a partition. Nobody who runs a statement waits
 * for it: he folds later.
 *
 * What is pending for an entry that was evicted counts as lost with it; what
 * was pending when everything was reset is forgotten with the rest.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "storage/spin.h"
#include "utils/timestamp.h"

#include "base/fault.h"
#include "record/recorder.h"
#include "record/watch.h"

#define FOLD_EVERY 1000000		/* us */
#define FOLD_JITTER 250000		/* us: so that backends do not fold at once */
#define FOLD_AGAIN 50000		/* us, when somebody read */
#define RARE 8					/* executions in FOLD_EVERY */
#define PA_NS_PER_MS 1000000.0
#define SPINS 1000

/*
 * Adds what is pending to an entry or a copy of one. Caller holds the
 * entry's mutex, unless it is a copy.
 */
void
pa_pending_merge(const PaPending *pending, PaEntry *into)
{
	PaCounters *c = &into->counters;

	if (pa_pending_executions(pending) == 0)
		return;
	if (c->calls + c->failures == 0 || pending->first_seen < c->first_seen)
		c->first_seen = pending->first_seen;
	if (pending->last_seen > c->last_seen)
		c->last_seen = pending->last_seen;
	if (pending->calls > 0)
	{
		if (c->calls == 0 || pending->min_ns / PA_NS_PER_MS < c->min_time)
			c->min_time = pending->min_ns / PA_NS_PER_MS;
		if (pending->max_ns / PA_NS_PER_MS > c->max_time)
			c->max_time = pending->max_ns / PA_NS_PER_MS;
	}
	c->calls += pending->calls;
	c->failures += pending->failures;
	c->rows += pending->rows;
	c->total_time += pending->total_ns / PA_NS_PER_MS;
	c->sum_squares += pending->sum_squares / (PA_NS_PER_MS * PA_NS_PER_MS);
	c->failed_time += pending->failed_ns / PA_NS_PER_MS;
	c->total_plan_time += pending->plan_time;
	c->shared_blks_hit += pending->shared_blks_hit;
	c->shared_blks_read += pending->shared_blks_read;
	c->temp_blks_written += pending->temp_blks_written;
	c->wal_bytes += pending->wal_bytes;
	for (int i = 0; i < PA_PENDING_CELLS; i++)
	{
		const PaPendingCell *cell = &pending->cells[i];

		if (cell->count > 0)
			pa_histogram_add(into->histogram, Min(cell->bucket, PA_HISTOGRAM_BUCKETS) - 1,
							 cell->count);
	}
}

/*
 * Empties a slot, which goes on belonging to its entry unless it is freed.
 */
static void
empty_slot(PaPending *pending, bool freed)
{
	pa_pending_begin_change(pending);
	memset(&pending->ncells, 0, sizeof(PaPending) - offsetof(PaPending, ncells));
	pending->min_ns = PG_UINT64_MAX;
	if (freed)
		pending->generation = 0;
	pa_pending_end_change(pending);
	if (freed)
		pa_slab_mine->used--;
}

/*
 * Folds a slot of this backend. Returns false when somebody reads and it was
 * left as it is. Not for the error path.
 */
bool
pa_fold_pending(PaPending *pending)
{
	LWLock	   *lock = pa_table_fold_lock(pa_table_partition_of(pending->index));
	PaEntryRef	ref = {pending->index, pending->generation};
	int64		left = 0;
	bool		current;

	if (!LWLockConditionalAcquire(lock, LW_SHARED))
	{
		pa_slab_mine->skipped++;
		return false;
	}
	current = pa_entry_fold(&ref, pending, &left);
	PA_FAULT("fold");
	if (!current)
		pa_table_count_lost(&ref, pa_pending_executions(pending));
	empty_slot(pending, !current);
	LWLockRelease(lock);

	pending->until_sample = Min(left, PG_UINT32_MAX);
	if (current)
		pa_watch_look(pending, &ref);
	pa_slab_mine->folds++;
	return true;
}

/*
 * Folds all slots of this backend, and frees those that were not used since
 * the last time, or hardly while others found none. Returns false when some
 * were left.
 */
static bool
fold_slots(void)
{
	bool		missed = pa_slab_look_again();
	bool		all = true;

	for (int i = 0; i < pa_slab_slots(); i++)
	{
		PaPending  *pending = &pa_slab_mine->slots[i];
		int64		executions = pa_pending_executions(pending);

		if (pending->generation == 0)
			continue;
		if (executions > 0 && !pa_fold_pending(pending))
			all = false;
		else if (pending->generation != 0 &&
				 (executions == 0 || (missed && executions < RARE)))
			empty_slot(pending, true);
	}
	return all;
}

/*
 * Folds this backend's slab, if that is due; now is the time, or not long ago.
 */
void
pa_fold_slab(TimestampTz now)
{
	pa_concurrency_flush();
	pa_watch_flush();
	if (pa_slab_mine == NULL)
		pa_slab_fold_at = PG_INT64_MAX;
	else if (fold_slots())
		pa_slab_fold_at = now + FOLD_EVERY + pa_mix64(pa_my_proc_number()) % FOLD_JITTER;
	else
		pa_slab_fold_at = now + FOLD_AGAIN;
}

/*
 * Folds when the backend ends. What somebody reads just then stays, for the
 * next backend with this slab.
 */
void
pa_fold_at_exit(int code, Datum argument)
{
	pa_watch_flush();
	(void) fold_slots();
	pa_slab_fold_at = PG_INT64_MAX;
}

/*
 * Copies a slot of any backend, as it was at one moment.
 */
static void
copy_slot(const PaPending *shared, PaPending *copy)
{
	for (int spins = 1;; spins++)
	{
		uint32		before = ((volatile const PaPending *) shared)->changecount;

		pg_read_barrier();
		memcpy(copy, shared, sizeof(PaPending));
		pg_read_barrier();
		if (before == ((volatile const PaPending *) shared)->changecount &&
			before % 2 == 0)
			return;
		/* The owner is in the middle of some adds, and may have been put to sleep */
		if (spins % SPINS == 0)
			pg_usleep(100);
	}
}

/*
 * Calls a function with a copy of each slot of one partition's entries that
 * is not free, whether its entry is still there or not. Caller holds the
 * partition's fold lock exclusively; the function must not raise errors.
 */
void
pa_pending_each(int partition, void (*function) (const PaPending *, void *),
				void *argument)
{
	int			nslots = pa_slab_slots();

	for (int i = 0; i < pa_slab_count(); i++)
	{
		PaSlab	   *slab = pa_slab_of(i);

		if (((volatile PaSlab *) slab)->used == 0)
			continue;
		for (int j = 0; j < nslots; j++)
		{
			volatile PaPending *shared = &slab->slots[j];
			PaPending	copy;

			if (shared->generation == 0 ||
				pa_table_partition_of(shared->index) != partition)
				continue;
			copy_slot(&slab->slots[j], &copy);
			if (copy.generation != 0 &&
				pa_table_partition_of(copy.index) == partition)
				function(&copy, argument);
		}
	}
}
