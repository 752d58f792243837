/*
 * scan_table.c
 *	  The table of sequential scans in shared memory.
 *
 * A row is a statement's scan of a relation with a filter; the oldest goes
 * when the table is full. Readers add the executions after a statement's last
 * sampled one, taking them to be like it. So the numbers are exact as long as
 * executions of a statement are alike, and an estimate otherwise. One LWLock
 * protects rows and the filters' texts.
 */
#include "postgres.h"

#include "common/hashfn.h"
#include "utils/memutils.h"

#include "record/scans.h"

#define ROWS 2048
#define PROBES 16				/* places in which a row may be */

typedef struct PaScanTable
{
	PaScan		rows[ROWS];
} PaScanTable;

static PaScanTable *table = NULL;
static LWLock *table_lock = NULL;

/*
 * Returns the bytes of the table.
 */
static Size
scans_size(void)
{
	return sizeof(PaScanTable);
}

/*
 * The table has one lock.
 */
static int
scans_locks(void)
{
	return 1;
}

/*
 * Sets up the table when the server starts.
 */
static void
scans_startup(void *area, LWLockPadded *locks, bool found)
{
	table = area;
	table_lock = &locks[0].lock;
	if (!found)
		memset(table, 0, sizeof(PaScanTable));
}

static const PaShmemArea scans_area = {
	"perfadvisor scans", scans_size, scans_locks, scans_startup
};

/*
 * Asks for the table's shared memory.
 */
void
pa_scans_init(void)
{
	pa_shmem_register(&scans_area);
}

/*
 * Tells whether a row of the table is of the same scan.
 */
static bool
same_scan(const PaScan *a, const PaScan *b)
{
	return a->signature == b->signature && a->queryid == b->queryid &&
		a->relid == b->relid && a->dbid == b->dbid && a->userid == b->userid;
}

/*
 * Returns the row of a scan, or else an empty row or the oldest in its
 * place, which the caller may overwrite. Caller holds the lock.
 */
static PaScan *
search_row(const PaScan *scan)
{
	uint64		hash = scan->signature;
	PaScan	   *best = NULL;

	hash = hash_combine64(hash, scan->queryid);
	hash = hash_combine64(hash, pa_mix64(scan->relid));
	hash = hash_combine64(hash, pa_mix64(scan->dbid));
	hash = pa_mix64(hash_combine64(hash, pa_mix64(scan->userid)));
	for (int i = 0; i < PROBES; i++)
	{
		PaScan	   *row = &table->rows[(hash + i) % ROWS];

		if (same_scan(row, scan))
			return row;
		if (best == NULL || (OidIsValid(best->relid) &&
							 (!OidIsValid(row->relid) || row->last_seen < best->last_seen)))
			best = row;
	}
	return best;
}

typedef struct PaFilterText
{
	const PaScanNode *node;
	char	   *text;
} PaFilterText;

/*
 * Writes the text of a filter. Runs guarded.
 */
static void
write_filter(void *argument)
{
	PaFilterText *filter = argument;

	filter->text = pa_filter_text(filter->node->scan.relid,
								  filter->node->scanrelid, filter->node->quals);
}

/*
 * Adds a scan of one execution to its row. Caller holds the lock exclusively.
 */
static void
add_to_row(PaScan *row, const PaScan *scan, int64 weight)
{
	row->scans += weight * scan->scans;
	row->rows_read += weight * scan->rows_read;
	row->rows_returned += weight * scan->rows_returned;
	row->total_exec_time += weight * scan->last_time;
	row->estimate_error = Max(row->estimate_error, scan->estimate_error);
	if (row->upto != scan->upto || row->ref.index != scan->ref.index)
	{
		row->last_scans = row->last_read = row->last_returned = 0;
		row->last_time = scan->last_time;
	}
	row->last_scans += scan->scans;
	row->last_read += scan->rows_read;
	row->last_returned += scan->rows_returned;
	row->ref = scan->ref;
	row->upto = scan->upto;
	row->last_seen = scan->last_seen;
}

/*
 * Has the filter's text of a scan ready if the scan has no row yet. Returns
 * false when somebody has the lock; it is not waited for.
 */
