/*
 * copy.c
 *	  Copies of the statement table: for readers, and out of a file into it.
 *
 * A copy has what backends have pending added to it. Locks: a partition's,
 * shared, and its fold lock, exclusively, while it is copied, and the mutex
 * of each entry. Nothing is allocated meanwhile.
 */
#include "postgres.h"

#include "storage/spin.h"
#include "utils/memutils.h"

#include "record/recorder.h"

/* Which strings of an entry are copied with it */
typedef enum PaStrings
{
	PA_STRINGS_NONE,
	PA_STRINGS_TEXT,
	PA_STRINGS_SAMPLES			/* the text as well */
} PaStrings;

/*
 * Returns the bytes that the strings of an entry need.
 */
Size
pa_entry_strings_size(const PaEntry *entry, bool with_samples)
{
	Size		size = entry->text_size;

	for (int i = 0; with_samples && i < PA_SAMPLES; i++)
		if (DsaPointerIsValid(entry->samples[i].blob))
			size += entry->samples[i].size;
	return size;
}

/*
 * Copies bytes out of the store to *place, and moves *place on.
 */
static char *
copy_string(dsa_pointer pointer, Size size, char **place)
{
	char	   *copy = *place;

	if (!DsaPointerIsValid(pointer))
		return NULL;
	memcpy(copy, pa_textstore_get(pointer), size);
	*place += size;
	return copy;
}

/*
 * Returns the bytes that the strings to be copied need.
 */
static Size
copied_size(const PaEntry *entry, PaStrings strings)
{
	return strings == PA_STRINGS_NONE ? 0 :
		pa_entry_strings_size(entry, strings == PA_STRINGS_SAMPLES);
}

/*
 * Copies an entry. Caller holds the lock, and has seen to the room.
 */
static void
copy_entry(PaEntry *entry, PaStrings strings, PaEntryCopy *copy, char **place)
{
	SpinLockAcquire(&entry->mutex);
	copy->entry = *entry;
	SpinLockRelease(&entry->mutex);

	copy->text = strings == PA_STRINGS_NONE ? NULL :
		copy_string(entry->text, entry->text_size, place);
	for (int i = 0; i < PA_SAMPLES; i++)
		copy->samples[i] = strings == PA_STRINGS_SAMPLES ?
			copy_string(entry->samples[i].blob, entry->samples[i].size, place) : NULL;
}

/* Where the copies of a partition's entries go */
typedef struct PaCopying
{
	int			first;			/* number of the partition's first entry */
	PaEntryCopy *copies;
	Size		entries_room;
	Size		nentries;
	char	   *strings;
	Size		strings_room;
	Size		nbytes;
	PaEntryCopy **places;		/* copy of each entry, or NULL */
} PaCopying;

/*
 * Adds what a backend has pending to the copy of its entry.
 */
static void
add_pending(const PaPending *pending, void *argument)
{
	PaCopying  *copying = argument;
	PaEntryCopy *copy = copying->places[pending->index - copying->first];

	if (copy != NULL && copy->entry.generation == pending->generation)
		pa_pending_merge(pending, &copy->entry);
}

/*
 * Copies the entries of a partition that are of database dbid, or of any, as
 * far as there is room; counts what is needed.
 */
static void
copy_entries(int p, Oid dbid, PaStrings strings, PaCopying *copying)
{
	char	   *place = copying->strings;

	copying->nentries = copying->nbytes = 0;
	LWLockAcquire(pa_table_partition_lock(p), LW_SHARED);
	LWLockAcquire(pa_table_fold_lock(p), LW_EXCLUSIVE);
	for (int i = 0; i < pa_table->per_partition; i++)
	{
		PaEntry    *entry = &pa_table_entries[copying->first + i];

		copying->places[i] = NULL;
		if (entry->generation == 0 || (OidIsValid(dbid) && entry->key.dbid != dbid))
			continue;
		copying->nbytes += copied_size(entry, strings);
		if (copying->nentries < copying->entries_room &&
			copying->nbytes <= copying->strings_room)
		{
			copying->places[i] = &copying->copies[copying->nentries];
			copy_entry(entry, strings, copying->places[i], &place);
		}
		copying->nentries++;
	}
	if (copying->nentries <= copying->entries_room &&
		copying->nbytes <= copying->strings_room)
		pa_pending_each(p, add_pending, copying);
	LWLockRelease(pa_table_fold_lock(p));
	LWLockRelease(pa_table_partition_lock(p));
}

