/*
 * compat.h
 *	  Differences between PostgreSQL 15 and 19, dissolved in one place.
 *
 * This file and compat.c are the only ones that may test PG_VERSION_NUM.
 * Everything else uses the names defined here.
 */
#ifndef PERFADVISOR_BASE_COMPAT_H
#define PERFADVISOR_BASE_COMPAT_H

#include "datatype/timestamp.h"
#include "executor/instrument.h"
#include "executor/executor.h"
#include "miscadmin.h"
#include "nodes/plannodes.h"
#include "optimizer/planner.h"
#include "parser/analyze.h"
#include "portability/instr_time.h"
#include "utils/guc.h"

#if PG_VERSION_NUM < 150000
#error "perfadvisor requires PostgreSQL 15 or newer"
#endif

#if PG_VERSION_NUM >= 160000
#include "nodes/queryjumble.h"
#include "varatt.h"
#else
#include "utils/queryjumble.h"
#endif

/*
 * From 16 on PGXS hides what is not exported, and the macro exports functions.
 * Our Makefile does the first on 15, and this the second.
 */
#include "fmgr.h"
#if PG_VERSION_NUM < 160000
#undef PG_FUNCTION_INFO_V1
#define PG_FUNCTION_INFO_V1(funcname) \
extern PGDLLEXPORT Datum funcname(PG_FUNCTION_ARGS); \
extern PGDLLEXPORT const Pg_finfo_record *CppConcat(pg_finfo_, funcname) (void); \
const Pg_finfo_record * \
CppConcat(pg_finfo_, funcname) (void) \
{ \
	static const Pg_finfo_record my_finfo = {1}; \
	return &my_finfo; \
} \
extern int	no_such_variable
#endif

#include "commands/explain.h"
#if PG_VERSION_NUM >= 180000
#include "commands/explain_format.h"
#include "commands/explain_state.h"
#endif

/* Files of one major version are not read by another */
#define PA_SERVER_MAJOR (PG_VERSION_NUM / 10000)

/* Type of PlannedStmt.queryId and Query.queryId */
#if PG_VERSION_NUM >= 180000
typedef int64 PaQueryId;
#else
typedef uint64 PaQueryId;
#endif

/* What post_parse_analyze_hook gets */
#if PG_VERSION_NUM >= 190000
typedef const JumbleState PaJumbleState;
#else
typedef JumbleState PaJumbleState;
#endif

/* Arguments of planner_hook, as declared and as passed on */
#if PG_VERSION_NUM >= 190000
#define PA_PLANNER_PARAMS Query *parse, const char *query_string, \
	int cursorOptions, ParamListInfo boundParams, ExplainState *es
#define PA_PLANNER_ARGS parse, query_string, cursorOptions, boundParams, es
#else
#define PA_PLANNER_PARAMS Query *parse, const char *query_string, \
	int cursorOptions, ParamListInfo boundParams
#define PA_PLANNER_ARGS parse, query_string, cursorOptions, boundParams
#endif

/* The messages that this process logs, and how to change that for a while */
#if PG_VERSION_NUM >= 190000
#define pa_log_min_messages (log_min_messages[MyBackendType])
#else
#define pa_log_min_messages log_min_messages
#endif

/* Has a scanner say nothing about backslashes; 19 has nothing to say */
#if PG_VERSION_NUM >= 190000
#define pa_scanner_be_quiet(extra) ((void) 0)
#else
#define pa_scanner_be_quiet(extra) ((void) ((extra)->escape_string_warning = false))
#endif

/* What pqsignal() takes for a signal that is ignored */
#if PG_VERSION_NUM >= 190000
#define PA_SIG_IGN PG_SIG_IGN
#else
#define PA_SIG_IGN SIG_IGN
#endif

/* What counts the rows of a plan's node */
#if PG_VERSION_NUM >= 190000
typedef NodeInstrumentation PaNodeInstrumentation;
#else
typedef Instrumentation PaNodeInstrumentation;
#endif

/* Arguments of ExecutorRun, as declared and as passed on */
#if PG_VERSION_NUM >= 180000
#define PA_EXECUTOR_RUN_PARAMS QueryDesc *queryDesc, \
	ScanDirection direction, uint64 count
#define PA_EXECUTOR_RUN_ARGS queryDesc, direction, count
#else
#define PA_EXECUTOR_RUN_PARAMS QueryDesc *queryDesc, \
	ScanDirection direction, uint64 count, bool execute_once
#define PA_EXECUTOR_RUN_ARGS queryDesc, direction, count, execute_once
#endif

/* What allocates for memory contexts, as declared and as passed on, and what it does when it cannot */
#if PG_VERSION_NUM >= 170000
#define PA_ALLOC_PARAMS MemoryContext context, Size size, int flags
#define PA_ALLOC_ARGS context, size, flags
#define PA_ALLOC_FAILURE MemoryContextAllocationFailure(context, size, flags)
#define PA_REALLOC_PARAMS void *pointer, Size size, int flags
#define PA_REALLOC_ARGS pointer, size, flags
#define PA_REALLOC_FAILURE MemoryContextAllocationFailure(GetMemoryChunkContext(pointer), size, flags)
#else
#define PA_ALLOC_PARAMS MemoryContext context, Size size
#define PA_ALLOC_ARGS context, size
#define PA_ALLOC_FAILURE NULL
#define PA_REALLOC_FAILURE NULL
#if PG_VERSION_NUM >= 160000
#define PA_REALLOC_PARAMS void *pointer, Size size
#define PA_REALLOC_ARGS pointer, size
#else
#define PA_REALLOC_PARAMS MemoryContext context, void *pointer, Size size
#define PA_REALLOC_ARGS context, pointer, size
#endif
#endif

