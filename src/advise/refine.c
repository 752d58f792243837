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

/* Dropping an index may make a statement dearer by this factor at most. */
#define PA_MAX_REGRESSION	1.15

/* ... and by this one if the table's writes gain more than the statement loses. */
#define PA_MAX_WRITE_REGRESSION	1.5

/* A simpler index may make a statement dearer by this factor at most. */
#define PA_MAX_SWAP_RATIO	1.03

/* ... and all statements together by this share of the workload's time. */
#define PA_MAX_SWAP_LOSS	0.0001

/* A longer index in the place of a shorter one must save a statement this share. */
#define PA_MIN_LENGTHENING	0.18

/* Included columns must save a statement this share of its cost. */
#define PA_MIN_COVERING		0.6

/*
 * Whether a configuration may take the place of the current one: no statement
 * gets noticeably dearer, and what is lost is less than what writes gain.
 */
static bool
acceptable_loss(PaSearch *search, const PaEffect *effect, double write_saved)
{
	double		loss = -effect->saved;

	if (loss < write_saved && effect->worst_ratio <= PA_MAX_WRITE_REGRESSION)
		return true;
	return effect->worst_ratio <= PA_MAX_REGRESSION &&
		loss <= search->total_time * 0.01 + write_saved;
}

/*
 * Drops indexes that the others make superfluous, the least missed
 * first.
 */
