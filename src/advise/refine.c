/*
 * refine.c
 *	  Makes a set of indexes that was found smaller and simpler; what becomes
 *	  longer is in lengthen.c, what makes statements slower in relieve.c.
 *
 * The greedy search never looks back: what came in early may have become
 * superfluous, two indexes may be one, and a simpler index may do by now what
 * a wide one was chosen for. Each step keeps every statement within a few
 * percent of what it costs with the set as it was.
 */
#include "postgres.h"

#include "catalog/pg_am.h"

#include "advise/search.h"
#include "base/progress.h"

/*
 * Dropping an index may make a statement dearer by PA_MAX_REGRESSION at most, and
 * by this factor if the table's writes gain more than the statement loses,
 */
#define PA_MAX_WRITE_REGRESSION	1.5

/*
 * ... and by this one if another chosen index begins with its columns. The
 * planner takes the longer one for worse clustered, which it need not be, and
 * few engineers would keep both.
 */
#define PA_MAX_PREFIX_REGRESSION	2.0

/* A simpler index may make a statement dearer by this factor at most. */
#define PA_MAX_SWAP_RATIO	1.03

/* ... and all statements together by this share of the workload's time. */
#define PA_MAX_SWAP_LOSS	0.0001

/* A BRIN index in the place of a B-tree may make one dearer by this factor, ... */
#define PA_MAX_BRIN_RATIO	1.4

/* ... if it has no more than this share of its pages. */
#define PA_MAX_BRIN_PAGES	0.05

/*
 * Whether a configuration may take the place of the current one: no statement
 * gets noticeably dearer, and what is lost is less than what writes gain.
 */
static bool
acceptable_loss(PaSearch *search, const PaEffect *effect)
{
	bool		writes_gain_more = effect->price_saved >= effect->write_added;

	if (pa_search_hurts(effect))
		return false;
	if (effect->worst_ratio > PA_MAX_REGRESSION)
		return writes_gain_more && effect->worst_ratio <= PA_MAX_WRITE_REGRESSION;
	return writes_gain_more || -effect->saved <= search->total_time * 0.01;
}

/*
 * Finds the chosen index of a table that the others make most superfluous, or
 * returns NULL.
 */
static PaCandidate *
least_missed(PaSearch *search, PaTable *table)
{
	PaCandidate *least = NULL;
	double		least_loss = 0;
	ListCell   *lc;

	foreach(lc, pa_chosen_of(search, table))
	{
		PaCandidate *candidate = lfirst(lc);
		List	   *single = list_make1(candidate);

		if (pa_keeps_orders(search, table, single))
		{
			PaEffect	effect = pa_search_effect(search, single, PA_MAX_PREFIX_REGRESSION);

			if ((acceptable_loss(search, &effect) ||
				 (effect.worst_ratio <= PA_MAX_PREFIX_REGRESSION &&
				  pa_search_begins_chosen(search, candidate))) &&
				(least == NULL || -effect.saved < least_loss))
			{
				least = candidate;
				least_loss = -effect.saved;
			}
		}
		list_free(single);
	}
	return least;
}

/*
 * Drops indexes that the others make superfluous, the least missed
 * first.
 */
static void
drop_superfluous(PaSearch *search, PaTable *table)
{
	PaCandidate *least;

	while (!pa_search_out_of_time(search) &&
		   (least = least_missed(search, table)) != NULL)
	{
		List	   *single = list_make1(least);

		least->rejected = "other advised indexes serve its statements nearly as well";
		pa_search_adopt(search, single);
		list_free(single);
	}
}

/*
 * Makes the definition that has the keys of a followed by those of b that it
 * lacks, or returns NULL if that is no B-tree index of reasonable width. Both
 * must begin with the same column: an index that begins with a column which
 * some statement happens to compare as well serves no other.
 */
static PaIndexDef *
concatenate(const PaIndexDef *a, const PaIndexDef *b)
{
	PaIndexDef *def;
	int			n = a->nkeys;
	int			extra = 0;
	bool		has[INDEX_MAX_KEYS] = {false};

	if (!equal(a->pred, b->pred) ||
		!pa_index_column_equal(&a->columns[0], &b->columns[0]))
		return NULL;
	for (int j = 0; j < b->nkeys; j++)
	{
		for (int i = 0; i < n; i++)
		{
			if (pa_index_column_equal(&a->columns[i], &b->columns[j]))
				has[j] = true;
		}
		if (!has[j])
			extra++;
	}
	if (extra == 0 || n + extra > 4)
		return NULL;
	def = pa_index_def_new(a->relid, a->am, n + extra);
	memcpy(def->columns, a->columns, sizeof(PaIndexColumn) * n);
	for (int j = 0; j < b->nkeys; j++)
	{
		if (!has[j])
			def->columns[n++] = b->columns[j];
	}
	return def;
}

