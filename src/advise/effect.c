/*
 * effect.c
 *	  What adding, dropping or exchanging indexes does to the workload.
 *
 * Only the statements that read the tables of the changed candidates are asked
 * for, and only the writes of these tables are counted.
 */
#include "postgres.h"

#include <math.h>

#include "optimizer/optimizer.h"
#include "utils/memutils.h"

#include "advise/search.h"

/* A sample that costs this much more than it could at best has nothing to gain. */
#define PA_AT_BEST			1.005

/*
 * A statement's cost must fall by that of so many pages at random: for a new
 * index, for a table that is well as it is, and for a longer index in the place of a
 * shorter one.
 */
#define PA_MIN_PAGES_NEW	2.0
#define PA_MIN_PAGES_CLEAR	4.0
#define PA_MIN_PAGES_LONGER	0.3

/* Who saves no more than this share of an item's cost saves nothing. */
#define PA_NEXT_TO_NOTHING	0.001

/*
 * Returns the tables that candidates are about, each once, in the order of the
 * candidates.
 */
static List *
tables_of(PaSearch *search, List *changed)
{
	List	   *result = NIL;
	ListCell   *lc;

	search->walks++;
	foreach(lc, changed)
	{
		PaTable    *table = pa_search_table(search, ((PaCandidate *) lfirst(lc))->def->relid);

		if (table->seen == search->walks)
			continue;
		table->seen = search->walks;
		result = lappend(result, table);
	}
	return result;
}

/*
 * Returns the statements to which candidates could matter, each once.
 */
static List *
statements_of(PaSearch *search, List *changed)
{
	List	   *result = NIL;
	ListCell   *lc;
	ListCell   *lc2;

	search->walks++;
	foreach(lc, changed)
	{
		foreach(lc2, ((PaCandidate *) lfirst(lc))->statements)
		{
			PaWorkStatement *ws = lfirst(lc2);

			if (ws->seen == search->walks)
				continue;
			ws->seen = search->walks;
			result = lappend(result, ws);
		}
	}
	return result;
}

/*
 * Lets costs be asked for with the set that differs from the chosen one by some
 * candidates; pa_search_untry() must follow.
 */
void
pa_search_try(PaSearch *search, List *changed)
{
	ListCell   *lc;

	foreach(lc, changed)
	{
		PaCandidate *candidate = lfirst(lc);

		candidate->imagined = !candidate->chosen;
	}
}

void
pa_search_untry(PaSearch *search, List *changed)
{
	ListCell   *lc;

	foreach(lc, changed)
	{
		PaCandidate *candidate = lfirst(lc);

		candidate->imagined = candidate->chosen;
	}
}

/*
 * Returns a candidate's place among those that could matter to an item, or NULL.
 */
static PaPlace *
place_of(const PaItem *item, const PaCandidate *candidate)
{
	for (int i = 0; i < item->nplaces; i++)
	{
		if (item->places[i].id == candidate->id)
			return &item->places[i];
	}
	return NULL;
}

/*
 * Whether one of some candidates could matter to an item.
 */
static bool
matters(const PaItem *item, List *changed)
{
	ListCell   *lc;

	foreach(lc, changed)
	{
		if (place_of(item, lfirst(lc)) != NULL)
			return true;
	}
	return false;
}

/*
 * Returns the items whose plan under the chosen set reads a candidate, in the
 * order of its statements. The list is the candidate's.
 */
List *
pa_readers_of(PaSearch *search, PaCandidate *candidate)
{
	PaTable    *table = pa_search_table(search, candidate->def->relid);
	MemoryContext oldcontext;
	ListCell   *lc;
	ListCell   *lc2;

	if (candidate->readers_at > table->changed)
		return candidate->readers;
	oldcontext = MemoryContextSwitchTo(search->context);
	list_free(candidate->readers);
	candidate->readers = NIL;
	foreach(lc, candidate->statements)
	{
		foreach(lc2, ((PaWorkStatement *) lfirst(lc))->items)
		{
			if (list_member_int(((PaItem *) lfirst(lc2))->reads, candidate->id))
				candidate->readers = lappend(candidate->readers, lfirst(lc2));
		}
	}
	MemoryContextSwitchTo(oldcontext);
	candidate->readers_at = search->adoptions + 1;
	return candidate->readers;
}

