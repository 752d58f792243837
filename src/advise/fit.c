/*
 * fit.c
 *	  How an index fits a request: what would make it fit better, and how much of
 *	  it is of use.
 */
#include "postgres.h"

#include "access/sysattr.h"
#include "catalog/pg_am.h"

#include "advise/candidates.h"
#include "base/compat_planner.h"

/*
 * Makes the definition that also includes what the request reads besides the
 * columns that are there, or returns NULL if that is nothing or too much.
 */
PaIndexDef *
pa_candidate_covering(const PaIndexDef *def, const PaRequest *request)
{
	List	   *included = NIL;
	PaIndexDef *result;
	ListCell   *lc;

	if (def->relid != request->relid || def->am != BTREE_AM_OID)
		return NULL;
	foreach(lc, request->needed)
	{
		PaIndexColumn *col = lfirst(lc);
		bool		present = false;

		for (int i = 0; i < def->ncolumns; i++)
		{
			if (def->columns[i].attno == col->attno)
				present = true;
		}
		if (!present)
			included = lappend(included, col);
	}
	if (included == NIL ||
		def->ncolumns - def->nkeys + list_length(included) > PA_MAX_INCLUDED)
		return NULL;

	result = pa_index_def_new(def->relid, def->am,
							  def->ncolumns + list_length(included));
	memcpy(result->columns, def->columns, sizeof(PaIndexColumn) * def->ncolumns);
	foreach(lc, included)
		result->columns[def->ncolumns + foreach_current_index(lc)] =
			*(PaIndexColumn *) lfirst(lc);
	result->pred = def->pred;
	return result;
}

/*
 * Whether an index could serve a request at all: its first column occurs in a
 * term or begins a wanted order, or its predicate is one of the request's.
 */
bool
pa_candidate_relevant(const PaIndexDef *def, const PaRequest *request)
{
	const PaIndexColumn *first = &def->columns[0];
	ListCell   *lc;

	if (def->relid != request->relid)
		return false;
	foreach(lc, request->terms)
	{
		PaTerm	   *term = lfirst(lc);

		if (term->col.attno == first->attno && equal(term->col.expr, first->expr))
			return true;
	}
	foreach(lc, request->orders)
	{
		PaIndexColumn *col = linitial((List *) lfirst(lc));

		if (col->attno == first->attno && equal(col->expr, first->expr))
			return true;
	}
	foreach(lc, request->predicates)
	{
		if (list_member(def->pred, ((PaPredicate *) lfirst(lc))->clause))
			return true;
	}
	return false;
}

/*
 * Whether an index has all columns that a scan reads, so that the table need not
 * be visited.
 */
static bool
covers(const PaIndexDef *def, const PaScanColumns *scan)
{
	Bitmapset  *missing = bms_copy(scan->read);
	bool		result;

	for (int i = 0; i < def->ncolumns; i++)
	{
		if (def->columns[i].attno != 0)
			missing = bms_del_member(missing, def->columns[i].attno - FirstLowInvalidHeapAttributeNumber);
	}
	result = bms_is_empty(missing);
	bms_free(missing);
	return result;
}

/*
 * Returns which of an index's columns, by their positions from 0, are of use to a
 * statement with some scans: the others are neither searched nor give an order,
 * nor do all together spare it the table. Two indexes that have the same columns at
 * these positions differ for the statement by their size only. Columns of indexes
 * other than B-trees are all of use, as are expressions. In the current memory context.
 */
Bitmapset *
pa_candidate_useful(const PaIndexDef *def, const List *scans)
{
	Bitmapset  *all = bms_add_range(NULL, 0, def->ncolumns - 1);
	Bitmapset  *result = NULL;
	bool		known = false;
	ListCell   *lc;

	if (def->am != BTREE_AM_OID)
		return all;
	foreach(lc, scans)
	{
		const PaScanColumns *scan = lfirst(lc);

		if (scan->relid != def->relid)
			continue;
		known = true;
		if (covers(def, scan))
			return all;
		for (int i = 0; i < def->nkeys; i++)
		{
			if (def->columns[i].attno == 0 ||
				bms_is_member(def->columns[i].attno - FirstLowInvalidHeapAttributeNumber, scan->clauses))
				result = PA_BTREE_SKIPS ? bms_add_range(result, 0, i) : bms_add_member(result, i);
		}
	}
	return known ? result : all;
}
