/*
 * search_cost.c
 *	  What a statement costs under a set of candidates, with few planner calls.
 *
 * Costs are remembered by statement and by the candidates that can matter to
 * it. A plan found with the candidates T imagined that uses only U of them is
 * also the plan for every set between U and T, so most questions are answered
 * without planning.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

#include "advise/search.h"

/* Shares of a limited time by whose end all statements were looked at, and
 * candidates found; the rest is for choosing */
#define PA_LOOK_SHARE	0.3
#define PA_POOL_SHARE	0.6

/*
 * Whether the time limit has passed; then no more plans are made.
 */
bool
pa_search_out_of_time(PaSearch *search)
{
	if (!search->out_of_time && search->deadline != 0 &&
		GetCurrentTimestamp() >= search->deadline)
		search->out_of_time = true;
	return search->out_of_time;
}

/*
 * Limits the time of a search that begins now, and of its parts, so that
 * something is chosen in any case.
 */
void
pa_search_set_limit(PaSearch *search, double ms)
{
	TimestampTz now = GetCurrentTimestamp();

	search->deadline = TimestampTzPlusMilliseconds(now, (int64) ms);
	search->look_deadline = TimestampTzPlusMilliseconds(now, (int64) (ms * PA_LOOK_SHARE));
	search->pool_deadline = TimestampTzPlusMilliseconds(now, (int64) (ms * PA_POOL_SHARE));
}

/*
 * Finds what is known of an item under a configuration, or returns NULL.
 */
static PaMemo *
find_memo(PaItem *item, Bitmapset *config)
{
	ListCell   *lc;

	foreach(lc, item->memo)
	{
		PaMemo	   *memo = lfirst(lc);

		if (bms_is_subset(memo->used, config) && bms_is_subset(config, memo->config))
			return memo;
	}
	return NULL;
}

/*
 * Adds a candidate to those that could matter to an item. Returns its place.
 */
int
pa_item_add_candidate(PaItem *item, int id)
{
	for (int i = 0; i < item->ncandidates; i++)
	{
		if (item->candidates[i] == id)
			return i;
	}
	if (item->ncandidates == item->maxcandidates)
	{
		item->maxcandidates = Max(16, item->maxcandidates * 2);
		item->candidates = item->candidates == NULL
			? palloc(sizeof(int) * item->maxcandidates)
			: repalloc(item->candidates, sizeof(int) * item->maxcandidates);
	}
	item->candidates[item->ncandidates] = id;
	return item->ncandidates++;
}

static PaIndexDef *
definition_at(PaSearch *search, PaItem *item, int place)
{
	return search->candidates[item->candidates[place]]->def;
}

/*
 * Returns the places among config whose index, or the one on one of its
 * partitions, was read by a plan.
 */
static Bitmapset *
used_places(PaSearch *search, PaItem *item, Bitmapset *config, List *used)
{
	Bitmapset  *result = NULL;
	int			i = -1;

	while ((i = bms_next_member(config, i)) >= 0)
	{
		PaIndexDef *def = definition_at(search, item, i);
		ListCell   *lc;
		bool		found = list_member_oid(used, def->oid);

		foreach(lc, def->children)
		{
			if (list_member_oid(used, ((PaIndexDef *) lfirst(lc))->oid))
				found = true;
		}
		if (found)
			result = bms_add_member(result, i);
	}
	return result;
}

/*
 * Lowers the cost to what it is estimated to be with an index that cannot be
 * planned with before its extension is installed. At most one of them helps a
 * statement.
 */
static void
apply_estimates(PaSearch *search, PaItem *item, PaMemo *memo)
{
	double		best = memo->cost;
	int			best_place = -1;
	int			i = -1;

	while ((i = bms_next_member(memo->config, i)) >= 0)
	{
		PaIndexDef *def = definition_at(search, item, i);
		ListCell   *lc;

		if (!def->needs_trgm && !def->needs_btree_gin)
			continue;
		foreach(lc, item->requests)
		{
			double		cost = pa_estimated_cost(item->cost_now, lfirst(lc), def);

			if (cost < best)
			{
				best = cost;
				best_place = i;
			}
		}
	}
	if (best_place >= 0)
	{
		memo->cost = memo->planner_cost = best;
		memo->used = bms_make_singleton(best_place);
	}
}

