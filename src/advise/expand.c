/*
 * expand.c
 *	  Looks for a better set within the caller's limits from a larger one.
 *
 * Where there is room left, what saves most for its size has led to other indexes than
 * what saves most, and to worse ones. So the limits are lifted for a while, the set
 * grows, and what is missed least for its size is dropped until it fits again.
 */
#include "postgres.h"

#include "advise/search.h"

/* How often that is done at most */
#define PA_MAX_EXPANSIONS	3

/* A set that takes more than this share of the limits has no room left. */
#define PA_ROOM_LEFT		0.95

/* It must save this share of what the workload takes. */
#define PA_MIN_EXPANSION	0.001

/*
 * Lets the caller's limits hold, or not. What was ranked was so with the one or the other.
 */
static void
lift_limits(PaSearch *search, bool lifted)
{
	ListCell   *lc;

	search->lifted = lifted;
	search->adoptions++;
	foreach(lc, search->table_list)
		((PaTable *) lfirst(lc))->changed = search->adoptions;
}

static List *
all_chosen(const PaSearch *search)
{
	List	   *result = NIL;

	for (int i = 0; i < search->ncandidates; i++)
	{
		if (search->candidates[i]->chosen)
			result = lappend(result, search->candidates[i]);
	}
	return result;
}

/*
 * Drops what is missed least for its size until the set is within the limits.
 */
static void
shrink(PaSearch *search)
{
	while (!pa_search_within_limits(search, NIL) && !pa_search_out_of_time(search))
	{
		int			n;
		PaWeighed  *chosen = pa_weigh_chosen(search, &n);
		List	   *single = list_make1(chosen[0].candidate);

		chosen[0].candidate->rejected = PA_REJECTED_LIMITS;
		pa_search_adopt(search, single);
		list_free(single);
		pfree(chosen);
	}
}

/*
 * Expands the chosen set and makes it fit again. Returns whether that saved anything;
 * otherwise the set is what it was.
 */
static bool
expand_once(PaSearch *search)
{
	List	   *before = all_chosen(search);
	List	   *after;
	List	   *back;
	PaEffect	effect = {0};

	lift_limits(search, true);
	pa_search_grow(search);
	lift_limits(search, false);
	shrink(search);
	if (!pa_search_out_of_time(search))
	{
		pa_search_grow(search);
		(void) pa_search_exchange(search);
	}
	after = all_chosen(search);
	back = list_concat(list_difference_ptr(before, after), list_difference_ptr(after, before));
	list_free(before);
	list_free(after);
	if (back == NIL)
		return false;
	if (pa_search_within_limits(search, NIL))
		effect = pa_search_effect(search, back, 0);
	if (effect.saved < -Max(pa_search_time_left(search) * PA_MIN_EXPANSION, PA_MIN_HOUR_SAVED) &&
		effect.price_saved < effect.write_added &&
		-effect.hurt <= -effect.saved * PA_MAX_HURT && !pa_search_out_of_time(search))
		return true;
	pa_search_adopt(search, back);
	return false;
}

/*
 * Whether the caller has limited the set, and it is well within that.
 */
static bool
has_room(const PaSearch *search)
{
	if (search->storage_budget <= 0 && search->max_indexes <= 0)
		return false;
	return (search->storage_budget <= 0 || search->chosen_bytes <= search->storage_budget * PA_ROOM_LEFT) &&
		(search->max_indexes <= 0 || search->nchosen <= search->max_indexes * PA_ROOM_LEFT);
}

/*
 * Expands the chosen set as long as that saves time, where it has room.
 */
void
pa_search_expand(PaSearch *search)
{
	for (int n = 0; n < PA_MAX_EXPANSIONS && has_room(search) && !pa_search_out_of_time(search) &&
		 expand_once(search); n++)
		;
}
