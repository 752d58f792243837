/*
 * search.c
 *	  The joint search for a set of indexes over the whole workload.
 *
 * 1. Greedy: the candidate that saves most, net of what it costs writes, comes
 *	  in first; then again, given those already in. Among equals the smallest
 *	  one wins. A stale gain serves as an upper bound, so that few candidates
 *	  are planned again in each round.
 * 2. Groups: statements that need two indexes at once (a join driven from
 *	  either side) get the group that their best plan uses.
 * 3. Consolidation: two indexes on a table are replaced by one that serves
 *	  both nearly as well, and whatever has become superfluous is dropped.
 *
 * 4. Simplification: a smaller or shorter index that does the same takes the
 *	  place of one that was chosen for what others do by now.
 * 5. Covering: included columns where most of what is left is visits to the
 *	  table.
 *
 * The set chosen so far is always valid: when the time is up, it is the
 * result.
 */
#include "postgres.h"

#include <float.h>
#include <math.h>

#include "catalog/pg_am.h"
#include "miscadmin.h"
#include "storage/lmgr.h"
#include "utils/memutils.h"

#include "advise/search.h"
#include "base/progress.h"

/* An index must lower some statement's cost by this share ... */
#define PA_MIN_IMPROVEMENT	0.15

/* ... and by this many units of planner cost ... */
#define PA_MIN_COST_SAVED	4.0

/* ... and each execution by this many ms: below it costs say nothing of time, */
#define PA_MIN_CALL_SAVED	0.01

/* ... and by this many ms per hour: the rest is noise. */
#define PA_MIN_HOUR_SAVED	1.0

/* Gains that differ by less are equal. */
#define PA_TIE				0.97

/* Dropping an index may make a statement dearer by this factor at most. */
#define PA_MAX_REGRESSION	1.12

/* A simpler index may make a statement dearer by this factor at most. */
#define PA_MAX_SWAP_RATIO	1.03

/* ... and all statements together by this share of the workload's time. */
#define PA_MAX_SWAP_LOSS	0.0001

/* Included columns must save a statement this share of its cost. */
#define PA_MIN_COVERING		0.6

/* What adding or dropping indexes does to the workload */
typedef struct Effect
{
	double		saved;			/* ms per hour */
	double		log_saved;		/* ms per hour now, times ln(cost before / after) */
	double		best_share;		/* largest relative saving of one item */
	double		worst_ratio;	/* largest cost after / before of one item */
} Effect;

/*
 * Returns the ms of one execution that a difference in cost stands for.
 */
static double
time_per_call(const PaItem *item, double cost)
{
	double		mean = item->statement->time / item->statement->calls;

	return item->cost_now > 0 ? mean * cost / item->cost_now : 0;
}

/*
 * Compares a configuration with the current one over the items to which the
 * changed candidates matter.
 */
static Effect
effect_of(PaSearch *search, Bitmapset *config, Bitmapset *changed)
{
	Effect		effect = {0, 0, 0, 1.0};
	ListCell   *lc;

	foreach(lc, search->items)
	{
		PaItem	   *item = lfirst(lc);
		double		cost;

		if (item->current <= 0 || !bms_overlap(item->relevant, changed))
			continue;
		cost = pa_item_cost(search, item, config, NULL);
		effect.saved += pa_item_value(item, item->current) - pa_item_value(item, cost);
		if (cost > 0)
			effect.log_saved += item->time * log(item->current / cost);
		if (item->current - cost >= PA_MIN_COST_SAVED &&
			time_per_call(item, item->current - cost) >= PA_MIN_CALL_SAVED)
			effect.best_share = Max(effect.best_share, 1 - cost / item->current);
		effect.worst_ratio = Max(effect.worst_ratio, cost / item->current);
	}
	return effect;
}

/*
 * Makes a configuration the current one.
 */
