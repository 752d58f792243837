/*
 * plan_time.c
 *	  How long a plan takes where the data are in memory.
 *
 * The planner's costs tell which plan it will choose. As a measure of time they
 * err where it matters for indexes: a page read in sequence from memory costs a
 * hundredth of what it is taken for, and a row fetched through an index, the
 * hundredth time from the same page, does not cost nothing. So a chosen plan is
 * gone through once more, with what its nodes take on warm data.
 *
 * Rows are the planner's, corrected where the recorder has counted what a
 * statement's scan of a table returns, or where an execution returned less than its
 * LIMIT. A second number says what the plan
 * takes if joins return more rows than estimated, which makes plans dear that
 * gamble on few.
 *
 * The unit is the microsecond of the machine on which the prices were taken from plans
 * that do little but one thing each (test/bench/plan_time.sql), on tables of 1 to 570 MB,
 * executed without being instrumented. Only the ratio of two plans of a statement is ever
 * used.
 */
#include "postgres.h"

#include <math.h>

#include "miscadmin.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/cost.h"
#include "parser/parsetree.h"

#include "advise/plan_walk.h"

/* Prices, microseconds */
#define JOINED				0.03
#define MERGED				0.03
#define HASH_BUILD			0.08	/* a row of up to HASH_SMALL, and more ... */
#define HASH_BUILD_BY_SIZE	0.07	/* ... for each ten times as many */
#define HASH_PROBE			0.025	/* likewise */
#define HASH_PROBE_BY_SIZE	0.11
#define HASH_SMALL			5000.0
#define SORTED				0.1		/* a row, and for each doubling of rows: */
#define COMPARED			0.004
#define COMPARED_LONG		0.034	/* text or numeric */
#define NOT_KEPT			0.01	/* a row that is not among the first */
#define AGGREGATED			0.005	/* a row, and for each aggregate: */
#define AGGREGATE			0.01
#define LOOKED_UP			0.05	/* a row's group */
#define GROUP				0.28
#define WINDOWED			0.14
#define REMEMBERED			0.06	/* looked up in a cache or result kept */
#define SPILLED				0.25	/* a row that goes to disk and comes back */
#define SENT				0.12	/* from a worker */
#define WORKER				2000.0	/* started */
#define WRITTEN				4.0
#define OTHER				0.02

/* What a worker adds to the work of one process: others want the processors, too */
#define WORKER_SHARE	0.5

/* A cost unit of what is not known here, as of a foreign table */
#define UNKNOWN_COST		2.0

/* What a join may return of what is estimated, for each join below */
#define DOUBT				1.5
#define MAX_DOUBT			8.0

/*
 * Returns the rows that a node returns each time: estimated, corrected, doubted.
 */
static double
rows_of(const PaTiming *walk, const Plan *plan, const PaTimed *timed)
{
	double		rows = Max(plan->plan_rows, 1) * timed->factor;

	if (walk->doubtful)
		rows *= Min(pow(DOUBT, timed->joins), MAX_DOUBT);
	return rows;
}

/*
 * Returns the share of what a node does until it is stopped, by the costs that
 * the planner gives for that.
 */
static double
share_until(const Plan *above, const Plan *below)
{
	double		share = below->total_cost > 0 ? above->total_cost / below->total_cost : 1;

	return Min(Max(share, 0), 1);
}

/*
 * Whether a LIMIT did not stop the statement, which returned fewer rows: then all
 * of what is below is read in any plan, however soon the planner expects enough. Of
 * an index that finds these rows alone there is no more to read than these.
 */
static bool
reads_all(const PaTiming *walk, const Plan *plan)
{
	const Const *count = (const Const *) ((const Limit *) plan)->limitCount;
	const Plan *below = plan->lefttree;

	if ((IsA(below, IndexScan) || IsA(below, IndexOnlyScan)) && below->qual == NIL)
		return false;
	return plan == walk->stmt->planTree && walk->seen->returned >= 0 &&
		count != NULL && IsA(count, Const) && !count->constisnull &&
		walk->seen->returned < DatumGetInt64(count->constvalue);
}

/*
 * Returns how many rows a LIMIT asks for, with those that it leaves out first; 0 if that
 * is not known.
 */
static double
rows_asked(const Limit *limit)
{
	const Const *offset = (const Const *) limit->limitOffset;

	if (limit->limitCount == NULL || (offset != NULL && !IsA(offset, Const)))
		return 0;
	return limit->plan.plan_rows +
		(offset != NULL && !offset->constisnull ? DatumGetInt64(offset->constvalue) : 0);
}

/*
 * Whether rows do not fit into the memory that an operation may use.
 */
