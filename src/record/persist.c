/*
 * persist.c
 *	  What outlives the server: statements with their counters, histograms,
 *	  texts and samples, scans, slow and failed executions, in one file.
 *
 * The file is in pg_stat_tmp, whose contents base backups and pg_rewind
 * leave out: constants that ran here do not travel to other places unseen.
 * The process that starts the server loads it, also after a crash, before
 * there is anybody to use it. The worker saves every few minutes and when
 * the server shuts down; reset() and save() do at once.
 *
 * One LWLock is held by whoever saves, so that two never write at a time and
 * the file of whoever began later is the later one. Rooms copy under their
 * own locks, one partition of statements at a time; no statement waits for
 * the file.
 */
#include "postgres.h"

#include "fmgr.h"
#include "miscadmin.h"
#include "pgstat.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

#include "record/recorder.h"
#include "record/run.h"

#define SAVE_FILE PG_STAT_TMP_DIR "/perfadvisor.stat"

/* To be raised whenever a struct in the file, or their order, changes */
#define SAVE_FORMAT 10
#define SAVE_LAYOUT ((uint32) (sizeof(PaEntry) * 4096 + sizeof(PaScan)))

/* Of an entry, what comes before the histogram, which is mostly zeroes */
#define ENTRY_HEAD offsetof(PaEntry, histogram)

typedef struct PaPersist
{
	PaSaveState state;			/* under the lock */
} PaPersist;

static PaPersist *persist = NULL;
static LWLock *save_lock = NULL;

PG_FUNCTION_INFO_V1(pa_save);

/*
 * Writes a string whose size the reader knows; NULL when that is 0.
 */
void
pa_persist_put_string(PaDump *dump, const char *string, Size size)
{
	if (size > 0)
		pa_dump_put(dump, string, size);
}

/*
 * Reads a string of a known size into the current context; NULL when that is
 * 0. False when the file does not hold it.
 */
bool
pa_persist_get_string(PaDump *dump, Size size, char **string)
{
	*string = NULL;
	if (size == 0)
		return true;
	if (size > pa_dump_left(dump))
		return false;
	*string = MemoryContextAllocHuge(CurrentMemoryContext, size);
	return pa_dump_get(dump, *string, size);
}

/*
 * Reads a string that ends with a zero byte, as pa_persist_get_string() does.
 * False also when it does not.
 */
bool
pa_persist_get_text(PaDump *dump, Size size, char **string)
{
	return pa_persist_get_string(dump, size, string) &&
		(size == 0 || (*string)[size - 1] == '\0');
}

/*
 * Counts as sampled what the last sampled execution stands for so far, as
 * scan_table.c does for its rows when it saves them.
 */
static void
settle_samples(PaCounters *c)
{
	int64		executions = c->calls + c->failures;

	if (c->sampled_upto == 0)
		return;
	c->seq_rows += (executions - c->sampled_upto) * c->last_seq_rows;
	c->sampled_upto = executions;
}

/*
 * Writes the buckets of a histogram that are not empty, and how many.
 */
static void
put_histogram(PaDump *dump, const uint32 *buckets)
{
	uint32		pairs[PA_HISTOGRAM_BUCKETS][2];
	uint32		count = 0;

	for (int i = 0; i < PA_HISTOGRAM_BUCKETS; i++)
		if (buckets[i] > 0)
		{
			pairs[count][0] = i;
			pairs[count++][1] = buckets[i];
		}
	pa_dump_put(dump, &count, sizeof(count));
	pa_dump_put(dump, pairs, count * sizeof(pairs[0]));
}

/*
 * Reads what put_histogram() wrote.
 */
static bool
get_histogram(PaDump *dump, uint32 *buckets)
{
	uint32		pairs[PA_HISTOGRAM_BUCKETS][2];
	uint32		count;

	if (!pa_dump_get(dump, &count, sizeof(count)) || count > PA_HISTOGRAM_BUCKETS ||
		!pa_dump_get(dump, pairs, count * sizeof(pairs[0])))
		return false;
	memset(buckets, 0, PA_HISTOGRAM_BUCKETS * sizeof(uint32));
	for (uint32 i = 0; i < count; i++)
		if (pairs[i][0] < PA_HISTOGRAM_BUCKETS)
			buckets[pairs[i][0]] = pairs[i][1];
	return true;
}

/*
 * Writes a statement.
 */
static void
put_entry(PaDump *dump, PaEntryCopy *copy)
{
	PaEntry    *entry = &copy->entry;

	settle_samples(&entry->counters);
	if (copy->text == NULL)
		entry->text_size = 0;
	for (int i = 0; i < PA_SAMPLES; i++)
		if (copy->samples[i] == NULL)
			entry->samples[i].size = 0;
	pa_dump_put(dump, entry, ENTRY_HEAD);
	put_histogram(dump, entry->histogram);
	pa_persist_put_string(dump, copy->text, entry->text_size);
	for (int i = 0; i < PA_SAMPLES; i++)
		pa_persist_put_string(dump, copy->samples[i], entry->samples[i].size);
}

/*
 * Reads a statement; its strings go into the current context.
 */
static bool
get_entry(PaDump *dump, PaEntryCopy *copy)
{
	PaEntry    *entry = &copy->entry;

	if (!pa_dump_get(dump, entry, ENTRY_HEAD) ||
		!get_histogram(dump, entry->histogram) ||
		!pa_persist_get_text(dump, entry->text_size, &copy->text) ||
		(uint32) entry->class >= PA_CLASSES)
		return false;
	for (int i = 0; i < PA_SAMPLES; i++)
		if (!pa_persist_get_string(dump, entry->samples[i].size, &copy->samples[i]))
			return false;
	return true;
}

