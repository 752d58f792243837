/*
 * cover.c
 *	  Included columns, so that the table need not be visited.
 *
 * Some indexes are of use only with them: where a statement reads few columns of so
 * many rows that without them reading the whole table is as good. These come into the
 * pool as candidates. Where an index is of use without them, they come in when it is
 * chosen. They make an index larger, and updates of them cost, so in both cases they
 * must save much.
 */
#include "postgres.h"

#include "catalog/pg_am.h"
#include "optimizer/optimizer.h"
#include "utils/memutils.h"

#include "advise/search.h"

/* Included columns must save a statement this share of its cost, ... */
#define PA_MIN_COVERING	0.6

/* ... or that of a longer index, and a cost of this share of the index's pages. */
#define PA_MIN_COVERING_LARGE	0.18
#define PA_MIN_COVERING_PAGES	0.25

/* In the pool the latter is for scans of at most this share of the table's rows: what reads
 * most of a table reads most of such an index, too. */
#define PA_MAX_COVERING_SHARE	0.5

/* What costs no more than so many pages at random has too little to save. */
#define PA_MIN_COVERED_COST	4.0

/* Candidates with included columns that an item is planned with at most */
#define PA_MAX_COVERINGS	32

/*
 * Whether including columns saves enough: most of what is left, or, of statements
 * that read many rows, a share of it that compares with the index itself.
 */
static bool
pays_covering(const PaEffect *effect, const PaCandidate *by)
{
	return effect->best_share >= PA_MIN_COVERING ||
		(effect->best_share >= PA_MIN_COVERING_LARGE &&
		 effect->most_saved >= by->def->size.pages * PA_MIN_COVERING_PAGES);
}

/*
 * Whether a candidate may take the place of a chosen one within the caller's limits.
 */
static bool
fits_instead(PaSearch *search, PaCandidate *old, PaCandidate *by)
{
	List	   *changed = list_make2(old, by);
	bool		result = pa_search_within_limits(search, changed);

	list_free(changed);
	return result;
}

/* A chosen candidate, and what it would be with included columns */
typedef struct Covering
{
	PaCandidate *old;
	PaCandidate *by;
} Covering;

/*
 * Lets a candidate with included columns take the place of the chosen one if that
 * saves a statement most of what is left: included columns make an index larger, and
 * updates of them cost.
 */
static void
try_covering(PaSearch *search, const Covering *covering)
{
	PaCandidate *old = covering->old;
	PaCandidate *by = covering->by;
	List	   *changed;
	PaEffect	effect;

	if (!old->chosen || by->chosen || !fits_instead(search, old, by))
		return;
	changed = list_make2(old, by);
	effect = pa_search_effect(search, changed, PA_MAX_REGRESSION);
	if (pays_covering(&effect, by) && !pa_search_hurts(&effect) &&
		effect.worst_ratio <= PA_MAX_REGRESSION &&
		effect.price_saved > effect.write_added)
	{
		old->rejected = "with more columns it saves the table's visits, too";
		pa_search_adopt(search, changed);
	}
	list_free(changed);
}

/*
 * Returns what the chosen candidates that an item's plan reads would be if they
 * included what the item reads besides.
 */
static List *
coverings_of(PaSearch *search, PaItem *item)
{
	List	   *result = NIL;
	List	   *reads = list_copy(item->reads);
	ListCell   *lc;
	ListCell   *lc2;

	foreach(lc, reads)
	{
		PaCandidate *old = search->candidates[lfirst_int(lc)];

		foreach(lc2, item->requests)
		{
			PaIndexDef *def = old->chosen ? pa_candidate_covering(old->def, lfirst(lc2)) : NULL;
			PaCandidate *by = def != NULL ? pa_pool_add_late(search, def) : NULL;
			Covering   *covering;

			if (by == NULL || by->chosen || !fits_instead(search, old, by))
				continue;
			covering = palloc(sizeof(Covering));
			covering->old = old;
			covering->by = by;
			result = lappend(result, covering);
		}
	}
	list_free(reads);
	return result;
}

/*
 * Returns which of some coverings a plan of the item reads if all of them are there,
 * or NIL if it does not become much cheaper: then none of them pays by this item.
 */
static List *
worth_trying(PaSearch *search, PaItem *item, List *coverings)
{
	List	   *all = NIL;
	List	   *used;
	List	   *result = NIL;
	const PaMemo *memo;
	ListCell   *lc;

	foreach(lc, coverings)
		all = list_append_unique_ptr(all, ((Covering *) lfirst(lc))->by);
	pa_search_try(search, all);
	memo = pa_item_memo(search, item, &used);
	pa_search_untry(search, all);
	list_free(all);
	if (memo == NULL || memo->cost > item->current * (1 - PA_MIN_COVERING_LARGE))
		return NIL;
	foreach(lc, coverings)
	{
		if (list_member_int(used, ((Covering *) lfirst(lc))->by->id))
			result = lappend(result, lfirst(lc));
	}
	return result;
}

