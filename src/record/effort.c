/*
 * effort.c
 *	  What executions skipped by OFFSET, how much memory their sorts and hashes
 *	  lacked, and whether a large result was fetched in portions.
 *
 * All are read from the plan's state when an execution has ended, of each
 * execution that has any, and added to the table of runs (run_table.c).
 * Of a parallel query the leader's part is looked at.
 *
 * What would have been needed in memory is more than what was written: a sort
 * keeps for each row 24 bytes besides it (SortTuple) and what allocation takes;
 * a hash join a header for each row, and its buckets. Rows are taken to be as
 * wide as the planner thinks.
 *
 * What a cursor WITH HOLD has left when its transaction commits is stored,
 * beyond work_mem on disk. Where no sort or hash lacked memory it is that which
 * was written, and no memory that the statement needs.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "executor/hashjoin.h"
#include "miscadmin.h"
#include "nodes/nodeFuncs.h"
#include "tcop/pquery.h"
#include "utils/portal.h"
#include "utils/tuplesort.h"

#include "record/effort.h"
#include "record/run.h"

#define ROW_IN_SORT (24 + 16)	/* SortTuple, and what allocation adds */
#define MARGIN 1.25				/* arrays grow by doubling */
#define UNEVEN 1.75				/* a worker's share against the leader's */

/*
 * Returns the kB that a sort which went to disk needs, or 0.
 */
static double
sort_needs(SortState *node)
{
	TuplesortInstrumentation stats;
	double		width;
	double		rows;

	if (node->tuplesortstate == NULL || !node->sort_Done)
		return 0;
	tuplesort_get_stats(node->tuplesortstate, &stats);
	if (stats.spaceType != SORT_SPACE_TYPE_DISK)
		return 0;
	width = MAXALIGN(SizeofMinimalTupleHeader) + MAXALIGN(node->ss.ps.plan->plan_width);
	rows = stats.spaceUsed * 1024.0 / width;
	return (stats.spaceUsed + rows * ROW_IN_SORT / 1024) * MARGIN;
}

/*
 * Returns the kB that a hash join in several batches needs, or 0.
 */
static double
hash_join_needs(HashJoinState *node)
{
	HashJoinTable table = node->hj_HashTable;
	double		width;

	if (table == NULL || table->nbatch <= 1 || innerPlanState(node) == NULL)
		return 0;
	width = HJTUPLE_OVERHEAD + MAXALIGN(SizeofMinimalTupleHeader) +
		MAXALIGN(innerPlanState(node)->plan->plan_width) + 2 * sizeof(void *);
	return table->totalTuples * width / 1024 * MARGIN / hash_mem_multiplier;
}

/*
 * Returns the kB that an aggregation which wrote part of its input to disk
 * needs at most, or 0.
 */
static double
aggregate_needs(AggState *node)
{
	if (!node->hash_ever_spilled)
		return 0;
	return (node->hash_mem_peak / 1024.0 + node->hash_disk_used) * MARGIN / hash_mem_multiplier;
}

/*
 * Finds the node that needs most.
 */
static bool
find_needs(PlanState *node, void *context)
{
	double	   *needs = context;

	if (IsA(node, SortState))
		*needs = Max(*needs, sort_needs((SortState *) node));
	else if (IsA(node, HashJoinState))
		*needs = Max(*needs, hash_join_needs((HashJoinState *) node));
	else if (IsA(node, AggState))
		*needs = Max(*needs, aggregate_needs((AggState *) node));
	return planstate_tree_walker(node, find_needs, context);
}

/*
 * Tells whether an execution ends because the rows of its cursor WITH HOLD were
 * stored: PersistHoldablePortal() alone takes the destination away before.
 */
static bool
was_held(const PaExecution *execution)
{
	return execution->query_desc->dest == NULL && ActivePortal != NULL &&
		ActivePortal->holdStore != NULL;
}

/*
 * Begins what is added to the table for one execution.
 */
static void
begin_count(PaRunCount *count, const PaExecution *execution, PaRunKind kind)
{
	memset(count, 0, sizeof(*count));
	count->kind = kind;
	count->key = execution->key;
	count->runs = count->executions = 1;
	count->exec_time = execution->clock.measure.elapsed_ns / 1000000.0;
	count->first_seen = count->last_seen = execution->clock.measure.started_at;
}

/*
 * Adds what an execution has skipped or lacked to the table. No allocation,
 * no error; takes a spinlock.
 */
pg_noinline void
pa_effort_keep(const PaExecution *execution)
{
	PlanState  *top = execution->query_desc->planstate;
	const PaMeasure *measure = &execution->clock.measure;
	PaRunCount	count;

	if (top == NULL)
		return;
	if (IsA(top, LimitState) && ((LimitState *) top)->offset >= PA_EFFORT_OFFSET)
	{
		const LimitState *limit = (LimitState *) top;

		begin_count(&count, execution, PA_RUN_OFFSET);
		count.rows = Min(limit->offset, limit->position);
		count.parent_rows = measure->rows;
		count.longest = count.rows;
		pa_run_table_add(&count);
	}
	if (pa_effort_has_portions(execution))
	{
		begin_count(&count, execution, PA_RUN_PORTIONS);
		count.rows = count.longest = measure->rows;
		pa_run_table_add(&count);
	}
	if (measure->temp_blks_written > 0)
	{
		double		needs = 0;

		(void) find_needs(top, &needs);
		if (execution->query_desc->plannedstmt->parallelModeNeeded)
			needs *= UNEVEN;
		begin_count(&count, execution, PA_RUN_SPILL);
		count.parent_rows = measure->temp_blks_written * (BLCKSZ / 1024);
		if (needs > 0)
			count.rows = (int64) needs + 1;
		else if (was_held(execution))
			count.block_runs = 1;
		else
			count.rows = 2 * count.parent_rows;
		count.longest = count.rows;
		pa_run_table_add(&count);
	}
}