static void
adopt(PaSearch *search, Bitmapset *config)
{
	ListCell   *lc;

	search->chosen = config;
	foreach(lc, search->items)
	{
		PaItem	   *item = lfirst(lc);

		item->current = pa_item_cost(search, item, config, NULL);
	}
}

/*
 * Sets size and write cost of the pooled candidates whose tables can be locked
 * at once. Runs inside pa_in_restriction().
 */
static void
price_candidates(void *arg)
{
	PaSearch   *search = arg;

	for (int i = 0; i < search->ncandidates; i++)
	{
		PaCandidate *candidate = search->candidates[i];
		MemoryContext oldcontext;

		if (!candidate->pooled ||
			!ConditionalLockRelationOid(candidate->def->relid, AccessShareLock))
			continue;
		oldcontext = MemoryContextSwitchTo(search->context);
		if (!candidate->def->needs_trgm)
			pa_index_size_estimate(candidate->def);
		candidate->write_cost = pa_write_cost(search->writes, candidate->def);
		MemoryContextSwitchTo(oldcontext);
	}
}

static void
price(PaSearch *search)
{
	PaRestriction self = {GetUserId(), NULL};

	(void) pa_in_restriction(&self, price_candidates, search, NULL);
}

static double
write_cost_of(PaSearch *search, Bitmapset *set)
{
	double		sum = 0;
	int			id = -1;

	while ((id = bms_next_member(set, id)) >= 0)
		sum += search->candidates[id]->write_cost;
	return sum;
}

static int64
bytes_of(PaSearch *search, Bitmapset *set)
{
	int64		sum = 0;
	int			id = -1;

	while ((id = bms_next_member(set, id)) >= 0)
		sum += pa_index_size_bytes(search->candidates[id]->def);
	return sum;
}

/*
 * Whether a set keeps within the caller's limits.
 */
static bool
within_limits(PaSearch *search, Bitmapset *set)
{
	if (search->max_indexes > 0 && bms_num_members(set) > search->max_indexes)
		return false;
	return search->storage_budget <= 0 ||
		bytes_of(search, set) <= search->storage_budget;
}

/*
 * Whether what is gained is worth the indexes that are added.
 */
static bool
worthwhile(const Effect *effect, double write_cost)
{
	return effect->saved > write_cost &&
		effect->best_share >= PA_MIN_IMPROVEMENT &&
		effect->saved >= PA_MIN_HOUR_SAVED;
}

/* A candidate in one round of the greedy phase */
typedef struct Contender
{
	PaCandidate *candidate;
	double		bound;			/* of its rank, from an earlier round */
	Effect		effect;
	bool		fresh;
	bool		out;
} Contender;

/*
 * Ranks by net time saved, or by that for each byte where bytes are scarce.
 */
static double
rank_of(PaSearch *search, const Contender *c)
{
	double		net = c->effect.saved - c->candidate->write_cost;

	if (search->storage_budget > 0 && net > 0)
		return net / pa_index_size_bytes(c->candidate->def);
	return net;
}

static int
compare_contenders(const void *a, const void *b)
{
	const Contender *ca = a;
	const Contender *cb = b;

	if (ca->bound != cb->bound)
		return ca->bound > cb->bound ? -1 : 1;
	return strcmp(ca->candidate->def->definition, cb->candidate->def->definition);
}

/*
 * Whether a is the simpler index of two that do the same: smaller by a tenth,
 * or else by pa_index_def_compare().
 */
static bool
simpler(const PaCandidate *a, const PaCandidate *b)
{
	double		pa = a->def->size.pages;
	double		pb = b->def->size.pages;

	if (pa < pb * 0.9)
		return true;
	if (pb < pa * 0.9)
		return false;
	return pa_index_def_compare(a->def, b->def) < 0;
}

/*
 * Whether a is the better one of two that save about the same time. Where a
 * sequential scan goes away, 98 and 99.8 % of the time saved are about the
 * same, but the second leaves a tenth of the cost: so the logarithms of the
 * costs decide, then simplicity.
 */