static bool
spills(double rows, double width, double memory_kb)
{
	return rows * (width + 40) > memory_kb * 1024.0;
}

static double
hash_memory(void)
{
	return work_mem * hash_mem_multiplier;
}

/*
 * Returns what making a hash table of some rows takes, and looking others up in it.
 */
double
pa_time_hash(double built, double probed)
{
	double		tenfold = log10(Max(built / HASH_SMALL, 1));

	return built * (HASH_BUILD + HASH_BUILD_BY_SIZE * tenfold) +
		probed * (HASH_PROBE + HASH_PROBE_BY_SIZE * tenfold);
}

/*
 * Whether a table is among some of the plan's.
 */
static bool
is_among(const PaTiming *walk, const Bitmapset *tables, const RangeTblEntry *table)
{
	int			i = -1;

	while ((i = bms_next_member(tables, i)) >= 0)
	{
		const RangeTblEntry *rte = rt_fetch(i, walk->stmt->rtable);

		if (rte->relid == table->relid &&
			strcmp(rte->eref->aliasname, table->eref->aliasname) == 0)
			return true;
	}
	return false;
}

/*
 * Returns the factor by which more rows of two sets of tables are joined than estimated, by
 * the pairs that were noted.
 */
static double
pairs_factor(const PaTiming *walk, const Bitmapset *outer, const Bitmapset *inner)
{
	double		factor = 1;
	ListCell   *lc;

	foreach(lc, walk->seen->pairs)
	{
		const PaSeenPair *pair = lfirst(lc);

		if (pair->factor == 1)
			continue;
		if ((is_among(walk, outer, pair->first) && is_among(walk, inner, pair->second)) ||
			(is_among(walk, outer, pair->second) && is_among(walk, inner, pair->first)))
			factor *= pair->factor;
	}
	return factor;
}

/*
 * Lets the scan on a nested loop's inner side return more rows each time, where pairs tell
 * that. (One row is estimated at least, so that the error of the join is not all its own.)
 */
static void
raise_inner(PaTiming *walk, const Join *join, const PaTimed *outer, double outer_rows)
{
	const Plan *scan = join->plan.righttree;
	Bitmapset  *tables;
	double		factor;
	double		each;

	walk->raised = NULL;
	walk->raise = 1;
	if (walk->seen->pairs == NIL || bms_is_empty(scan->allParam))
		return;
	if (IsA(scan, Memoize))
		scan = scan->lefttree;
	if (!IsA(scan, IndexScan) && !IsA(scan, IndexOnlyScan) && !IsA(scan, BitmapHeapScan))
		return;
	tables = bms_make_singleton(((const Scan *) scan)->scanrelid);
	factor = pairs_factor(walk, outer->tables, tables);
	bms_free(tables);
	each = Max(join->plan.plan_rows, 1) * outer->factor * factor / Max(outer_rows, 1);
	if (factor > 1 && each > Max(scan->plan_rows, 1))
	{
		walk->raised = scan;
		walk->raise = each / Max(scan->plan_rows, 1);
	}
}

/*
 * Time of a nested loop's inner side, in all.
 */
static PaTimed
inner_time(PaTiming *walk, const Join *join, double loops, double executions)
{
	const Plan *inner = join->plan.righttree;
	PaTimed		timed;
	double		times = loops;

	if (IsA(inner, Memoize) && ((const Memoize *) inner)->est_entries > 0)
		times = Min(loops, ((const Memoize *) inner)->est_entries);
	else if (IsA(inner, Material) ||
			 (bms_is_empty(inner->allParam) && (IsA(inner, Sort) || IsA(inner, Agg))))
		times = 1;
	timed = pa_time_of(walk, inner, times * executions);
	if ((join->inner_unique || join->jointype == JOIN_SEMI || join->jointype == JOIN_ANTI) &&
		(IsA(inner, IndexScan) || IsA(inner, IndexOnlyScan)) && inner->plan_rows > 1.5)
		timed.time *= 0.5;
	timed.time *= times;
	if (IsA(inner, Memoize))
		timed.time += loops * REMEMBERED;
	else if (times < loops)
		timed.time += loops * rows_of(walk, inner, &timed) * PA_TIME_KEPT;
	return timed;
}

/*
 * Time of a join.
 */
