/*
 * lengthen.c
 *	  Longer indexes in the place of chosen ones, and included columns.
 *
 * As a second index a longer one would have to earn all that it costs writes,
 * in the place of a shorter one only the difference.
 */
#include "postgres.h"

#include "catalog/pg_am.h"

#include "advise/search.h"

/* A longer index in the place of a shorter one must save a statement this share. */
#define PA_MIN_LENGTHENING	0.18

/* Included columns must save a statement this share of its cost. */
#define PA_MIN_COVERING		0.6

/* ... or that of a longer index, and a cost of this share of the index's pages. */
#define PA_MIN_COVERING_PAGES	0.25

/*
 * Whether including columns saves enough: most of what is left, or, of statements
 * that read many rows, a share of it that compares with the index itself.
 */
static bool
pays_covering(const PaEffect *effect, const PaCandidate *by)
{
	return effect->best_share >= PA_MIN_COVERING ||
		(effect->best_share >= PA_MIN_LENGTHENING &&
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
	if (memo == NULL || memo->cost > item->current * (1 - PA_MIN_LENGTHENING))
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

/*
 * Whether b has all keys of a and others, in whatever order, for the same
 * rows.
 */
static bool
extends(const PaIndexDef *a, const PaIndexDef *b)
{
	if (a->relid != b->relid || a->am != BTREE_AM_OID || b->am != BTREE_AM_OID ||
		a->nkeys >= b->nkeys || !equal(a->pred, b->pred))
		return false;
	for (int i = 0; i < a->nkeys; i++)
	{
		bool		found = false;

		for (int j = 0; j < b->nkeys; j++)
			found |= pa_index_column_equal(&a->columns[i], &b->columns[j]);
		if (!found)
			return false;
	}
	return true;
}

/*
 * Whether a definition is among some already.
 */
static bool
is_among(const PaIndexDef *def, List *defs)
{
	ListCell   *lc;

	foreach(lc, defs)
	{
		const PaIndexDef *other = lfirst(lc);
		int			i = 0;

		while (i < def->ncolumns && def->ncolumns == other->ncolumns &&
			   pa_index_column_equal(&def->columns[i], &other->columns[i]) &&
			   def->columns[i].desc == other->columns[i].desc &&
			   def->columns[i].nulls_first == other->columns[i].nulls_first)
			i++;
		if (i == def->ncolumns)
			return true;
	}
	return false;
}

/*
 * Returns what a chosen candidate would be with all that the statements which
 * read it ask for, each definition once.
 */
static List *
completions_of(PaSearch *search, PaCandidate *old)
{
	List	   *result = NIL;
	ListCell   *lc;
	ListCell   *lc2;

	foreach(lc, pa_readers_of(search, old))
	{
		foreach(lc2, ((PaItem *) lfirst(lc))->requests)
		{
			for (int with_order = 0; with_order < 2; with_order++)
			{
				PaIndexDef *def = pa_candidate_completed(old->def, lfirst(lc2), with_order == 1);

				if (def != NULL && !is_among(def, result))
					result = lappend(result, def);
			}
		}
	}
	return result;
}

/*
 * Whether one candidate gives a statement the order of which only the first
 * rows are wanted, and the other does not.
 */
static bool
gives_order(PaTable *table, const PaCandidate *old, const PaCandidate *by)
{
	ListCell   *lc;
	ListCell   *lc2;

	foreach(lc, table->statements)
	{
		PaItem	   *item = linitial(((PaWorkStatement *) lfirst(lc))->items);

		foreach(lc2, item->requests)
		{
			PaRequest  *request = lfirst(lc2);

			if (request->limited_order != NIL &&
				pa_order_served(by->def, request) &&
				!pa_order_served(old->def, request))
				return true;
		}
	}
	return false;
}

/*
 * Whether a longer index may take the place of a chosen one.
 */
static bool
worth_lengthening(PaSearch *search, PaTable *table, PaCandidate *old, PaCandidate *by,
				  List *changed)
{
	PaEffect	effect;

	if (!pa_search_within_limits(search, changed) || !pa_keeps_orders(search, table, changed))
		return false;
	effect = pa_search_effect(search, changed, PA_MAX_REGRESSION);
	if (effect.worst_ratio > PA_MAX_REGRESSION || pa_search_hurts(&effect))
		return false;
	if (gives_order(table, old, by))
	{
		if (effect.write_added > pa_search_write_cost(search, old) * 0.5)
			return false;
	}
	else if (effect.best_share < PA_MIN_LENGTHENING || effect.price_saved <= effect.write_added)
		return false;
	return true;
}

/*
 * Lets longer indexes take the place of chosen ones whose columns they have,
 * where that helps a statement: as a second index the longer one would have to
 * earn what it costs writes, in the other's place only the difference. One that
 * gives an order of which only the first rows are wanted helps in any case.
 */
void
pa_search_lengthen(PaSearch *search, PaTable *table)
{
	ListCell   *lc;
	ListCell   *lc2;

	foreach(lc, pa_chosen_of(search, table))
	{
		PaCandidate *old = lfirst(lc);

		if (pa_search_out_of_time(search))
			return;
		foreach(lc2, completions_of(search, old))
			(void) pa_pool_add_late(search, lfirst(lc2));
		foreach(lc2, table->pooled)
		{
			PaCandidate *by = lfirst(lc2);
			List	   *changed;
			bool		worth;

			if (by->chosen || !extends(old->def, by->def) || pa_search_out_of_time(search))
				continue;
			changed = list_make2(old, by);
			worth = worth_lengthening(search, table, old, by, changed);
			if (worth)
			{
				old->rejected = "a longer index serves its statements and others";
				pa_search_adopt(search, changed);
			}
			list_free(changed);
			if (worth)
				break;
		}
	}
}