/*
 * Makes the definition with the keys of the longer of two that begin with the same keys,
 * all of the other's, which includes what both do, or returns NULL where that is nothing.
 * Where one of them is partial, the whole one takes it in.
 */
static PaIndexDef *
united(const PaIndexDef *a, const PaIndexDef *b)
{
	const PaIndexDef *longer = a->nkeys >= b->nkeys ? a : b;
	const PaIndexDef *other = longer == a ? b : a;
	PaIndexDef *def;
	int			n = longer->ncolumns;

	if (longer->ncolumns + other->ncolumns == longer->nkeys + other->nkeys ||
		(a->pred != NIL && b->pred != NIL && !equal(a->pred, b->pred)) ||
		!pa_index_def_begins(other, longer))
		return NULL;
	def = pa_index_def_new(longer->relid, longer->am, longer->ncolumns + other->ncolumns - other->nkeys);
	memcpy(def->columns, longer->columns, sizeof(PaIndexColumn) * n);
	for (int i = other->nkeys; i < other->ncolumns; i++)
	{
		bool		present = false;

		for (int j = 0; j < n; j++)
			present |= def->columns[j].attno == other->columns[i].attno;
		if (!present)
			def->columns[n++] = other->columns[i];
	}
	def->ncolumns = def->nkeys = n;
	def->pred = a->pred != NIL && b->pred != NIL ? a->pred : NIL;
	return n - longer->nkeys <= PA_MAX_INCLUDED ? def : NULL;
}

/*
 * Whether a whole index takes the place of a partial one with the same keys: few
 * engineers would keep both, as of two that begin alike.
 */
static bool
takes_in_partial(const PaIndexDef *a, const PaIndexDef *b, const PaIndexDef *by)
{
	if (by->pred != NIL || (a->pred == NIL) == (b->pred == NIL) ||
		a->nkeys != by->nkeys || b->nkeys != by->nkeys)
		return false;
	for (int i = 0; i < by->nkeys; i++)
	{
		if (!pa_index_column_equal(&a->columns[i], &by->columns[i]) ||
			!pa_index_column_equal(&b->columns[i], &by->columns[i]))
			return false;
	}
	return true;
}

/*
 * Tries to let one candidate take the place of two chosen ones. Returns whether
 * it was adopted.
 */
static bool
try_replace(PaSearch *search, PaTable *table, PaCandidate *a, PaCandidate *b,
			PaCandidate *by)
{
	List	   *changed;
	PaEffect	effect;
	double		limit = PA_MAX_WRITE_REGRESSION;
	bool		result;

	if (by == NULL || by->chosen)
		return false;
	if (takes_in_partial(a->def, b->def, by->def))
		limit = PA_MAX_PREFIX_REGRESSION;
	/* Who reads what it is less like is the first to lose, and to be asked. */
	if (pa_index_column_equal(&by->def->columns[0], &a->def->columns[0]))
		changed = list_make3(b, a, by);
	else
		changed = list_make3(a, b, by);
	result = pa_search_within_limits(search, changed) &&
		pa_keeps_orders(search, table, changed);
	if (result)
	{
		effect = pa_search_effect(search, changed, limit);
		result = acceptable_loss(search, &effect) ||
			(limit == PA_MAX_PREFIX_REGRESSION && effect.worst_ratio <= limit &&
			 !pa_search_hurts(&effect));
	}
	if (result)
	{
		a->rejected = b->rejected = "one advised index serves its statements together with others";
		pa_search_adopt(search, changed);
	}
	list_free(changed);
	return result;
}

/*
 * Tries to merge two chosen candidates of a table: into their concatenations,
 * or into any pooled one that begins like one of them.
 */
static bool
merge_pair(PaSearch *search, PaTable *table, PaCandidate *a, PaCandidate *b)
{
	PaIndexDef *merged[3];
	ListCell   *lc;

	if (a->def->am != BTREE_AM_OID || b->def->am != BTREE_AM_OID)
		return false;
	foreach(lc, table->pooled)
	{
		PaCandidate *by = lfirst(lc);

		if (by->def->am == BTREE_AM_OID &&
			(pa_index_column_equal(&by->def->columns[0], &a->def->columns[0]) ||
			 pa_index_column_equal(&by->def->columns[0], &b->def->columns[0])) &&
			try_replace(search, table, a, b, by))
			return true;
	}
	merged[0] = united(a->def, b->def);
	merged[1] = concatenate(a->def, b->def);
	merged[2] = concatenate(b->def, a->def);
	for (int k = 0; k < 3; k++)
	{
		if (merged[k] != NULL &&
			try_replace(search, table, a, b, pa_pool_add_late(search, merged[k])))
			return true;
	}
	return false;
}

/*
 * Merges the first pair of a table's chosen indexes that can be. Returns
 * whether there was one.
 */