static bool
better(const Contender *a, const Contender *b)
{
	if (b->effect.log_saved < a->effect.log_saved * PA_TIE)
		return true;
	if (a->effect.log_saved < b->effect.log_saved * PA_TIE)
		return false;
	return simpler(a->candidate, b->candidate);
}

/*
 * Finds the candidate to add next, or NULL. Contenders are in the order of
 * their bounds, and the search stops where the bound falls below the best.
 */
static PaCandidate *
next_candidate(PaSearch *search, Contender *contenders, int n)
{
	Contender  *winner = NULL;
	double		best = 0;

	qsort(contenders, n, sizeof(Contender), compare_contenders);
	for (int i = 0; i < n; i++)
		contenders[i].fresh = false;
	for (int i = 0; i < n && contenders[i].bound >= best * PA_TIE; i++)
	{
		Contender  *c = &contenders[i];
		Bitmapset  *single = bms_make_singleton(c->candidate->id);
		Bitmapset  *config = bms_union(search->chosen, single);

		if (c->out || bms_is_member(c->candidate->id, search->chosen))
			continue;
		c->effect = effect_of(search, config, single);
		c->bound = rank_of(search, c);
		c->fresh = true;
		if (!worthwhile(&c->effect, c->candidate->write_cost))
		{
			if (c->effect.saved <= c->candidate->write_cost &&
				c->effect.best_share >= PA_MIN_IMPROVEMENT)
				c->candidate->rejected = "it costs the table's writes more than it saves";
			continue;
		}
		if (!within_limits(search, config))
		{
			c->candidate->rejected = "it does not fit into the limits given";
			continue;
		}
		best = Max(best, c->bound);
	}
	for (int i = 0; i < n; i++)
	{
		Contender  *c = &contenders[i];

		if (!c->fresh || c->out || c->bound < best * PA_TIE || c->bound <= 0 ||
			!worthwhile(&c->effect, c->candidate->write_cost) ||
			!within_limits(search, bms_add_member(bms_copy(search->chosen),
												  c->candidate->id)))
			continue;
		if (winner == NULL || better(c, winner))
			winner = c;
	}
	return winner ? winner->candidate : NULL;
}

/*
 * Phase 1: adds one candidate after the other.
 */
static void
greedy(PaSearch *search)
{
	Contender  *contenders = palloc0(sizeof(Contender) * Max(search->ncandidates, 1));
	PaCandidate *next;
	int			n = 0;

	for (int i = 0; i < search->ncandidates; i++)
	{
		if (!search->candidates[i]->pooled)
			continue;
		contenders[n].candidate = search->candidates[i];
		contenders[n++].bound = DBL_MAX;
	}
	while (!pa_search_out_of_time(search) &&
		   (next = next_candidate(search, contenders, n)) != NULL)
	{
		adopt(search, bms_add_member(bms_copy(search->chosen), next->id));
		pa_progress_update("choosing indexes", bms_num_members(search->chosen), n);
	}
	pfree(contenders);
}

/*
 * Phase 2: gives statements whose best plan needs several indexes at once the
 * ones that are missing.
 */
static void
add_groups(PaSearch *search)
{
	ListCell   *lc;

	foreach(lc, search->items)
	{
		PaItem	   *item = lfirst(lc);
		Bitmapset  *used;
		Bitmapset  *added;
		Bitmapset  *config;
		Effect		effect;
		double		best;

		if (item->requests == NIL || pa_search_out_of_time(search))
			continue;
		best = pa_item_cost(search, item, item->relevant, &used);
		added = bms_difference(used, search->chosen);
		if (best > item->current * (1 - PA_MIN_IMPROVEMENT) || bms_is_empty(added))
			continue;
		config = bms_union(search->chosen, added);
		effect = effect_of(search, config, added);
		if (worthwhile(&effect, write_cost_of(search, added)) &&
			within_limits(search, config))
			adopt(search, config);
	}
}

