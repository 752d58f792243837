/*
 * run.c
 *	  The runs that each backend is in: the same statement again and again.
 *
 * A backend follows the statements that took turns lately, some of its
 * client's and some that run inside of these, in slots of shared memory that
 * it alone writes. A run ends when its statement is not executed for a while,
 * when the transaction block it began in is over, when the statement whose
 * rows it seems to follow runs again, or when its slot is needed. A run that
 * is long enough is then added to the table of run_table.c; readers add those
 * that have not ended, so that nothing waits for a session's next statement.
 *
 * Sessions behind a pooler may serve another client with each transaction.
 * Therefore a run inside a transaction block ends with it, and of runs outside
 * the table says how many were just as long as the statement before had rows:
 * those of one client are, those of many are only by chance.
 */
#include "postgres.h"

#include <math.h>

#include "access/transam.h"
#include "access/xact.h"
#include "miscadmin.h"
#include "port/pg_bitutils.h"
#include "storage/ipc.h"
#include "utils/timestamp.h"

#include "record/run.h"

#define BLOCK_GAP INT64CONST(1000000000)	/* ns between executions in a block */
#define PARENT_GAP INT64CONST(1000000000)	/* ns from the parent to the run */
#define MIN_LOOKUPS 5			/* shorter runs are nothing */
#define MIN_WRITES 10
#define MIN_NESTED 10

/* Every backend's slots: of statements inside of others, and of clients' */
typedef struct PaRuns
{
	PaRun		slots[2][PA_RUN_SLOTS];
} PaRuns;

typedef struct PaRunArea
{
	TimestampTz reset_at;		/* what began before is forgotten */
	PaRuns		backends[FLEXIBLE_ARRAY_MEMBER];
} PaRunArea;

static PaRun nothing;			/* current before the first statement */
PaRun	   *pa_run_current[2] = {&nothing, &nothing};

static PaRunArea *area = NULL;
static PaRuns *mine = NULL;
static bool attached = false;

/*
 * Returns the bytes of all slots.
 */
static Size
runs_size(void)
{
	return add_size(offsetof(PaRunArea, backends), mul_size(MaxBackends, sizeof(PaRuns)));
}

/*
 * Sets up the slots when the server starts.
 */
static void
runs_startup(void *memory, LWLockPadded *locks, bool found)
{
	area = memory;
	if (!found)
		memset(area, 0, runs_size());
}

static const PaShmemArea runs_area = {
	"perfadvisor runs", runs_size, NULL, runs_startup
};

/*
 * Asks for shared memory.
 */
void
pa_run_init(void)
{
	pa_shmem_register(&runs_area);
	pa_run_table_init();
}

/*
 * Estimates how many different hashes have set bits, of so many executions:
 * linear counting, 64 bits tell up to some two hundred.
 */
static double
count_distinct(uint64 bits, uint32 length)
{
	int			unset = 64 - pg_popcount64(bits);

	if (unset == 0)
		return length;
	return Min(length, -64 * log(unset / 64.0));
}

/*
 * Tells what a run is, which may be nothing.
 */
static PaRunKind
kind_of(const PaRun *run, double distinct)
{
	if (!run->key.toplevel)
		return run->length >= MIN_NESTED ? PA_RUN_NESTED : PA_RUN_NONE;
	if (run->operation != CMD_SELECT)
	{
		/* Outside of a block, other statements in between are other clients' */
		bool		together = run->in_block || run->turns * 10 <= run->length;

		return run->length >= MIN_WRITES && run->rows <= run->length && together ?
			PA_RUN_WRITES : PA_RUN_NONE;
	}
	if (run->length < MIN_LOOKUPS)
		return PA_RUN_NONE;
	return distinct < run->length / 3.0 ? PA_RUN_IDENTICAL : PA_RUN_LOOKUPS;
}

/*
 * Tells whether a run is as long as a statement before it had rows.
 */
static bool
matches(const PaRun *run, const PaRunParent *parent)
{
	return parent->queryid != 0 && run->length <= parent->rows * 1.25 + 1 &&
		run->length >= parent->rows * 0.8 - 1;
}

