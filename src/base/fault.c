/*
 * fault.c
 *	  Failing at chosen places, in a test build.
 *
 * Reads one setting and touches nothing else, so it may stand under locks.
 */
#include "postgres.h"

#ifdef PA_FAULTS

#include <signal.h>
#include <unistd.h>

#include "utils/guc.h"

#include "base/fault.h"

static char *fault_setting = NULL;

/* How often this backend has come to the place that is set */
static int	times = 0;

/*
 * Another setting counts anew.
 */
static void
assign_fault(const char *newval, void *extra)
{
	times = 0;
	if (newval != NULL && strstr(newval, "memory:") != NULL)
		pa_fault_memory_watch();
}

/*
 * Defines the setting, which is of this build alone.
 */
void
pa_fault_init(void)
{
	DefineCustomStringVariable("perfadvisor." "fault",
							   "Has this session fail at a place: place:kind:n.", NULL,
							   &fault_setting, "", PGC_SUSET, 0,
							   NULL, assign_fault, NULL);
}

/*
 * Reads the setting. Returns whether it is for this place.
 */
static bool
read_setting(const char *place, char kind[16], int *turn)
{
	size_t		length = strlen(place);

	return fault_setting != NULL && strncmp(fault_setting, place, length) == 0 &&
		fault_setting[length] == ':' &&
		sscanf(fault_setting + length + 1, "%15[a-z]:%d", kind, turn) == 2;
}

/*
 * Tells whether this place is still to fail.
 */
bool
pa_fault_waits(const char *place)
{
	char		kind[16];
	int			turn;

	return read_setting(place, kind, &turn) &&
		(times < turn || strcmp(kind, "lack") == 0);
}

/*
 * Fails, if it is this place's turn. Returns whether what the place asks for
 * shall fail.
 */
bool
pa_fault(const char *place)
{
	char		kind[16];
	int			turn;

	if (!read_setting(place, kind, &turn) || ++times < turn)
		return false;
	if (strcmp(kind, "lack") == 0)
		return true;
	if (times > turn)
		return false;
	if (strcmp(kind, "error") == 0)
		ereport(ERROR, (errmsg("injected failure at %s", place)));
	else if (strcmp(kind, "cancel") == 0)
		(void) raise(SIGINT);
	else if (strcmp(kind, "terminate") == 0)
		(void) raise(SIGTERM);
	else if (strcmp(kind, "kill") == 0)
		(void) raise(SIGKILL);
	return strcmp(kind, "fail") == 0;
}

#endif							/* PA_FAULTS */