/*
 * Whether a configuration may take the place of the current one: no statement
 * gets noticeably dearer, and what is lost is less than what writes gain.
 */
static bool
acceptable_loss(PaSearch *search, const Effect *effect, double write_saved)
{
	double		loss = -effect->saved;

	if (loss < write_saved)
		return true;
	return effect->worst_ratio <= PA_MAX_REGRESSION &&
		loss <= search->total_time * 0.01 + write_saved;
}

/*
 * Phase 3b: drops indexes that the others make superfluous, the least missed
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
			Effect		effect = effect_of(search, config, bms_make_singleton(id));

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
			adopt(search, bms_del_member(bms_copy(search->chosen), least));
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
	Effect		effect;
	double		write_saved;

	if (by == NULL || bms_is_member(by->id, search->chosen))
		return false;
	config = bms_del_member(bms_del_member(bms_copy(search->chosen), i), j);
	config = bms_add_member(config, by->id);
	changed = bms_add_member(bms_add_member(bms_make_singleton(i), j), by->id);
	effect = effect_of(search, config, changed);
	write_saved = search->candidates[i]->write_cost +
		search->candidates[j]->write_cost - by->write_cost;
	if (!acceptable_loss(search, &effect, write_saved) ||
		!within_limits(search, config))
		return false;
	search->candidates[i]->rejected = search->candidates[j]->rejected =
		"one advised index serves its statements together with others";
	adopt(search, config);
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
 * Phase 3a: merges pairs as long as that succeeds.
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
 * Phase 4: lets simpler indexes take the place of chosen ones whose other
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
			Effect		effect;

			if (!by->pooled || by->def->relid != old->def->relid ||
				by->def->am != old->def->am || by->write_cost > old->write_cost * 1.1 ||
				bms_is_member(k, search->chosen) || !simpler(by, best) ||
				pa_search_out_of_time(search))
				continue;
			config = bms_add_member(bms_copy(others), k);
			effect = effect_of(search, config, bms_add_member(bms_make_singleton(id), k));
			if (effect.worst_ratio <= PA_MAX_SWAP_RATIO &&
				-effect.saved <= Max(search->total_time * PA_MAX_SWAP_LOSS, PA_MIN_HOUR_SAVED))
				best = by;
		}
		if (best == old)
			continue;
		old->rejected = "a simpler index serves its statements as well";
		adopt(search, bms_add_member(others, best->id));
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
	Effect		effect;

	merging.def = pa_candidate_covering(old->def, request);
	if (merging.def == NULL)
		return false;
	(void) pa_in_restriction(&self, add_merged, &merging, NULL);
	if (merging.candidate == NULL)
		return false;
	config = bms_del_member(bms_copy(search->chosen), id);
	config = bms_add_member(config, merging.candidate->id);
	changed = bms_add_member(bms_make_singleton(id), merging.candidate->id);
	effect = effect_of(search, config, changed);
	if (effect.best_share < PA_MIN_COVERING || effect.worst_ratio > PA_MAX_REGRESSION ||
		effect.saved <= merging.candidate->write_cost - old->write_cost ||
		!within_limits(search, config))
		return false;
	old->rejected = "with more columns it saves the table's visits, too";
	adopt(search, config);
	return true;
}

/*
 * Phase 5: makes chosen indexes covering where that pays.
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
 * Searches for the set of indexes and leaves it in search->chosen. Memory is
 * taken from the search's own context.
 */
void
pa_search_run(PaSearch *search)
{
	MemoryContext oldcontext = MemoryContextSwitchTo(search->context);

	pa_pool_fill(search);
	price(search);
	greedy(search);
	add_groups(search);
	drop_superfluous(search);
	consolidate(search);
	drop_superfluous(search);
	simplify(search);
	cover(search);
	MemoryContextSwitchTo(oldcontext);
}
