/*
 * search_cost.c
 *	  What a statement costs under a set of candidates, with few planner calls.
 *
 * Costs are remembered by statement and by the candidates that can matter to
 * it, as far as these differ for it (alike.c). A plan found with the candidates
 * T imagined that uses only U of them is also the plan for every set between U
 * and T; and where it costs no more than a plan with more candidates than are
 * asked about, nothing better is to be found. So most questions are answered
 * without planning.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

#include "advise/search.h"

/* Shares of a limited time by whose end all statements were analysed, planned as
 * they are, and candidates found; the rest is for choosing */
#define PA_READ_SHARE	0.2
#define PA_LOOK_SHARE	0.35
#define PA_POOL_SHARE	0.6

/* Plans that cost so little more are as good. */
#define PA_AS_GOOD		1.001

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
 * Whether the time for a part of the work has passed, which is then noted.
 */
bool
pa_part_out_of_time(PaSearch *search, TimestampTz deadline)
{
	if (deadline != 0 && GetCurrentTimestamp() >= deadline)
	{
		search->out_of_time_in_pool = true;
		return true;
	}
	return false;
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
	search->read_deadline = TimestampTzPlusMilliseconds(now, (int64) (ms * PA_READ_SHARE));
	search->look_deadline = TimestampTzPlusMilliseconds(now, (int64) (ms * PA_LOOK_SHARE));
	search->pool_deadline = TimestampTzPlusMilliseconds(now, (int64) (ms * PA_POOL_SHARE));
}

/*
 * Finds what is known of an item under a configuration, or returns NULL.
 */
static PaMemo *
find_memo(PaItem *item, Bitmapset *config)
{
	double		least = 0;		/* that it could cost */
	PaMemo	   *best = NULL;
	ListCell   *lc;

	foreach(lc, item->memo)
	{
		PaMemo	   *memo = lfirst(lc);
		bool		possible = !memo->bound_only && bms_is_subset(memo->used, config);

		if (bms_is_subset(config, memo->config))
		{
			if (possible)
				return memo;
			least = Max(least, memo->planner_cost);
		}
		if (possible && (best == NULL || memo->planner_cost < best->planner_cost))
			best = memo;
	}
	return best != NULL && best->planner_cost <= least * PA_AS_GOOD ? best : NULL;
}

/*
 * Adds a candidate to those that could matter to an item. Returns its place, or
 * -1 if there are too many.
 */
int
pa_item_add_candidate(PaItem *item, int id)
{
	for (int i = 0; i < item->nplaces; i++)
	{
		if (item->places[i].id == id)
			return i;
	}
	if (item->nplaces == PA_MAX_PLACES)
		return -1;
	if (item->nplaces == item->maxplaces)
	{
		item->maxplaces = Max(8, item->maxplaces * 2);
		item->places = item->places == NULL
			? palloc(sizeof(PaPlace) * item->maxplaces)
			: repalloc(item->places, sizeof(PaPlace) * item->maxplaces);
	}
	item->places[item->nplaces].id = id;
	item->places[item->nplaces].same = item->places[item->nplaces].alike = -1;
	item->places[item->nplaces].read = false;
	item->places[item->nplaces].saved_at = 0;
	return item->nplaces++;
}

