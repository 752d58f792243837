/*
 * groups.c
 *	  The groups of sessions that are counted together: that of the whole
 *	  server, one for each role in a database and one for each application.
 *
 * There is a fixed number of places. A group without sessions makes room for
 * another, the one that was left longest ago first; when there is none,
 * sessions share the first of their kind, that of all others. One lock guards
 * which group is where and what happened in this minute (minutes.c); what
 * sessions count in their groups they count without it.
 */
#include "postgres.h"

#include "storage/lwlock.h"
#include "utils/timestamp.h"

#include "record/recorder.h"

#define PLACES 64				/* for roles, and for applications */
#define GROUPS (1 + 2 * PLACES)
#define FIRST_ROLE 1			/* the first of a kind is that of all others */
#define FIRST_APPLICATION (FIRST_ROLE + PLACES)

static char *groups = NULL;
static LWLock *lock = NULL;

/*
 * Returns the bytes of one group: whole cache lines.
 */
static Size
group_size(void)
{
	return CACHELINEALIGN(sizeof(PaGroup));
}

/*
 * Returns the bytes of all groups.
 */
static Size
groups_size(void)
{
	return PG_CACHE_LINE_SIZE + GROUPS * group_size();
}

/*
 * Groups have one lock.
 */
static int
groups_locks(void)
{
	return 1;
}

/*
 * Returns a group by its number.
 */
PaGroup *
pa_group(int number)
{
	return (PaGroup *) (groups + number * group_size());
}

/*
 * Returns the number of groups, used or not.
 */
int
pa_groups_count(void)
{
	return GROUPS;
}

/*
 * Returns the lock of what groups are and did, but for what sessions count.
 */
LWLock *
pa_groups_lock(void)
{
	return lock;
}

/*
 * Sets a number to nothing. Nobody else may use it yet.
 */
static void
init_count(PaCount *count)
{
	pg_atomic_init_u32(&count->now, 0);
	pg_atomic_init_u32(&count->max, 0);
}

/*
 * Makes a group that counts from now on. Nobody else may use it yet.
 */
static void
init_group(PaGroup *group, const PaGroupKey *key, TimestampTz now)
{
	memset(group, 0, sizeof(PaGroup));
	init_count(&group->in_flight);
	init_count(&group->sessions);
	for (int i = 0; i < PA_GROUP_COUNTS; i++)
		pg_atomic_init_u64(&group->counts[i], 0);
	group->key = *key;
	group->last_used = now;
	group->since = now;
	group->used = true;
}

/*
 * Sets the groups up when the server starts.
 */
static void
groups_startup(void *area, LWLockPadded *locks, bool found)
{
	TimestampTz now = GetCurrentTimestamp();

	groups = (char *) CACHELINEALIGN(area);
	lock = &locks[0].lock;
	if (found)
		return;
	memset(area, 0, groups_size());
	init_group(pa_group(PA_SERVER_GROUP), &(PaGroupKey) {.kind = PA_GROUP_SERVER}, now);
	init_group(pa_group(FIRST_ROLE), &(PaGroupKey) {.kind = PA_GROUP_ROLE}, now);
	init_group(pa_group(FIRST_APPLICATION),
			   &(PaGroupKey) {.kind = PA_GROUP_APPLICATION,.application_name = "(others)"}, now);
}

static const PaShmemArea groups_area = {
	"perfadvisor groups", groups_size, groups_locks, groups_startup
};

/*
 * Finds a group among those of its kind. Caller holds the lock.
 */
static PaGroup *
find_group(const PaGroupKey *key)
{
	int			first = key->kind == PA_GROUP_ROLE ? FIRST_ROLE : FIRST_APPLICATION;

	for (int i = first; i < first + PLACES; i++)
	{
		PaGroup    *group = pa_group(i);

		if (group->used && group->key.dbid == key->dbid && group->key.roleid == key->roleid &&
			strcmp(group->key.application_name, key->application_name) == 0)
			return group;
	}
	return NULL;
}

/*
 * Returns a new group, in a place that is free or that no session has used
 * for the longest time; that of all others when there is none. Caller holds
 * the lock exclusively.
 */
static PaGroup *
make_group(const PaGroupKey *key, TimestampTz now)
{
	int			first = key->kind == PA_GROUP_ROLE ? FIRST_ROLE : FIRST_APPLICATION;
	PaGroup    *chosen = NULL;

	for (int i = first + 1; i < first + PLACES; i++)
	{
		PaGroup    *group = pa_group(i);

		if (!group->used)
		{
			chosen = group;
			break;
		}
		if (pg_atomic_read_u32(&group->sessions.now) == 0 &&
			(chosen == NULL || group->last_used < chosen->last_used))
			chosen = group;
	}
	if (chosen == NULL)
		return pa_group(first);
	if (chosen->used)
		pa_minutes_close(chosen, now);
	init_group(chosen, key, now);
	return chosen;
}

/*
 * Makes the group of a role again when the server starts. NULL when there is
 * no room.
 */
PaGroup *
pa_group_restore_role(const PaGroupKey *key)
{
	PaGroup    *group = find_group(key);

	if (group == NULL)
		group = make_group(key, GetCurrentTimestamp());
	return group == pa_group(FIRST_ROLE) ? NULL : group;
}

/*
 * Finds or makes a group for this session, and counts the session there.
 */
PaGroup *
pa_group_join(const PaGroupKey *key)
{
	TimestampTz now = GetCurrentTimestamp();
	PaGroup    *group;

	LWLockAcquire(lock, LW_EXCLUSIVE);
	group = find_group(key);
	if (group == NULL)
		group = make_group(key, now);
	group->last_used = now;
	pa_count_up(&group->sessions);
	LWLockRelease(lock);
	return group;
}

/*
 * Asks for the groups' shared memory.
 */
void
pa_groups_init(void)
{
	pa_shmem_register(&groups_area);
}
