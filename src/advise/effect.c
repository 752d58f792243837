/*
 * effect.c
 *	  What adding, dropping or exchanging indexes does to the workload.
 *
 * Only the statements that read the tables of the changed candidates are asked
 * for, and only the writes of these tables are counted.
 */
#include "postgres.h"

#include <math.h>

#include "optimizer/optimizer.h"
#include "utils/memutils.h"

#include "advise/search.h"

/* A sample that costs this much more than it could at best has nothing to gain. */
#define PA_AT_BEST			1.005

/*
 * A statement's cost must fall by that of so many pages at random: for a new
 * index, and for a longer one in the place of a shorter one.
 */
#define PA_MIN_PAGES_NEW	2.0
#define PA_MIN_PAGES_LONGER	0.3

/*
 * Returns the tables that candidates are about, each once, in the order of the
 * candidates.
 */
static List *
tables_of(PaSearch *search, Bitmapset *changed)
{
	List	   *result = NIL;
	int			id = -1;

	search->walks++;
	while ((id = bms_next_member(changed, id)) >= 0)
	{
		PaTable    *table = pa_search_table(search, search->candidates[id]->def->relid);

		if (table->seen == search->walks)
			continue;
		table->seen = search->walks;
		result = lappend(result, table);
	}
	return result;
}

/*
 * Returns the statements that read one of some tables, each once.
 */
static List *
statements_of(PaSearch *search, List *tables)
{
	List	   *result = NIL;
	ListCell   *lc;
	ListCell   *lc2;

	search->walks++;
	foreach(lc, tables)
	{
		foreach(lc2, ((PaTable *) lfirst(lc))->statements)
		{
			PaWorkStatement *ws = lfirst(lc2);

			if (ws->seen == search->walks)
				continue;
			ws->seen = search->walks;
			result = lappend(result, ws);
		}
	}
	return result;
}

/*
 * Whether some of the changed candidates could matter to an item.
 */
static bool
matters(const PaItem *item, Bitmapset *changed)
{
	for (int i = 0; i < item->ncandidates; i++)
	{
		if (bms_is_member(item->candidates[i], changed))
			return true;
	}
	return false;
}

/*
 * Notes the share that an execution gets cheaper by, if it is not too little
 * in all.
 */
static void
note_share(PaEffect *effect, double before, double after)
{
	double		pages = (before - after) / random_page_cost;
	double		share = 1 - after / before;

	effect->most_saved = Max(effect->most_saved, before - after);
	if (pages >= PA_MIN_PAGES_LONGER)
		effect->best_share = Max(effect->best_share, share);
	if (pages >= PA_MIN_PAGES_NEW)
		effect->best_large_share = Max(effect->best_large_share, share);
}

/*
 * Adds what a configuration does to one statement: to its samples together,
 * and to the common values, which are another kind of execution. With more, nothing
 * was taken away, so that what is at its best already need not be planned.
 */
static void
add_statement(PaSearch *search, PaWorkStatement *ws, Bitmapset *config,
			  Bitmapset *changed, bool more, PaEffect *effect)
{
	double		before = 0;		/* of its samples, as they ran */
	double		after = 0;
	int			n = 0;
	ListCell   *lc;

	foreach(lc, ws->items)
	{
		PaItem	   *item = lfirst(lc);
		double		cost;
		const PaMemo *memo = NULL;

		if (item->current <= 0)
			continue;
		cost = item->current;
		if (matters(item, changed) && !(more && cost <= item->best * PA_AT_BEST))
			memo = pa_item_memo(search, item, config);
		if (memo != NULL)
		{
			cost = memo->cost;
			effect->hurt += item->time * (memo->slower - item->slower);
		}
		effect->worst_ratio = Max(effect->worst_ratio, cost / item->current);
		if (item->replan.common_values)
			note_share(effect, item->current, cost);
		else
		{
			before += item->current;
			after += cost;
			n++;
		}
		if (cost == item->current)
			continue;
		effect->saved += pa_item_value(item, item->current) - pa_item_value(item, cost);
		effect->price_saved += item->calls * (item->current - cost) * PA_COST_PRICE;
		if (cost > 0)
			effect->log_saved += item->time * log(item->current / cost);
	}
	if (n > 0)
		note_share(effect, before / n, after / n);
}

