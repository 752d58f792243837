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
#define PAGE_IN_SEQUENCE	0.3
#define TUPLE_IN_SEQUENCE	0.01	/* and by its bytes, as far as conditions look */
#define TUPLE_BYTE			0.00022
#define TUPLE_LOOKED_AT		300.0
#define CONDITION			0.007
#define CONDITION_LONG		0.025	/* on text or numeric */
#define NUMERIC_AGGREGATE	4.0		/* as many of others */
#define LEVEL				0.45	/* of an index, descended */
#define LEVEL_NEAR			0.2		/* where the look-up before was */
#define INDEX_TUPLE			0.04	/* returned without the table */
#define PASSED_TUPLE		0.01	/* read in an index and excluded there */
#define BITMAP_TUPLE		0.04	/* noted in a bitmap */
#define FETCH_IN_ORDER		0.08	/* a row, from the page of the one before */
#define BITMAP_PAGE			1.4
#define BITMAP_FETCH		0.05

/* A page anywhere in a file of up to 100 pages, and more for each ten times as many, from
 * 64 MB on far more: they are less and less in the processor's caches. A third is added
 * to what was measured, as other statements run in between. */
#define ANYWHERE			0.32
#define ANYWHERE_BY_SIZE	0.23
#define ANYWHERE_LARGE		0.9

/*
 * Whether values of a type are compared and calculated with byte by byte.
 */
bool
pa_is_long_type(Oid type)
{
	return type == TEXTOID || type == BPCHAROID || type == VARCHAROID || type == NUMERICOID;
}

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
	{
		const List *types = ((Aggref *) node)->aggargtypes;

		e->aggregates += types != NIL && linitial_oid(types) == NUMERICOID ? NUMERIC_AGGREGATE : 1;
	}
	if (IsA(node, OpExpr) || IsA(node, ScalarArrayOpExpr) || IsA(node, FuncExpr))
	{
		Oid			type = IsA(node, OpExpr) ? exprType(linitial(((OpExpr *) node)->args))
			: IsA(node, FuncExpr) ? TEXTOID
			: exprType(linitial(((ScalarArrayOpExpr *) node)->args));

		e->time += pa_is_long_type(type) ? CONDITION_LONG : CONDITION;
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
			time += pa_time_of(walk, plan, 1).time + pa_time_hash(plan->plan_rows, n);
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
 * Returns what reading a page anywhere in a file takes.
 */
static double
page_time(double pages)
{
	return ANYWHERE + ANYWHERE_BY_SIZE * log10(Max(pages / 100, 1)) +
		ANYWHERE_LARGE * log10(Max(pages / 8192, 1));
}

/*
 * Returns the share of look-ups that find the page of the one before, if so many come in the
 * order of pages to so much.
 */
static double
same_page(double in_order, double pages, double lookups)
{
	return in_order * (1 - Min(pages / Max(lookups, 1), 1));
}

/*
 * Returns what fetching rows from a table takes, of which the first may be anywhere, but for
 * some share.
 */
static double
fetch_time(double rows, double pages, double order, double near)
{
	double		anywhere = Min(rows, 1) * (1 - near) + Max(rows - 1, 0) * (1 - order);

	return anywhere * page_time(pages) + (rows - anywhere) * FETCH_IN_ORDER;
}

/*
 * Returns what finding the first entry in an index takes, for a share of look-ups in the page
 * of the one before.
 */
static double
descent_time(const PaSeenScan *scan, double near)
{
	return scan ? scan->levels * (LEVEL * (1 - near) + LEVEL_NEAR * near) + page_time(scan->pages) * (1 - near)
		: 3 * LEVEL + ANYWHERE;
}

static double
seq_scan(PaTiming *walk, const Plan *plan, const PaSeenTable *table, double executions, double returned)
{
	double		pages = table ? table->pages : 1;
	double		tuples = table ? table->tuples : returned;
	double		width = Min(pages * BLCKSZ / Max(tuples, 1), TUPLE_LOOKED_AT);

	if (plan->parallel_aware)
	{
		pages /= walk->workers;
		tuples /= walk->workers;
	}
	walk->seq_pages += pages * executions;
	return pages * PAGE_IN_SEQUENCE + tuples * (TUPLE_IN_SEQUENCE + width * TUPLE_BYTE) +
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
	double		passed = scan ? scan->passed : 0;
	double		order = scan ? scan->order : 0;
	double		pages = table ? table->pages : 1;
	double		in_order = plan == walk->inner ? walk->in_order : 0;
	double		near = same_page(in_order * order, pages, executions);
	double		fetches;

	if (plan->parallel_aware)
	{
		tuples /= walk->workers;
		passed /= walk->workers;
	}
	if (plan->qual == NIL)
		tuples *= factor;
	tuples = Max(tuples, returned);
	fetches = only ? tuples * (1 - (table ? table->visible : 0)) : tuples;
	walk->random_pages += Min(executions * (1 - near + fetches * (1 - order)), 2 * pages) +
		(scan ? scan->passed_pages : 0);	/* again and again: from memory */
	return descent_time(scan, scan ? same_page(in_order, scan->pages, executions) : 0) +
		passed * PASSED_TUPLE + (only ? tuples * INDEX_TUPLE : 0) +
		fetch_time(fetches, pages, order, near) +
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
		const PaSeenScan *scan = pa_seen_scan(walk->seen, ((const BitmapIndexScan *) plan)->indexid, plan);

		*rows = Max(plan->plan_rows, 1);
		*order = scan ? scan->order : 0;
		walk->random_pages += scan ? scan->passed_pages : 0;
		return descent_time(scan, 0) + *rows * BITMAP_TUPLE + (scan ? scan->passed * PASSED_TUPLE : 0);
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
	double		returned;

	if (plan == walk->raised)
		result.factor *= walk->raise;
	if (walk->seen->pairs != NIL)
		result.tables = bms_make_singleton(((const Scan *) plan)->scanrelid);
	returned = Max(plan->plan_rows, 1) * result.factor;
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
