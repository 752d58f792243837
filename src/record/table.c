/*
 * table.c
 *	  The statement table in shared memory: where entries are and how they
 *	  are found and made.
 *
 * A fixed number of entries is divided into partitions, each with an LWLock,
 * a free list and hash chains of its own. The hash leaves out user and
 * toplevel, so entries of one statement that differ only there share a chain
 * and can lend each other their identity. What an entry says of its statement
 * is in identity.c, how entries make room in forget.c, how they are read in
 * copy.c, and what counts executions in counters.c.
 *
 * Locking: the partition's lock protects chains, keys, identities and every
 * dsa_pointer of its entries; the entry's mutex protects counters. Creating,
 * evicting and reset hold the lock exclusively, and change an entry's
 * generation only with the mutex held as well, so whoever holds the mutex
 * and sees the generation he knows may add to the counters without the lock.
 * A second lock of each partition is between those who fold and those who
 * read; see fold.c. Order: partition lock, then fold lock, then text store,
 * then mutex; never two partitions.
 */
#include "postgres.h"

#include "common/hashfn.h"
#include "storage/spin.h"

#include "base/fault.h"
#include "record/recorder.h"

#define MIN_PER_PARTITION 128

PaTable    *pa_table = NULL;
PaEntry    *pa_table_entries = NULL;
static int32 *chains = NULL;	/* heads, per_partition for each partition */
static LWLockPadded *locks = NULL;

/*
 * Returns the number of partitions for the configured number of entries.
 */
static int
partition_count(void)
{
	int			n = PA_MAX_PARTITIONS;

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

	size = add_size(size, mul_size(entry_count(), sizeof(int32)));
	size = add_size(size, PG_CACHE_LINE_SIZE);
	return add_size(size, mul_size(entry_count(), sizeof(PaEntry)));
}

/*
 * Puts all entries of a partition into its free list.
 */
static void
initialise_partition(int p)
{
	int			first = p * pa_table->per_partition;

	memset(&pa_table->partitions[p], 0, sizeof(PaPartition));
	pa_table->partitions[p].free = first;
	pa_table->partitions[p].generations = p;
	for (int i = first; i < first + pa_table->per_partition; i++)
	{
		memset(&pa_table_entries[i], 0, sizeof(PaEntry));
		SpinLockInit(&pa_table_entries[i].mutex);
		pa_table_entries[i].next = i + 1 < first + pa_table->per_partition ? i + 1 : PA_NO_ENTRY;
		chains[i] = PA_NO_ENTRY;
	}
}

/*
 * Sets up the table when the server starts.
 */
static void
table_startup(void *area, LWLockPadded *area_locks, bool found)
{
	pa_table = area;
	chains = (int32 *) ((char *) area + MAXALIGN(sizeof(PaTable)));
	pa_table_entries = (PaEntry *) CACHELINEALIGN(chains + entry_count());
	locks = area_locks;
	if (found)
		return;

	pa_table->npartitions = partition_count();
	pa_table->per_partition = partition_entries();
	pg_atomic_init_u64(&pa_table->lost, 0);
	pg_atomic_init_u64(&pa_table->evicted_before, 0);
	for (int p = 0; p < pa_table->npartitions; p++)
		initialise_partition(p);
}

/*
 * Each partition has two locks.
 */
static int
table_locks(void)
{
	return 2 * partition_count();
}