/* For variables that other files of this library use, and nobody else */
#if defined(__GNUC__) && !defined(WIN32)
#define PA_HIDDEN __attribute__((visibility("hidden")))
#else
#define PA_HIDDEN
#endif

/*
 * The hook for clients that are let in, as libpq/auth.h declares it. That
 * header wants those of GSSAPI, which a server's own need not bring.
 */
struct Port;
typedef void (*PaClientAuthentication) (struct Port *port, int status);
extern PGDLLIMPORT PaClientAuthentication ClientAuthentication_hook;

/* Number of this backend below MaxBackends, or -1 */
extern int	pa_my_proc_number(void);

/* Tranche for LWLocks inside dynamic areas */
extern int	pa_new_tranche(const char *name);

/* The id of a query, without its sign */
#define pa_query_id(node) ((uint64) (node)->queryId)

/* Spreads the bits of a number: MurmurHash3's finaliser */
static inline uint64
pa_mix64(uint64 value)
{
	value ^= value >> 33;
	value *= UINT64CONST(0xff51afd7ed558ccd);
	value ^= value >> 33;
	value *= UINT64CONST(0xc4ceb9fe1a85ec53);
	value ^= value >> 33;
	return value;
}

/*
 * Returns the nanoseconds between two clock readings.
 */
static inline uint64
pa_elapsed_ns(const instr_time *start, const instr_time *end)
{
#if PG_VERSION_NUM < 160000 && !defined(WIN32)
	return (uint64) (end->tv_sec - start->tv_sec) * UINT64CONST(1000000000) +
		(end->tv_nsec - start->tv_nsec);
#else
	instr_time	diff = *end;

	INSTR_TIME_SUBTRACT(diff, *start);
#if PG_VERSION_NUM >= 160000
	return INSTR_TIME_GET_NANOSEC(diff);
#else
	return INSTR_TIME_GET_MICROSEC(diff) * 1000;
#endif
#endif
}

/*
 * Returns a clock reading as nanoseconds since some moment, which is the same
 * for all processes of the server.
 */
static inline uint64
pa_instant_ns(const instr_time *instant)
{
#if PG_VERSION_NUM < 160000 && !defined(WIN32)
	return (uint64) instant->tv_sec * UINT64CONST(1000000000) + instant->tv_nsec;
#elif PG_VERSION_NUM >= 160000
	return INSTR_TIME_GET_NANOSEC(*instant);
#else
	return INSTR_TIME_GET_MICROSEC(*instant) * 1000;
#endif
}

/* What pa_now_ns() read last: not on the stack, where its address would have the function guarded */
extern PA_HIDDEN instr_time pa_clock_reading;

/*
 * Reads the clock, as nanoseconds since the same moment. Not for signal handlers.
 */
static inline int64
pa_now_ns(void)
{
	INSTR_TIME_SET_CURRENT(pa_clock_reading);
	return (int64) pa_instant_ns(&pa_clock_reading);
}

/* Commutative hash over the relations a plan names; 0 before 18 */
#if PG_VERSION_NUM >= 180000
extern uint64 pa_plan_relhash(const PlannedStmt *plan);
#else
#define pa_plan_relhash(plan) UINT64CONST(0)
#endif

/* Tells whether two of these are equal, which they always are before 18 */
#if PG_VERSION_NUM >= 180000
#define pa_same_relhash(a, b) ((a) == (b))
#else
#define pa_same_relhash(a, b) true
#endif

/* Computes the id of a query that has none, and its constants' locations */
extern PaJumbleState *pa_jumble_query(Query *query, const char *string);

/* Whether ids are the same for lists of constants of any length (18+) */
#define PA_IDS_SQUASH_LISTS (PG_VERSION_NUM >= 180000)

/* Whether a recorded constant location stands for a squashed list (18+) */
extern bool pa_location_is_list(const LocationLen *location);

/* Whether a location is a parameter of the client, not a constant (18+) */
extern bool pa_location_is_param(const LocationLen *location);

/* Minor releases of 15 before 15.4 do not name the limit of a broken database */
#ifndef DATCONNLIMIT_INVALID_DB
#define DATCONNLIMIT_INVALID_DB (-2)
#endif

/* When a table or index was last scanned; 0: never, or before 16 */
extern TimestampTz pa_last_scan(Oid relid);

/* compat_views.c: a query on views that differ between versions, or NULL */
extern const char *pa_version_query(const char *topic);

/* Gives one plan node row counting without clocks, in the current context */
extern void pa_instrument_rows(PlanState *node);

/*
 * Whether errors of this process are reported to the log, and so told to
 * emit_log_hook.
 */
static inline bool
pa_errors_are_reported(void)
{
	int			min = pa_log_min_messages;

	return likely(min == WARNING) || (min <= ERROR && min != LOG);
}

#endif							/* PERFADVISOR_BASE_COMPAT_H */
