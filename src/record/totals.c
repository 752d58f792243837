/*
 * totals.c
 *	  What all statements of a database, role and class did together.
 *
 * Sums over the statement table go down when a statement is evicted, and
 * counters must not. What evicted statements had counted is kept here, one
 * row for each database, role, class and level; when these are too many, in
 * one row for all others, without names. One LWLock, taken under a
 * partition's when a statement makes room for another, and by readers.
 */
#include "postgres.h"

#include "fmgr.h"
#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/hsearch.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

#include "base/rows.h"
#include "record/recorder.h"

PG_FUNCTION_INFO_V1(pa_read_totals);

#define ROWS 128

/* What statements are added up by */
typedef struct PaTotalKey
{
	Oid			dbid;			/* InvalidOid with the next: of many */
	Oid			userid;
	int32		class;			/* a PaClass, -1 of many */
	int32		toplevel;
} PaTotalKey;

typedef struct PaTotal
{
	PaTotalKey	key;
	bool		used;
	int64		calls;
	int64		failures;
	int64		rows;
	double		total_time;		/* ms, as the next two */
	double		failed_time;
	double		plan_time;
	int64		shared_blks_hit;
	int64		shared_blks_read;
	int64		temp_blks_written;
	uint64		wal_bytes;
	int64		histogram[PA_HISTOGRAM_BUCKETS];
} PaTotal;

static PaTotal *evicted = NULL;
static LWLock *evicted_lock = NULL;

/*
 * Returns the bytes of the rows.
 */
static Size
totals_size(void)
{
	return ROWS * sizeof(PaTotal);
}

/*
 * They have one lock.
 */
static int
totals_locks(void)
{
	return 1;
}

/*
 * Sets up the rows when the server starts.
 */
static void
totals_startup(void *area, LWLockPadded *locks, bool found)
{
	evicted = area;
	evicted_lock = &locks[0].lock;
	if (!found)
		memset(evicted, 0, totals_size());
}

/*
 * Asks for shared memory.
 */
void
pa_totals_init(void)
{
	static const PaShmemArea area = {
		"perfadvisor totals", totals_size, totals_locks, totals_startup
	};

	pa_shmem_register(&area);
}

/*
 * Returns what an entry is added up by.
 */
static PaTotalKey
key_of(const PaEntry *entry)
{
	PaTotalKey	key;

	memset(&key, 0, sizeof(key));
	key.dbid = entry->key.dbid;
	key.userid = entry->key.userid;
	key.class = entry->class;
	key.toplevel = entry->key.toplevel;
	return key;
}

/*
 * Adds what an entry has counted to a row.
 */
static void
add_entry(PaTotal *total, const PaEntry *entry)
{
	const PaCounters *c = &entry->counters;

	total->calls += c->calls;
	total->failures += c->failures;
	total->rows += c->rows;
	total->total_time += c->total_time;
	total->failed_time += c->failed_time;
	total->plan_time += c->total_plan_time;
	total->shared_blks_hit += c->shared_blks_hit;
	total->shared_blks_read += c->shared_blks_read;
	total->temp_blks_written += c->temp_blks_written;
	total->wal_bytes += c->wal_bytes;
	for (int i = 0; i < PA_HISTOGRAM_BUCKETS; i++)
		total->histogram[i] += entry->histogram[i];
}

/*
 * Keeps what an entry has counted that now makes room for another. The
 * entry's partition is locked.
 */
void
pa_totals_evict(const PaEntry *entry)
{
	PaTotalKey	key = key_of(entry);
	PaTotal    *row = NULL;

	if (entry->counters.calls + entry->counters.failures == 0)
		return;
	LWLockAcquire(evicted_lock, LW_EXCLUSIVE);
	for (int i = 0; i < ROWS - 1 && row == NULL; i++)
		if (!evicted[i].used || memcmp(&evicted[i].key, &key, sizeof(key)) == 0)
			row = &evicted[i];
	if (row == NULL)
	{
		row = &evicted[ROWS - 1];
		key = (PaTotalKey) {.class = -1,.toplevel = 1};
	}
	row->key = key;
	row->used = true;
	add_entry(row, entry);
	LWLockRelease(evicted_lock);
}

/*
 * Forgets what evicted statements had counted.
 */
void
pa_totals_reset(void)
{
	LWLockAcquire(evicted_lock, LW_EXCLUSIVE);
	memset(evicted, 0, totals_size());
	LWLockRelease(evicted_lock);
}

/*
 * Writes the rows in use to a file, and how many.
 */
void
pa_totals_save(PaDump *dump)
{
	PaTotal    *rows = palloc(totals_size());
	int32		count = 0;

	LWLockAcquire(evicted_lock, LW_SHARED);
	memcpy(rows, evicted, totals_size());
	LWLockRelease(evicted_lock);
	for (int i = 0; i < ROWS; i++)
		if (rows[i].used)
			rows[count++] = rows[i];
	pa_dump_put(dump, &count, sizeof(count));
	pa_dump_put(dump, rows, count * sizeof(PaTotal));
	pfree(rows);
}

