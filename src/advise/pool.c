/*
 * pool.c
 *	  The candidates of a search, each definition once, and those of them that take
 *	  part in the joint search.
 */
#include "postgres.h"

#include "common/hashfn.h"
#include "miscadmin.h"
#include "storage/lmgr.h"
#include "utils/memutils.h"

#include "advise/search.h"

/* What a definition is registered under */
typedef struct DefinitionEntry
{
	uint64		hash;
	PaCandidate *candidate;
} DefinitionEntry;

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
		table->refined = 0;
		search->table_list = lappend(search->table_list, table);
	}
	return table;
}

/*
 * Whether a candidate could matter to an item, which then gets it.
 */
static bool
offer(const PaCandidate *candidate, PaItem *item)
{
	ListCell   *lc;

	for (int place = 0; place < item->nplaces; place++)
	{
		if (item->places[place].id == candidate->id)
			return true;
	}
	foreach(lc, item->requests)
	{
		if (pa_candidate_relevant(candidate->def, lfirst(lc)))
			return pa_item_add_candidate(item, candidate->id) >= 0;
	}
	return false;
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

	candidate->pooled = true;
	table->pooled = lappend(table->pooled, candidate);
	foreach(lc, table->statements)
	{
		PaWorkStatement *ws = lfirst(lc);
		bool		concerned = false;

		foreach(lc2, ws->items)
			concerned |= offer(candidate, lfirst(lc2));
		if (concerned)
			candidate->statements = lappend(candidate->statements, ws);
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
	if (late->candidate->barred)
	{
		late->candidate = NULL;
		return;
	}
	/* Of several conditions the planner does not know how many rows meet all */
	if (list_length(late->candidate->def->pred) > 1)
		pa_index_size_refine(late->candidate->def);
	pa_search_price(search, late->candidate);
	oldcontext = MemoryContextSwitchTo(search->context);
	pa_pool_admit(search, late->candidate);
	MemoryContextSwitchTo(oldcontext);
}

/*
 * Registers a definition that came up during the search, prices it and lets it
 * take part. Returns NULL if an existing index makes it superfluous, its table is
 * locked, or nobody would read it. The definition may be in search->scratch, which is emptied.
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
