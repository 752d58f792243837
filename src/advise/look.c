/*
 * look.c
 *	  Plans the statements of a workload as things are, and takes down what their
 *	  scans could ask of an index and which tables they read.
 */
#include "postgres.h"

#include "nodes/nodeFuncs.h"

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
 * Whether a predicate is among some.
 */
static bool
is_among(const List *predicates, const PaPredicate *pred)
{
	const ListCell *lc;

	foreach(lc, predicates)
	{
		if (equal(((PaPredicate *) lfirst(lc))->clause, pred->clause))
			return true;
	}
	return false;
}

/*
 * Whether a request on the same table among requests has a predicate.
 */
static bool
has_predicate(List *requests, Oid relid, const PaPredicate *pred)
{
	ListCell   *lc;

	foreach(lc, requests)
	{
		PaRequest  *request = lfirst(lc);

		if (request->relid == relid && (is_among(request->predicates, pred) ||
										is_among(request->weak_predicates, pred)))
			return true;
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
 * Returns those of an item's predicates that all samples of its statement have. Doubtful
 * ones must have been the same several times.
 */
static List *
common_predicates(const PaItem *item, Oid relid, List *predicates, bool few)
{
	ListCell   *lc;
	ListCell   *lc2;

	foreach(lc, predicates)
	{
		PaPredicate *pred = lfirst(lc);
		bool		common = !few || !pred->doubtful;

		foreach(lc2, item->statement->items)
		{
			const PaItem *other = lfirst(lc2);

			if (other != item && other->requests != NIL)
				common = common && has_predicate(other->requests, relid, pred);
		}
		if (!common)
			predicates = foreach_delete_current(predicates, lc);
	}
	return predicates;
}

/*
 * Takes away predicates that other samples of the same statement do not have:
 * their constants are not the statement's but the execution's. (Clients that
 * put values into the text make literals of them.)
 */
static void
keep_common_predicates(PaItem *item)
{
	bool		few = times_sampled(item->statement) < PA_MIN_TIMES;
	ListCell   *lc;

	foreach(lc, item->requests)
	{
		PaRequest  *request = lfirst(lc);

		request->predicates = common_predicates(item, request->relid, request->predicates, few);
		request->weak_predicates = common_predicates(item, request->relid, request->weak_predicates, few);
	}
}

/*
 * Whether an expression has a constant in it.
 */
static bool
constant_walker(Node *node, void *context)
{
	if (node == NULL)
		return false;
	return IsA(node, Const) || expression_tree_walker(node, constant_walker, context);
}

/*
 * Whether a column, or an expression, is among those that a sample compares or orders by.
 */
static bool
asks_for(const PaItem *item, Oid relid, const PaIndexColumn *col)
{
	ListCell   *lc;
	ListCell   *lc2;
	ListCell   *lc3;

	foreach(lc, item->requests)
	{
		const PaRequest *request = lfirst(lc);

		if (request->relid != relid)
			continue;
		foreach(lc2, request->terms)
		{
			if (equal(((PaTerm *) lfirst(lc2))->col.expr, col->expr))
				return true;
		}
		foreach(lc2, request->orders)
		{
			foreach(lc3, lfirst(lc2))
			{
				if (equal(((PaIndexColumn *) lfirst(lc3))->expr, col->expr))
					return true;
			}
		}
	}
	return false;
}

/*
 * Whether an expression is one execution's alone: it has a constant that no other sample
 * of the statement has there, as the strength in abs(strength - 1200).
 */
static bool
is_passing(const PaItem *item, Oid relid, const PaIndexColumn *col)
{
	bool		alone = true;
	ListCell   *lc;

	if (col->expr == NULL || !constant_walker(col->expr, NULL))
		return false;
	foreach(lc, item->statement->items)
	{
		const PaItem *other = lfirst(lc);

		if (other->replan.sample == item->replan.sample || other->requests == NIL)
			continue;
		if (asks_for(other, relid, col))
			return false;
		alone = false;
	}
	return !alone;
}

/*
 * Returns the part of a wanted order before what is one execution's alone.
 */
static List *
lasting_order(const PaItem *item, Oid relid, List *order)
{
	ListCell   *lc;

	foreach(lc, order)
	{
		if (is_passing(item, relid, lfirst(lc)))
			return list_truncate(list_copy(order), foreach_current_index(lc));
	}
	return order;
}

/*
 * Returns the requests of a sample without expressions that are one execution's alone.
 */
static List *
lasting_requests(const PaItem *item)
{
	List	   *result = NIL;
	ListCell   *lc;
	ListCell   *lc2;

	foreach(lc, item->requests)
	{
		PaRequest  *request = palloc(sizeof(PaRequest));

		*request = *(PaRequest *) lfirst(lc);
		request->terms = request->orders = NIL;
		foreach(lc2, ((PaRequest *) lfirst(lc))->terms)
		{
			if (!is_passing(item, request->relid, &((PaTerm *) lfirst(lc2))->col))
				request->terms = lappend(request->terms, lfirst(lc2));
		}
		foreach(lc2, ((PaRequest *) lfirst(lc))->orders)
		{
			List	   *order = lasting_order(item, request->relid, lfirst(lc2));

			if (order != NIL)
				request->orders = lappend(request->orders, order);
			if (order != lfirst(lc2) && request->limited_order == lfirst(lc2))
				request->limited_order = NIL;
		}
		if (request->terms != NIL || request->orders != NIL)
			result = lappend(result, request);
	}
	return result;
}

/*
 * Takes away such expressions from all samples, when all have been compared.
 */
static void
keep_lasting_expressions(PaSearch *search)
{
	List	   *requests = NIL;
	ListCell   *lc;
	ListCell   *lc2;

	foreach(lc, search->items)
		requests = lappend(requests, lasting_requests(lfirst(lc)));
	forboth(lc, search->items, lc2, requests)
		((PaItem *) lfirst(lc))->requests = lfirst(lc2);
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
	keep_lasting_expressions(search);
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
