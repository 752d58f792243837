/*
 * counters.c
 *	  What happens to an entry's counters, under its mutex and nothing else.
 *
 * Everything here is a handful of adds: no allocation, no clock, no error,
 * so that it may also run in the error path.
 */
#include "postgres.h"

#include "storage/spin.h"

#include "record/recorder.h"

#define MAX_USAGE 5
#define FIRST_SAMPLES 3			/* executions that are all sampled */
#define MAX_SAMPLE_STEP 4096	/* executions between two samples, at most */

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
	if (entry->histogram[bucket] < PG_UINT32_MAX)
		entry->histogram[bucket]++;
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
 * of the first, then twice as far every time, up to a fixed step.
 */
static int64
sample_after(int64 n)
{
	if (n < FIRST_SAMPLES)
		return n + 1;
	return n + Min(n, MAX_SAMPLE_STEP);
}

/*
 * Tells whether the execution that now starts is to be sampled, and if so
 * keeps others from sampling as well. Costs a comparison when it is not.
 */
bool
pa_entry_claim_sample(const PaEntryRef *ref)
{
	PaEntry    *entry = pa_table_entry(ref->index);
	volatile PaEntry *peek = entry;
	bool		claimed = false;

	if (peek->counters.calls + peek->counters.failures < peek->next_sample)
		return false;

	SpinLockAcquire(&entry->mutex);
	if (entry->generation == ref->generation)
	{
		int64		n = entry->counters.calls + entry->counters.failures;

		claimed = n >= entry->next_sample;
		if (claimed)
			entry->next_sample = sample_after(n);
	}
	SpinLockRelease(&entry->mutex);
	return claimed;
}

/*
 * Has the next execution sampled, because this one was out of the ordinary.
 */
void
pa_entry_sample_next(const PaEntryRef *ref)
{
	PaEntry    *entry = pa_table_entry(ref->index);

	SpinLockAcquire(&entry->mutex);
	if (entry->generation == ref->generation)
		entry->next_sample = entry->counters.calls + entry->counters.failures;
	SpinLockRelease(&entry->mutex);
}

/*
 * Returns how many executions the sampled one that just ended stands for:
 * all since the last sampled one. Notes the rows it read by sequential
 * scans. 0 when the entry is gone or another sample was faster. *upto is the
 * number of executions that are accounted for now.
 */
int64
pa_entry_weigh(const PaEntryRef *ref, double seq_rows, int64 *upto)
{
	PaEntry    *entry = pa_table_entry(ref->index);
	PaCounters *c = &entry->counters;
	int64		weight = 0;

	SpinLockAcquire(&entry->mutex);
	if (entry->generation == ref->generation)
	{
		*upto = c->calls + c->failures;
		weight = *upto - c->sampled_upto;
		c->sampled_upto = *upto;
		c->seq_rows += weight * seq_rows;
		c->last_seq_rows = seq_rows;
	}
	SpinLockRelease(&entry->mutex);
	return weight;
}