static const PaShmemArea table_area = {
	"perfadvisor statements", table_size, table_locks, table_startup
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
int
pa_table_locate(Oid dbid, uint64 queryid, uint64 relhash, int32 **head)
{
	uint64		hash = pa_mix64(statement_hash(dbid, queryid, relhash));
	int			p = hash & (pa_table->npartitions - 1);

	*head = &chains[p * pa_table->per_partition +
					(hash >> 32) % pa_table->per_partition];
	return p;
}

/*
 * Tells whether an entry is of the given statement, whoever ran it.
 */
bool
pa_entry_is_of(const PaEntry *entry, Oid dbid, uint64 queryid, uint64 relhash)
{
	return entry->key.queryid == queryid && entry->key.dbid == dbid &&
		entry->key.relhash == relhash;
}

/*
 * Tells whether an entry is that of a key.
 */
static bool
has_key(const PaEntry *entry, const PaStatementKey *key)
{
	return pa_entry_is_of(entry, key->dbid, key->queryid, key->relhash) &&
		entry->key.userid == key->userid && entry->key.toplevel == key->toplevel;
}

/*
 * Returns the entry of a key in a chain, or PA_NO_ENTRY. Caller must hold the
 * partition's lock.
 */
int32
pa_table_search(int32 head, const PaStatementKey *key)
{
	for (int32 i = head; i != PA_NO_ENTRY; i = pa_table_entries[i].next)
		if (has_key(&pa_table_entries[i], key))
			return i;
	return PA_NO_ENTRY;
}

/*
 * Returns the partition of an entry.
 */
int
pa_table_partition_of(int32 index)
{
	return index / pa_table->per_partition;
}

/*
 * Returns the lock of a partition.
 */
LWLock *
pa_table_partition_lock(int p)
{
	return &locks[p].lock;
}

/*
 * Returns the lock between those who fold into a partition and its readers.
 */
LWLock *
pa_table_fold_lock(int p)
{
	return &locks[pa_table->npartitions + p].lock;
}

/*
 * Returns the lock that protects the entry of a reference.
 */
LWLock *
pa_table_lock(const PaEntryRef *ref)
{
	return pa_table_partition_lock(pa_table_partition_of(ref->index));
}

/*
 * Looks up a statement. Takes the partition's lock, shared.
 */
bool
pa_table_find(const PaStatementKey *key, PaEntryRef *ref)
{
	int32	   *head;
	int			p = pa_table_locate(key->dbid, key->queryid, key->relhash, &head);

	LWLockAcquire(pa_table_partition_lock(p), LW_SHARED);
	ref->index = pa_table_search(*head, key);
	if (ref->index != PA_NO_ENTRY)
		ref->generation = pa_table_entries[ref->index].generation;
	LWLockRelease(pa_table_partition_lock(p));
	return ref->index != PA_NO_ENTRY;
}

/*
 * Tells whether the table has the whole identity of a statement, whoever
 * ran it. Only where the query id says all (relhash 0). Takes the lock, shared.
 */
bool
pa_table_knows(Oid dbid, uint64 queryid)
{
	int32	   *head;
	int			p = pa_table_locate(dbid, queryid, 0, &head);
	bool		found = false;

	LWLockAcquire(pa_table_partition_lock(p), LW_SHARED);
	for (int32 i = *head; i != PA_NO_ENTRY && !found; i = pa_table_entries[i].next)
		found = pa_entry_is_of(&pa_table_entries[i], dbid, queryid, 0) &&
			pa_table_entries[i].fingerprint != 0 && DsaPointerIsValid(pa_table_entries[i].text);
	LWLockRelease(pa_table_partition_lock(p));
	return found;
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
	int			p = pa_table_locate(key->dbid, key->queryid, key->relhash, &head);
	dsa_pointer string = InvalidDsaPointer;
	PaGarbage	garbage = {0};
	PaEntryRef	ref;

	if (identity->text != NULL)
		string = pa_textstore_put(identity->text, strlen(identity->text) + 1);

	LWLockAcquire(pa_table_partition_lock(p), LW_EXCLUSIVE);
	ref.index = pa_table_search(*head, key);
	if (ref.index == PA_NO_ENTRY)
	{
		PaEntry    *entry;

		ref.index = pa_table_obtain(p, &garbage);
		entry = &pa_table_entries[ref.index];
		pa_entry_fill(entry, key, identity);
		if (identity->fingerprint != 0 || !pa_entry_borrow_identity(*head, key, entry))
		{
			entry->text = string;
			entry->text_size = DsaPointerIsValid(string) ? strlen(identity->text) + 1 : 0;
			string = InvalidDsaPointer;
		}
		PA_FAULT("register");
		entry->next = *head;
		*head = ref.index;
		SpinLockAcquire(&entry->mutex);
		entry->generation = pa_next_generation(&pa_table->partitions[p]);
		SpinLockRelease(&entry->mutex);
	}
	ref.generation = pa_table_entries[ref.index].generation;
	LWLockRelease(pa_table_partition_lock(p));

	pa_garbage_free(&garbage);
	pa_textstore_free(string);
	return ref;
}

/*
 * Makes a stale reference lead to its statement again, if that is still in
 * its entry: a reset leaves it there. May run in the error path.
 */
bool
pa_table_renew(PaEntryRef *ref, const PaStatementKey *key)
{
	PaEntry    *entry = &pa_table_entries[ref->index];
	bool		found;

	/* The key of an entry only changes while its generation is 0 */
	SpinLockAcquire(&entry->mutex);
	found = entry->generation != 0 && has_key(entry, key);
	if (found)
		ref->generation = entry->generation;
	SpinLockRelease(&entry->mutex);
	return found;
}

/*
 * Copies the key of the entry that a reference leads to. Returns false when
 * that is gone. Takes the partition's lock, shared.
 */
bool
pa_table_key(const PaEntryRef *ref, PaStatementKey *key)
{
	PaEntry    *entry = &pa_table_entries[ref->index];
	bool		current;

	LWLockAcquire(pa_table_lock(ref), LW_SHARED);
	current = entry->generation == ref->generation;
	*key = entry->key;
	LWLockRelease(pa_table_lock(ref));
	return current;
}
