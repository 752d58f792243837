/*
 * minutes.c
 *	  What was under way at once, minute by minute: a ring of rows, one for
 *	  each group of sessions and minute in which it had any.
 *
 * The highest numbers are exact, since everybody who counts one more sees what
 * that makes. How long how many were under way is sampled: the worker looks
 * some ten times a second, at random distances, and each look stands for the
 * time since the one before. At each full minute it writes down what came
 * together since the last one. All of it is under the lock of the groups,
 * which sessions take only to join a group. Who reads adds the minute that has
 * not ended.
 */
#include "postgres.h"

#include "common/pg_prng.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

#include "record/recorder.h"

#define ROWS 8192
#define MINUTE (60 * USECS_PER_SEC)
#define LOOK_EVERY 100000		/* us, on average */
#define LOOK_SELDOM 1000000		/* us, while nobody is connected */

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
 * that is anything. Caller holds the groups' lock.
 */
static bool
fill_row(PaGroup *group, TimestampTz now, PaMinute *row)
{
	bool		any = false;

	row->from = group->since;
	row->upto = now;
	row->key = group->key;
	row->max = pg_atomic_read_u32(&group->in_flight.max);
	row->sessions_max = pg_atomic_read_u32(&group->sessions.max);
	row->sessions_now = pg_atomic_read_u32(&group->sessions.now);
	row->sampled_us = group->sampled_us;
	memcpy(row->above, group->above, sizeof(row->above));
	read_counts(group, &row->counts);
	for (int i = 0; i < PA_GROUP_COUNTS; i++)
	{
		((uint64 *) &row->counts)[i] -= ((uint64 *) &group->base_counts)[i];
		any = any || ((uint64 *) &row->counts)[i] > 0;
	}
	return any || row->max > 0 || row->sessions_max > 0;
}

/*
 * Begins a new minute of a group.
 */
static void
begin_minute(PaGroup *group, TimestampTz now)
{
	group->since = now;
	group->sampled_us = 0;
	memset(group->above, 0, sizeof(group->above));
	read_counts(group, &group->base_counts);
	(void) pa_count_take_max(&group->in_flight);
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
 * Looks how many of a group are under way, which stands for some time. Caller
 * holds the groups' lock exclusively.
 */
static void
look_at(PaGroup *group, TimestampTz now, int64 time)
{
	uint32		weight = (uint32) Min(Min(time, Max(now - group->since, 0)), MINUTE);
	int			reached = pa_levels_reached(pg_atomic_read_u32(&group->in_flight.now));

	group->sampled_us += weight;
	for (int i = 0; i < reached; i++)
		group->above[i] += weight;
}

/*
 * Looks at all groups, and ends everybody's minute when a full minute has gone
 * by. Returns when to look again. For the worker.
 */
TimestampTz
pa_minutes_tick(TimestampTz now)
{
	static TimestampTz looked_at = 0;
	static TimestampTz minute_ends = 0;
	LWLock	   *lock = pa_groups_lock();
	bool		somebody;
	int64		wait;

	LWLockAcquire(lock, LW_EXCLUSIVE);
	for (int i = 0; i < pa_groups_count(); i++)
	{
		PaGroup    *group = pa_group(i);

		if (group->used && looked_at != 0)
			look_at(group, now, now - looked_at);
		if (group->used && minute_ends != 0 && now >= minute_ends)
			pa_minutes_close(group, now);
	}
	somebody = pg_atomic_read_u32(&pa_group(PA_SERVER_GROUP)->sessions.now) > 0;
	LWLockRelease(lock);

	if (now >= minute_ends)
		minute_ends = (now / MINUTE + 1) * MINUTE;
	looked_at = now;
	wait = somebody ? LOOK_EVERY / 2 + (int64) (pg_prng_double(&pg_global_prng_state) * LOOK_EVERY) : LOOK_SELDOM;
	return Min(now + wait, minute_ends);
}

/*
 * Returns all rows, oldest first, the unfinished minutes last, as a List of
 * PaMinute * in the current context.
 */
List *
pa_minutes_read(void)
{
	LWLock	   *lock = pa_groups_lock();
	int			groups = pa_groups_count();
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
		PaGroup    *group = pa_group(i);

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
	LWLock	   *lock = pa_groups_lock();
	TimestampTz now = GetCurrentTimestamp();

	LWLockAcquire(lock, LW_EXCLUSIVE);
	minutes->next = 0;
	for (int i = 0; i < pa_groups_count(); i++)
	{
		PaGroup    *group = pa_group(i);

		if (!group->used)
			continue;
		begin_minute(group, now);
		memset(group->features, 0, sizeof(group->features));
		memset(group->start_settings, 0, sizeof(group->start_settings));
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
	if (!pa_dump_get(dump, row, ROW_HEAD) || (uint32) row->key.kind > PA_GROUP_APPLICATION ||
		!pa_dump_get(dump, &levels, sizeof(levels)) || levels > PA_LEVELS ||
		!pa_dump_get(dump, row->above, levels * sizeof(uint32)))
	{
		/* As if it had not begun */
		memset(row, 0, sizeof(*row));
		return false;
	}
	row->key.application_name[NAMEDATALEN - 1] = '\0';
	return true;
}

/*
 * Writes what roles were seen to use that a pool in transaction mode forbids.
 */
static void
save_features(PaDump *dump)
{
	static const PaGroup nobody;
	LWLock	   *lock = pa_groups_lock();

	for (int i = 0; i < pa_groups_count(); i++)
	{
		PaGroup    *group = pa_group(i);
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
		for (int i = 0; i < PA_FEATURES; i++)
			features[i].example[NAMEDATALEN - 1] = '\0';
		key.kind = PA_GROUP_ROLE;
		key.application_name[NAMEDATALEN - 1] = '\0';
		group = pa_group_restore_role(&key);
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
