/*
 * scans.c
 *	  What the sequential scans of an execution read and threw away.
 *
 * Sampled executions count the rows of their sequential scans, without
 * clocks. When one ends its plan is walked, and what each scan did is added
 * to the table of scan_table.c, with the weight of all executions since the
 * statement's last sampled one.
 */
#include "postgres.h"

#include "executor/hashjoin.h"
#include "executor/instrument.h"
#include "nodes/execnodes.h"
#include "nodes/nodeFuncs.h"
#include "utils/memutils.h"
#include "utils/rel.h"

#include "record/scans.h"

/*
 * Prepares a sampled query before the executor starts it. The rows that
 * parallel workers read are only counted when all nodes are instrumented.
 */
void
pa_scans_prepare(QueryDesc *queryDesc)
{
	if (queryDesc->plannedstmt->parallelModeNeeded)
		queryDesc->instrument_options |= INSTRUMENT_ROWS;
}

/*
 * Gives each sequential scan of a plan an instrumentation.
 */
static bool
instrument_walker(PlanState *node, void *context)
{
	if (IsA(node, SeqScanState))
		pa_instrument_rows(node);
	return planstate_tree_walker(node, instrument_walker, context);
}

/*
 * Makes the sequential scans of a sampled query count their rows. To be
 * called after the executor has started it.
 */
void
pa_scans_instrument(QueryDesc *queryDesc)
{
	MemoryContext old = MemoryContextSwitchTo(queryDesc->estate->es_query_cxt);

	if (queryDesc->planstate)
		(void) instrument_walker(queryDesc->planstate, NULL);
	MemoryContextSwitchTo(old);
}

typedef struct PaScanWalk
{
	List	   *nodes;			/* of PaScanNode */
	bool		stops_early;	/* below a node that may not read all */
	PlanState  *stopped;		/* child of this node that may not return all */
	double		rows_read;
} PaScanWalk;

/*
 * Returns how far off an estimate was, as a factor of at least one.
 */
static double
q_error(double estimated, double actual)
{
	estimated = Max(estimated, 1.0);
	actual = Max(actual, 1.0);
	return Max(estimated / actual, actual / estimated);
}

/*
 * Collects one sequential scan that was executed.
 */
static void
collect_scan(SeqScanState *node, PaScanWalk *walk)
{
	PlanState  *state = &node->ss.ps;
	PaNodeInstrumentation *instrument = state->instrument;
	Relation	relation = node->ss.ss_currentRelation;
	PaScanNode *found;
	double		loops;

	if (instrument == NULL || relation == NULL)
		return;
	InstrEndLoop(instrument);
	if (instrument->nloops <= 0)
		return;

	/* Each worker of a parallel scan is a loop, but the scan is one */
	loops = state->plan->parallel_aware ? 1 : instrument->nloops;
	found = palloc0(sizeof(PaScanNode));
	found->scanrelid = ((Scan *) state->plan)->scanrelid;
	found->quals = state->plan->qual;
	found->scan.relid = RelationGetRelid(relation);
	found->scan.signature = pa_filter_signature(found->quals);
	found->scan.scans = loops;
	found->scan.rows_returned = instrument->ntuples;
	found->scan.rows_read = instrument->ntuples + instrument->nfiltered1;
	if (!walk->stops_early)
		found->scan.estimate_error =
			q_error(state->plan->plan_rows, instrument->ntuples / instrument->nloops);
	walk->rows_read += found->scan.rows_read;
	walk->nodes = lappend(walk->nodes, found);
}

/*
 * Tells whether what is below a node may be stopped before it has returned
 * all, so that its estimate says nothing.
 */
static bool
stops_children_early(PlanState *node)
{
	if (IsA(node, HashJoinState))
	{
		const HashJoinTableData *hashed = ((HashJoinState *) node)->hj_HashTable;

		/* Without a row to join with, the other side is not read */
		return hashed == NULL || hashed->totalTuples == 0;
	}
	return IsA(node, LimitState) || IsA(node, MergeJoinState) || IsA(node, SubPlanState);
}

/*
 * Returns the inner side of a nested loop that goes on at the first match, or
 * NULL.
 */
static PlanState *
child_stopped_early(PlanState *node)
{
	JoinState  *join = (JoinState *) node;

	if (!IsA(node, NestLoopState) ||
		!(join->jointype == JOIN_SEMI || join->jointype == JOIN_ANTI || join->single_match))
		return NULL;
	return innerPlanState(node);
}

/*
 * Walks a plan that was executed and collects its sequential scans.
 */
static bool
collect_walker(PlanState *node, void *context)
{
	PaScanWalk *walk = context;
	bool		before = walk->stops_early;
	PlanState  *child_before = walk->stopped;

	walk->stops_early |= node == walk->stopped;
	if (IsA(node, SeqScanState))
		collect_scan((SeqScanState *) node, walk);
	walk->stops_early |= stops_children_early(node);
	walk->stopped = child_stopped_early(node);
	(void) planstate_tree_walker(node, collect_walker, context);
	walk->stops_early = before;
	walk->stopped = child_before;
	return false;
}

/*
 * Records the sequential scans of a sampled execution that has ended, in a
 * memory context of its own. When that would have to wait the next execution
 * is sampled instead.
 */
void
pa_scans_record(PaExecution *execution, const PaMeasure *measure)
{
	MemoryContext work;
	MemoryContext old;
	PaScanWalk	walk = {0};
	ListCell   *lc;

	if (execution->query_desc->planstate == NULL)
		return;
	work = AllocSetContextCreate(CurrentMemoryContext, "perfadvisor scans",
								 ALLOCSET_SMALL_SIZES);
	old = MemoryContextSwitchTo(work);
	(void) collect_walker(execution->query_desc->planstate, &walk);
	foreach(lc, walk.nodes)
	{
		PaScanNode *node = lfirst(lc);

		node->scan.dbid = execution->key.dbid;
		node->scan.userid = execution->key.userid;
		node->scan.queryid = execution->key.queryid;
		node->scan.ref = execution->place.ref;
		node->scan.last_seen = measure->started_at;
		node->scan.last_time = measure->elapsed_ns / 1000000.0;
	}
	if (!pa_scan_table_add(&execution->place, walk.nodes, walk.rows_read))
		pa_place_sample_next(&execution->place);
	foreach(lc, walk.nodes)
		pa_textstore_free(((PaScanNode *) lfirst(lc))->filter);
	MemoryContextSwitchTo(old);
	MemoryContextDelete(work);
}