static PaIndexDef *
definition_at(PaSearch *search, PaItem *item, int place)
{
	return search->candidates[item->places[place].id]->def;
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
 * Takes what a statement is estimated to cost with some of the definitions for what it
 * costs, if that is less.
 */
static void
take_estimate(PaSearch *search, PaItem *item, PaMemo *memo, double cost, const List *read)
{
	int			i = -1;

	if (cost >= memo->cost)
		return;
	memo->cost = memo->planner_cost = cost;
	bms_free(memo->used);
	memo->used = NULL;
	while ((i = bms_next_member(memo->config, i)) >= 0)
	{
		if (list_member_ptr(read, definition_at(search, item, i)))
			memo->used = bms_add_member(memo->used, i);
	}
}

/*
 * Lowers the cost to what it is estimated to be with one of the definitions that cannot be
 * planned with before its extension is installed, or with one for each arm of an OR. At most
 * one condition of a statement is helped so.
 */
static void
apply_estimates(PaSearch *search, PaItem *item, const List *defs, PaMemo *memo)
{
	ListCell   *lc;
	ListCell   *lc2;

	if (defs == NIL)
		return;					/* what it costs now may be unknown yet */
	foreach(lc, item->requests)
	{
		const PaRequest *request = lfirst(lc);

		foreach(lc2, defs)
		{
			PaIndexDef *def = lfirst(lc2);
			List	   *single;

			if (!def->needs_trgm && !def->needs_btree_gin)
				continue;
			single = list_make1(def);
			take_estimate(search, item, memo, pa_estimated_cost(item->cost_now, request, def), single);
			list_free(single);
		}
		foreach(lc2, request->trigram_ors)
		{
			List	   *read;
			double		cost = pa_estimated_or_cost(item->cost_now, request, lfirst(lc2), defs, &read);

			take_estimate(search, item, memo, cost, read);
			list_free(read);
		}
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
		apply_estimates(search, item, whatif.indexes, memo);
		if (item->best > 0)
			item->best = Min(item->best, memo->cost);
		item->memo = lappend(item->memo, memo);
		list_free(result.used);
	}
	list_free(whatif.indexes);
	MemoryContextSwitchTo(oldcontext);
	return memo;
}

/*
 * Lets a memo of the first plan with some candidates speak of those that are
 * planned in their stead from now on: the plan has told how large they are. Notes
 * what it reads.
 */
static void
note_alike(PaSearch *search, PaItem *item, PaMemo *memo)
{
	Bitmapset  *used = NULL;
	Bitmapset  *config = bms_copy(memo->config);
	int			place = -1;

	bms_free(pa_places_reduce(search, item, config));
	while ((place = bms_next_member(config, place)) >= 0)
	{
		int			alike = item->places[place].alike < 0 ? place : item->places[place].alike;

		memo->config = bms_add_member(memo->config, alike);
		if (!bms_is_member(place, memo->used))
			continue;
		used = bms_add_member(used, alike);
		item->places[place].read = item->places[alike].read = true;
	}
	bms_free(config);
	bms_free(memo->used);
	memo->used = used;
}

/*
 * Plans an item with the candidates at some places, until there is a plan that
 * reads no others. Returns NULL if it cannot be planned any more, or the time is up.
 */
static PaMemo *
plan_places(PaSearch *search, PaItem *item, Bitmapset *places)
{
	PaMemo	   *memo = NULL;
	bool		answered = false;

	while (!answered && !pa_search_out_of_time(search))
	{
		Bitmapset  *reduced = pa_places_reduce(search, item, places);
		Bitmapset  *more = pa_places_with_idle(search, item, reduced);

		memo = plan_item(search, item, more ? more : reduced);
		answered = memo == NULL || bms_is_subset(memo->used, reduced);
		if (memo != NULL)
			note_alike(search, item, memo);
		bms_free(reduced);
		bms_free(more);
	}
	return answered ? memo : NULL;
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
 * Returns what is known of an item with the candidates at some of its places
 * imagined, or NULL: the time is up, or it cannot be planned any more. With
 * used, also the ids of those that its plan reads, as a new list in their order.
 */
const PaMemo *
pa_item_memo_of(PaSearch *search, PaItem *item, Bitmapset *places, List **used)
{
	Bitmapset  *reduced = pa_places_reduce(search, item, places);
	PaMemo	   *memo = find_memo(item, reduced);
	int			place = -1;

	bms_free(reduced);
	if (memo == NULL)
		memo = plan_places(search, item, places);
	if (used == NULL)
		return memo;
	bms_free(pa_places_reduce(search, item, places));
	*used = NIL;
	while (memo != NULL && (place = bms_next_member(memo->used, place)) >= 0)
		*used = lappend_int(*used, item->places[pa_place_meant(search, item, place)].id);
	if (list_length(*used) > 1)
		list_sort(*used, list_int_cmp);
	return memo;
}

/*
 * Returns the judged cost of an item with one candidate alone, if that is known, and
 * otherwise 0.
 */
double
pa_item_known_alone(PaSearch *search, PaItem *item, int place)
{
	Bitmapset  *single = bms_make_singleton(place);
	Bitmapset  *reduced = pa_places_reduce(search, item, single);
	PaMemo	   *memo = find_memo(item, reduced);

	bms_free(single);
	bms_free(reduced);
	return memo != NULL ? memo->cost : 0;
}

/*
 * Returns the judged cost of an item with the candidates at some of its places
 * imagined. With used, also which of them its plan reads; with planner_cost, also
 * what the planner says. When the time is up or the item cannot be planned any
 * more, it is what it was under the current set.
 */
double
pa_item_cost_of(PaSearch *search, PaItem *item, Bitmapset *places, List **used,
				double *planner_cost)
{
	const PaMemo *memo = pa_item_memo_of(search, item, places, used);

	if (planner_cost != NULL)
		*planner_cost = memo ? memo->planner_cost : item->current;
	return memo ? memo->cost : item->current;
}

/*
 * Returns the places of an item whose candidates are imagined.
 */
static Bitmapset *
places_imagined(const PaSearch *search, const PaItem *item)
{
	Bitmapset  *places = NULL;

	for (int place = 0; place < item->nplaces; place++)
	{
		if (search->candidates[item->places[place].id]->imagined)
			places = bms_add_member(places, place);
	}
	return places;
}

/*
 * The same as pa_item_memo_of() for the candidates that are marked as imagined:
 * the set chosen so far, unless somebody tries another one.
 */
const PaMemo *
pa_item_memo(PaSearch *search, PaItem *item, List **used)
{
	Bitmapset  *places = places_imagined(search, item);
	const PaMemo *memo = pa_item_memo_of(search, item, places, used);

	bms_free(places);
	return memo;
}

/*
 * Returns the judged cost of an item with the same candidates. With used, also
 * which of them its plan reads.
 */
double
pa_item_cost(PaSearch *search, PaItem *item, List **used)
{
	const PaMemo *memo = pa_item_memo(search, item, used);

	return memo ? memo->cost : item->current;
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
