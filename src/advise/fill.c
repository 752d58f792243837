/*
 * fill.c
 *	  Fills the pool of candidates that take part in the joint search.
 *
 * Each statement is planned with everything imaginable for it, then with each
 * of its candidates alone. What is best for some statement, and what is
 * simpler and nearly as good and may therefore serve several, goes into the
 * pool; the rest is left behind with the reason.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/memutils.h"

#include "advise/search.h"
#include "base/progress.h"

/* Candidates kept for each statement: the best ones, and the best simple ones */
#define PA_KEEP_BEST	6
#define PA_KEEP_WHOLE	4
#define PA_KEEP_SINGLE	2

/* A candidate must lower a statement's cost by this share to be looked at. */
#define PA_MIN_SHARE	0.10

/* A candidate and what it gains one statement */
typedef struct Scored
{
	PaCandidate *candidate;
	double		cost;
} Scored;

/* What the sink of pa_candidates_generate() needs */
typedef struct Filling
{
	PaSearch   *search;
	PaItem	   *item;
} Filling;

static void
sink(PaIndexDef *def, void *arg)
{
	Filling    *filling = arg;
	PaCandidate *candidate;

	if ((def->needs_trgm && !filling->search->trgm_available) ||
		(def->needs_btree_gin && !filling->search->btree_gin_available))
		return;
	candidate = pa_pool_add(filling->search, def);
	if (candidate == NULL)
		return;
	MemoryContextSwitchTo(filling->search->context);
	(void) pa_item_add_candidate(filling->item, candidate->id);
	MemoryContextSwitchTo(filling->search->scratch);
}

/*
 * Generates the candidates of an item. Runs inside pa_in_restriction(), whose
 * end gives the locks back; a table that is locked by others is passed over.
 */
static void
generate(void *arg)
{
	Filling    *filling = arg;
	MemoryContext oldcontext = MemoryContextSwitchTo(filling->search->scratch);
	ListCell   *lc;

	foreach(lc, filling->item->requests)
	{
		PaRequest  *request = lfirst(lc);

		if (pa_lock_existing(request->relid))
			pa_candidates_generate(request, sink, filling);
		MemoryContextReset(filling->search->scratch);
	}
	MemoryContextSwitchTo(oldcontext);
}

/*
 * Notes a definition for the statistics of its expressions, in place of one
 * with more columns.
 */
static void
note_expressions(PaItem *item, PaIndexDef *def)
{
	for (int i = 0; i < def->ncolumns; i++)
	{
		bool		known = false;
		ListCell   *lc;

		if (def->columns[i].attno != 0)
			continue;
		foreach(lc, item->expressions)
		{
			PaIndexDef *other = lfirst(lc);

			for (int j = 0; j < other->ncolumns && other->relid == def->relid && !known; j++)
			{
				if (other->columns[j].attno != 0 || !equal(other->columns[j].expr, def->columns[i].expr))
					continue;
				known = true;
				if (def->ncolumns < other->ncolumns)
					lfirst(lc) = def;
			}
		}
		if (!known && list_length(item->expressions) < PA_MAX_EXPRESSIONS)
			item->expressions = lappend(item->expressions, def);
	}
}

/*
 * Plans an item as things are once more, if candidates of it have expressions,
 * with the statistics that these would have. The planner knows nothing of an
 * expression without an index: with LIMIT 1 it takes any of the rows that it
 * guesses for the first one, and a whole scan for a bit of one. What is compared
 * must be told the same.
 */
static void
know_expressions(PaSearch *search, PaItem *item)
{
	MemoryContext oldcontext = MemoryContextSwitchTo(search->context);
	double		time = item->time;

	for (int place = 0; place < item->nplaces; place++)
	{
		PaIndexDef *def = search->candidates[item->places[place].id]->def;

		if (def->pred == NIL && !def->needs_trgm && !def->needs_btree_gin)
			note_expressions(item, def);
	}
	if (item->expressions != NIL)
	{
		pa_item_plan_now(search, item);
		if (search->hours == 0)
		{
			item->time = item->cost_now * PA_MS_PER_COST;
			item->statement->time += item->time - time;
			search->total_time += item->time - time;
		}
	}
	MemoryContextSwitchTo(oldcontext);
}

static int
compare_scored(const void *a, const void *b)
{
	const Scored *sa = a;
	const Scored *sb = b;
	PaIndexDef *da = sa->candidate->def;
	PaIndexDef *db = sb->candidate->def;

	/* Differences below a percent are noise: the simpler one is better. */
	if (sa->cost < sb->cost * 0.99)
		return -1;
	if (sb->cost < sa->cost * 0.99)
		return 1;
	return pa_index_def_compare(da, db);
}

/*
 * Puts the best candidates of an item into the pool: some of all kinds, some
 * without a predicate, some with a single column.
 */
static void
keep_best(Scored *scored, int n)
{
	int			best = 0;
	int			whole = 0;
	int			single = 0;

	qsort(scored, n, sizeof(Scored), compare_scored);
	for (int i = 0; i < n; i++)
	{
		PaIndexDef *def = scored[i].candidate->def;
		bool		keep = best++ < PA_KEEP_BEST;

		if (def->pred == NIL && whole++ < PA_KEEP_WHOLE)
			keep = true;
		if (def->pred == NIL && def->ncolumns == 1 && single++ < PA_KEEP_SINGLE)
			keep = true;
		if (keep)
			scored[i].candidate->pooled = true;
	}
}