/*
 * Writes the statement table: what was evicted, the number of parts, and for
 * each of these the number of statements and these.
 */
static void
save_table(PaDump *dump, MemoryContext work)
{
	uint64		evicted[2];
	int32		parts = pa_table_partitions();

	evicted[0] = pa_table_evicted();
	evicted[1] = pa_table_evicted_calls();
	pa_dump_put(dump, evicted, sizeof(evicted));
	pa_dump_put(dump, &parts, sizeof(parts));
	for (int p = 0; p < parts; p++)
	{
		List	   *copies = pa_table_copy_partition(p);
		int32		count = list_length(copies);
		ListCell   *lc;

		pa_dump_put(dump, &count, sizeof(count));
		foreach(lc, copies)
			put_entry(dump, lfirst(lc));
		MemoryContextReset(work);
	}
}

/*
 * Reads the statement table.
 */
static bool
load_table(PaDump *dump, MemoryContext work)
{
	uint64		evicted[2];
	int32		parts;

	if (!pa_dump_get(dump, evicted, sizeof(evicted)) ||
		!pa_dump_get(dump, &parts, sizeof(parts)))
		return false;
	pa_table_restore_evicted(evicted[0], evicted[1]);
	for (int p = 0; p < parts; p++)
	{
		int32		count;

		if (!pa_dump_get(dump, &count, sizeof(count)))
			return false;
		for (int i = 0; i < count; i++)
		{
			PaEntryCopy copy;

			if (!get_entry(dump, &copy))
				return false;
			pa_table_restore(&copy);
			MemoryContextReset(work);
		}
	}
	return true;
}

/*
 * Writes the file. Returns whether it is in its place; what went wrong is
 * reported with elevel, LOG or less, or ERROR. Takes the lock of those who
 * save and, in turn, those of what is saved.
 */
bool
pa_persist_save(int elevel)
{
	MemoryContext outer = CurrentMemoryContext;
	MemoryContext work = AllocSetContextCreate(outer, "perfadvisor save",
											   ALLOCSET_DEFAULT_SIZES);
	TimestampTz now;
	uint64		size;
	bool		saved;
	PaDump	   *dump;

	LWLockAcquire(save_lock, LW_EXCLUSIVE);
	now = GetCurrentTimestamp();
	dump = pa_dump_create(SAVE_FILE, SAVE_FORMAT, SAVE_LAYOUT, elevel);
	MemoryContextSwitchTo(work);
	save_table(dump, work);
	pa_scans_save(dump);
	pa_slow_save(dump);
	pa_failure_save(dump);
	pa_failure_count_save(dump);
	pa_plans_save(dump);
	pa_totals_save(dump);
	pa_minutes_save(dump);
	pa_run_table_save(dump);
	MemoryContextSwitchTo(outer);
	saved = pa_dump_finish(dump, &size);
	if (saved)
	{
		persist->state.saved_at = now;
		persist->state.bytes = size;
	}
	LWLockRelease(save_lock);
	MemoryContextDelete(work);
	return saved;
}

/*
 * Loads a file, if there is one that can be used. Runs in the process that
 * starts the server.
 */
void
pa_persist_load(const char *path)
{
	MemoryContext outer = CurrentMemoryContext;
	MemoryContext work = AllocSetContextCreate(outer, "perfadvisor load",
											   ALLOCSET_DEFAULT_SIZES);
	PaDump	   *dump = pa_dump_open(path, SAVE_FORMAT, SAVE_LAYOUT);

	if (dump != NULL)
	{
		MemoryContextSwitchTo(work);
		if (!load_table(dump, work) || !pa_scans_load(dump) ||
			!pa_slow_load(dump) || !pa_failure_load(dump) ||
			!pa_failure_count_load(dump) || !pa_plans_load(dump) ||
			!pa_totals_load(dump) || !pa_minutes_load(dump) || !pa_run_table_load(dump))
			ereport(LOG,
					(errcode(ERRCODE_DATA_CORRUPTED),
					 errmsg("ignoring the rest of file \"%s\": it ends too early",
							path)));
		MemoryContextSwitchTo(outer);
		pa_dump_close(dump);
	}
	MemoryContextDelete(work);
	pa_textstore_detach();
}

/*
 * Returns the bytes of what those who save share.
 */
static Size
persist_size(void)
{
	return sizeof(PaPersist);
}

/*
 * They have one lock.
 */
static int
persist_locks(void)
{
	return 1;
}

/*
 * Loads what was saved when the server starts. All other areas are there,
 * since this one was registered last.
 */
static void
persist_startup(void *area, LWLockPadded *locks, bool found)
{
	persist = area;
	save_lock = &locks[0].lock;
	if (found)
		return;
	memset(persist, 0, sizeof(PaPersist));
	if (!IsUnderPostmaster)
		pa_persist_load(SAVE_FILE);
}

static const PaShmemArea persist_area = {
	"perfadvisor save", persist_size, persist_locks, persist_startup
};

/*
 * Asks for shared memory. To be called after all rooms that are saved.
 */
void
pa_persist_init(void)
{
	pa_shmem_register(&persist_area);
}

/*
 * Returns when the file was last written, and its size.
 */
void
pa_persist_state(PaSaveState *state)
{
	LWLockAcquire(save_lock, LW_SHARED);
	*state = persist->state;
	LWLockRelease(save_lock);
}

/*
 * save(): writes what was recorded to its file now.
 */
Datum
pa_save(PG_FUNCTION_ARGS)
{
	pa_require_preloaded();
	(void) pa_persist_save(ERROR);
	PG_RETURN_VOID();
}
