/*
 * forget.c
 *	  What the statement table forgets: entries that make room for others, and
 *	  everything at a reset. It keeps count of what is gone.
 *
 * When a partition is full a clock hand looks for an entry that was not used
 * since the hand last came by. A reset keeps entries and what they are, so
 * that prepared statements go on being identified. Locks: see table.c.
 */
#include "postgres.h"

#include "port/atomics.h"
#include "storage/spin.h"

#include "base/fault.h"
#include "record/recorder.h"

/*
 * Collects the samples of an entry, which then has none, or gives them back
 * at once without garbage. Caller holds the lock exclusively.
 */
static void
free_samples(PaEntry *entry, PaGarbage *garbage)
{
	for (int i = 0; i < PA_SAMPLES; i++)
	{
		if (garbage != NULL)
			garbage->pointers[garbage->count++] = entry->samples[i].blob;
		else
			pa_textstore_free(entry->samples[i].blob);
		memset(&entry->samples[i], 0, sizeof(PaSampleSlot));
	}
	entry->has_dearest = false;
}

/*
 * Gives back what was collected.
 */
void
pa_garbage_free(const PaGarbage *garbage)
{
	for (int i = 0; i < garbage->count; i++)
		pa_textstore_free(garbage->pointers[i]);
}

/*
 * Takes an entry out of its chain and forgets it. Caller holds the lock
 * exclusively.
 */
static void
evict_entry(PaPartition *partition, int32 index, PaGarbage *garbage)
{
	PaEntry    *entry = &pa_table_entries[index];
	int32	   *link;

	(void) pa_table_locate(entry->key.dbid, entry->key.queryid, entry->key.relhash, &link);
	while (*link != index)
		link = &pa_table_entries[*link].next;
	*link = entry->next;

	SpinLockAcquire(&entry->mutex);
	entry->generation = 0;
	SpinLockRelease(&entry->mutex);

	PA_FAULT("evict");
	pa_totals_evict(entry);
	partition->evicted++;
	partition->evicted_calls += entry->counters.calls + entry->counters.failures;
	if (entry->advisable)
		partition->forgotten++;
	garbage->pointers[garbage->count++] = entry->text;
	entry->text = InvalidDsaPointer;
	free_samples(entry, garbage);
}

/*
 * Returns an entry that may be overwritten: a free one, or the first under
 * the clock hand that was not used lately, whose strings are collected.
 * Caller holds the lock exclusively.
 */
int32
pa_table_obtain(int p, PaGarbage *garbage)
{
	PaPartition *partition = &pa_table->partitions[p];
	int32		index = partition->free;

	if (index != PA_NO_ENTRY)
	{
		partition->free = pa_table_entries[index].next;
		return index;
	}
	for (;;)
	{
		PaEntry    *entry;
		uint8		usage;

		index = p * pa_table->per_partition + partition->hand;
		partition->hand = (partition->hand + 1) % pa_table->per_partition;
		entry = &pa_table_entries[index];
		SpinLockAcquire(&entry->mutex);
		usage = entry->usage;
		if (usage > 0)
			entry->usage--;
		SpinLockRelease(&entry->mutex);
		if (usage == 0)
			break;
	}
	evict_entry(partition, index, garbage);
	return index;
}

/*
 * Zeroes what an entry has counted but keeps what it is, so that prepared
 * statements go on being identified. It gets a new generation, so that what
 * backends have pending from before is not added to it, and references are
 * looked up anew. Caller holds the lock exclusively.
 */
static void
reset_entry(PaPartition *partition, PaEntry *entry)
{
	if (entry->advisable && entry->counters.calls + entry->counters.failures > 0)
		partition->forgotten++;
	free_samples(entry, NULL);
	SpinLockAcquire(&entry->mutex);
	entry->generation = pa_next_generation(partition);
	entry->usage = 0;
	entry->next_sample = 0;
	entry->slowest_sample = 0;
	entry->dearest_sample = 0;
	memset(&entry->counters, 0, sizeof(entry->counters));
	memset(entry->histogram, 0, sizeof(entry->histogram));
	SpinLockRelease(&entry->mutex);
}

