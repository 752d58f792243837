/*
 * chosen.c
 *	  What is asked of the set of indexes that is chosen so far.
 */
#include "postgres.h"

#include "catalog/pg_am.h"

#include "advise/search.h"

/*
 * Returns the chosen candidates on a table.
 */
List *
pa_chosen_of(PaSearch *search, PaTable *table)
{
	List	   *result = NIL;
	ListCell   *lc;

	foreach(lc, table->pooled)
	{
		PaCandidate *candidate = lfirst(lc);

		if (candidate->chosen)
			result = lappend(result, candidate);
	}
	return result;
}

/*
 * Whether another chosen index begins with the keys of a candidate, for the
 * same rows.
 */
bool
pa_search_begins_chosen(PaSearch *search, const PaCandidate *candidate)
{
	const PaIndexDef *a = candidate->def;
	PaTable    *table = pa_search_table(search, a->relid);
	ListCell   *lc;

	foreach(lc, pa_chosen_of(search, table))
	{
		const PaIndexDef *b = ((PaCandidate *) lfirst(lc))->def;

		if (a == b || a->am != BTREE_AM_OID || b->am != BTREE_AM_OID ||
			a->ncolumns > a->nkeys || !equal(a->pred, b->pred))
			continue;
		if (pa_index_def_begins(a, b))
			return true;
	}
	return false;
}

/*
 * Whether a chosen candidate on a table, or an imagined one, gives a request the
 * order of which only the first rows are wanted.
 */
static bool
order_served_by(PaTable *table, bool imagined, const PaRequest *request)
{
	ListCell   *lc;

	foreach(lc, table->pooled)
	{
		PaCandidate *candidate = lfirst(lc);

		if ((imagined ? candidate->imagined : candidate->chosen) &&
			candidate->def->am == BTREE_AM_OID &&
			pa_order_served(candidate->def, request))
			return true;
	}
	return false;
}

/*
 * Whether the imagined set gives all statements of a table the order that they
 * have from the chosen one.
 */
static bool
keeps_orders(PaTable *table)
{
	ListCell   *lc;
	ListCell   *lc2;

	foreach(lc, table->statements)
	{
		PaItem	   *item = linitial(((PaWorkStatement *) lfirst(lc))->items);

		foreach(lc2, item->requests)
		{
			PaRequest  *request = lfirst(lc2);

			if (request->relid == table->relid && request->limited_order != NIL &&
				order_served_by(table, false, request) &&
				!order_served_by(table, true, request))
				return false;
		}
	}
	return true;
}

/*
 * Whether the set that differs from the chosen one by some candidates gives every
 * statement the order that it has from that. Costs do not tell: see order.c.
 */
bool
pa_keeps_orders(PaSearch *search, PaTable *table, List *changed)
{
	bool		result;

	pa_search_try(search, changed);
	result = keeps_orders(table);
	pa_search_untry(search, changed);
	return result;
}
