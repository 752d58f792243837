/*
 * refine.c
 *	  Makes a set of indexes that was found smaller, simpler and, where that
 *	  pays, covering.
 *
 * The greedy search never looks back: what came in early may have become
 * superfluous, two indexes may be one, and a simpler index may do by now what
 * a wide one was chosen for. Each step keeps every statement within a few
 * percent of what it costs with the set as it was.
 */
#include "postgres.h"

#include "catalog/pg_am.h"
#include "miscadmin.h"
#include "storage/lmgr.h"

#include "advise/search.h"
#include "base/progress.h"

/* Dropping an index may make a statement dearer by this factor at most. */
#define PA_MAX_REGRESSION	1.15

/* ... and by this one if the table's writes gain more than the statement loses. */
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

/* A longer index in the place of a shorter one must save a statement this share. */
#define PA_MIN_LENGTHENING	0.18

/* An index for rare executions must save this share of the workload's time. */
#define PA_MIN_RARE_GAIN	0.01

/* Included columns must save a statement this share of its cost. */
#define PA_MIN_COVERING		0.6

/*
 * Whether a configuration may take the place of the current one: no statement
 * gets noticeably dearer, and what is lost is less than what writes gain.
 */
static bool
acceptable_loss(PaSearch *search, const PaEffect *effect)
{
	bool		writes_gain_more = effect->price_saved >= effect->write_added;

	if (effect->worst_ratio > PA_MAX_REGRESSION)
		return writes_gain_more && effect->worst_ratio <= PA_MAX_WRITE_REGRESSION;
	return writes_gain_more || -effect->saved <= search->total_time * 0.01;
}

/*
 * Whether some candidate of a set on a table gives a request the order of which
 * only the first rows are wanted.
 */
static bool
order_served_by(PaTable *table, Bitmapset *set, const PaRequest *request)
{
	ListCell   *lc;

	foreach(lc, table->pooled)
	{
		PaCandidate *candidate = lfirst(lc);

		if (bms_is_member(candidate->id, set) &&
			candidate->def->am == BTREE_AM_OID &&
			pa_order_served(candidate->def, request))
			return true;
	}
	return false;
}

/*
 * Whether a configuration gives every statement the order that it has from the
 * current one. Costs do not tell: see order.c.
 */
static bool
keeps_orders(PaSearch *search, PaTable *table, Bitmapset *config)
{
	ListCell   *lc;
	ListCell   *lc2;

	foreach(lc, table->statements)
	{
		PaItem	   *item = linitial(((PaWorkStatement *) lfirst(lc))->items);

		foreach(lc2, item->requests)
		{
			PaRequest  *request = lfirst(lc2);

			if (request->relid == table->relid && request->limited_order != NIL &&
				order_served_by(table, search->chosen, request) &&
				!order_served_by(table, config, request))
				return false;
		}
	}
	return true;
}

/*
 * Returns the chosen candidates on a table.
 */
static List *
chosen_of(PaSearch *search, PaTable *table)
{
	List	   *result = NIL;
	ListCell   *lc;

	foreach(lc, table->pooled)
	{
		PaCandidate *candidate = lfirst(lc);

		if (bms_is_member(candidate->id, search->chosen))
			result = lappend(result, candidate);
	}
	return result;
}

/*
 * Whether another chosen index begins with the keys of a candidate, for the
 * same rows.
 */
