/*
 * order.c
 *	  Whether an index gives the first rows of an order at once.
 *
 * A statement with ORDER BY and LIMIT reads a few rows if an index has the order
 * behind the columns compared for equality, and all rows of the value otherwise. Of
 * values with few rows samples do not show the difference; the next page of the one
 * customer with a hundred thousand orders does. Statistics know of such values.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_statistic.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#include "advise/candidates.h"
#include "advise/source_stats.h"

/* An order matters where some value has this many times the rows of the LIMIT. */
#define PA_MIN_EXCESS	2

/*
 * Returns the share of a table's rows that have the most common value of a
 * column; 0 if that is not known.
 */
static double
top_frequency(Oid relid, const PaIndexColumn *col)
{
	HeapTuple	tuple;
	AttStatsSlot slot;
	double		result = 0;

	if (col->attno == 0)
		return 0;
	tuple = pa_column_statistics(relid, col->attno);
	if (!HeapTupleIsValid(tuple))
		return 0;
	if (get_attstatsslot(&slot, tuple, STATISTIC_KIND_MCV, InvalidOid,
						 ATTSTATSSLOT_NUMBERS))
	{
		if (slot.nnumbers > 0)
			result = slot.numbers[0];
		free_attstatsslot(&slot);
	}
	heap_freetuple(tuple);
	return result;
}

/*
 * Notes in a request that rows are wanted in an order, the first limit ones of
 * them, if some value of the compared columns has many more.
 */
void
pa_order_note_limit(PaRequest *request, List *order, double limit)
{
	double		rows = request->tuples;
	ListCell   *lc;

	foreach(lc, request->terms)
	{
		PaTerm	   *term = lfirst(lc);

		if (term->kind == PA_TERM_EQUAL)
			rows *= Max(term->selectivity, top_frequency(request->relid, &term->col));
		else if (term->kind == PA_TERM_NULL)
			rows *= term->selectivity;
	}
	if (rows >= limit * PA_MIN_EXCESS)
		request->limited_order = order;
}

static bool
same_column(const PaIndexColumn *a, const PaIndexColumn *b)
{
	return a->attno == b->attno && equal(a->expr, b->expr);
}

/*
 * Whether a request compares a column for equality with one value. IS NULL is none:
 * the planner does not know that what comes behind such a column is in order.
 */
static bool
is_fixed(const PaRequest *request, const PaIndexColumn *col)
{
	ListCell   *lc;

	foreach(lc, request->terms)
	{
		PaTerm	   *term = lfirst(lc);

		if (term->kind == PA_TERM_EQUAL && same_column(&term->col, col))
			return true;
	}
	return false;
}

/*
 * Whether a B-tree index gives the rows of a request in the order of which only
 * the first are wanted: behind nothing but columns compared for equality, read
 * forwards or backwards. The first column of the order is enough; the rest can
 * be sorted piece by piece.
 */
bool
pa_order_served(const PaIndexDef *def, const PaRequest *request)
{
	ListCell   *lc;
	PaIndexColumn *first = NULL;
	int			i = 0;

	if (request->limited_order == NIL || def->relid != request->relid)
		return false;
	foreach(lc, request->limited_order)
	{
		first = lfirst(lc);
		if (!is_fixed(request, first))
			break;
		first = NULL;
	}
	if (first == NULL)
		return false;
	while (i < def->nkeys && is_fixed(request, &def->columns[i]))
		i++;
	return i < def->nkeys && same_column(first, &def->columns[i]) &&
		(def->columns[i].desc == first->desc) ==
		(def->columns[i].nulls_first == first->nulls_first);
}