/*
 * Notes the share that an execution gets cheaper by, if it is not too little
 * in all.
 */
static void
note_share(PaEffect *effect, double before, double after)
{
	double		pages = (before - after) / random_page_cost;
	double		share = 1 - after / before;

	effect->most_saved = Max(effect->most_saved, before - after);
	if (pages >= PA_MIN_PAGES_LONGER)
		effect->best_share = Max(effect->best_share, share);
	if (pages >= PA_MIN_PAGES_NEW)
		effect->best_large_share = Max(effect->best_large_share, share);
	if (pages >= PA_MIN_PAGES_CLEAR)
		effect->best_clear_share = Max(effect->best_clear_share, share);
}

/*
 * Whether a candidate saved an item next to nothing when that was asked last in this
 * pass of the greedy search; since then others came in, so it would save no more now.
 */
static bool
saved_nothing(const PaSearch *search, const PaItem *item, const PaCandidate *candidate)
{
	const PaPlace *place = place_of(item, candidate);

	return place != NULL && place->saved_at == search->passes &&
		place->saved <= item->current * PA_NEXT_TO_NOTHING;
}

static void
note_saved(const PaSearch *search, PaItem *item, const PaCandidate *candidate, double saved)
{
	PaPlace    *place = place_of(item, candidate);

	place->saved = saved;
	place->saved_at = search->passes;
}

/*
 * Adds what a configuration does to one statement. Whether that is much is judged by
 * the mean of its executions, as far as samples and common values stand for them: an
 * index may be worth it for the few that gain much by it. With more, nothing was taken
 * away, so that what is at its best already need not be planned; with single, only that
 * was added, and what it saved nothing in this pass is passed over. The other set must be
 * imagined.
 */
static void
add_statement(PaSearch *search, PaWorkStatement *ws, List *changed, bool more,
			  const PaCandidate *single, PaEffect *effect)
{
	double		before = 0;		/* of all executions */
	double		after = 0;
	double		calls = 0;
	ListCell   *lc;

	foreach(lc, ws->items)
	{
		PaItem	   *item = lfirst(lc);
		double		cost;
		const PaMemo *memo = NULL;

		if (item->current <= 0)
			continue;
		cost = item->current;
		if (matters(item, changed) && !(more && cost <= item->best * PA_AT_BEST) &&
			!(single != NULL && saved_nothing(search, item, single)))
			memo = pa_item_memo(search, item, NULL);
		if (memo != NULL && single != NULL)
			note_saved(search, item, single, item->current - memo->cost);
		if (memo != NULL)
		{
			cost = memo->cost;
			effect->hurt += item->time * (memo->slower - item->slower);
		}
		effect->worst_ratio = Max(effect->worst_ratio, cost / item->current);
		before += item->calls * item->current;
		after += item->calls * cost;
		calls += item->calls;
		if (cost == item->current)
			continue;
		effect->saved += pa_item_value(item, item->current) - pa_item_value(item, cost);
		effect->price_saved += item->calls * (item->current - cost) * PA_COST_PRICE;
		if (cost > 0)
			effect->log_saved += item->time * log(item->current / cost);
	}
	if (calls > 0)
		note_share(effect, before / calls, after / calls);
}

/*
 * Returns what writes of a table pay for the chosen candidates, or for the
 * imagined ones, or which part of it is due to one of them (all: NULL); ms per
 * hour.
 */
static double
write_cost(PaSearch *search, PaTable *table, bool imagined, const PaCandidate *due_to)
{
	PaWriteCharge **charges = palloc(sizeof(PaWriteCharge *) *
									 Max(list_length(table->pooled), 1));
	double		result;
	int			which = -1;
	int			n = 0;
	ListCell   *lc;

	foreach(lc, table->pooled)
	{
		PaCandidate *candidate = lfirst(lc);

		if (imagined ? !candidate->imagined : !candidate->chosen)
			continue;
		if (candidate == due_to)
			which = n;
		charges[n++] = &candidate->charge;
	}
	result = pa_write_cost(search->writes, table->relid, charges, n, which);
	pfree(charges);
	return result;
}

/*
 * Returns what a chosen candidate costs writes, ms per hour.
 */
