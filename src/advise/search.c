/*
 * search.c
 *	  The joint search for a set of indexes over the whole workload.
 *
 * 1. Greedy: the candidate that saves most, net of what it costs writes, comes
 *	  in first; then again, given those already in. A stale gain serves as an
 *	  upper bound, for each statement and in all, so that few candidates are planned
 *	  again in each round, and that only until it shows that another one is better.
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

/* What is saved must be this many times what writes pay: costs are estimates. All of a
 * table's indexes together must save more; see marginal.c. */
#define PA_WRITE_MARGIN		1.4

/* How often the set is filled up and refined */
#define PA_MAX_ROUNDS		4

/* Share of the statements' time that a round must save for a further one after the second */
#define PA_MIN_ROUND_GAIN	0.01

/* ... and how often what nobody would read is dropped from it */
#define PA_MAX_DROPS		8

/* How far a set may go beyond the caller's limits while they are lifted */
#define PA_LIFTED_LIMITS	1.25

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

/*
 * Whether the set that differs from the chosen one by some candidates keeps within
 * the caller's limits.
 */
bool
pa_search_within_limits(PaSearch *search, List *changed)
{
	int			n = search->nchosen;
	int64		bytes = search->chosen_bytes;
	double		room = search->lifted ? PA_LIFTED_LIMITS : 1;
	ListCell   *lc;

	foreach(lc, changed)
	{
		PaCandidate *candidate = lfirst(lc);
		int			sign = candidate->chosen ? -1 : 1;

		n += sign;
		if (search->storage_budget > 0)
			bytes += sign * pa_index_size_bytes(candidate->def);
	}
	return (search->max_indexes <= 0 || n <= search->max_indexes * room) &&
		(search->storage_budget <= 0 || bytes <= search->storage_budget * room);
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
typedef struct PaContender
{
	pairingheap_node node;
	PaCandidate *candidate;
	double		bound;			/* of its rank, from an earlier round */
	double		rank;			/* as evaluated, whatever the limits */
	uint64		evaluated;		/* after which adoption, plus one; 0: never */
	PaEffect	effect;
} Contender;

/*
 * Returns what gains are divided by: the size, where bytes are scarce.
 */
static double
scarce_bytes(PaSearch *search, const PaCandidate *candidate)
{
	return search->storage_budget > 0 && !search->lifted ? pa_index_size_bytes(candidate->def) : 1;
}

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
	return net / scarce_bytes(search, c->candidate);
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
 * Whether a contender was evaluated with some set. As long as it was not, what it saves
 * alone is no bound: it may be of use only together with what was chosen since.
 */
static bool
was_evaluated(const Contender *c)
{
	return c->evaluated > 0;
}

/*
 * Evaluates a contender together with the current set. Returns false if it turns out
 * that its rank is less than least; then its bound says so.
 */
static bool
measure(PaSearch *search, Contender *c, double least)
{
	PaCandidate *candidate = c->candidate;
	double		bytes = scarce_bytes(search, candidate);
	double		most;

	if (pa_search_begins_chosen(search, candidate))
	{
		c->evaluated = search->adoptions + 1;
		candidate->rejected = "a longer advised index begins with its columns";
		c->rank = -1;
		return true;
	}
	c->effect = pa_search_gain(search, candidate, was_evaluated(c), least * bytes, &most);
	if (most < least * bytes)
	{
		c->bound = Min(c->bound, most / bytes);
		return false;
	}
	c->evaluated = search->adoptions + 1;
	c->rank = rank_of(search, c);
	if (c->effect.saved > 0 && pa_search_hurts(&c->effect))
		candidate->rejected = PA_REJECTED_SLOWER;
	if (c->effect.price_saved <= c->effect.write_added * PA_WRITE_MARGIN &&
		c->effect.best_large_share >= PA_MIN_IMPROVEMENT)
		candidate->rejected = "what it saves is not worth what it costs the table's writes";
	return true;
}

/*
 * Whether a contender was evaluated and nothing has changed since that could
 * matter to it.
 */
static bool
is_current(PaSearch *search, const Contender *c)
{
	return c->evaluated > pa_search_table(search, c->candidate->def->relid)->changed;
}

/*
 * Lowers a contender's bound to what its statements can still gain.
 */
static void
lower_bound(PaSearch *search, Contender *c, bool closely)
{
	double		most = pa_search_bound(search, c->candidate, closely);

	if (most < PA_MIN_HOUR_SAVED)
		most = -1;
	else
		most /= scarce_bytes(search, c->candidate);
	c->bound = Min(c->bound, most);
}

/*
 * Whether a candidate can come in within the caller's limits.
 */
static bool
fits(PaSearch *search, PaCandidate *candidate)
{
	List	   *single = list_make1(candidate);
	bool		result = pa_search_within_limits(search, single);

	list_free(single);
	return result;
}

/*
 * Brings a contender up to date: evaluates it unless that is so already, or its
 * bound tells that it is not as good as the best so far, or it is beyond the
 * limits.
 */
static void
evaluate(PaSearch *search, Contender *c, double best)
{
	if (c->bound < best * PA_TIE || c->bound < 0)
		return;
	if (!fits(search, c->candidate))
	{
		c->candidate->rejected = "it does not fit into the limits given";
		c->bound = -1;
		return;
	}
	if (!is_current(search, c) && !measure(search, c, best * PA_TIE))
		return;
	c->bound = c->rank;
}

/*
 * Looks at the bound of a contender that was on top of the heap, and puts it
 * back where others are above it by now.
 */
static bool
sinks(PaSearch *search, Contender *c, pairingheap *heap)
{
	lower_bound(search, c, was_evaluated(c));
	if (pairingheap_is_empty(heap) ||
		pairingheap_container(Contender, node, pairingheap_first(heap))->bound <= c->bound)
		return false;
	pairingheap_add(heap, &c->node);
	return true;
}

/*
 * Finds the candidate to add next and takes it out of the heap, or returns
 * NULL. Stops where the bound falls below the best.
 */
static PaCandidate *
next_candidate(PaSearch *search, pairingheap *heap)
{
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
		if (!is_current(search, c) && sinks(search, c, heap))
			continue;
		evaluate(search, c, best);
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
	return winner ? winner->candidate : NULL;
}

/*
 * Makes a heap of all pooled candidates that are not chosen yet. What is known of
 * their ranks already is kept, in the search's memory context.
 */
static pairingheap *
make_heap(PaSearch *search)
{
	pairingheap *heap = pairingheap_allocate(compare_contenders, NULL);

	for (int i = 0; i < search->ncandidates; i++)
	{
		PaCandidate *candidate = search->candidates[i];
		Contender  *c = candidate->contender;

		/* Without a price its table is locked or gone */
		if (!candidate->pooled || !candidate->priced || candidate->chosen)
			continue;
		if (c == NULL)
		{
			c = candidate->contender = palloc0(sizeof(Contender));
			c->candidate = candidate;
		}
		c->bound = is_current(search, c) ? c->rank : DBL_MAX;
		if (c->bound == DBL_MAX)
			lower_bound(search, c, false);
		pairingheap_add(heap, &c->node);
	}
	return heap;
}

/*
 * Phase 1: adds one candidate after the other. A stale rank is an upper bound
 * but for what writes cost, of which the first index that ends heap-only
 * updates pays more than those after it; so all of the changed tables are looked
 * at once more in the end. Returns whether anything was added.
 */
static bool
greedy(PaSearch *search)
{
	bool		added = true;
	bool		result = false;

	while (added)
	{
		pairingheap *heap = make_heap(search);
		PaCandidate *next;

		added = false;
		search->passes++;
		while (!pa_search_out_of_time(search) &&
			   (next = next_candidate(search, heap)) != NULL)
		{
			List	   *single = list_make1(next);

			pa_search_adopt(search, single);
			list_free(single);
			pa_progress_update("choosing indexes", search->nchosen, search->ncandidates);
			added = result = true;
		}
		pairingheap_free(heap);
	}
	return result;
}

/*
 * Returns the candidates that the best plan of an item reads and that are not
 * chosen, and in best what it costs.
 */
static List *
missing_group(PaSearch *search, PaItem *item, double *best)
{
	Bitmapset  *all = NULL;
	List	   *used;
	List	   *result = NIL;
	ListCell   *lc;

	for (int place = 0; place < item->nplaces; place++)
	{
		if (search->candidates[item->places[place].id]->pooled)
			all = bms_add_member(all, place);
	}
	*best = pa_item_cost_of(search, item, all, &used, NULL);
	foreach(lc, used)
	{
		PaCandidate *candidate = search->candidates[lfirst_int(lc)];

		if (!candidate->chosen)
			result = lappend(result, candidate);
	}
	list_free(used);
	bms_free(all);
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
		List	   *added;
		double		best;

		if (item->requests == NIL || item->best > item->current * (1 - PA_MIN_IMPROVEMENT) ||
			pa_search_out_of_time(search))
			continue;
		added = missing_group(search, item, &best);
		if (best <= item->current * (1 - PA_MIN_IMPROVEMENT) && added != NIL &&
			pa_search_within_limits(search, added))
		{
			PaEffect	effect = pa_search_effect(search, added, 0);

			if (worthwhile(&effect))
			{
				pa_search_adopt(search, added);
				result = true;
			}
		}
		list_free(added);
	}
	return result;
}

