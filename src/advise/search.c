/*
 * search.c
 *	  The joint search for a set of indexes over the whole workload.
 *
 * 1. Greedy: the candidate that saves most, net of what it costs writes, comes
 *	  in first; then again, given those already in. A stale gain serves as an
 *	  upper bound, so that few candidates are planned again in each round.
 * 2. Groups: statements that need two indexes at once (a join driven from
 *	  either side) get the group that their best plan uses.
 * 3. Refinement of what was found, see refine.c.
 *
 * The set chosen so far is always valid: when the time is up, it is the
 * result.
 */
#include "postgres.h"

#include <float.h>
#include <math.h>

#include "miscadmin.h"
#include "optimizer/optimizer.h"
#include "storage/lmgr.h"
#include "utils/memutils.h"

#include "advise/search.h"
#include "base/progress.h"

/* An index must lower some statement's cost by this share ... */
#define PA_MIN_IMPROVEMENT	0.18

/* ... and by this share of the cost of a page at random. */
#define PA_MIN_PAGES_SAVED	0.5

/* Gains that differ by less are equal. */
#define PA_TIE				0.97

/*
 * Compares a configuration with the current one over the items to which the
 * changed candidates matter.
 */
PaEffect
pa_search_effect(PaSearch *search, Bitmapset *config, Bitmapset *changed)
{
	PaEffect	effect = {0, 0, 0, 1.0};
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
		if (item->current - cost >= PA_MIN_PAGES_SAVED * random_page_cost)
			effect.best_share = Max(effect.best_share, 1 - cost / item->current);
		effect.worst_ratio = Max(effect.worst_ratio, cost / item->current);
	}
	return effect;
}

/*
 * Makes a configuration the current one.
 */
void
pa_search_adopt(PaSearch *search, Bitmapset *config)
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
bool
pa_search_within_limits(PaSearch *search, Bitmapset *set)
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
worthwhile(const PaEffect *effect, double write_cost)
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
	PaEffect	effect;
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
bool
pa_candidate_simpler(const PaCandidate *a, const PaCandidate *b)
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
	return pa_candidate_simpler(a->candidate, b->candidate);
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
		c->effect = pa_search_effect(search, config, single);
		c->bound = rank_of(search, c);
		c->fresh = true;
		if (!worthwhile(&c->effect, c->candidate->write_cost))
		{
			if (c->effect.saved <= c->candidate->write_cost &&
				c->effect.best_share >= PA_MIN_IMPROVEMENT)
				c->candidate->rejected = "it costs the table's writes more than it saves";
			continue;
		}
		if (!pa_search_within_limits(search, config))
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
			!pa_search_within_limits(search, bms_add_member(bms_copy(search->chosen),
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
		pa_search_adopt(search, bms_add_member(bms_copy(search->chosen), next->id));
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
		PaEffect	effect;
		double		best;

		if (item->requests == NIL || pa_search_out_of_time(search))
			continue;
		best = pa_item_cost(search, item, item->relevant, &used);
		added = bms_difference(used, search->chosen);
		if (best > item->current * (1 - PA_MIN_IMPROVEMENT) || bms_is_empty(added))
			continue;
		config = bms_union(search->chosen, added);
		effect = pa_search_effect(search, config, added);
		if (worthwhile(&effect, write_cost_of(search, added)) &&
			pa_search_within_limits(search, config))
			pa_search_adopt(search, config);
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
	pa_search_refine(search);
	MemoryContextSwitchTo(oldcontext);
}