double
pa_search_write_cost(PaSearch *search, const PaCandidate *candidate)
{
	return write_cost(search, pa_search_table(search, candidate->def->relid),
					  false, candidate);
}

/*
 * Whether statements get slower than without any candidate, and that is not far
 * outweighed by what others gain.
 */
bool
pa_search_hurts(const PaEffect *effect)
{
	return effect->hurt > Max(effect->saved, 0) * PA_MAX_HURT;
}

/*
 * Whether a set is worse for an item that reads something which is taken away
 * than a caller would accept; then there is no need to ask the others. Returns the
 * ratio of its costs, or 1. The set must be imagined.
 */
static double
first_loss(PaSearch *search, List *changed, double max_ratio)
{
	ListCell   *lc;
	ListCell   *lc2;

	foreach(lc, changed)
	{
		PaCandidate *candidate = lfirst(lc);

		if (!candidate->chosen)
			continue;
		foreach(lc2, pa_readers_of(search, candidate))
		{
			PaItem	   *item = lfirst(lc2);
			double		cost;

			if (item->current <= 0)
				continue;
			cost = pa_item_cost(search, item, NULL);
			if (cost > item->current * max_ratio)
				return cost / item->current;
		}
	}
	return 1;
}

/*
 * Returns an upper bound of what adding a candidate saves an item, as a cost,
 * given that no item gets better than it is with everything that was thought of for
 * it; closely also that it saves no more than the candidate did alone, or when it was
 * asked last in this pass.
 */
static double
item_bound(PaSearch *search, PaItem *item, const PaCandidate *candidate, bool closely)
{
	double		most = item->current - item->best;
	const PaPlace *place;

	if (item->current <= 0 || item->best > item->current / PA_AT_BEST)
		return 0;
	if (!closely)
		return most;
	place = place_of(item, candidate);
	if (place == NULL)
		return 0;
	if (place->saved_at == search->passes)
		most = Min(most, place->saved);
	return Max(Min(most, item->cost_now - pa_item_known_alone(search, item, place - item->places)), 0);
}

/*
 * The same of a statement, ms per hour.
 */
static double
statement_bound(PaSearch *search, const PaWorkStatement *ws, const PaCandidate *candidate, bool closely)
{
	double		result = 0;
	ListCell   *lc;

	foreach(lc, ws->items)
	{
		PaItem	   *item = lfirst(lc);
		double		most = item_bound(search, item, candidate, closely);

		if (most > 0)
			result += pa_item_value(item, most);
	}
	return result;
}

/*
 * Returns an upper bound of what adding a candidate saves, ms per hour, without a
 * plan; see above.
 */
double
pa_search_bound(PaSearch *search, const PaCandidate *candidate, bool closely)
{
	double		result = 0;
	ListCell   *lc;

	foreach(lc, candidate->statements)
		result += statement_bound(search, lfirst(lc), candidate, closely);
	return result;
}

/*
 * Compares a set with the chosen one, from which it differs by the changed
 * candidates. With a max_ratio, the effect need not be complete, except for
 * worst_ratio, where a statement would get dearer by more.
 */
PaEffect
pa_search_effect(PaSearch *search, List *changed, double max_ratio)
{
	PaEffect	effect = {.worst_ratio = 1.0};
	List	   *tables;
	List	   *statements;
	bool		more = true;
	ListCell   *lc;

	pa_search_try(search, changed);
	foreach(lc, changed)
	{
		if (((PaCandidate *) lfirst(lc))->chosen)
			more = false;
	}
	if (!more && max_ratio > 0)
		effect.worst_ratio = first_loss(search, changed, max_ratio);
	if (effect.worst_ratio > 1)
	{
		pa_search_untry(search, changed);
		return effect;
	}
	tables = tables_of(search, changed);
	statements = statements_of(search, changed);
	foreach(lc, statements)
		add_statement(search, lfirst(lc), changed, more, NULL, &effect);
	foreach(lc, tables)
		effect.write_added += write_cost(search, lfirst(lc), true, NULL) -
			write_cost(search, lfirst(lc), false, NULL);
	pa_search_untry(search, changed);
	list_free(statements);
	list_free(tables);
	return effect;
}

/* A statement, and what a candidate could save it */
typedef struct Prospect
{
	PaWorkStatement *statement;
	double		bound;			/* ms per hour */
	int			place;			/* among the candidate's statements */
} Prospect;

