/*
 * run.h
 *	  Runs: the same statement again and again in one session. Private to the
 *	  record room.
 */
#ifndef PERFADVISOR_RECORD_RUN_H
#define PERFADVISOR_RECORD_RUN_H

#include "access/xact.h"
#include "record/recorder.h"

#define PA_RUN_SLOTS 6			/* statements that may take turns */
#define PA_RUN_PARENTS 2
#define PA_RUN_GAP INT64CONST(200000000)	/* ns between two executions of a run,
											 * outside of a transaction block */

/* A statement that returned several rows shortly before a run began */
typedef struct PaRunParent
{
	uint64		queryid;		/* 0: none */
	uint64		rows;			/* returned since then, the last time before included */
} PaRunParent;

/*
 * A run that a backend is in. In shared memory, written by its owner only;
 * readers take it as it is, and look at the serial number before and after.
 */
typedef struct PaRun
{
	uint64		serial;			/* changes when the slot gets another run */
	PaStatementKey key;			/* queryid 0: the slot is free */
	CmdType		operation;
	bool		in_block;		/* of one transaction block */
	TimestampTz within;			/* start of that, or of the client's statement
								 * that the run is inside of; 0: neither */
	uint32		length;			/* executions */
	uint32		turns;			/* times that it went on after another statement */
	uint32		checks;			/* directly after a query that found nothing */
	uint64		check_queryid;	/* that query */
	int64		check_gap_ns;	/* from its end to the INSERT */
	uint64		bits;			/* one per hash of parameters, at random */
	uint64		exec_ns;
	uint64		rows;
	uint64		last_rows;		/* of the latest execution that followed another
								 * statement */
	int64		first_start;	/* ns, as the next two; see pa_now_ns() */
	int64		over_at;		/* PA_RUN_GAP after its last execution ended */
	int64		away_ns;		/* while other statements had their turn */
	TimestampTz started_at;
	PaRunParent parents[PA_RUN_PARENTS];
} PaRun;

/* What runs of a kind say; see read_runs.c */
typedef enum PaRunKind
{
	PA_RUN_NONE,
	PA_RUN_LOOKUPS,				/* a query with different parameters */
	PA_RUN_IDENTICAL,			/* a query with the same parameters */
	PA_RUN_WRITES,				/* of a row each */
	PA_RUN_NESTED,				/* inside one statement of a client */
	PA_RUN_CHECKS,				/* an INSERT directly after a query that found nothing */
	PA_RUN_OFFSET,				/* rows that OFFSET skipped; see effort.c */
	PA_RUN_SPILL,				/* memory that a sort or hash lacked; see effort.c */
	PA_RUN_PORTIONS				/* a result that was fetched in portions; see effort.c */
} PaRunKind;

/* Runs of a statement that have ended, by kind and parent */
typedef struct PaRunCount
{
	PaStatementKey key;
	PaRunKind	kind;
	uint64		parent;			/* query id of what came before, or 0 */
	int64		runs;
	int64		matched_runs;	/* as long as the parent had rows */
	int64		loose_runs;		/* at most as long, and not much shorter */
	int64		block_runs;		/* in one transaction block; of PA_RUN_SPILL, those
								 * that wrote the rows of a cursor WITH HOLD alone */
	int64		executions;
	int64		longest;
	double		distinct;		/* parameter sets, estimated for each run */
	int64		rows;			/* skipped ones of PA_RUN_OFFSET, kB needed of
								 * PA_RUN_SPILL */
	int64		parent_rows;
	double		exec_time;		/* ms */
	double		gap_time;		/* ms */
	TimestampTz first_seen;
	TimestampTz last_seen;
} PaRunCount;

/* run.c */
extern PA_HIDDEN PaRun *pa_run_current[2];	/* by key.toplevel */

extern void pa_run_init(void);
extern void pa_run_switch(const PaExecution *execution, int64 start);
extern List *pa_run_read(void);
extern void pa_run_reset(void);

/* run_table.c */
extern void pa_run_table_init(void);
extern void pa_run_table_add(const PaRunCount *count);
extern List *pa_run_table_read(void);
extern void pa_run_table_reset(void);
extern void pa_run_table_save(PaDump *dump);
extern bool pa_run_table_load(PaDump *dump);

/*
 * Tells whether an execution is in the same transaction block, or inside the
 * same statement of the client, as the run.
 */
static inline bool
pa_run_is_within(const PaRun *run, const PaExecution *execution)
{
	if (run->within == 0)
		return true;
	return run->within == (execution->key.toplevel ? GetCurrentTransactionStartTimestamp() :
						   execution->clock.measure.started_at);
}

/*
 * Returns when the last execution of a run ended, ns.
 */
static inline int64
pa_run_last_end(const PaRun *run)
{
	return run->over_at - PA_RUN_GAP;
}

/*
 * Adds an execution, which began at start, to a run.
 */
static inline void
pa_run_add(PaRun *run, const PaExecution *execution, int64 start)
{
	const PaMeasure *measure = &execution->clock.measure;

	run->length++;
	run->bits |= UINT64CONST(1) << (execution->params_hash >> 58);
	run->exec_ns += measure->elapsed_ns;
	run->rows += measure->rows;
	run->over_at = start + measure->elapsed_ns + PA_RUN_GAP;
}

/*
 * Takes note of an execution that has ended. No lock, no allocation, no error.
 */
static inline void
pa_run_note(const PaExecution *execution)
{
	PaRun	   *run = pa_run_current[execution->key.toplevel];
	int64		start = execution->clock.started_ns;

	if (likely(run->key.queryid == execution->key.queryid &&
			   start < run->over_at &&
			   pa_run_is_within(run, execution)))
		pa_run_add(run, execution, start);
	else
		pa_run_switch(execution, start);
}

#endif							/* PERFADVISOR_RECORD_RUN_H */
