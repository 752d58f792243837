/*
 * machine.c
 *	  Reads from the operating system what advice on settings and pools needs
 *	  and no SQL can tell: processors, memory, and the limits that control
 *	  groups (containers) put on both.
 *
 * Everything is read anew each time, from files of the kernel that take
 * microseconds. A file that is not there, as on other systems than Linux,
 * makes a number unknown and is never an error.
 */
#include "postgres.h"

#include <limits.h>
#include <sched.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#ifdef __linux__
#include <sys/sysmacros.h>
#endif
#include <unistd.h>

#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "storage/fd.h"

#include "base/base.h"
#include "base/machine.h"
#include "base/rows.h"

#define CGROUP_ROOT "/sys/fs/cgroup"
#define LINE_LIMIT 4096
#define CPUS_LIMIT 8192			/* in a set of them */

PG_FUNCTION_INFO_V1(pa_read_machine);
PG_FUNCTION_INFO_V1(pa_read_wal_space);

/*
 * Reads the first line of a file that begins with a prefix, without the
 * prefix and the newline. False when there is none.
 */
static bool
read_line(const char *path, const char *prefix, char line[LINE_LIMIT])
{
	FILE	   *file = AllocateFile(path, "r");
	size_t		skipped = strlen(prefix);
	bool		found = false;

	if (file == NULL)
		return false;
	while (!found && fgets(line, LINE_LIMIT, file) != NULL)
		if (strncmp(line, prefix, skipped) == 0)
		{
			memmove(line, line + skipped, strlen(line) - skipped + 1);
			line[strcspn(line, "\n")] = '\0';
			found = true;
		}
	FreeFile(file);
	return found;
}

/*
 * Returns the number in a file, or -1 when there is none, as where it says "max".
 */
static int64
read_number(const char *path)
{
	char		line[LINE_LIMIT];
	char	   *end;
	int64		number;

	if (!read_line(path, "", line))
		return -1;
	number = strtoll(line, &end, 10);
	return end == line ? -1 : number;
}

/*
 * Returns how many processors this process may run on.
 */
static int
count_cpus(void)
{
#ifdef __linux__
	cpu_set_t  *set = CPU_ALLOC(CPUS_LIMIT);
	int			cpus = -1;

	if (set != NULL)
	{
		if (sched_getaffinity(0, CPU_ALLOC_SIZE(CPUS_LIMIT), set) == 0)
			cpus = CPU_COUNT_S(CPU_ALLOC_SIZE(CPUS_LIMIT), set);
		CPU_FREE(set);
		if (cpus > 0)
			return cpus;
	}
#endif
#ifdef _SC_NPROCESSORS_ONLN
	return (int) sysconf(_SC_NPROCESSORS_ONLN);
#else
	return -1;
#endif
}

/*
 * Returns the bytes of memory that the machine has.
 */
static int64
count_memory(void)
{
#if defined(_SC_PHYS_PAGES) && defined(_SC_PAGESIZE)
	int64		pages = sysconf(_SC_PHYS_PAGES);
	int64		page_size = sysconf(_SC_PAGESIZE);

	if (pages > 0 && page_size > 0)
		return pages * page_size;
#endif
	return -1;
}

/*
 * Returns the lesser of two numbers, of which either may be unknown.
 */
static double
lesser_known(double a, double b)
{
	if (a < 0 || b < 0)
		return Max(a, b);
	return Min(a, b);
}

/*
 * Returns the CPUs' worth of time that one control group allows.
 */
static double
quota_of(const char *folder, bool unified)
{
	char		path[MAXPGPATH];
	char		line[LINE_LIMIT];
	double		quota;
	double		period;

	if (unified)
	{
		snprintf(path, MAXPGPATH, "%s/cpu.max", folder);
		if (!read_line(path, "", line) || sscanf(line, "%lf %lf", &quota, &period) != 2)
			return -1;
	}
	else
	{
		snprintf(path, MAXPGPATH, "%s/cpu.cfs_quota_us", folder);
		quota = read_number(path);
		snprintf(path, MAXPGPATH, "%s/cpu.cfs_period_us", folder);
		period = read_number(path);
	}
	return quota > 0 && period > 0 ? quota / period : -1;
}

/*
 * Returns the bytes of memory that one control group allows.
 */
static double
memory_of(const char *folder, bool unified)
{
	char		path[MAXPGPATH];
	int64		limit;

	snprintf(path, MAXPGPATH, "%s/%s", folder, unified ? "memory.max" : "memory.limit_in_bytes");
	limit = read_number(path);
	return limit > 0 ? (double) limit : -1;
}

/*
 * Returns the least that a control group or any around it allows. controller
 * is the old hierarchy's, NULL: the unified one. Where the group's path does
 * not lead anywhere, as in a container, the root is what counts.
 */
