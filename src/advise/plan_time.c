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
 * statement's scan of a table returns. A second number says what the plan
 * takes if joins return more rows than estimated, which makes plans dear that
 * gamble on few.
 *
 * The unit is the microsecond of the machine on which the prices were fitted (103
 * plans of test/bench/advisor, executed with their rows counted; half of them within 25 %),
 * but only the ratio of two plans of a statement is ever used.
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/cost.h"
#include "parser/parsetree.h"

#include "advise/plan_time.h"

/* Prices, microseconds */
#define PAGE_IN_SEQUENCE	0.4
#define TUPLE_IN_SEQUENCE	0.045
#define CONDITION			0.02
#define CONDITION_TEXT		0.06	/* on text or numeric */
#define LEVEL				0.9		/* of an index, descended */
#define INDEX_TUPLE			0.2	/* returned without the table */
#define BITMAP_TUPLE		0.06	/* noted in a bitmap */
#define FETCH_IN_ORDER		0.3		/* a row, from the page of the one before */
#define FETCH_BASE			0.1		/* from anywhere in a table, and more ... */
#define FETCH_BY_SIZE		0.35		/* ... for each ten times as many pages */
#define BITMAP_PAGE			0.9
#define BITMAP_FETCH		0.13
#define HASH_BUILD			0.24
#define HASH_PROBE			0.105
#define JOINED				0.056
#define MERGED				0.1
#define COMPARED			0.038	/* for each row and doubling of rows sorted */
#define AGGREGATED			0.15	/* a row, and for each aggregate: */
#define AGGREGATE			0.08
#define GROUP				0.38
#define WINDOWED			0.35
#define REMEMBERED			0.16	/* looked up in a cache or result kept */
#define KEPT				0.03
#define SPILLED				0.3		/* a row that goes to disk and comes back */
#define SENT				0.2		/* from a worker */
#define WORKERS				1000.0	/* started */
#define WRITTEN				5.0
#define OTHER				0.1

/* A cost unit of what is not known here, as of a foreign table */
#define UNKNOWN_COST		2.0

/* What a join may return of what is estimated, for each join below */
#define DOUBT				1.5
#define MAX_DOUBT			8.0

typedef struct Walk
{
	const PaSeen *seen;
	const PlannedStmt *stmt;
	bool		doubtful;
	double		workers;		/* that share a parallel scan, with the leader */
	double		seq_pages;
	double		random_pages;
	int			depth;			/* of subplans, against endless ones */
} Walk;

/* What is known of a node */
typedef struct Timed
{
	double		time;			/* of one execution */
	double		factor;			/* rows, measured against estimated */
	int			joins;			/* at and below it */
} Timed;

static Timed time_of(Walk *walk, const Plan *plan, double executions);

/*
 * Returns the rows that a node returns each time: estimated, corrected, doubted.
 */
static double
rows_of(const Walk *walk, const Plan *plan, const Timed *timed)
{
	double		rows = Max(plan->plan_rows, 1) * timed->factor;

	if (walk->doubtful)
		rows *= Min(pow(DOUBT, timed->joins), MAX_DOUBT);
	return rows;
}

/* What an expression takes for a row, and the subplans in it */
typedef struct Expression
{
	double		time;
	List	   *subplans;		/* SubPlan * */
	int			aggregates;
} Expression;

static bool
expression_walker(Node *node, Expression *e)
{
	if (node == NULL)
		return false;
	if (IsA(node, SubPlan))
	{
		e->subplans = lappend(e->subplans, node);
		return false;
	}
	if (IsA(node, Aggref))
		e->aggregates++;
	if (IsA(node, OpExpr) || IsA(node, ScalarArrayOpExpr) || IsA(node, FuncExpr))
	{
		Oid			type = IsA(node, OpExpr) ? exprType(linitial(((OpExpr *) node)->args))
			: IsA(node, FuncExpr) ? TEXTOID
			: exprType(linitial(((ScalarArrayOpExpr *) node)->args));

		e->time += type == TEXTOID || type == BPCHAROID || type == VARCHAROID ||
			type == NUMERICOID ? CONDITION_TEXT : CONDITION;
	}
	return expression_tree_walker(node, expression_walker, e);
}

