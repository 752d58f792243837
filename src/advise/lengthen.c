/*
 * lengthen.c
 *	  Longer indexes in the place of chosen ones, and partial ones of fewer rows.
 *
 * As a second index a longer one would have to earn all that it costs writes,
 * in the place of a shorter one only the difference.
 */
#include "postgres.h"

#include "catalog/pg_am.h"

#include "advise/search.h"

/* A longer index in the place of a shorter one must save a statement this share. */
#define PA_MIN_LENGTHENING	0.1

/* A partial one of fewer rows may save nothing, if it has so few pages. */
#define PA_MAX_NARROWED		0.9

/* One that goes on with an order may make others dearer by this factor: the planner takes
 * it for worse clustered, which it need not be. */
#define PA_MAX_LONGER_REGRESSION	1.5

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
 * Whether b has the columns of a, for some of the rows of a partial index a.
 */
static bool
narrows(const PaIndexDef *a, const PaIndexDef *b)
{
	if (a->relid != b->relid || a->am != b->am || a->nkeys != b->nkeys || a->ncolumns != b->ncolumns ||
		a->pred == NIL || list_length(a->pred) >= list_length(b->pred))
		return false;
	for (int i = 0; i < a->ncolumns; i++)
	{
		if (!pa_index_column_equal(&a->columns[i], &b->columns[i]))
			return false;
	}
	return list_difference(a->pred, b->pred) == NIL;
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
		if (i == def->ncolumns && equal(def->pred, other->pred))
			return true;
	}
	return false;
}

/*
 * Adds a definition to some, unless it is there or NULL.
 */
static List *
add_definition(List *defs, PaIndexDef *def)
{
	return def == NULL || is_among(def, defs) ? defs : lappend(defs, def);
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
	ListCell   *lc3;

	foreach(lc, pa_readers_of(search, old))
	{
		foreach(lc2, ((PaItem *) lfirst(lc))->requests)
		{
			foreach(lc3, pa_candidate_narrowed(old->def, lfirst(lc2)))
				result = add_definition(result, lfirst(lc3));
			for (int completion = PA_COMPLETE_KEYS; completion <= PA_COMPLETE_IN_FRONT; completion++)
				result = add_definition(result,
										pa_candidate_completed(old->def, lfirst(lc2), completion));
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
	bool		ordered;
	double		limit;

	if (!pa_search_within_limits(search, changed) || !pa_keeps_orders(search, table, changed))
		return false;
	ordered = gives_order(table, old, by);
	limit = ordered && pa_index_def_begins(old->def, by->def) ? PA_MAX_LONGER_REGRESSION : PA_MAX_REGRESSION;
	effect = pa_search_effect(search, changed, limit);
	if (effect.worst_ratio > limit || pa_search_hurts(&effect))
		return false;
	if (narrows(old->def, by->def) && effect.price_saved >= effect.write_added &&
		by->def->size.pages <= old->def->size.pages * PA_MAX_NARROWED)
		return true;
	if (ordered)
	{
		if (effect.write_added > pa_search_write_cost(search, old) * 0.5)
			return false;
	}
	else if (effect.best_share < PA_MIN_LENGTHENING || effect.price_saved <= effect.write_added)
		return false;
	return true;
}

/*
 * Lets longer indexes take the place of chosen ones whose columns they have, and partial
 * ones that of others with more rows, where that helps a statement: as a second index the
 * longer one would have to earn what it costs writes, in the other's place only the
 * difference. One that gives an order of which only the first rows are wanted helps in any
 * case.
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

			if (by->chosen || !(extends(old->def, by->def) || narrows(old->def, by->def)) ||
				pa_search_out_of_time(search))
				continue;
			changed = list_make2(old, by);
			worth = worth_lengthening(search, table, old, by, changed);
			if (worth)
			{
				old->rejected = extends(old->def, by->def)
					? "a longer index serves its statements and others"
					: "an index of fewer rows serves its statements";
				pa_search_adopt(search, changed);
			}
			list_free(changed);
			if (worth)
				break;
		}
	}
}
