/*
 * marginal.c
 *	  Leaves tables alone that are well with the indexes they have.
 *
 * Which of a statement's executions were sampled is chance, and so is whether a small
 * gain comes out above or below what is asked of an index. So where a table gets
 * indexes that are clearly worth it, those that only just are come with them; but for
 * these alone nobody is bothered. Otherwise advice would come again and again, each
 * time for other samples.
 */
#include "postgres.h"

#include "advise/search.h"

/* What a table's indexes must save, times what its writes pay for them, */
#define PA_CLEAR_MARGIN			2.8

/* ... some statement of what it costs, */
#define PA_CLEAR_IMPROVEMENT	0.25

/* ... and all of the time that is left with all that is advised, less where some
 * statement costs so much less, unless an execution saves so many ms */
#define PA_CLEAR_SHARE			0.002
#define PA_LARGE_IMPROVEMENT	0.5
#define PA_LARGE_SHARE			0.0005
#define PA_CLEAR_SLOW			1.0

/*
 * Returns the time that the workload takes with the chosen set, ms per hour.
 */
static double
time_left(PaSearch *search)
{
	double		result = search->total_time;
	ListCell   *lc;

	foreach(lc, search->items)
	{
		PaItem	   *item = lfirst(lc);

		if (item->current > 0)
			result -= pa_item_value(item, item->cost_now) - pa_item_value(item, item->current);
	}
	return Max(result, 0);
}

/*
 * Whether the indexes of a table are clearly worth it.
 */
static bool
is_clear(const PaEffect *effect, double left)
{
	bool		large = effect->best_clear_share >= PA_LARGE_IMPROVEMENT;

	return effect->best_clear_share >= PA_CLEAR_IMPROVEMENT &&
		effect->price_saved > effect->write_added * PA_CLEAR_MARGIN &&
		(effect->saved >= left * (large ? PA_LARGE_SHARE : PA_CLEAR_SHARE) ||
		 effect->most_saved * PA_COST_PRICE >= PA_CLEAR_SLOW);
}

/*
 * Drops the chosen indexes of tables for which all of them together are not clearly
 * worth it.
 */
void
pa_search_drop_marginal(PaSearch *search)
{
	double		left = time_left(search);
	ListCell   *lc;
	ListCell   *lc2;

	foreach(lc, search->table_list)
	{
		List	   *chosen = pa_chosen_of(search, lfirst(lc));
		PaEffect	effect;

		if (chosen == NIL || pa_search_out_of_time(search))
			continue;
		pa_search_adopt(search, chosen);
		effect = pa_search_effect(search, chosen, 0);
		if (is_clear(&effect, left))
			pa_search_adopt(search, chosen);
		else
		{
			foreach(lc2, chosen)
				((PaCandidate *) lfirst(lc2))->rejected = "the table is nearly as well served by the indexes that it has";
		}
	}
}