static bool
prepare_filter(PaScanNode *node)
{
	PaFilterText filter = {.node = node};
	bool		known;

	if (node->quals == NIL)
		return true;
	if (!LWLockConditionalAcquire(table_lock, LW_SHARED))
		return false;
	known = same_scan(search_row(&node->scan), &node->scan);
	LWLockRelease(table_lock);
	if (known)
		return true;
	node->unwritable = !pa_guarded_call(write_filter, &filter);
	if (filter.text == NULL)
		return true;
	node->filter_size = strlen(filter.text) + 1;
	node->filter = pa_textstore_put(filter.text, node->filter_size);
	return true;
}

/*
 * Adds a scan to its row, or to a new one. What is then in node->filter is
 * no longer needed. Caller holds the lock exclusively.
 */
static void
store_scan(PaScanNode *node, int64 weight)
{
	PaScan	   *row = search_row(&node->scan);

	if (!same_scan(row, &node->scan))
	{
		dsa_pointer old = row->filter;

		memset(row, 0, sizeof(*row));
		row->dbid = node->scan.dbid;
		row->userid = node->scan.userid;
		row->queryid = node->scan.queryid;
		row->relid = node->scan.relid;
		row->signature = node->scan.signature;
		row->filter = node->filter;
		row->filter_size = node->filter_size;
		node->filter = old;
	}
	add_to_row(row, &node->scan, weight);
}

/*
 * Adds the scans of an execution, a List of PaScanNode, which read so many
 * rows together. Returns false, having done nothing, when somebody has the
 * lock: with many sessions that begin statements at once, waiting for each
 * other would cost more than a later sample does.
 */
bool
pa_scan_table_add(const PaPlace *place, List *nodes, double rows_read)
{
	ListCell   *lc;
	int64		weight;
	int64		upto = 0;

	foreach(lc, nodes)
		if (!prepare_filter(lfirst(lc)))
			return false;
	if (!LWLockConditionalAcquire(table_lock, LW_EXCLUSIVE))
		return false;
	weight = pa_entry_weigh(place, rows_read, &upto);
	foreach(lc, nodes)
	{
		PaScanNode *node = lfirst(lc);

		node->scan.upto = upto;
		if (weight > 0 && !node->unwritable)
			store_scan(node, weight);
	}
	LWLockRelease(table_lock);
	return true;
}

/*
 * Adds to a copied row the executions after the last sampled one, if the
 * statement did this scan then, which is returned.
 */
static bool
add_unsampled(PaScan *scan, const PaExecutionCount *counts)
{
	const PaExecutionCount *count = &counts[scan->ref.index];
	double		more;

	if (count->generation != scan->ref.generation || count->sampled_upto != scan->upto)
		return false;
	more = Max(count->executions - scan->upto, 0);
	scan->scans += more * scan->last_scans;
	scan->rows_read += more * scan->last_read;
	scan->rows_returned += more * scan->last_returned;
	scan->total_exec_time += more * scan->last_time;
	return true;
}

/*
 * Orders scans by database, relation, filter and statement.
 */
static int
compare_scans(const ListCell *a, const ListCell *b)
{
	const PaScan *sa = &((PaScanCopy *) lfirst(a))->scan;
	const PaScan *sb = &((PaScanCopy *) lfirst(b))->scan;

	if (sa->dbid != sb->dbid)
		return sa->dbid < sb->dbid ? -1 : 1;
	if (sa->relid != sb->relid)
		return sa->relid < sb->relid ? -1 : 1;
	if (sa->signature != sb->signature)
		return sa->signature < sb->signature ? -1 : 1;
	if (sa->queryid != sb->queryid)
		return sa->queryid < sb->queryid ? -1 : 1;
	return sa->userid < sb->userid ? -1 : sa->userid > sb->userid;
}

/*
 * Copies the rows in use into the current context: a List of PaScanCopy in
 * no order. Strings are copied under the lock into memory that was made
 * beforehand, and made larger while it does not suffice.
 */