/*
 * Reads the rows from a file. Only while nobody else has them.
 */
bool
pa_totals_load(PaDump *dump)
{
	int32		count;

	if (!pa_dump_get(dump, &count, sizeof(count)) || count < 0 || count > ROWS)
		return false;
	for (int i = 0; i < count; i++)
	{
		PaTotal		row;

		if (!pa_dump_get(dump, &row, sizeof(row)) || row.key.class >= PA_CLASSES)
			return false;
		evicted[row.key.class < 0 ? ROWS - 1 : Min(i, ROWS - 2)] = row;
	}
	return true;
}

/*
 * Adds one row to another.
 */
static void
add_total(PaTotal *to, const PaTotal *from)
{
	to->calls += from->calls;
	to->failures += from->failures;
	to->rows += from->rows;
	to->total_time += from->total_time;
	to->failed_time += from->failed_time;
	to->plan_time += from->plan_time;
	to->shared_blks_hit += from->shared_blks_hit;
	to->shared_blks_read += from->shared_blks_read;
	to->temp_blks_written += from->temp_blks_written;
	to->wal_bytes += from->wal_bytes;
	for (int i = 0; i < PA_HISTOGRAM_BUCKETS; i++)
		to->histogram[i] += from->histogram[i];
}

/*
 * Returns the row of a key among those being added up, an empty one at first.
 */
static PaTotal *
sum_of(HTAB *sums, const PaTotalKey *key)
{
	bool		found;
	PaTotal    *sum = hash_search(sums, key, HASH_ENTER, &found);

	if (!found)
		memset((char *) sum + sizeof(PaTotalKey), 0, sizeof(PaTotal) - sizeof(PaTotalKey));
	return sum;
}

/*
 * Adds up everything, in the current context.
 */
static HTAB *
add_up(void)
{
	HASHCTL		info = {.keysize = sizeof(PaTotalKey),.entrysize = sizeof(PaTotal),.hcxt = CurrentMemoryContext};
	HTAB	   *sums = hash_create("perfadvisor totals", 64, &info, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	PaTotal    *rows = palloc(totals_size());
	ListCell   *lc;

	foreach(lc, pa_table_copy_numbers(InvalidOid))
	{
		const PaEntry *entry = &((PaEntryCopy *) lfirst(lc))->entry;
		PaTotalKey	key = key_of(entry);

		add_entry(sum_of(sums, &key), entry);
	}
	LWLockAcquire(evicted_lock, LW_SHARED);
	memcpy(rows, evicted, totals_size());
	LWLockRelease(evicted_lock);
	for (int i = 0; i < ROWS; i++)
		if (rows[i].used)
			add_total(sum_of(sums, &rows[i].key), &rows[i]);
	return sums;
}

/*
 * recorded_totals(): the sums of all statements, also of those that are no
 * longer in the table, whose numbers the current user may see.
 */
Datum
pa_read_totals(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	HASH_SEQ_STATUS scan;
	PaTotal    *total;

	pa_require_preloaded();
	pa_begin_rows(fcinfo, OIDOID, OIDOID, TEXTOID, BOOLOID, INT8OID,
				  INT8OID, INT8OID, FLOAT8OID, FLOAT8OID, FLOAT8OID, INT8OID, INT8OID,
				  INT8OID, INT8OID, INT8ARRAYOID);
	hash_seq_init(&scan, add_up());
	while ((total = hash_seq_search(&scan)) != NULL)
	{
		bool		known = total->key.class >= 0;
		Datum		values[15];
		bool		nulls[15] = {false};
		int			i = 0;

		if (!pa_may_see_numbers(known ? total->key.userid : InvalidOid))
			continue;
		nulls[i] = !known;
		values[i++] = ObjectIdGetDatum(total->key.dbid);
		nulls[i] = !known;
		values[i++] = ObjectIdGetDatum(total->key.userid);
		nulls[i] = !known;
		if (known)
			values[i] = CStringGetTextDatum(pa_class_name((PaClass) total->key.class));
		i++;
		values[i++] = BoolGetDatum(total->key.toplevel != 0);
		values[i++] = Int64GetDatum(total->calls);
		values[i++] = Int64GetDatum(total->failures);
		values[i++] = Int64GetDatum(total->rows);
		values[i++] = Float8GetDatum(total->total_time);
		values[i++] = Float8GetDatum(total->failed_time);
		values[i++] = Float8GetDatum(total->plan_time);
		values[i++] = Int64GetDatum(total->shared_blks_hit);
		values[i++] = Int64GetDatum(total->shared_blks_read);
		values[i++] = Int64GetDatum(total->temp_blks_written);
		values[i++] = Int64GetDatum((int64) total->wal_bytes);
		values[i++] = pa_histogram_array(total->histogram);
		Assert(i == lengthof(values));
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}
	return (Datum) 0;
}