/*
 * Makes chosen indexes covering where that pays.
 */
void
pa_search_cover(PaSearch *search)
{
	ListCell   *lc;
	ListCell   *lc2;

	foreach(lc, search->items)
	{
		PaItem	   *item = lfirst(lc);
		List	   *coverings;

		if (item->current <= 0 || item->reads == NIL || pa_search_out_of_time(search))
			continue;
		coverings = coverings_of(search, item);
		if (coverings == NIL)
			continue;
		foreach(lc2, worth_trying(search, item, coverings))
			try_covering(search, lfirst(lc2));
		list_free_deep(coverings);
	}
}

/* What generate_coverings() needs */
typedef struct Generating
{
	PaSearch   *search;
	PaItem	   *item;
	int			nplaces;		/* of the item without included columns */
} Generating;

/*
 * Whether another of an item's candidates has all keys of one in front of its own, for the
 * same rows: with the same columns included it can do what that one can.
 */
static bool
is_prefix(const Generating *g, const PaIndexDef *def)
{
	for (int place = 0; place < g->nplaces; place++)
	{
		const PaIndexDef *other = g->search->candidates[g->item->places[place].id]->def;

		if (other->relid == def->relid && other->am == def->am && other->nkeys > def->nkeys &&
			equal(other->pred, def->pred) && pa_index_def_begins(def, other))
			return true;
	}
	return false;
}

/*
 * Adds what the item's candidates would be if they included what its scans read besides.
 * Runs inside pa_in_restriction(), whose end gives the locks back; a table that is locked by
 * others is passed over.
 */
static void
generate_coverings(void *arg)
{
	Generating *g = arg;
	PaSearch   *search = g->search;
	MemoryContext oldcontext = MemoryContextSwitchTo(search->scratch);
	ListCell   *lc;

	foreach(lc, g->item->requests)
	{
		PaRequest  *request = lfirst(lc);

		if (request->needed == NIL || !pa_lock_existing(request->relid))
			continue;
		for (int place = 0; place < g->nplaces && g->item->nplaces < g->nplaces + PA_MAX_COVERINGS; place++)
		{
			PaIndexDef *def = search->candidates[g->item->places[place].id]->def;
			PaCandidate *candidate;

			if (def->ncolumns > def->nkeys || is_prefix(g, def) ||
				(def = pa_candidate_covering(def, request)) == NULL ||
				(candidate = pa_pool_add(search, def)) == NULL)
				continue;
			MemoryContextSwitchTo(search->context);
			(void) pa_item_add_candidate(g->item, candidate->id);
			MemoryContextSwitchTo(search->scratch);
		}
		MemoryContextReset(search->scratch);
	}
	MemoryContextSwitchTo(oldcontext);
}

/*
 * Whether an item's scans of a table all read little enough of it for an index that pays
 * by its pages.
 */
static bool
reads_part(const PaItem *item, Oid relid)
{
	ListCell   *lc;

	foreach(lc, item->requests)
	{
		PaRequest  *request = lfirst(lc);

		if (request->relid == relid && request->needed != NIL && request->share > PA_MAX_COVERING_SHARE)
			return false;
	}
	return true;
}

/*
 * Puts candidates with included columns into the pool that an item's plan reads if all
 * that was generated for it is there, provided that they save enough of what is left
 * without them.
 */
void
pa_pool_cover(PaSearch *search, PaItem *item)
{
	Generating	g = {search, item, item->nplaces};
	double		without = item->best;
	double		cost;
	double		pages = 0;
	bool		part = true;
	Bitmapset  *all;
	List	   *used;
	bool		covering = false;
	ListCell   *lc;

	if (item->nplaces == 0 || without <= PA_MIN_COVERED_COST * random_page_cost ||
		!pa_in_restriction(&item->replan.restriction, generate_coverings, &g, NULL) ||
		item->nplaces == g.nplaces)
		return;
	all = bms_add_range(NULL, 0, item->nplaces - 1);
	cost = pa_item_cost_of(search, item, all, &used, NULL);
	bms_free(all);
	foreach(lc, used)
	{
		PaCandidate *candidate = search->candidates[lfirst_int(lc)];

		if (candidate->def->ncolumns == candidate->def->nkeys)
			continue;
		covering = true;
		pages += candidate->def->size.pages;
		part = part && reads_part(item, candidate->def->relid);
	}
	item->best = without;
	if (covering &&
		(cost <= without * (1 - PA_MIN_COVERING) ||
		 (part && cost <= without * (1 - PA_MIN_COVERING_LARGE) &&
		  without - cost >= pages * PA_MIN_COVERING_PAGES)))
	{
		foreach(lc, used)
		{
			PaCandidate *candidate = search->candidates[lfirst_int(lc)];

			if (candidate->def->ncolumns > candidate->def->nkeys)
				candidate->pooled = true;
		}
		item->best = cost;
	}
	list_free(used);
}
