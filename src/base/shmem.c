/*
 * shmem.c
 *	  Shared memory: collects what the rooms ask for, requests it while the
 *	  library is preloaded, and hands it out when the server starts.
 *
 * Rooms call pa_shmem_register() from their init function and never touch
 * the hooks themselves.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "storage/ipc.h"
#include "storage/shmem.h"

#include "base/base.h"

#define MAX_AREAS 32

static const PaShmemArea *areas[MAX_AREAS];
static int	nareas = 0;
static bool attached = false;

static shmem_request_hook_type prev_shmem_request_hook = NULL;
static shmem_startup_hook_type prev_shmem_startup_hook = NULL;

/*
 * Returns how many LWLocks an area wants.
 */
static int
area_locks(const PaShmemArea *area)
{
	return area->locks ? area->locks() : 0;
}

/*
 * Requests memory and locks for every registered area.
 */
static void
pa_shmem_request(void)
{
	if (prev_shmem_request_hook)
		prev_shmem_request_hook();

	for (int i = 0; i < nareas; i++)
	{
		RequestAddinShmemSpace(MAXALIGN(areas[i]->size()));
		if (area_locks(areas[i]) > 0)
			RequestNamedLWLockTranche(areas[i]->name, area_locks(areas[i]));
	}
}

/*
 * Creates or finds every registered area and lets its room set it up.
 */
static void
pa_shmem_startup(void)
{
	if (prev_shmem_startup_hook)
		prev_shmem_startup_hook();

	LWLockAcquire(AddinShmemInitLock, LW_EXCLUSIVE);
	for (int i = 0; i < nareas; i++)
	{
		bool		found;
		void	   *area = ShmemInitStruct(areas[i]->name, areas[i]->size(), &found);
		LWLockPadded *locks = NULL;

		if (area_locks(areas[i]) > 0)
			locks = GetNamedLWLockTranche(areas[i]->name);
		areas[i]->startup(area, locks, found);
	}
	LWLockRelease(AddinShmemInitLock);
	attached = true;
}

/*
 * Adds an area to what will be requested. Only while preloading.
 */
void
pa_shmem_register(const PaShmemArea *area)
{
	Assert(process_shared_preload_libraries_in_progress);

	if (nareas == MAX_AREAS)
		elog(ERROR, "too many shared memory areas");
	if (nareas == 0)
	{
		prev_shmem_request_hook = shmem_request_hook;
		shmem_request_hook = pa_shmem_request;
		prev_shmem_startup_hook = shmem_startup_hook;
		shmem_startup_hook = pa_shmem_startup;
	}
	areas[nareas++] = area;
}

/*
 * Tells whether shared memory is there.
 */
bool
pa_is_preloaded(void)
{
	return attached;
}

/*
 * Raises an error that says how to load the library, unless it is loaded.
 */
void
pa_require_preloaded(void)
{
	if (!attached)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("perfadvisor must be loaded via shared_preload_libraries"),
				 errhint("Add it to the configuration with \"shared_preload_libraries = 'perfadvisor'\" (after a comma if there are others) and restart the server.")));
}