/*
 * Appends the statements that were executed to a list. Those without
 * executions, after a reset, are hidden.
 */
static List *
append_executed(List *list, const PaCopying *copying)
{
	for (Size i = 0; i < copying->nentries; i++)
	{
		const PaCounters *c = &copying->copies[i].entry.counters;

		if (c->calls + c->failures > 0)
			list = lappend(list, &copying->copies[i]);
	}
	return list;
}

/*
 * Copies one partition into the current context, appending to list. The
 * space is made beforehand, and made larger as long as it does not suffice.
 */
static List *
copy_partition(int p, Oid dbid, PaStrings strings, List *list)
{
	PaCopying	copying = {.first = p * pa_table->per_partition};

	copying.places = palloc(pa_table->per_partition * sizeof(PaEntryCopy *));
	for (;;)
	{
		copy_entries(p, dbid, strings, &copying);
		if (copying.nentries <= copying.entries_room &&
			copying.nbytes <= copying.strings_room)
			break;
		if (copying.copies)
			pfree(copying.copies);
		if (copying.strings)
			pfree(copying.strings);
		copying.entries_room = copying.nentries + copying.nentries / 8 + 8;
		copying.strings_room = copying.nbytes + copying.nbytes / 8 + 1024;
		copying.copies = MemoryContextAllocHuge(CurrentMemoryContext,
												copying.entries_room * sizeof(PaEntryCopy));
		copying.strings = MemoryContextAllocHuge(CurrentMemoryContext, copying.strings_room);
	}
	pfree(copying.places);
	return append_executed(list, &copying);
}

/*
 * Orders copies by key, and for one key the older first.
 */
static int
compare_copies(const ListCell *a, const ListCell *b)
{
	const PaStatementKey *ka = &((PaEntryCopy *) lfirst(a))->entry.key;
	const PaStatementKey *kb = &((PaEntryCopy *) lfirst(b))->entry.key;

	if (ka->dbid != kb->dbid)
		return ka->dbid < kb->dbid ? -1 : 1;
	if (ka->userid != kb->userid)
		return ka->userid < kb->userid ? -1 : 1;
	if (ka->queryid != kb->queryid)
		return ka->queryid < kb->queryid ? -1 : 1;
	if (ka->relhash != kb->relhash)
		return ka->relhash < kb->relhash ? -1 : 1;
	return (int) kb->toplevel - (int) ka->toplevel;
}

/*
 * Copies the statements of a database (InvalidOid: all) that ran since the
 * last reset into the current context: a List of PaEntryCopy in key order.
 */
List *
pa_table_copy(Oid dbid, bool with_samples)
{
	PaStrings	strings = with_samples ? PA_STRINGS_SAMPLES : PA_STRINGS_TEXT;
	List	   *list = NIL;

	for (int p = 0; p < pa_table->npartitions; p++)
		list = copy_partition(p, dbid, strings, list);
	list_sort(list, compare_copies);
	return list;
}

/*
 * As pa_table_copy(), but in no order and without texts and samples: for who
 * reads numbers only, so that sessions that fold wait for no text.
 */
List *
pa_table_copy_numbers(Oid dbid)
{
	List	   *list = NIL;

	for (int p = 0; p < pa_table->npartitions; p++)
		list = copy_partition(p, dbid, PA_STRINGS_NONE, list);
	return list;
}

/*
 * Returns the number of partitions.
 */
int
pa_table_partitions(void)
{
	return pa_table->npartitions;
}

/*
 * Copies what ran since the last reset in one partition, with samples, into
 * the current context: a List of PaEntryCopy in no order.
 */