/*
 * Forgets all executions. Takes each partition's lock exclusively in turn.
 */
void
pa_table_reset(void)
{
	for (int p = 0; p < pa_table->npartitions; p++)
	{
		int			first = p * pa_table->per_partition;

		LWLockAcquire(pa_table_partition_lock(p), LW_EXCLUSIVE);
		pa_table->partitions[p].reset_generation = pa_table->partitions[p].generations;
		for (int i = first; i < first + pa_table->per_partition; i++)
			if (pa_table_entries[i].generation != 0)
				reset_entry(&pa_table->partitions[p], &pa_table_entries[i]);
		pa_table->partitions[p].evicted = 0;
		pa_table->partitions[p].evicted_calls = 0;
		LWLockRelease(pa_table_partition_lock(p));
	}
	pg_atomic_write_u64(&pa_table->lost, 0);
	pg_atomic_write_u64(&pa_table->evicted_before, 0);
}

/*
 * Adds up a number of each partition, under its lock.
 */
static uint64
sum_partitions(Size field)
{
	uint64		sum = 0;

	for (int p = 0; p < pa_table->npartitions; p++)
	{
		LWLockAcquire(pa_table_partition_lock(p), LW_SHARED);
		sum += *(uint64 *) ((char *) &pa_table->partitions[p] + field);
		LWLockRelease(pa_table_partition_lock(p));
	}
	return sum;
}

/*
 * Returns how many statements were evicted since the last reset.
 */
uint64
pa_table_evicted(void)
{
	return sum_partitions(offsetof(PaPartition, evicted));
}

/*
 * Returns how many of these since the server started.
 */
uint64
pa_table_evicted_lately(void)
{
	uint64		before = pg_atomic_read_u64(&pa_table->evicted_before);
	uint64		all = pa_table_evicted();

	return all > before ? all - before : 0;
}

/*
 * Adds to what was evicted, as known from before a restart. Only while
 * nobody else has the table.
 */
void
pa_table_restore_evicted(uint64 evicted, uint64 calls)
{
	pa_table->partitions[0].evicted += evicted;
	pa_table->partitions[0].evicted_calls += calls;
	pg_atomic_write_u64(&pa_table->evicted_before, evicted);
}

/*
 * Tells whether a reference is to an entry that was evicted, and not from
 * before the last reset.
 */
static bool
was_evicted(const PaEntryRef *ref)
{
	volatile PaPartition *partition =
		&pa_table->partitions[pa_table_partition_of(ref->index)];

	return !pa_table_is_current(ref) && ref->generation > partition->reset_generation;
}

/*
 * Adds what is pending for an entry that was evicted to *argument, an int64.
 */
static void
add_if_evicted(const PaPending *pending, void *argument)
{
	PaEntryRef	ref = {pending->index, pending->generation};

	if (was_evicted(&ref))
		*(int64 *) argument += pa_pending_executions(pending);
}

/*
 * Returns the executions since the last reset whose statements were evicted.
 */
uint64
pa_table_evicted_calls(void)
{
	int64		pending = 0;

	for (int p = 0; p < pa_table->npartitions; p++)
	{
		LWLockAcquire(pa_table_fold_lock(p), LW_EXCLUSIVE);
		pa_pending_each(p, add_if_evicted, &pending);
		LWLockRelease(pa_table_fold_lock(p));
	}
	return sum_partitions(offsetof(PaPartition, evicted_calls)) +
		pg_atomic_read_u64(&pa_table->lost) + pending;
}

/*
 * Returns how many advisable statements were evicted or reset.
 */
uint64
pa_table_forgotten(void)
{
	return sum_partitions(offsetof(PaPartition, forgotten));
}

/*
 * Counts executions as lost if their entry was evicted before they could be
 * added to it. May run in the error path.
 */
void
pa_table_count_lost(const PaEntryRef *ref, int64 executions)
{
	if (was_evicted(ref))
		pg_atomic_fetch_add_u64(&pa_table->lost, executions);
}
