/*
 * failure_count.c
 *	  How often which statement failed with which SQLSTATE, and for how long it
 *	  had run.
 *
 * Counted while the error is being raised: nothing is allocated, and only a
 * spinlock is taken, that of one of several parts of a table of fixed size.
 * What finds no room there is counted by SQLSTATE alone.
 */
#include "postgres.h"

#include "common/hashfn.h"
#include "storage/spin.h"
#include "utils/elog.h"

#include "record/recorder.h"

#define PARTS 16
#define PART_SLOTS 128
#define OTHERS 64				/* SQLSTATEs of what found no room */

typedef struct PaFailurePart
{
	slock_t		mutex;
	int			used;
	PaFailureCount slots[PART_SLOTS];
} PaFailurePart;

/* The last part is for what found no room in the others. */
typedef struct PaFailureTable
{
	PaFailurePart parts[PARTS + 1];
} PaFailureTable;

static PaFailureTable *table = NULL;

/*
 * Returns the bytes of the table.
 */
static Size
failure_count_size(void)
{
	return sizeof(PaFailureTable);
}

/*
 * Sets up the table when the server starts.
 */
static void
failure_count_startup(void *area, LWLockPadded *locks, bool found)
{
	table = area;
	if (found)
		return;
	memset(table, 0, sizeof(PaFailureTable));
	for (int i = 0; i <= PARTS; i++)
		SpinLockInit(&table->parts[i].mutex);
}

static const PaShmemArea failure_count_area = {
	"perfadvisor failure counts", failure_count_size, NULL, failure_count_startup
};

/*
 * Asks for the table's shared memory.
 */
void
pa_failure_count_init(void)
{
	pa_shmem_register(&failure_count_area);
}

static bool
same_failure(const PaFailureCount *a, const PaFailureCount *b)
{
	return a->sqlstate == b->sqlstate && a->key.queryid == b->key.queryid &&
		a->key.dbid == b->key.dbid && a->key.userid == b->key.userid &&
		a->key.relhash == b->key.relhash && a->key.toplevel == b->key.toplevel;
}

/*
 * Adds failures to their slot in a part, if there is room. Safe in the error
 * path.
 */
static bool
add_to_part(PaFailurePart *part, int room, const PaFailureCount *add)
{
	bool		done = false;

	SpinLockAcquire(&part->mutex);
	for (int i = 0; i <= part->used && i < room && !done; i++)
	{
		PaFailureCount *slot = &part->slots[i];

		if (i == part->used)
		{
			part->used++;
			*slot = *add;
			done = true;
		}
		else if (same_failure(slot, add))
		{
			slot->failures += add->failures;
			slot->exec_time += add->exec_time;
			slot->last_failure = Max(slot->last_failure, add->last_failure);
			done = true;
		}
	}
	SpinLockRelease(&part->mutex);
	return done;
}

/*
 * Adds failures of a statement, or of no one if there is no room for it. Where
 * even that has none, the SQLSTATE is not kept either. Safe in the error path.
 */
static void
add(const PaFailureCount *more)
{
	PaFailureCount other = {.sqlstate = more->sqlstate,.failures = more->failures,
	.exec_time = more->exec_time,.last_failure = more->last_failure};
	uint64		hash = more->key.queryid ^ ((uint64) more->key.userid << 32) ^ more->sqlstate;

	if ((more->key.queryid != 0 || more->key.dbid != InvalidOid) &&
		add_to_part(&table->parts[murmurhash32((uint32) (hash ^ (hash >> 32))) % PARTS],
					PART_SLOTS, more))
		return;
	if (add_to_part(&table->parts[PARTS], OTHERS, &other))
		return;
	other.sqlstate = 0;
	(void) add_to_part(&table->parts[PARTS], OTHERS + 1, &other);
}

/*
 * Counts one failed execution with the SQLSTATE of the error that is being
 * raised. Runs in the error path.
 */
void
pa_failure_count(const PaStatementKey *key, int sqlstate, const PaMeasure *measure)
{
	PaFailureCount one = {.key = *key,.sqlstate = sqlstate,.failures = 1,
		.exec_time = measure->elapsed_ns / 1000000.0,
	.last_failure = measure->started_at};

	add(&one);
}

/*
 * Returns all counts: a List of PaFailureCount * in the current context.
 */
List *
pa_failure_count_read(void)
{
	List	   *list = NIL;

	for (int i = 0; i <= PARTS; i++)
	{
		PaFailurePart *copy = palloc(sizeof(PaFailurePart));

		SpinLockAcquire(&table->parts[i].mutex);
		memcpy(copy, &table->parts[i], sizeof(PaFailurePart));
		SpinLockRelease(&table->parts[i].mutex);
		for (int k = 0; k < copy->used; k++)
			list = lappend(list, &copy->slots[k]);
	}
	return list;
}

/*
 * Forgets all counts.
 */
void
pa_failure_count_reset(void)
{
	for (int i = 0; i <= PARTS; i++)
	{
		SpinLockAcquire(&table->parts[i].mutex);
		table->parts[i].used = 0;
		SpinLockRelease(&table->parts[i].mutex);
	}
}

/*
 * Writes the counts to a file: their number, then these.
 */
void
pa_failure_count_save(PaDump *dump)
{
	List	   *counts = pa_failure_count_read();
	int32		n = list_length(counts);
	ListCell   *lc;

	pa_dump_put(dump, &n, sizeof(n));
	foreach(lc, counts)
		pa_dump_put(dump, lfirst(lc), sizeof(PaFailureCount));
}

/*
 * Fills the table from a file. Only while nobody else has it.
 */
bool
pa_failure_count_load(PaDump *dump)
{
	int32		n;

	if (!pa_dump_get(dump, &n, sizeof(n)))
		return false;
	for (int i = 0; i < n; i++)
	{
		PaFailureCount count;

		if (!pa_dump_get(dump, &count, sizeof(count)))
			return false;
		add(&count);
	}
	return true;
}
