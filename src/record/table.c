/*
 * table.c
 *	  The statement table in shared memory.
 *
 * A fixed number of entries is divided into partitions, each with an LWLock,
 * a free list and hash chains of its own. The hash leaves out user and
 * toplevel, so entries of one statement that differ only there share a chain
 * and can lend each other their identity. When a partition is full a clock
 * hand looks for an entry that was not used since the hand last came by.
 *
 * Locking: the partition's lock protects chains, keys, identities and every
 * dsa_pointer of its entries; the entry's mutex protects counters. Creating,
 * evicting and reset hold the lock exclusively, and change an entry's
 * generation only with the mutex held as well, so whoever holds the mutex
 * and sees the generation he knows may add to the counters without the lock.
 * Order: partition lock, then text store, then mutex; never two partitions.
 */
#include "postgres.h"

#include "common/hashfn.h"
#include "port/atomics.h"
#include "storage/spin.h"
#include "utils/memutils.h"

#include "record/recorder.h"

#define MAX_PARTITIONS 32
#define MIN_PER_PARTITION 128
#define NO_ENTRY (-1)

typedef struct PaPartition
{
	int32		free;			/* head of the free list */
	int32		hand;			/* clock sweep, offset within the partition */
	uint64		generations;	/* last one given out */
	uint64		evicted;		/* entries evicted since the last reset */
	uint64		evicted_calls;	/* executions that these had counted */
	uint64		forgotten;		/* advisable statements evicted or reset */
} PaPartition;

typedef struct PaTable
{
	int			npartitions;	/* a power of two */
	int			per_partition;	/* entries, and chains, of each */
	pg_atomic_uint64 lost;		/* executions that found no entry */
	PaPartition partitions[MAX_PARTITIONS];
} PaTable;

static PaTable *table = NULL;
static int32 *chains = NULL;	/* heads, per_partition for each partition */
static PaEntry *entries = NULL;
PaEntry    *pa_table_entries = NULL;	/* the same, for recorder.h */
static LWLockPadded *locks = NULL;

/*
 * Returns the number of partitions for the configured number of entries.
 */
static int
partition_count(void)
{
	int			n = MAX_PARTITIONS;

	while (n > 1 && pa_max_statements / n < MIN_PER_PARTITION)
		n /= 2;
	return n;
}

/*
 * Returns the entries of one partition. An eighth more than a fair share,
 * because statements do not spread quite evenly.
 */
static int
partition_entries(void)
{
	int			share = (pa_max_statements + partition_count() - 1) / partition_count();

	return partition_count() == 1 ? share : share + share / 8;
}

/*
 * Returns the number of all entries.
 */
static Size
entry_count(void)
{
	return mul_size(partition_count(), partition_entries());
}

/*
 * Returns the bytes of the table.
 */
static Size
table_size(void)
{
	Size		size = MAXALIGN(sizeof(PaTable));

	size = add_size(size, MAXALIGN(mul_size(entry_count(), sizeof(int32))));
	return add_size(size, mul_size(entry_count(), sizeof(PaEntry)));
}

/*
 * Puts all entries of a partition into its free list.
 */
static void
initialise_partition(int p)
{
	int			first = p * table->per_partition;

	memset(&table->partitions[p], 0, sizeof(PaPartition));
	table->partitions[p].free = first;
	for (int i = first; i < first + table->per_partition; i++)
	{
		memset(&entries[i], 0, sizeof(PaEntry));
		SpinLockInit(&entries[i].mutex);
		entries[i].next = i + 1 < first + table->per_partition ? i + 1 : NO_ENTRY;
		chains[i] = NO_ENTRY;
	}
}

/*
 * Sets up the table when the server starts.
 */
static void
table_startup(void *area, LWLockPadded *area_locks, bool found)
{
	table = area;
	chains = (int32 *) ((char *) area + MAXALIGN(sizeof(PaTable)));
	entries = (PaEntry *) ((char *) chains + MAXALIGN(entry_count() * sizeof(int32)));
	pa_table_entries = entries;
	locks = area_locks;
	if (found)
		return;

	table->npartitions = partition_count();
	table->per_partition = partition_entries();
	pg_atomic_init_u64(&table->lost, 0);
	for (int p = 0; p < table->npartitions; p++)
		initialise_partition(p);
}

static const PaShmemArea table_area = {
	"perfadvisor statements", table_size, partition_count, table_startup
};

/*
 * Asks for the table's shared memory.
 */
void
pa_table_init(void)
{
	pa_shmem_register(&table_area);
}

/*
 * Hashes what entries of one statement have in common.
 */
static uint64
statement_hash(Oid dbid, uint64 queryid, uint64 relhash)
{
	return hash_combine64(hash_combine64(pa_mix64(dbid), queryid), relhash);
}

