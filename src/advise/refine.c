/*
 * refine.c
 *	  Makes a set of indexes that was found smaller and simpler; what becomes
 *	  longer is in lengthen.c.
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

/* An index for rare executions must save this share of the workload's time. */
#define PA_MIN_RARE_GAIN	0.01

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
		Bitmapset  *single = bms_make_singleton(candidate->id);
		Bitmapset  *config = bms_difference(search->chosen, single);
		PaEffect	effect = pa_search_effect(search, config, single);

		if (pa_keeps_orders(search, table, config) &&
			(acceptable_loss(search, &effect) ||
			 (effect.worst_ratio <= PA_MAX_PREFIX_REGRESSION &&
			  pa_search_begins_chosen(search, candidate))) &&
			(least == NULL || -effect.saved < least_loss))
		{
			least = candidate;
			least_loss = -effect.saved;
		}
		bms_free(config);
		bms_free(single);
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
		least->rejected = "other advised indexes serve its statements nearly as well";
		pa_search_adopt(search, bms_del_member(bms_copy(search->chosen), least->id));
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
 * Tries to let one candidate take the place of two chosen ones. Returns whether
 * it was adopted.
 */
static bool
try_replace(PaSearch *search, PaTable *table, PaCandidate *a, PaCandidate *b,
			PaCandidate *by)
{
	Bitmapset  *config;
	Bitmapset  *changed;
	PaEffect	effect;

	if (by == NULL || bms_is_member(by->id, search->chosen))
		return false;
	config = bms_del_member(bms_del_member(bms_copy(search->chosen), a->id), b->id);
	config = bms_add_member(config, by->id);
	changed = bms_add_member(bms_add_member(bms_make_singleton(a->id), b->id), by->id);
	effect = pa_search_effect(search, config, changed);
	bms_free(changed);
	if (!acceptable_loss(search, &effect) ||
		!pa_keeps_orders(search, table, config) ||
		!pa_search_within_limits(search, config))
	{
		bms_free(config);
		return false;
	}
	a->rejected = b->rejected = "one advised index serves its statements together with others";
	pa_search_adopt(search, config);
	return true;
}

/*
 * Tries to merge two chosen candidates of a table: into their concatenations,
 * or into any pooled one that begins like one of them.
 */
static bool
merge_pair(PaSearch *search, PaTable *table, PaCandidate *a, PaCandidate *b)
{
	PaIndexDef *merged[2];
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
	merged[0] = concatenate(a->def, b->def);
	merged[1] = concatenate(b->def, a->def);
	for (int k = 0; k < 2; k++)
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
		Bitmapset  *best_config = NULL;

		foreach(lc2, table->pooled)
		{
			PaCandidate *by = lfirst(lc2);
			Bitmapset  *config;
			PaEffect	effect;

			if (!comparable(by, old) || bms_is_member(by->id, search->chosen) ||
				!pa_candidate_simpler(by, best) || pa_search_out_of_time(search))
				continue;
			effect = pa_search_exchange(search, old, by, &config);
			if (loses_little(search, by, &effect) &&
				pa_keeps_orders(search, table, config) &&
				effect.write_added <= pa_search_write_cost(search, old) * 0.1)
			{
				bms_free(best_config);
				best = by;
				best_config = config;
			}
			else
				bms_free(config);
		}
		if (best == old)
			continue;
		old->rejected = "a simpler index serves its statements as well";
		pa_search_adopt(search, best_config);
	}
}

/*
 * Returns the chosen candidates that the plans of samples read, of rare ones or
 * of the others. Common values are not samples.
 */
static Bitmapset *
read_by_samples(PaSearch *search, bool rare)
{
	Bitmapset  *result = NULL;
	ListCell   *lc;

	foreach(lc, search->items)
	{
		PaItem	   *item = lfirst(lc);
		Bitmapset  *used;

		if (item->replan.common_values || item->rare != rare)
			continue;
		(void) pa_item_cost(search, item, search->chosen, &used);
		result = bms_join(result, used);
	}
	return result;
}

/*
 * Drops indexes that only plans for common values read: no execution that was
 * sampled would have used them. Those that only rare executions would have used
 * must save a share of the whole workload's time.
 */
void
pa_search_drop_unused(PaSearch *search)
{
	Bitmapset  *often = read_by_samples(search, false);
	Bitmapset  *rarely = read_by_samples(search, true);
	Bitmapset  *config = bms_copy(search->chosen);
	int			id = -1;

	while ((id = bms_next_member(search->chosen, id)) >= 0)
	{
		Bitmapset  *single;
		PaEffect	effect;

		if (bms_is_member(id, often))
			continue;
		single = bms_make_singleton(id);
		config = bms_del_member(config, id);
		effect = pa_search_effect(search, config, single);
		if (!bms_is_member(id, rarely))
			search->candidates[id]->rejected = "no sampled execution would have used it";
		else if (-effect.saved < search->total_time * PA_MIN_RARE_GAIN)
			search->candidates[id]->rejected = "only rare executions would use it, and too little time is saved";
		else
			config = bms_add_member(config, id);
		bms_free(single);
	}
	if (!pa_search_out_of_time(search))
		pa_search_adopt(search, config);
}

/*
 * Refines the chosen set.
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
		drop_superfluous(search, table);
		consolidate(search, table);
		drop_superfluous(search, table);
		simplify(search, table);
		pa_search_lengthen(search, table);
	}
	pa_search_cover(search);
}
