/*
 * counters.c
 *	  What happens to an entry's counters, under its mutex and nothing else.
 *
 * Everything here is a handful of adds: no allocation, no clock, no error,
 * so that it may also run in the error path. What the executions of a
 * statement are is the entry's own count and what backends have pending;
 * here only the caller's own is known of the latter.
 */
#include "postgres.h"

#include <math.h>

#include "storage/spin.h"

#include "record/recorder.h"

#define MAX_USAGE 5
#define FIRST_SAMPLES 3			/* executions that are all sampled */
#define MAX_SAMPLE_STEP 4096	/* executions between two samples, at most */
#define UNUSUAL_BUCKETS 9		/* of the histogram: half as long again, or as short */
#define UNUSUAL_AFTER 16		/* executions that make what is usual of late */
#define UNUSUAL_MIN 5000		/* ns; what takes less is nothing */
#define UNUSUAL_MAX 1000000		/* ns; plans.c looks at all longer executions */
#define UNUSUAL_SAMPLES 4		/* executions that are sampled then */
#define UNUSUAL_EVERY INT64CONST(15000000)	/* us from one time to the next, in the long run */
#define UNUSUAL_AT_ONCE 4		/* times that may come at once */

/*
 * Adds the time of a successful execution. Caller holds the mutex.
 */
static inline void
add_time(PaEntry *entry, uint64 ns)
{
	PaCounters *c = &entry->counters;
	double		ms = (int64) ns / 1000000.0;
	int			bucket = pa_histogram_bucket(ns);

	if (c->calls == 0 || ms < c->min_time)
		c->min_time = ms;
	if (ms > c->max_time)
		c->max_time = ms;
	c->total_time += ms;
	c->sum_squares += ms * ms;
	pa_histogram_add(entry->histogram, bucket, 1);
}

/*
 * Has the next executions sampled. Caller holds the mutex.
 */
static inline void
sample_several(PaEntry *entry)
{
	entry->counters.samples_due = UNUSUAL_SAMPLES;
	entry->next_sample = 0;
}

/*
 * Compares what so many executions took on average with what is usual, and
 * has some sampled when that has changed: another plan would otherwise not be
 * seen before the next sample, which may be thousands of executions away. Of
 * times their logarithms count, as buckets of the histogram, so that the first
 * execution of a session, which is slow, changes little. Statements whose
 * times vary by nature are sampled for it now and then, but not all the time.
 * Caller holds the mutex.
 */
static inline void
notice_unusual(PaEntry *entry, uint64 ns, int64 n, TimestampTz now)
{
	PaCounters *c = &entry->counters;
	float		weight = Min(n, UNUSUAL_AFTER) / (float) UNUSUAL_AFTER;
	float		bucket = pa_histogram_bucket(ns);

	if (c->usual == 0)
		c->usual = c->of_late = bucket;
	c->of_late += (bucket - c->of_late) * weight;
	c->usual += (c->of_late - c->usual) * weight / UNUSUAL_AFTER;
	if (likely(fabsf(c->of_late - c->usual) < UNUSUAL_BUCKETS))
		return;
	if (ns > UNUSUAL_MIN && ns < UNUSUAL_MAX)
	{
		if (now < c->unusual_next && now > c->unusual_next - UNUSUAL_EVERY)
			return;				/* and not the clock was set back */
		sample_several(entry);
		c->unusual_next = Max(c->unusual_next, now - (UNUSUAL_AT_ONCE - 1) * UNUSUAL_EVERY) +
			UNUSUAL_EVERY;
	}
	c->usual = c->of_late = bucket;
}

/*
 * Adds one execution to its statement. Returns false when the entry was
 * evicted. Also called in the error path.
 */
bool
pa_entry_add(const PaEntryRef *ref, const PaMeasure *m)
{
	PaEntry    *entry = pa_table_entry(ref->index);
	PaCounters *c = &entry->counters;

	SpinLockAcquire(&entry->mutex);
	if (entry->generation != ref->generation)
	{
		SpinLockRelease(&entry->mutex);
		return false;
	}
	if (c->calls + c->failures == 0)
		c->first_seen = m->started_at;
	if (m->started_at > c->last_seen)
		c->last_seen = m->started_at;
	if (m->failed)
	{
		c->failures++;
		c->failed_time += m->elapsed_ns / 1000000.0;
	}
	else
	{
		add_time(entry, m->elapsed_ns);
		notice_unusual(entry, m->elapsed_ns, 1, m->started_at);
		c->calls++;
		c->rows += m->rows;
	}
	c->total_plan_time += m->plan_time;
	c->shared_blks_hit += m->shared_blks_hit;
	c->shared_blks_read += m->shared_blks_read;
	c->temp_blks_written += m->temp_blks_written;
	c->wal_bytes += m->wal_bytes;
	if (entry->usage < MAX_USAGE)
		entry->usage++;
	SpinLockRelease(&entry->mutex);
	return true;
}