/*
 * Returns the partition of a statement, and the head of its chain.
 */
static int
locate_chain(Oid dbid, uint64 queryid, uint64 relhash, int32 **head)
{
	uint64		hash = pa_mix64(statement_hash(dbid, queryid, relhash));
	int			p = hash & (table->npartitions - 1);

	*head = &chains[p * table->per_partition +
					(hash >> 32) % table->per_partition];
	return p;
}

/*
 * Tells whether an entry is of the given statement, whoever ran it.
 */
static bool
same_statement(const PaEntry *entry, Oid dbid, uint64 queryid, uint64 relhash)
{
	return entry->key.queryid == queryid && entry->key.dbid == dbid &&
		entry->key.relhash == relhash;
}

/*
 * Returns the entry of a key in a chain, or NO_ENTRY. Caller must hold the
 * partition's lock.
 */
static int32
search_chain(int32 head, const PaStatementKey *key)
{
	for (int32 i = head; i != NO_ENTRY; i = entries[i].next)
		if (same_statement(&entries[i], key->dbid, key->queryid, key->relhash) &&
			entries[i].key.userid == key->userid &&
			entries[i].key.toplevel == key->toplevel)
			return i;
	return NO_ENTRY;
}

/*
 * Returns the partition of an entry.
 */
static int
partition_of(int32 index)
{
	return index / table->per_partition;
}

/*
 * Returns the lock that protects the entry of a reference.
 */
LWLock *
pa_table_lock(const PaEntryRef *ref)
{
	return &locks[partition_of(ref->index)].lock;
}

/*
 * Looks up a statement. Takes the partition's lock, shared.
 */
bool
pa_table_find(const PaStatementKey *key, PaEntryRef *ref)
{
	int32	   *head;
	int			p = locate_chain(key->dbid, key->queryid, key->relhash, &head);

	LWLockAcquire(&locks[p].lock, LW_SHARED);
	ref->index = search_chain(*head, key);
	if (ref->index != NO_ENTRY)
		ref->generation = entries[ref->index].generation;
	LWLockRelease(&locks[p].lock);
	return ref->index != NO_ENTRY;
}

/*
 * Tells whether the table has the whole identity of a statement, whoever
 * ran it. Only where the query id says all (relhash 0). Takes the lock, shared.
 */
bool
pa_table_knows(Oid dbid, uint64 queryid)
{
	int32	   *head;
	int			p = locate_chain(dbid, queryid, 0, &head);
	bool		found = false;

	LWLockAcquire(&locks[p].lock, LW_SHARED);
	for (int32 i = *head; i != NO_ENTRY && !found; i = entries[i].next)
		found = same_statement(&entries[i], dbid, queryid, 0) &&
			entries[i].fingerprint != 0 && DsaPointerIsValid(entries[i].text);
	LWLockRelease(&locks[p].lock);
	return found;
}

/*
 * Gives back the strings of an entry. Caller holds the lock exclusively.
 */
static void
free_samples(PaEntry *entry)
{
	for (int i = 0; i < PA_SAMPLES; i++)
	{
		pa_textstore_free(entry->samples[i].blob);
		memset(&entry->samples[i], 0, sizeof(PaSampleSlot));
	}
}

/*
 * Takes an entry out of its chain and forgets it. Caller holds the lock
 * exclusively.
 */
static void
evict_entry(PaPartition *partition, int32 index)
{
	PaEntry    *entry = &entries[index];
	int32	   *link;

	(void) locate_chain(entry->key.dbid, entry->key.queryid, entry->key.relhash, &link);
	while (*link != index)
		link = &entries[*link].next;
	*link = entry->next;

	SpinLockAcquire(&entry->mutex);
	entry->generation = 0;
	SpinLockRelease(&entry->mutex);

	partition->evicted++;
	partition->evicted_calls += entry->counters.calls + entry->counters.failures;
	if (entry->advisable)
		partition->forgotten++;
	pa_textstore_free(entry->text);
	entry->text = InvalidDsaPointer;
	free_samples(entry);
}

/*
 * Returns an entry that may be overwritten: a free one, or the first under
 * the clock hand that was not used lately. Caller holds the lock exclusively.
 */
static int32
obtain_entry(int p)
{
	PaPartition *partition = &table->partitions[p];
	int32		index = partition->free;

	if (index != NO_ENTRY)
	{
		partition->free = entries[index].next;
		return index;
	}
	for (;;)
	{
		PaEntry    *entry;
		uint8		usage;

		index = p * table->per_partition + partition->hand;
		partition->hand = (partition->hand + 1) % table->per_partition;
		entry = &entries[index];
		SpinLockAcquire(&entry->mutex);
		usage = entry->usage;
		if (usage > 0)
			entry->usage--;
		SpinLockRelease(&entry->mutex);
		if (usage == 0)
			break;
	}
	evict_entry(partition, index);
	return index;
}