/*
 * Tells whether a run could be for the rows of a statement, some of which
 * were known already.
 */
static bool
matches_loosely(const PaRun *run, const PaRunParent *parent)
{
	return parent->queryid != 0 && run->length <= parent->rows * 1.25 + 1 &&
		run->length >= parent->rows / 3.0;
}

/*
 * Chooses the statement that a run follows, if there is one.
 */
static void
find_parent(const PaRun *run, PaRunCount *count)
{
	for (int strict = 1; strict >= 0; strict--)
		for (int i = 0; i < PA_RUN_PARENTS; i++)
		{
			const PaRunParent *parent = &run->parents[i];

			if (!(strict ? matches(run, parent) : matches_loosely(run, parent)))
				continue;
			count->parent = parent->queryid;
			count->parent_rows = parent->rows;
			count->matched_runs = strict;
			count->loose_runs = 1;
			return;
		}
	/* Inside a statement that one is the parent, whatever it returns */
	if (!run->key.toplevel)
		count->parent = run->parents[0].queryid;
}

/*
 * Returns the time between the executions of a run, ms: round trips and what
 * the client did, without the turns of other statements.
 */
static double
gap_time(const PaRun *run)
{
	int64		gap = pa_run_last_end(run) - run->first_start - run->away_ns - run->exec_ns;

	return Max(gap, 0) / 1000000.0;
}

/*
 * Says what a run was. Returns false when it is not worth keeping.
 */
static bool
judge(const PaRun *run, PaRunCount *count)
{
	double		distinct = count_distinct(run->bits, run->length);

	memset(count, 0, sizeof(*count));
	count->kind = kind_of(run, distinct);
	if (count->kind == PA_RUN_NONE || run->started_at < area->reset_at)
		return false;
	count->key = run->key;
	count->runs = 1;
	count->block_runs = run->in_block ? 1 : 0;
	count->executions = count->longest = run->length;
	count->distinct = distinct;
	count->rows = run->rows;
	count->exec_time = run->exec_ns / 1000000.0;
	count->gap_time = gap_time(run);
	count->first_seen = count->last_seen = run->started_at;
	find_parent(run, count);
	/* Rows that lead to the same few others */
	if (count->kind == PA_RUN_IDENTICAL && count->matched_runs > 0 && distinct > 1.5)
		count->kind = PA_RUN_LOOKUPS;
	return true;
}

/*
 * Says how often an INSERT came directly after a query that found nothing.
 */
static bool
judge_checks(const PaRun *run, PaRunCount *count)
{
	if (run->checks == 0 || run->started_at < area->reset_at)
		return false;
	memset(count, 0, sizeof(*count));
	count->kind = PA_RUN_CHECKS;
	count->key = run->key;
	count->parent = run->check_queryid;
	count->runs = count->executions = run->checks;
	count->longest = 1;
	count->exec_time = run->exec_ns / 1000000.0;
	count->gap_time = run->check_gap_ns / 1000000.0;
	count->first_seen = count->last_seen = run->started_at;
	return true;
}

/*
 * Ends a run and frees its slot. Takes a spinlock if it is kept.
 */
static void
end_run(PaRun *run)
{
	PaRunCount	count;

	if (run->key.queryid == 0)
		return;
	if (judge(run, &count))
		pa_run_table_add(&count);
	if (judge_checks(run, &count))
		pa_run_table_add(&count);
	run->serial++;
	run->key.queryid = 0;
	run->length = 0;
}

/*
 * Ends the runs of this backend, when it ends.
 */
static void
end_all(int code, Datum argument)
{
	for (int level = 0; level < 2; level++)
	{
		for (int i = 0; i < PA_RUN_SLOTS; i++)
			end_run(&mine->slots[level][i]);
		pa_run_current[level] = &nothing;
	}
}

/*
 * Takes the slots of this backend, and ends the runs that are left in them
 * from a session that could not. A backend without a number has its own.
 */
static void
attach(void)
{
	static PaRuns own;
	int			number = pa_my_proc_number();

	attached = true;
	mine = number >= 0 && number < MaxBackends ? &area->backends[number] : &own;
	end_all(0, (Datum) 0);
	before_shmem_exit(end_all, (Datum) 0);
}