/*
 * Returns the execution to sample after execution number n was sampled: each
 * of the first, then half as far again every time, up to a fixed step.
 */
static int64
sample_after(int64 n)
{
	if (n < FIRST_SAMPLES)
		return n + 1;
	return n + Min(Max(n / 2, 1), MAX_SAMPLE_STEP);
}

/*
 * Adds what a backend has pending to its entry. Returns false when that is
 * gone. *left is the number of executions until the next that is sampled.
 * Caller holds the partition's fold lock.
 */
bool
pa_entry_fold(const PaEntryRef *ref, const PaPending *pending, int64 *left)
{
	PaEntry    *entry = pa_table_entry(ref->index);
	bool		current;

	SpinLockAcquire(&entry->mutex);
	current = entry->generation == ref->generation;
	if (current)
	{
		pa_pending_merge(pending, entry);
		entry->usage = Min(entry->usage + pa_pending_executions(pending), MAX_USAGE);
		if (pending->calls > 0)
			notice_unusual(entry, pending->total_ns / pending->calls, pending->calls,
						   pending->last_seen);
		*left = entry->next_sample - entry->counters.calls - entry->counters.failures;
	}
	SpinLockRelease(&entry->mutex);
	*left = Max(*left, 0);
	return current;
}

/*
 * Tells whether the execution that now starts is to be sampled, and if so
 * keeps others from sampling as well. own is what the caller has pending.
 * *left is the number of executions after which to ask again. Takes no lock
 * when the answer is no.
 */
bool
pa_entry_claim_sample(const PaEntryRef *ref, int64 own, int64 *left)
{
	PaEntry    *entry = pa_table_entry(ref->index);
	volatile PaEntry *peek = entry;
	int64		n = peek->counters.calls + peek->counters.failures + own;
	bool		claimed = false;

	*left = peek->next_sample - n - 1;
	if (*left >= 0)
		return false;

	SpinLockAcquire(&entry->mutex);
	if (entry->generation == ref->generation)
	{
		n = entry->counters.calls + entry->counters.failures + own;
		claimed = n >= entry->next_sample;
		if (claimed && entry->counters.samples_due > 0)
		{
			entry->counters.samples_due--;
			entry->next_sample = n + 1;
		}
		else if (claimed)
			entry->next_sample = sample_after(n);
		*left = entry->next_sample - n - 1;
	}
	SpinLockRelease(&entry->mutex);
	*left = Max(*left, 0);
	return claimed;
}

/*
 * Has the next execution sampled. own is what the caller has pending.
 */
void
pa_entry_sample_next(const PaEntryRef *ref, int64 own)
{
	PaEntry    *entry = pa_table_entry(ref->index);

	SpinLockAcquire(&entry->mutex);
	if (entry->generation == ref->generation)
		entry->next_sample = entry->counters.calls + entry->counters.failures + own;
	SpinLockRelease(&entry->mutex);
}

/*
 * Has the next executions sampled, some one after the other.
 */
void
pa_entry_sample_several(const PaEntryRef *ref)
{
	PaEntry    *entry = pa_table_entry(ref->index);

	SpinLockAcquire(&entry->mutex);
	if (entry->generation == ref->generation)
		sample_several(entry);
	SpinLockRelease(&entry->mutex);
}

/*
 * Adds what compiling an execution's expressions took, ms.
 */
void
pa_entry_add_jit(const PaEntryRef *ref, int64 functions, double jit_time)
{
	PaEntry    *entry = pa_table_entry(ref->index);

	SpinLockAcquire(&entry->mutex);
	if (entry->generation == ref->generation)
	{
		entry->counters.jit_functions += functions;
		entry->counters.jit_time += jit_time;
	}
	SpinLockRelease(&entry->mutex);
}

/*
 * Returns how many executions the sampled one that just ended stands for:
 * all since the last sampled one, as far as the table and this backend know.
 * Notes the rows it read by sequential scans. 0 when the entry is gone or
 * another sample was faster. *upto is the number of executions that are
 * accounted for now.
 */
int64
pa_entry_weigh(const PaPlace *place, double seq_rows, int64 *upto)
{
	PaEntry    *entry = pa_table_entry(place->ref.index);
	PaCounters *c = &entry->counters;
	PaPending  *pending = place->pending;
	int64		own = 0;
	int64		weight = 0;

	if (pending != NULL && pa_pending_is_of(pending, &place->ref))
		own = pa_pending_executions(pending);
	SpinLockAcquire(&entry->mutex);
	if (entry->generation == place->ref.generation)
	{
		*upto = c->calls + c->failures + own;
		weight = *upto - c->sampled_upto;
		if (weight > 0)
		{
			c->sampled_upto = *upto;
			c->seq_rows += weight * seq_rows;
			c->last_seq_rows = seq_rows;
		}
	}
	SpinLockRelease(&entry->mutex);
	return Max(weight, 0);
}
