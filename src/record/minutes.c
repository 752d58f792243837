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
	row->max = pg_atomic_read_u32(&group->in_flight.max);
	row->sessions_max = pg_atomic_read_u32(&group->sessions.max);
	row->sessions_now = pg_atomic_read_u32(&group->sessions.count);
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
	(void) pa_lane_take_max(&group->in_flight);
	(void) pa_lane_take_max(&group->sessions);
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