/*
 * Tells whether an execution continues a run that is not the current one.
 */
static bool
continues(const PaRun *run, const PaExecution *execution, int64 start)
{
	return start - pa_run_last_end(run) < (run->within != 0 ? BLOCK_GAP : PA_RUN_GAP) &&
		pa_run_is_within(run, execution);
}

/*
 * Tells the runs that may be for the rows of the statement that was now
 * executed. One that is as long as it had rows before has come to its end.
 * The next page or batch may be another statement, as the first one has no
 * OFFSET or no last key: it ends a run that is exactly as long as the latest
 * one had rows.
 */
static void
feed_parents(const PaExecution *execution)
{
	for (PaRun *run = mine->slots[1]; run < mine->slots[1] + PA_RUN_SLOTS; run++)
		for (int i = 0; i < PA_RUN_PARENTS; i++)
		{
			PaRunParent *parent = &run->parents[i];

			if (run->key.queryid == 0 || parent->queryid == 0)
				continue;
			if (parent->queryid != execution->key.queryid)
			{
				if (i == 0 && run->length >= MIN_LOOKUPS && run->length == parent->rows &&
					execution->clock.measure.rows >= 2 &&
					run->key.queryid != execution->key.queryid)
					end_run(run);
			}
			else if (run->length >= MIN_LOOKUPS && matches(run, parent))
				end_run(run);
			else
				parent->rows += execution->clock.measure.rows;
		}
}

/*
 * Notes the statements that returned several rows shortly before a run
 * began, the latest first. Inside of a client's statement it is that.
 */
static void
choose_parents(PaRun *run, const PaExecution *execution, int64 start)
{
	const PaRun *chosen[PA_RUN_PARENTS] = {NULL};

	memset(run->parents, 0, sizeof(run->parents));
	if (!run->key.toplevel)
	{
		for (const PaExecution *outer = execution->next; outer != NULL; outer = outer->next)
			if (outer->key.toplevel)
				run->parents[0].queryid = outer->key.queryid;
		return;
	}
	for (const PaRun *other = mine->slots[1]; other < mine->slots[1] + PA_RUN_SLOTS; other++)
	{
		if (other == run || other->key.queryid == 0 || other->last_rows < 2 ||
			start - pa_run_last_end(other) > PARENT_GAP || !pa_run_is_within(other, execution))
			continue;
		if (chosen[0] == NULL || pa_run_last_end(other) > pa_run_last_end(chosen[0]))
		{
			chosen[1] = chosen[0];
			chosen[0] = other;
		}
		else if (chosen[1] == NULL || pa_run_last_end(other) > pa_run_last_end(chosen[1]))
			chosen[1] = other;
	}
	for (int i = 0; i < PA_RUN_PARENTS && chosen[i] != NULL; i++)
	{
		run->parents[i].queryid = chosen[i]->key.queryid;
		run->parents[i].rows = chosen[i]->last_rows;
	}
}

/*
 * Begins a run in a free slot.
 */
static void
begin_run(PaRun *run, const PaExecution *execution, int64 start)
{
	bool		toplevel = execution->key.toplevel;
	uint64		serial = run->serial + 1;

	memset(run, 0, sizeof(*run));
	run->key = execution->key;
	run->serial = serial;
	run->operation = execution->query_desc->operation;
	run->in_block = toplevel && IsTransactionBlock();
	if (!toplevel)
		run->within = execution->clock.measure.started_at;
	else if (run->in_block)
		run->within = GetCurrentTransactionStartTimestamp();
	run->first_start = start;
	run->started_at = execution->clock.measure.started_at;
	choose_parents(run, execution, start);
}

/*
 * Returns the slot of a statement, or else the one that was not used for the
 * longest time.
 */
