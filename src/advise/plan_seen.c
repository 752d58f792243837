/*
 * plan_seen.c
 *	  What a plan does not tell, taken down while it is made.
 *
 * A scan in a plan says how many rows it returns, not how many the index finds
 * before they are filtered; a path does. What is noted lives in the planner's
 * memory context and is of use until the plan was looked at.
 */
#include "postgres.h"

#include <math.h>

#include "access/htup_details.h"
#include "access/stratnum.h"
#include "catalog/pg_am.h"
#include "catalog/pg_statistic.h"
#include "optimizer/cost.h"
#include "optimizer/optimizer.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#include "advise/plan_time.h"
#include "advise/source_stats.h"

/* Estimates are corrected by this factor at most, ... */
#define PA_MAX_CORRECTION	100.0

/* ... and not at all if they are off by less than this one. */
#define PA_MIN_CORRECTION	1.5

/*
 * Returns how much a table's rows lie in the order of a column, 0 to 1, by its statistics.
 */
double
pa_seen_order(Oid relid, AttrNumber attno)
{
	HeapTuple	tuple = pa_column_statistics(relid, attno);
	AttStatsSlot slot;
	double		order = 0;

	if (!HeapTupleIsValid(tuple))
		return 0;
	if (get_attstatsslot(&slot, tuple, STATISTIC_KIND_CORRELATION, InvalidOid,
						 ATTSTATSSLOT_NUMBERS))
	{
		order = fabs(slot.numbers[0]);
		free_attstatsslot(&slot);
	}
	heap_freetuple(tuple);
	return order * order;
}

/*
 * Whether a condition on a btree index's column lets the next column's condition
 * narrow what is read as well.
 */
static bool
is_equality(const IndexOptInfo *index, const IndexClause *clause)
{
	const RestrictInfo *qual = linitial(clause->indexquals);
	const Expr *expr = qual->clause;
	Oid			operator = InvalidOid;

	if (IsA(expr, OpExpr))
		operator = ((const OpExpr *) expr)->opno;
	else if (IsA(expr, ScalarArrayOpExpr))
		operator = ((const ScalarArrayOpExpr *) expr)->opno;
	else if (IsA(expr, NullTest))
		return ((const NullTest *) expr)->nulltesttype == IS_NULL;
	return OidIsValid(operator) &&
		get_op_opfamily_strategy(operator, index->opfamily[clause->indexcol]) == BTEqualStrategyNumber;
}

/*
 * Returns the conditions of a btree index path that narrow what it reads of the index:
 * on its first columns, as far as there are equalities, and on the next. NULL in *rest
 * if these are all.
 */
static List *
narrowing_conditions(const IndexPath *path, const IndexClause **rest)
{
	List	   *result = NIL;
	int			column = 0;		/* whose conditions narrow */
	bool		equality = false;	/* on it */
	ListCell   *lc;

	*rest = NULL;
	foreach(lc, path->indexclauses)
	{
		const IndexClause *clause = lfirst(lc);

		if (equality && clause->indexcol == column + 1)
		{
			column++;
			equality = false;
		}
		if (clause->indexcol > column)
		{
			*rest = clause;
			break;
		}
		equality = equality || is_equality(path->indexinfo, clause);
		result = list_concat(result, clause->indexquals);
	}
	return result;
}

/*
 * Notes the entries of a btree index that a scan reads though its conditions exclude
 * them, those on columns after the first that is not known. Where the planner skips
 * much of an index between its values, by the costs.
 */
static void
note_passed(PaSeenScan *scan, PlannerInfo *root, const IndexPath *path)
{
	const IndexOptInfo *index = path->indexinfo;
	const IndexClause *rest = NULL;
	List	   *narrowing;
	double		all;			/* what reading the whole index costs */
	double		share;

	if (index->relam != BTREE_AM_OID || path->indexclauses == NIL)
		return;
	narrowing = narrowing_conditions(path, &rest);
	if (rest == NULL)
		return;
	all = index->pages * random_page_cost + index->tuples * (cpu_index_tuple_cost + cpu_operator_cost);
	share = clauselist_selectivity(root, narrowing, index->rel->relid, JOIN_INNER, NULL);
	share = Min(share, path->indextotalcost / Max(all, 1));
	scan->passed = Max(share * index->tuples - scan->tuples, 0);
	scan->passed_pages = scan->passed / Max(index->tuples, 1) * index->pages;
}

static void note_path(PaSeen *seen, PlannerInfo *root, const Path *path, Oid relid);

