/*
 * run_table.c
 *	  Runs that have ended, by statement, kind and parent, and other things
 *	  that executions of a statement were found to do.
 *
 * A table of fixed size in parts, each with its spinlock: a backend adds a few
 * numbers when a run of its has ended, and waits for nobody longer than that
 * takes. When a part is full, what was not seen for the longest time goes.
 */
#include "postgres.h"

#include "common/hashfn.h"
#include "storage/spin.h"

#include "record/run.h"

#define PARTS 32
#define PART_SLOTS 64

typedef struct PaRunPart
{
	slock_t		mutex;
	int			used;
	PaRunCount	slots[PART_SLOTS];
} PaRunPart;

static PaRunPart *parts = NULL;

/*
 * Returns the bytes of the table.
 */
static Size
run_table_size(void)
{
	return PARTS * sizeof(PaRunPart);
}

/*
 * Sets up the table when the server starts.
 */
static void
run_table_startup(void *area, LWLockPadded *locks, bool found)
{
	parts = area;
	if (found)
		return;
	memset(area, 0, run_table_size());
	for (int i = 0; i < PARTS; i++)
		SpinLockInit(&parts[i].mutex);
}

static const PaShmemArea run_table_area = {
	"perfadvisor run table", run_table_size, NULL, run_table_startup
};

/*
 * Asks for the table's shared memory.
 */
void
pa_run_table_init(void)
{
	pa_shmem_register(&run_table_area);
}

/*
 * Tells whether two counts are of the same statement, kind and parent.
 */
static bool
same_runs(const PaRunCount *a, const PaRunCount *b)
{
	return a->key.queryid == b->key.queryid && a->kind == b->kind &&
		a->parent == b->parent && a->key.dbid == b->key.dbid &&
		a->key.userid == b->key.userid && a->key.relhash == b->key.relhash &&
		a->key.toplevel == b->key.toplevel;
}

/*
 * Adds runs to others of the same statement, kind and parent.
 */
static void
merge(PaRunCount *into, const PaRunCount *more)
{
	into->runs += more->runs;
	into->matched_runs += more->matched_runs;
	into->loose_runs += more->loose_runs;
	into->block_runs += more->block_runs;
	into->executions += more->executions;
	into->longest = Max(into->longest, more->longest);
	into->distinct += more->distinct;
	if (more->kind == PA_RUN_SPILL)
		into->rows = Max(into->rows, more->rows);
	else
		into->rows += more->rows;
	into->parent_rows += more->parent_rows;
	into->exec_time += more->exec_time;
	into->gap_time += more->gap_time;
	into->first_seen = Min(into->first_seen, more->first_seen);
	into->last_seen = Max(into->last_seen, more->last_seen);
}

/*
 * Adds runs to the table. Takes a spinlock; no allocation, no error.
 */
void
pa_run_table_add(const PaRunCount *count)
{
	uint64		hash = pa_mix64(count->key.queryid ^ ((uint64) count->key.userid << 32) ^ count->kind);
	PaRunPart  *part = &parts[hash % PARTS];
	PaRunCount *oldest = part->slots;
	int			i;

	SpinLockAcquire(&part->mutex);
	for (i = 0; i < part->used && !same_runs(&part->slots[i], count); i++)
		if (part->slots[i].last_seen < oldest->last_seen)
			oldest = &part->slots[i];
	if (i < part->used)
		merge(&part->slots[i], count);
	else if (part->used < PART_SLOTS)
		part->slots[part->used++] = *count;
	else
		*oldest = *count;
	SpinLockRelease(&part->mutex);
}

/*
 * Returns what is in the table: a List of PaRunCount * in the current context.
 */
List *
pa_run_table_read(void)
{
	List	   *list = NIL;

	for (int i = 0; i < PARTS; i++)
	{
		PaRunPart  *copy = palloc(sizeof(PaRunPart));

		SpinLockAcquire(&parts[i].mutex);
		memcpy(copy, &parts[i], sizeof(PaRunPart));
		SpinLockRelease(&parts[i].mutex);
		for (int k = 0; k < copy->used; k++)
			list = lappend(list, &copy->slots[k]);
	}
	return list;
}

/*
 * Forgets all runs.
 */
void
pa_run_table_reset(void)
{
	for (int i = 0; i < PARTS; i++)
	{
		SpinLockAcquire(&parts[i].mutex);
		parts[i].used = 0;
		SpinLockRelease(&parts[i].mutex);
	}
}

/*
 * Writes the table to a file: the number of its rows, then these.
 */
void
pa_run_table_save(PaDump *dump)
{
	List	   *counts = pa_run_read();
	int32		n = list_length(counts);
	ListCell   *lc;

	pa_dump_put(dump, &n, sizeof(n));
	foreach(lc, counts)
		pa_dump_put(dump, lfirst(lc), sizeof(PaRunCount));
}

/*
 * Fills the table from a file. Only while nobody else has it.
 */
bool
pa_run_table_load(PaDump *dump)
{
	int32		n;

	if (!pa_dump_get(dump, &n, sizeof(n)))
		return false;
	for (int i = 0; i < n; i++)
	{
		PaRunCount	count;

		if (!pa_dump_get(dump, &count, sizeof(count)) ||
			count.kind <= PA_RUN_NONE || count.kind > PA_RUN_PORTIONS)
			return false;
		pa_run_table_add(&count);
	}
	return true;
}