/*
 * Plans an item with all its candidates at once, and puts those that the plan
 * reads into the pool. Returns whether to look at them one by one: if it became
 * cheaper, and that by candidates which other samples did not bring up already.
 */
static bool
judge_together(PaSearch *search, PaItem *item)
{
	Bitmapset  *all = NULL;
	List	   *used;
	bool		news = !item->statement->judged;
	double		planner_cost;
	ListCell   *lc;

	if (item->nplaces == 0)
		return false;
	all = bms_add_range(NULL, 0, item->nplaces - 1);
	item->best = pa_item_cost_of(search, item, all, &used, &planner_cost);
	bms_free(all);
	if (planner_cost > item->cost_now * (1 - PA_MIN_SHARE))
		return false;
	if (item->best > item->cost_now * (1 - PA_MIN_SHARE))
		return news;			/* cheaper and slower: single ones may be good */
	foreach(lc, used)
	{
		PaCandidate *candidate = search->candidates[lfirst_int(lc)];

		if (!candidate->pooled)
			news = true;
		candidate->pooled = true;
	}
	return news;
}

/*
 * Notes why a candidate is not taken, should nobody else ask for it: it alone makes a
 * statement cheaper and slower.
 */
static void
note_slower(const PaItem *item, PaCandidate *candidate, double cost, double planner_cost)
{
	double		share = 1 - planner_cost / item->cost_now;

	if (cost <= planner_cost || share < PA_MIN_SHARE || candidate->best_gain > 0)
		return;
	candidate->best_gain = share * item->statement->time;
	candidate->rejected = PA_REJECTED_SLOWER;
}

/*
 * Plans an item with each of its candidates alone, and keeps those worth a
 * joint look.
 */
static void
judge_alone(PaSearch *search, PaItem *item)
{
	Scored	   *scored = palloc(sizeof(Scored) * item->nplaces);
	int			n = 0;

	for (int place = 0; place < item->nplaces; place++)
	{
		PaCandidate *candidate = search->candidates[item->places[place].id];
		double		planner_cost;
		Bitmapset  *single = bms_make_singleton(place);
		double		cost = pa_item_cost_of(search, item, single, NULL, &planner_cost);
		double		share = 1 - cost / item->cost_now;

		bms_free(single);
		if (!item->statement->judged || candidate->best_gain == 0)
			candidate->best_gain += Max(share, 0) * item->statement->time;
		if (share < PA_MIN_SHARE)
			note_slower(item, candidate, cost, planner_cost);
		if (cost > item->cost_now * (1 - PA_MIN_SHARE))
			continue;
		scored[n].candidate = candidate;
		scored[n++].cost = cost;
	}
	item->statement->judged = true;
	keep_best(scored, n);
	pfree(scored);
}

/*
 * Returns the places of a set under the numbers that they are to get, leaving out
 * those that get none (-1); the old set is freed.
 */
static Bitmapset *
renumbered(Bitmapset *places, const int *number)
{
	Bitmapset  *result = NULL;
	int			place = -1;

	while ((place = bms_next_member(places, place)) >= 0)
	{
		if (number[place] >= 0)
			result = bms_add_member(result, number[place]);
	}
	bms_free(places);
	return result;
}

/*
 * Forgets the candidates of an item that do not take part in the joint search. What
 * plans cost that read one of them is a bound for what others cost.
 */
static void
forget_unpooled(PaSearch *search, PaItem *item)
{
	int		   *number = palloc(sizeof(int) * Max(item->nplaces, 1));
	Bitmapset  *unpooled = NULL;
	int			n = 0;
	ListCell   *lc;

	for (int place = 0; place < item->nplaces; place++)
	{
		bool		pooled = search->candidates[item->places[place].id]->pooled;

		number[place] = pooled ? n : -1;
		if (!pooled)
			unpooled = bms_add_member(unpooled, place);
		else
		{
			item->places[n].id = item->places[place].id;
			item->places[n].read = item->places[place].read;
			item->places[n].same = item->places[n].alike = -1;
			item->places[n].saved_at = 0;
			n++;
		}
	}
	foreach(lc, item->memo)
	{
		PaMemo	   *memo = lfirst(lc);

		memo->bound_only = bms_overlap(memo->used, unpooled);
		memo->used = renumbered(memo->used, number);
		memo->config = renumbered(memo->config, number);
	}
	item->nplaces = n;
	bms_free(unpooled);
	pfree(number);
}

/*
 * Fills the pool from all items of the workload.
 */
void
pa_pool_fill(PaSearch *search)
{
	ListCell   *lc;
	int			done = 0;

	pa_look_at_all(search);
	foreach(lc, search->items)
	{
		PaItem	   *item = lfirst(lc);
		Filling		filling = {search, item};

		pa_progress_update("generating candidates", done++, list_length(search->items));
		if (item->requests == NIL)
			continue;
		if (pa_part_out_of_time(search, search->pool_deadline))
		{
			if (!item->statement->considered)
				item->statement->error = PA_NOT_LOOKED_AT;
			continue;
		}
		item->statement->considered = true;
		(void) pa_in_restriction(&item->replan.restriction, generate, &filling, NULL);
		know_expressions(search, item);
		if (judge_together(search, item))
			judge_alone(search, item);
		pa_pool_cover(search, item);
	}

	foreach(lc, search->items)
		forget_unpooled(search, lfirst(lc));
	for (int i = 0; i < search->ncandidates; i++)
	{
		if (search->candidates[i]->pooled)
			pa_pool_admit(search, search->candidates[i]);
	}
}
