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
#include "catalog/pg_statistic.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#include "advise/plan_time.h"
#include "advise/source_stats.h"

/* Estimates are corrected by this factor at most, ... */
#define PA_MAX_CORRECTION	100.0

/* ... and not at all if they are off by less than this one. */
#define PA_MIN_CORRECTION	1.5

/*
 * Returns how much a table's rows lie in the order of an index, 0 to 1, as the
 * planner thinks: by the statistics of the first column.
 */
static double
order_of(const IndexOptInfo *index, Oid relid)
{
	HeapTuple	tuple;
	AttStatsSlot slot;
	double		order = 0;

	if (index->ncolumns == 0 || index->indexkeys[0] <= 0)
		return 0;
	tuple = pa_column_statistics(relid, index->indexkeys[0]);
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

static void note_path(PaSeen *seen, const Path *path, Oid relid);

static void
note_paths(PaSeen *seen, const List *paths, Oid relid)
{
	const ListCell *lc;

	foreach(lc, paths)
		note_path(seen, lfirst(lc), relid);
}

/*
 * Notes an index path, or those below a bitmap.
 */
static void
note_path(PaSeen *seen, const Path *path, Oid relid)
{
	if (IsA(path, IndexPath))
	{
		const IndexPath *ipath = (const IndexPath *) path;
		PaSeenScan *scan = palloc(sizeof(PaSeenScan));

		scan->indexid = ipath->indexinfo->indexoid;
		scan->startup_cost = path->startup_cost;
		scan->total_cost = path->total_cost;
		scan->tuples = Max(1, ipath->indexselectivity * path->parent->tuples);
		scan->levels = Max(ipath->indexinfo->tree_height, 0) + 1;
		scan->order = order_of(ipath->indexinfo, relid);
		seen->scans = lappend(seen->scans, scan);
	}
	else if (IsA(path, BitmapHeapPath))
		note_path(seen, ((const BitmapHeapPath *) path)->bitmapqual, relid);
	else if (IsA(path, BitmapAndPath))
		note_paths(seen, ((const BitmapAndPath *) path)->bitmapquals, relid);
	else if (IsA(path, BitmapOrPath))
		note_paths(seen, ((const BitmapOrPath *) path)->bitmapquals, relid);
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
	note_paths(seen, rel->pathlist, rte->relid);
	note_paths(seen, rel->partial_pathlist, rte->relid);
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
 * Returns the path that a scan was made of, or else one on the same index, or
 * NULL.
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
		if (scan->total_cost == plan->total_cost && scan->startup_cost == plan->startup_cost)
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

/*
 * Returns how much the rows lie in the order of an index, 0 if nothing was
 * noted.
 */
double
pa_seen_index_order(const PaSeen *seen, Oid indexid)
{
	ListCell   *lc;

	foreach(lc, seen->scans)
	{
		const PaSeenScan *scan = lfirst(lc);

		if (scan->indexid == indexid)
			return scan->order;
	}
	return 0;
}