/*
 * Plans an item with a configuration imagined and remembers the result. Returns
 * NULL if it cannot be planned any more.
 */
static PaMemo *
plan_item(PaSearch *search, PaItem *item, Bitmapset *config)
{
	MemoryContext oldcontext;
	PaWhatIf	whatif = {.statistics = item->expressions};
	PaPlanResult result;
	PaMemo	   *memo;
	int			i = -1;
	bool		ok;

	CHECK_FOR_INTERRUPTS();
	while ((i = bms_next_member(config, i)) >= 0)
		whatif.indexes = lappend(whatif.indexes, definition_at(search, item, i));
	search->planner_calls++;
	oldcontext = MemoryContextSwitchTo(search->context);
	ok = pa_replan_plan(&item->replan, &whatif, false, &result);
	memo = NULL;
	if (ok)
	{
		memo = palloc0(sizeof(PaMemo));
		memo->config = bms_copy(config);
		if (item->cost_now <= 0)
			item->time_now = result.time;
		pa_judge(search, item, &result, memo);
		item->rows = result.rows;
		memo->used = used_places(search, item, config, result.used);
		apply_estimates(search, item, memo);
		item->memo = lappend(item->memo, memo);
		list_free(result.used);
	}
	list_free(whatif.indexes);
	MemoryContextSwitchTo(oldcontext);
	return memo;
}

/*
 * Plans an item as things are, and makes that what it is compared with.
 */
void
pa_item_plan_now(PaSearch *search, PaItem *item)
{
	PaMemo	   *memo;

	item->memo = NIL;
	item->cost_now = 0;
	memo = pa_search_out_of_time(search) ? NULL : plan_item(search, item, NULL);
	item->current = item->cost_now = memo ? memo->planner_cost : 0;
}

/*
 * Returns the judged cost of an item with the candidates at some of its
 * places imagined. With used, also which of them its plan reads; with planner_cost, also what
 * the planner says. When
 * the time is up or the item cannot be planned any more, it is what it was
 * under the current set.
 */
double
pa_item_cost_of(PaSearch *search, PaItem *item, Bitmapset *places,
				Bitmapset **used, double *planner_cost)
{
	PaMemo	   *memo = find_memo(item, places);

	if (memo == NULL && !pa_search_out_of_time(search))
		memo = plan_item(search, item, places);
	if (used != NULL)
		*used = memo ? memo->used : NULL;
	if (planner_cost != NULL)
		*planner_cost = memo ? memo->planner_cost : item->current;
	return memo ? memo->cost : item->current;
}

/*
 * Returns the places in an item's list of the candidates in config, a set of
 * ids.
 */
static Bitmapset *
places_of(const PaItem *item, Bitmapset *config)
{
	Bitmapset  *places = NULL;

	for (int place = 0; place < item->ncandidates; place++)
	{
		if (bms_is_member(item->candidates[place], config))
			places = bms_add_member(places, place);
	}
	return places;
}

/*
 * Returns what is known of an item with the candidates in config imagined, or
 * NULL: the time is up, or it cannot be planned any more.
 */
const PaMemo *
pa_item_memo(PaSearch *search, PaItem *item, Bitmapset *config)
{
	Bitmapset  *places = places_of(item, config);
	PaMemo	   *memo = find_memo(item, places);

	if (memo == NULL && !pa_search_out_of_time(search))
		memo = plan_item(search, item, places);
	bms_free(places);
	return memo;
}

/*
 * Returns the judged cost of an item with the candidates in config, a set of
 * ids, imagined. With used, also which of them its plan reads.
 */
double
pa_item_cost(PaSearch *search, PaItem *item, Bitmapset *config, Bitmapset **used)
{
	Bitmapset  *places = places_of(item, config);
	Bitmapset  *read;
	double		cost;
	int			i = -1;

	cost = pa_item_cost_of(search, item, places, &read, NULL);
	bms_free(places);
	if (used != NULL)
	{
		*used = NULL;
		while ((i = bms_next_member(read, i)) >= 0)
			*used = bms_add_member(*used, item->candidates[i]);
	}
	return cost;
}

/*
 * Returns the ms per hour that an item would take at a judged cost, given that
 * it takes item->time at its cost of now.
 */
double
pa_item_value(const PaItem *item, double cost)
{
	if (item->cost_now <= 0)
		return item->time;
	return item->time * cost / item->cost_now;
}
