/*
 * guc.c
 *	  The settings of perfadvisor, in the order of docs/reference.md.
 */
#include "postgres.h"

#include <limits.h>

#include "miscadmin.h"
#include "utils/guc.h"

#include "base/base.h"
#include "base/fault.h"

#define MAX_STATEMENTS_DEFAULT 5000
#define MAX_STATEMENTS_MIN 100
#define MAX_STATEMENTS_MAX 1000000
#define TEXT_MEMORY_DEFAULT (32 * 1024) /* kB */
#define TEXT_MEMORY_MIN 1024
#define SLOW_QUERY_TIME_DEFAULT 100 /* ms */
#define ADVISE_TIME_LIMIT_DEFAULT 30000 /* ms */
#define SNAPSHOT_INTERVAL_DEFAULT 300	/* s */
#define SNAPSHOT_INTERVAL_MAX (24 * 3600)
#define SNAPSHOT_RETENTION_DEFAULT (30 * 24 * 60)	/* min */
#define SNAPSHOT_RETENTION_MIN 60

/* Which statements are recorded: none, those of clients, nested ones too */
int			pa_track = PA_TRACK_ALL;

/* Whether samples keep the constants and parameters that statements ran with */
bool		pa_track_parameters = true;

/* Entries in the statement table */
int			pa_max_statements = MAX_STATEMENTS_DEFAULT;

/* Bound on the shared memory for texts and samples, kB */
int			pa_text_memory = TEXT_MEMORY_DEFAULT;

/* Executions at least this long are kept one by one, ms; -1 none */
int			pa_slow_query_time = SLOW_QUERY_TIME_DEFAULT;

/* Executions at least this long are looked at when they end, ns; follows from the one above */
uint64		pa_look_time = PA_LOOK_TIME;

/* How long a search for advice may take, ms; 0 unlimited */
int			pa_advise_time_limit = ADVISE_TIME_LIMIT_DEFAULT;

/* Time between snapshots that the launcher has taken, s; 0 none */
int			pa_snapshot_interval = SNAPSHOT_INTERVAL_DEFAULT;

/* How long history is kept, min */
int			pa_snapshot_retention = SNAPSHOT_RETENTION_DEFAULT;

static const struct config_enum_entry track_options[] = {
	{"off", PA_TRACK_OFF, false},
	{"top", PA_TRACK_TOP, false},
	{"all", PA_TRACK_ALL, false},
	{NULL, 0, false}
};

/*
 * Defines what can only be set when the server starts.
 */
static void
define_memory_settings(void)
{
	DefineCustomIntVariable("perfadvisor.max_statements",
							"Sets the number of different statements that are remembered.",
							NULL,
							&pa_max_statements,
							MAX_STATEMENTS_DEFAULT,
							MAX_STATEMENTS_MIN, MAX_STATEMENTS_MAX,
							PGC_POSTMASTER, 0,
							NULL, NULL, NULL);
	DefineCustomIntVariable("perfadvisor.text_memory",
							"Sets the shared memory for statement texts and samples.",
							"Statements whose text does not fit are still counted.",
							&pa_text_memory,
							TEXT_MEMORY_DEFAULT,
							TEXT_MEMORY_MIN, MAX_KILOBYTES,
							PGC_POSTMASTER, GUC_UNIT_KB,
							NULL, NULL, NULL);
}

/*
 * Has every execution looked at when each is to be kept.
 */
static void
assign_slow_query_time(int value, void *extra)
{
	pa_look_time = value == 0 ? 0 : PA_LOOK_TIME;
}

/*
 * Defines all settings. Called from _PG_init, also without preloading, in
 * which case those of the postmaster cannot be defined.
 */
void
pa_guc_init(void)
{
	DefineCustomEnumVariable("perfadvisor.track",
							 "Selects which statements are recorded.",
							 "\"top\" records the statements of clients, \"all\" also those that functions, triggers and utility statements run.",
							 &pa_track,
							 PA_TRACK_ALL, track_options,
							 PGC_SUSET, 0,
							 NULL, NULL, NULL);
	DefineCustomBoolVariable("perfadvisor.track_parameters",
							 "Records the constants and parameters that statements ran with.",
							 "Advice needs them. When off, statements that contain constants are not sampled.",
							 &pa_track_parameters,
							 true,
							 PGC_SUSET, 0,
							 NULL, NULL, NULL);
	if (process_shared_preload_libraries_in_progress)
		define_memory_settings();
	DefineCustomIntVariable("perfadvisor.slow_query_time",
							"Sets the execution time from which on an execution is kept in slow_queries.",
							"-1 turns this off.",
							&pa_slow_query_time,
							SLOW_QUERY_TIME_DEFAULT, -1, INT_MAX,
							PGC_SUSET, GUC_UNIT_MS,
							NULL, assign_slow_query_time, NULL);
	DefineCustomIntVariable("perfadvisor.advise_time_limit",
							"Sets how long a search for index advice may take.",
							"0 means no limit.",
							&pa_advise_time_limit,
							ADVISE_TIME_LIMIT_DEFAULT, 0, INT_MAX,
							PGC_USERSET, GUC_UNIT_MS,
							NULL, NULL, NULL);
	DefineCustomIntVariable("perfadvisor.snapshot_interval",
							"Sets the time between snapshots of every database that has the extension.",
							"0 turns them off.",
							&pa_snapshot_interval,
							SNAPSHOT_INTERVAL_DEFAULT, 0, SNAPSHOT_INTERVAL_MAX,
							PGC_SIGHUP, GUC_UNIT_S,
							NULL, NULL, NULL);
	DefineCustomIntVariable("perfadvisor.snapshot_retention",
							"Sets how long snapshots without a label are kept.",
							"Of more than a day ago one snapshot an hour is kept.",
							&pa_snapshot_retention,
							SNAPSHOT_RETENTION_DEFAULT, SNAPSHOT_RETENTION_MIN, INT_MAX,
							PGC_SIGHUP, GUC_UNIT_MIN,
							NULL, NULL, NULL);
	pa_fault_init();
	MarkGUCPrefixReserved("perfadvisor");
}