bool
pa_search_begins_chosen(PaSearch *search, const PaCandidate *candidate)
{
	const PaIndexDef *a = candidate->def;
	PaTable    *table = pa_search_table(search, a->relid);
	ListCell   *lc;

	foreach(lc, chosen_of(search, table))
	{
		const PaIndexDef *b = ((PaCandidate *) lfirst(lc))->def;
		int			same = 0;

		if (a == b || a->am != BTREE_AM_OID || b->am != BTREE_AM_OID ||
			a->nkeys > b->nkeys || a->ncolumns > a->nkeys || !equal(a->pred, b->pred))
			continue;
		while (same < a->nkeys &&
			   pa_index_column_equal(&a->columns[same], &b->columns[same]))
			same++;
		if (same == a->nkeys)
			return true;
	}
	return false;
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

	foreach(lc, chosen_of(search, table))
	{
		PaCandidate *candidate = lfirst(lc);
		Bitmapset  *single = bms_make_singleton(candidate->id);
		Bitmapset  *config = bms_difference(search->chosen, single);
		PaEffect	effect = pa_search_effect(search, config, single);

		if (keeps_orders(search, table, config) &&
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
		!keeps_orders(search, table, config) ||
		!pa_search_within_limits(search, config))
	{
		bms_free(config);
		return false;
	}
	a->rejected = b->rejected = "one advised index serves its statements together with others";
	pa_search_adopt(search, config);
	return true;
}

/* What add_merged() needs and gives */
typedef struct Merging
{
	PaSearch   *search;
	PaIndexDef *def;
	PaCandidate *candidate;
} Merging;

static void
add_merged(void *arg)
{
	Merging    *merging = arg;
	PaSearch   *search = merging->search;
	MemoryContext oldcontext;

	if (!ConditionalLockRelationOid(merging->def->relid, AccessShareLock))
		return;
	merging->candidate = pa_pool_add(search, merging->def);
	if (merging->candidate == NULL || merging->candidate->pooled)
		return;
	pa_search_price(search, merging->candidate);
	oldcontext = MemoryContextSwitchTo(search->context);
	pa_pool_admit(search, merging->candidate);
	MemoryContextSwitchTo(oldcontext);
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
		Merging		merging = {search, merged[k], NULL};
		PaRestriction self = {GetUserId(), NULL};

		if (merged[k] == NULL)
			continue;
		(void) pa_in_restriction(&self, add_merged, &merging, NULL);
		if (try_replace(search, table, a, b, merging.candidate))
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
	List	   *chosen = chosen_of(search, table);
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
 * What exchanging one chosen candidate for another does. The configuration is
 * the caller's to adopt or to free.
 */
static PaEffect
exchange(PaSearch *search, const PaCandidate *old, const PaCandidate *by,
		 Bitmapset **config)
{
	Bitmapset  *changed = bms_add_member(bms_make_singleton(old->id), by->id);
	PaEffect	effect;

	*config = bms_add_member(bms_del_member(bms_copy(search->chosen), old->id), by->id);
	effect = pa_search_effect(search, *config, changed);
	bms_free(changed);
	return effect;
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

	foreach(lc, chosen_of(search, table))
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
			effect = exchange(search, old, by, &config);
			if (loses_little(search, by, &effect) &&
				keeps_orders(search, table, config) &&
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
 * Tries to let a chosen candidate include what one request reads besides.
 * Returns whether that was adopted, which it is only where it saves a
 * statement most of what is left: included columns make an index larger, and
 * updates of them cost.
 */
static bool
try_covering(PaSearch *search, int id, const PaRequest *request)
{
	PaCandidate *old = search->candidates[id];
	Merging		merging = {search, NULL, NULL};
	PaRestriction self = {GetUserId(), NULL};
	Bitmapset  *config;
	PaEffect	effect;

	merging.def = pa_candidate_covering(old->def, request);
	if (merging.def == NULL)
		return false;
	(void) pa_in_restriction(&self, add_merged, &merging, NULL);
	if (merging.candidate == NULL)
		return false;
	effect = exchange(search, old, merging.candidate, &config);
	if (effect.best_share < PA_MIN_COVERING || effect.worst_ratio > PA_MAX_REGRESSION ||
		effect.price_saved <= effect.write_added ||
		!pa_search_within_limits(search, config))
		return false;
	old->rejected = "with more columns it saves the table's visits, too";
	pa_search_adopt(search, config);
	return true;
}

/*
 * Makes chosen indexes covering where that pays.
 */
static void
cover(PaSearch *search)
{
	ListCell   *lc;
	ListCell   *lc2;

	foreach(lc, search->items)
	{
		PaItem	   *item = lfirst(lc);
		Bitmapset  *used;
		int			id = -1;

		(void) pa_item_cost(search, item, search->chosen, &used);
		while (!pa_search_out_of_time(search) && (id = bms_next_member(used, id)) >= 0)
		{
			foreach(lc2, item->requests)
			{
				if (bms_is_member(id, search->chosen) &&
					try_covering(search, id, lfirst(lc2)))
					break;
			}
		}
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
 * Puts into the pool what a chosen candidate would be with all that the
 * statements which read it ask for.
 */
static void
add_completions(PaSearch *search, PaTable *table, PaCandidate *old)
{
	ListCell   *lc;
	ListCell   *lc2;
	ListCell   *lc3;

	foreach(lc, table->statements)
	{
		foreach(lc2, ((PaWorkStatement *) lfirst(lc))->items)
		{
			PaItem	   *item = lfirst(lc2);
			Bitmapset  *used;

			if (item->current <= 0 || pa_search_out_of_time(search))
				continue;
			(void) pa_item_cost(search, item, search->chosen, &used);
			if (!bms_is_member(old->id, used))
				continue;
			foreach(lc3, item->requests)
			{
				for (int with_order = 0; with_order < 2; with_order++)
				{
					Merging		merging = {search, NULL, NULL};
					PaRestriction self = {GetUserId(), NULL};

					merging.def = pa_candidate_completed(old->def, lfirst(lc3),
														 with_order == 1);
					if (merging.def != NULL)
						(void) pa_in_restriction(&self, add_merged, &merging, NULL);
				}
			}
		}
	}
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
 * Lets longer indexes take the place of chosen ones whose columns they have,
 * where that helps a statement: as a second index the longer one would have to
 * earn what it costs writes, in the other's place only the difference. One that
 * gives an order of which only the first rows are wanted helps in any case.
 */
static void
lengthen(PaSearch *search, PaTable *table)
{
	ListCell   *lc;
	ListCell   *lc2;

	foreach(lc, chosen_of(search, table))
	{
		PaCandidate *old = lfirst(lc);

		add_completions(search, table, old);
		foreach(lc2, table->pooled)
		{
			PaCandidate *by = lfirst(lc2);
			Bitmapset  *config;
			PaEffect	effect;

			if (bms_is_member(by->id, search->chosen) ||
				!extends(old->def, by->def) || pa_search_out_of_time(search))
				continue;
			effect = exchange(search, old, by, &config);
			if (effect.worst_ratio > PA_MAX_REGRESSION ||
				!(gives_order(table, old, by)
				  ? effect.write_added <= pa_search_write_cost(search, old) * 0.5
				  : effect.best_share >= PA_MIN_LENGTHENING &&
				  effect.price_saved > effect.write_added) ||
				!keeps_orders(search, table, config) ||
				!pa_search_within_limits(search, config))
			{
				bms_free(config);
				continue;
			}
			old->rejected = "a longer index serves its statements and others";
			pa_search_adopt(search, config);
			break;
		}
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
		lengthen(search, table);
	}
	cover(search);
}
