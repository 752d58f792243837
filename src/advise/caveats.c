/*
 * caveats.c
 *	  What an advised index does not do for the statements that it is for.
 */
#include "postgres.h"

#include <math.h>

#include "optimizer/optimizer.h"

#include "advise/search.h"

/* Executions that the server plans for their values before it compares */
#define CUSTOM_PLANS	5

/*
 * Returns what the server takes for the cost of planning a prepared statement
 * each time; see cached_plan_cost() in plancache.c.
 */
static double
planning_cost(const PaReplan *replan)
{
	int			relations = 0;
	ListCell   *lc;

	foreach(lc, replan->queries)
		relations += list_length(lfirst_node(Query, lc)->rtable);
	return 1000.0 * cpu_operator_cost * (relations + 1);
}

/*
 * Plans a statement with the chosen set, but not for the values of its parameters.
 * Returns the plan's cost less what planning each time would cost, and in *used the ids of
 * candidates that it reads. Returns NAN if that cannot be told.
 */
static double
plan_generically(PaSearch *search, PaWorkStatement *ws, List **used)
{
	const PaItem *first = linitial(ws->items);
	PaItem		item = {.statement = ws};
	const PaMemo *memo = NULL;
	double		planning = 0;

	item.replan.sample = first->replan.sample;
	item.replan.restriction = first->replan.restriction;
	item.replan.queryid = first->replan.queryid;
	item.replan.fingerprint = first->replan.fingerprint;
	item.replan.generic = true;
	item.requests = first->requests;
	item.scans = first->scans;
	item.places = first->places;
	item.nplaces = item.maxplaces = first->nplaces;
	item.expressions = first->expressions;
	pa_replan_prepare(&item.replan);
	if (item.replan.error == NULL)
	{
		planning = planning_cost(&item.replan);
		memo = pa_item_memo(search, &item, used);
	}
	pa_replan_release(&item.replan);
	return memo == NULL ? NAN : memo->planner_cost - planning;
}

/* The kinds of executions that a statement has, as its samples tell */
typedef struct Kinds
{
	int			n;
	double	   *share;			/* of the executions */
	double	   *cost;			/* when planned for their values */
} Kinds;

/*
 * Returns the probability that as many executions as are left, whatever of their kinds
 * they are, cost more than a limit together.
 */
static double
probably_above(const Kinds *kinds, int left, double limit)
{
	double		result = 0;

	if (left == 0)
		return limit < 0 ? 1 : 0;
	for (int i = 0; i < kinds->n; i++)
		result += kinds->share[i] * probably_above(kinds, left - 1, limit - kinds->cost[i]);
	return result;
}

/*
 * Whether some candidates, by their ids, cannot be planned with before an extension is
 * installed.
 */
static bool
are_estimated(PaSearch *search, const List *ids)
{
	const ListCell *lc;

	foreach(lc, ids)
	{
		const PaIndexDef *def = search->candidates[lfirst_int(lc)]->def;

		if (def->needs_trgm || def->needs_btree_gin)
			return true;
	}
	return false;
}

/*
 * Whether most sessions that prepare a statement with the chosen set will go on with one
 * plan for all values; false unless it was seen with such a plan. The server does when that
 * costs less than the mean of the first executions, planned for their values and
 * planning included; false as well where that is estimated and not known of the planner.
 * Sets generic_reads, the ids of candidates that this plan reads.
 */
bool
pa_goes_generic(PaSearch *search, PaWorkStatement *ws)
{
	Kinds		kinds = {0};
	double		calls = 0;
	double		generic;
	ListCell   *lc;

	if (!ws->generic || !((PaItem *) linitial(ws->items))->replan.bound)
		return false;
	kinds.share = palloc(list_length(ws->items) * sizeof(double));
	kinds.cost = palloc(list_length(ws->items) * sizeof(double));
	foreach(lc, ws->items)
	{
		PaItem	   *item = lfirst(lc);
		List	   *used = NIL;
		const PaMemo *memo = item->replan.common_values ? NULL : pa_item_memo(search, item, &used);

		if (memo == NULL)
			continue;
		if (are_estimated(search, used))
			return false;
		kinds.share[kinds.n] = item->calls;
		kinds.cost[kinds.n++] = memo->planner_cost;
		calls += item->calls;
	}
	for (int i = 0; i < kinds.n; i++)
		kinds.share[i] /= calls;
	generic = calls > 0 ? plan_generically(search, ws, &ws->generic_reads) : NAN;
	return !isnan(generic) &&
		probably_above(&kinds, CUSTOM_PLANS, generic * CUSTOM_PLANS) > 0.5;
}

/*
 * Whether a statement is planned with an index when the values of its
 * parameters are not known. True if that cannot be told.
 */
static bool
reads_generically(PaSearch *search, const PaCandidate *candidate, PaWorkStatement *ws)
{
	List	   *used = NIL;

	return isnan(plan_generically(search, ws, &used)) || list_member_int(used, candidate->id);
}

/*
 * Returns how many of some statements that an index is for were seen with a
 * plan for all values of their parameters, and would not read it with such a
 * plan. The server chooses between the two by their costs, but not anew in a
 * session that has chosen.
 */
int
pa_generic_without(PaSearch *search, const PaCandidate *candidate, List *statements)
{
	int			n = 0;
	ListCell   *lc;

	/* Nothing can be planned with what an extension has to bring first */
	if (candidate->def->needs_trgm || candidate->def->needs_btree_gin)
		return 0;
	foreach(lc, statements)
	{
		PaWorkStatement *ws = lfirst(lc);

		if (ws->generic && ((PaItem *) linitial(ws->items))->replan.bound &&
			!reads_generically(search, candidate, ws))
			n++;
	}
	return n;
}

/*
 * Returns how many of some statements are judged to take longer with the
 * chosen set than without.
 */
int
pa_slower_with(PaSearch *search, List *statements)
{
	int			n = 0;
	ListCell   *lc;
	ListCell   *lc2;

	foreach(lc, statements)
	{
		foreach(lc2, ((PaWorkStatement *) lfirst(lc))->items)
		{
			const PaMemo *memo = pa_item_memo(search, lfirst(lc2), NULL);

			if (memo == NULL || memo->slower <= 1)
				continue;
			n++;
			break;
		}
	}
	return n;
}
