/*
 * minutes.c
 *	  What was under way at once, minute by minute: a ring of rows, one for
 *	  each group of sessions and minute in which it had any.
 *
 * At each full minute the worker writes down what lanes and counts have
 * become since the last one. All of it is under the lock of the groups, which
 * sessions take only to join a group. Who reads adds the minute that has not
 * ended, so that numbers are exact at any moment.
 */
#include "postgres.h"

#include "utils/memutils.h"
#include "utils/timestamp.h"

#include "record/recorder.h"

#define ROWS 8192
#define MINUTE (60 * USECS_PER_SEC)

/* Of a row, what comes before its levels, of which the higher ones are mostly zero */
#define ROW_HEAD offsetof(PaMinute, above)

typedef struct PaMinutes
{
	uint64		next;			/* rows written so far */
	PaMinute	rows[ROWS];
} PaMinutes;

static PaMinutes *minutes = NULL;

/*
 * Returns the bytes of the ring.
 */
static Size
minutes_size(void)
{
	return sizeof(PaMinutes);
}

/*
 * Sets the ring up when the server starts.
 */
static void
minutes_startup(void *area, LWLockPadded *locks, bool found)
{
	minutes = area;
	if (!found)
		memset(minutes, 0, sizeof(PaMinutes));
}

static const PaShmemArea minutes_area = {
	"perfadvisor minutes", minutes_size, NULL, minutes_startup
};

/*
 * Asks for the ring's shared memory.
 */
void
pa_minutes_init(void)
{
	pa_shmem_register(&minutes_area);
}

/*
 * Reads a group's counts, which others add to at the same time.
 */
static void
read_counts(PaGroup *group, PaGroupCounts *counts)
{
	for (int i = 0; i < PA_GROUP_COUNTS; i++)
		((uint64 *) counts)[i] = pg_atomic_read_u64(&group->counts[i]);
}

/*
 * Fills a row with what a group did since its minute began. Returns whether
 * that is anything. The moments at which sessions began and ended what they
 * did are their own, so that a level's time may exceed the row's by a little;
 * it is cut. Caller holds the groups' lock.
 */
static bool
fill_row(PaGroup *group, TimestampTz now, PaMinute *row)
{
	int64		above[PA_LEVELS];
	int64		length = Min(Max(now - group->since, 0), PG_UINT32_MAX);
	bool		any = false;

	row->from = group->since;
	row->upto = now;
	row->key = group->key;
	row->max = pg_atomic_read_u32(&group->in_flight.count.max);
	row->sessions_max = pg_atomic_read_u32(&group->sessions.max);
	row->sessions_now = pg_atomic_read_u32(&group->sessions.now);
	read_counts(group, &row->counts);
	for (int i = 0; i < PA_GROUP_COUNTS; i++)
	{
		((uint64 *) &row->counts)[i] -= ((uint64 *) &group->base_counts)[i];
		any = any || ((uint64 *) &row->counts)[i] > 0;
	}
	pa_lane_read(&group->in_flight, pa_concurrency_moment(now), above);
	for (int i = 0; i < PA_LEVELS; i++)
		row->above[i] = (uint32) Min(Max(above[i] - group->base_above[i], 0), length);
	return any || row->max > 0 || row->sessions_max > 0;
}

/*
 * Begins a new minute of a group.
 */
static void
begin_minute(PaGroup *group, TimestampTz now)
{
	group->since = now;
	read_counts(group, &group->base_counts);
	pa_lane_read(&group->in_flight, pa_concurrency_moment(now), group->base_above);
	(void) pa_count_take_max(&group->in_flight.count);
	(void) pa_count_take_max(&group->sessions);
}

/*
 * Writes a row for a group's minute, if there is anything to tell, and begins
 * the next. Caller holds the groups' lock exclusively.
 */
void
pa_minutes_close(PaGroup *group, TimestampTz now)
{
	PaMinute   *row = &minutes->rows[minutes->next % ROWS];

	if (fill_row(group, now, row))
		minutes->next++;
	begin_minute(group, now);
}

/*
 * Ends everybody's minute when a full minute has gone by. Returns when the
 * next one will have.
 */
TimestampTz
pa_minutes_roll(TimestampTz now)
{
	static TimestampTz next = 0;
	LWLock	   *lock = pa_concurrency_lock();

	if (next != 0 && now >= next)
	{
		LWLockAcquire(lock, LW_EXCLUSIVE);
		for (int i = 0; i < pa_concurrency_group_count(); i++)
		{
			PaGroup    *group = pa_concurrency_group(i);

			if (group->used)
				pa_minutes_close(group, now);
		}
		LWLockRelease(lock);
	}
	next = (now / MINUTE + 1) * MINUTE;
	return next;
}

/*
 * Returns all rows, oldest first, the unfinished minutes last, as a List of
 * PaMinute * in the current context.
 */
