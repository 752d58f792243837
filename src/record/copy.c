/*
 * copy.c
 *	  Copies of the statement table: for readers, and out of a file into it.
 *
 * Locks: a partition's, shared, while it is copied, and the mutex of each
 * entry. Nothing is allocated meanwhile.
 */
#include "postgres.h"

#include "storage/spin.h"
#include "utils/memutils.h"

#include "record/recorder.h"

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
 * Copies an entry. Caller holds the lock, and has seen to the room.
 */
static void
copy_entry(PaEntry *entry, bool with_samples, PaEntryCopy *copy, char **place)
{
	SpinLockAcquire(&entry->mutex);
	copy->entry = *entry;
	SpinLockRelease(&entry->mutex);

	copy->text = copy_string(entry->text, entry->text_size, place);
	for (int i = 0; i < PA_SAMPLES; i++)
		copy->samples[i] = with_samples ?
			copy_string(entry->samples[i].blob, entry->samples[i].size, place) : NULL;
}

/*
 * Tells whether an entry is to be copied for a reader of database dbid.
 * Entries without executions, after a reset, are hidden.
 */
static bool
is_visible(const PaEntry *entry, Oid dbid)
{
	return entry->generation != 0 &&
		(!OidIsValid(dbid) || entry->key.dbid == dbid) &&
		entry->counters.calls + entry->counters.failures > 0;
}

/*
 * Copies one partition into the current context, appending to list.
 *
 * Nothing is allocated under the lock: the space is made beforehand, and
 * made larger as long as it does not suffice.
 */
static List *
copy_partition(int p, Oid dbid, bool with_samples, List *list)
{
	int			first = p * pa_table->per_partition;
	PaEntryCopy *copies = NULL;
	char	   *strings = NULL;
	Size		entries_room = 0;
	Size		strings_room = 0;

	for (;;)
	{
		Size		nentries = 0;
		Size		nbytes = 0;
		char	   *place = strings;

		LWLockAcquire(pa_table_partition_lock(p), LW_SHARED);
		for (int i = first; i < first + pa_table->per_partition; i++)
		{
			if (!is_visible(&pa_table_entries[i], dbid))
				continue;
			nbytes += pa_entry_strings_size(&pa_table_entries[i], with_samples);
			if (nentries < entries_room && nbytes <= strings_room)
				copy_entry(&pa_table_entries[i], with_samples, &copies[nentries], &place);
			nentries++;
		}
		LWLockRelease(pa_table_partition_lock(p));

		if (nentries <= entries_room && nbytes <= strings_room)
		{
			for (Size i = 0; i < nentries; i++)
				list = lappend(list, &copies[i]);
			return list;
		}
		if (copies)
			pfree(copies);
		if (strings)
			pfree(strings);
		entries_room = nentries + nentries / 8 + 8;
		strings_room = nbytes + nbytes / 8 + 1024;
		copies = MemoryContextAllocHuge(CurrentMemoryContext,
										entries_room * sizeof(PaEntryCopy));
		strings = MemoryContextAllocHuge(CurrentMemoryContext, strings_room);
	}
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
	List	   *list = NIL;

	for (int p = 0; p < pa_table->npartitions; p++)
		list = copy_partition(p, dbid, with_samples, list);
	list_sort(list, compare_copies);
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
	return copy_partition(p, InvalidOid, true, NIL);
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
	int32		index = pa_table_obtain(p);
	PaEntry    *entry = &pa_table_entries[index];

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
	entry->generation = ++pa_table->partitions[p].generations;
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