static double
least_of_groups(const char *controller, const char *group,
				double (*of) (const char *, bool))
{
	char		root[MAXPGPATH];
	char		folder[MAXPGPATH];
	double		least = -1;

	snprintf(root, MAXPGPATH, "%s%s%s", CGROUP_ROOT, controller ? "/" : "",
			 controller ? controller : "");
	snprintf(folder, MAXPGPATH, "%s%s", root, strstr(group, "..") ? "" : group);
	for (;;)
	{
		char	   *slash;

		least = lesser_known(least, of(folder, controller == NULL));
		slash = strrchr(folder, '/');
		if (slash == NULL || slash < folder + strlen(root))
			return least;
		*slash = '\0';
	}
}

/*
 * Finds the group of this process in the hierarchy of a controller, NULL: in
 * the unified one. Lines read "number:controller,controller:/path".
 */
static bool
find_group(const char *controller, char group[LINE_LIMIT])
{
	FILE	   *file = AllocateFile("/proc/self/cgroup", "r");
	char		line[LINE_LIMIT];
	bool		found = false;

	if (file == NULL)
		return false;
	while (!found && fgets(line, LINE_LIMIT, file) != NULL)
	{
		char	   *controllers = strchr(line, ':');
		char	   *path = controllers ? strchr(controllers + 1, ':') : NULL;

		if (path == NULL)
			continue;
		*controllers++ = '\0';
		*path++ = '\0';
		path[strcspn(path, "\n")] = '\0';
		if (controller == NULL)
			found = controllers[0] == '\0';
		else
			for (char *name = strtok(controllers, ","); name != NULL; name = strtok(NULL, ","))
				found = found || strcmp(name, controller) == 0;
		if (found)
			strlcpy(group, path, LINE_LIMIT);
	}
	FreeFile(file);
	return found;
}

/*
 * Returns the least that the control groups of this process allow, in the
 * unified hierarchy or that of a controller.
 */
static double
allowed_by_groups(const char *controller, double (*of) (const char *, bool))
{
	char		group[LINE_LIMIT];
	double		unified = -1;
	double		own = -1;

	if (find_group(NULL, group))
		unified = least_of_groups(NULL, group, of);
	if (find_group(controller, group))
		own = least_of_groups(controller, group, of);
	return lesser_known(unified, own);
}

/*
 * Tells whether the data directory is on a disk that turns: 1 yes, 0 no, -1
 * unknown, as for file systems over the network.
 */
static int
is_rotational(void)
{
#ifdef __linux__
	struct stat st;
	char		path[MAXPGPATH];
	int64		rotational;

	if (DataDir == NULL || stat(DataDir, &st) != 0)
		return -1;
	snprintf(path, MAXPGPATH, "/sys/dev/block/%u:%u/queue/rotational",
			 (unsigned) major(st.st_dev), (unsigned) minor(st.st_dev));
	rotational = read_number(path);
	if (rotational < 0)
	{
		/* A partition has no queue of its own */
		snprintf(path, MAXPGPATH, "/sys/dev/block/%u:%u/../queue/rotational",
				 (unsigned) major(st.st_dev), (unsigned) minor(st.st_dev));
		rotational = read_number(path);
	}
	return (int) rotational;
#else
	return -1;
#endif
}

/*
 * Finds out what the machine has. A limit at or above what there is is none.
 */
void
pa_machine_read(PaMachine *machine)
{
	double		limit = allowed_by_groups("memory", memory_of);

	machine->cpus = count_cpus();
	machine->cpu_quota = allowed_by_groups("cpu", quota_of);
	if (machine->cpus > 0 && machine->cpu_quota >= machine->cpus)
		machine->cpu_quota = -1;
	machine->memory_bytes = count_memory();
	machine->memory_limit_bytes = -1;
	if (limit > 0 && (machine->memory_bytes < 0 || limit < machine->memory_bytes))
		machine->memory_limit_bytes = (int64) limit;
	machine->rotational = is_rotational();
}

/*
 * machine(): one row.
 */
Datum
pa_read_machine(PG_FUNCTION_ARGS)
{
	PaMachine	machine;
	TupleDesc	tupdesc;
	Datum		values[5];
	bool		nulls[5];

	tupdesc = pa_row_desc(fcinfo, INT4OID, FLOAT8OID, INT8OID, INT8OID, BOOLOID);
	pa_machine_read(&machine);
	values[0] = Int32GetDatum(machine.cpus);
	nulls[0] = machine.cpus < 0;
	values[1] = Float8GetDatum(machine.cpu_quota);
	nulls[1] = machine.cpu_quota < 0;
	values[2] = Int64GetDatum(machine.memory_bytes);
	nulls[2] = machine.memory_bytes < 0;
	values[3] = Int64GetDatum(machine.memory_limit_bytes);
	nulls[3] = machine.memory_limit_bytes < 0;
	values[4] = BoolGetDatum(machine.rotational > 0);
	nulls[4] = machine.rotational < 0;
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(tupdesc, values, nulls)));
}

/*
 * wal_space(): bytes that the server may still write where its WAL is, NULL
 * when that cannot be found out.
 */
Datum
pa_read_wal_space(PG_FUNCTION_ARGS)
{
	struct statvfs st;

	if (statvfs("pg_wal", &st) != 0)
		PG_RETURN_NULL();
	PG_RETURN_INT64((int64) st.f_bavail * (int64) st.f_frsize);
}
