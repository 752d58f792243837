/*
 * relieve.c
 *	  Takes back indexes that make statements slower.
 *
 * One comes in if others save far more with it than such statements lose. Later
 * choices may take over what it was chosen for, so that hardly anything is left but
 * the loss.
 */
#include "postgres.h"

#include "advise/search.h"

/* What comes in may cost writes so much more, as a share of what the old one does */
#define PA_MAX_WRITES_ADDED	0.1

/*
 * Whether the plan of a sample reads a candidate and is slower than without any.
 */
static bool
slows_down(PaSearch *search, PaCandidate *candidate)
{
	ListCell   *lc;

	foreach(lc, pa_readers_of(search, candidate))
	{
		if (((PaItem *) lfirst(lc))->slower > 1)
			return true;
	}
	return false;
}

/*
 * Returns by how much an exchange of a chosen candidate is better than none, ms per hour,
 * where what statements lose that get slower weighs as much as in pa_search_hurts(). 0 if
 * nobody is relieved, or it is not allowed.
 */
static double
relief_by(PaSearch *search, PaTable *table, PaCandidate *old, List *changed)
{
	PaEffect	effect;

	if (!pa_search_within_limits(search, changed) || !pa_keeps_orders(search, table, changed))
		return 0;
	effect = pa_search_effect(search, changed, 0);
	if (effect.hurt >= 0 ||
		effect.write_added > pa_search_write_cost(search, old) * PA_MAX_WRITES_ADDED)
		return 0;
	return effect.saved - effect.hurt / PA_MAX_HURT;
}

/*
 * Takes back what makes statements slower without saving others far more, which
 * it did when it came in: by now other indexes may serve those. One that they use
 * as well and that slows nobody down may take its place.
 */
void
pa_search_relieve(PaSearch *search, PaTable *table)
{
	ListCell   *lc;

	foreach(lc, pa_chosen_of(search, table))
	{
		PaCandidate *old = lfirst(lc);
		List	   *best = NIL;
		double		most = 0;

		if (!slows_down(search, old))
			continue;
		/* The table's candidates, and last none */
		for (int i = 0; i <= list_length(table->pooled) && !pa_search_out_of_time(search); i++)
		{
			PaCandidate *by = i < list_length(table->pooled) ? list_nth(table->pooled, i) : NULL;
			List	   *changed;
			double		relieved;

			if (by != NULL && (by->chosen || !by->priced))
				continue;
			changed = by ? list_make2(old, by) : list_make1(old);
			relieved = relief_by(search, table, old, changed);
			if (relieved > most)
			{
				most = relieved;
				best = changed;
			}
		}
		if (best != NIL)
		{
			old->rejected = PA_REJECTED_SLOWER;
			pa_search_adopt(search, best);
		}
	}
}
