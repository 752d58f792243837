/*
 * unread.c
 *	  Drops from a set of indexes that was found those that executions would not
 *	  read, or too few of them.
 */
#include "postgres.h"

#include "advise/search.h"

/* ms that an index for rare executions must save each execution of their statements,
 * on the average. Not a share of the workload's time: that is easily had once other
 * indexes have made it short, so that advice would come again. */
#define PA_MIN_RARE_GAIN	0.1

/*
 * Whether it is known of the chosen set if a statement goes on with a plan for all values.
 */
static bool
is_current(const PaWorkStatement *ws)
{
	ListCell   *lc;

	foreach(lc, ws->tables)
	{
		if (ws->generic_at <= ((PaTable *) lfirst(lc))->changed)
			return false;
	}
	return true;
}

/*
 * Finds the statements that go on with a plan for all values, as far as their
 * samples' plans read candidates and that is not known of the chosen set already.
 */
static void
find_generic(PaSearch *search)
{
	ListCell   *lc;

	foreach(lc, search->items)
	{
		PaItem	   *item = lfirst(lc);
		PaWorkStatement *ws = item->statement;

		if (!ws->generic || is_current(ws) || item->reads == NIL ||
			pa_search_out_of_time(search))
			continue;
		ws->generic_at = search->adoptions + 1;
		ws->goes_generic = pa_goes_generic(search, ws);
	}
}

/*
 * Whether a candidate would be read by plans for some values, where the server goes
 * on with a plan for all.
 */
static bool
needs_values(PaSearch *search, int id)
{
	ListCell   *lc;

	foreach(lc, search->items)
	{
		PaItem	   *item = lfirst(lc);

		if (item->statement->goes_generic && list_member_int(item->reads, id))
			return true;
	}
	return false;
}

/*
 * Returns, by their ids, whether the plans of samples read the candidates: of rare
 * ones or of the others. Common values are not samples.
 */
static bool *
read_by_samples(PaSearch *search, bool rare)
{
	bool	   *result = palloc0(sizeof(bool) * Max(search->ncandidates, 1));
	ListCell   *lc;
	ListCell   *lc2;

	foreach(lc, search->items)
	{
		PaItem	   *item = lfirst(lc);
		PaWorkStatement *ws = item->statement;

		if (item->replan.common_values || item->rare != rare)
			continue;
		foreach(lc2, ws->goes_generic ? ws->generic_reads : item->reads)
			result[lfirst_int(lc2)] = true;
	}
	return result;
}

/*
 * Returns how often the statements are executed of which some sample's plan reads a
 * candidate, an hour.
 */
static double
reading_calls(PaSearch *search, int id)
{
	double		calls = 0;
	ListCell   *lc;
	ListCell   *lc2;

	foreach(lc, search->statements)
	{
		PaWorkStatement *ws = lfirst(lc);

		foreach(lc2, ws->items)
		{
			if (list_member_int(((PaItem *) lfirst(lc2))->reads, id))
			{
				calls += ws->calls;
				break;
			}
		}
	}
	return calls;
}

/*
 * Whether an index that only rare executions read is worth it.
 */
static bool
is_worth_rare_use(PaSearch *search, PaCandidate *candidate)
{
	List	   *single = list_make1(candidate);
	PaEffect	effect = pa_search_effect(search, single, 0);

	list_free(single);
	return -effect.price_saved >= reading_calls(search, candidate->id) * PA_MIN_RARE_GAIN;
}

/*
 * Drops a chosen candidate for good, as if it had never been thought of.
 */
static void
bar(PaSearch *search, PaCandidate *candidate)
{
	PaTable    *table = pa_search_table(search, candidate->def->relid);

	pa_search_adopt(search, list_make1(candidate));
	table->pooled = list_delete_ptr(table->pooled, candidate);
	candidate->pooled = false;
	candidate->barred = true;
}

/*
 * Drops indexes that only plans for common values read, or for values where the server
 * goes on with a plan for all: no execution that was sampled would have used them. So
 * it does those that only rare executions would have used, unless they are worth it.
 * Returns whether there were any: then others may be worth it in their place.
 */
bool
pa_search_drop_unused(PaSearch *search)
{
	bool		result = false;
	bool	   *often;
	bool	   *rarely;

	find_generic(search);
	often = read_by_samples(search, false);
	rarely = read_by_samples(search, true);
	for (int id = 0; id < search->ncandidates; id++)
	{
		PaCandidate *candidate = search->candidates[id];

		if (!candidate->chosen || often[id] || pa_search_out_of_time(search))
			continue;
		if (!rarely[id])
			candidate->rejected = needs_values(search, id)
				? "sessions that prepare its statement go on with a plan for all values, which would not use it; with plan_cache_mode = force_custom_plan they would"
				: "no sampled execution would have used it";
		else if (!is_worth_rare_use(search, candidate))
			candidate->rejected = "only rare executions would use it, and too little time is saved";
		else
			continue;
		bar(search, candidate);
		result = true;
	}
	return result;
}
