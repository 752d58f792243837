/*
 * search.c
 *	  The joint search for a set of indexes over the whole workload.
 *
 * 1. Greedy: the candidate that saves most, net of what it costs writes, comes
 *	  in first; then again, given those already in. A stale gain serves as an
 *	  upper bound, so that few candidates are planned again in each round.
 * 2. Groups: statements that need two indexes at once (a join driven from
 *	  either side) get the group that their best plan uses.
 * 3. Refinement of what was found, see refine.c. An index that takes the place
 *	  of others may make room for one that was not worth it before, so all three
 *	  are done again until nothing comes in: advice that is followed is not
 *	  followed by more.
 *
 * The set chosen so far is always valid: when the time is up, it is the
 * result.
 */
#include "postgres.h"

#include <float.h>
#include <math.h>

#include "lib/pairingheap.h"
#include "miscadmin.h"
#include "storage/lmgr.h"
#include "utils/memutils.h"

#include "advise/search.h"
#include "base/progress.h"

/* An index must lower some statement's cost by this share. */
#define PA_MIN_IMPROVEMENT	0.18

/* What is saved must be this many times what writes pay: costs are estimates. */
#define PA_WRITE_MARGIN		2.0

/* How often the set is filled up and refined */
#define PA_MAX_ROUNDS		4

/* Gains that differ by less are equal. */
#define PA_TIE				0.97

/* How far price_candidates() has come */
typedef struct Pricing
{
	PaSearch   *search;
	int			next;
} Pricing;

/*
 * Prices the pooled candidates whose tables can be locked at once. Runs inside
 * pa_in_restriction().
 */
static void
price_candidates(void *arg)
{
	Pricing    *pricing = arg;
	PaSearch   *search = pricing->search;

	while (pricing->next < search->ncandidates)
	{
		PaCandidate *candidate = search->candidates[pricing->next++];

		if (candidate->pooled &&
			pa_lock_existing(candidate->def->relid))
			pa_search_price(search, candidate);
	}
}

/*
 * Prices all candidates. One that fails, by code on its table, is passed over.
 */