List *
pa_minutes_read(void)
{
	LWLock	   *lock = pa_concurrency_lock();
	int			groups = pa_concurrency_group_count();
	PaMinute   *copy = MemoryContextAllocHuge(CurrentMemoryContext,
											  (ROWS + groups) * sizeof(PaMinute));
	TimestampTz now = GetCurrentTimestamp();
	List	   *rows = NIL;
	int			n = 0;

	LWLockAcquire(lock, LW_SHARED);
	for (uint64 i = minutes->next > ROWS ? minutes->next - ROWS : 0; i < minutes->next; i++)
		copy[n++] = minutes->rows[i % ROWS];
	for (int i = 0; i < groups; i++)
	{
		PaGroup    *group = pa_concurrency_group(i);

		if (group->used && fill_row(group, now, &copy[n]))
			n++;
	}
	LWLockRelease(lock);
	for (int i = 0; i < n; i++)
		rows = lappend(rows, &copy[i]);
	return rows;
}

/*
 * Forgets all rows, and what sessions were seen to use; what is under way
 * begins anew.
 */
void
pa_minutes_reset(void)
{
	LWLock	   *lock = pa_concurrency_lock();
	TimestampTz now = GetCurrentTimestamp();

	LWLockAcquire(lock, LW_EXCLUSIVE);
	minutes->next = 0;
	for (int i = 0; i < pa_concurrency_group_count(); i++)
	{
		PaGroup    *group = pa_concurrency_group(i);

		if (!group->used)
			continue;
		begin_minute(group, now);
		memset(group->features, 0, sizeof(group->features));
	}
	LWLockRelease(lock);
}

/*
 * Writes a row, with as many levels as it reached.
 */
static void
save_row(PaDump *dump, const PaMinute *row)
{
	uint32		levels = 0;

	while (levels < PA_LEVELS && row->above[levels] > 0)
		levels++;
	pa_dump_put(dump, row, ROW_HEAD);
	pa_dump_put(dump, &levels, sizeof(levels));
	pa_dump_put(dump, row->above, levels * sizeof(uint32));
}

/*
 * Reads what save_row() wrote.
 */
static bool
load_row(PaDump *dump, PaMinute *row)
{
	uint32		levels;

	memset(row, 0, sizeof(*row));
	return pa_dump_get(dump, row, ROW_HEAD) &&
		pa_dump_get(dump, &levels, sizeof(levels)) && levels <= PA_LEVELS &&
		pa_dump_get(dump, row->above, levels * sizeof(uint32));
}

/*
 * Writes what roles were seen to use that a pool in transaction mode forbids.
 */
static void
save_features(PaDump *dump)
{
	static const PaGroup nobody;
	LWLock	   *lock = pa_concurrency_lock();

	for (int i = 0; i < pa_concurrency_group_count(); i++)
	{
		PaGroup    *group = pa_concurrency_group(i);
		PaGroup    *copy = palloc(sizeof(PaGroup));

		LWLockAcquire(lock, LW_SHARED);
		memcpy(copy, group, sizeof(PaGroup));
		LWLockRelease(lock);
		if (copy->used && copy->key.kind == PA_GROUP_ROLE && OidIsValid(copy->key.roleid))
		{
			pa_dump_put(dump, &copy->key, sizeof(copy->key));
			pa_dump_put(dump, copy->features, sizeof(copy->features));
		}
		pfree(copy);
	}
	pa_dump_put(dump, &nobody.key, sizeof(nobody.key));
}

/*
 * Reads what save_features() wrote.
 */
static bool
load_features(PaDump *dump)
{
	for (;;)
	{
		PaGroupKey	key;
		PaFeatureUse features[PA_FEATURES];
		PaGroup    *group;

		if (!pa_dump_get(dump, &key, sizeof(key)))
			return false;
		if (!OidIsValid(key.roleid))
			return true;
		if (!pa_dump_get(dump, features, sizeof(features)))
			return false;
		group = pa_concurrency_restore_role(&key);
		if (group != NULL)
			memcpy(group->features, features, sizeof(features));
	}
}

/*
 * Writes the rows, oldest first, the unfinished minutes as if they ended now,
 * and what roles were seen to use.
 */
void
pa_minutes_save(PaDump *dump)
{
	List	   *rows = pa_minutes_read();
	int32		count = list_length(rows);
	ListCell   *lc;

	pa_dump_put(dump, &count, sizeof(count));
	foreach(lc, rows)
		save_row(dump, lfirst(lc));
	save_features(dump);
}

/*
 * Reads what pa_minutes_save() wrote, when the server starts.
 */
bool
pa_minutes_load(PaDump *dump)
{
	int32		count;

	if (!pa_dump_get(dump, &count, sizeof(count)))
		return false;
	for (int32 i = 0; i < count; i++)
	{
		if (!load_row(dump, &minutes->rows[minutes->next % ROWS]))
			return false;
		minutes->next++;
	}
	return load_features(dump);
}