static List *
copy_rows(void)
{
	PaScan	   *rows = palloc(sizeof(table->rows));
	char	  **filters = palloc0(ROWS * sizeof(char *));
	char	   *strings = NULL;
	Size		room = 0;
	Size		needed;
	List	   *list = NIL;

	for (;;)
	{
		char	   *place = strings;

		needed = 0;
		LWLockAcquire(table_lock, LW_SHARED);
		memcpy(rows, table->rows, sizeof(table->rows));
		for (int i = 0; i < ROWS; i++)
		{
			filters[i] = NULL;
			if (!OidIsValid(rows[i].relid) || !DsaPointerIsValid(rows[i].filter))
				continue;
			needed += rows[i].filter_size;
			if (needed > room)
				continue;
			memcpy(place, pa_textstore_get(rows[i].filter), rows[i].filter_size);
			filters[i] = place;
			place += rows[i].filter_size;
		}
		LWLockRelease(table_lock);
		if (needed <= room)
			break;
		if (strings)
			pfree(strings);
		room = needed + needed / 8 + 1024;
		strings = MemoryContextAllocHuge(CurrentMemoryContext, room);
	}
	for (int i = 0; i < ROWS; i++)
	{
		PaScanCopy *copy;

		if (!OidIsValid(rows[i].relid))
			continue;
		copy = palloc(sizeof(PaScanCopy));
		copy->scan = rows[i];
		copy->filter = filters[i];
		list = lappend(list, copy);
	}
	return list;
}

/*
 * Copies the table into the current context: a List of PaScanCopy, in a
 * fixed order, with the executions that were not sampled.
 */
List *
pa_scans_read(void)
{
	List	   *list = copy_rows();
	PaExecutionCount *counts = pa_table_count_executions();
	ListCell   *lc;

	foreach(lc, list)
		(void) add_unsampled(&((PaScanCopy *) lfirst(lc))->scan, counts);
	pfree(counts);
	list_sort(list, compare_scans);
	return list;
}

/*
 * Forgets all scans.
 */
void
pa_scans_reset(void)
{
	LWLockAcquire(table_lock, LW_EXCLUSIVE);
	for (int i = 0; i < ROWS; i++)
		pa_textstore_free(table->rows[i].filter);
	memset(table, 0, sizeof(PaScanTable));
	LWLockRelease(table_lock);
}

/*
 * Tells how full the table is.
 */
void
pa_scans_usage(PaUsage *usage)
{
	memset(usage, 0, sizeof(*usage));
	usage->room = ROWS;
	LWLockAcquire(table_lock, LW_SHARED);
	for (int i = 0; i < ROWS; i++)
	{
		usage->used += OidIsValid(table->rows[i].relid) ? 1 : 0;
		if (DsaPointerIsValid(table->rows[i].filter))
			usage->text_bytes += table->rows[i].filter_size;
	}
	LWLockRelease(table_lock);
}

/*
 * Writes the table to a file: the number of scans, then each with the key of
 * the statement that was last seen doing it, and its filter. Executions that
 * were not sampled are added; from then on the statement's are counted anew.
 */
void
pa_scans_save(PaDump *dump)
{
	List	   *list = copy_rows();
	int32		count = list_length(list);
	PaExecutionCount *counts = pa_table_count_executions();
	ListCell   *lc;

	pa_dump_put(dump, &count, sizeof(count));
	foreach(lc, list)
	{
		PaScanCopy *copy = lfirst(lc);
		PaStatementKey key;
		bool		current = add_unsampled(&copy->scan, counts);

		if (copy->filter == NULL)
			copy->scan.filter_size = 0;
		if (!pa_table_key(&copy->scan.ref, &key) || !current)
			memset(&key, 0, sizeof(key));
		pa_dump_put(dump, &copy->scan, sizeof(PaScan));
		pa_dump_put(dump, &key, sizeof(key));
		pa_persist_put_string(dump, copy->filter, copy->scan.filter_size);
	}
}

/*
 * Fills the table from a file, when the statements are there already. Only
 * while nobody else has it.
 */
bool
pa_scans_load(PaDump *dump)
{
	int32		count;

	if (!pa_dump_get(dump, &count, sizeof(count)))
		return false;
	for (int i = 0; i < count; i++)
	{
		PaScan		scan;
		PaScan	   *row;
		PaStatementKey key;
		char	   *filter;

		if (!pa_dump_get(dump, &scan, sizeof(scan)) ||
			!pa_dump_get(dump, &key, sizeof(key)) ||
			!pa_persist_get_text(dump, scan.filter_size, &filter))
			return false;
		scan.upto = -1;
		scan.ref = (PaEntryRef) {0, 0};
		if (key.queryid != 0 && pa_table_find(&key, &scan.ref))
			scan.upto = pa_table_entry(scan.ref.index)->counters.sampled_upto;
		row = search_row(&scan);
		pa_textstore_free(row->filter);
		*row = scan;
		row->filter = filter ? pa_textstore_put(filter, scan.filter_size) : InvalidDsaPointer;
		if (filter)
			pfree(filter);
	}
	return true;
}