static bool
merge_one_pair(PaSearch *search, PaTable *table)
{
	List	   *chosen = pa_chosen_of(search, table);
	ListCell   *lc;
	ListCell   *lc2;

	foreach(lc, chosen)
	{
		for_each_cell(lc2, chosen, lnext(chosen, lc))
		{
			if (pa_search_out_of_time(search))
				return false;
			if (merge_pair(search, table, lfirst(lc), lfirst(lc2)))
				return true;
		}
	}
	return false;
}

/*
 * Lets one index take the place of two that begin alike and include columns.
 */
static void
unite_all(PaSearch *search, PaTable *table)
{
	List	   *chosen = pa_chosen_of(search, table);
	ListCell   *lc;
	ListCell   *lc2;

	foreach(lc, chosen)
	{
		for_each_cell(lc2, chosen, lnext(chosen, lc))
		{
			PaCandidate *a = lfirst(lc);
			PaCandidate *b = lfirst(lc2);
			PaIndexDef *def = NULL;

			if (a->chosen && b->chosen && a->def->am == BTREE_AM_OID && b->def->am == BTREE_AM_OID)
				def = united(a->def, b->def);
			if (def != NULL && !pa_search_out_of_time(search))
				(void) try_replace(search, table, a, b, pa_pool_add_late(search, def));
		}
	}
}

/*
 * Merges pairs as long as that succeeds.
 */
static void
consolidate(PaSearch *search, PaTable *table)
{
	while (merge_one_pair(search, table))
		;
}

/*
 * Whether one candidate may be tried as the simpler one in the place of another:
 * of the same access method, or a BRIN index instead of a much larger B-tree.
 */
static bool
comparable(const PaCandidate *by, const PaCandidate *old)
{
	if (by->def->am == old->def->am)
		return true;
	return by->def->am == BRIN_AM_OID && old->def->am == BTREE_AM_OID &&
		by->def->size.valid &&
		by->def->size.pages <= old->def->size.pages * PA_MAX_BRIN_PAGES;
}

/*
 * Whether what is lost by an exchange for a simpler index is next to nothing,
 * or for a BRIN index little.
 */
static bool
loses_little(PaSearch *search, const PaCandidate *by, const PaEffect *effect)
{
	if (pa_search_hurts(effect))
		return false;
	if (by->def->am == BRIN_AM_OID)
		return effect->worst_ratio <= PA_MAX_BRIN_RATIO;
	return effect->worst_ratio <= PA_MAX_SWAP_RATIO &&
		-effect->saved <= Max(search->total_time * PA_MAX_SWAP_LOSS, PA_MIN_HOUR_SAVED);
}

/*
 * Lets simpler indexes take the place of a table's chosen ones whose other
 * uses have been taken over by later choices.
 */
static void
simplify(PaSearch *search, PaTable *table)
{
	ListCell   *lc;
	ListCell   *lc2;

	foreach(lc, pa_chosen_of(search, table))
	{
		PaCandidate *old = lfirst(lc);
		PaCandidate *best = old;

		foreach(lc2, table->pooled)
		{
			PaCandidate *by = lfirst(lc2);
			List	   *changed;
			PaEffect	effect;

			if (!comparable(by, old) || by->chosen ||
				!pa_candidate_simpler(by, best) || pa_search_out_of_time(search))
				continue;
			changed = list_make2(old, by);
			if (pa_keeps_orders(search, table, changed))
			{
				effect = pa_search_effect(search, changed, Max(PA_MAX_SWAP_RATIO, PA_MAX_BRIN_RATIO));
				if (loses_little(search, by, &effect) &&
					effect.write_added <= pa_search_write_cost(search, old) * 0.1)
					best = by;
			}
			list_free(changed);
		}
		if (best == old)
			continue;
		old->rejected = "a simpler index serves its statements as well";
		pa_search_adopt(search, list_make2(old, best));
	}
}

/*
 * Refines the chosen set: the tables where something has changed since they were
 * refined last, or while they were, and with limits all, as there may be room now.
 */
void
pa_search_refine(PaSearch *search)
{
	int			done = 0;
	ListCell   *lc;

	foreach(lc, search->table_list)
	{
		PaTable    *table = lfirst(lc);

		pa_progress_update("refining the choice", done++, list_length(search->table_list));
		if (table->refined > table->changed && search->storage_budget <= 0 && search->max_indexes <= 0)
			continue;
		table->refined = search->adoptions + 1;
		drop_superfluous(search, table);
		consolidate(search, table);
		drop_superfluous(search, table);
		simplify(search, table);
		pa_search_lengthen(search, table);
		pa_search_relieve(search, table);
	}
	pa_search_cover(search);
	foreach(lc, search->table_list)
		unite_all(search, lfirst(lc));
}
