/*
 * cleanup_proof.c
 *	  Whether recorded statements get dearer without indexes that would be
 *	  dropped.
 *
 * Every sample of every recorded statement is planned as it is and once more
 * with all of them hidden. Where that costs more, those that the statement
 * needs are taken back, and it is planned again until it does not. So what is
 * left may be dropped all at once, and each statement was planned without it.
 *
 * An index on an expression gives the planner statistics even if it is never
 * scanned. Without them costs may as well fall, because estimates get worse;
 * so with such an index any change counts.
 */
#include "postgres.h"

#include <math.h>

#include "miscadmin.h"
#include "utils/memutils.h"

#include "advise/cleanup.h"
#include "advise/expr_stats.h"
#include "advise/search.h"
#include "base/base.h"
#include "base/progress.h"

/* Up to this factor a cost counts as the same. */
#define PA_SAME_COST	1.01

/* One sample being planned with and without indexes */
typedef struct Trial
{
	PaItem	   *item;
	List	   *seen;			/* OIDs of the tables the planner looked at */
	List	   *touching;		/* PaVerdict *, about indexes of these tables */
	PaPlanResult now;			/* with everything */
	double		cost;			/* with those of touching hidden */
} Trial;

static void
note_relation(PlannerInfo *root, RelOptInfo *rel, RangeTblEntry *rte, void *arg)
{
	Trial	   *trial = arg;
	MemoryContext oldcontext = MemoryContextSwitchTo(GetMemoryChunkContext(trial));

	trial->seen = list_append_unique_oid(trial->seen, rte->relid);
	MemoryContextSwitchTo(oldcontext);
}

static bool
have_common(const List *a, const List *b)
{
	ListCell   *lc;

	foreach(lc, a)
	{
		if (list_member_oid(b, lfirst_oid(lc)))
			return true;
	}
	return false;
}

/*
 * Plans the trial's statement without the indexes of touching, but for one of
 * them, which may be NULL. Returns false if it cannot be planned any more.
 */
static bool
plan_without(Trial *trial, const PaVerdict *but, double *cost)
{
	PaWhatIf	whatif = {0};
	PaPlanResult result;
	ListCell   *lc;

	CHECK_FOR_INTERRUPTS();
	foreach(lc, trial->touching)
	{
		PaVerdict  *verdict = lfirst(lc);

		if (verdict != but)
			whatif.hidden = list_concat(whatif.hidden, verdict->index->leaves);
	}
	if (!pa_replan_plan(&trial->item->replan, &whatif, false, &result))
		return false;
	*cost = result.cost;
	return true;
}

/*
 * Whether what the statement costs without the indexes is what it costs now.
 */
static bool
costs_same(Trial *trial)
{
	ListCell   *lc;

	if (trial->cost > trial->now.cost * PA_SAME_COST)
		return false;
	foreach(lc, trial->touching)
	{
		if (((PaVerdict *) lfirst(lc))->index->expr_stats &&
			trial->cost * PA_SAME_COST < trial->now.cost)
			return false;
	}
	return true;
}

/*
 * Finds the index whose return brings the cost nearest to what it is now.
 * Returns NULL if the statement cannot be planned any more.
 */
static PaVerdict *
find_needed(Trial *trial)
{
	PaVerdict  *best = NULL;
	double		best_distance = 0;
	ListCell   *lc;

	if (list_length(trial->touching) == 1)
		return linitial(trial->touching);
	foreach(lc, trial->touching)
	{
		PaVerdict  *verdict = lfirst(lc);
		bool		used = have_common(verdict->index->leaves, trial->now.used);
		double		cost;
		double		distance;

		if (!used && !verdict->index->expr_stats)
			continue;
		if (!plan_without(trial, verdict, &cost))
			return NULL;
		distance = fabs(cost - trial->now.cost);
		if (best == NULL || distance < best_distance)
		{
			best = verdict;
			best_distance = distance;
		}
	}

	/* Another's absence can only matter through what the planner reads in it. */
	return best != NULL ? best : linitial(trial->touching);
}

/*
 * Chooses the verdicts about indexes of tables that the planner looked at.
 */
static void
find_touching(Trial *trial, List *verdicts)
{
	ListCell   *lc;

	foreach(lc, verdicts)
	{
		PaVerdict  *verdict = lfirst(lc);

		if (verdict->problem == PA_PROBLEM_BLOATED || verdict->needed ||
			!have_common(verdict->index->leaf_tables, trial->seen))
			continue;
		trial->touching = lappend(trial->touching, verdict);
	}
}

/*
 * Plans one sample, and takes back what it needs. Returns false if it cannot
 * be planned.
 */
static bool
try_item(PaItem *item, List *verdicts)
{
	Trial	   *trial = palloc0(sizeof(Trial));
	PaWhatIf	whatif = {.callback = note_relation,.callback_arg = trial};
	ListCell   *lc;

	trial->item = item;
	if (!pa_replan_plan(&item->replan, &whatif, false, &trial->now))
		return false;
	find_touching(trial, verdicts);
	while (trial->touching != NIL)
	{
		PaVerdict  *needed;

		if (!plan_without(trial, NULL, &trial->cost))
			return false;
		if (costs_same(trial))
			break;
		needed = find_needed(trial);
		if (needed == NULL)
			return false;
		needed->needed = true;
		trial->touching = list_delete_ptr(trial->touching, needed);
	}
	foreach(lc, trial->touching)
	{
		PaVerdict  *verdict = lfirst(lc);

		verdict->planned = list_append_unique_ptr(verdict->planned, item->statement);
	}
	return true;
}

/*
 * Counts the statements that were planned, and those that were not.
 */
static void
count_statements(PaSearch *search, List *failed, PaProof *proof)
{
	ListCell   *lc;

	foreach(lc, search->statements)
	{
		PaWorkStatement *ws = lfirst(lc);

		if (ws->error != NULL || list_member_ptr(failed, ws))
			proof->failed++;
		else
			proof->statements++;
	}
}

static void
prove(PaSearch *search, List *verdicts, PaProof *proof)
{
	List	   *failed = NIL;
	ListCell   *lc;

	pa_progress_update("reading the workload", 0, 0);
	pa_workload_recorded(search);
	if (pa_advise_time_limit > 0)
		pa_search_set_limit(search, pa_advise_time_limit);
	foreach(lc, search->items)
	{
		PaItem	   *item = lfirst(lc);

		pa_progress_update("planning without indexes", foreach_current_index(lc),
						   list_length(search->items));
		if (pa_search_out_of_time(search))
			return;
		if (!try_item(item, verdicts))
			failed = list_append_unique_ptr(failed, item->statement);
	}
	count_statements(search, failed, proof);
	proof->complete = true;
}

/*
 * Plans the recorded workload, as far as the current user may see it, without
 * the indexes that verdicts would drop, and marks those that are needed. Takes
 * no longer than perfadvisor.advise_time_limit, apart from reading the
 * workload; then proof->complete is false. Everything is allocated in the
 * current memory context.
 */
void
pa_cleanup_prove(List *verdicts, PaProof *proof)
{
	PaSearch   *search = pa_search_new();

	memset(proof, 0, sizeof(*proof));
	pa_expr_stats_reset();
	pa_whatif_reset_oids();
	pa_progress_start();
	PG_TRY();
	{
		prove(search, verdicts, proof);
	}
	PG_FINALLY();
	{
		pa_progress_end();
	}
	PG_END_TRY();
}