/* Orders by what could be saved, the most first. */
static int
compare_prospects(const void *a, const void *b)
{
	const Prospect *pa = a;
	const Prospect *pb = b;

	if (pa->bound != pb->bound)
		return pa->bound > pb->bound ? -1 : 1;
	return pa->place - pb->place;
}

/*
 * Returns what adding one candidate does, like pa_search_effect(), but asks first
 * where most is to be had, and gives up where what was saved so far and all that could
 * be saved besides is less than least (ms per hour). Then *most is that sum, otherwise
 * what is saved. The bounds are taken closely or not, see pa_search_bound().
 */
PaEffect
pa_search_gain(PaSearch *search, PaCandidate *candidate, bool closely, double least,
			   double *most)
{
	PaEffect	effect = {.worst_ratio = 1.0};
	List	   *changed = list_make1(candidate);
	PaTable    *table = pa_search_table(search, candidate->def->relid);
	Prospect   *prospects = palloc(sizeof(Prospect) * Max(list_length(candidate->statements), 1));
	double		rest = 0;
	int			n = 0;
	ListCell   *lc;

	foreach(lc, candidate->statements)
	{
		prospects[n].statement = lfirst(lc);
		prospects[n].bound = statement_bound(search, lfirst(lc), candidate, closely);
		prospects[n].place = n;
		rest += prospects[n++].bound;
	}
	qsort(prospects, n, sizeof(Prospect), compare_prospects);

	pa_search_try(search, changed);
	for (int i = 0; i < n && effect.saved + rest >= least && prospects[i].bound > 0; i++)
	{
		add_statement(search, prospects[i].statement, changed, true, candidate, &effect);
		rest -= prospects[i].bound;
	}
	effect.write_added = write_cost(search, table, true, NULL) - write_cost(search, table, false, NULL);
	pa_search_untry(search, changed);
	*most = effect.saved + rest < least ? effect.saved + rest : effect.saved;
	pfree(prospects);
	list_free(changed);
	return effect;
}

/*
 * Takes over what an item costs with the chosen set.
 */
static void
settle(PaSearch *search, PaItem *item)
{
	List	   *reads;
	const PaMemo *memo = pa_item_memo(search, item, &reads);

	if (memo == NULL)
		return;
	item->current = memo->cost;
	item->slower = memo->slower;
	list_free(item->reads);
	item->reads = reads;
}

/*
 * Adds candidates to the chosen set, or takes them away: those that are in it.
 */
void
pa_search_adopt(PaSearch *search, List *changed)
{
	List	   *tables = tables_of(search, changed);
	List	   *statements = statements_of(search, changed);
	ListCell   *lc;
	ListCell   *lc2;

	search->adoptions++;
	foreach(lc, changed)
	{
		PaCandidate *candidate = lfirst(lc);
		int			sign = candidate->chosen ? -1 : 1;

		candidate->imagined = candidate->chosen = !candidate->chosen;
		search->nchosen += sign;
		if (search->storage_budget > 0)
			search->chosen_bytes += sign * pa_index_size_bytes(candidate->def);
	}
	foreach(lc, tables)
		((PaTable *) lfirst(lc))->changed = search->adoptions;
	foreach(lc, statements)
	{
		PaWorkStatement *ws = lfirst(lc);

		foreach(lc2, ws->items)
		{
			PaItem	   *item = lfirst(lc2);

			if (item->current > 0 && matters(item, changed))
				settle(search, item);
		}
		foreach(lc2, ws->tables)
			((PaTable *) lfirst(lc2))->changed = search->adoptions;
	}
	list_free(statements);
	list_free(tables);
}

/*
 * Estimates the size of a candidate and what writes pay for it. The caller
 * must hold a lock on its table.
 */
void
pa_search_price(PaSearch *search, PaCandidate *candidate)
{
	MemoryContext oldcontext = MemoryContextSwitchTo(search->context);

	if (search->storage_budget > 0)
		pa_index_size_refine(candidate->def);
	else if (!candidate->def->needs_trgm && !candidate->def->needs_btree_gin)
		pa_index_size_estimate(candidate->def);
	pa_write_charge(search->writes, candidate->def, &candidate->charge);
	candidate->priced = true;
	MemoryContextSwitchTo(oldcontext);
}