/*
 * Copies the identity of an entry of the same statement, if there is one
 * that has a text. Caller holds the lock exclusively.
 */
static bool
borrow_identity(int32 head, const PaStatementKey *key, PaEntry *into)
{
	for (int32 i = head; i != NO_ENTRY; i = entries[i].next)
	{
		PaEntry    *other = &entries[i];

		if (!same_statement(other, key->dbid, key->queryid, key->relhash) ||
			!DsaPointerIsValid(other->text))
			continue;
		into->fingerprint = other->fingerprint;
		into->command = other->command;
		into->class = other->class;
		into->advisable = other->advisable;
		into->has_constants = other->has_constants;
		into->text = pa_textstore_put(pa_textstore_get(other->text), other->text_size);
		into->text_size = other->text_size;
		return true;
	}
	return false;
}

/*
 * Fills a fresh entry. Caller holds the lock exclusively; the entry is in no
 * chain yet.
 */
static void
fill_entry(PaEntry *entry, const PaStatementKey *key, const PaIdentity *identity)
{
	entry->key = *key;
	entry->fingerprint = identity->fingerprint;
	entry->command = identity->command;
	entry->class = identity->class;
	entry->advisable = identity->advisable;
	entry->has_constants = identity->has_constants;
	entry->text = InvalidDsaPointer;
	entry->text_size = 0;
	memset(entry->samples, 0, sizeof(entry->samples));
	entry->usage = 1;
	entry->next_sample = 0;
	entry->slowest_sample = 0;
	memset(&entry->counters, 0, sizeof(entry->counters));
	memset(entry->histogram, 0, sizeof(entry->histogram));
}

/*
 * Makes an entry for a statement, or finds the one that someone else has
 * made meanwhile. An entry of the same statement of another user or level
 * lends its identity when the given one has no fingerprint.
 */
PaEntryRef
pa_table_create(const PaStatementKey *key, const PaIdentity *identity)
{
	int32	   *head;
	int			p = locate_chain(key->dbid, key->queryid, key->relhash, &head);
	dsa_pointer string = InvalidDsaPointer;
	PaEntryRef	ref;

	if (identity->text != NULL)
		string = pa_textstore_put(identity->text, strlen(identity->text) + 1);

	LWLockAcquire(&locks[p].lock, LW_EXCLUSIVE);
	ref.index = search_chain(*head, key);
	if (ref.index == NO_ENTRY)
	{
		PaEntry    *entry;

		ref.index = obtain_entry(p);
		entry = &entries[ref.index];
		fill_entry(entry, key, identity);
		if (identity->fingerprint != 0 || !borrow_identity(*head, key, entry))
		{
			entry->text = string;
			entry->text_size = DsaPointerIsValid(string) ? strlen(identity->text) + 1 : 0;
			string = InvalidDsaPointer;
		}
		entry->next = *head;
		*head = ref.index;
		SpinLockAcquire(&entry->mutex);
		entry->generation = ++table->partitions[p].generations;
		SpinLockRelease(&entry->mutex);
	}
	ref.generation = entries[ref.index].generation;
	LWLockRelease(&locks[p].lock);

	pa_textstore_free(string);
	return ref;
}

/*
 * Gives an entry the identity of its statement when it was made without: a
 * prepared statement that was evicted and ran again leaves only its text.
 * Takes the lock exclusively if there is something to do.
 */
void
pa_table_identify(const PaEntryRef *ref, const PaIdentity *identity)
{
	PaEntry    *entry = &entries[ref->index];
	dsa_pointer string = InvalidDsaPointer;

	if (((volatile PaEntry *) entry)->fingerprint != 0 || identity->text == NULL)
		return;

	string = pa_textstore_put(identity->text, strlen(identity->text) + 1);
	LWLockAcquire(pa_table_lock(ref), LW_EXCLUSIVE);
	if (DsaPointerIsValid(string) && entry->generation == ref->generation &&
		entry->fingerprint == 0)
	{
		dsa_pointer old = entry->text;

		entry->fingerprint = identity->fingerprint;
		entry->command = identity->command;
		entry->class = identity->class;
		entry->advisable = identity->advisable;
		entry->has_constants = identity->has_constants;
		entry->text = string;
		entry->text_size = strlen(identity->text) + 1;
		string = old;
	}
	LWLockRelease(pa_table_lock(ref));
	pa_textstore_free(string);
}

/*
 * Returns the bytes that the strings of an entry need.
 */
