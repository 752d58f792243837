/*
 * look.c
 *	  Plans the statements of a workload as things are, and takes down what their
 *	  scans could ask of an index and which tables they read.
 */
#include "postgres.h"

#include "advise/search.h"
#include "base/progress.h"

/* A constant that may be one of many must have been seen in so many executions. */
#define PA_MIN_TIMES	4

/*
 * Plans an item as things are, and takes down what its scans could ask.
 */
static void
look(PaSearch *search, PaItem *item)
{
	PaCollector collector = {
		.context = search->context,
		.replan = &item->replan
	};
	PaWhatIf	whatif = {.callback = pa_collect_relation,.callback_arg = &collector};
	PaPlanResult result;

	search->planner_calls++;
	if (!pa_replan_plan(&item->replan, &whatif, false, &result))
		return;
	item->cost_now = item->current = result.cost;
	item->time_now = result.time;
	item->slower = 1;
	item->requests = collector.requests;
	item->scans = collector.scans;
}

static int
compare_items(const ListCell *a, const ListCell *b)
{
	const PaItem *ia = lfirst(a);
	const PaItem *ib = lfirst(b);

	if (ia->time != ib->time)
		return ia->time > ib->time ? -1 : 1;
	return strcmp(ia->replan.sample->text, ib->replan.sample->text);
}

/*
 * Whether a request on the same table among requests has a predicate.
 */
static bool
has_predicate(List *requests, Oid relid, const PaPredicate *pred)
{
	ListCell   *lc;
	ListCell   *lc2;

	foreach(lc, requests)
	{
		PaRequest  *request = lfirst(lc);

		if (request->relid != relid)
			continue;
		foreach(lc2, request->predicates)
		{
			if (equal(((PaPredicate *) lfirst(lc2))->clause, pred->clause))
				return true;
		}
	}
	return false;
}

/*
 * Returns how many sampled executions the samples of a statement stand for.
 */
static int
times_sampled(const PaWorkStatement *ws)
{
	int			result = 0;
	ListCell   *lc;

	foreach(lc, ws->items)
	{
		const PaItem *item = lfirst(lc);

		if (!item->replan.common_values)
			result += item->replan.sample->times;
	}
	return result;
}

/*
 * Takes away predicates that other samples of the same statement do not have:
 * their constants are not the statement's but the execution's. (Clients that
 * put values into the text make literals of them.) Doubtful ones must have been the
 * same several times.
 */
static void
keep_common_predicates(PaItem *item)
{
	bool		few = times_sampled(item->statement) < PA_MIN_TIMES;
	ListCell   *lc;
	ListCell   *lc2;
	ListCell   *lc3;

	foreach(lc2, item->requests)
	{
		PaRequest  *request = lfirst(lc2);

		foreach(lc3, request->predicates)
		{
			if (few && ((PaPredicate *) lfirst(lc3))->doubtful)
				request->predicates = foreach_delete_current(request->predicates, lc3);
		}
	}
	foreach(lc, item->statement->items)
	{
		PaItem	   *other = lfirst(lc);

		if (other == item || other->requests == NIL)
			continue;
		foreach(lc2, item->requests)
		{
			PaRequest  *request = lfirst(lc2);

			foreach(lc3, request->predicates)
			{
				if (!has_predicate(other->requests, request->relid, lfirst(lc3)))
					request->predicates = foreach_delete_current(request->predicates, lc3);
			}
		}
	}
}

/*
 * Notes with each table which statements read it.
 */
static void
note_tables(PaSearch *search)
{
	ListCell   *lc;
	ListCell   *lc2;
	ListCell   *lc3;

	search->walks++;
	foreach(lc, search->items)
	{
		PaWorkStatement *ws = ((PaItem *) lfirst(lc))->statement;

		if (ws->seen == search->walks)
			continue;
		ws->seen = search->walks;
		foreach(lc2, ws->items)
		{
			foreach(lc3, ((PaItem *) lfirst(lc2))->requests)
			{
				PaTable    *table = pa_search_table(search, ((PaRequest *) lfirst(lc3))->relid);

				if (table->statements != NIL && llast(table->statements) == ws)
					continue;
				table->statements = lappend(table->statements, ws);
				ws->tables = lappend(ws->tables, table);
			}
		}
	}
}

/*
 * Plans all items as things are, those that take most time first.
 */
void
pa_look_at_all(PaSearch *search)
{
	ListCell   *lc;
	int			done = 0;

	list_sort(search->items, compare_items);
	foreach(lc, search->items)
	{
		PaItem	   *item = lfirst(lc);

		pa_progress_update("planning statements", done++, list_length(search->items));
		if (pa_part_out_of_time(search, search->look_deadline))
			item->statement->error = PA_NOT_LOOKED_AT;
		else
			look(search, item);
	}
	foreach(lc, search->items)
		keep_common_predicates(lfirst(lc));
	note_tables(search);
	pa_judge_fit(search);
	pa_workload_settle_loads(search);
}

/*
 * Returns the share of the recorded statements' time, of 1, that those took which
 * were looked at, and in n how many these are.
 */
double
pa_share_looked_at(const PaSearch *search, int *n)
{
	double		all = 0;
	double		looked_at = 0;
	ListCell   *lc;

	*n = 0;
	foreach(lc, search->statements)
	{
		const PaWorkStatement *ws = lfirst(lc);

		all += ws->time;
		if (ws->error != NULL)
			continue;
		looked_at += ws->time;
		(*n)++;
	}
	return all > 0 ? looked_at / all : 1;
}