/*
 * Returns what the subplans of some expressions take in all, if those are
 * evaluated for so many rows of which a node keeps some. Conditions with a
 * subplan come last, after what is cheaper; the planner takes a third of the
 * rows to meet one.
 */
static double
subplans_time(Walk *walk, const List *subplans, double rows, double kept)
{
	double		time = 0;
	const ListCell *lc;

	if (walk->depth > 20)
		return 0;
	walk->depth++;
	foreach(lc, subplans)
	{
		const SubPlan *subplan = lfirst(lc);
		const Plan *plan = list_nth(walk->stmt->subplans, subplan->plan_id - 1);
		double		n = Min(rows, kept * 3);

		if (plan == NULL)
			continue;
		if (subplan->useHashTable)
			time += time_of(walk, plan, 1).time + plan->plan_rows * HASH_BUILD + n * HASH_PROBE;
		else if (subplan->parParam == NIL)
			time += time_of(walk, plan, 1).time + n * KEPT;
		else
			time += n * time_of(walk, plan, n).time;
	}
	walk->depth--;
	return time;
}

/*
 * Returns what a node's conditions take for so many rows, and subplans in its
 * target list for those that it returns. The first condition meets all rows, others half of them.
 */
static double
conditions_time(Walk *walk, const Plan *plan, const List *quals, double rows, double returned)
{
	Expression	conditions = {0};
	Expression	targets = {0};
	double		time;

	(void) expression_walker((Node *) quals, &conditions);
	(void) expression_walker((Node *) plan->targetlist, &targets);
	time = rows * conditions.time * (list_length(quals) > 1 ? 0.7 : 1.0);
	time += returned * targets.time;
	if (conditions.subplans != NIL)
		time += subplans_time(walk, conditions.subplans, rows, returned);
	if (targets.subplans != NIL)
		time += subplans_time(walk, targets.subplans, returned, returned);
	return time;
}

static Oid
relation_of(const Walk *walk, const Plan *plan)
{
	Index		scanrelid = ((const Scan *) plan)->scanrelid;

	return scanrelid > 0 ? rt_fetch(scanrelid, walk->stmt->rtable)->relid : InvalidOid;
}

/*
 * Returns what fetching a row from anywhere in a table takes.
 */
static double
fetch_time(double pages, double order)
{
	double		anywhere = FETCH_BASE + FETCH_BY_SIZE * log10(Max(pages, 1));

	return order * Min(FETCH_IN_ORDER, anywhere) + (1 - order) * anywhere;
}

static double
seq_scan(Walk *walk, const Plan *plan, const PaSeenTable *table, double executions, double returned)
{
	double		pages = table ? table->pages : 1;
	double		tuples = table ? table->tuples : returned;

	if (plan->parallel_aware)
	{
		pages /= walk->workers;
		tuples /= walk->workers;
	}
	walk->seq_pages += pages * executions;
	return pages * PAGE_IN_SEQUENCE + tuples * TUPLE_IN_SEQUENCE +
		conditions_time(walk, plan, plan->qual, tuples, returned);
}

/*
 * Time of an index scan; what the index finds is raised as the result is, where
 * that is found by the index alone.
 */
static double
index_scan(Walk *walk, const Plan *plan, const PaSeenTable *table, double executions,
		   double returned, double factor)
{
	bool		only = IsA(plan, IndexOnlyScan);
	Oid			indexid = only ? ((const IndexOnlyScan *) plan)->indexid
		: ((const IndexScan *) plan)->indexid;
	const PaSeenScan *scan = pa_seen_scan(walk->seen, indexid, plan);
	double		tuples = scan ? scan->tuples : returned;
	double		levels = scan ? scan->levels : 2;
	double		order = scan ? scan->order : 0;
	double		pages = table ? table->pages : 1;
	double		fetches;

	if (plan->parallel_aware)
		tuples /= walk->workers;
	if (plan->qual == NIL)
		tuples *= factor;
	tuples = Max(tuples, returned);
	fetches = only ? tuples * (1 - (table ? table->visible : 0)) : tuples;
	walk->random_pages += Min(executions * (1 + fetches * (1 - order)), 2 * pages);
	return levels * LEVEL + (only ? tuples * INDEX_TUPLE : 0) +
		fetches * fetch_time(pages, order) +
		conditions_time(walk, plan, plan->qual, tuples, returned);
}

