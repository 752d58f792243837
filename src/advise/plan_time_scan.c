/*
 * plan_time_scan.c
 *	  What scans and conditions in a plan take where the data are in memory.
 *
 * See plan_time.c. A row fetched from anywhere in a table takes longer the larger
 * the table is, as less of it is in the processor's caches.
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "nodes/nodeFuncs.h"
#include "parser/parsetree.h"

#include "advise/plan_walk.h"

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

static bool
expression_walker(Node *node, PaTimedExpression *e)
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
 * Returns what evaluating some expressions takes for a row, but for subplans.
 */
PaTimedExpression
pa_time_expression(const List *expressions)
{
	PaTimedExpression result = {0};

	(void) expression_walker((Node *) expressions, &result);
	return result;
}

/*
 * Returns what the subplans of some expressions take in all, if those are
 * evaluated for so many rows of which a node keeps some. Conditions with a
 * subplan come last, after what is cheaper; the planner takes a third of the
 * rows to meet one.
 */
static double
subplans_time(PaTiming *walk, const List *subplans, double rows, double kept)
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
			time += pa_time_of(walk, plan, 1).time + plan->plan_rows * PA_TIME_HASH_BUILD + n * PA_TIME_HASH_PROBE;
		else if (subplan->parParam == NIL)
			time += pa_time_of(walk, plan, 1).time + n * PA_TIME_KEPT;
		else
			time += n * pa_time_of(walk, plan, n).time;
	}
	walk->depth--;
	return time;
}

/*
 * Returns what a node's conditions take for so many rows, and subplans in its
 * target list for those that it returns. The first condition meets all rows, others half of them.
 */
double
pa_time_conditions(PaTiming *walk, const Plan *plan, const List *quals, double rows, double returned)
{
	PaTimedExpression conditions = pa_time_expression(quals);
	PaTimedExpression targets = pa_time_expression(plan->targetlist);
	double		time;

	time = rows * conditions.time * (list_length(quals) > 1 ? 0.7 : 1.0);
	time += returned * targets.time;
	if (conditions.subplans != NIL)
		time += subplans_time(walk, conditions.subplans, rows, returned);
	if (targets.subplans != NIL)
		time += subplans_time(walk, targets.subplans, returned, returned);
	return time;
}

static Oid
relation_of(const PaTiming *walk, const Plan *plan)
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
seq_scan(PaTiming *walk, const Plan *plan, const PaSeenTable *table, double executions, double returned)
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
		pa_time_conditions(walk, plan, plan->qual, tuples, returned);
}

/*
 * Time of an index scan; what the index finds is raised as the result is, where
 * that is found by the index alone.
 */
static double
index_scan(PaTiming *walk, const Plan *plan, const PaSeenTable *table, double executions,
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
		pa_time_conditions(walk, plan, plan->qual, tuples, returned);
}

/*
 * Returns what making a bitmap takes. Sets the rows in it, and how much they lie
 * in the order of an index.
 */
static double
bitmap_time(PaTiming *walk, const Plan *plan, double tuples, double *rows, double *order)
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
bitmap_scan(PaTiming *walk, const Plan *plan, const PaSeenTable *table, double executions,
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
		pa_time_conditions(walk, plan, plan->qual, found, returned);
}

/*
 * Time of a scan of a table.
 */
PaTimed
pa_time_scan(PaTiming *walk, const Plan *plan, double executions)
{
	Oid			relid = relation_of(walk, plan);
	const PaSeenTable *table = pa_seen_table(walk->seen, relid);
	PaTimed		result = {.factor = pa_seen_correction(walk->seen, relid)};
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
