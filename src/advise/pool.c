/*
 * pool.c
 *	  The candidates that take part in the joint search.
 *
 * Each statement is planned with everything imaginable for it, then with each
 * of its candidates alone. What is best for some statement, and what is
 * simpler and nearly as good and may therefore serve several, goes into the
 * pool; the rest is left behind with the reason.
 */
#include "postgres.h"

#include "common/hashfn.h"
#include "miscadmin.h"
#include "storage/lmgr.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

#include "advise/search.h"
#include "base/progress.h"

/* Candidates kept for each statement: the best ones, and the best simple ones */
#define PA_KEEP_BEST	6
#define PA_KEEP_WHOLE	4
#define PA_KEEP_SINGLE	2

/* A candidate must lower a statement's cost by this share to be looked at. */
#define PA_MIN_SHARE	0.10

/* What a definition is registered under */
typedef struct DefinitionEntry
{
	uint64		hash;
	PaCandidate *candidate;
} DefinitionEntry;

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

/*
 * Copies a definition, as far as it was allocated for it, into the search's
 * memory context.
 */
static PaIndexDef *
keep_definition(PaSearch *search, const PaIndexDef *def)
{
	MemoryContext oldcontext = MemoryContextSwitchTo(search->context);
	PaIndexDef *copy = palloc(sizeof(PaIndexDef));

	*copy = *def;
	copy->columns = palloc(sizeof(PaIndexColumn) * def->ncolumns);
	memcpy(copy->columns, def->columns, sizeof(PaIndexColumn) * def->ncolumns);
	for (int i = 0; i < def->ncolumns; i++)
		copy->columns[i].expr = copyObject(def->columns[i].expr);
	copy->pred = copyObject(def->pred);
	copy->definition = pstrdup(def->definition);
	if (def->body != NULL)
		copy->body = copy->definition + (def->body - def->definition);
	MemoryContextSwitchTo(oldcontext);
	return copy;
}

/*
 * Registers a definition, or finds the candidate that is the same. Returns NULL
 * if an existing index makes it superfluous. The caller must hold a lock on
 * the table. What is kept is copied into the search's memory context.
 */
PaCandidate *
pa_pool_add(PaSearch *search, PaIndexDef *def)
{
	DefinitionEntry *entry;
	PaCandidate *candidate;
	bool		found;
	uint64		hash;

	pa_index_def_finish(def);
	hash = hash_bytes_extended((unsigned char *) def->definition,
							   strlen(def->definition), 0);
	entry = hash_search(search->by_definition, &hash, HASH_ENTER, &found);
	if (found)
		return entry->candidate;

	entry->candidate = NULL;
	if (pa_index_def_covered_by_existing(def))
		return NULL;
	candidate = MemoryContextAllocZero(search->context, sizeof(PaCandidate));
	candidate->def = keep_definition(search, def);
	candidate->id = search->ncandidates;
	if (search->ncandidates == search->maxcandidates)
	{
		search->maxcandidates *= 2;
		search->candidates = repalloc(search->candidates,
									  sizeof(PaCandidate *) * search->maxcandidates);
	}
	search->candidates[search->ncandidates++] = candidate;
	entry->candidate = candidate;
	return candidate;
}

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
 * Returns what is known about a table.
 */
PaTable *
pa_search_table(PaSearch *search, Oid relid)
{
	bool		found;
	PaTable    *table = hash_search(search->tables, &relid, HASH_ENTER, &found);

	if (!found)
	{
		table->statements = NIL;
		table->pooled = NIL;
		table->seen = 0;
		table->changed = 0;
		search->table_list = lappend(search->table_list, table);
	}
	return table;
}

/*
 * Lets a candidate take part in the joint search, and tells the samples to
 * which it could matter. In the search's memory context.
 */
