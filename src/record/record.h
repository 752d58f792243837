/*
 * record.h
 *	  The public face of the record room: what happened to statements.
 *
 * Other rooms read what was recorded through pa_record_read_statements(),
 * which copies; nobody but the record room sees shared memory.
 */
#ifndef PERFADVISOR_RECORD_RECORD_H
#define PERFADVISOR_RECORD_RECORD_H

#include "base/base.h"
#include "datatype/timestamp.h"
#include "nodes/parsenodes.h"
#include "nodes/pg_list.h"

/* Identity of a recorded statement. relhash is 0 before PostgreSQL 18. */
typedef struct PaStatementKey
{
	Oid			dbid;
	Oid			userid;
	uint64		queryid;
	uint64		relhash;		/* over the relations named, 18 and newer */
	bool		toplevel;
} PaStatementKey;

/* One recorded execution with the constants it ran with. */
typedef struct PaSample
{
	char	   *text;			/* the statement as it ran, constants in place;
								 * variables of functions are written as $n */
	int			nparams;		/* highest parameter number in text */
	Oid		   *param_types;	/* [nparams], InvalidOid where unused */
	char	  **param_values;	/* [nparams], output form; NULL where SQL NULL */
	bool	   *param_known;	/* [nparams], false: value was not captured */
	char	   *search_path;	/* the setting while it ran */
	TimestampTz started_at;
	double		exec_time;		/* ms */
	uint64		rows;
	uint32		times;			/* sampled executions that ran with this */
	int64		offered;		/* sampled executions since the first of these */
	bool		dearest;		/* kept since the planner expected most of it */
} PaSample;

/* What pa_record_read_statements() returns for each statement. */
typedef struct PaStatement
{
	PaStatementKey key;
	uint64		fingerprint;	/* of the objects named, see below; 0 unknown */
	bool		advisable;		/* names a user table outside our own schema */
	CmdType		command;		/* CMD_UTILITY for utility statements */
	char	   *query;			/* normalised text, NULL if it did not fit */
	int64		calls;			/* successful executions */
	int64		failures;
	int64		rows;			/* returned or affected, all calls */
	double		total_exec_time;	/* ms */
	double		min_exec_time;
	double		max_exec_time;
	double		stddev_exec_time;	/* 0: not known */
	double		total_plan_time;	/* ms */
	int64		shared_blks_hit;
	int64		shared_blks_read;
	TimestampTz first_seen;
	TimestampTz last_seen;
	int			nsamples;
	PaSample   *samples;		/* in a fixed order: first, slowest, latest, ... */
} PaStatement;

/*
 * Copies the statements of database dbid (InvalidOid: all) into the current
 * memory context, as a List of PaStatement *, in a deterministic order
 * (key order). With samples only if asked for; samples and texts of roles
 * that the current user may not see are left out (query NULL, nsamples 0).
 */
extern List *pa_record_read_statements(Oid dbid, bool with_samples);

/* Rows that a statement's sequential scan of a table with a filter returns */
typedef struct PaScanRows
{
	Oid			userid;
	uint64		queryid;
	Oid			relid;
	double		rows;			/* of one scan, on the average */
} PaScanRows;

/*
 * Returns them for database dbid, as far as they were measured of whole scans, in the
 * current memory context: a List of PaScanRows *, by statement and table in no
 * order. A statement that filters a table in several ways is left out with it.
 */
extern List *pa_record_scan_rows(Oid dbid);

/* Whether the latest sampled execution with a plan ran with a generic one */
typedef struct PaPlanMode
{
	PaStatementKey key;
	TimestampTz last_seen;
	bool		generic;
} PaPlanMode;

/*
 * Returns that for each recorded plan of database dbid, in the current memory
 * context and in no order: a List of PaPlanMode *.
 */
extern List *pa_record_plan_modes(Oid dbid);

/*
 * A number that changes whenever an advisable statement was recorded,
 * sampled or forgotten in database dbid, and only then.
 */
extern uint64 pa_record_workload_version(Oid dbid);

/*
 * Hash over the objects that an analysed, not yet rewritten query names:
 * relations, functions, operators, result types, in order of appearance.
 * The same function is used when a statement is born and when it is
 * analysed again, so equal numbers mean that names still mean the same.
 */
extern uint64 pa_record_fingerprint(Query *query);

/*
 * The id that an analysed, not yet rewritten query is recorded under: that
 * of the server, or one of our own where the server's depends on how many
 * constants a list has. Allocates in the current context.
 */
extern uint64 pa_record_queryid(Query *query, const char *source);

/*
 * While above zero, this backend's statements are not recorded and not
 * sampled: set by the advisor around its own analysis and planning.
 * Must be restored in PG_FINALLY.
 */
extern PA_HIDDEN int	pa_record_suspended;

/* Called once from _PG_init when preloading. */
extern void pa_record_init(void);

#endif							/* PERFADVISOR_RECORD_RECORD_H */
