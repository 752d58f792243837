/*
 * exchange.c
 *	  Exchanges chosen indexes for better ones where the caller's limits leave no room
 *	  for both.
 *
 * What saves most for its size comes in first, and may keep out what saves more. Then
 * the candidates that could save most are tried in the place of those that are missed
 * least.
 */
#include "postgres.h"

#include "advise/search.h"

/* Candidates that are tried before there is found to be nothing more to exchange */
#define PA_MAX_TRIED		48

/* Exchanges that are made at most */
#define PA_MAX_EXCHANGES	64

/* An exchange must save this share of what the workload takes with the chosen set. */
#define PA_MIN_EXCHANGE		0.001

/* Orders by rank, the lowest first. */
static int
compare_weighed(const void *a, const void *b)
{
	const PaWeighed *wa = a;
	const PaWeighed *wb = b;

	if (wa->rank != wb->rank)
		return wa->rank < wb->rank ? -1 : 1;
	return strcmp(wa->candidate->def->definition, wb->candidate->def->definition);
}

/*
 * Returns the chosen candidates with what is lost without each of them, those that are
 * missed least for their size first, and in n how many there are.
 */
PaWeighed *
pa_weigh_chosen(PaSearch *search, int *n)
{
	PaWeighed  *result = palloc(sizeof(PaWeighed) * Max(search->nchosen, 1));

	*n = 0;
	for (int i = 0; i < search->ncandidates; i++)
	{
		PaCandidate *candidate = search->candidates[i];
		List	   *single;
		PaEffect	effect;

		if (!candidate->chosen || *n == search->nchosen)
			continue;
		single = list_make1(candidate);
		effect = pa_search_effect(search, single, 0);
		list_free(single);
		result[*n].candidate = candidate;
		result[*n].value = -effect.saved;
		result[*n].rank = -effect.saved;
		if (search->storage_budget > 0)
			result[*n].rank /= Max(pa_index_size_bytes(candidate->def), 1);
		(*n)++;
	}
	qsort(result, *n, sizeof(PaWeighed), compare_weighed);
	return result;
}

/*
 * Returns the candidates that are not chosen with what each could save at most, those
 * that could save most first, and in n how many there are.
 */
static PaWeighed *
weigh_others(PaSearch *search, int *n)
{
	PaWeighed  *result = palloc(sizeof(PaWeighed) * Max(search->ncandidates, 1));

	*n = 0;
	for (int i = 0; i < search->ncandidates; i++)
	{
		PaCandidate *candidate = search->candidates[i];
		double		most;

		if (!candidate->pooled || !candidate->priced || candidate->barred || candidate->chosen)
			continue;
		most = pa_search_bound(search, candidate, true);
		if (most < PA_MIN_HOUR_SAVED)
			continue;
		result[*n].candidate = candidate;
		result[*n].value = most;
		result[(*n)++].rank = -most;
	}
	qsort(result, *n, sizeof(PaWeighed), compare_weighed);
	return result;
}

/*
 * Whether a chosen candidate does what another one would do as well: both search the same
 * column first.
 */
static bool
is_akin(const PaCandidate *chosen, const PaCandidate *candidate)
{
	return chosen->def->relid == candidate->def->relid && chosen->def->am == candidate->def->am &&
		pa_index_column_equal(&chosen->def->columns[0], &candidate->def->columns[0]);
}

/*
 * Returns a change that brings a candidate in and takes out as much as it needs room, those
 * that are missed least, or NIL if it fits without that or not at all. With akin, the
 * chosen ones that search the same column go first. In lost what is lost by those that go,
 * but for these.
 */
static List *
make_room(PaSearch *search, PaCandidate *candidate, const PaWeighed *chosen, int nchosen, bool akin,
		  double *lost)
{
	List	   *changed = list_make1(candidate);

	*lost = 0;
	for (int i = 0; i < nchosen && akin; i++)
	{
		if (is_akin(chosen[i].candidate, candidate))
			changed = lappend(changed, chosen[i].candidate);
	}
	if (akin && list_length(changed) == 1)
		return NIL;
	for (int i = 0; i < nchosen && !pa_search_within_limits(search, changed); i++)
	{
		if (list_member_ptr(changed, chosen[i].candidate))
			continue;
		changed = lappend(changed, chosen[i].candidate);
		*lost += chosen[i].value;
	}
	/* Who was taken out in vain, since it was too small, stays */
	for (int i = nchosen - 1; i >= 0; i--)
	{
		if (!list_member_ptr(changed, chosen[i].candidate) ||
			(akin && is_akin(chosen[i].candidate, candidate)))
			continue;
		changed = list_delete_ptr(changed, chosen[i].candidate);
		if (pa_search_within_limits(search, changed))
			*lost -= chosen[i].value;
		else
			changed = lappend(changed, chosen[i].candidate);
	}
	return list_length(changed) > 1 && pa_search_within_limits(search, changed) ? changed : NIL;
}

/*
 * Makes an exchange if that saves enough. What statements lose that get slower is held
 * against what comes in saves, as it would be if there were room. Returns whether it did.
 */
static bool
try_exchange(PaSearch *search, List *changed, double lost, double least)
{
	PaEffect	effect = pa_search_effect(search, changed, 0);
	ListCell   *lc;

	if (pa_search_out_of_time(search) || effect.saved < least || effect.hurt > (effect.saved + lost) * PA_MAX_HURT ||
		effect.price_saved <= effect.write_added)
		return false;
	foreach(lc, changed)
	{
		PaCandidate *candidate = lfirst(lc);

		if (candidate->chosen)
			candidate->rejected = PA_REJECTED_LIMITS;
	}
	pa_search_adopt(search, changed);
	return true;
}

/*
 * Returns the ms per hour that what was planned of the workload takes with the chosen set.
 */
double
pa_search_time_left(const PaSearch *search)
{
	double		result = 0;
	ListCell   *lc;

	foreach(lc, search->items)
	{
		const PaItem *item = lfirst(lc);

		if (item->current > 0)
			result += pa_item_value(item, item->current);
	}
	return result;
}

/*
 * Makes the first exchange that is worth it. Returns whether there was one.
 */
static bool
exchange_one(PaSearch *search)
{
	int			nchosen;
	int			nothers;
	PaWeighed  *chosen = pa_weigh_chosen(search, &nchosen);
	PaWeighed  *others = weigh_others(search, &nothers);
	double		least = Max(pa_search_time_left(search) * PA_MIN_EXCHANGE, PA_MIN_HOUR_SAVED);
	int			tried = 0;
	bool		result = false;

	for (int i = 0; i < nothers && tried < PA_MAX_TRIED && !result; i++)
	{
		for (int akin = 0; akin < 2 && !result && !pa_search_out_of_time(search); akin++)
		{
			double		lost;
			List	   *changed = make_room(search, others[i].candidate, chosen, nchosen, akin == 1, &lost);

			if (changed != NIL && others[i].value - lost >= least)
			{
				tried++;
				result = try_exchange(search, changed, lost, least);
			}
			list_free(changed);
		}
	}
	pfree(chosen);
	pfree(others);
	return result;
}

/*
 * Exchanges chosen indexes for others, where the caller has limited their number or size, as
 * long as that saves time. Returns whether anything was exchanged.
 */
bool
pa_search_exchange(PaSearch *search)
{
	bool		result = false;

	if (search->storage_budget <= 0 && search->max_indexes <= 0)
		return false;
	for (int n = 0; n < PA_MAX_EXCHANGES && exchange_one(search); n++)
		result = true;
	return result;
}