void
pa_pool_admit(PaSearch *search, PaCandidate *candidate)
{
	PaTable    *table = pa_search_table(search, candidate->def->relid);
	ListCell   *lc;
	ListCell   *lc2;
	ListCell   *lc3;

	candidate->pooled = true;
	table->pooled = lappend(table->pooled, candidate);
	foreach(lc, table->statements)
	{
		foreach(lc2, ((PaWorkStatement *) lfirst(lc))->items)
		{
			PaItem	   *item = lfirst(lc2);

			foreach(lc3, item->requests)
			{
				if (pa_candidate_relevant(candidate->def, lfirst(lc3)))
				{
					(void) pa_item_add_candidate(item, candidate->id);
					break;
				}
			}
		}
	}
}

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

	for (int place = 0; place < item->ncandidates; place++)
	{
		PaIndexDef *def = search->candidates[item->candidates[place]]->def;

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
	Bitmapset  *used;
	bool		news = !item->statement->judged;
	double		planner_cost;
	int			place = -1;

	if (item->ncandidates == 0)
		return false;
	all = bms_add_range(NULL, 0, item->ncandidates - 1);
	item->best = pa_item_cost_of(search, item, all, &used, &planner_cost);
	bms_free(all);
	if (planner_cost > item->cost_now * (1 - PA_MIN_SHARE))
		return false;
	if (item->best > item->cost_now * (1 - PA_MIN_SHARE))
		return news;			/* cheaper and slower: single ones may be good */
	while ((place = bms_next_member(used, place)) >= 0)
	{
		PaCandidate *candidate = search->candidates[item->candidates[place]];

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
	Scored	   *scored = palloc(sizeof(Scored) * item->ncandidates);
	int			n = 0;

	for (int place = 0; place < item->ncandidates; place++)
	{
		PaCandidate *candidate = search->candidates[item->candidates[place]];
		double		planner_cost;
		double		cost = pa_item_cost_of(search, item, bms_make_singleton(place), NULL,
										   &planner_cost);
		double		share = 1 - cost / item->cost_now;


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
 * Whether the time for a part of the work has passed.
 */
static bool
part_out_of_time(PaSearch *search, TimestampTz deadline)
{
	if (deadline != 0 && GetCurrentTimestamp() >= deadline)
	{
		search->out_of_time_in_pool = true;
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
 * Takes away predicates that other samples of the same statement do not have:
 * their constants are not the statement's but the execution's. (Clients that
 * put values into the text make literals of them.)
 */
static void
keep_common_predicates(PaItem *item)
{
	ListCell   *lc;
	ListCell   *lc2;
	ListCell   *lc3;

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
static void
look_at_all(PaSearch *search)
{
	ListCell   *lc;
	int			done = 0;

	list_sort(search->items, compare_items);
	foreach(lc, search->items)
	{
		PaItem	   *item = lfirst(lc);

		pa_progress_update("planning statements", done++, list_length(search->items));
		if (part_out_of_time(search, search->look_deadline))
			item->statement->error = "the time limit came before it was looked at";
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
 * Fills the pool from all items of the workload.
 */
void
pa_pool_fill(PaSearch *search)
{
	ListCell   *lc;
	int			done = 0;

	look_at_all(search);
	foreach(lc, search->items)
	{
		PaItem	   *item = lfirst(lc);
		Filling		filling = {search, item};

		pa_progress_update("generating candidates", done++, list_length(search->items));
		if (item->requests == NIL ||
			part_out_of_time(search, search->pool_deadline))
			continue;
		(void) pa_in_restriction(&item->replan.restriction, generate, &filling, NULL);
		know_expressions(search, item);
		if (judge_together(search, item))
			judge_alone(search, item);
	}

	for (int i = 0; i < search->ncandidates; i++)
	{
		if (search->candidates[i]->pooled)
			pa_pool_admit(search, search->candidates[i]);
	}
}

/* What add_late() needs and gives */
typedef struct Late
{
	PaSearch   *search;
	PaIndexDef *def;
	PaCandidate *candidate;
} Late;

/*
 * Runs inside pa_in_restriction(), whose end gives back the lock.
 */
static void
add_late(void *arg)
{
	Late	   *late = arg;
	PaSearch   *search = late->search;
	MemoryContext oldcontext;

	if (!pa_lock_existing(late->def->relid))
		return;
	late->candidate = pa_pool_add(search, late->def);
	if (late->candidate == NULL || late->candidate->pooled)
		return;
	pa_search_price(search, late->candidate);
	oldcontext = MemoryContextSwitchTo(search->context);
	pa_pool_admit(search, late->candidate);
	MemoryContextSwitchTo(oldcontext);
}

/*
 * Registers a definition that came up during the search, prices it and lets it
 * take part. Returns NULL if an existing index makes it superfluous or its table
 * is locked. The definition may be in search->scratch, which is emptied.
 */
PaCandidate *
pa_pool_add_late(PaSearch *search, PaIndexDef *def)
{
	Late		late = {search, def, NULL};
	PaRestriction self = {.userid = GetUserId()};
	MemoryContext oldcontext = MemoryContextSwitchTo(search->scratch);

	(void) pa_in_restriction(&self, add_late, &late, NULL);
	MemoryContextSwitchTo(oldcontext);
	MemoryContextReset(search->scratch);
	return late.candidate;
}