static PaTimed
join_time(PaTiming *walk, const Plan *plan, double executions)
{
	const Join *join = (const Join *) plan;
	PaTimed		outer = pa_time_of(walk, plan->lefttree, executions);
	double		outer_rows = rows_of(walk, plan->lefttree, &outer);
	PaTimed		inner;
	PaTimed		result = {0};
	double		inner_rows;
	double		returned;
	double		raise = 1;

	if (IsA(plan, NestLoop))
	{
		raise_inner(walk, join, &outer, outer_rows);
		raise = walk->raise;
		walk->inner = plan->righttree;
		walk->in_order = pa_lookup_order(walk, plan);
		inner = inner_time(walk, join, outer_rows, executions);
		inner_rows = outer_rows * Max(plan->righttree->plan_rows, 1) * inner.factor;
		if (join->joinqual == NIL)
			inner_rows = 0;
		result.time = outer.time + inner.time;
	}
	else
	{
		inner = pa_time_of(walk, plan->righttree, executions);
		inner_rows = rows_of(walk, plan->righttree, &inner);
		result.time = outer.time + inner.time;
		if (IsA(plan, MergeJoin))
			result.time += (outer_rows + inner_rows) * MERGED;
		else
		{
			result.time += pa_time_hash(inner_rows, outer_rows);
			if (spills(inner_rows, plan->righttree->plan_width, hash_memory()))
				result.time += (inner_rows + outer_rows) * SPILLED;
		}
	}
	if (join->jointype == JOIN_SEMI || join->jointype == JOIN_ANTI)
		result.factor = outer.factor;
	else
		result.factor = outer.factor * inner.factor / raise *
			pairs_factor(walk, outer.tables, inner.tables);
	result.tables = bms_union(outer.tables, inner.tables);
	result.joins = outer.joins + inner.joins + 1;
	returned = rows_of(walk, plan, &result);
	result.time += (returned + (IsA(plan, NestLoop) ? inner_rows : 0)) * JOINED +
		pa_time_conditions(walk, plan, join->joinqual,
						IsA(plan, NestLoop) ? inner_rows : returned, returned) +
		pa_time_conditions(walk, plan, plan->qual, returned, returned);
	return result;
}

/*
 * Time of an aggregation. How many groups there are is little changed by how
 * many rows come in.
 */
static PaTimed
aggregate_time(PaTiming *walk, const Plan *plan, double executions)
{
	PaTimed		result = pa_time_of(walk, plan->lefttree, executions);
	double		rows = rows_of(walk, plan->lefttree, &result);
	double		groups = Max(plan->plan_rows, 1);
	PaTimedExpression targets = pa_time_expression(plan->targetlist);

	result.time += rows * (AGGREGATED + AGGREGATE * targets.aggregates) + groups * GROUP +
		pa_time_conditions(walk, plan, plan->qual, groups, groups);
	if (((const Agg *) plan)->aggstrategy == AGG_HASHED)
		result.time += rows *
			(spills(groups, plan->plan_width + 60, hash_memory()) ? SPILLED : LOOKED_UP);
	result.factor = 1;
	result.joins = Max(result.joins - 1, 0);
	result.tables = NULL;
	return result;
}

/*
 * Returns what comparing two rows to sort takes, by the first column.
 */
static double
compared(const Plan *plan)
{
	AttrNumber	column = IsA(plan, IncrementalSort)
		? ((const IncrementalSort *) plan)->sort.sortColIdx[0]
		: ((const Sort *) plan)->sortColIdx[0];
	const TargetEntry *target = list_nth(plan->targetlist, column - 1);

	return pa_is_long_type(exprType((Node *) target->expr)) ? COMPARED_LONG : COMPARED;
}

/*
 * Time of a sort. One of which a LIMIT asks some rows keeps no more than twice as many.
 */
static PaTimed
sort_time(PaTiming *walk, const Plan *plan, double limit, double executions)
{
	PaTimed		result = pa_time_of(walk, plan->lefttree, executions);
	double		rows = rows_of(walk, plan->lefttree, &result);
	double		kept = limit > 0 ? Min(rows, 2 * limit) : rows;

	result.time += kept * (SORTED + log2(Max(kept, 2)) * compared(plan)) *
		(IsA(plan, IncrementalSort) ? 0.5 : 1) + (rows - kept) * NOT_KEPT;
	if (spills(kept, plan->plan_width, work_mem))
		result.time += rows * SPILLED;
	return result;
}

/*
 * Time of several plans one after the other.
 */
static PaTimed
append_time(PaTiming *walk, const Plan *plan, List *members, double executions)
{
	PaTimed		result = {.factor = 1};
	ListCell   *lc;

	foreach(lc, members)
	{
		PaTimed		member = pa_time_of(walk, lfirst(lc), executions);

		result.time += member.time;
		result.joins = Max(result.joins, member.joins);
	}
	result.time += plan->plan_rows * PA_TIME_KEPT;
	return result;
}