/*
 * Returns what making a bitmap takes. Sets the rows in it, and how much they lie
 * in the order of an index.
 */
static double
bitmap_time(Walk *walk, const Plan *plan, double tuples, double *rows, double *order)
{
	double		time = 0;
	double		sum = 0;
	double		product = 1;
	double		part;
	List	   *parts;
	ListCell   *lc;

	if (IsA(plan, BitmapIndexScan))
	{
		*rows = Max(plan->plan_rows, 1);
		*order = pa_seen_index_order(walk->seen, ((const BitmapIndexScan *) plan)->indexid);
		return 3 * LEVEL + *rows * BITMAP_TUPLE;
	}
	parts = IsA(plan, BitmapAnd) ? ((const BitmapAnd *) plan)->bitmapplans
		: ((const BitmapOr *) plan)->bitmapplans;
	foreach(lc, parts)
	{
		time += bitmap_time(walk, lfirst(lc), tuples, &part, order);
		sum += part;
		product *= Min(part / tuples, 1);
	}
	*rows = IsA(plan, BitmapAnd) ? product * tuples : Min(sum, tuples);
	return time;
}

static double
bitmap_scan(Walk *walk, const Plan *plan, const PaSeenTable *table, double executions,
			double returned)
{
	double		pages = table ? table->pages : 1;
	double		tuples = table ? table->tuples : returned;
	double		found;
	double		order;
	double		time = bitmap_time(walk, plan->lefttree, tuples, &found, &order);
	double		visited;

	found = Max(found, returned);
	visited = pages * (1 - pow(1 - 1 / Max(pages, 2), found));
	visited = order * Min(visited, found / tuples * pages + 1) + (1 - order) * visited;
	if (plan->parallel_aware)
	{
		found /= walk->workers;
		visited /= walk->workers;
	}
	walk->random_pages += Min(visited * executions, 2 * pages);
	return time + visited * BITMAP_PAGE + found * BITMAP_FETCH +
		conditions_time(walk, plan, plan->qual, found, returned);
}

/*
 * Time of a scan of a table.
 */