static Size
strings_size(const PaEntry *entry, bool with_samples)
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
	int			first = p * table->per_partition;
	PaEntryCopy *copies = NULL;
	char	   *strings = NULL;
	Size		entries_room = 0;
	Size		strings_room = 0;

	for (;;)
	{
		Size		nentries = 0;
		Size		nbytes = 0;
		char	   *place = strings;

		LWLockAcquire(&locks[p].lock, LW_SHARED);
		for (int i = first; i < first + table->per_partition; i++)
		{
			if (!is_visible(&entries[i], dbid))
				continue;
			nbytes += strings_size(&entries[i], with_samples);
			if (nentries < entries_room && nbytes <= strings_room)
				copy_entry(&entries[i], with_samples, &copies[nentries], &place);
			nentries++;
		}
		LWLockRelease(&locks[p].lock);

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

	for (int p = 0; p < table->npartitions; p++)
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
	return table->npartitions;
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
	int			p = locate_chain(key->dbid, key->queryid, key->relhash, &head);
	int32		index = obtain_entry(p);
	PaEntry    *entry = &entries[index];

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
	entry->generation = ++table->partitions[p].generations;
}

/*
 * Copies the key of the entry that a reference leads to. Returns false when
 * that is gone. Takes the partition's lock, shared.
 */
bool
pa_table_key(const PaEntryRef *ref, PaStatementKey *key)
{
	PaEntry    *entry = &entries[ref->index];
	bool		current;

	LWLockAcquire(pa_table_lock(ref), LW_SHARED);
	current = entry->generation == ref->generation;
	*key = entry->key;
	LWLockRelease(pa_table_lock(ref));
	return current;
}

/*
 * Zeroes what an entry has counted but keeps what it is, so that prepared
 * statements go on being identified. Caller holds the lock exclusively.
 */
static void
reset_entry(PaPartition *partition, PaEntry *entry)
{
	if (entry->advisable && entry->counters.calls + entry->counters.failures > 0)
		partition->forgotten++;
	free_samples(entry);
	SpinLockAcquire(&entry->mutex);
	entry->usage = 0;
	entry->next_sample = 0;
	entry->slowest_sample = 0;
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
	for (int p = 0; p < table->npartitions; p++)
	{
		int			first = p * table->per_partition;

		LWLockAcquire(&locks[p].lock, LW_EXCLUSIVE);
		for (int i = first; i < first + table->per_partition; i++)
			if (entries[i].generation != 0)
				reset_entry(&table->partitions[p], &entries[i]);
		table->partitions[p].evicted = 0;
		table->partitions[p].evicted_calls = 0;
		LWLockRelease(&locks[p].lock);
	}
	pg_atomic_write_u64(&table->lost, 0);
}

/*
 * Adds up a number of each partition, under its lock.
 */
static uint64
sum_partitions(Size field)
{
	uint64		sum = 0;

	for (int p = 0; p < table->npartitions; p++)
	{
		LWLockAcquire(&locks[p].lock, LW_SHARED);
		sum += *(uint64 *) ((char *) &table->partitions[p] + field);
		LWLockRelease(&locks[p].lock);
	}
	return sum;
}

/*
 * Tells how full the table is, with the statements that a reset has left to
 * be identified. Takes each partition's lock in turn, shared.
 */
void
pa_table_usage(PaUsage *usage)
{
	memset(usage, 0, sizeof(*usage));
	usage->room = (int64) table->npartitions * table->per_partition;
	for (int p = 0; p < table->npartitions; p++)
	{
		int			first = p * table->per_partition;

		LWLockAcquire(&locks[p].lock, LW_SHARED);
		for (int i = first; i < first + table->per_partition; i++)
		{
			PaEntry    *entry = &entries[i];

			if (entry->generation == 0)
				continue;
			usage->used++;
			usage->text_bytes += strings_size(entry, true);
			for (int s = 0; s < PA_SAMPLES; s++)
				usage->samples += DsaPointerIsValid(entry->samples[s].blob) ? 1 : 0;
		}
		LWLockRelease(&locks[p].lock);
	}
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
 * Adds to what was evicted, as known from before a restart. Only while
 * nobody else has the table.
 */
void
pa_table_restore_evicted(uint64 evicted, uint64 calls)
{
	table->partitions[0].evicted += evicted;
	table->partitions[0].evicted_calls += calls;
}

/*
 * Returns the executions since the last reset whose statements were evicted.
 */
uint64
pa_table_evicted_calls(void)
{
	return sum_partitions(offsetof(PaPartition, evicted_calls)) +
		pg_atomic_read_u64(&table->lost);
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
 * Counts an execution whose entry was evicted while it ran and failed.
 * Runs in the error path.
 */
void
pa_table_count_lost(void)
{
	pg_atomic_fetch_add_u64(&table->lost, 1);
}