/*
 * Time of a node with one plan below it that does little to each row.
 */
static PaTimed
single_time(PaTiming *walk, const Plan *plan, double executions)
{
	PaTimed		result = {.factor = 1};
	double		price = OTHER;
	double		rows;

	if (plan->lefttree == NULL)
	{
		result.time = Max(plan->plan_rows, 1) * OTHER +
			pa_time_conditions(walk, plan, plan->qual, plan->plan_rows, plan->plan_rows);
		return result;
	}
	walk->limit = IsA(plan, Limit) ? rows_asked((const Limit *) plan) : 0;
	result = pa_time_of(walk, plan->lefttree, executions);
	rows = rows_of(walk, plan->lefttree, &result);
	switch (nodeTag(plan))
	{
		case T_Hash:
		case T_Memoize:
			return result;		/* priced with the join */
		case T_Limit:
			if (!reads_all(walk, plan))
				result.time *= share_until(plan, plan->lefttree);
			return result;
		case T_Material:
			price = PA_TIME_KEPT;
			break;
		case T_WindowAgg:
			price = WINDOWED;
			break;
		case T_ModifyTable:
			price = WRITTEN;
			break;
		default:
			break;
	}
	result.time += rows * price + pa_time_conditions(walk, plan, plan->qual, rows, plan->plan_rows);
	return result;
}

static PaTimed
gather_time(PaTiming *walk, const Plan *plan, double executions)
{
	int			workers = IsA(plan, Gather) ? ((const Gather *) plan)->num_workers
		: ((const GatherMerge *) plan)->num_workers;
	double		before = walk->workers;
	PaTimed		result;

	walk->workers = 1 + workers * WORKER_SHARE;
	result = pa_time_of(walk, plan->lefttree, executions);
	walk->workers = before;
	result.time += workers * WORKER + rows_of(walk, plan, &result) * SENT;
	return result;
}

/*
 * Returns what a node and all below it take each of several times, in all their
 * detail.
 */
static PaTimed
node_time(PaTiming *walk, const Plan *plan, double executions)
{
	double		limit = walk->limit;

	walk->limit = 0;
	switch (nodeTag(plan))
	{
		case T_SeqScan:
		case T_SampleScan:
		case T_IndexScan:
		case T_IndexOnlyScan:
		case T_BitmapHeapScan:
			return pa_time_scan(walk, plan, executions);
		case T_NestLoop:
		case T_HashJoin:
		case T_MergeJoin:
			return join_time(walk, plan, executions);
		case T_Agg:
			return aggregate_time(walk, plan, executions);
		case T_Sort:
		case T_IncrementalSort:
			return sort_time(walk, plan, limit, executions);
		case T_Append:
			return append_time(walk, plan, ((const Append *) plan)->appendplans, executions);
		case T_MergeAppend:
			return append_time(walk, plan, ((const MergeAppend *) plan)->mergeplans, executions);
		case T_SubqueryScan:
			return append_time(walk, plan, list_make1(((const SubqueryScan *) plan)->subplan), executions);
		case T_Gather:
		case T_GatherMerge:
			walk->limit = limit;
			return gather_time(walk, plan, executions);
		case T_ForeignScan:
		case T_CustomScan:
			return (PaTimed) {.time = plan->total_cost * UNKNOWN_COST,.factor = 1};
		default:
			return single_time(walk, plan, executions);
	}
}

/*
 * Returns what a node takes each of several times, with what is done once for
 * it: common table expressions and uncorrelated subqueries.
 */
PaTimed
pa_time_of(PaTiming *walk, const Plan *plan, double executions)
{
	PaTimed		result = node_time(walk, plan, executions);
	ListCell   *lc;

	foreach(lc, plan->initPlan)
	{
		const SubPlan *subplan = lfirst(lc);
		const Plan *once = list_nth(walk->stmt->subplans, subplan->plan_id - 1);

		if (once != NULL)
			result.time += pa_time_of(walk, once, 1).time / Max(executions, 1);
	}
	return result;
}

/*
 * Returns the time of a plan that was made while seen was filled.
 */
PaPlanTime
pa_plan_time(const PaSeen *seen, const PlannedStmt *stmt)
{
	PaTiming		walk = {.seen = seen,.stmt = stmt,.workers = 1};
	PaPlanTime	result;

	result.warm = pa_time_of(&walk, stmt->planTree, 1).time;
	result.seq_pages = walk.seq_pages;
	result.random_pages = walk.random_pages;
	walk.doubtful = true;
	result.doubtful = pa_time_of(&walk, stmt->planTree, 1).time;
	return result;
}