static void
note_paths(PaSeen *seen, PlannerInfo *root, const List *paths, Oid relid)
{
	const ListCell *lc;

	foreach(lc, paths)
		note_path(seen, root, lfirst(lc), relid);
}

/*
 * Notes an index path, or those below a bitmap.
 */
static void
note_path(PaSeen *seen, PlannerInfo *root, const Path *path, Oid relid)
{
	if (IsA(path, IndexPath))
	{
		const IndexPath *ipath = (const IndexPath *) path;
		PaSeenScan *scan = palloc0(sizeof(PaSeenScan));

		scan->indexid = ipath->indexinfo->indexoid;
		scan->startup_cost = path->startup_cost;
		scan->total_cost = path->total_cost;
		scan->index_cost = ipath->indextotalcost;
		scan->tuples = Max(1, ipath->indexselectivity * path->parent->tuples);
		scan->levels = Max(ipath->indexinfo->tree_height, 0) + 1;
		scan->pages = ipath->indexinfo->pages;
		scan->first = ipath->indexinfo->ncolumns > 0 ? ipath->indexinfo->indexkeys[0] : 0;
		/* The planner, too, goes by the first column */
		scan->order = scan->first > 0 ? pa_seen_order(relid, scan->first) : 0;
		note_passed(scan, root, ipath);
		seen->scans = lappend(seen->scans, scan);
	}
	else if (IsA(path, BitmapHeapPath))
		note_path(seen, root, ((const BitmapHeapPath *) path)->bitmapqual, relid);
	else if (IsA(path, BitmapAndPath))
		note_paths(seen, root, ((const BitmapAndPath *) path)->bitmapquals, relid);
	else if (IsA(path, BitmapOrPath))
		note_paths(seen, root, ((const BitmapOrPath *) path)->bitmapquals, relid);
}

/*
 * Takes down a table and the index scans that are left of all that the planner
 * thought of. Allocates in the current memory context.
 */
void
pa_seen_note(PaSeen *seen, PlannerInfo *root, RelOptInfo *rel, RangeTblEntry *rte)
{
	PaSeenTable *table = palloc(sizeof(PaSeenTable));

	table->relid = rte->relid;
	table->pages = Max(rel->pages, 1);
	table->tuples = Max(rel->tuples, 1);
	table->rows = Max(rel->rows, 1);
	table->visible = rel->allvisfrac;
	seen->tables = lappend(seen->tables, table);
	note_paths(seen, root, rel->pathlist, rte->relid);
	note_paths(seen, root, rel->partial_pathlist, rte->relid);
}

/*
 * Returns what was noted of a table, or NULL.
 */
const PaSeenTable *
pa_seen_table(const PaSeen *seen, Oid relid)
{
	ListCell   *lc;

	foreach(lc, seen->tables)
	{
		if (((PaSeenTable *) lfirst(lc))->relid == relid)
			return lfirst(lc);
	}
	return NULL;
}

/*
 * Returns the path that a scan of an index, or into a bitmap, was made of, or else one
 * on the same index, or NULL.
 */
const PaSeenScan *
pa_seen_scan(const PaSeen *seen, Oid indexid, const Plan *plan)
{
	const PaSeenScan *other = NULL;
	ListCell   *lc;

	foreach(lc, seen->scans)
	{
		const PaSeenScan *scan = lfirst(lc);

		if (scan->indexid != indexid)
			continue;
		if (IsA(plan, BitmapIndexScan)
			? scan->index_cost == plan->total_cost
			: scan->total_cost == plan->total_cost && scan->startup_cost == plan->startup_cost)
			return scan;
		other = scan;
	}
	return other;
}

/*
 * Returns the factor by which a statement's scans of a table return more rows
 * than estimated, as far as that was measured.
 */
double
pa_seen_correction(const PaSeen *seen, Oid relid)
{
	const PaSeenTable *table = NULL;
	double		factor = 1;
	ListCell   *lc;

	foreach(lc, seen->tables)
	{
		if (((PaSeenTable *) lfirst(lc))->relid != relid)
			continue;
		if (table != NULL)
			return 1;			/* read more than once: which one it was is unknown */
		table = lfirst(lc);
	}
	foreach(lc, seen->known)
	{
		const PaKnownRows *known = lfirst(lc);

		if (table != NULL && known->relid == relid)
			factor = Max(known->rows, 1) / table->rows;
	}
	if (factor < PA_MIN_CORRECTION && factor > 1 / PA_MIN_CORRECTION)
		return 1;
	return Min(Max(factor, 1 / PA_MAX_CORRECTION), PA_MAX_CORRECTION);
}