static PaRun *
slot_of(const PaStatementKey *key)
{
	PaRun	   *slots = mine->slots[key->toplevel];
	PaRun	   *oldest = slots;

	for (int i = 0; i < PA_RUN_SLOTS; i++)
	{
		if (slots[i].key.queryid == key->queryid)
			return &slots[i];
		if (slots[i].key.queryid == 0 && oldest->key.queryid != 0)
			oldest = &slots[i];
		else if (oldest->key.queryid != 0 && pa_run_last_end(&slots[i]) < pa_run_last_end(oldest))
			oldest = &slots[i];
	}
	return oldest;
}

/*
 * Tells whether an INSERT of a row comes directly after a query that found
 * nothing.
 */
static bool
is_checked(const PaRun *before, const PaExecution *execution, int64 gap)
{
	return execution->query_desc->operation == CMD_INSERT && execution->key.toplevel &&
		execution->clock.measure.rows == 1 && before->key.queryid != 0 &&
		before->operation == CMD_SELECT && before->last_rows == 0 && gap < PA_RUN_GAP;
}

/*
 * Tells whether a statement reads nothing but the server's catalogs, as
 * drivers and ORMs do between the statements of the application.
 */
static bool
reads_catalogs(const PaExecution *execution)
{
	bool		found = false;
	ListCell   *lc;

	foreach(lc, execution->query_desc->plannedstmt->rtable)
	{
		const RangeTblEntry *rte = lfirst(lc);

		if (rte->rtekind != RTE_RELATION)
			continue;
		if (rte->relid >= FirstNormalObjectId)
			return false;
		found = true;
	}
	return found;
}

/*
 * Takes note of an execution that is not simply the next one of the current
 * run. No allocation, no error; takes a spinlock when a run that is kept ends.
 */
pg_noinline void
pa_run_switch(const PaExecution *execution, int64 start)
{
	PaRun	   *before = pa_run_current[execution->key.toplevel];
	int64		gap = start - pa_run_last_end(before);
	PaRun	   *run;
	uint64		check = before->key.queryid;
	bool		checked;

	if (reads_catalogs(execution))
		return;
	if (unlikely(!attached))
		attach();
	checked = is_checked(before, execution, gap);
	if (execution->key.toplevel)
		feed_parents(execution);
	run = slot_of(&execution->key);
	if (run->key.queryid != execution->key.queryid || !continues(run, execution, start))
	{
		end_run(run);
		begin_run(run, execution, start);
	}
	else if (run != before)
	{
		run->turns++;
		run->away_ns += pa_run_last_end(before) - pa_run_last_end(run);
	}
	if (checked)
	{
		run->checks++;
		run->check_queryid = check;
		run->check_gap_ns += Max(gap, 0);
	}
	pa_run_add(run, execution, start);
	run->last_rows = execution->clock.measure.rows;
	pa_run_current[execution->key.toplevel] = run;
}

/*
 * Copies a run that may be another backend's. Returns false when it was
 * being exchanged for another, or there is none.
 */
static bool
copy_run(const PaRun *shared, PaRun *copy)
{
	uint64		serial = ((volatile const PaRun *) shared)->serial;

	pg_read_barrier();
	memcpy(copy, shared, sizeof(PaRun));
	pg_read_barrier();
	return copy->key.queryid != 0 && serial == ((volatile const PaRun *) shared)->serial;
}

/*
 * Returns the runs of the table, and those that are under way or were not
 * followed by anything yet: a List of PaRunCount * in the current context.
 */
List *
pa_run_read(void)
{
	List	   *list = pa_run_table_read();

	for (int b = 0; b < MaxBackends; b++)
		for (int i = 0; i < 2 * PA_RUN_SLOTS; i++)
		{
			PaRun		copy;
			PaRunCount	count;

			if (!copy_run(&area->backends[b].slots[i / PA_RUN_SLOTS][i % PA_RUN_SLOTS], &copy))
				continue;
			if (judge(&copy, &count))
				list = lappend(list, memcpy(palloc(sizeof(count)), &count, sizeof(count)));
			if (judge_checks(&copy, &count))
				list = lappend(list, memcpy(palloc(sizeof(count)), &count, sizeof(count)));
		}
	return list;
}

/*
 * Forgets all runs, also those under way.
 */
void
pa_run_reset(void)
{
	area->reset_at = GetCurrentTimestamp();
	pa_run_table_reset();
}