static Timed
scan_time(Walk *walk, const Plan *plan, double executions)
{
	Oid			relid = relation_of(walk, plan);
	const PaSeenTable *table = pa_seen_table(walk->seen, relid);
	Timed		result = {.factor = pa_seen_correction(walk->seen, relid)};
	double		returned = Max(plan->plan_rows, 1) * result.factor;

	switch (nodeTag(plan))
	{
		case T_IndexScan:
		case T_IndexOnlyScan:
			result.time = index_scan(walk, plan, table, executions, returned, result.factor);
			break;
		case T_BitmapHeapScan:
			result.time = bitmap_scan(walk, plan, table, executions, returned);
			break;
		default:
			result.time = seq_scan(walk, plan, table, executions, returned);
	}
	return result;
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
 * Time of a nested loop's inner side, in all.
 */
static Timed
inner_time(Walk *walk, const Join *join, double loops, double executions)
{
	const Plan *inner = join->plan.righttree;
	Timed		timed;
	double		times = loops;

	if (IsA(inner, Memoize) && ((const Memoize *) inner)->est_entries > 0)
		times = Min(loops, ((const Memoize *) inner)->est_entries);
	else if (IsA(inner, Material) ||
			 (bms_is_empty(inner->allParam) && (IsA(inner, Sort) || IsA(inner, Agg))))
		times = 1;
	timed = time_of(walk, inner, times * executions);
	if ((join->inner_unique || join->jointype == JOIN_SEMI || join->jointype == JOIN_ANTI) &&
		(IsA(inner, IndexScan) || IsA(inner, IndexOnlyScan)) && inner->plan_rows > 1.5)
		timed.time *= 0.5;
	timed.time *= times;
	if (IsA(inner, Memoize))
		timed.time += loops * REMEMBERED;
	else if (times < loops)
		timed.time += loops * rows_of(walk, inner, &timed) * KEPT;
	return timed;
}

/*
 * Time of a join.
 */
static Timed
join_time(Walk *walk, const Plan *plan, double executions)
{
	const Join *join = (const Join *) plan;
	Timed		outer = time_of(walk, plan->lefttree, executions);
	double		outer_rows = rows_of(walk, plan->lefttree, &outer);
	Timed		inner;
	Timed		result = {0};
	double		inner_rows;
	double		returned;

	if (IsA(plan, NestLoop))
	{
		inner = inner_time(walk, join, outer_rows, executions);
		inner_rows = outer_rows * Max(plan->righttree->plan_rows, 1) * inner.factor;
		if (join->joinqual == NIL)
			inner_rows = 0;
		result.time = outer.time + inner.time;
	}
	else
	{
		inner = time_of(walk, plan->righttree, executions);
		inner_rows = rows_of(walk, plan->righttree, &inner);
		result.time = outer.time + inner.time;
		if (IsA(plan, MergeJoin))
			result.time += (outer_rows + inner_rows) * MERGED;
		else
		{
			result.time += inner_rows * HASH_BUILD + outer_rows * HASH_PROBE;
			if (spills(inner_rows, plan->righttree->plan_width, hash_memory()))
				result.time += (inner_rows + outer_rows) * SPILLED;
		}
	}
	result.factor = join->jointype == JOIN_SEMI || join->jointype == JOIN_ANTI
		? outer.factor : outer.factor * inner.factor;
	result.joins = outer.joins + inner.joins + 1;
	returned = rows_of(walk, plan, &result);
	result.time += (returned + (IsA(plan, NestLoop) ? inner_rows : 0)) * JOINED +
		conditions_time(walk, plan, join->joinqual,
						IsA(plan, NestLoop) ? inner_rows : returned, returned) +
		conditions_time(walk, plan, plan->qual, returned, returned);
	return result;
}

/*
 * Time of an aggregation. How many groups there are is little changed by how
 * many rows come in.
 */
static Timed
aggregate_time(Walk *walk, const Plan *plan, double executions)
{
	Timed		result = time_of(walk, plan->lefttree, executions);
	double		rows = rows_of(walk, plan->lefttree, &result);
	double		groups = Max(plan->plan_rows, 1);
	Expression	targets = {0};

	(void) expression_walker((Node *) plan->targetlist, &targets);
	result.time += rows * (AGGREGATED + AGGREGATE * targets.aggregates) + groups * GROUP +
		conditions_time(walk, plan, plan->qual, groups, groups);
	if (((const Agg *) plan)->aggstrategy == AGG_HASHED &&
		spills(groups, plan->plan_width + 60, hash_memory()))
		result.time += rows * SPILLED;
	result.factor = 1;
	result.joins = Max(result.joins - 1, 0);
	return result;
}

static Timed
sort_time(Walk *walk, const Plan *plan, double executions)
{
	Timed		result = time_of(walk, plan->lefttree, executions);
	double		rows = rows_of(walk, plan->lefttree, &result);

	result.time += rows * log2(Max(rows, 2)) * COMPARED *
		(IsA(plan, IncrementalSort) ? 0.5 : 1);
	if (spills(rows, plan->plan_width, work_mem))
		result.time += rows * SPILLED;
	return result;
}

/*
 * Time of several plans one after the other.
 */
static Timed
append_time(Walk *walk, const Plan *plan, List *members, double executions)
{
	Timed		result = {.factor = 1};
	ListCell   *lc;

	foreach(lc, members)
	{
		Timed		member = time_of(walk, lfirst(lc), executions);

		result.time += member.time;
		result.joins = Max(result.joins, member.joins);
	}
	result.time += plan->plan_rows * KEPT;
	return result;
}

/*
 * Time of a node with one plan below it that does little to each row.
 */
static Timed
single_time(Walk *walk, const Plan *plan, double executions)
{
	Timed		result = {.factor = 1};
	double		price = OTHER;
	double		rows;

	if (plan->lefttree == NULL)
	{
		result.time = Max(plan->plan_rows, 1) * OTHER +
			conditions_time(walk, plan, plan->qual, plan->plan_rows, plan->plan_rows);
		return result;
	}
	result = time_of(walk, plan->lefttree, executions);
	rows = rows_of(walk, plan->lefttree, &result);
	switch (nodeTag(plan))
	{
		case T_Hash:
		case T_Memoize:
			return result;		/* priced with the join */
		case T_Limit:
			result.time *= share_until(plan, plan->lefttree);
			return result;
		case T_Material:
			price = KEPT;
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
	result.time += rows * price + conditions_time(walk, plan, plan->qual, rows, plan->plan_rows);
	return result;
}

static Timed
gather_time(Walk *walk, const Plan *plan, double executions)
{
	int			workers = IsA(plan, Gather) ? ((const Gather *) plan)->num_workers
		: ((const GatherMerge *) plan)->num_workers;
	double		before = walk->workers;
	Timed		result;

	walk->workers = workers + Max(1 - 0.3 * workers, 0);
	result = time_of(walk, plan->lefttree, executions);
	walk->workers = before;
	result.time += WORKERS + rows_of(walk, plan, &result) * SENT;
	return result;
}

/*
 * Returns what a node and all below it take each of several times, in all their
 * detail.
 */
static Timed
node_time(Walk *walk, const Plan *plan, double executions)
{
	switch (nodeTag(plan))
	{
		case T_SeqScan:
		case T_SampleScan:
		case T_IndexScan:
		case T_IndexOnlyScan:
		case T_BitmapHeapScan:
			return scan_time(walk, plan, executions);
		case T_NestLoop:
		case T_HashJoin:
		case T_MergeJoin:
			return join_time(walk, plan, executions);
		case T_Agg:
			return aggregate_time(walk, plan, executions);
		case T_Sort:
		case T_IncrementalSort:
			return sort_time(walk, plan, executions);
		case T_Append:
			return append_time(walk, plan, ((const Append *) plan)->appendplans, executions);
		case T_MergeAppend:
			return append_time(walk, plan, ((const MergeAppend *) plan)->mergeplans, executions);
		case T_SubqueryScan:
			return append_time(walk, plan, list_make1(((const SubqueryScan *) plan)->subplan), executions);
		case T_Gather:
		case T_GatherMerge:
			return gather_time(walk, plan, executions);
		case T_ForeignScan:
		case T_CustomScan:
			return (Timed) {.time = plan->total_cost * UNKNOWN_COST,.factor = 1};
		default:
			return single_time(walk, plan, executions);
	}
}

/*
 * Returns what a node takes each of several times, with what is done once for
 * it: common table expressions and uncorrelated subqueries.
 */
static Timed
time_of(Walk *walk, const Plan *plan, double executions)
{
	Timed		result = node_time(walk, plan, executions);
	ListCell   *lc;

	foreach(lc, plan->initPlan)
	{
		const SubPlan *subplan = lfirst(lc);
		const Plan *once = list_nth(walk->stmt->subplans, subplan->plan_id - 1);

		if (once != NULL)
			result.time += time_of(walk, once, 1).time / Max(executions, 1);
	}
	return result;
}

/*
 * Returns the time of a plan that was made while seen was filled.
 */
PaPlanTime
pa_plan_time(const PaSeen *seen, const PlannedStmt *stmt)
{
	Walk		walk = {.seen = seen,.stmt = stmt,.workers = 1};
	PaPlanTime	result;

	result.warm = time_of(&walk, stmt->planTree, 1).time;
	result.seq_pages = walk.seq_pages;
	result.random_pages = walk.random_pages;
	walk.doubtful = true;
	result.doubtful = time_of(&walk, stmt->planTree, 1).time;
	return result;
}