List *
pa_table_copy_partition(int p)
{
	return copy_partition(p, InvalidOid, PA_STRINGS_SAMPLES, NIL);
}

/*
 * Adds what a backend has pending to the count of its entry.
 */
static void
count_pending(const PaPending *pending, void *argument)
{
	PaExecutionCount *count = &((PaExecutionCount *) argument)[pending->index];

	if (count->generation == pending->generation)
		count->executions += pa_pending_executions(pending);
}

/*
 * Returns the executions of all entries, by their number, in the current
 * context.
 */
PaExecutionCount *
pa_table_count_executions(void)
{
	int			npartitions = pa_table->npartitions;
	int			per_partition = pa_table->per_partition;
	PaExecutionCount *counts;

	counts = MemoryContextAllocHuge(CurrentMemoryContext,
									(Size) npartitions * per_partition * sizeof(PaExecutionCount));
	for (int p = 0; p < npartitions; p++)
	{
		LWLockAcquire(pa_table_fold_lock(p), LW_EXCLUSIVE);
		for (int i = p * per_partition; i < (p + 1) * per_partition; i++)
		{
			PaEntry    *entry = pa_table_entry(i);

			SpinLockAcquire(&entry->mutex);
			counts[i].generation = entry->generation;
			counts[i].executions = entry->counters.calls + entry->counters.failures;
			counts[i].sampled_upto = entry->counters.sampled_upto;
			SpinLockRelease(&entry->mutex);
		}
		pa_pending_each(p, count_pending, counts);
		LWLockRelease(pa_table_fold_lock(p));
	}
	return counts;
}

/*
 * Puts bytes into the text store, unless there are none.
 */
static dsa_pointer
restore_string(const char *string, Size size)
{
	return string ? pa_textstore_put(string, size) : InvalidDsaPointer;
}

/*
 * Makes an entry from a copy of one, which may come from another table. Only
 * while nobody else has the table.
 */
void
pa_table_restore(const PaEntryCopy *copy)
{
	const PaStatementKey *key = &copy->entry.key;
	int32	   *head;
	int			p = pa_table_locate(key->dbid, key->queryid, key->relhash, &head);
	PaGarbage	garbage = {0};
	int32		index = pa_table_obtain(p, &garbage);
	PaEntry    *entry = &pa_table_entries[index];

	pa_garbage_free(&garbage);
	*entry = copy->entry;
	SpinLockInit(&entry->mutex);
	entry->text = restore_string(copy->text, entry->text_size);
	if (!DsaPointerIsValid(entry->text))
		entry->text_size = 0;
	for (int i = 0; i < PA_SAMPLES; i++)
	{
		entry->samples[i].blob = restore_string(copy->samples[i], entry->samples[i].size);
		if (!DsaPointerIsValid(entry->samples[i].blob))
			memset(&entry->samples[i], 0, sizeof(PaSampleSlot));
	}
	entry->next = *head;
	*head = index;
	entry->generation = pa_next_generation(&pa_table->partitions[p]);
}

/*
 * Tells how full the table is, with the statements that a reset has left to
 * be identified. Takes each partition's lock in turn, shared.
 */
void
pa_table_usage(PaUsage *usage)
{
	memset(usage, 0, sizeof(*usage));
	usage->room = (int64) pa_table->npartitions * pa_table->per_partition;
	for (int p = 0; p < pa_table->npartitions; p++)
	{
		int			first = p * pa_table->per_partition;

		LWLockAcquire(pa_table_partition_lock(p), LW_SHARED);
		for (int i = first; i < first + pa_table->per_partition; i++)
		{
			PaEntry    *entry = &pa_table_entries[i];

			if (entry->generation == 0)
				continue;
			usage->used++;
			usage->text_bytes += pa_entry_strings_size(entry, true);
			for (int s = 0; s < PA_SAMPLES; s++)
				usage->samples += DsaPointerIsValid(entry->samples[s].blob) ? 1 : 0;
		}
		LWLockRelease(pa_table_partition_lock(p));
	}
}