static void
drop_superfluous(PaSearch *search)
{
	bool		dropped = true;

	while (dropped && !pa_search_out_of_time(search))
	{
		int			id = -1;
		int			least = -1;
		double		least_loss = 0;

		dropped = false;
		while ((id = bms_next_member(search->chosen, id)) >= 0)
		{
			Bitmapset  *config = bms_del_member(bms_copy(search->chosen), id);
			PaEffect	effect = pa_search_effect(search, config, bms_make_singleton(id));

			if (acceptable_loss(search, &effect, search->candidates[id]->write_cost) &&
				(least < 0 || -effect.saved < least_loss))
			{
				least = id;
				least_loss = -effect.saved;
			}
		}
		if (least >= 0)
		{
			search->candidates[least]->rejected = "other advised indexes serve its statements nearly as well";
			pa_search_adopt(search, bms_del_member(bms_copy(search->chosen), least));
			dropped = true;
		}
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
try_replace(PaSearch *search, int i, int j, PaCandidate *by)
{
	Bitmapset  *config;
	Bitmapset  *changed;
	PaEffect	effect;
	double		write_saved;

	if (by == NULL || bms_is_member(by->id, search->chosen))
		return false;
	config = bms_del_member(bms_del_member(bms_copy(search->chosen), i), j);
	config = bms_add_member(config, by->id);
	changed = bms_add_member(bms_add_member(bms_make_singleton(i), j), by->id);
	effect = pa_search_effect(search, config, changed);
	write_saved = search->candidates[i]->write_cost +
		search->candidates[j]->write_cost - by->write_cost;
	if (!acceptable_loss(search, &effect, write_saved) ||
		!pa_search_within_limits(search, config))
		return false;
	search->candidates[i]->rejected = search->candidates[j]->rejected =
		"one advised index serves its statements together with others";
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

	if (!ConditionalLockRelationOid(merging->def->relid, AccessShareLock))
		return;
	merging->candidate = pa_pool_add(search, merging->def);
	if (merging->candidate == NULL || merging->candidate->pooled)
		return;
	merging->candidate->pooled = true;
	pa_index_size_estimate(merging->def);
	merging->candidate->write_cost = pa_write_cost(search->writes, merging->def);
	pa_pool_update_relevance(search, merging->candidate);
}

/*
 * Tries to merge two chosen candidates: into their concatenations, or into any
 * pooled one that begins like one of them.
 */
static bool
merge_pair(PaSearch *search, int i, int j)
{
	PaIndexDef *a = search->candidates[i]->def;
	PaIndexDef *b = search->candidates[j]->def;
	PaIndexDef *merged[2];
	int			n = search->ncandidates;

	if (a->relid != b->relid || a->am != BTREE_AM_OID || b->am != BTREE_AM_OID)
		return false;
	for (int k = 0; k < n; k++)
	{
		PaCandidate *by = search->candidates[k];

		if (by->pooled && by->def->relid == a->relid && by->def->am == BTREE_AM_OID &&
			(pa_index_column_equal(&by->def->columns[0], &a->columns[0]) ||
			 pa_index_column_equal(&by->def->columns[0], &b->columns[0])) &&
			try_replace(search, i, j, by))
			return true;
	}
	merged[0] = concatenate(a, b);
	merged[1] = concatenate(b, a);
	for (int k = 0; k < 2; k++)
	{
		Merging		merging = {search, merged[k], NULL};
		PaRestriction self = {GetUserId(), NULL};

		if (merged[k] == NULL)
			continue;
		(void) pa_in_restriction(&self, add_merged, &merging, NULL);
		if (try_replace(search, i, j, merging.candidate))
			return true;
	}
	return false;
}

/*
 * Merges pairs as long as that succeeds.
 */
static void
consolidate(PaSearch *search)
{
	bool		merged = true;

	while (merged && !pa_search_out_of_time(search))
	{
		int			i = -1;

		merged = false;
		while (!merged && (i = bms_next_member(search->chosen, i)) >= 0)
		{
			int			j = i;

			while (!merged && (j = bms_next_member(search->chosen, j)) >= 0)
				merged = merge_pair(search, i, j);
		}
	}
}

/*
 * Lets simpler indexes take the place of chosen ones whose other
 * uses have been taken over by later choices.
 */
static void
simplify(PaSearch *search)
{
	int			id = -1;

	while ((id = bms_next_member(search->chosen, id)) >= 0)
	{
		PaCandidate *old = search->candidates[id];
		PaCandidate *best = old;
		Bitmapset  *others = bms_del_member(bms_copy(search->chosen), id);

		for (int k = 0; k < search->ncandidates; k++)
		{
			PaCandidate *by = search->candidates[k];
			Bitmapset  *config;
			PaEffect	effect;

			if (!by->pooled || by->def->relid != old->def->relid ||
				by->def->am != old->def->am || by->write_cost > old->write_cost * 1.1 ||
				bms_is_member(k, search->chosen) || !pa_candidate_simpler(by, best) ||
				pa_search_out_of_time(search))
				continue;
			config = bms_add_member(bms_copy(others), k);
			effect = pa_search_effect(search, config, bms_add_member(bms_make_singleton(id), k));
			if (effect.worst_ratio <= PA_MAX_SWAP_RATIO &&
				-effect.saved <= Max(search->total_time * PA_MAX_SWAP_LOSS, PA_MIN_HOUR_SAVED))
				best = by;
		}
		if (best == old)
			continue;
		old->rejected = "a simpler index serves its statements as well";
		pa_search_adopt(search, bms_add_member(others, best->id));
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
	Bitmapset  *changed;
	PaEffect	effect;

	merging.def = pa_candidate_covering(old->def, request);
	if (merging.def == NULL)
		return false;
	(void) pa_in_restriction(&self, add_merged, &merging, NULL);
	if (merging.candidate == NULL)
		return false;
	config = bms_del_member(bms_copy(search->chosen), id);
	config = bms_add_member(config, merging.candidate->id);
	changed = bms_add_member(bms_make_singleton(id), merging.candidate->id);
	effect = pa_search_effect(search, config, changed);
	if (effect.best_share < PA_MIN_COVERING || effect.worst_ratio > PA_MAX_REGRESSION ||
		effect.saved <= merging.candidate->write_cost - old->write_cost ||
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
 * Whether b has all keys of a in front of others, for the same rows.
 */
static bool
extends(const PaIndexDef *a, const PaIndexDef *b)
{
	if (a->relid != b->relid || a->am != BTREE_AM_OID || b->am != BTREE_AM_OID ||
		a->nkeys >= b->nkeys || !equal(a->pred, b->pred))
		return false;
	for (int i = 0; i < a->nkeys; i++)
	{
		if (!pa_index_column_equal(&a->columns[i], &b->columns[i]))
			return false;
	}
	return true;
}

/*
 * Lets longer indexes take the place of chosen ones that they begin with,
 * where that helps a statement: as a second index the longer one would have to
 * earn what it costs writes, in the other's place only the difference.
 */
static void
lengthen(PaSearch *search)
{
	int			n = search->ncandidates;
	int			id = -1;

	while ((id = bms_next_member(search->chosen, id)) >= 0)
	{
		PaCandidate *old = search->candidates[id];

		for (int k = 0; k < n && !pa_search_out_of_time(search); k++)
		{
			PaCandidate *by = search->candidates[k];
			Bitmapset  *config;
			PaEffect	effect;

			if (!by->pooled || bms_is_member(k, search->chosen) ||
				!extends(old->def, by->def))
				continue;
			config = bms_add_member(bms_del_member(bms_copy(search->chosen), id), k);
			effect = pa_search_effect(search, config,
									  bms_add_member(bms_make_singleton(id), k));
			if (effect.best_share < PA_MIN_LENGTHENING ||
				effect.worst_ratio > PA_MAX_REGRESSION ||
				effect.saved <= by->write_cost - old->write_cost ||
				!pa_search_within_limits(search, config))
				continue;
			old->rejected = "a longer index serves its statements and others";
			pa_search_adopt(search, config);
			break;
		}
	}
}

/*
 * Drops indexes that only plans for common values read: no execution that was
 * sampled would have used them.
 */
static void
drop_unused(PaSearch *search)
{
	Bitmapset  *used = NULL;
	ListCell   *lc;
	int			id = -1;

	foreach(lc, search->items)
	{
		PaItem	   *item = lfirst(lc);
		Bitmapset  *of_item = NULL;

		if (item->replan.common_values)
			continue;
		(void) pa_item_cost(search, item, search->chosen, &of_item);
		used = bms_union(used, of_item);
	}
	while ((id = bms_next_member(search->chosen, id)) >= 0)
	{
		if (bms_is_member(id, used))
			continue;
		search->candidates[id]->rejected = "no sampled execution would have used it";
	}
	if (!pa_search_out_of_time(search))
		pa_search_adopt(search, bms_intersect(search->chosen, used));
}

/*
 * Refines the chosen set.
 */
void
pa_search_refine(PaSearch *search)
{
	drop_superfluous(search);
	consolidate(search);
	drop_superfluous(search);
	simplify(search);
	lengthen(search);
	cover(search);
	drop_unused(search);
}
