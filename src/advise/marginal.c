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

/* ... and some statement of what it costs */
#define PA_CLEAR_IMPROVEMENT	0.25

/*
 * Drops the chosen indexes of tables for which all of them together are not clearly
 * worth it.
 */
void
pa_search_drop_marginal(PaSearch *search)
{
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
		if (effect.best_clear_share >= PA_CLEAR_IMPROVEMENT &&
			effect.price_saved > effect.write_added * PA_CLEAR_MARGIN)
			pa_search_adopt(search, chosen);
		else
		{
			foreach(lc2, chosen)
				((PaCandidate *) lfirst(lc2))->rejected = "the table is nearly as well served by the indexes that it has";
		}
	}
}