/*
 * Returns what all statements take with the set chosen so far, ms per hour.
 */
static double
time_of_all(const PaSearch *search)
{
	double		time = 0;
	ListCell   *lc;

	foreach(lc, search->items)
	{
		const PaItem *item = lfirst(lc);

		if (item->cost_now > 0)
			time += item->time * item->current / item->cost_now;
	}
	return time;
}

/*
 * Adds indexes to the set chosen so far, and refines it, as long as there are any to add: a
 * third time and more often only if that made all statements together faster.
 */
void
pa_search_grow(PaSearch *search)
{
	double		before = 0;
	bool		added = true;

	for (int round = 0; round < PA_MAX_ROUNDS && added; round++)
	{
		double		now = time_of_all(search);

		if (round > 1 && now > before * (1 - PA_MIN_ROUND_GAIN))
			break;
		before = now;
		added = greedy(search);
		added |= add_groups(search);
		if (added)
			pa_search_refine(search);
		if (!search->lifted)
			added |= pa_search_exchange(search);
	}
}

/*
 * Searches for the set of indexes and marks its candidates as chosen. Memory is
 * taken from the search's own context.
 */
void
pa_search_run(PaSearch *search)
{
	MemoryContext oldcontext = MemoryContextSwitchTo(search->context);
	bool		dropped = true;

	pa_pool_fill(search);
	price_all(search);
	for (int round = 0; round < PA_MAX_DROPS && dropped; round++)
	{
		pa_search_grow(search);
		pa_search_expand(search);
		dropped = pa_search_drop_unused(search);
	}
	pa_search_drop_marginal(search);
	MemoryContextSwitchTo(oldcontext);
}