static void
price_all(PaSearch *search)
{
	PaRestriction self = {.userid = GetUserId()};
	Pricing		pricing = {.search = search};

	while (pricing.next < search->ncandidates)
		(void) pa_in_restriction(&self, price_candidates, &pricing, NULL);
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
worthwhile(const PaEffect *effect)
{
	return !pa_search_hurts(effect) &&
		effect->price_saved > effect->write_added * PA_WRITE_MARGIN &&
		effect->best_large_share >= PA_MIN_IMPROVEMENT &&
		effect->saved >= PA_MIN_HOUR_SAVED;
}

/* A candidate in the greedy phase */
typedef struct Contender
{
	pairingheap_node node;
	PaCandidate *candidate;
	double		bound;			/* of its rank, from an earlier round */
	uint64		evaluated;		/* after which adoption, plus one; 0: never */
	PaEffect	effect;
} Contender;

/*
 * Ranks by the time saved, less the share of it that writes take back, or by
 * that for each byte where bytes are scarce. Below zero is not worth it.
 */
static double
rank_of(PaSearch *search, const Contender *c)
{
	double		net;

	if (!worthwhile(&c->effect))
		return -1;
	net = c->effect.saved * (1 - c->effect.write_added / c->effect.price_saved);
	if (search->storage_budget > 0)
		return net / pa_index_size_bytes(c->candidate->def);
	return net;
}

/* Orders the heap: the highest bound is on top. */
static int
compare_contenders(const pairingheap_node *a, const pairingheap_node *b, void *arg)
{
	const Contender *ca = pairingheap_const_container(Contender, node, a);
	const Contender *cb = pairingheap_const_container(Contender, node, b);

	if (ca->bound != cb->bound)
		return ca->bound > cb->bound ? 1 : -1;
	return strcmp(cb->candidate->def->definition, ca->candidate->def->definition);
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
 * Evaluates a contender together with the current set.
 */
static void
measure(PaSearch *search, Contender *c, Bitmapset *trial)
{
	PaCandidate *candidate = c->candidate;
	Bitmapset  *single;

	c->evaluated = search->adoptions + 1;
	if (pa_search_begins_chosen(search, candidate))
	{
		candidate->rejected = "a longer advised index begins with its columns";
		c->bound = -1;
		return;
	}
	single = bms_make_singleton(candidate->id);
	c->effect = pa_search_effect(search, trial, single);
	c->bound = rank_of(search, c);
	if (c->effect.saved > 0 && pa_search_hurts(&c->effect))
		candidate->rejected = PA_REJECTED_SLOWER;
	if (c->effect.price_saved <= c->effect.write_added * PA_WRITE_MARGIN &&
		c->effect.best_large_share >= PA_MIN_IMPROVEMENT)
		candidate->rejected = "what it saves is not worth what it costs the table's writes";
	bms_free(single);
}

/*
 * Brings a contender up to date: evaluates it unless nothing changed that could
 * matter, and compares with the limits. The trial set is the current one, and
 * is left as it was.
 */
static void
evaluate(PaSearch *search, Contender *c, Bitmapset **trial)
{
	PaCandidate *candidate = c->candidate;

	*trial = bms_add_member(*trial, candidate->id);
	if (c->evaluated <= pa_search_table(search, candidate->def->relid)->changed)
		measure(search, c, *trial);
	if (c->bound >= 0 && !pa_search_within_limits(search, *trial))
	{
		candidate->rejected = "it does not fit into the limits given";
		c->bound = -1;
	}
	*trial = bms_del_member(*trial, candidate->id);
}

/*
 * Finds the candidate to add next and takes it out of the heap, or returns
 * NULL. Stops where the bound falls below the best.
 */
static PaCandidate *
next_candidate(PaSearch *search, pairingheap *heap)
{
	Bitmapset  *trial = bms_copy(search->chosen);
	List	   *evaluated = NIL;
	Contender  *winner = NULL;
	double		best = 0;
	ListCell   *lc;

	while (!pairingheap_is_empty(heap))
	{
		Contender  *c = pairingheap_container(Contender, node, pairingheap_first(heap));

		if (c->bound < best * PA_TIE || c->bound < 0)
			break;
		pairingheap_remove_first(heap);
		evaluate(search, c, &trial);
		best = Max(best, c->bound);
		evaluated = lappend(evaluated, c);
	}
	foreach(lc, evaluated)
	{
		Contender  *c = lfirst(lc);

		if (c->bound > 0 && c->bound >= best * PA_TIE &&
			(winner == NULL || better(c, winner)))
			winner = c;
	}
	foreach(lc, evaluated)
	{
		if (lfirst(lc) != winner)
			pairingheap_add(heap, &((Contender *) lfirst(lc))->node);
	}
	list_free(evaluated);
	bms_free(trial);
	return winner ? winner->candidate : NULL;
}

/*
 * Makes a heap of all pooled candidates that are not chosen yet.
 */
static pairingheap *
make_heap(PaSearch *search, Contender *contenders)
{
	pairingheap *heap = pairingheap_allocate(compare_contenders, NULL);

	for (int i = 0; i < search->ncandidates; i++)
	{
		Contender  *c = &contenders[i];

		/* Without a price its table is locked or gone */
		if (!search->candidates[i]->pooled || !search->candidates[i]->priced ||
			bms_is_member(i, search->chosen))
			continue;
		c->candidate = search->candidates[i];
		c->bound = DBL_MAX;
		c->evaluated = 0;
		pairingheap_add(heap, &c->node);
	}
	return heap;
}

/*
 * Phase 1: adds one candidate after the other. A stale rank is an upper bound
 * but for what writes cost, of which the first index that ends heap-only
 * updates pays more than those after it; so all are looked at once more in the
 * end. Returns whether anything was added.
 */
static bool
greedy(PaSearch *search)
{
	Contender  *contenders = palloc0(sizeof(Contender) * Max(search->ncandidates, 1));
	bool		added = true;
	bool		result = false;

	while (added)
	{
		pairingheap *heap = make_heap(search, contenders);
		PaCandidate *next;

		added = false;
		while (!pa_search_out_of_time(search) &&
			   (next = next_candidate(search, heap)) != NULL)
		{
			pa_search_adopt(search, bms_add_member(bms_copy(search->chosen), next->id));
			pa_progress_update("choosing indexes", bms_num_members(search->chosen),
							   search->ncandidates);
			added = result = true;
		}
		pairingheap_free(heap);
	}
	pfree(contenders);
	return result;
}

/*
 * Phase 2: gives statements whose best plan needs several indexes at once the
 * ones that are missing. Returns whether any was added.
 */
static bool
add_groups(PaSearch *search)
{
	bool		result = false;
	ListCell   *lc;

	foreach(lc, search->items)
	{
		PaItem	   *item = lfirst(lc);
		Bitmapset  *all = NULL;
		Bitmapset  *used;
		Bitmapset  *added;
		Bitmapset  *config;
		PaEffect	effect;
		double		best;

		if (item->requests == NIL || pa_search_out_of_time(search))
			continue;
		for (int i = 0; i < item->ncandidates; i++)
		{
			if (search->candidates[item->candidates[i]]->pooled)
				all = bms_add_member(all, item->candidates[i]);
		}
		best = pa_item_cost(search, item, all, &used);
		bms_free(all);
		added = bms_del_members(used, search->chosen);
		if (best <= item->current * (1 - PA_MIN_IMPROVEMENT) && !bms_is_empty(added))
		{
			config = bms_union(search->chosen, added);
			effect = pa_search_effect(search, config, added);
			if (worthwhile(&effect) && pa_search_within_limits(search, config))
			{
				pa_search_adopt(search, config);
				result = true;
			}
			else
				bms_free(config);
		}
		bms_free(added);
	}
	return result;
}

/*
 * Searches for the set of indexes and leaves it in search->chosen. Memory is
 * taken from the search's own context.
 */
void
pa_search_run(PaSearch *search)
{
	MemoryContext oldcontext = MemoryContextSwitchTo(search->context);
	bool		added = true;

	pa_pool_fill(search);
	price_all(search);
	for (int round = 0; round < PA_MAX_ROUNDS && added; round++)
	{
		added = greedy(search);
		added |= add_groups(search);
		if (added)
			pa_search_refine(search);
	}
	pa_search_drop_unused(search);
	MemoryContextSwitchTo(oldcontext);
}
