/*
 * caveats.c
 *	  What an advised index does not do for the statements that it is for.
 */
#include "postgres.h"

#include "advise/search.h"

/*
 * Whether a statement is planned with an index when the values of its
 * parameters are not known. True if that cannot be told.
 */
static bool
reads_generically(PaSearch *search, const PaCandidate *candidate, PaWorkStatement *ws)
{
	const PaItem *first = linitial(ws->items);
	PaItem		item = {.statement = ws};
	const PaMemo *memo;
	List	   *used;

	item.replan.sample = first->replan.sample;
	item.replan.restriction = first->replan.restriction;
	item.replan.queryid = first->replan.queryid;
	item.replan.fingerprint = first->replan.fingerprint;
	item.replan.generic = true;
	item.requests = first->requests;
	item.scans = first->scans;
	item.places = first->places;
	item.nplaces = item.maxplaces = first->nplaces;
	item.expressions = first->expressions;
	pa_replan_prepare(&item.replan);
	memo = item.replan.error == NULL ? pa_item_memo(search, &item, &used) : NULL;
	pa_replan_release(&item.replan);
	return memo == NULL || list_member_int(used, candidate->id);
}

/*
 * Returns how many of some statements that an index is for were seen with a
 * plan for all values of their parameters, and would not read it with such a
 * plan. The server chooses between the two by their costs, but not anew in a
 * session that has chosen.
 */
int
pa_generic_without(PaSearch *search, const PaCandidate *candidate, List *statements)
{
	int			n = 0;
	ListCell   *lc;

	/* Nothing can be planned with what an extension has to bring first */
	if (candidate->def->needs_trgm || candidate->def->needs_btree_gin)
		return 0;
	foreach(lc, statements)
	{
		PaWorkStatement *ws = lfirst(lc);

		if (ws->generic && ((PaItem *) linitial(ws->items))->replan.bound &&
			!reads_generically(search, candidate, ws))
			n++;
	}
	return n;
}

/*
 * Returns how many of some statements are judged to take longer with the
 * chosen set than without.
 */
int
pa_slower_with(PaSearch *search, List *statements)
{
	int			n = 0;
	ListCell   *lc;
	ListCell   *lc2;

	foreach(lc, statements)
	{
		foreach(lc2, ((PaWorkStatement *) lfirst(lc))->items)
		{
			const PaMemo *memo = pa_item_memo(search, lfirst(lc2), NULL);

			if (memo == NULL || memo->slower <= 1)
				continue;
			n++;
			break;
		}
	}
	return n;
}