/*
 * Returns what writes of a table pay for the candidates in a set, or which
 * part of it is due to one of them (all: NULL); ms per hour.
 */
static double
write_cost(PaSearch *search, PaTable *table, Bitmapset *set,
		   const PaCandidate *due_to)
{
	PaWriteCharge **charges = palloc(sizeof(PaWriteCharge *) *
									 Max(list_length(table->pooled), 1));
	double		result;
	int			which = -1;
	int			n = 0;
	ListCell   *lc;

	foreach(lc, table->pooled)
	{
		PaCandidate *candidate = lfirst(lc);

		if (!bms_is_member(candidate->id, set))
			continue;
		if (candidate == due_to)
			which = n;
		charges[n++] = &candidate->charge;
	}
	result = pa_write_cost(search->writes, table->relid, charges, n, which);
	pfree(charges);
	return result;
}

/*
 * Returns what a chosen candidate costs writes, ms per hour.
 */
double
pa_search_write_cost(PaSearch *search, const PaCandidate *candidate)
{
	return write_cost(search, pa_search_table(search, candidate->def->relid),
					  search->chosen, candidate);
}

/*
 * Whether statements get slower than without any candidate, and that is not far
 * outweighed by what others gain.
 */
bool
pa_search_hurts(const PaEffect *effect)
{
	return effect->hurt > Max(effect->saved, 0) * PA_MAX_HURT;
}

/*
 * Compares a configuration with the current one, from which it differs by the
 * changed candidates.
 */
PaEffect
pa_search_effect(PaSearch *search, Bitmapset *config, Bitmapset *changed)
{
	PaEffect	effect = {.worst_ratio = 1.0};
	List	   *tables = tables_of(search, changed);
	List	   *statements = statements_of(search, tables);
	bool		more = bms_is_subset(search->chosen, config);
	ListCell   *lc;

	foreach(lc, statements)
		add_statement(search, lfirst(lc), config, changed, more, &effect);
	foreach(lc, tables)
		effect.write_added += write_cost(search, lfirst(lc), config, NULL) -
			write_cost(search, lfirst(lc), search->chosen, NULL);
	list_free(statements);
	list_free(tables);
	return effect;
}

/*
 * Makes a configuration the current one, and takes it over.
 */
void
pa_search_adopt(PaSearch *search, Bitmapset *config)
{
	Bitmapset  *gone = bms_difference(search->chosen, config);
	Bitmapset  *changed = bms_join(bms_difference(config, search->chosen), gone);
	List	   *tables = tables_of(search, changed);
	List	   *statements = statements_of(search, tables);
	ListCell   *lc;
	ListCell   *lc2;

	bms_free(search->chosen);
	search->chosen = config;
	search->adoptions++;
	foreach(lc, statements)
	{
		PaWorkStatement *ws = lfirst(lc);

		foreach(lc2, ws->items)
		{
			PaItem	   *item = lfirst(lc2);

			const PaMemo *memo;

			if (item->current <= 0 || !matters(item, changed))
				continue;
			memo = pa_item_memo(search, item, config);
			if (memo == NULL)
				continue;
			item->current = memo->cost;
			item->slower = memo->slower;
		}
		foreach(lc2, ws->tables)
			((PaTable *) lfirst(lc2))->changed = search->adoptions;
	}
	bms_free(changed);
	list_free(statements);
	list_free(tables);
}

/*
 * Estimates the size of a candidate and what writes pay for it. The caller
 * must hold a lock on its table.
 */
void
pa_search_price(PaSearch *search, PaCandidate *candidate)
{
	MemoryContext oldcontext = MemoryContextSwitchTo(search->context);

	if (search->storage_budget > 0)
		pa_index_size_refine(candidate->def);
	else if (!candidate->def->needs_trgm && !candidate->def->needs_btree_gin)
		pa_index_size_estimate(candidate->def);
	pa_write_charge(search->writes, candidate->def, &candidate->charge);
	candidate->priced = true;
	MemoryContextSwitchTo(oldcontext);
}
